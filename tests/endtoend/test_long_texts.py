"""Texts of a trial that are longer than a message, and people whose language the trial lacks, at the real bot."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.exchange import read_press
from bot.phone.world import buttons_of
from dialogs.answers import Selection
from tests.dialogs.long_trials import CRITERIA, LONGEST, WORDS, long_trial, option_of, words_of
from tests.endtoend.ward import Ward
from tests.phone.person import Person, labels

RETRIED = "is sent as plain text"


def told(phone: Person) -> str:
    """All that the bot said in a chat, without its line ends."""
    return _close("".join(m.get("text", "") for m in phone.messages.values() if m["from"]["is_bot"]))


def _close(text: str) -> str:
    return "".join(text.split())


def calls(ward: Ward) -> tuple[int, int]:
    """How many messages were changed and sent so far."""
    return ward.server.counts["editmessagetext"], ward.server.counts["sendmessage"]


@pytest.fixture(params=[("en", False), ("zh", False), ("zh", True)], ids=["en", "zh", "zh-in-chinese"])
async def long_ward(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[tuple[Ward, Person]]:
    language, chinese = request.param
    trial = long_trial(language if chinese else "en", chinese=chinese)
    async with Ward(tmp_path / "ward.db", protocols=[trial]) as ward:
        yield ward, ward.member(language=language)


def words_in(ward: Ward, code: str, length: int) -> str:
    """The words of the record, without blanks, as the ward's trial has them."""
    return _close(words_of(code, length, chinese=_is_chinese(ward)))


def _is_chinese(ward: Ward) -> bool:
    (trial,) = ward.service.channel.conversation.setup.protocols
    return "情况" in trial.text


async def test_an_exclusion_has_all_of_the_records_words(
    long_ward: tuple[Ward, Person], caplog: pytest.LogCaptureFixture
) -> None:
    ward, phone = long_ward
    await ward.says(phone, "/new", "12")
    await ward.presses(phone, labels(phone.last)[0])  # unusual, and right
    assert words_in(ward, "E0", LONGEST) in told(phone)
    assert RETRIED not in caplog.text
    assert labels(phone.last), "the buttons stand below the last page"


async def test_sixty_criteria_without_rules_are_answered_and_saved(
    long_ward: tuple[Ward, Person], caplog: pytest.LogCaptureFixture
) -> None:
    ward, phone = long_ward
    await ward.says(phone, "/new", "45", "none")
    for number in range(2, CRITERIA):
        code = f"{'I' if number % 2 else 'E'}{number}"
        assert words_in(ward, code, WORDS) in told(phone), code
        await ward.says(phone, "yes" if number % 2 else "no")
    await ward.presses(phone, labels(phone.last)[0])
    assert ward.rows("SELECT verdict FROM verdicts") == [("eligible",)]
    assert RETRIED not in caplog.text


async def test_sixty_failed_criteria_are_told_whole(
    long_ward: tuple[Ward, Person], caplog: pytest.LogCaptureFixture
) -> None:
    ward, phone = long_ward
    await ward.says(phone, "/new", "45", "none", "yes")
    further = next(
        button for button in buttons_of(phone.last) if button["callback_data"].startswith("continue:")
    )
    phone.press_data(phone.last, further["callback_data"])
    await ward.quiet()
    for number in range(3, CRITERIA):
        await ward.says(phone, "no" if number % 2 else "yes")
    phone.messages.clear()
    await ward.says(phone, "/resume")
    assert "E58" in told(phone)
    await ward.presses(phone, labels(phone.last)[0])
    card = told(phone)
    assert all(words_in(ward, f"{'I' if n % 2 else 'E'}{n}", WORDS) in card for n in range(2, CRITERIA))
    assert ward.rows("SELECT verdict, json_array_length(all_failed) FROM verdicts") == [
        ("ineligible", CRITERIA - 2)
    ]
    assert RETRIED not in caplog.text


async def test_a_tick_below_a_question_of_several_pages_is_one_call(long_ward: tuple[Ward, Person]) -> None:
    ward, phone = long_ward
    await ward.says(phone, "/new", "45")
    assert words_in(ward, "Q", LONGEST) in told(phone)
    messages, before = len(phone.messages), calls(ward)
    for place, box in ((0, "☑"), (2, "☑"), (0, "☐")):
        await ward.presses(phone, labels(phone.last)[place])
        assert labels(phone.last)[place].startswith(box)
    assert len(phone.messages) == messages
    assert calls(ward) == (before[0] + 3, before[1])


