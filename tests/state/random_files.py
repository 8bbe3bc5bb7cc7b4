"""Makes files full of random screenings: the dialogue really runs, the rows are really chained.

`fill` goes through `Screenings` itself. `multiply` copies what it made many times over, with new numbers and hashes,
which is fast enough for a benchmark of 50,000 screenings.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from dialogs.answers import UNKNOWN, Answer, Choice, Measurement, Relation
from dialogs.dialogue import CANCELLED, COMPLETED, EXCLUDED, REVIEW, Dialogue, Step, begin
from dialogs.loading import load
from dialogs.protocol import Protocol, Question
from state import register
from state.chain import link
from state.columns import insert, select
from state.database import open_database, writing
from state.moments import stamp
from state.people import People
from state.replay import registered_as
from state.screenings import Screening, Screenings

BEGINNING = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
SITES = ("S01", "S02", "BJ3")
LIKELY = {  # answers that rule nobody out, so that all verdicts come up
    "age_years": (*("18 a", "44 a", "80 a") * 5, "81 a"),
    "sex": ("male", "female"),
    "pregnant_or_lactating": ("neither",),
    "diagnosis": ("aiha", "prca_acquired", "evans", "secondary_immune"),
    "hemoglobin": ("72 g/L", "9.80 g/dL", "<60 g/L", "4.5 mmol/L", "104 g/L"),
    "platelets": ("0 10*9/L", "29 10*3/uL", "12000 /uL"),
    "neutrophils": ("0 10*9/L", "0.4 10*9/L"),
    "steroid_duration": ("28 d", "6 wk", "0 d", "never"),
    "steroid_pr": ("no", "no", "yes"),
    "csa_duration": ("6 mo", "26 wk", "200 d"),
    "csa_dose": ("3 mg/kg/d", "4.25 mg/kg/d", "250 mg/d"),
    "body_weight": ("61.5 kg",),
    "csa_pr": ("no",),
    "other_cause": ("no",),
    "tumour": ("none_or_benign", "in_situ_only"),
    "infection_uncontrolled": ("no",),
    "other_serious_disease": ("no",),
    "mental_illness": ("no",),
    "ecog": ("0", "1", "2"),
    "cardiac_abnormal": ("no",),
    "bilirubin_total": ("within_normal", "12 umol/L", "1.2 mg/dL", "1.5 {xULN}"),
    "bilirubin_uln": ("21 umol/L", "1.2 mg/dL"),
    "alt": ("within_normal", "40 U/L", "0.6 ukat/L", "2.9 {xULN}"),
    "alt_uln": ("41 U/L", "0.7 ukat/L"),
    "ast": ("within_normal", "35 U/L"),
    "ast_uln": ("40 U/L",),
    "creatinine": ("within_normal", "70 umol/L", "0.9 {xULN}"),
    "creatinine_uln": ("97 umol/L",),
    "consent_willing": ("yes",),
}
ANYTHING = 0.03
UNKNOWNS = 0.03


def fill(path: Path, count: int, seed: int = 0) -> Database:
    """Make a file with `count` random screenings: saved, cancelled, open, reopened, corrected, screened again."""
    chance = random.Random(seed)
    now = [BEGINNING]
    db = open_database(path, lambda: now[0])
    db.execute("PRAGMA synchronous=OFF")
    people = People(db, lambda: now[0])
    persons = [
        people.add("clinician", site, "telegram", f"7000{place}") for place, site in enumerate(SITES * 2)
    ]
    screenings = Screenings(db, lambda: now[0])
    protocol = load("NCT04420494")
    closed: list[str] = []
    for _ in range(count):
        person = chance.choice(persons)
        earlier = closed.pop(chance.randrange(len(closed))) if closed and chance.random() < 0.1 else None
        now[0] += timedelta(minutes=chance.randrange(600))
        screening = screenings.start(
            protocol,
            person.code,
            person.site,
            zone="+08:00",
            channel="telegram",
            earlier=earlier,
            source=f"telegram:{now[0].timestamp():.0f}",
        )
        now[0] += timedelta(seconds=chance.randrange(60, 900))
        _play(chance, screenings, screening, person.code, now)
        if screening.state in (COMPLETED, CANCELLED):
            closed.append(screening.number)
    return db


def _play(
    chance: random.Random, screenings: Screenings, screening: Screening, person: str, now: list[datetime]
) -> None:
    steps = list(_steps(chance, screening.protocol, chance.random()))
    screenings.take(screening, steps, person)
    if screening.state == COMPLETED and chance.random() < 0.1:
        now[0] += timedelta(hours=3)
        screenings.note(screening, "disagree", person, {"reason": "outside_record"})
    if (
        screening.state == COMPLETED
        and screening.dialogue.verdict == "undetermined"
        and chance.random() < 0.5
    ):
        now[0] += timedelta(days=1)
        screenings.take(screening, [Step("reopen")], person)
        rest = list(_onward(chance, screening.dialogue, screening.protocol))
        kept = rest if chance.random() < 0.7 else rest[:1]
        fresh = screenings.load(screening.number) if screening.dialogue.state == REVIEW else screening
        _take_again(screenings, fresh, kept, person)
    _revise(random.Random(screening.number), screenings, screenings.load(screening.number), person)


def _revise(chance: random.Random, screenings: Screenings, screening: Screening, person: str) -> None:
    """Open one saved screening in eight again, half of them for one answer, and give that up, or leave it open."""
    if screening.state != COMPLETED or chance.random() > 1 / 8:
        return
    question = chance.choice(screening.dialogue.applied)
    if screening.dialogue.can("amend", question):
        screenings.take(screening, [chance.choice((Step("amend", question), Step("reopen")))], person)
        if chance.random() < 0.6:
            screenings.take(screening, [Step("cancel")], person)


def _take_again(screenings: Screenings, screening: Screening, steps: list[Step], person: str) -> None:
    for step in steps:
        if screening.dialogue.can(step.kind, step.question):
            screenings.take(screening, [step], person)


def _steps(chance: random.Random, protocol: Protocol, fate: float) -> Iterator[Step]:
    """Play a dialogue in memory and give its steps; one in 20 is left open, one in 12 cancelled."""
    dialogue = begin(protocol)
    steps: list[Step] = []
    while dialogue.state != REVIEW:
        step = _next(chance, dialogue, protocol)
        dialogue.take(step)
        steps.append(step)
        if fate < 0.05 and len(steps) > 6:
            yield from steps
            return
    while dialogue.applied and chance.random() < 0.25:
        steps.extend(_correction(chance, dialogue, protocol))
    end = Step("cancel") if fate < 0.13 else Step("save")
    yield from (*steps, end)


def _correction(chance: random.Random, dialogue: Dialogue, protocol: Protocol) -> Iterator[Step]:
    step = Step("correct", chance.choice(dialogue.applied))
    dialogue.take(step)
    yield step
    while dialogue.state != REVIEW:
        step = _next(chance, dialogue, protocol)
        dialogue.take(step)
        yield step


def _onward(chance: random.Random, dialogue: Dialogue, protocol: Protocol) -> Iterator[Step]:
    """Return what answers an open dialogue's questions, on a copy that is played in memory."""
    from copy import copy

    played = copy(dialogue)
    for name in ("answers", "applied", "facts", "judged", "failed", "withdrawn"):
        setattr(played, name, copy(getattr(dialogue, name)))
    while played.state != REVIEW:
        step = _next(chance, played, protocol)
        played.take(step)
        yield step
    yield Step("save")


