"""Makes a small file with every kind of record in it: saved, reopened, cancelled, open, people, invitations."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from dialogs.answers import UNKNOWN, Answer, Choice, Measurement
from dialogs.dialogue import REVIEW, Step
from dialogs.loading import load
from state.backup import back_up
from state.database import open_database
from state.people import People
from state.screenings import Screening, Screenings

ANSWERS: dict[str, Answer] = {
    "age_years": Measurement("=", Decimal(45), "a"),
    "sex": Choice("male"),
    "diagnosis": Choice("aiha"),
    "hemoglobin": Measurement("=", Decimal("7.2"), "g/dL"),
    "steroid_duration": Measurement("=", Decimal(42), "d"),
    "ecog": Choice("1"),
    "tumour": Choice("none_or_benign"),
    "consent_willing": Choice("yes"),
}


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=7)
        return self.now


def answer_all(screenings: Screenings, screening: Screening, person: str, unknown: str | None = None) -> None:
    while screening.state in screening.protocol.position:
        question = screening.protocol.question(screening.state)
        default = question.shortcuts[0].code if question.shortcuts else "no"
        answer = UNKNOWN if question.id == unknown else ANSWERS.get(question.id, Choice(default))
        screenings.take(screening, [Step("answer", question.id, answer)], person)


def make_file(path: Path, count: int = 3, site: str = "S01", account: str | None = None) -> Path:
    """Make it; `account` begins the numbers of its Telegram accounts, else the file's name does."""
    clock = Clock()
    db = open_database(path, clock)
    person = _let_people_in(People(db, clock), site, account or f"{path.stem}-")
    screenings = Screenings(db, clock)
    for index in range(count):
        _screen(screenings, person, site, index)
    _end_early(screenings, person, site)
    db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    back_up(path, path.with_name(f"{path.stem}.backup.db"), clock=clock)
    return path


def _let_people_in(people: People, site: str, account: str) -> str:
    """Add people of every role, with invitations in every state; returns the clinician's code."""
    person = people.add("clinician", site, "telegram", f"{account}1")
    other = people.add("coordinator", site, "telegram", f"{account}2")
    people.suspend(other.code, person.code)
    people.restore(other.code, person.code)
    people.redeem(people.invite("administrator", site), "telegram", f"{account}3")
    people.revoke(people.invitations()[-1].mark)
    people.invite("clinician", site)
    return person.code


def _start(
    screenings: Screenings, person: str, site: str, earlier: str | None = None, source: str | None = None
) -> Screening:
    protocol = load("NCT04420494")
    return screenings.start(
        protocol, person, site, zone="+08:00", channel="test", earlier=earlier, source=source
    )


def _screen(screenings: Screenings, person: str, site: str, index: int) -> None:
    """Save a screening; every second one has an unknown answer, and is reopened and disagreed with."""
    screening = _start(screenings, person, site, source=f"{site}:{index}")
    answer_all(screenings, screening, person, "ecog" if index % 2 else None)
    if screening.state == REVIEW:
        screenings.take(screening, [Step("save")], person)
    if index % 2:
        screenings.take(screening, [Step("reopen")], person)
        answer_all(screenings, screening, person)
        screenings.take(screening, [Step("save")], person)
        screenings.note(screening, "disagree", person, {"reason": "judgement"})


def _end_early(screenings: Screenings, person: str, site: str) -> None:
    """One screening that excludes at once, one that is cancelled, and one that is left open."""
    excluded = _start(screenings, person, site, earlier=f"{site}-0001")
    too_old = Step("answer", "age_years", Measurement("=", Decimal(81), "a"))
    for step in (too_old, Step("finish"), Step("save")):
        screenings.take(excluded, [step], person)
    cancelled = _start(screenings, person, site)
    screenings.take(cancelled, [Step("cancel")], person)
    left_open = _start(screenings, person, site)
    screenings.take(left_open, [Step("answer", "age_years", ANSWERS["age_years"])], person)
