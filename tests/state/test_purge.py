"""Purged screenings leave the file for good, the chains stay whole, and the register says what went."""

from __future__ import annotations

import json
import os
import pty
import sqlite3
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.command import main
from dialogs.dialogue import Step
from state import purge, register
from state.chain import link
from state.errors import NotKept
from state.merge import merge
from state.verify import verify
from tests.state.sites import Site, rows

SECRET = "83.521977"  # an entered answer; these bytes stand nowhere else in the file
LATER = date(2026, 4, 1)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "a.db", "A")


def _answer_at_a_terminal(arguments: list[str], answer: str) -> int:
    """Run the command with a real terminal as its standard input."""
    ours, theirs = pty.openpty()
    os.write(ours, f"{answer}\n".encode())
    ran = subprocess.run(
        [sys.executable, "-c", "from bot.command import main; main()", *arguments],
        stdin=theirs,
        capture_output=True,
        timeout=60,
    )
    os.close(ours)
    os.close(theirs)
    assert b"Remove them with all their answers?" in ran.stdout, ran.stderr
    return ran.returncode


def _numbers(path: Path) -> list[str]:
    return [row[0] for row in rows(path, "SELECT number FROM screenings ORDER BY number")]


def test_what_was_last_touched_before_the_day_is_removed_with_all_that_hangs_on_it(site: Site) -> None:
    old, unfinished = site.saved(), site.start().number
    touched = site.answer(site.start())
    kept = site.on(50).save(touched)
    new = site.start().number
    purged = purge.purge(site.db, LATER, "A-P01", site.clock)
    assert purged.erased
    assert (purged.due.unfinished, purged.due.newer, purged.due.linked) == (1, 2, ())
    path = site.close()
    assert _numbers(path) == [kept, new]
    for table in ("log", "verdicts", "positions"):
        assert rows(path, f"SELECT count(*) FROM {table} WHERE screening IN (?, ?)", [old, unfinished]) == [
            (0,)
        ]
    assert not verify(path).problems


def test_the_last_moment_of_the_day_before_is_before_it(site: Site) -> None:
    site.saved()
    assert not purge.due(site.db, date(2026, 3, 2)).heads
    assert purge.due(site.db, date(2026, 3, 3)).heads
    site.close()


def test_the_register_keeps_the_ends_of_the_chains_and_stays_chained(site: Site) -> None:
    number = site.saved()
    (head,) = site.db.execute("SELECT head FROM positions").fetchone()
    purge.purge(site.db, LATER, "A-P01", site.clock)
    *fields, stored = site.db.execute("SELECT * FROM register ORDER BY entry DESC LIMIT 1").fetchone()
    (before,) = site.db.execute("SELECT hash FROM register WHERE entry = ?", [fields[1] - 1]).fetchone()
    assert (fields[3], fields[4], stored) == ("A-P01", "purge", link(before, fields))
    assert json.loads(fields[6]) == {"before": "2026-04-01", "count": 1, "screenings": {number: head}}
    assert register.head(site.db) == stored
    into = site.path.with_name("all.db")
    merge([site.close()], into)  # which computes every chain anew
    assert not verify(site.path).problems
    assert not verify(into).problems


def test_the_content_is_gone_from_the_file_and_from_the_log_beside_it(site: Site) -> None:
    for _ in range(20):
        site.screenings.take(site.start(), [Step("propose", "age_years", entered=SECRET)], site.person)
    site.on(50).saved()
    beside = site.path.with_name("a.db-wal")
    assert SECRET.encode() in site.path.read_bytes() + beside.read_bytes()
    assert purge.purge(site.db, LATER, clock=site.clock).erased
    assert SECRET.encode() not in site.path.read_bytes()
    assert SECRET.encode() not in beside.read_bytes()
    site.close()
    assert SECRET.encode() not in site.path.read_bytes()


def test_somebody_reading_the_old_state_is_told_of(site: Site) -> None:
    site.saved()
    reader = sqlite3.connect(site.path)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM log").fetchone()
    site.db.execute("PRAGMA busy_timeout=0")
    assert not purge.purge(site.db, LATER, clock=site.clock).erased
    reader.close()
    assert purge.wipe(site.db)
    site.close()


