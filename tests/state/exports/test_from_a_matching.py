"""A screening that came out of a matching is exported as one that was begun alone and given the same answers.

Alike are all values and words; what names a screening, when something was, and the order of what was answered differ.
"""

from __future__ import annotations

import csv
import io
import json
import random
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pyarrow.parquet
import pytest
from openpyxl import load_workbook

from dialogs.answers import UNKNOWN, Answer
from dialogs.dialogue import EXCLUDED, REVIEW, Step
from dialogs.loading import load, shipped_protocols
from dialogs.portfolio.merging import merged
from dialogs.proofs import representatives
from dialogs.protocol import Protocol
from state.database import open_database
from state.exports import FORMATS, export
from state.exports.selection import Selection
from state.matchings import dialogue_of
from state.people import People
from state.screenings import Screening, Screenings
from tests.dialogs.portfolios import fitting, harmless
from tests.state.sample_file import Clock

TRIALS = tuple(load(name) for name in sorted(shipped_protocols()))
PORTFOLIO = merged(TRIALS)
PATIENTS: Final = 3
PERSON = "S01-P01"
_DIFFERS = (
    re.compile(r"\d{4}-\d\d-\d\d([T ][\d:.]+(Z|[+-][\d:]+)?)?"),  # moments and days
    re.compile(r"\b[0-9a-f]{8}-[0-9a-f-]{27}\b|\b[0-9a-f]{64}\b"),  # identities and hashes
    re.compile(r"\bS01-\d{4}\b"),
)
_IN_ORDER = re.compile(r"entry|log_no|sequence|.*SEQ|.*DTC|.*DY|median_minutes")
"""Names of what counts places or moments."""


class Office:
    """A file of one site."""

    def __init__(self, folder: Path, name: str) -> None:
        self.path, self.folder, clock = folder / f"{name}.db", folder, Clock()
        self.db = open_database(self.path, clock)
        People(self.db, clock).add("clinician", "S01", "terminal", "local")
        self.screenings = Screenings(self.db, clock)

    def matched(self, patient: Mapping[str, Answer]) -> Screening:
        matching = self.screenings.start(PORTFOLIO, PERSON, "S01", zone="+08:00", channel="test")
        while matching.state != REVIEW:
            known = fitting(dialogue_of(matching), patient)
            self.screenings.take(matching, [Step("answer", matching.state, known)], PERSON)
        return matching

    def opened(self, matching: Screening, trial: str) -> Screening:
        screening = self.screenings.open_trial(matching, trial, PERSON, channel="test")
        self.saved(screening)
        return screening

    def alone(self, protocol: Protocol, answers: Mapping[str, Answer]) -> Screening:
        screening = self.screenings.start(protocol, PERSON, "S01", zone="+08:00", channel="test")
        while screening.state in protocol.position:
            given = answers.get(screening.state, UNKNOWN)
            self.screenings.take(screening, [Step("answer", screening.state, given)], PERSON)
        self.saved(screening)
        return screening

    def saved(self, screening: Screening) -> None:
        ending = [Step("finish")] if screening.state == EXCLUDED else []
        self.screenings.take(screening, [*ending, Step("save")], PERSON)

    def exported(self, name: str, trial: str) -> Any:
        """What a format says of a trial, without what differs from one screening to the next."""
        target = self.folder / f"{self.path.stem}-{name}-{trial}"
        return _alike(list(_records(export(self.path, name, target, Selection(protocol=trial)).path)))


def _records(path: Path) -> Iterator[Any]:
    """Yield what stands in an export, as values."""
    if path.is_dir():
        for each in sorted(path.rglob("*")):
            if each.is_file() and not each.name.startswith("."):  # the list of hashes
                yield {each.name: list(_records(each))}
    elif path.suffix == ".parquet":
        yield from pyarrow.parquet.read_table(path).to_pylist()
    elif path.read_bytes()[:2] == b"PK":
        book = load_workbook(io.BytesIO(path.read_bytes()))
        for sheet in book.worksheets:
            names, *rows = sheet.iter_rows(values_only=True)
            yield {sheet.title: _named(names, rows)}
    else:
        yield from _texts(path.read_text(encoding="utf-8-sig"))


def _named(names: Iterable[object], rows: Iterable[Iterable[object]]) -> list[dict[str, object]]:
    return [dict(zip(map(str, names), row, strict=True)) for row in rows]


def _texts(text: str) -> Iterator[Any]:
    if not text.startswith("{"):
        yield from csv.DictReader(text.splitlines())
        return
    try:
        yield json.loads(text)
    except json.JSONDecodeError:
        yield from map(json.loads, text.splitlines())


def _alike(value: Any) -> Any:
    if isinstance(value, Mapping) and "rows" in value:  # a dataset of SDTM
        return _alike(_named([each["name"] for each in value["columns"]], value["rows"]))
    if isinstance(value, Mapping):
        kept = {_alike(key): each for key, each in value.items() if not _IN_ORDER.fullmatch(str(key))}
        return {key: _alike(kept[key]) for key in sorted(kept)}
    if isinstance(value, list | tuple):
        return sorted((_alike(each) for each in value), key=repr)
    text = str(value)
    for differs in _DIFFERS:
        text = differs.sub("…", text)
    return text


def patients() -> Iterator[dict[str, Answer]]:
    """One whom nothing rules out, and some of whom each answer is any that rules tell apart."""
    places = range(len(PORTFOLIO.questions))
    yield {PORTFOLIO.questions[place].id: harmless(PORTFOLIO, place)[0] for place in places}
    chance = random.Random(7)
    for _ in range(PATIENTS):
        yield {
            PORTFOLIO.questions[place].id: chance.choice(representatives(PORTFOLIO, place))
            for place in places
        }


@pytest.fixture(scope="module")
def offices(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Office, Office, str]]:
    """Files with a matching and what came out of it, each beside one with a screening for a trial begun alone."""
    found = []
    for number, patient in enumerate(patients()):
        folder = tmp_path_factory.mktemp(f"patient{number}")
        ward = Office(folder, "ward")
        matching = ward.matched(patient)
        for place, trial in enumerate(TRIALS):
            opened, other = ward.opened(matching, trial.id), Office(folder, f"alone{place}")
            alone = other.alone(trial, opened.dialogue.answers)
            if set(alone.dialogue.applied) == set(opened.dialogue.applied):
                found.append((ward, other, trial.id))
    return found


@pytest.mark.parametrize("name", FORMATS)
def test_an_export_does_not_tell_whether_a_screening_came_out_of_a_matching(
    offices: list[tuple[Office, Office, str]], name: str
) -> None:
    assert {trial for *_, trial in offices} == {trial.id for trial in TRIALS}, "there is something to compare"
    for ward, other, trial in offices:
        assert ward.exported(name, trial) == other.exported(name, trial)


def test_a_screening_that_came_out_of_a_matching_begins_before_its_first_answer(tmp_path: Path) -> None:
    ward = Office(tmp_path, "ward")
    matching = ward.matched(next(patients()))
    for trial in TRIALS:
        opened = ward.opened(matching, trial.id)
        first, second = ward.db.execute(
            "SELECT at FROM log WHERE screening = ? ORDER BY entry LIMIT 2", [opened.number]
        ).fetchall()
        assert matching.started_at == opened.started_at == first[0] < second[0]
