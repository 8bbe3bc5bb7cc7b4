"""Defines, as views, the state of each screening, the verdict that counts, and the answers that are current.

No other code decides that; exports, counts and lists read these views.

Everything follows from the log, in the order of its entries, never of times:

* the newest saved verdict counts until another one is saved. The answers that it rests on are *current*; one that
  was given again since is *superseded*; every other is *set aside*: it no longer applies, waits beyond the criterion
  that failed, or was given in a revision that was cancelled or is not saved yet. A query is answered by a correction
  when that is saved;
* before a verdict is saved, and when none ever was, the same holds of the dialogue as it stands;
* a matching, whose sequence is below zero, stands in no view: what is exported, counted or listed knows of none;
* a screening is *open*, *completed*, *cancelled* (never saved), or *revising*: saved, and opened again since.

The views are in the file, and `cut_off` makes them again over what was recorded up to a moment.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Final

from sqlite_utils import Database

from dialogs.answers import COMPUTED
from dialogs.verdicts import IN_FILES

EDITED: Final = (
    "EXISTS (SELECT 1 FROM log WHERE screening = s.number AND kind IN ('back', 'correct', 'reopen', 'amend'))"
)
"""SQL over `screenings s`: unless this holds, every answer of the screening is current."""
GIVEN_UP: Final = (
    "(g.saved_entry IS NOT NULL AND EXISTS"
    " (SELECT 1 FROM log WHERE screening = s.number AND kind = 'cancel'))"
)
"""SQL over `screenings s` and `standing g`: unless this holds, `STATUS` says what the view says, and faster."""
_SAVED: Final = "coalesce((SELECT max(entry) FROM verdicts WHERE screening = :screening), 1e9)"
STATUS: Final = f"""CASE
    WHEN entry > {_SAVED} THEN 'set aside'
    WHEN entry NOT IN (
        SELECT max(entry) FROM log
        WHERE screening = :screening AND kind = 'answer' AND entry < {_SAVED} GROUP BY question
    ) THEN 'superseded'
    WHEN instr(:set_aside, ' ' || question || ' ') THEN 'set aside'
    ELSE 'current'
END"""
"""SQL over the answers in `log` of one screening; ``:set_aside`` are its questions between spaces."""

_STANDING: Final = """
SELECT
    s.number AS screening,
    CASE coalesce(
        (SELECT kind FROM log WHERE screening = s.number AND kind IN ('save', 'cancel', 'reopen', 'amend')
         ORDER BY entry DESC LIMIT 1),
        'start'
    )
        WHEN 'save' THEN 'completed'
        WHEN 'cancel' THEN CASE WHEN v.entry IS NULL THEN 'cancelled' ELSE 'completed' END
        WHEN 'start' THEN 'open'
        ELSE 'revising'
    END AS state,
    v.entry AS saved_entry,
    v.at AS saved_at,
    v.person AS saved_by,
    v.verdict,
    v.first_failed,
    v.all_failed,
    v.unresolved,
    CASE WHEN v.entry IS NULL THEN p.set_aside ELSE v.set_aside END AS set_aside,
    v.parts,
    v.asked,
    v.worked_out
FROM screenings s
JOIN positions p ON p.screening = s.number
LEFT JOIN verdicts v ON v.screening = s.number
    AND v.entry = (SELECT max(entry) FROM verdicts WHERE screening = s.number)
WHERE s.sequence > 0
"""

SUBJECTS: Final = """
WITH RECURSIVE chain(screening, subject, place) AS (
    SELECT number, number, 0 FROM screenings WHERE sequence > 0 AND ({first})
    UNION ALL
    SELECT s.number, c.subject, c.place + 1 FROM chain c JOIN screenings s ON s.earlier = c.screening
)
SELECT c.screening, c.subject, p.id AS trial, c.place
FROM chain c
JOIN screenings s ON s.number = c.screening
JOIN protocols p ON p.sha256 = s.protocol
"""

_PARTS: Final = f"""(
    SELECT group_concat(
        json_extract(value, '$.part') || ': ' || CASE json_extract(value, '$.verdict')
            WHEN 'eligible' THEN '{IN_FILES["eligible"]}' ELSE json_extract(value, '$.verdict') END,
        ', '
    ) FROM json_each(g.parts)
)"""
_SCREENING_LOG: Final = f"""
SELECT
    s.number AS screening,
    s.site,
    s.person AS started_by,
    s.started_at,
    g.state,
    g.saved_at,
    g.saved_by,
    CASE g.verdict WHEN 'eligible' THEN '{IN_FILES["eligible"]}' ELSE g.verdict END AS verdict,
    g.first_failed,
    (SELECT group_concat(value, ' ') FROM json_each(g.all_failed)) AS all_failed,
    (SELECT group_concat(value, ' ') FROM json_each(g.unresolved)) AS unresolved,
    {_PARTS} AS parts,
    g.asked AS questions_asked,
    s.earlier AS earlier_screening,
    t.id AS protocol,
    t.version AS protocol_version,
    s.protocol AS protocol_sha256
