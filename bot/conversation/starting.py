"""Beginning: the welcome, and a new screening."""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter
from typing import Final

from bot.conversation import access
from bot.conversation.context import Context
from bot.conversation.people import welcome_member
from bot.conversation.site_screenings import full_number, not_found
from bot.conversation.subjects import list_button
from bot.conversation.trials import choices, named, offered, titles_cut
from bot.exchange import Button, Press, Rows, Safe
from bot.wording import cards, lists
from bot.wording.buttons import new_screening
from bot.wording.phrases import lines
from dialogs.answers import COMPUTED
from dialogs.portfolio.merging import PORTFOLIO, Portfolio
from dialogs.protocol import Protocol
from state.errors import Closed
from state.lookup import Started
from state.moments import in_zone
from state.screenings import Listed, Screening

OPEN_LISTED: Final = 8


def start(context: Context, argument: str) -> None:
    """``/start``: what this is; to whoever comes by an invitation also who they are here."""
    invited = context.message.invited
    if invited is not None:
        context.turn.say(welcome_member(context, invited))
    if context.current() is not None:
        context.where_we_are()
        return
    if access.may_screen(context.person):
        running = lists.resume_buttons(in_progress_named(context), context.say)
        buttons = (*running, *new_button(context))
        context.turn.say(lists.welcome(offered(context), context.say), buttons)
        return
    told = lists.welcome_office(context.person.site, offered(context), context.say)
    context.turn.say(told, ((list_button(context),),))


def in_progress(context: Context) -> list[Listed]:
    """The newest screenings, and matchings, of the person that are open."""
    screenings, person, site = context.screenings, context.person.code, context.person.site
    found = screenings.listed(person=person, site=site, state="open", limit=OPEN_LISTED)
    return [*screenings.matchings(person, site, state="open", limit=OPEN_LISTED), *found][:OPEN_LISTED]


def in_progress_named(context: Context) -> dict[str, str]:
    """The same by number, each as it is named."""
    return {item.number: context.named(item.number, item.trial) for item in in_progress(context)}


def new_button(context: Context) -> Rows:
    """Offer a new screening to whoever may begin one."""
    return ((new_screening(context.say),),) if access.may_screen(context.person) else ()


def new(context: Context, argument: str) -> None:
    """``/new [NUMBER]``: a new screening, or the same candidate again under a new number."""
    if not argument:
        _new_for_some_trial(context)
        return
    earlier = context.own(full_number(context.person.site, argument))
    if earlier is None:
        context.turn.say(not_found(context, argument))
    else:
        _again(context, earlier)


def new_pressed(context: Context, press: Press) -> None:
    """*New screening*, or the trial that was chosen for it."""
    chosen = named(context.setup.protocols, press)
    if chosen is None:
        _new_for_some_trial(context, press.place)
    elif is_used(context, chosen, press):
        ask_anew(context)
    else:
        begin(context, chosen)


def is_used(context: Context, protocol: Protocol, press: Press) -> bool:
    """Say whether a list of trials was used: its person has begun something since it was shown, and not just this."""
    since = press.query is not None and press.query != context.screenings.begun_by(context.person.code)
    return since and _just_begun(context, protocol, None) is None


def ask_anew(context: Context) -> None:
    """Begin nothing by a list that was used; show it as it would be now."""
    context.turn.toast = context.say.plain("not_any_more")
    trials = offered(context)
    if trials:
        _ask_for_which(context, trials, 0, context.say("list_used"))
    else:
        _new_for_some_trial(context)


def rescreen(context: Context, screening: Screening, press: Press) -> None:
    """The same candidate again, under a new number."""
    _again(context, screening)


def _again(context: Context, earlier: Screening) -> None:
    """Screen again by the version on offer of the same trial; never, unasked, for another one."""
    if isinstance(earlier.protocol, Portfolio):
        _new_for_some_trial(context)
        return
    trial = earlier.protocol.id
    newest = next((each for each in context.setup.protocols if each.id == trial), None)
    if newest is None:
        told = context.say("trial_not_offered", number=earlier.number, trial=trial)
        context.turn.say(told, new_button(context))
    else:
        begin(context, newest, earlier)


def _new_for_some_trial(context: Context, place: int | None = None) -> None:
    """Begin for the only trial; ask for which one of several, and of many by pages."""
    trials = offered(context)
    if len(trials) == 1:
        begin(context, trials[0])
    elif trials:
        _ask_for_which(context, trials, place)
    else:
        told = [context.not_open(each.id) for each in context.setup.protocols]
        go_on = [context.say("open_go_on")] if told else []
        context.turn.say(lines(*told, *go_on) or context.say("no_trial"))


