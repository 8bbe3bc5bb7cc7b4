"""A rule over the questions of one protocol, written over another list of questions: every place is another one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

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
from dialogs.rules.choices import Membership, Ticked
from dialogs.rules.comparisons import Comparison, Contrast, Number, Way
from dialogs.rules.judgement import union
from dialogs.rules.tree import Negation, Node, Rule, Unclear

W = TypeVar("W", bound=Way)


def relocated(node: Node, to: Sequence[int]) -> Node:
    """Return a rule of which each place is ``to`` that place."""
    match node:
        case Unclear():
            return node
        case Negation():
            return Negation(relocated(node.node, to))
        case Membership() | Ticked():
            return replace(node, place=to[node.place])
        case Comparison():
            plans = {code: _way(plan, to) for code, plan in node.plans.items()}
            return replace(
                node, place=to[node.place], plans=plans, formula=relocated_formula(node.formula, to)
            )
        case Contrast():
            ways = {units: (_way(one, to), _way(other, to)) for units, (one, other) in node.ways.items()}
            return replace(node, one=_number(node.one, to), other=_number(node.other, to), ways=ways)
    nodes = tuple(relocated(part, to) for part in node.nodes)
    return replace(node, nodes=nodes, mask=union(part.mask for part in nodes))


def relocated_rule(rule: Rule, to: Sequence[int]) -> Rule:
    """Return a rule of the same text of which each place is ``to`` that place."""
    node = relocated(rule.node, to)
    return Rule(rule.text, node, node.mask)


def _number(number: Number, to: Sequence[int]) -> Number:
    return replace(number, place=to[number.place], formula=relocated_formula(number.formula, to))


def _way(way: W, to: Sequence[int]) -> W:
    return (
        way if way.per is None else replace(way, per=to[way.per], formula=relocated_formula(way.formula, to))
    )


def relocated_formula(formula: Formula | None, to: Sequence[int]) -> Formula | None:
    """Return a formula of which each part is ``to`` its place; none of a number that has none."""
    if formula is None:
        return None
    return replace(formula, node=_term(formula.node, to), places=tuple(to[place] for place in formula.places))


def _term(term: Term, to: Sequence[int]) -> Term:
    match term:
        case Constant():
            return term
        case Asked():
            return replace(term, place=to[term.place], formula=relocated_formula(term.formula, to))
        case Shared():
            first, other = (
                replace(each, place=to[each.place], formula=relocated_formula(each.formula, to))
                for each in (term.first, term.other)
            )
            return Shared(first, other)
        case Operation():
            return replace(term, operands=tuple(_term(each, to) for each in term.operands))
        case Either():
            return Either(_condition(term.condition, to), _term(term.then, to), _term(term.other, to))


def _condition(condition: Condition, to: Sequence[int]) -> Condition:
    match condition:
        case Chosen():
            return replace(condition, place=to[condition.place])
        case Compared():
            return replace(condition, one=_term(condition.one, to), other=_term(condition.other, to))
        case Joined():
            return replace(condition, conditions=tuple(_condition(each, to) for each in condition.conditions))
