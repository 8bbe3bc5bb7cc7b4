"""Merged files: whatever the order and the repeats, one result; what contradicts is refused whole."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.command import main
from dialogs.loading import load
from state import purge
from state.database import open_database
from state.errors import Damaged, Merged
from state.merge import Conflict, merge
from state.screenings import Screenings
from state.verify import verify
from tests.state.random_files import fill
from tests.state.sites import Site, content, rows, tamper


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Five sites, one of them three times: as it was, as it went on, and as it is now."""
    found = []
    for place in range(5):
        site = Site(tmp_path / f"site{place}.db", f"N{place}", place)
        first = site.saved()
        opened = site.answer(site.start(earlier=first))
        for copy in range(2 if place == 2 else 0):
            site.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            shutil.copy(site.path, tmp_path / f"older{copy}.db")
            found.append(tmp_path / f"older{copy}.db")
            site.people.set_language(site.person, "zh")
            site.people.suspend(site.person)
            if copy:
                site.save(opened)
            else:
                site.saved()
        found.append(site.close())
    return found


@pytest.mark.parametrize("empty", [False, True])
def test_nothing_is_merged_beside_the_log_of_a_file_that_is_gone(
    files: list[Path], tmp_path: Path, empty: bool
) -> None:
    merged = tmp_path / "merged.db"
    merge(files[:1], merged)
    with closing(sqlite3.connect(merged)) as db:
        db.execute("UPDATE people SET language = 'zh'")
        db.commit()
        left = merged.with_name("merged.db-wal").read_bytes()
    merged.unlink()
    if empty:
        merged.touch()
    merged.with_name("merged.db-wal").write_bytes(left)
    with pytest.raises(Damaged, match="may hold answers"):
        merge(files, merged)
    with pytest.raises(Damaged, match="may hold answers"):
        open_database(merged)
    assert merged.with_name("merged.db-wal").read_bytes() == left
    assert merged.exists() == empty


def test_any_order_and_repeats_give_the_same_content(files: list[Path], tmp_path: Path) -> None:
    chance = random.Random(1)
    merge(files, tmp_path / "once.db")
    expected = content(tmp_path / "once.db")
    assert [len(expected[table]) for table in ("sites", "people", "screenings")] == [5, 5, 11]
    assert next(row for row in expected["people"] if row[0].startswith("N2"))[3] == "suspended"
    for attempt in range(6):
        into = tmp_path / f"all{attempt}.db"
        order = [*files, *chance.choices(files, k=4)]
        chance.shuffle(order)
        cut = sorted(chance.choices(range(len(order)), k=3))
        for part in (order[: cut[0]], order[cut[0] : cut[2]], order[cut[2] :], order):
            merge(part, into)
        assert content(into) == expected


def test_a_hundred_sites_in_any_order_give_the_same_content(tmp_path: Path) -> None:
    sites = []
    for place in range(100):
        site = Site(tmp_path / f"site{place}.db", f"N{place}", place)
        site.db.execute("PRAGMA synchronous=OFF")
        site.saved()
        site.answer(site.start())
        sites.append(site.close())
    chance = random.Random(2)
    for name in ("one.db", "other.db"):
        order = [*sites, *chance.choices(sites, k=30)]
        chance.shuffle(order)
        merge(order[:70], tmp_path / name)
        merge(order[70:] if name == "one.db" else order[40:], tmp_path / name)
    expected = content(tmp_path / "one.db")
    assert len(expected["screenings"]) == 200
    assert content(tmp_path / "other.db") == expected
    assert not verify(tmp_path / "one.db").problems


def test_merged_files_can_be_merged(files: list[Path], tmp_path: Path) -> None:
    merge(files, tmp_path / "once.db")
    merge(files[:4], tmp_path / "north.db")
    merge(files[2:], tmp_path / "south.db")
    merge([tmp_path / "south.db", tmp_path / "north.db"], tmp_path / "all.db")
    assert content(tmp_path / "all.db") == content(tmp_path / "once.db")


def test_merging_again_changes_nothing(files: list[Path], tmp_path: Path) -> None:
    merge(files, tmp_path / "all.db")
    again = merge(files, tmp_path / "all.db")
    assert (again.added, again.extended, again.purged) == (0, 0, 0)


def test_an_older_copy_gives_way_to_the_newer_one(files: list[Path], tmp_path: Path) -> None:
    older, newest = tmp_path / "older0.db", tmp_path / "site2.db"
    merge([newest], tmp_path / "expected.db")
    for place, order in enumerate(([older, newest], [newest, older])):
        merge(order, tmp_path / f"all{place}.db")
        assert content(tmp_path / f"all{place}.db") == content(tmp_path / "expected.db")
    merge([older], tmp_path / "grown.db")
    grown = merge([newest], tmp_path / "grown.db")
    assert (grown.added, grown.extended) == (1, 1)
    assert content(tmp_path / "grown.db") == content(tmp_path / "expected.db")


