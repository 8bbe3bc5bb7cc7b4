"""What the office sees of its site's screenings: lists, and the saved one that a command is about."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from bot.conversation.context import Context
from bot.exchange import Button, Press, Safe
from bot.wording import lists
from bot.wording.buttons import arrange
from bot.wording.phrases import joined, lines
from dialogs.dialogue import COMPLETED
from state.screenings import Listed, Screening

LISTED: Final = 10
MAX_DIGITS: Final = 9


def full_number(site: str, typed: str) -> str:
    """Complete a number as people type it: ``7``, ``0007`` and ``s01-7`` are S01-0007 at site S01."""
    before, dash, digits = typed.strip().upper().rpartition("-")
    if not (digits.isdecimal() and len(digits) <= MAX_DIGITS):
        return typed
    return f"{before if dash else site}-{int(digits):04d}"


def asked_for(context: Context, argument: str, verb: str) -> Screening | None:
    """Return the saved screening that was asked for; else say what is wrong, and offer the newest ones.

    ``verb`` is what their buttons do.
    """
    if argument:
        screening = context.of_the_site(full_number(context.person.site, argument))
        if screening is not None:
            return screening if is_saved(context, screening) else None
    site = context.person.site
    found = context.screenings.listed(site=site, state="saved", limit=LISTED)
    if not found:
        context.turn.say(context.say("office_nothing_saved", site=site))
        return None
    buttons = [
        Button(f"{item.number} · {lists.standing(item, context.say)}", str(Press(verb, item.number)))
        for item in found
    ]
    key = "office_none" if argument else f"whose_{verb}"
    context.turn.say(context.say(key, site=site), arrange(buttons))
    return None


def is_saved(context: Context, screening: Screening) -> bool:
    """Say whether a verdict stands; while a screening is open, reopened or cancelled, tell so."""
    if screening.state == COMPLETED:
        return True
    context.turn.say(context.say("office_unsaved", number=screening.number))
    return False


def open_items(context: Context, argument: str) -> None:
    """``/open``: the site's undetermined screenings, with what is missing and for how long."""
    site = context.person.site
    found = context.screenings.listed(site=site, state="undetermined", limit=LISTED)
    if not found:
        context.turn.say(context.say("office_all_determined", site=site))
        return
    told = [_open_item(context, item) for item in found]
    context.turn.say(lines(context.say("open_title"), *told))


def _open_item(context: Context, item: Listed) -> Safe:
    screening = context.screenings.load(item.number)
    questions = dict.fromkeys(q for missing in screening.dialogue.follow_up().values() for q in missing)
    names = [screening.protocol.question(q).short[context.say.language] for q in questions]
    return context.say(
        "office_open",
        number=item.number,
        person=item.person,
        days=(context.screenings.clock() - datetime.fromisoformat(item.updated_at)).days,
        missing=joined(names or item.unresolved, context.say),
    )


def recent(context: Context, argument: str) -> None:
    """``/recent``: the newest screenings of the site."""
    found = context.screenings.listed(site=context.person.site, limit=LISTED)
    if not found:
        context.turn.say(context.say("recent_none"))
        return
    told = [
        context.say("recent_line", number=item.number, verdict=lists.standing(item, context.say))
        for item in found
    ]
    context.turn.say(lines(context.say("recent_title"), *told))
