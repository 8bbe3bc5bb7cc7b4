"""The lines of the record that stand above a criterion and may say more of it: *Within 4 weeks before enrolment:*.

A file says of no line how far it reaches. It is taken to reach over the criteria of its side down to the next line; or,
above a criterion that is one of several by its code (E3a, 3.1), over all of these, whatever other lines are among them.
What follows a criterion that ends in a colon is a list of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from dialogs.protocol import Protocol

_ONE_OF_SEVERAL: Final = re.compile(r"(.*\d)(?:[a-z]+|[._-]\d+)")
LEADS_ON: Final = (":", "：")
Entry = tuple[str | None, str, str]
"""The side of a criterion, its code and its words; of a line that is no criterion ``None``, nothing and its words."""


def headings(protocol: Protocol) -> list[tuple[str, ...]]:
    """Return the lines that stand above each criterion."""
    return [*headings_of(entries_in(protocol))]


def headings_of(entries: Iterable[Entry]) -> Iterator[tuple[str, ...]]:
    """Yield the lines that stand above each criterion of a file."""
    above: dict[str, tuple[str, ...]] = {}
    of_several: dict[str, tuple[str, ...]] = {}
    waiting: tuple[str, ...] = ()
    in_list = False
    for side, code, words in entries:
        leads_on = words.rstrip().endswith(LEADS_ON)
        in_list = leads_on if side is not None else in_list and not leads_on
        if side is None:
            waiting = waiting if in_list else (*waiting, words)
            continue
        several = _ONE_OF_SEVERAL.fullmatch(code)
        if several is not None:
            above[side] = ()
            of_several[several[1]] = (*of_several.get(several[1], ()), *waiting)
            yield of_several[several[1]]
        else:
            above[side] = waiting or above.get(side, ())
            yield above[side]
        waiting = ()


def entries_in(protocol: Protocol) -> Iterator[Entry]:
    """Yield the criteria and lines of a file, as `headings_of` takes them."""
    for place, criterion in enumerate(protocol.criteria):
        yield from ((None, "", line.text) for line in protocol.lines if line.before == place)
        yield criterion.kind, criterion.code, criterion.source
