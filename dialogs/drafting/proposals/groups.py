"""Lines about some patients only: *women must use contraception*, *under 18 years of age: assent*.

What an inclusion asks of some is no matter for the others, and what an exclusion says of some excludes none of the
others. So who is none of them is not asked.
"""

from __future__ import annotations

import re
from typing import Final

from dialogs.drafting.of_some import sex_of
from dialogs.drafting.proposals.clauses import Line
from dialogs.drafting.proposals.conditions import Condition, all_of, any_of, compared, contrary

_FEMALE: Final = r"wom[ae]n|females?|girls?"
_MALE: Final = r"m[ae]n|males?|boys?"
_FIRST: Final = {
    sex: re.compile(
        r"(?P<of>(?:for|in|if) )?(?:all |any |the |a |pre-?menopausal |fertile |sexually active |adult )*"
        rf"(?:{words})(?: (?:patients?|subjects?|participants?|volunteers?))?\b",
        re.IGNORECASE,
    )
    for sex, words in (("female", rf"{_FEMALE}|wocbp"), ("male", _MALE))
}
_THEIRS: Final = (
    r"(?! (?:sexual )?partners?\b| condoms?\b| contracept\w+| of (?:child-?\s?bearing|reproductive))"
)
"""Behind a word for the other sex: what it has to do with this one."""
_OTHER: Final = {
    "female": re.compile(rf"\b(?:{_MALE})\b{_THEIRS}|\bboth\b|\beither sex", re.IGNORECASE),
    "male": re.compile(rf"\b(?:{_FEMALE})\b{_THEIRS}|\bboth\b|\beither sex", re.IGNORECASE),
}
_OR_OTHERS: Final = {
    "female": re.compile(rf"\b(?:and|or),? (?:{_MALE})\b(?! partners?\b)", re.IGNORECASE),
    "male": re.compile(rf"\b(?:and|or),? (?:{_FEMALE})\b(?! partners?\b)", re.IGNORECASE),
}
_MUST: Final = re.compile(
    r"[^.;]*?\b(?:must|should|shall|needs? to|(?:are|is) required|has to|have to|will (?:be|use|have|agree)|"
    r"agrees? to|(?:are|is|be) willing)\b",
    re.IGNORECASE,
)
"""What an inclusion asks of those whom it names; else it may be that only those may take part."""
_WHO: Final = re.compile(r"\b(?:who|whose|that|aged?|ages|between|years)\b", re.IGNORECASE)
_ONLY: Final = re.compile(
    r"\bonly\b|\bmay (?:participate|enter|be (?:included|enrolled))\b|\beligible\b", re.IGNORECASE
)
_CUT: Final = re.compile(r",? (?:and/or|or|and) |[,;] ")
_CLAUSES: Final = re.compile(r"[;,] (?:and )?|[.] ")
_AFTER_SEMICOLON: Final = re.compile(r"; ([^;]*)")
_OF_WOMEN: Final = re.compile(
    r"pregnan|lactat|breast|nurs|contracepti|child|birth|concei|menopaus|steril|method|abstin|partner|intend|plan|"
    r"wish|willing|agree|using|use|hormon|intrauterine|iud|condom|diaphragm|egg|ov(?:a|um)|test|hcg|refus|potential|"
    r"menstru|hysterectom|ooph?orectom|ligation|ovar|uter",
    re.IGNORECASE,
)
"""What is said of women: a list of it holds nothing of other patients."""
_OTHERS: Final = re.compile(
    r"\b(?:patients?|subjects?|participants?|individuals?|adults|persons?|people|those|anyone|everyone|everybody)\b",
    re.IGNORECASE,
)
_AGED: Final = re.compile(
    r"(?P<of>(?:for|in|if) )?(?:all |any |the )?"
    r"(?:adolescents?|children|patients|subjects|participants|volunteers|those|minors)(?: who are| aged?)? "
    r"(?P<limit>(?:under|below|younger than|less than|over|above|older than|at least|[<>≥≤]) ?(?:the age of )?\d+"
    r"(?: ?years)?(?: of age| old)?)(?P<end>[,:]? )",
    re.IGNORECASE,
)
_MUST_BE: Final = re.compile(r"(?:must|should|shall|need to|are required|have to)\b", re.IGNORECASE)
_HEADING: Final = re.compile(
    r"(?:for|in) (?P<who>(?:the )?(?:\w+ )?(?:participants|patients|subjects|volunteers|adolescents|children|adults|"
    r"infants))\W*",
    re.IGNORECASE,
)
_NOT_THE_PATIENT: Final = re.compile(
    r"parent|caregiver|guardian|partner|spouse|mother|father|famil|donor|sibling|teacher|staff|provider|\ball\b|"
    r"\bboth\b|\bno",
    re.IGNORECASE,
)


