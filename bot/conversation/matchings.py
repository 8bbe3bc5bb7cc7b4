"""Several trials in one conversation: it begins, it says where each trial stands, and a screening comes out of it."""

from __future__ import annotations

from functools import lru_cache

from bot.conversation import starting
from bot.conversation.context import Context
from bot.conversation.refusing import late
from bot.conversation.trials import not_open, offered
from bot.exchange import Press, at
from bot.wording import matching
from dialogs.portfolio.matching import Matching
from dialogs.portfolio.merging import Portfolio, merged
from dialogs.protocol import Protocol
from state.errors import Closed
from state.screenings import Screening


@lru_cache(maxsize=8)
def _portfolio(trials: tuple[Protocol, ...]) -> Portfolio:
    return merged(trials)


def begin(context: Context, press: Press) -> None:
    """*All our trials*: a matching with those that take new screenings; with one alone, a screening for it."""
    trials = offered(context)
    if len(trials) > 1:
        starting.begin(context, _portfolio(trials))
    else:
        starting.new_pressed(context, Press("new"))


def show(context: Context, screening: Screening, press: Press) -> None:
    """Where each trial stands, at any time."""
    if matching.is_matching(screening):
        context.show(screening, "stands", place=press.place)
    else:
        late(context, screening, press)


def open_trial(context: Context, screening: Screening, press: Press) -> None:
    """*Go on with this one*: a screening for one trial, which asks only what that one still needs."""
    dialogue = screening.dialogue
    trial = at(dialogue.trials, press.place) if isinstance(dialogue, Matching) else None
    if trial is None:
        late(context, screening, press)
        return
    name = trial.protocol.id
    known = context.own(screening.opened.get(name))
    if known is not None:
        context.show(known)
        return
    try:
        opened = context.screenings.open_trial(
            screening,
            name,
            context.person.code,
            channel=context.setup.channel,
            source=context.message.source,
        )
    except Closed:
        context.turn.say(not_open(context, name))
        return
    starting.open_with(context, opened)
    context.show(opened, remark=context.say("matching_stays", number=screening.number))
