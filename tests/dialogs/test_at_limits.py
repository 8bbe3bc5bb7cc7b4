"""A time that is just at a limit is asked about; what is answered lies on the side that its words say."""

from __future__ import annotations

from decimal import Decimal
from itertools import product

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dialogs.answers import UNKNOWN, Answer, Choice, Measurement, encode
from dialogs.assessment import effective, judge
from dialogs.at_limits import ask_at_limit, proposed_again
from dialogs.loading import parse_protocol
from dialogs.portfolio.merging import merged
from dialogs.protocol import Protocol
from dialogs.reading import Proposal, Reading, Refused, Understood, propose_again, read
from dialogs.rules.judgement import FALSE, TRUE, UNCERTAIN
from dialogs.since import DAYS

HEAD = """format = 2
id = "EX-LIMITS"
version = "1"
languages = ["en"]
title = "Fictional"
"""
ASKED = """
[[question]]
id = "{}"
kind = "since"
ask = "{} how long ago?"
"""
SMOKER = """
[[question]]
id = "smoker"
ask = "Smoker?"
"""
CRITERION = """
[[criterion]]
code = "{}"
{} = "Words of the record"
rule = '{}'
"""


def trial(*rules: str, more: str = "") -> Protocol:
    questions = SMOKER + "".join(ASKED.format(name, name.capitalize()) for name in ("event", "other"))
    criteria = (CRITERION.format(f"E{at}", "exclusion", rule) for at, rule in enumerate(rules, 1))
    return parse_protocol(HEAD + more + questions + "".join(criteria), "trial.toml")


def written(reading: Reading) -> list[str]:
    """What is offered, in short."""
    given = (
        reading.candidates
        if isinstance(reading, Proposal)
        else reading.likely
        if isinstance(reading, Refused)
        else ()
    )
    return ["".join(filter(None, encode(answer))) for ((_, answer),) in given]


def asked(protocol: Protocol, typed: str, known: dict[str, Answer] | None = None) -> Reading:
    facts = effective(protocol, known or {})
    return ask_at_limit(protocol, read(protocol, protocol.question("event"), typed), facts)


SIDES = {
    "the limit itself": ('event < "5 a"', "5 years ago", [">5a", "<5a", "=5a"]),
    "in each unit, the own one": ('event < "5 a = 260 wk = 1826 d"', "5 years ago", [">5a", "<5a", "=5a"]),
    "in each unit, weeks": ('event < "6 mo = 26 wk = 182 d"', "26 weeks", [">26wk", "<26wk", "=26wk"]),
    "as long, in a larger unit": ('event <= "1 a"', "12 months ago", [">1a", "<1a", "=1a"]),
    "half a year": ('event > "6 mo"', "半年前", [">6mo", "<6mo", "=6mo"]),
    "in days": ('event < "30 d"', "1 month ago", [">30d", "<30d", "=30d"]),
    "in days, three months": ('event >= "90 d"', "3 months ago", [">90d", "<90d", "=90d"]),
    "in days, rounded": ('event < "20 d"', "1 month ago", [">20d", "<20d", "=20d"]),
    "four weeks in days": ('event < "28 d"', "4 weeks ago", [">28d", "<28d", "=28d"]),
    "weeks, of a month": ('event >= "1 mo"', "4 weeks ago", [">1mo", "<1mo", "=1mo"]),
    "weeks, of a year": ('event >= "1 a"', "52 weeks ago", [">1a", "<1a", "=1a"]),
    "of two limits": ('event < "28 d" or event < "30 d" and smoker', "1 month ago", [">30d", "<28d"]),
    "about": ('event < "3 mo"', "about 3 months ago", [">3mo", "<3mo"]),
}  # fmt: skip
NOT_ASKED = {
    "another number of the same unit": ('event < "5 a"', "4 years ago"),
    "half a unit away": ('event < "6 mo"', "1 year ago"),
    "the next number": ('event < "61 d"', "1 month ago"),
    "far away": ('event < "30 d"', "2 months ago"),
    "weeks, of a limit in months": ('event < "3 mo"', "12 weeks ago"),
    "in a larger unit": ('event < "1 a"', "11 months ago"),
    "days": ('event < "30 d"', "30 days ago"),
    "a bound": ('event < "5 a"', "more than 5 years ago"),
    "typed as exact": ('event < "5 a"', "exactly 5 years ago"),
    "typed as exact, by a sign": ('event < "5 a"', "=5 years"),
    "never": ('event < "5 a"', "never"),
    "ongoing": ('event < "5 a"', "ongoing"),
    "no limit": ('event == "never"', "5 years ago"),
}  # fmt: skip


