"""A trial with two cohorts, as it is told: what rules a cohort out, and the verdict of each."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from bot.command import main
from bot.conversation import Conversation, Setup
from bot.evaluate.verdicts import evaluate_file
from bot.exchange import Message, Reply
from bot.terminal import Terminal
from bot.wording.lists import about
from bot.wording.phrases import phrases
from dialogs.loading import load, parse_protocol
from state.database import open_database
from state.people import People
from state.screenings import Screenings
from tests.conversation.playing import ZONE, Clock

COHORTS = Path(__file__).parent.parent / "data" / "cohorts.toml"
NEITHER = ("yes", "no", "yes")
ONLY_B = ("yes", "no", "no")

TOLD = {
    "a cohort is ruled out": (
        "en",
        NEITHER[:2],
        ["Cohort A is ruled out: A1 not met, required: activating mutation.", "Brain metastases?"],
    ),
    "a cohort is ruled out, in Chinese": (
        "zh",
        NEITHER[:2],
        ["队列A已排除：未满足A1，要求：激活突变。", "有无脑转移？"],
    ),
    "both are excluded": (
        "en",
        NEITHER,
        [
            "Not eligible as entered. Cohort A: not eligible as entered, A1 is not met.",
            "Cohort B: not eligible as entered, exclusion B2 applies.",
        ],
    ),
    "both are excluded, in Chinese": (
        "zh",
        NEITHER,
        [
            "按所填信息不符合条件。 队列A：按所填信息不符合条件，未满足A1。",
            "队列B：按所填信息不符合条件，符合排除标准B2。",
        ],
    ),
    "both by one criterion": ("en", ("no",), ["Not eligible as entered: I1 is not met."]),
    "the review": (
        "en",
        ONLY_B,
        [
            "Review: potentially eligible as entered",
            "Cohort A: not eligible as entered (A1)",
            "Cohort B: potentially eligible as entered",
            "Not judged: A2",
        ],
    ),
    "the card": (
        "en",
        (*ONLY_B, "s"),
        [
            "Potentially eligible as entered.",
            "Cohort A: not eligible as entered (A1)",
            "Cohort B: potentially eligible as entered",
            "Not met, A1; required: activating mutation",
            "Activating mutation: No",
        ],
    ),
    "the card, in Chinese": (
        "zh",
        (*ONLY_B, "s"),
        ["队列A：按所填信息不符合条件（A1）", "队列B：按所填信息可能符合条件", "未满足A1，要求：激活突变"],
    ),
    "what is open": (
        "en",
        ("yes", "yes", "u"),
        [
            "Review: undetermined as entered",
            "Cohort A: undetermined as entered (A2)",
            "Cohort B: not eligible as entered (B1)",
            "• Measurable disease: medical record (A2)",
        ],
    ),
    "the text for the record": (
        "en",
        (*ONLY_B, "s", "record"),
        [
            "potentially eligible as entered. Version 1",
            "Cohort A: not eligible as entered (A1)",
            "Cohort B: potentially eligible as entered",
            "A1: Not met, required: activating mutation.",
        ],
    ),
    "help": (
        "en",
        ("yes", "h"),
        ["A1 Cohort A: activating mutation (Cohort A)", "B1 Cohort B: activating mutation (Cohort B)"],
    ),
    "a correction": (
        "en",
        (*ONLY_B, "m", "2", "yes"),
        ["Cohort B is ruled out: B1 applies, activating mutation.", "Cohort A is open again."],
    ),
}


def said(tmp_path: Path, language: str, typed: tuple[str, ...]) -> str:
    """All that a screening of the trial says in a terminal."""
    clock, lines = Clock(), list[str]()
    db = open_database(tmp_path / "cohorts.db", clock)
    setup = Setup((load(str(COHORTS)),), ZONE, "terminal")
    conversation = Conversation(Screenings(db, clock), People(db, clock), setup)
    person = conversation.people.add("clinician", "S01", "terminal", "local", language)
    terminal = Terminal(conversation, person, lines.append)
    terminal.begin()
    for each in typed:
        terminal.handle(each)
    db.close()
    return " ".join(" ".join(lines).split())


@pytest.mark.parametrize(("language", "typed", "told"), TOLD.values(), ids=TOLD)
def test_each_part_is_told_of(tmp_path: Path, language: str, typed: tuple[str, ...], told: list[str]) -> None:
    output = said(tmp_path, language, typed)
    for line in told:
        assert line in output


def test_a_list_names_the_criterion_at_which_the_last_part_failed(tmp_path: Path) -> None:
    output = said(tmp_path, "en", (*NEITHER, "f", "/recent"))
    assert "not eligible (B2)" in output


def test_the_card_of_a_trial_that_is_all_out_begins_with_its_verdict(tmp_path: Path) -> None:
    card = said(tmp_path, "en", (*NEITHER, "f")).rpartition("S01-0001")[2]
    assert "eligible" not in card.partition("Not eligible as entered. Cohort A:")[0]


def test_a_list_names_the_parts_that_have_the_verdict(tmp_path: Path) -> None:
    output = said(tmp_path, "en", (*ONLY_B, "s", "/recent"))
    assert "potentially eligible (B)" in output


def test_lines_of_the_record_that_are_not_judged_are_told_about_the_trial() -> None:
    line = 'line = "Cohort C opens later."'
    text = COHORTS.read_text(encoding="utf-8") + f"\n[[criterion]]\n{line}\n"
    trial = parse_protocol(text, "cohorts.toml")
    for language, heading in (("en", "not judged here"), ("zh", "此处不作判定")):
        told = about([trial], phrases(language))
        assert heading in told
        assert "Cohort C opens later." in told


def test_a_list_of_candidates_is_answered_for_each_part() -> None:
    trial = load(str(COHORTS))
    content = b"name,consent,mutation,brain\nX1,yes,no,no\nX2,perhaps,,\n"
    found = evaluate_file(trial, content, phrases("en"))
    rows = [[cell.value for cell in row] for row in load_workbook(BytesIO(found.content)).active.iter_rows()]
    verdicts = {row[0]: dict(zip(rows[0], row, strict=True)) for row in rows[1:]}
    assert (verdicts["X1"]["part_A"], verdicts["X1"]["part_B"]) == ("ineligible", "potentially eligible")
    assert verdicts["X1"]["in_words"].startswith(
        "Cohort A: not eligible as entered (A1); Cohort B: potentially"
    )
    assert not verdicts["X2"]["part_A"]


def test_the_command_line_evaluates_each_part(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("name,consent,mutation,brain\nX1,yes,no,no\n", encoding="utf-8")
    arguments = ["evaluate", str(tmp_path / "list.csv"), "--protocol", str(COHORTS)]
    line = json.loads(CliRunner().invoke(main, arguments).stdout)
    assert line["parts"]["A"] == {"verdict": "ineligible", "failed": ["A1"], "unresolved": []}
    assert (line["verdict"], line["failed"], line["parts"]["B"]["verdict"]) == ("eligible", [], "eligible")


def test_a_trial_is_shown_with_its_parts_and_with_what_is_not_judged(tmp_path: Path) -> None:
    text = COHORTS.read_text(encoding="utf-8")
    begun, rest = text.split("[[criterion]]", 1)
    file = tmp_path / "trial.toml"
    file.write_text(f'{begun}[[criterion]]\nline = "Both cohorts:"\n\n[[criterion]]{rest}', encoding="utf-8")
    shown = CliRunner().invoke(main, ["protocol", "show", str(file)]).stdout
    assert "\nA: Cohort A\n" in shown
    assert "\nNot judged, a line of the record:\n  Both cohorts:\n\nI1 " in shown
    assert "  As written  mutation\n  Belongs to  Cohort A\n" in shown


@pytest.mark.parametrize(
    ("language", "told"), [("en", "as entered: Cohort B."), ("zh", "可能符合条件（队列B）")]
)
def test_coordinators_hear_for_which_part_a_candidate_was_found(
    tmp_path: Path, language: str, told: str
) -> None:
    clock = Clock()
    db = open_database(tmp_path / "cohorts.db", clock)
    conversation = Conversation(
        Screenings(db, clock), People(db, clock), Setup((load(str(COHORTS)),), ZONE, "terminal")
    )
    person = conversation.people.add("clinician", "S01", "terminal", "local", "en")
    conversation.people.add("coordinator", "S01", "terminal", "office", language)
    heard = list[str]()
    for place, text in enumerate(("/new", *ONLY_B, "Confirm and save")):
        turn = conversation.handle(
            person, Message("command" if text == "/new" else "text", text, f"t{place}")
        )
        actions = [action for _, other in turn.others for action in other.actions]
        heard += [action.text for action in actions if isinstance(action, Reply)]
    assert any(told in each for each in heard)
    db.close()


def test_a_line_to_copy_has_the_verdict_of_each_part(tmp_path: Path) -> None:
    output = said(tmp_path, "en", (*ONLY_B, "s", "copy"))
    assert "Cohort A: not eligible as entered (A1); Cohort B: potentially eligible as entered" in output
    output = output.replace("Potentially", "potentially")
    assert "eligible" not in output.replace("potentially eligible", "").replace("not eligible", "").replace(
        "eligibility", ""
    )