def test_a_merged_file_is_sound(files: list[Path], tmp_path: Path) -> None:
    merge(files, tmp_path / "all.db")
    report = verify(tmp_path / "all.db")  # which replays every verdict
    assert (report.screenings, report.problems) == (11, ())


def test_accounts_and_invitations_stay_at_their_sites(tmp_path: Path) -> None:
    site = Site(tmp_path / "a.db", "A")
    site.people.invite("clinician", "A")
    merge([site.close()], tmp_path / "all.db")
    assert rows(
        tmp_path / "a.db", "SELECT count(*) FROM accounts UNION ALL SELECT count(*) FROM invitations"
    ) == [
        (1,),
        (1,),
    ]
    assert rows(tmp_path / "all.db", "SELECT * FROM accounts") == []
    assert rows(tmp_path / "all.db", "SELECT * FROM invitations") == []


def _went_on_twice(tmp_path: Path) -> tuple[Path, Path]:
    site = Site(tmp_path / "a.db", "A")
    opened = site.start()
    site.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(site.path, tmp_path / "b.db")
    site.answer(opened, "81")
    site.close()
    other = Site(tmp_path / "b.db", "A", 9)
    other.answer(other.screenings.load(opened.number), "17")
    return site.path, other.close()


def _another_person_of_that_code(tmp_path: Path) -> tuple[Path, Path]:
    first, second = Site(tmp_path / "a.db", "A"), Site(tmp_path / "b.db", "A", 1)
    return first.close(), second.close()


def _another_screening_of_that_number(tmp_path: Path) -> tuple[Path, Path]:
    site = Site(tmp_path / "a.db", "A")
    site.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(site.path, tmp_path / "b.db")
    site.start()
    site.close()
    other = Site(tmp_path / "b.db", "A", 3)
    other.start()
    return site.path, other.close()


@pytest.mark.parametrize(
    ("conflicting", "reason"),
    [
        (_went_on_twice, "went on differently"),
        (_another_person_of_that_code, "person A-P01 of"),
        (_another_screening_of_that_number, "screening A-0001"),
    ],
)
def test_conflicting_histories_are_refused_whole(
    conflicting: Callable[[Path], tuple[Path, Path]], reason: str, tmp_path: Path
) -> None:
    one, other = conflicting(tmp_path)
    good = Site(tmp_path / "good.db", "G")
    good.saved()
    good.close()
    for place, order in enumerate(([good.path, one, other], [other, one, good.path])):
        with pytest.raises(Conflict, match=reason):
            merge(order, tmp_path / f"new{place}.db")
        assert not list(tmp_path.glob(f"new{place}.db*"))
    merge([one], tmp_path / "all.db")
    before = content(tmp_path / "all.db")
    with pytest.raises(Conflict, match=reason):
        merge([good.path, other], tmp_path / "all.db")
    assert content(tmp_path / "all.db") == before


@pytest.mark.parametrize(
    ("table", "sql"),
    [
        ("log", "UPDATE log SET value = '80' WHERE question = 'age_years'"),
        ("log", "DELETE FROM log WHERE kind = 'disagree'"),
        ("screenings", "UPDATE screenings SET zone = '+00:00'"),
        ("verdicts", "UPDATE verdicts SET verdict = 'eligible'"),
        ("verdicts", "DELETE FROM verdicts"),
        ("register", "UPDATE register SET person = 'A-P09' WHERE entry = 1"),
        ("register", "DELETE FROM register WHERE entry = (SELECT max(entry) FROM register)"),
        ("positions", "UPDATE positions SET entries = entries - 1"),
    ],
)
def test_a_file_whose_chains_are_broken_is_refused(table: str, sql: str, tmp_path: Path) -> None:
    site = Site(tmp_path / "a.db", "A")
    number = site.saved()
    site.screenings.note(site.screenings.load(number), "disagree", site.person, {"reason": "other"})
    site.close()
    tamper(site.path, table, sql)
    with pytest.raises(Damaged, match=r"a\.db"):
        merge([site.path], tmp_path / "all.db")
    assert not (tmp_path / "all.db").exists()


def test_what_a_site_purged_goes_from_the_merged_file_and_is_not_brought_back(tmp_path: Path) -> None:
    site = Site(tmp_path / "a.db", "A")
    first = site.saved()
    last = site.on(50).saved()
    site.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(site.path, tmp_path / "older.db")
    merge([site.path], tmp_path / "all.db")
    assert purge.purge(site.db, date(2026, 4, 1), clock=site.clock).due.heads.keys() == {first}
    site.close()
    merged = merge([site.path], tmp_path / "all.db")
    assert (merged.purged, merged.screenings, merged.erased) == (1, 1, True)
    merge([tmp_path / "older.db"], tmp_path / "all.db")
    merge([site.path, tmp_path / "older.db"], tmp_path / "new.db")
    assert rows(tmp_path / "all.db", "SELECT number FROM screenings") == [(last,)]
    assert content(tmp_path / "all.db") == content(tmp_path / "new.db")
    assert not verify(tmp_path / "all.db").problems
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        rows(tmp_path / "all.db", "DELETE FROM log")


