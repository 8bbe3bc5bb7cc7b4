"""The token is in no line of any log, however it got into the record."""

import io
import json
import logging
import sys
import traceback
from collections.abc import Callable, Iterator
from urllib.parse import quote

import pytest
from telegram import Bot
from telegram.error import InvalidToken

from bot.telegram.redaction import QUIET, install
from bot.telegram.request import AiohttpRequest
from tests.telegram.conftest import TOKEN, TelegramServer, refusal

SECRET = TOKEN.partition(":")[2]
URL = f"https://api.telegram.org/bot{TOKEN}/getMe"


class Line(logging.Formatter):
    """A structured log: everything in the record, extras too."""

    def format(self, record: logging.LogRecord) -> str:
        super().format(record)
        return json.dumps(record.__dict__, default=repr)


class Anew(logging.Formatter):
    """Formats exceptions itself, whatever was formatted before."""

    def format(self, record: logging.LogRecord) -> str:
        error = record.exc_info[1] if record.exc_info else None
        return super().format(record) + ("".join(traceback.format_exception(error)) if error else "")


@pytest.fixture(
    params=[logging.Formatter("%(name)s %(message)s"), Line(), Anew()], ids=["text", "JSON", "anew"]
)
def log(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What a handler of the root wrote, with the filter installed."""
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    root, out = logging.getLogger(), io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(request.param)
    levels = {name: logging.getLogger(name).level for name in ("", *QUIET)}
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    install(TOKEN, [handler])
    yield out
    root.removeHandler(handler)
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def fail_deeply() -> None:
    try:
        raise ValueError(f"cannot reach {URL}")
    except ValueError as error:
        try:
            raise KeyError(TOKEN)
        except KeyError:
            raise RuntimeError(f"no {TOKEN}") from error


def log_traceback(log: logging.Logger) -> None:
    try:
        fail_deeply()
    except RuntimeError:
        log.exception("it failed")


def log_cause(log: logging.Logger) -> None:
    try:
        raise RuntimeError("harmless") from ValueError(URL)
    except RuntimeError:
        log.exception("it failed")


def log_group(log: logging.Logger) -> None:
    try:
        raise ExceptionGroup("both", [ValueError(URL), OSError(1, "no", URL)])
    except ExceptionGroup as error:
        log.error("they failed", exc_info=error)


def log_formatted(log: logging.Logger) -> None:
    record = log.makeRecord("bot", logging.ERROR, __file__, 1, "x", (), None)
    record.exc_text = f"formatted before: {URL}"
    log.handle(record)


class Shown:
    def __repr__(self) -> str:
        return f"Shown({TOKEN})"


WAYS: dict[str, Callable[[logging.Logger], object]] = {
    "message": lambda log: log.error(URL),
    "argument": lambda log: log.error("cannot reach %s, %d times", URL, 3),
    "named argument": lambda log: log.error("cannot reach %(url)s", {"url": URL}),
    "object": lambda log: log.error("bot %s", Shown()),
    "error as argument": lambda log: log.error("failed: %r", ValueError(URL)),
    "bytes": lambda log: log.error("got %r", URL.encode()),
    "quoted": lambda log: log.error("cannot reach %s", quote(URL, safe="")),
    "secret part": lambda log: log.error("token ends in %s", SECRET),
    "traceback": log_traceback,
    "cause": log_cause,
    "group": log_group,
    "formatted before": log_formatted,
    "stack": lambda log: log.error("here", stack_info=True, extra={"where": URL}),
    "extra": lambda log: log.error("x", extra={"url": URL, "nested": {"deep": [URL]}}),
    "split by a bad format": lambda log: log.error("100 %% of %s", URL),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_the_token_is_in_no_line(log: io.StringIO, way: Callable[[logging.Logger], object]) -> None:
    way(logging.getLogger("some.library"))
    assert len(log.getvalue()) > 1
    assert SECRET not in log.getvalue()


def test_what_is_not_the_token_stays(log: io.StringIO) -> None:
    logging.getLogger("bot").warning("%d of %s at %s", 3, "5 %", URL)
    assert "3 of 5 % at https://api.telegram.org/bot<token>/getMe" in log.getvalue()


def test_a_traceback_keeps_its_lines(log: io.StringIO) -> None:
    log_traceback(logging.getLogger("bot"))
    assert "fail_deeply" in log.getvalue()
    assert "cannot reach https://api.telegram.org/bot<token>/getMe" in log.getvalue()


@pytest.mark.parametrize("name", [*QUIET, "httpx.client", "telegram.Bot"])
def test_clients_are_quiet_below_warning(log: io.StringIO, name: str) -> None:
    logging.getLogger(name).info("HTTP Request: POST %s", URL)
    assert log.getvalue() == ""
    logging.getLogger(name).warning("slow")
    assert "slow" in log.getvalue()


async def test_updates_that_cannot_be_read_are_not_logged(
    log: io.StringIO, bot: Bot, server: TelegramServer
) -> None:
    server.add({"update_id": 7, "message": {"text": "Wang Fang", "message_id": "x", "date": "y", "chat": 5}})
    with pytest.raises(TypeError):
        await bot.get_updates()
    assert "an update could not be read" in log.getvalue()
    assert "Wang" not in log.getvalue()


async def test_the_rejection_of_a_token_does_not_show_it(log: io.StringIO, server: TelegramServer) -> None:
    server.faults["getMe"].append(refusal(401, "Unauthorized"))
    bot = Bot(TOKEN, server.url + "/bot", request=AiohttpRequest(), get_updates_request=AiohttpRequest())
    try:
        await bot.initialize()
    except InvalidToken:
        assert SECRET in traceback.format_exc(), "python-telegram-bot shows it"
        logging.getLogger("bot").exception("refused")
    finally:
        await bot.shutdown()
    assert "refused" in log.getvalue()
    assert SECRET not in log.getvalue()


@pytest.mark.usefixtures("log")
def test_an_uncaught_error_does_not_show_the_token(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        fail_deeply()
    except RuntimeError:
        sys.excepthook(*sys.exc_info())
    shown = capsys.readouterr().err
    assert "fail_deeply" in shown
    assert SECRET not in shown
