"""What the words of a line imply, though they say more: whoever had a kidney transplant had one of a solid organ."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Final

from dialogs.drafting.proposals.conditions import Condition
from dialogs.drafting.proposals.joining import state_of
from dialogs.drafting.proposals.phrases import Phrase, phrases, spelled
from dialogs.drafting.proposals.reading import read
from dialogs.drafting.proposals.spelling import plain

_OF_WHOM: Final = re.compile(
    r"(?:(?:patients?|subjects?|participants?|individuals|persons|those) )?(?:(?:with|who|has|have|had|are|is|"
    r"having) )*"
    r"(?:(?:any|known|documented|evidence of|presence of|history of) (?!(?:severe|anaphyl|serious)))*"
)


def implied(text: str, *, inclusion: bool) -> Condition | None:
    """Return the condition that words imply; ``None`` if they are none of those that are known."""
    said = plain(text)
    said = said[_OF_WHOM.match(said).end() :]  # type: ignore[union-attr]
    if said in _known():
        return state_of(_known()[said])
    return _event(said, inclusion=inclusion)


def _event(said: str, *, inclusion: bool) -> Condition | None:
    """Return what happened within a time, by a question that asks about more than that."""
    for name, happened in _happened().items():
        if said.startswith(f"{name} "):
            behind = phrases(said[len(name) :])
            return read((Phrase("EVENT", happened), *behind), inclusion=inclusion) if behind else None
    return None


@cache
def _known() -> Mapping[str, str]:
    return {said: phrase.means for phrase, said in spelled({"implied": "IMPLIED"})}


@cache
def _happened() -> Mapping[str, str]:
    """Names of events, the longest first."""
    found = {said: phrase.means for phrase, said in spelled({"implied_ago": "EVENT"})}
    return dict(sorted(found.items(), key=lambda each: -len(each[0])))
