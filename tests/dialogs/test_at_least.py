"""``at_least`` and questions that stand alone: what they come to, what they ask, and how they are said."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.answers import UNKNOWN, Answer, Choice
from dialogs.dialogue import EXCLUDED, REVIEW, Step, begin
from dialogs.loading import parse_protocol
from dialogs.loading.rules.parsing import RuleError, parse
from dialogs.protocol import Protocol
from dialogs.reasons import what_failed
from dialogs.rules.judgement import members
from dialogs.rules.tree import AtLeast

NAMES = ("fever", "cough", "rash", "pain")
NAMED = {
    "fever": ("fever", "发热"),
    "cough": ("cough", "咳嗽"),
    "rash": ("rash", "皮疹"),
    "pain": ("pain", "疼痛"),
}
ANSWERS = (None, UNKNOWN, Choice("no"), Choice("yes"))


def trial(rule: str, kind: str = "exclusion") -> Protocol:
    """A fictional trial of four yes/no questions."""
    questions = "".join(
        f'[[question]]\nid = "{name}"\nask = {{ en = "{english}?", zh = "{chinese}？" }}\n'
        f'short = {{ en = "{english}", zh = "{chinese}" }}\n'
        for name, (english, chinese) in NAMED.items()
    )
    every = " or ".join(NAMES)
    return parse_protocol(
        f"""
        format = 2
        id = "FICTIONAL"
        languages = ["en", "zh"]
        title = {{ en = "Fictional", zh = "虚构" }}
        {questions}
        [[criterion]]
        code = "X1"
        {kind} = "words"
        rule = '''{rule}'''
        [[criterion]]
        code = "E9"
        exclusion = "every question is used"
        rule = '''{every}'''
        """,
        "fictional.toml",
    )


PROTOCOL = trial("at_least(2, fever, cough, rash, pain)")
QUESTIONS = {question.id: question for question in PROTOCOL.questions}
answers = st.tuples(*[st.sampled_from(ANSWERS)] * len(NAMES))


def by_combinations(count: int) -> str:
    """Slow and obvious: some of all combinations of so many."""
    return " or ".join(f"({' and '.join(each)})" for each in combinations(NAMES, count))


@given(st.integers(1, 4), answers)
def test_at_least_is_some_of_all_combinations(count: int, facts: tuple[Answer | None, ...]) -> None:
    judged = parse(f"at_least({count}, {', '.join(NAMES)})", QUESTIONS).judge(facts)
    assert judged[:2] == parse(by_combinations(count), QUESTIONS).judge(facts)[:2]


def completed(facts: tuple[Answer | None, ...]) -> Iterator[tuple[Answer, ...]]:
    return product(*(ANSWERS[1:] if fact is None else (fact,) for fact in facts))


@given(st.integers(1, 4), answers)
def test_it_asks_what_can_still_move_it_and_nothing_else(
    count: int, facts: tuple[Answer | None, ...]
) -> None:
    rule = parse(f"at_least({count}, {', '.join(NAMES)})", QUESTIONS)
    moving = set()
    for whole, (place, fact) in product(completed(facts), enumerate(facts)):
        others = [(*whole[:place], answer, *whole[place + 1 :]) for answer in ANSWERS[1:]]
        if fact is None and len({rule.judge(other) for other in others}) > 1:
            moving.add(place)
    assert set(members(rule.judge(facts).residual)) == moving


@pytest.mark.parametrize(
    ("rule", "same"),
    [
        ("fever", 'fever == "yes"'),
        ("not fever", 'fever != "yes"'),
        ("fever and not cough", 'fever == "yes" and cough == "no"'),
        ("at_least(1, fever, cough)", "fever or cough"),
        ("at_least(2, fever, cough)", "fever and cough"),
        ("not at_least(1, fever, cough)", "not fever and not cough"),
        ("at_least(2, fever, cough and rash, unclear)", "fever and cough and rash or (fever or cough and rash) and unclear"),
    ],
)  # fmt: skip
@given(facts=answers)
def test_a_short_form_means_the_long_one(rule: str, same: str, facts: tuple[Answer | None, ...]) -> None:
    assert parse(rule, QUESTIONS).judge(facts)[:2] == parse(same, QUESTIONS).judge(facts)[:2]


@pytest.mark.parametrize(
    "rule",
    [
        "at_least(3, fever, cough)",
        "at_least(0, fever)",
        "at_least(fever, cough)",
        "at_least()",
        "at_least(True, fever)",
    ],
)
def test_a_number_that_does_not_fit_is_refused(rule: str) -> None:
    with pytest.raises(RuleError) as refused:
        parse(rule, QUESTIONS)
    assert refused.value.fault == "at_least needs a number, and that many conditions or more"


SAID = {
    "applies": ("at_least(2, fever, cough, rash)", "exclusion", "yes no yes", "at least 2 of: fever; rash", "至少满足以下2项：发热；皮疹"),
    "is not met": ("at_least(2, fever, not cough, rash)", "inclusion", "yes yes no", "at least 2 of: fever; no cough; rash", "至少满足以下2项：发热；无咳嗽；皮疹"),
    "must not": ("not at_least(2, fever, cough, rash)", "inclusion", "yes yes no", "fewer than 2 of: fever; cough", "满足以下各项不足2项：发热；咳嗽"),
    "among others": ("pain and at_least(1, fever, cough)", "exclusion", "yes no no yes", "pain and (at least 1 of: fever)", "疼痛且（至少满足以下1项：发热）"),
}  # fmt: skip


@pytest.mark.parametrize(("rule", "kind", "typed", "english", "chinese"), SAID.values(), ids=SAID)
def test_it_is_said_in_words(rule: str, kind: str, typed: str, english: str, chinese: str) -> None:
    protocol = trial(rule, kind)
    facts = [*map(Choice, typed.split()), *[None] * 4][:4]
    said = [what_failed(protocol, protocol.criteria[0], facts, language) for language in ("en", "zh")]
    assert said == [english, chinese]


def test_what_decided_is_what_came_to_the_same() -> None:
    node = parse("at_least(2, fever, cough, rash)", QUESTIONS).node
    assert isinstance(node, AtLeast)
    for typed, places in (("yes no yes", [0, 2]), ("no yes no", [0, 2]), ("yes unknown no", [1])):
        facts = [*map(Choice, typed.split()), None]
        assert [leaf.places for leaf in node.grounds(facts)] == [(place,) for place in places]


def test_a_rule_that_is_unclear_asks_nothing_and_leaves_the_criterion_unknown() -> None:
    dialogue = begin(trial("unclear"))
    while dialogue.state not in (REVIEW, EXCLUDED):
        dialogue.take(Step("answer", dialogue.state, Choice("no")))
    assert dialogue.verdict == "undetermined"
    assert dialogue.unresolved == ("X1",)
    assert dialogue.missing == ()
