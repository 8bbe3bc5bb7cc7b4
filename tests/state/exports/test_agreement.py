"""Whatever happened to screenings, everything that is shown or written of them says the same.

Random histories are held against a slow model.
"""

from __future__ import annotations

import csv
import json
import random
from collections import Counter
from collections.abc import Callable
from contextlib import closing
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
from dialogs.verdicts import IN_FILES
from state.database import connect
from state.exports import Selection, export
from state.exports.snapshot import snapshot
from state.moments import stamp
from state.screenings import Screenings
from state.standing import cut_off
from state.stats import stats
from tests.state.histories import BEGINNING, PROTOCOL, History
from tests.state.slow_model import Told, subjects, told

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
    for item in screenings.listed(limit=1000):
        one = every[item.number]
        assert (item.state, item.verdict) == (one.state, one.verdict)
        assert item.unresolved == one.unresolved
    waiting = {item.number for item in screenings.listed(state="undetermined", limit=1000)}
    assert waiting == {number for number, one in every.items() if one.verdict == "undetermined"}
    conversation = Conversation(screenings, history.people, Setup((PROTOCOL,), "+08:00", "terminal"))

    def texts(person: str, message: Message) -> str:
        turn: Turn = conversation.handle(history.people.get(person), message)
        return "\n".join(action.text for action in turn.actions if isinstance(action, Reply))

    open_items = texts(history.coordinator, Message("command", "/open"))
    newest = [item.number for item in screenings.listed(state="undetermined", limit=10)]
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