@pytest.mark.parametrize(("rule", "typed", "offered"), SIDES.values(), ids=SIDES)
def test_a_time_at_a_limit_is_asked_about(rule: str, typed: str, offered: list[str]) -> None:
    reading = asked(trial(rule), typed)
    assert not isinstance(reading, Understood)
    assert written(reading) == [each.lstrip("=") for each in offered]


@pytest.mark.parametrize(("rule", "typed"), NOT_ASKED.values(), ids=NOT_ASKED)
def test_any_other_time_is_taken(rule: str, typed: str) -> None:
    reading = asked(trial(rule), typed)
    assert isinstance(reading, Understood)


def test_a_proposal_is_rebuilt_from_what_is_kept_of_it() -> None:
    protocol = trial('event < "5 a"')
    reading = asked(protocol, "5 years ago")
    assert isinstance(reading, Proposal)
    question, nothing = protocol.question("event"), effective(protocol, {})
    assert proposed_again(protocol, question, reading.entered, None, nothing) == reading
    for entered in ("5", "99 a"):
        assert proposed_again(protocol, question, entered, None, nothing) == propose_again(
            protocol, question, entered
        )
    for entered in ("4 a", "5 furlong", "x", "5 x"):
        assert proposed_again(protocol, question, entered, None, nothing) is None


@pytest.mark.parametrize("smoker", [UNKNOWN, Choice("no"), Choice("yes")])
def test_a_criterion_that_matters_only_once_another_answer_is_corrected_is_asked_for(smoker: Answer) -> None:
    rules = ('smoker and event < "5 a"', 'not smoker and event < "9 a"')
    protocol = trial(*rules)
    texts = [trial(rule).text.replace("EX-LIMITS", f"EX-{at}") for at, rule in enumerate(rules)]
    portfolio = merged([parse_protocol(text, "trial.toml") for text in texts])
    for typed in ("5 years ago", "9 years ago"):
        assert isinstance(asked(protocol, typed, {"smoker": smoker}), Proposal)
        assert isinstance(asked(portfolio, typed, {"smoker": smoker}), Proposal)


OF_TWO = {
    "alike": ("2 mo", "2 months ago", [">2mo", "<2mo", "2mo"]),
    "in days": ("60 d", "2 months ago", [">60d", "<60d", "60d"]),
    "apart": ("5 mo", "2 months ago", None),
    "a bound": ("<2 mo", "2 months ago", [">2mo", "<2mo", "2mo"]),
    "a bound that is far": ("<1 mo", "2 months ago", None),
    "never": ("never", "2 months ago", None),
}  # fmt: skip


@pytest.mark.parametrize(("known", "typed", "offered"), OF_TWO.values(), ids=OF_TWO)
def test_of_two_times_that_are_said_alike_it_is_asked_which_was_later(
    known: str, typed: str, offered: list[str] | None
) -> None:
    protocol = trial("event < other")
    other = read(protocol, protocol.question("other"), known)
    assert isinstance(other, Understood)
    reading = asked(protocol, typed, dict(other.given))
    assert written(reading) == (offered or [])
    assert isinstance(reading, Proposal if offered else Understood)


# on the side that its words say ------------------------------------------------------------------

ENGLISH, CHINESE = ("weeks", "months", "years"), ("周", "个月", "年")
LESS = (
    *product(("almost {}", "nearly {} ago", "just under {}", "less than {}", "not quite {}"), ENGLISH),
    *product(("将近{}前", "接近{}", "不到{}", "快{}"), CHINESE),
)
MORE = (
    *product(("just over {}", "more than {} ago", "over {}", "{} plus", "a bit over {}"), ENGLISH),
    *product(("{}多前", "{}余", "超过{}", "刚过{}", "{}+"), CHINESE),
)
NUMBERS = st.integers(1, 40).map(str)


