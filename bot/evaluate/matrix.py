"""A list of candidates against several trials: one row a candidate, one column a trial, in words and in colours.

A workbook has the reasons of each verdict on a sheet of their own.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final
from typing import Protocol as Shape

from bot.evaluate.verdicts import Evaluated, Where, in_words, left_out, list_of_a_chat, said
from bot.wording.phrases import Phrases, joined
from dialogs.assessment import Verdict
from dialogs.candidates import MAX_NAME, BadFile, Elsewhere, Outcome, Row, outcomes, shown
from dialogs.portfolio.merging import Portfolio
from dialogs.protocol import Protocol
from state.exports.spreadsheet import ENCODING, Csv

if TYPE_CHECKING:
    from state.settled import Settled

COLOURS: Final = {"eligible": "#D5EBD3", "undetermined": "#FBEBC0", "ineligible": "#F3D0CC"}
"""Behind the words of each verdict, which say the same: green, yellow, red."""
WIDTHS: Final = (18, 30, 60)
"""Of the names, a trial and the faults, in characters."""
REASONS: Final = ("name", "trial", "verdict", "in_words")
REASON_WIDTHS: Final = (18, 18, 24, 80)
VERDICT: Final = REASONS.index("verdict")


class Table(Shape):
    """What a matrix is written to."""

    name: str

    def add(self, cells: Sequence[str], verdicts: Sequence[Verdict | None] = ()) -> None: ...

    def explain(self, reasons: Iterator[tuple[Sequence[str], Verdict]]) -> None: ...

    def close(self) -> bytes: ...


def matrix(
    portfolio: Portfolio, rows: Iterator[Row], table: Table, say: Phrases, where: Where = "shell"
) -> tuple[int, int]:
    """Write the rows; returns how many have no fault, and how many have some, with what is not concerned by them."""
    table.add(("name", *(trial.protocol.id for trial in portfolio.trials), "faults"))
    counts = {True: 0, False: 0}
    for row in rows:
        counts[bool(row.faults)] += 1
        found = list(outcomes(portfolio, row))
        told = " ".join(said(portfolio, row, fault, say, where) for fault in row.faults)
        cells = (*(_cell(outcome, say) if outcome else "" for _, outcome in found), told)
        verdicts = (None, *(outcome.verdict if outcome else None for _, outcome in found), None)
        table.add((shown(row.name, MAX_NAME), *cells), verdicts)
        table.explain(_reasons(row, found, say))
    return counts[False], counts[True]


def _reasons(
    row: Row, found: Sequence[tuple[Protocol, Outcome | None]], say: Phrases
) -> Iterator[tuple[Sequence[str], Verdict]]:
    """Say of each trial in words what excludes a candidate or is open."""
    for trial, outcome in found:
        if outcome is None:
            continue
        verdict = say.plain(f"verdict_{outcome.verdict}")
        yield (row.name, trial.id, verdict, in_words(trial, outcome, say)), outcome.verdict


def _cell(outcome: Outcome, say: Phrases) -> str:
    """Say a verdict, with the first failed criterion, or those that leave it open."""
    codes = [outcome.first_failed] if outcome.first_failed else outcome.unresolved
    verdict = say.plain(f"verdict_{outcome.verdict}")
    return say.plain("noted", what=verdict, note=joined(codes, say)) if codes else verdict


def stored_matrix(
    trials: Sequence[Protocol], settled: Iterable[tuple[Protocol, Settled]], table: Table, say: Phrases
) -> None:
    """Write a row an earlier subject, with what was not used; of trials that they were screened for, nothing."""
    table.add(("screening", *(trial.id for trial in trials), "aged"))
    subjects: dict[tuple[str, str], dict[str, Settled]] = {}
    for trial, found in settled:
        subjects.setdefault((found.site, found.number), {})[trial.id] = found
    for (_, number), row in sorted(subjects.items()):
        founds = [row.get(trial.id) for trial in trials]
        cells = [_settled_cell(found, say) if found else "" for found in founds]
        aged = dict.fromkeys(question for found in row.values() for question in found.aged)
        verdicts = (None, *(found.verdict if found else None for found in founds), None)
        table.add((number, *cells, joined(aged, say)), verdicts)


def _settled_cell(found: Settled, say: Phrases) -> str:
    """Say a verdict, with the criterion that excludes, or about how many questions leave it open."""
    if found.verdict is None:
        return say.plain("stands_open", n=found.left)
    verdict = say.plain(f"verdict_{found.verdict}")
    return say.plain("noted", what=verdict, note=found.first_failed) if found.first_failed else verdict


def evaluate_matrix(
    portfolio: Portfolio,
    content: bytes,
    say: Phrases,
    *,
    accept_unusual: bool = False,
    known: Sequence[Protocol] = (),
) -> Evaluated:
    """Evaluate a list that came in a chat, and answer with a workbook, or CSV where none can be written.

    Columns that only other trials ``known`` have are left out. Raises `BadFile`.
    """
    table, elsewhere = _answer(), Elsewhere(lambda: known)
    rows = list_of_a_chat(portfolio, content, elsewhere, accept_unusual=accept_unusual)
    evaluated, faulty = matrix(portfolio, rows, table, say, "chat")
    return Evaluated(table.name, table.close(), evaluated, faulty, left_out(elsewhere, say))


def _answer() -> Table:
    try:
        return MatrixBook()
    except BadFile:
        return MatrixCsv()


class MatrixCsv:
    """A matrix as CSV."""

    name = "verdicts.csv"

    def __init__(self) -> None:
        self._text = io.StringIO(newline="")
        self._table = Csv(self._text)

    def add(self, cells: Sequence[str], verdicts: Sequence[Verdict | None] = ()) -> None:
        self._table.add(cells)

    def explain(self, reasons: Iterator[tuple[Sequence[str], Verdict]]) -> None:
        """Leave them out: a table of texts has one sheet."""

    def close(self) -> bytes:
        return self._text.getvalue().encode(ENCODING)


class MatrixBook:
    """A matrix as a workbook: each verdict in words on its colour, the names and the trials always in sight.

    If reasons are told, its second sheet has a row a candidate and trial, with them.
    """

    name = "verdicts.xlsx"

    def __init__(self) -> None:
        try:
            from xlsxwriter import Workbook
        except ImportError as error:
            raise BadFile("list_no_reader") from error
        self._bytes = io.BytesIO()
        self._book = Workbook(self._bytes, {"in_memory": True})
        self._sheet = self._book.add_worksheet("candidates")
        self._text = self._book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
        self._filled = {
            verdict: self._book.add_format(
                {"num_format": "@", "text_wrap": True, "valign": "top", "bg_color": colour, "border": 1}
            )
            for verdict, colour in COLOURS.items()
        }
        self._sheet.freeze_panes(1, 1)
        self._at = self._explained = 0

    def explain(self, reasons: Iterator[tuple[Sequence[str], Verdict]]) -> None:
        if not self._explained:
            self._reasons = self._book.add_worksheet("reasons")
            self._reasons.freeze_panes(1, 2)
            for column, width in enumerate(REASON_WIDTHS):
                self._reasons.set_column(column, column, width, self._text)
            self._explain(REASONS)
        for cells, verdict in reasons:
            self._explain(cells, verdict)

    def _explain(self, cells: Sequence[str], verdict: str = "") -> None:
        for column, cell in enumerate(cells):
            form = self._filled.get(verdict, self._text) if column == VERDICT else self._text
            self._reasons.write_string(self._explained, column, cell, form)
        self._explained += 1

    def add(self, cells: Sequence[str], verdicts: Sequence[Verdict | None] = ()) -> None:
        if not self._at:
            self._widen(len(cells))
        formats = [self._filled.get(each or "", self._text) for each in verdicts] or [self._text] * len(cells)
        for column, (cell, form) in enumerate(zip(cells, formats, strict=True)):
            self._sheet.write_string(self._at, column, cell, form)
        self._at += 1

    def _widen(self, columns: int) -> None:
        names, trial, faults = WIDTHS
        self._sheet.set_column(0, 0, names, self._text)
        self._sheet.set_column(1, columns - 2, trial, self._text)
        self._sheet.set_column(columns - 1, columns - 1, faults, self._text)

    def close(self) -> bytes:
        self._book.close()
        return self._bytes.getvalue()
