"""A file written by an earlier version opens, migrates, verifies, exports and merges.

``tests/data/ab62225.sqlite`` was written by commit ab62225, through its own code: people of every role, two sites,
invitations in every state, screenings in every state a dialogue can stand in and with every verdict, reopened and
amended ones that were saved, cancelled and left open, outcomes that contradict, a purge, exports and a backup.
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from state.backup import restore
from state.database import open_database
from state.exports import FORMATS, export
from state.merge import merge
from state.schema import migrations
from state.screenings import Screenings
from state.standing import VIEWS
from state.verify import verify
from tests.state.sample_file import make_file

OLD = Path(__file__).parent.parent / "data" / "ab62225.sqlite"


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return Path(shutil.copy(OLD, tmp_path / "old.db"))


def test_the_old_file_has_something_to_migrate_in_every_state() -> None:
    db = sqlite3.connect(f"file:{OLD}?mode=ro&immutable=1", uri=True)
    states = {row[0] for row in db.execute("SELECT state FROM positions")}
    kinds = {row[0] for row in db.execute("SELECT kind FROM log")}
    acts = {row[0] for row in db.execute("SELECT kind FROM register")}
    db.close()
    assert {"completed", "cancelled", "excluded", "review", "hemoglobin"} <= states
    assert {"reopen", "amend", "query", "query_answer", "outcome", "disagree", "propose"} <= kinds
    assert acts == {"site", "person", "invitation", "verdict", "cancelled", "purge", "export", "backup"}


def test_it_migrates_in_one_step_with_a_copy_of_itself_beside_it(old: Path) -> None:
    pending = len(migrations._migrations) > 1
    open_database(old).close()
    copies = sorted(path.name for path in old.parent.glob("old.db.before-*"))
    assert len(copies) == pending
    for name in copies:
        with closing(sqlite3.connect(old.parent / name)) as copy, closing(sqlite3.connect(OLD)) as first:
            assert list(copy.iterdump()) == list(first.iterdump())
    open_database(old).close()
    assert sorted(path.name for path in old.parent.glob("old.db.before-*")) == copies


def test_it_verifies_without_a_finding(old: Path) -> None:
    open_database(old).close()
    report = verify(old)
    assert [str(problem) for problem in report.problems] == []
    assert (report.screenings, report.entries) == (25, 369)


def test_the_head_that_is_said_of_it_is_one_that_it_has(old: Path) -> None:
    """Not one of the copy that was migrated to verify it, which nobody will ever see again."""
    head = verify(old).head
    assert head == verify(old).head is not None
    report = verify(old, head=head)
    assert (report.problems, report.since) == ((), {})
    open_database(old).close()
    assert verify(old, head=head).problems == ()


def test_a_file_with_the_views_of_its_time_verifies_and_is_restored(tmp_path: Path) -> None:
    """A backup that the version before this one made, which had fewer views, and others."""
    path = make_file(tmp_path / "a.db")
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        for view in reversed(VIEWS):
            db.execute(f"DROP VIEW {view}")
        db.execute("CREATE VIEW standing AS SELECT number FROM screenings")
        for index in ("screenings_earlier", "log_outcomes"):
            db.execute(f"DROP INDEX {index}")
        db.execute("DELETE FROM _sqlite_migrations WHERE name = 'outcomes_of_subjects'")
    assert verify(path).problems == ()
    restore(path, tmp_path / "b.db")
    open_database(tmp_path / "b.db").close()
    assert verify(tmp_path / "b.db").problems == ()
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE VIEW another AS SELECT number FROM screenings")
    assert [str(problem) for problem in verify(path).problems] == [
        "schema, view another: does not belong here"
    ]


def test_every_screening_loads_and_stands_where_it_stood(old: Path) -> None:
    db = open_database(old)
    screenings = Screenings(db)
    for number, entries in db.execute("SELECT screening, entries FROM positions").fetchall():
        assert screenings.load(number).entries == entries
    db.close()


@pytest.mark.parametrize("name", FORMATS)
def test_it_exports_in_every_format(old: Path, name: str) -> None:
    open_database(old).close()
    exported = export(old, name, old.parent / f"out{FORMATS[name].suffix or ''}")
    assert exported.rows > 0
    assert not verify(old).problems


def test_it_merges(old: Path) -> None:
    open_database(old).close()
    merge([old], old.parent / "all.db")
    assert not verify(old.parent / "all.db").problems


def test_a_merged_file_of_that_version_verifies_and_grows(old: Path, tmp_path: Path) -> None:
    merged = Path(shutil.copy(OLD, tmp_path / "all.db"))
    with closing(sqlite3.connect(merged)) as db:  # what that version's merge left out and wrote
        for statement in (
            "DELETE FROM accounts",
            "DELETE FROM invitations",
            "UPDATE people SET current = NULL",
            "DELETE FROM meta WHERE key NOT IN ('origin', 'created_at')",
            "UPDATE meta SET value = 'merged' WHERE key = 'origin'",
        ):
            db.execute(statement)
        db.commit()
    assert verify(merged).problems == ()
    open_database(merged).close()
    assert verify(merged).problems == ()
    open_database(old).close()
    merge([old], merged)
    assert verify(merged).problems == ()


def test_what_was_reopened_and_cancelled_stands_as_it_was_saved(old: Path) -> None:
    db = open_database(old)
    cancelled = db.execute(
        "SELECT DISTINCT s.screening FROM log s JOIN log c ON c.screening = s.screening AND c.entry > s.entry"
        " WHERE s.kind = 'save' AND c.kind = 'cancel'"
    ).fetchall()
    assert cancelled
    for (number,) in cancelled:
        row = db.execute(
            "SELECT g.state, p.state, g.verdict IS NOT NULL FROM standing g JOIN positions p USING (screening)"
            " WHERE g.screening = ?",
            [number],
        ).fetchone()
        assert row == ("completed", "completed", 1), number
        screening = Screenings(db).load(number)
        rested = db.execute(
            "SELECT question FROM answers WHERE screening = ? AND status = 'current'", [number]
        )
        assert {question for (question,) in rested} == set(screening.dialogue.applied)
    db.close()


def test_who_was_heard_of_in_its_log_was_seen_then(old: Path) -> None:
    db = open_database(old)
    for code, seen in db.execute("SELECT code, seen_on FROM people").fetchall():
        (at,) = db.execute("SELECT max(at) FROM log WHERE person = ?", [code]).fetchone()
        assert seen == (at and at[:10])
    db.close()
