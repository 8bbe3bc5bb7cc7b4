"""Changes a file behind the bot's back, one random change at a time, and asks whether `verify` finds it.

python -m tests.state.tampering [COUNT]
"""

from __future__ import annotations

import random
import shutil
import sqlite3
import sys
import tempfile
from pathlib import Path

from state.audit import verify
from tests.state.making_files import make_file

NOT_AUDITED = {
    "people": {"language", "notified", "current", "created_at"},
    "accounts": {"channel", "account"},
    "invitations": {
        "role",
        "site",
        "created_by",
        "created_at",
        "expires_at",
        "used_by",
        "used_at",
        "revoked_at",
        "hash",
    },
    "positions": {"prompt", "prompted_entry", "reminded_at", "updated_at"},
    "sites": {"name", "created_at"},
    "meta": {"created_at"},
}
"""Columns that are no part of the record: what helps to find it, and what the audit says it leaves out."""
TABLES = ("screenings", "log", "verdicts", "register", "protocols", "positions", "people", "sites", "meta")


def mutate(path: Path, dice: random.Random) -> str:
    """Make one change; gives what it was."""
    db = sqlite3.connect(path)
    db.execute("PRAGMA foreign_keys=OFF")
    db.execute("PRAGMA ignore_check_constraints=ON")
    kind = dice.choice(
        ["cell"] * 8 + ["row removed", "row doubled", "tail cut", "trigger dropped", "rows swapped"]
    )
    table = dice.choice(TABLES)
    triggers = db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        db.execute(f"DROP TRIGGER {name}")
    said = _change(db, dice, kind, table)
    dropped = dice.choice(triggers)[0] if kind == "trigger dropped" else None
    for name, sql in triggers:
        if name != dropped:
            db.execute(sql)
    db.commit()
    db.close()
    return said


def _change(db: sqlite3.Connection, dice: random.Random, kind: str, table: str) -> str:
    columns = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
    rows = db.execute(f"SELECT * FROM {table}").fetchall()
    keys = [row[1] for row in db.execute(f"PRAGMA table_info({table})") if row[5]]
    row = dice.choice(rows)
    where = " AND ".join(f"{key} = ?" for key in keys)
    values = [row[columns.index(key)] for key in keys]
    if kind == "cell":
        audited = [c for c in columns if c not in NOT_AUDITED.get(table, ())]
        column = dice.choice(audited)
        if table == "meta":
            if row[0] in NOT_AUDITED["meta"]:
                row, values = ("head",), ["head"]
            column = "value"
        old = db.execute(f"SELECT {column} FROM {table} WHERE {where}", values).fetchone()[0]
        new = _other(dice, old)
        db.execute(f"UPDATE OR REPLACE {table} SET {column} = ? WHERE {where}", [new, *values])
        return f"{table}.{column}: {old!r} -> {new!r}"
    if kind == "row removed" or kind == "trigger dropped":
        if kind == "row removed":
            db.execute(f"DELETE FROM {table} WHERE {where}", values)
        return f"{kind}: {table} {values}"
    if kind == "tail cut":
        number = dice.choice(db.execute("SELECT DISTINCT screening FROM log").fetchall())[0]
        last = "(SELECT max(entry) FROM log WHERE screening = ?1)"
        db.execute(
            f"DELETE FROM log WHERE screening = ?1 AND entry = {last}",
            [number],
        )
        return f"tail of {number} cut"
    long = "SELECT screening, count(*) FROM log GROUP BY 1 HAVING count(*) > 3"
    number, entries = dice.choice(db.execute(long).fetchall())
    first = dice.randrange(2, entries)
    if kind == "rows swapped":
        for source, target in ((first, -1), (first + 1, first), (-1, first + 1)):
            db.execute("UPDATE log SET entry = ? WHERE screening = ? AND entry = ?", [target, number, source])
        return f"entries {first} and {first + 1} of {number} swapped"
    db.execute(
        "INSERT INTO log SELECT screening, (SELECT max(entry) + 1 FROM log WHERE screening = ?1), at, person, kind,"
        " question, value, unit, compared, compared_unit, detail, NULL, hash FROM log"
        " WHERE screening = ?1 AND entry = ?2",
        [number, first],
    )
    return f"entry {first} of {number} doubled"


def _other(dice: random.Random, old: object) -> object:
    if isinstance(old, int):
        return old + dice.choice([-1, 1, 7])
    if old is None:
        return dice.choice(["x", "0"])
    text = str(old)
    at = dice.randrange(len(text) + 1)
    changed = text[:at] + dice.choice(["x", "9", " ", "é"]) + text[at + dice.randrange(2) :]
    return changed if changed != text else text + "y"


def found(count: int, seed: int, folder: Path) -> list[str]:
    """Make `count` changes, each to a fresh copy; gives those that were not found."""
    dice = random.Random(seed)
    original = make_file(folder / "original.db")
    missed = []
    for index in range(count):
        copy = folder / f"changed-{index}.db"
        shutil.copy(original, copy)
        said = mutate(copy, dice)
        if not verify(copy).problems:
            missed.append(said)
        for end in ("", "-wal", "-shm"):
            copy.with_name(copy.name + end).unlink(missing_ok=True)
    return missed


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    with tempfile.TemporaryDirectory() as folder:
        missed = found(count, 1, Path(folder))
    print(f"{count} changes, {count - len(missed)} found")
    for said in missed:
        print(f"missed: {said}")
    sys.exit(bool(missed))


if __name__ == "__main__":
    main()
