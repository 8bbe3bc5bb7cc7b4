"""What the office sees of its site's screenings: lists, and the one that a command or a typed number means."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal

from bot.conversation import site_matchings
from bot.conversation.context import Context
from bot.conversation.subjects import card_button, show_card
from bot.exchange import Button, Press, Rows, Safe
from bot.wording import lists
from bot.wording.in_short import stands_in_short
from bot.wording.missing import IN_A_LIST, missing_lines
from bot.wording.phrases import joined, lines
from dialogs.dialogue import COMPLETED
from state import outcomes
from state.codes import number_of
from state.moments import in_zone
from state.rescreening import due
from state.screenings import Listed, ListState, Screening

LISTED: Final = 10
AGAIN_LISTED: Final = 30
"""Of those to be screened again; the others come later, and the command line lists them all."""
LOOKED_THROUGH: Final = 50
"""So many of the newest saved screenings are looked through for those of which something can be noted."""
MAX_DIGITS: Final = 9
SHORT_NUMBER: Final = 4
"""Digits of a number without its site; more may be anything."""
NUMBERS_A_ROW: Final = 3
_DASHES: Final = str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))

# the one that is meant ---------------------------------------------------------------------------


def full_number(site: str, typed: str) -> str:
    """Complete a number as people type it: ``7``, ``#0007``, ``s01-7`` and ``S01–0007`` are S01-0007 at site S01.

    Those of matchings likewise: ``m7`` is S01-M0007.
    """
    text = unicodedata.normalize("NFKC", typed).translate(_DASHES)
    before, dash, last = text.strip().lstrip("#").upper().rpartition("-")
    digits = last.removeprefix("M")
    if not (digits.isdecimal() and len(digits) <= MAX_DIGITS):
        return typed
    return number_of(before if dash else site, -int(digits) if digits != last else int(digits))


def not_found(context: Context, typed: str) -> Safe:
    """Say that a number which was typed is none of the person's screenings, or of one that they left behind."""
    left = context.left_behind(full_number(context.person.site, typed))
    return left or context.say("not_found", number=typed[:24])


def found(context: Context, typed: str) -> Screening | None:
    """Return the screening of the site whose number was typed."""
    return context.of_the_site(full_number(context.person.site, typed)) if typed else None


def number_typed(context: Context) -> bool:
    """Show the screening whose number is all that was typed; of a short one that there is not, say so.

    Say whether anything was said. What is no screening's may be an answer, if a question stands above it: one that was
    asked while the person still screened.
    """
    text = context.message.text.strip()
    if shown(context, text):
        return True
    last = context.screenings.prompts.last(context.person.code)
    may_be_answer = last is not None and last.kind == "question"
    if may_be_answer or not (text.isdecimal() and len(text) <= SHORT_NUMBER):
        return False
    _newest(context, text)
    return True


def asked_for(context: Context, argument: str, verb: Literal["query", "outcome"]) -> Screening | None:
    """Return the saved screening that was asked for; else say what is wrong, or offer those that can be meant.

    ``verb`` is what their buttons do.
    """
    screening = found(context, argument)
    if screening is not None:
        return screening if is_saved(context, screening) else None
    site = context.person.site
    saved = _listed(context, "saved")
    if not saved:
        context.turn.say(context.say("office_nothing_saved", site=site))
        return None
    waiting = [] if argument or verb == "query" else _waiting(context)
    key = "office_none" if argument else "whose_outcome_next" if waiting else f"whose_{verb}"
    rows = tuple((_choice(context, item, verb),) for item in waiting or saved)
    context.turn.say(context.say(key, site=site), rows)
    return None


def _listed(context: Context, state: ListState | None = None, limit: int = LISTED) -> list[Listed]:
    return context.screenings.listed(site=context.person.site, state=state, limit=limit)


def _waiting(context: Context) -> list[Listed]:
    """The saved screenings of whose subjects something can still be noted."""
    saved = _listed(context, "saved", LOOKED_THROUGH)
    return [item for item in saved if _is_waiting(context, item)][:LISTED]


def _is_waiting(context: Context, item: Listed) -> bool:
    stands = outcomes.standing(context.screenings.db, item.number)
    return (
        stands.screening == item.number and item.verdict is not None and bool(stands.possible(item.verdict))
    )


def _choice(context: Context, item: Listed, verb: str) -> Button:
    label = lists.labelled(item, context.setup.zone, context.say, context.named)
    return Button(label, str(Press(verb, item.number)))


