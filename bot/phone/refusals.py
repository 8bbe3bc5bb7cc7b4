"""Telegram's ways to say no, word for word: bots act on these sentences."""

from __future__ import annotations

from typing import Final

NOT_MODIFIED: Final = (
    "Bad Request: message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
TOO_OLD: Final = "Bad Request: query is too old and response timeout expired or query ID is invalid"
BLOCKED: Final = "Forbidden: bot was blocked by the user"
CONFLICT: Final = (
    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
)


class Refused(Exception):
    """An answer with ``ok: false``; `parameters` are its `ResponseParameters`."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters


def bad_request(description: str) -> Refused:
    return Refused(400, f"Bad Request: {description}")


def too_many_requests(seconds: float) -> Refused:
    """Return a refusal with status 429. Telegram counts in whole seconds, at least one."""
    after = max(1, round(seconds))
    return Refused(429, f"Too Many Requests: retry after {after}", retry_after=after)
