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
    account = account or f"{path.stem}-"
    clock = Clock()
    db = open_database(path, clock)
    screenings, people = Screenings(db, clock), People(db, clock)
    person = people.add("clinician", site, "telegram", f"{account}1")
    other = people.add("coordinator", site, "telegram", f"{account}2")
    people.suspend(other.code, person.code)
    people.restore(other.code, person.code)
    people.redeem(people.invite("administrator", site), "telegram", f"{account}3")
    people.revoke(people.invitations()[-1].mark)
    people.invite("clinician", site)
    protocol = load("NCT04420494")
    for index in range(count):
        screening = screenings.start(
            protocol, person.code, site, zone="+08:00", channel="test", source=f"{site}:{index}"
        )
        answer_all(screenings, screening, person.code, "ecog" if index % 2 else None)
        if screening.state == REVIEW:
            screenings.take(screening, [Step("save")], person.code)
        if index % 2:
            screenings.take(screening, [Step("reopen")], person.code)
            answer_all(screenings, screening, person.code)
            screenings.take(screening, [Step("save")], person.code)
            screenings.note(screening, "disagree", person.code, {"reason": "judgement"})
    excluded = screenings.start(
        protocol, person.code, site, zone="+08:00", channel="test", earlier=f"{site}-0001"
    )
    screenings.take(excluded, [Step("answer", "age_years", Measurement("=", Decimal(81), "a"))], person.code)
    screenings.take(excluded, [Step("finish")], person.code)
    screenings.take(excluded, [Step("save")], person.code)
    cancelled = screenings.start(protocol, person.code, site, zone="+08:00", channel="test")
    screenings.take(cancelled, [Step("cancel")], person.code)
    left_open = screenings.start(protocol, person.code, site, zone="+08:00", channel="test")
    screenings.take(left_open, [Step("answer", "age_years", ANSWERS["age_years"])], person.code)
    db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    back_up(path, path.with_name(f"{path.stem}.backup.db"), clock=clock)
    return path
