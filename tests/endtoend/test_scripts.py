"""Every golden conversation on the phone: the same verdict and the same log as at the terminal."""

from __future__ import annotations

import pytest

from bot.phone.world import buttons_of
from tests.conversation.scripts import SCRIPTS
from tests.endtoend.reference import log_of, reference, verdicts_of
from tests.endtoend.ward import SCREENING, Clinician, Ward, asked_from

CASES = [
    pytest.param(name, language, id=f"{name}-{language}") for name in SCRIPTS for language in ("en", "zh")
]


def test_there_are_scripts_to_play() -> None:
    assert len(CASES) >= 16


@pytest.mark.parametrize(("name", "language"), CASES)
async def test_the_phone_gives_the_verdict_and_log_of_the_terminal(
    name: str, language: str, ward: Ward
) -> None:
    clinician = Clinician(ward, ward.member(language=language))
    await ward.says(clinician.phone, "/new")
    for act in reference(name).acts:
        assert ward.entries() == act.before, act
        await clinician.does(act.line)
        assert ward.entries() == act.after, act
    assert log_of(ward.service.db, SCREENING) == reference(name).log
    assert verdicts_of(ward.service.db, SCREENING) == reference(name).verdicts


@pytest.mark.parametrize("name", SCRIPTS)
async def test_a_restart_between_any_two_messages_changes_nothing(name: str, ward: Ward) -> None:
    clinician = Clinician(ward, ward.member())
    await ward.says(clinician.phone, "/new")
    for act in reference(name).acts:
        await ward.restart()
        await clinician.does(act.line)
    assert log_of(ward.service.db, SCREENING) == reference(name).log
    assert verdicts_of(ward.service.db, SCREENING) == reference(name).verdicts


async def test_the_answered_question_loses_its_buttons_and_shows_its_answer(ward: Ward) -> None:
    clinician = Clinician(ward, ward.member())
    await ward.says(clinician.phone, "/new")
    for act in reference("potentially_eligible").acts:
        asked, _ = clinician.keys()
        await clinician.does(act.line)
        settled = clinician.phone.messages[asked["message_id"]]
        assert list(buttons_of(settled)) == [], act
        assert settled["text"].startswith("✓") or act.verb == "save"
    shown = [text for text in clinician.phone.texts if text.startswith("✓")]
    assert "✓ S01-0001 · Haemoglobin: 72 g/L" in shown
    assert len(shown) == len(reference("potentially_eligible").acts) - 1


MOVING = {"answer", "unknown", "candidate", "keep", "back", "save", "finish", "continue"}


async def test_only_the_newest_prompt_of_a_screening_moves_it(ward: Ward) -> None:
    clinician = Clinician(ward, ward.member())
    await ward.says(clinician.phone, "/new")
    for act in reference("second_thoughts").acts:
        await clinician.does(act.line)
        newest = ward.entries()
        moving = {
            asked_from(message)
            for message in clinician.phone.messages.values()
            for button in buttons_of(message)
            if button.get("callback_data", "").partition(":")[0] in MOVING
        }
        assert moving <= {(SCREENING, newest)}


async def test_a_number_is_asked_in_one_message_with_an_example_and_its_buttons(ward: Ward) -> None:
    clinician = Clinician(ward, ward.member())
    await ward.says(clinician.phone, "/new")
    for act in reference("potentially_eligible").acts[:3]:
        await clinician.does(act.line)
    *_, asked = clinician.phone.messages.values()
    assert asked["text"].splitlines() == [
        f"{SCREENING} · criterion 5 of 16",
        "Most recent haemoglobin? (number + unit)",
        "Type it, for example 73 g/L, or choose:",
    ]
    assert [button["text"] for button in buttons_of(asked)] == ["Unknown", "Back", "Help"]
