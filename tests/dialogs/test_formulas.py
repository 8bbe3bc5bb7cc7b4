"""Numbers that are worked out from other answers: exactly, rounded half up, from whichever is known."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from itertools import product
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.answers import COMPUTED, UNKNOWN, Answer, Choice, Measurement
from dialogs.assessment import effective, judge, verdict
from dialogs.candidates import Row, evaluate_candidate, read_candidates
from dialogs.dialogue import EXCLUDED, REVIEW, Dialogue, Step, begin, replay
from dialogs.errors import ProtocolError
from dialogs.loading import parse_protocol
from dialogs.proofs.residual import left_over
from dialogs.protocol import Protocol
from dialogs.reading import Understood, read
from dialogs.reasons import what_failed
from dialogs.rules.arithmetic import Waiting
from dialogs.rules.functions import Unworkable, power, rounded
from dialogs.rules.judgement import members
from dialogs.wording import echo

HEAD: Final = """
    # A fictional trial.
    format = 2
    id = "FICTIONAL-FORMULAS"
    title = "Fictional"
    languages = ["en", "zh"]
"""


def number(name: str, formula: str = "", more: str = "", units: str = "kg") -> str:
    said = f'formula = """{formula}"""\n' if formula else ""
    return f"""
        [[question]]
        id = "{name}"
        ask = {{ en = "{name}?", zh = "{name}？" }}
        units = [{{ code = "{units}", label = {{ en = "{units}", zh = "{units}" }} }},
                 {{ code = "g", label = {{ en = "g", zh = "g" }}, scale = "0.001" }}]
        possible = [-1000, 100000]
        usual = [-100, 1000]
        {said}{more}
    """


SEX: Final = """
    [[question]]
    id = "sex"
    ask = { en = "Sex?", zh = "性别？" }
    options = [{ code = "female", text = { en = "Female", zh = "女" } }, { code = "male", text = { en = "Male", zh = "男" } }]
