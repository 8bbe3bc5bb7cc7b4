"""Puts a matching into words: how many trials are still possible, for which of them is asked, what became of one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Final, cast

from bot.exchange import Safe
from bot.wording import parts
from bot.wording.asked import numbered
from bot.wording.parts import title
from bot.wording.phrases import Phrases, escape, joined, lines
from dialogs.asked_again import undecided
from dialogs.at_limits import said_of_either
from dialogs.portfolio.matching import Matching
from dialogs.portfolio.merging import Trial, naming
from dialogs.progress import Progress
from dialogs.reasons import what_failed
from state.screenings import Screening

MOST_NEWS: Final = 5
"""Trials that one answer ruled out are named up to this number; more are counted."""


def is_matching(screening: Screening) -> bool:
    return isinstance(screening.dialogue, Matching)


def as_matching(screening: Screening) -> Matching:
    return cast("Matching", screening.dialogue)


def progress(screening: Screening, say: Phrases) -> Safe:
    """How many trials are still possible, and about how many questions may come."""
    possible, of = still_possible(screening), _counted(screening)
    number, left = numbered(screening, say), screening.dialogue.remaining
    told = say("progress_matching", number=number, possible=len(possible), of=len(of), left=left)
    return Safe(f"<i>{told}</i>")


def possible_in_short(screening: Screening, say: Phrases) -> str:
    """How many trials are still possible, as on a button."""
    return say.plain("possible_of", possible=len(still_possible(screening)), of=len(_counted(screening)))


def _counted(screening: Screening) -> list[int]:
    """The trials that stand in counts, by their place: all but those left out; what goes on by itself is not."""
    dialogue = as_matching(screening)
    goes_on = (screening.goes_on(trial) for trial in dialogue.protocol.trial_ids)
    return [index for index, apart in enumerate(goes_on) if apart or not dialogue.is_left(index)]


def still_possible(screening: Screening) -> list[int]:
    """Return the trials that are not ruled out, by their place: what goes on by itself is as it stands there."""
    return [index for index in _counted(screening) if not is_out(screening, index)]


def is_out(screening: Screening, index: int) -> bool:
    """Say whether a trial is ruled out, where it goes on by itself or else here; none is while that is undecided."""
    return as_it_stands(screening, index).excluded and not is_undecided(screening, index)


def is_undecided(screening: Screening, index: int) -> bool:
    """Say whether a time is to be asked again by which a trial that is judged here may or may not be ruled out."""
    dialogue = as_matching(screening)
    trial = dialogue.trials[index]
    return not screening.goes_on(trial.protocol.id) and bool(trial.parts & undecided(dialogue))


def compares_vaguely(dialogue: Matching, trial: Trial) -> bool:
    """Say whether a trial compares two times here that are too vague for it, asked again or not."""
    places = range(len(dialogue.protocol.criteria))[trial.criteria]
    found = said_of_either(dialogue.protocol, dialogue.facts, dialogue.decided)
    return any(index in places for index, _, _ in found)


def as_it_stands(screening: Screening, index: int) -> Progress:
    """Return what a trial comes to: in the screening that came out for it and goes on by itself, or else here."""
    dialogue = as_matching(screening)
    trial = dialogue.protocol.trial_ids[index]
    return screening.by_itself[trial].dialogue if screening.goes_on(trial) else dialogue.alone[index]


def asking(screening: Screening, question: str) -> list[Trial]:
    """Return the trials that need a question; of one that has an answer, those that ask it and are not left out."""
    dialogue, place = as_matching(screening), screening.protocol.position[question]
    if question in dialogue.answers:
        return [
            dialogue.trials[index] for index in _counted(screening) if place in dialogue.trials[index].own
        ]
    return [trial for trial, worth in zip(dialogue.trials, dialogue.worth, strict=True) if place in worth]


def asked_for(screening: Screening, question: str, say: Phrases) -> Safe:
    """Say how many of the trials ask a question: of those that are still possible, as long as it has no answer."""
    n = len(asking(screening, question))
    if question in screening.dialogue.answers:
        return say("asked_by_trials", n=n, of=len(_counted(screening)))
    return say("asked_for_trials", n=n, of=len(still_possible(screening)))


def question_asked(screening: Screening, question: str, say: Phrases) -> Safe:
    """A question, with the trial if it is asked for only one of several; it names no trial that it is not asked for."""
    dialogue, place = screening.dialogue, screening.protocol.position[question]
    ask = screening.protocol.questions[place].ask
    if not isinstance(dialogue, Matching):
        return _bold(ask[say.language])
    trials = _asked_now(dialogue, place)
    named = naming(dialogue.portfolio, place, trials or dialogue.portfolio.asking[place])
    if named is not None or len(trials) != 1 or trials == [*dialogue.possible]:
        return _bold((named or ask)[say.language])
    name = dialogue.portfolio.trial_ids[trials[0]]
    return lines(_bold(ask[say.language]), Safe(f"<i>{say('for_trial', id=name)}</i>"))


def _bold(text: str) -> Safe:
    return Safe(f"<b>{escape(text)}</b>")


def _asked_now(dialogue: Matching, place: int) -> list[int]:
    """Return the trials for which a question is asked, by their place; of an answer given those that it applies in."""
    question = dialogue.protocol.questions[place].id
    asking = [index for index in dialogue.portfolio.asking[place] if dialogue.asks(index)]
    if question not in dialogue.answers:
        return [index for index in dialogue.possible if place in dialogue.worth[index]]
    applying = [index for index in asking if _applies(dialogue, index, place)]
    return applying or [index for index in asking if index in dialogue.possible]


def _applies(dialogue: Matching, index: int, place: int) -> bool:
    trial = dialogue.trials[index]
    return trial.protocol.questions[trial.own[place]].id in dialogue.alone[index].applied


# what is new ---------------------------------------------------------------------------------------


def news(dialogue: Matching, out_before: int, left_before: Collection[str], say: Phrases) -> list[Safe]:
    """What became of trials since then: left out or taken in again, ruled out for a reason, or open again."""
    waits, here = undecided(dialogue), dialogue.taking_part
    now = dialogue.ruled_out & ~waits
    newly = [each for each in here if _is_out(each[0], now) and not _is_out(each[0], out_before)]
    possible = [each for each in here if _is_out(each[0], out_before) and not _is_out(each[0], now)]
    told = [
        *(say("trial_left", id=trial) for trial in dialogue.left if trial not in left_before),
        *(say("trial_taken_in", id=trial) for trial in left_before if trial not in dialogue.left),
        *(_ruled_out(trial, alone, say) for trial, alone in newly[:MOST_NEWS]),
    ]
    if len(newly) > MOST_NEWS:
        told.append(say("more_trials_out", n=len(newly) - MOST_NEWS))
    told += _of_parts([each for each in here if not _is_out(each[0], out_before)], out_before, waits, say)
    return [*told, *(say("trial_possible_again", id=trial.protocol.id) for trial, _ in possible)]


def _of_parts(
    trials: Iterable[tuple[Trial, Progress]], out_before: int, waits: int, say: Phrases
) -> list[Safe]:
    """What became of parts of trials that are possible; what is not told here, each trial says where it stands."""
    told = [
        say("named", name=trial.protocol.id, what=each)
        for trial, alone in trials
        for each in parts.news(
            alone, (out_before & trial.parts) >> trial.part, say, (waits & trial.parts) >> trial.part
        )
    ]
    return told[:MOST_NEWS]


def not_changed_in(screening: Screening, given: Collection[str], say: Phrases) -> list[Safe]:
    """Say which screenings that came out of it rest on another answer than was given here just now."""
    dialogue = as_matching(screening)
    numbers = [
        screening.came_of[trial.protocol.id].number
        for trial in dialogue.trials
        if screening.goes_on(trial.protocol.id)
        and any(_has_another(screening, trial, question) for question in given)
    ]
    return [say("not_changed_in", numbers=joined(numbers, say))] if numbers else []


def _has_another(screening: Screening, trial: Trial, question: str) -> bool:
    """Say whether the screening that came out for a trial rests on another answer to a question than stands here."""
    own = trial.own.get(screening.protocol.position[question])
    if own is None:
        return False
    dialogue, asked = screening.by_itself[trial.protocol.id].dialogue, trial.protocol.questions[own].id
    return asked in dialogue.applied and dialogue.answers[asked] != screening.dialogue.answers[question]


def asked_there(screening: Screening, trials: Sequence[str], say: Phrases) -> list[Safe]:
    """Say of trials that go on by themselves, and are judged here on, where what they still need is asked."""
    numbers = joined((screening.opened[trial] for trial in trials), say)
    return [say("asked_there", trials=joined(trials, say), numbers=numbers)] if trials else []


def answered_otherwise(screening: Screening, trial: Trial) -> bool:
    """Say whether an answer here is newer than that of the screening that came out for a trial, and another one."""
    own = screening.by_itself[trial.protocol.id]
    here = {q: as_matching(screening).here(trial, q) for q in own.dialogue.applied}
    return any(
        _has_another(screening, trial, asked) and screening.entered[asked] > own.entered[question]
        for question, asked in here.items()
        if asked in screening.dialogue.applied
    )


def waits_no_more(screening: Screening, waited: str | None, say: Phrases) -> list[Safe]:
    """Say of ticks, or of a number without its unit, that they are not kept: no trial needs their question any more."""
    if waited is None or screening.dialogue.held is not None:
        return []
    asked = screening.protocol.question(waited)
    return [say("waits_no_more", question=title(screening.protocol, asked, say))]


def _is_out(trial: Trial, mask: int) -> bool:
    return trial.parts & ~mask == 0


def _ruled_out(trial: Trial, alone: Progress, say: Phrases) -> Safe:
    """That a trial is ruled out, and by what: in a line, or in one for each criterion that did so of its parts."""
    first, *others = parts.ruled_out_by(alone)
    if others:
        told = (parts.out_line(alone, each, say) for each in (first, *others))
        return lines(say("trial_out", id=trial.protocol.id), *told)
    code = parts.of_parts(trial.protocol, first, say)
    what = what_failed(trial.protocol, first, alone.facts, say.language)
    return say(f"trial_out_{first.kind}", id=trial.protocol.id, code=code, what=what)


def judged(screening: Screening, index: int) -> Progress | None:
    """Return that of which a trial's verdict is shown: its own screening, if it was saved; what is open has none."""
    dialogue = as_matching(screening)
    trial, alone = dialogue.protocol.trial_ids[index], dialogue.alone[index]
    if screening.goes_on(trial):
        own = screening.by_itself[trial]
        return own.dialogue if own.saved else None
    is_open = alone.open and not alone.excluded and not dialogue.finished and dialogue.asks(index)
    return None if is_open or dialogue.is_left(index) or is_undecided(screening, index) else alone
