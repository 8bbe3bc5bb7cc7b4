"""Makes a site's file with screenings whose answers are known, and looks at what a file holds."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from dialogs.answers import Measurement
from dialogs.dialogue import Step
from dialogs.loading import load
from state.database import open_database
from state.people import People
from state.screenings import Screening, Screenings

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
AGE = "81"
MERGED = {
    "sites": "*",
    "people": "code, role, site, status, language, notified, created_at",
    "protocols": "*",
    "screenings": "*",
    "log": "*",
    "verdicts": "*",
    "positions": "screening, person, state, entries, head, updated_at, set_aside",
    "register": "*",
}


class Site:
    """One site's file, with one clinician, worked on day by day."""

    def __init__(self, path: Path, code: str, day: int = 0) -> None:
        self.path = path
        self.now = START + timedelta(days=day)
        self.db = open_database(path, self.clock)
        self.people = People(self.db, self.clock)
        self.screenings = Screenings(self.db, self.clock)
        self.code = code
        self.person = self.people.add("clinician", code, "telegram", "70001").code

    def clock(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    def on(self, day: int) -> Site:
        self.now = START + timedelta(days=day)
        return self

    def start(self, earlier: str | None = None) -> Screening:
        return self.screenings.start(
            load("NCT04420494"),
            self.person,
            self.code,
            zone="+08:00",
            channel="telegram",
            earlier=earlier,
            source=f"telegram:{self.person}:{self.now.timestamp()}",
        )

    def answer(self, screening: Screening, age: str = AGE) -> Screening:
        """Answer with an age that rules the patient out, and go to where it can be saved."""
        steps = [Step("answer", "age_years", Measurement("=", Decimal(age), "a")), Step("finish")]
        self.screenings.take(screening, steps, self.person)
        return screening

    def save(self, screening: Screening) -> str:
        self.screenings.take(screening, [Step("save")], self.person)
        return screening.number

    def saved(self, earlier: str | None = None) -> str:
        return self.save(self.answer(self.start(earlier)))

    def close(self) -> Path:
        self.db.close()
        return self.path


def content(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Everything that is merged, sorted."""
    with closing(sqlite3.connect(path)) as db:
        return {
            table: sorted(db.execute(f"SELECT {columns} FROM {table}"), key=repr)
            for table, columns in MERGED.items()
        }


def rows(path: Path, sql: str, values: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute(sql, tuple(values)).fetchall()


def tamper(path: Path, table: str, sql: str) -> None:
    """Change a row behind the triggers' back."""
    with closing(sqlite3.connect(path)) as db:
        for event in ("update", "delete"):
            db.execute(f"DROP TRIGGER IF EXISTS {table}_no_{event}")
        db.execute(sql)
        db.commit()
