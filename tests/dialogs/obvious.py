"""Judges a protocol file by the plainest means: every rule over every answer, in fractions, with nothing skipped.

It shares no code with the product but the answers themselves. It reads the tables of the file as they stand, and knows
nothing of questions that are open, of what is asked next, or of what was proved.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import inf
from typing import Any, Final

from dialogs.answers import Answer, Choice, Measurement, Selection

FALSE, UNCERTAIN, TRUE = range(3)
Raw = Mapping[str, Any]
Value = Fraction | float
_FAR: Final = inf
_BEST_LAST: Final = ("ineligible", "undetermined", "eligible")
_DAYS: Final = {"d": "1", "wk": "7", "mo": "30.4375", "a": "365.25"}


@dataclass(frozen=True)
class Span:
    """Every number that is meant: from ``low`` to ``high``; ``open`` says that neither end is one of them."""

    low: Value
    high: Value
    low_open: bool = False
    high_open: bool = False


def _point(number: Value) -> Span:
    return Span(number, number)


class Obvious:
    """One file and one patient, who has an answer to every question."""

    def __init__(self, raw: Raw, answers: Mapping[str, Answer]) -> None:
        self.raw, self.answers = raw, answers
        self.questions: dict[str, Raw] = {each["id"]: each for each in raw["question"]}

    def verdicts(self) -> dict[str, str]:
        """The verdict of each part, by its code; of a file without parts that of the whole, under ""."""
        whole, alone = self.whole(), self._alone()
        required = [alone[code] for code in self._required()]
        return {
            code: ("met" if found == "eligible" and whole != "eligible" else found)
            if code in self._required()
            else min([found, *required], key=_BEST_LAST.index)
            for code, found in alone.items()
        }

    def whole(self) -> str:
        """The worst of what the required parts come to, and of the best of the others."""
        alone = self._alone()
        others = [found for code, found in alone.items() if code not in self._required()]
        best = [max(others, key=_BEST_LAST.index)] if others else []
        return min([*best, *(alone[code] for code in self._required())], key=_BEST_LAST.index)

    def _required(self) -> list[str]:
        return [part["code"] for part in self.raw.get("part", ()) if part.get("required")]

    def _alone(self) -> dict[str, str]:
        """What the criteria of each part come to, whatever the other parts do."""
        codes = [part["code"] for part in self.raw.get("part", ())] or [""]
        criteria = [each for each in self.raw["criterion"] if "line" not in each]
        return {
            code: self._verdict([each for each in criteria if code in each.get("parts", codes)])
            for code in codes
        }

    def _verdict(self, criteria: list[Raw]) -> str:
        found = {self.status(criterion) for criterion in criteria}
        if "failed" in found:
            return "ineligible"
        return "undetermined" if "unknown" in found else "eligible"

    def status(self, criterion: Raw) -> str:
        if "rule" in criterion:
            value = self.truth(ast.parse(" ".join(criterion["rule"].split()), mode="eval").body)
        else:
            value = self._chosen(criterion["code"].lower(), "yes")
        if "exclusion" in criterion:
            value = TRUE - value
        return ("failed", "unknown", "met")[value]

    # conditions ----------------------------------------------------------------------------------

    def truth(self, tree: ast.expr) -> int:
        match tree:
            case ast.BoolOp(op=ast.And(), values=values):
                return min(map(self.truth, values))
            case ast.BoolOp(op=ast.Or(), values=values):
                return max(map(self.truth, values))
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return TRUE - self.truth(operand)
            case ast.Name(id="unclear"):
                return UNCERTAIN
            case ast.Name(id=name):
                return self._chosen(name, "yes")
            case ast.Call(args=[ast.Constant(value=int(least)), *conditions]):
                return sorted(map(self.truth, conditions), reverse=True)[least - 1]
            case ast.Compare(left=left, ops=ops, comparators=right):
                pairs = zip([left, *right], ops, right, strict=False)
                return min(self._pair(one, op, other) for one, op, other in pairs)
        raise AssertionError(ast.unparse(tree))

    def _pair(self, left: ast.expr, op: ast.cmpop, right: ast.expr) -> int:
        if isinstance(op, ast.NotEq):
            return TRUE - self._pair(left, ast.Eq(), right)
        if isinstance(op, ast.NotIn):
            return TRUE - self._pair(left, ast.In(), right)
        if isinstance(left, ast.Constant) and isinstance(op, ast.In):
            return self._ticked(_name(right), str(left.value))
        name = _name(left) if isinstance(left, ast.Name) else _name(right)
        kind = self.questions[name].get("kind", "yes_no")
        if kind == "several":
            return self._ticked(name, "none")
        if kind in ("yes_no", "choice"):
            codes = ast.literal_eval(right)
            return max(self._chosen(name, code) for code in ([codes] if isinstance(codes, str) else codes))
        return self._compared(left, op, right)

    def _chosen(self, name: str, code: str) -> int:
        answer = self.answers[name]
        assert isinstance(answer, Choice)
        if answer.code == "unknown":
            return UNCERTAIN
        return TRUE if answer.code == code else FALSE

    def _ticked(self, name: str, code: str) -> int:
        answer = self.answers[name]
        if not isinstance(answer, Selection):
            return UNCERTAIN
        return TRUE if code in (answer.codes or ("none",)) else FALSE

    # numbers -------------------------------------------------------------------------------------

    def _compared(self, left: ast.expr, op: ast.cmpop, right: ast.expr) -> int:
        basis = next((_basis(each) for each in (left, right) if isinstance(each, ast.Constant)), "")
        one, other = self._span(left, basis), self._span(right, basis)
        if one is None or other is None:
            return UNCERTAIN
        match op:
            case ast.Lt():
                return _below(one, other, strictly=True)
            case ast.LtE():
                return _below(one, other, strictly=False)
            case ast.Gt():
                return TRUE - _below(one, other, strictly=False)
            case ast.GtE():
                return TRUE - _below(one, other, strictly=True)
        return min(_below(one, other, strictly=False), TRUE - _below(one, other, strictly=True))

    def _span(self, tree: ast.expr, basis: str) -> Span | None:
        """What a side of a comparison means, as ratio to a limit of normal or in the question's first unit."""
        if isinstance(tree, ast.Name):
            return self.number(tree.id, ratio=basis.startswith("{x"))
        assert isinstance(tree, ast.Constant)
        if isinstance(tree.value, int):
            return _point(Fraction(tree.value))
        amount, unit = str(tree.value).split()
        return _point(Fraction(amount) * self._scale(unit) + self._offset(unit))

    def _units(self) -> dict[str, Raw]:
        return {unit["code"]: unit for q in self.questions.values() for unit in q.get("units", ())}

    def _scale(self, code: str) -> Fraction:
        return Fraction(_DAYS.get(code) or str(self._units().get(code, {}).get("scale", 1)))

    def _offset(self, code: str) -> Fraction:
        return Fraction(str(self._units().get(code, {}).get("offset", 0)))

    def number(self, name: str, *, ratio: bool = False) -> Span | None:
        """The numbers that an answer can mean; ``None`` if nothing is known."""
        answer = self.answers[name]
        if isinstance(answer, Choice):
            return self._shortcut(name, answer.code, ratio=ratio)
        assert isinstance(answer, Measurement)
        value = Fraction(answer.value) * self._scale(answer.unit) + self._offset(answer.unit)
        if (answer.unit == "{xULN}") is not ratio:
            limit = self._limit(name)
            if limit is None:
                return None
            value = value / limit if ratio else value * limit
        return _meant(answer.relation, value)

    def _limit(self, name: str) -> Fraction | None:
        answer = self.answers[f"{name}_uln"]
        return Fraction(answer.value) * self._scale(answer.unit) if isinstance(answer, Measurement) else None

    def _shortcut(self, name: str, code: str, *, ratio: bool) -> Span | None:
        match code:
            case "never":
                return _point(_FAR)
            case "ongoing":
                return _point(Fraction(0))
            case "computed":
                return self._computed(name)
            case "within_normal":
                limit = Fraction(1) if ratio else self._limit(name)
                return None if limit is None else Span(-_FAR, limit)
        return None

    def _computed(self, name: str) -> Span | None:
        """Work a formula out, if every part is one number, and the question can have what comes out."""
        question = self.questions[name]
        parts = {
            each.id: self.number(each.id)
            for each in ast.walk(ast.parse(question["formula"]))
            if isinstance(each, ast.Name)
        }
        if any(part is None or part.low != part.high for part in parts.values()):
            return None
        known = {part: span.low for part, span in parts.items() if span is not None}
        value = _worked_out(ast.parse(question["formula"], mode="eval").body, known)
        low, high = question["units"][0]["possible"]
        return _point(value) if value is not None and low <= value <= high else None


