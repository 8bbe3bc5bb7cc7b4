"""A list against several trials: the verdicts of each by itself, what they ask alike read once, in lines or a table."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.command import main
from bot.evaluate.matrix import COLOURS, evaluate_matrix
from bot.evaluate.sheets import read_list
from bot.evaluate.verdicts import evaluate_file, templates
from bot.wording.phrases import phrases
from dialogs.answers import COMPUTED, UNKNOWN, Answer
from dialogs.candidates import BadFile, Outcome, judged, listed, outcomes, play, read_candidates
from dialogs.dialogue import EXCLUDED, REVIEW, Step, begin
from dialogs.errors import AnswerError
from dialogs.loading import load, parse_protocol
from dialogs.portfolio.merging import asked_by
from dialogs.protocol import Protocol
from tests.dialogs.portfolios import Case, cases
from tests.dialogs.test_amendments import TRIAL

LIST = "name,age_years,sex,hba1c\nC1,45,male,8.0 %\nC2,17,male,\nC3,forty,male,\n"


# the same outcome --------------------------------------------------------------------------------


def by_dialogue(protocol: Protocol, answers: Mapping[str, Answer]) -> Outcome:
    """Take every step in the dialogue itself."""
    dialogue, first, asked = begin(protocol), None, list[str]()
    while dialogue.state != REVIEW:
        if dialogue.state == EXCLUDED:
            first = dialogue.first_failed
            dialogue.take(Step("continue" if dialogue.can("continue") else "finish"))
            continue
        if first is None:
            asked.append(dialogue.state)
        answer = answers.get(dialogue.state) or _worked_out(protocol, dialogue.state, answers)
        dialogue.take(Step("answer", dialogue.state, answer))
    return Outcome(
        dialogue.verdict, dialogue.failed_codes, first, dialogue.unresolved, tuple(asked), dialogue.parts
    )


def _worked_out(protocol: Protocol, question: str, answers: Mapping[str, Answer]) -> Answer:
    formula = protocol.formulas.get(protocol.position[question])
    parts = [protocol.questions[place].id for place in formula.places] if formula is not None else []
    return COMPUTED if any(answers.get(part, UNKNOWN) != UNKNOWN for part in parts) else UNKNOWN


@given(cases(), st.data())
def test_what_a_list_comes_to_is_what_the_dialogue_comes_to(case: Case, data: st.DataObject) -> None:
    missing = data.draw(st.sets(st.sampled_from(sorted(case.table))))
    known = {question: answer for question, answer in case.table.items() if question not in missing}
    for index, trial in enumerate(case.portfolio.trials):
        own = case.own(index, known)
        try:
            expected = by_dialogue(trial.protocol, own)
        except AnswerError:
            assume(False)  # a limit in another unit than its value: such a row has a fault
        assert play(trial.protocol, own) == expected
        found = judged(trial.protocol, own)
        assert (found.verdict, found.failed, found.first_failed) == (
            expected.verdict,
            expected.failed,
            expected.first_failed,
        )
        assert (found.unresolved, found.parts) == (expected.unresolved, expected.parts)


def test_each_trial_of_a_list_has_the_verdict_that_it_has_by_itself() -> None:
    trials = [load("EXAMPLE-DM2"), load("EXAMPLE-MDD"), load("NCT04420494")]
    portfolio = listed(trials)
    text = "name,age_years,sex,depression,diagnosis\nC1,45,male,yes,aiha\nC2,17,female,no,other\nC3,80,,,\n"
    for row in read_candidates(portfolio, text, accept_unusual=True):
        for trial, found in outcomes(portfolio, row):
            own = {question: answer for question, answer in row.answers.items() if question in trial.position}
            assert found is not None
            assert found.verdict == play(trial, own).verdict


# at the command line -----------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    trials = tmp_path / "trials"
    trials.mkdir()
    (trials / "dm2.toml").write_text(load("EXAMPLE-DM2").text, encoding="utf-8")
    (trials / "other.toml").write_text(TRIAL, encoding="utf-8")
    (tmp_path / "list.csv").write_text(LIST, encoding="utf-8")
    return trials


def _evaluate(folder: Path, *options: str) -> Result:
    return CliRunner().invoke(
        main, ["evaluate", str(folder.parent / "list.csv"), "--protocol", str(folder), *options]
    )


def test_a_line_names_no_unusual_value_that_its_trial_does_not_ask_for(folder: Path) -> None:
    (folder.parent / "list.csv").write_text("name,age_years,hba1c\nC1,119,18 %\n", encoding="utf-8")
    result = _evaluate(folder, "--accept-unusual")
    assert result.exit_code == 0, result.output
    lines = map(json.loads, result.stdout.splitlines())
    unusual = {line["trial"]: line.get("unusual") for line in lines}
    assert unusual.pop("EXAMPLE-DM2") == ["age_years", "hba1c"]
    assert list(unusual.values()) == [["age_years"]]


def test_there_is_a_line_a_candidate_and_trial(folder: Path) -> None:
    done = _evaluate(folder)
    assert done.exit_code == 1, "one row has a fault"
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(line["name"], line["trial"], line["verdict"], line["first_failed"]) for line in lines] == [
        ("C1", "EXAMPLE-DM2", "undetermined", None),
        ("C1", "EX-AMENDED", "undetermined", None),
        ("C2", "EXAMPLE-DM2", "ineligible", "I1"),
        ("C2", "EX-AMENDED", "ineligible", "I1"),
    ]
    assert "row 4 (C3), age_years: 'forty' cannot be read as a number" in done.stderr
    assert "No verdict for: EXAMPLE-DM2, EX-AMENDED." in done.stderr


def test_a_fault_concerns_the_trials_that_ask_the_question_and_no_others(folder: Path) -> None:
    text = "name,age_years,hba1c\nC1,17,8.0\nC2,17,8.0 %\n,17,8.0 %\n"
    (folder.parent / "list.csv").write_text(text, encoding="utf-8")
    done = _evaluate(folder)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(line["name"], line["trial"]) for line in lines] == [
        ("C1", "EX-AMENDED"),
        ("C2", "EXAMPLE-DM2"),
        ("C2", "EX-AMENDED"),
    ]
    assert done.exit_code == 1
    without_unit, without_name = done.stderr.splitlines()
    assert "row 2 (C1), hba1c: " in without_unit
    assert without_unit.endswith("No verdict for: EXAMPLE-DM2.")
    assert without_name.endswith("No verdict for: EXAMPLE-DM2, EX-AMENDED."), "whose row it is nobody knows"
    table = _evaluate(folder, "--format", "matrix").stdout.removeprefix("\ufeff")
    (_, *first), (_, *second), third = [*csv.reader(io.StringIO(table))][1:]
    assert first[:2] == ["", "not eligible (I1)"]
    assert first[2].endswith("No verdict for: EXAMPLE-DM2.")
    assert second == ["not eligible (I1)", "not eligible (I1)", ""]
    assert third[:3] == ["", "", ""]


def test_what_contradicts_concerns_the_trials_that_ask_either() -> None:
    trials = [load("EXAMPLE-DM2"), load("NCT04420494"), parse_protocol(TRIAL, "trial.toml")]
    text = "name,sex,pregnant_or_lactating\nC1,male,pregnant\n"
    (row,) = read_candidates(listed(trials), text)
    asked = [trial.id for trial, found in outcomes(listed(trials), row) if found is None]
    assert asked == [trial.id for trial in trials if {"sex", "pregnant_or_lactating"} & trial.position.keys()]


def test_the_table_has_a_row_a_candidate_and_a_column_a_trial(folder: Path) -> None:
    done = _evaluate(folder, "--format", "matrix")
    header, *rows = csv.reader(io.StringIO(done.stdout.removeprefix("\ufeff")))
    assert header == ["name", "EXAMPLE-DM2", "EX-AMENDED", "faults"]
    assert [(row[0], row[2]) for row in rows] == [
        ("C1", "undetermined (I2, E1, E2, E3)"),
        ("C2", "not eligible (I1)"),
        ("C3", ""),
    ]
    assert "'forty'" in rows[2][3]


@pytest.mark.parametrize("bad", [4, 9])
def test_beside_a_table_standard_error_has_the_first_faults_and_how_many_there_are(
    folder: Path, bad: int
) -> None:
    lines = "".join(f"C{n},45,maybe\n" for n in range(bad))
    (folder.parent / "list.csv").write_text(f"name,age_years,sex\n{lines}", encoding="utf-8")
    told = _evaluate(folder, "--format", "matrix").stderr.splitlines()
    assert len(told) == (bad if bad == 4 else 6)
    assert (f"{bad} rows with faults; the column faults has all of them, {bad}." in told[-1]) == (bad > 5)
    assert len(_evaluate(folder).stderr.splitlines()) == bad, "lines have no column of them"


def test_the_workbook_says_each_verdict_in_words_and_in_its_colour(folder: Path) -> None:
    target = folder.parent / "matrix.xlsx"
    _evaluate(folder, "--format", "matrix", "--output", str(target))
    sheet = openpyxl.load_workbook(target).active
    told = {
        cell.value: cell.fill.fgColor.rgb
        for row in sheet.iter_rows(min_row=2)
        for cell in row[1:3]
        if cell.value
    }
    for words, colour in told.items():
        verdict = "ineligible" if words.startswith("not eligible") else words.split()[0]
        assert colour.endswith(COLOURS[verdict].removeprefix("#"))
    assert len(told) >= 2
    again = _evaluate(folder, "--format", "matrix", "--output", str(target))
    assert (again.exit_code, "exists" in again.output) == (2, True)


def _reasons(content: bytes) -> list[tuple[str, ...]]:
    sheet = openpyxl.load_workbook(io.BytesIO(content))["reasons"]
    return [tuple(cell or "" for cell in row) for row in sheet.iter_rows(values_only=True)]


def test_the_workbook_says_the_reasons_in_words_at_the_command_line_and_in_the_chat(folder: Path) -> None:
    target, files = folder.parent / "matrix.xlsx", sorted(folder.glob("*.toml"))
    _evaluate(folder, "--format", "matrix", "--output", str(target))
    found = evaluate_matrix(listed([load(str(file)) for file in files]), LIST.encode(), phrases("en"))
    header, *rows = _reasons(target.read_bytes())
    assert _reasons(found.content) == [header, *rows]
    assert header == ("name", "trial", "verdict", "in_words")
    assert [row[:3] for row in rows] == [
        ("C1", "EXAMPLE-DM2", "undetermined"),
        ("C1", "EX-AMENDED", "undetermined"),
        ("C2", "EXAMPLE-DM2", "not eligible"),
        ("C2", "EX-AMENDED", "not eligible"),
    ]
    assert rows[0][3].startswith("Open: ")
    assert rows[2][3].startswith("Not met: I1 ")


def test_a_list_in_the_chat_is_told_what_to_do_in_the_chat() -> None:
    portfolio = listed([load("EXAMPLE-DM2"), load("EXAMPLE-MDD")])
    found = evaluate_matrix(portfolio, b"name,hba1c\nC1,19 %\n", phrases("en"))
    (row,) = openpyxl.load_workbook(io.BytesIO(found.content)).active.iter_rows(min_row=2, values_only=True)
    assert "with the caption: unusual" in row[-1]


def test_a_column_that_no_trial_knows_is_told_and_the_template_has_those_of_all(folder: Path) -> None:
    header = _evaluate(folder, "--template").stdout.removeprefix("\ufeff").splitlines()[0].split(",")
    assert {"name", "age_years", "hba1c", "platelets", "smoker"} <= set(header)
    assert header.count("age_years") == 1, "what both ask alike"
    (folder.parent / "list.csv").write_text("name,hb1ac\nC1,8\n", encoding="utf-8")
    done = _evaluate(folder)
    assert done.exit_code == 2
    assert "hb1ac" in done.output
    assert "hba1c" in done.output


def test_the_empty_list_says_of_each_column_what_it_asks_and_for_which_trials() -> None:
    trials = [load(name) for name in ("EXAMPLE-DM2", "EXAMPLE-MDD", "EXAMPLE-NSCLC", "NCT04420494")]
    for language in ("en", "zh"):
        made = dict(templates(listed(trials), phrases(language)))
        assert [*made] == ["candidates.csv", "candidates.xlsx"]
        header, _, asked, of = csv.reader(io.StringIO(made["candidates.csv"].decode("utf-8-sig")))
        assert all(row[0].startswith("#") for row in (asked, of))
        told = {name: (ask, trials) for name, ask, trials in zip(header, asked, of, strict=True)}
        portfolio = listed(trials)
        for place, question in enumerate(portfolio.questions):
            ids = [trial.id for trial, _ in asked_by(portfolio, place)]
            ask = " ".join(question.ask[language].split())
            assert told[question.id] == (ask, phrases(language).plain("list").join(ids))
        for content in made.values():
            assert [*read_list(portfolio, content)] == []


def test_no_column_is_taken_for_another_trials() -> None:
    trials = [load(name) for name in ("EXAMPLE-DM2", "EXAMPLE-MDD", "EXAMPLE-NSCLC", "NCT04420494")]
    names = listed(trials).position.keys()
    assert {"e3", "e4", "e5", "body_weight"}.isdisjoint(names), "each trial has its own"
    assert {"EXAMPLE-MDD/e3", "EXAMPLE-DM2/body_weight", "NCT04420494/body_weight", "age_years"} <= names
    with pytest.raises(BadFile) as refused:
        [*read_candidates(listed(trials), "name,e3\nC1,no\n")]
    assert refused.value.details["likely"] == "EXAMPLE-MDD/e3"
    (row,) = read_candidates(listed(trials), "name,EXAMPLE-MDD/e3\nC1,yes\n")
    failed = {trial.id: found.failed for trial, found in outcomes(listed(trials), row) if found}
    assert failed == {trial.id: ("E3",) if trial.id == "EXAMPLE-MDD" else () for trial in trials}
    assert listed(trials[:1]).position.keys() == trials[0].position.keys(), "of one alone they are its own"


CHINESE = """
format = 2
id = "CHINESE"
languages = ["zh"]
title = "虚构试验"

