"""Counts whom a matching ruled out of a trial for which it made no screening: they stand in no log and in no export."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from dialogs.portfolio.merging import Portfolio, Trial
from state.exports.snapshot import Snapshot
from state.replay import OPENED, StoredProtocols

_OUT: Final = "ineligible"
_SAVED: Final = f"""
SELECT s.protocol, v.parts
FROM screenings s
JOIN verdicts v ON v.screening = s.number
WHERE s.sequence < 0
    AND v.entry = (SELECT max(entry) FROM verdicts WHERE screening = s.number)
    AND (:site IS NULL OR s.site = :site)
    AND (:since IS NULL OR v.at >= :since)
    AND (:until IS NULL OR v.at < :until)
    AND NOT EXISTS (
        SELECT 1 FROM log
        WHERE screening = s.number AND kind = '{OPENED}' AND json_extract(detail, '$.trial') = :trial
    )
"""
"""Matchings as they were saved last, but those out of which a screening for the trial came."""


def ruled_out_in_matchings(data: Snapshot, trial: str) -> int:
    """Return in how many matchings a trial was ruled out without a screening; 0 where only screenings are chosen."""
    chosen, protocols = data.selection, StoredProtocols(data.db)
    if chosen.verdict or chosen.screening:
        return 0
    count = 0
    for sha256, parts in list(data.query(_SAVED, {**chosen.parameters(), "trial": trial})):
        portfolio, verdicts = (
            protocols.get(sha256),
            {each["part"]: each["verdict"] for each in json.loads(parts)},
        )
        trials = portfolio.trials if isinstance(portfolio, Portfolio) else ()
        count += any(each.protocol.id == trial and _is_out(each, verdicts) for each in trials)
    return count


def _is_out(trial: Trial, verdicts: Mapping[str, str]) -> bool:
    """Say whether a trial is out: by all its alternatives, of which a required part rules out each, or by itself."""
    told = [trial.coded(part.code) for part in trial.protocol.alternatives] or [trial.protocol.id]
    return all(verdicts.get(each) == _OUT for each in told)
