"""Lines of a record that are no criteria: headings of sections, of groups of participants and of lists; remarks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from unicodedata import numeric

from dialogs.drafting.spoken import either, patterns

_BEFORE: Final = r"(?:[^\W_][\w/'’&]*[ :–,-]+){0,5}?"
_BOTH: Final = r"(?:inclusion|eligibility)(?:\s*(?:and|&|/)\s*exclusion)?"
_NAMED: Final = rf"(?P<out>non[- ]?inclusion|exclusion|ineligibility)|{_BOTH}"
_SECTION: Final = re.compile(
    rf"[\W_]*(?P<before>{_BEFORE})"
    rf"(?:(?:{_NAMED})\s+criteri(?:a|on)|criteri(?:a|on) for (?:(?P<out_for>exclusion)|inclusion))\b"
    rf"(?P<after>(?:\s*[(\[–-].{{0,60}}|\s*{either('section_of')}|\s+(?:for|of|at|in|are|include|includes|including)\b.{{0,60}}?)?)"
    r"[\s*_]*(?:[:：]|[.\s*_]*$)",
    re.IGNORECASE,
)
"""A heading with the word *criteria*, at the beginning of a line."""
_SECTIONS: Final = (_SECTION, *(re.compile(each, re.IGNORECASE) for each in patterns("section")))
_JOIN: Final = r"qualify|join|take part|participate|be (?:included|enrolled|eligible)"
_FOR_THE_TRIAL: Final = (
    r"(?! (?:for|to) (?!(?:this |the |our )?(?:study|trial|clinical|participat|enrol|inclu|enter|take part)))"
)
"""Behind *not eligible*: what follows is no treatment for which patients of the trial are not eligible."""
_LEFT_OUT: Final = re.compile(
    rf"\b(?:excluded|(?:ineligible|not (?:be )?eligible){_FOR_THE_TRIAL}|disqualified|"
    r"not (?:be )?(?:included|enrolled|able to participate)|"
    rf"(?:(?:can ?|may |will |must |should |do )not|(?:ca|wo|should|do)n.t|not be able to) (?:{_JOIN}))\b",
    re.IGNORECASE,
)
_TOLD: Final = re.compile(
    r"(?=.*\b(?:following|criteria|if)\b|\W*who\b).*\b(?:excluded|ineligible|disqualified|eligible|eligibility|included|"
    rf"inclusion|enrolled|{_JOIN})\b{_FOR_THE_TRIAL}.*(?:[:：]|…|\.\.\.)\W*$",
    re.IGNORECASE,
)
"""A sentence that announces a section: *patients who meet any of the following will be excluded:*."""
_TELLS: Final = re.compile(
    r"(?:who|you|they|patients|subjects|participants|individuals|persons|people|volunteers)\b[^:：]*[:：]",
    re.IGNORECASE,
)
"""The beginning of such a sentence with its criteria behind it."""
_OTHERWISE: Final = {
    "inclusion": re.compile(r"\b(?:any|either)\b", re.IGNORECASE),
    "exclusion": re.compile(
        r"\b(?:all|both|each)\b(?! (?:study |other )?(?:participants?|patients?|subjects?|volunteers?)\b)",
        re.IGNORECASE,
    ),
}
"""What makes something else of a section than criteria of their own."""
_OUT: Final = re.compile(
    r"[\W_]*(?:(?:key|main|major|general|study) )?"
    r"(?:exclu(?:sion(?:ary)?|ding) (?:criterias?|criterion|factors|conditions|requirements)|"
    r"non-?eligibility criteria|criteria (?:of exclusion|for non-?inclusion)|reasons for exclusion(?: are)?|"
    r"ineligibility|not eligible|exclude(?:d are)?(?: if)?)[\W_]*",
    re.IGNORECASE,
)
"""Further headings of the exclusion criteria, on a line of their own."""
_EXCLUDES: Final = re.compile(rf"(?>{either('excludes')}){_FOR_THE_TRIAL}", re.IGNORECASE)
_OPENS: Final = (":", "：", "=", "?", "？", "…", "...")
"""How a line ends that announces others."""
UNSURE: Final = "unsure"
"""The side that is for a person to tell: taken for exclusion, without rules."""
_OF_LEAVING: Final = re.compile(
    r"[\W_]*(?:\w+ )?(?:withdrawal|discontinuation|removal|drop-?out|rescue) criteria\W*", re.IGNORECASE
)
_SENTENCE: Final = re.compile(
    r"\b(?:meets?|met|fulfil\w*|satisf\w+|with|who|no|not|per|see|any|all|these|those|violat\w+)\b",
    re.IGNORECASE,
)
"""What makes a sentence of a line that has the words of a heading: *who meet the inclusion criteria*."""
_GENERAL: Final = re.compile(
    r"\b(?:key|main|major|general|principal|primary|selected|important|common|additional|other|further|specific|the|a|"
    r"these|reasons?|"
    r"study|trial|protocol|subjects?|patients?|participants?|individuals|persons|people|volunteers|they|those|who|you|"
    r"will|would|be|is|have|has|had|must|should|may|(?:ca|wo|should|do)n.t|can|not|if|any|all|each|to|from|this|"
    r"in order|and|but|limited|"
    r"meet|meets|meeting|fulfil\w*|satisf\w+|criteria|criterion|participation|participate|enrolled|enrolment|enrollment|"
    r"eligible|eligibility|ineligible|excluded|exclusion|included|inclusion|able|considered|qualify|join|take part|"
    r"are|include|includes|including|follows|as|following|"
    r"of|for|with|in|at)\b|[\W_]+",
    re.IGNORECASE,
)
"""Words of a heading that say of nobody in particular that the section is theirs."""
_IN_CHARACTERS: Final = re.compile(f"{either('section_of')}|{either('general')}", re.IGNORECASE)
_INSIDE: Final = re.compile(either("inside"), re.IGNORECASE)
"""Where a section begins in the middle of a line."""
_WORDS_BEFORE: Final = 5
"""Fewer words than that before the heading belong to it: *Key Inclusion Criteria:*."""
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
_CODE: Final = r"(?:[A-Z]|\d{1,2}[A-Z]?|I{1,3}V?)"
_PART: Final = re.compile(
    rf"\b(?:cohort|arm|group|part|stage|phase)s? {_CODE}(?:(?:, (?:and )?| and | ?& ?| or | ?/ ?){_CODE})*(?![^\W_])"
    rf"|{either('part')}",
    re.IGNORECASE,
)
_CODES: Final = re.compile(rf"(?<![A-Z0-9]){_CODE}(?![A-Z0-9])|{either('digit')}", re.IGNORECASE)
_LEAVES_OUT: Final = re.compile(
    r"[^.;()]*(?<!who )(?<!that )(?<!which )\b(?:is|are|will be) "
    rf"(?:excluded|(?:not eligible|ineligible){_FOR_THE_TRIAL}|not allowed|not permitted)\b[^.;()]{{0,40}}\W*",
    re.IGNORECASE,
)
_SOME: Final = re.compile(
    r"\b(?:participants?|patients|subjects|adults|adolescents|children|parents|caregivers|controls|volunteers|donors|"
    r"recipients|partners|wom[ae]n|m[ae]n|females?|males?)\b.{0,20}$",
    re.IGNORECASE,
)
_MUST: Final = re.compile(r"\b(?:must|should|have to)\b", re.IGNORECASE)
_MOST_WORDS: Final = 8
_LONGEST: Final = 160
"""Characters of a heading."""


def section_of(text: str, *, marked: bool = False) -> tuple[str, str] | None:
    """Return the side that a heading opens, and whom it speaks of (empty: everybody); ``None`` for any other line.

    The side is ``line`` for what comes later than eligibility, criteria of withdrawal; `UNSURE` where a line that looks
    like a heading speaks of exclusion in words that are not known.
    """
    if _OF_LEAVING.fullmatch(text):
        return "line", ""
    if not marked and _OUT.fullmatch(text):
        return "exclusion", ""
    found = _begins(text)
    if found is None or found.end() < len(text.rstrip(" *_.:：")):
        return _of_sentence(text, marked=marked) if len(text) <= _LONGEST else None
    groups = found.groupdict()
    role = "exclusion" if groups.get("out") or groups.get("out_for") else "inclusion"
    return role, _whom(text, role, f"{groups['before']} {groups['after']}")


def _of_sentence(text: str, *, marked: bool) -> tuple[str, str] | None:
    told = None if marked else _told(text)
    return (UNSURE, text) if told is None and _may_exclude(text, marked=marked) else told


def _told(text: str) -> tuple[str, str] | None:
    """Read a sentence that opens a section."""
    found = _TOLD.fullmatch(text)
    if found is None:
        return None
    role = "exclusion" if _LEFT_OUT.search(text) else "inclusion"
    return role, _whom(text, role, text)


def _may_exclude(text: str, *, marked: bool) -> bool:
    """Say whether a line speaks of exclusion and heads others: it ends as a heading does, or says nothing else."""
    bare = re.sub(r"[(（][^)）]*[)）]", "", text)
    if not _EXCLUDES.search(bare):
        return False
    announces = text.rstrip(" *_").endswith(_OPENS)
    says_more = _GENERAL.sub("", _IN_CHARACTERS.sub("", _EXCLUDES.sub("", bare)))
    return (announces and not marked) or (not says_more and announces >= marked)


def may_begin_exclusions(text: str) -> bool:
    """Say whether a line begins with such a heading, and goes on with what stands under it."""
    heading = re.match("[^:：]*[:：]", text)
    return heading is not None and _may_exclude(heading[0], marked=True)


def _whom(heading: str, role: str, said: str) -> str:
    """Return a heading whose words say more than that a section begins: of whom, or how many of its lines it takes."""
    return heading if _GENERAL.sub("", _IN_CHARACTERS.sub("", said)) or _OTHERWISE[role].search(said) else ""


def _begins(text: str) -> re.Match[str] | None:
    """Return the heading of a section that a line begins with."""
    for pattern in _SECTIONS:
        found = pattern.match(text)
        if found and not _SENTENCE.search(found["before"]):
            return found
    return None


def pieces(text: str, *, marked: bool = False) -> Iterator[str]:
    """Yield a line in pieces: the headings of sections that stand in it, and what stands between them.

    In a `marked` line, an item of a list, no sentence opens a section.
    """
    start = 0
    inside = [found.end() for found in _INSIDE.finditer(text)]
    places = [
        each for each in inside if _is_whole(text[:each]) and _end_of_heading(text[each:], marked=marked)
    ]
    for place in [*places, len(text)]:
        piece = text[start:place].strip()
        end = _end_of_heading(piece, marked=marked)
        if end and piece[end:].strip(" *_."):
            yield piece[:end].strip()
            piece = piece[end:].strip()
        if piece:
            yield piece
        start = place


def _is_whole(before: str) -> bool:
    """Say whether what stands before a heading is no part of it."""
    return before.rstrip().endswith((".", ";", "。", "；")) or len(before.split()) >= _WORDS_BEFORE


def _end_of_heading(piece: str, *, marked: bool) -> int:
    """Return where the heading of a section ends that a piece begins with; 0 if it begins with none."""
    found = _begins(piece)
    if found:
        return found.end()
    told = None if marked else _TELLS.match(piece)
    return told.end() if told and len(told[0]) <= _LONGEST and _told(told[0]) else 0


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
    return heading if heading.endswith(_OPENS) else f"{heading}:"


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


def codes_of(heading: str) -> tuple[str, ...]:
    """Return the codes of the cohorts, arms or other parts that a heading names."""
    named = _PART.finditer(heading) if len(heading) <= _LONGEST else ()
    codes = (code for found in named for code in _CODES.findall(found[0]))
    return tuple(dict.fromkeys(code.upper() if code.isascii() else f"{numeric(code):g}" for code in codes))


def part_in(heading: str) -> str:
    """Return what a heading calls a part, *Part A*; empty if it names none."""
    found = _PART.search(heading)
    return f"{found[0][:1].upper()}{found[0][1:]}" if found else ""


def leaves_out(text: str) -> bool:
    """Say whether a line says of itself that it excludes: *patients with fever are excluded*."""
    return _LEAVES_OUT.fullmatch(text) is not None and not _MUST.search(text)


def speaks_of_some(heading: str) -> bool:
    """Say whether a heading names a group of participants: *for adolescents:*."""
    return len(heading.split()) <= _MOST_WORDS and _SOME.search(heading) is not None
