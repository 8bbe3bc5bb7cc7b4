"""Several trials in one conversation: it begins, it says where each trial stands, and a screening comes out of it."""

from __future__ import annotations

from functools import lru_cache

from bot.conversation import starting
from bot.conversation.answering import correct_to
from bot.conversation.context import Context
from bot.conversation.moving import answered_since, take
from bot.conversation.refusing import late
from bot.conversation.trials import meanwhile, offered, ruled_out_by_another, version_of
from bot.exchange import Press, Safe, at
from bot.wording import matching, standing
from bot.wording.elsewhere import above_a_question
from bot.wording.matching_missing import what_is_missing
from bot.wording.phrases import lines
from dialogs.dialogue import CANCELLED, REVIEW, MatchingStep, Step
from dialogs.portfolio.matching import Matching
from dialogs.portfolio.merging import Portfolio, merged
from dialogs.protocol import Protocol
from state.errors import Closed
from state.matchings import to_open
from state.screenings import Screening


@lru_cache(maxsize=8)
def _portfolio(trials: tuple[Protocol, ...]) -> Portfolio:
    return merged(trials)


def begin(context: Context, press: Press) -> None:
    """*All our trials*: a matching with those that take new screenings; with one alone, a screening for it."""
    trials = offered(context)
    wanted = _portfolio(trials) if len(trials) > 1 else next(iter(trials), None)
    if wanted is None:
        starting.new_pressed(context, Press("new"))
    elif starting.is_used(context, wanted, press):
        starting.ask_anew(context)
    else:
        starting.begin(context, wanted)


def show(context: Context, screening: Screening, press: Press) -> None:
    """Where each trial stands, at any time."""
    if matching.is_matching(screening):
        context.show(screening, "stands", meanwhile(context, screening), place=press.place)
    else:
        late(context, screening, press)


def missing(context: Context, screening: Screening, press: Press) -> None:
    """All that is missing, and who can say it; where each trial stands, if nothing is any more."""
    found = what_is_missing(screening, press.place, context.say) if matching.is_matching(screening) else None
    if found is not None:
        context.choose(screening, found.text, found.buttons)
    else:
        show(context, screening, press)


def leave_which(context: Context, screening: Screening, press: Press) -> None:
    """*Leave a trial out*: ask which one."""
    if matching.is_matching(screening) and not screening.ended:
        asked = standing.to_leave(screening, press.place, context.say)
        context.choose(screening, asked.text, asked.buttons)
    else:
        late(context, screening, press)


def leave(context: Context, screening: Screening, press: Press) -> None:
    """Leave a trial out, without a verdict."""
    _take(context, screening, press, "leave")


def take_in(context: Context, screening: Screening, press: Press) -> None:
    """Take in again a trial that was left out, unless it takes no new screening now, or has one."""
    trial = at(screening.protocol.trial_ids, press.place) or ""
    if _refused(context, screening, trial):
        return
    if screening.goes_on(trial):
        late(context, screening, press)
    else:
        _take(context, screening, press, "take_in")


def _refused(context: Context, screening: Screening, trial: str) -> bool:
    """Say of a trial of a matching that it takes no new screening now, and why, if it is so."""
    told, over = context.follow_the_offer(screening), screening.over.get(trial)
    if over is None:
        return False
    why = context.not_open(trial)
    context.show(screening, "stands", lines(*told, None if any(why in each for each in told) else why))
    return True


def _take(context: Context, screening: Screening, press: Press, kind: MatchingStep) -> None:
    trial = at(screening.protocol.trial_ids, press.place)
    if trial is None or not screening.dialogue.can(kind, trial=trial):
        late(context, screening, press)
    else:
        take(context, screening, [Step(kind, trial=trial)])


def take_over(context: Context, screening: Screening, press: Press) -> None:
    """Correct an answer to what another one has since, the matching or a screening out of it, as it was shown."""
    question = at(screening.protocol.questions, press.place)
    found = screening.elsewhere.get(question.id) if question is not None else None
    if question is None or found is None or not found.holds or screening.logged != press.query:
        late(context, screening, press)
    else:
        correct_to(context, screening, found.given)


def open_trial(context: Context, screening: Screening, press: Press) -> None:
    """*Go on with ...*: a screening for one trial, which asks only what that one still needs."""
    dialogue = screening.dialogue
    trial = at(dialogue.trials, press.place) if isinstance(dialogue, Matching) else None
    if trial is None:
        late(context, screening, press)
        return
    name = trial.protocol.id
    known = context.own(screening.opened.get(name))
    if known is not None and known.state != CANCELLED:
        context.show(known)
        return
    if screening.state == CANCELLED:
        late(context, screening, press)
        return
    if _refused(context, screening, name):
        return
    opened = _opened(context, screening, name, source=context.message.source)
    if isinstance(opened, Safe):
        context.turn.say(opened)
        return
    starting.open_with(context, opened)
    newer, ways = above_a_question(opened, context.say)
    remark = lines(meanwhile(context, opened), _stays(context, screening), *newer)
    context.show(opened, remark=remark, last=ways)


def _stays(context: Context, matching: Screening) -> Safe | None:
    """Say that a matching out of which a trial was opened is still open, and whether other trials are possible."""
    if matching.ended:
        return None
    key = "matching_stays" if to_open(matching) else "matching_stays_open"
    return context.say(key, number=matching.number)


def save_all(context: Context, screening: Screening, press: Press) -> None:
    """Save a screening for each trial that is not ruled out, as far as it has come, then the matching.

    Each trial is kept by itself: what a kill leaves out is saved by the next press. Only the end bears the message's
    source, so that a message that comes again goes on, too.
    """
    moved = context.screenings.moved_since(screening.number, press.entry)
    if screening.state != REVIEW or moved or answered_since(screening, press):
        late(context, screening, press)
        return
    waiting = to_open(screening)
    told = context.follow_the_offer(screening, at_the_end=True)
    kept = [each for each in waiting if each in screening.over and each not in screening.dialogue.left]
    told += [context.not_open(trial) for trial in kept]
    told += [_saved(context, screening, trial) for trial in to_open(screening)]
    told += ruled_out_by_another(context, screening)
    context.screenings.take(screening, [Step("save")], context.person.code, context.message.source)
    context.show(screening, remark=lines(*told))


def _opened(
    context: Context, screening: Screening, trial: str, *, source: str | None = None, save: bool = False
) -> Screening | Safe:
    """Open a screening for one trial, or say why the trial takes none."""
    person, channel = context.person.code, context.setup.channel
    try:
        return context.screenings.open_trial(
            screening, trial, person, channel=channel, source=source, save=save
        )
    except Closed:
        return context.not_open(trial)


def _saved(context: Context, screening: Screening, trial: str) -> Safe:
    """Save a screening for one trial, and say so; or why the trial takes none."""
    opened = _opened(context, screening, trial, save=True)
    if isinstance(opened, Safe):
        return opened
    if not opened.ended:
        return context.say("still_open", number=opened.number)
    context.turn.saved.append(opened.number)
    return lines(
        context.say("trial_saved", id=trial, number=opened.number),
        version_of(context, opened.protocol, "saved"),
    )
