"""A process that is killed while a matching is saved: nothing is lost, no screening is there in part or twice."""

from __future__ import annotations

import asyncio
import signal
from decimal import Decimal
from pathlib import Path

import pytest

from dialogs.answers import UNKNOWN, Answer, Measurement
from dialogs.dialogue import REVIEW, Step
from dialogs.loading import load
from dialogs.portfolio.merging import merged
from state.database import open_database
from state.people import People
from state.screenings import Screenings
from state.verify import verify
from tests.endtoend.process import ended, polled, started
from tests.endtoend.ward import ACCOUNT, HANGS_SECONDS, TOKEN
from tests.phone.faults import FaultyBotApi

DIES = """
import os, signal
from state.screenings import Screenings
kept, calls = Screenings.{name}, []
def dies(*given, **named):
    calls.append(1)
    if len(calls) > {times}: os.kill(os.getpid(), signal.SIGKILL)
    return kept(*given, **named)
Screenings.{name} = dies
"""
"""Python that kills its process where a method is called once too often."""
TRIALS = ("EXAMPLE-DM2", "NCT04420494", "EXAMPLE-MDD")
AGE = Measurement("=", Decimal(45), "a")
OPTIONS = ("--protocol", "EXAMPLE-DM2", "--protocol", "EXAMPLE-MDD")


def answered(path: Path) -> dict[str, Answer]:
    """A file with a matching that one press ends: two trials are undetermined, one is ruled out."""
    db = open_database(path)
    person = People(db).add("clinician", "S01", "telegram", str(ACCOUNT), "en")
    screenings = Screenings(db)
    matching = screenings.start(
        merged([load(t) for t in TRIALS]), person.code, "S01", zone="UTC", channel="telegram"
    )
    while matching.state != REVIEW:
        answer = AGE if matching.state == "age_years" else UNKNOWN
        screenings.take(matching, [Step("answer", matching.state, answer)], person.code)
    db.close()
    return dict(matching.dialogue.answers)


def stored(path: Path) -> tuple[list[tuple[str, str]], dict[str, Answer]]:
    """The verdicts in a file by number, and the answers of its matching."""
    db = open_database(path)
    verdicts = db.execute("SELECT screening, verdict FROM verdicts ORDER BY screening").fetchall()
    answers = Screenings(db).load("S01-M0001").dialogue.answers
    db.close()
    return verdicts, dict(answers)


@pytest.mark.parametrize(
    ("name", "times", "kept"),
    [
        pytest.param("_save_verdict", 0, 0, id="within the first"),
        pytest.param("open_trial", 1, 1, id="between two"),
        pytest.param("_save_verdict", 1, 1, id="within the second"),
        pytest.param("take", 0, 2, id="before the end"),
    ],
)
async def test_what_a_kill_left_out_is_saved_by_the_next_press(
    tmp_path: Path, name: str, times: int, kept: int
) -> None:
    path = tmp_path / "ward.db"
    answers = answered(path)
    async with FaultyBotApi(token=TOKEN) as server:
        person = server.person(ACCOUNT)
        process = await started(
            server, path, *OPTIONS, before=f"exec({DIES.format(name=name, times=times)!r})"
        )
        shown = await person.sees("Where each trial stands")
        person.press("Save 2 screenings and finish", shown["message_id"])
        await ended(process)
        assert process.returncode == -signal.SIGKILL
        verdicts, left = stored(path)
        assert (len(verdicts), left) == (kept, answers)
        assert not verify(path).problems

        process = await started(server, path, *OPTIONS)
        await polled(server, server.counts["getupdates"] + 1)
        person.press("Save 2 screenings and finish", shown["message_id"])
        async with asyncio.timeout(HANGS_SECONDS):
            while len(stored(path)[0]) < 3:
                await asyncio.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        await ended(process)
    assert stored(path) == (
        [("S01-0001", "undetermined"), ("S01-0002", "undetermined"), ("S01-M0001", "undetermined")],
        answers,
    )
    assert not verify(path).problems
