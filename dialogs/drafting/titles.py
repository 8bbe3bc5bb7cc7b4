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
    r"|\W*(?:other|additional|further)\b[^.:]{0,40}\bcriteria (?:may |will |can )?(?:also )?appl(?:y|ies)"
    r"|\W*(?:please )?(?:ask|contact|call|talk to|speak (?:to|with)) (?:your|the|a) (?:\w+ )?"
    r"(?:doctor|physician|study|site|team)\b"
    r"|\W*for (?:more|further|additional) information\b"
    r"|\W*not all (?:in|ex)clusion",
    re.IGNORECASE,
)
_JUDGES: Final = re.compile(either("judges"), re.IGNORECASE)
_NONE: Final = re.compile(rf"\W*{either('none')}?\W*", re.IGNORECASE)
_TITLES: Final = re.compile(
    r".*\b(?:characteristics|requirements|criteria|population|participants|patients|subjects|controls|volunteers|"
    r"(?:cohort|group|arm|part|stage)s?(?:\s+[A-Z0-9]{1,3})?)(?: only)?\W*$",
    re.IGNORECASE,
)
"""A group of participants."""
_PART: Final = re.compile(
    r"\W*(?:cohort|group|arm|part|phase|stage)s? (?:[A-Z]|\d{1,2}[a-z]?|I{1,3}V?)"
    r"(?:\s*[(\[:–—-].{0,80}| only\b.{0,40})?\W*",
    re.IGNORECASE,
)
"""A part by its code, and what this is called: *Part 2 (expansion)*."""
_SAYS_NOTHING: Final = re.compile(
    rf"\W*(?:(?:{either('column')}\b\W*)+|"
    r"(?:disease|patients?|participants?|subjects?|study|tumou?r) (?:characteristics|population|requirements)|"
    r"(?:prior|concurrent|previous|concomitant|and|or|/|\W)+(?:therapy|therapies|treatments?|medications?|drugs)|"
    r"others?|general|miscellaneous|demographics?|medical history|medical conditions|laboratory(?: values| tests)?|"
    r"labs?|hematopoietic|hematologic(?:al)?|hepatic|renal|cardiovascular|pulmonary|neurologic(?:al)?|gastrointestinal"
    r")\W*",
    re.IGNORECASE,
)
"""Titles that only sort the lines under them."""
_SORTS: Final = re.compile(
    r"\W*(?:(?P<therapy>(?:biologic|endocrine) therapy|chemotherapy|radiotherapy|surgery)|age|sex|gender|"
    r"(?:performance|menopausal|hormone receptor) status|life expectancy)\W*",
    re.IGNORECASE,
)
"""Titles of the registry's old forms, which say of what the lines under them are; some lines repeat it."""
_ANEW: Final = re.compile(
    r"\b(?:any|all|one|either|both|none|at least \w+) of (?:the |these|those)", re.IGNORECASE
)
_FORBIDS: Final = re.compile(rf"\W*{either('forbids')}\W*", re.IGNORECASE)
_REQUIRES: Final = re.compile(either("requires"), re.IGNORECASE)
_WANTED: Final = re.compile(either("wanted"), re.IGNORECASE)
CLAUSES: Final = re.compile(r"(?<=[.;:)。；：，])\s*(?=\S)|, (?=(?:but|however|although)\b)", re.IGNORECASE)
_COMPOUND: Final = re.compile(either("compound"), re.IGNORECASE)
_ALLOWS: Final = {
    side: re.compile(rf"\W*(?:{pattern})\W*", re.IGNORECASE)
    for side, pattern in (
        ("inclusion", f"(?!.*{either('allowed_if')})(?:{either('allows')})"),
        ("exclusion", f"{either('allows')}|{either('lets_in')}"),
    )
}
"""What says that something is allowed, or that somebody may take part: among inclusions that may be a requirement."""
_MOST_WORDS: Final = 8
_LONGEST: Final = 160
"""Characters of a title."""


def is_note(text: str) -> bool:
    """Say whether a line is a note on the one above it."""
    return _NOTE.match(text) is not None


def is_remark(text: str) -> bool:
    """Say whether a line surely remarks on the whole record, and no more: *not all criteria are listed*, *none*."""
    remarks = _REMARK.match(text) is not None and _JUDGES.search(text) is None
    return remarks or _NONE.fullmatch(text) is not None


def introduces(text: str) -> bool:
    """Say whether a line announces a list: *any of the following:*."""
    return text.rstrip(" *_").endswith((":", "：")) or text.lower().rstrip(" .*_").endswith("following")


def with_colon(heading: str) -> str:
    return heading if heading.endswith(OPENS) else f"{heading}:"


def asks_with(asked: str, heading: str, text: str) -> bool:
    """Say whether a line is asked with a heading before it, as this stands in the record or with a colon."""
    return any(f"{each} {text}" in asked for each in (heading, with_colon(heading)))


def is_title(text: str) -> bool:
    """Say whether an unmarked line looks like a heading: it ends with a colon, is in capitals, or names a group."""
    if len(text) > _LONGEST or is_remark(text) or (is_note(text) and not introduces(text)):
        return False
    words = text.split()
    if introduces(text) or sorts(text) or (in_capitals(text) and len(words) > 1):
        return True
    if len(words) > _MOST_WORDS or text.endswith((".", ";")):
        return False
    return names_a_part(text) or _TITLES.fullmatch(text) is not None


def names_a_part(text: str) -> bool:
    """Say whether a line is a part by its code and no more: *Part 2 (expansion)*."""
    return _PART.fullmatch(text) is not None


def in_capitals(text: str) -> bool:
    """Say whether a line is in capitals, and no value: *HIV NEGATIVE*, but not *ECOG 0-1*."""
    return text.isascii() and text.isupper() and re.search(r"[\d<>=%]", text) is None


def says_nothing(title: str, line: str = "") -> bool:
    """Say whether a title only sorts the lines under it, and changes nothing of what they, or one of them, mean."""
    found = _SORTS.fullmatch(title)
    repeated = found is not None and found["therapy"] is not None and found["therapy"].lower() in line.lower()
    return repeated or _SAYS_NOTHING.fullmatch(title) is not None


def sorts(title: str) -> bool:
    """Say whether a title only says of what the lines under it are: *laboratory values:*, *age:*."""
    return says_nothing(title) or _SORTS.fullmatch(title) is not None


def asks_anew(title: str) -> bool:
    """Say whether a title says how many of its lines it takes, whatever stands above it: *any of the following:*."""
    return introduces(title) and _ANEW.search(title) is not None


def forbids(heading: str) -> bool:
    """Say whether a heading says of all its lines that they must not be: *subjects must not have:*."""
    return _FORBIDS.fullmatch(heading) is not None


def requires(text: str) -> bool:
    """Say whether an exclusion reads as what must be, or as what is wanted: *no diabetes*, *women not pregnant*."""
    return _REQUIRES.match(text) is not None or _WANTED.search(text) is not None


def allows(text: str, side: str) -> bool:
    """Say whether a line of a side says no more than what is allowed: *the following are permitted:*."""
    pattern = _ALLOWS.get(side)
    return pattern is not None and pattern.fullmatch(text) is not None and not _COMPOUND.search(text)
