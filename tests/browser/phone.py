"""A person with the phone page of ``prescreen try``; waits for what is seen, never for time."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.browser.driver import Page

MESSAGES = "document.querySelectorAll('#log > li').length"
NEWEST = "[...document.querySelectorAll('#log > .theirs')].at(-1)"
BUTTONS = """Object.fromEntries([...document.querySelectorAll('#log > li:has(.buttons)')].map((item) =>
  [item.dataset.message, [...item.querySelectorAll('.row button')].map((button) => button.innerText)]))"""
HANGS_SECONDS = 60.0


@asynccontextmanager
async def trial(database: Path, *protocols: Path | str) -> AsyncIterator[str]:
    """Run ``prescreen try`` in a process of its own, which must stop in order. Yields the page's address."""
    other = (word for protocol in protocols for word in ("--protocol", str(protocol)))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.browser.unhurried", "try"),
        *("--db", str(database), "--port", "0", *other),
        stdout=PIPE,
        stderr=STDOUT,
        env=os.environ | {"HOME": str(database.parent)},
    )
    try:
        yield await _address(process)
        process.terminate()
        async with asyncio.timeout(HANGS_SECONDS):
            await process.communicate()
        assert process.returncode == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _address(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    async with asyncio.timeout(HANGS_SECONDS):
        while line := (await process.stdout.readline()).decode():
            if "http://" in line:
                return line.strip()
    raise AssertionError("the trial did not start")


class Phone:
    """The page, as one of the people."""

    def __init__(self, page: Page) -> None:
        self.page = page

    async def open(self, address: str) -> None:
        await self.page.open(address)
        await self.page.until("document.querySelector('#bot-name')?.innerText")

    async def text(self) -> str:
        return str(await self.page.script("document.querySelector('#log').innerText"))

    async def sees(self, text: str) -> None:
        await self.page.sees(text)

    async def start(self) -> None:
        await self.page.click("#start")

    async def press(self, label: str) -> None:
        """Press the newest button with this label, and wait until its card has moved on or something stands below."""
        before = await self.page.script(MESSAGES)
        fits = f"(b) => b.innerText.trim() === {json.dumps(label)}"
        await self.page.tap(
            f"window.pressed = [...document.querySelectorAll('.row button')].findLast({fits})"
        )
        await self.page.until(f"!pressed.isConnected || {MESSAGES} > {before}")

    async def type(self, text: str) -> None:
        """Type a message, and wait until it is answered."""
        before = await self.page.script(MESSAGES)
        await self.page.script("document.querySelector('#text').focus()")
        await self.page.type(text)
        await self.page.until(f"{MESSAGES} > {before} + 1")

    async def newest(self) -> str:
        """The number of the bot's last message."""
        return str(await self.page.script(f"{NEWEST}.dataset.message"))

    async def words(self, message: str) -> list[str]:
        """The lines of a message."""
        text = await self.page.script(f"document.querySelector('{_shown(message)} .words').innerText")
        return str(text).splitlines()

    async def settles(self, message: str) -> None:
        """Wait until a message has no buttons any more."""
        await self.page.until(f"!document.querySelector('{_shown(message)} .buttons')")

    async def buttons(self) -> dict[str, list[str]]:
        """The labels below each message that has any, by its number."""
        return dict(await self.page.script(BUTTONS))

    async def become(self, name: str) -> None:
        """Choose another person, and wait for what stands on their phone."""
        shown = "document.querySelector('#log').innerHTML"
        await self.page.click("#who")
        before = await self.page.script(shown)
        fits = f"(b) => b.innerText.includes({json.dumps(name)})"
        await self.page.tap(f"[...document.querySelectorAll('#who-menu button')].find({fits})")
        is_named = f"{json.dumps(name)}.includes(document.querySelector('#who-name').innerText)"
        await self.page.until(is_named)
        if before:
            await self.page.until(f"{shown} !== {json.dumps(before)}")

    async def picture(self, name: str) -> None:
        """Save what is on the screen, where pictures are wanted (``make pictures``)."""
        folder = os.environ.get("PRESCREEN_PICTURES")
        if folder:
            await self.page.until("document.getAnimations().length === 0")
            Path(folder).mkdir(parents=True, exist_ok=True)
            await self.page.picture(Path(folder) / f"{name}.png")


def _shown(message: str) -> str:
    return f'#log > [data-message="{message}"]'
