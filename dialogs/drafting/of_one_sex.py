"""Inclusion criteria about one sex that stand beside others about the other: *women of 40*, *men of 50*.

Nobody is of both: what one of them asks is no matter for patients of the other sex, though its words do not say so.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from dialogs.drafting.layout import Line
from dialogs.drafting.of_some import is_of_a_partner
from dialogs.drafting.spoken import either

_SEXES: Final = {sex: re.compile(f"(?<![a-z]){either(sex)}", re.IGNORECASE) for sex in ("female", "male")}
_FIRST: Final = re.compile(
    rf"\W*(?:(?:all|any|adult|healthy|fertile|young|older|post-?menopausal|pre-?menopausal)\s+)*"
    rf"(?:(?P<female>{either('female')})|{either('male')})",
    re.IGNORECASE,
)
_NEEDS: Final = re.compile(r'^(?!.* or )(?:.* and )?sex (?:==|!=) "')
"""A rule that no patient of the other sex meets."""


def of_one_sex(lines: Sequence[Line]) -> frozenset[Line]:
    """Return the inclusion criteria about one sex with one about the other beside them, below the same headings."""
    found: dict[tuple[str, ...], dict[str, list[Line]]] = defaultdict(lambda: defaultdict(list))
    for line in lines:
        if line.role == "inclusion" and (sex := _sex(line.text)):
            found[line.headings][sex].append(line)
    pairs = (sexes for sexes in found.values() if len(sexes) == len(_SEXES))
    return frozenset(line for sexes in pairs for listed in sexes.values() for line in listed)


def names_a_sex_alone(rule: str) -> bool:
    """Say whether a rule is met by patients of one sex only."""
    return _NEEDS.search(rule) is not None


def _sex(text: str) -> str:
    """Return the sex that a line begins with, if it speaks of no other; and of no partner."""
    found = _FIRST.match(text)
    if found is None or is_of_a_partner(text):
        return ""
    sex, other = ("female", "male") if found["female"] else ("male", "female")
    return "" if _SEXES[other].search(text) else sex
