"""Whom a question and an answer are about, where some trial asks about another person than the patient."""

from __future__ import annotations

import pytest

from bot.conversation import Conversation
from bot.exchange import Turn
from bot.wording.parts import people
from bot.wording.phrases import phrases, plain
from dialogs.loading import parse_protocol
from dialogs.protocol import Protocol
from tests.conversation.office import LANGUAGES, Ward, buttons, labels, offering, said, staffed

HEAD = 'format = 2\nid = "{id}"\ntitle = "Fictional"\nlanguages = ["en", "zh"]\n'
PARTS = """
[[part]]
code = "P"
name = "Parents"
required = true
person = { en = "the parent", zh = "家长" }
[[part]]
code = "C"
name = "Patients"
required = true
"""
STROKE = """
[[criterion]]
code = "I1"
inclusion = "No stroke of late"
rule = 'last_stroke > "6 mo"'
"""
ADULT = """
[[criterion]]
code = "I2"
inclusion = "Adult"
rule = "age_years >= 18"
"""
FAMILY = HEAD.format(id="FAMILY") + PARTS + STROKE + 'parts = ["P"]\n' + ADULT + 'parts = ["C"]\n'
ALONE = HEAD.format(id="ALONE") + STROKE + ADULT
PERSONS = {"en": ("the parent", "the patient"), "zh": ("家长", "患者")}


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def trial(text: str) -> Protocol:
    return parse_protocol(text, "family.toml")


def in_a_matching(conversation: Conversation, language: str) -> tuple[Ward, Turn]:
    ward = staffed(offering(conversation, trial(FAMILY), trial(ALONE)), language)
    return ward, ward.tap(ward.do(ward.clinician, "/new"), phrases(language).plain("all_trials"))


def about(turn: Turn, language: str) -> list[str]:
    """Whom the card says that it asks about."""
    start = plain(phrases(language)("about_whom", people=""))
    return [
        line.removeprefix(start) for line in plain(said(turn)).split("\n") if line.startswith(start.strip())
    ]


def understood(turn: Turn) -> str:
    return next(line for line in plain(said(turn)).split("\n") if line.startswith(("✓ ", "– ")))


def answered(ward: Ward, turn: Turn, language: str, count: int, *typed: str) -> list[tuple[str, Turn]]:
    """Answer questions as they come, ages or times; return whom each was about, and what the answer led to."""
    told = []
    for _ in range(count):
        (whom,) = about(turn, language)
        asks_age = any(word in said(turn) for word in ("Age in completed years?", "周岁"))
        turn = ward.do(ward.clinician, typed[0] if asks_age else typed[1])
        told.append((whom, turn))
    return told


def test_in_a_matching_each_question_and_answer_says_whose_it_is(
    conversation: Conversation, language: str
) -> None:
    told = answered(*in_a_matching(conversation, language), language, 3, "45", "8 months")
    parent, patient = PERSONS[language]
    assert sorted(whom for whom, _ in told) == sorted([parent, patient, patient])
    noted = [understood(turn) for _, turn in told]
    assert len({*noted}) == len(noted)
    assert all(whom in line for (whom, _), line in zip(told, noted, strict=True))


def test_in_one_trial_the_patient_is_named_beside_a_person(conversation: Conversation, language: str) -> None:
    ward = staffed(offering(conversation, trial(FAMILY)), language)
    told = answered(ward, ward.do(ward.clinician, "/new"), language, 2, "45", "8 months")
    assert sorted(whom for whom, _ in told) == sorted(PERSONS[language])
    assert all(whom in understood(turn) for whom, turn in told)
    which = ward.do(
        ward.clinician, f"!{next(b.press for b in buttons(told[-1][1]) if 'correct_which' in b.press)}"
    )
    assert all(any(whom in label for label in labels(which)) for whom in PERSONS[language])


def test_what_is_to_be_followed_up_says_whose_answer_it_is(conversation: Conversation, language: str) -> None:
    unknown = "unknown" if language == "en" else "未知"
    ward, turn = in_a_matching(conversation, language)
    end = answered(ward, turn, language, 3, unknown, unknown)[-1][1]
    parent, patient = PERSONS[language]
    start = phrases(language).plain("missing", questions="").split(":")[0].split("：")[0]
    family, alone = [line for line in plain(said(end)).split("\n") if line.startswith(start)]
    assert parent in family
    assert patient in family
    assert parent not in alone
    assert alone.count(patient) == 2


def test_a_trial_that_names_nobody_says_of_nobody_whose_its_questions_are(conversation: Conversation) -> None:
    nobody = FAMILY.replace('person = { en = "the parent", zh = "家长" }\n', "")
    ward = staffed(offering(conversation, trial(nobody)), "en")
    assert about(ward.do(ward.clinician, "/new"), "en") == []


def test_a_question_about_the_site_is_about_nobody() -> None:
    scanner = '[[question]]\nid = "scanner"\nsite_fact = true\nask = "Scanner?"\nshort = "Scanner"\nkind = "yes_no"\n'
    uses = '[[criterion]]\ncode = "I3"\ninclusion = "A scanner"\nrule = "scanner"\n'
    family = trial(FAMILY.replace("[[criterion]]", scanner + uses + "[[criterion]]", 1))
    assert people(family, family.question("scanner"), phrases("en")) == []
