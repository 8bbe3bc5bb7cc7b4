"""Going through the criteria of a file: what is decided can be taken back, and is summed up in the end."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.reviewing.file import ReviewedFile
from bot.reviewing.session import Session, Showing
from dialogs.loading import load
from state.database import open_database
from state.moments import utc_now
from state.reviews import enter_reviews

DRAFT = """# A made-up draft.
format = 2
id = "MADE-UP"
title = "A made-up trial"
reviews = 1

[[question]]  # by yes or no
id = "e1_1"
ask = "Is this true of the patient?\\n“gout”"

[[question]]
id = "e1_2"
ask = "Is this true of the patient?\\n“asthma”"

[[criterion]]
code = "I1"
inclusion = "Platelets of at least 75 x 10^9/L"
rule = 'platelets >= "75 10*9/L"'  # as the sponsor says
review = "read as platelets >= 75 10*9/L"

[[criterion]]
code = "E1"
exclusion = "Any of the following:"
rule = 'e1_1 or e1_2'
ask_in_words = "Is this true of the patient?\\n“Any of the following: gout asthma”"
review = "read as or between 2 lines"

[[criterion]]
line = "gout"    # asked about with E1

[[criterion]]
code = "E2"
exclusion = "Smokers"
"""


class Reviewer:
    """Types keys into a session on a file of its own, and reads what is said."""

    def __init__(self, folder: Path, text: str = DRAFT, *, sits_there: bool = False) -> None:
        self.file = folder / "draft.toml"
        self.file.write_text(text, encoding="utf-8")
        self.reviewed = ReviewedFile(self.file, "LW", "2026-11-26")
        self.sits_there = sits_there
        self.said: list[str] = []

    def types(self, keys: Iterable[str], language: str = "en") -> Session:
        showing = Showing(language, None, to_a_person=self.sits_there)
        session = Session(self.reviewed, showing, iter(keys), self.said.append)
        session.run()
        return session


@pytest.fixture
def reviewer(tmp_path: Path) -> Reviewer:
    return Reviewer(tmp_path)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from("awlb"), max_size=12))
def test_going_back_to_the_first_makes_the_file_what_it_was(keys: list[str]) -> None:
    with TemporaryDirectory() as folder:
        reviewer = Reviewer(Path(folder), sits_there=True)
        reviewer.types([*keys, *"b" * len(keys), "q"])
        assert reviewer.file.read_text(encoding="utf-8") == DRAFT


SUMMARIES = {
    "each kind": ("awl", "en", ["Accepted: I1.", "Asked in words from now on: E1.", "Left for later: E2."]),
    "several": ("aaa", "en", ["Accepted: I1, E1, E2."]),
    "decided anew": ("aabbw", "en", ["Asked in words from now on: I1."]),
    "nothing": ("q", "en", []),
    "taken back": ("abq", "en", []),
    "in Chinese": ("awl", "zh", ["本次接受：I1。", "改为按原文提问：E1。", "以后再审：E2。"]),
}


@pytest.mark.parametrize(("keys", "language", "expected"), SUMMARIES.values(), ids=SUMMARIES)
def test_in_the_end_it_says_what_was_decided(
    reviewer: Reviewer, keys: str, language: str, expected: list[str]
) -> None:
    assert list(reviewer.types(keys, language).summary()) == expected


def test_the_last_decision_can_be_taken_back_when_all_were_shown(tmp_path: Path) -> None:
    reviewer = Reviewer(tmp_path, sits_there=True)
    assert list(reviewer.types("aaablq").summary()) == ["Accepted: I1, E1.", "Left for later: E2."]
    assert "Accepted: I1, E1, E2.\nb) back   q) stop" in reviewer.said
    assert "E2 was taken back: the file is as it was before.\n" in reviewer.said
    assert [each.code for each in load(str(reviewer.file)).open_reviews] == ["E2"]


@pytest.mark.parametrize("sits_there", [True, False])
def test_what_somebody_wrote_into_the_file_since_is_not_undone(tmp_path: Path, *, sits_there: bool) -> None:
    reviewer = Reviewer(tmp_path, sits_there=sits_there)

    def keys() -> Iterable[str]:
        yield "a"
        text = reviewer.file.read_text(encoding="utf-8").replace("Smokers", "Heavy smokers")
        reviewer.file.write_text(text, encoding="utf-8")
        yield from "bq"

    assert list(reviewer.types(keys()).summary()) == ["Accepted: I1."]
    told = "Nothing was written: somebody wrote into the file after I1 was decided; please change I1 in an editor.\n"
    assert told in reviewer.said
    assert (reviewer.said[-1] == told) == (not sits_there)
    text = reviewer.file.read_text(encoding="utf-8")
    assert "Heavy smokers" in text
    assert "LW" in text


def test_what_an_editor_wrote_over_is_told_in_the_end(reviewer: Reviewer) -> None:
    """Whoever has the file open in an editor saves it as it was before the review."""

    def keys() -> Iterable[str]:
        yield "a"
        reviewer.file.write_text(DRAFT, encoding="utf-8")
        yield from "aq"

    assert list(reviewer.types(keys()).summary()) == [
        "Accepted: I1, E1.",
        "No longer in the file, as somebody wrote over it since: I1.",
    ]


@pytest.mark.parametrize("key", ["a", "w"])
def test_a_rule_that_somebody_accepted_meanwhile_is_not_dropped(tmp_path: Path, key: str) -> None:
    reviewer = Reviewer(tmp_path, sits_there=True)

    def keys() -> Iterable[str]:
        other = ReviewedFile(reviewer.file, "QC", "2026-11-26")
        shown = other.show("I1")
        assert shown is not None
        other.accept(shown)
        yield from (key, "q")

    reviewer.types(keys())
    assert any("I1 was changed in the meantime" in each for each in reviewer.said) == (key == "w")
    found = load(str(reviewer.file)).criterion_by_code["I1"]
    assert found.rule.text == 'platelets >= "75 10*9/L"'
    assert [each.by for each in found.reviewed] == (["QC", "LW"] if key == "a" else ["QC"])


@pytest.mark.parametrize(
    ("reviews", "others"),
    [("", []), ("reviews = 1\n", []), ("reviews = 2\n", []), ("reviews = 2\n", ["QC"])],
)
@pytest.mark.parametrize("key", ["a", "w"])
def test_what_was_accepted_in_an_earlier_run_is_reviewed_again_as_the_first_one_says(
    tmp_path: Path, reviews: str, others: list[str], key: str
) -> None:
    reviewer = Reviewer(tmp_path, DRAFT.replace("reviews = 1\n", reviews))
    for by in (*others, "LW"):
        reviewer.reviewed = ReviewedFile(reviewer.file, by, "2026-11-25")
        reviewer.types("aq")
    before = reviewer.file.read_text(encoding="utf-8")
    reviewer.types("bq")
    assert any('put a line review = "why" in the place of its reviewed' in each for each in reviewer.said)
    assert reviewer.file.read_text(encoding="utf-8") == before
    text = _without_review_of("LW", before)
    reviewer.file.write_text(text, encoding="utf-8")
    reviewer.said.clear()
    reviewer.types(f"{key}bq")
    assert reviewer.said[0].startswith("I1 "), "it waits again"
    assert reviewer.file.read_text(encoding="utf-8") == text
    assert [each.by for each in load(str(reviewer.file)).criterion_by_code["I1"].reviewed] == (
        others if reviews == "reviews = 2\n" else []
    )


def _without_review_of(by: str, text: str) -> str:
    """Take a person's entry out, as the documents say; the line `review` is there still if others are to accept it."""
    text = re.sub(rf', {{ by = "{by}"[^}}]*}}', "", text)
    if 'review = "read as platelets' in text:
        return re.sub(rf'^reviewed = \[{{ by = "{by}".*\n', "", text, flags=re.MULTILINE)
    text = re.sub(rf'^reviewed = \[{{ by = "{by}".*$', 'review = "look again"', text, flags=re.MULTILINE)
    return (
        text if "look again" in text else text.replace("reviewed = ", 'review = "look again"\nreviewed = ', 1)
    )


