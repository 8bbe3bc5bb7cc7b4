"""The example beside a typed question is what a lab sheet shows, and is taken as it stands."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from dialogs.examples import example
from dialogs.languages import LANGUAGES
from dialogs.loading import load, parse_protocol
from dialogs.protocol import Kind, Protocol, Question
from dialogs.reading import Understood, read

SHIPPED = load("NCT04420494")
TOY = load(str(Path(__file__).parent.parent / "data" / "toy.toml"))
UNITS = [
    pytest.param(protocol, question, only, id=f"{question.id}-{only or 'any'}")
    for protocol in (SHIPPED, TOY)
    for question in protocol.questions
    for only in (*question.unit_by_code, None)
    if question.kind != "choice"
]


def test_there_are_typed_questions() -> None:
    assert len(UNITS) > 40


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("protocol", "question", "only"), UNITS)
def test_every_example_is_taken_without_asking(
    protocol: Protocol, question: Question, only: str | None, language: str
) -> None:
    shown = example(protocol, question, only, language)
    assert isinstance(read(protocol, question, shown, only), Understood), shown


@pytest.mark.parametrize(
    ("example_key", "shown"),
    [("", "38 °C"), (', example = "37.90"', "37.90 °C")],
    ids=["computed", "given"],
)
def test_a_trial_gives_its_example_or_one_is_computed(example_key: str, shown: str) -> None:
    unit = 'spellings = ["c", "°c", "度"]'
    assert unit in TOY.text
    protocol = parse_protocol(TOY.text.replace(unit, unit + example_key), "toy.toml")
    assert example(protocol, protocol.question("temperature"), None, "en") == shown


@pytest.mark.parametrize(
    ("kind", "usual", "shown"),
    [
        ("quantity", ("35", "42"), "38 °C"),
        ("quantity", ("1.005", "1.030"), "1.02 °C"),
        ("quantity", ("0.01", "0.09"), "0.03 °C"),
        ("quantity", ("0", "20"), "2 °C"),
        ("integer", ("1", "6"), "2"),
        ("integer", ("0", "80"), "8"),
    ],
)
def test_a_computed_example_is_usual_and_of_the_kind_that_is_asked_for(
    kind: Kind, usual: tuple[str, str], shown: str
) -> None:
    question = TOY.question("temperature")
    low, high = map(Decimal, usual)
    unit = replace(question.units[0], possible=(low, high), usual=(low, high))
    question = replace(question, kind=kind, units=(unit,))
    protocol = replace(TOY, questions=(question, *TOY.questions[1:]))
    assert example(protocol, question, None, "en") == shown
    assert isinstance(read(protocol, question, shown, None), Understood)


AGES = {
    "an age that all may have": (["18 <= age_years <= 75"], "45"),
    "adolescents": (["12 <= age_years <= 17"], "14"),
    "the old": (["age_years >= 60"], "60"),
    "older than": (["age_years > 65"], "66"),
    "children": (["age_years < 12"], "11"),
    "months": (['age_months < "12 mo"'], "11"),
    "two criteria": (["age_years >= 2", "not age_years > 9"], "5"),
    "none that all take": (["age_years >= 60", "age_years < 18"], "17"),
    "not by age alone": (['age_years >= 60 and sex == "male"'], "45"),
}


@pytest.mark.parametrize(("rules", "shown"), AGES.values(), ids=AGES)
def test_an_example_of_an_age_is_one_that_the_trial_takes(rules: list[str], shown: str) -> None:
    criteria = "".join(f"[[criterion]]\ninclusion = 'Ages'\nrule = '{rule}'\n" for rule in rules)
    text = f'format = 2\nid = "EX-AGES"\ntitle = "A made-up trial"\n{criteria}'
    protocol = parse_protocol(text, "trial.toml")
    age = next(each for each in protocol.questions if each.id.startswith("age_"))
    assert example(protocol, age, None, "en") == shown


@pytest.mark.parametrize(
    ("limit", "shown"),
    [
        ("180 d = 26 wk = 6 mo", "3 months ago"),
        ("4 wk = 28 d = 1 mo", "3 weeks ago"),
        ("1 d", "10 days ago"),
        ("1 a", "2 years ago"),
    ],
)
def test_an_example_of_a_time_ago_is_in_the_unit_in_which_one_would_say_the_limit(
    limit: str, shown: str
) -> None:
    trial = load("EXAMPLE-DM2")
    text = trial.text.replace(
        'diabetes_diagnosed >= "180 d = 26 wk = 6 mo"', f'diabetes_diagnosed >= "{limit}"'
    )
    changed = parse_protocol(text, "changed.toml")
    assert example(changed, changed.question("diabetes_diagnosed"), None, "en") == shown
