"""Moments as people at a site read them. A zone is a name, as Asia/Shanghai, or an offset, as +08:00."""

from __future__ import annotations

from datetime import datetime

from state.moments import in_zone


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
