"""Files as exports leave them: whole or not at all, readable by their owner only, never over another by accident."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from state.errors import Taken, translate
from state.targets import PRIVATE, check_target, create_private, is_database

PRIVATE_FOLDER: Final = 0o700
LISTING: Final = ".prescreen.sha256"
"""In a folder that an export wrote: what it wrote, as ``sha256sum -c`` reads it. Nothing else is ever replaced."""


@contextmanager
def written(target: Path, *, folder: bool, force: bool, databases: Iterable[Path] = ()) -> Iterator[Path]:
    """Yield a temporary path beside `target` that takes its name when the block ends well, else goes away.

    `databases` are those that the command works on. Raises `Taken` if the target exists and may not be replaced,
    `NotKept` for what the disk refuses.
    """
    _check_may_write(target, folder=folder, force=force, databases=databases)
    temporary = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _remove(temporary)
        if folder:
            temporary.mkdir(mode=PRIVATE_FOLDER)
        else:
            create_private(temporary)
        yield temporary
        _finish(temporary, folder=folder)
        _put(temporary, target)
    except OSError as error:
        raise translate(error, target) from error
    finally:
        with suppress(OSError):
            _remove(temporary)


def _check_may_write(target: Path, *, folder: bool, force: bool, databases: Iterable[Path]) -> None:
    """Raise `Taken` if the target may not be written."""
    if folder and target.is_dir() and not target.is_symlink():
        _check_folder(target, force=force)
    elif folder and target.is_file() and not target.is_symlink():
        raise Taken(f"{target} is a file; this format writes a folder: please choose another name")
    else:
        check_target(target, databases=databases, force=force)


def _finish(temporary: Path, *, folder: bool) -> None:
    """Make what was written private to its owner; a folder gets the list of its files."""
    for path in files(temporary):
        path.chmod(PRIVATE)
    if folder:
        create_private(temporary / LISTING)
        (temporary / LISTING).write_text(_listing(temporary), encoding="utf-8")


def files(path: Path) -> list[Path]:
    """List the file itself, or all files of a folder but the list of them, sorted by name."""
    if not path.is_dir():
        return [path]
    return sorted(found for found in path.rglob("*") if found.is_file() and found != path / LISTING)


def digest(path: Path) -> tuple[str, int]:
    """Return SHA-256 and size of a file; of a folder, the SHA-256 of what ``sha256sum`` lists of it, and the sum."""
    if not path.is_dir():
        return _sha256(path), path.stat().st_size
    listing = _listing(path)
    return hashlib.sha256(listing.encode()).hexdigest(), sum(file.stat().st_size for file in files(path))


def _listing(folder: Path) -> str:
    return "".join(f"{_sha256(file)}  {file.relative_to(folder).as_posix()}\n" for file in files(folder))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _check_folder(target: Path, *, force: bool) -> None:
    """A folder is replaced only if every file in it is one that an export wrote there."""
    if target.name in ("", ".."):
        raise Taken(f"{target} has no name of its own; please name a folder in it")
    if not force:
        raise Taken(f"{target} exists; please choose another name, or add --force to replace it")
    listing = target / LISTING
    wrote = {LISTING}
    if listing.is_file() and not listing.is_symlink():
        wrote |= {line.partition("  ")[2] for line in listing.read_text("utf-8", "replace").splitlines()}
    for path in sorted(target.rglob("*")):
        name = path.relative_to(target).as_posix()
        if path.is_symlink() or (not path.is_dir() and (name not in wrote or is_database(path))):
            raise Taken(f"{target} holds what no export wrote there ({name}); please choose another name")


def _put(temporary: Path, target: Path) -> None:
    """Rename over the target; a folder is first moved aside, since no rename replaces a full one."""
    if not target.is_dir():
        temporary.replace(target)
        return
    aside = target.with_name(f".{target.name}.{os.getpid()}.old")
    target.rename(aside)
    try:
        temporary.rename(target)
    except OSError:
        aside.rename(target)
        raise
    shutil.rmtree(aside)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
