"""What the office sees of its site's matchings, which stand in no log: a list, and where each trial stood in one."""

from __future__ import annotations

from typing import Final

from bot.conversation.context import Context
from bot.exchange import Button, Press, Rows
from bot.wording import site_matchings
from bot.wording.buttons import arrange
from bot.wording.paging import page_at, page_line, turning_over
from bot.wording.phrases import lines
from state.lists import Listed
from state.screenings import Screening

LISTED: Final = 9
EVERY: Final = -1


def list_button(context: Context) -> Rows:
    """The way to the matchings of the site, if there are any."""
    count = len(_every(context))
    return (
        ((Button(context.say.plain("button_matchings", n=count), str(Press("matchings"))),),) if count else ()
    )


def _every(context: Context) -> list[Listed]:
    return context.screenings.matchings(None, context.person.site, limit=EVERY)


def show_list(context: Context, press: Press) -> None:
    """A page of the matchings of the site that were not cancelled, the last touched first."""
    every, say = _every(context), context.say
    if not every:
        context.turn.say(say("recent_none"), in_place=True)
        return
    shown = page_at(len(every), press.place or 0, LISTED)
    told = [
        site_matchings.in_a_line(item, context.screenings.as_saved(item.number), context.setup.zone, say)
        for item in every[shown.start : shown.stop]
    ]
    buttons = [site_matchings.card_button(item.number) for item in every[shown.start : shown.stop]]
    ways = turning_over(len(every), shown, "matchings", LISTED)
    page = page_line(len(every), shown, say, LISTED)
    text = lines(say("matchings_title"), page, *told, say("matchings_hint"))
    context.turn.say(text, arrange([*buttons, *ways]), in_place=True)


def show(context: Context, screening: Screening, press: Press) -> None:
    """The card of a matching, by pages; nothing can be done there."""
    show_card(context, screening, press.place)


def show_card(context: Context, matching: Screening, place: int | None = None) -> None:
    context.see_the_offer(matching)
    saved = context.screenings.as_saved(matching.number)
    card = site_matchings.card(matching, saved, place, context.setup.zone, context.say)
    context.choose(matching, card.text, (*card.buttons, *list_button(context)))
