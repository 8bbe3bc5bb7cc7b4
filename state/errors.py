"""The tree of what can go wrong with the file.

::

    StateError
    ├── NotKept       nothing was written; the same may succeed later (disk full, read-only, locked)
    ├── Damaged       the file is not a database of ours, or SQLite says that it is malformed
    ├── Newer         the file was written by a newer version of this program
    ├── Stale         somebody else moved the dialogue first
    └── Unknown       there is no such screening, person or protocol in this file
"""

from __future__ import annotations

import sqlite3


class StateError(Exception):
    """Root of the errors of `state`."""


class NotKept(StateError):  # noqa: N818  (reads as what it says)
    """Nothing was written. ``why`` is one of ``full``, ``read-only``, ``locked``, ``failed``."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(f"not kept: {why}")


class Damaged(StateError):  # noqa: N818
    """The file cannot be used."""


class Newer(StateError):  # noqa: N818
    """The file's schema is newer than this program."""


class Stale(StateError):  # noqa: N818
    """The dialogue has moved on since it was loaded."""


class Unknown(StateError):  # noqa: N818
    """No such screening, person or protocol."""


_WHY = (
    ("full", ("disk is full", "disk i/o error", "file too large")),
    ("read-only", ("readonly", "read-only", "unable to open")),
    ("locked", ("locked", "busy")),
)
_DAMAGE = ("malformed", "not a database", "corrupt")


def translate(error: sqlite3.Error | OSError) -> StateError:
    """Turn what SQLite says into one of ours."""
    said = str(error).lower()
    if any(word in said for word in _DAMAGE):
        return Damaged(str(error))
    for why, words in _WHY:
        if any(word in said for word in words):
            return NotKept(why)
    return NotKept("failed")
