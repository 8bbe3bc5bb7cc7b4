"""Which screenings an export or a count takes."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Selection:
    """Which screenings to take. ``verdict`` is a key of `IN_FILES`; days are in UTC, both included."""

    site: str | None = None
    protocol: str | None = None
    verdict: str | None = None
    screening: str | None = None
    since: date | None = None
    until: date | None = None

    def described(self) -> dict[str, str]:
        """Return what was asked for, to be recorded."""
        return {key: str(value) for key, value in asdict(self).items() if value is not None}

    def parameters(self) -> dict[str, str | None]:
        days = {
            "since": str(self.since) if self.since else None,
            "until": f"{self.until}T24" if self.until else None,  # sorts after every moment of that day
        }
        return {"site": self.site, "protocol": self.protocol, "screening": self.screening, **days}
