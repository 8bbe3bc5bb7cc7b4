"""The rule language: three-valued logic over answers, with the questions that could still change a value.

A rule is an expression such as ::

    hemoglobin < "100 g/L" or diagnosis in ("evans", "secondary_immune") and platelets < "30 10*9/L"

It has ``and``, ``or``, ``not``, comparisons of a number with a limit and its unit, equality with and
membership in option codes, and ``unclear`` where the record itself gives no answer. A limit may be given
once for each of several units that do not convert: ``csa_duration >= "6 mo = 26 wk = 182 d"``.

Evaluation follows Kleene and answers three things in one pass, a `Judgement`: the lowest and the highest
value that the rule can still come to (``FALSE < UNCERTAIN < TRUE``), and a bit mask of the questions that
could still move it. Where lowest and highest agree, the rule is settled and the mask is empty. A question
answered "unknown" is uncertain for good; only a question not answered yet is pending.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from operator import eq, ge, gt, le, lt, ne
from typing import TYPE_CHECKING, Final, NamedTuple

from dialogs.answers import Answer, Choice, Measurement, Relation

if TYPE_CHECKING:
    from dialogs.protocol import Question

FALSE: Final = 0
UNCERTAIN: Final = 1
TRUE: Final = 2

MAX_LENGTH: Final = 2000
"""Characters of a rule; so that none nests too deeply to be judged."""

Facts = Sequence[Answer | None]
"""One entry a question, in the protocol's order; ``None`` where nothing was answered."""


class Judgement(NamedTuple):
    """What a rule can still come to, and by which questions (bit *i* stands for question *i*)."""

    low: int
    high: int
    residual: int

    @property
    def settled(self) -> bool:
        return self.low == self.high


def first_place(mask: int) -> int:
    """Return the index of the first question in a mask, which must not be 0.

    In two's complement ``mask & -mask`` leaves the lowest bit alone.
    """
    return (mask & -mask).bit_length() - 1


SETTLED: Final = (Judgement(0, 0, 0), Judgement(1, 1, 0), Judgement(2, 2, 0))

