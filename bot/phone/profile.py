"""What the bot says of itself: its name, its descriptions, and its commands for each scope and language."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Final

from telegram.constants import BotCommandLimit, BotCommandScopeType, BotDescriptionLimit, BotNameLimit

from bot.phone.parameters import Parameters
from bot.phone.refusals import bad_request
from bot.phone.world import Account, Json, World

DEFAULT: Final = str(BotCommandScopeType.DEFAULT.value)
ALL_PRIVATE: Final = str(BotCommandScopeType.ALL_PRIVATE_CHATS.value)
ONE_CHAT: Final = str(BotCommandScopeType.CHAT.value)
SCOPES: Final = frozenset(str(scope.value) for scope in BotCommandScopeType)
SCOPES_OF_A_CHAT: Final = frozenset({ONE_CHAT, "chat_administrators", "chat_member"})

_COMMAND: Final = re.compile(
    rf"[a-z0-9_]{{{BotCommandLimit.MIN_COMMAND.value},{BotCommandLimit.MAX_COMMAND.value}}}"
)
_LONGEST: Final = {
    "name": BotNameLimit.MAX_NAME_LENGTH,
    "description": BotDescriptionLimit.MAX_DESCRIPTION_LENGTH,
    "short_description": BotDescriptionLimit.MAX_SHORT_DESCRIPTION_LENGTH,
}


# commands


def set_my_commands(world: World, asked: Parameters) -> bool:
    commands = asked.structure("commands")
    if not isinstance(commands, list):
        raise bad_request('parameter "commands" is required')
    if len(commands) > BotCommandLimit.MAX_COMMAND_NUMBER:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    place = _place(world, asked)
    world.commands[place] = [_command(command) for command in commands]
    _tell(world)
    return True


def get_my_commands(world: World, asked: Parameters) -> list[Json]:
    return world.commands.get(_place(world, asked), [])


def delete_my_commands(world: World, asked: Parameters) -> bool:
    world.commands.pop(_place(world, asked), None)
    _tell(world)
    return True


def commands_of(world: World, account: Account) -> list[Json]:
    """Return the commands that a person's phone shows: the narrowest scope first, the own language before none."""
    return next((world.commands[place] for place in _places(account) if place in world.commands), [])


def _places(account: Account) -> Iterator[tuple[str, int, str]]:
    for scope, chat in ((ONE_CHAT, account.id), (ALL_PRIVATE, 0), (DEFAULT, 0)):
        for language in (account.language_code[:2], ""):
            yield scope, chat, language


def _place(world: World, asked: Parameters) -> tuple[str, int, str]:
    scope = asked.structure("scope") or {"type": DEFAULT}
    kind = scope.get("type") if isinstance(scope, dict) else None
    if kind not in SCOPES:
        raise bad_request("can't parse BotCommandScope")
    chat = world.reachable(scope.get("chat_id")).id if kind in SCOPES_OF_A_CHAT else 0
    return kind, chat, asked.language()


def _command(command: Any) -> Json:
    name, description = (str(command.get(key, "")) for key in ("command", "description"))
    name = name.removeprefix("/")
    if not _COMMAND.fullmatch(name):
        raise bad_request("BOT_COMMAND_INVALID")
    if not BotCommandLimit.MIN_DESCRIPTION <= len(description) <= BotCommandLimit.MAX_DESCRIPTION:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": name, "description": description}


def _tell(world: World) -> None:
    for account in world.accounts:
        world.chats[account].journal.add({"event": "profile"})


# name and descriptions


def text_of(world: World, what: str, language: str) -> str:
    """Return what a phone in this language shows."""
    own = world.bot["first_name"] if what == "name" else ""
    return world.texts.get((what, language[:2])) or world.texts.get((what, "")) or own


def _set(what: str, world: World, asked: Parameters) -> bool:
    text = asked.text(what)
    if len(text) > _LONGEST[what]:
        raise bad_request(f"bot {what.replace('_', ' ')} is too long")
    world.texts[what, asked.language()] = text
    _tell(world)
    return True


def _get(what: str, world: World, asked: Parameters) -> Json:
    return {what: text_of(world, what, asked.language())}


METHODS: Final[Mapping[str, Callable[[World, Parameters], Any]]] = {
    "setMyCommands": set_my_commands,
    "getMyCommands": get_my_commands,
    "deleteMyCommands": delete_my_commands,
    "setMyName": partial(_set, "name"),
    "getMyName": partial(_get, "name"),
    "setMyDescription": partial(_set, "description"),
    "getMyDescription": partial(_get, "description"),
    "setMyShortDescription": partial(_set, "short_description"),
    "getMyShortDescription": partial(_get, "short_description"),
}
