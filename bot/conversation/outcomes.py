"""Outcomes in the chat: what came of a candidate after pre-screening, noted by buttons alone.

What can follow, and on which days, is decided in `state.outcomes`; here it is offered. A day is chosen from buttons and
never typed, so that no text can be taken for one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Final

from bot.conversation import office
from bot.conversation.talk import Talk
from bot.exchange import Button, Press, Safe
from bot.wording.buttons import arrange, button
from bot.wording.cards import in_zone, joined
from bot.wording.phrases import lines
from state import outcomes
from state.errors import NotNext
from state.outcomes import OUTCOMES, WITHDRAWALS, Note, Standing
from state.screenings import Screening

DAYS_SHOWN: Final = 7


def outcome(talk: Talk, argument: str) -> None:
    """``/outcome [NUMBER]``: what came of a candidate; without a number, the newest saved ones to choose from."""
    screening = office.saved(talk, argument, "outcome")
    if screening is not None:
        _card(talk, screening)


def _show(talk: Talk, screening: Screening, press: Press) -> None:
    if office.is_saved(talk, screening):
        _card(talk, screening)


def _card(talk: Talk, screening: Screening, first: Safe | None = None) -> None:
    """Say what stands for the subject, and offer what can follow."""
    say, stands = talk.say, outcomes.standing(talk.screenings.db, screening.number)
    if stands.screening is not None and stands.screening != screening.number:
        followed = say("outcome_followed", number=screening.number, newest=stands.screening)
        newest = talk.of_the_site(stands.screening)
        if newest is None or not office.is_saved(talk, newest):
            talk.turn.say(followed)
            return
        screening, first = newest, lines(first, followed)
    offered = outcomes.offered(stands, screening)
    buttons = [
        button(say.plain(f"outcome_{code}"), "noted", screening, OUTCOMES.index(code)) for code in offered
    ]
    if stands.last is not None and talk.of_the_site(stands.last.screening) is not None:
        buttons.append(_undo_button(talk, screening, stands.last))
    noted = [_told(talk, note) for note in stands.notes]
    talk.choose(
        screening,
        lines(
            first,
            say("outcome_which", number=screening.number),
            say("outcome_stands", outcomes=joined(noted, say)) if noted else None,
            *_limits(talk, screening, stands, offered),
        ),
        arrange(buttons),
    )


def _undo_button(talk: Talk, screening: Screening, last: Note) -> Button:
    """The note may stand in an earlier screening of the subject; it is taken back where it stands."""
    where = screening if last.screening == screening.number else talk.screenings.load(last.screening)
    return button(talk.say.plain("outcome_undo"), "undo", where)


def _limits(talk: Talk, screening: Screening, stands: Standing, offered: tuple[str, ...]) -> list[Safe]:
    """Say why something is not offered that a coordinator may look for."""
    if not offered:
        return [talk.say("outcome_nothing_next")]
    verdict = screening.saved[-1].verdict
    missing = set(outcomes.NEXT[stands.stage]) - set(offered)
    return [talk.say(f"outcome_limit_{verdict}")] if missing else []


def _told(talk: Talk, note: Note) -> Safe:
    return talk.say("outcome_on", outcome=talk.say(f"outcome_{note.code}"), day=note.on.isoformat())


# the day -----------------------------------------------------------------------------------------


def _today(talk: Talk) -> date:
    return in_zone(talk.screenings.clock(), talk.conversation.zone).date()


def _started(talk: Talk, stands: Standing) -> date:
    """The day at the site on which the subject's first screening was started."""
    started = datetime.fromisoformat(talk.screenings.load(stands.subject).started_at)
    return in_zone(started, talk.conversation.zone).date()


