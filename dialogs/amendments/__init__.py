"""What a new version of a trial changes: in words, and in whom it excludes."""

from __future__ import annotations

from dataclasses import dataclass

from dialogs.amendments.change import Change
from dialogs.amendments.changes import changes
from dialogs.amendments.joined import Joined
from dialogs.amendments.matching import Matching
from dialogs.amendments.patients import Difference, Patient, Patients
from dialogs.protocol import Protocol

__all__ = ["Amendment", "Change", "Difference", "Matching", "Patient", "RuleChange", "compare", "told_only"]


@dataclass(frozen=True, slots=True)
class RuleChange:
    """A criterion, by its places in both versions, whose rule or the answers to it changed, and for whom."""

    before: int
    after: int
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Amendment:
    """What changes from one version of a trial to another one.

    ``rules`` are the criteria whose rule changed, ``trial`` whether somebody is excluded by one version only.
    """

    matching: Matching
    changes: tuple[Change, ...]
    rules: tuple[RuleChange, ...]
    trial: tuple[Difference, ...]


def compare(old: Protocol, new: Protocol, language: str) -> Amendment:
    """Compare two versions of a trial; texts are compared in one language."""
    matching = Matching(old, new)
    joined = Joined(matching)
    changed = [pair for pair in matching.criteria if not joined.same_rule(*pair)]
    patients = Patients(joined, len(changed))
    rules = tuple(RuleChange(one, other, tuple(patients.of_criterion(one, other))) for one, other in changed)
    told = tuple(changes(matching, language))
    is_other = bool(rules or matching.added or matching.dropped or any(map(_is_of_who_is_out, told)))
    return Amendment(matching, told, rules, tuple(patients.of_trial()) if is_other else ())


def told_only(old: Protocol, new: Protocol, language: str) -> Amendment:
    """Compare two versions without looking for patients."""
    matching = Matching(old, new)
    return Amendment(matching, tuple(changes(matching, language)), (), ())


def _is_of_who_is_out(change: Change) -> bool:
    """Say whether a change of no rule can change whom the whole trial excludes: of what is judged in which parts."""
    return change.about == "part" or change.key == "parts"
