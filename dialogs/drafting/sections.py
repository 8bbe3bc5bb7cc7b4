"""Headings of the inclusion and of the exclusion criteria, on lines of their own and inside of lines; and of parts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final
from unicodedata import numeric

from dialogs.drafting.inside import inside, is_denied, is_measured, is_whole
from dialogs.drafting.misspelt import meant
from dialogs.drafting.spoken import either, patterns
from dialogs.drafting.titles import OPENS

_BEFORE: Final = r"(?:[^\W_][\w/'’&]*[ :–,-]+){0,5}?"
_BOTH: Final = r"(?:inclusion|eligibility)(?:\s*(?:and|&|/)\s*exclusion)?"
_NAMED: Final = rf"(?P<out>non[- ]?inclusion|exclusion|ineligibility)|{_BOTH}"
_ARE: Final = (
    r"(?:are|were|will be|includes?|included|including|comprise|consist of)"
    r"(?: (?:but (?:are )?not limited to|as follows|(?:(?:any|all|one|either)(?: one)? of )?the following))*"
)
_ANSWER: Final = re.compile(
    r"\s*[(\[–-].*\b(?:absent|present|answered|met|fulfilled|apply|true)\b.*", re.IGNORECASE
)
"""Behind a heading: how its lines are to be answered."""
_OF: Final = (
    r"(?:\s*[(\[][^)\]]{0,60}[)\]]?|\s*[–-][^:：.;]{0,60}?"
    r"|\s+(?:for|of|at|in|cohorts?|parts?|arms?|groups?|phases?)\b"
    r"(?:(?! (?:are|is|were|includes?|including) )[^:：.;]){0,60}?)"
)
"""Behind the word *criteria*: of whom they are, or when."""
_SECTION: Final = re.compile(
    rf"[\W_]*(?P<before>{_BEFORE})"
    rf"(?:(?:{_NAMED})\s+criteri(?:a|on)|criteri(?:a|on) for (?:(?P<out_for>exclusion)|inclusion))\b"
    rf"(?P<after>(?:\s*{either('section_of')}|{_OF})?(?:\s+{_ARE})?)"
    r"[\s*_]*(?:[:：]|[.\s*_]*$)",
    re.IGNORECASE,
)
"""A heading with the word *criteria*, at the beginning of a line."""
_GOES_ON: Final = re.compile(
    rf"[\W_]*{_BEFORE}(?:(?P<out>exclusion)|inclusion) criteria{_OF}?\s+{_ARE}"
    r"(?=[ ,]+(?!(?:not|all|still|the same|identical|as|met|fulfilled|satisfied|checked|assessed|listed)\b)\w)",
    re.IGNORECASE,
)
"""A heading with its criteria behind a verb: *exclusion criteria include asthma and fever*."""
_BARE: Final = re.compile(
    r"[\W_]*(?:(?P<out>Exclusion|EXCLUSION)|Inclusion|INCLUSION) [Cc](?:riteria|RITERIA)\s+\w"
)
"""A line that begins with the words of a heading and has no end of one."""
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
_MUST_MEET: Final = re.compile(
    r"\W*(?:in order |to be (?:eligible|included|enrolled)[^:：]{0,40} )?(?:all |the |each )?"
    r"(?:patients?|subjects?|participants?|individuals?|persons?|volunteers?|they|you) "
    r"(?:must|should|shall|will|needs? to|ha(?:s|ve) to|(?:are|is) required to) (?:also |each |all )?"
    r"(?:meet|fulfil\w*|satisfy) (?:all |each |every )?(?:of )?(?:the )?(?:following|these|below)\b"
    r"(?P<rest>[^:：]{0,60})[:：]\W*",
    re.IGNORECASE,
)
"""A sentence that opens the inclusion criteria, wherever it stands."""
_TELLS: Final = re.compile(
    r"(?:who|you|they|patients|subjects|participants|individuals|persons|people|volunteers)\b[^:：]*[:：]",
    re.IGNORECASE,
)
"""The beginning of such a sentence with its criteria behind it."""
_END: Final = re.compile(
    r"\W*(?:(?:are|is|will be|should be|shall be) (?:excluded|ineligible|not (?:eligible|included|enrolled))|"
    rf"(?:will|should|shall|can|may|must)(?: ?not|n.t) (?:{_JOIN}))\b[^.:;]{{0,60}}\W*",
    re.IGNORECASE,
)
_OTHERWISE: Final = {
    "inclusion": re.compile(r"\b(?:any|either)\b", re.IGNORECASE),
    "exclusion": re.compile(
        r"\b(?:all|both|each)\b(?! (?:study |other )?(?:participants?|patients?|subjects?|volunteers?)\b)"
        r"(?!.*\b(?:absent|answered|not (?:be )?(?:present|met|fulfilled)|no)\b)",
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
UNSURE: Final = "unsure"
"""The side that is for a person to tell: taken for exclusion, without rules."""
_LEAVING: Final = "withdrawal|discontinuation|removal|drop-?out|rescue|stopping"
_OF_LEAVING: Final = re.compile(
    rf"[\W_]*(?:(?:\w+ )?(?:{_LEAVING}) criteria|criteria for (?:{_LEAVING})\b.{{0,40}}|{either('leaving')})\W*",
    re.IGNORECASE,
)
_SENTENCE: Final = re.compile(
    r"\b(?:meets?|met|fulfil\w*|satisf\w+|with|who|no|not|per|see|any|all|these|those|violat\w+|absence|lack\w*|without|"
    r"fail\w*|outside|out|but|anything|refus\w*|non|missing|unmet|unfulfilled|deviat\w+|apply|applies|pending|none)\b",
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
    r"eligible|eligibility|ineligible|excluded|exclusion|included|inclusion|requirements?|able|considered|qualify|join|"
    r"take part|"
    r"are|include|includes|including|follows|as|following|"
    r"of|for|with|in|at)\b|[\W_]+",
    re.IGNORECASE,
)
"""Words of a heading that say of nobody in particular that the section is theirs."""
_IN_CHARACTERS: Final = re.compile(f"{either('section_of')}|{either('general')}", re.IGNORECASE)
_PREDICATE: Final = re.compile(
    rf"\s+(?!{_ARE})[^(\[]*\b(?:not|missing|unmet|unfulfilled|fulfilled|met|apply|applies|violated|pending)\b",
    re.IGNORECASE,
)
"""Behind the words of a heading: what makes a sentence of them, as *inclusion criteria not met*."""
_INSIDE: Final = re.compile(either("inside"), re.IGNORECASE)
"""Where a section begins in the middle of a line."""
_NEXT: Final = re.compile(r"(?<=[.;。；])\s+(?=[A-Z*_])")
"""Between sentences."""
_CODE: Final = r"(?:[A-Z]|\d{1,2}[A-Z]?|I{1,3}V?)"
_PART: Final = re.compile(
    rf"\b(?:cohort|arm|group|part|stage|phase)s? {_CODE}(?:(?:, (?:and )?| and | ?& ?| or | ?/ ?){_CODE})*(?![^\W_])"
    rf"|{either('part')}",
    re.IGNORECASE,
)
_OF_A_PART: Final = re.compile(
    rf"[\W_]*(?P<before>(?:{_PART.pattern})(?:\s*[(\[][^)\]]{{0,60}}[)\]])?[\s:：,–-]*)"
    r"(?:(?P<out>exclusions?)|inclusions?)(?P<after>)[\s*_]*(?:[:：]|$)",
    re.IGNORECASE,
)
"""A heading of a part of the trial without the word *criteria*: *Stage 2 Inclusion:*."""
_CODES: Final = re.compile(rf"(?<![A-Z0-9]){_CODE}(?![A-Z0-9])|{either('digit')}", re.IGNORECASE)
_LEAVES_OUT: Final = re.compile(
    r"[^.;()]*(?<!who )(?<!that )(?<!which )\b(?:is|are|will be) "
    rf"(?:excluded|(?:not eligible|ineligible){_FOR_THE_TRIAL}|not allowed|not permitted)\b[^.;()]{{0,40}}\W*"
    r"|(?:the |any |all |other )?(?:patients|subjects|participants|individuals|persons|people|volunteers|adults|"
    r"children|women|men|those|they|you)\b[^.;()]{0,60}?(?<!who )(?<!that )\b(?:are|were|will be|should be) "
    rf"(?:excluded|(?:not eligible|ineligible){_FOR_THE_TRIAL}|not (?:included|enrolled))\b[^.;:()]{{0,30}} "
    r"(?:if|when|who|because|due to|with|for|in case|on the basis)\b.*"
    r"|[^.;()]*(?<!who )(?<!that )(?<!which )\b(?:will|can|should|shall) ?not be considered"
    r"(?: (?:for|eligible|suitable|in)\b[^.;()]{0,60})?\W*"
    r"|excluded? (?:are|were|will be|if|when|patients|subjects|participants|those|anyone) .*"
    rf"|{either('left_out')}",
    re.IGNORECASE | re.DOTALL,
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
    found = _section(meant(text).text, marked=marked)
    if found is None:
        return None
    side, of_some = found
    return side, text if of_some else ""


def _section(text: str, *, marked: bool) -> tuple[str, bool] | None:
    """Return the side that a heading opens, and whether it says more than that."""
    if _OF_LEAVING.fullmatch(text):
        return "line", False
    if not marked and _OUT.fullmatch(text):
        return "exclusion", False
    found = _begins(text)
    if found is None or found.end() < len(text.rstrip(" *_.:：")):
        return _of_sentence(text, marked=marked) if len(text) <= _LONGEST else None
    groups = found.groupdict()
    role = "exclusion" if groups.get("out") or groups.get("out_for") else "inclusion"
    after = groups["after"]
    if _ANSWER.fullmatch(after) and not _OTHERWISE[role].search(after):
        after = ""
    return role, _says_more(f"{groups['before']} {after}", role)


def _of_sentence(text: str, *, marked: bool) -> tuple[str, bool] | None:
    told = None if marked else _told(text)
    return (UNSURE, True) if told is None and _may_exclude(text, marked=marked) else told


def _told(text: str) -> tuple[str, bool] | None:
    """Read a sentence that opens a section."""
    if must := _MUST_MEET.fullmatch(text):
        return "inclusion", _says_more(must["rest"], "inclusion")
    found = _TOLD.fullmatch(text)
    if found is None:
        return None
    role = "exclusion" if _LEFT_OUT.search(text) else "inclusion"
    return role, _says_more(text, role)


def _may_exclude(text: str, *, marked: bool) -> bool:
    """Say whether a line speaks of exclusion and heads others: it ends as a heading does, or says nothing else."""
    bare = re.sub(r"[(（][^)）]*[)）]", "", text)
    if not _EXCLUDES.search(bare):
        return False
    announces = text.rstrip(" *_").endswith(OPENS)
    says_more = _GENERAL.sub("", _IN_CHARACTERS.sub("", _EXCLUDES.sub("", bare)))
    return (announces and not marked) or (not says_more and announces >= marked)


def ends_in_excluding(text: str) -> bool:
    """Say whether a line is the end of a sentence that excludes: *will be excluded from the study*."""
    return _END.fullmatch(text) is not None


def speaks_of_exclusion(text: str) -> bool:
    return _EXCLUDES.search(meant(text).text) is not None


def side_begun(text: str) -> str:
    """Return the side that a line begins with such a heading of, and goes on with what stands under it; or nothing."""
    read = meant(text).text
    heading = re.match("[^:：]*[:：]", read)
    if heading is not None and _may_exclude(heading[0], marked=True):
        return UNSURE
    bare = None if len(read) <= _LONGEST and _SENTENCE.search(read) else _BARE.match(read)
    return "" if bare is None else UNSURE if bare["out"] else "inclusion"


def _says_more(said: str, role: str) -> bool:
    """Say whether a heading says more than that a section begins: of whom, or how many of its lines it takes."""
    return bool(_GENERAL.sub("", _IN_CHARACTERS.sub("", said)) or _OTHERWISE[role].search(said))


def _begins(text: str) -> re.Match[str] | None:
    """Return the heading of a section that a line begins with."""
    for pattern in (*_SECTIONS, _OF_A_PART):
        found = pattern.match(text)
        if not found or _SENTENCE.search(found["before"]) or _PREDICATE.match(found["after"]):
            continue
        if "out" in (named := found.groupdict()) and named["out"] and is_measured(found["before"]):
            continue
        return found
    return None


def pieces(text: str, *, marked: bool = False, is_last: bool = True) -> Iterator[str]:
    """Yield a line in pieces: the headings of sections that stand in it, and what stands between them.

    In a `marked` line no sentence opens a section; in one that is not the last of its section, only *criteria* do.
    """
    read = meant(text)
    starts = [0, *map(read.written, _cuts(read.text, marked=marked, is_last=is_last)), len(text)]
    pieces = (text[start:end].strip() for start, end in pairwise(starts))
    yield from filter(None, pieces)


def _cuts(text: str, *, marked: bool, is_last: bool) -> Iterator[int]:
    """Yield where a line is cut: before each heading in it, and behind it."""
    start = 0
    for place in [*_begun(text, marked=marked, is_last=is_last), len(text)]:
        blank = len(text[start:place]) - len(text[start:place].lstrip())
        end = _end_of_heading(text[start + blank : place].rstrip(), marked=marked)
        if end and text[start + blank + end : place].strip(" *_."):
            yield start + blank + end
        yield place
        start = place


def _begun(text: str, *, marked: bool, is_last: bool) -> list[int]:
    """Return where the headings in the middle of a line begin."""
    known = (found.end() for found in _INSIDE.finditer(text) if is_whole(text[: found.end()]))
    places = {each for each in known if _end_of_heading(text[each:], marked=marked)}
    if is_last and not marked:
        ends = (found.end() for found in _NEXT.finditer(text))
        places |= {
            each for each in ends if _end_of_heading(text[each:], marked=False) or side_begun(text[each:])
        }
    for found in inside(text, is_end=is_last and not marked):
        above = max({0, *(each for each in places if each <= found.place)})
        end, before = _end_of_heading(text[above:], marked=marked), text[above : found.place]
        if found.sure and (found.place >= above + end or (marked and _is_a_criterion(before, found.side))):
            places.add(found.place)
    return sorted(places)


def _is_a_criterion(before: str, side: str) -> bool:
    """Say whether what stands before a heading in an item is no name of a group or a part."""
    return (
        side == "exclusion"
        and _says_more(before, side)
        and not (_PART.search(before) or speaks_of_some(before))
    )


def _end_of_heading(piece: str, *, marked: bool) -> int:
    """Return where the heading of a section ends that a piece begins with; 0 if it begins with none."""
    found = _begins(piece) or (None if marked else _GOES_ON.match(piece))
    if found:
        return 0 if is_denied(found[0]) and piece[found.end() :].strip() else found.end()
    told = None if marked else _TELLS.match(piece)
    return told.end() if told and len(told[0]) <= _LONGEST and _told(told[0]) else 0


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
