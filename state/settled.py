"""Earlier subjects judged, by kept answers, for a trial that they were not screened for. Nothing is written.

The screenings that came out of one matching are of one candidate. Only what the trial asks in the same way counts, and
of that what may still hold, or the least that it has come to since: see `dialogs.carried`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from dialogs.answers import UNKNOWN, Answer
from dialogs.assessment import Verdict
from dialogs.carried import at_least, holding
from dialogs.portfolio.sameness import classes
from dialogs.progress import Progress
from dialogs.protocol import Protocol
from state.lookup import Lookup, Screening
from state.replay import OPENED

_SAVED: Final = f"""
WITH matched(screening, matching) AS (
    SELECT json_extract(detail, '$.screening'), screening FROM log WHERE kind = '{OPENED}'
),
candidate(screening, trial, subject, place, candidate) AS (
    SELECT u.screening, u.trial, u.subject, u.place, coalesce(m.matching, u.subject)
    FROM subjects u LEFT JOIN matched m ON m.screening = u.subject
)
SELECT c.candidate, c.subject, s.sequence, s.number, s.site, s.protocol, t.id
FROM screenings s
JOIN standing g ON g.screening = s.number
JOIN candidate c ON c.screening = s.number
JOIN protocols t ON t.sha256 = s.protocol
WHERE g.verdict IS NOT NULL
    AND (:site IS NULL OR s.site = :site)
    AND c.candidate NOT IN (
        SELECT n.candidate FROM candidate n JOIN standing h ON h.screening = n.screening
        WHERE n.trial = :trial AND h.state <> 'cancelled'
    )
ORDER BY s.site, min(c.subject) OVER (PARTITION BY c.candidate), c.subject, c.place, s.sequence
"""
"""Saved screenings of the candidates who were not screened for the trial, by subject, the first of each subject first.

A candidate is a subject, or all those whose first screening came out of the same matching.
"""


@dataclass(frozen=True, slots=True)
class Settled:
    """What a subject's kept answers come to, by the number of the newest saved screening.

    ``verdict`` is ``None`` while ``left`` questions may still be asked. ``at_least`` are questions of the trial whose
    kept answer was used as the least that it has come to since; ``aged`` are those whose kept answer may not hold any
    more, and was not used.
    """

    number: str
    site: str
    screened_for: str
    verdict: Verdict | None
    failed: tuple[str, ...]
    first_failed: str | None
    left: int
    at_least: tuple[str, ...]
    aged: tuple[str, ...]


def settled(screenings: Lookup, new: Protocol, *, site: str | None = None) -> Iterator[Settled]:
    """Yield every such subject, in the order of the numbers."""
    same: dict[str, Mapping[str, str]] = {}
    found = screenings.db.execute(_SAVED, {"site": site, "trial": new.id}).fetchall()
    for _, rows in groupby(found, key=lambda row: row[0]):
        screened = list(rows)
        kept: dict[str, tuple[str, Answer]] = {}
        for _, of in groupby(screened, key=lambda row: row[1]):
            own: dict[str, tuple[str, Answer]] = {}
            for *_, number, _, sha256, _ in of:
                if sha256 not in same:
                    same[sha256] = _asked_alike(screenings.protocols.get(sha256), new)
                own |= _kept(screenings.as_saved(number), same[sha256])
            kept |= {
                each: given for each, given in own.items() if each not in kept or given[0] > kept[each][0]
            }
        *_, number, at_site, _, trial = max(screened, key=lambda row: row[2])
        yield _judged(new, {each: answer for each, (_, answer) in kept.items()}, number, at_site, trial)


def _kept(screening: Screening, alike: Mapping[str, str]) -> dict[str, tuple[str, Answer]]:
    """Return the answers that a saved screening rests on and that the new trial asks for, with when they were given."""
    dialogue = screening.dialogue
    own = {each: called for each, called in alike.items() if each in dialogue.applied}
    return {called: (screening.entered[each], dialogue.answers[each]) for each, called in own.items()}


def _asked_alike(old: Protocol, new: Protocol) -> dict[str, str]:
    """Return the questions of a stored trial that the new one asks in the same way, with what they are called there."""
    before, after = classes((old, new))
    called = {label: question.id for label, question in zip(after, new.questions, strict=True)}
    return {
        question.id: called[label]
        for label, question in zip(before, old.questions, strict=True)
        if label in called
    }


def _judged(new: Protocol, kept: Mapping[str, Answer], number: str, site: str, trial: str) -> Settled:
    held = _known(kept, lambda question, answer: holding(new, question, answer))
    grown = _known(
        kept, lambda question, answer: None if question in held else at_least(new, question, answer)
    )
    progress = _without_the_undecided(Progress(new, held | grown, as_answered=True), grown)
    left = 0 if progress.excluded else progress.remaining
    used = [question for question in progress.applied if question in grown]
    aged = (q for q, answer in kept.items() if q not in held and q not in used and answer != UNKNOWN)
    return Settled(
        number,
        site,
        trial,
        None if left else progress.verdict,
        progress.failed_codes,
        progress.first_failed,
        left,
        tuple(sorted(used, key=new.position.__getitem__)),
        tuple(sorted(aged, key=new.position.__getitem__)),
    )


def _known(kept: Mapping[str, Answer], may_be: Callable[[str, Answer], Answer | None]) -> dict[str, Answer]:
    found = {question: may_be(question, answer) for question, answer in kept.items()}
    return {question: answer for question, answer in found.items() if answer is not None}


def _without_the_undecided(progress: Progress, grown: Mapping[str, Answer]) -> Progress:
    """Leave out bounds that do not decide a criterion, or that divide: what they have come to must be asked."""
    waiting = {question for questions in progress.follow_up().values() for question in questions}
    waiting |= {q for q, place in progress.protocol.position.items() if progress.open >> place & 1}
    known = {q: answer for q, answer in progress.answers.items() if q not in grown or q not in waiting}
    if progress.excluded or len(known) == len(progress.answers):
        return progress
    return _without_the_undecided(Progress(progress.protocol, known, as_answered=True), grown)
