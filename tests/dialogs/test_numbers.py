"""Numbers in rules: in every unit, against limits in another basis, and against each other."""

from __future__ import annotations

from typing import Final

import pytest

from dialogs.answers import Answer
from dialogs.loading import parse_protocol
from dialogs.protocol import Protocol
from dialogs.reading import Understood, read
from dialogs.rules.judgement import FALSE, TRUE, UNCERTAIN, members
from dialogs.rules.parsing import RuleError, parse

TRIAL: Final = """
    # A fictional trial.
    id = "FICTIONAL-NUMBERS"
    version = "1"
    record_version = "1"
    languages = ["en"]
    title = { en = "Fictional" }
    site = { en = "site" }
    contact = { en = "nobody" }
    unknown = { en = "unknown" }
    notices = []
    disclaimer = { en = "fictional" }
"""


def question(name: str, kind: str, keys: str) -> str:
    said = "\n".join(f'{key} = {{ en = "{name}" }}' for key in ("ask", "short", "help", "supplier"))
    return f'[[question]]\nid = "{name}"\nkind = "{kind}"\n{said}\n{keys}\n'


def criterion(rule: str) -> str:
    return f"""
        [[criterion]]
        code = "E1"
        kind = "exclusion"
        name = {{ en = "name" }}
        source = "source"
        reading = {{ en = "reading" }}
        rule = '''{rule}'''
        ietestcd = "EXCL01"
        group = "E1"
    """


def enzyme(name: str, units: str = "") -> str:
    ranges = 'possible = [0, 100000]\nusual = ["0.1", 500]'
    unit = '{{ code = "{0}", label = {{ en = "{0}" }}{1} }}'.format
    divided = f', per = "{name}_uln", gives = "{{xULN}}"'
    measured = [unit("U/L", ", scale = 1" + divided), unit("ukat/L", ", scale = 60" + divided)]
    multiple = unit("{xULN}", ', spellings = ["xULN"]')
    value = question(
        name,
        "quantity",
        f"units = [{', '.join([*measured, multiple])}]\n{ranges}\n"
        'shortcuts = [{ code = "within_normal", text = { en = "Normal" }, means = "<=1 {xULN}" }]',
    )
    plain = ", ".join(unit(code, f", scale = {scale}") for code, scale in (("U/L", 1), ("ukat/L", 60)))
    return value + question(
        f"{name}_uln", "quantity", f'units = [{plain}]\n{ranges}\nunit_of = "{name}"\nbounds = false'
    )


def number(name: str, unit: str, keys: str = "possible = [0, 1000]\nusual = [1, 100]") -> str:
    return question(name, "quantity", f'units = [{{ code = "{unit}", label = {{ en = "{unit}" }} }}]\n{keys}')


YES_NO: Final = 'options = [{ code = "yes", text = { en = "Yes" } }, { code = "no", text = { en = "No" } }]'
QUESTIONS: Final = "".join(
    (enzyme("ast"), enzyme("alt"), number("weight", "kg"), question("ill", "choice", YES_NO))
)
EVERY: Final = 'ast > "9999 U/L" or alt > "9999 U/L" or weight > "500 kg" or ill == "yes"'


def trial(rule: str, questions: str = QUESTIONS) -> Protocol:
    return parse_protocol(TRIAL + questions + criterion(rule), "fictional.toml")


def laid_out(protocol: Protocol, typed: dict[str, str]) -> list[Answer | None]:
    """Answers as they are typed, in the protocol's order."""
    facts: list[Answer | None] = [None] * len(protocol.questions)
    for name, text in typed.items():
        reading = read(protocol, protocol.question(name), text)
        assert isinstance(reading, Understood), (text, reading)
        facts[protocol.position[name]] = reading.given[0][1]
    return facts


def asked(protocol: Protocol, mask: int) -> list[str]:
    return [protocol.questions[place].id for place in members(mask)]


