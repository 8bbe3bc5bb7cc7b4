"""Worked cases, played through the dialogue."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dialogs.candidates import play, read_candidates
from dialogs.protocol import Protocol

TEXT = (Path(__file__).parent.parent / "data" / "vignettes.json").read_text(encoding="utf-8")
VIGNETTES = json.loads(TEXT)


def test_there_are_vignettes() -> None:
    assert len(VIGNETTES) >= 20


@pytest.mark.parametrize("index", range(len(VIGNETTES)), ids=[v["name"] for v in VIGNETTES])
def test_vignette(protocol: Protocol, index: int) -> None:
    expected, row = VIGNETTES[index], list(read_candidates(protocol, TEXT))[index]
    outcome = play(protocol, row.answers)
    assert row.faults == []
    assert outcome.verdict == expected["verdict"]
    assert list(outcome.failed) == expected["failed"]
    assert list(outcome.unresolved) == expected["unresolved"]
    assert outcome.first_failed == expected.get("first_failed", outcome.first_failed)
    assert set(expected.get("asked", ())) <= set(outcome.asked)
    assert not set(expected.get("not_asked", ())) & set(outcome.asked)


BAD_ROWS = {
    "unit": ('[{"name": "x", "answers": {"hemoglobin": {"value": 9, "unit": "furlong"}}}]', "hemoglobin"),
    "option": ('[{"name": "x", "answers": {"sex": "maybe"}}]', "sex"),
    "question": ('[{"name": "x", "answers": {"shoe_size": 9}}]', "shoe_size"),
    "impossible": ('[{"name": "x", "answers": {"hemoglobin": {"value": 900, "unit": "g/L"}}}]', "hemoglobin"),
    "no unit": ("name,hemoglobin\nx,98\n", "hemoglobin"),
    "contradiction": (
        '[{"name": "x", "answers": {"sex": "male", "pregnant_or_lactating": "pregnant"}}]',
        "sex",
    ),
    "two units": (
        '[{"name": "x", "answers": {"alt": {"value": 1, "unit": "ukat/L"}, "alt_uln": {"value": 40, "unit": "U/L"}}}]',
        "alt_uln",
    ),
    "nan": ('[{"name": "x", "answers": {"age_years": NaN}}]', "age_years"),
    "list": ('[{"name": "x", "answers": {"sex": ["male"]}}]', "sex"),
}


@pytest.mark.parametrize(("text", "field"), BAD_ROWS.values(), ids=BAD_ROWS)
def test_a_bad_cell_is_named_by_row_and_field_and_never_becomes_unknown(
    protocol: Protocol, text: str, field: str
) -> None:
    (row,) = read_candidates(protocol, text)
    assert row.faults
    assert "row 1 (x)" in row.faults[0]
    assert field in row.faults[0]


def test_a_csv_cell_holds_value_and_unit(protocol: Protocol) -> None:
    text = 'name,age_years,hemoglobin,bilirubin_total\nx,45,"9,8 g/dL",28/21 umol/L\n'
    (row,) = read_candidates(protocol, text)
    assert row.faults == []
    assert set(row.answers) == {"age_years", "hemoglobin", "bilirubin_total", "bilirubin_uln"}
