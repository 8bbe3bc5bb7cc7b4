"""One way of writing what records write in many: signs, powers of ten, units in words, multiples of normal."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from dialogs.reading.numerals import fold

_POWERS: Final = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹₁₂₃", "0123456789123")
_SIGNS: Final = str.maketrans(
    {**dict.fromkeys("‐‑‒–—−~～∼", "-"), **dict.fromkeys("‘’ʼ`´", "'"), **dict.fromkeys("“”", '"')}
    | {"≥": ">=", "≧": ">=", "⩾": ">=", "≤": "<=", "≦": "<=", "⩽": "<=", "®": "", "™": "", "·": "*"}
)
_RAISED: Final = re.compile(r"10([⁰¹²³⁴⁵⁶⁷⁸⁹]+)")

_NAMED: Final = re.compile(
    r"(\b(?:prior to|before|of) (?:the )?"
    r"(?:(?:first |initial )?(?:dose|administration|infusion|injection)|initiation|start|beginning) of )"
    r"(?:treatment with |therapy with )?[A-Z][A-Za-z]*[ -]?\d[\w-]*(?=[\s.;,]*(?:$|\())"
)
"""What a trial gives, called by a name and a number, where time is counted back from its first dose: *ABC-123*."""

_IMMUNOGLOBULIN: Final = re.compile(r"\bIg(?=[AGM]\b)")
"""By its small letter no other thing than *IGA*, a global assessment."""
_WORDS_OF_UNITS: Final = {
    r"(?:cubic|cu\.?) ?(?:millimet(?:er|re)s?|mm)|mm ?cubed|mm\^3|mm³": "mm3",
    r"micro-?lit(?:er|re)s?|mcl|µl": "ul",
    r"milli-?lit(?:er|re)s?|mls": "ml",
    r"deci-?lit(?:er|re)s?": "dl",
    r"lit(?:er|re)s?": "l",
    r"milligrams?": "mg",
    r"micrograms?|mcg": "ug",
    r"nanograms?": "ng",
    r"milliseconds?|msecs?": "ms",
    r"millimoles?": "mmol",
    r"kilograms?|kgs": "kg",
    r"millimet(?:er|re)s? of mercury|mm hg": "mmhg",
}
_SQUARE_METRES: Final = r"m(?:\^|\*\*)?2|m²|square met(?:er|re)s?|sq\.? ?m"
_NORMAL: Final = r"(?:the )?(?:institutional |laboratory |local |institution's |local laboratory |lab )?"
_UPPER_LIMIT: Final = (
    rf"{_NORMAL}(?:upper limits? of (?:the )?{_NORMAL}normal(?: range)?|upper normal limits?|upper limit normal)"
    rf"(?: ?\((?:uln|unl)\)| ?\[uln\])?|{_NORMAL}(?:uln|unl)\b"
)

_REWRITTEN: Final[Sequence[tuple[str, str]]] = (
    *((rf"\b(?:{words})\b", unit) for words, unit in _WORDS_OF_UNITS.items()),
    (r"\bper (?=(?:ul|mm3|ml|dl|l|min|minute|day)\b)", "/"),
    (r"\s*/\s*", "/"),
    (r"\b(?:cells?|platelets|counts?)/(?=(?:ul|mm3|l)\b)", "/"),
    (r"/minutes?\b", "/min"),
    (r"\b(?:beats|breaths)/min\b", "/min"),
    (rf"/1\.73 ?(?:{_SQUARE_METRES})", "/1.73m2"),
    (r"\bkg/(?:m\^2|m²|square met(?:er|re)s?)", "kg/m2"),
    (r"(?<![0-9.])10 ?(?:\^|\*\*|\*) ?([0-9]+)", r"10*\1"),
    (r"\bx ?10 ?([369])(?= ?/)", r"x10*\1"),
    (r"\bx 10(?=\*)", "x10"),
    (r"(?<=[0-9])x10(?=\*)", " x10"),
    (r"(?<=10\*[0-9]) (?=/)", ""),
    (rf"(?:\btimes |\bx ?|(?<=[0-9])x ?)(?:{_UPPER_LIMIT})", " xuln"),
    (rf"(?<![0-9] )\b(?:{_UPPER_LIMIT})", "1 xuln"),
    (rf"(?<=[0-9] )(?:{_UPPER_LIMIT})", "xuln"),
    (r" ?\((?:uln|1 xuln)[;,] (?=unless|except)", " ("),
    (r"(?<=[0-9]),(?=[0-9]{3}(?![0-9]))", ""),
    (r"\b([1-9][0-9]{0,2}) 000\b", r"\g<1>000"),
    (r"\bpack-years?\b", "pack years"),
    (r"\b([0-9]+) ?\+ ?(years?|yrs?|y)\b", r"\1 \2 or older"),
    (r"\bnon-?(?=pregnant|lactating|nursing|breast)", "not "),
    (r"(?<=[0-9]) ?° ?(?=[cf]\b)", " "),
    (
        r"\b(?:in|during|over) (?:the )?(?=[0-9a-z]+ (?:days?|weeks?|months?|years?) (?:prior to|before|preceding)\b)",
        "within ",
    ),
    (
        r"\b(screening|baseline|enrollment|enrolment|randomization|randomisation) and (screening|baseline|"
        r"randomization|randomisation) visits\b",
        r"\1 visit and \2 visit",
    ),
    (
        r"^((?:patients? |subjects? |participants? )?(?:with )?)(?:current or recent|recent or current|"
        r"current or prior|recent|prior|current or previous) \(((?:within|in the last|in the past|during the last|"
        r"during the past) [^()]+)\) ((?:use of|treatment with|participation in|exposure to) [^();]+)$",
        r"\1\3 \2",
    ),
    (r"\( ", "("),
    (r" \)", ")"),
    (r" ,", ","),
    (r" +", " "),
)
_ARTICLES: Final = re.compile(
    r"(?<![\w-])(?:the|an|their|his/her|his or her)\b ?|(?<!hepatitis )(?<!class )(?<!pugh )(?<![\w-])a (?=[a-z0-9]{2})"
)
"""What says nothing; a letter *A* that names a class or a virus is none."""
_IN_BRACKETS: Final = re.compile(r"\(([a-z]{2,6})\)")
_WORD: Final = re.compile(r"[a-z]+")
_SMALL_WORDS: Final = frozenset({"of", "and"})
_RULES: Final = tuple((re.compile(written), plain) for written, plain in _REWRITTEN)


def plain(text: str) -> str:
    """Return a line in small letters, with one spelling for each sign and unit, without a mark at its end."""
    said = _NAMED.sub(r"\1study treatment", text)
    said = _IMMUNOGLOBULIN.sub("immunoglobulin ", said)
    said = _RAISED.sub(lambda power: f"10*{power[1].translate(_POWERS)}", said)
    said = fold(said.translate(_SIGNS)).translate(_POWERS)
    for written, instead in _RULES:
        said = written.sub(instead, said)
    return _without_abbreviations(without_articles(said.strip().rstrip(".;,:").strip()))


def _without_abbreviations(said: str) -> str:
    """Leave out brackets that hold the initials of the words before them: *body mass index (BMI)*."""
    for found in reversed(list(_IN_BRACKETS.finditer(said))):
        words = [word for word in _WORD.findall(said[: found.start()]) if word not in _SMALL_WORDS]
        if "".join(word[0] for word in words[-len(found[1]) :]) == found[1]:
            said = (said[: found.start()].rstrip() + said[found.end() :]).strip()
    return said


def without_articles(said: str) -> str:
    return _ARTICLES.sub("", said).strip()
