"""Moments, as the file writes them: UTC with milliseconds, so that text sorts as time does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the time of this machine: the clock that is used unless another is given."""
    return datetime.now(UTC)


def stamp(at: datetime) -> str:
    """Write a moment: ``2026-11-23T04:20:00.123Z``."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def in_zone(at: str | datetime, zone: str) -> datetime:
    """Return a moment, as it is or as it is kept, in a zone; in UTC, if this computer does not know the zone."""
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    return moment.astimezone(_zone(zone))


def _zone(zone: str) -> ZoneInfo | timezone:
    if zone[:1] in "+-":
        hours, minutes = zone[1:].split(":")
        offset = timedelta(hours=int(hours), minutes=int(minutes))
        return timezone(-offset if zone[0] == "-" else offset)
    try:
        return ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC
