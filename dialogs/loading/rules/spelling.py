"""Signs and words of a rule as they are written elsewhere: in Word, Excel, SQL, R, in Chinese, on paper.

Each is told with what to write, and mended, so that the rest of the rule can be looked at. A mended rule is never used.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import starmap
from typing import Final

from dialogs.languages import LANGUAGES, typed_by_authors, words
from dialogs.loading.meant import TYPED, without_commas
from dialogs.loading.rules.limits import unit_meant
from dialogs.loading.syntax.signs import BLANKS, QUOTES
from dialogs.protocol import Question


@dataclass(frozen=True, slots=True)
class RuleSlip:
    """A mistake in a rule: what is wrong, what to write, and in which line of the rule, counted from 0."""

    fault: str
    remedy: str
    line: int = 0


_QUOTED: Final = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'")
_JOINING: Final = ("and", "or")
_NUMBER: Final = rf"-?{TYPED}"
_END: Final = r"(?=\s*(?:\)|$|\band\b|\bor\b|[<>=!,]))"
_UNIT: Final = r"(?:%|[×*]\s*[UL]LN|(?!(?:and|or|not|in|if|then|else)\b)[^\W\d_][^\s()<>=!,\"']*)"
_SIGNS: Final[Mapping[str, str]] = {
    **QUOTES,
    **dict(zip("（）［］｛｝，、：；＜＞－", "()[]{},,:;<>-", strict=True)),
    **{chr(0xFF10 + digit): str(digit) for digit in range(10)},
    **BLANKS,
    "−": "-",
}
_ENDS: Final = frozenset("”’）］｝") | BLANKS.keys()
"""Signs that are told only where no other is: of a pair, the one that opens it is told."""
_OTHER_SIGNS: Final[Mapping[str, str]] = {
    "<=": r"≤|≦|⩽|=<|<==|<\s+=(?!=)|<＝|\bis\s*<=",
    ">=": r"≥|≧|⩾|=>|>==|>＝|>\s+=(?!=)|\bis\s*>=",
    "!=": r"≠|<>|><|~=|!==|=!",
    "<": r"\bis\s*<(?!=)",
    ">": r"\bis\s*>(?!=)",
    "==": r"===|＝＝|=＝|＝=|(?<![<>=!])[=＝](?![=<>])|:(?!=)",
    "and": r"&&|&|;(?=\s*\S)",
    "or": r"\|\||\|",
    "not": r"!(?!=)|¬",
    "in": "∈",
}
"""What stands in a rule, in the order in which it is looked for -> signs that people write for it."""


@cache
def _written_elsewhere() -> Sequence[tuple[re.Pattern[str], str]]:
    """Return patterns of what people write in any language of ours, with what stands in a rule instead."""
    rows = []
    for right, signs in _OTHER_SIGNS.items():
        found = "|".join([signs, *_words(right)])
        rows.append((re.compile(found, 0 if right.isalpha() else re.IGNORECASE), right))
    return rows


def _words(right: str) -> list[str]:
    """Return patterns of the words that stand for a sign in each language; English ones are whole words."""
    listed = [word for language in LANGUAGES for word in words("dialogs", language)["typed_in_rules"][right]]
    return [
        rf"\b(?:is\s+)?{re.escape(word)}\b".replace(r"\ ", r"\s+") if word.isascii() else word
        for word in listed
    ]


def spelled(text: str, questions: Mapping[str, Question]) -> tuple[str, list[RuleSlip]]:
    """Return a rule with its signs and words as they are written here, and what was wrong with them."""
    slips: list[RuleSlip] = []
    for mend in (_signs, _counting, *starmap(_swap, _written_elsewhere()), _between, _dangling, _ending):
        text = mend(text, slips)
    return _limits(text, slips, questions), slips


@cache
def _at_least() -> re.Pattern[str]:
    said = "|".join(re.escape(word).replace(r"\ ", "[ -]") for word in typed_by_authors("at_least"))
    return re.compile(rf"(?:{said})\s*\(\s*(?=\d+\s*,)", re.IGNORECASE)


def _counting(text: str, slips: list[RuleSlip]) -> str:
    """Put the word that counts conditions: ``at least(2, smoker, diabetes)``."""

    def swap(part: str, at: int) -> str:
        for match in _at_least().finditer(part):
            typed = match[0].partition("(")[0].strip()
            line = _line(text, at + match.start())
            slips.append(RuleSlip(f'"{typed}" is not written so in a rule', "Please write at_least", line))
        return _at_least().sub("at_least(", part)

    return outside(text, swap)


def _ending(text: str, slips: list[RuleSlip]) -> str:
    end = re.search(r"[;.,，。；]\s*\Z", text)
    if end is None:
        return text
    slips.append(
        RuleSlip(f"there is a {end[0].strip()} at the end", "Please delete it", _line(text, end.start()))
    )
    return text[: end.start()]


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at)


def outside(text: str, mend: Callable[[str, int], str]) -> str:
    """Change what stands outside of quotes; `mend` is told where each piece begins."""
    parts, at = [], 0
    for match in _QUOTED.finditer(text):
        parts += [mend(text[at : match.start()], at), match[0]]
        at = match.end()
    return "".join([*parts, mend(text[at:], at)])


def _signs(text: str, slips: list[RuleSlip]) -> str:
    found: dict[str, int] = {}

    def swap(part: str, at: int) -> str:
        for place, sign in enumerate(part, at):
            if sign in _SIGNS:
                found.setdefault(sign, _line(text, place))
        return "".join(_SIGNS.get(sign, sign) for sign in part)

    mended = outside(text, swap)
    told = {sign.isdigit() or sign: sign for sign in reversed(found) if sign not in _ENDS}
    for sign in reversed(told.values()) if told else found:
        shown = sign if sign.isprintable() and sign.strip() else f"a blank that is none (U+{ord(sign):04X})"
        wanted = _SIGNS[sign].strip() or "a plain blank"
        slips.append(RuleSlip(f"{shown} cannot be read in a rule", f"Please type {wanted}", found[sign]))
    return mended


def _swap(pattern: re.Pattern[str], right: str) -> Callable[[str, list[RuleSlip]], str]:
    """Return what puts the right sign or word for others; a fault is told once for each of these."""

    def mend(text: str, slips: list[RuleSlip]) -> str:
        told: set[str] = set()

        def swap(part: str, at: int) -> str:
            for match in pattern.finditer(part):
                if match[0] not in told:
                    told.add(match[0])
                    typed = f'"{match[0]}"' if match[0][0].isalpha() else match[0]
                    line = _line(text, at + match.start())
                    slips.append(
                        RuleSlip(f"{typed} is not written so in a rule", f"Please write {right}", line)
                    )
            return pattern.sub(f" {right} ", part)

        return outside(text, swap)

    return mend


# limits ------------------------------------------------------------------------------------------


@cache
def _range() -> re.Pattern[str]:
    to = "|".join([r"-|–|—|~|～|\.\.+", *_words("to")])
    return re.compile(
        rf"(?P<id>[A-Za-z_]\w*)\s*(?:==|in)?\s*(?:between|from)?\s*[\[(]?(?P<low>{_NUMBER})\s*(?P<one>{_UNIT})?\s*"
        rf"(?P<to>{to})\s*(?P<high>{TYPED})\s*(?P<unit>{_UNIT})?[\])]?{_END}"
    )


def _between(text: str, slips: list[RuleSlip]) -> str:
    """Put a chain for a range of numbers: ``18-80``, ``between 18 and 80``."""

    def swap(part: str, at: int) -> str:
        def chain(match: re.Match[str]) -> str:
            if match["to"] in _JOINING and not re.search(r"\b(?:between|from)\b", match[0]):
                return match[0]
            unit = match["unit"] or match["one"] or ""
            low, high = (_limit(match[end], unit) for end in ("low", "high"))
            right = f"{low} <= {match['id']} <= {high}"
            slips.append(
                RuleSlip(
                    f"{' '.join(match[0].split())} is not how a range is written",
                    f"Please write {right}",
                    _line(text, at + match.start()),
                )
            )
            return right

        return _range().sub(chain, part)

    return outside(text, swap)


def _limit(number: str, unit: str) -> str:
    number = without_commas(number)
    return f'"{number} {unit}"' if unit else number


_BARE: Final = re.compile(
    rf"(?P<sign><=|>=|==|!=|<|>)\s*(?P<number>{_NUMBER})\s*(?P<unit>{_UNIT}(?:\s+{_UNIT})*){_END}"
)
_COMMAS: Final = re.compile(rf"(?<=[<>=])(?P<blank>\s*)(?P<number>{_NUMBER})(?![\d,])")


def _limits(text: str, slips: list[RuleSlip], questions: Mapping[str, Question]) -> str:
    """Put quotes around limits that stand without them, and points into numbers."""

    def swap(part: str, at: int) -> str:
        def quoted(match: re.Match[str]) -> str:
            names = [name for name in _NAME.findall(part[: match.start()]) if name in questions]
            units = questions[names[-1]].units if names else ()
            unit = " ".join(match["unit"].split())
            known = unit_meant(unit, units) or unit_meant(unit.split()[0], units) or unit
            limit = _limit(match["number"], known)
            written = " ".join(match[0].removeprefix(match["sign"]).split())
            slips.append(
                RuleSlip(
                    f"{written} is a limit without quotes",
                    f"Please write {limit}",
                    _line(text, at + match.start()),
                )
            )
            return f"{match['sign']} {limit}"

        def pointed(match: re.Match[str]) -> str:
            names = [name for name in _NAME.findall(part[: match.start()]) if name in questions]
            right = without_commas(match["number"])
            if (
                right != match["number"] and names and len(questions[names[-1]].units) == 1
            ):  # else the unit is told
                line = _line(text, at + match.start("number"))
                slips.append(RuleSlip(f"{match['number']} has a comma", f"Please write {right}", line))
            return match["blank"] + right

        return _COMMAS.sub(pointed, _BARE.sub(quoted, part))

    return outside(text, swap)


_DANGLING: Final = re.compile(r"\b(?P<word>and|or)\s*(?P<sign><=|>=|==|!=|<|>)")
_NAME: Final = re.compile(r"(?<![\w\"'])(?!(?:and|or|not|in|unclear)\b)[A-Za-z_]\w*")


def _dangling(text: str, slips: list[RuleSlip]) -> str:
    """Repeat the question where a second comparison leaves it out: ``age >= 18 and <= 80``."""
    while (match := _DANGLING.search(outside_only(text))) is not None:
        names = _NAME.findall(outside_only(text)[: match.start()])
        if not names:
            return text
        right = f"{match['word']} {names[-1]} {match['sign']}"
        slips.append(
            RuleSlip(
                f"there is no question before {match['sign']}",
                f"Please write {right}",
                _line(text, match.start()),
            )
        )
        text = f"{text[: match.start()]}{right}{text[match.end() :]}"
    return text


def outside_only(text: str) -> str:
    """Return a text of the same length with nothing inside of its quotes."""
    return _QUOTED.sub(lambda match: f"{match[0][0]}{' ' * (len(match[0]) - 2)}{match[0][0]}", text)