def test_a_merged_file_that_was_purged_takes_nothing_back(tmp_path: Path) -> None:
    site = Site(tmp_path / "a.db", "A")
    site.saved()
    last = site.on(50).saved()
    site.close()
    merge([site.path], tmp_path / "all.db")
    db = open_database(tmp_path / "all.db")
    purge.purge(db, date(2026, 4, 1), clock=site.clock)
    db.close()
    assert merge([site.path], tmp_path / "all.db").purged == 1
    assert rows(tmp_path / "all.db", "SELECT number FROM screenings") == [(last,)]
    assert not verify(tmp_path / "all.db").problems
    with pytest.raises(Conflict, match="purged itself"):
        merge([tmp_path / "all.db"], tmp_path / "other.db")


def test_every_kind_of_screening_of_many_sites_can_be_merged(tmp_path: Path) -> None:
    fill(tmp_path / "site.db", 60).close()
    merged = merge([tmp_path / "site.db"], tmp_path / "all.db")
    report = verify(tmp_path / "all.db")
    assert (merged.screenings, merged.sites, report.screenings, report.problems) == (60, 3, 60, ())


def test_the_command_says_what_was_merged_and_why_not(tmp_path: Path) -> None:
    one, other = _went_on_twice(tmp_path)
    into = str(tmp_path / "all.db")
    done = CliRunner().invoke(main, ["merge", str(one), "--into", into])
    assert (done.exit_code, "holds 1 screening of 1 site: 1 added" in done.output) == (0, True)
    refused = CliRunner().invoke(main, ["merge", str(other), "--into", into])
    assert (refused.exit_code, "Nothing was merged" in refused.output) == (1, True)
    own = CliRunner().invoke(main, ["merge", str(one), "--into", str(other)])
    assert (own.exit_code, "is a site's own file" in own.output) == (1, True)


def test_two_sites_that_began_under_one_code_hear_what_to_do(tmp_path: Path) -> None:
    files = [Site(tmp_path / f"{place}.db", "S01", place).close() for place in range(2)]
    with pytest.raises(Conflict, match=r"give each site a code of its own \(--site\)"):
        merge(files, tmp_path / "all.db")


def test_inviting_for_another_site_keeps_both_files_mergeable(tmp_path: Path) -> None:
    here, there = Site(tmp_path / "a.db", "A"), Site(tmp_path / "b.db", "B", 1)
    here.people.invite("clinician", "B")
    first, second = here.saved(), there.saved()
    files = [here.close(), there.close()]
    for place, order in enumerate((files, files[::-1])):
        into = tmp_path / f"all{place}.db"
        merge(order, into)
        assert rows(into, "SELECT number FROM screenings ORDER BY number") == [(first,), (second,)]
        assert not verify(into).problems
    assert content(tmp_path / "all0.db") == content(tmp_path / "all1.db")


def test_a_merged_file_gives_out_no_numbers_and_lets_nobody_in(tmp_path: Path) -> None:
    site = Site(tmp_path / "a.db", "A")
    site.saved()
    into = tmp_path / "all.db"
    merge([site.close()], into)
    before = content(into)
    for arguments in (
        ["chat", "--site", "A"],
        ["invite", "--role", "clinician", "--bot", "b", "--site", "A"],
        ["people", "--add", "123", "--site", "A"],
        ["people", "--suspend", "A-P01"],
    ):
        ran = CliRunner().invoke(main, [*arguments, "--db", str(into)])
        assert (ran.exit_code, "merged file" in ran.output) == (2, True), ran.output
    ran = CliRunner().invoke(main, ["run", "--db", str(into)], env={"TELEGRAM_BOT_TOKEN": "1:a"})
    assert (ran.exit_code, "merged file" in ran.output) == (2, True), ran.output
    db = open_database(into)
    with pytest.raises(Merged):
        Screenings(db).start(load("NCT04420494"), "A-P01", "A", zone="UTC", channel="test")
    db.close()
    assert content(into) == before
    assert not verify(into).problems


def test_a_code_that_leads_out_of_a_folder_is_refused_and_named(tmp_path: Path) -> None:
    site = Site(tmp_path / "a.db", "A")
    site.saved()
    path = site.close()
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA foreign_keys=OFF")
        db.execute("INSERT INTO sites VALUES ('../../../../x', 'x', '')")
        db.commit()
    with pytest.raises(Damaged, match=r"\.\./\.\./\.\./\.\./x"):
        merge([path], tmp_path / "all.db")
    assert any("../../../../x" in str(problem) for problem in verify(path).problems)
