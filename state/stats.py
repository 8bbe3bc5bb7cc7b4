"""Counts that reconcile: assessed = excluded + open + potentially eligible, each subject once.

A subject who was screened again (``earlier``) counts by the latest screening that was saved. Excluded subjects
count under their first reason (a criterion that says the same as another counts as that one; what an amendment gave
the code of another one counts apart from it); a second table has all reasons. Cancelled screenings are shown beside.
All is counted by SQLite over a snapshot, so memory stays flat.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from dialogs.amendments.holders import holders
from dialogs.protocol import Criterion, Protocol
from dialogs.texts import Text
from dialogs.verdicts import MET
from state.exports.filters import refuse_nothing
from state.exports.selection import Selection
from state.exports.snapshot import Snapshot, snapshot
from state.replay import AS_ANSWERED
from state.ruled_out import ruled_out_in_matchings

_VERSION: Final = """t.version || CASE
        WHEN EXISTS (SELECT 1 FROM protocols o WHERE o.id = t.id AND o.version = t.version AND o.sha256 <> t.sha256)
        THEN ' (' || substr(t.sha256, 1, 7) || ')' ELSE '' END"""
"""What was changed without a new version counts apart, by the beginning of its SHA-256."""
_OUT_OF_A_MATCHING: Final = f"""EXISTS (
        SELECT 1 FROM log WHERE screening = c.screening AND entry = 1 AND detail IS '{AS_ANSWERED}'
    )"""
"""Its time to a verdict is that of several trials, and of what was between the matching and its opening: no one's."""
_SUBJECTS: Final = f"""
CREATE TEMP TABLE subject AS
SELECT
    c.screening, c.site, c.protocol, t.id AS trial, {_VERSION} AS version, c.saved_at, c.verdict, c.first_failed,
    c.all_failed, c.parts, c.asked, substr(c.saved_at, 1, 7) AS month,
    (SELECT CASE WHEN min(at) >= c.started_at THEN strftime('%s', min(at)) - strftime('%s', c.started_at) END
     FROM verdicts WHERE screening = c.screening AND NOT {_OUT_OF_A_MATCHING}) AS seconds
FROM chosen c
JOIN protocols t ON t.sha256 = c.protocol
WHERE c.verdict <> 'cancelled' AND c.screening NOT IN (SELECT screening FROM followed)
"""
_MEDIAN: Final = """
SELECT {by}, avg({of}) FROM (
    SELECT
        {by}, {of}, row_number() OVER (PARTITION BY {by} ORDER BY {of}) AS place,
        count(*) OVER (PARTITION BY {by}) AS n
    FROM subject WHERE trial = ? AND {of} IS NOT NULL
) WHERE place IN ((n + 1) / 2, (n + 2) / 2) GROUP BY {by}
"""
_VERDICTS: Final = (
    "count(*), coalesce(sum(verdict = 'ineligible'), 0), coalesce(sum(verdict = 'undetermined'), 0),"
    " coalesce(sum(verdict = 'eligible'), 0)"
)
_SCREENINGS: Final = """
SELECT count(*) FILTER (WHERE verdict <> 'cancelled'), count(*) FILTER (WHERE verdict = 'cancelled')
FROM chosen c JOIN protocols t ON t.sha256 = c.protocol WHERE t.id = ?
"""
_FIRST_REASONS: Final = """
SELECT m.counted, m.holder, count(*) FROM subject s
JOIN counts_as m ON m.protocol = s.protocol AND m.code = s.first_failed
WHERE s.trial = ? AND s.verdict = 'ineligible' GROUP BY 1, 2
"""
_ALL_REASONS: Final = """
SELECT m.counted, m.holder, count(DISTINCT s.screening) FROM subject s, json_each(s.all_failed) f
JOIN counts_as m ON m.protocol = s.protocol AND m.code = f.value
WHERE s.trial = ? AND s.verdict = 'ineligible' GROUP BY 1, 2
"""
_PARTS: Final = f"""
SELECT part, {_VERDICTS} FROM (
    SELECT json_extract(p.value, '$.part') AS part, CASE
        WHEN s.verdict = 'ineligible' OR json_extract(p.value, '$.verdict') = '{MET}' THEN s.verdict
        ELSE json_extract(p.value, '$.verdict') END AS verdict
    FROM subject s, json_each(s.parts) p WHERE s.trial = ?
) GROUP BY 1
"""
"""Who does not fit a required part is excluded from each other one, too, whatever is known of that."""
OUTCOMES: Final = ("referred", "consented", "enrolled", "not_enrolled")
_MONDAY: Final = "date(c.saved_at, 'weekday 0', '-6 days')"


