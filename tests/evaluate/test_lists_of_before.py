"""Lists made while other trials were on offer: what is certain is taken, what is of a trial elsewhere is left out."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.command import main
from bot.evaluate.matrix import evaluate_matrix
from bot.evaluate.verdicts import evaluate_file, left_out, templates
from bot.wording.phrases import phrases
from dialogs.candidates import BadFile, Elsewhere, listed, outcomes, read_candidates
from dialogs.loading import load, parse_protocol, shipped_protocols
from dialogs.protocol import Protocol

HEAD = """
format = 2
id = "{}"
title = "A fictional trial"

"""
WEIGHT = (
    HEAD
    + """
[[question]]
use = "body_weight"
possible = [{}]
usual = [40, 150]

[[criterion]]
code = "I1"
inclusion = "Light"
rule = 'body_weight <= "{} kg"'

[[criterion]]
code = "E3"
exclusion = "{}"
"""
)
PAIN = (
    HEAD
    + """
[[question]]
id = "pain"
kind = "choice"
ask = "Pain?"
options = [{{ code = "mild", text = "Mild" }}, {{ code = "{}", text = "Strong" }}]

[[criterion]]
code = "E1"
exclusion = "Pain"
rule = 'pain == "mild"'
"""
)


def weighing(name: str, possible: str, limit: int = 100, exclusion: str = "Smokes") -> Protocol:
    return parse_protocol(WEIGHT.format(name, possible, limit, exclusion), f"{name}.toml")


SMALL, LARGE = weighing("SMALL", "2, 300"), weighing("LARGE", "30, 400", 200, "Drinks")


def test_a_column_whose_question_is_now_asked_for_each_trial_is_taken_for_each() -> None:
    portfolio = listed([SMALL, LARGE])
    assert {"SMALL/body_weight", "LARGE/body_weight"} <= portfolio.position.keys()
    for text in (
        "name,body_weight\nC1,150 kg\n",
        json.dumps([{"name": "C1", "answers": {"body_weight": "150 kg"}}]),
    ):
        (row,) = read_candidates(portfolio, text)
        assert {*row.answers} == {"SMALL/body_weight", "LARGE/body_weight"}
        failed = {trial.id: found and found.failed for trial, found in outcomes(portfolio, row)}
        assert failed == {"SMALL": ("I1",), "LARGE": ()}


def test_a_trial_whose_question_cannot_take_it_has_the_fault_and_the_others_their_verdict() -> None:
    portfolio = listed([SMALL, LARGE])
    (row,) = read_candidates(portfolio, "name,body_weight\nC1,20 kg\n", accept_unusual=True)
    assert [fault.question for fault in row.faults] == ["LARGE/body_weight"]
    found = {trial.id: outcome and outcome.failed for trial, outcome in outcomes(portfolio, row)}
    assert found == {"SMALL": (), "LARGE": None}


def test_a_column_of_a_trials_own_goes_before_one_of_before() -> None:
    text = "name,body_weight,LARGE/body_weight\nC1,150 kg,90 kg\n"
    (row,) = read_candidates(listed([SMALL, LARGE]), text)
    assert {name: str(answer.value) for name, answer in row.answers.items()} == {
        "SMALL/body_weight": "150",
        "LARGE/body_weight": "90",
    }


@pytest.mark.parametrize("column", ["SMALL/body_weight", "SMALL/e3"])
def test_a_column_behind_the_name_of_a_trial_is_that_trials_also_where_it_is_the_only_one(
    column: str,
) -> None:
    answer = "no" if column.endswith("e3") else "90 kg"
    (row,) = read_candidates(SMALL, f"name,{column}\nC1,{answer}\n")
    assert {*row.answers} == {column.removeprefix("SMALL/")}


@pytest.mark.parametrize(
    ("trials", "column", "named"),
    [
        ([SMALL, LARGE], "e3", "SMALL/e3, LARGE/e3"),
        (
            [parse_protocol(PAIN.format(name, code), name) for name, code in (("A", "most"), ("B", "some"))],
            "pain",
            "A/pain, B/pain",
        ),
    ],
    ids=["a criterion of each", "other options"],
)
def test_where_it_is_not_certain_the_new_columns_are_named(
    trials: list[Protocol], column: str, named: str
) -> None:
    known = Elsewhere(lambda: [weighing("THIRD", "2, 300")])
    with pytest.raises(BadFile) as refused:
        [*read_candidates(listed(trials), f"name,{column}\nC1,no\n", elsewhere=known)]
    assert refused.value.details["likely"] == named


def test_two_columns_for_one_answer_are_refused() -> None:
    with pytest.raises(BadFile) as refused:
        [*read_candidates(SMALL, "name,body_weight,SMALL/body_weight\nC1,90 kg,91 kg\n")]
    assert refused.value.code == "list_column_twice"


def test_an_answer_of_an_object_is_no_column_of_a_table() -> None:
    for key in ("name", ""):
        with pytest.raises(BadFile):
            [*read_candidates(SMALL, json.dumps([{"name": "C1", "answers": {key: "x"}}]))]
    with pytest.raises(BadFile):
        [*read_candidates(SMALL, "name,,body_weight\nC1,x,90 kg\n")]


def filled(trials: list[Protocol]) -> bytes:
    """Return an empty list of the trials with one candidate of whom nothing is known but the age."""
    (_, content), *_ = templates(listed(trials), phrases("en"))
    header = next(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    line = ["C1" if name == "name" else "45" if name == "age_years" else "unknown" for name in header]
    return content + ",".join(line).encode() + b"\r\n"


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("gone", [*sorted(shipped_protocols())])
def test_the_list_of_an_hour_ago_is_evaluated_after_a_trial_was_closed(gone: str, language: str) -> None:
    trials = [load(name) for name in sorted(shipped_protocols())]
    rest = [each for each in trials if each.id != gone]
    found = evaluate_matrix(listed(rest), filled(trials), phrases(language), known=trials)
    assert (found.evaluated, found.faulty) == (1, 0)
    assert gone in found.left_out
    assert not any(each.id in found.left_out for each in rest)
    alone = evaluate_file(rest[0], filled(trials), phrases(language), known=trials)
    assert (alone.evaluated, alone.faulty) == (1, 0)
    assert all((each.id in alone.left_out) == (each != rest[0]) for each in trials)


@pytest.mark.parametrize("gone", [*sorted(shipped_protocols())])
def test_the_list_of_an_hour_ago_is_evaluated_after_a_trial_was_added(gone: str) -> None:
    trials = [load(name) for name in sorted(shipped_protocols())]
    before = [each for each in trials if each.id != gone]
    found = evaluate_matrix(listed(trials), filled(before), phrases("en"), known=trials)
    assert (found.evaluated, found.faulty, found.left_out) == (1, 0, "")


def test_a_column_that_nobody_knows_is_refused_beside_those_that_are_left_out() -> None:
    elsewhere = Elsewhere(lambda: [LARGE])
    with pytest.raises(BadFile) as refused:
        [*read_candidates(SMALL, "name,LARGE/e3,shoe_size\nC1,no,9\n", elsewhere=elsewhere)]
    assert refused.value.details["column"] == "shoe_size"
    assert "more" not in refused.value.details


def test_the_command_line_knows_the_shipped_trials_and_says_once_what_it_left_out(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_bytes(filled([load("EXAMPLE-DM2"), load("EXAMPLE-NSCLC")]))
    options = ["--protocol", "EXAMPLE-DM2", "--db", str(tmp_path / "none.db")]
    done = CliRunner().invoke(main, ["evaluate", str(tmp_path / "list.csv"), *options])
    assert done.exit_code == 0, done.output
    (told,) = done.stderr.splitlines()
    assert "EXAMPLE-NSCLC" in told
    assert not (tmp_path / "none.db").exists()


def test_nothing_is_said_where_nothing_was_left_out() -> None:
    assert left_out(Elsewhere(), phrases("en")) == ""