def _next(chance: random.Random, dialogue: Dialogue, protocol: Protocol) -> Step:
    if dialogue.state == EXCLUDED:
        return Step("continue" if dialogue.can("continue") and chance.random() < 0.6 else "finish")
    question = protocol.question(dialogue.state)
    return Step("answer", question.id, _answer(chance, dialogue, question, protocol))


def _answer(chance: random.Random, dialogue: Dialogue, question: Question, protocol: Protocol) -> Answer:
    luck = chance.random()
    if luck < UNKNOWNS:
        return UNKNOWN
    if luck < UNKNOWNS + ANYTHING:
        return _any(chance, dialogue, question, protocol)
    known = [read(question, text) for text in LIKELY[question.id]]
    fitting = [answer for answer in known if _fits(dialogue, question, answer, protocol)]
    return chance.choice(fitting) if fitting else _any(chance, dialogue, question, protocol)


def _any(chance: random.Random, dialogue: Dialogue, question: Question, protocol: Protocol) -> Answer:
    if question.options:
        return Choice(chance.choice(question.options).code)
    units = [
        unit
        for unit in question.units
        if _fits(dialogue, question, Measurement("=", Decimal(1), unit.code), protocol)
    ]
    unit = chance.choice(units)
    limits = unit.possible if question.kind == "integer" else unit.usual
    low, high = map(unit.from_first, limits)
    value = low + (high - low) * chance.randrange(100) / 100
    return Measurement(
        "=", value.quantize(Decimal(1) if question.kind == "integer" else Decimal("0.01")), unit.code
    )


