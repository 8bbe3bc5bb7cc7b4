"""Lines that say a known condition and something more: *diabetes that requires insulin*, *adults with psoriasis*.

Such a line cannot hold where the condition does not. So it is this condition **and** the line in its own words, which
then are asked of those only whom the condition concerns.
"""

from __future__ import annotations

import re
from typing import Final

from dialogs.drafting.proposals.clauses import Line, brackets, outside, without_brackets
from dialogs.drafting.proposals.conditions import Condition, all_of, names_of
from dialogs.drafting.proposals.doubts import (
    has_another_number,
    is_of_a_part,
    names_another_age,
    of_others_too,
    sets_another_limit,
)
from dialogs.drafting.proposals.implied import implied

_LIMITS: Final = (
    r"(?:that|which|who|whose|requiring|with|without|despite|due to|secondary to|caused by|resulting (?:from|in)|"
    r"based on|as defined by|defined (?:as|by)|according to|treated with|not (?:adequately |well )?controlled|"
    r"not responding|in whom|for whom)\b|for (?:more than|at least|greater than|longer than|over|a minimum of)\b|"
    r"for [>≥]"
)
_EXCEPT: Final = r"unless|except(?:ing)?|other than|excluding|apart from|with the exception of"
_TAIL: Final = {
    False: re.compile(rf",? (?=(?:{_LIMITS}|(?:{_EXCEPT}|if|including|such as)\b)|\()", re.IGNORECASE),
    True: re.compile(
        rf"[,;]? (?=(?:{_LIMITS})"
        r"|(?:and|having|diagnosed|undergoing|scheduled|suffering|admitted|hospitali[sz]ed|presenting|referred|"
        r"receiving|able|willing|capable|independent of|not requiring|in the absence of)\b|\()",
        re.IGNORECASE,
    ),
}
"""Before words that leave fewer patients than what stands before them; by whether it is an inclusion."""
_AMOUNT: Final = re.compile(
    r",? (?:(?:at (?:a )?(?:daily )?doses?|of|for|at|total(?:l?ing)?|exceeding) )(?:of )?"
    r"(?:(?:more|greater|longer) than |at least |over |a total of |[>≥] ?)?\d[\d.,]* ?[\w/%]+(?: \([^()]*\))?"
    r"(?= (?:within|in|during)\b)",
    re.IGNORECASE,
)
"""How much or how long, between what happened and when: *steroids for more than 14 days within 6 months*."""
_SENTENCE: Final = re.compile(r"(?<=[a-z0-9)\]])[.] +(?=[A-Z])")
_ALLOWS: Final = re.compile(
    r"\b(?:allowed|acceptable|permitted|permissible|eligible|not excluded|not exclusionary|"
    r"may (?:be included|be enrolled|participate|enter)|can be (?:included|enrolled))\b",
    re.IGNORECASE,
)
"""What leaves out fewer."""
_WIDENS: Final = re.compile(
    r"\b(?:unless|except\w*|other than|excluding|if|provided|may|allowed|acceptable|permitted|eligible|"
    r"not (?:required|necessary|needed|applicable)|waived?|discretion|alternatively|otherwise|instead)\b",
    re.IGNORECASE,
)
"""What may let in more than an inclusion says before it."""
_ADDS: Final = re.compile(
    r"\b(?:includ\w+|as well as|also|plus|additionally|and|nor|such as|especially|but)\b|[;&:]|"
    r", (?!(?:which|that|who|unless|except|as|in the|despite|with|without|requiring|other than|excluding)\b)",
    re.IGNORECASE,
)
"""What may leave out more than an exclusion says before it."""
_OR: Final = re.compile(
    r"\b(?:and/or|or)\b|(?<=[a-z])/(?!(?:mm3|m?l|dl|[µu]l|m2|min|day|d|kg|week|month|year)\b)(?=[a-z])",
    re.IGNORECASE,
)
_NO_ALTERNATIVE: Final = re.compile(
    r"\bor (?:more|greater|higher|less|lower|fewer|longer|above|below|equal to)\b|\bwhether or not\b|"
    r"\bwith or without\b|\b\w+ly or \w+ly\b",
    re.IGNORECASE,
)
"""Where *or* adds nobody."""
_LIKE_THE_FIRST: Final = (
    r"(?:based on|as (?:defined|determined|shown|documented) by|defined by|according to)",
    r"(?:due to|secondary to|caused by)",
    *("requiring", "that", "which", "who", "with", "despite"),
)
"""What may stand again behind *or*, where what limits begins with it: *based on ... or as defined by ...*."""
_WHEN: Final = re.compile(
    r"\b(?:within|last|past|previous\w*|prior|before|after|during|since|ago|ever|history|screening|baseline|visits?|"
    r"day|randomi[sz]\w+|enrol\w+|diagnos[ie]\w+|onset|initial|months?|weeks?|years?|days|hours?|h|time|until|when|at|"
    r"resolved|recovered|remission|childhood|future|planned)\b",
    re.IGNORECASE,
)
"""What may set a condition at another time than now."""
_NOW: Final = re.compile(
    r"\b(?:clinical|medical) history\b|\bfor (?:(?:more|greater|longer) than|at least|over|a minimum of|"
    r"[>≥]) ?\d+ (?:days|weeks|months|years)"
    r"(?: (?:before|prior to) (?:screening|enrol?lment|randomi[sz]ation|the study|study entry|baseline)\b)?",
    re.IGNORECASE,
)
_AT_ANOTHER_AGE: Final = re.compile(
    r"\b(?:at|since|from|before|after|by|until) (?:the )?(?:time of |age of |first )?"
    r"(?:diagnosis|onset|birth|injury|surgery|transplant\w*|treatment|age|first|last)\b",
    re.IGNORECASE,
)
_OTHERS: Final = re.compile(
    r"\b(?:patients?|subjects?|participants?|adults?|adolescents?|children|infants?|persons?|people|volunteers?|"
    r"those|men|women|males?|females?|boys?|girls?|controls?|ages?|aged|years?)\b|\d",
    re.IGNORECASE,
)
"""What speaks of other patients than those whom an inclusion has named."""
_OF_WHOM: Final = re.compile(
    r"\W*(?:with|who|having|diagnosed|suffering|undergoing|scheduled|admitted|hospitali[sz]ed|presenting|referred|"
    r"receiving)\b",
    re.IGNORECASE,
)
_OF_ALL: Final = re.compile(
    r"[,;]? \(?(?:and|despite|based on|as defined by|defined|according to|independent of|not requiring|"
    r"without (?:\w+ ){0,3}(?:transfusions?|support|growth factors?|supplement\w*|oxygen|medications?|treatment|"
    r"stimulat\w+))\b",
    re.IGNORECASE,
)
"""What is added to a limit of an inclusion, and names none of whom alone it is one."""
_WITH: Final = re.compile(r",? (?:with|having|who have) (?:an? )?", re.IGNORECASE)
_PERSON: Final = frozenset({"age_years", "age_months", "sex"})
_DENIES: Final = re.compile(r"\b(?:no|not|non|never|without|absence|negative|free)\b", re.IGNORECASE)
_CANCER: Final = re.compile(
    r"carcinoma|cancer|melanoma|neoplas|malignan|in situ|skin|cervi|prostat|tumou?r|dysplasia|lesion|breast|bladder",
    re.IGNORECASE,
)
_AND: Final = re.compile(r"[,;]? and\b", re.IGNORECASE)
_NEW: Final = re.compile(
    r"[,;]? and (?:is |are |be )?(?:willing|able|ability|willingness|to|capable|has|have|must|no|not|agree\w*|"
    r"competent|eligible|informed|signed|written)\b",
    re.IGNORECASE,
)
ENDS_IN_NUMBER: Final = re.compile(
    r"(?:\d|%|[a-z]/[^ ]+|/[^ ]+|\b(?:years?|months?|weeks?|of age|old|older|above|over|inclusive|uln|mmhg|kg|"
    r"points?))\)?$",
    re.IGNORECASE,
)
_LIMIT: Final = re.compile(
    r"[,;]? and (?:[<>≤≥=\d]|(?:at least|at most|up to|less|more|no more|not more|below|above|under|over|older|younger|"
    r"equal|women|men|females?|males?|girls|boys)\b)",
    re.IGNORECASE,
)
_CONSENT: Final = re.compile(
    r"\b(?:controls?|healthy|consent|assent|guardians?|parents?|parental|permission)\b", re.IGNORECASE
)
"""What may be asked of those only who are not of age, and who may be of another age than patients."""
_GROWN: Final = 21
_SOME: Final = re.compile(
    r"(?:all )?(?:patients|subjects|participants|those|volunteers|individuals)\b", re.IGNORECASE
)
_FIT: Final = re.compile(
    r"\b(?:adequate|normal|performance|ecog|karnofsky|clearance|function|scores?|fit|risk|good|must|should)\b|[<>≤≥=]",
    re.IGNORECASE,
)
_UPPER: Final = re.compile(
    r"[<≤]|\b(?:under|below|younger|less|up to|at most|no older|not older|maximum)\b", re.IGNORECASE
)
_ALLERGIES: Final = frozenset(
    {"vaccine_allergy", "latex_allergy", "drug_allergy", "contrast_allergy", "severe_allergy"}
)
_EXAMPLES: Final = re.compile(r",? (?:including|such as)\b", re.IGNORECASE)
_EXPLAINS: Final = re.compile(
    r"(?:e\.?g|i\.?e|such as|for example|defined|as (?:defined|determined|assessed|per)|according to|per)\b"
    rf"|(?:{_EXCEPT})\b(?!.*[<>≤≥])|[A-Z][A-Za-z0-9-]{{1,9}}$",
    re.IGNORECASE,
)
_MORE: Final = re.compile(
    r"^(?:and|&)|[\d<>≤≥=]|\b(?:or|also|includ\w+|such as|as well|plus|for|both|if|unless|except\w*|allowed|"
    r"permitted|acceptable)\b",
    re.IGNORECASE,
)
_OF_AGES: Final = re.compile(
    r"\b(?:years?|ages?|aged|old|older|younger|months?|consent|assent|children|adolescents?|adults?|unless|"
    r"except\w*|or)\b",
    re.IGNORECASE,
)
_LISTED: Final = re.compile(r",? (?:and/or|or|and) |, ")
_EXCEPTS: Final = re.compile(rf"\W*(?:{_EXCEPT})\b", re.IGNORECASE)


