"""Each stage of the soak, bounded: what must be zero is zero, and the fault did strike."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import pytest

from tests.soak import stages
from tests.soak.soak import MUST_BE_ZERO, chosen, options_of
from tests.soak.stage import Cells

PEOPLE = 6
NO_POLL_SECONDS = 20.0
"""Shorter than a poll, and than others' retries, whatever else the machine does. The soak gives the figures, and
tests/endtoend/test_stopping.py shows that a stop waits for nothing that hangs."""
STAGES = [
    pytest.param(partial(stages.killed, kills=4, people=PEOPLE), "kills", id="killed"),
    pytest.param(partial(stages.stopped, stops=3, people=PEOPLE), "stops", id="stopped"),
    pytest.param(
        partial(stages.redelivered, redeliveries=400, people=PEOPLE), "redeliveries", id="redelivered"
    ),
    pytest.param(partial(stages.failing, turns=120, people=PEOPLE), "faults", id="failing"),
    pytest.param(partial(stages.pressed, presses=300, people=PEOPLE), "presses", id="pressed"),
    pytest.param(partial(stages.lived, screenings=20, people=PEOPLE), "screenings", id="lived"),
    pytest.param(
        partial(stages.oddly_answered, answers=60, people=PEOPLE), "odd answers", id="oddly_answered"
    ),
    pytest.param(partial(stages.laboured, lists=6, people=2), "lists", id="laboured"),
    pytest.param(partial(stages.walked, steps=1000), "steps", id="walked"),
]


@pytest.mark.parametrize(("run", "counted"), STAGES)
async def test_no_answer_is_lost_or_counted_twice(
    run: Callable[[Path], Awaitable[Cells]], counted: str, tmp_path: Path
) -> None:
    figures = await run(tmp_path)
    assert figures[counted]
    assert figures.get("answers") or figures["kept"]
    assert {name: figures.get(name, 0) for name in MUST_BE_ZERO} == dict.fromkeys(MUST_BE_ZERO, 0)
    if "exit status" in figures:
        assert figures["exit status"] == "0"
        assert float(figures["slowest stop s"]) < NO_POLL_SECONDS
    if "polls a second" in figures:
        assert float(figures["polls a second"]) <= 5
        assert (figures["ended"], figures["background"]) == (0, 1)
    if "unaffected wait s" in figures:
        assert float(figures["unaffected wait s"]) < NO_POLL_SECONDS


def test_the_soak_runs_every_stage_that_is_tested() -> None:
    assert len(chosen(options_of(["--tests", "0"]))) == len(STAGES)
    assert list(chosen(options_of(["--kills", "0"]))) == list(chosen(options_of([])))[1:]