# For an answer known only as a bound: what "value <op> limit" is when the bound itself is <x> against it.
# (relation of the answer, operator of the rule) -> (the comparison of bound and limit that settles it, to what)
_BOUNDS: Final[Mapping[tuple[Relation, str], tuple[Callable[[Decimal, Decimal], bool], int]]] = {
    ("<", "<"): (le, TRUE), ("<", "<="): (le, TRUE), ("<", ">"): (le, FALSE), ("<", ">="): (le, FALSE),
    ("<=", "<"): (lt, TRUE), ("<=", "<="): (le, TRUE), ("<=", ">"): (le, FALSE), ("<=", ">="): (lt, FALSE),
    (">", ">"): (ge, TRUE), (">", ">="): (ge, TRUE), (">", "<"): (ge, FALSE), (">", "<="): (ge, FALSE),
    (">=", ">"): (gt, TRUE), (">=", ">="): (ge, TRUE), (">=", "<"): (ge, FALSE), (">=", "<="): (gt, FALSE),
}  # fmt: skip
_EXACT: Final[Mapping[str, Callable[[Decimal, Decimal], bool]]] = {
    "<": lt, "<=": le, ">": gt, ">=": ge, "==": eq, "!=": ne,
}  # fmt: skip
_MIRROR: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_OPERATORS: Final[Mapping[type[ast.cmpop], str]] = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """A number against a limit: ``limits`` holds it by unit, ``plans`` how to compare an answer in each unit."""

    place: int
    operator: str
    limits: Mapping[str, Decimal]
    plans: Mapping[str, Plan]
    meanings: Mapping[str, Measurement]

    def judge(self, facts: Facts) -> Judgement:
        answer = facts[self.place]
        if answer is None:
            return Judgement(FALSE, TRUE, 1 << self.place)
        measured = self.meanings.get(answer.code) if isinstance(answer, Choice) else answer
        if measured is None:
            return SETTLED[UNCERTAIN]
        plan = self.plans[measured.unit]
        limit = plan.limit
        if plan.per is not None:
            divisor = facts[plan.per]
            if divisor is None or (isinstance(divisor, Measurement) and divisor.unit not in plan.per_units):
                return self._waiting(measured.relation, 1 << plan.per)
            if isinstance(divisor, Choice):
                return SETTLED[UNCERTAIN]
            limit = limit * divisor.value * plan.per_units[divisor.unit]
        value = measured.value if plan.scale is None else measured.value * plan.scale
        if measured.relation == "=":
            return SETTLED[TRUE if _EXACT[self.operator](value, limit) else FALSE]
        bound = _BOUNDS.get((measured.relation, self.operator))
        return SETTLED[bound[1] if bound and bound[0](value, limit) else UNCERTAIN]

    def _waiting(self, relation: Relation, residual: int) -> Judgement:
        """A number whose divisor is not known yet; a bound can come to one end only (``<10`` is never ``>=`` more)."""
        bound = _BOUNDS.get((relation, self.operator))
        if bound is None:
            return Judgement(FALSE, TRUE, residual)
        return Judgement(min(bound[1], UNCERTAIN), max(bound[1], UNCERTAIN), residual)

    def leaves(self) -> Iterator[Leaf]:
        yield self

    def grounds(self, facts: Facts) -> Iterator[Leaf]:
        yield self

    def asked(self, facts: Facts) -> Iterator[int]:
        """The questions whose answers were used: the number's own, and the one that divides it."""
        yield self.place
        answer = facts[self.place]
        if isinstance(answer, Measurement):
            per = self.plans[answer.unit].per
            if per is not None:
                yield per

    @property
    def mask(self) -> int:
        mask = 1 << self.place
        for plan in self.plans.values():
            if plan.per is not None:
                mask |= 1 << plan.per
        return mask


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """How to compare a value in one unit: ``value * scale <op> limit * answer(per)``.

    ``per_units`` holds the units that the divisor may have, with the scale of each.
    """

    limit: Decimal
    scale: Decimal | None = None
    per: int | None = None
    per_units: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Membership:
    """A choice against one or more option codes."""

    place: int
    codes: frozenset[str]

    def judge(self, facts: Facts) -> Judgement:
        answer = facts[self.place]
        if answer is None:
            return Judgement(FALSE, TRUE, 1 << self.place)
        if not isinstance(answer, Choice) or answer.code == "unknown":
            return SETTLED[UNCERTAIN]
        return SETTLED[TRUE if answer.code in self.codes else FALSE]

    def leaves(self) -> Iterator[Leaf]:
        yield self

    def grounds(self, facts: Facts) -> Iterator[Leaf]:
        yield self

    def asked(self, facts: Facts) -> Iterator[int]:
        yield self.place

    @property
    def mask(self) -> int:
        return 1 << self.place


@dataclass(frozen=True, slots=True, eq=False)
class Unclear:
    """The record gives no answer: uncertain, and nothing to ask."""

    mask: int = 0

    def judge(self, facts: Facts) -> Judgement:
        return SETTLED[UNCERTAIN]

    def leaves(self) -> Iterator[Leaf]:
        return iter(())

    def grounds(self, facts: Facts) -> Iterator[Leaf]:
        return iter(())


@dataclass(frozen=True, slots=True, eq=False)
class Negation:
    node: Node

    def judge(self, facts: Facts) -> Judgement:
        low, high, residual = self.node.judge(facts)
        return Judgement(TRUE - high, TRUE - low, residual)

    def leaves(self) -> Iterator[Leaf]:
        return self.node.leaves()

    def grounds(self, facts: Facts) -> Iterator[Leaf]:
        return self.node.grounds(facts)

    @property
    def mask(self) -> int:
        return self.node.mask


@dataclass(frozen=True, slots=True, eq=False)
class Conjunction:
    """``and``: the lowest of its parts. A part still matters only if it can fall below what the others reach."""

    nodes: tuple[Node, ...]
    mask: int

    def judge(self, facts: Facts) -> Judgement:
        parts = [node.judge(facts) for node in self.nodes]
        low = min(part[0] for part in parts)
        high = min(part[1] for part in parts)
        if low == high:
            return SETTLED[low]
        residual = 0
        for index, (part_low, part_high, part_residual) in enumerate(parts):
            if part_low < part_high and all(
                part_low < other[1] for at, other in enumerate(parts) if at != index
            ):
                residual |= part_residual
        return Judgement(low, high, residual)

    def leaves(self) -> Iterator[Leaf]:
        for node in self.nodes:
            yield from node.leaves()

    def grounds(self, facts: Facts) -> Iterator[Leaf]:
        return _deciding(self.nodes, facts, all_of=TRUE)