def _ask_for_which(
    context: Context, trials: Sequence[Protocol], place: int | None, remark: Safe | None = None
) -> None:
    """Offer the trials, and all at once; the buttons count until their person has begun a screening."""
    begun = context.screenings.begun_by(context.person.code)
    every = Button(context.say.plain("all_trials"), str(Press("match", query=begun)))
    shown = choices(trials, Press("new", query=begun), context.say, place)
    which = lines(remark, context.say("new_for_which"), shown.page, *titles_cut(shown.trials, context.say))
    context.turn.say(which, ((every,), *shown.rows), in_place=place is not None)


def begin(context: Context, protocol: Protocol, earlier: Screening | None = None) -> None:
    """Open a screening, with what its person has not read today; a second tap shows the one that the first opened."""
    begun = _just_begun(context, protocol, earlier)
    if begun is not None:
        context.show(begun)
        return
    still_open = context.current()
    try:
        screening = context.screenings.start(
            protocol,
            context.person.code,
            context.person.site,
            zone=context.setup.zone,
            channel=context.setup.channel,
            source=context.message.source,
            earlier=earlier.number if earlier else None,
        )
    except Closed:
        context.turn.say(lines(context.not_open(protocol.id), context.say("open_go_on")))
        return
    open_with(context, screening)
    open_too = [still_open] if still_open is not None else []
    others = {each.number: context.named(each.number, each.protocol.id) for each in open_too}
    remark = lines(
        context.say("screening_linked", earlier=screening.earlier) if screening.earlier else None,
        *(context.say("still_open", number=shown) for shown in others.values()),
    )
    taken = {question: cards.answered(screening, question, context.say) for question in screening.taken}
    context.show(
        screening, remark=remark or None, answers=taken, last=lists.resume_buttons(others, context.say)
    )


def open_with(context: Context, screening: Screening) -> None:
    """Say all that must be known of the trial once a day, and what has changed since the person's last screening."""
    if isinstance(screening.protocol, Portfolio):
        _open_several(context, screening, [each.protocol for each in screening.protocol.trials])
        return
    before = context.screenings.started_before(screening, screening.protocol.id)
    changed = before is not None and before.protocol != screening.protocol.sha256
    if before is not None and not changed and _same_day(before.at, screening):
        return
    former = context.screenings.protocols.get(before.protocol).version if before and changed else None
    context.turn.say(lists.opening(screening.protocol, context.say, former=former))


def _open_several(context: Context, screening: Screening, trials: Sequence[Protocol]) -> None:
    """Say what must be known before a matching once a day, but which trials have changed whenever they have."""
    before = context.screenings.started_before(screening, PORTFOLIO)
    found = {each.id: _former(context, screening, each, before) for each in trials}
    former = {trial: version for trial, version in found.items() if version is not None}
    if before is None or not _same_day(before.at, screening):
        context.turn.say(lists.opening_of_several(trials, former, context.say))
    elif former:
        context.turn.say(lines(*lists.changed_trials(trials, former, context.say)))


def _former(context: Context, screening: Screening, trial: Protocol, matching: Started | None) -> str | None:
    """Return the version by which the person screened for a trial last, alone or in the matching, if it was another."""
    protocols = context.screenings.protocols
    alone = context.screenings.started_before(screening, trial.id)
    found = [(alone.at, protocols.get(alone.protocol))] if alone is not None else []
    portfolio = protocols.get(matching.protocol) if matching is not None else None
    if matching is not None and isinstance(portfolio, Portfolio):
        found += [(matching.at, each.protocol) for each in portfolio.trials if each.protocol.id == trial.id]
    last = max(found, key=itemgetter(0))[1] if found else trial
    return last.version if last.sha256 != trial.sha256 else None


def _same_day(at: str, screening: Screening) -> bool:
    """Say whether a screening began on the day of an earlier moment, as its zone counts days."""
    first, second = (in_zone(each, screening.zone).date() for each in (at, screening.started_at))
    return first == second


def _just_begun(context: Context, protocol: Protocol, earlier: Screening | None) -> Screening | None:
    """Return the current screening if it is for this trial and candidate, and nothing was answered in it yet.

    A matching is, if it is for these trials: one may have been opened, paused or changed since.
    """
    current = context.current()
    if current is None or current.protocol.id != protocol.id or not _came_by_itself(current):
        return None
    if isinstance(protocol, Portfolio) and current.protocol.sha256 != protocol.sha256:
        return None
    return current if current.earlier == (earlier.number if earlier else None) else None


def _came_by_itself(screening: Screening) -> bool:
    """Say whether all that stands in a screening was taken from another one, or worked out of that."""
    answers = screening.dialogue.answers
    by_itself = all(question in screening.taken or given == COMPUTED for question, given in answers.items())
    return by_itself and screening.entries == 1 + len(answers)
