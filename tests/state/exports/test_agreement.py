"""Whatever happened to screenings, everything that is shown or written of them says the same.

Random histories (answered, gone back on, corrected, saved, reopened, amended after a query, cancelled, screened again,
by a clock that is set back now and then) are held against a slow model: it reads each log from its beginning.
"""

from __future__ import annotations

import csv
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from sqlite_utils import Database

from bot.conversation import Conversation, Setup
from bot.exchange import Message, Reply, Turn
from bot.wording.phrases import phrases
from dialogs.answers import UNKNOWN, Answer, Measurement
from dialogs.dialogue import EXCLUDED, REASONS, REVIEW, STEP_KINDS, Dialogue, Step, StepKind, begin
from dialogs.errors import DialogError
from dialogs.loading import load
from dialogs.proofs import representatives
from dialogs.reading import MAX_DIGITS
from dialogs.verdicts import IN_FILES
from state.database import connect, open_database, stamp
from state.exports import Selection, export
from state.exports.snapshot import snapshot
from state.people import People
from state.replay import step_from
from state.screenings import Screening, Screenings
from state.standing import cut_off
from state.stats import stats
from tests.state.random_files import LIKELY, read

PROTOCOL = load("NCT04420494")
BEGINNING = datetime(2026, 3, 2, 8, tzinfo=UTC)
UNFORESEEN = 0.1
TYPABLE = [
    [
        answer
        for answer in representatives(PROTOCOL, place)
        if not isinstance(answer, Measurement) or len(answer.value.as_tuple().digits) <= MAX_DIGITS
    ]
    for place in range(len(PROTOCOL.questions))
]
"""Answers on either side of every limit, with no more digits than can be entered."""


# random histories --------------------------------------------------------------------------------


class History:
    """Screenings of one clinician, acted on at random."""

    def __init__(self, path: Path, seed: int) -> None:
        self.chance, self.now = random.Random(seed), BEGINNING
        self.db = open_database(path, self.clock)
        self.db.execute("PRAGMA synchronous=OFF")
        self.people = People(self.db, self.clock)
        self.person = self.people.add("clinician", "S01", "terminal", "local").code
        self.coordinator = self.people.add("coordinator", "S01", "telegram", "2").code
        self.screenings = Screenings(self.db, self.clock)

    def clock(self) -> datetime:
        return self.now

    def act(self, times: int) -> None:
        numbers: list[str] = []
        for _ in range(times):
            self.now += timedelta(seconds=self.chance.choice((1, 20, 3000, -40)))
            if not numbers or self.chance.random() < 0.04:
                earlier = self.chance.choice(numbers) if numbers and self.chance.random() < 0.5 else None
                numbers.append(
                    self.screenings.start(
                        PROTOCOL, self.person, "S01", zone="+08:00", channel="terminal", earlier=earlier
                    ).number
                )
            screening = self.screenings.load(self.chance.choice(numbers[-3:]))
            for step in self._steps(screening):
                try:
                    self.screenings.take(screening, [step], self.person)
                except DialogError:
                    screening = self.screenings.load(screening.number)

    def _steps(self, screening: Screening) -> Iterator[Step]:
        """Return a run of answers, or one of the other things that a person may do."""
        chance, dialogue = self.chance, screening.dialogue
        if screening.state == "completed":
            yield from self._again(screening)
        elif screening.state in (REVIEW, EXCLUDED) and chance.random() < 0.6:
            yield Step("save" if screening.state == REVIEW else "finish")
        elif chance.random() < 0.75:
            for _ in range(chance.choice((1, 3, 12))):
                if dialogue.state in PROTOCOL.position:
                    yield Step(
                        "answer", dialogue.state, self._answer(dialogue), reason=chance.choice(REASONS)
                    )
        else:
            for _ in range(chance.choice((1, 1, 4))):
                kind: StepKind = chance.choice(("back", "back", "correct", "continue", "finish", "cancel"))
                wanted = chance.choice(dialogue.applied) if dialogue.applied else None
                yield Step(kind, wanted if kind == "correct" else None)

    def _again(self, screening: Screening) -> Iterator[Step]:
        chance, dialogue = self.chance, screening.dialogue
        wanted = chance.choice(dialogue.applied)
        act = chance.random()
        if act < 0.3:
            self.screenings.note(screening, "query", self.coordinator, {"code": "unit"}, question=wanted)
            if chance.random() < 0.8:
                self.screenings.amend(
                    screening, wanted, chance.choice(REASONS), screening.entries, self.person
                )
        elif act < 0.4:
            self.screenings.note(screening, "disagree", self.person, {"reason": "data"})
        elif act < 0.8:
            yield Step("reopen")

    def _answer(self, dialogue: Dialogue) -> Answer:
        place = PROTOCOL.position[dialogue.state]
        luck = self.chance.random()
        if luck < UNFORESEEN / 2:
            return UNKNOWN
        if luck < UNFORESEEN:
            return self.chance.choice(TYPABLE[place])
        return read(PROTOCOL.questions[place], self.chance.choice(LIKELY[dialogue.state]))


