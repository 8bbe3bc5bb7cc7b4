"""Saved screenings judged by a new version: who changes, what is needed, whom to screen again; nothing is written."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.command.protocol import command
from bot.wording.amendments import SHOWN, Stored
from dialogs.amendments import Matching
from dialogs.amendments.rejudging import rejudged
from dialogs.answers import UNKNOWN, Answer, Choice, Measurement
from dialogs.dialogue import EXCLUDED, Step
from dialogs.loading import parse_protocol
from dialogs.protocol import Protocol
from state.amended import amended
from state.database import open_database
from state.lookup import Lookup
from state.people import People
from state.replay import StoredProtocols
from state.screenings import Screenings
from state.verify import verify
from tests.dialogs.test_amendments import TRIAL
from tests.dialogs.test_amendments import amended as new_version

OLD = parse_protocol(TRIAL, "trial.toml")
FIT: dict[str, Answer] = {
    "age_years": Measurement("=", Decimal(60), "a"),
    "smoker": Choice("yes"),
    "platelets": Measurement("=", Decimal(100), "10*9/L"),
    "stage": Choice("a"),
    "e3": Choice("no"),
}
PATIENTS: tuple[dict[str, Answer], ...] = (
    {},
    {"platelets": Measurement("=", Decimal(40), "10*9/L")},
    {"platelets": Measurement("=", Decimal(20), "10*9/L")},
    {"stage": Choice("b")},
    {"e3": UNKNOWN},
    {"age_years": Measurement("=", Decimal(76), "a")},
)
CHANGED = new_version(
    ('"50 10*9/L"', '"30 10*9/L"'),
    ('stage == "c"', 'stage in ("b", "c")'),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return make_file(tmp_path)


def make_file(folder: Path) -> Path:
    """Make a file with a saved screening of each patient, one that is open, and one that was screened again."""
    path = folder / "site.db"
    db = open_database(path)
    People(db).add("clinician", "S01", "terminal", "1", "en")
    screenings = Screenings(db)
    for patient in PATIENTS:
        _save(screenings, {**FIT, **patient})
    _save(screenings, {**FIT, "stage": Choice("b")}, earlier="S01-0004")
    screenings.start(OLD, "S01-P01", "S01", zone="+08:00", channel="terminal")
    db.close()
    return path


def _save(screenings: Screenings, answers: dict[str, Answer], earlier: str | None = None) -> None:
    person = "S01-P01"
    screening = screenings.start(OLD, person, "S01", zone="+08:00", channel="terminal", earlier=earlier)
    while screening.state in OLD.position:
        screenings.take(screening, [Step("answer", screening.state, answers[screening.state])], person)
    if screening.state == EXCLUDED:
        screenings.take(screening, [Step("finish")], person)
    screenings.take(screening, [Step("save")], person)


def test_saved_screenings_are_judged_by_the_new_version(path: Path) -> None:
    db = open_database(path)
    found = {each.number: each for each in amended(Lookup(db), CHANGED)}
    db.close()
    said = {number: (each.verdict, each.now.verdict, each.now.needed) for number, each in found.items()}
    assert said == {
        "S01-0001": ("eligible", "eligible", ()),
        "S01-0002": ("ineligible", "undetermined", ("e3",)),
        "S01-0003": ("ineligible", "ineligible", ()),
        "S01-0005": ("undetermined", "undetermined", ()),
        "S01-0006": ("ineligible", "ineligible", ()),
        "S01-0007": ("eligible", "ineligible", ()),
    }
    assert [number for number, each in found.items() if each.again] == ["S01-0002"]
    assert [number for number, each in found.items() if each.excluded] == ["S01-0007"]


def test_an_open_revision_changes_nothing_before_it_is_saved_and_what_is_cancelled_is_not_listed(
    path: Path,
) -> None:
    db = open_database(path)
    before = amended(Lookup(db), CHANGED)
    screenings = Screenings(db)
    revised = screenings.load("S01-0001")
    screenings.take(revised, [Step("reopen"), Step("correct", "stage")], "S01-P01")
    screenings.take(revised, [Step("answer", "stage", Choice("b"), reason="misread")], "S01-P01")
    assert amended(Lookup(db), CHANGED) == before
    screenings.take(revised, [Step("save")], "S01-P01")
    now = {each.number: each.now.verdict for each in amended(Lookup(db), CHANGED)}
    assert now["S01-0001"] == "ineligible"
    started = screenings.start(OLD, "S01-P01", "S01", zone="+08:00", channel="terminal")
    screenings.take(started, [Step("cancel")], "S01-P01")
    assert started.number not in {each.number for each in amended(Lookup(db), CHANGED)}
    db.close()


def test_a_new_question_is_needed_of_whoever_is_not_excluded(path: Path) -> None:
    new = new_version(
        (
            '[[criterion]]\ncode = "E3"',
            '[[criterion]]\ncode = "E9"\nexclusion = "Pregnancy"\n\n[[criterion]]\ncode = "E3"',
        )
    )
    db = open_database(path)
    needed = {each.number: each.now.needed for each in amended(Lookup(db), new) if each.again}
    db.close()
    assert needed == {"S01-0001": ("e9",), "S01-0005": ("e9",), "S01-0007": ("e9",)}


FRACTURE = "“Fall within 6 months with a fracture”"
DRAFTED = f"""
format = 2
id = "T"
version = "1"
title = "A made-up trial"

