"""Clinicians who answer whatever a bot asks, behind a Bot API server that they are the other side of.

A question is a message with buttons, or the message that was pressed when it is edited to one. Server and clinicians
are one process, so that the bot under test is alone in its own.
"""

import asyncio
import json
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from aiohttp import web

from bot.conversation.whose_answer import READING_SECONDS

TOKEN = "123456789:AAF-bench_bench_bench_bench_bench_ben"
ME = {
    "id": 123456789,
    "is_bot": True,
    "first_name": "Bench",
    "username": "bench_bot",
    "can_join_groups": False,
    "can_read_all_group_messages": False,
    "supports_inline_queries": False,
}
SCRIPT_END = 17
"""Turns after which a clinician begins anew: the beginning, and sixteen answers."""
FIRST_PERSON = 1000
TYPED = {"Age in completed years": "45", "Most recent haemoglobin": "72 g/L", "glucocorticoids": "42 d"}
PREFERRED = ("Male", "New screening")
"""Where the first button is not the one to press."""


@dataclass(slots=True)
class Clinician:
    """One person: what was written last and when, how far the dialogue is, and the time in the chat."""

    number: int
    turns: int = 0
    written: float | None = None
    asked: str = ""
    shown: dict[str, Any] = field(default_factory=dict)
    """The message that asked last."""
    at: int = 0

    def now(self) -> int:
        """Return the date of what happens in the chat, in whole seconds as Telegram counts: time to read between."""
        self.at = max(self.at + READING_SECONDS + 1, int(time.time()))
        return self.at


@dataclass(slots=True)
class Watch:
    """What is measured, between `start` and now."""

    latencies: list[float] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)
    started: float = field(default_factory=time.perf_counter)


