"""The trials on offer, where there are several: named on buttons, found again when one is pressed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final

from bot.exchange import Button, Press, Rows
from bot.wording.phrases import Phrases
from dialogs.protocol import Protocol

_DIGITS: Final = 10


def mark(trial: str) -> str:
    """Return what stands for a trial's id in a button: places change while the bot runs, and ids can be too long."""
    return f"T{hashlib.sha256(trial.encode()).hexdigest()[:_DIGITS]}"


def named(trials: Iterable[Protocol], press: Press) -> Protocol | None:
    """Return the trial that a button names; ``None`` if it names none, or one that is not among them any more."""
    return next((each for each in trials if mark(each.id) == press.name), None)


def choices(trials: Iterable[Protocol], verb: str, say: Phrases) -> Rows:
    """Return a button for each trial."""
    return tuple(
        (Button(f"{each.id} {each.title[say.language]}", str(Press(verb, name=mark(each.id)))),)
        for each in trials
    )
