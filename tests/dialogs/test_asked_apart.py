"""What cannot both be true is told of a matching where no trial asks both, as in one trial that does; none is changed."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from dialogs.against_parts import AgainstParts, against_parts, known
from dialogs.answers import UNKNOWN, Answer, Choice, Measurement, Selection
from dialogs.candidates import evaluate_several, read_candidates
from dialogs.contradictions import contradictions
from dialogs.dialogue import Step, replay
from dialogs.errors import ProtocolError
from dialogs.loading import parse_protocol, parse_stored
from dialogs.portfolio.against_parts import contradicting
from dialogs.portfolio.matching import Matching
from dialogs.portfolio.merging import Portfolio, Trial, merged
from dialogs.portfolio.steps_alone import steps_alone
from dialogs.progress import Progress
from dialogs.protocol import Protocol
from tests.dialogs import portfolios
from tests.dialogs.asked_apart import HISTORY, answers, asked_apart, given_apart, name_of, trial
from tests.dialogs.portfolios import Case, cases_asked_apart

small = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=300)


def _pairs(protocol: Protocol, given_: dict[str, Answer]) -> set[tuple[str, str]]:
    return {(name_of(each.question), name_of(each.other)) for each in contradictions(protocol, given_)}


def _numbers(protocol: Protocol, given_: dict[str, Answer]) -> set[tuple[str, Measurement]]:
    told = contradicting(protocol, [given_[each.id] for each in protocol.questions])
    return {(name_of(each.question.id), each.number) for each in told}


@given(asked_apart(), st.data())
@small
def test_what_one_trial_that_asks_all_would_tell_is_told_of_trials_that_ask_it_apart(
    drawn: tuple[Portfolio, Protocol], data: st.DataObject
) -> None:
    portfolio, every = drawn
    patient = data.draw(answers(every))
    here = given_apart(portfolio, patient)
    told = _pairs(every, patient)
    event(f"told: {bool(told)}")
    assert _pairs(portfolio, here) == told
    numbers = _numbers(every, patient)
    event(f"numbers told: {bool(numbers)}")
    assert _numbers(portfolio, here) == numbers


def _apart(*asked: str) -> Portfolio:
    return merged([trial(f"T{place}", ((name, ""),)) for place, name in enumerate(asked)])


MALE, PREGNANT, PROSTATE = Choice("male"), Choice("pregnant"), Selection(("prostate",))


@given(cases_asked_apart())
@small
def test_a_screening_for_one_trial_tells_which_of_its_numbers_contradict_what_was_answered_for_others(
    case: Case,
) -> None:
    matching = portfolios.begin(case.portfolio)
    portfolios.go_on(matching, case.table)
    here = _told_of(matching, case.portfolio)
    for index, alone in enumerate(matching.alone):
        own = replay(alone.protocol, steps_alone(matching, index), as_answered=True)
        assert own.applied == alone.applied
        told, asking = {each.question.id: each.number for each in _against_parts(own)}, matching.trials[index]
        expected = {number: parts for (of, number), parts in here.items() if of == index}
        event(f"told: {bool(expected)}, set aside: {bool(own.set_aside)}")
        assert told.keys() <= expected.keys()
        assert {*own.set_aside} <= {part for parts in expected.values() for part in parts}
        for missing in expected.keys() - told.keys():
            parts = [part for part in expected[missing] if part not in own.applied]
            event("not told alone")
            assert any(_is_not_taken(matching, asking, alone, part) for part in parts)


def _told_of(matching: Matching, portfolio: Portfolio) -> dict[tuple[int, str], tuple[str, ...]]:
    """Return the numbers of which a matching tells, by trial and as that calls them, with their parts there."""
    told = contradicting(portfolio, known(portfolio, matching.facts, matching.answers))
    found = dict[tuple[int, str], tuple[str, ...]]()
    for each in told:
        place = portfolio.position[each.question.id]
        for index, asking in enumerate(matching.trials):
            codes = {asking.coded(criterion.code) for criterion in asking.protocol.criteria}
            if place in asking.own and codes & {*each.judged_otherwise}:
                own = asking.own[place]
                parts = asking.protocol.formulas[own].places
                questions = asking.protocol.questions
                found[index, questions[own].id] = tuple(questions[part].id for part in parts)
    return found


def _is_not_taken(matching: Matching, asking: Trial, alone: Progress, part: str) -> bool:
    """Say whether a part was needed to the end, or has an answer of its own of which the number cannot be worked out."""
    own = matching.answers.get(matching.here(asking, part))
    return (
        _is_open_before_the_end(alone, part)
        or own == UNKNOWN
        or not isinstance(own, Measurement | None)
        or (isinstance(own, Measurement) and (own.relation != "=" or own.unit == "{xULN}"))
    )


def _against_parts(progress: Progress) -> tuple[AgainstParts, ...]:
    return against_parts(progress.protocol, known(progress.protocol, progress.facts, progress.answers))


def _is_open_before_the_end(alone: Progress, part: str) -> bool:
    """Say whether the last answer settled what a part was needed for; what has a unit to fit is left out, too."""
    steps = [Step("answer", question, alone.answers[question]) for question in alone.applied[:-1]]
    before = replay(alone.protocol, steps, as_answered=True)
    place = alone.protocol.position[part]
    return bool(before.open >> place & 1) or alone.protocol.questions[place].unit_of is not None


WEIGHED: Final[dict[str, Answer]] = {
    "smoker": Choice("no"),
    "bmi": Measurement("=", Decimal(29), "kg/m2"),
    "body_weight": Measurement("=", Decimal(120), "kg"),
    "height": Measurement("=", Decimal(180), "cm"),
}


def test_a_part_that_was_needed_before_another_answer_came_is_set_aside_behind_that() -> None:
    both = trial("BOTH", (("bmi", ""), ("smoker", "")))
    matching = portfolios.begin(
        merged([both, *(each.protocol for each in _apart("body_weight", "height").trials)])
    )
    for question, answer in WEIGHED.items():
        matching.take(Step("answer", question, answer))
    own = replay(both, steps_alone(matching, 0), as_answered=True)
    assert own.applied == matching.alone[0].applied == ["smoker", "bmi"]
    assert {*own.set_aside} == {"body_weight", "height"}
    assert [each.question.id for each in _against_parts(own)] == ["bmi"]


def test_a_part_that_another_trial_asks_with_other_possible_values_is_told_and_named() -> None:
    weight = trial("KG", (("body_weight", "possible = [1, 500]\n"),))
    portfolio = merged([*(each.protocol for each in _apart("bmi", "height").trials), weight])
    assert [each.id for each in portfolio.questions] == ["body_weight", "height", "bmi", "KG/body_weight"]
    known = {**WEIGHED, "KG/body_weight": WEIGHED["body_weight"], "body_weight": UNKNOWN}
    (told,) = contradicting(portfolio, [known[each.id] for each in portfolio.questions])
    assert told.parts == ("KG/body_weight", "height")
    (row,) = read_candidates(portfolio, "name,bmi,height,KG/body_weight\nx,29 kg/m2,180 cm,120 kg\n")
    assert [fault.details["columns"] for fault in row.faults] == ["KG/body_weight, height"]


def test_it_is_told_also_where_no_trial_asks_what_both_are_about() -> None:
    portfolio = _apart("history", "pregnant_or_lactating")
    told = _pairs(portfolio, {"history": PROSTATE, "pregnant_or_lactating": PREGNANT})
    assert told == {("history", "pregnant_or_lactating"), ("pregnant_or_lactating", "history")}


def test_it_fills_in_nothing_and_asks_all_the_same() -> None:
    portfolio = _apart("sex", "pregnant_or_lactating", "childbearing_potential")
    matching = portfolios.begin(portfolio)
    table: dict[str, Answer] = {
        "pregnant_or_lactating": PREGNANT,
        "childbearing_potential": Choice("sterile"),
    }
    while matching.state in table:
        matching.take(Step("answer", matching.state, table[matching.state]))
    assert matching.state == "sex"
    assert matching.facts[portfolio.position["sex"]] is None


def test_what_is_asked_alike_stands_once_whatever_follows_from_it() -> None:
    both = trial("T2", (("sex", ""), ("pregnant_or_lactating", "")))
    portfolio = merged([*(each.protocol for each in _apart("pregnant_or_lactating", "sex").trials), both])
    assert [each.id for each in portfolio.questions] == ["pregnant_or_lactating", "sex"]


@pytest.mark.parametrize(
    "question",
    [
        'use = "sex"\nid = "other"\nshort = "Sex of the partner"',
        'use = "sex"\nid = "other"\nat = "at birth of the child"',
        'id = "other"\nask = "Sex?"\noptions = [{ code = "f", text = "F" }, { code = "male", text = "M" }]',
    ],
)
def test_nothing_is_told_of_a_question_that_means_another_one(question: str) -> None:
    head = f'format = 2\nid = "X"\ntitle = "X (fictional)"\n[[question]]\n{question}\n'
    rule = '[[criterion]]\ncode = "E1"\nexclusion = "x"\nrule = \'other == "male"\'\n'
    other = parse_protocol(head + rule, "x.toml")
    portfolio = merged([trial("T0", (("pregnant_or_lactating", ""),)), other])
    asked = portfolio.questions[1].id
    assert _pairs(portfolio, {"pregnant_or_lactating": PREGNANT, asked: MALE}) == set()


def test_a_row_of_a_list_is_refused_for_the_trials_that_ask_either_and_no_other() -> None:
    portfolio = _apart("sex", "pregnant_or_lactating", "history")
    text = "name,sex,pregnant_or_lactating,history\nx,male,pregnant,asthma\ny,male,neither,asthma\n"
    refused, taken = read_candidates(portfolio, text)
    assert [(fault.code, fault.questions) for fault in refused.faults] == [
        ("contradicts", ("pregnant_or_lactating", "sex"))
    ]
    assert [line.split('"trial": ')[1][:4] for line in evaluate_several(portfolio, refused)] == ['"T2"']
    assert taken.faults == []
    assert len([*evaluate_several(portfolio, taken)]) == 3


@pytest.mark.parametrize(
    ("implied", "fault"),
    [('sx = "male"', "no option 'male' of 'sx'"), ('sex = "m"', "no option 'm' of 'sex'")],
)
def test_what_an_own_option_says_of_a_question_that_is_not_asked_is_one_of_the_catalogue(
    implied: str, fault: str
) -> None:
    text = f'format = 2\nid = "X"\ntitle = "X (fictional)"\n{HISTORY}'.replace('sex = "male"', implied)
    rule = '[[criterion]]\ncode = "E1"\nexclusion = "x"\nrule = \'"asthma" in history\'\n'
    with pytest.raises(ProtocolError, match=fault):
        parse_protocol(text + rule, "x.toml")
    stored = parse_stored(text + rule, "x.toml")
    assert not any(option.implies for option in stored.questions[0].options)
