"""What a screening for one trial takes over from a matching, and what a matching leaves out or takes in again."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Final

from sqlite_utils import Database

from dialogs.answers import encode
from dialogs.dialogue import NOT_ASKED, Step
from dialogs.portfolio.matching import Matching
from dialogs.portfolio.steps_alone import served_by, steps_alone
from dialogs.progress import ASKING
from dialogs.protocol import Protocol
from state.errors import Unknown
from state.lookup import Screening
from state.site_facts import is_known
from state.trials import not_open

NOT_OFFERED: Final = "not_offered"
"""Why a trial is left out that is on offer no more: its file was removed."""
_BY_THE_SITE: Final = frozenset({"paused", "closed", NOT_OFFERED})
"""Why a matching leaves a trial out by itself: so it takes it in again by itself, as soon as that holds no more."""
OFFERED_AGAIN: Final = "offered_again"
ASKED_AGAIN: Final = "asked_again"
_GIVEN = """
SELECT at, person FROM log
WHERE screening = ? AND kind = 'answer' AND question = ? AND value IS ? AND unit IS ? AND at = ?
ORDER BY entry DESC
LIMIT 1
"""
_TRIAL_OF: Final = (
    "SELECT p.id FROM screenings s JOIN protocols p ON p.sha256 = s.protocol WHERE s.number = ?"
)


def dialogue_of(screening: Screening) -> Matching:
    """Return the dialogue of a matching. Raises `Unknown` if it is a screening for one trial."""
    if not isinstance(screening.dialogue, Matching):
        raise Unknown(f"matching {screening.number}")
    return screening.dialogue


def trial_of(matching: Screening, trial: str) -> tuple[int, Protocol]:
    """Return the place of a trial in a matching, and its protocol. Raises `Unknown`."""
    for index, each in enumerate(dialogue_of(matching).trials):
        if each.protocol.id == trial:
            return index, each.protocol
    raise Unknown(f"trial {trial} in matching {matching.number}")


def parts_apart(screening: Screening) -> int:
    """Return the parts of a matching, a bit mask, for which nothing is asked in it: their own screenings ask.

    What came out just now is not seen to go on yet; what was saved before is left out by then.
    """
    dialogue = screening.dialogue
    if not isinstance(dialogue, Matching):
        return 0
    opened = (each for each in dialogue.trials if each.protocol.id in screening.opened)
    return sum(
        each.parts
        for each in opened
        if screening.goes_on(each.protocol.id) or each.protocol.id in dialogue.left
    )


def to_open(matching: Screening) -> list[str]:
    """Return the trials of a matching that are not ruled out, take new screenings, and have none out of it."""
    dialogue = dialogue_of(matching)
    possible = (dialogue.trials[index].protocol.id for index in dialogue.possible)
    return [trial for trial in possible if trial not in matching.opened and trial not in matching.over]


def taking_none(db: Database, matching: Screening, offered: Collection[str]) -> dict[str, str]:
    """Return the trials of a matching that take no new screening now, and why: paused, closed, or not on offer."""
    removed = {trial: NOT_OFFERED for trial in matching.protocol.trial_ids if trial not in offered}
    return {**removed, **not_open(db, matching.site)}


def to_leave(matching: Screening, over: Mapping[str, str]) -> list[Step]:
    """Return the steps by which a matching leaves out what is no more to be asked in it, with why.

    Those are the trials that take no new screening now, ``over``. What was saved out of it, or has a verdict in what
    was saved, is judged on by the answers at hand: only what it still needs is not asked, where it goes on by itself or
    takes no new screening. Nothing is left out while an answer is corrected.
    """
    dialogue = dialogue_of(matching)
    if dialogue.editing is not None:
        return []
    trials = enumerate(dialogue.protocol.trial_ids)
    why = {
        trial: _why_not_asked(matching, index, over) for index, trial in trials if trial not in dialogue.left
    }
    return [
        Step("leave", trial=trial, reason=reason)
        for trial, reason in why.items()
        if reason is not None and dialogue.can("leave", trial=trial)
    ]


def _why_not_asked(matching: Screening, index: int, over: Mapping[str, str]) -> str | None:
    """Return why nothing is to be asked any more for the trial at a place; ``None`` if it is, or needs nothing."""
    dialogue = dialogue_of(matching)
    trial, needs = dialogue.protocol.trial_ids[index], dialogue.stage == ASKING and dialogue.worth[index]
    if matching.goes_on(trial):  # and was not left out then: it was saved at an end
        return NOT_ASKED if needs else None
    if was_judged(dialogue, trial):
        return NOT_ASKED if needs and trial in over else None
    return over.get(trial)


def was_judged(dialogue: Matching, trial: str) -> bool:
    """Say whether a trial has a verdict in what was saved last."""
    return dialogue.saved is not None and dialogue.saved["left"].get(trial, NOT_ASKED) == NOT_ASKED


def to_take_in(matching: Screening, over: Mapping[str, str]) -> list[Step]:
    """Return the steps by which a matching takes in again what it left out by itself, and takes new screenings again.

    What was only not asked any more is asked again as soon as no screening of its own does so either.
    """
    dialogue = dialogue_of(matching)
    if dialogue.editing is not None:
        return []
    return [
        Step("take_in", trial=trial, reason=ASKED_AGAIN if why == NOT_ASKED else OFFERED_AGAIN)
        for trial, why in dialogue.left.items()
        if (why in _BY_THE_SITE or (why == NOT_ASKED and not matching.goes_on(trial)))
        and trial not in over
        and dialogue.can("take_in", trial=trial)
    ]


def taken_over(db: Database, matching: Screening, place: int) -> Iterator[tuple[Step, str, str]]:
    """Yield the steps of a screening for the trial at a place, with the time and the person of each answer.

    No log of one trial names a screening of another. So a fact of the site that was taken from one is left out, to be
    taken from a screening for this trial; where none knows it, it counts as given in the matching.
    """
    dialogue = dialogue_of(matching)
    trial = dialogue.trials[place]
    served = served_by(dialogue, trial)
    for step in steps_alone(dialogue, place):
        asked = served.get(step.question or "") or dialogue.here(trial, step.question or "")
        of = matching.taken.get(asked)
        if of is not None and db.execute(_TRIAL_OF, [of]).fetchone() != (trial.protocol.id,):
            if is_known(db, matching.number, matching.site, trial.protocol.id, step.question or ""):
                continue
            of = None
        value, unit = encode(dialogue.answers[asked])
        given = [matching.number, asked, value, unit, matching.entered[asked]]
        at, person = db.execute(_GIVEN, given).fetchone()
        yield replace(step, taken_from=of), at, person
