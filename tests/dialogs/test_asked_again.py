"""Two times that are compared: a known one that is too vague beside a later one is asked again, and no verdict is false.

Patients with times to the day answer in words that are true of them: days, completed weeks, months and years, bounds.
Whatever is judged of these words is what is true of the days.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dialogs import asked_again
from dialogs.answers import UNKNOWN, Answer, Measurement, decode
from dialogs.assessment import effective, judge
from dialogs.at_limits import ask_at_limit, beside_one, decides
from dialogs.dialogue import Dialogue, Step
from dialogs.loading import parse_protocol
from dialogs.portfolio.matching import begun
from dialogs.portfolio.merging import merged
from dialogs.portfolio.steps_alone import steps_alone
from dialogs.protocol import Protocol
from dialogs.reading import Proposal, Understood
from dialogs.rules.judgement import FALSE, TRUE
from dialogs.since import DAYS

HEAD = 'format = 2\nid = "EX-{}"\nversion = "1"\ntitle = "Fictional"\n'
ASKED = '[catalogue.{0}]\nkind = "since"\nask = "{0}?"\n'
EXCLUDES = "[[criterion]]\nexclusion = 'Words {0}'\nrule = '{0}'\n"
NAMES: Final = ("one", "two", "three")


def trial(*rules: str, name: str = "TIMES") -> Protocol:
    asked = "".join(ASKED.format(each) for each in NAMES)
    asked += "".join(
        f'[[question]]\nuse = "{each}"\n' for each in NAMES if any(each in rule for rule in rules)
    )
    return parse_protocol(HEAD.format(name) + asked + "".join(map(EXCLUDES.format, rules)), "trial.toml")


def of_trials(*rules: str) -> Protocol:
    return merged([trial(rule, name=f"T{at}") for at, rule in enumerate(rules)])


OF_TWO: Final = trial("one < two")


def time(text: str) -> Answer:
    """Read a time as it is kept: *>18 mo*, *1 a*, *unknown*."""
    number, _, unit = text.partition(" ")
    return decode(number, unit or None)


def follow(dialogue: Dialogue) -> None:
    step = asked_again.step(dialogue)
    if step is not None:
        dialogue.take(step)


def answered(dialogue: Dialogue, answer: Answer, typed: str | None = None) -> None:
    dialogue.take(Step("answer", dialogue.state, answer, entered=typed))
    follow(dialogue)


AGAIN = {
    "vaguer than the later one": ("1 a", "18 mo", True),
    "vaguer than the later one, in days": ("1 a", "540 d", True),
    "vaguer than the later one, a bound": ("1 a", ">18 mo", True),
    "vaguer than the later one, less": ("1 a", "<18 mo", True),
    "as vague as a bound": ("18 mo", ">18 mo", True),
    "as vague as what is meant to the day": ("18 mo", "=18 mo", True),
    "days": ("365 d", ">12 mo", False),
    "a bound itself": (">1 a", "18 mo", False),
    "to the day": ("=1 a", "18 mo", False),
    "far from it": ("1 a", "3 mo", False),
    "never": ("1 a", "never", False),
    "not known": ("1 a", "unknown", False),
    "chosen beside it": ("18 mo", "+>18 mo", False),
    "chosen beside it, and further": ("1 a", "+>18 mo", True),
}


@pytest.mark.parametrize("rule", ["one > two", "two > one"])
@pytest.mark.parametrize(("known", "later", "again"), AGAIN.values(), ids=AGAIN)
def test_a_known_time_is_asked_again_where_a_later_one_makes_it_too_vague(
    known: str, later: str, again: bool, rule: str
) -> None:
    """What is said to the day is written with *=*, what was chosen on a card with *+*."""
    for protocol, as_answered in ((trial(rule), False), (trial(rule), True), (of_trials(rule), True)):
        dialogue = begun(protocol, as_answered=as_answered)
        for text in (known, later):
            answered(dialogue, time(text.lstrip("=+")), text if text[0] in "=+" else None)
        assert (dialogue.editing == "one") is again
        if again:
            assert asked_again.beside(dialogue, protocol.question("one")) is protocol.question("two")
            answered(dialogue, UNKNOWN)
        assert dialogue.editing is None


ALSO = {
    "of several each": (("one > three", "two > three"), ("1 a", "1 a", "18 mo"), ["one", "two"]),
    "of several those that are vague": (("one > three", "two > three"), ("1 a", "30 d", "18 mo"), ["one"]),
    "of several the one that excludes": (("one < three", "two < three"), ("1 a", "1 a", "18 mo"), ["one"]),
    "nothing where it does not matter": (('one > three and two == "never"',), ("1 a", "3 mo", "18 mo"), []),
    "nothing where another criterion excludes": (('three < "2 a"', "one > three"), ("1 a", "x", "18 mo"), []),
    "a criterion that excludes by it": (("one < three",), ("1 a", "x", "18 mo"), ["one"]),
}


@pytest.mark.parametrize(("rules", "said", "again"), ALSO.values(), ids=ALSO)
def test_each_time_that_matters_is_asked_again_once(
    rules: tuple[str, ...], said: tuple[str, ...], again: list[str]
) -> None:
    dialogue, found = begun(trial(*rules)), []
    while dialogue.state in NAMES and dialogue.editing is None:
        answered(dialogue, time(said[NAMES.index(dialogue.state)]))
    while dialogue.editing is not None:
        found.append(dialogue.editing)
        answered(dialogue, time("13 mo"))
    assert found == again


def test_whoever_goes_back_is_asked_after_the_next_answer() -> None:
    dialogue = begun(trial('two < three or one == "never"'))
    for text in ("3 a", "1 a", "18 mo"):
        answered(dialogue, time(text))
    assert dialogue.editing == "two"
    dialogue.take(Step("back"))
    follow(dialogue)
    assert dialogue.editing == "one"
    answered(dialogue, time("4 a"))
    assert dialogue.editing == "two"


def test_of_what_was_saved_nothing_is_asked_again_until_one_of_both_is_corrected() -> None:
    dialogue = begun(OF_TWO)
    for text in ("1 a", "18 mo"):  # as a version kept them that did not ask
        dialogue.take(Step("answer", dialogue.state, time(text)))
    for kind in ("finish", "save"):
        dialogue.take(Step(kind))
    dialogue.take(Step("reopen", reason="correct"))
    follow(dialogue)
    assert dialogue.editing is None
    dialogue.take(Step("correct", "two"))
    answered(dialogue, time("540 d"))
    assert dialogue.editing == "one"


def test_what_was_said_once_and_for_all_is_so_in_the_screening_of_one_trial_too() -> None:
    matching = begun(of_trials("one < two"))
    answered(matching, time("2 mo"))
    answered(matching, time("<2 mo"), "2 mo")
    screening = begun(OF_TWO, as_answered=True)
    for step in steps_alone(matching, 0):  # type: ignore[arg-type]
        screening.take(step)
    assert asked_again.step(screening) is None


# what is judged is true --------------------------------------------------------------------------

Words = Callable[[int], Measurement]


def _in_days(days: int) -> Measurement:
    return Measurement("=", Decimal(days), "d")


def _vague(unit: str) -> Words:
    def say(days: int) -> Measurement:
        number = int(days / DAYS[unit])
        return Measurement("=", Decimal(number), unit) if number else _in_days(days)

    return say


def _bound(unit: str, by: int) -> Words:
    def say(days: int) -> Measurement:
        number = int(days / DAYS[unit]) + by
        return Measurement("<" if by > 0 else ">", Decimal(number), unit) if number else _in_days(days)

    return say


WORDS: Final = [
    _in_days,
    *map(_vague, ("wk", "mo", "a")),
    *(_bound(unit, by) for unit in ("wk", "mo", "a") for by in (0, 1, 2)),
]
RULES: Final = (
    ("one < two",),
    ("one < three", "two <= three"),
    ("one < two and two < three",),
    ("one > two or two > three or three < one",),
    ("one < two", 'one < "2 mo"', 'two >= "1 a"'),
    ('one < "60 d" and two < three',),
)


def _says(dialogue: Dialogue, truth: dict[str, int], words: Words) -> None:
    """Answer the question that is asked, and choose on a card what is true; what is on none of its buttons in days."""
    protocol, question = dialogue.protocol, dialogue.protocol.question(dialogue.state)
    days, typed = truth[question.id], words(truth[question.id])
    if Decimal(days) == typed.value * DAYS[typed.unit] and typed.relation != "=":
        typed = _in_days(days)
    reading = ask_at_limit(protocol, Understood(((question.id, typed),)), dialogue.facts)
    if not isinstance(reading, Proposal):
        answered(dialogue, typed)
        return
    other = beside_one(protocol, question, reading, dialogue.facts)
    for chosen in reading.candidates:
        ((_, side),) = chosen
        assert isinstance(side, Measurement)
        if _is_so(side, days, truth[other.id] if other else side.value * DAYS[side.unit]):
            sure = decides(protocol, question, reading, chosen, dialogue.facts)
            answered(dialogue, side, reading.entered if sure else None)
            return
    answered(dialogue, _in_days(days))


def _is_so(side: Measurement, days: int, limit: Decimal | int) -> bool:
    if side.relation == "=":
        return days == side.value * DAYS[side.unit]
    return days > limit if side.relation == ">" else days < limit


DAY: Final = st.integers(1, 1500)


@example(("one < two",), {"one": 100, "two": 110, "three": 1}, [WORDS[2], WORDS[2]], False)
@example(("one < two",), {"one": 640, "two": 560, "three": 1}, [WORDS[3], WORDS[2], WORDS[3]], False)
@example(RULES[4], {"one": 400, "two": 390, "three": 1}, [WORDS[3], WORDS[3]], False)
@given(
    st.sampled_from(RULES),
    st.fixed_dictionaries(dict.fromkeys(NAMES, DAY))
    | DAY.flatmap(
        lambda day: st.fixed_dictionaries({name: st.integers(max(day - 40, 1), day + 40) for name in NAMES})
    ),
    st.lists(st.sampled_from(WORDS), min_size=2, max_size=8),
    st.booleans(),
)
def test_what_is_judged_of_true_words_is_true(
    rules: tuple[str, ...], truth: dict[str, int], words: list[Words], together: bool
) -> None:
    protocol = of_trials(*rules) if together else trial(*rules)
    dialogue = begun(protocol, as_answered=together)
    said = iter(words)
    for _ in range(40):  # in days at last: whoever does not tire ends
        if dialogue.state not in protocol.position:
            break
        _says(dialogue, truth, next(said, _in_days))
    else:
        pytest.fail("asked for ever")
    exact: dict[str, Answer] = {name: _in_days(truth[name]) for name in NAMES if name in protocol.position}
    for index in range(len(protocol.criteria)):
        kept = judge(protocol, index, effective(protocol, {q: dialogue.answers[q] for q in dialogue.applied}))
        true = judge(protocol, index, effective(protocol, exact))
        if kept.settled and kept.low in (TRUE, FALSE) and dialogue.verdict != "ineligible":
            assert kept.low == true.low
        elif kept.settled and kept.low == FALSE and index in dialogue.failed:
            assert true.low == FALSE
