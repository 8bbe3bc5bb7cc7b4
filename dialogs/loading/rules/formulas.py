"""Parses the formula of a number over other questions, or says what is wrong with it and what to write instead.

It is read as a Python expression, like a rule, and nothing is ever executed. It has ``+ - * / **``, brackets, ``min``,
``max``, ``sqrt``, and ``x if sex == "female" else y``; names are numbers in the first unit of their question.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from fractions import Fraction
from typing import Final

from dialogs.likely import instead
from dialogs.loading.ruleless import names_in
from dialogs.loading.rules.expressions import expression
from dialogs.loading.rules.numbered import left_without_id
from dialogs.loading.rules.parsing import COMPARED, MAX_LENGTH, RuleError, options_in
from dialogs.protocol import Question
from dialogs.rules.arithmetic import (
    Asked,
    Chosen,
    Compared,
    Condition,
    Constant,
    Either,
    Formula,
    Joined,
    Operation,
    Shared,
    Term,
)
from dialogs.rules.functions import FUNCTIONS, OPERATIONS, TESTS

DEFAULT_DECIMALS: Final = {"integer": 0, "quantity": 1}
_OPERATIONS: Final[Mapping[type[ast.operator], str]] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Pow: "**",
}
_ALLOWED: Final = (
    'Please use numbers, names of questions, + - * / **, min, max, sqrt, and x if sex == "female" else y'
)


def parse_formula(
    question: Question,
    text: str,
    decimals: int | None,
    questions: Mapping[str, Question],
    *,
    rounds: bool = False,
) -> Formula:
    """Parse the formula of a question over `questions` (in the protocol's order; their formulas parsed before).

    Raises `RuleError` for anything that a formula has not, and for names that are no numbers.
    """
    flat = " ".join(text.split())
    if len(flat) > MAX_LENGTH:
        raise RuleError(f"formula is longer than {MAX_LENGTH} characters", "Please let a part have its own")
    try:
        term = _Parser(flat, questions).term(expression(flat))
        places = tuple(dict.fromkeys(asked.place for asked in term.parts()))
    except SyntaxError as error:
        fault = f"formula cannot be read at column {error.offset}: {flat!r}"
        raise RuleError(fault, "Please check signs and brackets") from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise RuleError("formula cannot be read", "Please write it more simply") from error
    if not places:
        raise RuleError("formula names no question", "Please name those whose answers it is worked out from")
    first = question.units[0]
    shown = DEFAULT_DECIMALS[question.kind] if decimals is None else decimals
    return Formula(flat, term, first.code, shown, first.possible, places, rounds)


def _gives_the_same(other: Question, question: Question) -> bool:
    """Say whether the value that a question asks for may be answered to another one, beside what is no value there."""
    return (
        question.measures is not None
        and other.measures == question.measures
        and bool(other.shortcuts) > bool(question.shortcuts)
        and other.at is question.at is None
        and other.units[0].code == question.units[0].code
    )


def _none(truths: list[bool]) -> bool:
    return not any(truths)


class _Parser:
    def __init__(self, text: str, questions: Mapping[str, Question]) -> None:
        self.text = text
        self.questions = questions
        self.named = set(names_in(text))
        """Names in the formula: one of them is not what another one was meant to be."""
        self.places = {name: place for place, name in enumerate(questions)}

    def term(self, tree: ast.expr) -> Term:
        match tree:
            case ast.Constant():
                return Constant(self._number(tree))
            case ast.Name():
                return self._asked(tree)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return Operation(OPERATIONS["-"], (Constant(Fraction(0)), self.term(operand)))
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.term(operand)
            case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _OPERATIONS:
                function = OPERATIONS[_OPERATIONS[type(operator)]]
                return Operation(function, (self.term(left), self.term(right)))
            case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in FUNCTIONS:
                return self._call(name, args)
            case ast.IfExp(test=test, body=then, orelse=other):
                return Either(self.condition(test), self.term(then), self.term(other))
        raise RuleError(f"{ast.unparse(tree)!r} is not arithmetic", _ALLOWED)

    def condition(self, tree: ast.expr) -> Condition:
        match tree:
            case ast.BoolOp(op=operator, values=values):
                function = all if isinstance(operator, ast.And) else any
                return Joined(function, tuple(map(self.condition, values)))
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return Joined(_none, (self.condition(operand),))
            case ast.Name():
                return self._chosen(tree, ast.Constant("yes"))
            case ast.Compare(left=left, ops=[operator], comparators=[right]):
                return self._compare(left, operator, right)
        fault = f"{ast.unparse(tree)!r} is not a condition"
        raise RuleError(fault, 'Please write one comparison, such as sex == "female" or age_years < 18')

    def _number(self, tree: ast.Constant) -> Fraction:
        """Return a constant as it is written: 0.02 is two hundredths, and not a binary float."""
        if isinstance(tree.value, int | float) and not isinstance(tree.value, bool):
            return Fraction(ast.get_source_segment(self.text, tree) or "")
        raise RuleError(f"{tree.value!r} is not a number", _ALLOWED)

    def _asked(self, tree: ast.Name) -> Asked | Shared:
        question = self._question(tree.id)
        if question.kind not in DEFAULT_DECIMALS:
            fault = f"{question.id} is not answered by a number"
            raise RuleError(
                fault, f'Please write it in a condition, as in 2 if {question.id} == "..." else 0'
            )
        asked = self._number_of(question)
        same = next((each for each in self.questions.values() if _gives_the_same(each, question)), None)
        return asked if same is None else Shared(self._number_of(same), asked)

    def _number_of(self, question: Question) -> Asked:
        first, *others = question.units
        units = {first.code: (Fraction(1), Fraction(0))} | {
            unit.code: (Fraction(unit.scale), Fraction(unit.offset))
            for unit in others
            if unit.scale is not None
        }
        meanings = {shortcut.code: shortcut.means for shortcut in question.shortcuts}
        return Asked(self.places[question.id], units, meanings, question.formula)

    def _question(self, name: str) -> Question:
        if name in self.questions:
            return self.questions[name]
        without_id = left_without_id(name, self.questions)
        if without_id is not None:
            raise RuleError(f"there is no question {name}", without_id)
        raise RuleError(f"there is no question {name}", instead(name, self.questions.keys() - self.named))

    def _call(self, name: str, args: list[ast.expr]) -> Operation:
        if (len(args) != 1) if name == "sqrt" else (len(args) < 2):
            fault = f"{name} of {len(args)} numbers"
            raise RuleError(fault, "Please write sqrt(x), min(x, y) or max(x, y)")
        return Operation(FUNCTIONS[name], tuple(map(self.term, args)))

    def _compare(self, left: ast.expr, operator: ast.cmpop, right: ast.expr) -> Condition:
        if isinstance(left, ast.Name) and not self._question(left.id).units:
            return self._choice(left, operator, right)
        sign = COMPARED.get(type(operator))
        if sign is None:
            fault = "numbers are compared by <, <=, >, >=, ==, != only"
            raise RuleError(fault, "Please use one of these signs")
        return Compared(TESTS[sign], self.term(left), self.term(right))

    def _choice(self, name: ast.Name, operator: ast.cmpop, right: ast.expr) -> Condition:
        if isinstance(operator, ast.Eq | ast.In):
            return self._chosen(name, right)
        if isinstance(operator, ast.NotEq | ast.NotIn):
            return Joined(_none, (self._chosen(name, right),))
        fault = f"{name.id} is a choice and is compared by ==, !=, in and not in only"
        raise RuleError(fault, "Please use one of these")

    def _chosen(self, name: ast.Name, tree: ast.expr) -> Chosen:
        question = self._question(name.id)
        known = question.option_by_code if question.kind == "choice" else ()
        return Chosen(self.places[question.id], options_in(question, known, tree))
