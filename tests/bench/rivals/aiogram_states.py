"""Rival: aiogram's finite-state handlers in memory. `python aiogram_states.py URL TOKEN`."""

import asyncio
import sys

from aiogram import Bot, Dispatcher, F
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.filters import Command
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message
from questions import END, QUESTIONS


class Screening(StatesGroup):
    choice = State()
    number = State()


async def ask(message: Message, state: FSMContext, number: int) -> None:
    if number == len(QUESTIONS):
        await state.clear()
        await message.answer(END)
        return
    text, choices = QUESTIONS[number]
    keys = [[InlineKeyboardButton(text=choice, callback_data=f"{number}:{choice}")] for choice in choices]
    await state.set_state(Screening.choice if keys else Screening.number)
    await message.answer(text, reply_markup=InlineKeyboardMarkup(inline_keyboard=keys) if keys else None)


async def begin(message: Message, state: FSMContext) -> None:
    await state.set_data({"answers": []})
    await ask(message, state, 0)


async def press(query: CallbackQuery, state: FSMContext) -> None:
    number, _, choice = query.data.partition(":")
    answers = [*(await state.get_data())["answers"], choice]
    await state.update_data(answers=answers)
    await query.answer()
    await query.message.edit_text(f"{query.message.text}\n{choice}")
    await ask(query.message, state, int(number) + 1)


async def write(message: Message, state: FSMContext) -> None:
    answers = [*(await state.get_data())["answers"], int(message.text)]
    await state.update_data(answers=answers)
    await ask(message, state, len(answers))


async def main() -> None:
    url, token = sys.argv[1:]
    bot = Bot(token, session=AiohttpSession(api=TelegramAPIServer.from_base(url)))
    dispatcher = Dispatcher()
    dispatcher.message.register(begin, Command("new"))
    dispatcher.callback_query.register(press, Screening.choice)
    dispatcher.message.register(write, Screening.number, F.text.isdigit())
    await dispatcher.start_polling(bot)


if __name__ == "__main__":
    asyncio.run(main())
