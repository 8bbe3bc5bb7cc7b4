"""Messages that only offer buttons, about no one screening: lists, and what is chosen before a screening begins.

The rule: what is typed below one presses the button that is labelled so, and is kept for nothing else. Each is numbered
like a prompt, so that the question further up is not taken for what was seen last.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field, replace
from typing import Final

from bot.exchange import Press, Reply, Safe, Turn, read_press
from state.people import Person
from state.prompts import Prompt
from state.screenings import Screenings

REMEMBERED: Final = 4_096
"""People whose newest offer is remembered; what others type below theirs is answered by where they are."""


@dataclass(frozen=True, slots=True)
class Offers:
    """The newest offer of each person, as long as the process lives."""

    _newest: OrderedDict[str, Reply] = field(default_factory=OrderedDict)

    def numbered(self, screenings: Screenings, person: Person, turn: Turn) -> Turn:
        """Number the offer that a turn ends with, if it does; call it before the turn is said."""
        for place in reversed(range(len(turn.actions))):
            reply = turn.actions[place]
            if not isinstance(reply, Reply) or not (reply.prompt or _presses(reply)):
                continue
            if reply.prompt is None:
                offer = replace(reply, prompt=screenings.offer(person.code))
                self._remember(person, offer)
                turn.actions[place] = offer
            return turn
        return turn

    def _remember(self, person: Person, offer: Reply) -> None:
        self._newest[person.code] = offer
        self._newest.move_to_end(person.code)
        if len(self._newest) > REMEMBERED:
            self._newest.popitem(last=False)

    def labelled(self, person: Person, prompt: Prompt, text: str) -> Press | None:
        """Return what the button of an offer does that is labelled so."""
        offer, wanted = self._offer(person, prompt), text.strip().casefold()
        found = {data for label, data in _presses(offer) if label.casefold() == wanted} if offer else set()
        return read_press(found.pop()) if len(found) == 1 else None

    def again(self, person: Person, prompt: Prompt, remark: Safe) -> Reply | None:
        """Return an offer with a remark above it, to be said anew; ``None`` if it is not remembered."""
        offer = self._offer(person, prompt)
        return replace(offer, head=Safe(f"{remark}\n"), prompt=None, in_place=False) if offer else None

    def _offer(self, person: Person, prompt: Prompt) -> Reply | None:
        newest = self._newest.get(person.code)
        return newest if newest is not None and newest.prompt == prompt else None


def _presses(reply: Reply) -> list[tuple[str, str]]:
    """The labels of the buttons that are pressed, each with what it does."""
    return [(each.label, each.press) for row in reply.buttons for each in row if each.press]