def read(question: Question, text: str) -> Answer:
    number, _, unit = text.partition(" ")
    if not unit:
        return Choice(text)
    relation: Relation = "<" if number.startswith("<") else "="
    return Measurement(relation, Decimal(number.removeprefix("<")), unit)


def _fits(dialogue: Dialogue, question: Question, answer: Answer, protocol: Protocol) -> bool:
    value = dialogue.facts[protocol.position[question.unit_of]] if question.unit_of else None
    return not (
        isinstance(answer, Measurement) and isinstance(value, Measurement) and value.unit != answer.unit
    )


def multiply(db: Database, times: int) -> None:
    """Copy every screening `times` more under new numbers, chained anew: valid rows, without the dialogue."""
    screenings = list(db.execute(select("screenings") + " ORDER BY started_at, site, sequence"))
    sequence = dict(db.execute("SELECT site, max(sequence) FROM screenings GROUP BY site"))
    with writing(db):
        for copy_number in range(1, times + 1):
            named: dict[str, str] = {}
            for row in screenings:
                sequence[row[1]] += 1
                named[row[0]] = f"{row[1]}-{sequence[row[1]]:04d}"
            days = timedelta(days=copy_number)
            for row in screenings:
                _copy(db, row, named, days)
        register.recompute_total(db)


def _copy(db: Database, row: tuple[Any, ...], named: dict[str, str], days: timedelta) -> None:
    """Copy a screening under a new number, so many days later, with all that hangs on it."""
    number = named[row[0]]

    @cache
    def later(moment: str) -> str:
        return stamp(datetime.fromisoformat(moment) + days)

    sequence, earlier = int(number.rpartition("-")[2]), named.get(row[8])
    fields = (number, row[1], sequence, *row[3:5], later(row[5]), *row[6:8], earlier)
    head = link("", fields)
    db.conn.execute(insert("screenings"), (*fields, head))
    head = _copy_log(db, row[0], number, head, later)
    for verdict in list(db.conn.execute(select("verdicts") + " WHERE screening = ?", [row[0]])):
        copied = (number, verdict[1], later(verdict[2]), *verdict[3:])
        db.conn.execute(insert("verdicts"), copied)
    for position in list(db.conn.execute("SELECT * FROM positions WHERE screening = ?", [row[0]])):
        copied = (number, *position[1:4], head, later(position[5]), *position[6:])
        db.conn.execute("INSERT INTO positions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", copied)


def _copy_log(db: Database, old: str, number: str, head: str, later: Callable[[str], str]) -> str:
    """Copy a log, chained anew from `head`, and enter in the register what belongs there; returns its end."""
    entries = []
    for entry in db.conn.execute(select("log") + " WHERE screening = ? ORDER BY entry", [old]):
        source = f"{entry[11]}:{number}" if entry[11] else None
        copied = (number, entry[1], later(entry[2]), *entry[3:11], source)
        head = link(head, copied)
        entries.append((*copied, head))
        kind = registered_as(entry[4])
        if kind is not None:
            detail = {"head": head} if kind != "started" else None
            register.enter(db, datetime.fromisoformat(later(entry[2])), kind, number, entry[3], detail)
    db.conn.executemany(insert("log"), entries)
    return head
