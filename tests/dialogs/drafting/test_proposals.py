"""A line of a record is proposed the rule that it says, or nothing: no word of it is ever left out."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from dialogs.drafting.proposals import propose
from dialogs.loading import parse_protocol
from dialogs.loading.writing import value_of
from tests.dialogs.drafting.proposed import EXCLUSIONS, INCLUSIONS

LINES = [("inclusion", *line) for line in INCLUSIONS.items()] + [
    ("exclusion", *line) for line in EXCLUSIONS.items()
]
PROPOSED = [(role, text) for role, text, rule in LINES if rule is not None]
UNKNOWN_WORDS = ("zorple", "unless", "except", "(Gilbert)", "in cohort B", "while fasting", "*")


@pytest.mark.parametrize(("role", "text", "rule"), LINES, ids=[text for _, text, _ in LINES])
def test_a_line_is_proposed_the_rule_that_it_says_or_nothing(role: str, text: str, rule: str | None) -> None:
    proposal = propose(text, role, ())
    assert (proposal.rule if proposal else None) == rule


@pytest.mark.parametrize(("role", "text"), PROPOSED, ids=[text for _, text in PROPOSED])
def test_a_word_that_is_not_known_leaves_a_line_without_a_proposal(role: str, text: str) -> None:
    for word in UNKNOWN_WORDS:
        assert propose(f"{text} {word}", role, ()) is None, word
        assert propose(f"{word} {text}", role, ()) is None, word


@pytest.mark.parametrize(("role", "text"), PROPOSED, ids=[text for _, text in PROPOSED])
def test_what_is_proposed_loads_and_says_how_it_was_read(role: str, text: str) -> None:
    proposal = propose(text, role, ())
    assert proposal.why == f"read as {proposal.rule}".replace('"', "")
    tables = "".join(f"[[question]]\n{pairs(each)}" for each in proposal.questions)
    criterion = pairs({"code": "X1", role: text, "rule": proposal.rule, "review": proposal.why})
    parse_protocol(f'format = 2\nid = "X"\ntitle = "X"\n{tables}[[criterion]]\n{criterion}', "x.toml")


def pairs(values: Mapping[str, object]) -> str:
    return "".join(f"{key} = {value_of(value)}\n" for key, value in values.items())


HEADINGS = [
    ("Inclusion Criteria:", True, True),
    ("Adequate organ function as defined by:", True, True),
    ("Bone marrow function", True, True),
    ("Any of the following:", False, True),
    ("All of the following:", True, False),
    ("Patients with liver metastases:", False, False),
    ("For adolescents:", False, False),
]


@pytest.mark.parametrize(("heading", "inclusion", "exclusion"), HEADINGS, ids=[each[0] for each in HEADINGS])
def test_a_heading_that_changes_its_lines_leaves_them_without_a_proposal(
    heading: str, inclusion: bool, exclusion: bool
) -> None:
    line = "Platelets < 100 x 10^9/L"
    proposed = [propose(line, role, (heading,)) is not None for role in ("inclusion", "exclusion")]
    assert proposed == [inclusion, exclusion]


def test_a_line_that_is_no_criterion_has_no_proposal() -> None:
    assert propose("Age ≥ 18 years", "line", ()) is None