[[question]]
id = "last_fall"
kind = "since"
ask = "Last fall?"

[[question]]
id = "with_fracture"
ask = "Is this true of the patient? {FRACTURE}"

[[criterion]]
code = "E1"
exclusion = "Fall within 6 months with a fracture"
rule = 'last_fall < "6 mo" and with_fracture'
"""
IN_TWO = DRAFTED.replace("title", 'languages = ["en", "zh"]\ntitle', 1)
FELL: dict[str, Answer] = {
    "last_fall": Measurement("=", Decimal(3), "mo"),
    "with_fracture": Choice("no"),
}


@pytest.mark.parametrize(
    ("newer", "needed"),
    [
        (DRAFTED.replace("6 months", "12 months"), ("with_fracture",)),
        (
            IN_TWO.replace(
                'ask = "Is this true of the patient? ',
                f'ask.zh = "患者是否符合？{FRACTURE}"\nask.en = "Is this true of the patient? ',
            ),
            (),
        ),
    ],
    ids=["other words", "one more language"],
)
def test_what_was_answered_to_words_of_the_record_is_no_answer_to_other_words(
    newer: str, needed: tuple[str, ...]
) -> None:
    old = parse_protocol(DRAFTED, "old.toml")
    new = parse_protocol(newer.replace('"1"', '"2"'), "new.toml")
    assert rejudged(Matching(old, new), FELL).needed == needed


@pytest.mark.parametrize(
    "amendment",
    [
        ("Any condition that makes", "No condition that makes"),
        ('participation unsafe"', 'participation unsafe"\nask = "Is participation safe?"'),
    ],
    ids=["in the record's words", "in the file's words"],
)
def test_an_answer_to_a_criterion_in_other_words_is_needed(path: Path, amendment: tuple[str, str]) -> None:
    db = open_database(path)
    needed = {
        each.number: each.now.needed for each in amended(Lookup(db), new_version(amendment)) if each.again
    }
    db.close()
    assert needed == {"S01-0001": ("e3",), "S01-0005": ("e3",), "S01-0007": ("e3",)}


def test_an_answer_that_the_new_version_does_not_take_is_needed(path: Path) -> None:
    new = new_version(('{ code = "a", text = "A" }', '{ code = "a1", text = "A1" }'))
    db = open_database(path)
    needed = {each.number: each.now.needed for each in amended(Lookup(db), new) if each.again}
    db.close()
    assert needed == {"S01-0001": ("stage",), "S01-0005": ("stage",)}


WIDER = ("Platelets below 50 x", "Platelets below 60 x")
REWORDED = {
    "words only": ([WIDER], {"S01-0006": ()}, ("E1",)),
    "words and rule": ([WIDER, ('"50 10*9/L"', '"60 10*9/L"')], {}, ()),
    "capitals": ([("Platelets below", "PLATELETS  below")], {}, ()),
    "of two criteria": (
        [WIDER, ("Aged 18 to 75 years", "Aged 18 to 75 years at screening")],
        {"S01-0002": ("E1",), "S01-0003": ("E1",), "S01-0006": ("I1",)},
        ("I1", "E1"),
    ),
}


@pytest.mark.parametrize(("amendments", "some", "others"), REWORDED.values(), ids=REWORDED)
def test_a_verdict_that_rests_on_words_that_changed_without_the_rule_is_to_be_looked_at(
    path: Path,
    amendments: list[tuple[str, str]],
    some: dict[str, tuple[str, ...]],
    others: tuple[str, ...],
) -> None:
    """Also of whom it excludes: the words may let pass now. Who is excluded by another criterion stays so."""
    db = open_database(path)
    found = {each.number: each for each in amended(Lookup(db), new_version(*amendments))}
    db.close()
    assert {number: each.by_old_words for number, each in found.items()} == dict.fromkeys(
        found, others
    ) | some
    assert not any(each.changed or each.open for each in found.values())


@pytest.mark.parametrize(
    "ask", ["", 'ask = "Safe?"', 'ask = "True? “Any condition that makes participation unsafe”"']
)
def test_a_criterion_whose_own_question_stayed_is_looked_at_or_asked_anew(ask: str) -> None:
    text = TRIAL.replace('participation unsafe"', f'participation unsafe"\n{ask}')
    newer = text.replace("Any condition", "A condition").replace('version = "1"', 'version = "2"')
    now = rejudged(Matching(parse_protocol(text, "old"), parse_protocol(newer, "new")), FIT)
    assert (now.needed, now.by_old_words) == (((), ("E3",)) if "Safe" in ask else (("e3",), ()))


def test_who_is_excluded_by_what_stayed_too_is_not_to_be_looked_at() -> None:
    low = FIT | {"platelets": Measurement("=", Decimal(20), "10*9/L")}
    versions = Matching(parse_protocol(TRIAL, "old"), new_version(WIDER))
    found = [rejudged(versions, each) for each in (low, low | {"stage": Choice("c")})]
    assert [each.failed for each in found] == [("E1",), ("E1", "E2")]
    assert [each.by_old_words for each in found] == [("E1",), ()]


def test_text_table_and_message_name_the_same_screenings_to_look_at(path: Path, tmp_path: Path) -> None:
    new = new_version(WIDER, ('stage == "c"', 'stage in ("b", "c")'), ("18 <=", "16 <="))
    text, table, message = (_compare(path, tmp_path, form, new=new) for form in ("text", "csv", "message"))
    said = (
        "Please look at S01-0001, S01-0002, S01-0003, S01-0005: the words of E1 changed, how it is judged did not, "
        "and by that the verdict stays."
    )
    assert f"    {said}" in text.splitlines()
    assert said in message.splitlines()
    rows = list(csv.DictReader(io.StringIO(table)))
    assert [row["screening"] for row in rows if row["by_old_words"] == "E1"] == [
        f"S01-000{n}" for n in (1, 2, 3, 5)
    ]
    chinese = _compare(path, tmp_path, "message", lang="zh", new=new_version(WIDER))
    assert "请人工核对S01-0001、S01-0002、S01-0003、S01-0005、S01-0007：E1文字已改而判断方式未改" in chinese
    assert "结论均不变" not in chinese


def _compare(
    path: Path,
    tmp_path: Path,
    form: str,
    old: str = "EX-AMENDED@1",
    lang: str = "en",
    new: Protocol = CHANGED,
) -> str:
    file = tmp_path / "new.toml"
    file.write_text(new.text, encoding="utf-8")
    args = ["compare", old, str(file), "--db", str(path), "--format", form, "--lang", lang]
    result = CliRunner().invoke(command, args)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_command_lists_them_and_writes_nothing(path: Path, tmp_path: Path) -> None:
    before = path.read_bytes()
    said = _compare(path, tmp_path, "text")
    assert "  S01: 6 saved, 1 with another verdict, 1 with answers needed" in said
    assert "    S01-0007  potentially eligible → not eligible (E2)" in said
    assert "S01-0002  not eligible → answers needed: Any condition" in said
    assert "; as answered, not excluded any more by E1" in said
    assert path.read_bytes() == before
    assert verify(path).problems == ()


def test_a_table_and_json_have_every_saved_screening(path: Path, tmp_path: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(_compare(path, tmp_path, "csv"))))
    assert [row["screening"] for row in rows] == [f"S01-000{n}" for n in (1, 2, 3, 5, 6, 7)]
    assert [row["screening"] for row in rows if row["screen_again"] == "yes"] == ["S01-0002"]
    assert rows[5]["verdict_now"] == "ineligible"
    found = json.loads(_compare(path, tmp_path, "json"))
    assert [each["needed"] for each in found["screenings"]] == [[], ["e3"], [], [], [], []]


def test_a_message_says_whom_to_screen_again(path: Path, tmp_path: Path) -> None:
    said = _compare(path, tmp_path, "message").splitlines()
    assert said[2].startswith("E2: rule: Applies if: ")
    assert said[:2] + said[3:] == [
        "EX-AMENDED has a new version, 2.",
        "E1: rule: Applies if: platelets below [50 → 30] ×10⁹/L",
        "Please screen again: S01-0002. Open each by its number and tap “Screen again”, not “New screening”.",
        "S01-0002 needs: Any condition that makes participation unsafe.",
        "S01-0002: as answered, not excluded any more by E1.",
        "Not eligible any more by the new version: S01-0007 (E2). Please tell the investigator.",
        "Saved verdicts stay as they are; open screenings end under the version that they began with.",
    ]
    assert "请再次预筛：S01-0002。请按编号打开，选“再次预筛”，不要选“新建预筛”。" in _compare(
        path, tmp_path, "message", lang="zh"
    )


def test_a_message_of_a_version_that_is_not_reviewed_says_so(path: Path) -> None:
    text = CHANGED.text.replace("format = 2", "format = 2\nreviews = 1", 1)
    new = parse_protocol(text, "new.toml")
    db = open_database(path)
    message = Stored(new, amended(Lookup(db), new), "en").messages()["S01"]
    db.close()
    assert "It is not reviewed yet (I1, I2, E1, E2, E3): please wait before you act on this." in message


def test_of_many_answers_that_are_needed_the_first_are_named(path: Path) -> None:
    db = open_database(path)
    found = amended(Lookup(db), CHANGED)
    db.close()
    names = [question.id for question in CHANGED.questions]
    stored = Stored(CHANGED, (), "en")
    each = replace(found[1], now=replace(found[1].now, needed=tuple(names * 3)))
    assert found[1].no_longer == ("E1",)
    assert stored.needed(each).endswith(f", +{3 * len(names) - SHOWN}")


def test_a_version_that_the_file_does_not_have_is_told(path: Path) -> None:
    result = CliRunner().invoke(command, ["compare", "EX-AMENDED@7", "EX-AMENDED@1", "--db", str(path)])
    assert result.exit_code == 2
    assert "The database has no EX-AMENDED@7; it has EX-AMENDED@1" in result.output


def test_of_texts_that_share_a_version_each_is_named_by_its_hash(path: Path) -> None:
    """As after an upgrade of the program, when no file has the earlier text any more."""
    other = parse_protocol(f"{OLD.text}\n# as another version of the program stores it\n", "other.toml")
    db = open_database(path)
    with db.conn:
        StoredProtocols(db).keep(other)
    db.close()
    one, two = (f"EX-AMENDED@{each.sha256[:7]}" for each in (OLD, other))
    alike = CliRunner().invoke(command, ["compare", "EX-AMENDED@1", two, "--db", str(path)])
    assert alike.exit_code == 2
    assert one in alike.output
    assert two in alike.output
    named = CliRunner().invoke(command, ["compare", one, two, "--db", str(path)])
    assert named.exit_code == 0, named.output
