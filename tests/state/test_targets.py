"""No writer spoils a database, by whatever name it is given."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from state.backup import back_up
from state.database import open_database
from state.errors import Damaged, StateError, Taken
from state.exports import export
from state.exports.files import LISTING
from state.people import People
from state.status import beat, heartbeat_file
from state.targets import is_database
from tests.state.sample_file import make_file


def bytes_of(folder: Path) -> dict[str, bytes | str]:
    """Everything in a folder: what files hold, where links lead. In a -shm every reader leaves its marks."""
    return {
        str(path.relative_to(folder)): _content(path)
        for path in sorted(folder.rglob("*"))
        if path.is_symlink() or path.is_file()
    }


def _content(path: Path) -> bytes | str:
    if path.is_symlink():
        return str(path.readlink())
    return b"shared" if path.name.endswith("-shm") and is_database(path) else path.read_bytes()


def _itself(db: Path) -> Path:
    return db


def _relative(db: Path) -> Path:
    return db.parent / ".." / db.parent.name / db.name


def _link(db: Path) -> Path:
    (db.parent / "out").symlink_to(db)
    return db.parent / "out"


def _hard_link(db: Path) -> Path:
    os.link(db, db.parent / "out.csv")
    return db.parent / "out.csv"


def _wal(db: Path) -> Path:
    return db.with_name(f"{db.name}-wal")


def _hard_link_of_wal(db: Path) -> Path:
    os.link(_wal(db), db.parent / "wal.csv")
    return db.parent / "wal.csv"


def _copied_wal(db: Path) -> Path:
    return Path(shutil.copy(_wal(db), db.parent / "copied"))


def _copied_shm(db: Path) -> Path:
    return Path(shutil.copy(db.with_name(f"{db.name}-shm"), db.parent / "copied"))


def _shm(db: Path) -> Path:
    return db.with_name(f"{db.name}-shm")


def _journal_to_come(db: Path) -> Path:
    return db.with_name(f"{db.name}-JOURNAL")


def _another(db: Path) -> Path:
    return make_file(db.parent / "another.db")


def _foreign(db: Path) -> Path:
    with closing(sqlite3.connect(db.parent / "photos.sqlite")) as other:
        other.execute("CREATE TABLE photos (name)")
        other.commit()
    return db.parent / "photos.sqlite"


def _dangling_link(db: Path) -> Path:
    (db.parent / "out").symlink_to(db.parent / "nothing")
    return db.parent / "out"


def _linked_folder(db: Path) -> Path:
    (db.parent / "home").mkdir()
    (db.parent / "out").symlink_to(db.parent / "home")
    return db.parent / "out"


def _write(what: str, path: Path, target: Path) -> None:
    if what == "backup":
        back_up(path, target, force=True)
    else:
        export(path, what, target, force=True)


NAMES = (
    _itself,
    _relative,
    _link,
    _hard_link,
    _wal,
    _hard_link_of_wal,
    _copied_wal,
    _copied_shm,
    _shm,
    _journal_to_come,
    _another,
    _foreign,
    _dangling_link,
    _linked_folder,
)


@pytest.mark.parametrize("write", ["csv", "sdtm", "backup"])
@pytest.mark.parametrize("name", NAMES)
def test_no_database_and_nothing_beside_it_is_overwritten_by_any_name(
    tmp_path: Path, name: Callable[[Path], Path], write: str
) -> None:
    path = make_file(tmp_path / "a.db")
    db = open_database(path)
    People(db).set_language("S01-P01", "zh")  # so that there is a -wal with something in it
    try:
        target = name(path)
        before = bytes_of(tmp_path)
        with pytest.raises(StateError):
            _write(write, path, target)
        assert bytes_of(tmp_path) == before
    finally:
        db.close()


def test_a_heartbeat_is_never_written_through_a_link_or_over_a_database(tmp_path: Path) -> None:
    path, other = make_file(tmp_path / "a.db"), heartbeat_file(tmp_path / "a.db")
    shutil.copy(path, other)
    before = bytes_of(tmp_path)
    with pytest.raises(Taken):
        beat(path, 1.0, 0.0)
    other.unlink()
    other.symlink_to(path)
    with pytest.raises(Taken):
        beat(path, 1.0, 0.0)
    other.unlink()
    del before[other.name]
    assert bytes_of(tmp_path) == before


@pytest.mark.parametrize("mode", ["wal", "delete"])
@pytest.mark.parametrize("use", [open_database, lambda path: export(path, "csv", path.parent / "out.csv")])
def test_somebody_elses_database_is_left_as_it_was(
    tmp_path: Path, use: Callable[[Path], object], mode: str
) -> None:
    path = tmp_path / "photos.sqlite"
    with closing(sqlite3.connect(path)) as other:
        other.execute(f"PRAGMA journal_mode={mode}")
        other.execute("CREATE TABLE photos (name)")
        other.commit()
    path.chmod(0o644)
    before = bytes_of(tmp_path)
    with pytest.raises(Damaged, match="not a file of screenings"):
        use(path)
    assert bytes_of(tmp_path) == before
    assert path.stat().st_mode & 0o777 == 0o644


def test_a_wal_whose_database_is_gone_is_not_started_over(tmp_path: Path) -> None:
    (tmp_path / "a.db-wal").write_bytes(b"answers")
    with pytest.raises(Damaged, match="may hold answers"):
        open_database(tmp_path / "a.db")
    assert bytes_of(tmp_path) == {"a.db-wal": b"answers"}


def test_a_file_that_others_could_read_becomes_private_and_that_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = make_file(tmp_path / "a.db")
    path.chmod(0o644)
    open_database(path).close()
    assert path.stat().st_mode & 0o777 == 0o600
    assert "could be read by others" in caplog.text


@pytest.mark.parametrize("stranger", ["package.json", "dm.parquet", "sub/notes.json"])
def test_a_folder_is_replaced_only_if_all_of_it_was_exported_there(tmp_path: Path, stranger: str) -> None:
    path, out = make_file(tmp_path / "a.db"), tmp_path / "out"
    export(path, "sdtm", out)
    export(path, "sdtm", out, force=True)
    (out / stranger).parent.mkdir(exist_ok=True)
    (out / stranger).write_text("{}")
    before = bytes_of(out)
    with pytest.raises(Taken, match="no export wrote"):
        export(path, "sdtm", out, force=True)
    assert bytes_of(out) == before
    (out / LISTING).unlink()
    (out / stranger).unlink()
    with pytest.raises(Taken, match="no export wrote"):
        export(path, "sdtm", out, force=True)
