"""Random portfolios of random trials that ask some of the same, and a patient with an answer to every question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import strategies as st

from dialogs.answers import UNKNOWN, Answer
from dialogs.assessment import judge
from dialogs.dialogue import REVIEW, Step
from dialogs.errors import AnswerError
from dialogs.portfolio.matching import Matching, begun
from dialogs.portfolio.merging import Portfolio, merged
from dialogs.proofs import representatives
from dialogs.rules.judgement import FALSE
from tests.dialogs.asked_apart import answers, asked_apart, name_of
from tests.dialogs.every_kind import files, patients
from tests.dialogs.made_up import protocols
from tests.dialogs.test_every_kind import built

Raw = dict[str, Any]


def _trial(draw: st.DrawFn, index: int) -> Raw:
    """Draw a trial, which now and then words a question in its own way."""
    raw = draw(files())
    reworded = draw(st.sampled_from([None, None, *range(len(raw["question"]))]))
    questions = [
        {**each, "ask": f"{each['ask']} (of {index})"} if place == reworded else each
        for place, each in enumerate(raw["question"])
    ]
    return {**raw, "id": f"T{index}", "question": questions}


@dataclass(frozen=True)
class Case:
    """A portfolio of trials, and two patients with an answer to each of its questions."""

    raws: list[Raw]
    portfolio: Portfolio
    table: dict[str, Answer]
    other: dict[str, Answer]

    def own(self, index: int, answers: Mapping[str, Answer]) -> dict[str, Answer]:
        """Those of the answers that one trial asks for, by its own questions."""
        trial, places = self.portfolio.trials[index], self.portfolio.position
        return {
            trial.protocol.questions[trial.own[place]].id: answer
            for question, answer in answers.items()
            if (place := places[question]) in trial.own
        }


def cases() -> st.SearchStrategy[Case]:
    """Draw one to four trials, and the answers."""
    return st.one_of(_of_every_kind(), _of_every_kind(), _with_implications(), cases_asked_apart())


@st.composite
def _with_implications(draw: st.DrawFn) -> Case:
    """Draw trials whose answers imply others, of one list of questions; nothing plain evaluates them."""
    drawn = [draw(protocols(draw(st.sampled_from([(), ("A", "B")])))) for _ in range(draw(st.integers(1, 3)))]
    portfolio = merged([replace(protocol, id=f"T{index}") for index, protocol in enumerate(drawn)])
    tables = [
        {
            question.id: draw(st.sampled_from(representatives(portfolio, place)))
            for place, question in enumerate(portfolio.questions)
        }
        for _ in range(2)
    ]
    return Case([], portfolio, *tables)


@st.composite
def cases_asked_apart(draw: st.DrawFn) -> Case:
    """Draw trials that ask apart what implies answers of others; nothing plain evaluates them."""
    portfolio, every = draw(asked_apart())
    tables = [draw(answers(every)) for _ in range(2)]
    apart = [{each.id: table[name_of(each.id)] for each in portfolio.questions} for table in tables]
    return Case([], portfolio, *apart)


@st.composite
def _of_every_kind(draw: st.DrawFn) -> Case:
    raws = [_trial(draw, index) for index in range(draw(st.integers(1, 4)))]
    portfolio = merged([built(raw) for raw in raws])
    return Case(raws, portfolio, _table(draw, raws, portfolio), _table(draw, raws, portfolio))


def _table(draw: st.DrawFn, raws: Sequence[Raw], portfolio: Portfolio) -> dict[str, Answer]:
    asked = {each["id"]: each for raw in raws for each in raw["question"]}
    criteria = [each for raw in raws for each in raw["criterion"]]
    known = draw(patients({"question": list(asked.values()), "criterion": criteria}))
    return {question.id: known[question.id.rpartition("/")[2]] for question in portfolio.questions}


def fitting(matching: Matching, table: Mapping[str, Answer]) -> Answer:
    """The answer to the current question; unknown where its unit does not fit the value's."""
    answer = table[matching.state]
    try:
        matching.check(matching.state, answer)
    except AnswerError:
        return UNKNOWN
    return answer


def begin(portfolio: Portfolio) -> Matching:
    matching = begun(portfolio)
    assert isinstance(matching, Matching)
    return matching


def go_on(matching: Matching, table: Mapping[str, Answer]) -> list[Step]:
    """Answer all that is asked from here on."""
    steps = list[Step]()
    while matching.state != REVIEW:
        steps.append(Step("answer", matching.state, fitting(matching, table)))
        matching.take(steps[-1])
    return steps


def harmless(portfolio: Portfolio, place: int) -> list[Answer]:
    """The known answers that fail the fewest criteria by themselves, of those that rules tell apart."""
    known = [answer for answer in representatives(portfolio, place) if answer != UNKNOWN]
    found = {answer: _fails(portfolio, place, answer) for answer in known or [UNKNOWN]}
    return [answer for answer, fails in found.items() if fails == min(found.values())]


def _fails(portfolio: Portfolio, place: int, answer: Answer) -> int:
    facts: list[Answer | None] = [None] * len(portfolio.questions)
    facts[place] = answer
    return sum(judge(portfolio, index, facts).high == FALSE for index in portfolio.affected[place])
