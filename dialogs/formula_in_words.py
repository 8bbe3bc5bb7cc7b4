"""A formula in words: made from the tree by which a number is worked out, with the names of its questions.

Each question stands with the unit in which its number is taken, where it can be answered in several.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, Final

from dialogs.answers import plain
from dialogs.languages import words
from dialogs.protocol import Protocol, Question
from dialogs.rules.arithmetic import (
    Asked,
    Chosen,
    Compared,
    Condition,
    Constant,
    Either,
    Operation,
    Shared,
    Term,
)
from dialogs.rules.functions import FUNCTIONS, OPERATIONS, TESTS
from dialogs.units import rounded

EITHER, SUM, PRODUCT, POWER, ATOM = range(5)
"""How tightly a term holds together: what holds less than its place asks for stands in brackets."""
_SIGNS: Final = {"+": "+", "-": "\u2212", "*": "\u00d7", "/": "\u00f7"}
_HOLD: Final = {"+": SUM, "-": SUM, "*": PRODUCT, "/": PRODUCT}
_RAISED: Final = {Fraction(2): "²", Fraction(3): "³"}
_COMPARED: Final = {"<": "<", "<=": "≤", ">": ">", ">=": "≥", "==": "=", "!=": "≠"}


def formula_in_words(
    protocol: Protocol, question: Question, language: str, name: Callable[[Question], str]
) -> str:
    """Say how a question's number is worked out; empty if it is asked only. `name` says how a question is called."""
    if question.formula is None:
        return ""
    return _Formula(protocol, language, name).term(question.formula.node, EITHER)


class _Formula:
    def __init__(self, protocol: Protocol, language: str, name: Callable[[Question], str]) -> None:
        self.protocol, self.language, self.name = protocol, language, name
        said = words("dialogs", language)
        self.marks: Mapping[str, str] = said["punctuation"]
        self.said: Mapping[str, Any] = said["formula"]["in_words"]

    def term(self, term: Term, place: int) -> str:
        holds, text = self._term(term)
        return text if holds >= place else f"({text})"

    def _term(self, term: Term) -> tuple[int, str]:
        match term:
            case Constant():
                return ATOM, plain(rounded(term.number))
            case Asked():
                return ATOM, self._asked(self.protocol.questions[term.place])
            case Shared():
                return self._term(term.other)
            case Either():
                return EITHER, self.said["either"].format(
                    then=self.term(term.then, SUM),
                    condition=self.condition(term.condition),
                    other=self.term(term.other, EITHER),
                )
        return self._operation(term)

    def _operation(self, term: Operation) -> tuple[int, str]:
        sign = next((sign for sign, each in OPERATIONS.items() if each is term.function), "")
        if not sign:
            name = next(name for name, each in FUNCTIONS.items() if each is term.function)
            parts = self.marks["then"].join(self.term(each, EITHER) for each in term.operands)
            return ATOM, self.said[name].format(parts=parts)
        if sign == "**":
            return self._power(*term.operands)
        one, other = term.operands
        holds = _HOLD[sign]
        if sign == "-" and isinstance(one, Constant) and not one.number:
            return SUM, f"{_SIGNS[sign]}{self.term(other, POWER)}"
        behind = holds + (sign in "-/")
        return holds, f"{self.term(one, holds)} {_SIGNS[sign]} {self.term(other, behind)}"

    def _power(self, base: Term, exponent: Term) -> tuple[int, str]:
        """Raise by a sign, or in words: these do not tell what of a product is raised, and stand in brackets there."""
        raised = _RAISED.get(exponent.number) if isinstance(exponent, Constant) else None
        if raised is not None:
            return POWER, f"{self.term(base, ATOM)}{raised}"
        text: str = self.said["power"]
        return EITHER, text.format(base=self.term(base, ATOM), exponent=self.term(exponent, ATOM))

    def _asked(self, question: Question) -> str:
        name = self.name(question)
        if len(question.units) == 1:
            return name
        return self.marks["noted"].format(what=name, note=question.units[0].label[self.language])

    def condition(self, condition: Condition) -> str:
        match condition:
            case Chosen():
                question = self.protocol.questions[condition.place]
                options = [
                    question.buttons[c][self.language] for c in question.buttons if c in condition.codes
                ]
                what = self.marks["list"].join(options)
                return self.marks["named"].format(name=self.name(question), what=what)
            case Compared():
                sign = next(_COMPARED[sign] for sign, each in TESTS.items() if each is condition.test)
                return f"{self.term(condition.one, SUM)} {sign} {self.term(condition.other, SUM)}"
        parts = [f"({self.condition(each)})" for each in condition.conditions]
        if condition.function is all or condition.function is any:
            joint: str = self.said["and" if condition.function is all else "or"]
            return joint.join(parts)
        text: str = self.said["not"]
        return text.format(what=parts[0])
