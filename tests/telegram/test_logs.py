"""What a server says can neither begin a line of the log nor act on a terminal."""

from __future__ import annotations

import json
import logging
import sys

import pytest

from bot.telegram.logs import LONGEST, JsonLines, TextLines

HOSTILE = (
    "Bad\r\n2026-11-25 21:00:00,000 error forged\x1b[31m red\x9b1m \u2028 \u202e sdrawkcab \ud83d \x00 end"
)
FORMATS = {"text": TextLines(), "json": JsonLines()}


def record(said: str, **extra: object) -> logging.LogRecord:
    made = logging.makeLogRecord(
        {"name": "bot", "levelname": "ERROR", "msg": "polling failed: %s", "args": (said,)}
    )
    made.__dict__.update(extra)
    return made


@pytest.mark.parametrize("form", FORMATS.values(), ids=FORMATS)
@pytest.mark.parametrize("place", ["event", "extra"])
def test_an_event_is_one_printable_line_whatever_a_server_says(form: logging.Formatter, place: str) -> None:
    said = form.format(record(HOSTILE) if place == "event" else record("x", why=HOSTILE))
    assert said.isprintable()
    assert "forged" in said
    assert "end" in said


@pytest.mark.parametrize("form", FORMATS.values(), ids=FORMATS)
def test_no_event_is_endless(form: logging.Formatter) -> None:
    assert len(form.format(record("x" * 100_000, why="y" * 100_000))) < 2 * LONGEST + 200


def test_no_line_of_a_traceback_can_pass_for_an_event() -> None:
    try:
        raise ValueError(HOSTILE)
    except ValueError:
        text = TextLines().format(record("x", exc_info=sys.exc_info()))
    _, *others = text.split("\n")
    assert len(others) > 2
    assert all(line.startswith("    ") and line.isprintable() for line in others)


def test_a_json_line_can_be_read_back() -> None:
    assert json.loads(JsonLines().format(record(HOSTILE, number=5)))["number"] == 5
