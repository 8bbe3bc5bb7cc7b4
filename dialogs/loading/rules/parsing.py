"""Parses the text of a rule over a protocol's questions, or says what is wrong with it and what to write instead.

A rule is read as a Python expression, of which only what the language has is accepted; nothing is ever executed.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Mapping
from decimal import Decimal
from itertools import combinations, pairwise, product
from typing import Final

from dialogs.answers import NONE, Measurement, plain
from dialogs.loading.rules.expressions import expression
from dialogs.loading.rules.ways import Ways
from dialogs.protocol import YES_OR_NO, Question
from dialogs.rules.choices import Membership, Ticked
from dialogs.rules.comparisons import Comparison, Contrast, Number, Plan, Way
from dialogs.rules.judgement import union
from dialogs.rules.tree import AtLeast, Conjunction, Disjunction, Negation, Node, Rule, Unclear
from dialogs.units import Unit

MAX_LENGTH: Final = 2000
"""Characters of a rule; so that none nests too deeply to be judged."""
COMPARED: Final[Mapping[type[ast.cmpop], str]] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}
"""Signs by which a number or a choice is compared."""
_MIRROR: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_LIMIT: Final = re.compile(r"\s*([-−]?\d+(?:\.\d+)?)\s+(\S+)\s*")


class RuleError(Exception):
    """A rule cannot be parsed; carries what is wrong and what to do."""

    def __init__(self, fault: str, remedy: str) -> None:
        super().__init__(fault)
        self.fault = fault
        self.remedy = remedy


def parse(text: str, questions: Mapping[str, Question]) -> Rule:
    """Parse one rule over `questions`, as `Parser` does."""
    return Parser(questions).parse(text)


class Parser:
    """Parses rules over `questions` (in the protocol's order); a comparison that several rules have is read once."""

    def __init__(self, questions: Mapping[str, Question]) -> None:
        self.questions = questions
        self.plans: dict[object, Mapping[str, Plan]] = {}
        self.pairs: dict[object, Node] = {}
        self.places = {question_id: place for place, question_id in enumerate(questions)}
        self.ways = Ways(questions, self.places)

    def parse(self, text: str) -> Rule:
        """Parse a rule.

        Raises `RuleError` for anything that the language has not: unknown questions or options, limits in a
        unit that the question lacks, other expressions.
        """
        flat = " ".join(text.split())
        if len(flat) > MAX_LENGTH:
            raise RuleError(f"rule is longer than {MAX_LENGTH} characters", "Please split the criterion")
        try:
            node = self._node(expression(flat))
        except SyntaxError as error:
            fault = f"rule cannot be read at column {error.offset}: {flat!r}"
            raise RuleError(fault, "Please check quotes and brackets") from error
        except (ValueError, RecursionError, MemoryError) as error:  # a NUL; brackets or nots without end
            raise RuleError("rule cannot be read", "Please write it more simply") from error
        return Rule(flat, node, node.mask)

    def _node(self, tree: ast.expr) -> Node:
        match tree:
            case ast.Compare():
                return self._compare(tree)
            case ast.BoolOp(op=operator, values=values):
                nodes = tuple(self._node(value) for value in values)
                kind = Conjunction if isinstance(operator, ast.And) else Disjunction
                return kind(nodes, union(node.mask for node in nodes))
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return Negation(self._node(operand))
            case ast.Name(id="unclear"):
                return Unclear()
            case ast.Name():
                return self._yes(self._question(tree))
            case ast.Call(func=ast.Name(id="at_least"), args=args, keywords=[]):
                return self._at_least(*args)
        fault = f"{ast.unparse(tree)!r} is not a condition"
        raise RuleError(fault, "Please use comparisons joined by and, or, not")

    def _yes(self, question: Question) -> Membership:
        """Read a question that stands alone: it is answered by yes."""
        if question.option_by_code.keys() != YES_OR_NO:
            fault = f"{question.id} stands alone, and is not answered by yes or no"
            raise RuleError(fault, f"Please compare it, as in {_as_an_example(question)}")
        return Membership(self.places[question.id], frozenset({"yes"}))

    def _at_least(self, *args: ast.expr) -> AtLeast:
        number, *conditions = args or (None,)
        count = number.value if isinstance(number, ast.Constant) else None
        if type(count) is not int or not 1 <= count <= len(conditions):
            fault = "at_least needs a number, and that many conditions or more"
            raise RuleError(fault, "Please write it as in at_least(2, fever, cough, dyspnoea)")
        nodes = tuple(map(self._node, conditions))
        return AtLeast(nodes, union(node.mask for node in nodes), count)

    def _compare(self, tree: ast.Compare) -> Node:
        """Read a comparison; a chain, ``18 <= age <= 80``, is the conjunction of its pairs."""
        if len(tree.ops) == 1:
            return self._pair(tree.left, tree.ops[0], tree.comparators[0])
        pairs = pairwise([tree.left, *tree.comparators])
        nodes = tuple(self._pair(left, by, right) for by, (left, right) in zip(tree.ops, pairs, strict=True))
        return Conjunction(nodes, union(node.mask for node in nodes))

    def _pair(self, left: ast.expr, operator: ast.cmpop, right: ast.expr) -> Node:
        """Read a comparison of two, or take it as it was read before, if it is of a question and a text."""
        text = right.value if isinstance(right, ast.Constant) else None
        if not isinstance(left, ast.Name) or not isinstance(text, str):
            return self._new_pair(left, operator, right)
        key = left.id, type(operator), text
        if key not in self.pairs:
            self.pairs[key] = self._new_pair(left, operator, right)
        return self.pairs[key]

    def _new_pair(self, left: ast.expr, operator: ast.cmpop, right: ast.expr) -> Node:
        if isinstance(operator, ast.In | ast.NotIn):
            member = self._member(left, right)
            return Negation(member) if isinstance(operator, ast.NotIn) else member
        sign = COMPARED.get(type(operator))
        if sign is None:
            fault = "only <, <=, >, >=, ==, !=, in and not in compare"
            raise RuleError(fault, "Please use one of these operators")
        if not isinstance(left, ast.Name):
            left, right, sign = right, left, _MIRROR[sign]
        question = self._question(left)
        if question.kind == "several":
            return self._none_ticked(question, sign, right)
        if question.kind == "choice" or _is_never_or_ongoing(question, right):
            return self._choice(question, sign, right)
        if isinstance(right, ast.Name):
            return self._contrast(question, sign, self._other_number(question, right))
        return self._number(question, sign, right)

    def _question(self, tree: ast.expr) -> Question:
        if not isinstance(tree, ast.Name):
            fault = f"{ast.unparse(tree)!r} is not a question"
            raise RuleError(fault, "Please compare a question with a value")
        if tree.id not in self.questions:
            raise RuleError(
                f"unknown question {tree.id!r}", f"Please use one of: {', '.join(self.questions)}"
            )
        return self.questions[tree.id]

    # several options ---------------------------------------------------------------------------------

    def _member(self, left: ast.expr, right: ast.expr) -> Membership | Ticked:
        """Read an *in*: an option among what was ticked, ``"a" in q``, or a choice among some, ``q in ("a", "b")``."""
        if isinstance(left, ast.Name) or not isinstance(right, ast.Name):
            question = self._question(left)
            if question.kind == "several":
                raise _not_compared(question, ast.unparse(right))
            return self._membership(question, right)
        question = self._question(right)
        if question.kind != "several":
            fault = f"{question.id} does not take several options"
            said = ast.unparse(left).replace("'", '"')
            raise RuleError(fault, f"Please write {question.id} == {said}")
        return self._ticked(question, left)

    def _ticked(self, question: Question, tree: ast.expr) -> Ticked:
        code = tree.value if isinstance(tree, ast.Constant) else None
        if not isinstance(code, str) or code not in question.option_by_code:
            fault = f"{question.id} has no option {ast.unparse(tree)}"
            raise RuleError(fault, f"Please use one of: {', '.join(question.option_by_code)}")
        return Ticked(self.places[question.id], code)

    def _none_ticked(self, question: Question, sign: str, tree: ast.expr) -> Node:
        if sign not in ("==", "!=") or not isinstance(tree, ast.Constant) or tree.value != NONE:
            raise _not_compared(question, ast.unparse(tree))
        none = Ticked(self.places[question.id], NONE)
        return Negation(none) if sign == "!=" else none

    def _other_number(self, question: Question, tree: ast.expr) -> Question:
        other = self._question(tree)
        if other is question:
            fault = f"{question.id} is compared with itself"
            raise RuleError(fault, "Please name another question, or a limit with its unit")
        if not other.units:
            fault = f"{question.id} is a number and {other.id} a choice; they cannot be compared"
            raise RuleError(
                fault, f'Please write a limit with its unit, such as "100 {question.units[0].code}"'
            )
        return other

    # choices -------------------------------------------------------------------------------------

    def _choice(self, question: Question, sign: str, tree: ast.expr) -> Node:
        if sign not in ("==", "!="):
            fault = f"{question.id} is a choice and cannot be compared by {sign}"
            raise RuleError(fault, "Please use == or in")
        member = self._membership(question, tree)
        return Negation(member) if sign == "!=" else member

    def _membership(self, question: Question, tree: ast.expr) -> Membership:
        known = question.shortcut_by_code if question.kind == "since" else question.option_by_code
        return Membership(self.places[question.id], options_in(question, known, tree))

    # numbers -------------------------------------------------------------------------------------

    def _number(self, question: Question, sign: str, tree: ast.expr) -> Comparison:
        limits = _limits(question, tree)
        key = (question.id, *limits.items())
        if key not in self.plans:
            self.plans[key] = {unit.code: self._plan(question, unit, limits) for unit in question.units}
        return Comparison(
            self.places[question.id], sign, limits, self.plans[key], _meanings(question), question.formula
        )

    def _plan(self, question: Question, unit: Unit, limits: Mapping[str, Decimal]) -> Plan:
        """Find the way from an answer in a unit to one of the limits, the one in its own unit first."""
        for code in sorted(limits, key=unit.code.__ne__):
            conversion = self.ways.find(question, unit, code)
            if conversion is not None:
                return conversion.plan(limits[code])
        given = ", ".join(f"{limit} {code}" for code, limit in limits.items())
        fault = (
            f"{question.id} may be answered in {unit.code}, which cannot be compared with the limit {given}"
        )
        raise RuleError(fault, f'Please add a limit in {unit.code}, as in "6 mo = 26 wk"')

    def _contrast(self, one: Question, sign: str, other: Question) -> Contrast:
        pairs = {
            (a.code, b.code): self._pair_of_ways(one, a, other, b) for a, b in product(one.units, other.units)
        }
        numbers = (Number(self.places[each.id], _meanings(each), each.formula) for each in (one, other))
        left, right = numbers
        return Contrast(left, sign, right, pairs)

    def _pair_of_ways(self, one: Question, a: Unit, other: Question, b: Unit) -> tuple[Way, Way]:
        """Find a unit that both answers come to."""
        for code in self.ways.shared(one, other):
            first, second = self.ways.find(one, a, code), self.ways.find(other, b, code)
            if first is not None and second is not None:
                return first.way, second.way
        fault = f"{one.id} in {a.code} cannot be compared with {other.id} in {b.code}"
        raise RuleError(fault, "Please compare numbers whose units turn into each other")


def options_in(question: Question, known: Iterable[str], tree: ast.expr) -> frozenset[str]:
    """Return the option, or the several ones in brackets, that a question is compared with; all must be `known`."""
    listed = list(known)
    try:
        value = ast.literal_eval(tree)
    except (ValueError, TypeError):
        value = None
    codes = value if isinstance(value, tuple | set | list) else (value,)
    for code in codes:
        if code not in listed:
            fault = (
                f"{question.id} has no option {code!r}"
                if code is not None
                else f"{question.id} takes an option"
            )
            raise RuleError(fault, f"Please use one of: {', '.join(listed) or 'none'}")
    return frozenset(codes)


def _as_an_example(question: Question) -> str:
    """Return a comparison of a question, as it would be written."""
    if question.units:
        return f'{question.id} < "100 {question.units[0].code}"'
    first = question.options[0].code
    return f'"{first}" in {question.id}' if question.kind == "several" else f'{question.id} == "{first}"'


def _is_never_or_ongoing(question: Question, tree: ast.expr) -> bool:
    """Say whether what a time ago is compared with is no time, but *never* or *ongoing*."""
    code = tree.value if isinstance(tree, ast.Constant) else None
    return question.kind == "since" and isinstance(code, str) and code in question.shortcut_by_code


def _meanings(question: Question) -> dict[str, Measurement]:
    return {shortcut.code: shortcut.means for shortcut in question.shortcuts}


def _not_compared(question: Question, said: str) -> RuleError:
    fault = f"{question.id} takes several options and cannot be compared with {said}"
    first = question.options[0].code
    return RuleError(fault, f'Please write "{first}" in {question.id}, or {question.id} == "{NONE}"')


def _limits(question: Question, tree: ast.expr) -> dict[str, Decimal]:
    """Read the limits by unit: ``"6 mo = 26 wk"``, or a bare number where there is one unit only."""
    value, number, first = _constant(tree), _bare(tree), question.units[0].code
    if number is not None and len(question.units) == 1:
        return {first: number}
    if not isinstance(value, str):
        fault = f"{question.id} is compared with {ast.unparse(tree)!r}, which has no unit"
        raise RuleError(fault, f'Please write the limit as text with its unit, such as "100 {first}"')
    limits = [_limit(question, part) for part in value.split("=")]
    for (code, number), (other, its) in combinations(limits, 2):
        if code == other and number != its:
            fault = f"{question.id} has two limits in {code}, {plain(number)} and {plain(its)}"
            raise RuleError(fault, "Please keep one of them: a limit is given once in each unit")
    return dict(limits)


def _constant(tree: ast.expr) -> object:
    """Return what is written as a constant, also a negative number; ``None`` if it is none."""
    match tree:
        case ast.Constant(value=value):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)):
            return -number
    return None


def _bare(tree: ast.expr) -> Decimal | None:
    """Return a number that stands without quotes, as it is written.

    ``None`` if it is none, or has so many characters that Python may not have kept all of its digits.
    """
    value = _constant(tree)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    kept = isinstance(value, int) or (tree.end_col_offset or 0) - tree.col_offset <= sys.float_info.dig
    return Decimal(repr(value)) if kept else None


def _limit(question: Question, text: str) -> tuple[str, Decimal]:
    codes = [unit.code for unit in question.units]
    match = _LIMIT.fullmatch(text)
    if match is None:
        fault = f"limit {text.strip()!r} is not a number and a unit"
        raise RuleError(fault, f'Please write it as in "100 {codes[0]}"')
    if match[2] not in codes and match[2] not in {unit.gives for unit in question.units}:
        fault = f"{question.id} is compared in {match[2]!r}, a unit it does not have"
        raise RuleError(fault, f"Please use one of: {', '.join(codes)}")
    return match[2], Decimal(match[1].replace("−", "-"))