def narrowed(line: Line) -> Condition | None:
    """Return a condition that a line cannot do without, and what else it says, in its own words if need be."""
    return _limited(line) or _of_an_amount(line)


def _limited(line: Line) -> Condition | None:
    """Read the longest condition that a line begins with, and what limits it."""
    places = [found.start() for found in outside(_TAIL[line.inclusion], line.text)]
    for place in (len(line.text), *reversed(places)):
        head, tail = line.text[:place], line.text[place:]
        condition = (line.read(head) if tail else None) or implied(head, inclusion=line.inclusion)
        if condition is not None and _only_limits(line, condition, head, tail):
            behind = _WITH.match(tail) if condition.said.joint != "or" else None
            rest = line.read(tail[behind.end() :]) if behind else None
            if rest is not None or not _in_doubt(line, condition, tail):
                return all_of(condition, rest or line.whole())
    return None


def _of_an_amount(line: Line) -> Condition | None:
    """Read what happened within a time of an exclusion, that says how much of it: *500 mL of blood within 3 months*."""
    first, *more = _SENTENCE.split(line.text)
    amount = _AMOUNT.search(first)
    if line.inclusion or amount is None or not all(map(_ALLOWS.search, more)):
        return None
    happened = first[: amount.start()] + first[amount.end() :]
    condition = line.read(happened) or implied(happened, inclusion=False)
    if condition is None or not _are_events(names_of(condition)):
        return None
    return all_of(condition, line.whole())