@dataclass(frozen=True, slots=True)
class Counts:
    """Subjects by verdict, with the medians of questions asked and of seconds to the first verdict.

    A screening that came out of a matching has no seconds of its own.
    """

    assessed: int
    excluded: int
    open: int
    potentially_eligible: int
    median_questions: float | None
    median_seconds: float | None


@dataclass(frozen=True, slots=True)
class Reason:
    """A criterion and how many subjects it excluded."""

    code: str
    name: Text
    kind: str
    subjects: int


@dataclass(frozen=True, slots=True)
class PartCounts:
    """The subjects by the verdict of one part of the trial; each subject counts in every part."""

    code: str
    name: Text
    counts: Counts


@dataclass(frozen=True, slots=True)
class Week:
    """Screenings that were saved in the week from that Monday (UTC)."""

    monday: date
    excluded: int
    open: int
    potentially_eligible: int

    @property
    def saved(self) -> int:
        return self.excluded + self.open + self.potentially_eligible


@dataclass(frozen=True, slots=True)
class TrialStats:
    """The counts of one trial.

    ``screenings`` were saved, ``repeated`` of them were followed by another of the same subject, so that
    ``screenings - repeated`` is the number assessed. ``declined`` failed a criterion of willingness,
    ``not_meeting_inclusion`` and ``meeting_exclusion`` another one; these three sum up to the excluded.
    """

    trial: str
    title: Text
    notices: tuple[Text, ...]
    screenings: int
    repeated: int
    cancelled: int
    ruled_out_in_matchings: int
    """Matchings that ruled the trial out and made no screening for it; they stand in no other count."""
    total: Counts
    not_meeting_inclusion: int
    meeting_exclusion: int
    declined: int
    first_reasons: tuple[Reason, ...]
    all_reasons: tuple[Reason, ...]
    by_site: dict[str, Counts]
    by_month: dict[str, Counts]
    by_version: dict[str, Counts]
    by_part: tuple[PartCounts, ...]
    weeks: tuple[Week, ...]
    outcomes: dict[str, int]
    """Subjects by what the site noted: got at least as far as referred, consented, enrolled; and not_enrolled."""


@dataclass(frozen=True, slots=True)
class Stats:
    """The counts of all trials in a selection, as of its newest moment."""

    as_of: str
    filter: dict[str, str]
    trials: tuple[TrialStats, ...]

    def as_json(self) -> dict[str, Any]:
        """Return everything as JSON can hold it."""
        found: dict[str, Any] = json.loads(json.dumps(asdict(self), default=str))
        return found


def stats(
    database: Path,
    selection: Selection = Selection(),
    *,
    until: str | None = None,
    expected: bool = False,
) -> Stats:
    """Count the selected screenings of a file; opens a connection of its own, so it may run in any thread.

    ``until`` is a moment: what was recorded later does not count. Raises `NotKept` or `Damaged`, and `Nothing` if
    nothing is there that was ``expected``.
    """
    with snapshot(database, selection, until) as data:
        if expected:
            refuse_nothing(data)
        return stats_of(data)


def stats_of(data: Snapshot) -> Stats:
    """Count what a snapshot has chosen."""
    data.db.execute(_SUBJECTS)
    data.db.execute(
        "CREATE TEMP TABLE counts_as"
        " (protocol TEXT, code TEXT, counted TEXT, holder INTEGER, PRIMARY KEY (protocol, code))"
    )
    trials = sorted({protocol.id for protocol in data.protocols.values()})
    return Stats(data.as_of, data.selection.described(), tuple(_trial(data, trial) for trial in trials))


def _trial(data: Snapshot, trial: str) -> TrialStats:
    versions = [protocol for protocol in data.protocols.values() if protocol.id == trial]
    newest, named = versions[-1], _named(data, versions)
    screenings, cancelled = data.one(_SCREENINGS, [trial])
    total = _grouped(data, trial, "trial").get(trial, Counts(0, 0, 0, 0, None, None))
    first = _reasons(data, trial, named, _FIRST_REASONS)
    return TrialStats(
        trial=trial,
        title=newest.title,
        notices=newest.notices,
        screenings=screenings,
        repeated=screenings - total.assessed,
        cancelled=cancelled,
        ruled_out_in_matchings=ruled_out_in_matchings(data, trial),
        total=total,
        not_meeting_inclusion=_subjects(first, "inclusion"),
        meeting_exclusion=_subjects(first, "exclusion"),
        declined=_subjects(first, "declined"),
        first_reasons=first,
        all_reasons=_reasons(data, trial, named, _ALL_REASONS),
        by_site=_grouped(data, trial, "site"),
        by_month=_grouped(data, trial, "month"),
        by_version=_grouped(data, trial, "version"),
        by_part=_by_part(data, trial),
        weeks=_weeks(data, trial),
        outcomes=_outcomes(data, trial),
    )


