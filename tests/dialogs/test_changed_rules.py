"""What changed of a rule, in words: what is another condition now is said, and how many stay; nothing else is."""

from __future__ import annotations

from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.amendments import compare
from dialogs.amendments.changed_rules import changed_clause
from dialogs.amendments.sentences import Sentences
from dialogs.loading import parse_protocol
from dialogs.reading_back import Clause

_HEAD: Final = """
format = 2
id = "EX-LONG"
version = "{version}"
title = "Fictional: a long rule"
languages = ["en"]

[[criterion]]
code = "E1"
exclusion = "Significant organ disease"
rule = '''{rule}'''
"""
_RULE: Final = (
    'nyha in ("III", "IV") or lvef < "40 %" or qtcf > "480 ms" or alt > "3 {xULN}" and bilirubin_total > "2 {xULN}"'
    ' or hemoglobin < "80 g/L" or platelets < "50 10*9/L" or neutrophils < "1.0 10*9/L"'
)
_BEGINS: Final = "E1: rule: Applies if: at least one of these holds "
CASES: Final = {
    "a limit": ([("40 %", "45 %")], "(LVEF below [40 → 45] %; 6 others as before)"),
    "one dropped": ([('lvef < "40 %" or ', "")], "([- LVEF below 40 %]; 6 others as before)"),
    "one added": (
        [("or hemoglobin", 'or albumin < "30 g/L" or hemoglobin')],
        "([+ albumin below 30 g/L]; 7 others as before)",
    ),
    "one in the place of another": (
        [('lvef < "40 %"', 'albumin < "30 g/L"')],
        "([+ albumin below 30 g/L]; [- LVEF below 40 %]; 6 others as before)",
    ),
    "the other side of a limit": (
        [('lvef < "40 %"', 'lvef >= "70 %"')],
        "(LVEF [below 40 → at least 70] %; 6 others as before)",
    ),
    "within one of them": (
        [('alt > "3 {xULN}"', '(alt > "3 {xULN}" or ast > "3 {xULN}")')],
        "(all of these hold (at least one of these holds (ALT above 3 × ULN; [+ AST above 3 × ULN]);"
        " total bilirubin above 2 × ULN); 6 others as before)",
    ),
    "dropped, and the others in another order": (
        [('lvef < "40 %" or qtcf > "480 ms" or ', ""), ("or hemo", 'or qtcf > "480 ms" or hemo')],
        "([- LVEF below 40 %]; 6 others as before)",
    ),
}


def _told(rule: str) -> list[str]:
    old, new = (
        parse_protocol(_HEAD.format(version=version, rule=text), "trial.toml")
        for version, text in (("1", _RULE), ("2", rule))
    )
    return [
        each for each in Sentences(compare(old, new, "en"), "en").for_coordinators() if ": rule: " in each
    ]


@pytest.mark.parametrize(("replaced", "expected"), CASES.values(), ids=CASES)
def test_of_a_long_rule_coordinators_are_told_what_changed(
    replaced: list[tuple[str, str]], expected: str
) -> None:
    rule = _RULE
    for before, after in replaced:
        assert before in rule
        rule = rule.replace(before, after)
    assert _told(rule) == [f"{_BEGINS}{expected}"]


def test_another_joint_is_told_with_all_that_stands_below_it() -> None:
    assert _told(_RULE.replace(" or ", " and "))[0].startswith(
        "E1: rule: Applies if: [at least one → all] of these [holds → hold] ("
    )


def test_an_order_alone_is_told_as_one() -> None:
    first, *others = _RULE.split(" or ")
    assert _told(" or ".join((*others, first))) == ["E1: rule: the same conditions in another order"]


_LEAVES: Final = st.sampled_from([Clause(f"{name} is so", name=name) for name in "abcdefgh"])
_CLAUSES: Final = st.recursive(
    _LEAVES,
    lambda parts: st.builds(
        Clause, st.sampled_from(["all", "any"]), st.lists(parts, min_size=2, max_size=5).map(tuple)
    ),
    max_leaves=12,
)


def _leaves(clause: Clause) -> set[str]:
    return {clause.text} if not clause.parts else set().union(*map(_leaves, clause.parts))


@given(before=_CLAUSES, after=_CLAUSES, by=st.randoms(use_true_random=False))
def test_whatever_stands_in_one_version_only_is_told_and_an_order_is_not(before, after, by) -> None:  # type: ignore[no-untyped-def]
    told = changed_clause(before, after, "en")
    assert all(leaf in told for leaf in _leaves(before) ^ _leaves(after))
    assert changed_clause(before, _mixed(before, by), "en") == ""
    if not told:
        assert changed_clause(after, before, "en") == ""
        assert _leaves(before) == _leaves(after)


def _mixed(clause: Clause, by) -> Clause:  # type: ignore[no-untyped-def]
    parts = [_mixed(part, by) for part in clause.parts]
    by.shuffle(parts)
    return Clause(clause.text, tuple(parts), clause.name)
