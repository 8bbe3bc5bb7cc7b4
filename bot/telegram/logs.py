"""Logs: numbers and states, never answers. One line an event, as text or as JSON.

What a server says may stand in an event: it is written so that it can neither begin a line nor colour a terminal.
"""

from __future__ import annotations

import json
import logging
import sys
import time
import traceback
from pathlib import Path
from typing import Final

_STANDARD: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


LONGEST: Final = 500
"""Characters of an event or a value."""
LONGEST_TRACEBACK: Final = 10_000


def place(error: BaseException) -> str:
    """Return the file and line where an error was raised, not its words: they may hold what somebody wrote."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""


def harmless(value: object, longest: int = LONGEST) -> str:
    """Return a value on one line of limited length; what a terminal or a reader of logs would act on is escaped."""
    text = str(value)
    text = text if len(text) <= longest else f"{text[:longest]}…"
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "replace").decode() for c in text)


def _extras(record: logging.LogRecord) -> dict[str, object]:
    return {
        key: value if isinstance(value, int | float | None) else harmless(value)
        for key, value in vars(record).items()
        if key not in _STANDARD
    }


def _traceback(formatter: logging.Formatter, record: logging.LogRecord) -> list[str]:
    """Return the lines of a traceback, indented, so that none can pass for an event."""
    if record.exc_info and not record.exc_text:
        record.exc_text = formatter.formatException(record.exc_info)
    text = (record.exc_text or "")[-LONGEST_TRACEBACK:]
    return [f"    {harmless(line)}" for line in text.split("\n")] if text else []


class JsonLines(logging.Formatter):
    """One JSON object a line: time (UTC), level, where, event, and whatever the event carries."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created)),
            "level": record.levelname.lower(),
            "where": record.name,
            "event": harmless(record.getMessage()),
            **_extras(record),
        }
        if lines := _traceback(self, record):
            line["traceback"] = "\n".join(lines)
        return json.dumps(line, ensure_ascii=False)


class TextLines(logging.Formatter):
    """One line of text, for a person: time, level and event, then ``key=value``."""

    def format(self, record: logging.LogRecord) -> str:
        extra = " ".join(f"{key}={value}" for key, value in _extras(record).items())
        line = f"{self.formatTime(record)} {record.levelname.lower()} {harmless(record.getMessage())}"
        return "\n".join((f"{line} {extra}".rstrip(), *_traceback(self, record)))


def configure(log_format: str, level: int = logging.INFO) -> None:
    """Send all logs to standard error in one of the two forms."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if log_format == "json" else TextLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.getLogger("transitions").setLevel(logging.WARNING)
