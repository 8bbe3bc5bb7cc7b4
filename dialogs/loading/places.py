"""Finds the lines that faults speak of: from a place as faults name it, ``question hb: unit g/L: scale``, to a line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from dialogs.errors import Fault
from dialogs.loading.lines import Path, Spot, scan
from dialogs.loading.ruleless import id_of, question_name

_LISTS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "question": ("question", ("id", "use")),
    "criterion": ("criterion", ("code",)),
    "part": ("part", ("code",)),
    "site_item": ("site_item", ("id",)),
    "alert": ("alert", ("id",)),
    "option": ("options", ("code",)),
    "unit": ("units", ("code",)),
    "shortcut": ("shortcuts", ("code",)),
}
"""A word of a place -> the key of the list that it speaks of, and the keys that name a table of that list."""
_IN_A_LIST: Final = ("key", "place")
_QUESTION: Final = re.compile(r"question (?:number (\d+)|([^: ]+))(?=: |$)")
_LIMIT: Final = re.compile(r"question [^:]+: [ul]ln")
_OF_LIMIT: Final = re.compile(r": [ul]ln: units?\b")
_NUMBERED: Final = re.compile(r"number (\d+)(?=: |$)")
_UNNAMED: Final = re.compile(r"^(\w+) number (\d+)\b")
_KEY: Final = re.compile(r"([^:\[\] ]+)(?:\[(\d+)\])?(?=: |$)")
_AGAIN: Final = re.compile(r" \((\d+)\)(?=: |$)")
"""Follows the name of the second and any later table of the same name."""


def placed(
    faults: Sequence[Fault], text: str, raw: Mapping[str, Any], expanded: Mapping[str, Any] | None = None
) -> list[Fault]:
    """Give each fault the line that it speaks of, and put them in the order of the file.

    A table without a name is told as what is counted: ``[[criterion]] number 3``, lines of the record and all.
    """
    spots = scan(text)
    faults = _without_echoes([_as_in_the_file(fault, raw, expanded or raw) for fault in faults])
    lined = [
        fault if fault.line is not None else replace(fault, line=_line(fault, raw, spots), within=0)
        for fault in faults
    ]
    named = [replace(fault, place=_UNNAMED.sub(r"[[\1]] number \2", fault.place)) for fault in lined]
    return sorted(named, key=lambda fault: fault.line or 0)


def _as_in_the_file(fault: Fault, raw: Mapping[str, Any], expanded: Mapping[str, Any]) -> Fault:
    """Return a fault of a question that was made at the place of what it was made of: a criterion, a limit of normal.

    One without a name has the number that it has in the file.
    """
    match = _QUESTION.match(fault.place)
    listed = _listed(raw, "question")
    if match is None or (match[1] is None and match[2] in map(question_name, listed)):
        return fault
    if match[1] is not None:
        place = f"question number {_number(int(match[1]), listed, _listed(expanded, 'question'))}"
    else:
        place = _made_of(match[2], raw) or match[0]
    return replace(fault, place=f"{place}{fault.place[match.end() :]}")


def _without_echoes(faults: Sequence[Fault]) -> Sequence[Fault]:
    """Leave out what a limit of normal with a fault makes wrong in the question that is made of it."""
    limits = {
        fault.place for fault in faults if _LIMIT.match(fault.place) and not _OF_LIMIT.search(fault.place)
    }
    return [
        fault
        for fault in faults
        if not _OF_LIMIT.search(fault.place) or not any(_LIMIT.match(place) for place in limits)
    ]


def _number(number: int, listed: Sequence[Any], expanded: Sequence[Any]) -> int:
    """Return the number in the file of a question without a name."""
    rank = sum(question_name(each) is None for each in expanded[:number])
    unnamed = [place for place, each in enumerate(listed, 1) if question_name(each) is None]
    return unnamed[rank - 1] if number <= len(expanded) and 0 < rank <= len(unnamed) else number


def _made_of(name: str, raw: Mapping[str, Any]) -> str | None:
    for criterion in _listed(raw, "criterion"):
        code = criterion.get("code") if isinstance(criterion, Mapping) else None
        if isinstance(code, str) and id_of(code) == name:
            return f"criterion {code}"
    of, _, limit = name.rpartition("_")
    return f"question {of}: {limit}" if limit in ("uln", "lln") else None


def _listed(raw: Mapping[str, Any], key: str) -> Sequence[Any]:
    listed = raw.get(key)
    return listed if isinstance(listed, list) else []


def find(place: str, raw: Mapping[str, Any]) -> Path:
    """Return the path of a place, as far as the file has it."""
    path: Path = ()
    node: Any = raw
    rest = place.removeprefix("protocol: ")
    while rest and (step := _step(rest, node, raw)) is not None:
        taken, length = step
        if len(taken) > len(_IN_A_LIST):  # of an option set, which stands at the top
            path, node = (), raw
        for key in taken:
            node = node[key]
        path += taken
        rest = rest[length:].removeprefix(": ")
    return path


def _line(fault: Fault, raw: Mapping[str, Any], spots: Mapping[Path, Spot]) -> int | None:
    path = find(fault.place, raw)
    while path and path not in spots:
        path = path[:-1]
    if not path:
        return None
    spot = spots[path]
    return min(spot.content + fault.within, spot.last) if fault.within else spot.first


def _step(rest: str, node: Any, raw: Mapping[str, Any]) -> tuple[Path, int] | None:
    """Return the next keys on the way to a place, and how many of its characters they stand for."""
    if not isinstance(node, Mapping):
        return None
    word, _, name = rest.partition(" ")
    if word in _LISTS and name:
        return _named(word, name, node, raw)
    key = _KEY.match(rest)
    if key is None or key[1] not in node:
        return None
    listed, index = node[key[1]], int(key[2] or 0) - 1
    if isinstance(listed, list) and 0 <= index < len(listed):
        return (key[1], index), key.end()
    return (key[1],), key.end()


def _named(word: str, name: str, node: Mapping[str, Any], raw: Mapping[str, Any]) -> tuple[Path, int] | None:
    key, namers = _LISTS[word]
    path: Path = (key,)
    listed = node.get(key)
    if isinstance(listed, str):  # the name of an option set
        sets, path = raw.get("option_sets"), ("option_sets", listed)
        listed = sets.get(listed) if isinstance(sets, Mapping) else None
    if not isinstance(listed, list):
        return _own_entry(word, name, node)
    numbered = _NUMBERED.match(name)
    if numbered and int(numbered[1]) <= len(listed):
        return (*path, int(numbered[1]) - 1), len(word) + 1 + numbered.end()
    for index, length in _candidates(name, listed, namers):
        return (*path, index), len(word) + 1 + length
    return _own_entry(word, name, node)


def _own_entry(word: str, name: str, node: Mapping[str, Any]) -> tuple[Path, int] | None:
    """Return the entry of the file's own catalogue that a question was made of."""
    own, called = node.get("catalogue"), name.partition(":")[0]
    if word != "question" or not isinstance(own, Mapping) or called not in own:
        return None
    return ("catalogue", called), len(word) + 1 + len(called)


def _candidates(name: str, listed: Sequence[Any], namers: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield the tables whose name a place begins with, and the length of what names each."""
    seen = 0
    for index, table in enumerate(listed):
        called = (
            next((table[key] for key in namers if key in table), None) if isinstance(table, Mapping) else None
        )
        if not isinstance(called, str) or not name.startswith(called):
            continue
        again = _AGAIN.match(name, len(called))
        ends = again.end() if again else len(called)
        if name[ends:].startswith(": ") or not name[ends:]:
            seen += 1
            if seen == int(again[1] if again else 1):
                yield index, ends
