"""A local Bot API server, the real python-telegram-bot against it, and a person with a phone."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from telegram import Bot
from telegram.request import HTTPXRequest

from bot.phone.server import LocalBotApi, Persona
from tests.browser.driver import Page, browser
from tests.phone.faults import FaultyBotApi
from tests.phone.person import Person

TOKEN = "123456789:AAF-kept-secret_kept-secret_kept-se"
PERSONAS = (
    Persona(101, {"en": "Dr Lin", "zh": "林医生"}, {"en": "Clinician", "zh": "临床医生"}),
    Persona(102, "Ms Chen", "Coordinator", language="zh-hans"),
)


def bot_for(server: LocalBotApi, token: str = TOKEN) -> Bot:
    return Bot(
        token,
        base_url=server.base_url,
        base_file_url=server.base_file_url,
        request=HTTPXRequest(connection_pool_size=8, read_timeout=10),
        get_updates_request=HTTPXRequest(connection_pool_size=8, read_timeout=10),
    )


@pytest.fixture
async def server() -> AsyncIterator[FaultyBotApi]:
    async with FaultyBotApi(token=TOKEN, personas=PERSONAS, seed=1, first_id=1000) as running:
        yield running


@pytest.fixture
async def bot(server: FaultyBotApi) -> AsyncIterator[Bot]:
    bot = bot_for(server)
    async with bot:
        yield bot


@pytest.fixture
def person(server: FaultyBotApi) -> Person:
    """Somebody who has met the bot before."""
    return server.person(7, "Lin", "en")


@pytest.fixture
async def http(server: FaultyBotApi) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(server.url) as session:
        yield session


@pytest.fixture
async def page(tmp_path: Path, server: LocalBotApi) -> AsyncIterator[Page]:
    """The phone page in a real browser, as the first persona sees it; it must have nothing to complain of."""
    async with browser(tmp_path) as opened:
        await opened.open(f"{server.url}/?as=101&lang=en")
        await opened.until("document.querySelector('#who-name')?.textContent")
        yield opened
        assert opened.complaints == []
