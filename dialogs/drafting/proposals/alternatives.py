"""Lines that say a known condition or something else: *pregnant, or unwilling to use contraception*.

Such a line holds wherever the condition does. So it is this condition **or** the rest in its own words; where the rest
cannot stand for itself, the line is asked whole.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from dialogs.drafting.proposals.clauses import Line, outside
from dialogs.drafting.proposals.conditions import Condition, all_of, any_of
from dialogs.drafting.proposals.narrowing import ENDS_IN_NUMBER

_CUT: Final = re.compile(r"(?:[,;] *)?\b(?:and/or|or)\b *|[,;] +", re.IGNORECASE)
_OR: Final = re.compile(r"(?:[,;] *)?\b(?:and/or|or)\b *", re.IGNORECASE)
_OF_ALL: Final = re.compile(
    r"\b(?:unless|except\w*|if|provided|opinion|judg\w+|discretion|allowed|acceptable|permitted|eligible|other than|"
    r"excluding|apart from|at (?:the time of )?(?:screening|baseline|enrol?lment|randomi[sz]ation|study entry)|"
    r"at any time|respectively|both|whichever|in combination|together|simultaneous\w*|concurrent\w*|concomitant\w*|"
    r"(?:in|of) (?:which|whom)|cohort|arm|group|part|"
    r"(?:in|for|among) (?:\w+ )?(?:patients|subjects|participants|those|persons|people|adults|children|wom[ae]n|m[ae]n|"
    r"females|males))\b",
    re.IGNORECASE,
)
"""What may be said of all that a line lists."""
_STANDS_ALONE: Final = re.compile(
    r"(?:who )?(?:must|has|have|had|requiring|on|unable|inability|unwilling\w*|not willing|refus\w+|taking|receiving|"
    r"using|planning|plans to|intend\w*|wish\w*|history of|known|participat\w+|requires|is|are|currently|"
    r"considering|trying)\b",
    re.IGNORECASE,
)
"""How something else begins that needs nothing of what stands before it."""
_REFERS: Final = re.compile(
    r"\b(?:ones?|it|its|them|they|their|such|this|these|those|same|so)\b|\b(?:to|of|having)(?:[;,]|$)"
    r"|^(?:who )?(?:has|have|had|is|are|was|were)\b"
    r"(?: (?:been|being|had|a history of|currently|treated|suspected|used|taken|received|given|quit|stopped|diagnosed|"
    r"pregnant))*(?:$| (?:within|in the|during|of|for|on|at|before|after|since|until)\b)"
    r"|^(?:plan\w*|intend\w*|wish\w*|unwilling|refus\w+|trying|considering|using|taking|receiving)(?: to)?"
    r"(?:$| (?:be|stop|discontinue|quit|do so|during|within|in the)\b)",
    re.IGNORECASE,
)
"""What needs the words before it to be understood."""
_ANEW: Final = re.compile(
    r"(?:who |which |requir\w+ |need\w* |planned|anticipated|scheduled|expected|any other |presence of |evidence of |"
    r"diagnosis of |(?:active|uncontrolled|chronic|acute|untreated|latent) (?:hepatitis|tuberculosis|infection|"
    r"malignancy|cancer|bleeding|heart failure|hypertension|diabetes|asthma)\b)",
    re.IGNORECASE,
)
"""How something else begins that is not what the end of what stands before it goes with."""
_SHARED: Final = re.compile(
    r"(?:(?:patients?|subjects?|participants?|individuals) (?:with|who have)(?: an?)? )?"
    r"(?:(?:known|documented|any|a|prior|previous|past|medical) )*(?:history of |diagnosis of |presence of )",
    re.IGNORECASE,
)
_LAST_ITEM: Final = re.compile(r"[A-Za-z'’ -]+")
_NO_ITEM: Final = re.compile(
    r"\b(?:within|in|at|on|for|with|without|during|before|after|prior|that|which|who|requir\w+|needing|due|despite|"
    r"by|as|to|not|no|than|use|usage|treatment|therapy|medication|drugs?|test\w*|surgery|implantation|vaccin\w+|family|"
    r"members?|relatives?|untreated|uncontrolled|severe|active|confirmed|symptomatic|taking|receiving|using)\b",
    re.IGNORECASE,
)
"""What in the last item of a list may be said of those before it, too."""
_DISEASE: Final = re.compile(
    r"(?:itis|omas?|osis|[ae]mia|pathy|pathies|plegia|trophy|penia|diseases?|disorders?|syndromes?|cancers?|"
    r"infections?|failure|strokes?|bleeding|h[ae]morrhages?|injury|tumou?rs?|insufficiency|impairment|infarction|"
    r"seizures?|epilepsy|asthma|diabetes|hypertension|hypotension|obstruction|arrhythmias?|angina|fibrillation|flutter|"
    r"embolism|psychosis|depression|dementia|malignancy|malignancies|gallstones|ulcers?|abuse|misuse|addiction|dependence|anxiety)$",
    re.IGNORECASE,
)
"""The end of what names a disease."""
_OF_SOME: Final = re.compile(
    r"\b(?:wom[ae]n|m[ae]n|males?|females?|children|adolescents?|infants?|adults?|elderly|partners?|"
    r"patients? (?:with|on|in))\b",
    re.IGNORECASE,
)
_DOES: Final = re.compile(r"(?:taking|receiving|using|requiring|on|unable|inability)\b", re.IGNORECASE)
_DOES_TOO: Final = re.compile(
    r"(?:(?:patients|subjects|participants|individuals) )?(?:(?:who are )?(?:currently )?(?:receiving|taking|using|on)"
    r"(?: (?!(?:to|by|of|with|for|from|in|due)\b)[\w-]+){1,5}|unable|unwilling|refusal|asthma)",
    re.IGNORECASE,
)
_WINDOW: Final = re.compile(r"\b(?:within|during|in the (?:last|past))\b[^,;]*$", re.IGNORECASE)
_UNLESS: Final = re.compile(r",? \(?unless\b", re.IGNORECASE)
_THEN: Final = re.compile(
    r"\b(?:then|which case|whom|must|should|has to|have to|if so|only|limit)\b|[<>≤≥=]", re.IGNORECASE
)
"""What may ask more of those whom an exception is about."""
_HALF_LIVES: Final = re.compile(
    r",? or (?:within )?(?:5|five) (?:drug |elimination |terminal )?half[- ]lives(?: of the (?:drug|agent|compound|"
    r"investigational drug))?"
    r"(?P<when>(?: (?:prior to|before|of) [\w ]+)?)[, (]+(?:whichever|which ever) (?:is |was )?(?:the )?"
    r"(?P<which>longer|greater|shorter)\)?(?P<behind>(?:,? (?:prior to|before) [\w ]+)?)$",
    re.IGNORECASE,
)
_BRACKET: Final = re.compile(r" *\(([A-Za-z][A-Za-z -]*)\)$")
_NO_GROUP: Final = re.compile(
    r"\b(?:or|and|if|unless|except|may|allowed|acceptable|permitted|not|no|preferred|higher|lower|either|both)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Piece:
    start: int
    text: str
    anew: bool = True
    """Whether *or* or a semicolon stands before it, not only a comma."""


def alternatives(line: Line) -> Condition | None:
    """Return a condition that is enough for a line, or the rest of it in its own words."""
    if (condition := _unless(line) or _half_lives(line)) is not None:
        return condition
    ors = list(outside(_OR, line.text))
    if not ors or _OF_ALL.search(line.text):
        return None
    if line.inclusion:
        return _either(line, ors)
    pieces = _pieces(line.text)
    known = 0
    while known < len(pieces) and line.read(_said(pieces, known)) is not None:
        known += 1
    if 0 < known < len(pieces):
        return _known_first(line, pieces, known)
    return None if known else _known_later(line, pieces)


def _unless(line: Line) -> Condition | None:
    """Read *known, unless* of an inclusion: what is known is enough."""
    found = _UNLESS.search(line.text) if line.inclusion else None
    if found is None or _THEN.search(line.text[found.end() :]):
        return None
    condition = line.read(line.text[: found.start()])
    return None if condition is None else any_of(condition, line.whole())


def _half_lives(line: Line) -> Condition | None:
    """Read *within 4 weeks or 5 half-lives, whichever is longer*: the weeks are enough; if *shorter*, needed."""
    found = None if line.inclusion else _HALF_LIVES.search(line.text)
    condition = line.read(line.text[: found.start()] + (found["when"] or found["behind"])) if found else None
    if found is None or condition is None or not condition.said.text.startswith("last_"):
        return None
    join = any_of if found["which"].lower() in ("longer", "greater") else all_of
    return join(condition, line.whole())


def _pieces(text: str) -> list[_Piece]:
    cuts = list(outside(_CUT, text))
    starts = [0, *(cut.end() for cut in cuts)]
    ends = [*(cut.start() for cut in cuts), len(text)]
    anew = [True, *(cut[0].strip() != "," for cut in cuts)]
    return [_Piece(a, text[a:b].strip(), new) for a, b, new in zip(starts, ends, anew, strict=True)]


def _said(pieces: list[_Piece], at: int) -> str:
    """Return an item with the words that the first one shares with all: *history of*."""
    shared = _SHARED.match(pieces[0].text)
    return f"{shared[0]}{pieces[at].text}" if shared and at else pieces[at].text


def _known_first(line: Line, pieces: list[_Piece], known: int) -> Condition | None:
    """Read *known, known or else*; behind a mere comma may stand more of what is known: *diabetes, type 1 or 2*."""
    condition = line.read(" or ".join(_said(pieces, at) for at in range(known)))
    before, others = pieces[known - 1].text, pieces[known:]
    rest = line.text[others[0].start :]
    if condition is None or condition.denied:
        return None
    shared = _SHARED.match(line.text)
    if shared and all(_is_item(each.text) and (each.anew or _DISEASE.search(each.text)) for each in others):
        return any_of(condition, line.asked(shared[0] + rest))
    if not others[0].anew:
        return None
    if _STANDS_ALONE.match(rest):
        return any_of(condition, line.whole() if _REFERS.search(rest) else line.asked(rest))
    windowed = _WINDOW.search(before) and not re.match(r"\W*(?:\d|five|half)", rest)
    return (
        any_of(condition, line.whole())
        if windowed or _ANEW.match(rest) or _complete(before, others)
        else None
    )


def _complete(before: str, others: list[_Piece]) -> bool:
    """Say whether what is known ends where something else begins, which is named and no more."""
    if not all(map(_is_item, (each.text for each in others))):
        return False
    return ENDS_IN_NUMBER.search(before) is not None or all(_DISEASE.search(each.text) for each in others)


def _is_item(rest: str) -> bool:
    return _LAST_ITEM.fullmatch(rest) is not None and not _NO_ITEM.search(rest) and len(rest.split()) <= 5


def _known_later(line: Line, pieces: list[_Piece]) -> Condition | None:
    """Read *receiving something else, or taking what is known*, of which both are said of the patient."""
    if len(pieces) != 2 or not pieces[1].anew or not _DOES.match(pieces[1].text):
        return None
    first, last = (each.text for each in pieces)
    condition = line.read(last)
    if condition is None or condition.denied or not _DOES_TOO.fullmatch(first):
        return None
    return any_of(condition, line.asked(first) if " " in first else line.whole())


def _either(line: Line, ors: list[re.Match[str]]) -> Condition | None:
    """Read *known, or else* of an inclusion; or two limits, each for some: *ECOG 0-1 (solid tumours) or ...*."""
    if (condition := _of_two_groups(line, ors)) is not None:
        return condition
    if len(ors) > 1:
        return None
    before, after = line.text[: ors[0].start()], line.text[ors[0].end() :]
    condition = line.read(before)
    if condition is None or condition.denied or condition.said.joint or not _STANDS_ALONE.match(after):
        return None
    return any_of(condition, line.whole() if _REFERS.search(after) else line.asked(after))


def is_of_two_groups(line: Line, condition: Condition) -> bool:
    """Say whether a condition is two limits, each for a group of patients: who is of neither of them fails it."""
    found = _of_two_groups(line, list(outside(_OR, line.text))) if line.inclusion else None
    return found is not None and found.said.text == condition.said.text


def _of_two_groups(line: Line, ors: list[re.Match[str]]) -> Condition | None:
    for cut in ors:
        before, after = line.text[: cut.start()], line.text[cut.end() :]
        one, other = _of_group(line, before), _of_group(line, after)
        if one is not None and other is not None and one.questions and other.questions:
            return any_of(one, other)
    return None


def _of_group(line: Line, text: str) -> Condition | None:
    """Return a limit with the patients behind it in brackets that it is for."""
    text = text.strip()
    found = _BRACKET.search(text)
    if found is None or _NO_GROUP.search(found[1]):
        return None
    condition = line.read(text[: found.start()])
    return None if condition is None or condition.denied else all_of(condition, line.asked(found[1]))
