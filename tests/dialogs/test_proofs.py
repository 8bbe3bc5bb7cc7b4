"""What is proved about a protocol is so: held against dialogues that are played one by one."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogs.answers import COMPUTED, UNKNOWN, Answer, Choice, Measurement, Selection
from dialogs.dialogue import EXCLUDED, REVIEW, Dialogue, Step, begin, replay
from dialogs.errors import AnswerError, ProtocolError
from dialogs.loading import load, parse_protocol, parse_stored
from dialogs.proofs import explore, outcomes, representatives, samples
from dialogs.proofs.numbers import numbers
from dialogs.proofs.outcomes import met
from dialogs.proofs.pairs import apart, related
from dialogs.proofs.representatives import told_apart
from dialogs.protocol import Protocol
from dialogs.rules.judgement import TRUE, union
from dialogs.warnings import warnings
from tests.dialogs.every_kind import files
from tests.dialogs.large import CRITERIA, QUESTIONS, SHAPES, large
from tests.dialogs.made_up import protocols
from tests.dialogs.small import small
from tests.dialogs.test_every_kind import built
from tests.dialogs.test_reachable import any_answer

PLENTY = 10**9


def goes_on(dialogue: Dialogue) -> str:
    """Go on after an exclusion; return what is asked then."""
    if dialogue.state == EXCLUDED:
        dialogue.take(Step("continue" if dialogue.can("continue") else "finish"))
    return dialogue.state


def by_playing(protocol: Protocol, steps: list[Step]) -> tuple[set[tuple[str, str]], int]:
    """Slow and obvious: give every answer to every question that is asked; return the arrows and the longest way."""
    arrows, longest = set[tuple[str, str]](), 0
    asked = goes_on(replay(protocol, steps))
    if asked == REVIEW:
        return arrows, longest
    for option in (UNKNOWN, Choice("yes"), Choice("no")):
        dialogue = replay(protocol, steps)
        goes_on(dialogue)
        taken = [
            *steps,
            *(
                [Step("continue")]
                if dialogue.further and not any(s.kind == "continue" for s in steps)
                else []
            ),
        ]
        taken.append(Step("answer", asked, option))
        following = goes_on(replay(protocol, taken))
        arrows |= {(asked, following)} if following != REVIEW else set()
        further, more = by_playing(protocol, taken)
        arrows, longest = arrows | further, max(longest, more + 1)
    return arrows, longest


@settings(max_examples=25)
@given(small())
def test_all_dialogues_are_found_as_by_playing_each(protocol: Protocol) -> None:
    found = explore(protocol, PLENTY)
    arrows, longest = by_playing(protocol, [])
    assert found.complete
    assert (set(found.follows), found.longest) == (arrows, longest)


@settings(max_examples=25)
@given(protocols(), st.integers())
def test_whatever_is_answered_only_arrows_that_were_found_are_taken(protocol: Protocol, seed: int) -> None:
    """Answers of all kinds, bounds too: one of the representatives leads the same way."""
    random = Random(seed)
    found = explore(protocol, 20_000)
    if not found.complete:
        return
    for _ in range(10):
        dialogue, asked = begin(protocol), 0
        while (question := goes_on(dialogue)) != REVIEW:
            answer = any_answer(protocol.question(question), random)
            try:
                dialogue.take(Step("answer", question, answer))
            except AnswerError:
                dialogue.take(Step("answer", question, UNKNOWN))
            asked += 1
            following = goes_on(dialogue)
            assert following == REVIEW or (question, following) in found.follows
        assert asked <= found.longest


@pytest.mark.parametrize("shape", SHAPES)
def test_a_large_protocol_is_checked_within_its_steps(shape: str) -> None:
    """However the rules are joined; nearly every question is seen to be asked, and nothing is said to be complete."""
    protocol = parse_protocol(large(shape), "large.toml")
    assert (len(protocol.criteria), len(protocol.questions)) == (CRITERIA, QUESTIONS)
    found = explore(protocol, 60_000)
    used = union(protocol.used).bit_count()
    assert not found.complete
    assert used * 0.7 <= len(found.asked) <= used
    assert used * 0.7 <= found.longest <= found.at_most == used


@given(files())
@settings(max_examples=60)
def test_made_up_patients_only_spare_a_search(raw: dict[str, Any]) -> None:
    """Which criterion follows from which is the same as without them."""
    protocol = built(raw)
    searched = list(related(protocol, 50_000))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(samples, "PATIENTS", 0)
        assert searched == list(related(protocol, 50_000))


@given(files(), st.integers())
@settings(max_examples=60)
def test_nobody_meets_both_of_criteria_that_are_said_to_be_apart(raw: dict[str, Any], seed: int) -> None:
    """And made-up patients only spare a search."""
    protocol, random = built(raw), Random(seed)
    found = list(apart(protocol, 50_000))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(samples, "PATIENTS", 0)
        assert list(apart(protocol, 50_000)) == found
    for _ in range(50 if found else 0):
        facts = [any_answer(question, random) for question in protocol.questions]
        for pair in found:
            assert not all(met(each).judge(facts)[0] == TRUE for each in pair)


PAIRS = {
    "women and men": (('sex == "female" and age_years <= 40', 'sex == "male" and age_years <= 50'), ["I2"]),
    "ages": (("age_years >= 70", "18 <= age_years <= 65"), ["I2"]),
    "one of each": (("smoker", "not smoker"), ["I2"]),
    "of some only": (('sex == "male" or age_years <= 40', 'sex == "female" or age_years <= 50'), []),
    "a limit in common": (("age_years >= 65", "age_years <= 65"), []),
    "left open by the record": (("smoker", "not smoker and unclear"), []),
    "several that exclude nobody alone": (("age_years >= 18", "age_years >= 18"), []),
}


@pytest.mark.parametrize("parts", [("", ""), ('parts = ["A"]', 'parts = ["B"]'), ('parts = ["A"]', "")])
@pytest.mark.parametrize(("rules", "codes"), PAIRS.values(), ids=PAIRS)
def test_criteria_of_one_part_that_nobody_meets_together_are_found(
    rules: tuple[str, str], codes: list[str], parts: tuple[str, str]
) -> None:
    head = 'format = 2\nid = "EX-APART"\nversion = "1"\ntitle = "Made up"\n'
    named = [f'[[part]]\ncode = "{each}"\nname = "{each}"\n' for each in "AB"]
    asked = '[[question]]\nid = "smoker"\nask = "Smoker?"\n'
    criteria = [
        f"[[criterion]]\ninclusion = 'Words'\nrule = '{rule}'\n{part}\n"
        for rule, part in zip(rules, parts, strict=True)
    ]
    last = '[[criterion]]\nexclusion = "Stroke"\n'
    protocol = parse_protocol("\n".join([head, *named, asked, *criteria, last]), "made up")
    found = [one.code for one, _ in apart(protocol, 50_000)]
    assert found == ([] if all(parts) else codes)
    assert [
        each for each in warnings(protocol, 100, 4096) if "leaves out everybody" in str(each)
    ] != [] or not found


@pytest.mark.parametrize("shape", ["clauses", "labs"])
def test_a_comparison_that_many_rules_have_is_read_once(shape: str) -> None:
    protocol = parse_protocol(large(shape), "large.toml")
    leaves = [leaf for criterion in protocol.criteria for leaf in criterion.rule.node.leaves()]
    assert len(leaves) > 1000
    assert len({*leaves}) == len({told_apart(leaf) for leaf in leaves})


def test_a_large_protocol_is_checked_by_the_same_dialogues_every_time() -> None:
    protocol = parse_protocol(large("any of twenty"), "large.toml")
    found = explore(protocol, 20_000)
    assert len(found.asked) == QUESTIONS == found.longest
    assert found == explore(protocol, 20_000)


def test_the_shipped_protocol_is_played_through() -> None:
    protocol = load("NCT04420494")
    found = explore(protocol)
    assert found.complete
    assert found.asked == set(protocol.position)
    assert {outcome.finding for outcome in outcomes(protocol, 10_000)} == {"possible"}


def test_a_score_of_nine_items_is_played_through() -> None:
    protocol = load("EXAMPLE-MDD")
    found = explore(protocol, 60_000)
    assert found.complete
    assert found.asked == set(protocol.position)


LVEF = """format = 2
id = "EX-LVEF"
title = "A fictional trial"
[[question]]
id = "lvef"
ask = "LVEF?"
kind = "quantity"
possible = [10, 90]
usual = [50, 75]
units = [
  { code = "%", label = "%", per = "lower", gives = "xLLN" },
  { code = "xLLN", label = "x LLN", possible = ["0.1", "3"], usual = ["0.5", "1.5"] },
]
[[question]]
id = "lower"
ask = "Its lower limit?"
kind = "quantity"
unit_of = "lvef"
bounds = false
possible = LIMITS
usual = [50, 60]
units = [{ code = "%", label = "%" }, { code = "xLLN", label = "x LLN" }]
[[criterion]]
code = "E1"
exclusion = "Words"
rule = 'RULE'
"""


@pytest.mark.parametrize(
    ("rule", "impossible"),
    [
        pytest.param('lvef < "1 xLLN"', set(), id="a divisor in the middle"),
        pytest.param('lvef < "0.13 xLLN" and lvef > "10 %"', set(), id="the highest divisor only"),
        pytest.param('lvef >= "2.9 xLLN"', set(), id="the lowest divisor only"),
        pytest.param(
            'lvef >= "2.9 xLLN" and lower > "30 % = 30 xLLN"', set(), id="both questions in one rule"
        ),
        pytest.param('lvef >= "1 xLLN" and lvef < "1 xLLN"', {"failed"}, id="at once below and above"),
        pytest.param('lvef >= "0.1 xLLN"', {"passed"}, id="whatever the divisor"),
        pytest.param('lvef >= "3.1 xLLN"', {"failed"}, id="beyond every divisor"),
        pytest.param(
            'lvef >= "2 xLLN" and lvef < "60 %" and lower >= "30 % = 30 xLLN"', {"failed"}, id="only by both"
        ),
    ],
)
def test_a_limit_is_impossible_only_if_no_possible_divisor_reaches_it(
    rule: str, impossible: set[str]
) -> None:
    text = LVEF.replace("RULE", rule).replace("LIMITS", "[30, 80]")
    assert {word for word in ("failed", "passed") if f"can never be {word}" in refused(text)} == impossible
    if not impossible:
        found = outcomes(parse_protocol(text, "lvef.toml"), 100_000)
        assert {outcome.finding for outcome in found} == {"possible"}


def test_points_that_differ_by_rounding_only_have_a_number_between_them() -> None:
    text = 'format = 2\nid = "EX-1"\ntitle = "A fictional trial"\n'
    text += (
        '[[criterion]]\ncode = "I1"\ninclusion = "Words"\nrule = "last_radiotherapy > last_chemotherapy"\n'
    )
    (asked, _) = parse_protocol(text, "since.toml").questions
    point = Decimal(300_000) / 7
    assert point in numbers(asked, asked.units[0], [point, point.next_plus()])


UNCLEAR = {
    "met or unclear": ('lvef >= "40 %" or unclear', None),
    "failed or unclear": ('lvef >= "40 %" and unclear', None),
    "never met, whatever is unclear": ('lvef < "40 %" and lvef > "50 %" and unclear', "can never be met"),
    "never failed, whatever is unclear": ('lvef < "40 %" or lvef > "30 %" or unclear', "can never be failed"),
}


@pytest.mark.parametrize(("rule", "fault"), UNCLEAR.values(), ids=UNCLEAR)
def test_what_the_record_leaves_open_need_not_be_met_and_failed(rule: str, fault: str | None) -> None:
    text = f"""format = 2
    id = "EX-1"
    title = "A fictional trial"
    [[criterion]]
    code = "I1"
    inclusion = "Words"
    rule = '{rule}'
    """
    if fault is None:
        assert parse_protocol(text, "unclear.toml").criteria
    else:
        assert fault in refused(text)


def test_what_was_accepted_once_is_not_proved_anew() -> None:
    text = LVEF.replace("RULE", 'lvef >= "3.1 xLLN"').replace("LIMITS", "[30, 80]")
    assert "can never be failed" in refused(text)
    assert parse_stored(text, "lvef.toml").id == "EX-LVEF"


def refused(text: str) -> str:
    """Load a protocol; return why it is refused."""
    try:
        parse_protocol(text, "lvef.toml")
    except ProtocolError as error:
        return str(error)
    return ""


def trial(*questions: str, **rules: str) -> Protocol:
    """Load a fictional trial of some questions, and of exclusions by their codes."""
    text = 'format = 2\nid = "EX-1"\ntitle = "A fictional trial"\n' + "".join(
        f"[[question]]\n{question}\n" for question in questions
    )
    text += "".join(
        f'[[criterion]]\ncode = "{code}"\nexclusion = "Words"\nrule = \'{rule}\'\n'
        for code, rule in rules.items()
    )
    return parse_protocol(text, "trial.toml")


def ticking(options: int) -> Protocol:
    """Each option that is ticked asks a question of its own."""
    listed = ", ".join(f'{{ code = "o{at}", text = "Option {at}" }}' for at in range(options))
    rules = {f"E{at}": f'"o{at}" in drugs and x{at}' for at in range(options)}
    asked = [f'id = "x{at}"\nask = "X{at}?"' for at in range(options)]
    return trial(f'id = "drugs"\nkind = "several"\nask = "Drugs?"\noptions = [{listed}]', *asked, **rules)


BMI = 'bmi > "25.3 kg/m2" and bmi < "25.9 kg/m2" and (fever or unclear)'
FEVER = 'id = "fever"\nask = "Fever?"'
SAMPLES = {
    "six options": (ticking(6), True),
    "eight options": (ticking(8), False),
    "a number that is answered": (trial('use = "body_weight"', E1='body_weight > "80 kg"'), True),
    "a number that is worked out from others": (trial('use = "bmi"', FEVER, E1=BMI), False),
    "a score of few points": (trial('use = "gad7"', E1="gad7 > 10"), True),
    "a value and its limit": (trial('use = "alt"', E1='alt > "2 {xULN}"'), True),
    "three numbers that are compared": (
        trial(E1="last_stroke < last_mi", E2="last_mi < last_major_surgery"),
        False,
    ),
}


@pytest.mark.parametrize(("protocol", "all_are_played"), SAMPLES.values(), ids=SAMPLES)
def test_dialogues_are_complete_only_where_the_answers_tried_stand_for_all(
    protocol: Protocol, all_are_played: bool
) -> None:
    found = explore(protocol, PLENTY)
    assert found.complete == all_are_played
    assert found.longest <= found.at_most == union(protocol.used).bit_count()


@pytest.mark.parametrize(
    ("protocol", "answers"),
    [
        pytest.param(ticking(8), [Selection(("o0", "o2")), Choice("no")], id="two of eight"),
        pytest.param(
            SAMPLES["a number that is worked out from others"][0],
            [COMPUTED, Measurement("=", Decimal(72), "kg"), Measurement("=", Decimal(168), "cm")],
            id="a BMI of 25.5",
        ),
    ],
)
def test_a_dialogue_takes_arrows_of_its_own_only_where_not_all_were_found(
    protocol: Protocol, answers: list[Answer]
) -> None:
    found, dialogue = explore(protocol, PLENTY), begin(protocol)
    before = dialogue.state
    for answer in answers:
        before = dialogue.state
        dialogue.take(Step("answer", before, answer))
    assert (before, dialogue.state) not in found.follows
    assert not found.complete


@pytest.mark.parametrize("value", [Choice("within_normal"), Measurement("<=", Decimal(1), "{xULN}")], ids=str)
def test_what_stands_for_a_limit_stands_for_it_whichever_way_the_value_was_answered(value: Answer) -> None:
    protocol = trial('use = "alt"', E1='alt > "40 U/L"', E2='alt > "50 U/L"')

    def comes_to(upper: Answer) -> tuple[int, ...]:
        return tuple(criterion.rule.judge([value, upper]).low for criterion in protocol.criteria)

    limits = [Measurement("=", Decimal(number), "U/L") for number in range(10, 101)]
    assert {comes_to(limit) for limit in representatives(protocol, 1, [value, None])} >= {
        *map(comes_to, limits)
    }


@pytest.mark.parametrize(
    ("rule", "shown"),
    [
        pytest.param("age_years >= 16", {"met"}, id="failed only where what it requires fails, too"),
        pytest.param("age_years >= 21", {"met", "failed"}, id="failed by those who meet what it requires"),
    ],
)
def test_a_criterion_is_shown_to_fail_only_where_what_it_requires_does_not(
    rule: str, shown: set[str]
) -> None:
    text = f"""format = 2
