"""People: codes are kept for good, nobody is changed by accident, and an administrator is always left."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.command import main
from dialogs.dialogue import Step
from dialogs.loading import load
from dialogs.portfolio.merging import merged
from state.database import open_database
from state.errors import Refused
from state.people import People, Person
from state.screenings import Screenings
from state.verify import verify


@pytest.fixture
def everyone(tmp_path: Path) -> People:
    return People(open_database(tmp_path / "site.db"))


def codes(everyone: People) -> list[str]:
    return [person.code for person in everyone.all()]


def test_codes_count_on_for_each_site_and_are_never_given_again(everyone: People) -> None:
    for account, site in enumerate(("S0", "S01", "S01", "S010", "S0")):
        everyone.add("clinician", site, "telegram", str(account))
    assert codes(everyone) == ["S0-P01", "S0-P02", "S01-P01", "S01-P02", "S010-P01"]
    for table in ("accounts", "people"):
        column = "person" if table == "accounts" else "code"
        everyone.db.execute(f"DELETE FROM {table} WHERE {column} IN ('S01-P01', 'S01-P02')")
    everyone.change("S0-P01", site="S01")
    assert everyone.add("clinician", "S01", "telegram", "9").code == "S01-P03"


def test_codes_go_on_after_a_hundred(everyone: People) -> None:
    for account in range(101):
        everyone.add("clinician", "S01", "telegram", str(account))
    assert everyone.add("clinician", "S01", "telegram", "x").code == "S01-P102"


def test_an_invitation_changes_nobody_who_is_in_already_and_is_not_used_up(everyone: People) -> None:
    everyone.add("administrator", "S01", "telegram", "1")
    secret = everyone.invite("clinician", "S02")
    assert everyone.redeem(secret, "telegram", "1") is None
    suspended = everyone.add("clinician", "S01", "telegram", "2")
    everyone.suspend(suspended.code)
    assert everyone.redeem(secret, "telegram", "2") is None
    assert [(p.role, p.site, p.status) for p in everyone.all()] == [
        ("administrator", "S01", "active"),
        ("clinician", "S01", "suspended"),
    ]
    newcomer = everyone.redeem(secret, "telegram", "3")
    assert newcomer is not None
    assert newcomer.code == "S02-P01"


@pytest.mark.parametrize("lost", ["suspended", "re-roled"])
def test_an_invitation_holds_only_while_who_made_it_may_invite(everyone: People, lost: str) -> None:
    first = everyone.add("administrator", "S01", "telegram", "1").code
    second = everyone.add("administrator", "S01", "telegram", "2").code
    secret = everyone.invite("administrator", "S01", by=second)
    everyone.suspend(second, first) if lost == "suspended" else everyone.change(second, "clinician", by=first)
    assert everyone.redeem(secret, "telegram", "3") is None
    assert [invitation.state for invitation in everyone.invitations()] == ["withheld"]
    everyone.restore(second) if lost == "suspended" else everyone.change(second, "administrator")
    assert everyone.redeem(secret, "telegram", "3") is not None


def test_adding_somebody_again_changes_nothing_and_says_what_to_do(everyone: People) -> None:
    person = everyone.add("clinician", "S01", "telegram", "1")
    assert everyone.add("clinician", "S01", "telegram", "1") == person
    with pytest.raises(Refused, match="--change S01-P01 --role coordinator"):
        everyone.add("coordinator", "S01", "telegram", "1")
    everyone.suspend(person.code)
    with pytest.raises(Refused, match="--restore S01-P01"):
        everyone.add("clinician", "S01", "telegram", "1")
    assert everyone.get(person.code).status == "suspended"


LOSSES: dict[str, Callable[[People, Person], object]] = {
    "suspended": lambda everyone, person: everyone.suspend(person.code),
    "made a clinician": lambda everyone, person: everyone.change(person.code, "clinician"),
    "made a coordinator elsewhere": lambda everyone, person: everyone.change(
        person.code, "coordinator", "S02"
    ),
    "added again": lambda everyone, person: everyone.add("clinician", "S01", "telegram", "1"),
}


@pytest.mark.parametrize("lose", LOSSES.values(), ids=LOSSES)
@pytest.mark.parametrize("other", [None, "suspended", "clinician"])
def test_the_last_active_administrator_cannot_be_lost(
    everyone: People, lose: Callable[[People, Person], object], other: str | None
) -> None:
    person = everyone.add("administrator", "S01", "telegram", "1")
    if other is not None:
        second = everyone.add(
            "administrator" if other == "suspended" else "clinician", "S01", "telegram", "2"
        )
        if other == "suspended":
            everyone.suspend(second.code)
    with pytest.raises(Refused):
        lose(everyone, person)
    assert everyone.get(person.code) == person


def test_one_of_two_administrators_can_go_and_a_move_keeps_one(everyone: People) -> None:
    first = everyone.add("administrator", "S01", "telegram", "1")
    second = everyone.add("administrator", "S01", "telegram", "2")
    everyone.change(first.code, site="S02")
    everyone.suspend(second.code)
    with pytest.raises(Refused):
        everyone.suspend(first.code)
    everyone.restore(second.code)
    everyone.change(first.code, "clinician")


def test_of_two_administrators_who_suspend_each_other_at_once_one_stays(tmp_path: Path) -> None:
    path = tmp_path / "site.db"
    everyone = People(open_database(path))
    pair = [everyone.add("administrator", "S01", "telegram", str(account)).code for account in (1, 2)]
    both = threading.Barrier(2)

    def suspend(code: str) -> None:
        own = People(open_database(path))
        both.wait()
        try:
            own.suspend(code)
        except Refused:
            pass
        finally:
            own.db.conn.close()

    threads = [threading.Thread(target=suspend, args=[code]) for code in pair]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(person.status for person in everyone.all()) == ["active", "suspended"]


# the command ---------------------------------------------------------------------------------------


def run(path: Path, *arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["people", "--db", str(path), *arguments])
    return done.exit_code, done.output


def test_a_role_is_changed_on_purpose_and_stands_in_the_register(tmp_path: Path) -> None:
    path = tmp_path / "site.db"
    run(path, "--add", "1 2", "--role", "administrator")
    assert run(path, "--change", "S01-P02", "--role", "coordinator")[0] == 0
    assert run(path, "--change", "S01-P02", "--site", "S02")[0] == 0
    assert run(path, "--change", "S01-P01", "--role", "clinician")[0] == 2
    assert run(path, "--change", "S01-P02")[0] == 2
    assert run(path, "--change", "S01-P09", "--role", "clinician")[0] == 2
    status, said = run(path, "--add", "2", "--role", "clinician")
    assert (status, "--change S01-P02" in said) == (2, True)
    listed = run(path)[1].split("\n")
    assert listed[1].endswith("  seen -")
    assert listed[1].split()[:4] == ["S01-P02", "coordinator", "S02", "active"]
    db = open_database(path)
    assert db.execute("SELECT count(*) FROM register WHERE kind = 'person'").fetchone() == (4,)
    assert verify(path).problems == ()


def test_what_somebody_leaves_open_is_named_where_they_are_moved_or_shut_out(tmp_path: Path) -> None:
    path = tmp_path / "site.db"
    run(path, "--add", "1 2")
    db = open_database(path)
    screenings, trials = Screenings(db), [load("EXAMPLE-DM2"), load("EXAMPLE-MDD")]
    begun = [
        screenings.start(each, "S01-P01", "S01", zone="UTC", channel="telegram")
        for each in (merged(trials), *trials)
    ]
    screenings.take(begun[1], [Step("cancel")], "S01-P01")
    left = "S01-P01 left open, and nobody else can go on with: S01-0002, S01-M0001\n"
    for changed, is_told in (
        (("--change", "S01-P01", "--site", "S02"), True),
        (("--change", "S01-P01", "--site", "S01"), False),
        (("--change", "S01-P01", "--role", "coordinator"), True),
        (("--change", "S01-P01", "--role", "clinician"), False),
        (("--suspend", "S01-P01"), True),
        (("--restore", "S01-P01"), False),
        (("--change", "S01-P02", "--site", "S02"), False),
    ):
        assert (left in run(path, *changed)[1]) == is_told, changed
    db.close()
