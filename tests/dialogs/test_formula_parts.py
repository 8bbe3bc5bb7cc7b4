"""What a number is worked out from is asked at once, wherever it stands in the file."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from dialogs.answers import COMPUTED, Choice, Measurement
from dialogs.dialogue import Dialogue
from dialogs.loading import parse_protocol, parse_stored
from dialogs.protocol import Protocol
from dialogs.steps import Step

TEXT: Final = """
format = 2
id = "FICTION-PARTS"
title = "A fictional trial of a dose by weight"

[[question]]
id = "dose"
ask = "Dose a day and kg?"
units = [{ code = "mg/kg/d", label = "mg/kg/day" }]
possible = [0, 100]
usual = [1, 50]
formula = "given / body_weight"
decimals = 3

[[question]]
id = "fever"
ask = "Fever?"

[[question]]
id = "given"
ask = "Dose a day?"
units = [{ code = "mg/d", label = "mg/day" }]
possible = [0, 5000]
usual = [1, 3000]

[[criterion]]
code = "E1"
exclusion = "More than 2 mg/kg a day"
rule = 'dose > "2 mg/kg/d"'

[[criterion]]
code = "E2"
exclusion = "Fever"
rule = 'fever'
"""


def order(protocol: Protocol) -> list[str]:
    return [question.id for question in protocol.questions]


def test_all_parts_are_asked_at_once_after_work_it_out() -> None:
    protocol = parse_protocol(TEXT, "trial.toml")
    dialogue = Dialogue(protocol)
    asked = []
    for answer in (
        COMPUTED,
        Measurement("=", Decimal(1), "mg/d"),
        Measurement("=", Decimal(70), "kg"),
        Choice("yes"),
    ):
        asked.append(dialogue.state)
        dialogue.take(Step("answer", dialogue.state, answer))
    assert asked[0] == "dose"
    assert set(asked[1:3]) == {"given", "body_weight"}
    assert asked[3] == "fever"


def test_a_file_that_was_stored_before_keeps_its_order() -> None:
    stored = parse_protocol(TEXT, "trial.toml").text
    before = "".join(
        line for line in stored.splitlines(keepends=True) if not line.startswith("# Asked at once")
    )
    assert before != stored
    assert order(parse_stored(before, "stored")) == ["body_weight", "dose", "fever", "given"]
    assert order(parse_stored(stored, "stored")) == order(parse_protocol(TEXT, "trial.toml"))
    assert parse_protocol(stored, "again").text == stored


def test_a_file_whose_parts_stand_above_is_stored_as_it_stood() -> None:
    head, dose, fever, given, *criteria = TEXT.split("\n[[")
    sorted_text = "\n[[".join((head, given, dose, fever, *criteria))
    protocol = parse_protocol(sorted_text, "trial.toml")
    assert order(protocol) == ["given", "body_weight", "dose", "fever"]
    assert "# Asked at once" not in protocol.text
