"""Finds the lines on which the tables, keys and values of a TOML text stand; `tomllib` keeps none.

Only faults and edits need them, so a file that is right and only read is never scanned. A text with faults of syntax is
scanned too: what cannot be read is stepped over, and scanning goes on with the next line that looks like a table or a
key.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Final

Path = tuple[str | int, ...]
"""Keys, and places in lists counted from 0: ``("question", 2, "units", 0, "code")``."""

MAX_DEPTH: Final = 50
"""Brackets inside of each other; what is deeper has no line of its own."""
STRING: Final = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}|' + r"'''.*?'{3,5}|" + r'"(?!"")(?:[^"\\\n]|\\.)*"|' + r"'(?!'')[^'\n]*'",
    re.DOTALL,
)
_KEY: Final = re.compile(r"""[ \t]*(?:([\w-]+)|"((?:[^"\\\n]|\\.)*)"|'([^'\n]*)')[ \t]*""")
_BARE: Final = re.compile(r"""[^\s,\[\]{}#"'=][^,\[\]{}#"'=\n]*""")
_BLANK: Final = re.compile(r"[ \t]*")
_SPACE: Final = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
_REST: Final = re.compile(r"[ \t]*(?:#[^\n]*)?(?:\n|\Z)")
_HEADER: Final = re.compile(r"[ \t]*(\[\[?)")
_STATEMENT: Final = re.compile(
    r"^[ \t]*(?:[\[［]{1,2}[^\[\]\n=,{}]+[\]］]|[\w.-]+[ \t]*(?:=(?!=)|[:＝：])|[\w.-]+ [\w.-]+[ \t]*=[ \t]*[\"'\[])",
    re.MULTILINE,  # as people type them, too
)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where something stands: its first and last line, and the line of the first character of a text's content."""

    first: int
    last: int
    content: int


@dataclass(frozen=True, slots=True)
class Statement:
    """A header, or a key with its value: the characters of the text that it takes, and the table that it stands in.

    One that is ``lost`` is no TOML; it ends where the next one seems to begin.
    """

    start: int
    end: int
    table: Path
    lost: bool = False


class _LostError(Exception):
    """What stands here is no TOML."""


def scan(text: str) -> dict[Path, Spot]:
    """Return where each table, key, list item and value of a text stands; lines are counted from 1."""
    return _Scanner(text.replace("\r\n", "\n")).scan()


def statements(text: str) -> list[Statement]:
    """Return all statements of a text, in their order. Lines must end as in Unix."""
    scanner = _Scanner(text)
    scanner.scan()
    return scanner.statements


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self.spots: dict[Path, Spot] = {}
        self.listed: dict[Path, int] = {}
        """How many ``[[tables]]`` of each name there are so far."""
        self.statements: list[Statement] = []
        self.table: Path = ()
        self.at = 0

    def scan(self) -> dict[Path, Spot]:
        while (start := self._skip(_SPACE)) < len(self.text):
            lost = False
            try:
                self._statement()
            except _LostError:
                lost = True
                self.at = self._next_statement(start)
            self.statements.append(Statement(start, self.at, self.table, lost))
        return self.spots

    def _next_statement(self, after: int) -> int:
        """Return where the first line after a place begins that looks like a table or a key."""
        newline = self.text.find("\n", after)
        found = _STATEMENT.search(self.text, newline) if newline >= 0 else None
        return found.start() if found else len(self.text)

    def _statement(self) -> None:
        start = self.at
        header = self._match(_HEADER)
        if header is None:
            self._pair(self.table, 0)
        else:
            self._header(start, header[1])
        if self._match(_REST) is None:
            raise _LostError

    def _header(self, start: int, brackets: str) -> None:
        names = self._names()
        path = (*self._resolved(names[:-1]), names[-1])
        self._expect("]" * len(brackets))
        if brackets == "[[":
            self.spots.setdefault(path, self._spot(start))
            self.listed[path] = self.listed.get(path, -1) + 1
            path += (self.listed[path],)
        self.table = path
        self.spots.setdefault(path, self._spot(start))

    def _resolved(self, names: list[str]) -> Path:
        """Return the path of a table named in a header: of a list, its last table is meant."""
        path: Path = ()
        for name in names:
            path += (name,)
            self.spots.setdefault(path, self._spot(self.at))
            if path in self.listed:
                path += (self.listed[path],)
        return path

    def _pair(self, table: Path, depth: int) -> None:
        """Scan ``key = value``; a dotted key stands for tables inside of each other."""
        start = self.at
        paths = [table]
        for name in self._names():
            paths.append((*paths[-1], name))
        self._expect("=")
        content = self._value(paths[-1], depth)
        for path in paths[1:]:
            self.spots.setdefault(path, self._spot(start, content))

    def _names(self) -> list[str]:
        names = []
        while (match := self._match(_KEY)) is not None:
            names.append(next(name for name in match.groups() if name is not None))
            if not self.text.startswith(".", self.at):
                return names
            self.at += 1
        raise _LostError

    def _value(self, path: Path, depth: int) -> int:
        """Scan a value, and return where its content begins."""
        start = self._skip(_BLANK)
        if depth > MAX_DEPTH:
            raise _LostError
        if self.text.startswith("[", start):
            self._inside("]", lambda index: self._item((*path, index), depth + 1))
        elif self.text.startswith("{", start):
            self._inside("}", lambda _: self._pair(path, depth + 1))
        elif (match := self._match(STRING)) is not None:
            return start + _opening(match[0])
        elif self._match(_BARE) is None:
            raise _LostError
        return start

    def _inside(self, closing: str, part: Callable[[int], None]) -> None:
        """Scan what stands between brackets, part by part, with commas between."""
        self.at += 1
        for index in count():
            self._skip(_SPACE)
            if self.text.startswith(closing, self.at):
                break
            part(index)
            self._skip(_SPACE)
            if self.text.startswith(",", self.at):
                self.at += 1
            elif not self.text.startswith(closing, self.at):
                raise _LostError
        self.at += 1

    def _item(self, path: Path, depth: int) -> None:
        start = self.at
        self.spots[path] = self._spot(start, self._value(path, depth))

    def _spot(self, start: int, content: int | None = None) -> Spot:
        first = start if content is None else content
        return Spot(self._line(start), self._line(max(start, self.at - 1)), self._line(first))

    def _line(self, at: int) -> int:
        return bisect_right(self.starts, at)

    def _skip(self, pattern: re.Pattern[str]) -> int:
        self._match(pattern)
        return self.at

    def _match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        match = pattern.match(self.text, self.at)
        if match is not None:
            self.at = match.end()
        return match

    def _expect(self, sign: str) -> None:
        if not self.text.startswith(sign, self.at):
            raise _LostError
        self.at += len(sign)


def _opening(text: str) -> int:
    """Return how many characters open a text: its quotes, and a line break right after three of them."""
    if text[:3] in ('"""', "'''"):
        return 4 if text[3:4] == "\n" else 3
    return 1
