"""Earlier candidates judged, by kept answers, for a trial that they were not screened for. Nothing is written.

A matching that was saved and the screenings that came out of it are of one candidate. Only what the trial asks in the
same way counts, and of that what may still hold, or the least that it has come to since: see `dialogs.carried`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from dialogs.answers import UNKNOWN, Answer
from dialogs.assessment import Verdict
from dialogs.carried import at_least, holding
from dialogs.contradictions import contradictions
from dialogs.portfolio.matching import Matching
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
SELECT c.candidate, c.subject, s.sequence, s.number, s.site, s.protocol, c.trial
FROM screenings s
JOIN (
    SELECT * FROM candidate
    UNION ALL
    SELECT number, NULL, number, 0, number FROM screenings WHERE sequence < 0
) c ON c.screening = s.number
WHERE EXISTS (SELECT 1 FROM verdicts v WHERE v.screening = s.number)
    AND (:site IS NULL OR s.site = :site)
    AND c.candidate NOT IN (
        SELECT n.candidate FROM candidate n JOIN standing h ON h.screening = n.screening
        WHERE n.trial = :trial AND h.state <> 'cancelled'
    )
ORDER BY s.site, min(c.subject) OVER (PARTITION BY c.candidate), c.subject, c.place, s.sequence
"""
"""Saved screenings, and matchings, of the candidates who were not screened for the trial, by subject, the first first.

A candidate is a subject, or a matching with all those whose first screening came out of it.
"""


@dataclass(frozen=True, slots=True)
class Settled:
    """What a candidate's kept answers come to, by the number of the newest saved screening, or else of the matching.

    ``screened_for`` is the trial of that screening; ``None`` of a matching. ``verdict`` is ``None`` while ``left``
    questions may still be asked. ``at_least`` are questions of the trial whose kept answer was used as the least that
    it has come to since; ``aged`` are those whose kept answer may not hold any more, and was not used.
    """

    number: str
    site: str
    screened_for: str | None
    verdict: Verdict | None
    failed: tuple[str, ...]
    first_failed: str | None
    left: int
    at_least: tuple[str, ...]
    aged: tuple[str, ...]


Kept = dict[str, tuple[str, Answer]]
"""When each answer was given, and the answer, by the new trial's question."""


def settled(screenings: Lookup, new: Protocol, *, site: str | None = None) -> Iterator[Settled]:
    """Yield every such candidate, in the order of the numbers."""
    same: dict[str, Mapping[str, str]] = {}

    def alike(old: Protocol) -> Mapping[str, str]:
        if old.sha256 not in same:
            same[old.sha256] = _asked_alike(old, new)
        return same[old.sha256]

    found = screenings.db.execute(_SAVED, {"site": site, "trial": new.id}).fetchall()
    for _, rows in groupby(found, key=lambda row: row[0]):
        screened = list(rows)
        kept: Kept = {}
        for _, of in groupby(screened, key=lambda row: row[1]):
            own: Kept = {}
            for row in of:
                own |= _kept(screenings.as_saved(row[3]), alike)
            kept |= {
                each: given for each, given in own.items() if each not in kept or given[0] > kept[each][0]
            }
        *_, number, at_site, _, trial = max(screened, key=lambda row: row[2])
        yield _judged(new, {each: answer for each, (_, answer) in kept.items()}, number, at_site, trial)


def _kept(screening: Screening, alike: Callable[[Protocol], Mapping[str, str]]) -> Kept:
    """Return the answers that what was saved rests on and that the new trial asks for, with when they were given."""
    dialogue = screening.dialogue
    if not isinstance(dialogue, Matching):
        called = dict(alike(dialogue.protocol))
    else:
        called = {
            dialogue.here(trial, question): there
            for trial in dialogue.trials
            for question, there in alike(trial.protocol).items()
        }
    counting = {each: there for each, there in called.items() if each in dialogue.applied}
    return {there: (screening.entered[each], dialogue.answers[each]) for each, there in counting.items()}


def _asked_alike(old: Protocol, new: Protocol) -> dict[str, str]:
    """Return the questions of a stored trial that the new one asks in the same way, with what they are called there."""
    before, after = classes((old, new))
    called = {label: question.id for label, question in zip(after, new.questions, strict=True)}
    return {
        question.id: called[label]
        for label, question in zip(before, old.questions, strict=True)
        if label in called
    }


def _judged(new: Protocol, kept: Mapping[str, Answer], number: str, site: str, trial: str | None) -> Settled:
    held = _without_contradictions(new, _known(kept, lambda asked, answer: holding(new, asked, answer)))
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


def _without_contradictions(new: Protocol, held: Mapping[str, Answer]) -> dict[str, Answer]:
    """Leave out answers of several screenings that cannot both be true: which of them is right must be asked."""
    against = {each.question for each in contradictions(new, held)}
    return {question: answer for question, answer in held.items() if question not in against}


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
