"""What plain SQL can take out of a file and leave it looking whole, and what only a head kept elsewhere can tell."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.command import main
from dialogs.dialogue import Step
from state import purge, register
from state.backup import back_up
from state.chain import link, total
from state.database import open_database
from state.verify import verify
from tests.state.sample_file import make_file
from tests.state.sites import Site, rows

NEWEST = "S01-0006"  # open, with one answer


def _tamper(path: Path, *statements: str) -> None:
    """Run statements as if no trigger were there, and make the triggers again as they were."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA ignore_check_constraints=ON")
        triggers = db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            db.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            db.execute(statement)
        for _, sql in triggers:
            db.execute(sql)


def _without(number: str) -> tuple[str, ...]:
    return (
        f"UPDATE people SET current = NULL WHERE current = '{number}'",
        f"DELETE FROM verdicts WHERE screening = '{number}'",
        f"DELETE FROM positions WHERE screening = '{number}'",
        f"DELETE FROM log WHERE screening = '{number}'",
        f"DELETE FROM screenings WHERE number = '{number}'",
    )


def _without_last(number: str, state: str) -> tuple[str, ...]:
    newest = f"(SELECT {{}} FROM log WHERE screening = '{number}' ORDER BY entry DESC LIMIT 1)"
    return (
        f"DELETE FROM log WHERE screening = '{number}'"
        f" AND entry = (SELECT max(entry) FROM log WHERE screening = '{number}')",
        f"UPDATE positions SET state = '{state}', entries = {newest.format('entry')}, head = {newest.format('hash')},"
        f" updated_at = {newest.format('at')} WHERE screening = '{number}'",
    )


MERGED_BY_HAND = (
    "DELETE FROM accounts",
    "DELETE FROM invitations",
    "DELETE FROM meta WHERE key IN ('head', 'salt')",
    "UPDATE meta SET value = 'merged' WHERE key = 'origin'",
)


@pytest.mark.parametrize(
    ("statements", "place"),
    [
        pytest.param(_without(NEWEST), NEWEST, id="the newest unsaved screening"),
        pytest.param(_without_last(NEWEST, "age_years"), "positions", id="its last answer"),
        pytest.param(
            _without_last("S01-0002", "completed"), "S01-0002", id="a disagreement after the last save"
        ),
        pytest.param(
            ("INSERT INTO accounts VALUES ('telegram', '666', 'S01-P02')",),
            "S01-P02",
            id="an account invented",
        ),
        pytest.param(
            ("UPDATE accounts SET person = 'S01-P03' WHERE person = 'S01-P01'",),
            "S01-P01",
            id="an account moved",
        ),
        pytest.param(
            ("UPDATE invitations SET role = 'administrator', expires_at = '2999' WHERE used_at IS NULL",),
            "invitation",
            id="an invitation's role and expiry",
        ),
        pytest.param(("UPDATE sites SET name = 'Elsewhere'",), "site S01", id="a site's name"),
        pytest.param(MERGED_BY_HAND, "positions", id="called a merged file, which has no accounts"),
        pytest.param(("INSERT INTO meta VALUES ('last of S01', '9')",), "meta", id="a row of meta"),
    ],
)
def test_what_plain_sql_takes_out_is_found(tmp_path: Path, statements: tuple[str, ...], place: str) -> None:
    path = make_file(tmp_path / "a.db")
    _tamper(path, *statements)
    assert any(place in str(problem) for problem in verify(path).problems), verify(path).problems


def test_a_purged_number_is_not_given_out_again_whatever_meta_says(tmp_path: Path) -> None:
    site = Site(tmp_path / "a.db", "A")
    site.saved()
    purge.purge(site.db, date(2026, 4, 1), clock=site.clock)
    with site.db.conn:
        site.db.execute("DELETE FROM meta WHERE key GLOB 'last of *'")
    assert site.saved() == "A-0002"
    assert not verify(site.close()).problems


def _skilled_cut(path: Path) -> None:
    """Take the newest screening out with the end of the register, and make head and total anew."""
    first = rows(path, "SELECT min(entry) FROM register WHERE subject = ?", [NEWEST])[0][0]
    _tamper(path, *_without(NEWEST), f"DELETE FROM register WHERE entry >= {first}")
    db = open_database(path)
    entry, head = db.execute("SELECT entry, hash FROM register ORDER BY entry DESC LIMIT 1").fetchone()
    db.execute("UPDATE meta SET value = ? WHERE key = 'head'", [f"{entry} {head}"])
    register.recompute_total(db)
    db.close()


def _skilled_rewriting(path: Path) -> None:
    """Change an unsaved answer, and make every hash after it anew."""
    ((start, first, newest),) = rows(
        path,
        "SELECT s.hash, l.hash, p.head FROM screenings s JOIN log l ON l.screening = s.number AND l.entry = 1"
        " JOIN positions p ON p.screening = s.number WHERE s.number = ?",
        [NEWEST],
    )
    assert start != first
    *fields, _ = rows(path, "SELECT * FROM log WHERE screening = ? AND entry = 2", [NEWEST])[0]
    fields[6], fields[8] = "46", "46"
    head = link(first, fields)
    ((known,),) = rows(path, "SELECT value FROM meta WHERE key = 'positions'")
    _tamper(
        path,
        f"UPDATE log SET value = '46', compared = '46', hash = '{head}' WHERE screening = '{NEWEST}' AND entry = 2",
        f"UPDATE positions SET head = '{head}' WHERE screening = '{NEWEST}'",
        f"UPDATE meta SET value = '{total(known, [head], [newest])}' WHERE key = 'positions'",
    )


