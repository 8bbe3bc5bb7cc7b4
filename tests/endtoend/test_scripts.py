"""Every golden conversation on the phone: the same verdict and the same log as at the terminal."""

from __future__ import annotations

from collections import Counter

import pytest

from bot.conversation.presses import PRESSES
from bot.phone.world import buttons_of
from tests.conversation.scripts import SCRIPTS
from tests.endtoend.reference import log_of, reference, verdicts_of
from tests.endtoend.ward import SCREENING, Clinician, Ward, asked_from, prompts

CASES = [
    pytest.param(name, language, id=f"{name}-{language}") for name in SCRIPTS for language in ("en", "zh")
]


def test_there_are_scripts_to_play() -> None:
    assert len(CASES) >= 16


@pytest.mark.parametrize("name", SCRIPTS)
def test_every_script_comes_to_its_end(name: str) -> None:
    """A key that means something else now would else lead astray, and its transcript would be written so."""
    saved = {"wrong_input": 0, "undetermined_and_reopened": 2}.get(name, 1)
    assert len(reference(name).verdicts) == saved


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


async def test_a_press_moves_the_card_on_in_place_and_a_typed_answer_gets_a_new_one(ward: Ward) -> None:
    clinician = Clinician(ward, ward.member())
    await ward.says(clinician.phone, "/new")
    for act in reference("potentially_eligible").acts:
        asked, keys = clinician.keys()
        await clinician.does(act.line)
        standing, _ = clinician.keys()
        assert standing["message_id"] == clinician.phone.last["message_id"], act
        if act.line in keys:
            assert standing["message_id"] == asked["message_id"], act
        else:
            settled = clinician.phone.messages[asked["message_id"]]
            assert settled["text"] == asked["text"], act
            assert list(buttons_of(settled)) == [], act
    assert any("✓ Haemoglobin: 72 g/L\n" in text for text in clinician.phone.texts)


async def test_the_answers_since_the_last_typed_one_stand_on_the_card(ward: Ward) -> None:
    clinician = Clinician(ward, ward.member())
    await ward.says(clinician.phone, "/new")
    for line in ("45", "2", "1"):
        await clinician.does(line)
    assert clinician.phone.last["text"].splitlines()[1:5] == [
        "✓ Age: 45 years",
        "✓ Sex: Male",
        "✓ Diagnosis: AIHA (autoimmune haemolytic anaemia)",
        "Most recent haemoglobin? (number + unit)",
    ]
    await clinician.does("b")
    assert "✓ Diagnosis" not in clinician.phone.last["text"]
    assert "✓ Sex: Male" in clinician.phone.last["text"]
    await clinician.does("3")
    await clinician.does("72 g/L")
    assert clinician.phone.last["text"].splitlines()[1:2] == ["✓ Haemoglobin: 72 g/L"]


async def test_a_card_that_is_not_the_last_message_goes_on_below_it(ward: Ward) -> None:
    """What is asked is the last thing on the screen, also where another screening or a command stands below."""
    clinician = Clinician(ward, ward.member())
    await ward.says(clinician.phone, "/new", "45", "/new")
    first = next(m for m in prompts(clinician.phone) if asked_from(m) == (SCREENING, 2))
    await ward.presses(clinician.phone, "Male", first["message_id"])
    assert clinician.phone.last["text"].startswith(f"{SCREENING} · ")
    assert "✓ Sex: Male" in clinician.phone.last["text"]
    assert list(buttons_of(clinician.phone.messages[first["message_id"]])) == []
    await ward.says(clinician.phone, "/privacy")
    card = next(m for m in prompts(clinician.phone) if asked_from(m) == (SCREENING, 3))
    await ward.presses(clinician.phone, "Evans syndrome", card["message_id"])
    assert "Most recent haemoglobin?" in clinician.phone.last["text"]


async def test_a_turn_is_two_calls(ward: Ward) -> None:
    clinician = Clinician(ward, ward.member())
    await ward.says(clinician.phone, "/new")
    acts = reference("potentially_eligible").acts
    before = Counter(ward.server.bot_api.calls)
    for act in acts:
        await clinician.does(act.line)
    made = Counter(ward.server.bot_api.calls) - before
    edits, removed, sent = (made[m] for m in ("editmessagetext", "editmessagereplymarkup", "sendmessage"))
    assert edits == made["answercallbackquery"]
    assert removed == sent
    assert edits + sent == len(acts)


MOVING = {verb for verb, kind in PRESSES.items() if kind.effect == "moves"}


async def test_only_the_newest_prompt_of_a_screening_moves_it(ward: Ward) -> None:
    clinician = Clinician(ward, ward.member())
    await ward.says(clinician.phone, "/new")
    met = set()
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
        met |= moving
    assert len(met) > 5


async def test_a_number_is_asked_in_one_message_with_an_example_and_its_buttons(ward: Ward) -> None:
    clinician = Clinician(ward, ward.member())
    await ward.says(clinician.phone, "/new")
    for act in reference("potentially_eligible").acts[:3]:
        await clinician.does(act.line)
    *_, asked = clinician.phone.messages.values()
    assert asked["text"].splitlines() == [
        f"{SCREENING} · about 18 left",
        "✓ Age: 45 years",
        "✓ Sex: Male",
        "✓ Diagnosis: AIHA (autoimmune haemolytic anaemia)",
        "Most recent haemoglobin? (number + unit)",
        "For example 73 g/L",
    ]
    assert [button["text"] for button in buttons_of(asked)] == ["Unknown", "Back", "Help"]
