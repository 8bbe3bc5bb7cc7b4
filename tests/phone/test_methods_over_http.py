"""The Bot API methods, called by the real python-telegram-bot over HTTP."""

import re
import zlib

import aiohttp
import pytest
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    CopyTextButton,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    MenuButtonCommands,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)
from telegram.error import BadRequest, EndPointNotFound, Forbidden

from tests.phone.conftest import TOKEN
from tests.phone.faults import FaultyBotApi
from tests.phone.person import Person


def png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    size = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    rows = zlib.compress((b"\0" + b"\x20\x90\x80" * width) * height)
    header = chunk(b"IHDR", size + bytes([8, 2, 0, 0, 0]))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


PNG = png(3, 2)


def keyboard(*labels: str) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(label, callback_data=f"press:{label}")] for label in labels]
    )


# sending


async def test_a_bot_learns_who_it_is(bot: Bot) -> None:
    assert (bot.id, bot.username, bot.first_name) == (123456789, "prescreen_local_bot", "Trial pre-screening")


async def test_a_message_arrives_with_its_buttons(bot: Bot, person: Person) -> None:
    sent = await bot.send_message(
        7, "How <b>many</b>?", parse_mode="HTML", reply_markup=keyboard("One", "Two")
    )
    shown = await person.next_reply()
    assert (sent.message_id, sent.text) == (shown["message_id"], "How many?")
    assert sent.reply_markup == keyboard("One", "Two")
    assert person.buttons == ["One", "Two"]
    assert person.transcript() == "bot> How many?\n     [One]\n     [Two]"


async def test_options_without_a_picture_here_are_accepted(bot: Bot, person: Person) -> None:
    sent = await bot.send_message(
        7,
        "quietly",
        disable_notification=True,
        protect_content=True,
        link_preview_options=LinkPreviewOptions(is_disabled=True),
    )
    assert sent.has_protected_content
    assert await bot.set_chat_menu_button(7, MenuButtonCommands())
    assert await bot.get_chat_menu_button(7) == MenuButtonCommands()


async def test_a_forced_reply_is_shown_and_answered_as_a_reply(bot: Bot, person: Person) -> None:
    asked = await bot.send_message(
        7, "Platelets?", reply_markup=ForceReply(input_field_placeholder="e.g. 98")
    )
    shown = person.chat.reply_with
    assert shown is not None
    assert (
        shown
        == {
            "force_reply": True,
            "selective": False,
            "input_field_placeholder": "e.g. 98",
            "message_id": asked.message_id,
        }
        or shown["input_field_placeholder"] == "e.g. 98"
    )
    person.send("98")
    (update,) = await bot.get_updates()
    assert update.message.reply_to_message.message_id == asked.message_id
    assert person.chat.reply_with is None
    with pytest.raises(BadRequest, match=r"(?i)message can't be edited"):
        await bot.edit_message_text("98 taken", 7, asked.message_id)


async def test_a_reply_keyboard_stays_until_it_is_removed(bot: Bot, person: Person) -> None:
    await bot.send_message(7, "?", reply_markup=ReplyKeyboardMarkup([["Yes", "No"]]))
    shown = person.chat.reply_with
    assert shown is not None
    assert shown["keyboard"] == [[{"text": "Yes"}, {"text": "No"}]]
    await bot.send_message(7, "!", reply_markup=ReplyKeyboardRemove())
    assert person.chat.reply_with is None


async def test_a_copy_button_copies_and_tells_nobody(bot: Bot, person: Person) -> None:
    button = InlineKeyboardButton("Copy", copy_text=CopyTextButton("for the notes"))
    await bot.send_message(7, "verdict", reply_markup=InlineKeyboardMarkup([[button]]))
    assert person.press("Copy") == "for the notes"
    assert await bot.get_updates() == ()


async def test_a_message_can_be_answered_in_reply(bot: Bot, person: Person) -> None:
    sent = person.send("question")
    answer = await bot.send_message(7, "answer", reply_to_message_id=sent["message_id"])
    assert answer.reply_to_message.text == "question"
    with pytest.raises(BadRequest, match=r"(?i)message to be replied not found"):
        await bot.send_message(7, "answer", reply_to_message_id=1)


# changing


async def test_an_edit_changes_the_message_in_place(bot: Bot, person: Person) -> None:
    sent = await bot.send_message(7, "asked", reply_markup=keyboard("One"))
    edited = await bot.edit_message_text("answered", 7, sent.message_id)
    assert (edited.text, edited.reply_markup) == ("answered", None)
    assert edited.edit_date is not None
    assert person.texts == ["answered"]
    with pytest.raises(BadRequest, match=r"(?i)message is not modified"):
        await bot.edit_message_text("answered", 7, sent.message_id)


async def test_buttons_are_edited_alone(bot: Bot, person: Person) -> None:
    sent = await bot.send_message(7, "asked", reply_markup=keyboard("One"))
    await bot.edit_message_reply_markup(7, sent.message_id, reply_markup=keyboard("Two"))
    assert person.buttons == ["Two"]
    with pytest.raises(BadRequest, match=r"(?i)message is not modified"):
        await bot.edit_message_reply_markup(7, sent.message_id, reply_markup=keyboard("Two"))
    await bot.edit_message_reply_markup(7, sent.message_id)
    assert person.buttons == []


