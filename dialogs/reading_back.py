"""A rule read back in words, whole: made from the tree that is judged, so that what a reviewer accepts is what runs.

Two rules that come to different verdicts are never said alike. So conditions that are joined stand below each other,
as parts of a clause, and two questions of one name are told apart by their ids.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from dialogs.answers import NONE, Choice, Measurement, compact
from dialogs.formula_in_words import formula_in_words
from dialogs.languages import words
from dialogs.protocol import Criterion, Option, Protocol, Question, Shortcut
from dialogs.reasons import OPPOSITE
from dialogs.rules.choices import Membership, Ticked
from dialogs.rules.comparisons import Comparison, Contrast, Leaf
from dialogs.rules.judgement import TRUE
from dialogs.rules.tree import AtLeast, Conjunction, Disjunction, Negation, Node, Unclear
from dialogs.since import NEVER
from dialogs.wording import comparisons, contrasts, measured, time_span

INDENT: Final = "  "


@dataclass(frozen=True, slots=True)
class Clause:
    """A condition in words; of joined ones, how they are joined, and each of them.

    ``name`` is that of the question which a comparison is about.
    """

    text: str
    parts: tuple[Clause, ...] = ()
    name: str = ""

    def lines(self, bullet: str = "- ") -> Iterator[str]:
        """Yield it line by line, its parts indented."""
        yield self.text
        for part in self.parts:
            first, *others = part.lines(bullet)
            yield f"{INDENT}{bullet}{first}"
            yield from (f"{INDENT}{each}" for each in others)


def read_back(protocol: Protocol, criterion: Criterion, language: str) -> Clause:
    """Say when a criterion is met, or applies: ``Met if: platelets at least 75 ×10⁹/L``."""
    told = _Reading(protocol, language)
    clause = told.clause(criterion.rule.node, negated=False)
    return replace(clause, text=told.said[criterion.kind].format(what=clause.text))


def condition(protocol: Protocol, node: Node, language: str) -> Clause:
    """Say a condition that is no criterion's: of a point to ask the site about, of an alert."""
    return _Reading(protocol, language).clause(node, negated=False)


def formula_read_back(protocol: Protocol, question: Question, language: str) -> str:
    """Say how a number is worked out: ``body weight (kg) ÷ (height (cm) ÷ 100)²``; empty if it is not."""
    return formula_in_words(protocol, question, language, _Reading(protocol, language).name)


