"""Puts a matching into words: how many trials are still possible, what became of one, where each stands."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Final, cast

from bot.exchange import LABEL_CHARACTERS, Button, Reply, Safe
from bot.wording.asked import numbered
from bot.wording.buttons import arrange, button, new_screening
from bot.wording.healing import again
from bot.wording.in_short import stands_in_short
from bot.wording.missing import missing_lines
from bot.wording.paging import page_at, page_line, turning
from bot.wording.parts import needed
from bot.wording.phrases import Phrases, gap, joined, lines
from bot.wording.times import local_time
from dialogs.dialogue import CANCELLED, COMPLETED, REVIEW
from dialogs.healing import could_be_screened_again_from
from dialogs.portfolio.matching import Matching
from dialogs.portfolio.merging import Trial
from dialogs.progress import Progress
from dialogs.reasons import what_failed
from state.matchings import to_open
from state.replay import OPENED
from state.screenings import Screening

MOST_NEWS: Final = 5
"""Trials that one answer ruled out are named up to this number; more are counted."""


def is_matching(screening: Screening) -> bool:
    return isinstance(screening.dialogue, Matching)


def _matching(screening: Screening) -> Matching:
    return cast("Matching", screening.dialogue)


def progress(screening: Screening, say: Phrases) -> Safe:
    """How many trials are still possible, and about how many questions may come."""
    dialogue = _matching(screening)
    possible, of = len(dialogue.possible), len(dialogue.taking_part)
    number = numbered(screening, say)
    told = say("progress_matching", number=number, possible=possible, of=of, left=dialogue.remaining)
    return Safe(f"<i>{told}</i>")


def possible_in_short(screening: Screening, say: Phrases) -> str:
    """How many trials are still possible, as on a button."""
    dialogue = _matching(screening)
    return say.plain("possible_of", possible=len(dialogue.possible), of=len(dialogue.taking_part))


def asked_for(dialogue: Matching, question: str, say: Phrases) -> Safe:
    """Say how many of the trials that are still possible ask a question."""
    return say("asked_for_trials", n=dialogue.wanted_by(question), of=len(dialogue.possible))


def for_one(dialogue: Matching, question: str, say: Phrases) -> Safe | None:
    """Name the trial if it is the only one of several that asks a question."""
    place, possible = dialogue.protocol.position[question], dialogue.possible
    asking = [index for index in possible if place in dialogue.worth[index]]
    if len(asking) != 1 or len(possible) == 1:
        return None
    return Safe(f"<i>{say('for_trial', id=dialogue.protocol.trial_ids[asking[0]])}</i>")


# what is new ---------------------------------------------------------------------------------------


def news(dialogue: Matching, out_before: int, left_before: Collection[str], say: Phrases) -> list[Safe]:
    """What became of trials since then: left out or taken in again, ruled out for a reason, or open again."""
    now, here = dialogue.ruled_out, dialogue.taking_part
    newly = [each for each in here if _is_out(each[0], now) and not _is_out(each[0], out_before)]
    possible = [each for each in here if _is_out(each[0], out_before) and not _is_out(each[0], now)]
    told = [
        *(say("trial_left", id=trial) for trial in dialogue.left if trial not in left_before),
        *(say("trial_taken_in", id=trial) for trial in left_before if trial not in dialogue.left),
        *(_ruled_out(trial, alone, say) for trial, alone in newly[:MOST_NEWS]),
    ]
    if len(newly) > MOST_NEWS:
        told.append(say("more_trials_out", n=len(newly) - MOST_NEWS))
    return [*told, *(say("trial_possible_again", id=trial.protocol.id) for trial, _ in possible)]


def not_changed_in(screening: Screening, changed: Collection[str], say: Phrases) -> list[Safe]:
    """Say in which screenings that came out of it an answer that was changed here stands as it was."""
    dialogue = _matching(screening)
    opened = {trial: each.number for trial, each in screening.came_of.items() if screening.goes_on(trial)}
    places = {dialogue.protocol.position[question] for question in changed}
    asking = [trial.protocol.id for trial in dialogue.trials if places & trial.own.keys()]
    numbers = [opened[trial] for trial in asking if trial in opened]
    return [say("not_changed_in", numbers=joined(numbers, say))] if numbers else []


def _is_out(trial: Trial, mask: int) -> bool:
    return trial.parts & ~mask == 0


def _ruled_out(trial: Trial, alone: Progress, say: Phrases) -> Safe:
    criterion = trial.protocol.criterion_by_code[alone.first_failed or ""]
    what = what_failed(trial.protocol, criterion, alone.facts, say.language)
    return say(f"trial_out_{criterion.kind}", id=trial.protocol.id, code=criterion.code, what=what)


# where each stands ---------------------------------------------------------------------------------


def standing(screening: Screening, say: Phrases, place: int | None = None) -> Reply:
    """Where each trial stands, those that are still possible first and those left out last, with the ways to go on."""
    ordered = _in_order(screening)
    shown = page_at(len(ordered), place or 0)
    told = [gap(_line(screening, ordered[each], say)) for each in shown]
    goes_on = [index for each in shown if not _is_out_here(screening, index := ordered[each])]
    out = [ordered[each] for each in shown if ordered[each] not in goes_on]
    text = lines(
        say("stands_title"),
        page_line(len(ordered), shown, say),
        *told,
        gap(say("investigator")),
        *_unasked(screening, say),
        *_saved(screening, say),
    )
    buttons = [
        *_ending(screening, say),
        *(way for index in goes_on for way in _go_on(screening, index, say)),
        *_leave(screening, say),
        *turning(len(ordered), shown, screening, "stands", "stands"),
        *(way for index in out for way in _go_on(screening, index, say)),
        *_onward(screening, say),
    ]
    return Reply(text, arrange(buttons), head=_head(screening, say))


def _is_out_here(screening: Screening, index: int) -> bool:
    """Say whether a trial is ruled out or left out here, and has no screening of its own."""
    dialogue = _matching(screening)
    out = dialogue.alone[index].excluded or dialogue.is_left(index)
    return out and not screening.goes_on(dialogue.protocol.trial_ids[index])


def _unasked(screening: Screening, say: Phrases) -> list[Safe]:
    """Say at the end of how many trials not all was asked."""
    dialogue = _matching(screening)
    unasked = sum(bool(dialogue.alone[index].open) for index in dialogue.possible)
    return [say("not_all_asked", n=unasked)] if dialogue.finished and unasked else []


def _saved(screening: Screening, say: Phrases) -> list[Safe]:
    if screening.state != COMPLETED:
        return []
    saved = screening.saved[-1]
    return [say("card_saved", at=local_time(saved.at, screening.zone), person=saved.person)]


def _head(screening: Screening, say: Phrases) -> Safe:
    if screening.state in screening.protocol.position:
        return progress(screening, say)
    return Safe(f"<i>{numbered(screening, say)}</i>")


def _in_order(screening: Screening) -> list[int]:
    """Return the trials by their places, those that are ruled out behind the others, those left out last."""
    dialogue = _matching(screening)

    def place(index: int) -> tuple[bool, bool]:
        trial = dialogue.protocol.trial_ids[index]
        if screening.goes_on(trial):
            return False, screening.came_of[trial].verdict == "ineligible"
        return dialogue.is_left(index), dialogue.alone[index].excluded

    return sorted(range(len(dialogue.trials)), key=place)


def _line(screening: Screening, index: int, say: Phrases) -> Safe:
    """How a trial stands: in the screening that came out of it, which goes on by itself, or else here."""
    dialogue = _matching(screening)
    trial, alone = dialogue.trials[index], dialogue.alone[index]
    protocol, opened = trial.protocol, _own_screening(screening, trial, say)
    identity = {"id": protocol.id, "title": protocol.title[say.language]}
    if screening.goes_on(protocol.id):
        own = screening.by_itself[protocol.id]
        more = _why(own.dialogue, own.entered_on, say) if own.saved else []
        return lines(say("stands", **identity, what=opened or ""), *more)
    over = _takes_none(screening, protocol.id, say)
    if dialogue.is_left(index):
        left = say.plain(f"stands_left_{dialogue.left[protocol.id]}")
        return lines(say("stands", **identity, what=left), over, opened)
    if alone.open and not alone.excluded and not dialogue.finished:
        return lines(
            say("stands", **identity, what=say.plain("stands_open", n=alone.remaining)), over, opened
        )
    verdict = say.plain("part_as_entered", verdict=say.plain(f"verdict_{alone.verdict}"))
    why = _why(alone, _entered(screening, trial), say)
    return lines(say("stands", **identity, what=verdict), *why, over, opened)


def _takes_none(screening: Screening, trial: str, say: Phrases) -> Safe | None:
    """Say that a trial takes no new screening now, unless that is why it is left out."""
    over = screening.over.get(trial)
    is_said = over is None or over == screening.dialogue.left.get(trial)
    return None if is_said else say(f"takes_none_{over}")


def _entered(screening: Screening, trial: Trial) -> dict[str, date]:
    """When the answers to a trial's questions were entered, by its own questions."""
    here, entered = _matching(screening).here, screening.entered_on
    return {
        q.id: entered[here(trial, q.id)] for q in trial.protocol.questions if here(trial, q.id) in entered
    }