async def test_only_own_text_messages_can_be_edited(bot: Bot, person: Person) -> None:
    theirs = person.send("mine")
    photo = await bot.send_photo(7, PNG)
    with pytest.raises(BadRequest, match=r"(?i)message can't be edited"):
        await bot.edit_message_text("x", 7, theirs["message_id"])
    with pytest.raises(BadRequest, match=r"(?i)there is no text in the message to edit"):
        await bot.edit_message_text("x", 7, photo.message_id)
    with pytest.raises(BadRequest, match=r"(?i)message to edit not found"):
        await bot.edit_message_text("x", 7, 1)
    with pytest.raises(BadRequest, match=r"(?i)inline keyboard expected"):
        await bot.edit_message_text(
            "x",
            7,
            (await bot.send_message(7, "y")).message_id,
            reply_markup=ForceReply(),  # type: ignore[arg-type]  # what the types forbid, the server refuses
        )


async def test_a_deleted_message_is_gone(bot: Bot, person: Person) -> None:
    sent = person.send("by mistake")
    assert await bot.delete_message(7, sent["message_id"])
    assert person.messages == {}
    with pytest.raises(BadRequest, match=r"(?i)message to delete not found"):
        await bot.delete_message(7, sent["message_id"])


async def test_a_chat_remembers_its_last_messages_only() -> None:
    server = FaultyBotApi(token=TOKEN, kept=10)
    person = server.person(7)
    for number in range(25):
        person.send(str(number))
    assert person.texts == [str(number) for number in range(15, 25)]


# presses


async def test_a_press_is_answered_once(bot: Bot, person: Person) -> None:
    await bot.send_message(7, "asked", reply_markup=keyboard("One"))
    query = person.press("One")
    (update,) = await bot.get_updates()
    assert (update.callback_query.data, update.callback_query.message.text) == ("press:One", "asked")
    await update.callback_query.answer("taken", show_alert=True)
    answer = await person.answer_to(query)
    assert (answer["text"], answer["alert"]) == ("taken", True)
    with pytest.raises(BadRequest, match=r"(?i)query is too old"):
        await update.callback_query.answer()


async def test_a_press_on_a_message_that_is_gone_still_arrives(bot: Bot, person: Person) -> None:
    person.press_data({"message_id": 3}, "forged")
    (update,) = await bot.get_updates()
    assert update.callback_query.data == "forged"
    assert not update.callback_query.message.is_accessible


def test_a_button_that_is_not_there_cannot_be_pressed(person: Person) -> None:
    with pytest.raises(LookupError, match="no button 'One'"):
        person.press("One")


# files


async def test_a_document_is_uploaded_and_downloaded(bot: Bot, person: Person) -> None:
    sent = await bot.send_document(
        7, b"a,b\n", filename="log 日志.csv", caption="<i>log</i>", parse_mode="HTML"
    )
    assert (sent.document.file_name, sent.document.file_size, sent.caption) == ("log 日志.csv", 4, "log")
    file = await bot.get_file(sent.document.file_id)
    assert bytes(await file.download_as_bytearray()) == b"a,b\n"
    again = await bot.send_document(7, sent.document.file_id)
    assert again.document.file_id == sent.document.file_id


async def test_a_photo_tells_its_size(bot: Bot, person: Person) -> None:
    sent = await bot.send_photo(7, PNG, caption="plot", reply_markup=keyboard("One"))
    assert [(size.width, size.height) for size in sent.photo] == [(3, 2)]
    edited = await bot.edit_message_caption(7, sent.message_id, caption="other")
    assert (edited.caption, edited.reply_markup) == ("other", None)


@pytest.mark.parametrize(
    ("content", "sentence"), [(b"", "file must be non-empty"), (b"no picture", "image_process_failed")]
)
async def test_a_photo_has_to_be_one(bot: Bot, person: Person, content: bytes, sentence: str) -> None:
    with pytest.raises(BadRequest, match=f"(?i){sentence}"):
        await bot.send_photo(7, content)


async def test_a_person_sends_everything_that_people_send(
    bot: Bot, server: FaultyBotApi, person: Person
) -> None:
    person.send_document("notes.pdf", b"%PDF", mime="application/pdf", caption="look")
    person.send_photo(PNG)
    person.send_voice()
    person.send_sticker()
    person.send_contact()
    person.forward("said by another")
    person.send_in_group("hello all")
    person.block()
    person.unblock()
    updates = await bot.get_updates()
    assert updates[0].message.document.file_name == "notes.pdf"
    assert updates[1].message.photo[0].width == 3
    assert updates[2].message.voice.mime_type == "audio/ogg"
    assert updates[3].message.sticker.emoji == "👍"
    assert updates[4].message.contact.first_name == "Somebody"
    assert updates[5].message.forward_origin.sender_user_name == "Somebody else"
    assert updates[6].message.chat.type == "supergroup"
    assert [u.my_chat_member.new_chat_member.status for u in updates[7:]] == ["kicked", "member"]
    file = await bot.get_file(updates[0].message.document.file_id)
    assert bytes(await file.download_as_bytearray()) == b"%PDF"
    assert await bot.leave_chat(updates[6].message.chat.id)
    with pytest.raises(Forbidden):
        await bot.send_message(updates[6].message.chat.id, "still here?")


