"""Changes a file behind the bot's back in every place there is, and asks whether `verify` finds each change.

Walks every cell, row and object of the schema: cells are changed and put in each other's place, rows removed and
invented, triggers, indexes, views and tables dropped, changed and added under names that look like SQLite's own;
the triggers that refuse a change are dropped for it and made again as they were. What is not covered is listed by
name, with the reason that `tests.state.coverage` gives.

python -m tests.state.tampering [--record]
"""

from __future__ import annotations

import sqlite3
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from sqlite_utils import Database

from state.database import open_database
from state.errors import StateError
from state.verify import applied, verify_open
from tests.soak.recording import record
from tests.state.coverage import COVERAGE, HOW

OLD: Final = Path(__file__).parent.parent / "data" / "ab62225.sqlite"
ODD_NAMES: Final = (
    "CREATE TABLE _sqliteX (a)",
    "CREATE TABLE xsqlite_y (a)",
    "CREATE TABLE psqlite_stat1 (a)",
    "CREATE VIEW _sqlite_migrations_view AS SELECT 1",
    "CREATE INDEX idx__sqlite_more ON log (at)",
    "CREATE TRIGGER _sqlite_trigger AFTER INSERT ON log BEGIN SELECT 1; END",
)
INVENTED: Final = {
    "meta": ("last of S01", "7"),
    "accounts": ("telegram", "424242", None),
    "_sqlite_migrations": (None, "another", "first", "2026-01-01"),
}
"""Rows that somebody would think of; ``None`` is taken from a row that is there."""


Statements = tuple[tuple[str, tuple[Any, ...]], ...]


@dataclass(frozen=True, slots=True)
class Change:
    """Statements that change a file in one way; those of ``after`` when the triggers are there again.

    ``covered`` says whether `verify` is to find it.
    """

    said: str
    statements: Statements = ()
    after: Statements = ()
    covered: bool = True


def uncovered() -> dict[str, frozenset[str]]:
    """Return the columns of each table in which a change is not to be found."""
    return {
        table: frozenset(column for column, by in columns.items() if by not in HOW)
        for table, columns in COVERAGE.items()
    }


def load(path: Path) -> sqlite3.Connection:
    """Take a file into memory."""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as file:
        return _copy(file)


def _copy(of: sqlite3.Connection) -> sqlite3.Connection:
    memory = sqlite3.connect(":memory:", isolation_level=None)
    of.backup(memory)
    memory.execute("PRAGMA ignore_check_constraints=ON")
    return memory


@contextmanager
def changed(db: sqlite3.Connection, change: Change) -> Iterator[Database]:
    """Return a copy with the change made as if no trigger had been there."""
    with closing(_copy(db)) as copy:
        triggers = copy.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            copy.execute(f"DROP TRIGGER {name}")
        for text, values in change.statements:
            copy.execute(text, values)
        for _, sql in triggers:
            copy.execute(sql)
        for text, values in change.after:
            copy.execute(text, values)
        yield Database(copy)


def found(db: sqlite3.Connection, change: Change) -> str | None:
    """Make a change, and give the first finding."""
    with changed(db, change) as tampered:
        try:
            report = verify_open(tampered, applied(tampered))
        except StateError as error:
            return str(error)
    return str(report.problems[0]) if report.problems else None


def cells(db: sqlite3.Connection, rows_each: int | None) -> Iterator[Change]:
    """Change cells: to what another row has there, and to something else. Of each table all rows, or some."""
    open_ones = uncovered()
    for table in COVERAGE:
        columns, keys, there = _content(db, table)
        references = {row[3] for row in db.execute(f"PRAGMA foreign_key_list({table})")}
        for row in _some(there, rows_each):
            where, values = _where(columns, keys, row)
            for place, column in enumerate(columns):
                covered = column not in open_ones[table]
                news = _others(row[place], [other[place] for other in there])
                for new in news if covered else [] if column in references else news[:1]:
                    yield Change(
                        f"{table}.{column}: {row[place]!r} -> {new!r}",
                        ((f"UPDATE {table} SET {column} = ? WHERE {where}", (new, *values)),),
                        covered=covered,
                    )


