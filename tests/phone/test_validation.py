"""What Telegram refuses, this server refuses in the same words."""

from typing import Any

import aiohttp
import pytest
from telegram import Bot, BotCommand, CopyTextButton, ForceReply, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest

from tests.phone.conftest import TOKEN
from tests.phone.person import Person


async def refusal(bot: Bot, **asked: Any) -> str:
    call: dict[str, Any] = {"chat_id": 7, "text": "x"} | asked
    with pytest.raises(BadRequest) as refused:
        await bot.send_message(**call)
    return refused.value.message


@pytest.mark.parametrize("text", ["", "  \n ", "\u202e", "<b></b>"])
async def test_an_empty_text_is_refused(bot: Bot, person: Person, text: str) -> None:
    assert await refusal(bot, text=text, parse_mode="HTML") == "Message text is empty"


async def test_a_text_may_have_4096_characters_after_its_tags_are_read(bot: Bot, person: Person) -> None:
    sent = await bot.send_message(7, "<b>" + "x" * 4096 + "</b>", parse_mode="HTML")
    assert len(sent.text or "") == 4096
    assert await refusal(bot, text="x" * 4097) == "Message is too long"


async def test_a_caption_may_have_1024_characters(bot: Bot, person: Person) -> None:
    sent = await bot.send_document(7, b"x", caption="x" * 1024)
    assert len(sent.caption or "") == 1024
    with pytest.raises(BadRequest, match=r"(?i)caption is too long"):
        await bot.send_document(7, b"x", caption="x" * 1025)


@pytest.mark.parametrize("data", ["x", "x" * 64, "数" * 21])
async def test_callback_data_of_1_to_64_bytes_are_accepted(bot: Bot, person: Person, data: str) -> None:
    button = InlineKeyboardButton("Go", callback_data=data)
    sent = await bot.send_message(7, "x", reply_markup=InlineKeyboardMarkup([[button]]))
    assert sent.reply_markup.inline_keyboard[0][0].callback_data == data


@pytest.mark.parametrize(
    ("button", "sentence"),
    [
        (InlineKeyboardButton("Go", callback_data="x" * 65), "Button_data_invalid"),
        (InlineKeyboardButton("Go", callback_data="数" * 22), "Button_data_invalid"),
        (InlineKeyboardButton("Go", callback_data=""), "Button_data_invalid"),
        (InlineKeyboardButton("Go", copy_text=CopyTextButton("x" * 257)), "Button_copy_text_invalid"),
        (InlineKeyboardButton("Go", url="javascript:alert(1)"), "Button_url_invalid"),
        (InlineKeyboardButton(" ", callback_data="x"), "Text is required"),
        (InlineKeyboardButton("Go"), "Text buttons are unallowed in the inline keyboard"),
    ],
)
async def test_a_button_that_telegram_would_not_show_is_refused(
    bot: Bot, person: Person, button: InlineKeyboardButton, sentence: str
) -> None:
    said = await refusal(bot, reply_markup=InlineKeyboardMarkup([[button]]))
    assert sentence.casefold() in said.casefold()


async def test_more_than_100_buttons_are_refused(bot: Bot, person: Person) -> None:
    rows = [[InlineKeyboardButton("Go", callback_data="x")]] * 101
    assert (await refusal(bot, reply_markup=InlineKeyboardMarkup(rows))).upper() == "REPLY_MARKUP_TOO_LONG"


async def test_a_placeholder_may_have_64_characters(bot: Bot, person: Person) -> None:
    await bot.send_message(7, "x", reply_markup=ForceReply(input_field_placeholder="x" * 64))
    assert "placeholder" in await refusal(bot, reply_markup=ForceReply(input_field_placeholder="x" * 65))


async def test_an_answer_to_a_press_may_have_200_characters(bot: Bot, person: Person) -> None:
    query = person.press_data({"message_id": 1}, "x")
    with pytest.raises(BadRequest, match=r"(?i)message_too_long"):
        await bot.answer_callback_query(query, "x" * 201)
    assert await bot.answer_callback_query(query, "x" * 200)


async def test_a_press_that_nobody_made_is_too_old(bot: Bot) -> None:
    with pytest.raises(BadRequest, match=r"(?i)query is too old"):
        await bot.answer_callback_query("12345")


async def test_an_old_press_is_too_old(bot: Bot, person: Person) -> None:
    query = person.press_data({"message_id": 1}, "x")
    now = person.world.clock()
    person.world.clock = lambda: now + 3600
    with pytest.raises(BadRequest, match=r"(?i)query is too old"):
        await bot.answer_callback_query(query)


@pytest.mark.parametrize("name", ["New", "a-b", "", "x" * 33, "日"])
async def test_a_command_is_lower_case_letters_digits_and_underscores(bot: Bot, name: str) -> None:
    with pytest.raises(BadRequest, match=r"(?i)BOT_COMMAND_INVALID"):
        await bot.set_my_commands([BotCommand(name, "describes")])


async def test_a_language_has_two_letters(bot: Bot) -> None:
    with pytest.raises(BadRequest, match=r"(?i)invalid language code"):
        await bot.set_my_commands([BotCommand("new", "describes")], language_code="zh-hans")


@pytest.mark.parametrize(("what", "length"), [("name", 64), ("description", 512), ("short_description", 120)])
async def test_the_bots_own_texts_have_their_limits(bot: Bot, what: str, length: int) -> None:
    setter = getattr(bot, f"set_my_{what}")
    assert await setter("x" * length)
    with pytest.raises(BadRequest, match=r"(?i)too long"):
        await setter("x" * (length + 1))


async def test_a_parse_mode_that_is_not_known_is_refused(bot: Bot, person: Person) -> None:
    assert "nsupported parse_mode" in await refusal(bot, parse_mode="BBCode")


async def test_a_surrogate_alone_is_no_text(http: aiohttp.ClientSession, person: Person) -> None:
    async with http.post(f"/bot{TOKEN}/sendMessage", json={"chat_id": 7, "text": "\ud800"}) as answer:
        assert (await answer.json())["description"] == "Bad Request: strings must be encoded in UTF-8"


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({}, "chat_id is empty"),
        ({"chat_id": 7, "text": "x", "reply_markup": "{"}, "can't parse reply markup JSON object"),
        ({"chat_id": 7, "text": "x", "reply_markup": "7"}, "can't parse reply keyboard markup JSON object"),
        ({"chat_id": 7, "text": "x", "reply_markup": {"x": 1}}, "object expected as reply markup"),
        ({"chat_id": 7, "text": "x", "reply_markup": {"inline_keyboard": 5}}, "Array of buttons expected"),
        ({"chat_id": 7, "text": "x", "reply_markup": {"inline_keyboard": [[5]]}}, "Button must be an Object"),
    ],
)
async def test_nonsense_is_refused_with_a_sentence(
    http: aiohttp.ClientSession, person: Person, asked: dict[str, object], sentence: str
) -> None:
    async with http.post(f"/bot{TOKEN}/sendMessage", json=asked) as answer:
        body = await answer.json()
    assert (answer.status, body["ok"]) == (400, False)
    assert sentence in body["description"]


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff"])
async def test_a_body_that_is_no_json_object_is_refused(http: aiohttp.ClientSession, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    async with http.post(f"/bot{TOKEN}/getMe", data=body, headers=headers) as answer:
        assert (await answer.json())["description"] == "Bad Request: can't parse JSON object"
