"""A review is written into a file, and nothing else of it changes: comments, order, line ends."""

from __future__ import annotations

import difflib
from itertools import cycle
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.errors import NotEditable
from dialogs.loading import parse_protocol
from dialogs.loading.editing import accepted, in_words
from tests.dialogs.test_reviews import TRIAL, digits, proposed

HEAD: Final = """# A made-up trial, as an author writes one.
format = 2
id = "MADE-UP"  # no registry number
title = '''A made-up
trial'''

"""
FIRST: Final = """[[criterion]]  # the first
code = "I1"
inclusion = "Platelets # of at least 75"
rule = 'platelets >= "75 10*9/L"'
"""
REVIEW: Final = 'review = "read as platelets >= 75 10*9/L"'
SECOND: Final = """
# Below is another one.
[[criterion]]
code = "E1"
exclusion = "Smokers"
"""
ENTRY: Final = (
    '{ by = "LW", on = "2026-11-26", of = "'
    + digits("I1", HEAD + FIRST + SECOND)
    + r"""", rule = "platelets >= \"75 10*9/L\"" }"""
)

PLACES = {
    "in the place of the remark": (f"{REVIEW}\n", f"reviewed = [{ENTRY}]\n"),
    "with a comment behind it": (f"{REVIEW}  # by hand?\n", f"reviewed = [{ENTRY}]  # by hand?\n"),
    "with a comment of signs": (f"{REVIEW}#\n", f"reviewed = [{ENTRY}]#\n"),
    "indented": (f"  {REVIEW}\n", f"  reviewed = [{ENTRY}]\n"),
    "over several lines": ('review = """read\nas it\nstands"""\n', f"reviewed = [{ENTRY}]\n"),
    "below all keys": ("", f"reviewed = [{ENTRY}]\n"),
    "before a table of its own": ("\n[criterion.name]\nen = \"Platelets\"\n", f"reviewed = [{ENTRY}]\n\n[criterion.name]\nen = \"Platelets\"\n"),
    "in the place of one that is of something else": (
        f'reviewed = [{{ by = "lw", on = "2026-01-01", of = "00000000" }}]\n{REVIEW}  # hm\n', f"reviewed = [{ENTRY}]\n# hm\n",
    ),
    "beside another person's": (
        'reviewed = [\n  { by = "QC", on = "2026-01-01", of = "00000000" },\n]\n',
        f'reviewed = [{{ by = "QC", on = "2026-01-01", of = "00000000" }}, {ENTRY}]\n',
    ),
}  # fmt: skip


@pytest.mark.parametrize("line_end", ["\n", "\r\n"], ids=["unix", "windows"])
@pytest.mark.parametrize(("before", "after"), PLACES.values(), ids=PLACES)
def test_a_review_is_written_where_it_belongs(before: str, after: str, line_end: str) -> None:
    own = "[criterion.name]" in before
    entry = (
        ENTRY
        if not own
        else ENTRY.replace(digits("I1", HEAD + FIRST + SECOND), digits("I1", HEAD + FIRST + before + SECOND))
    )
    text = (HEAD + FIRST + before + SECOND).replace("\n", line_end)
    expected = (HEAD + FIRST + after.replace(ENTRY, entry) + SECOND).replace("\n", line_end)
    assert accepted(text, "I1", "LW", "2026-11-26") == expected
    assert not parse_protocol(expected, "trial.toml").open_reviews


@pytest.mark.parametrize("end", ["", "\n"])
def test_the_last_line_may_have_no_end(end: str) -> None:
    text = HEAD + FIRST + SECOND.rstrip() + end
    written = accepted(text, "E1", "LW", "2026-11-26")
    assert written.startswith(text.rstrip() + '\nreviewed = [{ by = "LW"')
    assert parse_protocol(written, "trial.toml").criteria[1].reviewed


def test_the_remark_stays_until_enough_have_accepted() -> None:
    text = "reviews = 2\n" + HEAD + FIRST + REVIEW + SECOND
    once = accepted(text, "I1", "LW", "2026-11-26")
    assert REVIEW in once
    again = accepted(once, "I1", "lw", "2026-11-27")
    assert REVIEW in again
    assert [each.by for each in parse_protocol(again, "x").criteria[0].reviewed] == ["lw"]
    both = accepted(once, "I1", "QC", "2026-11-27")
    assert REVIEW not in both
    assert [each.code for each in parse_protocol(both, "x").open_reviews] == ["E1"]


def test_a_criterion_is_made_a_question_in_words() -> None:
    text = in_words(HEAD + FIRST + REVIEW + SECOND, "I1")
    removed = [
        line
        for line in difflib.ndiff((HEAD + FIRST + REVIEW + SECOND).splitlines(), text.splitlines())
        if line[0] != " "
    ]
    assert removed == ["- rule = 'platelets >= \"75 10*9/L\"'"]
    assert parse_protocol(text, "trial.toml").criteria[0].rule.text == 'i1 == "yes"'


NOT_EDITABLE = {
    "criteria in a list": HEAD + 'criterion = [{ code = "I1", inclusion = "x", review = "y" }]\n',
    "reviews as tables": HEAD + FIRST + '[[criterion.reviewed]]\nby = "LW"\non = "2026-11-26"\nof = "00000000"\n',
}  # fmt: skip


