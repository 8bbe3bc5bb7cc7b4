"""The register: one chained, append-only list of everything that is not part of a dialogue, and of where logs stood.

Kinds: ``started``, ``verdict``, ``cancelled``, ``reopened``, ``amended``, ``noted`` (of a screening: its chain's head);
``site``, ``person``, ``invitation`` (an act, and a digest of the row as it was after it); ``export``, ``backup``,
``purge``, ``numbers`` (the last number that a purge removed); ``reviewed`` (who accepted a protocol that is served);
``trial`` (opened, paused or closed at a site); ``migrated`` (an older file's rows, as they were found).
Each file has its own chain, told apart by the file's origin.

No matching stands here, whose head only counts in the total of all heads. No account stands here, since registers are
merged and leave: only a hash of it with the file's salt, which does not.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from sqlite_utils import Database

from state import append_only
from state.chain import link, pack, total
from state.columns import insert
from state.errors import Merged
from state.moments import stamp, utc_now

REGISTERED: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "site": ("sites", ("code", "name", "created_at")),
    "person": ("people", ("code", "role", "site", "status", "created_at")),
    "invitation": (
        "invitations",
        (
            "hash",
            "role",
            "site",
            "created_by",
            "created_at",
            "expires_at",
            "used_by",
            "used_at",
            "revoked_at",
        ),
    ),
}
"""Kind of entry -> the table whose row it has a digest of, and the columns in it; the first one is the key."""
MERGED: Final = "merged"
"""The origin of every merged file: so that its content is determined by what was merged."""
MARK: Final = 8
"""So many characters of an invitation's hash name it."""
OF_A_SCREENING: Final[Mapping[str, str]] = {
    "start": "started",
    "save": "verdict",
    "cancel": "cancelled",
    "reopen": "reopened",
    "amend": "amended",
}
"""Kind of log entry -> kind of register entry with its hash. Notes are ``noted``; answers are not registered."""
SEALING: Final = frozenset({"backup", "export"})
"""Entries whose hash leaves the file: they also say where the dialogues stood that were not saved yet."""
SEALED: Final = 16
"""So many characters of a head that was not saved yet."""


def meta(db: Database, key: str) -> str | None:
    """Look up what the file says of itself: ``origin``, ``created_at``, ``salt``, ``positions`` or ``head``."""
    row = db.execute("SELECT value FROM meta WHERE key = ?", [key]).fetchone()
    return row[0] if row else None


def enter(
    db: Database,
    at: datetime,
    kind: str,
    subject: str | None = None,
    person: str | None = None,
    detail: Mapping[str, Any] | None = None,
) -> str:
    """Append an entry within the caller's transaction; returns the new head of the chain."""
    origin = meta(db, "origin") or ""
    number, before = _newest(db, origin)
    entry = number + 1
    if kind in SEALING:
        unsaved = _unsaved(db)
        detail = {**(detail or {}), "open": unsaved} if unsaved else detail
    packed = pack(detail) if detail is not None else None
    fields = (origin, entry, stamp(at), person, kind, subject, packed)
    head = link(before, fields)
    db.execute(insert("register"), [*fields, head])
    db.execute("INSERT OR REPLACE INTO meta VALUES ('head', ?)", [f"{entry} {head}"])
    return head


def _newest(db: Database, origin: str) -> tuple[int, str]:
    """Return number and hash of a chain's newest entry; a chain begins with its origin."""
    row = db.execute(
        "SELECT entry, hash FROM register WHERE origin = ? ORDER BY entry DESC LIMIT 1", [origin]
    ).fetchone()
    return (row[0], row[1]) if row else (0, origin)


def enter_row(db: Database, at: datetime, kind: str, key: str, person: str | None, act: str) -> str:
    """Enter what was done to a site, person or invitation, with a digest of the row as it is now. Raises `Merged`."""
    refuse_merged(db)
    table, columns = REGISTERED[kind]
    row = db.execute(f"SELECT {', '.join(columns)} FROM {table} WHERE {columns[0]} = ?", [key]).fetchone()
    named = dict(zip(columns, row, strict=True))
    detail: dict[str, Any] = {"act": act, "row": row_digest(row)}
    detail |= {name: named[name] for name in ("role", "site") if name in named}
    if kind == "person":
        detail["accounts"] = _accounts(db, key)
    return enter(db, at, kind, key[:MARK] if kind == "invitation" else key, person, detail)


