"""10,000 hostile updates: the bot goes on serving, and the file holds what was meant and nothing else."""

from __future__ import annotations

import json
import logging
import random
from collections.abc import Iterator
from itertools import islice
from typing import Any

import pytest

from bot.telegram import lanes, polling
from tests.endtoend.mutating import mutated
from tests.endtoend.reference import log_of, reference
from tests.endtoend.ward import Clinician, Ward

UPDATES = 10_000
BATCH = 250
STRANGERS = [7001, 7002]


@pytest.fixture(autouse=True)
def _in_haste(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What cannot be handled is tried again at once; tracebacks of thousands of updates are not formatted."""
    monkeypatch.setattr(lanes, "RETRY_SECONDS", (0.0001, 0.0001))
    monkeypatch.setattr(polling, "HELD_SECONDS", (0.001, 0.001))
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize("seed", [1, 2])
async def test_hostile_updates_of_strangers_change_nothing_and_stop_nobody(ward: Ward, seed: int) -> None:
    clinician = Clinician(ward, ward.member())
    await ward.says(clinician.phone, "/new")
    for stranger in STRANGERS:
        ward.server.person(stranger)
    hostile = mutated(random.Random(seed), STRANGERS, lambda: ("S01-0001", ward.entries()))
    for act in reference("potentially_eligible").acts:
        deliver(ward, list(islice(hostile, BATCH)))
        await ward.quiet()
        await clinician.does(act.line)
    assert log_of(ward.service.db, "S01-0001") == reference("potentially_eligible").log
    assert ward.rows("SELECT count(*) FROM screenings") == [(1,)]
    assert ward.rows("SELECT count(*) FROM people") == [(1,)]


async def test_hostile_updates_of_members_leave_only_what_the_protocol_knows(ward: Ward) -> None:
    members = [ward.member(1001, "clinician"), ward.member(1002, "coordinator")]
    await ward.says(members[0], "/new")
    dice = random.Random(3)
    hostile = mutated(dice, [1001, 1002], lambda: ("S01-0001", ward.entries()))
    for _ in range(UPDATES // 2 // BATCH):
        deliver(ward, list(islice(hostile, BATCH)))
        await ward.quiet()
    protocol = ward.service.settings.protocols[0]
    for kind, question, value, unit, detail in ward.rows(
        "SELECT kind, question, value, unit, detail FROM log"
    ):
        assert question is None or protocol.question(question)
        assert kind == "propose" or value is None or is_answer(value), (kind, value)
        assert unit is None or len(unit) < 16
        assert detail is None or json.loads(detail)
        assert value is None or (len(value) < 32 and value.isprintable())
    assert ward.rows("SELECT code, role, site, status FROM people ORDER BY code") == [
        ("S01-P01", "clinician", "S01", "active"),
        ("S01-P02", "coordinator", "S01", "active"),
    ]
    assert ward.rows("PRAGMA integrity_check") == [("ok",)]
    clinician = Clinician(ward, members[0])
    await ward.says(members[0], "/cancel")
    ward.service.screenings.db.execute("UPDATE people SET current = NULL")
    await ward.says(members[0], "/new")
    screening = ward.rows("SELECT max(number) FROM screenings")[0][0]
    for act in reference("excluded_and_corrected").acts:
        await clinician.does(act.line)
    assert log_of(ward.service.db, screening) == reference("excluded_and_corrected").log


def is_answer(value: str) -> bool:
    return value.replace(".", "", 1).isdecimal() or value.replace("_", "").isalnum()


def deliver(ward: Ward, updates: list[dict[str, Any]]) -> None:
    for update in updates:
        ward.server.deliver(update)
