"""The phone page in a real browser: what the bot says is shown, and what one does arrives."""

from pathlib import Path

import pytest
from telegram import (
    Bot,
    BotCommand,
    CopyTextButton,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Update,
)

from bot.phone.server import LocalBotApi
from tests.browser.driver import Page, browser
from tests.machine import lack_of
from tests.phone.conftest import PERSONAS, TOKEN
from tests.phone.test_methods_over_http import PNG, keyboard

LACK = lack_of("chromium")
pytestmark = pytest.mark.skipif(bool(LACK), reason=LACK)

SECRET = "AbCd-0123456789"


async def update(bot: Bot) -> Update:
    """The next thing that arrives at the bot, and its acknowledgement."""
    (found,) = await bot.get_updates(timeout=10)
    await bot.get_updates(offset=found.update_id + 1)
    return found


async def test_a_new_chat_says_what_the_bot_does_and_begins_with_start(bot: Bot, page: Page) -> None:
    await bot.set_my_description("Asks one question at a time.")
    await page.until("document.querySelector('#about').innerText.includes('one question at a time')")
    await page.click("#start")
    assert (await update(bot)).message.text == "/start"
    await page.until("!document.querySelector('#composer').hidden")


async def test_text_is_shown_as_text_and_its_entities_as_style(bot: Bot, page: Page) -> None:
    await bot.send_message(101, "😀 <b>血红蛋白</b> &lt;img src=x onerror=alert(1)&gt;", parse_mode="HTML")
    await page.sees("😀 血红蛋白 <img src=x onerror=alert(1)>")
    assert await page.script("document.querySelector('.words b').textContent") == "血红蛋白"
    assert await page.script("document.querySelectorAll('#log img').length") == 0


async def test_a_button_is_pressed_and_its_answer_shown(bot: Bot, page: Page) -> None:
    await bot.send_message(101, "Diagnosis?", reply_markup=keyboard("AIHA", "Evans"))
    await page.press("Evans")
    query = (await update(bot)).callback_query
    assert query.data == "press:Evans"
    await page.until("document.querySelector('.busy')")
    await query.answer("taken")
    await page.until(
        "!document.querySelector('.busy') && document.querySelector('#toast').innerText === 'taken'"
    )
    await query.edit_message_text("Diagnosis: Evans")
    await page.sees("Diagnosis: Evans")
    assert await page.script("document.querySelectorAll('.buttons').length") == 0
    assert await page.script("document.querySelectorAll('#log .bubble').length") == 1


async def test_an_alert_is_closed_by_escape(bot: Bot, page: Page) -> None:
    await bot.send_message(101, "Diagnosis?", reply_markup=keyboard("Evans"))
    await page.press("Evans")
    await (await update(bot)).callback_query.answer("already answered", show_alert=True)
    await page.until("document.querySelector('#alert').open")
    assert await page.script("document.querySelector('#alert').innerText.includes('already answered')")
    await page.key("Escape")
    await page.until("!document.querySelector('#alert').open")


async def test_a_number_is_typed_where_its_placeholder_stands(bot: Bot, page: Page) -> None:
    asked = await bot.send_message(
        101, "Platelets?", reply_markup=ForceReply(input_field_placeholder="e.g. 98")
    )
    await page.until("document.querySelector('#text').placeholder === 'e.g. 98'")
    await page.until("document.activeElement.id === 'text'")
    await page.type("98")
    answer = (await update(bot)).message
    assert (answer.text, answer.reply_to_message.message_id) == ("98", asked.message_id)
    await page.until("document.querySelector('#reply').hidden")


async def test_commands_are_chosen_by_keyboard(bot: Bot, page: Page, server: LocalBotApi) -> None:
    await bot.set_my_commands([BotCommand("new", "New screening"), BotCommand("recent", "Recent ones")])
    await bot.send_message(101, "Ready")
    await page.open(f"{server.url}/?as=101&lang=en")
    await page.sees("Ready")
    await page.script("document.querySelector('#commands').focus()")
    await page.key("Enter")
    await page.until("document.activeElement.innerText?.includes('/new')")
    await page.key("Escape")
    await page.until("document.activeElement.id === 'commands'")
    await page.key("Enter")
    await page.until("document.activeElement.innerText?.includes('/new')")
    await page.key("ArrowDown")
    await page.key("Enter")
    assert (await update(bot)).message.text == "/recent"


async def test_a_copy_button_copies_without_a_word_to_the_bot(
    bot: Bot, page: Page, server: LocalBotApi
) -> None:
    await page.command(
        "Browser.grantPermissions", permissions=["clipboardReadWrite", "clipboardSanitizedWrite"]
    )
    button = InlineKeyboardButton("Copy", copy_text=CopyTextButton("for the notes"))
    await bot.send_message(101, "Verdict", reply_markup=InlineKeyboardMarkup([[button]]))
    await page.press("Copy")
    await page.until("!document.querySelector('#toast').hidden")
    assert server.counters["waiting"] == 0


