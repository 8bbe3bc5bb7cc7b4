"""Rival: aiogram-dialog, in memory. `python aiogram_windows.py URL TOKEN`. One window for each question."""

import asyncio
import sys
from typing import Any

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.filters import Command
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message
from aiogram_dialog import Dialog, DialogManager, ShowMode, StartMode, Window, setup_dialogs
from aiogram_dialog.widgets.input import MessageInput
from aiogram_dialog.widgets.kbd import Button, Column
from aiogram_dialog.widgets.text import Const
from questions import END, QUESTIONS

Screening = type("Screening", (StatesGroup,), {f"q{n}": State() for n in range(len(QUESTIONS) + 1)})
STATES = [getattr(Screening, f"q{n}") for n in range(len(QUESTIONS) + 1)]


async def press(query: CallbackQuery, button: Button, manager: DialogManager) -> None:
    manager.dialog_data.setdefault("answers", []).append(button.widget_id)
    await query.message.edit_text(f"{query.message.text}\n{button.widget_id}")
    await manager.next(show_mode=ShowMode.SEND)


async def write(message: Message, _: Any, manager: DialogManager) -> None:
    manager.dialog_data.setdefault("answers", []).append(int(message.text))
    await manager.next(show_mode=ShowMode.SEND)


def window(number: int) -> Window:
    text, choices = QUESTIONS[number]
    keys = [Button(Const(choice), id=choice, on_click=press) for choice in choices]
    return Window(Const(text), Column(*keys) if keys else MessageInput(write), state=STATES[number])


async def begin(_: Message, dialog_manager: DialogManager) -> None:
    await dialog_manager.start(STATES[0], mode=StartMode.RESET_STACK, show_mode=ShowMode.SEND)


async def main() -> None:
    url, token = sys.argv[1:]
    bot = Bot(token, session=AiohttpSession(api=TelegramAPIServer.from_base(url)))
    dispatcher = Dispatcher()
    dispatcher.message.register(begin, Command("new"))
    windows = [window(number) for number in range(len(QUESTIONS))]
    dispatcher.include_router(Dialog(*windows, Window(Const(END), state=STATES[-1])))
    setup_dialogs(dispatcher)
    await dispatcher.start_polling(bot)


if __name__ == "__main__":
    asyncio.run(main())
