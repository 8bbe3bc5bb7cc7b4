"""Whom something is said to, and whether they may still have it at the moment when it leaves."""

from __future__ import annotations

from dataclasses import dataclass

from bot.telegram.deliveries import Said
from bot.telegram.entrance import CHANNEL
from bot.telegram.sending import Rank
from state.people import People, Person
from state.screenings import Screenings


@dataclass(frozen=True, slots=True)
class Receiver:
    """A chat, and who its person was when something was made for them.

    ``person`` is None for a line that anybody may read.
    """

    chat: int
    person: Person | None = None
    rank: Rank = Rank.ANSWER


def may_have(receiver: Receiver, about: object, people: People, screenings: Screenings) -> bool:
    """Return whether a receiver may have something: still a member, same role, same site, and the screening theirs."""
    then = receiver.person
    if then is None:
        return True
    now = people.find(CHANNEL, str(receiver.chat))
    if now is None or not now.active:
        return False
    if (now.code, now.role, now.site) != (then.code, then.role, then.site):
        return False
    number = _screening(about)
    return number is None or screenings.owner(number) == now.code


def _screening(about: object) -> str | None:
    """Return the number of the screening that something shows the state of."""
    if isinstance(about, Said) and about.reply.card and about.reply.prompt is not None:
        return about.reply.prompt.screening
    return None