def rows(db: sqlite3.Connection, rows_each: int | None) -> Iterator[Change]:
    """Remove rows, and invent rows."""
    open_ones = uncovered()
    for table in COVERAGE:
        columns, keys, there = _content(db, table)
        covered = open_ones[table] != set(columns)
        for row in _some(there, rows_each):
            where, values = _where(columns, keys, row)
            yield Change(
                f"{table} {values} removed",
                ((f"DELETE FROM {table} WHERE {where}", values),),
                covered=covered,
            )
            if not covered:
                continue
            new = _invented(table, columns, keys, row, there)
            marks = ", ".join("?" * len(columns))
            yield Change(
                f"{table} {new[: len(keys)]} invented",
                ((f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", new),),
            )


def objects(db: sqlite3.Connection) -> Iterator[Change]:
    """Drop, change and add objects of the schema."""
    for kind, name, table, sql in db.execute(
        "SELECT type, name, tbl_name, sql FROM sqlite_master"
    ).fetchall():
        if sql is None or name.startswith(("_sqlite", "idx__sqlite")):
            continue
        drop = f"DROP {kind} {name}"
        yield _schema_change(f"{kind} {name} dropped", drop)
        if kind == "view":
            yield _schema_change(f"view {name} changed", drop, f"CREATE VIEW {name} AS SELECT 1 AS one")
        if kind == "trigger":
            harmless = f"CREATE TRIGGER {name} BEFORE DELETE ON {table} BEGIN SELECT 1; END"
            yield _schema_change(f"trigger {name} changed", drop, harmless)
        if kind == "table":
            yield _schema_change(f"column added to {name}", f"ALTER TABLE {name} ADD COLUMN more TEXT")
    for sql in ODD_NAMES:
        yield _schema_change(sql, sql)


def _schema_change(said: str, *statements: str) -> Change:
    return Change(said, after=tuple((statement, ()) for statement in statements))


def odd(db: sqlite3.Connection) -> Iterator[Change]:
    """Put what no column of ours can hold into every column of a table made anew without its types."""
    for table in COVERAGE:
        columns, _, _ = _content(db, table)
        for column in columns:
            for value in (None, b"\xff\x00", 2**62, -1, 1.5, "", "[" * 3000, '{"a": [null]}', "\ud7ff\x00"):
                yield Change(
                    f"{table}.{column} made {str(value)[:20]!r}",
                    (
                        (f"CREATE TEMP TABLE was AS SELECT * FROM main.{table}", ()),
                        (f"DROP TABLE {table}", ()),
                        (f"CREATE TABLE {table} AS SELECT * FROM temp.was", ()),
                        ("DROP TABLE temp.was", ()),
                        (f"UPDATE {table} SET {column} = ?", (value,)),
                    ),
                )


def walk(db: sqlite3.Connection, rows_each: int | None = None) -> Iterator[tuple[Change, str | None]]:
    """Make every change that SQLite takes, one at a time; with `rows_each`, so many rows of each table."""
    for change in (*cells(db, rows_each), *rows(db, rows_each), *objects(db)):
        try:
            yield change, found(db, change)
        except sqlite3.IntegrityError:
            continue  # SQLite itself refuses it: the key is taken, or the cell cannot be empty


def _content(db: sqlite3.Connection, table: str) -> tuple[list[str], list[str], list[tuple[Any, ...]]]:
    info = db.execute(f"PRAGMA table_info({table})").fetchall()
    keys = [row[1] for row in info if row[5]]
    order = f" ORDER BY {', '.join(keys)}" if keys else ""
    return [row[1] for row in info], keys, db.execute(f"SELECT * FROM {table}{order}").fetchall()


def _where(columns: list[str], keys: list[str], row: tuple[Any, ...]) -> tuple[str, tuple[Any, ...]]:
    return " AND ".join(f"{key} IS ?" for key in keys), tuple(row[columns.index(key)] for key in keys)


def _some(rows: list[tuple[Any, ...]], count: int | None) -> list[tuple[Any, ...]]:
    if count is None or len(rows) <= count:
        return rows
    return [rows[(place + 1) * len(rows) // count - 1] for place in range(count)]


def _others(old: Any, column: list[Any]) -> list[Any]:
    """Return other values for a cell: the next one of its column that differs, and a changed one."""
    later = next((value for value in column if value != old and value is not None), None)
    if old is None:
        return [later if later is not None else "x"]
    changed_to = old + 1 if isinstance(old, int) else f"{old}9" if old else "x"
    return [value for value in (later, changed_to) if value is not None]


def _invented(
    table: str, columns: list[str], keys: list[str], row: tuple[Any, ...], found: list[tuple[Any, ...]]
) -> tuple[Any, ...]:
    """Return a row that could be there: like `row`, under a key that is free."""
    if table in INVENTED:
        return tuple(row[at] if value is None else value for at, value in enumerate(INVENTED[table]))
    new = dict(zip(columns, row, strict=True))
    last = keys[-1]
    if isinstance(new[last], int):
        new[last] = max(other[columns.index(last)] for other in found if other[0] == row[0]) + 1
    elif str(new[last])[-1:].isdigit() and table not in ("protocols", "invitations"):
        new[last] = f"{str(new[last])[:-2]}99"
    else:
        new[last] = str(new[last])[::-1]
    if table == "screenings":
        new["sequence"] = int(new["number"][-4:])
    if "source" in new:
        new["source"] = None
    return tuple(new.values())


def main() -> None:
    """Walk the file that an earlier version wrote, once it was migrated."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "file.db"
        path.write_bytes(OLD.read_bytes())
        open_database(path).close()
        db = load(path)
    untouched = found(db, Change("nothing"))
    if untouched is not None:
        sys.exit(f"the file as it was written does not verify: {untouched}")
    counts: Counter[str] = Counter()
    missed, false = [], []
    for change, finding in walk(db):
        counts["covered" if change.covered else "not covered"] += 1
        if change.covered and finding is None:
            missed.append(change.said)
        if not change.covered and finding is not None:
            false.append(f"{change.said}: {finding}")
    for change in odd(db):
        counts["odd"] += 1
        if found(db, change) is None:
            missed.append(change.said)
    print(f"{counts['covered']} changes to what is covered, {counts['covered'] - len(missed)} found")
    print(f"{counts['odd']} odd values, each named without a traceback")
    print(f"{counts['not covered']} changes to what is not covered, {len(false)} false findings")
    for table, columns in uncovered().items():
        for column in sorted(columns):
            print(f"not covered: {table}.{column}, {COVERAGE[table][column]}")
    for said in (*missed, *false):
        print(f"missed: {said}")
    if "--record" in sys.argv:
        record(
            "F9 every cell, row and object of a file changed",
            {
                "changes": counts["covered"],
                "missed": len(missed),
                "false findings": len(false),
                "of what is not covered": counts["not covered"],
            },
        )
    sys.exit(bool(missed or false))


if __name__ == "__main__":
    main()
