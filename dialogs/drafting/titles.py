"""Lines within a section of a record that are no criteria: titles of groups and of lists, notes and remarks."""

from __future__ import annotations

import re
from typing import Final

from dialogs.drafting.spoken import either

OPENS: Final = (":", "：", "=", "?", "？", "…", "...")
"""How a line ends that announces others."""
_NOTE: Final = re.compile(rf"\W*{either('note')}\s*(?:\d\s*)?[:：.\-–]", re.IGNORECASE)
_REMARK: Final = re.compile(
    r"\W*the (?:information|criteria|list)\b.{0,40}\bnot (?:intended|all)"
    r"|\W*(?:other|additional|further)\b.{0,60}\b(?:in|ex)clusion\b.{0,30}\b(?:appl(?:y|ies)|exist)"
    r"|\W*for (?:more|further|additional) information\b"
    r"|\W*not all (?:in|ex)clusion",
    re.IGNORECASE,
)
_NONE: Final = re.compile(rf"\W*{either('none')}?\W*", re.IGNORECASE)
_TITLES: Final = re.compile(
    r".*\b(?:characteristics|requirements|criteria|population|participants|patients|subjects|controls|volunteers|"
    r"(?:cohort|group|arm|part|stage)s?(?:\s+[A-Z0-9]{1,3})?)(?: only)?\W*$"
    r"|\W*(?:cohort|group|arm|part)s? (?:[A-Z]|\d{1,2}[a-z]?|I{1,3}V?)(?:\s*[(\[:–—-].{0,80}| only\b.{0,40})",
    re.IGNORECASE,
)
"""A group of participants; or a part by its code, and what this is called: *Part 2 (expansion)*."""
_SAYS_NOTHING: Final = re.compile(
    r"\W*(?:(?:disease|patients?|participants?|subjects?|study|tumou?r) (?:characteristics|population|requirements)|"
    r"(?:prior|concurrent|previous|concomitant|and|or|/|\W)+(?:therapy|therapies|treatments?|medications?|drugs)|"
    r"others?|general|miscellaneous|demographics?|medical history|medical conditions|laboratory(?: values| tests)?|"
    r"labs?|hematopoietic|hematologic(?:al)?|hepatic|renal|cardiovascular|pulmonary|neurologic(?:al)?|gastrointestinal|"
    r"biologic therapy|chemotherapy|endocrine therapy|radiotherapy|surgery)\W*",
    re.IGNORECASE,
)
"""Titles that only sort the lines under them."""
_MOST_WORDS: Final = 8
_LONGEST: Final = 160
"""Characters of a title."""


def is_note(text: str) -> bool:
    """Say whether a line is a note on the one above it."""
    return _NOTE.match(text) is not None


def is_remark(text: str) -> bool:
    """Say whether a line remarks on the whole record: *not all criteria are listed here*, *none*."""
    return _REMARK.match(text) is not None or _NONE.fullmatch(text) is not None


def introduces(text: str) -> bool:
    """Say whether a line announces a list: *any of the following:*."""
    return text.rstrip(" *_").endswith((":", "：")) or text.lower().rstrip(" .*_").endswith("following")


def with_colon(heading: str) -> str:
    return heading if heading.endswith(OPENS) else f"{heading}:"


def is_title(text: str) -> bool:
    """Say whether an unmarked line looks like a heading: it ends with a colon, is in capitals, or names a group."""
    if len(text) > _LONGEST or is_remark(text) or is_note(text):
        return False
    words = text.split()
    if introduces(text) or (text.isupper() and len(words) > 1):
        return True
    return len(words) <= _MOST_WORDS and not text.endswith((".", ";")) and _TITLES.fullmatch(text) is not None


def says_nothing(title: str) -> bool:
    """Say whether a title only sorts the lines under it, and changes nothing of what they mean."""
    return _SAYS_NOTHING.fullmatch(title) is not None
