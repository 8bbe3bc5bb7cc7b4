"""The trials on offer: which of them a site takes part in, named on buttons, and found again when one is pressed.

Administrators open, pause and close a trial for a site; what is paused or closed takes no new screening.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from bot.conversation.context import Context
from bot.conversation.refusing import late
from bot.exchange import Button, Press, Rows, Safe
from bot.wording.buttons import arrange, is_cut
from bot.wording.paging import page_at, page_line, turning_over
from bot.wording.phrases import Phrases, lines
from dialogs.portfolio.matching import Matching
from dialogs.protocol import Protocol
from state import trials
from state.screenings import Screening
from state.trials import State

_DIGITS: Final = 10
_ACTS: Final[tuple[tuple[str, State], ...]] = (
    ("trial_open", "open"),
    ("trial_pause", "paused"),
    ("trial_close", "closed"),
)
"""Verb of a button -> what the trial is then."""


# which -------------------------------------------------------------------------------------------


def offered(context: Context) -> tuple[Protocol, ...]:
    """Return the trials for which a screening can begin at the person's site."""
    return tuple(each for each in context.setup.protocols if context.stands(each.id).state == "open")


def taken_part_in(context: Context) -> tuple[Protocol, ...]:
    """Return the trials that the person's site has not closed."""
    return tuple(each for each in context.setup.protocols if context.stands(each.id).state != "closed")


def meanwhile(context: Context, screening: Screening) -> Safe | None:
    """Say what has changed since an open screening began: its trial has another version now.

    Of a matching that is said of each trial of which a screening may still come, and of those that are ruled out; what
    takes no new one is left out wherever the matching is shown.
    """
    if screening.ended:
        return None
    dialogue = screening.dialogue
    if not isinstance(dialogue, Matching):
        return context.version_line(screening.protocol)
    possible = [dialogue.trials[index].protocol for index in dialogue.possible]
    told = [version_of(context, each) for each in possible if each.id not in screening.opened]
    return lines(*told, *ruled_out_by_another(context, screening)) or None


def ruled_out_by_another(context: Context, screening: Screening) -> list[Safe]:
    """Say which trials of a matching are ruled out by another version than is on offer: that one may not do so."""
    dialogue = screening.dialogue
    if not isinstance(dialogue, Matching):
        return []
    out = [trial.protocol for trial, alone in dialogue.taking_part if alone.excluded]
    told = [_ruled_out_by(context, each) for each in out if each.id not in screening.opened]
    return [each for each in told if each is not None]


def _ruled_out_by(context: Context, trial: Protocol) -> Safe | None:
    offered = next((each for each in context.setup.protocols if each.id == trial.id), trial)
    if offered.sha256 == trial.sha256:
        return None
    key = "ruled_out_by_text" if offered.version == trial.version else "ruled_out_by_version"
    return context.say(key, id=trial.id, version=trial.version, newest=offered.version)


def version_of(context: Context, trial: Protocol, how: Literal["own", "saved"] = "own") -> Safe | None:
    """Say of one trial among several under which version its screening goes on, if another one is on offer."""
    said = context.version_line(trial, how)
    return context.say("named", name=trial.id, what=said) if said else None


# on buttons --------------------------------------------------------------------------------------


def mark(trial: str) -> str:
    """Return what stands for a trial's id in a button: places change while the bot runs, and ids can be too long."""
    return f"T{hashlib.sha256(trial.encode()).hexdigest()[:_DIGITS]}"


def named(trials: Iterable[Protocol], press: Press) -> Protocol | None:
    """Return the trial that a button names; ``None`` if it names none, or one that is not among them any more."""
    return next((each for each in trials if mark(each.id) == press.name), None)


@dataclass(frozen=True, slots=True)
class Choices:
    """The trials of a page, with a button for each and the ways to other pages; which page it is, if not the only."""

    trials: Sequence[Protocol]
    rows: Rows
    page: Safe | None


