"""What counts as an answer of the Bot API, and what of a refusal is kept.

An answer is a JSON object with ``ok: true`` and a result, or with ``ok: false``, a code and a description. All else (a
proxy's page, a captive portal's, half an answer) becomes a `NetworkError`, which is tried again: such pages quote the
address that was asked for, and their 404 says nothing about the token. Of updates, what nobody reads is left out.
"""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any, Final

from telegram.error import NetworkError
from yarl import URL

from bot.telegram.transport import TransportError

LONGEST_FLOOD_SECONDS: Final = 60
"""What Telegram asks to wait is obeyed up to here; then it is asked again, and can say so again."""
LONGEST_DESCRIPTION: Final = 200
READ_OF_OTHERS: Final = ("message_id", "date", "chat")
"""What is read of the message whose button was pressed, and of one that was replied to: by `updates`."""


class Refusal(bytes):
    """A refusal that was read and written anew: exactly the fields that mean something."""

    __slots__ = ()


def read_answer(payload: bytes) -> dict[str, Any]:
    """Return the answer as a dictionary. Raises `NetworkError` for what is none, without its words."""
    answer = _object(payload)
    if isinstance(payload, Refusal) or (answer.get("ok") is True and "result" in answer):
        return answer
    cause = TransportError(f"{len(payload)} bytes that are not an answer of the Bot API")
    raise NetworkError("The server's answer cannot be read") from cause


def leave_out_unread(updates: list[Any]) -> None:
    """Leave out what of other messages nobody reads: objects made of their text and buttons are most of an update."""
    for update in updates:
        query, message = _at(update, "callback_query"), _at(update, "message")
        for holder, name in ((query, "message"), (message, "reply_to_message")):
            if other := _at(holder, name):
                holder[name] = {key: other[key] for key in READ_OF_OTHERS if key in other}


def _at(holder: Any, name: str) -> dict[str, Any]:
    """Return an object within another one; an empty one where there is none."""
    found = holder.get(name) if isinstance(holder, dict) else None
    return found if isinstance(found, dict) else {}


def refusal_of(status: int, answer: bytes, url: URL) -> Refusal:
    """Return the refusal that a server answered with this HTTP status. Raises `NetworkError` for what is none."""
    refusal = _refusal(status, _without_path(answer, url))
    if refusal is not None:
        return refusal
    cause = TransportError(f"{len(answer)} bytes that are not a JSON object")
    raise NetworkError(f"HTTP {status}, and the answer is not a Bot API server's") from cause


def _refusal(status: int, answer: bytes) -> Refusal | None:
    """Return a refusal of the Bot API, without what else it holds; None for what only looks like one."""
    said = _object(answer)
    description = said.get("description")
    if said.get("ok") is not False or said.get("error_code") != status or not isinstance(description, str):
        return None
    kept: dict[str, Any] = {
        "ok": False,
        "description": description[:LONGEST_DESCRIPTION] or "no reason given",
    }
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        wait = _retry_after(said.get("parameters"))
        if wait is None:
            return None
        kept["parameters"] = {"retry_after": wait}
    return Refusal(json.dumps(kept).encode())


def _retry_after(parameters: Any) -> float | None:
    """Return how many seconds a refusal asks to wait, from 1 to `LONGEST_FLOOD_SECONDS`; None where it names none."""
    wait = parameters.get("retry_after") if isinstance(parameters, dict) else None
    if not isinstance(wait, int | float) or isinstance(wait, bool) or not wait > 0:
        return None
    return min(max(wait, 1), LONGEST_FLOOD_SECONDS)


def _object(payload: bytes) -> dict[str, Any]:
    """Return a JSON object; an empty one in the place of whatever is none."""
    try:
        answer = json.loads(payload.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def _without_path(answer: bytes, url: URL) -> bytes:
    """Return an answer without the path of its call, should it quote that: the token is a part of it."""
    for part in filter(None, (part.removeprefix("bot") for part in url.path.split("/")[:-1])):
        answer = answer.replace(part.encode(), b"...")
    return answer
