"""The order of a number that is worked out and of its parts: all parts that are missing are asked at once.

Questions are asked in their order. Parts that stand below the whole in a file would be asked only after whatever stands
between; so they are taken before it. A file that was stored without that keeps the order that it had.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from typing import Any, Final

from dialogs.loading.catalogue import Shelf
from dialogs.loading.ruleless import names_in, question_name

MOVED: Final = "# Asked at once: what a number is worked out from, before it."
"""A remark at the end of a stored file whose questions were put in another order."""


def parts_before_wholes(listed: Sequence[Any], shelf: Shelf) -> Iterator[Any]:
    """Yield the questions in their order, each after those that its formula names, which keep theirs."""
    first = {question_name(each): place for place, each in reversed([*enumerate(listed)])}
    seen: set[int] = set()

    def with_parts(place: int) -> Iterator[Any]:
        if place in seen:
            return
        seen.add(place)  # before its parts: one that is worked out from itself is refused later
        for part in sorted(first[name] for name in _parts(listed[place], first, shelf) if name in first):
            yield from with_parts(part)
        yield listed[place]

    for place in range(len(listed)):
        yield from with_parts(place)


def _parts(question: Any, asked: Container[str | None], shelf: Shelf) -> list[str]:
    """Return the names in a question's formula, and in those of the catalogue's entries that the file does not ask."""
    if not isinstance(question, dict):
        return []
    used = shelf.entry(question["use"]) if "use" in question and "at" not in question else None
    waiting, found = (
        names_in(str(question.get("formula", (used or {}).get("formula", "")))),
        dict[str, None](),
    )
    while waiting:
        name = waiting.pop(0)
        if name not in found:
            found[name] = None
            entry = None if name in asked else shelf.entry(name)
            waiting += names_in(str((entry or {}).get("formula", "")))
    return list(found)