def _why(alone: Progress, entered: Mapping[str, date], say: Phrases) -> list[Safe]:
    """What ruled a trial out; or for which of its parts its verdict is, and what is missing."""
    if alone.excluded:
        return list(_why_not(alone, entered, say))
    return [*_parts(alone, say), *_missing(alone, say)]


def _own_screening(screening: Screening, trial: Trial, say: Phrases) -> Safe | None:
    opened = screening.came_of.get(trial.protocol.id)
    return say("named", name=opened.number, what=stands_in_short(opened, say)) if opened else None


def _parts(alone: Progress, say: Phrases) -> list[Safe]:
    """The parts that are needed, and of the others those that have the verdict of the whole."""
    others = (each for each in alone.parts if not each.part.required)
    having = [each.part.name[say.language] for each in others if each.verdict == alone.verdict]
    return [
        *needed(alone.protocol, say),
        *([say("stands_for", parts=joined(having, say))] if having else []),
    ]


def _missing(alone: Progress, say: Phrases) -> list[Safe]:
    return missing_lines(alone, say) if alone.verdict == "undetermined" else []


def _why_not(alone: Progress, entered: Mapping[str, date], say: Phrases) -> Iterator[Safe]:
    """The criterion that ruled a trial out, and from when time alone could heal that."""
    criterion = alone.protocol.criterion_by_code[alone.first_failed or ""]
    what = what_failed(alone.protocol, criterion, alone.facts, say.language)
    yield say(f"of_part_{criterion.kind}", code=criterion.code, what=what)
    healing = could_be_screened_again_from(alone.protocol, alone.facts, entered)
    if healing is not None:
        yield again(healing, say)