def test_somebody_writing_is_told_of_too(site: Site) -> None:
    site.saved()
    writer = sqlite3.connect(site.path, isolation_level=None)
    site.db.execute("PRAGMA busy_timeout=0")
    writer.execute("BEGIN IMMEDIATE")
    assert not purge.wipe(site.db)
    with pytest.raises(NotKept):
        purge.purge(site.db, LATER, clock=site.clock)
    writer.execute("ROLLBACK")
    writer.close()
    assert purge.purge(site.db, LATER, clock=site.clock).erased
    site.close()


def test_nobody_stays_in_a_screening_that_was_removed(site: Site) -> None:
    site.start()
    purge.purge(site.db, LATER, clock=site.clock)
    assert site.db.execute("SELECT current FROM people").fetchall() == [(None,)]
    assert site.screenings.current(site.person) is None
    site.close()


def test_what_a_kept_screening_follows_is_kept_with_it(site: Site) -> None:
    first = site.saved()
    second = site.saved(earlier=first)
    alone = site.saved()
    follower = site.saved(earlier=alone)
    third = site.on(50).saved(earlier=second)
    purged = purge.purge(site.db, LATER, clock=site.clock)
    assert purged.due.linked == (first, second)
    assert purged.due.heads.keys() == {alone, follower}
    assert _numbers(site.close()) == [first, second, third]
    assert not verify(site.path).problems


def test_a_number_is_not_given_out_again(site: Site) -> None:
    assert [site.saved(), site.saved()] == ["A-0001", "A-0002"]
    purge.purge(site.db, LATER, clock=site.clock)
    assert site.saved() == "A-0003"
    purge.purge(site.db, LATER, clock=site.clock)
    assert site.saved() == "A-0004"
    assert not verify(site.close()).problems


def test_the_file_is_append_only_again_afterwards(site: Site) -> None:
    site.saved()
    schema = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name"
    before = site.db.execute(schema).fetchall()
    purge.purge(site.db, LATER, clock=site.clock)
    assert site.db.execute(schema).fetchall() == before
    site.on(50).saved()
    for statement in (
        "DELETE FROM log",
        "UPDATE verdicts SET verdict = 'eligible'",
        "DELETE FROM screenings",
    ):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            site.db.execute(statement)
    site.close()


def test_nothing_is_removed_if_anything_fails(site: Site) -> None:
    site.saved()
    site.db.execute("CREATE TRIGGER fails BEFORE DELETE ON positions BEGIN SELECT RAISE(ABORT, 'no'); END")
    before = list(site.db.conn.iterdump())
    with pytest.raises(sqlite3.IntegrityError):
        purge.purge(site.db, LATER, clock=site.clock)
    assert list(site.db.conn.iterdump()) == before
    site.close()


def test_nothing_is_entered_if_nothing_is_due(site: Site) -> None:
    site.saved()
    before = register.head(site.db)
    assert not purge.purge(site.db, date(2020, 1, 1), clock=site.clock).due.heads
    assert register.head(site.db) == before
    site.close()


def test_the_command_refuses_where_nobody_can_be_asked(site: Site) -> None:
    number = site.saved()
    path = site.close()
    ran = CliRunner().invoke(main, ["purge", "--before", "2026-04-01", "--db", str(path)])
    assert (ran.exit_code, "give --yes" in ran.output) == (2, True)
    assert _numbers(path) == [number]


def test_the_command_says_how_many_it_removed(site: Site) -> None:
    first, _ = site.saved(), site.start()
    kept = site.on(50).saved(earlier=first)
    path = site.close()
    arguments = ["purge", "--before", "2026-04-01", "--yes", "--db", str(path)]
    ran = CliRunner().invoke(main, arguments)
    assert ran.exit_code == 0, ran.output
    assert f"1 older one is kept, since kept ones rest on it: {first}" in ran.output
    assert "1 screening was last touched before 2026-04-01, 1 of them unfinished; 2 are kept." in ran.output
    assert _numbers(path) == [first, kept]
    again = CliRunner().invoke(main, arguments)
    assert (again.exit_code, "Nothing to remove" in again.output) == (0, True)


def test_the_command_asks_at_a_terminal(site: Site) -> None:
    number = site.saved()
    path = site.close()
    for answer, left in (("n", [number]), ("y", [])):
        assert _answer_at_a_terminal(["purge", "--before", "2026-04-01", "--db", str(path)], answer) == 0
        assert _numbers(path) == left