def is_saved(context: Context, screening: Screening) -> bool:
    """Say whether a verdict stands; while a screening is open, reopened or cancelled, show how it stands."""
    if screening.state == COMPLETED:
        return True
    show_card(context, screening, context.say("office_unsaved", number=screening.number))
    return False


# lists -------------------------------------------------------------------------------------------


def list_pressed(context: Context, press: Press) -> None:
    """*List*: the newest screenings of the site."""
    recent(context, "")


def open_items(context: Context, argument: str) -> None:
    """``/open [NUMBER]``: the site's undetermined screenings, with what is missing and for how long."""
    if shown(context, argument):
        return
    site, undetermined = context.person.site, _listed(context, "undetermined")
    waiting = due(context.screenings, site=site)[:LISTED]
    later = lists.again_lines(waiting, context.setup.protocols, context.say, context.named)
    told = [(item.trial, _open_item(context, item)) for item in undetermined]
    told += _running(context)
    title = "open_title" if undetermined else "office_all_determined"
    text = lines(
        _none(context, argument), context.say(title, site=site), *lists.by_trial(told, context.named), *later
    )
    numbers = [item.number for item in undetermined] + [each.number for each in waiting]
    context.turn.say(text, _cards(numbers))


def _running(context: Context) -> list[tuple[str, Safe]]:
    """The matchings in progress in a line, and the screenings, those of a trial in a line."""
    numbers: dict[str, list[str]] = {}
    matchings = context.screenings.matchings(None, context.person.site, state="open", limit=LISTED)
    for item in [*matchings, *_listed(context, "open")]:
        numbers.setdefault(item.trial, []).append(item.number)
    return [
        (trial, context.say("office_running", numbers=joined(each, context.say)))
        for trial, each in numbers.items()
    ]


def to_screen_again(context: Context, argument: str) -> None:
    """``/again``: whose screenings could be repeated, and from when, the soonest first."""
    site, say = context.person.site, context.say
    waiting = due(context.screenings, site=site)
    if not waiting:
        context.turn.say(say("again_none", site=site))
        return
    shown, more = waiting[:AGAIN_LISTED], len(waiting) - AGAIN_LISTED
    told = lists.again_lines(shown, context.setup.protocols, say, context.named)
    text = lines(*told, say("again_more", n=more) if more > 0 else None)
    context.turn.say(text, _cards([each.number for each in shown]))


def _none(context: Context, argument: str) -> Safe | None:
    """Say that what was typed is no number of the site's, and do not repeat it: it may be anything."""
    return context.say("office_no_such", site=context.person.site) if argument else None


def shown(context: Context, argument: str) -> bool:
    """Show the screening or matching of the site that a command was asked for; say whether there is one."""
    screening = found(context, argument)
    matching = context.matching_of_the_site(full_number(context.person.site, argument)) if argument else None
    if screening is not None:
        show_card(context, screening)
    elif matching is not None:
        site_matchings.show_card(context, matching)
    return screening is not None or matching is not None


def _open_item(context: Context, item: Listed) -> Safe:
    saved = context.screenings.as_saved(item.number)
    since = datetime.fromisoformat(saved.saved[-1].at)
    said = context.say(
        "office_open",
        number=item.number,
        person=item.person,
        day=in_zone(since, context.setup.zone).date(),
        days=(context.screenings.clock() - since).days,
    )
    return lines(said, *missing_lines(saved.dialogue, context.say, IN_A_LIST))


def recent(context: Context, argument: str) -> None:
    """``/recent``, ``/subject``: the newest screenings of the site; with a number, the card of one."""
    if not shown(context, argument):
        _newest(context, argument)


def _newest(context: Context, argument: str) -> None:
    newest, matchings = _listed(context), site_matchings.list_button(context)
    if not newest:
        context.turn.say(context.say("recent_none"), matchings)
        return
    told = [
        context.say(
            "office_recent",
            number=context.named(item.number, item.trial),
            day=in_zone(item.started_at, context.setup.zone).date(),
            verdict=stands_in_short(item, context.say),
        )
        for item in newest
    ]
    text = lines(_none(context, argument), context.say("recent_title"), *told)
    context.turn.say(text, (*_cards([item.number for item in newest]), *matchings), in_place=True)


def _cards(numbers: Sequence[str]) -> Rows:
    """A button for each, to its card."""
    buttons = [card_button(number) for number in dict.fromkeys(numbers)]
    return tuple(tuple(buttons[at : at + NUMBERS_A_ROW]) for at in range(0, len(buttons), NUMBERS_A_ROW))
