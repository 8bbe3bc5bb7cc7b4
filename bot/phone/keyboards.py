"""What Telegram accepts as `reply_markup`: inline keyboards, reply keyboards, ForceReply, and their removal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from telegram.constants import InlineKeyboardButtonLimit, InlineKeyboardMarkupLimit, ReplyLimit

from bot.phone.markup import utf16_length
from bot.phone.refusals import bad_request

Json = dict[str, Any]


def checked(markup: Any) -> Json | None:
    """Return the markup as it is kept, or None. Raises `Refused` for what Telegram would not show."""
    if not markup:
        return None
    if not isinstance(markup, dict):
        raise bad_request("can't parse reply keyboard markup JSON object")
    for kind, check in CHECKS.items():
        if kind in markup:
            return check(markup)
    raise bad_request("object expected as reply markup")


def _inline(markup: Json) -> Json | None:
    rows = markup["inline_keyboard"]
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request("can't parse inline keyboard button: Array of buttons expected")
    kept = [[_button(button) for button in row] for row in rows if row]
    if sum(map(len, kept)) > InlineKeyboardMarkupLimit.TOTAL_BUTTON_NUMBER:
        raise bad_request("REPLY_MARKUP_TOO_LONG")
    return {"inline_keyboard": kept} if kept else None


def _button(button: Any) -> Json:
    if not isinstance(button, dict):
        raise bad_request("can't parse inline keyboard button: Button must be an Object")
    if not isinstance(button.get("text"), str) or not button["text"].strip():
        raise bad_request("can't parse inline keyboard button: Text is required and can't be empty")
    for kind, check in BUTTONS.items():
        if kind in button:
            check(button[kind])
            return {"text": button["text"], kind: button[kind]}
    raise bad_request("Text buttons are unallowed in the inline keyboard")


def _check_data(data: Any) -> None:
    least, most = InlineKeyboardButtonLimit.MIN_CALLBACK_DATA, InlineKeyboardButtonLimit.MAX_CALLBACK_DATA
    if not isinstance(data, str) or not least <= len(data.encode("utf-8", "replace")) <= most:
        raise bad_request("BUTTON_DATA_INVALID")


def _check_copy(copy: Any) -> None:
    text = copy.get("text") if isinstance(copy, dict) else None
    least, most = InlineKeyboardButtonLimit.MIN_COPY_TEXT, InlineKeyboardButtonLimit.MAX_COPY_TEXT
    if not isinstance(text, str) or not least <= utf16_length(text) <= most:
        raise bad_request("BUTTON_COPY_TEXT_INVALID")


def _check_url(url: Any) -> None:
    if not isinstance(url, str) or not url.startswith(("http://", "https://", "tg://")):
        raise bad_request("BUTTON_URL_INVALID")


BUTTONS: Final[Mapping[str, Callable[[Any], None]]] = {
    "callback_data": _check_data,
    "copy_text": _check_copy,
    "url": _check_url,
}


def _keyboard(markup: Json) -> Json:
    rows = [[_key(key) for key in row] for row in markup["keyboard"] if row]
    if not rows:
        raise bad_request("reply markup keyboard is empty")
    return {**_with_placeholder(markup), "keyboard": rows}


def _key(key: Any) -> Json:
    button = {"text": key} if isinstance(key, str) else key
    if not isinstance(button, dict) or not button.get("text"):
        raise bad_request("can't parse keyboard button: Text is required")
    return button


def _with_placeholder(markup: Json) -> Json:
    placeholder = markup.get("input_field_placeholder")
    if placeholder is not None and (
        not isinstance(placeholder, str) or utf16_length(placeholder) > ReplyLimit.MAX_INPUT_FIELD_PLACEHOLDER
    ):
        raise bad_request("input field placeholder is too long")
    return markup


CHECKS: Final[Mapping[str, Callable[[Json], Json | None]]] = {
    "inline_keyboard": _inline,
    "keyboard": _keyboard,
    "force_reply": _with_placeholder,
    "remove_keyboard": dict,
}