async def test_documents_and_pictures_can_be_had(bot: Bot, page: Page) -> None:
    await bot.send_document(101, b"a,b\n", filename="log.csv", caption="the log")
    await bot.send_photo(101, PNG, caption="the plot")
    await page.sees("log.csv")
    assert (
        await page.script("fetch(document.querySelector('.file').href).then((answer) => answer.text())")
        == "a,b\n"
    )
    await page.until("document.querySelector('.photo img')?.naturalWidth === 3")
    await page.click(".photo")
    await page.until("document.querySelector('#picture').open")


async def test_one_can_be_somebody_else_and_speak_another_language(
    bot: Bot, page: Page, server: LocalBotApi
) -> None:
    await page.click("#who")
    await page.press("Ms Chen")
    await page.until("document.querySelector('#who-name').textContent === 'Ms Chen'")
    await page.click("#who")
    await page.press("简体中文")
    await page.until("document.querySelector('#trial-line').textContent.includes('本机试用')")
    await page.until("document.documentElement.lang === 'zh-Hans'")
    await page.click("#start")
    user = (await update(bot)).message.from_user
    assert (user.id, user.language_code) == (102, "zh-hans")


@pytest.mark.parametrize("address", ["https://t.me/prescreen_local_bot?start=", "{page}/?start="])
async def test_a_start_link_is_opened_by_whom_one_chooses(
    bot: Bot, page: Page, server: LocalBotApi, address: str
) -> None:
    await bot.send_message(101, f"Pass it on: {address.format(page=server.url)}{SECRET}")
    await page.click(".words .link")
    await page.press("Ms Chen")
    message = (await update(bot)).message
    assert (message.from_user.id, message.text) == (102, f"/start {SECRET}")


async def test_a_start_link_can_open_the_page(bot: Bot, page: Page, server: LocalBotApi) -> None:
    await page.open(f"{server.url}/?as=101&start={SECRET}")
    await page.press("Dr Lin")
    message = (await update(bot)).message
    assert (message.from_user.id, message.text) == (101, f"/start {SECRET}")
    assert await page.script("location.search") == ""


async def test_a_link_to_another_bot_is_a_link_and_a_script_is_none(bot: Bot, page: Page) -> None:
    await bot.send_message(101, "https://t.me/another_bot?start=x javascript:alert(1)")
    await page.sees("another_bot")
    links = await page.script(
        "[...document.querySelectorAll('.words a, .words button')].map((link) => link.href)"
    )
    assert links == ["https://t.me/another_bot?start=x"]


async def test_the_page_finds_the_server_again_after_its_restart(tmp_path: Path) -> None:
    first = LocalBotApi(token=TOKEN, personas=PERSONAS)
    await first.start()
    async with browser(tmp_path) as page:
        await page.open(f"{first.url}/?as=101&lang=en")
        await page.until("document.querySelector('#who-name')?.textContent")
        await first.stop()
        await page.until("document.body.classList.contains('offline')")
        second = LocalBotApi(token=TOKEN, personas=PERSONAS, port=first.port)
        async with second, Bot(TOKEN, base_url=second.base_url) as bot:
            for text in ("here again", "and from now on"):
                await bot.send_message(101, text)
                await page.sees(text)
        assert not [
            each
            for each in page.complaints
            if "ERR_CONNECTION_REFUSED" not in each and "ERR_INCOMPLETE_CHUNKED_ENCODING" not in each
        ]


async def test_everything_that_can_be_pressed_has_a_name(bot: Bot, page: Page) -> None:
    await bot.send_message(101, "Ready", reply_markup=keyboard("Go"))
    await page.sees("Ready")
    for opener in ("#who", "#commands"):
        await page.click(opener)
        nameless = await page.script(
            "[...document.querySelectorAll('button, a, input:not([hidden]), textarea, dialog, img')]"
            ".filter((e) => !(e.ariaLabel || e.innerText?.trim() || e.alt || e.getAttribute('aria-labelledby')))"
            ".filter((e) => e.checkVisibility()).map((e) => e.outerHTML)"
        )
        assert nameless == []
    assert await page.script("document.querySelector('#log').matches('ol:not([role])')")


@pytest.mark.parametrize(("width", "height"), [(320, 568), (390, 844), (1280, 900)])
async def test_nothing_is_cut_off_at_any_size(bot: Bot, page: Page, width: int, height: int) -> None:
    await page.look(width=width, height=height)
    await bot.send_message(101, "x" * 300, reply_markup=keyboard("A rather long label of a button", "No"))
    await page.sees("xxx")
    assert await page.script("document.documentElement.scrollWidth <= innerWidth")
    assert await page.script(
        "document.querySelector('#scroll').scrollWidth <= document.querySelector('#scroll').clientWidth"
    )
    assert await page.script(
        "document.querySelector('#composer').getBoundingClientRect().bottom <= innerHeight"
    )
