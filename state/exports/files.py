"""Files as exports leave them: whole or not at all, readable by their owner only, never over another by accident."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from state.errors import StateError, translate

PRIVATE_FILE: Final = 0o600
PRIVATE_FOLDER: Final = 0o700
OUR_SUFFIXES: Final = frozenset({".json", ".parquet"})
"""What stands in a folder that an export wrote; any other folder is never replaced."""


class Taken(StateError):  # noqa: N818  (reads as what it says)
    """The output exists already."""


@contextmanager
def written(target: Path, *, folder: bool, force: bool) -> Iterator[Path]:
    """Give a temporary path beside `target` that takes its name when the block ends well, else goes away.

    Raises `Taken` if the target exists and may not be replaced, `NotKept` for what the disk refuses.
    """
    _refuse_taken(target, folder=folder, force=force)
    temporary = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _remove(temporary)
        if folder:
            temporary.mkdir(mode=PRIVATE_FOLDER)
        else:
            os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE_FILE))
        yield temporary
        for path in files(temporary):
            path.chmod(PRIVATE_FILE)
        _put(temporary, target)
    except OSError as error:
        raise translate(error) from error
    finally:
        _remove(temporary)


def files(path: Path) -> list[Path]:
    """Give the file itself, or all files of a folder, sorted by name."""
    return sorted(found for found in path.rglob("*") if found.is_file()) if path.is_dir() else [path]


def digest(path: Path) -> tuple[str, int]:
    """Give SHA-256 and size of a file; of a folder, the SHA-256 of what ``sha256sum`` lists of it, and the sum."""
    if not path.is_dir():
        return _sha256(path), path.stat().st_size
    found = files(path)
    listing = "".join(f"{_sha256(file)}  {file.relative_to(path).as_posix()}\n" for file in found)
    return hashlib.sha256(listing.encode()).hexdigest(), sum(file.stat().st_size for file in found)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _refuse_taken(target: Path, *, folder: bool, force: bool) -> None:
    if not target.exists():
        return
    if not force:
        raise Taken(f"{target} exists; please name another output, or add --force to replace it")
    if folder and not target.is_dir():
        raise Taken(f"{target} is a file; this format writes a folder: please name another output")
    if not folder and target.is_dir():
        raise Taken(f"{target} is a folder; please name a file in it")
    strangers = [path for path in files(target) if path.suffix not in OUR_SUFFIXES] if folder else []
    if strangers:
        raise Taken(f"{target} holds other things ({strangers[0].name}); please name another output")


def _put(temporary: Path, target: Path) -> None:
    """Rename over the target; a folder is first moved aside, since no rename replaces a full one."""
    if not target.is_dir():
        temporary.replace(target)
        return
    aside = target.with_name(f".{target.name}.{os.getpid()}.old")
    target.rename(aside)
    temporary.rename(target)
    shutil.rmtree(aside)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
