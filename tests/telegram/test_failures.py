"""An error stays with the call that raised it; a cancellation does not."""

from __future__ import annotations

import asyncio
import logging
from typing import Never

import pytest

from bot.telegram.failures import caught, notify, tried

LOG = logging.getLogger(__name__)


async def fail() -> Never:
    raise ValueError("Mrs Li")


async def test_what_an_awaited_call_returns_or_raises_is_returned() -> None:
    assert await caught(asyncio.sleep(0, "98 g/L")) == "98 g/L"
    assert isinstance(await caught(fail()), ValueError)


async def test_a_cancellation_passes_through() -> None:
    task = asyncio.create_task(caught(asyncio.Event().wait()))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def test_what_a_plain_call_returns_or_raises_is_returned() -> None:
    assert tried(lambda: 98) == 98
    assert isinstance(tried(lambda: int("Mrs Li")), ValueError)


def test_a_listener_that_raises_is_logged_without_its_words(caplog: pytest.LogCaptureFixture) -> None:
    def listener(_: object) -> None:
        raise ValueError("Mrs Li")

    notify(LOG, listener, 7)
    assert "ValueError" in caplog.text
    assert "Mrs Li" not in caplog.text