# the slow model ----------------------------------------------------------------------------------


@dataclass
class Told:
    """What a log comes to: state, verdict, and the status of each answer by its entry."""

    state: str = "open"
    verdict: str | None = None
    failed: tuple[str, ...] = ()
    unresolved: tuple[str, ...] = ()
    closed_at: str = ""
    current: dict[str, int] = field(default_factory=dict)
    statuses: dict[int, str] = field(default_factory=dict)
    values: dict[int, tuple[str, str]] = field(default_factory=dict)

    @property
    def exported(self) -> bool:
        return self.state != "open"


def told(db: Database, number: str, until: str | None = None) -> Told:
    """Read a log from its beginning, up to its first entry that is later than `until`."""
    found, dialogue = Told(), begin(PROTOCOL)
    newest: dict[str, int] = {}
    kept: dict[str, int] | None = None
    counted: set[int] = set()
    pending: set[int] = set()
    rows = db.execute(
        "SELECT entry, at, kind, question, value, unit, detail FROM log WHERE screening = ? ORDER BY entry",
        [number],
    )
    for entry, at, kind, question, value, unit, detail in rows:
        if until is not None and at > until:
            break
        if kind in STEP_KINDS:
            dialogue.take(step_from(kind, question, value, unit, detail))
        if kind == "answer":
            newest[question] = entry
            pending.add(entry)
            found.values[entry] = (question, value)
        elif kind in ("reopen", "amend"):
            found.state = "revising"
        elif kind == "save":
            kept, counted, pending = dict(newest), counted | pending, set()
            found.state, found.verdict, found.closed_at = "completed", dialogue.verdict, at
            found.failed, found.unresolved = dialogue.failed_codes, dialogue.unresolved
            found.current = {question: newest[question] for question in dialogue.applied}
        elif kind == "cancel" and kept is not None:
            newest, pending, found.state = dict(kept), set(), "completed"
        elif kind == "cancel":
            found.state, found.closed_at = "cancelled", at
    if kept is None:
        counted, kept = pending, newest
        waits = set() if found.state == "cancelled" else set(newest) - set(dialogue.set_aside)
        found.current = {q: newest[q] for q in newest if q in dialogue.applied or q in waits}
    for entry, (question, _) in found.values.items():
        if found.current.get(question) == entry:
            found.statuses[entry] = "current"
        elif entry in counted and kept[question] != entry:
            found.statuses[entry] = "superseded"
        else:
            found.statuses[entry] = "set aside"
    return found


def subjects(db: Database, all_told: dict[str, Told]) -> Counter[str]:
    """Count subjects by the verdict of the last of the linked screenings that was saved, whenever that was."""
    earlier = dict(db.execute("SELECT number, earlier FROM screenings").fetchall())
    newest: dict[str, tuple[int, str]] = {}
    for number, one in all_told.items():
        root, place = number, 0
        while earlier[root] is not None:
            root, place = earlier[root], place + 1
        if one.verdict is not None:
            newest[root] = max(newest.get(root, (0, "")), (place, number))
    return Counter(str(all_told[number].verdict) for _, number in newest.values())


# what is shown and written -----------------------------------------------------------------------

Expected = dict[str, Told]


def shown(one: Told) -> str:
    return IN_FILES[one.verdict or "cancelled"]


def statuses(expected: Expected) -> dict[tuple[str, int], str]:
    return {
        (number, entry): status for number, one in expected.items() for entry, status in one.statuses.items()
    }


def views_agree(db: Database, expected: Expected) -> None:
    rows = db.execute("SELECT screening, entry, status FROM answers")
    assert {(number, entry): status for number, entry, status in rows} == statuses(expected)
    for number, state, verdict, failed, asked in db.execute(
        "SELECT screening, state, verdict, all_failed, questions_asked FROM screening_log"
    ):
        one = expected[number]
        assert (state, verdict) == (one.state, shown(one) if one.verdict else None), number
        assert (failed or "").split() == list(one.failed)
        assert asked == (len(one.current) if one.verdict else None)
    open_items = {
        (number, code) for number, one in expected.items() if one.verdict for code in one.unresolved
    }
    assert set(db.execute("SELECT screening, criterion FROM open_items").fetchall()) == open_items