[[criterion]]
code = "I1"
inclusion = "年龄12至17周岁"
rule = "12 <= age_years <= 17"

[[criterion]]
code = "E1"
exclusion = "男性"
rule = 'sex == "male"'

[[criterion]]
code = "E2"
exclusion = "血红蛋白低于90"
rule = 'hemoglobin < "90 g/L"'
"""


def test_the_reasons_are_in_the_readers_language_also_of_a_trial_that_lacks_it() -> None:
    trials = [load("EXAMPLE-DM2"), parse_protocol(CHINESE, "chinese.toml")]
    content = b"name,age_years,sex,hemoglobin\nC1,45,male,98 g/L\nC2,15,,\n"
    told = {
        language: [
            row[3]
            for row in _reasons(evaluate_matrix(listed(trials), content, phrases(language)).content)
            if row[1] == "CHINESE"
        ]
        for language in ("en", "zh")
    }
    assert told["en"] == [
        "Not met: I1 age at most 17 years; Exclusion applies: E1 sex: Male",
        "Open: E1 Sex, E2 Haemoglobin",
    ]
    assert all("12至17周岁" in each or "男性" in each for each in told["zh"])
    alone = evaluate_file(trials[1], content, phrases("en"))
    assert alone.evaluated == 2
    assert "age at most 17 years" in _cells(alone.content)


def _cells(content: bytes) -> str:
    rows = openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)
    return " ".join(str(cell) for row in rows for cell in row if cell)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_in_the_chat_a_workbook_comes_back_with_a_column_a_trial(language: str) -> None:
    portfolio = listed([load("EXAMPLE-DM2"), load("EXAMPLE-MDD")])
    found = evaluate_matrix(portfolio, LIST.encode(), phrases(language))
    assert (found.evaluated, found.faulty, found.name) == (2, 1, "verdicts.xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(found.content)).active
    assert [cell.value for cell in sheet[1]] == ["name", "EXAMPLE-DM2", "EXAMPLE-MDD", "faults"]
    assert sheet["B2"].value != "eligible"
