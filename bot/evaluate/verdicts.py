"""Says what became of a list of candidates, for the command line and the chat: verdicts, and faults in words."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, Literal

from bot.evaluate.sheets import read_list
from bot.wording.parts import in_one_line, title
from bot.wording.phrases import Phrases, joined
from dialogs.answers import NONE, UNKNOWN
from dialogs.candidates import COMMENT, BadFile, Elsewhere, Fault, Outcome, Row, play, shown, trials_of
from dialogs.portfolio.merging import Portfolio, asked_by
from dialogs.protocol import Criterion, Protocol, Question
from dialogs.reasons import what_failed
from dialogs.verdicts import IN_FILES, PARTS_IN_FILES
from dialogs.wording import with_unit
from state.exports.spreadsheet import ENCODING, Csv

MAX_CANDIDATES: Final = 2_000
"""A longer list is for the command line."""
MOST_OPTIONS: Final = 6
"""Of a question, as they are named where an answer is none of them."""
Where = Literal["shell", "chat"]
"""Whom a sentence is for: what to do about a fault is not the same."""
MAX_UNPACKED: Final = 16 * 1024 * 1024
LISTS: Final = frozenset({"columns", "likely", "meanings", "units"})
"""Details of a fault that list several things."""
COLUMNS: Final = ("name", "verdict", "first_failed", "failed", "unresolved", "in_words", "faults")
"""Followed by one for each part of the trial, ``part_`` and its code: its verdict."""
SENTENCES: Final = (COLUMNS.index("in_words"), COLUMNS.index("faults"))
"""Places of the columns that hold sentences: wider than those with codes."""


def said(protocol: Protocol, row: Row, fault: Fault, say: Phrases, where: Where = "shell") -> str:
    """Put a fault into words: row, name, question, what is wrong, what to do there; of several trials, for which."""
    told = _said(protocol, row, fault, say, where)
    if not isinstance(protocol, Portfolio):
        return told
    trials = joined([trial.id for trial in trials_of(protocol, fault)], say)
    return f"{told} {say.plain('fault_trials', trials=trials)}"


def _said(protocol: Protocol, row: Row, fault: Fault, say: Phrases, where: Where) -> str:
    details = {
        name: shown(_listed(value, say) if name in LISTS else value, 200)
        for name, value in {**fault.details, **_labels(protocol, fault, say.language)}.items()
    }
    keys = (f"fault_{fault.code}_{where}", f"fault_{fault.code}", f"refused_{fault.code}")
    key = next(each for each in keys if each in say.texts)
    if "{options}" in say.texts[key]:
        details["options"] = _options(protocol.question(fault.question or ""), say)
    place = say.plain("fault_row", row=row.number, name=shown(row.name))
    told = say.plain(key, **{"ask": "", "text": "", **details}).strip()
    if "likely" in details:
        told = f"{told} {say.plain('refused_likely_option', likely=details['likely'])}"
    if fault.question is None:
        return say.plain("fault_place", place=place, why=told)
    return say.plain("fault_place_question", place=place, question=fault.question, why=told)


def _options(question: Question, say: Phrases) -> str:
    """Name what may stand in a cell: codes, each with its words, of many options the first; and the one for unknown."""
    named = [_option(each.code, each.text[say.language], say) for each in question.options]
    more = [say.plain("and_more", n=len(named) - MOST_OPTIONS)] if len(named) > MOST_OPTIONS else []
    return joined([*named[:MOST_OPTIONS], *more, UNKNOWN.code], say)


def _option(code: str, text: str, say: Phrases) -> str:
    label = shown(text)
    return code if label.casefold() == code else say.plain("noted", what=code, note=label)


def _labels(protocol: Protocol, fault: Fault, language: str) -> dict[str, str]:
    """Units as the conversation and the template call them, in place of their codes."""
    if fault.question is None:
        return {}
    labels = {unit.code: unit.label[language] for unit in protocol.question(fault.question).units}
    said = {
        name: ", ".join(labels.get(code, code) for code in fault.details[name].split(", "))
        for name in ("unit", "units")
        if name in fault.details
    }
    if "high" in fault.details:
        said |= {name: with_unit(fault.details[name], said["unit"]) for name in ("value", "high")}
    return said


def _listed(value: str, say: Phrases) -> str:
    """A list as the language writes it."""
    return say.plain("list").join(value.split(", "))


def why(error: BadFile, say: Phrases) -> str:
    """Say why a list cannot be read."""
    details = {name: _listed(value, say) if name in LISTS else value for name, value in error.details.items()}
    told = [say.plain(error.code, **details)]
    if "likely" in details:
        told.append(say.plain("refused_likely_option", likely=details["likely"]))
    if "more" in details:
        told.append(say.plain("list_more_columns", more=details["more"]))
    return " ".join(told)


def left_out(elsewhere: Elsewhere, say: Phrases) -> str:
    """Say which trials asked for columns that were not used; nothing, if there are none."""
    if not elsewhere.left_out:
        return ""
    trials = dict.fromkeys(trial for asking in elsewhere.left_out.values() for trial in asking)
    return say.plain("list_left_out", n=len(elsewhere.left_out), trials=joined(list(trials), say))


@dataclass(frozen=True, slots=True)
class Evaluated:
    """A list of verdicts as a file, and how many candidates stand in it without and with faults."""

    name: str
    content: bytes
    evaluated: int
    faulty: int
    left_out: str = ""
    """What is said of columns that were not used."""


def evaluate_file(
    protocol: Protocol,
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
    counts = {True: 0, False: 0}
    rows = list_of_a_chat(protocol, content, elsewhere, accept_unusual=accept_unusual)
    table.add((*COLUMNS, *(f"part_{part.code}" for part in protocol.parts)))
    for row in rows:
        counts[bool(row.faults)] += 1
        table.add(_line(protocol, row, say))
    return Evaluated(table.name, table.close(), counts[False], counts[True], left_out(elsewhere, say))


def list_of_a_chat(
    protocol: Protocol, content: bytes, elsewhere: Elsewhere, *, accept_unusual: bool
) -> Iterator[Row]:
    """Read a list that came in a chat, where it is shorter than at the command line. Raises `BadFile`."""
    return read_list(
        protocol,
        content,
        accept_unusual=accept_unusual,
        rows=MAX_CANDIDATES,
        unpacked=MAX_UNPACKED,
        elsewhere=elsewhere,
    )


def _answer() -> _Workbook | _Csv:
    try:
        return _Workbook(SENTENCES)
    except BadFile:
        return _Csv()


def _line(protocol: Protocol, row: Row, say: Phrases) -> Sequence[str]:
    if row.faults:
        return (
            shown(row.name),
            *[""] * (len(COLUMNS) - 2),
            " ".join(said(protocol, row, fault, say, "chat") for fault in row.faults),
            *[""] * len(protocol.parts),
        )
    found: Outcome = play(protocol, row.answers)
    verdict = IN_FILES[found.verdict]
    return (
        row.name,
        verdict,
        found.first_failed or "",
        " ".join(found.failed),
        " ".join(found.unresolved),
        in_words(protocol, found, say),
        "",
        *(PARTS_IN_FILES[part.verdict] for part in found.parts),
    )


def in_words(protocol: Protocol, found: Outcome, say: Phrases) -> str:
    """Say how each part stands, and which criteria are not met, apply or are open, each by its code and name.

    In a language that the trial lacks they are said from the rule: what failed, or what is not known.
    """
    groups: dict[str, list[str]] = {}
    for criterion in protocol.criteria:
        failed = criterion.code in found.failed
        if failed or criterion.code in found.unresolved:
            group = f"failed_{criterion.kind}" if failed else "unknown"
            groups.setdefault(group, []).append(f"{criterion.code} {_what(protocol, criterion, found, say)}")
    parts = [in_one_line(found.parts, say)] if found.parts else []
    told = [say.plain(f"status_{group}", codes=joined(codes, say)) for group, codes in groups.items()]
    return say.plain("then").join([*parts, *told])


def _what(protocol: Protocol, criterion: Criterion, found: Outcome, say: Phrases) -> str:
    """Name a criterion that failed or is open, in a language that it lacks by what decided that."""
    name, progress = criterion.name[say.language], found.progress
    if say.language in criterion.name or progress is None:
        return name
    if criterion.code in found.failed:
        return what_failed(protocol, criterion, progress.facts, say.language)
    missing = (protocol.question(each) for each in progress.follow_up().get(criterion.code, ()))
    return joined([title(protocol, each, say) for each in missing], say) or name


class _Csv:
    """A table as CSV."""

    name = "verdicts.csv"

    def __init__(self) -> None:
        self._text = io.StringIO(newline="")
        self._table = Csv(self._text)

    def add(self, cells: Sequence[str]) -> None:
        self._table.add(cells)

    def close(self) -> bytes:
        return self._text.getvalue().encode(ENCODING)


class _Workbook:
    """A workbook whose cells are all texts, written row by row; columns at the places ``wide`` hold sentences.

    Texts are ``wrapped`` where they stand in narrow columns side by side.
    """

    name = "verdicts.xlsx"

    def __init__(self, wide: Sequence[int] = (), *, wrapped: bool = False) -> None:
        try:
            from xlsxwriter import Workbook
        except ImportError as error:
            raise BadFile("list_no_reader") from error
        self._bytes = io.BytesIO()
        self._book = Workbook(self._bytes, {"in_memory": True})
        self._sheet = self._book.add_worksheet("candidates")
        self._text = self._book.add_format({"num_format": "@", "text_wrap": wrapped, "valign": "top"})
        self._sheet.set_column(0, 100, 18, self._text)
        for column in wide:
            self._sheet.set_column(column, column, 60, self._text)
        self._sheet.freeze_panes(1, 1)
        self._at = 0

    def add(self, cells: Sequence[str]) -> None:
        for column, cell in enumerate(cells):
            self._sheet.write_string(self._at, column, cell, self._text)
        self._at += 1

    def close(self) -> bytes:
        self._book.close()
        return self._bytes.getvalue()


# the empty list ----------------------------------------------------------------------------------


def templates(protocol: Protocol, say: Phrases) -> Iterator[tuple[str, bytes]]:
    """Yield an empty list to fill in, as CSV and, where it can be written, as a workbook: name and content."""
    for kind in (_Csv, partial(_Workbook, wrapped=True)):
        try:
            table = kind()
        except BadFile:
            continue
        table.add(("name", *protocol.position))
        for name, cells in _explained(protocol, say):
            table.add((f"{COMMENT} {say.plain(name)}", *cells))
        whose = "" if isinstance(protocol, Portfolio) else f"{protocol.id}-"
        yield f"{whose}candidates.{table.name.partition('.')[2]}", table.close()


def _explained(protocol: Protocol, say: Phrases) -> Iterator[tuple[str, Iterable[str]]]:
    """Yield what is said of the columns, by the phrase that says what that is."""
    yield "template_name", (_help(question, say) for question in protocol.questions)
    yield "template_asked", (" ".join(question.ask[say.language].split()) for question in protocol.questions)
    if isinstance(protocol, Portfolio):
        places = range(len(protocol.questions))
        asking = ([trial.id for trial, _ in asked_by(protocol, place)] for place in places)
        yield "template_trials", (joined(trials, say) for trials in asking)


def _help(question: Question, say: Phrases) -> str:
    """Say what may stand in a column: codes, one or all that apply, or a number with one of the units."""
    if question.kind == "several":
        return f"{'; '.join(question.option_by_code)} / {NONE} / {UNKNOWN.code}"
    codes = [*question.buttons, UNKNOWN.code]
    if not question.units:
        return " / ".join(codes)
    labels = (unit.label[say.language] for unit in question.units)
    number = say.plain("template_number", units=say.plain("list").join(labels))
    return f"{number} / {' / '.join(codes)}"