@pytest.mark.parametrize("text", NOT_EDITABLE.values(), ids=NOT_EDITABLE)
def test_what_is_written_in_another_way_is_told_and_not_touched(text: str) -> None:
    with pytest.raises(NotEditable, match="criterion I1 is written in a way in which no review can be added"):
        accepted(text, "I1", "QC", "2026-11-26")


def test_every_line_of_a_file_stays() -> None:
    written = accepted(TRIAL, "I2", "LW", "2026-11-26").splitlines()
    assert [line for line in written if not line.startswith("reviewed")] == TRIAL.splitlines()
    assert len(written) == len(TRIAL.splitlines()) + 1


REMARKS = st.sampled_from(["", "# a remark", "  # with [[criterion]] in it", '# review = "no key"', "\t"])


@given(
    st.lists(REMARKS, min_size=40, max_size=40),
    st.sampled_from(["I1", "I2", "E1"]),
    st.sampled_from(["\n", "\r\n"]),
)
def test_whatever_stands_between_the_lines_stays(remarks: list[str], code: str, line_end: str) -> None:
    lines = proposed(code).splitlines()
    padded = [each for line, remark in zip(lines, cycle(remarks), strict=False) for each in (line, remark)]
    written = accepted(line_end.join(padded), code, "LW", "2026-11-26")
    left = [line for line in written.split(line_end) if not line.startswith("reviewed = ")]
    assert left == [line for line in padded if not line.startswith("review = ")]
    assert not parse_protocol(written, "trial.toml").open_reviews


def test_a_criterion_without_a_code_is_accepted_by_the_one_that_it_has() -> None:
    text = (HEAD + FIRST + SECOND).replace('code = "E1"\n', "")
    assert accepted(text, "E1", "LW", "2026-11-26").startswith(text.rstrip("\n"))
    reviewed = accepted(accepted(text, "E1", "LW", "2026-11-26"), "I1", "LW", "2026-11-26")
    assert [
        each.fits for one in parse_protocol(reviewed, "trial.toml").criteria for each in one.reviewed
    ] == [True] * 2


QUESTION: Final = """[[question]]
id = "since_dream"
kind = "since"
ask = "Last dream: how long ago?"
short = "last dream"
"""
DREAMS: Final = """format = 2
id = "MADE-UP"
title = "A made-up trial"

{questions}[[question]]
id = "mine"
ask = "Mine?"

[[criterion]]
code = "E1"
exclusion = "A dream within 2 weeks"
rule = 'since_dream < "2 wk" or mine'
{review}
[[criterion]]
code = "E2"
exclusion = "Mine"
rule = "{other}"
"""

QUESTIONS = {
    "one that nobody else needs": (QUESTION + "\n", "mine", True),
    "with a remark in it": (QUESTION.replace("kind", "# as people say\nkind") + "\n", "mine", False),
    "with a remark behind it": (QUESTION.rstrip() + "  # mine\n\n", "mine", False),
    "to which somebody added": (QUESTION + 'help = "Ask the patient."\n\n', "mine", False),
    "one that another rule needs": (QUESTION + "\n", "mine or since_dream == 'never'", False),
}


@pytest.mark.parametrize("line_end", ["\n", "\r\n"], ids=["unix", "windows"])
@pytest.mark.parametrize(("question", "other", "goes"), QUESTIONS.values(), ids=QUESTIONS)
def test_a_question_that_was_drafted_goes_with_its_rule(
    question: str, other: str, goes: bool, line_end: str
) -> None:
    review = 'review = "read as a time since the last one"\n'
    text = DREAMS.format(questions=question, review=review, other=other)
    without = "" if goes else question
    expected = DREAMS.format(questions=without, review=review, other=other)
    expected = expected.replace("rule = 'since_dream < \"2 wk\" or mine'\n", "")
    written = in_words(text.replace("\n", line_end), "E1")
    assert written == expected.replace("\n", line_end)
    parse_protocol(written, "trial.toml")


def test_the_question_of_a_rule_that_nobody_proposed_stays() -> None:
    text = DREAMS.format(questions=QUESTION + "\n", review="", other="mine")
    assert QUESTION in in_words(text, "E1")


IN_WORDS: Final = {
    "the rule is accepted": (False, 'ask_in_words = "Is it a dream, or anything like one?"  # drafted\n'),
    "it is asked in words": (True, 'ask = "Is it a dream, or anything like one?"\n'),
}


@pytest.mark.parametrize(("as_question", "left"), IN_WORDS.values(), ids=IN_WORDS)
def test_how_it_would_be_asked_in_words_stands_as_long_as_the_rule_does(as_question: bool, left: str) -> None:
    review = 'ask_in_words = "Is it a dream, or anything like one?"  # drafted\nreview = "read as one"\n'
    text = DREAMS.format(questions=QUESTION + "\n", review=review, other="mine")
    written = accepted(in_words(text, "E1") if as_question else text, "E1", "LW", "2026-11-26")
    assert ("ask_in_words" in written) is not as_question
    assert left.rstrip() in written
    assert "# drafted" in written
    protocol = parse_protocol(written, "trial.toml")
    assert [each.code for each in protocol.open_reviews] == []
    assert ("rule = 'since_dream" in written) is not as_question