def _in_doubt(line: Line, condition: Condition, tail: str) -> bool:
    """Say whether what follows a condition may be about others, at another limit."""
    names = names_of(condition)
    timed = _are_events(names)
    if line.inclusion:
        if names <= _PERSON:
            return is_of_a_part(tail) or names_another_age(tail)
        return is_of_a_part(tail) or (_is_limit(condition) and not timed and has_another_number(tail))
    limited = re.search("[<>]", condition.said.text) is not None
    return of_others_too(tail, timed=timed) or (limited and sets_another_limit(tail))


def _only_limits(line: Line, condition: Condition, head: str, tail: str) -> bool:
    """Say whether what follows a condition leaves fewer patients than it, and never others."""
    names, (first, *more) = names_of(condition), _SENTENCE.split(without_brackets(tail))
    if _DENIES.search(head) and not _AND.match(tail):
        return False
    if any(_may_add(each, line, names) for each in brackets(tail)):
        return False
    if line.inclusion:
        if not all(map(_EXPLAINS.match, brackets(tail))) or (
            _is_limit(condition) and not _OF_ALL.match(tail)
        ):
            return False
        return not more and not _WIDENS.search(tail) and _keeps(head, first, names)
    if not all(map(_ALLOWS.search, more)):
        return False
    return _at_that_time(first, names) and (_no_others(first, names) or _of_malignancy(first, names))