async def test_what_an_option_says_is_told_whole_where_its_button_cuts_it(
    long_ward: tuple[Ward, Person],
) -> None:
    ward, phone = long_ward
    await ward.says(phone, "/new", "45")
    options = [option_of(number, chinese=_is_chinese(ward)) for number in range(4)]
    assert all(_close(option) in told(phone) for option in options)
    await ward.says(phone, options[3])
    assert ward.service.screenings.load("S01-0001").dialogue.answers["history"] == Selection(("o3",))


async def test_a_short_answer_stands_on_its_button_alone(long_ward: tuple[Ward, Person]) -> None:
    ward, phone = long_ward
    await ward.says(phone, "/new", "45", "none")
    assert all(f"• {label}" not in phone.last["text"] for label in labels(phone.last))


async def test_what_goes_into_a_record_is_told_whole(
    long_ward: tuple[Ward, Person], caplog: pytest.LogCaptureFixture
) -> None:
    ward, phone = long_ward
    options = [option_of(number, chinese=_is_chinese(ward)) for number in (0, 2)]
    await ward.says(phone, "/new", "45")
    for place in (0, 2):
        await ward.presses(phone, labels(phone.last)[place])
    await ward.presses(phone, next(label for label in labels(phone.last) if label in ("Done", "完成")))
    for number in range(2, CRITERIA):
        await ward.says(phone, "yes" if number % 2 else "no")
    await ward.presses(phone, labels(phone.last)[0])
    phone.messages.clear()
    await ward.says(phone, "/recent 1")
    card = phone.last
    press = next(b for b in buttons_of(card) if b.get("callback_data", "").startswith("copy_record:"))
    before = told(phone)
    phone.press_data(card, press["callback_data"])
    await ward.quiet()
    record = told(phone).replace(before, "", 1)
    assert all(_close(option) in record for option in options)
    assert RETRIED not in caplog.text


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_two_long_trials_of_two_languages_are_one_conversation(
    tmp_path: Path, language: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Each trial lacks the other's language; all that a person must read is in one of them, whole."""
    trials = (long_trial("en", criteria=12), long_trial("zh", criteria=12, chinese=True, name="LONG-2"))
    async with Ward(tmp_path / "ward.db", protocols=trials) as ward:
        phone = ward.member(language=language)
        await ward.says(phone, "/new")
        assert all(_close(words_of("T", 300, chinese=chinese)) in told(phone) for chinese in (False, True))
        await ward.presses(phone, labels(phone.last)[0])
        asked = 0
        while not any(b["callback_data"].startswith("save_all:") for b in buttons_of(phone.last)):
            await ward.says(phone, "45" if not asked else "unknown")
            asked += 1
            assert asked < 40
        stands = told(phone)
        assert all(_close(words_of("T", 300, chinese=chinese)) in stands for chinese in (False, True))
        for start in ("correct_which:", "go_back:", "save_all:"):
            press = next(b for b in buttons_of(phone.last) if b["callback_data"].startswith(start))
            phone.press_data(phone.last, press["callback_data"])
            await ward.quiet()
        assert (
            ward.rows("SELECT verdict FROM verdicts WHERE screening LIKE '%-0%'") == [("undetermined",)] * 2
        )
    assert RETRIED not in caplog.text


# the office ----------------------------------------------------------------------------------------


async def test_the_office_sees_all_of_a_long_screening(
    long_ward: tuple[Ward, Person], caplog: pytest.LogCaptureFixture
) -> None:
    ward, phone = long_ward
    await ward.says(phone, "/new", "45", "none", "yes")
    further = next(b for b in buttons_of(phone.last) if b["callback_data"].startswith("continue:"))
    phone.press_data(phone.last, further["callback_data"])
    await ward.quiet()
    for number in range(3, CRITERIA):
        await ward.says(phone, "no" if number % 2 else "yes")
    await ward.presses(phone, labels(phone.last)[0])
    office = ward.member(2002, "administrator", language="zh")
    for command in (
        "/recent",
        "/open",
        "/about",
        "/help",
        "/stats",
        "/query S01-0001",
        "/evaluate",
        "S01-0001",
    ):
        await ward.says(office, command)
    card = office.last
    for button in buttons_of(card):
        if read_press(button.get("callback_data", "")) is not None:
            office.press_data(card, button["callback_data"])
            await ward.quiet()
    assert all(f"E{number}" in told(office) for number in range(2, CRITERIA, 2))
    assert RETRIED not in caplog.text
    assert "not delivered" not in caplog.text
