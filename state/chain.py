"""The chains of hashes: one for each screening's log, one for the register of everything else.

An entry's hash is the SHA-256 of the hash before it and of the entry as compact JSON. A screening's chain
begins with the hash of its row, the register's with the file's origin; so chains survive being merged.

The end of a log that nobody has saved yet is in no other chain. `total` ties those ends in: the sum of the heads of
all dialogues, so that an answer costs one subtraction and one addition, whatever the number of dialogues.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Final

_LENGTH: Final = 64
_ENCODE: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def link(before: str, fields: Sequence[str | int | None]) -> str:
    """Return the hash of an entry that follows `before`."""
    return hashlib.sha256(f"{before}{_ENCODE(fields)}".encode()).hexdigest()


def pack(detail: object) -> str:
    """Write a detail as the JSON that is stored and hashed: sorted keys, no spaces."""
    return json.dumps(detail, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def total(start: str, heads: Iterable[str], gone: Iterable[str] = ()) -> str:
    """Add heads to a total, and take those away that are gone; all are hashes in hexadecimal."""
    value = int(start, 16) + sum(int(head, 16) for head in heads) - sum(int(head, 16) for head in gone)
    return f"{value % 16**_LENGTH:0{_LENGTH}x}"
