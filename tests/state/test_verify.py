"""Any stored screening replays to the same verdict, and any change behind the bot's back is found."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.command import main
from dialogs.dialogue import Step
from dialogs.loading import load, parse_protocol
from state.backup import back_up, nightly, restore
from state.database import connect, open_database
from state.errors import Damaged, Newer, NotKept, Taken
from state.people import People
from state.screenings import Screenings
from state.verify import verify
from tests.state.sample_file import ANSWERS, Clock, answer_all, make_file


def test_a_file_as_it_was_written_is_sound(tmp_path: Path) -> None:
    report = verify(make_file(tmp_path / "a.db"))
    assert report.problems == ()
    assert report.screenings == 6
    assert report.entries > 60


def test_the_first_bad_entry_is_named(tmp_path: Path) -> None:
    path = make_file(tmp_path / "a.db")
    db = sqlite3.connect(path)
    db.execute("DROP TRIGGER log_no_update")
    db.execute("UPDATE log SET value = '99' WHERE screening = 'S01-0002' AND question = 'hemoglobin'")
    db.commit()
    db.close()
    ran = CliRunner().invoke(main, ["verify", "--db", str(path)])
    assert ran.exit_code == 1
    assert "screening S01-0002, entry 5: was changed" in ran.stderr
    assert "trigger log_no_update: is missing" in ran.stderr


def test_a_changed_entry_with_hashes_made_anew_is_found_by_its_replay_and_the_register(
    tmp_path: Path,
) -> None:
    from state.chain import link

    path = make_file(tmp_path / "a.db")
    db = sqlite3.connect(path)
    db.execute("DROP TRIGGER log_no_update")
    db.execute(
        "UPDATE log SET value = '120', compared = '1200' WHERE screening = 'S01-0001' AND question = 'hemoglobin'"
    )
    (before,) = db.execute("SELECT hash FROM screenings WHERE number = 'S01-0001'").fetchone()
    for row in db.execute("SELECT * FROM log WHERE screening = 'S01-0001' ORDER BY entry").fetchall():
        before = link(before, row[:12])
        db.execute("UPDATE log SET hash = ? WHERE screening = ? AND entry = ?", [before, row[0], row[1]])
    db.execute("UPDATE positions SET head = ? WHERE screening = 'S01-0001'", [before])
    db.commit()
    db.close()
    faults = [str(problem) for problem in verify(path).problems]
    assert any("replay" in fault for fault in faults)


def test_an_older_copy_is_found_by_a_head_that_was_kept_elsewhere(tmp_path: Path) -> None:
    path = make_file(tmp_path / "a.db")
    shutil.copy(path, tmp_path / "older.db")
    head = back_up(path, tmp_path / "backup.db")
    assert verify(path, head=head).problems == ()
    assert verify(tmp_path / "older.db").problems == ()
    assert "older" in str(verify(tmp_path / "older.db", head=head).problems[0])


def test_a_screening_replays_though_the_shipped_protocol_has_changed(tmp_path: Path) -> None:
    shipped = load("NCT04420494")
    older = parse_protocol(
        shipped.text.replace('version = "2020-06-09.5"', 'version = "2020-06-09.0"').replace(
            '"100 g/L"\nor', '"90 g/L"\nor'
        ),
        "older",
    )
    db = open_database(tmp_path / "a.db")
    person = People(db).add("clinician", "S01", "telegram", "1")
    screenings = Screenings(db)
    screening = screenings.start(older, person.code, "S01", zone="UTC", channel="test")
    screenings.take(screening, [Step("answer", "age_years", ANSWERS["age_years"])], person.code)
    again = Screenings(db).load(screening.number)
    assert again.protocol.version == "2020-06-09.0"
    screenings = Screenings(db)
    answer_all(screenings, again, person.code)
    screenings.take(again, [Step("save")], person.code)
    db.close()
    assert verify(tmp_path / "a.db").problems == ()


def test_a_backup_is_verified_private_and_holds_its_own_entry(tmp_path: Path) -> None:
    path = make_file(tmp_path / "a.db")
    head = back_up(path, tmp_path / "b.db")
    assert verify(tmp_path / "b.db").head == head
    assert (tmp_path / "b.db").stat().st_mode & 0o777 == 0o600
    with pytest.raises(Taken):
        back_up(path, tmp_path / "b.db")


def test_a_backup_while_others_write_is_never_torn(tmp_path: Path) -> None:
    path = make_file(tmp_path / "a.db", count=30)
    db = open_database(path)
    screenings = Screenings(db)
    for index in range(8):
        screening = screenings.start(load("NCT04420494"), "S01-P01", "S01", zone="UTC", channel="test")
        answer_all(screenings, screening, "S01-P01")
        back_up(path, tmp_path / f"b{index}.db")
        assert verify(tmp_path / f"b{index}.db").problems == ()
    db.close()


def test_restoring_refuses_to_overwrite_and_keeps_the_old_file_aside(tmp_path: Path) -> None:
    path = make_file(tmp_path / "a.db")
    back_up(path, tmp_path / "b.db")
    with pytest.raises(Taken):
        restore(tmp_path / "b.db", path)
    restore(tmp_path / "b.db", path, force=True)
    assert verify(path).problems == ()
    assert list(tmp_path.glob("a.db.before-restore-*"))


def test_a_damaged_backup_is_not_restored(tmp_path: Path) -> None:
    path = make_file(tmp_path / "a.db")
    back_up(path, tmp_path / "b.db")
    content = bytearray((tmp_path / "b.db").read_bytes())
    db = connect(tmp_path / "b.db", read_only=True)
    (page,) = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'verdicts'").fetchone()
    db.close()
    content[(page - 1) * 4096 : page * 4096] = b"\x55" * 4096
    (tmp_path / "b.db").write_bytes(content)
    with pytest.raises(Damaged):
        restore(tmp_path / "b.db", tmp_path / "new.db")
    assert not (tmp_path / "new.db").exists()


def test_only_the_newest_nightly_backups_are_kept(tmp_path: Path) -> None:
    path, clock = make_file(tmp_path / "a.db"), Clock()
    made = [nightly(path, tmp_path / "backups", 2, clock) for _ in range(4)]
    assert sorted((tmp_path / "backups").iterdir()) == made[-2:]


def test_what_was_done_can_be_neither_changed_nor_removed(tmp_path: Path) -> None:
    db = open_database(make_file(tmp_path / "a.db"))
    for table in ("log", "screenings", "verdicts", "register", "protocols"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            db.conn.execute(f"DELETE FROM {table}")
        column = db.table(table).columns[0].name
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            db.conn.execute(f"UPDATE {table} SET {column} = {column}")
    db.close()


def test_a_full_disk_keeps_nothing_of_a_step_and_heals_by_itself(tmp_path: Path) -> None:
    db = open_database(make_file(tmp_path / "a.db"))
    screenings = Screenings(db)
    screening = screenings.load("S01-0006")
    before = db.execute("SELECT count(*) FROM log").fetchone()
    (pages,) = db.execute("PRAGMA page_count").fetchone()
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.execute(f"PRAGMA max_page_count={pages}")

    def write_on() -> None:
        while True:
            screenings.note(screening, "disagree", "S01-P01", {"reason": "x" * 2000})

    with pytest.raises(NotKept) as refused:
        write_on()
    assert refused.value.why == "full"
    kept = db.execute("SELECT count(*) FROM log").fetchone()
    db.execute("PRAGMA max_page_count=1000000")
    fresh = screenings.load("S01-0006")
    assert (
        fresh.entries == db.execute("SELECT max(entry) FROM log WHERE screening = 'S01-0006'").fetchone()[0]
    )
    screenings.note(fresh, "disagree", "S01-P01", {"reason": "other"})
    assert db.execute("SELECT count(*) FROM log").fetchone()[0] == kept[0] + 1 > before[0]
    db.close()
    assert verify(tmp_path / "a.db").problems == ()


def test_a_file_locked_by_another_process_is_said_to_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("state.database.BUSY_SECONDS", 0.05)
    path = make_file(tmp_path / "a.db")
    db, other = open_database(path), sqlite3.connect(path, isolation_level=None)
    screenings = Screenings(db)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(NotKept) as refused:
        screenings.take(screenings.load("S01-0006"), [Step("cancel")], "S01-P01")
    assert refused.value.why == "locked"
    other.execute("ROLLBACK")
    screenings.take(screenings.load("S01-0006"), [Step("cancel")], "S01-P01")
    other.close()
    db.close()


@pytest.mark.parametrize(
    "content",
    [b"not a database, but long enough to be read as one" * 100, b"SQLite format 3\x00" + b"\xff" * 4000],
)
def test_a_damaged_file_is_refused_in_words(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bad.db").write_bytes(content)
    with pytest.raises(Damaged):
        open_database(tmp_path / "bad.db")


def test_a_newer_file_and_somebody_elses_are_refused(tmp_path: Path) -> None:
    path = make_file(tmp_path / "a.db")
    db = sqlite3.connect(path)
    db.execute(
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('prescreen', 'from_the_future', '')"
    )
    db.commit()
    db.close()
    with pytest.raises(Newer, match="from_the_future"):
        open_database(path)
    other = sqlite3.connect(tmp_path / "other.db")
    other.execute("CREATE TABLE recipes (name)")
    other.commit()
    other.close()
    with pytest.raises(Damaged, match="not a file of screenings"):
        open_database(tmp_path / "other.db")


def test_order_is_by_log_number_whatever_the_clock_does(tmp_path: Path) -> None:
    clock = Clock()
    db = open_database(tmp_path / "a.db", clock)
    person = People(db, clock).add("clinician", "S01", "telegram", "1")
    screenings = Screenings(db, clock)
    screening = screenings.start(load("NCT04420494"), person.code, "S01", zone="UTC", channel="test")
    for question in ("age_years", "sex"):
        clock.now = clock.now.replace(year=clock.now.year - 3)
        screenings.take(screening, [Step("answer", question, ANSWERS[question])], person.code)
    assert Screenings(db, clock).load(screening.number).state == "diagnosis"
    db.close()
    assert verify(tmp_path / "a.db").problems == ()