def digests(db: Database, kind: str) -> Iterator[tuple[str, str]]:
    """Yield the key of each row of a kind as the register names it, and the row's digest."""
    table, columns = REGISTERED[kind]
    for row in db.execute(f"SELECT {', '.join(columns)} FROM {table}").fetchall():
        yield row[0][:MARK] if kind == "invitation" else row[0], row_digest(row)


def row_digest(row: Iterable[Any]) -> str:
    """Return the digest by which the register knows a row."""
    return link("", tuple(row))


def account_digest(salt: str, channel: str, account: str) -> str:
    """Return the hash by which the register knows an account; without the file's salt it says nothing."""
    return link(salt, (channel, account))


def refuse_merged(db: Database) -> None:
    """Raise `Merged` for a merged file, in which no number of a site is given out and nobody is let in."""
    if meta(db, "origin") == MERGED:
        raise Merged


def head(db: Database) -> str | None:
    """Return the hash of the newest entry. Kept elsewhere, it proves later that no entry up to it was cut off."""
    row = meta(db, "head")
    return row.split()[1] if row else None


# the ends of dialogues -----------------------------------------------------------------------------------


def replace_head(db: Database, before: str | None, after: str) -> None:
    """Replace a dialogue's head by the new one in the total of all heads, within the caller's transaction."""
    known = meta(db, "positions")
    if known is not None:
        changed = total(known, [after], [before] if before else [])
        db.execute("UPDATE meta SET value = ? WHERE key = 'positions'", [changed])


def recompute_total(db: Database) -> None:
    """Make the total of all heads anew, after screenings came or went by merging or purging."""
    heads = [row[0] for row in db.execute("SELECT head FROM positions")]
    db.execute("INSERT OR REPLACE INTO meta VALUES ('positions', ?)", [total(empty_total(db), heads)])


def empty_total(db: Database) -> str:
    """Return the total that a file without screenings has: a hash of its origin, creation time and salt."""
    return link("", [meta(db, key) for key in ("origin", "created_at", "salt")])


def enter_older_rows(db: Database) -> None:
    """Enter the rows of a file that an older version wrote; from then on `verify` covers them like any others."""
    if meta(db, "origin") is None:
        return
    db.execute("INSERT INTO meta VALUES ('salt', ?)", [secrets.token_hex(16)])
    recompute_total(db)
    at = utc_now()
    last = dict(
        db.execute(
            "SELECT site, max(number) FROM (SELECT site, sequence AS number FROM screenings UNION ALL"
            " SELECT substr(key, 9), CAST(value AS INTEGER) FROM meta WHERE key GLOB 'last of *') GROUP BY site"
        ).fetchall()
    )
    rows = {table: dict(digests(db, kind)) for kind, (table, _) in REGISTERED.items()}
    accounts = {code: _accounts(db, code) for code in rows["people"]}
    append_only.allow(db, "protocols", ["delete"])
    db.execute("DELETE FROM protocols WHERE sha256 NOT IN (SELECT protocol FROM screenings)")
    append_only.refuse(db, "protocols", ["delete"])
    enter(db, at, "migrated", None, None, {**rows, "accounts": accounts, "last": last, "open": _unsaved(db)})
    for site in db.execute("SELECT substr(key, 9) FROM meta WHERE key GLOB 'last of *'").fetchall():
        enter(db, at, "numbers", site[0], None, {"last": last[site[0]]})
    db.execute("DELETE FROM meta WHERE key GLOB 'last of *'")


def _accounts(db: Database, code: str) -> list[str]:
    salt = meta(db, "salt") or ""
    rows = db.execute("SELECT channel, account FROM accounts WHERE person = ?", [code])
    return sorted(account_digest(salt, *row) for row in rows)


def _unsaved(db: Database) -> dict[str, str]:
    """Return the heads of dialogues that moved since this was last entered and that have no entry of their own."""
    rows = db.execute(
        "SELECT p.screening, substr(p.head, 1, ?) FROM positions p JOIN screenings s ON s.number = p.screening"
        " WHERE s.sequence > 0 AND p.state NOT IN ('completed', 'cancelled') AND p.updated_at"
        " >= coalesce((SELECT max(at) FROM register WHERE kind IN ('backup', 'export')), '')",
        [SEALED],
    )
    return dict(rows.fetchall())
