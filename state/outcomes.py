"""What came of a subject after pre-screening, as the site notes it: a small state machine of its own.

A subject is a chain of linked screenings for one trial; what is noted in any of them belongs to it. A note is a log
entry ``outcome`` with the day on which it happened. The newest note can be taken back by an entry
``outcome_withdrawn``; nothing is deleted. The views of `state.standing` say what stands, to everybody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlite_utils import Database

from dialogs.dialogue import COMPLETED
from state.errors import NotNext
from state.screenings import Screening, Screenings
from state.standing import NOTES, SUBJECTS, VIEWS

REASONS: Final = ("declined", "screen_failure", "physician", "other")
"""Coded reasons of *not enrolled*."""
OUTCOMES: Final = ("referred", "consented", "enrolled", *REASONS)
"""What can be noted; each of the reasons notes *not enrolled*."""
WITHDRAWALS: Final = ("mistake", "wrong_subject", "wrong_date", "other")
"""Coded reasons of taking a note back."""

_BEFORE_CONSENT: Final = ("declined", "physician", "other")
NEXT: Final[Mapping[str | None, tuple[str, ...]]] = {
    None: ("referred", "consented", *_BEFORE_CONSENT),
    "referred": ("consented", *_BEFORE_CONSENT),
    "consented": ("enrolled", *REASONS),
    "enrolled": (),
    "not_enrolled": (),
}
"""Where a subject stands -> what can follow. Enrolment needs consent; a screen failure comes after consent."""
ALLOWED: Final[Mapping[str, frozenset[str]]] = {
    "eligible": frozenset(OUTCOMES),
    "undetermined": frozenset(OUTCOMES) - {"enrolled"},
    "ineligible": frozenset(REASONS),
}
"""Verdict that counts -> what can be noted. Who is ineligible as entered is screened again before anything else."""

# what stands -------------------------------------------------------------------------------------

_OF_ONE: Final = (
    f"WITH subjects AS ({SUBJECTS.format(first='number = :root')}),"
    f" outcome_notes AS ({NOTES.format(first='subjects s', then='log l')}),"
    f" outcomes AS ({VIEWS['outcomes']}) SELECT "
)
_STANDING_NOTES: Final = (
    _OF_ONE + "screening, entry, coalesce(reason, outcome), happened_on FROM outcome_notes"
    " WHERE trial = :trial ORDER BY place"
)
_SCREENINGS: Final = _OF_ONE + "screening FROM subjects WHERE trial = :trial ORDER BY place, screening"
_STAGE: Final = _OF_ONE + "stage FROM outcomes WHERE trial = :trial"
_NEWEST_SAVED: Final = (
    _OF_ONE + "screening FROM subjects WHERE trial = :trial"
    " AND EXISTS (SELECT 1 FROM verdicts v WHERE v.screening = subjects.screening)"
    " ORDER BY place DESC, screening DESC LIMIT 1"
)
_ROOT: Final = """
WITH RECURSIVE up(number, earlier) AS (
    SELECT number, earlier FROM screenings WHERE number = ?
    UNION ALL
    SELECT s.number, s.earlier FROM up JOIN screenings s ON s.number = up.earlier
)
SELECT number FROM up WHERE earlier IS NULL
"""


@dataclass(frozen=True, slots=True)
class Note:
    """A note that stands. ``code`` is one of `OUTCOMES`."""

    screening: str
    entry: int
    code: str
    on: date


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a subject stands: in which stage, by which notes, the oldest first, and its newest saved screening.

    ``screenings`` are all of the subject's for the trial, the first one first.
    """

    subject: str
    screening: str | None
    stage: str | None
    notes: tuple[Note, ...]
    screenings: tuple[str, ...]

    @property
    def last(self) -> Note | None:
        return self.notes[-1] if self.notes else None

    def possible(self, verdict: str) -> tuple[str, ...]:
        """Return what can be noted next of a subject whose screening has this verdict."""
        return tuple(code for code in NEXT[self.stage] if code in ALLOWED[verdict])


def standing(db: Database, number: str) -> Standing:
    """Tell where the subject of a screening stands."""
    (root,) = db.execute(_ROOT, [number]).fetchone()
    (trial,) = db.execute(
        "SELECT p.id FROM screenings s JOIN protocols p ON p.sha256 = s.protocol WHERE s.number = ?", [number]
    ).fetchone()
    asked = {"root": root, "trial": trial}
    notes = db.execute(_STANDING_NOTES, asked).fetchall()
    stage = db.execute(_STAGE, asked).fetchone()
    newest = db.execute(_NEWEST_SAVED, asked).fetchone()
    screenings = db.execute(_SCREENINGS, asked).fetchall()
    return Standing(
        root,
        newest[0] if newest else None,
        stage[0] if stage else None,
        tuple(Note(where, entry, code, date.fromisoformat(day)) for where, entry, code, day in notes),
        tuple(number for (number,) in screenings),
    )


# noting ------------------------------------------------------------------------------------------


def offered(standing: Standing, screening: Screening) -> tuple[str, ...]:
    """Return what can be noted in a screening now: nothing while it is open or revised, cancelled, or followed."""
    if screening.state != COMPLETED or screening.number != standing.screening:
        return ()
    return standing.possible(screening.saved[-1].verdict)


def note(
    screenings: Screenings,
    screening: Screening,
    person: str,
    code: str,
    on: date,
    *,
    started: date,
    today: date,
    source: str | None = None,
) -> None:
    """Note what happened on a day. Raises `NotNext` if it cannot follow, or not on that day.

    `started` and `today` are days at the site: when the subject's first screening began, and now.
    """
    stands = standing(screenings.db, screening.number)
    if code not in offered(stands, screening) or not earliest(stands, started) <= on <= today:
        raise NotNext(f"{code} of {screening.number}")
    screenings.note(screening, "outcome", person, _detail(code, on.isoformat()), source=source)


def _detail(code: str, day: str) -> dict[str, Any]:
    if code in REASONS:
        return {
            "outcome": "not_enrolled",
            "investigator_decision": "not enrolled",
            "not_enrolled_reason": code,
            "on": day,
        }
    more: dict[str, Any] = {
        "referred": {"referred_at": day},
        "consented": {"consent_date": day},
        "enrolled": {"investigator_decision": "enrolled"},
    }[code]
    return {"outcome": code, **more, "on": day}


def earliest(standing: Standing, started: date) -> date:
    """Return the first day on which the next outcome can have happened."""
    return max([started, *(noted.on for noted in standing.notes)])


def take_back(
    screenings: Screenings, screening: Screening, person: str, reason: str, source: str | None = None
) -> Note:
    """Take the subject's newest note back, for a coded reason. Raises `NotNext` if it does not stand in this log."""
    last = standing(screenings.db, screening.number).last
    if last is None or last.screening != screening.number or reason not in WITHDRAWALS:
        raise NotNext(f"nothing to take back in {screening.number}")
    detail = {"takes_back": last.entry, "reason": reason}
    screenings.note(screening, "outcome_withdrawn", person, detail, source=source)
    return last
