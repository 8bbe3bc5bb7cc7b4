"""Our polling, sending and HTTP client, and no dialogue: the floor below which no turn of ours can cost.

`python -m tests.bench.floor URL TOKEN` asks the rivals' questions, and keeps answers in memory only.
"""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, Update

from bot.telegram.pacing import LIFTED
from bot.telegram.polling import Polling
from bot.telegram.request import AiohttpRequest
from bot.telegram.sending import Outgoing, Sending
from tests.bench.rivals.questions import END, QUESTIONS


class Floor:
    """Commits nothing, and says that it did."""

    def __init__(self, bot: Bot, sending: Sending) -> None:
        self.bot, self.sending = bot, sending
        self.answers: dict[int, list[str]] = {}

    async def handle(self, update: Update) -> bool:
        person = update.effective_user.id
        if update.callback_query:
            query = update.callback_query
            number, _, choice = query.data.partition(":")
            self.answers[person].append(choice)
            text, message = f"{query.message.text}\n{choice}", query.message.message_id
            self.sending.answer(lambda: self.bot.answer_callback_query(query.id))
            self.ask(person, int(number) + 1)
            self.put(person, lambda: self.bot.edit_message_text(text, person, message))
        elif update.message.text == "/new":
            self.answers[person] = []
            self.ask(person, 0)
        else:
            self.answers[person].append(update.message.text or "")
            self.ask(person, len(self.answers[person]))
        return True

    def ask(self, person: int, number: int) -> None:
        if number == len(QUESTIONS):
            self.put(person, lambda: self.bot.send_message(person, END))
            return
        text, choices = QUESTIONS[number]
        keys = [[InlineKeyboardButton(choice, callback_data=f"{number}:{choice}")] for choice in choices]
        markup = InlineKeyboardMarkup(keys) if keys else None
        self.put(person, lambda: self.bot.send_message(person, text, reply_markup=markup))

    def put(self, person: int, call: Callable[[], Awaitable[object]]) -> None:
        self.sending.put(Outgoing(person, call))


async def main() -> None:
    url, token = sys.argv[1:]
    requests = AiohttpRequest(), AiohttpRequest()
    async with Bot(token, url + "/bot", request=requests[0], get_updates_request=requests[1]) as bot:
        sending = Sending(all_chats=LIFTED, one_chat=LIFTED)
        polling = Polling(bot, Floor(bot, sending).handle)
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, polling.stop)
        await polling.run()
        await sending.finish(1)


if __name__ == "__main__":
    asyncio.run(main())
