"""What in the rest of a line leaves it in doubt whether it only limits the condition before it.

*Surgery within 4 weeks, which is extended to 8 for some* leaves out more than the surgery within 4 weeks; *cirrhosis
that is suspected*, more than a known one; *dialysis which was stopped*, others than those who are on dialysis now.
"""

from __future__ import annotations

import re
from typing import Final

_NOT_KNOWN_OF_HER: Final = re.compile(
    r"\b(?:suspected|possible|probable|presumed|parents?|mother|father|siblings?|brothers?|sisters?|famil(?:y|ies|ial)|"
    r"relatives?|household)\b",
    re.IGNORECASE,
)
_OVER: Final = re.compile(
    r"\b(?:was|were|had|became|(?<!be )(?:stopped|ceased|discontinued|cured|resected|ablated)|delivered)\b",
    re.IGNORECASE,
)
"""What may be said of a condition that is no longer one."""
_OTHER_LIMIT: Final = re.compile(
    r"\b(?:intervals?|limits?|threshold|cut-?offs?|window|wash-?out|longer|shorter|extended|lower|higher|becomes?)\b"
    r"|\d[\d.,-]* ?[\w/]* (?:as|for|in|if|required)\b|\b(?:that|which) is (?:[<>≥≤] ?)?\d|\bwithin \d",
    re.IGNORECASE,
)
_OF_SOME_PARTS: Final = re.compile(r"\b(?:cohorts?|arms?|parts?|sites?) (?:[A-Z0-9]\b|\w+$)|\bcohort$")
_LASTS: Final = re.compile(
    r"\b(?:for|within|during|over|in|past|last|previous|preceding|lasting|since)(?: the)?(?: (?:last|past|previous))?"
    r"(?: (?:at least|more than|over|a minimum of|up to|[>≥]))? ?\d+ years?\b"
    r"|\d+[ -]years? (?:ago|before|prior|after|earlier|history|duration|of (?!age))",
    re.IGNORECASE,
)
_AGE: Final = re.compile(r"\d+[ -]?(?:years?|yrs?)\b|[<>≥≤] ?\d+ (?:years|of age)", re.IGNORECASE)
_PERIOD: Final = re.compile(
    r"\b(?:for|within|during|over|in|last|past|previous|preceding)(?: (?:at least|more than|over|up to|[>≥]))? ?\d+ "
    r"(?:hours?|days?|weeks?|months?|years?)\b|\b\d+ (?:hours?|days?|weeks?|months?|years?) (?:before|prior)\b",
    re.IGNORECASE,
)


def of_others_too(tail: str, *, timed: bool) -> bool:
    """Say whether what follows a condition of an exclusion may leave out others; `timed` if that is of the past."""
    return _NOT_KNOWN_OF_HER.search(tail) is not None or (not timed and _OVER.search(tail) is not None)


def sets_another_limit(tail: str) -> bool:
    """Say whether what follows a limit or a time may set another one for some: *with 6 weeks for nitrosoureas*."""
    return _OTHER_LIMIT.search(tail) is not None


def has_another_number(tail: str) -> bool:
    """Say whether what is added to a limit has a number that is no period: *and 5 with liver metastases*."""
    return re.search(r"\d", _PERIOD.sub(" ", tail)) is not None


def names_another_age(tail: str) -> bool:
    """Say whether what follows an age may name that of others: *18-65 years, with 16-17 years at some sites*."""
    return _AGE.search(_LASTS.sub(" ", tail)) is not None


def is_of_a_part(tail: str) -> bool:
    """Say whether what follows a condition speaks of a part of the trial only."""
    return _OF_SOME_PARTS.search(tail) is not None
