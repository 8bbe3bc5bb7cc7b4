"""What each rule of ``grammar.lark`` means, as a condition over questions of the catalogue.

Where words mean one thing in an inclusion and another in an exclusion, both are told apart: *ALT and AST up to 3* asks
for both, *ALT or AST above 3* excludes for either. What is no such clear case raises `Unsure`.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Sequence
from typing import Any, Final

from lark import Token

from dialogs.drafting.proposals.conditions import Condition, all_of, any_of, compared, names_of, simple
from dialogs.drafting.proposals.events import Events
from dialogs.drafting.proposals.joining import (
    AGES,
    COMMAS,
    WHOLE,
    Joint,
    Names,
    When,
    each,
    joints,
    relation_of,
    tokens,
    when_of,
)
from dialogs.drafting.proposals.limits import Bound, Limit, Number, Unsure, bounded
from dialogs.drafting.proposals.measured import Measured
from dialogs.drafting.proposals.people import LIFELONG, People

_ENZYME: Final = re.compile(r"\(?a(?:lt|st|lp) ")
_OF_PREGNANCY: Final = re.compile("pregnant_or_lactating|breastfeeding")
_COMPARED: Final = re.compile("[<>]")
_FOR_ALL: Final = re.compile(r"or liver_metastases(?! and)|and not liver_metastases$")
"""*Unless liver metastases* behind a list may be said of all of it."""
_WITH_ITS_VALUE: Final = re.compile(
    r"diabetes\b.*(?:hba1c|glucose)|hiv\b.*(?:cd4|hiv_rna)|hbsag\b.*hbv_dna|hcv_antibody\b.*hcv_rna|"
    r"atrial_fibrillation\b.*heart_rate|cirrhosis\b.*child_pugh|dialysis\b.*egfr"
)
"""A disease and what is measured of it, which may be what is asked of those who have it."""


class Meaning(Measured, People, Events):
    """Every rule of the grammar has its method, in one of the classes above or here."""

    def start(self, parts: list[Any]) -> Condition:
        (condition,) = each(Condition, parts)
        named: Condition = condition
        for disorder in tokens(parts, "DISORDER"):
            named = self._named(named, disorder.split())
        return named

    def _named(self, condition: Condition, disorder: Sequence[str]) -> Condition:
        """Return a condition behind the name of a disorder: by what this is defined, as *anemia* by hemoglobin.

        Diabetes is asked, too: who has none has no HbA1c at hand. In an inclusion hypertension is more than a pressure.
        """
        used = {str(each["id"]): str(each.get("use", each["id"])) for each in condition.questions}
        if not {used.get(name, name) for name in names_of(condition)} <= {*disorder}:
            raise Unsure
        if self.inclusion and "hypertension" in disorder:
            raise Unsure
        return (
            all_of(compared("diabetes", "!=", '"none"'), condition) if "diabetes" in disorder else condition
        )

    def parts(self, parts: list[Any]) -> Condition:
        conditions = each(Condition, parts)
        if sum(bool(_OF_PREGNANCY.search(one.said.text)) for one in conditions) > 1:  # see `pregnancy`
            raise Unsure
        at_visits = {any("at" in question for question in one.questions) for one in conditions}
        if len(at_visits) > 1:  # what is said last may be said of all
            raise Unsure
        self._refuse_a_wide_negation(conditions, joints(parts))
        self._refuse_a_wide_window(conditions)
        self._refuse_a_wide_history(conditions)
        self._refuse_a_part_of_a_list(parts, conditions)
        enzymes = [one.said.text for one in conditions if _ENZYME.match(one.said.text)]
        if len({"liver_metastases" in text for text in enzymes}) > 1 or _FOR_ALL.search(" ".join(enzymes)):
            raise Unsure
        return self.join(WHOLE, joints(parts))(*conditions)

    def _refuse_a_wide_negation(self, conditions: Sequence[Condition], kinds: frozenset[str]) -> None:
        """Refuse a list in which *no* may be said of more than what it stands before."""
        negations = [one.denied for one in conditions]
        if any(negations) and (negations != sorted(negations) or kinds & {"OR", "EITHER"}):
            raise Unsure

    def _refuse_a_wide_window(self, conditions: Sequence[Condition]) -> None:
        """Refuse *unstable angina or stroke within 6 months*, where the time may be said of both."""
        texts = [one.said.text for one in conditions]
        for at, text in enumerate(texts):
            if (
                text.startswith("last_")
                and _COMPARED.search(text)
                and any(not _COMPARED.search(before) for before in texts[:at])
            ):
                raise Unsure

    def _refuse_a_wide_history(self, conditions: Sequence[Condition]) -> None:
        """Refuse *history of diabetes or dialysis*: who is on dialysis no more has a history of it."""
        passing = [
            not (one.said.text.startswith(LIFELONG) or _COMPARED.search(one.said.text)) for one in conditions
        ]
        if any(one.said_with == "history of" for one in conditions) and any(passing):
            raise Unsure

    def _refuse_a_part_of_a_list(self, parts: list[Any], conditions: Sequence[Condition]) -> None:
        """Refuse a list of which *or* may join but the end: *adults, ECOG 0-1 or Karnofsky 70*."""
        kinds = [joint.kinds for joint in each(Joint, parts)]
        if not any(kind & {"OR", "EITHER"} for kind in kinds):
            return
        if any(one.said_with == "unless" for one in conditions[:-1]):
            raise Unsure
        texts = [one.said.text for one in conditions]
        measured = any(_WITH_ITS_VALUE.match(" ".join(texts[at:])) for at in range(len(texts)))
        if any(kind <= COMMAS for kind in kinds) and (self.inclusion or measured):
            raise Unsure

    def at_least(self, parts: list[Any]) -> Condition:
        (count,), conditions = each(Number, parts), each(Condition, parts)
        (relation,) = tokens(parts, "COMPARED", "BEHIND")
        if relation != ">=" or count.unit or not 1 <= count.value < len(conditions):
            raise Unsure
        if count.value == 1:
            return any_of(*conditions)
        listed = ", ".join(one.said.text for one in conditions)
        questions = tuple(question for one in conditions for question in one.questions)
        return simple(f"at_least({count.value}, {listed})", questions=questions)

    def any_of_them(self, parts: list[Any]) -> Condition:
        if joints(parts) - {"OR", "EITHER"}:
            raise Unsure
        return any_of(*each(Condition, parts))

    def all_of_them(self, parts: list[Any]) -> Condition:
        if joints(parts) & {"OR", "EITHER"}:
            raise Unsure
        return all_of(*each(Condition, parts))

    def joint(self, parts: list[Token]) -> Joint:
        return Joint(frozenset(part.type for part in parts))

    def either_end(self, parts: list[Any]) -> Condition:
        """*Below 18 or above 75.*"""
        entry, (first, second) = str(parts[0]), each(Limit, parts)
        apart = first.bounds[0].upward != second.bounds[0].upward
        if self.inclusion or not apart or len(first.bounds) + len(second.bounds) > 2:
            raise Unsure
        limit = Limit((*first.bounds, *second.bounds)).in_one_unit()
        limit = Limit(tuple(sorted(limit.bounds, key=operator.attrgetter("upward"))))
        if entry in AGES:
            return self.age([parts[0], limit, *each(When, parts)])
        return self.at(
            when_of(parts),
            lambda name, **asked: bounded(name, limit, apart=True, **asked),
            Names((entry,)),
        )

    def either_end_compared(self, parts: list[Any]) -> Condition:
        """*Below 18 or above 75*, where *or above* also stands behind single numbers."""
        entry, (first, second), when = parts[0], each(Number, parts), each(When, parts)
        below, above = tokens(parts, "COMPARED", "OR_COMPARED", "BEHIND", "BEHIND_AGE")
        limits = [
            Limit((Bound(relation_of(sign[0]), number),))
            for sign, number in ((below, first), (above, second))
        ]
        return self.either_end([entry, *limits, *when])
