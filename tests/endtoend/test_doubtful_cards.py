"""A card whose change was lost, refused or not acknowledged, and what stands on one that was changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.phone.world import buttons_of
from tests.endtoend.ward import TOKEN, Ward
from tests.phone.faults import Fault, FaultyBotApi
from tests.phone.person import Person, text_of

UNACKNOWLEDGED = (
    Fault("drop_after", "editmessagetext", times=1),
    Fault("server_error", "editmessagetext"),
)
"""A message is changed, and the bot never hears of it."""
TO_REVIEW = [
    *("No", "No", "None, or benign only", "No", "No", "No", "ECOG 1", "No"),
    *["Normal (≤ ULN)"] * 4,
    "Yes, willing",
]


async def presses(ward: Ward, phone: Person, *labels: str) -> None:
    for label in labels:
        await ward.presses(phone, label)


async def at_review(ward: Ward) -> Person:
    phone = ward.member()
    await ward.says(phone, "/new", "45", "male", "aiha", "72 g/L", "42 d")
    await presses(ward, phone, *TO_REVIEW, "Correct an answer", "Back")
    return phone


async def unacknowledged(ward: Ward, phone: Person, label: str) -> None:
    ward.server.faults.table = UNACKNOWLEDGED
    await ward.presses(phone, label)
    ward.server.faults.clear()


async def test_the_way_back_from_a_card_that_arrived_unknown_leads_back(tmp_path: Path) -> None:
    async with Ward(tmp_path / "ward.db") as ward:
        phone = await at_review(ward)
        await unacknowledged(ward, phone, "Cancel")
        assert text_of(phone.last).startswith("Cancel S01-0001?")
        await ward.presses(phone, "No, go on")
        assert "Review: potentially eligible" in text_of(phone.last)


@pytest.mark.parametrize("killed", [False, True])
async def test_a_reply_to_a_card_that_arrived_unknown_is_no_answer(tmp_path: Path, killed: bool) -> None:
    """It asks whether to cancel; the file knows of the review in its place, which a yes would save."""
    now = [1_900_000_000.0]
    server = FaultyBotApi(token=TOKEN, kept=5000, clock=lambda: now[0])
    async with Ward(tmp_path / "ward.db", server=server) as ward:
        phone = await at_review(ward)
        card = phone.last["message_id"]
        ward.service.screenings.keep_prompts()
        now[0] += 60
        await unacknowledged(ward, phone, "Cancel")
        assert text_of(phone.last).startswith("Cancel S01-0001?")
        if killed:
            ward.service.screenings.prompts._chats.clear()
        phone.send("yes", reply_to=card)
        await ward.quiet()
        assert ward.rows("SELECT state FROM positions") == [("review",)]
        assert "Nothing was kept" in text_of(phone.last)


async def test_a_reply_to_a_card_that_was_in_doubt_a_moment_ago_is_no_answer(tmp_path: Path) -> None:
    """It may be meant for what stood there unknown, or for the review that took its place."""
    async with Ward(tmp_path / "ward.db") as ward:
        phone = await at_review(ward)
        card = phone.last["message_id"]
        await unacknowledged(ward, phone, "Cancel")
        await ward.presses(phone, "No, go on")
        assert phone.last["message_id"] == card
        phone.send("yes", reply_to=card)
        await ward.quiet()
        assert ward.rows("SELECT state FROM positions") == [("review",)]
        assert "Nothing was kept" in text_of(phone.last)


async def test_a_card_that_cannot_be_changed_is_sent_anew_whatever_the_refusal_says(tmp_path: Path) -> None:
    async with Ward(tmp_path / "ward.db") as ward:
        phone = ward.member()
        await ward.says(phone, "/new", "45")
        before = phone.last["message_id"]
        body = '{"ok": false, "error_code": 400, "description": "Bad Request: MESSAGE_ID_INVALID"}'
        ward.server.faults.table = [Fault("answer", "editmessagetext", status=400, body=body)]
        await ward.presses(phone, "Male")
        assert phone.last["message_id"] > before
        assert "diagnosis" in text_of(phone.last)
        assert not list(buttons_of(phone.messages[before]))


async def test_a_card_says_of_an_answer_only_what_still_holds(tmp_path: Path) -> None:
    """A ratio whose divisor is taken back, and a criterion that fails no more."""
    async with Ward(tmp_path / "ward.db") as ward:
        phone = ward.member()
        await ward.says(phone, "/new", "45", "male", "aiha", "72 g/L", "42 d")
        await presses(ward, phone, *TO_REVIEW[:9])
        await ward.says(phone, "100 U/L", "40")
        await presses(ward, phone, "Back", "Back", "Keep: 100 U/L")
        assert "✓ ALT: 100 U/L = 2.5 × ULN" in text_of(phone.last)
        await presses(ward, phone, "Back", "Unknown")
        assert "✓ ALT: 100 U/L\n" in text_of(phone.last)
        await ward.says(phone, "/new", "17")
        await presses(ward, phone, "Yes, 17 years", "Record further reasons", "Male", "Evans syndrome")
        await ward.says(phone, "130 g/L", "20 10*9/L")
        await presses(ward, phone, *["Back"] * 3, "AIHA (autoimmune haemolytic anaemia)")
        assert "Also not met as entered: I2b" in text_of(phone.last)
        await presses(ward, phone, "Back", "Unknown")
        assert "✓ Diagnosis: AIHA" in text_of(phone.last)
        assert "I2b" not in text_of(phone.last)


async def test_the_only_message_of_a_chat_can_be_doubted_before_it_was_noted(tmp_path: Path) -> None:
    async with Ward(tmp_path / "ward.db") as ward:
        phone = ward.member()
        await ward.says(phone, "/new")
        await unacknowledged(ward, phone, "Help")
        ward.service.screenings.keep_prompts()
        await ward.restart()
        await ward.says(phone, "45", "45")
        assert "Sex?" in text_of(phone.last)