IN_WORDS = {
    "a rule": (
        "I1",
        "q",
        "  In words    Is this true of the patient? “Platelets of at least 75 x 10^9/L”",
        "Met",
    ),
    "as drafted": (
        "E1",
        "lq",
        "  In words    Is this true of the patient? “Any of the following: gout asthma”",
        "Applies",
    ),
}


@pytest.mark.parametrize(("code", "keys", "asked", "means"), IN_WORDS.values(), ids=IN_WORDS)
def test_how_it_would_be_asked_in_words_is_shown_before_it_is_so(
    reviewer: Reviewer, code: str, keys: str, asked: str, means: str
) -> None:
    reviewer.types(keys)
    card = next(each for each in reviewer.said if each.startswith(f"{code} "))
    shown = card[card.index("  In words") :]
    assert " ".join(shown.split()).startswith(" ".join(asked.split()))
    assert shown.endswith(f"{means} if the answer is “Yes”")
    assert reviewer.file.read_text(encoding="utf-8") == DRAFT


@pytest.mark.parametrize(
    "text",
    [
        DRAFT,
        DRAFT.replace("[[question]]  # by", '[[question]]\nid = "i1"\nask = "Other?"\n\n[[question]]  # by'),
    ],
)
def test_it_is_not_shown_where_it_is_asked_so_and_where_it_cannot_be(tmp_path: Path, text: str) -> None:
    reviewer = Reviewer(tmp_path, text)
    reviewer.types("llq")
    cards = {each.split()[0]: each for each in reviewer.said}
    assert "In words" not in cards["E2"]
    assert ("In words" in cards["I1"]) == (text == DRAFT)


