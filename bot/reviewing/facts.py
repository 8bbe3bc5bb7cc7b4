"""What a reviewer reads of a criterion: the record's words, the rule in words, what is asked, and made-up patients."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from dialogs.answers import Measurement, compact
from dialogs.languages import words
from dialogs.loading.ruleless import is_asked_as_it_stands
from dialogs.made_up import Patient, patients
from dialogs.protocol import Criterion, Protocol, Question
from dialogs.reading_back import Clause, read_back
from dialogs.reviews import Review
from dialogs.rules.comparisons import Comparison
from dialogs.rules.judgement import members
from dialogs.wording import describe, measured, time_span

DIGITS: Final = 4
"""Of a limit that does not end in another unit."""
_OUTCOMES: Final = {
    ("inclusion", True): "met",
    ("inclusion", False): "not_met",
    ("exclusion", True): "applies",
    ("exclusion", False): "applies_not",
}


@dataclass(frozen=True, slots=True)
class Fact:
    """A line or several of what is known of a criterion, with its label; ``key`` is the label's in the words."""

    key: str
    label: str
    lines: tuple[str, ...]


class Telling:
    """Tells of one protocol in one language."""

    def __init__(self, protocol: Protocol, language: str) -> None:
        self.protocol, self.language = protocol, language
        self.said: Mapping[str, Any] = words("bot.reviewing", language)
        self.marks: Mapping[str, str] = words("dialogs", language)["punctuation"]

    def heading(self, criterion: Criterion) -> str:
        told: str = self.said["heading"]
        kind = self.said[criterion.kind]
        return told.format(code=criterion.code, name=criterion.name[self.language], kind=kind)

    def facts(self, criterion: Criterion) -> Iterator[Fact]:
        """Yield what there is to know, in the order of reading; nothing of what there is not."""
        has_rule = not is_asked_as_it_stands(criterion)
        for key, lines in (
            ("record", [criterion.source]),
            ("reading", [criterion.reading[self.language]] if criterion.reading else []),
            ("proposed", [criterion.review] if criterion.review else []),
            ("rule", [*self.clause(criterion).lines(), *self.conditions(criterion)]),
            ("as_written", [criterion.rule.text] if has_rule else []),
            ("limits", [*self._limits(criterion)]),
            (
                "asked",
                [self._asked(self.protocol.questions[place]) for place in members(criterion.rule.mask)],
            ),
            (
                "parts",
                [each.name[self.language] for each in self.protocol.parts if each.code in criterion.parts],
            ),
            ("patients", [*self._patients(criterion)] if has_rule else []),
            ("note", [criterion.note[self.language]] if criterion.note else []),
            ("reviewed", [*map(self._review, criterion.reviewed)]),
        ):
            if lines:
                yield Fact(key, self.said[key], tuple(lines))

    def clause(self, criterion: Criterion) -> Clause:
        """Return the rule in words; of a criterion that is asked as it stands, which answer is asked for."""
        if is_asked_as_it_stands(criterion):
            return Clause(self.said[f"{criterion.kind}_as_it_stands"])
        return read_back(self.protocol, criterion, self.language)

    def leads_out(self, criterion: Criterion) -> str:
        """Say when a criterion rules a candidate out, and of what."""
        parts = [each.name[self.language] for each in self.protocol.parts if each.code in criterion.parts]
        said = self.said["document"]
        if not parts:
            told: str = said[f"out_{criterion.kind}"]
            return told
        told = said[f"out_{criterion.kind}_of_part"]
        return told.format(parts=self.marks["list"].join(parts))

    def conditions(self, criterion: Criterion) -> Iterator[str]:
        """Yield on what other criterion it depends."""
        if criterion.requires:
            yield self.said["requires"].format(code=criterion.requires)

    def _asked(self, question: Question) -> str:
        """A question with what it is answered by."""
        labels = [unit.label[self.language] for unit in question.units]
        if question.formula is None:
            labels += [text[self.language] for text in question.buttons.values()]
        comma = self.marks["list"]
        answers = self.marks["then" if any(comma.strip() in label for label in labels) else "list"].join(
            labels
        )
        if question.formula is not None:
            answers = self.said["worked_out"].format(answers=answers, formula=question.formula.text)
        ask = question.ask[self.language].replace("\n", " ")
        told: str = self.said["answers"]
        return told.format(ask=ask, answers=answers)

    def _patients(self, criterion: Criterion) -> Iterator[str]:
        yield from (self._patient(criterion, each) for each in patients(self.protocol, criterion))

    def _patient(self, criterion: Criterion, patient: Patient) -> str:
        answers = [
            self.marks["named"].format(
                name=self.protocol.question(name).short[self.language],
                what=describe(self.protocol.question(name), answer, self.language),
            )
            for name, answer in patient.answers
        ]
        outcome = self.said[_OUTCOMES[criterion.kind, patient.fulfils]]
        told: str = self.said["patient"]
        return told.format(answers=self.marks["then"].join(answers), outcome=outcome)

    def _review(self, review: Review) -> str:
        told: str = self.said["review" if review.fits else "review_of_before"]
        return told.format(by=review.by, on=review.on)

    # limits in all units -------------------------------------------------------------------------

    def _limits(self, criterion: Criterion) -> Iterator[str]:
        """Each limit in every unit that its number can be given in, where there are several."""
        told: dict[str, None] = {}
        for leaf in criterion.rule.node.leaves():
            if isinstance(leaf, Comparison):
                question = self.protocol.questions[leaf.place]
                limits = [*self._in_all_units(question, leaf)]
                if len(limits) > 1:
                    name = question.short[self.language]
                    told[self.said["equal"].format(name=name, limits=" ".join(limits))] = None
        yield from told

    def _in_all_units(self, question: Question, leaf: Comparison) -> Iterator[str]:
        first = next(iter(leaf.limits))
        for code in dict.fromkeys((first, *leaf.plans)):
            plan, unit = leaf.plans[code], question.unit_by_code[code]
            if plan.per is not None:
                continue
            exact = plan.limit / plan.scale
            shown = _shown(exact)
            if question.kind == "since" and shown < 1:
                continue
            number = Measurement("=", Decimal(compact(shown)), code)
            is_time = question.kind == "since"
            said = time_span(number, self.language) if is_time else measured(number, unit, self.language)
            yield said if code == first else f"{'=' if shown == exact else '≈'} {said}"


def _shown(number: Decimal) -> Decimal:
    """Return a number as it is, if it is short, else rounded."""
    if len(number.normalize().as_tuple().digits) <= DIGITS + 2:
        return number
    return number.quantize(Decimal(1).scaleb(number.adjusted() - DIGITS + 1))
