"""What a candidate comes to in each of several trials: what they ask alike is read once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from dialogs.candidates.playing import Outcome, judged, of_part
from dialogs.candidates.rows import Fault, Row
from dialogs.portfolio.merging import Portfolio
from dialogs.protocol import Protocol


def outcomes(portfolio: Portfolio, row: Row) -> Iterator[tuple[Protocol, Outcome | None]]:
    """Yield each trial with what its own dialogue comes to, over the answers that it asks for.

    That is ``None`` if one of them has a fault, or the row itself.
    """
    touched = {trial for fault in row.faults for trial in trials_of(portfolio, fault)}
    for trial, columns in _columns(portfolio):
        answers = {own: row.answers[column] for own, column in columns if column in row.answers}
        yield trial, None if trial in touched else judged(trial, answers)


def trials_of(portfolio: Portfolio, fault: Fault) -> list[Protocol]:
    """Return the trials that a fault concerns: those that ask what it is about; all, if it is about the row."""
    asked = set(fault.questions)
    return [
        trial
        for trial, columns in _columns(portfolio)
        if not asked or asked & {column for _, column in columns}
    ]


@lru_cache(maxsize=4)
def _columns(portfolio: Portfolio) -> tuple[tuple[Protocol, tuple[tuple[str, str], ...]], ...]:
    """For each trial, its questions, each with what its column is called."""
    return tuple(
        (
            trial.protocol,
            tuple(
                (own.id, portfolio.questions[place].id)
                for own, place in zip(trial.protocol.questions, trial.places, strict=True)
            ),
        )
        for trial in portfolio.trials
    )


def evaluate_several(portfolio: Portfolio, row: Row) -> Iterator[str]:
    """Yield a candidate's lines of JSON, one a trial that no fault of the row concerns."""
    columns = {trial.id: {column for _, column in own} for trial, own in _columns(portfolio)}
    for trial, outcome in outcomes(portfolio, row):
        if outcome is None:
            continue
        line: dict[str, Any] = {
            "name": row.name,
            "trial": trial.id,
            "verdict": outcome.verdict,
            "failed": outcome.failed,
            "first_failed": outcome.first_failed,
            "unresolved": outcome.unresolved,
        }
        if outcome.parts:
            line["parts"] = {each.part.code: of_part(each) for each in outcome.parts}
        if unusual := [column for column in row.unusual if column in columns[trial.id]]:
            line["unusual"] = unusual
        yield json.dumps(line, ensure_ascii=False)
