"""Backups count when they were verified; restoring leaves a sound file, or everything as it was."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from state import backup
from state.backup import back_up, nightly, restore
from state.errors import Damaged, InUse, StateError, Taken
from state.status import status
from state.verify import Problem, Report, verify
from tests.state.holding import held
from tests.state.sample_file import Clock, make_file
from tests.state.test_targets import bytes_of


def left_by_a_killed_writer(path: Path) -> None:
    """Put a -wal with entries and a -shm beside a file, as a killed program leaves them."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("UPDATE people SET language = 'zh'")
        for end in ("", "-wal", "-shm"):
            shutil.copy(f"{path}{end}", f"{path}{end}.kept")
    for end in ("", "-wal", "-shm"):
        Path(f"{path}{end}.kept").replace(f"{path}{end}")


def test_a_backup_replaces_an_earlier_one_with_what_stands_beside_it(tmp_path: Path) -> None:
    path, copy = make_file(tmp_path / "a.db"), tmp_path / "b.db"
    back_up(path, copy)
    left_by_a_killed_writer(copy)
    head = back_up(path, copy, force=True)
    assert verify(copy) == Report(verify(copy).screenings, verify(copy).entries, head, ())
    assert not [*tmp_path.glob("b.db-*"), *tmp_path.glob(".*")]


def test_a_backup_over_a_copy_that_is_in_use_or_of_another_file_is_refused(tmp_path: Path) -> None:
    path, copy = make_file(tmp_path / "a.db"), tmp_path / "b.db"
    back_up(path, copy)
    with held(copy), pytest.raises(InUse):
        back_up(path, copy, force=True)
    other = make_file(tmp_path / "other.db")
    with pytest.raises(Taken, match="other screenings"):
        back_up(path, other, force=True)


def test_a_backup_over_a_copy_that_is_newer_is_refused(tmp_path: Path) -> None:
    """An older copy was restored by mistake: what is newer is not replaced by what it holds."""
    path, older, newer = make_file(tmp_path / "a.db"), tmp_path / "older.db", tmp_path / "newer.db"
    back_up(path, older)
    back_up(path, newer)
    before = newer.read_bytes()
    restore(older, path, force=True)
    with pytest.raises(Taken, match="newer"):
        back_up(path, newer, force=True)
    assert newer.read_bytes() == before
    back_up(path, older, force=True)


def test_what_stood_there_is_kept_also_when_two_are_restored_in_a_second(tmp_path: Path) -> None:
    path, copy = make_file(tmp_path / "a.db"), tmp_path / "b.db"
    back_up(path, copy)
    before, clock = path.read_bytes(), Clock()
    moment = clock()
    kept = [restore(copy, path, force=True, clock=lambda: moment)[1] for _ in range(3)]
    assert len(set(kept)) == len(kept)
    assert kept[0] is not None
    assert kept[0].read_bytes() == before


def test_a_backup_that_failed_is_not_the_last_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, clock = make_file(tmp_path / "a.db"), Clock()
    back_up(path, tmp_path / "b.db", clock=clock)
    last = status(path, clock).last_backup
    assert last is not None
    found = Report(0, 0, None, (Problem("log", "broken"),))
    monkeypatch.setattr(backup, "verify", lambda file: found)
    with pytest.raises(Damaged):
        back_up(path, tmp_path / "c.db", clock=clock)
    assert status(path, clock).last_backup == last
    assert not (tmp_path / "c.db").exists()
    monkeypatch.undo()
    assert verify(path).problems == ()


def _wal_without_database(path: Path) -> None:
    left_by_a_killed_writer(path)
    path.unlink()


def _stale_shm(path: Path) -> None:
    path.with_name(f"{path.name}-shm").write_bytes(b"stale" * 1000)


def _left_part(path: Path) -> None:
    path.with_name(f".{path.name}.{os.getpid()}.part").write_text("half")
    path.with_name(f".{path.name}.part").write_text("half")


@pytest.mark.parametrize("leave", [left_by_a_killed_writer, _wal_without_database, _stale_shm, _left_part])
def test_what_was_restored_verifies_beside_any_leftovers_which_are_kept(
    tmp_path: Path, leave: object
) -> None:
    assert callable(leave)
    path, copy = make_file(tmp_path / "site" / "a.db"), tmp_path / "b.db"
    back_up(path, copy)
    leave(path)
    before = bytes_of(path.parent)
    report, aside = restore(copy, path, force=True)
    assert verify(path) == report
    assert path.stat().st_mode & 0o777 == 0o600
    assert aside is not None
    after = bytes_of(path.parent)
    for name, content in before.items():
        if name.startswith("a.db"):
            assert after[f"{aside.name}{name.removeprefix('a.db')}"] == content


@pytest.mark.parametrize("statement", ["SELECT 1", "BEGIN IMMEDIATE"], ids=["idle", "writing"])
def test_nothing_is_restored_while_anybody_has_the_file_open(tmp_path: Path, statement: str) -> None:
    path, copy = make_file(tmp_path / "a.db"), tmp_path / "b.db"
    back_up(path, copy)
    with held(path, statement):
        before = bytes_of(tmp_path)
        with pytest.raises(InUse, match="stop the bot"):
            restore(copy, path, force=True)
        assert bytes_of(tmp_path) == before
    restore(copy, path, force=True)


def test_a_restore_that_does_not_verify_in_place_leaves_everything_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, copy = make_file(tmp_path / "a.db"), tmp_path / "b.db"
    back_up(path, copy)
    left_by_a_killed_writer(path)
    before = bytes_of(tmp_path)
    real = verify

    def spoilt(file: Path) -> Report:
        return Report(0, 0, None, (Problem("file", "bad sector"),)) if file == path else real(file)

    monkeypatch.setattr(backup, "verify", spoilt)
    with pytest.raises(Damaged, match="bad sector"):
        restore(copy, path, force=True)
    assert bytes_of(tmp_path) == before


def test_only_nightly_backups_of_this_file_are_removed(tmp_path: Path) -> None:
    folder, clock = tmp_path / "backups", Clock()
    one, other = make_file(tmp_path / "a.db"), make_file(tmp_path / "other" / "a.sqlite")
    same_name = make_file(tmp_path / "elsewhere" / "a.db")
    folder.mkdir()
    kept = [
        folder / name
        for name in ("a-1.db", "a.db-by-hand.db", "a.db-20260101T000000Z.txt", "a.db-20269999T000000Z.db")
    ]
    for file in kept:
        back_up(one, file)
    foreign = folder / "a.db-20200101T000000Z.db"
    foreign.write_text("notes")
    theirs = [nightly(file, folder, 1, clock) for file in (other, same_name)]
    mine = [nightly(one, folder, 2, clock) for _ in range(4)]
    assert set(folder.iterdir()) == {*kept, foreign, *theirs, *mine[-2:]}


def test_a_nightly_backup_that_is_in_use_is_kept(tmp_path: Path) -> None:
    path, clock = make_file(tmp_path / "a.db"), Clock()
    first = nightly(path, tmp_path / "backups", 1, clock)
    with held(first):
        nightly(path, tmp_path / "backups", 1, clock)
        assert first.exists()


def test_a_backup_that_cannot_be_written_enters_nothing(tmp_path: Path) -> None:
    path = make_file(tmp_path / "a.db")
    before = bytes_of(tmp_path)
    with pytest.raises(StateError):
        back_up(path, tmp_path / "no such folder" / "b.db")
    assert bytes_of(tmp_path) == before
