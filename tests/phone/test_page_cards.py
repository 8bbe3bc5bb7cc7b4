"""A card that changes in place on the phone page, in a real browser: nothing jumps or is pressed unseen."""

from __future__ import annotations

from pathlib import Path

import pytest
from telegram import Bot, Message

from bot.phone.server import LocalBotApi
from tests.browser.driver import Page, browser
from tests.machine import lack_of
from tests.phone.test_methods_over_http import keyboard
from tests.phone.test_page import update

LACK = lack_of("chromium")
pytestmark = pytest.mark.skipif(bool(LACK), reason=LACK)

DRAWN = "new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))"
AT_THE_END = "(s => s.scrollHeight - s.scrollTop - s.clientHeight < 2)(document.querySelector('#scroll'))"
HEARD = "[...document.querySelectorAll('#heard p')].map((p) => p.textContent)"
FOCUS_BUTTON = "(b => (b.focus(), document.activeElement === b))(document.querySelector('.row button'))"
FOCUSED = "document.activeElement.dataset.message"
WATCH = """new MutationObserver(() => (window.held ??= document.querySelector('.buttons').inert))
  .observe(document.querySelector('#log'), { childList: true, subtree: true })"""
"""Notes, however slow the machine is, whether a card's buttons are held back at the moment when it changes."""


async def fill(bot: Bot, page: Page) -> None:
    for number in range(12):
        await bot.send_message(101, f"{number}\nof twelve\nmessages")
    await page.sees("11\nof twelve")
    await page.until(AT_THE_END)


async def ask(bot: Bot, page: Page, text: str, *labels: str) -> Message:
    asked = await bot.send_message(101, text, reply_markup=keyboard(*labels))
    await page.sees(text)
    return asked


def top(message: Message) -> str:
    return f"document.querySelector('[data-message=\"{message.message_id}\"]').getBoundingClientRect().top"


async def test_a_card_changes_in_place_and_says_what_is_new(bot: Bot, page: Page) -> None:
    card = await ask(bot, page, "Sex?", "Male")
    await page.script(f"document.querySelector('[data-message=\"{card.message_id}\"]').id = 'same'")
    await page.press("Male")
    await (await update(bot)).callback_query.answer()
    await card.edit_text("✓ Sex: Male\nDiagnosis?", reply_markup=keyboard("AIHA"))
    await page.sees("Diagnosis?")
    await card.edit_text("✓ Sex: Male\n✓ Diagnosis: AIHA\nHaemoglobin?", reply_markup=keyboard("Unknown"))
    await page.sees("Haemoglobin?")
    assert await page.script(HEARD) == ["Sex?", "✓ Sex: Male\nDiagnosis?", "✓ Diagnosis: AIHA\nHaemoglobin?"]
    assert await page.script("document.querySelectorAll('#log .bubble').length") == 1
    assert await page.script("document.querySelector('#same time').textContent.length") == len("10:30")
    assert await page.script("document.querySelector('#same').getAnimations().length") == 0


async def test_an_own_message_that_is_edited_says_so(page: Page, server: LocalBotApi) -> None:
    person = server.person(101)
    sent = person.send("98")
    person.edit(sent["message_id"], "89")
    await page.sees("89")
    assert (await page.script("document.querySelector('.own time').textContent")).startswith("edited ")


async def test_the_focus_stays_on_the_card_and_what_is_typed_goes_into_the_message(
    bot: Bot, page: Page
) -> None:
    card = await ask(bot, page, "Sex?", "Male")
    await page.until(FOCUS_BUTTON)
    await page.key("Enter")
    await (await update(bot)).callback_query.answer()
    await card.edit_text("Haemoglobin?", reply_markup=keyboard("Unknown"))
    await page.sees("Haemoglobin?")
    assert await page.script(FOCUSED) == str(card.message_id)
    await page.key("Enter")  # once more, too late: it presses nothing
    await page.key("9")
    await page.until("document.querySelector('#text').value === '9'")
    await page.type("8")
    assert (await update(bot)).message.text == "98"


