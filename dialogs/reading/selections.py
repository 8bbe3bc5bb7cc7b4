"""Reads what was typed as the options that apply: ``asthma, copd``, ``1; 3``, ``none``. Exact, like all answers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final

from dialogs.answers import NONE, UNKNOWN, Answer, Selection
from dialogs.languages import in_every_language
from dialogs.protocol import Question
from dialogs.reading.numerals import fold
from dialogs.reading.options import likely_options, spellings_taken
from dialogs.reading.patterns import in_any_language, listed
from dialogs.reading.results import Reading, Refused, Understood

MAX_PARTS: Final = 60
"""More commas than that are in no list of options."""


def read_selection(question: Question, said: str, *, numbered: bool) -> Reading:
    """Read folded text as options of `question`, as *none of these* or as *unknown*.

    Each is a code, a label, a listed spelling or the number at which it stands. A label may have a comma in it: the
    text is divided wherever that leaves nothing over, and if it can be divided into different options it is refused.
    """
    meant = {**(_numbers(question) if numbered else {}), **_spellings(question)}
    stored = said.removeprefix("{").removesuffix("}") if said.startswith("{") else said
    answers = {_answer(question, codes) for codes in _divided(stored, meant)} if stored else {Selection(())}
    if len(answers) == 1 and (answer := answers.pop()) is not None:
        return Understood(((question.id, answer),))
    likely = [] if _between().search(said) else likely_options(question, said)
    return Refused("not_a_selection", likely=tuple(((question.id, Selection((code,))),) for code in likely))


def _answer(question: Question, codes: tuple[str, ...]) -> Answer | None:
    """Return the answer that codes are together; *none* and *unknown* mean something only when they stand alone."""
    if codes == (UNKNOWN.code,):
        return UNKNOWN
    if codes == (NONE,):
        return Selection(())
    return None if {NONE, UNKNOWN.code} & {*codes} else question.selection(codes)


def _spellings(question: Question) -> dict[str, str]:
    """Return the code that each spelling means; one that two of them share means neither."""
    none = {NONE, *map(fold, in_every_language("dialogs", "selection", "none").values())}
    known = {**spellings_taken(question), NONE: none | listed("understood", NONE) | listed("is_there", NONE)}
    claims: dict[str, set[str]] = {}
    for code, spellings in known.items():
        for spelling in spellings:
            claims.setdefault(spelling, set()).add(code)
    return {spelling: codes.pop() for spelling, codes in claims.items() if len(codes) == 1}


def _numbers(question: Question) -> dict[str, str]:
    """Return the option that each number means: its place, from 1, unless options have digits for codes."""
    if any(code.isdigit() for code in question.option_by_code):
        return {}
    return {str(number): code for number, code in enumerate(question.option_by_code, 1)}


def _divided(said: str, meant: Mapping[str, str]) -> set[tuple[str, ...]]:
    """Return every row of codes that a text can be divided into."""
    cuts = [(0, 0), *(match.span() for match in _between().finditer(said)), (len(said), len(said))]
    if len(cuts) > MAX_PARTS:
        return set()
    ways: list[set[tuple[str, ...]]] = [{()}]
    for last in range(1, len(cuts)):
        ways.append(
            {(*before, code) for first, code in _endings(said, cuts, last, meant) for before in ways[first]}
        )
    return {tuple(dict.fromkeys(codes)) for codes in ways[-1]}


def _endings(
    said: str, cuts: list[tuple[int, int]], last: int, meant: Mapping[str, str]
) -> Iterator[tuple[int, str]]:
    """Yield what stands just before a cut and means something: the cut at which it begins, and its code."""
    for first in range(last):
        code = meant.get(said[cuts[first][1] : cuts[last][0]])
        if code is not None:
            yield first, code


@cache
def _between() -> re.Pattern[str]:
    """What stands between two options; folding leaves the commas of Chinese as they are."""
    return re.compile(rf"\s*(?:[,;，；、+&/]|{in_any_language('and')})\s*")