PROTOCOL: Final = trial(EVERY)
CASES: Final[dict[str, tuple[str, dict[str, str], int | list[str]]]] = {
    "above the other": ("ast > alt", {"ast": "80 U/L", "alt": "40 U/L"}, TRUE),
    "not above the other": ("ast > alt", {"ast": "40 U/L", "alt": "40 U/L"}, FALSE),
    "at least the other": ("ast >= alt", {"ast": "40 U/L", "alt": "40 U/L"}, TRUE),
    "units of both convert": ("ast > alt", {"ast": "1 ukat/L", "alt": "59.9 U/L"}, TRUE),
    "nearly the same in another unit": ("ast > alt", {"ast": "1 ukat/L", "alt": "60 U/L"}, FALSE),
    "bounds apart": ("ast > alt", {"ast": ">50 U/L", "alt": "<50 U/L"}, TRUE),
    "bounds that overlap": ("ast > alt", {"ast": ">50 U/L", "alt": "<60 U/L"}, UNCERTAIN),
    "a bound that touches": ("ast > alt", {"ast": ">=50 U/L", "alt": "<=50 U/L"}, UNCERTAIN),
    "neither known": ("ast > alt", {}, ["ast", "alt"]),
    "one known": ("ast > alt", {"ast": "40 U/L"}, ["alt"]),
    "the other unknown": ("ast > alt", {"alt": "unknown"}, UNCERTAIN),
    "a multiple asks its limit": ("ast > alt", {"ast": "2 xULN", "alt": "70 U/L"}, ["ast_uln"]),
    "a multiple counts its limit": ("ast > alt", {"ast": "2 xULN", "ast_uln": "40 U/L", "alt": "70 U/L"}, TRUE),
    "multiples of two limits": ("ast > alt", {"ast": "2 xULN", "ast_uln": "40 U/L", "alt": "2 xULN", "alt_uln": "41 U/L"}, FALSE),
    "a limit in another unit": ("ast > alt", {"ast": "2 xULN", "ast_uln": "1 ukat/L", "alt": "119.9 U/L"}, TRUE),
    "normal is at most its limit": ("ast > alt", {"ast": "normal", "ast_uln": "40 U/L", "alt": "41 U/L"}, FALSE),
    "limit in the value's basis": ('ast > "120 U/L"', {"ast": "2 ukat/L"}, FALSE),
    "limit in the other basis asks": ('ast > "120 U/L"', {"ast": "3 xULN"}, ["ast_uln"]),
    "limit in the other basis": ('ast > "120 U/L"', {"ast": "3 xULN", "ast_uln": "40.1 U/L"}, TRUE),
    "limit in the other basis, exact": ('ast > "120 U/L"', {"ast": "3 xULN", "ast_uln": "40 U/L"}, FALSE),
    "limit unknown": ('ast > "120 U/L"', {"ast": "3 xULN", "ast_uln": "unknown"}, UNCERTAIN),
    "a bound of the other basis": ('ast >= "120 U/L"', {"ast": "<3 xULN", "ast_uln": "40 U/L"}, FALSE),
    "two bases": ('ast <= "1.5 {xULN}" or ill == "yes" and ast <= "90 U/L"', {"ast": "2 xULN", "ill": "yes", "ast_uln": "45 U/L"}, TRUE),
    "an equal number is another one than a bound that leaves it out": ('weight == "60 kg"', {"weight": "<60 kg"}, FALSE),
}  # fmt: skip


@pytest.mark.parametrize(("rule", "typed", "expected"), CASES.values(), ids=CASES)
def test_numbers_are_compared(rule: str, typed: dict[str, str], expected: int | list[str]) -> None:
    judged = parse(rule, {each.id: each for each in PROTOCOL.questions}).judge(laid_out(PROTOCOL, typed))
    if isinstance(expected, list):
        assert (judged.low, judged.high) == (FALSE, TRUE)
        assert asked(PROTOCOL, judged.residual) == expected
    else:
        assert judged == (expected, expected, 0)


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        ("ast > weight", "ast in U/L cannot be compared with weight in kg"),
        ("ast > ill", "ast is a number and ill a choice; they cannot be compared"),
        ("ast > ast", "ast is compared with itself"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_a_sentence(rule: str, fault: str) -> None:
    with pytest.raises(RuleError) as refused:
        parse(rule, {each.id: each for each in PROTOCOL.questions})
    assert refused.value.fault == fault
    assert refused.value.remedy.startswith("Please ")