def _ask_day(talk: Talk, screening: Screening, press: Press) -> None:
    """Offer the days of a week, the newest first; ``days`` pages to earlier and later ones."""
    code, newest = _chosen(press)
    stands = outcomes.standing(talk.screenings.db, screening.number)
    if code not in outcomes.offered(stands, screening) or press.entry != screening.entries:
        _already(talk, screening)
        return
    say, today = talk.say, _today(talk)
    last = min(newest or today, today)
    first = outcomes.earliest(stands, _started(talk, stands))
    days = [last - timedelta(days=back) for back in range(DAYS_SHOWN)]
    place = OUTCOMES.index(code)
    buttons = [
        _day_button(screening, "on", place, day, _named(talk, day, today)) for day in days if day >= first
    ]
    if days[-1] > first:
        earlier = days[-1] - timedelta(days=1)
        buttons.append(_day_button(screening, "days", place, earlier, say.plain("days_earlier")))
    if last < today:
        later = min(today, last + timedelta(days=DAYS_SHOWN))
        buttons.append(_day_button(screening, "days", place, later, say.plain("days_later")))
    asked = say("outcome_day", number=screening.number, outcome=say(f"outcome_{code}"))
    talk.choose(screening, asked, arrange(buttons))


def _chosen(press: Press) -> tuple[str, date | None]:
    """Read an outcome's place and a day from a button; no outcome, or no day, for what no button of ours says."""
    place, _, day = (press.option or "").partition("_")
    known = place.isascii() and place.isdecimal() and int(place) < len(OUTCOMES)
    code = OUTCOMES[int(place)] if known else ""
    try:
        return code, date.fromisoformat(day) if day else None
    except ValueError:
        return "", None


def _day_button(screening: Screening, verb: str, place: int, day: date, label: str) -> Button:
    return Button(label, str(Press(verb, screening.number, screening.entries, f"{place}_{day:%Y%m%d}")))


def _named(talk: Talk, day: date, today: date) -> str:
    key = {0: "day_today", 1: "day_yesterday"}.get((today - day).days)
    return talk.say.plain(key) if key else day.isoformat()


# keeping and taking back -------------------------------------------------------------------------


def _keep(talk: Talk, screening: Screening, press: Press) -> None:
    code, on = _chosen(press)
    stands = outcomes.standing(talk.screenings.db, screening.number)
    try:
        if on is None or press.entry != screening.entries:
            raise NotNext(screening.number)
        outcomes.note(
            talk.screenings, screening, talk.person.code, code, on,
            started=_started(talk, stands), today=_today(talk), source=talk.message.source,
        )  # fmt: skip
    except NotNext:
        _already(talk, screening)
        return
    told = talk.say("outcome_on", outcome=talk.say(f"outcome_{code}"), day=on.isoformat())
    _card(talk, screening, talk.say("outcome_kept", number=screening.number, outcome=told))


def _ask_why(talk: Talk, screening: Screening, press: Press) -> None:
    last = outcomes.standing(talk.screenings.db, screening.number).last
    if last is None or last.screening != screening.number or press.entry != screening.entries:
        _already(talk, screening)
        return
    buttons = [
        button(talk.say.plain(f"undo_{reason}"), "undone", screening, at)
        for at, reason in enumerate(WITHDRAWALS)
    ]
    talk.choose(
        screening,
        talk.say("outcome_undo_why", number=screening.number, outcome=_told(talk, last)),
        arrange(buttons),
    )


def _take_back(talk: Talk, screening: Screening, press: Press) -> None:
    try:
        if press.entry != screening.entries or not 0 <= press.place < len(WITHDRAWALS):
            raise NotNext(screening.number)
        reason = WITHDRAWALS[press.place]
        last = outcomes.take_back(talk.screenings, screening, talk.person.code, reason, talk.message.source)
    except NotNext:
        _already(talk, screening)
        return
    _card(talk, screening, talk.say("outcome_undone", number=screening.number, outcome=_told(talk, last)))


def _already(talk: Talk, screening: Screening) -> None:
    """A press that was made before, or cannot be any more: nothing is kept, and what stands is shown."""
    talk.turn.toast = talk.say.plain("already_done")
    if office.is_saved(talk, screening):
        _card(talk, screening)


COMMANDS: Final[Mapping[str, Callable[[Talk, str], None]]] = {"outcome": outcome}
PRESSES: Final[Mapping[str, Callable[[Talk, Screening, Press], None]]] = {
    "outcome": _show,
    "noted": _ask_day,
    "days": _ask_day,
    "on": _keep,
    "undo": _ask_why,
    "undone": _take_back,
}
"""Presses on screenings of the own site."""
