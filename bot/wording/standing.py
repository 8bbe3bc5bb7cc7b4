"""Puts into words where each trial of a matching stands, with the ways on: to go on with one, to leave one, to end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.exchange import Button, Reply, Safe
from bot.wording.against_parts import saving
from bot.wording.asked import numbered
from bot.wording.buttons import arrange, button, new_screening
from bot.wording.came_to import healing, parts_out, why
from bot.wording.elsewhere import answered_elsewhere, to_take_over
from bot.wording.in_short import stands_in_short
from bot.wording.matching import (
    answered_otherwise,
    as_matching,
    compares_vaguely,
    is_out,
    is_undecided,
    judged,
    progress,
)
from bot.wording.matching_missing import all_missing
from bot.wording.notices import notices
from bot.wording.paging import page_at, page_line, turning
from bot.wording.phrases import Phrases, gap, lines
from bot.wording.times import local_time
from dialogs.dialogue import CANCELLED, COMPLETED, REVIEW
from dialogs.portfolio.merging import Trial
from state.matchings import to_open
from state.replay import OPENED
from state.screenings import Screening

ON_A_PAGE: Final = 9
"""Trials of which is shown at once how they stand, each in some lines."""


def where_each_stands(screening: Screening, say: Phrases, place: int | None = None) -> Reply:
    """Where each trial stands, those that are still possible first and those left out last, with the ways to go on."""
    ordered = in_order(screening)
    shown = page_at(len(ordered), place or 0, ON_A_PAGE)
    told = [gap(stands_line(screening, ordered[each], say)) for each in shown]
    goes_on = [index for each in shown if not _is_out_here(screening, index := ordered[each])]
    out = [ordered[each] for each in shown if ordered[each] not in goes_on]
    text = lines(
        say("stands_title"),
        page_line(len(ordered), shown, say, ON_A_PAGE),
        *told,
        *map(gap, answered_elsewhere(screening, say)),
        *map(gap, _not_listed(screening, out, say)),
        *notices(screening, say),
        gap(say("investigator")),
        *_unasked(screening, say),
        *_saved(screening, say),
    )
    buttons = [
        *_ending(screening, say),
        *(way for index in goes_on for way in _go_on(screening, index, say)),
        *to_take_over(screening, say),
        *_leave(screening, say),
        *all_missing(screening, say),
        *turning(len(ordered), shown, screening, "stands", "stands", ON_A_PAGE),
        *(way for index in out for way in _go_on(screening, index, say)),
        *_onward(screening, say),
    ]
    return Reply(text, arrange(buttons), head=_head(screening, say))


def _is_out_here(screening: Screening, index: int) -> bool:
    """Say whether a trial is ruled out or left out here, and has no screening of its own."""
    dialogue = as_matching(screening)
    out = is_out(screening, index) or dialogue.is_left(index)
    return out and not screening.goes_on(dialogue.protocol.trial_ids[index])


def _not_listed(screening: Screening, out: Sequence[int], say: Phrases) -> list[Safe]:
    """Say at the end, where time alone could heal what rules a trial out, that only its own screening is listed."""
    if screening.state not in (REVIEW, COMPLETED):
        return []
    trials, over = screening.protocol.trial_ids, screening.over
    of = (index for index in out if trials[index] not in over and judged(screening, index) is not None)
    return [say("not_listed")] if any(healing(screening, index) for index in of) else []


def _unasked(screening: Screening, say: Phrases) -> list[Safe]:
    """Say at the end how many trials were not asked to the end."""
    unasked = _to_be_asked(screening)
    return [say("not_all_asked", n=unasked)] if screening.dialogue.finished and unasked else []


def _to_be_asked(screening: Screening) -> int:
    """Count the trials of which not all was asked, and is here: not those that go on by themselves, or take none."""
    dialogue = as_matching(screening)
    return sum(
        bool(dialogue.alone[index].open)
        for index in dialogue.possible
        if not screening.goes_on(trial := dialogue.protocol.trial_ids[index]) and trial not in screening.over
    )


def _saved(screening: Screening, say: Phrases) -> list[Safe]:
    if screening.state != COMPLETED:
        return []
    saved = screening.saved[-1]
    told = [say("card_saved", at=local_time(saved.at, screening.zone), person=saved.person)]
    if screening.opened:
        return told
    return [*told, say("none_made_all_out" if screening.dialogue.excluded else "none_made")]


def _head(screening: Screening, say: Phrases) -> Safe:
    if screening.state in screening.protocol.position:
        return progress(screening, say)
    return Safe(f"<i>{numbered(screening, say)}</i>")


def in_order(screening: Screening) -> list[int]:
    """Return the trials by their places, those that are ruled out behind the others, those left out last."""
    dialogue = as_matching(screening)

    def place(index: int) -> tuple[bool, bool]:
        goes_on = screening.goes_on(dialogue.protocol.trial_ids[index])
        return not goes_on and dialogue.is_left(index), is_out(screening, index)

    return sorted(range(len(dialogue.trials)), key=place)


def stands_line(screening: Screening, index: int, say: Phrases) -> Safe:
    """How a trial stands: in the screening that came out of it, which goes on by itself, or else here."""
    dialogue = as_matching(screening)
    trial, alone = dialogue.trials[index], dialogue.alone[index]
    protocol, opened = trial.protocol, _own_screening(screening, trial, say)
    identity = {"id": protocol.id, "title": protocol.title[say.language]}
    own = screening.by_itself[protocol.id] if screening.goes_on(protocol.id) else None
    found = judged(screening, index)
    told = why(screening, index, own, say) if found is not None else []
    if own is not None:
        here = _otherwise_here(screening, index, say)
        return lines(say("stands", **identity, what=opened or ""), *told, *here)
    over = _takes_none(screening, protocol.id, say)
    if dialogue.is_left(index):
        what = say.plain(f"stands_left_{dialogue.left[protocol.id]}")
    elif found is None:
        waits = is_undecided(screening, index)
        what = say.plain("stands_open", n=alone.remaining + waits)
        told = [] if waits else parts_out(alone, say)
    else:
        what = say.plain("part_as_entered", verdict=say.plain(f"verdict_{alone.verdict}"))
    return lines(say("stands", **identity, what=what), *told, over, opened)


def _otherwise_here(screening: Screening, index: int, say: Phrases) -> list[Safe]:
    """What a trial comes to by the answers here, where one is newer than in its own screening."""
    dialogue = as_matching(screening)
    trial, alone = dialogue.trials[index], dialogue.alone[index]
    own = screening.by_itself[trial.protocol.id]
    is_judged = not dialogue.is_left(index) and screening.state != CANCELLED
    is_vague = compares_vaguely(dialogue, trial)
    is_alike = own.dialogue.statuses == alone.statuses and not is_vague
    if not is_judged or is_alike or not answered_otherwise(screening, trial):
        return []
    if is_vague:  # the time is asked again there, not here
        undetermined = say("stands_here", verdict=say.plain("verdict_undetermined"))
        return [undetermined, say("asks_once_corrected", numbers=own.number)]
    key = "asks_once_corrected" if alone.open and not alone.excluded else "not_changed_in"
    return [
        say("stands_here", verdict=say.plain(f"verdict_{alone.verdict}")),
        *why(screening, index, None, say),
        say(key, numbers=own.number),
    ]


def _takes_none(screening: Screening, trial: str, say: Phrases) -> Safe | None:
    """Say that a trial takes no new screening now, unless that is why it is left out."""
    over = screening.over.get(trial)
    is_said = over is None or over == screening.dialogue.left.get(trial)
    return None if is_said else say(f"takes_none_{over}")


def _own_screening(screening: Screening, trial: Trial, say: Phrases) -> Safe | None:
    opened = screening.came_of.get(trial.protocol.id)
    return say("named", name=opened.number, what=stands_in_short(opened, say)) if opened else None


def _go_on(screening: Screening, index: int, say: Phrases) -> list[Button]:
    """Go on with a trial: in the screening that was opened for it, or in a new one, also if that was cancelled.

    Of what takes no new screening now neither that is offered nor to take it in again.
    """
    dialogue = as_matching(screening)
    trial = dialogue.trials[index].protocol.id
    if screening.goes_on(trial):
        named = say.plain("named", name=trial, what=screening.opened[trial])
        return [button(named, "open_trial", screening, index)]
    if trial in screening.over:
        return []
    if dialogue.left.get(trial) != OPENED and dialogue.can("take_in", trial=trial):
        return [button(say.plain("take_in", id=trial), "take_in", screening, index)]
    return [button(say.plain(_opening(screening, index), id=trial), "open_trial", screening, index)]


def _opening(screening: Screening, index: int) -> str:
    """Name the phrase for opening a trial, by how it stands here: nobody is to open a ruled out one unawares."""
    dialogue = as_matching(screening)
    if dialogue.is_left(index):
        return "open_left_out"
    return "open_ruled_out" if is_out(screening, index) else "go_on_with"


def _ending(screening: Screening, say: Phrases) -> list[Button]:
    """What comes first: the end of the matching, or the way to another screening."""
    if screening.state == REVIEW:
        return _finish(screening, say)
    return [new_screening(say)] if screening.ended else []


def _onward(screening: Screening, say: Phrases) -> list[Button]:
    """The ways on from here in the matching itself."""
    dialogue = screening.dialogue
    if screening.state == CANCELLED:
        return []
    verb = "revise" if screening.state == COMPLETED else "correct_which"
    correct = [button(say.plain("correct_answer"), verb, screening)] if dialogue.applied else []
    if screening.state == COMPLETED:
        return correct
    if screening.state == REVIEW:
        is_rest = dialogue.can("continue") and _to_be_asked(screening)
        rest = [button(say.plain("ask_the_rest"), "continue", screening)] if is_rest else []
        return [*rest, *correct, button(say.plain("cancel_screening"), "cancel", screening)]
    end = button(say.plain("finish_save"), "finish", screening)
    return [*correct, end, button(say.plain("back_to_question"), "go_back", screening)]


def _leave(screening: Screening, say: Phrases) -> list[Button]:
    """The way to leave a trial out, as long as there is one that it could be."""
    possible = as_matching(screening).possible
    return (
        [button(say.plain("leave_one"), "leave_which", screening)] if possible and not screening.ended else []
    )


def to_leave(screening: Screening, place: int | None, say: Phrases) -> Reply:
    """Offer the trials that are still possible, to leave one of them out."""
    dialogue = as_matching(screening)
    possible = dialogue.possible
    shown = page_at(len(possible), place or 0)
    named = [(index, say.plain("leave_this", id=dialogue.protocol.trial_ids[index])) for index in possible]
    buttons = [button(label, "leave", screening, index) for index, label in named]
    ways = [*turning(len(possible), shown, screening, "leave_which", "leave_which")]
    ways.append(button(say.plain("back"), "stands", screening))
    number = Safe(f"<i>{numbered(screening, say)}</i>")
    text = lines(number, say("leave_which"), page_line(len(possible), shown, say))
    return Reply(text, arrange([*(buttons[each] for each in shown), *ways]))


def _finish(screening: Screening, say: Phrases) -> list[Button]:
    """The end: with a screening for each trial that is not ruled out and has none, or without."""
    waiting = len(to_open(screening))
    if not waiting:
        return [saving(screening, "save", say, "finish_matching")]
    return [
        saving(screening, "save_all", say, n=waiting),
        button(say.plain("finish_without"), "save_without", screening, query=screening.logged or None),
    ]
