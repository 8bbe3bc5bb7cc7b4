"""Lines that ask something of some patients only: *women of childbearing potential must use contraception*."""

from __future__ import annotations

import re
from typing import Final

from dialogs.drafting.spoken import either
from dialogs.drafting.titles import names_a_part
from dialogs.languages import DEFAULT, in_every_language

_KINDS: Final = (
    r"wom[ae]n|females?|wocbp|m[ae]n|males?|girls?|boys?|partners|adults?|"
    r"adolescents?|teenagers?|children|infants?"
)
_WITH: Final = (
    r"(?:patients?|subjects?|participants?|individuals?|persons|people|volunteers?|those) "
    r"(?:with|without|who|whose|on|of|in|taking|using|receiving|requiring|treated|undergoing|having|aged|under|over|"
    r"younger|older|[<>≤≥])"
)
_ALL: Final = "patients?|subjects?|participants?|individuals?|persons|people|volunteers?|adults|you|they"
_MUST: Final = (
    r"(?:must|should|shall|will|agrees?|needs?|required|has to|have to|(?:are|is) (?:willing|to|asked|advised))\b|"
    r"may (?:be (?:included|enrolled|eligible)|participate|take part|enrol\w*|enter)|may have\b.*(?:up to|[<≤])"
)
_SURELY: Final = re.compile(
    rf"\W*(?:for|in) (?!all\b|both\b|each\b|any\b|every\b)(?:[\w-]+ ){{0,3}}?(?:{_KINDS}|{_WITH})(?![\w-])"
    r"|\W*(?:if|when|where) (?:female|male|pregnant|applicable|taking|receiving|using|treated)\b"
    r"|\W*if\b[^.;:]*(?:[,:]|\b(?:must|should)\b)"
    rf"|\W*(?:[\w-]+ ){{0,3}}?(?:{_KINDS})\b.*(?<!\bwho )(?<!\bthat )\b(?:{_MUST})"
    rf"|(?!(?:all |the )?(?:{_ALL}) (?:are|is)\b)[^.;:,()<>≤≥\d]*\b(?:are|is) "
    r"(?:eligible|allowed|permitted|acceptable) (?:if|provided|when|only|as long as|unless)\b",
    re.IGNORECASE,
)
_ELSEWHERE: Final = re.compile(either("of_some"), re.IGNORECASE)
_PERHAPS: Final = re.compile(
    rf"\W*(?:[\w-]+ ){{0,3}}?{_WITH}(?![\w-]).*(?<!\bwho )(?<!\bthat )\b(?:{_MUST})"
    r"|\W*(?:for|in) (?:the )?(?:cohort|group|arm|part|phase|stage)s? (?:[A-Z]|\d{1,2}[a-z]?|I{1,3}V?)\b",
    re.IGNORECASE,
)
"""What may be said of every patient of a trial: all who take part may be *patients with asthma*."""
_ANOTHER: Final = re.compile(
    r"\W*(?:(?:for|of|in) )?(?:the |all )?(?:\w+ )?(?:parents?|caregivers?|carers?|guardians?|partners?|spouses?|"
    r"donors?|siblings?|teachers?|staff|providers?|relatives|family members)(?: participants?| subjects?)?\W*",
    re.IGNORECASE,
)
_ANOTHER_ELSEWHERE: Final = [
    re.compile(rf"\W*{pattern}\W*", re.IGNORECASE)
    for language, pattern in in_every_language("dialogs.drafting", "read", "another").items()
    if language != DEFAULT
]
_PARTNER: Final = re.compile(either("partner"), re.IGNORECASE)
_ONE_SEX: Final = re.compile(
    r"\W*(?:(?:for|in) )?(?:all )?(?:(?P<female>females?|wom[ae]n|girls?)|males?|m[ae]n|boys?)"
    r"(?: (?:participants?|patients?|subjects?|volunteers?))?(?: only)?\W*",
    re.IGNORECASE,
)


def sex_of(heading: str) -> str:
    """Return the sex that a heading speaks of, and nothing else: *for women:*; empty if it is none."""
    found = _ONE_SEX.fullmatch(heading)
    return ("female" if found["female"] else "male") if found else ""


def is_of_another(heading: str) -> bool:
    """Say whether a heading speaks of other persons than patients: *for parents:*."""
    return any(pattern.fullmatch(heading) for pattern in (_ANOTHER, *_ANOTHER_ELSEWHERE))


def is_of_a_partner(heading: str) -> bool:
    """Say whether a heading speaks of a partner, whom not every patient has."""
    return _PARTNER.search(heading) is not None


def concerns_some(*said: str) -> bool:
    """Say whether a line, or a heading above it, asks something of some patients: it leaves out none of the others."""
    return surely_concerns_some(*said) or any(map(_PERHAPS.match, said)) or any(map(names_a_part, said[1:]))


def surely_concerns_some(*said: str) -> bool:
    """Say whether a line, or a heading above it, cannot be about all patients: *if taking statins, ...*."""
    return any(map(_SURELY.match, said)) or any(map(_ELSEWHERE.match, said)) or any(map(sex_of, said[1:]))
