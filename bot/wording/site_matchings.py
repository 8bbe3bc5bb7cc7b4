"""A matching as the office sees it: which trials it ruled out, each with the first reason, and how others stand."""

from __future__ import annotations

from bot.exchange import Button, Press, Reply, Safe
from bot.wording.against_parts import lines_of_contradictions
from bot.wording.buttons import arrange
from bot.wording.elsewhere import answered_elsewhere
from bot.wording.in_short import stands_in_short
from bot.wording.matching import MOST_NEWS, as_matching, possible_in_short
from bot.wording.paging import page_at, page_line, turning
from bot.wording.phrases import Phrases, gap, joined, lines
from bot.wording.standing import ON_A_PAGE, in_order, stands_line
from bot.wording.subjects import state_lines
from dialogs.dialogue import CANCELLED
from state.lists import Listed
from state.moments import in_zone
from state.screenings import Screening


def in_a_line(item: Listed, saved: Screening, zone: str, say: Phrases) -> Safe:
    """Its number and day; once saved, how many trials were possible, and which were ruled out and have no screening."""
    what = _came_to(saved, say) if saved.saved else stands_in_short(item, say)
    return say("office_recent", number=item.number, day=in_zone(item.started_at, zone).date(), verdict=what)


def _came_to(saved: Screening, say: Phrases) -> str:
    dialogue = as_matching(saved)
    out = [
        say.plain("noted", what=trial.protocol.id, note=alone.first_failed)
        for trial, alone in dialogue.taking_part
        if alone.excluded and not saved.goes_on(trial.protocol.id)
    ]
    more = len(out) - MOST_NEWS
    named = [*out[:MOST_NEWS], *([say.plain("and_more", n=more)] if more > 0 else [])]
    possible = possible_in_short(saved, say)
    return say.plain("possible_and_out", possible=possible, trials=joined(named, say)) if out else possible


def card(matching: Screening, saved: Screening, place: int | None, zone: str, say: Phrases) -> Reply:
    """Since when a matching stands so, by whom, and where each trial stands in what was ``saved``.

    With what was answered since in a screening out of it, what contradicts, and its pages.
    """
    head = lines(Safe(f"<b>{matching.number}</b>"), state_lines(matching, zone, say))
    if matching.state == CANCELLED:
        return Reply(head)
    ordered = in_order(saved)
    shown = page_at(len(ordered), place or 0, ON_A_PAGE)
    told = [gap(stands_line(saved, ordered[each], say)) for each in shown]
    page = page_line(len(ordered), shown, say, ON_A_PAGE)
    ways = turning(len(ordered), shown, matching, "matching", "matching", ON_A_PAGE)
    notes = map(gap, [*answered_elsewhere(saved, say), *lines_of_contradictions(saved.dialogue, say)])
    return Reply(lines(head, page, *told, *notes, gap(say("investigator"))), arrange(ways))


def card_button(number: str) -> Button:
    """The button that leads from a list to the card of a matching."""
    return Button(number, str(Press("matching", number)))