def csv_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def snapshot_agrees(path: Path, expected: Expected) -> None:
    with snapshot(path) as data:
        rows = {row.screening: row for row in data.rows()}
        assert set(rows) == set(expected)
        for number, row in rows.items():
            assert {answer.entry: answer.status for answer in data.answers(row)} == expected[number].statuses
            assert row.shown_verdict == shown(expected[number])
            assert row.state == expected[number].state


def tables_agree(path: Path, expected: Expected, folder: Path) -> None:
    log = csv_rows(export(path, "csv", folder / "log.csv").path)
    assert {row["screening_code"]: (row["state"], row["verdict"]) for row in log} == {
        number: (one.state, shown(one)) for number, one in expected.items()
    }
    for row in log:
        for question in ("age_years", "sex", "diagnosis"):
            entry = expected[row["screening_code"]].current.get(question)
            value = expected[row["screening_code"]].values[entry][1] if entry else ""
            assert row[question] == value
    answers = csv_rows(export(path, "answers", folder / "answers.csv").path)
    assert {(row["screening"], int(row["entry"])): row["status"] for row in answers} == statuses(expected)
    assert {row["screening"]: row["verdict"] for row in answers} == {
        number: shown(one) for number, one in expected.items() if one.statuses
    }
    head, *cells = load_workbook(export(path, "xlsx", folder / "book.xlsx").path)["Answers"].iter_rows(
        values_only=True
    )
    sheet = [dict(zip(map(str, head), row, strict=True)) for row in cells]
    assert {(row["screening"], row["entry"]): row["status"] for row in sheet} == statuses(expected)
    table = f"read_parquet('{export(path, 'parquet', folder / 'parquet').path}/answers/**/*.parquet')"
    found = duckdb.execute(f"SELECT screening, entry, status FROM {table}").fetchall()
    assert {(number, entry): status for number, entry, status in found} == statuses(expected)


def log_agrees(path: Path, expected: Expected, folder: Path) -> None:
    lines = export(path, "log", folder / "log.jsonl").path.read_text(encoding="utf-8").splitlines()
    found = {line["screening"]: line for line in map(json.loads, lines)}
    for number, one in expected.items():
        line = found[number]
        assert line["verdict"].replace("_", " ") == shown(one)
        assert line["state"] == one.state
        assert tuple(line["unresolved"]) == one.unresolved
        aside = {one.values[entry][0] for entry, status in one.statuses.items() if status == "set aside"}
        assert {q for q in line["set_aside"] if q in aside} <= aside - set(one.current)


def fhir_agrees(path: Path, expected: Expected, folder: Path) -> None:
    text = export(path, "fhir-ndjson", folder / "fhir.ndjson").path.read_text(encoding="utf-8")
    for resource in map(json.loads, text.splitlines()):
        if resource["resourceType"] == "QuestionnaireResponse":
            named = {item["linkId"].partition(".")[0] for item in resource.get("item", ())}
            assert named == set(expected[resource["id"]].current), resource["id"]


def sdtm_agrees(path: Path, expected: Expected, folder: Path) -> None:
    written = export(path, "sdtm", folder / "sdtm").path

    def rows(name: str) -> list[dict[str, Any]]:
        found = json.loads((written / name).read_text(encoding="utf-8"))
        return [dict(zip([c["name"] for c in found["columns"]], row, strict=True)) for row in found["rows"]]

    assert Counter(row["PSSTAT"].lower() for row in rows("psans.json")) == Counter(
        statuses(expected).values()
    )
    assert Counter(row["PSVERD"].lower().replace("_", " ") for row in rows("psver.json")) == Counter(
        map(shown, expected.values())
    )


def counts_agree(path: Path, db: Database, expected: Expected) -> None:
    hand = subjects(db, expected)
    for verdict in (None, *hand):
        trials = stats(path, Selection(verdict=verdict)).trials
        total = trials[0].total if trials else None
        found = (total.potentially_eligible, total.excluded, total.open) if total else (0, 0, 0)
        assert found == tuple(
            hand[name] if verdict in (None, name) else 0
            for name in ("eligible", "ineligible", "undetermined")
        )