class _Reading:
    """A rule in words; ``negated`` is said by what its opposite comes to, as in De Morgan's laws."""

    def __init__(self, protocol: Protocol, language: str) -> None:
        self.protocol, self.language = protocol, language
        self.words = words("dialogs", language)
        self.said = self.words["read_back"]
        self.names = Counter(question.name[language] for question in protocol.questions)

    def clause(self, node: Node, *, negated: bool) -> Clause:
        match node:
            case Negation():
                return self.clause(node.node, negated=not negated)
            case Conjunction() | Disjunction():
                return self.junction(node, both=isinstance(node, Conjunction) is not negated, negated=negated)
            case AtLeast():
                parts = tuple(self.clause(part, negated=False) for part in node.nodes)
                text = self.said["fewer_than" if negated else "at_least"]
                return Clause(text.format(count=node.count), parts)
            case Unclear():
                return Clause(self.said["unclear"])
            case _:
                name = self.name(self.protocol.questions[node.places[0]])
                return Clause(self.leaf(node, negated=negated), name=name)

    def leaf(self, node: Leaf, *, negated: bool) -> str:
        match node:
            case Comparison():
                return self.comparison(_straight(node, negated=negated))
            case Contrast():
                return self.contrast(node, OPPOSITE[node.operator] if negated else node.operator)
            case Membership():
                return self.membership(node, negated=negated)
            case Ticked():
                return self.ticked(node, negated=negated)

    def junction(self, node: Conjunction | Disjunction, *, both: bool, negated: bool) -> Clause:
        """Say joined conditions; beside a limit of time, that *never* holds, or does not, is said once."""
        named = [_of_never(part, negated=negated) for part in node.nodes]
        parts = []
        for part, never in zip(node.nodes, named, strict=True):
            limit = _limit(part, negated=negated)
            if limit is not None and both and (limit.place, False) in named:
                name = self.name(self.protocol.questions[limit.place])
                parts.append(Clause(self.comparison(limit, never=False), name=name))
            elif both or never not in self._passing_never(node, negated=negated):
                parts.append(self.clause(part, negated=negated))
        return parts[0] if len(parts) == 1 else Clause(self.said["all" if both else "any"], tuple(parts))

    def _passing_never(self, node: Conjunction | Disjunction, *, negated: bool) -> set[tuple[int, bool]]:
        """Return that *never* holds, for each limit beside it of which that is said already."""
        limits = (_limit(part, negated=negated) for part in node.nodes)
        return {
            (limit.place, True) for limit in limits if limit is not None and limit.operator in (">", ">=")
        }

    def comparison(self, leaf: Comparison, *, never: bool = True) -> str:
        """Say a limit; with the buttons for which it holds, without *never* where it is denied beside it."""
        question = self.protocol.questions[leaf.place]
        is_time = question.kind == "since"
        conditions = comparisons(question, next(iter(leaf.limits)), self.language)
        limits = self.said["or_unit"].join(self.limits(question, leaf))
        text: str = conditions[leaf.operator].format(name=self.name(question), limit=limits)
        buttons = self.buttons(question, leaf, never=never) if is_time else []
        told: str = self.said["or_button"].join([text, *buttons])
        return told

    def limits(self, question: Question, leaf: Comparison) -> Iterator[str]:
        for code, limit in leaf.limits.items():
            number = Measurement("=", Decimal(compact(limit)), code)
            if question.kind == "since":
                yield time_span(number, self.language)
            else:
                yield measured(number, question.unit_by_code[code], self.language)

    def buttons(self, question: Question, leaf: Comparison, *, never: bool) -> list[str]:
        """The buttons without a number for which a comparison is true: *never* was more than any time ago."""
        facts: list[Choice | None] = [None] * len(self.protocol.questions)
        found = []
        for button in question.shortcuts:
            facts[leaf.place] = Choice(button.code)
            if leaf.judge(facts).low == TRUE and (never or button.code != NEVER):
                found.append(self.quoted(button))
        return found

    def contrast(self, leaf: Contrast, operator: str) -> str:
        one, other = (self.protocol.questions[place] for place in leaf.places)
        text = contrasts(one, self.language)[operator]
        return text.format(name=self.name(one), limit=self.name(other))

    def membership(self, leaf: Membership, *, negated: bool) -> str:
        """Name the options; of a question of two, that one which is asked for in the end."""
        question = self.protocol.questions[leaf.place]
        codes = leaf.codes
        if negated and len(question.options) == len(codes) + 1:
            codes, negated = frozenset(question.option_by_code) - codes, False
        offered: tuple[Option | Shortcut, ...] = question.options or question.shortcuts
        named = self.said["or"].join(self.quoted(each) for each in offered if each.code in codes)
        text: str = self.said["is_not" if negated else "is"]
        return text.format(name=self.name(question), what=named)

    def ticked(self, leaf: Ticked, *, negated: bool) -> str:
        question = self.protocol.questions[leaf.place]
        name = self.name(question)
        if leaf.code == NONE:
            text: str = self.words["condition"]["some_ticked" if negated else "none_ticked"]
            return text.format(name=name)
        text = self.said["not_ticked" if negated else "ticked"]
        return text.format(name=name, what=self.quoted(question.option_by_code[leaf.code]))

    def quoted(self, option: Option | Shortcut) -> str:
        text: str = self.said["quoted"]
        return text.format(what=option.text[self.language])

    def name(self, question: Question) -> str:
        name = question.name[self.language]
        noted: str = self.words["punctuation"]["noted"]
        return name if self.names[name] == 1 else noted.format(what=name, note=question.id)


def _straight(leaf: Comparison, *, negated: bool) -> Comparison:
    return replace(leaf, operator=OPPOSITE[leaf.operator]) if negated else leaf


def _limit(node: Node, *, negated: bool) -> Comparison | None:
    """Return a condition as a comparison with a limit, if it is one."""
    if isinstance(node, Negation):
        return _limit(node.node, negated=not negated)
    return _straight(node, negated=negated) if isinstance(node, Comparison) else None


def _of_never(node: Node, *, negated: bool) -> tuple[int, bool] | None:
    """Return the question of which a condition says that it is *never*, and no more, or that it is not."""
    if isinstance(node, Negation):
        return _of_never(node.node, negated=not negated)
    return (node.place, not negated) if isinstance(node, Membership) and node.codes == {NEVER} else None