async def test_the_focus_goes_on_to_the_new_card_when_the_old_one_is_settled(bot: Bot, page: Page) -> None:
    old = await ask(bot, page, "Sex?", "Male")
    await page.until(FOCUS_BUTTON)
    new = await ask(bot, page, "Diagnosis?", "AIHA")
    assert await page.script("document.activeElement.innerText") == "Male"
    await old.edit_text("✓ Sex: Male")
    await page.until(f"{FOCUSED} === '{new.message_id}'")


async def test_the_second_tap_of_two_answers_no_other_question(bot: Bot, page: Page) -> None:
    card = await ask(bot, page, "Sex?", "Male")
    tapped = "document.elementFromPoint(195, BUTTON.y + 5)".replace(
        "BUTTON", "document.querySelector('.row').getBoundingClientRect()"
    )
    await page.until(f"{tapped}.closest('.row button')")
    await page.script(f"{tapped}.click(), {tapped}.click()")
    await (await update(bot)).callback_query.answer()
    assert await bot.get_updates(timeout=0) == ()
    await page.script(f"void {WATCH}")
    await card.edit_text("Diagnosis?", reply_markup=keyboard("AIHA"))
    await page.sees("Diagnosis?")
    assert await page.script("held")
    await page.press("AIHA")  # when it can be pressed
    assert (await update(bot)).callback_query.data == "press:AIHA"


async def test_whoever_follows_the_end_sees_the_whole_of_a_card_that_grows(bot: Bot, page: Page) -> None:
    await fill(bot, page)
    card = await ask(bot, page, "Sex?", "Male")
    await card.edit_text("✓ Sex: Male\nDiagnosis?", reply_markup=keyboard("AIHA", "PRCA", "Evans syndrome"))
    await page.sees("Diagnosis?")
    await page.script(DRAWN)
    await page.until(AT_THE_END)


async def test_nothing_moves_for_a_reader_when_a_card_above_or_below_changes(bot: Bot, page: Page) -> None:
    above = await ask(bot, page, "Sex?", "Male")
    await fill(bot, page)
    read = await ask(bot, page, "read", "Go on")
    below = await ask(bot, page, "Diagnosis?", "AIHA")
    await fill(bot, page)
    await page.script(f"document.querySelector('#scroll').scrollTop += {top(read)} - 300")
    await page.script(DRAWN)
    before = await page.script(top(read))
    for card in (above, below):
        await card.edit_text("one\ntwo\nthree\nfour", reply_markup=keyboard("a", "b", "c"))
        await page.until(
            f"document.querySelector('[data-message=\"{card.message_id}\"]').innerText.includes('four')"
        )
        await page.script(DRAWN)
        assert abs(await page.script(top(read)) - before) < 1
    assert not await page.script(AT_THE_END)


async def test_what_a_press_on_an_old_card_brings_is_scrolled_into_view(bot: Bot, page: Page) -> None:
    await ask(bot, page, "Sex?", "Male")
    await fill(bot, page)
    await page.script("document.querySelector('#scroll').scrollTop = 0")
    await page.script(DRAWN)
    await bot.send_message(101, "a notice")
    await page.sees("a notice")
    assert not await page.script(AT_THE_END)
    await page.press("Male")
    await (await update(bot)).callback_query.answer()
    await ask(bot, page, "Diagnosis?", "AIHA")
    await page.until(AT_THE_END)


async def test_two_phones_of_one_person_show_the_same(
    bot: Bot, page: Page, server: LocalBotApi, tmp_path: Path
) -> None:
    async with browser(tmp_path / "other") as other:
        await other.open(f"{server.url}/?as=101&lang=en")
        card = await ask(bot, page, "Sex?", "Male")
        await other.press("Male")
        await (await update(bot)).callback_query.answer()
        await card.edit_text("✓ Sex: Male\nDiagnosis?", reply_markup=keyboard("AIHA"))
        for phone in (page, other):
            await phone.sees("✓ Sex: Male")
            assert await phone.script("document.querySelector('.row button').innerText") == "AIHA"