@dataclass(frozen=True, slots=True, eq=False)
class Disjunction:
    """``or``: the highest of its parts. A part still matters only if it can rise above what the others reach."""

    nodes: tuple[Node, ...]
    mask: int

    def judge(self, facts: Facts) -> Judgement:
        parts = [node.judge(facts) for node in self.nodes]
        low = max(part[0] for part in parts)
        high = max(part[1] for part in parts)
        if low == high:
            return SETTLED[low]
        residual = 0
        for index, (part_low, part_high, part_residual) in enumerate(parts):
            if part_low < part_high and all(
                part_high > other[0] for at, other in enumerate(parts) if at != index
            ):
                residual |= part_residual
        return Judgement(low, high, residual)

    def leaves(self) -> Iterator[Leaf]:
        for node in self.nodes:
            yield from node.leaves()

    def grounds(self, facts: Facts) -> Iterator[Leaf]:
        return _deciding(self.nodes, facts, all_of=FALSE)


Leaf = Comparison | Membership
Node = Comparison | Membership | Unclear | Negation | Conjunction | Disjunction


def _deciding(nodes: tuple[Node, ...], facts: Facts, *, all_of: int) -> Iterator[Leaf]:
    """The comparisons behind a value: every part where all were needed, else those that carried it."""
    judged = [(node, node.judge(facts)) for node in nodes]
    ends = [value.low for _, value in judged]
    value = min(ends) if all_of == TRUE else max(ends)
    for node, judgement in judged:
        if value == all_of or judgement.low == judgement.high == value:
            yield from node.grounds(facts)


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """A parsed rule: its text, its tree, and the mask of the questions that it uses."""

    text: str
    node: Node
    mask: int

    def judge(self, facts: Facts) -> Judgement:
        return self.node.judge(facts)

    def grounds(self, facts: Facts) -> tuple[Leaf, ...]:
        """The comparisons that decided the rule's value, in the order in which they are written."""
        return tuple(dict.fromkeys(self.node.grounds(facts)))


class RuleFault(Exception):
    """A rule cannot be parsed; carries what is wrong and what to do."""

    def __init__(self, fault: str, remedy: str) -> None:
        super().__init__(fault)
        self.fault = fault
        self.remedy = remedy


_LIMIT = re.compile(r"\s*(\d+(?:\.\d+)?)\s+(\S+)\s*")


def parse(text: str, questions: Mapping[str, Question]) -> Rule:
    """Parse a rule over `questions` (in the protocol's order).

    Raises `RuleFault` for anything that the language has not: unknown questions or options, limits in a
    unit that the question lacks, other expressions.
    """
    flat = " ".join(text.split())
    if len(flat) > MAX_LENGTH:
        raise RuleFault(f"rule is longer than {MAX_LENGTH} characters", "Please split the criterion")
    try:
        tree = ast.parse(flat, mode="eval").body
        node = _Parser(questions).node(tree)
    except SyntaxError as error:
        raise RuleFault(
            f"rule cannot be read at column {error.offset}: {flat!r}", "Please check quotes and brackets"
        ) from error
    except (ValueError, RecursionError, MemoryError) as error:  # a NUL; brackets or nots without end
        raise RuleFault("rule cannot be read", "Please write it more simply") from error
    return Rule(flat, node, node.mask)


