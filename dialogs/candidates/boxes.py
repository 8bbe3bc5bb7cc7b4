"""One column an option, as data capture systems export boxes that are ticked: ``history___asthma`` with 1 or 0."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Final

from dialogs.answers import NONE, plain
from dialogs.candidates.rows import BadFile, Cell, Fault, Row, Unreadable, shown
from dialogs.protocol import Protocol
from dialogs.reading.numerals import fold
from dialogs.reading.patterns import listed

BETWEEN: Final = "___"


def boxes_of(protocol: Protocol) -> dict[str, tuple[str, str]]:
    """Return the question and the option of each column that can stand for one."""
    several = (question for question in protocol.questions if question.kind == "several")
    return {f"{each.id}{BETWEEN}{code}": (each.id, code) for each in several for code in each.option_by_code}


def require_whole(protocol: Protocol, columns: Sequence[str]) -> None:
    """Raise `BadFile` unless a question has a column for each of its options or none, and no other one then."""
    boxes = boxes_of(protocol)
    asked = dict.fromkeys(boxes[column][0] for column in columns if column in boxes)
    missing = [
        column for column, (question, _) in boxes.items() if question in asked and column not in columns
    ]
    if missing:
        raise BadFile("list_boxes_missing", columns=", ".join(map(shown, missing)))
    twice = [question for question in asked if question in columns]
    if twice:
        raise BadFile("list_column_twice", columns=", ".join(twice))


def gather(protocol: Protocol, row: Row, filled: Mapping[str, Cell]) -> dict[str, Cell]:
    """Return a row's cells with those of boxes put together; where one is empty, what applies is not known."""
    boxes, ticked = boxes_of(protocol), dict[str, dict[str, bool | None]]()
    for column, (question, code) in boxes.items():
        if column in filled:
            ticked.setdefault(question, {})[code] = _ticked(row, question, filled[column])
    others = {column: cell for column, cell in filled.items() if column not in boxes}
    for question, options in ticked.items():
        if len(options) == len(protocol.question(question).options) and None not in options.values():
            others[question] = "; ".join(code for code, is_on in options.items() if is_on) or NONE
    return others


def _ticked(row: Row, question: str, cell: Cell) -> bool | None:
    """Say whether a box is ticked; what says neither is a fault of its row."""
    if isinstance(cell, Unreadable):
        row.faults.append(Fault(cell.code, question))
        return None
    said = plain(cell) if isinstance(cell, Decimal) else fold(cell)
    on = said in _spellings("yes", "1")
    if not on and said not in _spellings("no", "0"):
        row.faults.append(Fault("not_a_box", question, {"text": shown(said)}))
        return None
    return on


@cache
def _spellings(code: str, digit: str) -> frozenset[str]:
    return listed("understood", code) | listed("is_there", code) | {digit}