# quotations that open ----------------------------------------------------------------------------

LONG = "<blockquote expandable>" + "\n".join(f"{n}. Answer" for n in range(1, 31)) + "</blockquote>"
OPENER = "document.querySelector('.opener')"
QUOTED_LINES = "(q => Math.round((q.clientHeight - 8) / parseFloat(getComputedStyle(q).lineHeight)))"
LINES_SHOWN = f"{QUOTED_LINES}(document.querySelector('.expandable'))"


async def test_a_long_quotation_is_three_lines_that_open_and_close_by_the_keyboard(
    bot: Bot, page: Page
) -> None:
    await bot.send_message(101, f"Answers: {LONG} after", parse_mode="HTML")
    await page.until(f"{OPENER}?.checkVisibility()")
    assert await page.script(LINES_SHOWN) == 3
    assert await page.script(f"{OPENER}.ariaExpanded") == "false"
    await page.script(f"{OPENER}.focus()")
    await page.key("Enter")
    assert await page.script(f"[{OPENER}.ariaExpanded, {LINES_SHOWN}]") == ["true", 30]
    await page.key("Enter")
    assert await page.script(f"[{OPENER}.ariaExpanded, {LINES_SHOWN}]") == ["false", 3]
    assert await page.script(f"document.activeElement === {OPENER}")


async def test_a_quotation_that_is_opened_at_the_end_of_the_chat_stays_where_it_is(
    bot: Bot, page: Page
) -> None:
    for _ in range(9):
        await bot.send_message(101, LONG, parse_mode="HTML")
    last = "[...document.querySelectorAll('.expandable')].at(-1)"
    await page.until("document.querySelectorAll('.long').length === 9")
    await page.until("document.querySelector('#scroll').scrollTop > 0 && !document.getAnimations().length")
    before = await page.script(f"{last}.getBoundingClientRect().top")
    await page.script(f"{last}.click()")
    assert await page.script(f"{QUOTED_LINES}({last})") == 30
    await page.script(DRAWN)
    assert abs(await page.script(f"{last}.getBoundingClientRect().top") - before) < 1
    await page.click("#newest")
    await page.until(AT_THE_END)
    assert not await page.script("document.querySelector('#newest').checkVisibility()")


@pytest.mark.parametrize(
    "markup", ["<blockquote>{}</blockquote>", "<blockquote expandable>a\nb\nc</blockquote>"]
)
async def test_a_plain_or_short_quotation_is_shown_whole(bot: Bot, page: Page, markup: str) -> None:
    await bot.send_message(101, markup.format("\n".join("abcdef")), parse_mode="HTML")
    await page.until("document.querySelector('.words blockquote')")
    await page.script(DRAWN)
    assert await page.script(
        "(q => q.scrollHeight <= q.clientHeight)(document.querySelector('.words blockquote'))"
    )
    assert not await page.script("document.querySelector('.opener')?.checkVisibility() ?? false")


async def test_a_quotation_that_was_opened_stays_open_when_its_card_changes(bot: Bot, page: Page) -> None:
    card = await bot.send_message(101, f"Review {LONG}", parse_mode="HTML", reply_markup=keyboard("Save"))
    await page.until(f"{OPENER}?.checkVisibility()")
    await page.click(".opener")
    await card.edit_text(f"Saved {LONG}", parse_mode="HTML")
    await page.sees("Saved")
    assert await page.script(f"[{OPENER}.ariaExpanded, {LINES_SHOWN}]") == ["true", 30]
    assert await page.script(HEARD) == ["Review ", "Saved "]