class _Parser:
    def __init__(self, questions: Mapping[str, Question]) -> None:
        self.questions = questions
        self.places = {question_id: place for place, question_id in enumerate(questions)}

    def node(self, tree: ast.expr) -> Node:
        match tree:
            case ast.BoolOp(op=operator, values=values):
                nodes = tuple(self.node(value) for value in values)
                mask = 0
                for node in nodes:
                    mask |= node.mask
                kind = Conjunction if isinstance(operator, ast.And) else Disjunction
                return kind(nodes, mask)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return Negation(self.node(operand))
            case ast.Name(id="unclear"):
                return Unclear()
            case ast.Compare():
                return self._compare(tree)
        raise RuleFault(
            f"{ast.unparse(tree)!r} is not a condition", "Please use comparisons joined by and, or, not"
        )

    def _compare(self, tree: ast.Compare) -> Node:
        operands = [tree.left, *tree.comparators]
        nodes = tuple(
            self._pair(left, operator, right)
            for left, operator, right in zip(operands, tree.ops, operands[1:], strict=False)
        )
        if len(nodes) == 1:
            return nodes[0]
        mask = 0
        for node in nodes:
            mask |= node.mask
        return Conjunction(nodes, mask)

    def _pair(self, left: ast.expr, operator: ast.cmpop, right: ast.expr) -> Node:
        if isinstance(operator, ast.In | ast.NotIn):
            place, question = self._question(left)
            member = self._membership(place, question, right)
            return Negation(member) if isinstance(operator, ast.NotIn) else member
        sign = _OPERATORS.get(type(operator))
        if sign is None:
            raise RuleFault(
                "only <, <=, >, >=, ==, !=, in and not in compare", "Please use one of these operators"
            )
        if not isinstance(left, ast.Name):
            left, right, sign = right, left, _MIRROR[sign]
        place, question = self._question(left)
        if question.kind == "choice":
            if sign not in ("==", "!="):
                raise RuleFault(
                    f"{question.id} is a choice and cannot be compared by {sign}", "Please use == or in"
                )
            member = self._membership(place, question, right)
            return Negation(member) if sign == "!=" else member
        return self._comparison(place, question, sign, right)

    def _question(self, tree: ast.expr) -> tuple[int, Question]:
        if not isinstance(tree, ast.Name):
            raise RuleFault(
                f"{ast.unparse(tree)!r} is not a question", "Please compare a question with a value"
            )
        if tree.id not in self.questions:
            raise RuleFault(
                f"unknown question {tree.id!r}", f"Please use one of: {', '.join(self.questions)}"
            )
        return self.places[tree.id], self.questions[tree.id]

    def _membership(self, place: int, question: Question, tree: ast.expr) -> Membership:
        try:
            value = ast.literal_eval(tree)
        except (ValueError, TypeError):
            value = None
        codes = value if isinstance(value, tuple | set | list) else (value,)
        known = [option.code for option in question.options]
        for code in codes:
            if code not in known:
                raise RuleFault(
                    f"{question.id} has no option {code!r}", f"Please use one of: {', '.join(known)}"
                )
        return Membership(place, frozenset(codes))

    def _comparison(self, place: int, question: Question, sign: str, tree: ast.expr) -> Comparison:
        limits = self._limits(question, tree)
        plans = {unit.code: self._plan(question, unit.code, limits) for unit in question.units}
        meanings = {shortcut.code: shortcut.means for shortcut in question.shortcuts}
        return Comparison(place, sign, limits, plans, meanings)

    def _limits(self, question: Question, tree: ast.expr) -> dict[str, Decimal]:
        value = tree.value if isinstance(tree, ast.Constant) else None
        codes = [unit.code for unit in question.units]
        if isinstance(value, int) and not isinstance(value, bool) and len(codes) == 1:
            return {codes[0]: Decimal(value)}
        if not isinstance(value, str):
            raise RuleFault(
                f"{question.id} is compared with {ast.unparse(tree)!r}, which has no unit",
                f'Please write the limit as text with its unit, such as "100 {codes[0]}"',
            )
        limits: dict[str, Decimal] = {}
        for part in value.split("="):
            match = _LIMIT.fullmatch(part)
            if match is None:
                raise RuleFault(
                    f"limit {part.strip()!r} is not a number and a unit",
                    f'Please write it as in "100 {codes[0]}"',
                )
            if match[2] not in codes and match[2] not in {unit.gives for unit in question.units}:
                raise RuleFault(
                    f"{question.id} is compared in {match[2]!r}, a unit it does not have",
                    f"Please use one of: {', '.join(codes)}",
                )
            limits[match[2]] = Decimal(match[1])
        return limits

    def _plan(self, question: Question, code: str, limits: Mapping[str, Decimal]) -> Plan:
        """Find the way from an answer in unit `code` to one of the limits: itself, by scale, or by division."""
        if code in limits:
            return Plan(limits[code])
        units = question.unit_by_code
        unit = units[code]
        for other, limit in limits.items():
            scale = units[other].scale if other in units else None
            if unit.scale is not None and scale is not None:
                return Plan(limit * scale, unit.scale)
        if unit.per is not None and unit.gives is not None and unit.gives in limits:
            divisor = self.questions.get(unit.per)
            if divisor is None:
                raise RuleFault(
                    f"{question.id} in {code} is divided by {unit.per!r}, which is no question",
                    "Please name one",
                )
            return Plan(
                limits[unit.gives], None, self.places[unit.per], question.divisor_scales(unit, divisor)
            )
        raise RuleFault(
            f"{question.id} may be answered in {code}, which the limit {dict(limits)!r} cannot be compared with",
            f'Please add a limit in {code}, as in "6 mo = 26 wk"',
        )