def _grouped(data: Snapshot, trial: str, by: str) -> dict[str, Counts]:
    questions = dict(data.query(_MEDIAN.format(by=by, of="asked"), [trial]))
    seconds = dict(data.query(_MEDIAN.format(by=by, of="seconds"), [trial]))
    sql = f"SELECT {by}, {_VERDICTS} FROM subject WHERE trial = ? GROUP BY 1 ORDER BY 1"
    return {
        group: Counts(assessed, excluded, undetermined, eligible, questions.get(group), seconds.get(group))
        for group, assessed, excluded, undetermined, eligible in data.query(sql, [trial])
    }


def _by_part(data: Snapshot, trial: str) -> tuple[PartCounts, ...]:
    """Count the subjects by the verdict of each part, in the protocol's order; medians are those of the whole."""
    names = {
        p.code: p.name for protocol in data.protocols.values() if protocol.id == trial for p in protocol.parts
    }
    counted = {
        code: Counts(assessed, excluded, undetermined, eligible, None, None)
        for code, assessed, excluded, undetermined, eligible in data.query(_PARTS, [trial])
    }
    return tuple(PartCounts(code, name, counted[code]) for code, name in names.items() if code in counted)


def _named(data: Snapshot, versions: Sequence[Protocol]) -> dict[tuple[str, int], Criterion]:
    """Note as which criterion each counts; return these as their newest version has them, in its order."""
    held = holders(versions)
    counted = {
        (each.sha256, criterion.code): criterion.counts_as or criterion.code
        for each in versions
        for criterion in each.criteria
    }
    data.db.conn.executemany(
        "INSERT INTO counts_as VALUES (?, ?, ?, ?)",
        [(sha256, code, as_code, held[sha256, as_code]) for (sha256, code), as_code in counted.items()],
    )
    named: dict[tuple[str, int], Criterion] = {}
    for each in reversed(versions):
        for code, criterion in each.criterion_by_code.items():
            named.setdefault((code, held[each.sha256, code]), criterion)
    return named


def _reasons(
    data: Snapshot, trial: str, named: Mapping[tuple[str, int], Criterion], sql: str
) -> tuple[Reason, ...]:
    """List the reasons, the most frequent first, then in the protocol's order."""
    counts = {(code, holder): subjects for code, holder, subjects in data.query(sql, [trial])}
    order = {reason: place for place, reason in enumerate(named)}
    found = sorted(counts, key=lambda reason: (-counts[reason], order[reason]))
    return tuple(Reason(each[0], named[each].name, _kind(named[each]), counts[each]) for each in found)


def _kind(criterion: Criterion) -> str:
    return "declined" if criterion.willingness else criterion.kind


def _subjects(reasons: tuple[Reason, ...], kind: str) -> int:
    return sum(reason.subjects for reason in reasons if reason.kind == kind)


def _outcomes(data: Snapshot, trial: str) -> dict[str, int]:
    """Count subjects by how far they got: who was enrolled was consented and referred."""
    sums = ", ".join(f"coalesce(sum({outcome}), 0)" for outcome in OUTCOMES)
    counts = data.one(
        f"SELECT {sums} FROM outcomes WHERE (subject, trial) IN"
        " (SELECT u.subject, u.trial FROM subjects u JOIN subject s ON s.screening = u.screening WHERE u.trial = ?)",
        [trial],
    )
    return dict(zip(OUTCOMES, counts, strict=True))


def _weeks(data: Snapshot, trial: str) -> tuple[Week, ...]:
    """List every week from the first to the last, the empty ones too."""
    rows = data.query(
        f"SELECT {_MONDAY}, {_VERDICTS} FROM chosen c JOIN protocols t ON t.sha256 = c.protocol"
        " WHERE t.id = ? AND verdict <> 'cancelled' GROUP BY 1 ORDER BY 1",
        [trial],
    )
    found = {date.fromisoformat(monday): numbers for monday, _, *numbers in rows}
    if not found:
        return ()
    first, last = min(found), max(found)
    mondays = (first + timedelta(weeks=place) for place in range((last - first).days // 7 + 1))
    return tuple(Week(monday, *found.get(monday, (0, 0, 0))) for monday in mondays)