def choices(
    trials: Sequence[Protocol], press: Press, say: Phrases, place: int | None, turn: str | None = None
) -> Choices:
    """Return the page of trials with a place on it; ``turn`` is the verb that turns over, if it is another one."""
    labels = [(each.id, _titled(each, say)) for each in trials]
    shown, rows, page = _paged(labels, press, say, place, turn or press.verb)
    return Choices(trials[shown.start : shown.stop], rows, page)


def _paged(
    labels: Sequence[tuple[str, str]], press: Press, say: Phrases, place: int | None, turn: str
) -> tuple[range, Rows, Safe | None]:
    """Return which of some trials, each with what its button says, are on a page, its buttons, and which page it is."""
    shown = page_at(len(labels), place or 0)
    rows = tuple(
        (Button(label, str(replace(press, name=mark(trial)))),)
        for trial, label in labels[shown.start : shown.stop]
    )
    turned = arrange(turning_over(len(labels), shown, turn))
    return shown, (*rows, *turned), page_line(len(labels), shown, say)


def _titled(trial: Protocol, say: Phrases) -> str:
    return f"{trial.id} {trial.title[say.language]}"


def titles_cut(trials: Iterable[Protocol], say: Phrases) -> list[Safe]:
    """Return the titles that are too long for the buttons of `choices`."""
    return [
        say("welcome_trial", id=each.id, title=each.title[say.language])
        for each in trials
        if is_cut(_titled(each, say))
    ]


def which(context: Context, verb: str, place: int | None = None) -> bool:
    """Ask of which trial, if people of the site were screened for several; say whether it was asked."""
    several = trials.screened_for(context.screenings.db, context.person.site)
    if len(several) < 2:
        return False
    _, rows, page = _paged([(each, each) for each in several], Press(verb), context.say, place, verb)
    context.turn.say(lines(context.say("of_which_trial"), page), rows, in_place=place is not None)
    return True


def chosen(context: Context, of: str) -> str | None:
    """Return the id of the trial of the site that a mark stands for; ``None`` if it stands for none."""
    several = trials.screened_for(context.screenings.db, context.person.site)
    return next((each for each in several if mark(each) == of), None)


# opening, pausing and closing --------------------------------------------------------------------


def list_trials(context: Context, argument: str) -> None:
    """``/trials``: how each trial stands at the site, with a button to change it."""
    _show(context)


def list_pressed(context: Context, press: Press) -> None:
    _show(context, place=press.place)


def _show(context: Context, first: Safe | None = None, place: int | None = None) -> None:
    every = context.setup.protocols
    shown = choices(every, Press("trial"), context.say, place, turn="trials")
    told = [_line(context, each.id) for each in shown.trials]
    title = context.say("trials_title" if every else "no_trial", site=context.person.site)
    context.turn.say(lines(first, title, shown.page, *told), shown.rows, in_place=True)


def _line(context: Context, trial: str) -> Safe:
    stands = context.stands(trial)
    if not stands.at:
        return context.say("trial_always_open", id=trial)
    return context.say(f"trial_is_{stands.state}", id=trial, **context.since(stands))


def show(context: Context, press: Press) -> None:
    """One trial, and what can be made of it."""
    trial = named(context.setup.protocols, press)
    if trial is None:
        late(context)
        return
    now = context.stands(trial.id).state
    buttons = [
        (Button(context.say.plain(verb, id=trial.id), str(Press(verb, name=press.name))),)
        for verb, state in _ACTS
        if state != now
    ]
    place = context.setup.protocols.index(trial)
    back = (Button(context.say.plain("back"), str(Press("trials", place=place))),)
    text = lines(_line(context, trial.id), context.say("trial_change", site=context.person.site))
    context.turn.say(text, (*buttons, back), in_place=True)


def change(context: Context, press: Press) -> None:
    """Open, pause or close a trial for the person's site, and say how it stands now."""
    trial = named(context.setup.protocols, press)
    if trial is None:
        late(context)
        return
    screenings, person = context.screenings, context.person
    trials.enter(screenings.db, trial.id, person.site, dict(_ACTS)[press.verb], person.code, screenings.clock)
    told = context.say("trial_goes_on", id=trial.id) if press.verb != "trial_open" else None
    _show(context, told, context.setup.protocols.index(trial))
