"""Moments, as the file writes them: UTC with milliseconds, so that text sorts as time does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the time of this machine: the clock that is used unless another is given."""
    return datetime.now(UTC)


def stamp(at: datetime) -> str:
    """Write a moment: ``2026-11-23T04:20:00.123Z``."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
