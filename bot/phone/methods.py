"""The Bot API methods that the server knows, as a table. getUpdates, which waits, stands in `bot_api`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from bot.phone import messages, profile
from bot.phone.parameters import Parameters
from bot.phone.refusals import bad_request
from bot.phone.world import Json, World


def _get_me(world: World, _: Parameters) -> Json:
    return world.bot


def _get_chat(world: World, asked: Parameters) -> Json:
    chat = world.reachable(asked.given.get("chat_id"))
    return {**chat.json, "accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": _NO_GIFTS}


_NO_GIFTS: Final = {
    "unlimited_gifts": False,
    "limited_gifts": False,
    "unique_gifts": False,
    "premium_subscription": False,
    "gifts_from_channels": False,
}


def _leave_chat(world: World, asked: Parameters) -> bool:
    chat = world.reachable(asked.given.get("chat_id"))
    if chat.kind == "private":
        raise bad_request("chat member status can't be changed in private chats")
    chat.is_open, chat.is_blocked = False, True
    return True


def _get_file(world: World, asked: Parameters) -> Json:
    file = world.files.get(asked.text("file_id"))
    if file is None:
        raise bad_request("invalid file_id")
    return {**messages.file_json(file), "file_path": f"documents/{file.id}"}


def _get_webhook_info(world: World, _: Parameters) -> Json:
    return {"url": "", "has_custom_certificate": False, "pending_update_count": len(world.updates)}


def _set_webhook(_: World, asked: Parameters) -> bool:
    if not asked.text("url"):
        return True  # as Telegram: an empty address takes the webhook away
    raise bad_request("bad webhook: this local server knows no webhooks, please use getUpdates")


def _delete_webhook(world: World, asked: Parameters) -> bool:
    if asked.flag("drop_pending_updates"):
        world.updates.drop()
    return True


def _set_menu_button(_world: World, _: Parameters) -> bool:
    return True  # the phone page always shows the commands


def _get_menu_button(_world: World, _: Parameters) -> Json:
    return {"type": "commands"}


_NAMED: Final[Mapping[str, Callable[[World, Parameters], Any]]] = {
    "getMe": _get_me,
    "getChat": _get_chat,
    "leaveChat": _leave_chat,
    "getFile": _get_file,
    "getWebhookInfo": _get_webhook_info,
    "setWebhook": _set_webhook,
    "deleteWebhook": _delete_webhook,
    "setChatMenuButton": _set_menu_button,
    "getChatMenuButton": _get_menu_button,
    **messages.METHODS,
    **profile.METHODS,
}

METHODS: Final = {name.lower(): handler for name, handler in _NAMED.items()}
"""Telegram does not mind the case of a method's name."""