def named(heading: str) -> Condition | None:
    """Return that a patient is one of those whom a heading names, and only whom its lines concern."""
    if sex := sex_of(heading):
        return _not_of_the_other(sex)
    found = _HEADING.fullmatch(heading.strip())
    if found is None or _NOT_THE_PATIENT.search(heading):
        return None
    return Line(found["who"], inclusion=True).whole()


def of_them(group: Condition, condition: Condition, *, inclusion: bool) -> Condition:
    """Return what is asked of a group, or leaves out some of it."""
    return any_of(contrary(group), condition) if inclusion else all_of(group, condition)


def of_some(line: Line) -> Condition | None:
    """Return what a line says of some patients, in its own words, and of whom.

    All of an age are concerned; of a sex, perhaps only some: *women of childbearing potential*.
    """
    sex = _sex(line)
    group = sex or _aged(line)
    if group is None:
        return None
    return of_them(group, line.asked(line.text, of_all=sex is None), inclusion=line.inclusion)


def _sex(line: Line) -> Condition | None:
    for sex, first in _FIRST.items():
        begun = first.match(line.text)
        if begun is None:
            continue
        rest = line.text[begun.end() :]
        if (
            _OTHER[sex].search(rest)
            or _OR_OTHERS[sex].search(rest)
            or _ONLY.search(rest)
            or _OTHERS.search(rest)
        ):
            return None
        if line.inclusion and not (begun["of"] or _asks(rest)):
            return None
        if _NOT_THE_PATIENT.match(rest.strip()) or (line.inclusion and _says_more(line, rest)):
            return None
        if not line.inclusion and not all(map(_OF_WOMEN.search, _CUT.split(rest))):
            return None
        return _not_of_the_other(sex)
    return None


def _says_more(line: Line, rest: str) -> bool:
    """Say whether a line goes on to what is asked of everybody: *women must use contraception; ECOG 0-1*."""
    _, *more = _CLAUSES.split(rest)
    known = [condition.said.text for each in more if (condition := line.read(each)) is not None]
    return any(not _OF_WOMEN.search(each) for each in (*known, *(_AFTER_SEMICOLON.findall(rest))))


def _not_of_the_other(sex: str) -> Condition:
    opposite = {"female": "male", "male": "female"}[sex]
    return compared("sex", "!=", f'"{opposite}"')


def asks_of_one_sex(line: Line) -> bool:
    """Say whether an inclusion says what those of one sex must be, not that only they may take part."""
    return line.inclusion and any(_asked(line, sex) for sex in _FIRST)


def of_one_sex(line: Line) -> Condition | None:
    """Read what those of one sex must be: *men must be 40 or older*; in its own words where it is not known."""
    sex, asked = next((sex, asked) for sex in _FIRST if (asked := _asked(line, sex)))
    condition = line.read(asked)
    if condition is None or "sex" in condition.said.text:
        return condition or of_some(line)
    return of_them(_not_of_the_other(sex), condition, inclusion=True)


def _asked(line: Line, sex: str) -> str:
    begun = _FIRST[sex].match(line.text)
    rest = line.text[begun.end() :].lstrip(", :") if begun else ""
    return rest if _MUST_BE.match(rest) else ""


def _aged(line: Line) -> Condition | None:
    begun = _AGED.match(line.text)
    if begun is None or not line.inclusion:
        return None
    rest = line.text[begun.end() :]
    named = bool(begun["of"]) and bool(begun["end"].strip())
    if _ONLY.search(rest) or _OTHERS.search(rest) or not (named or _MUST_BE.match(rest)):
        return None
    return line.read(f"patients {begun['limit']}")


def _asks(rest: str) -> bool:
    """Say whether an inclusion asks something of those whom it names, and does not say who may take part."""
    found = _MUST.match(rest)
    return found is not None and not _WHO.search(found[0])
