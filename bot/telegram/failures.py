"""Keeps an error with the one update, message or job that it concerns: no loop of the channel ends by it.

These functions are the only places that catch every kind of error; cancellation passes through them.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

Result = TypeVar("Result")


async def caught(call: Awaitable[Result]) -> Result | Exception:
    """Return what the awaited call returned, or the error that it raised."""
    try:
        return await call
    except Exception as error:  # noqa: BLE001 - see above
        return error


def tried(call: Callable[[], Result]) -> Result | Exception:
    """Return what a plain call returned, or the error that it raised."""
    try:
        return call()
    except Exception as error:  # noqa: BLE001 - see above
        return error


def notify(log: logging.Logger, listener: Callable[..., None], *about: object) -> None:
    """Call a listener; an error that it raises is logged and goes no further."""
    error = tried(lambda: listener(*about))
    if error is not None:
        log.error("a listener failed: %s", type(error).__name__)