def _go_on(screening: Screening, index: int, say: Phrases) -> list[Button]:
    """Go on with a trial: in the screening that was opened for it, or in a new one, also if that was cancelled.

    Of what takes no new screening now neither that is offered nor to take it in again.
    """
    dialogue = _matching(screening)
    trial = dialogue.trials[index].protocol.id
    if screening.goes_on(trial):
        label = say.plain("named", name=trial, what=screening.opened[trial])
        return [button(label[:LABEL_CHARACTERS], "open_trial", screening, index)]
    if trial in screening.over:
        return []
    if dialogue.left.get(trial) != OPENED and dialogue.can("take_in", trial=trial):
        return [button(say.plain("take_in", id=trial)[:LABEL_CHARACTERS], "take_in", screening, index)]
    return [button(say.plain("go_on_with", id=trial)[:LABEL_CHARACTERS], "open_trial", screening, index)]


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
        rest = [button(say.plain("ask_the_rest"), "continue", screening)] if dialogue.can("continue") else []
        return [*rest, *correct, button(say.plain("cancel_screening"), "cancel", screening)]
    end = button(say.plain("finish_save"), "finish", screening)
    return [*correct, end, button(say.plain("back_to_question"), "go_back", screening)]


def _leave(screening: Screening, say: Phrases) -> list[Button]:
    """The way to leave a trial out, as long as there is one that it could be."""
    possible = _matching(screening).possible
    return (
        [button(say.plain("leave_one"), "leave_which", screening)] if possible and not screening.ended else []
    )


def to_leave(screening: Screening, place: int | None, say: Phrases) -> Reply:
    """Offer the trials that are still possible, to leave one of them out."""
    dialogue = _matching(screening)
    possible = dialogue.possible
    shown = page_at(len(possible), place or 0)
    named = [(index, say.plain("leave_this", id=dialogue.protocol.trial_ids[index])) for index in possible]
    buttons = [button(label[:LABEL_CHARACTERS], "leave", screening, index) for index, label in named]
    ways = [*turning(len(possible), shown, screening, "leave_which", "leave_which")]
    ways.append(button(say.plain("back"), "stands", screening))
    number = Safe(f"<i>{numbered(screening, say)}</i>")
    text = lines(number, say("leave_which"), page_line(len(possible), shown, say))
    return Reply(text, arrange([*(buttons[each] for each in shown), *ways]))


def _finish(screening: Screening, say: Phrases) -> list[Button]:
    """The end: with a screening for each trial that is not ruled out and has none, or without."""
    waiting = len(to_open(screening))
    if not waiting:
        return [button(say.plain("finish_matching"), "save", screening)]
    return [
        button(say.plain("save_all", n=waiting), "save_all", screening),
        button(say.plain("finish_without"), "save", screening),
    ]
