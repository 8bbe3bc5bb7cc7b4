"""Facts of a site, answered once: the newest answer that a person of the site gave is taken in later screenings.

Such an answer stands in the log of the screening in which it was given; where it is taken, the log names that
screening. So a correction holds for the screenings that come to the question later, and changes none before. What was
cancelled, or given in a revision that is not saved, is not taken; what was purged, or is unknown now, is asked again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from sqlite_utils import Database

from dialogs.answers import UNKNOWN, Answer, decode
from dialogs.carried import asked_alike
from dialogs.dialogue import Dialogue, Step
from dialogs.errors import AnswerError
from dialogs.portfolio.merging import asked_by
from dialogs.protocol import Protocol, Question

GIVEN: Final = "given"
"""In the detail of an answer: given here by a person, not taken from another screening."""
_MARKED: Final = """instr(detail, '"site_fact":"given"')"""
INDEX: Final = f"CREATE INDEX log_site_facts ON log (question, at) WHERE kind = 'answer' AND {_MARKED}"
_GIVEN: Final = f"""
SELECT a.value, a.unit, l.screening, s.protocol
FROM (
    SELECT screening, entry, at FROM log WHERE kind = 'answer' AND {_MARKED} AND question = :question
) l
JOIN screenings s ON s.number = l.screening
JOIN protocols p ON p.sha256 = s.protocol
JOIN positions o ON o.screening = l.screening
JOIN answers a ON a.screening = l.screening AND a.entry = l.entry
WHERE s.site = :site AND p.id = :trial AND l.screening <> :screening
    AND o.state <> 'cancelled' AND a.status = 'current'
ORDER BY l.at DESC, s.sequence DESC, l.entry DESC
"""


def step(
    db: Database, number: str, site: str, dialogue: Dialogue, version: Callable[[str], Protocol]
) -> Step | None:
    """Return the answer to the question that is asked, if that is one about the site, with the screening it is of.

    Nothing, if the question was answered here already, is being corrected, the newest answer is that it is not known,
    or nobody of the site has answered it so that it fits here. In a matching one trial that asks it must know it, and
    no other may know something else. ``version`` finds the protocol of a screening, by its SHA-256.
    """
    place = dialogue.protocol.position.get(dialogue.state)
    if place is None or not dialogue.protocol.questions[place].site_fact:
        return None
    if dialogue.editing is not None or dialogue.proposal is not None or dialogue.state in dialogue.answers:
        return None
    asking = asked_by(dialogue.protocol, place)
    found = [
        _known(_given(db, number, site, trial.id, each.id), each, dialogue, version) for trial, each in asking
    ]
    known = dict(filter(None, reversed(found)))
    if len(known) != 1 or UNKNOWN in known:
        return None
    ((answer, of),) = known.items()
    return Step("answer", dialogue.state, answer, taken_from=of)


def is_known(db: Database, number: str, site: str, trial: str, question: str) -> bool:
    """Say whether somebody of the site has answered a question of a trial, in another screening than this one."""
    return next(_given(db, number, site, trial, question), None) is not None


def _known(
    given: Iterator[tuple[Answer, str, str]],
    question: Question,
    dialogue: Dialogue,
    version: Callable[[str], Protocol],
) -> tuple[Answer, str] | None:
    """Return the newest answer that fits, with the screening that it is of; unknown, if what was said holds no more."""
    for answer, of, then in given:
        if answer == UNKNOWN or not asked_alike(version(then), question):
            return UNKNOWN, of
        if _fits(dialogue, answer):
            return answer, of
    return None


def _given(
    db: Database, number: str, site: str, trial: str, question: str
) -> Iterator[tuple[Answer, str, str]]:
    """Yield what people of the site have answered, the newest first, with the screening and its protocol's SHA-256.

    Rows are read as they are asked for: of a fact that nobody knows there is one for each screening.
    """
    asked = {"question": question, "site": site, "trial": trial, "screening": number}
    for value, unit, of, protocol in db.execute(_GIVEN, asked):
        yield decode(value, unit), of, protocol


def _fits(dialogue: Dialogue, answer: Answer) -> bool:
    """Say whether the question can have this answer now, and a revision needs no reason for it."""
    if dialogue.unexplained(dialogue.state, answer):
        return False
    try:
        dialogue.check(dialogue.state, answer)
    except AnswerError:
        return False
    return True
