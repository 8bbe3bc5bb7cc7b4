"""Each criterion against the clinical reading, every boundary from both sides in every unit; and the mutants."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

import pytest

from dialogs.errors import ProtocolError
from dialogs.loading import load, parse_protocol
from dialogs.protocol import Protocol
from tests.dialogs.answering import status_of
from tests.dialogs.cases import CASES

FLIPS = {"<=": "<", ">=": ">", "<": "<=", ">": ">=", "==": "!=", "!=": "=="}
_TOKEN = re.compile(r'<=|>=|==|!=|<|>|"[^"]*"|\b\d+\b|\band\b|\bor\b|\bnot in\b|\bin\b|\bunclear\b')


@pytest.mark.parametrize(
    ("code", "typed", "expected"), CASES, ids=[f"{c}-{'-'.join(t.values())}" for c, t, _ in CASES]
)
def test_status_is_as_read(protocol: Protocol, code: str, typed: dict[str, str], expected: str) -> None:
    assert status_of(protocol, code, typed) == expected


def test_every_criterion_has_cases_for_each_status(protocol: Protocol) -> None:
    for code in protocol.criterion_by_code:
        assert {s for c, _, s in CASES if c == code} >= {"met", "failed", "unknown"}, code


ALWAYS = {"E2": 'tumour == "past_remission"', "I2c": 'csa_dose >= "0 mg/kg/d"'}
"""What is true wherever the rule says *unclear*."""


def mutants(code: str, rule: str) -> Iterator[str]:
    """Change one thing at a time: an operator, a limit by the smallest step, an option, a connective."""
    if "unclear" in rule:
        yield rule.replace("unclear", ALWAYS[code])
        yield rule.replace("unclear", f"not {ALWAYS[code]}")
    for match in _TOKEN.finditer(rule):
        for other in replacements(match[0]):
            yield rule[: match.start()] + other + rule[match.end() :]
    for match in re.finditer(r'\(("[^()]*")\)', rule):
        codes = match[1].split(", ")
        for dropped in codes:
            left = ", ".join(code for code in codes if code != dropped)
            yield f"{rule[: match.start()]}({left},){rule[match.end() :]}"


def replacements(token: str) -> Iterator[str]:
    if token in FLIPS:
        yield FLIPS[token]
    elif token in ("and", "or"):
        yield {"and": "or", "or": "and"}[token]
    elif token in ("in", "not in"):
        yield {"in": "not in", "not in": "in"}[token]
    elif token.isdigit():
        yield from (str(int(token) + 1), str(int(token) - 1))
    elif re.fullmatch(r'"\d.*"', token):
        parts = token.strip('"').split(" = ")
        for at, part in enumerate(parts):
            number, _, unit = part.partition(" ")
            if not unit:
                continue
            for step in ("0.001", "-0.001"):
                changed = [*parts[:at], f"{Decimal(number) + Decimal(step)} {unit}", *parts[at + 1 :]]
                yield f'"{" = ".join(changed)}"'


def all_mutants() -> list[tuple[str, str, str]]:
    protocol = load("NCT04420494")
    found = []
    for criterion in protocol.criteria:
        raw = re.search(rf"code = \"{criterion.code}\"\n.*?rule = '''(.*?)'''", protocol.text, re.DOTALL)
        assert raw is not None
        found += [(criterion.code, raw[1], mutant) for mutant in mutants(criterion.code, raw[1])]
    return found


MUTANTS = all_mutants()


def test_there_are_mutants() -> None:
    assert len(MUTANTS) > 90
    assert {code for code, _, _ in MUTANTS} == set(load("NCT04420494").criterion_by_code)


@pytest.mark.parametrize(
    ("code", "rule", "mutant"), MUTANTS, ids=[f"{c}-{i}" for i, (c, _, _) in enumerate(MUTANTS)]
)
def test_the_cases_detect_every_change_of_a_rule(code: str, rule: str, mutant: str) -> None:
    text = load("NCT04420494").text
    at = text.index(f'code = "{code}"\n')
    begin = text.index(rule, at)
    try:
        changed = parse_protocol(text[:begin] + mutant + text[begin + len(rule) :], "mutant")
    except ProtocolError:
        return  # refused at load: it can never fail, never be met, or leaves a question unused
    assert any(status_of(changed, c, typed) != expected for c, typed, expected in CASES if c == code), mutant