def test_a_skilled_cut_is_found_by_any_head_that_was_issued_since(tmp_path: Path) -> None:
    path = make_file(tmp_path / "a.db")
    head = back_up(path, tmp_path / "b.db")
    assert verify(path, head=head[:12]).problems == ()
    _skilled_cut(path)
    assert verify(path).problems == ()  # what remains impossible without a head
    for given in (head, head[:12], head[:20].upper()):
        assert "does not hold the given head" in str(verify(path, head=given).problems[0])


def test_a_skilled_rewriting_of_what_a_backup_saw_is_found(tmp_path: Path) -> None:
    path = make_file(tmp_path / "a.db")
    _skilled_rewriting(path)
    assert any("a backup or an export saw" in str(problem) for problem in verify(path).problems)


def test_a_head_says_what_was_added_since(tmp_path: Path) -> None:
    site = Site(tmp_path / "a.db", "A")
    head = register.head(site.db) or ""
    for _ in range(3):
        opened = site.answer(site.start())
    site.save(opened)
    site.screenings.note(opened, "disagree", site.person, {"reason": "data"})
    path = site.close()
    back_up(path, tmp_path / "b.db")
    ran = CliRunner().invoke(main, ["verify", "--db", str(path), "--head", head[:12]])
    assert ran.exit_code == 0, ran.output
    assert (
        "since that head: 3 screenings started, 1 verdict, 1 query, outcome or disagreement noted, 1 backup"
        in ran.stdout
    )
    newest = CliRunner().invoke(main, ["verify", "--db", str(path), "--head", ran.stdout.split()[-1]])
    assert "since that head: nothing was added" in newest.stdout
    short = CliRunner().invoke(main, ["verify", "--db", str(path), "--head", head[:11]])
    assert (short.exit_code, "at least 12" in short.output) == (2, True)


def test_all_findings_are_told_and_many_alike_are_counted(tmp_path: Path) -> None:
    path = make_file(tmp_path / "a.db", count=30)
    _tamper(path, "UPDATE positions SET updated_at = '2020'", "UPDATE sites SET name = 'x'")
    ran = CliRunner().invoke(main, ["verify", "--db", str(path)])
    assert ran.exit_code == 1
    assert "and 13 more places: its position says another time than its newest entry" in ran.stderr
    assert "site S01: is not as the register says" in ran.stderr


def _no_file(path: Path) -> None:
    path.unlink()


def _text(path: Path) -> None:
    path.write_text("a list of names\n" * 300)


def _truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _header_only(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:60])


def _another_programs(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE recipes (name)")


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("spoil", [_no_file, _folder, _text, _truncated, _header_only, _another_programs])
def test_a_file_that_cannot_be_read_is_another_status(tmp_path: Path, spoil: Callable[[Path], None]) -> None:
    path = make_file(tmp_path / "a.db")
    spoil(path)
    ran = CliRunner().invoke(main, ["verify", "--db", str(path)])
    assert (ran.exit_code, ran.stdout) == (2, ""), ran.output
    assert isinstance(ran.exception, SystemExit)


def test_a_locked_file_is_not_called_unsound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("state.database.BUSY_SECONDS", 0.05)
    path = make_file(tmp_path / "a.db")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode=DELETE")
        other.execute("BEGIN EXCLUSIVE")
        ran = CliRunner().invoke(main, ["verify", "--db", str(path)])
        assert (ran.exit_code, "locked" in ran.output) == (2, True), ran.output


def test_an_older_file_verifies_unopened_and_a_change_in_it_is_found(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    path.write_bytes((Path(__file__).parent.parent / "data" / "ab62225.sqlite").read_bytes())
    before = path.read_bytes()
    assert verify(path).problems == ()
    assert path.read_bytes() == before
    _tamper(path, "UPDATE log SET value = '17' WHERE screening = 'S01-0003' AND entry = 2")
    assert verify(path).problems


def test_steps_of_two_connections_add_up(tmp_path: Path) -> None:
    """The total is read and written in the transaction of the step, whoever makes it."""
    site = Site(tmp_path / "a.db", "A")
    other = Site.__new__(Site)
    other.__dict__.update(site.__dict__)
    opened, second = site.start(), site.start()
    again = type(site.screenings)(open_database(site.path, site.clock), site.clock)
    for _ in range(3):
        site.screenings.take(opened, [Step("propose", "age_years", entered="9")], site.person)
        again.take(again.load(second.number), [Step("propose", "age_years", entered="8")], site.person)
    again.db.close()
    assert not verify(site.close()).problems


def test_whatever_the_bytes_are_it_is_a_finding_or_a_sentence(tmp_path: Path) -> None:
    path, dice = make_file(tmp_path / "a.db"), random.Random(5)
    whole = path.read_bytes()
    for _ in range(40):
        spoilt = bytearray(whole)
        for _ in range(dice.choice([1, 3, 40])):
            spoilt[dice.randrange(len(spoilt))] = dice.randrange(256)
        path.write_bytes(spoilt)
        ran = CliRunner().invoke(main, ["verify", "--db", str(path)])
        assert ran.exit_code in (0, 1, 2)
        assert ran.exception is None or isinstance(ran.exception, SystemExit), ran.exception
