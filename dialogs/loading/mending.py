"""Tells all faults of syntax in a text that TOML refuses, and mends it so that the rest of it can be looked at.

TOML stops at the first fault. Here the statement that it stopped in is mended by a guess, or set aside, and reading
goes on. What was mended is never used but for telling more faults.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from dialogs.errors import Fault
from dialogs.loading.lines import Path, Statement, statements
from dialogs.loading.syntax import mended
from dialogs.loading.syntax.slip import ASIDE
from dialogs.loading.syntax.statements import LISTS, listed

MAX_FAULTS: Final = 40
"""Faults of syntax that are told at once."""
_WHERE: Final = re.compile(r"\(at line (\d+), column (\d+)\)$")
_KEY: Final = re.compile(r"[ \t]*([\w.-]+)[ \t]*[=:＝：]")
_NAMING: Final = re.compile(r"[ \t]*(id|use|code)[ \t]*=[ \t]*[\"']([^\"'\n]+)")
_ABOUT_LANGUAGES: Final = re.compile("in no language of the file|is not declared")
_HEADER: Final = re.compile(r"[ \t]*(\[\[?)[ \t]*([\w-]+)[ \t]*\]\]?")


@dataclass(slots=True)
class Mending:
    """A text, mended so far. ``numbers`` holds the line of the file that each of its lines was."""

    text: str
    numbers: list[int]
    faults: list[Fault] = field(default_factory=list)
    aside: set[str] = field(default_factory=set)
    """Places of the tables of which something was set aside."""
    lines: set[int] = field(default_factory=set)
    """Lines of the file that are set aside, or mended by so bold a guess that nothing more is said of them."""
    raw: Mapping[str, Any] | None = None

    def line(self, at: int) -> int:
        """Return the line of the file of a character of the mended text."""
        return self.numbers[min(self.text.count("\n", 0, at), len(self.numbers) - 1)]

    def replace(self, start: int, end: int, by: str) -> None:
        first, last = self.text.count("\n", 0, start), self.text.count("\n", 0, end)
        kept, wanted = self.numbers[first:last], by.count("\n")
        self.numbers[first:last] = ([self.numbers[first]] * (wanted - len(kept)) + kept)[:wanted]
        self.text = self.text[:start] + by + self.text[end:]

    def told(self, later: Sequence[Fault]) -> list[Fault]:
        """Return the faults of syntax with those found later in what was mended, but for what merely follows."""
        kept = [fault for fault in map(self._moved, later) if not self._follows(fault)]
        return sorted([*self.faults, *kept], key=lambda fault: fault.line or 0)

    def _moved(self, fault: Fault) -> Fault:
        if fault.line is None:
            return fault
        return Fault(
            fault.place, fault.fault, fault.remedy, self.numbers[min(fault.line, len(self.numbers)) - 1]
        )

    def _follows(self, fault: Fault) -> bool:
        said = str(fault)
        if fault.line in self.lines or ASIDE in said or repr(ASIDE)[1:-1] in said:
            return True
        if _ABOUT_LANGUAGES.search(fault.fault) and any("languages" in each.place for each in self.faults):
            return True
        return "missing" in fault.fault and any(fault.place.startswith(place) for place in self.aside)


def mend(text: str) -> Mending:
    """Find the faults of syntax of a text; ``raw`` is what is left of it, or ``None`` if there are too many."""
    text = text.replace("\r\n", "\n")
    mending = Mending(text, list(range(1, text.count("\n") + 2)))
    _mend_headers(mending)
    while len(mending.faults) < MAX_FAULTS:
        try:
            mending.raw = tomllib.loads(mending.text, parse_float=Decimal)
            break
        except ValueError as error:
            if not _mend_each(mending) and not _mend_double(mending, error):
                break
        except RecursionError:
            fault = "lists or tables are nested without end"
            mending.faults.append(Fault("file", fault, "Please close their brackets"))
            break
    return mending


def _mend_headers(mending: Mending) -> None:
    """Give tables of which a file has several their name and their double brackets."""
    for statement in reversed(statements(mending.text)):
        piece = mending.text[statement.start : statement.end]
        match = _HEADER.match(piece)
        name = listed(match[2]) if match else None
        if match is None or name is None or (name == match[2] and match[1] == "[["):
            continue
        fault = (
            f"[{name}] stands in single brackets" if name == match[2] else f"there are no {match[0].strip()}"
        )
        line = mending.line(statement.start)
        mending.faults.insert(0, Fault(match[2], fault, f"Please write [[{name}]]", line))
        mending.replace(statement.start, statement.end, f"[[{name}]]{piece[match.end() :]}")


def misheaded(raw: Mapping[str, Any]) -> bool:
    """Return whether a text has tables whose headers are nearly right."""
    return any(
        isinstance(value, dict) if key in LISTS else isinstance(value, dict | list) and listed(key)
        for key, value in raw.items()
    )


def _mend_each(mending: Mending) -> bool:
    """Mend, or set aside, the statements that TOML does not read by themselves. Returns whether there are any.

    It ends at a header, which changes the table of all that follows.
    """
    found, edits = statements(mending.text), []
    for statement in found:
        at = _stops(mending.text[statement.start : statement.end])
        if at is None:
            continue
        by = _mended(mending, statement, at, found)
        edits.append((statement, by))
        if by.startswith("[") or len(mending.faults) >= MAX_FAULTS:
            break
    for statement, by in reversed(edits):
        mending.replace(statement.start, statement.end, by)
    return bool(edits)


def _mended(mending: Mending, statement: Statement, at: int, found: Sequence[Statement]) -> str:
    """Tell the slips of a statement that TOML stops reading at a character, and return it without them."""
    place = _place(mending.text, statement, found)
    slips = mended(mending.text[statement.start : statement.end], at, _stops)
    for slip in slips:
        line = mending.line(statement.start + slip.offset)
        mending.faults.append(Fault(place, slip.fault, slip.remedy, line))
        if slip.guess:
            mending.lines.add(line)
    if slips and _stops(slips[-1].text) is None:
        if ASIDE in slips[-1].text:
            mending.aside.add(place.partition(":")[0])
        return slips[-1].text
    if not slips:
        mending.faults.append(_unreadable(mending, place, min(statement.start + at, statement.end)))
    return _set_aside(mending, statement, place)


def _unreadable(mending: Mending, place: str, at: int) -> Fault:
    line_start = mending.text.rfind("\n", 0, at) + 1
    line_end = mending.text.find("\n", at)
    rest = mending.text[at : line_end if line_end >= 0 else None].strip()
    fault = f"cannot be read from {rest[:30]!r} on" if rest else "cannot be read to its end"
    remedy = 'Please write key = "text", each in a line of its own'
    return Fault(place, fault, remedy, mending.line(line_start))


def _mend_double(mending: Mending, error: ValueError) -> bool:
    """Set aside a key or a table that stands twice, or add the header that a next question lacks."""
    found, at = statements(mending.text), _position(mending.text, error)
    statement = next((each for each in reversed(found) if each.start <= at), None)
    if statement is None:
        mending.faults.append(Fault("file", str(error), "Please check that it is TOML"))
        return False
    piece, place = mending.text[statement.start : statement.end], _place(mending.text, statement, found)
    line, key = mending.line(statement.start), _KEY.match(piece)
    table = str(statement.table[0]) if statement.table else ""
    if key is not None and key[1] in ("id", "use", "code") and table in LISTS and len(statement.table) == 2:
        fault = f"{key[1]} stands twice in one {table}"
        mending.faults.append(Fault(place, fault, f"Please write [[{table}]] above each {table}", line))
        mending.replace(statement.start, statement.start, f"[[{table}]]\n")
        return True
    name, remedy = piece.strip().splitlines()[0], "Please put all its keys under one"
    if key is not None:
        name, remedy = key[1], "Please delete one of them"
    mending.faults.append(Fault(place, f"{name} stands twice", remedy, line))
    mending.replace(statement.start, statement.end, _set_aside(mending, statement, place))
    return True


def _set_aside(mending: Mending, statement: Statement, place: str) -> str:
    """Return a mark for a statement that cannot be read; a key that is known keeps its name."""
    piece = mending.text[statement.start : statement.end]
    key = _KEY.match(piece)
    mark = f'"{ASIDE}{len(mending.faults)}"'
    mending.lines.add(mending.line(statement.start))
    mending.aside.add(place.partition(":")[0])
    if piece.lstrip().startswith("["):
        by = f"[{mark}]"
    elif key is None or _stops(piece) is None or _stops(f'{key[1]} = ""') is not None:
        by = f'{mark} = ""'
    else:
        by = f'{key[1]} = "{ASIDE}"'
    return by + "\n" * max(1, piece.count("\n"))


def _stops(text: str) -> int | None:
    """Return the character at which TOML stops reading a text; ``None`` if it reads all."""
    try:
        tomllib.loads(text)
    except RecursionError:
        return 0
    except ValueError as error:
        return _position(text, error)
    return None


def _position(text: str, error: ValueError) -> int:
    where = _WHERE.search(str(error))
    if where is None:
        return len(text)
    lines = text.split("\n")
    return sum(len(line) + 1 for line in lines[: int(where[1]) - 1]) + int(where[2]) - 1


def _place(text: str, statement: Statement, found: Sequence[Statement]) -> str:
    """Return what a statement is about, as other faults call it: ``question hb: units``."""
    piece = text[statement.start : statement.end]
    key = _KEY.match(piece)
    table = _table(text, statement.table, found)
    if piece.lstrip().startswith(("[", "［")):
        return piece.strip().splitlines()[0].strip("[]［］ ") or "file"
    return f"{table}: {key[1]}" if key else table


def _table(text: str, table: Path, found: Sequence[Statement]) -> str:
    if not table:
        return "protocol"
    if ASIDE in str(table[0]):  # of a header that could not be read
        return "file"
    if len(table) == 1 or not isinstance(table[1], int):
        return ".".join(map(str, table))
    for statement in found:
        match = _NAMING.match(text, statement.start, statement.end)
        if statement.table == table[:2] and match is not None and ASIDE not in match[2]:
            return f"{table[0]} {match[2]}"
    return f"{table[0]} number {table[1] + 1}"
