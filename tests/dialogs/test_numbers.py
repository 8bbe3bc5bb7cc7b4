"""Numbers in rules: in every unit, against limits in another basis, and against each other."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import product
from operator import eq, ge, gt, le, lt, ne
from typing import Final, get_args

import pytest
from hypothesis import given as hypothesis_given
from hypothesis import strategies as st

from dialogs import assessment
from dialogs.answers import Answer, Choice, Measurement, Relation, decode, encode
from dialogs.errors import ProtocolError
from dialogs.loading import parse_protocol
from dialogs.loading.rules.parsing import RuleError, parse
from dialogs.protocol import Protocol
from dialogs.reading import Proposal, Refused, Understood, propose_again, read
from dialogs.rules.judgement import FALSE, TRUE, UNCERTAIN, members
from dialogs.wording import echo


def question(name: str, kind: str, keys: str) -> str:
    return f'[[question]]\nid = "{name}"\nask = "{name}"\nkind = "{kind}"\n{keys}\n'


def enzyme(name: str) -> str:
    ranges = 'possible = [0, 100000]\nusual = ["0.1", 500]'
    unit = '{{ code = "{0}", label = "{0}"{1} }}'.format
    divided = f', per = "{name}_uln", gives = "{{xULN}}"'
    measured = [unit("U/L", ", scale = 1" + divided), unit("ukat/L", ", scale = 60" + divided)]
    multiple = unit("{xULN}", ', spellings = ["xULN"]')
    value = question(
        name,
        "quantity",
        f"units = [{', '.join([*measured, multiple])}]\n{ranges}\n"
        'shortcuts = [{ code = "within_normal", text = "Normal", means = "<=1 {xULN}" }]',
    )
    plain = ", ".join(unit(code, f", scale = {scale}") for code, scale in (("U/L", 1), ("ukat/L", 60)))
    return value + question(
        f"{name}_uln", "quantity", f'units = [{plain}]\n{ranges}\nunit_of = "{name}"\nbounds = false'
    )


def number(name: str, unit: str) -> str:
    ranges = "possible = [0, 1000]\nusual = [1, 100]"
    return question(name, "quantity", f'units = [{{ code = "{unit}", label = "{unit}" }}]\n{ranges}')


QUESTIONS: Final = "".join(
    (enzyme("ast"), enzyme("alt"), number("weight", "kg"), question("ill", "yes_no", ""))
)
EVERY: Final = 'ast > "9999 U/L" or alt > "9999 U/L" or weight > "500 kg" or ill == "yes"'


def trial(rule: str, questions: str = QUESTIONS) -> Protocol:
    head = 'format = 2\nid = "FICTIONAL-NUMBERS"\ntitle = "Fictional"\n'
    criterion = f"[[criterion]]\ncode = 'E1'\nexclusion = 'words'\nrule = '''{rule}'''\n"
    return parse_protocol(head + questions + criterion, "fictional.toml")


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


# against a slow evaluator -----------------------------------------------------------------------

UNITS: Final = {"U/L": Fraction(1), "ukat/L": Fraction(60)}
RELATIONS: Final = get_args(Relation)
SIGNS: Final = {"<": lt, "<=": le, ">": gt, ">=": ge, "==": eq, "!=": ne}
small = st.sampled_from([Decimal(n) for n in ("0.5", "1", "2", "30", "60", "120")])
limits = st.builds(Measurement, st.just("="), small, st.sampled_from(sorted(UNITS)))
values = st.one_of(
    st.just(Choice("within_normal")),
    st.builds(Measurement, st.sampled_from(RELATIONS), small, st.sampled_from([*UNITS, "{xULN}"])),
)


def could_be(answer: Answer, uln: Measurement) -> list[Fraction]:
    """Numbers in U/L that an answer can be: near each end of every other one, and far away."""
    if isinstance(answer, Choice):
        answer = Measurement("<=", Decimal(1), "{xULN}")
    assert isinstance(answer, Measurement)
    multiple = Fraction(uln.value) * UNITS[uln.unit]
    bound = Fraction(answer.value) * (UNITS.get(answer.unit, multiple))
    near = {bound + sign * step for step in (0, Fraction(1, 10**6), 10**6) for sign in (1, -1)}
    return [n for n in near if (SIGNS["==" if answer.relation == "=" else answer.relation])(n, bound)]


def slowly(sign: str, ones: list[Fraction], others: list[Fraction]) -> int:
    """Compare all that one can be with all that the other can be: with ends that meet, or far apart."""
    found = {
        SIGNS[sign](a, b) for a in {*ones, *within(ones, others)} for b in {*others, *within(others, ones)}
    }
    return UNCERTAIN if len(found) > 1 else TRUE if found == {True} else FALSE


def within(numbers: list[Fraction], others: list[Fraction]) -> set[Fraction]:
    """Those of the others that lie between the least and the greatest."""
    return {other for other in others if min(numbers) <= other <= max(numbers)}


def given(**answers: Answer) -> list[Answer | None]:
    return [answers.get(each.id) for each in PROTOCOL.questions]


@hypothesis_given(st.sampled_from(sorted(SIGNS)), values, values, limits, limits)
def test_two_numbers_are_compared_as_all_that_they_can_be(
    sign: str, ast: Answer, alt: Answer, ast_uln: Measurement, alt_uln: Measurement
) -> None:
    facts = given(ast=ast, alt=alt, ast_uln=matching(ast_uln, ast), alt_uln=matching(alt_uln, alt))
    judged = parse(f"ast {sign} alt", {each.id: each for each in PROTOCOL.questions}).judge(facts)
    expected = slowly(sign, could_be(ast, ast_uln), could_be(alt, alt_uln))
    assert judged == (expected, expected, 0)


@pytest.mark.parametrize("unit", [*UNITS, "{xULN}"])
@pytest.mark.parametrize("sign", SIGNS)
def test_a_number_is_compared_with_a_limit_in_any_basis(sign: str, unit: str) -> None:
    """Of every kind and unit, close to the limit and far from it."""
    questions = {each.id: each for each in PROTOCOL.questions}
    for limit in map(Decimal, ("0.5", "2", "60")):
        rule = parse(f'ast {sign} "{limit} {unit}"', questions)
        for uln, relation, number, code in product(
            ("1", "30"), RELATIONS, ("0.5", "2", "60"), (*UNITS, "{xULN}")
        ):
            ast = Measurement(relation, Decimal(number), code)
            fitting = matching(Measurement("=", Decimal(uln), "U/L"), ast)
            expected = slowly(sign, could_be(ast, fitting), could_be(Measurement("=", limit, unit), fitting))
            judged = rule.judge(given(ast=ast, ast_uln=fitting))
            assert judged == (expected, expected, 0), (ast, fitting, limit)


def matching(uln: Measurement, value: Answer) -> Measurement:
    """A ULN in the unit of its value, as it is asked."""
    in_units = isinstance(value, Measurement) and value.unit in UNITS
    return replace(uln, unit=value.unit) if in_units and isinstance(value, Measurement) else uln


# below zero, and units that are shifted ----------------------------------------------------------

SHIFTED: Final = parse_protocol(
    """
    format = 2
    id = "FICTIONAL-SHIFTED"
    title = "Fictional"
    [[question]]
    use = "bone_density_t"
    [[question]]
    use = "temperature"
    [[question]]
    use = "hba1c"
    [[criterion]]
    code = "I1"
    inclusion = "T-score of -2.5 or lower"
    rule = 'bone_density_t <= "-2.5 {SD}"'
    [[criterion]]
    code = "E1"
    exclusion = "fever"
    rule = 'temperature > "38.0 Cel"'
    [[criterion]]
    code = "I2"
    inclusion = "HbA1c of 7 % or more"
    rule = 'hba1c >= "7 %"'
    """,
    "fictional.toml",
)


@pytest.mark.parametrize(
    ("name", "typed", "status"),
    [
        ("bone_density_t", "-2.5", "met"),
        ("bone_density_t", "−2.5", "met"),
        ("bone_density_t", "–2,5", "met"),
        ("bone_density_t", "-2.49", "failed"),
        ("bone_density_t", "<-2.5", "met"),
        ("bone_density_t", "> -2.5", "failed"),
        ("bone_density_t", "<=-2", "unknown"),
        ("bone_density_t", "+1.2", "failed"),
        ("bone_density_t", "-0", "failed"),
        ("temperature", "100.4 °F", "met"),
        ("temperature", "100.5 °F", "failed"),
        ("temperature", "38 °C", "met"),
        ("temperature", "38.01 °C", "failed"),
        ("hba1c", "53 mmol/mol", "met"),
        ("hba1c", "52.9 mmol/mol", "failed"),
    ],
)
def test_numbers_below_zero_and_shifted_units_are_judged(name: str, typed: str, status: str) -> None:
    facts = laid_out(SHIFTED, {name: typed})
    index = SHIFTED.position[name]
    assert assessment.status(assessment.judge(SHIFTED, index, facts)) == status


@pytest.mark.parametrize("typed", ["-2.5", "<-2.5", "-0.0", "-7", "+2.40"])
def test_what_is_stored_of_a_number_below_zero_is_read_back(typed: str) -> None:
    (answer,) = (fact for fact in laid_out(SHIFTED, {"bone_density_t": typed}) if fact is not None)
    assert decode(*encode(answer)) == answer
    assert encode(answer)[0] == typed.removeprefix("+").replace("-0.0", "0.0")


@pytest.mark.parametrize("typed", ["-38 °C", "+38 °C", "<-38 °C", "−38 °C"])
def test_a_sign_is_refused_where_nothing_can_be_negative(typed: str) -> None:
    assert read(SHIFTED, SHIFTED.question("temperature"), typed) == Refused("sign")


def test_an_unusual_number_below_zero_is_asked_about_and_read_again() -> None:
    question = SHIFTED.question("bone_density_t")
    proposal = read(SHIFTED, question, "-8.5")
    assert isinstance(proposal, Proposal)
    assert proposal.why == "unusual"
    assert propose_again(SHIFTED, question, proposal.entered) == proposal
    assert read(SHIFTED, question, "-11") == Refused(
        "impossible", {"value": "-11", "unit": "{SD}", "low": "-10", "high": "10"}
    )


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("temperature", "100.4 °F", "100.4 °F = 38 °C"),
        ("temperature", "100 °F", "100 °F ≈ 37.78 °C"),
        ("hba1c", "53 mmol/mol", "53 mmol/mol ≈ 7.0004 %"),
        ("bone_density_t", "-2.5", "-2.5 SD"),
    ],
)
def test_what_was_understood_is_shown_in_the_first_unit(name: str, typed: str, said: str) -> None:
    facts = laid_out(SHIFTED, {name: typed})
    question = SHIFTED.question(name)
    answer = facts[SHIFTED.position[name]]
    assert answer is not None
    assert echo(SHIFTED, question, answer, facts, "en").startswith(said)


@hypothesis_given(st.decimals(-10, 10, places=2), st.decimals(-10, 10, places=2))
def test_a_shifted_unit_is_compared_as_its_number_in_the_first(value: Decimal, limit: Decimal) -> None:
    """°F against °C, without rounding: ``F * 5/9 - 160/9``, all times 9."""
    value, limit = value + 100, limit + 38
    rule = parse(f'temperature > "{limit} Cel"', {q.id: q for q in SHIFTED.questions})
    facts: list[Answer | None] = [None] * len(SHIFTED.questions)
    facts[1] = Measurement("=", value, "[degF]")
    assert rule.judge(facts).low == (TRUE if value * 5 - 160 > limit * 9 else FALSE)


@pytest.mark.parametrize(
    ("keys", "fault"),
    [
        ("scale = 0", "0 is not above 0"),
        ("scale = -1", "-1 is not above 0"),
        ("offset = 3", "goes with a scale"),
        ('scale = "5/0.0/9"', "is not an exact number"),
        ('scale = 2, offset = 1, per = "weight", gives = "kg"', "does not go with per"),
    ],
)
def test_a_unit_that_cannot_be_converted_is_refused(keys: str, fault: str) -> None:
    unit = f'{{ code = "g", label = "g", {keys} }}'
    first = '{ code = "kg", label = "kg" }'
    ranges = "possible = [0, 1000]\nusual = [1, 100]"
    with pytest.raises(ProtocolError) as refused:
        trial(EVERY, QUESTIONS + question("mass", "quantity", f"units = [{first}, {unit}]\n{ranges}"))
    assert any(fault in each.fault for each in refused.value.faults)


def test_what_is_divided_by_can_not_be_negative() -> None:
    below = QUESTIONS.replace('unit_of = "ast"', "# any unit").replace(
        "possible = [0, 100000]", "possible = [-5, 100000]"
    )
    with pytest.raises(ProtocolError) as refused:
        trial(EVERY, below)
    assert any("can be negative" in each.fault for each in refused.value.faults)