@given(st.sampled_from(LESS), NUMBERS)
def test_words_of_less_are_never_taken_or_offered_as_that_long(said: tuple[str, str], number: str) -> None:
    _is_on_side(said[0].format(f"{number} {said[1]}"), "<")


@given(st.sampled_from(MORE), NUMBERS)
def test_words_of_more_are_never_taken_or_offered_as_less(said: tuple[str, str], number: str) -> None:
    _is_on_side(said[0].format(f"{number} {said[1]}"), ">")


def _is_on_side(typed: str, side: str) -> None:
    protocol = trial('event < "5 a" or event < "30 d"')
    reading = asked(protocol, typed)
    assert isinstance(reading, Understood)
    ((_, answer),) = reading.given
    assert isinstance(answer, Measurement)
    assert answer.relation == side


VAGUE = ("last week", "last month", "last year", "上周", "上个月", "去年", "最近")


@given(
    st.sampled_from(VAGUE)
    | st.builds(
        "{} {} {}".format, st.sampled_from(["about", "约", "~"]), NUMBERS, st.sampled_from(ENGLISH + CHINESE)
    ),
    st.integers(1, 400),
    st.sampled_from([*DAYS]),
)
def test_what_is_vague_is_never_offered_as_the_limit(typed: str, limit: int, unit: str) -> None:
    reading = asked(trial(f'event < "{limit} {unit}"'), typed)
    assert isinstance(reading, Refused | Proposal)
    for ((_, answer),) in reading.likely if isinstance(reading, Refused) else reading.candidates:
        assert isinstance(answer, Measurement)
        assert answer.relation != "=" or answer.value * DAYS[answer.unit] != limit * DAYS[unit]


@given(
    st.sampled_from(["<", "<=", ">", ">="]),
    st.decimals("0.5", 60, places=1),
    st.sampled_from([*DAYS]),
    st.decimals("0.5", 60, places=1),
    st.sampled_from(["wk", "mo", "a"]),
)
def test_each_answer_that_is_offered_judges_on_its_side_and_nothing_else_is_just_at_a_limit(
    operator: str, limit: Decimal, unit: str, number: Decimal, coarse: str
) -> None:
    protocol = trial(f'event {operator} "{limit} {unit}"')
    answer = Measurement("=", number, coarse)
    reading = ask_at_limit(protocol, Understood((("event", answer),)), effective(protocol, {}))
    if isinstance(reading, Understood):
        assert number * DAYS[coarse] != limit * DAYS[unit]
        return
    assert isinstance(reading, Proposal)
    applies = {">": operator[0] == ">", "<": operator[0] == "<", "=": len(operator) == 2}
    for ((_, offered),) in reading.candidates:
        judgement = judge(protocol, 0, effective(protocol, {"event": offered}))
        assert judgement.low == judgement.high == (FALSE if applies[offered.relation] else TRUE)


@given(st.decimals(1, 60, places=0), st.sampled_from(["wk", "mo", "a"]), st.data())
def test_what_may_be_rounded_to_a_time_is_on_one_side_of_every_limit_or_asked_about(
    number: Decimal, unit: str, data: st.DataObject
) -> None:
    """Half a unit less is rounded up to it, and nearly one more is still so many completed."""
    span = st.decimals(number - Decimal("0.49"), number + Decimal("0.99"), places=2)
    one, other = sorted((data.draw(span), data.draw(span)))
    limit = (one + other) / 2 * DAYS[unit] // 1
    assume(one * DAYS[unit] < limit < other * DAYS[unit])
    protocol = trial(f'event < "{limit} d"')
    reading = ask_at_limit(protocol, Understood((("event", Measurement("=", number, unit)),)), [None] * 3)
    assert isinstance(reading, Proposal)


def test_what_is_not_known_leaves_two_times_open() -> None:
    protocol = trial("event < other")
    facts = effective(protocol, {"event": Measurement("=", Decimal(2), "mo"), "other": UNKNOWN})
    assert judge(protocol, 0, facts).low == UNCERTAIN
