"""The register: one chained, append-only list of everything that is not part of a dialogue.

Kinds: ``verdict`` and ``cancelled`` (a screening's chain head), ``person``, ``invitation``, ``site``, ``export``,
``backup``, ``purge``, ``merge``. Each file has its own chain, told apart by the file's origin.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from state.chain import link, pack
from state.database import meta, stamp


def enter(
    db: Database,
    at: datetime,
    kind: str,
    subject: str | None = None,
    person: str | None = None,
    detail: Mapping[str, Any] | None = None,
) -> str:
    """Append an entry within the caller's transaction; gives the new head of the chain."""
    origin = meta(db, "origin") or ""
    row = db.execute(
        "SELECT entry, hash FROM register WHERE origin = ? ORDER BY entry DESC LIMIT 1", [origin]
    ).fetchone()
    entry, before = (row[0] + 1, row[1]) if row else (1, origin)
    packed = pack(detail) if detail is not None else None
    fields = (origin, entry, stamp(at), person, kind, subject, packed)
    head = link(before, fields)
    db.execute("INSERT INTO register VALUES (?, ?, ?, ?, ?, ?, ?, ?)", [*fields, head])
    db.execute("INSERT OR REPLACE INTO meta VALUES ('head', ?)", [f"{entry} {head}"])
    return head


def head(db: Database) -> str | None:
    """Give the hash of the newest entry; to be kept elsewhere, so that a cut-off tail is found."""
    row = meta(db, "head")
    return row.split()[1] if row else None
