"""Outcomes in the chat: what came of a candidate after pre-screening, noted by buttons alone.

What can follow, and on which days, is decided in `state.outcomes`; here it is offered. A day is chosen from buttons and
never typed, so that no text can be taken for one.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from bot.conversation.context import Context
from bot.conversation.site_screenings import asked_for, is_saved
from bot.conversation.subjects import with_way_back
from bot.exchange import Button, Press, Safe, at
from bot.wording.buttons import button
from bot.wording.phrases import lines
from bot.wording.subjects import noted, outcome_line
from state import outcomes
from state.errors import NotNext
from state.moments import in_zone
from state.outcomes import OUTCOMES, WITHDRAWALS, Note, Standing
from state.screenings import Screening

DAYS_SHOWN: Final = 7


def outcome(context: Context, argument: str) -> None:
    """``/outcome [NUMBER]``: what came of a candidate; without a number, the newest saved ones to choose from."""
    screening = asked_for(context, argument, "outcome")
    if screening is not None:
        _card(context, screening)


def show(context: Context, screening: Screening, press: Press) -> None:
    if is_saved(context, screening):
        _card(context, screening)


def _card(context: Context, screening: Screening, first: Safe | None = None) -> None:
    """Say what stands for the subject, and offer what can follow, at the newest screening of the subject."""
    stands = outcomes.standing(context.screenings.db, screening.number)
    if stands.screening is None or stands.screening == screening.number:
        _offer(context, screening, stands, first)
        return
    followed = context.say("outcome_followed", number=screening.number, newest=stands.screening)
    newest = context.of_the_site(stands.screening)
    if newest is not None and is_saved(context, newest):
        _offer(context, newest, stands, lines(first, followed))
    else:
        context.turn.say(followed)


def _offer(context: Context, screening: Screening, stands: Standing, first: Safe | None) -> None:
    say, offered = context.say, outcomes.offered(stands, screening)
    buttons = [
        button(say.plain(f"outcome_{code}"), "outcome_what", screening, OUTCOMES.index(code))
        for code in offered
    ]
    if stands.last is not None and context.of_the_site(stands.last.screening) is not None:
        buttons.append(_undo_button(context, screening, stands.last))
    text = lines(
        first,
        say("outcome_which", number=context.named(screening.number, screening.protocol.id)),
        outcome_line(stands.notes, say),
        *_limits(context, screening, stands, offered),
    )
    context.choose(screening, text, with_way_back(context, screening, buttons))


def _undo_button(context: Context, screening: Screening, last: Note) -> Button:
    """The note may stand in an earlier screening of the subject; it is taken back where it stands."""
    where = screening if last.screening == screening.number else context.screenings.load(last.screening)
    return button(context.say.plain("outcome_undo"), "outcome_undo", where)


def _limits(context: Context, screening: Screening, stands: Standing, offered: tuple[str, ...]) -> list[Safe]:
    """Say why something is not offered that a coordinator may look for."""
    if not offered:
        return [context.say("outcome_nothing_next")]
    verdict = screening.saved[-1].verdict
    missing = set(outcomes.NEXT[stands.stage]) - set(offered)
    return [context.say(f"outcome_limit_{verdict}")] if missing else []


# the day -----------------------------------------------------------------------------------------


def _today(context: Context) -> date:
    return in_zone(context.screenings.clock(), context.setup.zone).date()


def _started(context: Context, stands: Standing) -> date:
    """The day at the site on which the subject's first screening was started."""
    return in_zone(context.screenings.load(stands.subject).started_at, context.setup.zone).date()


def ask_day(context: Context, screening: Screening, press: Press) -> None:
    """Offer the days of a week, the newest first, with buttons for earlier and later ones."""
    code = at(OUTCOMES, press.place)
    stands = outcomes.standing(context.screenings.db, screening.number)
    if code is None or code not in outcomes.offered(stands, screening) or press.entry != screening.entries:
        _already(context, screening)
        return
    say, today = context.say, _today(context)
    last = min(press.day or today, today)
    first = outcomes.earliest(stands, _started(context, stands))
    days = [last - timedelta(days=back) for back in range(DAYS_SHOWN)]

    def day_button(label: str, verb: str, day: date) -> Button:
        return button(label, verb, screening, press.place, day=day)

    buttons = [day_button(_named(context, day, today), "outcome_on", day) for day in days if day >= first]
    if days[-1] > first:
        buttons.append(day_button(say.plain("days_earlier"), "outcome_days", days[-1] - timedelta(days=1)))
    if last < today:
        later = min(today, last + timedelta(days=DAYS_SHOWN))
        buttons.append(day_button(say.plain("days_later"), "outcome_days", later))
    number = context.named(screening.number, screening.protocol.id)
    asked = say("outcome_day", number=number, outcome=say(f"outcome_{code}"))
    context.choose(screening, asked, with_way_back(context, screening, buttons))


def _named(context: Context, day: date, today: date) -> str:
    key = {0: "day_today", 1: "day_yesterday"}.get((today - day).days)
    return context.say.plain(key) if key else day.isoformat()


# keeping and taking back -------------------------------------------------------------------------


def keep(context: Context, screening: Screening, press: Press) -> None:
    """Keep an outcome with its day, if it can still follow."""
    code, day = at(OUTCOMES, press.place), press.day
    stands = outcomes.standing(context.screenings.db, screening.number)
    try:
        if code is None or day is None or press.entry != screening.entries:
            raise NotNext(screening.number)
        outcomes.note(
            context.screenings,
            screening,
            context.person.code,
            code,
            day,
            started=_started(context, stands),
            today=_today(context),
            source=context.message.source,
        )
    except NotNext:
        _already(context, screening)
        return
    told = context.say.plain("outcome_on", outcome=context.say.plain(f"outcome_{code}"), day=day.isoformat())
    context.turn.toast = context.say.plain("outcome_kept", number=screening.number, outcome=told)
    _card(context, screening)


def ask_why_undone(context: Context, screening: Screening, press: Press) -> None:
    last = outcomes.standing(context.screenings.db, screening.number).last
    if last is None or last.screening != screening.number or press.entry != screening.entries:
        _already(context, screening)
        return
    buttons = [
        button(context.say.plain(f"undo_{reason}"), "outcome_undone", screening, place)
        for place, reason in enumerate(WITHDRAWALS)
    ]
    context.choose(
        screening,
        context.say("outcome_undo_why", number=screening.number, outcome=noted(last, context.say)),
        with_way_back(context, screening, buttons),
    )


def take_back(context: Context, screening: Screening, press: Press) -> None:
    """Take the newest note back, for a reason."""
    reason, person = at(WITHDRAWALS, press.place), context.person.code
    try:
        if reason is None or press.entry != screening.entries:
            raise NotNext(screening.number)
        last = outcomes.take_back(context.screenings, screening, person, reason, context.message.source)
    except NotNext:
        _already(context, screening)
        return
    told = context.say("outcome_undone", number=screening.number, outcome=noted(last, context.say))
    _card(context, screening, told)


def _already(context: Context, screening: Screening) -> None:
    """A press that was made before, or cannot be any more: nothing is kept, and what stands is shown."""
    context.turn.toast = context.say.plain("not_any_more")
    if is_saved(context, screening):
        _card(context, screening)
