"""How the bot presents itself in Telegram: name, descriptions, and each person's own list of commands.

Strangers are shown no commands at all; they are set for the chats of people who were invited.
"""

from __future__ import annotations

import logging

from telegram import Bot, BotCommand, BotCommandScopeChat
from telegram.error import BadRequest, Forbidden, NetworkError

from bot.conversation.commands import commands_for
from bot.wording.phrases import phrases
from dialogs.languages import DEFAULT, LANGUAGES
from state.people import Person

LOG = logging.getLogger(__name__)


async def introduce(bot: Bot) -> None:
    """Set name and descriptions in every language, as far as they differ: Telegram limits how often."""
    for language in LANGUAGES:
        say = phrases(language)
        code = None if language == DEFAULT else language  # what is set for none is seen by everybody else
        if (await bot.get_my_name(language_code=code)).name != say.plain("bot_name"):
            await bot.set_my_name(say.plain("bot_name"), language_code=code)
        about = await bot.get_my_short_description(language_code=code)
        if about.short_description != say.plain("bot_about"):
            await bot.set_my_short_description(say.plain("bot_about"), language_code=code)
            await bot.set_my_description(say.plain("bot_description"), language_code=code)


async def list_commands(bot: Bot, person: Person, account: int) -> None:
    """Set the commands of a person's chat to those of their role, in their language; to none if suspended.

    Raises `TelegramError` where this may go well later.
    """
    say = phrases(person.language)
    names = commands_for(person.role) if person.active else ()
    scope = BotCommandScopeChat(account)
    try:
        if names:
            commands = [BotCommand(name, say.plain(f"command_{name}")) for name in names]
            done = await bot.set_my_commands(commands, scope=scope)
        else:
            done = await bot.delete_my_commands(scope=scope)
    except (BadRequest, Forbidden) as error:  # somebody who never opened the chat, or left it
        LOG.warning("commands not set", extra={"kind": type(error).__name__})
        return
    if done is not True:
        raise NetworkError("the server does not say that it has the commands")