def chat_agrees(history: History, every: Expected) -> None:
    screenings, say = history.screenings, phrases("en")
    for item in screenings.standings(limit=1000):
        one = every[item.number]
        assert (item.state, item.verdict) == (one.state, one.verdict)
        assert item.unresolved == one.unresolved
    waiting = {item.number for item in screenings.standings(state="undetermined", limit=1000)}
    assert waiting == {number for number, one in every.items() if one.verdict == "undetermined"}
    talk = Conversation(screenings, history.people, Setup((PROTOCOL,), "+08:00", "terminal"))

    def texts(person: str, message: Message) -> str:
        turn: Turn = talk.handle(history.people.get(person), message)
        return "\n".join(action.text for action in turn.actions if isinstance(action, Reply))

    open_items = texts(history.coordinator, Message("command", "/open"))
    newest = [item.number for item in screenings.standings(state="undetermined", limit=10)]
    assert all(number in open_items for number in newest)
    for line in texts(history.person, Message("command", "/recent")).splitlines():
        named = next((number for number in every if number in line), None)
        if named is not None and every[named].verdict is not None:
            assert say.plain(f"verdict_{every[named].verdict}") in line
    for number, one in every.items():
        if one.state == "completed":
            screening = Screenings(history.db).load(number)
            assert screening.saved[-1].verdict == screening.dialogue.verdict == one.verdict
            assert set(screening.dialogue.applied) == set(one.current)


def cut_offs_agree(path: Path, db: Database, chance: random.Random) -> None:
    moments = [row[0] for row in db.execute("SELECT DISTINCT at FROM log ORDER BY at")]
    for moment in chance.sample(moments, min(3, len(moments))):
        past = connect(path, read_only=True)
        with closing(past.conn):
            cut_off(past, moment)
            numbers = [row[0] for row in past.execute("SELECT number FROM screenings")]
            then = {number: told(db, number, moment) for number in numbers}
            rows = past.execute(
                "SELECT a.screening, a.entry, a.status FROM answers a JOIN standing g ON g.screening = a.screening"
                " WHERE g.state <> 'open'"
            )
            exported = {number: one for number, one in then.items() if one.exported}
            assert {(number, entry): status for number, entry, status in rows} == statuses(exported)
            found = past.execute("SELECT screening, state, verdict FROM standing").fetchall()
            assert {number: (state, verdict) for number, state, verdict in found} == {
                number: (one.state, one.verdict) for number, one in then.items()
            }


@settings(  # a seed that is smaller is no simpler: nothing to shrink
    max_examples=10,
    deadline=None,
    phases=(Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(seed=st.integers(0, 10**9), times=st.integers(10, 140))
def test_everything_says_the_same_of_any_history(
    tmp_path_factory: pytest.TempPathFactory, seed: int, times: int
) -> None:
    folder = tmp_path_factory.mktemp("agreement")
    path = folder / "site.db"
    history = History(path, seed)
    with closing(history.db.conn):
        history.act(times)
        numbers = [row[0] for row in history.db.execute("SELECT number FROM screenings")]
        every = {number: told(history.db, number) for number in numbers}
        expected = {number: one for number, one in every.items() if one.exported}
        views_agree(history.db, every)
        snapshot_agrees(path, expected)
        cut_offs_agree(path, history.db, history.chance)
        counts_agree(path, history.db, expected)
        chat_agrees(history, every)
        if expected:
            written: tuple[Callable[[Path, Expected, Path], None], ...] = (
                tables_agree,
                log_agrees,
                fhir_agrees,
                sdtm_agrees,
            )
            for agrees in written:
                agrees(path, expected, folder)


def test_the_histories_have_everything_in_them(tmp_path: Path) -> None:
    history = History(tmp_path / "site.db", 7)
    with closing(history.db.conn):
        history.act(900)
        every = [told(history.db, row[0]) for row in history.db.execute("SELECT number FROM screenings")]
        kinds = {row[0] for row in history.db.execute("SELECT DISTINCT kind FROM log")}
    assert {"back", "correct", "reopen", "amend", "cancel", "query_answer", "disagree"} <= kinds
    assert {one.state for one in every} == {"open", "completed", "cancelled", "revising"}
    assert {one.verdict for one in every} == {None, "eligible", "ineligible", "undetermined"}
    assert {status for one in every for status in one.statuses.values()} == {
        "current",
        "superseded",
        "set aside",
    }
    assert stamp(BEGINNING) < stamp(history.now)