def _name(tree: ast.expr) -> str:
    assert isinstance(tree, ast.Name)
    return tree.id


def _basis(limit: ast.Constant) -> str:
    return str(limit.value).split()[-1]


def _meant(relation: str, value: Fraction) -> Span:
    spans: dict[str, Span] = {
        "=": _point(value),
        "<": Span(-_FAR, value, high_open=True),
        "<=": Span(-_FAR, value),
        ">": Span(value, _FAR, low_open=True),
        ">=": Span(value, _FAR),
    }
    return spans[relation]


def _below(one: Span, other: Span, *, strictly: bool) -> int:
    """Whether every number of one span lies below every number of the other, none does, or it is not known."""
    if one.high < other.low or (one.high == other.low and (not strictly or one.high_open or other.low_open)):
        return TRUE
    if one.low > other.high or (one.low == other.high and (strictly or one.low_open or other.high_open)):
        return FALSE
    return UNCERTAIN


_WORK: Final[dict[type[ast.operator], Callable[[Fraction, Fraction], Fraction]]] = {
    ast.Add: lambda one, other: one + other,
    ast.Sub: lambda one, other: one - other,
    ast.Mult: lambda one, other: one * other,
    ast.Div: lambda one, other: one / other,
}


def _worked_out(tree: ast.expr, known: Mapping[str, Value]) -> Fraction | None:
    match tree:
        case ast.Name(id=name):
            return Fraction(known[name])
        case ast.Constant(value=int(number)):
            return Fraction(number)
        case ast.BinOp(left=left, op=op, right=right):
            one, other = _worked_out(left, known), _worked_out(right, known)
            if one is None or other is None or (isinstance(op, ast.Div) and not other):
                return None
            return _WORK[type(op)](one, other)
    raise AssertionError(ast.unparse(tree))


def as_decimal(number: Fraction) -> Decimal:
    """A fraction as a decimal, which it is if its denominator is a power of ten."""
    return Decimal(number.numerator) / Decimal(number.denominator)
