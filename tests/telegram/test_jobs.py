"""Jobs go on whatever they do, and daily ones follow the clock."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, time, timedelta

import pytest

from bot.telegram.jobs import Job, Jobs, daily, every
from tests.telegram.conftest import Clock, until


async def test_a_job_that_fails_is_logged_and_done_again(
    clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    runs = []

    async def run() -> None:
        runs.append(clock.now)
        raise ValueError("Mrs Li")

    jobs = Jobs([Job("backup", run, every(20, first=1, sleep=clock.sleep))])
    jobs.start()
    await until(lambda: len(runs) == 3)
    await jobs.stop()
    assert runs == [1, 21, 41]
    assert {(record.job, record.kind) for record in caplog.records} == {("backup", "ValueError")}  # type: ignore[attr-defined]  # extra
    assert "Mrs Li" not in caplog.text


async def test_a_job_that_ends_is_begun_anew(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    runs = []

    async def run() -> None:
        runs.append(clock.now)
        raise asyncio.CancelledError

    jobs = Jobs([Job("heartbeat", run, every(20, sleep=clock.sleep))])
    jobs.start()
    await until(lambda: len(runs) == 3)
    await jobs.stop()
    seen = len(runs)
    for _ in range(20):
        await asyncio.sleep(0)
    assert len(runs) == seen
    assert "begun anew" in caplog.text


async def test_one_that_hangs_holds_up_no_other(clock: Clock) -> None:
    runs = []

    async def run() -> None:
        runs.append(clock.now)

    async def hang() -> None:
        await asyncio.Event().wait()

    hung = Job("hung", hang, every(1, sleep=clock.sleep))
    jobs = Jobs([hung, Job("heartbeat", run, every(1, sleep=clock.sleep))])
    jobs.start()
    await until(lambda: len(runs) == 5)
    await jobs.stop()


@pytest.mark.parametrize(("hour", "hours"), [(0, 2.5), (2, 0.5), (3, 23.5)])
async def test_a_daily_job_is_due_at_its_time(clock: Clock, hour: int, hours: float) -> None:
    begun = datetime(2026, 11, 25, hour, tzinfo=UTC)
    due = daily(time(2, 30), lambda: begun + timedelta(seconds=clock.now), sleep=clock.sleep)
    await due()
    assert clock.now == hours * 3600
    await due()
    assert clock.now == (hours + 24) * 3600


async def test_a_clock_that_is_set_is_noticed(clock: Clock) -> None:
    begun = datetime(2026, 11, 25, 0, tzinfo=UTC)
    ahead = timedelta()

    async def sleep(seconds: float) -> None:
        nonlocal ahead
        ahead = timedelta(hours=2)
        await clock.sleep(seconds)

    await daily(time(2, 30), lambda: begun + ahead + timedelta(seconds=clock.now), sleep=sleep)()
    assert clock.now <= 0.5 * 3600
