"""Names and readings that say a number of before: what is asked, or a limit, was changed, and they were not.

Each number of them is looked for in what is asked and answered, in the words of the criteria, and among the limits of
their rules, in every unit. One that is part of a word is none: HbA1c, PHQ-9, 5-FU.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Final, Literal

from dialogs.answers import plain
from dialogs.languages import LANGUAGES, words
from dialogs.loading.ruleless import id_of, is_asked_as_it_stands
from dialogs.protocol import Criterion, Protocol, Question
from dialogs.rules.comparisons import Comparison
from dialogs.rules.judgement import members
from dialogs.texts import Text

_BEGIN: Final = r"(?<![A-Za-z\d_.,^*])(?<![A-Za-z][-–])"
_END: Final = r"(?![\d⁰¹²³⁴-⁹^*A-Z]|[.,]\d|-[A-Z])"
_NUMBER: Final = re.compile(rf"{_BEGIN}(?:\d{{1,3}}(?:,\d{{3}})+|\d+(?:\.\d+)?){_END}", re.ASCII)
_FULL_WIDTH: Final = str.maketrans("０１２３４５６７８９．", "0123456789.")


@dataclass(frozen=True, slots=True)
class StaleName:
    """What a key says, with ``numbers`` that nothing else has, where what is asked and judged has those of ``now``."""

    about: Literal["question", "criterion"]
    name: str
    key: Literal["short", "name", "reading"]
    said: str
    numbers: tuple[str, ...]
    now: tuple[str, ...]


def stale_names(protocol: Protocol) -> Iterator[StaleName]:
    """Yield the names that contradict what is asked or judged, first those of questions."""
    of_criteria = {id_of(each.code) for each in protocol.criteria if is_asked_as_it_stands(each)}
    for place, question in enumerate(protocol.questions):
        if question.id not in of_criteria:
            criteria = [each for each in protocol.criteria if each.rule.mask >> place & 1]
            known = _Known(protocol, criteria, [place], [question.ask])
            yield from known.missing("question", question.id, "short", question.short)
    for each in protocol.criteria:
        known = _Known(protocol, [each], list(members(each.rule.mask)), [Text({"": each.source})])
        yield from known.missing("criterion", each.code, "name", each.name)
        yield from known.missing("criterion", each.code, "reading", each.reading or Text())


class _Known:
    """The numbers of some criteria, and of the questions at some places of their rules."""

    def __init__(
        self, protocol: Protocol, criteria: Sequence[Criterion], places: Sequence[int], first: Sequence[Text]
    ) -> None:
        """`first` are the texts whose numbers a name would repeat."""
        asked = [protocol.questions[place] for place in places]
        leaves = [leaf for each in criteria for leaf in each.rule.node.leaves() if leaf.mask]
        compared = [each for each in leaves if isinstance(each, Comparison) and each.place in places]
        limits = [
            (protocol.questions[each.place], *limit) for each in compared for limit in each.limits.items()
        ]
        written = [plain(limit) for _, _, limit in limits]
        texts = [*first, *_texts(criteria, asked)]
        self.now = tuple(dict.fromkeys([*(number for text in first for number in _in(text)), *written]))
        self.numbers = {_value(number) for text in texts for number in _in(text)} | set(map(Decimal, written))
        self.numbers |= {number for text in texts for number in _in_words(text)}
        self.converted = [number for limit in limits for number in _in_every_unit(*limit)]

    def missing(
        self,
        about: Literal["question", "criterion"],
        name: str,
        key: Literal["short", "name", "reading"],
        said: Text,
    ) -> Iterator[StaleName]:
        for text in said.values():
            numbers = tuple(each for each in _numbers(text) if not self._has(each))
            if numbers and self.now:
                yield StaleName(about, name, key, text, numbers, self.now)
                return

    def _has(self, number: str) -> bool:
        """Say whether a number is known, or is a limit in another unit, as exactly as it is written."""
        value = _value(number)
        step = Decimal(1).scaleb(int(value.as_tuple().exponent))
        return value in self.numbers or any(abs(each - value) * 2 <= step for each in self.converted)


def _texts(criteria: Iterable[Criterion], questions: Iterable[Question]) -> Iterator[Text]:
    """Yield all that is read of them but names and readings."""
    for criterion in criteria:
        yield from (Text({"": criterion.source}), criterion.note or Text())
    for question in questions:
        yield from (question.ask, question.help or Text(), *question.buttons.values())
        yield from (unit.label for unit in question.units)


def _in(text: Text) -> Iterator[str]:
    return (number for said in text.values() for number in _numbers(said))


def _numbers(text: str) -> list[str]:
    return _NUMBER.findall(text.translate(_FULL_WIDTH))


def _value(number: str) -> Decimal:
    return Decimal(number.replace(",", ""))


def _in_every_unit(question: Question, code: str, limit: Decimal) -> Iterator[Decimal]:
    unit = question.unit_by_code[code]
    for other in question.units if unit.scale is not None else ():
        if other.scale is not None:
            yield other.from_first(unit.in_first(limit))


def _in_words(text: Text) -> Iterator[Decimal]:
    """Yield the numbers that a text has in words: *within six months*."""
    for said in text.values():
        yield from (number for number, pattern in _number_words() if pattern.search(said))


@cache
def _number_words() -> tuple[tuple[Decimal, re.Pattern[str]], ...]:
    named = [each for code in LANGUAGES for each in words("dialogs", code)["ago"]["numbers"].items()]
    return tuple(
        (Decimal(number), re.compile(_either(spellings), re.IGNORECASE)) for number, spellings in named
    )


def _either(spellings: Sequence[str]) -> str:
    """Return what matches one of some words: where words have blanks between them, a whole one."""
    return "|".join(rf"\b{re.escape(each)}\b" if each.isascii() else re.escape(each) for each in spellings)