# who can be written to


async def test_only_an_open_chat_can_be_written_to(bot: Bot, server: FaultyBotApi, person: Person) -> None:
    server.person(8, is_open=False)
    for stranger in (8, 999, "@somebody"):
        with pytest.raises(BadRequest, match=r"(?i)chat not found"):
            await bot.send_message(stranger, "hello")
    person.block()
    with pytest.raises(Forbidden, match=r"(?i)bot was blocked by the user"):
        await bot.send_message(7, "hello")
    person.unblock()
    await bot.send_message(7, "hello again")


# profile


async def test_commands_are_shown_by_scope_and_language(
    bot: Bot, http: aiohttp.ClientSession, person: Person
) -> None:
    async def shown() -> list[str]:
        async with http.get("/phone/people/7") as answer:
            return [command["description"] for command in (await answer.json())["commands"]]

    assert await shown() == []
    await bot.set_my_commands([BotCommand("new", "default")])
    assert await shown() == ["default"]
    await bot.set_my_commands([BotCommand("new", "private")], BotCommandScopeAllPrivateChats())
    await bot.set_my_commands([BotCommand("new", "own")], BotCommandScopeChat(7))
    await bot.set_my_commands([BotCommand("new", "自己的")], BotCommandScopeChat(7), language_code="zh")
    assert await shown() == ["own"]
    person.account.language_code = "zh-hans"
    assert await shown() == ["自己的"]
    assert [c.description for c in await bot.get_my_commands(BotCommandScopeChat(7), "zh")] == ["自己的"]
    await bot.delete_my_commands(BotCommandScopeChat(7), "zh")
    await bot.delete_my_commands(BotCommandScopeChat(7))
    assert await shown() == ["private"]


async def test_the_bots_own_texts_are_kept_for_each_language(bot: Bot) -> None:
    await bot.set_my_name("Screening")
    await bot.set_my_name("预筛", language_code="zh")
    await bot.set_my_description("Asks")
    await bot.set_my_short_description("Short")
    assert ((await bot.get_my_name()).name, (await bot.get_my_name("zh")).name) == ("Screening", "预筛")
    assert (await bot.get_my_description("zh")).description == "Asks"
    assert (await bot.get_my_short_description()).short_description == "Short"


async def test_webhooks_are_refused_clearly(bot: Bot, person: Person) -> None:
    with pytest.raises(BadRequest, match=r"(?i)please use getUpdates"):
        await bot.set_webhook("https://example.org")
    person.send("waiting")
    assert (await bot.get_webhook_info()).pending_update_count == 1
    assert await bot.delete_webhook(drop_pending_updates=True)
    assert (await bot.get_webhook_info()).pending_update_count == 0


async def test_a_method_that_does_not_exist_is_not_found(bot: Bot) -> None:
    with pytest.raises(EndPointNotFound):
        await bot.do_api_request("flyToTheMoon")


# how a call may come


@pytest.mark.parametrize("way", ["query", "form", "multipart", "json"])
async def test_parameters_are_read_wherever_telegram_takes_them(
    http: aiohttp.ClientSession, person: Person, way: str
) -> None:
    path = f"/bot{TOKEN}/SENDmessage"
    markup = {"inline_keyboard": [[{"text": "Go", "callback_data": "go"}]]}
    flat = {
        "chat_id": "7",
        "text": "hello",
        "reply_markup": '{"inline_keyboard":[[{"text":"Go","callback_data":"go"}]]}',
    }
    parts = aiohttp.MultipartWriter("form-data")
    for name, value in flat.items():
        parts.append(value).set_content_disposition("form-data", name=name)
    calls = {
        "query": lambda: http.get(path, params=flat),
        "form": lambda: http.post(path, data=flat),
        "multipart": lambda: http.post(path, data=parts),
        "json": lambda: http.post(path, json={"chat_id": 7, "text": "hello", "reply_markup": markup}),
    }
    async with calls[way]() as answer:
        body = await answer.json()
    assert (body["ok"], body["result"]["text"], body["result"]["reply_markup"]) == (True, "hello", markup)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"/bot{TOKEN}/flyToTheMoon", 404),
        ("/bot1:wrong/getMe", 401),
        ("/botnonsense/getMe", 404),
        (f"/file/bot{TOKEN}/documents/none", 404),
        ("/file/bot1:wrong/documents/none", 401),
    ],
)
async def test_errors_have_telegrams_form(http: aiohttp.ClientSession, path: str, status: int) -> None:
    async with http.get(path) as answer:
        body = await answer.json()
    assert (answer.status, body["ok"], body["error_code"]) == (status, False, status)
    assert re.search("Unauthorized|Not Found", body["description"])