class Ward:
    """A Bot API server (getUpdates with real offsets) whose people answer at once, or `rate` in a second."""

    def __init__(
        self, people: int, *, begin: str, delay: float, rate: float | None, screening: bool = False
    ) -> None:
        self._screening = screening
        self.clinicians = {number: Clinician(number) for number in range(FIRST_PERSON, FIRST_PERSON + people)}
        self.watch = Watch()
        self.polled: float | None = None
        self._begin = begin
        self._delay = delay
        self._rate = rate
        self._updates: deque[dict[str, Any]] = deque()
        self._arrived = asyncio.Event()
        self._ready: deque[Callable[[], None]] = deque()
        self._update_id = 0
        self._message_id = 0

    async def start(self) -> web.AppRunner:
        app = web.Application(client_max_size=100_000_000)
        app.router.add_route("*", "/{path:.*}", self._serve)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0, backlog=2048).start()
        return runner

    def begin(self) -> None:
        """Everyone writes their first message."""
        for clinician in self.clinicians.values():
            self._when_allowed(partial(self._write, clinician, self._begin))

    def resume_stalled(self, after: float) -> int:
        """Who got no answer for so many seconds begins anew. Answers how many that were."""
        late = time.perf_counter() - after
        stalled = [each for each in self.clinicians.values() if each.written and each.written < late]
        for clinician in stalled:
            clinician.turns = 0
            self._write(clinician, self._begin)
        return len(stalled)

    async def keep_rate(self) -> None:
        """Lets `rate` clinicians a second answer, evenly."""
        assert self._rate is not None
        due = time.perf_counter()
        while True:
            due += 1 / self._rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            if self._ready:
                self._ready.popleft()()

    # The server's side

    async def _serve(self, request: web.Request) -> web.Response:
        method = request.path.rpartition("/")[2]
        if request.content_type == "application/json":
            parameters = await request.json()
        else:
            parameters = dict(await request.post())
        self.watch.calls[method] += 1
        if self._delay:
            await asyncio.sleep(self._delay)
        handler = getattr(self, f"_{method}", None)
        result = await handler(parameters) if handler else True
        return web.json_response({"ok": True, "result": result})

    async def _getMe(self, _: dict[str, Any]) -> Any:  # noqa: N802 - the Bot API's name
        return ME

    async def _getUpdates(self, parameters: dict[str, Any]) -> Any:  # noqa: N802
        offset, limit = int(parameters.get("offset") or 0), int(parameters.get("limit") or 100)
        self.polled = self.polled or time.perf_counter()
        while self._updates and self._updates[0]["update_id"] < offset:
            self._updates.popleft()
        if not self._updates and int(parameters.get("timeout") or 0):
            self._arrived.clear()
            try:
                async with asyncio.timeout(int(parameters["timeout"])):
                    await self._arrived.wait()
            except TimeoutError:
                return []
        return [self._updates[n] for n in range(min(limit, len(self._updates)))]

    async def _sendMessage(self, parameters: dict[str, Any]) -> Any:  # noqa: N802
        clinician = self.clinicians[int(parameters["chat_id"])]
        self._message_id += 1
        message = self._message(clinician, parameters["text"], ME) | _markup(parameters)
        self._read(clinician, message)
        return message

    async def _editMessageText(self, parameters: dict[str, Any]) -> Any:  # noqa: N802
        clinician = self.clinicians[int(parameters["chat_id"])]
        message = self._message(clinician, parameters["text"], ME) | _markup(parameters)
        message |= {"message_id": int(parameters["message_id"]), "edit_date": message["date"]}
        if message["message_id"] == clinician.shown.get("message_id"):
            message["date"] = clinician.shown["date"]
            if "reply_markup" in message:
                self._read(clinician, message)
        return message

    async def _editMessageReplyMarkup(self, parameters: dict[str, Any]) -> Any:  # noqa: N802
        return await self._editMessageText({"text": "x"} | parameters)

    # The clinician's side

    def _read(self, clinician: Clinician, message: dict[str, Any]) -> None:
        keys = message.get("reply_markup", {}).get("inline_keyboard")
        if self._screening and not keys:
            clinician.asked = message["text"]  # an opening: the first question follows
            return
        if clinician.written is None:
            return
        self.watch.latencies.append(time.perf_counter() - clinician.written)
        clinician.written = None
        clinician.turns += 1
        clinician.shown = message
        if self._screening:
            self._when_allowed(lambda: self._answer(clinician, message))
        elif clinician.turns >= SCRIPT_END:
            clinician.turns = 0
            self._when_allowed(lambda: self._write(clinician, self._begin))
        elif keys:
            self._when_allowed(lambda: self._press(clinician, message, keys[0][0]["callback_data"]))
        else:
            self._when_allowed(lambda: self._write(clinician, "98"))

    def _answer(self, clinician: Clinician, message: dict[str, Any]) -> None:
        """Go on with a whole screening of NCT04420494: eighteen questions, review, save, a new one."""
        asked, clinician.asked = f"{clinician.asked} {message['text']}", ""
        for words, text in TYPED.items():
            if words in asked:
                self._write(clinician, text)
                return
        rows = message["reply_markup"]["inline_keyboard"]
        keys = [key for row in rows for key in row if "callback_data" in key]
        wanted = next((key for key in keys if key["text"] in PREFERRED), keys[0])
        self._press(clinician, message, wanted["callback_data"])

    def _when_allowed(self, act: Callable[[], None]) -> None:
        if self._rate is None:
            act()
        else:
            self._ready.append(act)

    def _write(self, clinician: Clinician, text: str) -> None:
        self._message_id += 1
        message = self._message(clinician, text, self._person(clinician))
        if text.startswith("/"):
            message["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text)}]
        self._arrive(clinician, {"message": message})

    def _press(self, clinician: Clinician, message: dict[str, Any], data: str) -> None:
        query = {
            "id": str(self._update_id),
            "from": self._person(clinician),
            "message": message,
            "chat_instance": "1",
            "data": data,
        }
        self._arrive(clinician, {"callback_query": query})

    def _arrive(self, clinician: Clinician, update: dict[str, Any]) -> None:
        self._update_id += 1
        clinician.written = time.perf_counter()
        self._updates.append({"update_id": self._update_id} | update)
        self._arrived.set()

    def _person(self, clinician: Clinician) -> dict[str, Any]:
        return {"id": clinician.number, "is_bot": False, "first_name": "C", "language_code": "en"}

    def _message(self, clinician: Clinician, text: str, sender: dict[str, Any]) -> dict[str, Any]:
        return {
            "message_id": self._message_id,
            "date": clinician.now(),
            "chat": {"id": clinician.number, "type": "private", "first_name": "C"},
            "from": sender,
            "text": text,
        }


def _markup(parameters: dict[str, Any]) -> dict[str, Any]:
    """Return the buttons of a message, as the server's answer has them."""
    markup = parameters.get("reply_markup")
    markup = json.loads(markup) if isinstance(markup, str) else markup
    return {"reply_markup": markup} if markup and markup.get("inline_keyboard") else {}
