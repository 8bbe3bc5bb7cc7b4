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
HANGS_SECONDS = 60.0


@asynccontextmanager
async def trial(database: Path) -> AsyncIterator[str]:
    """Run ``prescreen try`` in a process of its own, which must stop in order. Yields the page's address."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", "from bot.command import main; main()"),
        *("try", "--db", str(database), "--port", "0"),
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
        """Press the newest button with this label, and wait for the answer: nobody types before they are asked."""
        before = await self.page.script(MESSAGES)
        fits = f"(b) => b.innerText.trim() === {json.dumps(label)} && !b.disabled"
        await self.page.tap(f"[...document.querySelectorAll('.row button, .row a')].findLast({fits})")
        await self.page.until(f"{MESSAGES} > {before}")

    async def type(self, text: str) -> None:
        """Type a message, and wait until it is answered."""
        before = await self.page.script(MESSAGES)
        await self.page.script("document.querySelector('#text').focus()")
        await self.page.type(text)
        await self.page.until(f"{MESSAGES} > {before} + 1")

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
