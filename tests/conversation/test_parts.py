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
from bot.reviewing.document import document
from bot.terminal import Terminal
from bot.wording.lists import about
from bot.wording.phrases import phrases, plain
from dialogs.loading import load, parse_protocol
from dialogs.protocol import Protocol
from state.database import open_database
from state.people import People
from state.screenings import Screenings
from tests.conversation.office import said as said_in
from tests.conversation.playing import ZONE, Clock
from tests.conversation.test_contradictions import desk
from tests.dialogs.test_parts import DYAD

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


TRIAL = load(str(COHORTS))
FAMILY = load(str(COHORTS.with_name("family.toml")))
TOGETHER: dict[str, tuple[str, tuple[str, ...], list[str]]] = {
    "the adolescent is ruled out": (
        "en",
        ("yes", "no"),
        [
            "Not eligible as entered (Adolescents): A1 is not met.",
            "Needed together: Adolescents, Parents. The trial takes nobody if one of them does not fit.",
        ],
    ),
    "the parent is ruled out, in Chinese": (
        "zh",
        ("yes", "yes", "yes", "yes"),
        [
            "按所填信息不符合条件（Parents）：符合排除标准P2。",
            "须同时符合：Adolescents、Parents。其中任一不符合，即不能参加本试验。",
        ],
    ),
    "the card of a parent who is ruled out": (
        "en",
        ("yes", "yes", "yes", "yes", "f"),
        [
            "Not eligible as entered (Parents): exclusion P2 applies.",
            "Needed together: Adolescents, Parents.",
            "Adolescents: criteria met as entered, not enough alone",
            "Parents: not eligible as entered (P2)",
        ],
    ),
    "the card of both": (
        "en",
        ("yes", "yes", "yes", "no", "s"),
        [
            "Potentially eligible as entered.",
            "Needed together: Adolescents, Parents.",
            "Adolescents: potentially eligible as entered",
            "Parents: potentially eligible as entered",
        ],
    ),
    "the review, where the parent is not known": (
        "en",
        ("yes", "yes", "u", "no"),
        [
            "Review: undetermined as entered",
            "Adolescents: criteria met as entered, not enough alone",
            "Parents: undetermined as entered (P1)",
        ],
    ),
    "the text for the record": (
        "zh",
        ("yes", "yes", "yes", "yes", "f", "record"),
        ["Adolescents：按所填信息满足本部分标准，但仅此不够", "Parents：按所填信息不符合条件（P2）"],
    ),
    "the line to copy": (
        "en",
        ("yes", "no", "f", "copy"),
        ["Adolescents: not eligible as entered (A1); Parents: undetermined as entered (P1, P2)"],
    ),
}


@pytest.mark.parametrize(("language", "typed", "told"), TOGETHER.values(), ids=TOGETHER)
def test_parts_that_are_needed_together_are_told_so(
    tmp_path: Path, language: str, typed: tuple[str, ...], told: list[str]
) -> None:
    output = said(tmp_path, language, typed, FAMILY)
    for line in told:
        assert line in output


ABOUT: dict[str, tuple[str, tuple[str, ...], list[str]]] = {
    "a question of the catalogue": ("en", (), ["Age in completed years? About: the adolescent For example"]),
    "the same in Chinese": ("zh", (), ["所问对象：青少年"]),
    "one that names whom it asks about": (
        "en",
        ("15",),
        ["Is this true of the parent? “Able to read” 1) No"],
    ),
    "answers": (
        "en",
        ("15", "yes", "yes", "yes", "no"),
        [
            "Age (the adolescent): 15 years",
            "Able to read (the parent): Yes",
            "Signed consent (the adolescent, the parent): Yes",
        ],
    ),
    "the answer that decided, in Chinese": ("zh", ("15", "no"), ["Able to read（家长）：否"]),
}


@pytest.mark.parametrize(("language", "typed", "told"), ABOUT.values(), ids=ABOUT)
def test_a_question_says_whose_answer_it_is(
    tmp_path: Path, language: str, typed: tuple[str, ...], told: list[str]
) -> None:
    output = said(tmp_path, language, typed, parse_protocol(DYAD, "dyad.toml"))
    for line in told:
        assert line in output


RULED_OUT: dict[str, tuple[str, ...]] = {
    "adolescent": ("yes", "no", "c", "yes", "no"),
    "parent": ("yes", "yes", "no", "c", "no"),
}


@pytest.mark.parametrize("typed", RULED_OUT.values(), ids=RULED_OUT)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_nobody_is_called_potentially_eligible_of_whom_a_required_part_is_ruled_out(
    tmp_path: Path, typed: tuple[str, ...], language: str
) -> None:
    output = said(tmp_path, language, (*typed, "s", "record", "copy", "/recent"), FAMILY)
    assert "S01-0001" in output
    assert "otentially eligible" not in output
    assert "可能符合条件" not in output


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "PARENT: Parents (required: whoever does not fit it fits no part)"),
        ("zh", "PARENT：Parents（必需：不符合者不能参加任何部分）"),
    ],
)
def test_what_is_printed_says_which_parts_are_required_and_draws_them_leading_out(
    language: str, told: str
) -> None:
    page = document(FAMILY, language)
    assert told in page
    assert "out of Parents" not in page
    assert "排除于Parents" not in page


def test_what_is_needed_stands_in_what_is_said_about_the_trial() -> None:
    assert "Needed together: Adolescents, Parents." in about([FAMILY], phrases("en"))
    assert "Needed" not in about([load(str(COHORTS))], phrases("en"))


def said(tmp_path: Path, language: str, typed: tuple[str, ...], trial: Protocol = TRIAL) -> str:
    """All that a screening of the trial says in a terminal."""
    clock, lines = Clock(), list[str]()
    db = open_database(tmp_path / "cohorts.db", clock)
    setup = Setup((trial,), ZONE, "terminal")
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


FOR_ALL = """
[[criterion]]
code = "I5"
inclusion = "Measurable disease"
rule = "measurable"
"""


@pytest.mark.parametrize("is_saved", [False, True])
def test_what_rules_out_the_whole_is_said_first_and_once(tmp_path: Path, is_saved: bool) -> None:
    text = COHORTS.read_text(encoding="utf-8") + FOR_ALL
    at = desk(tmp_path / "a.db", parse_protocol(text, "cohorts.toml"))
    turn = at.do("/new", "yes", "no", "no", "no", *(["Finish and save"] if is_saved else []))
    card = plain(said_in(turn))
    whole, cohort = "Not eligible as entered: I5 is not met.", "Cohort A: not eligible as entered"
    assert card.count("Not eligible as entered") == 1
    assert 0 <= card.find(whole) < card.find(cohort)