FROM screenings s
JOIN protocols t ON t.sha256 = s.protocol
JOIN standing g ON g.screening = s.number
"""

_ENDED_BY: Final = """(
    SELECT kind FROM log e WHERE e.screening = {l}.screening AND e.entry > {l}.entry AND e.kind IN ('save', 'cancel')
    ORDER BY e.entry LIMIT 1
)"""
_COUNTS: Final = f"(g.saved_entry IS NULL OR {_ENDED_BY} IS 'save')"
"""Answers of a screening that was never saved count as they stand; else those that a save confirmed."""

_GIVEN: Final = f"""
SELECT
    l.screening,
    l.entry,
    l.at,
    l.person,
    l.question,
    l.value,
    l.unit,
    l.compared,
    l.compared_unit,
    CASE
        WHEN NOT {_COUNTS.format(l="l")} THEN 'set aside'
        WHEN EXISTS (
            SELECT 1 FROM log n
            WHERE n.screening = l.screening AND n.entry > l.entry AND n.kind = 'answer' AND n.question = l.question
                AND {_COUNTS.format(l="n")}
        ) THEN 'superseded'
        WHEN instr(g.set_aside, '"' || l.question || '"') THEN 'set aside'
        ELSE 'current'
    END AS status,
    g.worked_out
FROM log l
JOIN standing g ON g.screening = l.screening
WHERE l.kind = 'answer'
"""
_IS_WORKED_OUT: Final = f"value = '{COMPUTED.code}' AND status = 'current'"
_NUMBER: Final = "json_extract(worked_out, '$.\"' || question || '\"[{at}]')"
_ANSWERS: Final = f"""
SELECT
    screening,
    entry,
    at,
    person,
    question,
    value,
    unit,
    CASE WHEN {_IS_WORKED_OUT} THEN {_NUMBER.format(at=0)} ELSE compared END AS compared,
    CASE WHEN {_IS_WORKED_OUT} THEN {_NUMBER.format(at=1)} ELSE compared_unit END AS compared_unit,
    status
FROM ({_GIVEN})
"""
"""The log has no number for an answer that is worked out from others: the verdict that rests on it has."""

_OPEN_ITEMS: Final = """
SELECT
    s.number AS screening,
    s.site,
    g.saved_by AS person,
    g.saved_at AS undetermined_since,
    u.value AS criterion,
    t.id AS protocol
FROM screenings s
JOIN protocols t ON t.sha256 = s.protocol
JOIN standing g ON g.screening = s.number
JOIN json_each(g.unresolved) u
WHERE g.verdict = 'undetermined'
"""

_QUERIES: Final = f"""
SELECT
    q.screening,
    q.entry,
    q.at AS asked_at,
    q.person AS asked_by,
    q.question,
    json_extract(q.detail, '$.code') AS code,
    coalesce(json_extract(a.detail, '$.outcome'), 'open') AS state,
    a.at AS answered_at,
    a.person AS answered_by,
    json_extract(a.detail, '$.reason') AS reason
FROM log q
LEFT JOIN log a ON a.screening = q.screening AND a.kind = 'query_answer' AND json_extract(a.detail, '$.query') = q.entry
    AND (json_extract(a.detail, '$.outcome') <> 'corrected' OR {_ENDED_BY.format(l="a")} IS 'save')
WHERE q.kind = 'query'
"""
NOTES: Final = """
SELECT
    s.subject,
    s.trial,
    l.screening,
    l.entry,
    l.at,
    l.person,
    json_extract(l.detail, '$.outcome') AS outcome,
    json_extract(l.detail, '$.not_enrolled_reason') AS reason,
    coalesce(
        json_extract(l.detail, '$.on'),
        json_extract(l.detail, '$.referred_at'),
        json_extract(l.detail, '$.consent_date'),
        substr(l.at, 1, 10)
    ) AS happened_on,
    row_number() OVER (
        PARTITION BY s.subject, s.trial,
            replace(json_extract(l.detail, '$.outcome'), 'not_enrolled', 'enrolled')
        ORDER BY s.place DESC, l.screening DESC, l.entry DESC
    ) AS newness,
    row_number() OVER (
        PARTITION BY s.subject, s.trial ORDER BY s.place, l.screening, l.entry
    ) AS place
FROM {first} CROSS JOIN {then} ON s.screening = l.screening
WHERE l.kind = 'outcome'
    AND NOT EXISTS (
        SELECT 1 FROM log w
        WHERE w.screening = l.screening AND w.kind = 'outcome_withdrawn'
            AND json_extract(w.detail, '$.takes_back') = l.entry
    )
