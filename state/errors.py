"""The tree of what can go wrong with the file. Each message is a sentence for whoever gave the command.

::

    StateError
    ├── NotKept       nothing was written; the same may succeed later (disk full, read-only, locked)
    ├── Missing       there is no such file
    ├── Damaged       the file is not a database of ours, or SQLite says that it is malformed
    ├── Newer         the file was written by a newer version of this program
    ├── Taken         something stands where the result would go, and may not be replaced
    ├── InUse         another program has the file open
    ├── Stale         somebody else moved the dialogue first
    ├── Merged        the file is a merged one, which gives out no numbers and takes in no people
    ├── Closed        the trial takes no new screening at this site
    ├── NotNext       this outcome cannot follow what was noted, or not on that day
    ├── Refused       people cannot be changed in this way; it says why, and what to do
    └── Unknown       there is no such screening, person or protocol in this file
"""

from __future__ import annotations

import errno
import sqlite3
from pathlib import Path
from typing import Final


class StateError(Exception):
    """Root of the errors of `state`."""


_NOT_KEPT: Final = {
    "full": "the disk is full",
    "read-only": "it cannot be written here (read-only)",
    "locked": "another program keeps it locked; please try again when that is done",
}


class NotKept(StateError):
    """Nothing was written. ``why`` is one of ``full``, ``read-only``, ``locked``, ``failed``."""

    def __init__(
        self, why: str, where: Path | str | None = None, said: str = "it could not be written"
    ) -> None:
        self.why = why
        sentence = _NOT_KEPT.get(why, said)
        super().__init__(f"{where}: {sentence}" if where is not None else sentence)


class Missing(StateError):
    """There is no such file."""


class Damaged(StateError):
    """The file cannot be used."""


class Newer(StateError):
    """The file's schema is newer than this program."""


class Taken(StateError):
    """Something stands at a target, and may not be replaced."""


class InUse(StateError):
    """Another program has the file open."""


class Stale(StateError):
    """The dialogue has moved on since it was loaded."""


class Merged(StateError):
    """A merged file is for the office: what a site does is done in the site's own file."""

    def __init__(self) -> None:
        super().__init__(
            "this is a merged file, for the office; please screen and invite in a site's own file"
        )


class Closed(StateError):
    """A trial takes no new screening at a site."""


class NotNext(StateError):
    """This outcome cannot follow what was noted of the subject, or not on that day."""


class Refused(StateError):
    """People cannot be changed in this way."""


class Unknown(StateError):
    """No such screening, person or protocol."""


_WHY: Final = (
    ("full", ("disk is full", "disk i/o error", "file too large")),
    ("read-only", ("readonly", "read-only", "unable to open")),
    ("locked", ("locked", "busy")),
)
_WHY_OF_NUMBER: Final = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT, errno.EFBIG), "full"),
    **dict.fromkeys((errno.EROFS, errno.EACCES, errno.EPERM), "read-only"),
}
_MEND: Final = "prescreen restore puts a verified backup in its place"
_DAMAGE: Final = ("malformed", "not a database", "corrupt")


def translate(error: sqlite3.Error | OSError, where: Path | str | None = None) -> StateError:
    """Turn what SQLite or the system says into one of ours; `where` is the file it is about."""
    if isinstance(error, OSError):
        place = where if error.filename is None else error.filename
        why = _WHY_OF_NUMBER.get(error.errno or 0, "failed")
        return NotKept(why, place, (error.strerror or str(error)).lower())
    said = str(error).lower()
    if any(word in said for word in _DAMAGE):
        return Damaged(f"{where or 'the file'} is damaged ({error}); {_MEND}")
    for why, words in _WHY:
        if any(word in said for word in words):
            return NotKept(why, where)
    return NotKept("failed", where, str(error))
