"""Says why a criterion failed, from its rule: what is not met or applies, with the limit that decided."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from typing import Final

from dialogs.answers import COMPUTED, NONE, Answer, Choice, Measurement, Selection, compact
from dialogs.digits import beside, decimals_of
from dialogs.languages import words
from dialogs.protocol import YES_OR_NO, Criterion, Protocol, Question
from dialogs.rules.choices import Membership, Ticked
from dialogs.rules.comparisons import Comparison, Contrast
from dialogs.rules.judgement import FALSE, TRUE
from dialogs.rules.tree import AtLeast, Conjunction, Disjunction, Negation, Node, Unclear
from dialogs.since import NEVER
from dialogs.wording import comparisons, contrasts, measured, rounded_ratio, selected, time_span
from dialogs.working_out import worked_out

OPPOSITE: Final = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
_Said = tuple[str, str]
"""A condition in words, and the word that joins its parts: empty for one that has none."""


def what_failed(
    protocol: Protocol, criterion: Criterion, facts: Sequence[Answer | None], language: str
) -> str:
    """Say, from the rule, what an unmet inclusion criterion asks for, or what of an exclusion criterion applies.

    Only what decided it: ``haemoglobin below 100 g/L``. An alternative that the other answers rule out from the
    start (platelets, for a diagnosis to which they do not matter) is left out.
    """
    return _Words(protocol, facts, language).condition(criterion.rule.node, negated=False)


class _Words:
    """A rule in words, as far as it decided; ``negated`` is said from the side of what would be true."""

    def __init__(self, protocol: Protocol, facts: Sequence[Answer | None], language: str) -> None:
        self.protocol, self.facts, self.language = protocol, facts, language
        said = words("dialogs", language)
        self.said: Mapping[str, str] = said["condition"]
        self.marks: Mapping[str, str] = said["punctuation"]
        self.ago: Mapping[str, str] = said["since"]["condition"]
        self.quotation: str = said["read_back"]["quoted"]

    def condition(self, node: Node, *, negated: bool) -> str:
        return self._said(node, negated)[0]

    def _said(self, node: Node, negated: bool) -> _Said:
        match node:
            case Negation():
                return self._said(node.node, not negated)
            case Conjunction() | Disjunction():
                both = isinstance(node, Conjunction) is not negated
                return self._together([*self._parts(node, both, negated)], "and" if both else "or")
            case AtLeast():
                return self.at_least(node, negated=negated), "of"
            case Comparison():
                return self.comparison(node, OPPOSITE[node.operator] if negated else node.operator), ""
            case Contrast():
                return self.contrast(node, OPPOSITE[node.operator] if negated else node.operator), ""
            case Membership():
                return self.membership(node, negated=negated)
            case Ticked():
                return self.ticked([node], "either", negated=negated), ""
            case Unclear():
                return "", ""

    def _together(self, parts: Sequence[_Said], word: str) -> _Said:
        """Join conditions; those that another word joins stand in brackets. Options joined by *or* need none there."""
        said = dict(parts)
        if len(said) == 1:
            return parts[0]
        plain = {"", word, "either"} if word == "or" else {"", word}
        grouped = self.said["grouped"]
        told = [text if inner in plain else grouped.format(what=text) for text, inner in said.items()]
        return self.joined(told, word), word

    def at_least(self, node: AtLeast, *, negated: bool) -> str:
        """Name those that are there where enough are, else all of which there are too few."""
        judged = [(part, part.judge(self.facts)) for part in node.nodes]
        there = [part for part, judgement in judged if judgement.low == TRUE]
        named = there if len(there) >= node.count else node.nodes
        said = self.said["fewer_than" if negated else "at_least"]
        parts = dict.fromkeys(filter(None, self._counted(named)))
        return said.format(count=node.count, what=self.marks["then"].join(parts))

    def _counted(self, nodes: Iterable[Node]) -> Iterator[str]:
        """Each of the conditions that are counted; the ticks of one question that stand side by side, in one."""
        for _, parts in groupby(nodes, lambda node: node.place if isinstance(node, Ticked) else None):
            conditions = list(parts)
            ticks = [each for each in conditions if isinstance(each, Ticked) and each.code != NONE]
            if len(ticks) < len(conditions):
                yield from (self.condition(each, negated=False) for each in conditions)
            else:
                question = self.protocol.questions[ticks[0].place]
                what = selected(question, Selection(tuple(each.code for each in ticks)), self.language)
                yield self.marks["named"].format(name=question.name[self.language], what=what)

    def _parts(self, node: Conjunction | Disjunction, both: bool, negated: bool) -> Iterator[_Said]:
        """Each part in words; the ticks of one question that stand side by side, in one."""
        for about, parts in groupby(self._deciding(node), _tick_of):
            if about is None:
                said = (self._said(part, negated) for part in parts)
                yield from (each for each in said if each[0])
            else:
                ticks = [tick for part in parts for tick in part.leaves() if isinstance(tick, Ticked)]
                word = "and" if both else "either"
                told = self.ticked(ticks, word, negated=about[1] is not negated)
                yield told, word if len(ticks) > 1 else ""

    def _deciding(self, node: Conjunction | Disjunction) -> Iterator[Node]:
        """The parts that carried the value; of alternatives that all failed, those that came into question."""
        needed = TRUE if isinstance(node, Conjunction) else FALSE
        value = node.judge(self.facts).low
        parts = [
            part
            for part in node.nodes
            if value == needed or (part.judge(self.facts).settled and part.judge(self.facts).low == value)
        ]
        in_question = [part for part in parts if self._came_up(part)]
        yield from self._once(in_question if value == needed and in_question else parts)

    def _once(self, parts: Sequence[Node]) -> Iterator[Node]:
        """Yield conditions; of a limit of time and of *never* beside it, the one that the answer is about."""
        single = [_plain(part) for part in parts]
        limits = {leaf.place for leaf in single if isinstance(leaf, Comparison)}
        named = {leaf.place for leaf in single if isinstance(leaf, Membership) and leaf.codes == {NEVER}}
        for part, leaf in zip(parts, single, strict=True):
            said_twice = leaf is not None and leaf.place in limits & named
            if leaf is None or not said_twice or isinstance(leaf, Membership) == self._is_never(leaf.place):
                yield part

    def _is_never(self, place: int) -> bool:
        return self.facts[place] == Choice(NEVER)

    def _came_up(self, node: Node) -> bool:
        """Say whether a part of several says something: its number was asked for, or its choice is not implied."""
        leaves = list(node.leaves())
        numbers = [leaf for leaf in leaves if isinstance(leaf, Comparison | Contrast)]
        if not numbers:
            return any(place not in self._implied() for leaf in leaves for place in leaf.places)
        return any(self.facts[place] is not None for leaf in numbers for place in leaf.places)

    def _implied(self) -> set[int]:
        """The questions whose answers follow from those of others: the sex from a pregnancy."""
        answers = zip(self.protocol.questions, self.facts, strict=True)
        chosen = (q.option_by_code.get(a.code) for q, a in answers if isinstance(a, Choice))
        return {self.protocol.position[other] for option in chosen if option for other in option.implies}

    def comparison(self, leaf: Comparison, operator: str) -> str:
        question, answer = self.protocol.questions[leaf.place], self._number(leaf.place)
        entered = answer.unit if isinstance(answer, Measurement) else ""
        code = entered if entered in leaf.limits else next(iter(leaf.limits))
        number = Measurement("=", Decimal(compact(leaf.limits[code])), code)
        said = comparisons(question, code, self.language)[operator]
        limit = self.limit(question, number, answer)
        return said.format(name=question.name[self.language], limit=limit)

    def _number(self, place: int) -> Answer | None:
        """Return an answer, or the number that it is worked out to, in the unit in which it is compared."""
        answer = self.facts[place]
        return worked_out(self.protocol, place, self.facts) if answer == COMPUTED else answer

    def limit(self, question: Question, number: Measurement, answer: Answer | None) -> str:
        """Say a limit; behind it what it is in the unit that was entered or worked out, on its side of that.

        Not where `echo` says what was entered in the limit's own unit, the question's first one.
        """
        shown, unit = self.amount(question, number), question.unit_by_code[number.unit]
        if not isinstance(answer, Measurement) or answer.unit == number.unit:
            return shown
        if unit is question.units[0] and question.kind != "since":
            return shown
        converted = unit.to(question.unit_by_code[answer.unit], number.value)
        if converted is None:
            return shown
        near = beside(converted, decimals_of(rounded_ratio(converted)), Fraction(answer.value))
        same = self.amount(question, Measurement("=", Decimal(compact(near)), answer.unit))
        noted = self.marks["noted"]
        return noted.format(what=shown, note=same if near == converted else f"≈ {same}")

    def amount(self, question: Question, number: Measurement) -> str:
        if question.kind == "since":
            return time_span(number, self.language)
        return measured(number, question.unit_by_code[number.unit], self.language)

    def contrast(self, leaf: Contrast, operator: str) -> str:
        one, other = (self.protocol.questions[place] for place in leaf.places)
        said = contrasts(one, self.language)[operator]
        return said.format(name=one.name[self.language], limit=other.name[self.language])

    def membership(self, leaf: Membership, *, negated: bool) -> _Said:
        """Name the options that are asked for; if one of them was chosen, that one.

        Labels such as *No: after menopause* stand in quotation marks, where they would read as conditions.
        """
        question = self.protocol.questions[leaf.place]
        if question.kind == "since":
            texts = [each.text[self.language] for each in question.shortcuts if each.code in leaf.codes]
            time = self.ago["not" if negated else "is"]
            said = time.format(name=question.name[self.language], what=self.joined(texts, "either"))
            return said, "either" if len(texts) > 1 else ""
        asked_for = [option for option in question.options if (option.code in leaf.codes) is not negated]
        chosen = [option for option in asked_for if Choice(option.code) == self.facts[leaf.place]]
        options = chosen or asked_for
        name = question.name[self.language]
        if question.option_by_code.keys() == YES_OR_NO and len(options) == 1:
            return self.said[options[0].code].format(name=name), ""
        texts = [option.text[self.language] for option in options]
        word = "either" if len(texts) > 1 else ""
        if all(text.startswith(name) for text in texts):
            return self.joined(texts, "either"), word
        named = self.marks["named"]
        what = self.joined(self._quoted(texts), "either")
        return named.format(name=name, what=what), word

    def _quoted(self, texts: Sequence[str]) -> Sequence[str]:
        colon = self.marks["named"].format(name="", what="").strip()
        if len(texts) == 1 or not any(colon in text for text in texts):
            return texts
        return [self.quotation.format(what=text) for text in texts]

    def ticked(self, leaves: Sequence[Ticked], word: str, *, negated: bool) -> str:
        """Name the options that are asked for, or that are not to be there."""
        question = self.protocol.questions[leaves[0].place]
        name, codes = question.name[self.language], {leaf.code for leaf in leaves}
        if NONE in codes:
            return self.said["some_ticked" if negated else "none_ticked"].format(name=name)
        what = self.joined([o.text[self.language] for o in question.options if o.code in codes], word)
        said = self.said["not_ticked"] if negated else self.marks["named"]
        return said.format(name=name, what=what)

    def joined(self, parts: Iterable[str], word: str) -> str:
        """Join parts; with a semicolon between them where a comma stands inside of one that has no brackets."""
        *first, last = listed = list(parts) or [""]
        mark, last_mark = self.marks["list"], self.said[word]
        commas = mark.strip() + self.said["or"][0]
        if len(listed) > 1 and any(
            comma in part
            for part in listed
            for comma in commas
            if not part.startswith(self.said["grouped"][0])
        ):
            mark = self.marks["then"]
            last_mark = mark.rstrip() + last_mark.lstrip(commas)
        return f"{mark.join(first)}{last_mark}{last}" if first else last


def _tick_of(node: Node) -> tuple[int, bool] | None:
    """Return the question of a tick, and whether it is denied; ``None`` for other parts, and for *none of these*."""
    negated = isinstance(node, Negation)
    tick = node.node if isinstance(node, Negation) else node
    return (tick.place, negated) if isinstance(tick, Ticked) and tick.code != NONE else None


def _plain(node: Node) -> Comparison | Membership | None:
    """Return the one limit or choice that a condition is, denied or not."""
    if isinstance(node, Negation):
        return _plain(node.node)
    return node if isinstance(node, Comparison | Membership) else None
