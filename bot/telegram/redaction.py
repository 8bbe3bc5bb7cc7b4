"""Keeps the bot token, and what clinicians write, out of every log: tracebacks, arguments and extras included.

Filters of a logger do not see the records of its children, so `install` puts one on the handlers.
"""

import logging
import re
import sys
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Final

REDACTED: Final = "<token>"
QUIET: Final = ("aiohttp", "httpcore", "httpx", "telegram")
"""Loggers held at WARNING: below it they write addresses with the token, and messages with their text."""
SECRET_LENGTH: Final = 16
"""The part of a token after the colon is redacted by itself as well, from this length on: it is the secret."""
UNREADABLE_UPDATES: Final = "Error while parsing updates! Received data was %r"
"""Where python-telegram-bot logs whole updates, at CRITICAL."""

Hook = Callable[[type[BaseException], BaseException, TracebackType | None], None]

_FORMATTER: Final = logging.Formatter()


class TokenFilter(logging.Filter):
    """Lets every record through, without the token."""

    def __init__(self, token: str) -> None:
        super().__init__()
        self._pattern = re.compile("|".join(re.escape(form) for form in _forms(token)))

    def redact(self, text: str) -> str:
        return self._pattern.sub(REDACTED, text)

    def filter(self, record: logging.LogRecord) -> bool:
        if record.msg == UNREADABLE_UPDATES:
            record.msg, record.args = "an update could not be read", ()
            record.exc_info = record.exc_text = None
        record.msg, record.args = self.redact(record.getMessage()), ()
        if record.exc_info:
            # Formatters use the text where there is one. The exception goes: it would be formatted anew.
            record.exc_text = record.exc_text or _FORMATTER.formatException(record.exc_info)
            record.exc_info = None
        for name, value in record.__dict__.items():
            if not isinstance(value, int | float | None):
                text = value if isinstance(value, str) else repr(value)
                if self._pattern.search(text):
                    record.__dict__[name] = self.redact(text)
        return True


def install(token: str, handlers: Iterable[logging.Handler] | None = None) -> TokenFilter:
    """Redact on these handlers (the root's, if none are given) and in uncaught exceptions; quieten clients."""
    redaction = TokenFilter(token)
    for handler in logging.getLogger().handlers if handlers is None else handlers:
        handler.addFilter(redaction)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    sys.excepthook = _hook(redaction)
    return redaction


def _hook(redaction: TokenFilter) -> Hook:
    def print_without_token(
        kind: type[BaseException], error: BaseException, traceback: TracebackType | None
    ) -> None:
        sys.stderr.write(redaction.redact(_FORMATTER.formatException((kind, error, traceback))) + "\n")

    return print_without_token


def _forms(token: str) -> list[str]:
    """Return how the token can stand in a text, the longest first. In a quoted URL only its colon looks different."""
    secret = token.partition(":")[2]
    return [token, secret] if len(secret) >= SECRET_LENGTH else [token]
