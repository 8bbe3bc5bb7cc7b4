"""Both versions of a trial over one list of questions, so that their rules can be held against each other.

A question that both have takes the answers that both take: the options, units and numbers of either are no answers of
the other. Where nothing is left, or the kind is another, they are two questions, and a patient answers both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property

from dialogs.amendments.matching import Matching, answered_alike
from dialogs.answers import Answer
from dialogs.protocol import Question
from dialogs.rules.judgement import members
from dialogs.rules.relocation import relocated
from dialogs.rules.tree import Node
from dialogs.units import Range, Unit


class Joined:
    """The rules of two versions over the questions of both; a place is one in ``protocol``."""

    def __init__(self, matching: Matching) -> None:
        self.matching = matching
        self.old, self.new = matching.old, matching.new
        shared = {
            question.id: merged
            for question in self.new.questions
            if (former := matching.former.get(question.id)) is not None
            and (merged := _merged(self.old.question(former), question)) is not None
        }
        taken = {matching.former[name] for name in shared}
        self._only_old = [each for each in self.old.questions if each.id not in taken]
        questions = [_bare(shared.get(each.id, each)) for each in self.new.questions]
        self.shared = shared.keys()
        self.protocol = replace(self.new, questions=(*questions, *map(_as_before, self._only_old)))

    @cached_property
    def _to(self) -> list[int]:
        """For each question of the old version, its place here."""
        now = {self.matching.former[name]: self.new.position[name] for name in self.shared}
        now |= {each.id: len(self.new.questions) + place for place, each in enumerate(self._only_old)}
        return [now[question.id] for question in self.old.questions]

    @cached_property
    def _from(self) -> dict[int, Question]:
        """The questions of the old version by their places here."""
        return dict(zip(self._to, self.old.questions, strict=True))

    @cached_property
    def before(self) -> tuple[Node, ...]:
        """The old rules, over the questions of both; one that did not change is that of the new version."""
        kept = {one: other for one, other in self.matching.criteria if self.same_rule(one, other)}
        return tuple(
            self.after[kept[place]] if place in kept else relocated(criterion.rule.node, self._to)
            for place, criterion in enumerate(self.old.criteria)
        )

    @cached_property
    def after(self) -> tuple[Node, ...]:
        return tuple(criterion.rule.node for criterion in self.new.criteria)

    def same_rule(self, one: int, other: int) -> bool:
        """Say whether a criterion has the same rule in both versions, over questions that take the same answers."""
        before, after = self.old.criteria[one], self.new.criteria[other]
        old = [self.old.questions[place] for place in members(before.rule.mask)]
        new = [self.new.questions[place] for place in members(after.rule.mask)]
        former = [self.matching.former.get(question.id) for question in new]
        if {question.id for question in old} != {*former}:
            return False
        alike = all(
            answered_alike(self.old.question(name or ""), question)
            for question, name in zip(new, former, strict=True)
        )
        return alike and self.matching.in_new_names(before.rule.text) == after.rule.text

    def answers(self, found: Mapping[int, Answer]) -> tuple[dict[str, Answer], dict[str, Answer]]:
        """Return answers by place as those of the old version and those of the new one, by question."""
        asked = ((self._from[place], answer) for place, answer in found.items() if place in self._from)
        old = {question.id: question.own(answer) or answer for question, answer in asked}
        new = {
            self.new.questions[place].id: found[place]
            for place in sorted(found)
            if place < len(self.new.questions)
        }
        return old, new

    def with_own_formulas(self, mask: int) -> bool:
        """Say whether a number that is worked out comes to another one in the two versions."""
        for place in members(mask & ((1 << len(self.new.questions)) - 1)):
            question = self.new.questions[place]
            if question.id in self.shared and question.formula is not None:
                before = self.old.question(self.matching.former[question.id]).formula
                if before is not None and before.meaning != question.formula.meaning:
                    return True
        return False

    def with_own_scales(self) -> bool:
        """Say whether the same number in the same unit is another one in the two versions."""
        for after in self.new.questions:
            before = self.matching.former.get(after.id)
            scales = {} if before is None else _scales(self.old.question(before))
            if any(scales.get(code, scale) != scale for code, scale in _scales(after).items()):
                return True
        return False


def _scales(question: Question) -> dict[str, tuple[object, object]]:
    return {unit.code: (unit.scale, unit.offset) for unit in question.units}


def _merged(before: Question, after: Question) -> Question | None:
    """Return a question with the answers that both versions take; ``None`` if these are none, or of another kind."""
    if before.kind != after.kind:
        return None
    units = tuple(_both(before, unit) for unit in after.units if _is_unit_of(before, unit))
    options = tuple(option for option in after.options if option.code in before.option_by_code)
    shortcuts = tuple(
        each
        for each in after.shortcuts
        if each.code in before.shortcut_by_code and before.shortcut_by_code[each.code].means == each.means
    )
    if after.units and (not units or units[0].code != after.units[0].code):
        return None
    if after.options and not options:
        return None
    return replace(
        after, units=units, options=options, shortcuts=shortcuts, bounds=before.bounds and after.bounds
    )


def _is_unit_of(before: Question, unit: Unit) -> bool:
    """Say whether a question had this unit, and a number in it meant the same and was possible."""
    other = before.unit_by_code.get(unit.code)
    if other is None or (other.per, other.gives) != (unit.per, unit.gives):
        return False
    low, high = _possible(before, unit)
    return low <= high


def _both(before: Question, unit: Unit) -> Unit:
    return replace(unit, possible=_possible(before, unit))


def _possible(before: Question, unit: Unit) -> Range:
    """Return what is possible in a unit in both versions, in the terms of the new one."""
    other = before.unit_by_code[unit.code]
    low, high = (unit.in_first(other.from_first(end)) for end in other.possible)
    return max(low, unit.possible[0]), min(high, unit.possible[1])


def _bare(question: Question) -> Question:
    """Leave out what leads to other questions: in a search every question is answered by itself."""
    options = tuple(replace(option, implies={}) for option in question.options)
    return replace(question, options=options, formula=None)


def _as_before(question: Question) -> Question:
    return replace(_bare(question), id=f"{question.id}@before")
