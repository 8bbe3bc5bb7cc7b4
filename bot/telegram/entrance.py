"""Who may come in: people of the file, and whoever brings an invitation. A stranger gets one polite line an hour."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

from dialogs.languages import fitting
from state.people import NOT_KNOWN, People, Person

CHANNEL: Final = "telegram"
"""The channel's name in the file, beside the number of each account."""
STRANGER_PAUSE: Final = timedelta(hours=1)
STRANGERS_REMEMBERED: Final = 10_000
REDEMPTIONS_AN_HOUR: Final = 5
"""Invitations that a stranger may try."""

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody who may come in. ``invited`` is as in `Message`: they brought an invitation, and joined by it or not."""

    person: Person
    invited: Literal["joined", "member"] | None = None


@dataclass(slots=True)
class Stranger:
    """What is remembered of one.

    `told` is when the line was said last, in seconds since 1970; `tries` how many invitations were of no use.
    """

    told: float = 0.0
    tries: int = 0


class Entrance:
    """Lets people in, and tells strangers so once an hour. `clock` gives the time in seconds since 1970."""

    def __init__(self, people: People, clock: Callable[[], float]) -> None:
        self._people = people
        self._clock = clock
        self._strangers: OrderedDict[int, Stranger] = OrderedDict()

    def admit(self, account: int, invitation: str | None, language: str | None) -> Arrival | None:
        """Return who uses this account, or None for a stranger. `language` is that of the phone, if it says so."""
        person, is_new = self._people.find(CHANNEL, str(account)), False
        if person is None and invitation is not None:
            person, is_new = self._redeem(account, invitation, language), True
        if person is None or not person.active:
            return None
        spoken = fitting(language)
        if person.language == NOT_KNOWN and spoken is not None:
            person = self._people.set_language(person.code, spoken)
        if invitation is None:
            return Arrival(person)
        return Arrival(person, "joined" if is_new else "member")

    def is_told(self, account: int) -> bool:
        """Return whether a stranger was told within the hour; who was not is told now."""
        now = self._clock()
        stranger = self._strangers.setdefault(account, Stranger())
        if now - stranger.told < STRANGER_PAUSE.total_seconds():
            return True
        stranger.told = now
        self._strangers.move_to_end(account)
        if len(self._strangers) > STRANGERS_REMEMBERED:
            self._strangers.popitem(last=False)
        return False

    def _redeem(self, account: int, invitation: str, language: str | None) -> Person | None:
        stranger = self._strangers.get(account, Stranger())
        is_recent = self._clock() - stranger.told < STRANGER_PAUSE.total_seconds()
        if stranger.tries >= REDEMPTIONS_AN_HOUR and is_recent:
            return None
        person = self._people.redeem(invitation, CHANNEL, str(account), fitting(language) or NOT_KNOWN)
        if person is None:
            self._strangers[account] = Stranger(stranger.told, stranger.tries + 1)
            return None
        LOG.info("invitation used", extra={"person": person.code})
        self._strangers.pop(account, None)
        return person
