"""Moments as people at a site read them. A zone is a name, as Asia/Shanghai, or an offset, as +08:00."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def local_time(at: str | datetime, zone: str) -> str:
    """Return a moment as it is shown: ``2026-11-23 12:30 UTC+08:00``."""
    moment = in_zone(at, zone)
    return f"{moment:%Y-%m-%d %H:%M} {_offset(moment)}"


def local_day(at: str | datetime, zone: str) -> str:
    """Return the day of a moment as it is shown above times of that day: ``2026-11-23 UTC+08:00``."""
    moment = in_zone(at, zone)
    return f"{moment:%Y-%m-%d} {_offset(moment)}"


def _offset(moment: datetime) -> str:
    offset = moment.strftime("%z")
    return f"UTC{offset[:3]}:{offset[3:5]}"


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