"""


def trial(formula: str, more: str = "", rule: str = 'whole < "10 kg"') -> Protocol:
    """A fictional trial of a whole that is worked out from `a`, `b`, `c` and a sex."""
    questions = "".join(map(number, "abc")) + SEX + number("whole", formula, more)
    every = 'a > "99999 kg" or b > "99999 kg" or c > "99999 kg" or sex == "male" and unclear'
    return parse_protocol(
        f"""{HEAD}{questions}
        [[criterion]]
        code = "E1"
        exclusion = "too little"
        rule = '''{rule}'''
        [[criterion]]
        code = "E2"
        exclusion = "every question is used"
        rule = '''whole > "99999 kg" and ({every})'''
        """,
        "fictional.toml",
    )


def of(protocol: Protocol, **typed: str | int) -> list[Answer | None]:
    answers: dict[str, Answer] = {}
    for name, text in typed.items():
        reading = read(protocol, protocol.question(name), f"{text} kg" if isinstance(text, int) else text)
        assert isinstance(reading, Understood), (text, reading)
        answers |= dict(reading.given)
    return effective(protocol, answers)


def worked(formula: str, **typed: str | int) -> str | list[str] | None:
    """The number that comes out; the questions that it waits for; or ``None``."""
    protocol = trial(formula)
    found = protocol.question("whole").formula
    assert found is not None
    result = found.work_out(of(protocol, **typed))
    if isinstance(result, Waiting):
        return [protocol.questions[place].id for place in members(result.places)]
    return None if result is None else str(result.value)


CASES: Final[dict[str, tuple[str, dict[str, str | int], str | list[str] | None]]] = {
    "in the order of arithmetic": ("a + b * c ** 2 - 1", {"a": 1, "b": 2, "c": 3}, "18.0"),
    "brackets and signs": ("-(a - b) / +c", {"a": 1, "b": 2, "c": 3}, "0.3"),
    "a power binds closer than a sign": ("-a ** 2", {"a": 3}, "-9.0"),
    "least and greatest": ("min(a, b, c) + max(a, b)", {"a": 1, "b": 2, "c": 3}, "3.0"),
    "an exact root": ("sqrt(a) + b ** (1 / 3)", {"a": 16, "b": 27}, "7.0"),
    "a power that is a fraction": ("a ** -1 * b ** (2 / 3)", {"a": 2, "b": 8}, "2.0"),
    "thirds that come together": ("a / 3 * 3 + 0.05 - 0.1", {"a": 25}, "25.0"),
    "a decimal is not a binary float": ("0.1 * 3 + a * 0 - 0.25", {"a": 1}, "0.1"),
    "half is rounded up": ("a / 100", {"a": 25}, "0.3"),
    "half below zero is rounded away from it": ("a / -100", {"a": 25}, "-0.3"),
    "any unit counts in the first": ("a / 2", {"a": "500 g"}, "0.3"),
    "by sex": ('(2 if sex == "female" else 3) * a', {"a": 5, "sex": "female"}, "10.0"),
    "by another sex": ('(2 if sex == "female" else 3) * a', {"a": 5, "sex": "male"}, "15.0"),
    "by a number": ("a if a < 5 and not b >= 2 else b", {"a": 4, "b": 1}, "4.0"),
    "in": ('a if sex in ("female", "male") else b', {"a": 4, "sex": "male"}, "4.0"),
    "not in": ('a if sex not in ("female",) else b', {"b": 4, "sex": "female"}, "4.0"),
    "nothing known": ("a + b", {}, ["a", "b"]),
    "one is missing": ("a + b", {"a": 4}, ["b"]),
    "what may be needed": ('a if sex == "female" else b', {}, ["a", "b", "sex"]),
    "what is needed then": ('a if sex == "female" else b', {"sex": "male"}, ["b"]),
    "one is unknown": ("a + b", {"a": "unknown"}, None),
    "unknown where it does not matter": ('a if sex == "female" else b', {"sex": "female", "a": 3, "b": "unknown"}, "3.0"),
    "a bound is no number": ("a + b", {"a": "<3 kg", "b": 1}, None),
    "the choice is unknown": ('a if sex == "female" else b', {"sex": "unknown", "a": 3, "b": 3}, None),
    "divided by zero": ("a / b", {"a": 3, "b": 0}, None),
    "root of a negative number": ("sqrt(a - b)", {"a": 1, "b": 2}, None),
    "zero to a negative power": ("a ** b", {"a": 0, "b": "-1 kg"}, None),
    "without end": ("a ** (b ** c)", {"a": 9, "b": 9, "c": 9}, None),
    "outside of what is possible": ("a * 1000", {"a": 500}, None),
}  # fmt: skip


@pytest.mark.parametrize(("formula", "typed", "expected"), CASES.values(), ids=CASES)
def test_a_number_is_worked_out(
    formula: str, typed: dict[str, str | int], expected: str | list[str] | None
) -> None:
    assert worked(formula, **typed) == expected


@given(st.fractions(-1000, 1000, max_denominator=2000), st.integers(0, 4))
def test_it_is_rounded_half_up(number: Fraction, decimals: int) -> None:
    wide = Context(prec=60)
    exact = wide.divide(Decimal(number.numerator), Decimal(number.denominator))
    expected = exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP, context=wide)
    assert rounded(number, decimals) == expected


@given(st.fractions(0, 100, max_denominator=100), st.integers(1, 4), st.integers(2, 6))
def test_a_root_that_is_a_fraction_is_found_exactly(number: Fraction, above: int, below: int) -> None:
    assert power(number**below, Fraction(above, below)) == number**above


@given(st.fractions("0.01", 100, max_denominator=100), st.fractions(-3, 3, max_denominator=1000))
def test_any_power_is_nearly_that_of_floats(number: Fraction, exponent: Fraction) -> None:
    try:
        found = power(number, exponent)
    except Unworkable:
        assert exponent.denominator == 1
        return
    assert float(found) == pytest.approx(float(number) ** float(exponent), rel=1e-9)


@pytest.mark.parametrize(
    ("formula", "fault"),
    [
        ("a +", "formula cannot be read at column"),
        ("wieght * 2", "there is no question wieght"),
        ("sex * 2", "sex is not answered by a number"),
        ("a.b", "'a.b' is not arithmetic"),
        ("abs(a)", "'abs(a)' is not arithmetic"),
        ("a // b", "'a // b' is not arithmetic"),
        ("sqrt(a, b)", "sqrt of 2 numbers"),
        ("max(a)", "max of 1 numbers"),
        ("2 * 3", "formula names no question"),
        ("'3' + a", "'3' is not a number"),
        ('a if sex == "girl" else b', "sex has no option 'girl'"),
        ('a if sex == [["male"]] else b', "sex has no option ['male']"),
        ('a if sex < "male" else b', "sex is a choice and is compared by"),
        ("a if b else c", "b has no option"),
        ("a if b is c else c", "numbers are compared by"),
        ("whole + 1", "whole is worked out from itself"),
        ("(" * 900 + "a" + ")" * 900, "formula cannot be read"),
    ],
)
def test_a_slip_in_a_formula_is_told(formula: str, fault: str) -> None:
    with pytest.raises(ProtocolError) as refused:
        trial(formula)
    assert [
        each
        for each in refused.value.faults
        if each.place == "question whole: formula" and fault in each.fault
    ]


def test_a_formula_of_a_choice_and_circles_of_several_are_refused() -> None:
    for text, fault in (
        (SEX.replace("options", 'formula = "a"\noptions'), "is of choice, and a formula gives a number"),
        (SEX + number("x", "y") + number("y", "x"), "x is worked out from itself, by way of y"),
    ):
        with pytest.raises(ProtocolError) as refused:
            parse_protocol(
                f"{HEAD}{number('a')}{text}\n[[criterion]]\ncode = 'E1'\nexclusion = 'e'\n", "f.toml"
            )
        assert any(each.fault == fault for each in refused.value.faults), refused.value


# in the dialogue ---------------------------------------------------------------------------------


def sum_of_a_and_b(rule: str) -> Protocol:
    """A fictional trial of a whole, its two parts and one other number, with one exclusion."""
    questions = "".join(map(number, "abc")) + number("whole", "a + b")
    rule = f"[[criterion]]\ncode = 'E1'\nexclusion = 'e'\nrule = '''{rule}'''\n"
    return parse_protocol(HEAD + questions + rule, "fictional.toml")


SUM: Final = sum_of_a_and_b('whole < "10 kg" and c < "5 kg"')
BY_ITSELF: Final = sum_of_a_and_b('a < "100 kg" and b < "100 kg" and whole < "10 kg" or c < "0 kg"')


def kilograms(value: int) -> Measurement:
    return Measurement("=", Decimal(value), "kg")


def answered(protocol: Protocol, **answers: Answer | int) -> Dialogue:
    """Answer what is asked, by these; whatever is worked out by itself is."""
    dialogue = begin(protocol)
    while dialogue.state not in (REVIEW, EXCLUDED):
        step = dialogue.by_itself
        if step is None:
            if dialogue.state not in answers:
                break
            answer = answers[dialogue.state]
            step = Step("answer", dialogue.state, kilograms(answer) if isinstance(answer, int) else answer)
        dialogue.take(step)
    return dialogue


def test_a_number_that_is_given_counts_and_its_parts_are_not_asked() -> None:
    dialogue = answered(SUM, c=3, whole=7)
    assert (dialogue.state, dialogue.applied) == (EXCLUDED, ["c", "whole"])


def test_a_number_that_is_to_be_worked_out_asks_its_parts() -> None:
    dialogue = answered(SUM, c=3, whole=COMPUTED)
    assert dialogue.state == "a"
    dialogue = answered(SUM, c=3, whole=COMPUTED, a=4, b=3)
    assert (dialogue.state, dialogue.applied) == (EXCLUDED, ["c", "whole", "a", "b"])
    assert dialogue.reasons[0].answers == (
        ("a", kilograms(4)), ("b", kilograms(3)), ("c", kilograms(3)), ("whole", COMPUTED),
    )  # fmt: skip


def test_the_whole_is_unknown_if_a_part_is_and_that_part_would_settle_it() -> None:
    dialogue = answered(SUM, c=3, whole=COMPUTED, a=4, b=UNKNOWN)
    assert (dialogue.verdict, dialogue.missing) == ("undetermined", ("b",))
    assert answered(SUM, c=3, whole=UNKNOWN).missing == ("whole",)


def test_what_comes_to_no_possible_number_is_itself_to_follow_up() -> None:
    dialogue = answered(SUM, c=3, whole=COMPUTED, a=60000, b=60000)
    assert (dialogue.verdict, dialogue.missing) == ("undetermined", ("whole",))
    dialogue.take(Step("save"))
    dialogue.take(Step("reopen"))
    dialogue.take(Step("answer", "whole", kilograms(12)))
    assert dialogue.verdict == "eligible"


def test_it_is_worked_out_by_itself_once_all_parts_are_known() -> None:
    dialogue = answered(BY_ITSELF, a=4, b=3, c=1)
    assert dialogue.answers["whole"] == COMPUTED
    assert dialogue.state == EXCLUDED
    assert answered(BY_ITSELF, a=4, b=Measurement("<", Decimal(3), "kg"), c=1).state == "whole"
    assert answered(BY_ITSELF, a=4, b=90, c=1).verdict == "eligible"


def test_it_is_not_worked_out_again_while_it_is_corrected() -> None:
    dialogue = answered(BY_ITSELF, a=4, b=3, c=1)
    dialogue.take(Step("correct", "whole"))
    assert dialogue.by_itself is None
    dialogue.take(Step("answer", "whole", kilograms(12)))
    assert (dialogue.state, dialogue.verdict) == (REVIEW, "eligible")


def test_back_from_a_part_leads_to_the_number_that_called_for_it() -> None:
    dialogue = answered(SUM, c=3, whole=COMPUTED, a=4)
    assert dialogue.state == "b"
    for question in ("a", "whole", "c"):  # which stands below its parts in the file, and is asked before them
        dialogue.take(Step("back"))
        assert dialogue.state == question


def test_what_remains_counts_the_whole_and_its_parts_once_it_is_to_be_worked_out() -> None:
    dialogue = answered(SUM)
    assert (dialogue.state, dialogue.remaining) == ("c", 2)
    assert answered(SUM, c=3).remaining == 1
    assert answered(SUM, c=3, whole=COMPUTED).remaining == 2
    assert answered(SUM, c=3, whole=COMPUTED, a=3).remaining == 1


def test_a_part_may_be_worked_out_itself() -> None:
    text = (
        HEAD
        + number("a")
        + number("b", "a * 2")
        + number("whole", "b + 1")
        + ("[[criterion]]\ncode = 'E1'\nexclusion = 'e'\nrule = 'whole < \"10 kg\"'\n")
    )
    protocol = parse_protocol(text, "fictional.toml")
    dialogue = answered(protocol, whole=COMPUTED, b=COMPUTED, a=4)
    assert (dialogue.applied, dialogue.state) == (["whole", "b", "a"], EXCLUDED)


def test_what_is_divided_by_may_be_worked_out() -> None:
    units = (
        '{ code = "mg", label = "mg", per = "surface", gives = "mg/m2" }, { code = "mg/m2", label = "mg/m2" }'
    )
    text = f"""
        format = 2
        id = "FICTIONAL-DOSE"
        title = "Fictional"
        [[question]]
        id = "dose"
        ask = "Dose?"
        units = [{units}]
        possible = [0, 10000]
        usual = [1, 1000]
        [[question]]
        id = "surface"
        use = "body_surface"
        bounds = false
        [[criterion]]
        code = "E1"
        exclusion = "too much"
        rule = 'dose > "75 mg/m2"'
    """
    protocol = parse_protocol(text, "fictional.toml")
    typed: dict[str, Answer] = {
        "dose": Measurement("=", Decimal(150), "mg"),
        "surface": COMPUTED,
        "height": Measurement("=", Decimal(180), "cm"),
        "body_weight": Measurement("=", Decimal(80), "kg"),
    }
    facts = effective(protocol, {key: typed[key] for key in ("dose", "surface")})
    asked = [protocol.questions[place].id for place in members(judge(protocol, 0, facts).residual)]
    assert sorted(asked) == ["body_weight", "height"]
    assert verdict([judge(protocol, 0, effective(protocol, typed))]) == "eligible"  # 150 mg / 2.00 m2
    typed["dose"] = Measurement("=", Decimal("150.1"), "mg")
    assert verdict([judge(protocol, 0, effective(protocol, typed))]) == "ineligible"


answers = st.one_of(
    st.just(UNKNOWN),
    st.integers(-5, 15).map(kilograms),
    st.builds(Measurement, st.sampled_from(["<", ">="]), st.integers(-5, 15).map(Decimal), st.just("kg")),
)
FORMULAS: Final = ["a + b", "a * b - c", 'a if sex == "female" else b / 2', "max(a, b) / c", "sqrt(a)"]
RULES: Final = [
    'whole < "10 kg"',
    'whole >= "3 kg" and c < "5 kg"',
    "whole > a",
    'a < "4 kg" or whole < "2 kg"',
]


@given(
    st.sampled_from(FORMULAS),
    st.sampled_from(RULES),
    st.tuples(answers, answers, answers, answers),
    st.data(),
)
def test_the_verdict_is_that_of_all_answers_whatever_was_asked_first(
    formula: str, rule: str, drawn: tuple[Answer, Answer, Answer, Answer], data: st.DataObject
) -> None:
    """The same from replay and from all answers at once; what is worked out is so by hand, too."""
    protocol = trial(formula, rule=rule)
    table: dict[str, Answer] = dict(zip(("a", "b", "c"), drawn, strict=False))
    table["sex"] = data.draw(st.sampled_from([UNKNOWN, Choice("female"), Choice("male")]))
    table["whole"] = data.draw(st.sampled_from([COMPUTED, COMPUTED, drawn[3]]))
    dialogue, steps = begin(protocol), []
    while dialogue.state != REVIEW:
        step = dialogue.by_itself or Step("answer", dialogue.state, table.get(dialogue.state))
        if dialogue.state == EXCLUDED:
            step = Step("continue" if dialogue.can("continue") else "finish")
        left = dialogue.remaining
        dialogue.take(step)
        assert dialogue.remaining <= left or step.kind == "continue"
        steps.append(step)
    facts = effective(protocol, dialogue.answers)
    judged = [judge(protocol, index, facts) for index in range(len(protocol.criteria))]
    assert dialogue.verdict == verdict(judged)
    assert replay(protocol, steps).judged == dialogue.judged


# evaluate, and in words --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("columns", "verdict"),
    [
        ("c,whole", {"3,7 kg": "ineligible", "3,12 kg": "eligible", "3,unknown": "undetermined"}),
        ("c,a,b", {"3,4 kg,3 kg": "ineligible", "3,4 kg,6 kg": "eligible", "3,4 kg,": "undetermined"}),
        ("c,a,b,whole", {"3,4 kg,6 kg,12 kg": "eligible", "3,4 kg,3 kg,computed": "ineligible"}),
    ],
)
def test_a_list_may_hold_the_whole_or_its_parts(columns: str, verdict: dict[str, str]) -> None:
    for index, (cells, expected) in enumerate(verdict.items()):
        text = f"name,{columns}\nX{index},{cells.replace('3,', '3 kg,', 1)}\n"
        (row,) = read_candidates(SUM, text)
        assert isinstance(row, Row)
        assert not row.faults
        assert f'"verdict": "{expected}"' in evaluate_candidate(SUM, row)


def test_it_is_said_with_its_parts() -> None:
    whole = SUM.question("whole")
    for facts, english, chinese in (
        (of(SUM, a=4, b="<3 kg", whole="computed"), "cannot be worked out: b <3 kg", "无法计算：b<3 kg"),
        (of(SUM, a=4, whole="computed"), "to be worked out", "待计算"),
        (of(SUM, a=4, b=3, whole="work it out"), "7.0 kg from a 4 kg, b 3 kg", "7.0 kg（根据a4 kg、b3 kg计算）"),
    ):  # fmt: skip
        assert echo(SUM, whole, COMPUTED, facts, "en") == english
        assert echo(SUM, whole, COMPUTED, facts, "zh") == chinese
    facts = of(SUM, a=4, b=3, c=1, whole="computed")
    assert what_failed(SUM, SUM.criteria[0], facts, "en") == "whole below 10 kg and c below 5 kg"


@pytest.mark.parametrize(
    ("formula", "situations"),
    [
        pytest.param("a + b + c", 5, id="a sum so far"),
        pytest.param("a + 2 * b + c", 7, id="a sum of products"),
        pytest.param("max(a, b) - c", 3, id="the highest so far"),
        pytest.param("(a + c) * b", 9, id="nothing can be worked out yet"),
    ],
)
def test_parts_that_come_to_the_same_so_far_leave_the_same(formula: str, situations: int) -> None:
    """Whatever is answered further comes to the same, so that one of these dialogues stands for all."""
    protocol = trial(formula, rule='whole < "3 kg"')
    node = protocol.criteria[0].rule.node
    comes_to: dict[object, set[tuple[int, ...]]] = {}
    for a, b in product((0, 1, 2), repeat=2):
        left = left_over(node, of(protocol, whole="computed", a=f"{a} kg", b=f"{b} kg")).left
        every = [of(protocol, whole="computed", a=f"{a} kg", b=f"{b} kg", c=f"{c} kg") for c in range(-9, 9)]
        comes_to.setdefault(left, set()).add(tuple(node.judge(facts).low for facts in every))
    assert len(comes_to) == situations
    assert all(len(judged) == 1 for judged in comes_to.values())


@pytest.mark.parametrize(("language", "told"), [("en", "14 points (9 items)"), ("zh", "14分（由9项计算）")])
def test_a_sum_of_many_items_is_told_with_their_count(language: str, told: str) -> None:
    trial = parse_protocol(
        'format = 2\nid = "FICTION"\nlanguages = ["en", "zh"]\ntitle = { en = "Fictional", zh = "虚构" }\n'
        '[[question]]\nuse = "phq9"\n'
        '[[criterion]]\ncode = "I1"\ninclusion = "PHQ-9 of 15 or more"\nrule = "phq9 >= 15"\n',
        "fiction.toml",
    )
    facts: list[Answer | None] = [None] * len(trial.questions)
    facts[trial.position["phq9"]] = COMPUTED
    for item in range(1, 10):
        question = trial.question(f"phq9_{item}")
        code = "1" if item > 5 else "2"
        facts[trial.position[question.id]] = (
            Choice(code) if question.options else Measurement("=", Decimal(code), question.units[0].code)
        )
    said = echo(trial, trial.question("phq9"), COMPUTED, facts, language)
    assert said == told
