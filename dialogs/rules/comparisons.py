"""The leaves of a rule: an answer against a limit, or against option codes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from operator import eq, ge, gt, le, lt, ne
from typing import Final

from dialogs.answers import UNKNOWN, Choice, Measurement, Relation
from dialogs.rules.judgement import FALSE, SETTLED, TRUE, UNCERTAIN, Facts, Judgement, union
from dialogs.rules.ticked import Ticked

_Test = Callable[[Decimal, Decimal], bool]
_EXACT: Final[Mapping[str, _Test]] = {"<": lt, "<=": le, ">": gt, ">=": ge, "==": eq, "!=": ne}
_BOUNDS: Final[Mapping[tuple[Relation, str], tuple[_Test, int]]] = {
    ("<", "<"): (le, TRUE),
    ("<", "<="): (le, TRUE),
    ("<", ">"): (le, FALSE),
    ("<", ">="): (le, FALSE),
    ("<=", "<"): (lt, TRUE),
    ("<=", "<="): (le, TRUE),
    ("<=", ">"): (le, FALSE),
    ("<=", ">="): (lt, FALSE),
    (">", ">"): (ge, TRUE),
    (">", ">="): (ge, TRUE),
    (">", "<"): (ge, FALSE),
    (">", "<="): (ge, FALSE),
    (">=", ">"): (gt, TRUE),
    (">=", ">="): (ge, TRUE),
    (">=", "<"): (ge, FALSE),
    (">=", "<="): (gt, FALSE),
}
"""For an answer that is only a bound: the relation of the answer and the operator of the rule -> the test of the
bound's number against the limit that settles the comparison, and what it then comes to."""


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
        if not isinstance(measured, Measurement):
            return SETTLED[UNCERTAIN]
        return self._compare(measured, self.plans[measured.unit], facts)

    def _compare(self, measured: Measurement, plan: Plan, facts: Facts) -> Judgement:
        limit = plan.limit
        if plan.per is not None:
            divisor = facts[plan.per]
            if divisor is None or (isinstance(divisor, Measurement) and divisor.unit not in plan.per_units):
                return self._waiting(measured.relation, 1 << plan.per)
            if not isinstance(divisor, Measurement):
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
        """The comparisons of which a rule is made."""
        yield self

    def grounds(self, facts: Facts) -> Iterator[Leaf]:
        """The comparisons that decide what this comes to."""
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
        """The questions that it uses."""
        divisors = (1 << plan.per for plan in self.plans.values() if plan.per is not None)
        return 1 << self.place | union(divisors)


@dataclass(frozen=True, slots=True, eq=False)
class Membership:
    """A choice against one or more option codes."""

    place: int
    codes: frozenset[str]

    def judge(self, facts: Facts) -> Judgement:
        answer = facts[self.place]
        if answer is None:
            return Judgement(FALSE, TRUE, 1 << self.place)
        if not isinstance(answer, Choice) or answer == UNKNOWN:
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


Leaf = Comparison | Membership | Ticked
