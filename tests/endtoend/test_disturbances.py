"""Stray input, stale buttons, double taps and two phones: nothing counts that was not meant, and the person is told."""

from __future__ import annotations

import time

import pytest

from bot.phone.world import Json, buttons_of
from bot.telegram.remarks import SAID_AGAIN_AFTER
from bot.wording.phrases import phrases
from tests.conversation.playing import Clock
from tests.endtoend.reference import reference
from tests.endtoend.ward import SCREENING, Clinician, Ward, prompts

PHOTO = {"file_id": "f", "file_unique_id": "f", "width": 90, "height": 90}
FILE = {"file_id": "f", "file_unique_id": "f"}
STRANGER = {"id": 9, "is_bot": False, "first_name": "Patient's daughter"}
STRAY: dict[str, Json] = {
    "sticker": {
        "sticker": {
            **FILE,
            "type": "regular",
            "width": 9,
            "height": 9,
            "is_animated": False,
            "is_video": False,
        }
    },
    "photo": {"photo": [PHOTO], "caption": "45"},
    "voice": {"voice": {**FILE, "duration": 3}},
    "video note": {"video_note": {**FILE, "length": 9, "duration": 3}},
    "document": {"document": {**FILE, "file_name": "discharge letter.pdf"}, "caption": "2"},
    "contact": {"contact": {"phone_number": "+8613812345678", "first_name": "Li"}},
    "location": {"location": {"latitude": 39.9, "longitude": 116.4}},
    "story": {"story": {"id": 1, "chat": {"id": 9, "type": "private"}}},
    "dice": {"dice": {"emoji": "🎲", "value": 5}},
    "forwarded": {
        "text": "45",
        "forward_origin": {"type": "user", "date": 1_700_000_000, "sender_user": STRANGER},
    },
    "by an inline bot": {
        "text": "45",
        "via_bot": {"id": 8, "is_bot": True, "first_name": "B", "username": "b_bot"},
    },
    "telephone number": {"text": "13812345678"},
    "identity number": {"text": "110101195003021234"},
    "date of birth": {"text": "1950-03-02"},
    "free text": {"text": "the patient is called Li"},
}


async def asked_age(ward: Ward, language: str = "en") -> Clinician:
    clinician = Clinician(ward, ward.member(language=language))
    await ward.says(clinician.phone, "/new")
    return clinician


def test_there_is_stray_input_of_many_kinds() -> None:
    assert len(STRAY) >= 15


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_stray_input_of_any_kind_disturbs_no_dialogue_and_is_not_kept(
    ward: Ward, clock: Clock, language: str
) -> None:
    clinician = await asked_age(ward, language)
    for name, content in STRAY.items():
        clock.now += SAID_AGAIN_AFTER
        said = len(clinician.phone.messages)
        clinician.phone.send_message(**content)
        await ward.quiet()
        assert ward.entries() == 1, name
        assert len(clinician.phone.messages) > said + 1, name
        assert len(prompts(clinician.phone)) == 1, name
    await clinician.does("45")
    assert ward.entries() == 2


async def test_a_stray_file_is_answered_again_as_soon_as_something_else_was_done(ward: Ward) -> None:
    clinician = await asked_age(ward)
    sentence = phrases("en")("no_files")
    for times in range(1, 4):
        for name in ("photo", "voice"):
            clinician.phone.send_message(**STRAY[name])
            await ward.quiet()
            assert clinician.phone.texts.count(sentence) == times
        await ward.says(clinician.phone, "/help")


async def test_an_edited_answer_changes_nothing_and_is_said_so(ward: Ward) -> None:
    clinician = await asked_age(ward)
    typed = clinician.phone.send("45")
    await ward.quiet()
    clinician.phone.edit(typed["message_id"], "54")
    await ward.quiet()
    assert ward.entries() == 2
    assert ward.rows("SELECT value FROM log WHERE kind = 'answer'") == [("45",)]
    assert any("edit" in text.lower() for text in clinician.phone.texts)


