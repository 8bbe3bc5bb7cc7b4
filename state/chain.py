"""The chains of hashes: one for each screening's log, one for the register of everything else.

An entry's hash is the SHA-256 of the hash before it and of the entry as compact JSON. A screening's chain
begins with the hash of its row, the register's with the file's origin; so chains survive being merged.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Final

_ENCODE: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def link(before: str, fields: Sequence[str | int | None]) -> str:
    """Give the hash of an entry that follows `before`."""
    return hashlib.sha256(f"{before}{_ENCODE(fields)}".encode()).hexdigest()


def pack(detail: object) -> str:
    """Write a detail as the JSON that is stored and hashed: sorted keys, no spaces."""
    return json.dumps(detail, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