"""
COUNTED: Final = """
SELECT
    {by},
    CASE
        WHEN max(outcome = 'enrolled') THEN 'enrolled'
        WHEN max(outcome = 'not_enrolled') THEN 'not_enrolled'
        WHEN max(outcome = 'consented') THEN 'consented'
        ELSE 'referred'
    END AS stage,
    max(outcome IN ('referred', 'consented', 'enrolled')) AS referred,
    max(outcome IN ('consented', 'enrolled')) AS consented,
    max(outcome = 'enrolled') AS enrolled,
    max(outcome = 'not_enrolled') AS not_enrolled,
    max(CASE outcome WHEN 'referred' THEN happened_on END) AS referred_at,
    max(CASE outcome WHEN 'consented' THEN happened_on END) AS consent_date,
    max(CASE outcome WHEN 'enrolled' THEN 'enrolled' WHEN 'not_enrolled' THEN 'not enrolled' END)
        AS investigator_decision,
    max(CASE WHEN outcome IN ('enrolled', 'not_enrolled') THEN happened_on END) AS decision_date,
    max(CASE outcome WHEN 'not_enrolled' THEN reason END) AS not_enrolled_reason,
    max(at) AS noted_at
FROM outcome_notes
WHERE newness = 1
GROUP BY {by}
"""

"""``referred``, ``consented`` and ``enrolled`` say that a subject got at least as far, so that they never rise from one
to the next; dates are those that were noted. Of contradictory decisions, which older files may hold, the newest counts.
"""

VIEWS: Final = {
    "standing": _STANDING,
    "subjects": SUBJECTS.format(first="earlier IS NULL"),
    "screening_log": _SCREENING_LOG,
    "answers": _ANSWERS,
    "open_items": _OPEN_ITEMS,
    "queries": _QUERIES,
    "outcome_notes": NOTES.format(first="log l", then="subjects s"),
    "outcomes": COUNTED.format(by="subject, trial"),
    "screening_outcomes": COUNTED.format(by="screening"),
}
"""Name -> query, each after those that it reads. ``subjects`` gives a screening's first linked one: one a subject.

``outcome_notes`` are those that were not taken back; ``outcomes`` what counts for a subject, and ``screening_outcomes``
where that was noted: a note that counts stands in the row of one screening.
"""


def make_views(db: Database) -> None:
    """Make the views in the file, in place of older ones."""
    for name in reversed(VIEWS):
        db.execute(f"DROP VIEW IF EXISTS {name}")
    for name, query in VIEWS.items():
        db.execute(f"CREATE VIEW {name} AS{query.rstrip()}")


_OF_TRIALS: Final = """
SELECT number, site, sequence, protocol, person, started_at, zone, channel, (
    SELECT e.number FROM main.screenings e JOIN main.protocols o ON o.sha256 = e.protocol
    WHERE e.number = s.earlier AND o.id IN (SELECT id FROM temp.shown)
) AS earlier, hash
FROM main.screenings s
WHERE protocol IN (SELECT sha256 FROM main.protocols WHERE id IN (SELECT id FROM temp.shown))
"""


def restrict(db: sqlite3.Connection, trials: Iterable[str]) -> None:
    """Show on this connection the screenings for some trials alone, and of a link to another trial's nothing.

    Subjects are counted as in the whole file: who was screened for another trial between two screenings is one.
    """
    db.execute("CREATE TEMP TABLE shown (id TEXT PRIMARY KEY) WITHOUT ROWID")
    db.executemany("INSERT OR IGNORE INTO shown VALUES (?)", [(trial,) for trial in trials])
    subjects = "SELECT * FROM main.subjects WHERE trial IN (SELECT id FROM temp.shown)"
    for name, query in {"screenings": _OF_TRIALS, **VIEWS, "subjects": subjects}.items():
        db.execute(f"CREATE TEMP VIEW {name} AS {query.strip()}")
    db.commit()


_CUT: Final = {
    "screenings": "SELECT * FROM main.screenings s WHERE NOT EXISTS"
    " (SELECT 1 FROM temp.beyond WHERE screening = s.number AND entry = 1)",
    "log": "SELECT * FROM main.log l WHERE NOT EXISTS"
    " (SELECT 1 FROM temp.beyond b WHERE b.screening = l.screening AND l.entry >= b.entry)",
    "verdicts": "SELECT * FROM main.verdicts v WHERE NOT EXISTS"
    " (SELECT 1 FROM temp.beyond b WHERE b.screening = v.screening AND v.entry >= b.entry)",
}


def cut_off(db: Database, moment: str) -> None:
    """Hide from this connection what was recorded after a moment (as the file writes moments).

    A log ends before its first entry that is later. Temporary views of the same names stand before those of the
    file; with ``log``, ``verdicts`` and ``screenings`` cut, every query and view here sees the file as it was.
    """
    db.execute("CREATE TEMP TABLE beyond (screening TEXT PRIMARY KEY, entry INTEGER) WITHOUT ROWID")
    db.execute(
        "INSERT INTO beyond SELECT screening, min(entry) FROM main.log WHERE at > ? GROUP BY screening",
        [moment],
    )
    begins = (
        "earlier IS NULL OR earlier NOT IN (SELECT number FROM screenings)"  # a clock was set back between
    )
    for name, query in {**_CUT, **VIEWS, "subjects": SUBJECTS.format(first=begins)}.items():
        db.execute(f"CREATE TEMP VIEW {name} AS {query.strip()}")
