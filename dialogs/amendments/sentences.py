"""An amendment in words, for people who know the trial and not its file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, Final

from dialogs.amendments import Amendment
from dialogs.amendments.change import Change
from dialogs.amendments.changed_questions import OF_ANSWERS
from dialogs.amendments.patients import Answers, Difference, Patient, comes_to
from dialogs.answers import Answer
from dialogs.assessment import deciding_answers, effective
from dialogs.languages import LANGUAGES, words
from dialogs.protocol import Criterion, Protocol, Question
from dialogs.rules.judgement import members
from dialogs.wording import describe

_INDENT: Final = "  "
_TOLD: Final = (
    "added_inclusion",
    "added_exclusion",
    "code_given_again",
    "dropped",
    "reworded",
    "reading",
    "heading",
    "rule",
    "rule_order",
    "rule_stayed",
    "question_stayed",
    "outdated",
)
"""Changes of criteria that are told to coordinators."""
_OF_MEANING: Final = (
    "reworded",
    "help",
    "kind",
    "at",
    "formula",
    "rounds",
    "units",
    "conversions",
    "unit_of",
)
"""Changes of questions, beside those of their buttons, by which an answer may mean something else than it did."""


class Sentences:
    """Says what an amendment changes, in one language."""

    def __init__(self, amendment: Amendment, language: str) -> None:
        self.amendment = amendment
        self.matching = amendment.matching
        self.language = language
        self.said: dict[str, Any] = dict(words("dialogs.amendments", language))
        self.marks: dict[str, str] = words("dialogs", language)["punctuation"]

    def all(self) -> Iterator[str]:
        """Yield the lines of the whole, each thing under its heading."""
        old, new = self.matching.old, self.matching.new
        yield self.title()
        if not self.amendment.changes and not self.amendment.rules:
            yield self.said["nothing"]
            return
        if old.version == new.version:
            yield self.said["unversioned"].format(version=new.version)
        if awaiting := self._unreviewed():
            yield self.said["unreviewed"].format(criteria=self.marks["list"].join(awaiting))
        for heading, lines in self.told().items():
            yield ""
            yield heading
            yield from (f"{_INDENT}{line}" for line in lines)
        if self.amendment.trial:
            yield ""
            yield self.said["whole"]["heading"]
            yield from (f"{_INDENT}{self.difference(each, whole=True)}" for each in self.amendment.trial)
            yield from (f"{_INDENT}{line}" for line in self._assumed(self.matching.new.criteria))

    def title(self) -> str:
        old, new = self.matching.old, self.matching.new
        text: str = self.said["title"]
        return text.format(trial=new.id, before=old.version, after=new.version)

    def told(self) -> dict[str, list[str]]:
        """Return what is said of each thing by its heading, in the order of the changes."""
        found: dict[str, list[str]] = {}
        for change in self.amendment.changes:
            found.setdefault(self.heading(change), []).append(self.change(change))
        for rule in self.amendment.rules:
            code = self.matching.new.criteria[rule.after].code
            told = found.setdefault(self.said["about"]["criterion"].format(name=code), [])
            told += [self.difference(each) for each in rule.differences]
            told += self._assumed([self.matching.new.criteria[rule.after]])
        return found

    def told_of(self, criterion: Criterion) -> list[str]:
        """Return what is said of a criterion of the new version, and of the questions of its rule."""
        about, told = self.said["about"], self.told()
        headings = [about["question"].format(name=question.id) for question in self._questions(criterion)]
        named = self.marks["named"]
        of_questions = [
            named.format(name=heading, what=line) for heading in headings for line in told.get(heading, ())
        ]
        return [*told.get(about["criterion"].format(name=criterion.code), ()), *of_questions]

    def for_coordinators(self) -> Iterator[str]:
        """Yield what changed of criteria, and of what an answer to their questions means, one line each."""
        told: str = self.said["message"]["changed"]
        for each in self.amendment.changes:
            if each.about == "criterion" and each.key in _TOLD:
                yield told.format(name=each.name, what=self.change(each))
            if each.about == "question" and (_is_of_buttons(each) or each.key in _OF_MEANING):
                name = self.matching.new.question(each.name).name[self.language]
                yield told.format(name=name, what=self.change(each))

    def _unreviewed(self) -> list[str]:
        """The criteria that changed or are new, or ask otherwise, and which nobody has reviewed yet."""
        changed = {change.name for change in self.amendment.changes if change.about == "criterion"}
        changed |= {self.matching.new.criteria[rule.after].code for rule in self.amendment.rules}
        asked = {change.name for change in self.amendment.changes if change.about == "question"}
        return [
            each.code
            for each in self.matching.new.open_reviews
            if each.code in changed or any(question.id in asked for question in self._questions(each))
        ]

    def _questions(self, criterion: Criterion) -> list[Question]:
        return [self.matching.new.questions[place] for place in members(criterion.rule.mask)]

    def heading(self, change: Change) -> str:
        text: str = self.said["about"][change.about]
        return text.format(name=change.name)

    def change(self, change: Change) -> str:
        text: str = self.said["change"][change.key].format(**change.values)
        if not change.language:
            return text
        return self.marks["noted"].format(what=text, note=LANGUAGES[change.language].name)

    # patients ------------------------------------------------------------------------------------

    def difference(self, each: Difference, *, whole: bool = False) -> str:
        """Say for whom a criterion turns out otherwise, or the whole trial; or that there is nobody."""
        text: str = self.said[each.finding][f"{each.was} {each.becomes}"]
        if each.patient is None:
            return text
        patient = self._by(each.patient, each.becomes) if whole else self.patient(each.patient)
        return text.format(patient=patient)

    def patient(self, patient: Patient) -> str:
        """Name the answers of a made-up patient; those of questions that were dropped are marked."""
        former = {self.matching.former.get(question) for question in patient.after}
        now = (self._answer(self.matching.new.question(name), given) for name, given in patient.after.items())
        only_before = (
            self.marks["noted"].format(
                what=self._answer(self.matching.old.question(name), given), note=self.said["and_more"]
            )
            for name, given in patient.before.items()
            if name not in former
        )
        return self.marks["then"].join(chain(now, only_before))

    def _by(self, patient: Patient, becomes: str) -> str:
        """Name the criteria by which a patient is excluded in one version, with the answers that decide."""
        if becomes == "excluded":
            return self._excluding(self.matching.new, patient.after)
        return self._excluding(self.matching.old, patient.before)

    def _excluding(self, protocol: Protocol, answers: Answers) -> str:
        facts = effective(protocol, answers)
        failed = [
            criterion
            for index, criterion in enumerate(protocol.criteria)
            if comes_to(protocol, index, answers) == "failed"
        ]
        deciding = {
            name: given for each in failed for name, given in deciding_answers(protocol, each.rule, facts)
        }
        told = [self._answer(protocol.question(name), given) for name, given in deciding.items() if given]
        by: str = self.said["whole"]["by"]
        codes = self.marks["list"].join(each.code for each in failed)
        return by.format(criteria=codes, answers=self.marks["then"].join(told))

    def _answer(self, question: Question, answer: Answer) -> str:
        name = question.name[self.language]
        return self.marks["named"].format(name=name, what=describe(question, answer, self.language))

    def _assumed(self, criteria: Iterable[Criterion]) -> Iterator[str]:
        """Name the questions of rules that changed themselves: what is said of patients takes their answers as one."""
        changed = {change.name for change in self.amendment.changes if _is_of_answers(change)}
        asked = {question.id: question for each in criteria for question in self._questions(each)}
        names = [
            each.name[self.language]
            for each in asked.values()
            if each.id in changed and each.id in self.matching.former
        ]
        if names:
            yield self.said["whole"]["assumed"].format(questions=self.marks["list"].join(names))


def _is_of_answers(change: Change) -> bool:
    """Say whether an answer to a question may be another one than it was, or mean something else."""
    answered = change.key in ("reworded", "help", *OF_ANSWERS)
    return change.about == "question" and (_is_of_buttons(change) or answered)


def _is_of_buttons(change: Change) -> bool:
    return change.key.startswith(("option_", "shortcut_")) and change.key != "option_order"
