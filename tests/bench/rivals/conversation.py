"""Rival: python-telegram-bot's ConversationHandler with its pickle persistence.

`python conversation.py URL TOKEN`. A turn is what ours is: the press is answered, the question shows its
answer, the next question is sent.
"""

import sys
import tempfile
import warnings
from pathlib import Path

from questions import CHOICES, END, QUESTIONS
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Message, Update
from telegram.ext import (
    ApplicationBuilder,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    ConversationHandler,
    MessageHandler,
    PicklePersistence,
    filters,
)
from telegram.warnings import PTBUserWarning


async def ask(message: Message, number: int) -> int:
    """The next question, or the end."""
    if number == len(QUESTIONS):
        await message.reply_text(END)
        return ConversationHandler.END
    text, choices = QUESTIONS[number]
    keys = [[InlineKeyboardButton(choice, callback_data=f"{number}:{choice}")] for choice in choices]
    await message.reply_text(text, reply_markup=InlineKeyboardMarkup(keys) if keys else None)
    return number


async def begin(update: Update, context: ContextTypes.DEFAULT_TYPE) -> int:
    context.user_data["answers"] = []
    return await ask(update.message, 0)


async def press(update: Update, context: ContextTypes.DEFAULT_TYPE) -> int:
    query = update.callback_query
    number, _, choice = query.data.partition(":")
    context.user_data["answers"].append(choice)
    await query.answer()
    await query.edit_message_text(f"{query.message.text}\n{choice}")
    return await ask(query.message, int(number) + 1)


async def write(update: Update, context: ContextTypes.DEFAULT_TYPE) -> int:
    answers = context.user_data["answers"]
    answers.append(int(update.message.text))
    return await ask(update.message, len(answers))


def main() -> None:
    url, token = sys.argv[1:]
    warnings.simplefilter("ignore", PTBUserWarning)
    with tempfile.TemporaryDirectory() as folder:
        application = (
            ApplicationBuilder()
            .token(token)
            .base_url(url + "/bot")
            .persistence(PicklePersistence(Path(folder) / "state"))
            .build()
        )
        states = {
            number: [CallbackQueryHandler(press)]
            if choices == CHOICES
            else [MessageHandler(filters.TEXT, write)]
            for number, (_, choices) in enumerate(QUESTIONS)
        }
        start = CommandHandler("new", begin)
        application.add_handler(
            ConversationHandler(
                [start], states, [start], persistent=True, name="screening", allow_reentry=True
            )
        )
        application.run_polling()


if __name__ == "__main__":
    main()