id = "EX-1"
title = "A fictional trial"
[[criterion]]
code = "I1"
inclusion = "Words"
rule = "age_years >= 18"
[[criterion]]
code = "I2"
inclusion = "Words"
rule = "{rule}"
requires = "I1"
"""
    found = [
        each for each in outcomes(parse_protocol(text, "ages.toml"), 10_000) if each.criterion.code == "I2"
    ]
    assert {each.said for each in found if each.finding == "possible"} == shown
    assert {each.finding for each in found} <= {"possible", "unjudged"}


@pytest.mark.parametrize(
    ("rule", "finding"), [("age_years >= 19", "unjudged"), ("age_years >= 23", "possible")], ids=str
)
def test_what_is_required_of_what_is_required_counts(rule: str, finding: str) -> None:
    criterion = '[[criterion]]\ncode = "I{}"\ninclusion = "Words"\nrule = "{}"\n{}'
    rules = [("age_years >= 20", ""), ("age_years != 22", 'requires = "I1"\n'), (rule, 'requires = "I2"\n')]
    listed = "".join(criterion.format(number, *each) for number, each in enumerate(rules, 1))
    protocol = parse_protocol(f'format = 2\nid = "EX"\ntitle = "Fictional"\n{listed}', "ages.toml")
    found = {(each.criterion.code, each.said): each.finding for each in outcomes(protocol, 10_000)}
    assert found["I3", "failed"] == finding


@pytest.mark.parametrize(
    ("required", "rule", "finding"),
    [
        ("age_years >= 18 and unclear", "age_years >= 21", "possible"),
        ("age_years >= 18 and unclear", "age_years >= 16", "unjudged"),
        ("age_years >= 18 or unclear", "age_years >= 16", "possible"),
        ("unclear", "age_years >= 16", "possible"),
    ],
    ids=str,
)
def test_a_criterion_is_judged_where_the_record_leaves_open_what_it_requires(
    required: str, rule: str, finding: str
) -> None:
    criterion = '[[criterion]]\ncode = "I{}"\ninclusion = "Words"\nrule = "{}"\n{}'
    listed = criterion.format(1, required, "") + criterion.format(2, rule, 'requires = "I1"\n')
    protocol = parse_protocol(f'format = 2\nid = "EX"\ntitle = "Fictional"\n{listed}', "ages.toml")
    found = {(each.criterion.code, each.said): each.finding for each in outcomes(protocol, 10_000)}
    assert found["I2", "failed"] == finding
    assert found["I2", "met"] == "possible"


@pytest.mark.parametrize(
    "rule",
    [
        'ast >= "0.5 {xULN}"',
        'ast == "1 {xULN}"',
        'ast != "1 {xULN}"',
        'ast < "0.5 {xULN}" or alt < "0.5 {xULN}"',
    ],
)
def test_what_a_button_leaves_open_stands_for_no_answer(rule: str) -> None:
    """*Normal* is at most the ULN: whether that is above half of it, or equal to it, is unknown."""
    text = f'format = 2\nid = "EX"\ntitle = "Fictional"\n[[criterion]]\ncode = "E1"\nexclusion = "Words"\nrule = \'{rule}\'\n'
    found = outcomes(parse_protocol(text, "liver.toml"), 10_000)
    assert {each.said: each.finding for each in found} == {"failed": "possible", "passed": "possible"}