def test_what_was_taken_back_stands_in_no_register(reviewer: Reviewer, tmp_path: Path) -> None:
    """What was served in between stays entered as what was served then."""
    db = open_database(tmp_path / "a.db")
    reviewer.types("ab")
    enter_reviews(db, load(str(reviewer.file)), utc_now)
    assert not db.execute("SELECT 1 FROM register WHERE kind = 'reviewed'").fetchall()


@pytest.mark.parametrize("rule", ["rule = 'e1_1 or e1_2'\n", ""])
def test_no_question_is_written_that_was_not_shown(tmp_path: Path, rule: str) -> None:
    """Somebody words it otherwise while it is read."""
    reviewer = Reviewer(tmp_path, DRAFT.replace("rule = 'e1_1 or e1_2'\n", rule), sits_there=True)

    def keys() -> Iterable[str]:
        yield "l"
        text = reviewer.file.read_text(encoding="utf-8").replace(
            "of the following: gout", "of these, ever: gout"
        )
        reviewer.file.write_text(text, encoding="utf-8")
        yield "w"
        assert load(str(reviewer.file)).criterion_by_code["E1"].reviewed == ()
        yield from "wq"

    reviewer.types(keys())
    cards = [" ".join(each.split()) for each in reviewer.said if each.startswith("E1 ")]
    assert ["of these, ever: gout" in each for each in cards][:2] == [False, True]
    assert "Nothing was written: E1 was changed in the meantime.\n" in reviewer.said
    asked = load(str(reviewer.file)).question("e1").ask["en"]
    assert "of these, ever: gout" in asked


UNDER: Final = """
[[criterion]]
line = "Exclusion Criteria:"

[[criterion]]
line = "Within 4 weeks before enrolment:"

[[criterion]]
code = "E3"
exclusion = "Major surgery"
rule = 'last_major_surgery < "4 wk"'
ask_in_words = "Is this true of the patient?\\n“Within 4 weeks before enrolment: Major surgery”"
review = "read as last_major_surgery < 4 wk"
"""


@pytest.mark.parametrize(("language", "label"), [("en", "Under"), ("zh", "上级标题")])
def test_what_a_criterion_stands_under_is_shown_and_stays_in_its_question(
    reviewer: Reviewer, language: str, label: str
) -> None:
    """A heading that was amended after it was accepted opens it again, and can be compared with its rule."""
    reviewer.file.write_text(DRAFT + UNDER, encoding="utf-8")
    reviewer.types("aaaa")
    assert reviewer.reviewed.waiting() == ()
    text = reviewer.file.read_text(encoding="utf-8").replace('line = "Within 4', 'line = "Within 12')
    reviewer.file.write_text(text, encoding="utf-8")
    reviewer.types("w", language)
    shown = [" ".join(each.split()) for each in reviewer.said if each.startswith("E3 ") and label in each]
    assert len(shown) == (2 if language == "en" else 1)
    assert f"{label} Within 12 weeks before enrolment:" in shown[-1]
    assert f"{label} Exclusion" not in shown[-1]
    assert (
        "“Within 4 weeks before enrolment: Major surgery”"
        in load(str(reviewer.file)).question("e3").ask["en"]
    )


def test_what_is_shown_besides_is_read_with_the_criterion_whose_questions_call_for_it(tmp_path: Path) -> None:
    alert = """
[[alert]]
id = "low"
text = "Ask a haematologist."
when = 'platelets < "20 10*9/L"'
"""
    reviewer = Reviewer(tmp_path, DRAFT + alert)
    reviewer.types("lll")
    cards = [each for each in reviewer.said if each.startswith(("I1", "E1", "E2")) and "Record" in each]
    assert [
        ("Alert: Ask a haematologist." in each, "Shown if: platelets below 20" in each) for each in cards
    ] == [
        (True, True),
        (False, False),
        (False, False),
    ]


def test_what_is_asked_only_where_a_number_is_worked_out_is_told_apart(tmp_path: Path) -> None:
    """A part that the rule names itself is asked in any case."""
    text = """format = 2
id = "MADE-UP"
title = "A made-up trial"

[[criterion]]
code = "I1"
inclusion = "BMI below 40"
rule = 'bmi < "40 kg/m2" {}'
review = "read"
"""
    told = []
    for more in ("", "and body_weight > '60 kg'"):
        reviewer = Reviewer(tmp_path, text.replace("'bmi", '"""bmi').replace("}'", '}"""').format(more))
        reviewer.types("l")
        told.append(" ".join(" ".join(reviewer.said).split()).partition("Made up")[0])
    once, named = (each.partition("Only where the number is worked out:") for each in told)
    assert "Body mass index (BMI)?" in once[0]
    assert ("Body weight?" in once[0], "- Body weight?" in once[2], "- Height?" in once[2]) == (
        False,
        True,
        True,
    )
    assert ("Body weight?" in named[0], "Body weight?" in named[2], "- Height?" in named[2]) == (
        True,
        False,
        True,
    )