async def test_start_in_the_middle_shows_where_the_dialogue_stands(ward: Ward) -> None:
    clinician = await asked_age(ward)
    for word in ("/start", "/start abcdef", "/resume", "/help", "/nonsense"):
        await ward.says(clinician.phone, word)
        assert ward.entries() == 1
    assert ward.rows("SELECT count(*) FROM screenings") == [(1,)]
    await clinician.does("45")
    assert ward.entries() == 2


async def test_a_stale_button_is_told_what_counted(ward: Ward) -> None:
    clinician = await asked_age(ward)
    await clinician.does("45")
    asked, keys = clinician.keys()
    await clinician.does("2")
    clinician.phone.press_data(asked, keys["1"].press)
    await ward.quiet()
    assert ward.entries() == 3
    assert clinician.phone.toasts[-1] == "Already answered: Sex: Male."


async def test_of_a_double_tap_one_counts(ward: Ward) -> None:
    clinician = await asked_age(ward)
    await clinician.does("45")
    asked, keys = clinician.keys()
    for _ in range(4):
        clinician.phone.press_data(asked, keys["2"].press)
    await ward.quiet()
    assert ward.entries() == 3
    assert [toast for toast in clinician.phone.toasts if toast].count(clinician.phone.toasts[-1]) == 3


async def test_of_two_phones_that_answer_at_once_the_first_counts(ward: Ward) -> None:
    clinician = await asked_age(ward)
    await clinician.does("45")
    asked, keys = clinician.keys()
    for key in ("1", "2", "u"):
        clinician.phone.press_data(asked, keys[key].press)
    clinician.phone.send("2")
    await ward.quiet()
    answers = ward.rows("SELECT question, value FROM log WHERE kind = 'answer' ORDER BY entry")
    assert answers[1] == ("sex", "female")
    assert len(answers) <= 3, "the typed text is an answer to what was asked next"


async def test_a_reply_to_an_old_question_is_no_answer_to_the_new_one(ward: Ward) -> None:
    clinician = await asked_age(ward)
    asked, _ = clinician.keys()
    await clinician.does("45")
    before = ward.entries()
    clinician.phone.send("2", reply_to=asked["message_id"])
    await ward.quiet()
    assert ward.entries() == before
    newest = prompts(clinician.phone)[-1]
    clinician.phone.send("male", reply_to=newest["message_id"])
    await ward.quiet()
    assert ward.rows("SELECT value FROM log WHERE question = 'sex'") == [("male",)]


async def test_a_group_is_left_and_nothing_said_there_counts(ward: Ward) -> None:
    clinician = await asked_age(ward)
    for kind in ("group", "supergroup", "channel"):
        ward.server.world.deliver(
            {
                "message": {
                    "message_id": 7_000_000,
                    "date": int(time.time()),
                    "from": clinician.phone.user,
                    "chat": {"id": -100123, "type": kind, "title": "Ward round"},
                    "text": "45",
                }
            }
        )
        await ward.quiet()
    assert ward.entries() == 1
    assert ward.server.counts["leavechat"] == 3
    assert [m for m in clinician.phone.messages.values() if m["chat"]["id"] != clinician.phone.id] == []


async def test_a_language_switched_in_the_middle_keeps_all_answers(ward: Ward) -> None:
    clinician = await asked_age(ward)
    acts = reference("excluded_and_corrected").acts
    for number, act in enumerate(acts):
        if number in (2, 5, 9):
            await ward.says(clinician.phone, "/language")
            label = "中文" if number != 5 else "English"
            await ward.presses(
                clinician.phone,
                next(b["text"] for b in buttons_of(clinician.phone.last) if label in b["text"]),
            )
        await clinician.does(act.line)
        assert ward.entries() == act.after
    assert ward.rows("SELECT verdict FROM verdicts WHERE screening = ?", SCREENING) == [("eligible",)]


async def test_no_message_of_the_bot_breaks_a_limit_or_carries_anything_clinical_in_its_buttons(
    ward: Ward,
) -> None:
    clinician = await asked_age(ward)
    for act in reference("further_reasons").acts:
        await clinician.does(act.line)
        for message in clinician.phone.messages.values():
            for button in buttons_of(message):
                assert all(len(part) < 16 for part in button.get("callback_data", "").split(":"))
                assert "80" not in button.get("callback_data", "").split(":")[3:]
