"""A headless chromium, driven over its own debugging protocol: no driver and no further package is needed."""

from __future__ import annotations

import asyncio
import base64
import json
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp

from tests.machine import browser_path

QUIET = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-port=0",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
)
PATIENCE = 60.0
TAPPED = """(() => {
  const it = ELEMENT;
  if (!it?.checkVisibility()) return false;
  it.scrollIntoView({block: "center"});
  const {x, y, width, height} = it.getBoundingClientRect();
  if (!it.contains(document.elementFromPoint(x + width / 2, y + height / 2))) return false;
  it.click();
  return true;
})()"""
"""Whether the click took place: looking and clicking are one step, so that no redrawing comes between."""
KEYS = {"Enter": 13, "Escape": 27, "ArrowDown": 40, "ArrowUp": 38, "Tab": 9, "9": 57}


class Page:
    """One page of the browser. Elements are found by CSS selectors, or by their text among buttons."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, session: str) -> None:
        self._socket = socket
        self._session = session
        self._number = 0
        self.complaints: list[str] = []
        """What the page logged as errors, also of its content security policy."""

    async def command(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        await self._socket.send_json(
            {"id": self._number, "method": method, "params": parameters, "sessionId": self._session}
        )
        while True:
            message = await self._socket.receive_json(timeout=PATIENCE)
            if message.get("id") == self._number and message.get("sessionId") == self._session:
                assert "error" not in message, message["error"]
                return dict(message["result"])
            self._note(message)

    def _note(self, message: dict[str, Any]) -> None:
        entry = message.get("params", {}).get("entry", {})
        if message.get("method") == "Log.entryAdded" and entry["level"] == "error":
            self.complaints.append(f"{entry['text']} {entry.get('url', '')}")
        if message.get("method") == "Runtime.exceptionThrown":
            self.complaints.append(json.dumps(message["params"]["exceptionDetails"]))

    async def script(self, expression: str) -> Any:
        """Return the value of an expression in the page."""
        answer = await self.command(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True, userGesture=True
        )
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    async def open(self, url: str) -> None:
        await self.command("Page.navigate", url=url)

    async def until(self, expression: str, patience: float = PATIENCE) -> Any:
        """Wait until an expression is true: it is looked at again with each frame that the page draws."""
        frame = "await new Promise((done) => requestAnimationFrame(done))"
        loop = f"(async () => {{ for (;;) {{ const it = ({expression}); if (it) return it; {frame}; }} }})()"
        try:
            async with asyncio.timeout(patience):
                while True:
                    with suppress(AssertionError):  # the page was left meanwhile
                        return await self.script(loop)
        except TimeoutError:
            raise AssertionError(f"waited in vain for {expression}") from None

    async def sees(self, text: str) -> None:
        """Wait until a text stands in the chat."""
        await self.until(f"document.querySelector('#log').innerText.includes({json.dumps(text)})")

    async def tap(self, element: str) -> None:
        """Click what an expression finds, as soon as it is there and nothing lies above its middle."""
        await self.until(TAPPED.replace("ELEMENT", element))

    async def click(self, selector: str) -> None:
        await self.tap(f"document.querySelector({json.dumps(selector)})")

    async def press(self, label: str) -> None:
        """Press the newest button that has this as a line of its label."""
        fits = f"(b) => b.innerText.trim().split('\\n').includes({json.dumps(label)})"
        await self.tap(f"[...document.querySelectorAll('button')].findLast({fits})")

    async def type(self, text: str) -> None:
        """Type into what has the focus, and press Enter."""
        await self.command("Input.insertText", text=text)
        await self.key("Enter")

    async def key(self, name: str) -> None:
        code = {"key": name, "code": name, "windowsVirtualKeyCode": KEYS[name]}
        text = {"Enter": "\r"}.get(name, name if len(name) == 1 else "")
        await self.command(
            "Input.dispatchKeyEvent", type="keyDown", **code, **({"text": text} if text else {})
        )
        await self.command("Input.dispatchKeyEvent", type="keyUp", **code)

    async def look(
        self,
        *,
        dark: bool = False,
        calm: bool = True,
        width: int = 390,
        height: int = 844,
        scale: float = 2,
    ) -> None:
        """Be a screen of this size, with these wishes of its owner."""
        features = [
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
            {"name": "prefers-reduced-motion", "value": "reduce" if calm else "no-preference"},
        ]
        await self.command("Emulation.setEmulatedMedia", features=features)
        await self.command(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=scale,
            mobile=width < 600,
        )

    async def picture(self, path: Path) -> None:
        """Keep what the screen shows, as a PNG."""
        answer = await self.command("Page.captureScreenshot", format="png")
        path.write_bytes(base64.b64decode(answer["data"]))


@asynccontextmanager
async def browser(profile: Path) -> AsyncIterator[Page]:
    """A page in a new browser with its own profile folder; both end with the block."""
    path = browser_path()
    assert path is not None
    process = await asyncio.create_subprocess_exec(
        path, *QUIET, f"--user-data-dir={profile}", "about:blank", stdout=DEVNULL, stderr=PIPE
    )
    try:
        async with aiohttp.ClientSession() as http:
            async with asyncio.timeout(PATIENCE):
                address = await _debugging_address(process)
            async with http.ws_connect(address, max_msg_size=0) as socket:
                page = Page(socket, await _attach(socket))
                for domain in ("Page", "Runtime", "Log"):
                    await page.command(f"{domain}.enable")
                await page.look()
                yield page
    finally:
        process.terminate()
        await process.communicate()


async def _debugging_address(process: asyncio.subprocess.Process) -> str:
    assert process.stderr is not None
    while line := (await process.stderr.readline()).decode():
        if "DevTools listening on " in line:
            return line.partition("DevTools listening on ")[2].strip()
    raise AssertionError("chromium did not start")


async def _attach(socket: aiohttp.ClientWebSocketResponse) -> str:
    await socket.send_json({"id": 0, "method": "Target.getTargets"})
    targets = (await socket.receive_json())["result"]["targetInfos"]
    target = next(each["targetId"] for each in targets if each["type"] == "page")
    await socket.send_json(
        {"id": 0, "method": "Target.attachToTarget", "params": {"targetId": target, "flatten": True}}
    )
    while True:
        message = await socket.receive_json()
        if "sessionId" in message.get("result", {}):
            return str(message["result"]["sessionId"])
