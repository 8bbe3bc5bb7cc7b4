"""What changed of a rule, in words: the conditions that are new, gone or other ones; of those that stay, how many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from dialogs.changed_words import bracketed, changed_words, shared_words
from dialogs.languages import numbered, words
from dialogs.reading_back import Clause

_ALIKE: Final = 0.8
"""How much of its words a comparison has in common with what it was before, if that is not of the same question."""
_ALIKE_JOINED: Final = 0.5
"""The same of conditions that are joined."""

_Key = tuple[str, tuple["_Key", ...]]


def changed_clause(before: Clause, after: Clause, language: str) -> str:
    """Say what changed of a condition; nothing if its parts stand in another order only."""
    return "" if _key(before) == _key(after) else _Changed(language).told(before, after)


def in_a_line(clause: Clause, language: str) -> str:
    """Return a condition with its parts in brackets: they stand below each other where there is room."""
    return _with_parts(clause.text, [in_a_line(part, language) for part in clause.parts], language)


def _with_parts(text: str, parts: Sequence[str], language: str) -> str:
    if not parts:
        return text
    marks = words("dialogs", language)["punctuation"]
    found: str = marks["noted"].format(what=text, note=marks["then"].join(parts))
    return found


class _Changed:
    """Conditions of two versions held against each other, told in one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.stay = words("dialogs.amendments", language)["stay"]

    def told(self, before: Clause, after: Clause) -> str:
        """Say the later one, with what changed in brackets."""
        if _is_part(before, after):
            before = Clause(after.text, (before,))
        elif _is_part(after, before):
            after = Clause(before.text, (after,))
        if before.parts and after.parts:
            same = before.text == after.text
            text = after.text if same else changed_words(before.text, after.text)
            return _with_parts(text, [*self.parts(before.parts, after.parts)], self.language)
        one, other = self.line(before), self.line(after)
        return changed_words(one, other) if self.alike(before, after) else bracketed(one, other)

    def parts(self, before: Sequence[Clause], after: Sequence[Clause]) -> Iterator[str]:
        """Yield the parts that changed, in the later order, those that are gone, and how many stay; one is named."""
        stay = Counter(map(_key, before)) & Counter(map(_key, after))
        gone, come = _others(before, stay), _others(after, stay)
        former = self.former(before, after, gone, come)
        count = stay.total()
        for place, part in enumerate(after):
            if place in former:
                yield self.told(before[former[place]], part)
            elif place in come:
                yield bracketed("", self.line(part))
            elif count == 1 and not part.parts:
                yield self.line(part)
                count = 0
        yield from (bracketed(self.line(before[each]), "") for each in gone if each not in former.values())
        if count:
            yield numbered(self.stay, count, self.language).format(n=count)

    def former(
        self, before: Sequence[Clause], after: Sequence[Clause], gone: Sequence[int], come: Sequence[int]
    ) -> dict[int, int]:
        """Return which part each one that came was before, the most alike first."""
        scored = [
            (-shared_words(self.line(before[one]), self.line(after[other])), other, one)
            for one in gone
            for other in come
            if self.alike(before[one], after[other])
        ]
        found: dict[int, int] = {}
        for _, other, one in sorted(scored):
            if other not in found and one not in found.values():
                found[other] = one
        return found

    def alike(self, before: Clause, after: Clause) -> bool:
        """Say whether one condition is the other as it was before."""
        if bool(before.parts) != bool(after.parts):
            return _is_part(before, after) or _is_part(after, before)
        if before.name and before.name == after.name:
            return True
        least = _ALIKE_JOINED if before.parts else _ALIKE
        return shared_words(self.line(before), self.line(after)) >= least

    def line(self, clause: Clause) -> str:
        return in_a_line(clause, self.language)


def _key(clause: Clause) -> _Key:
    """Return what conditions have in common whose parts stand in another order only."""
    return clause.text, tuple(sorted(map(_key, clause.parts)))


def _is_part(one: Clause, other: Clause) -> bool:
    return _key(one) in map(_key, other.parts)


def _others(parts: Sequence[Clause], stay: Counter[_Key]) -> list[int]:
    """Return the places of parts that are not among those that stay."""
    left, found = Counter(stay), list[int]()
    for place, part in enumerate(parts):
        if left[_key(part)] > 0:
            left[_key(part)] -= 1
        else:
            found.append(place)
    return found