def _may_add(bracket: str, line: Line, names: set[str]) -> bool:
    """Say whether a remark in brackets may be about others: *(6 weeks for antibodies)*."""
    if _EXPLAINS.match(bracket):
        return False
    if line.inclusion:
        return not names <= _PERSON or _OF_AGES.search(bracket) is not None
    return _MORE.search(bracket) is not None


def _without_alternatives_of_it(tail: str) -> str:
    """Leave out each *or* that joins two of what limits, and so adds nobody."""
    bare = _NO_ALTERNATIVE.sub(" ", tail)
    for words in _LIKE_THE_FIRST:
        if re.match(rf"\W*{words}\b", bare, re.IGNORECASE):
            return re.sub(rf"\bor (?={words}\b)", "", bare, flags=re.IGNORECASE)
    return bare


def _keeps(head: str, tail: str, names: set[str]) -> bool:
    """Say whether nobody else is let in by what follows a condition of an inclusion."""
    bare = _without_alternatives_of_it(tail)
    if (
        names == {"sex"}
        or any("pregnancy_test" in name for name in names)
        or (_AND.match(tail) and not _goes_on(head, tail))
    ):
        return False
    if names <= _PERSON and _OF_WHOM.match(tail):
        others = (bare[found.end() :] for found in _OR.finditer(bare))
        apart = _AT_ANOTHER_AGE.search(tail) or _CONSENT.search(tail) or any(map(_OTHERS.search, others))
        return not apart and _of_all(head, tail)
    return not _OR.search(bare) and (names <= _PERSON or _at_that_time(tail, names))


def _goes_on(head: str, tail: str) -> bool:
    """Say whether *and* begins something new, not more of what stands before it: *chemotherapy and radiotherapy*."""
    return _NEW.match(tail) is not None or (
        ENDS_IN_NUMBER.search(head) is not None and not _LIMIT.match(tail)
    )


def _of_all(head: str, tail: str) -> bool:
    """Say whether an age is that of all patients, not of some whom a line is about: *over 65 with a healthy heart*."""
    numbers = [int(found) for found in re.findall(r"\d+", head)]
    if len(numbers) > 1:
        return True
    if _UPPER.search(head):
        return False
    return max(numbers, default=99) <= _GROWN or not (_SOME.match(head) or _FIT.search(tail))


def _no_others(tail: str, names: set[str]) -> bool:
    """Say whether nobody else is left out by what follows a condition of an exclusion."""
    bare = _without_alternatives_of_it(tail)
    if names <= _ALLERGIES and _EXAMPLES.match(bare):
        return True
    if _OR.search(bare) or _ADDS.search(bare):
        return False
    return _are_events(names) or not (_EXCEPTS.match(bare) and re.search(r"\d", bare))


def _of_malignancy(tail: str, names: set[str]) -> bool:
    """Say whether an exception from *another malignancy* lists cancers, and nothing else."""
    excepted = names == {"last_other_malignancy"} and _EXCEPTS.match(tail)
    return bool(excepted) and all(map(_CANCER.search, _LISTED.split(tail)))


def _at_that_time(tail: str, names: set[str]) -> bool:
    """Say whether a condition is one of now, whatever time follows it."""
    if _are_events(names) or re.match(r"\W*(?:without|despite)\b", tail) or _NEW.match(tail):
        return True
    return not _WHEN.search(_NOW.sub(" ", tail))


def _is_limit(condition: Condition) -> bool:
    """Say whether it is a limit of a number, which may be for some: *ALT up to 5 with liver metastases*."""
    return bool(re.search("[<>]", condition.said.text)) and not names_of(condition) <= _PERSON


def _are_events(names: set[str]) -> bool:
    return all(name.startswith("last_") for name in names)
