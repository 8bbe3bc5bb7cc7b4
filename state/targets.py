"""Decides whether a path may be written or replaced, before anything is: no command may overwrite a database.

Files are told apart by device and inode, not by spelling. A database that this process has open is never opened here:
closing it would drop the locks that SQLite holds (POSIX locks belong to the process).
"""

from __future__ import annotations

import fcntl
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from stat import S_ISREG
from typing import Final

from state.errors import InUse, Taken

PRIVATE: Final = 0o600
SIDES: Final = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a database, by the ending of its name."""

_MAGIC: Final = (
    b"SQLite format 3\0",
    bytes.fromhex("377f0682"),
    bytes.fromhex("377f0683"),  # -wal
    bytes.fromhex("d9d505f920a163d7"),  # -journal
    (3007000).to_bytes(4, sys.byteorder),  # -shm
)
"""How these files begin (https://www.sqlite.org/fileformat2.html, walformat.html)."""

_LOCKS: Final = (("", 0x40000000, 512), ("-shm", 120, 9))
"""The bytes of a database, and of the -shm beside it, on which every open connection holds a lock."""


def files_of(database: Path) -> list[Path]:
    """List a database and the files that SQLite keeps beside it."""
    return [database.with_name(database.name + end) for end in ("", *SIDES)]


def check_target(
    target: Path, *, databases: Iterable[Path] = (), force: bool, over_database: bool = False
) -> None:
    """Check that a file may be written at `target`; `databases` are those that the command works on.

    With `force` a file may be replaced, but a database only by a database (`over_database`). Raises `Taken`.
    """
    if target.is_symlink():
        raise Taken(f"{target} is a link; please name the file itself")
    if target.name.casefold().endswith(SIDES):
        raise Taken(f"{target}: names that end in {', '.join(SIDES)} belong to SQLite; please choose another")
    if not target.exists():
        return
    if any(_same(target, file) for database in databases for file in files_of(database)):
        raise Taken(f"{target} is the database itself or belongs to it; please choose another name")
    if target.is_dir():
        raise Taken(f"{target} is a folder; please name a file in it")
    if not S_ISREG(target.stat().st_mode):
        raise Taken(f"{target} is not a plain file; please choose another name")
    if not force:
        raise Taken(f"{target} exists; please choose another name, or add --force to replace it")
    if not over_database and is_database(target):
        raise Taken(f"{target} is a database or belongs to one, and nothing else is written over it")


def is_database(file: Path) -> bool:
    """Say whether a file is an SQLite database, or what SQLite keeps beside one."""
    with file.open("rb") as opened:
        return opened.read(16).startswith(_MAGIC)


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


@contextmanager
def exclusive(database: Path) -> Iterator[None]:
    """Hold a database so that no other program has it open, also one that only waits. Raises `InUse`.

    Never for a database that this process has open itself.
    """
    with ExitStack() as stack:
        for end, begin, length in _LOCKS:
            try:
                file = os.open(database.with_name(database.name + end), os.O_RDWR | os.O_CLOEXEC)
            except FileNotFoundError:
                continue
            stack.callback(os.close, file)
            try:
                fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, length, begin)
            except OSError as error:
                raise InUse(
                    f"{database} is in use; please stop the bot, or whatever else has it open, first"
                ) from error
        yield


def create_private(file: Path) -> None:
    """Make an empty file that only its owner can read; nothing may stand there, not even a link."""
    os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE))


def free_name(wanted: Path) -> Path:
    """Return the wanted name, or that with a number, so that neither it nor a name beside it is taken."""
    found, number = wanted, 1
    while any(file.exists() or file.is_symlink() for file in files_of(found)):
        number += 1
        found = wanted.with_name(f"{wanted.name}.{number}")
    return found


def put_in_place(new: Path, database: Path, aside: Path) -> list[tuple[Path, Path]]:
    """Rename `new` to the name of a database; what had that name, with the files beside it, is renamed to `aside`.

    Returns what was moved, for `put_back`. What fails leaves everything as it was. Raises `OSError`.
    """
    moved: list[tuple[Path, Path]] = []
    try:
        for old, kept in zip(files_of(database), files_of(aside), strict=True):
            if old.exists() or old.is_symlink():
                old.rename(kept)
                moved.append((kept, old))
        new.rename(database)
    except OSError:
        put_back(moved)
        raise
    return moved


def put_back(moved: list[tuple[Path, Path]]) -> None:
    """Undo `put_in_place`."""
    for kept, old in reversed(moved):
        kept.rename(old)


def remove(database: Path) -> None:
    """Remove a temporary or outdated database with all that stands beside it."""
    for file in files_of(database):
        file.unlink(missing_ok=True)
