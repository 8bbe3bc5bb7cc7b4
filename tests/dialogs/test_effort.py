"""How an answer is come by: said by a file or the catalogue, kept with a stored text, and of no weight for a verdict."""

from __future__ import annotations

from itertools import pairwise

import pytest

from dialogs.effort import WEIGHTS
from dialogs.loading import catalogue, parse_stored
from dialogs.protocol import Protocol
from tests.dialogs.test_catalogue import asked
from tests.dialogs.test_format import criterion, faults, question, trial

ENTRIES = catalogue.entries()
SUPPLIED = {"patient": {"bedside"}, "laboratory report": {"result", "procedure"}, "rater": {"procedure"}}
RULED = criterion('code = "I1"\ninclusion = "x"\nrule = \'platelets > "100 10*9/L"\'')


def test_each_costs_more_than_the_one_before() -> None:
    assert all(one < other for one, other in pairwise(WEIGHTS.values()))


@pytest.mark.parametrize(
    ("name", "effort"),
    [
        ("age_years", "bedside"),
        ("phq9_2", "bedside"),
        ("last_chemotherapy", "chart"),
        ("statin", "chart"),
        ("hemoglobin", "result"),
        ("marrow_blasts", "procedure"),
    ],
)
def test_an_entry_has_that_of_its_subject_or_its_own(name: str, effort: str) -> None:
    assert asked(name).effort == effort


@pytest.mark.parametrize("name", ENTRIES)
def test_it_fits_who_supplies_the_answer(name: str) -> None:
    effort = asked(name).effort
    assert effort in SUPPLIED.get(asked(name).supplier["en"], WEIGHTS)


def test_the_limit_of_a_value_is_come_by_as_the_value_is() -> None:
    protocol = trial(
        question('use = "alt"'), criterion('code = "I1"\ninclusion = "x"\nrule = \'alt <= "2 {xULN}"\'')
    )
    assert protocol.question("alt_uln").effort == "result"


SAID = {
    "nothing": (question('id = "q"\nask = "Q?"'), "chart"),
    "of a question": (question('id = "q"\nask = "Q?"\neffort = "procedure"'), "procedure"),
    "over the entry's": (question('id = "q"\nuse = "hemoglobin"\neffort = "bedside"'), "bedside"),
    "by the entry": (question('id = "q"\nuse = "hemoglobin"'), "result"),
}  # fmt: skip


@pytest.mark.parametrize(("asks", "effort"), SAID.values(), ids=SAID)
def test_a_file_says_it(asks: str, effort: str) -> None:
    protocol = trial(asks, criterion('code = "I1"\ninclusion = "x"'))
    assert protocol.question("q").effort == effort


def test_a_criterion_without_a_rule_says_it_of_its_question() -> None:
    protocol = trial(criterion('code = "I1"\ninclusion = "x"\neffort = "bedside"'))
    assert protocol.questions[0].effort == "bedside"


def test_another_word_is_refused_with_those_that_there_are() -> None:
    (fault,) = faults(question('use = "hemoglobin"\neffort = "lab"'), RULED)
    assert fault.fault == '"lab" is not known'
    assert all(each in fault.remedy for each in WEIGHTS), fault.remedy


def test_a_stored_text_keeps_it_and_without_it_is_of_the_chart() -> None:
    text = trial(RULED).text
    assert _effort(parse_stored(text, "stored")) == "result"
    before = text.replace('effort = "result"\n', "")
    assert before != text
    assert _effort(parse_stored(before, "stored")) == "chart"


def _effort(protocol: Protocol) -> str:
    return protocol.question("platelets").effort
