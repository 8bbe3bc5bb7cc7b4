"""The people's side of the server over HTTP, for the phone page and for tests in another process.

    GET    /phone/setup                     who one can be, the note, the bot
    POST   /phone/people                    give somebody a phone: id, first_name, language_code
    GET    /phone/people/{id}               what stands on that phone
    GET    /phone/people/{id}/changes       news above `after`: server-sent events, or JSON after `timeout` seconds
    POST   /phone/people/{id}/{act}         do something; see `ACTS` and `UPLOADS`
    GET    /phone/files/{file}              a file of the chat
    GET    /phone/counters                  calls, refusals, deliveries

Bodies are JSON objects, but for uploads. What cannot be done is answered with 400 or 404 and a sentence.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any, Final

from aiohttp import web

from bot.phone import page
from bot.phone.bot_api import BotApi
from bot.phone.journal import Entry
from bot.phone.person import Person
from bot.phone.profile import commands_of, text_of
from bot.phone.world import Json, Persona, World

KEEP_ALIVE_SECONDS: Final = 15.0
RETRY_MILLISECONDS: Final = 1000
LONGEST_WAIT_SECONDS: Final = 60.0

Note = str | Mapping[str, str]


# what a person does


def _send(person: Person, body: Json) -> Json:
    return person.send(str(body["text"]), reply_to=body.get("reply_to"))


def _press(person: Person, body: Json) -> Json:
    message_id = body.get("message")
    if "data" not in body:
        return {"query": person.press(str(body["button"]), message_id)}
    return {"query": person.press_data({"message_id": message_id}, str(body["data"]))}


def _language(person: Person, body: Json) -> Json:
    person.account.language_code = str(body["language_code"])
    if first_name := body.get("first_name"):
        person.account.first_name = person.chat.name = str(first_name)
    person.chat.journal.add({"event": "profile"})
    return {}


def _block(person: Person, _: Json) -> Json:
    person.block()
    return {}


def _unblock(person: Person, _: Json) -> Json:
    person.unblock()
    return {}


def _cancel_reply(person: Person, _: Json) -> Json:
    person.cancel_reply()
    return {}


ACTS: Final[Mapping[str, Callable[[Person, Json], Json]]] = {
    "send": _send,
    "press": _press,
    "edit": lambda person, body: person.edit(int(body["message"]), str(body["text"])),
    "forward": lambda person, body: person.forward(str(body["text"])),
    "contact": lambda person, _: person.send_contact(),
    "sticker": lambda person, _: person.send_sticker(),
    "voice": lambda person, _: person.send_voice(),
    "group": lambda person, body: person.send_in_group(str(body["text"])),
    "language": _language,
    "cancel_reply": _cancel_reply,
    "block": _block,
    "unblock": _unblock,
}
UPLOADS: Final[Mapping[str, Callable[[Person, web.FileField, str], Json]]] = {
    "document": lambda person, file, caption: person.send_document(
        file.filename, file.file.read(), mime=file.content_type, caption=caption
    ),
    "photo": lambda person, file, caption: person.send_photo(file.file.read(), caption=caption),
}
"""Multipart, with a `file` and perhaps a `caption`."""


class Control:
    """The routes. `run` tells one start of the server from the next, so that a page knows to read anew."""

    def __init__(
        self, world: World, bot_api: BotApi, personas: Sequence[Persona], note: Note, run: str
    ) -> None:
        self.world = world
        self.bot_api = bot_api
        self.people: dict[int, Person] = {}
        self._personas = personas
        self._note = note
        self._run = run
        self._streams: set[asyncio.Task[Any]] = set()

    def add_routes(self, app: web.Application, root: str) -> None:
        """Answer below `root`, which ends in a slash."""
        app.router.add_get(f"{root}phone/setup", self._setup)
        app.router.add_post(f"{root}phone/people", self._add_person)
        app.router.add_get(rf"{root}phone/people/{{id:-?\d+}}", self._state)
        app.router.add_get(rf"{root}phone/people/{{id:-?\d+}}/changes", self._changes)
        app.router.add_post(rf"{root}phone/people/{{id:-?\d+}}/{{act}}", self._act)
        app.router.add_get(f"{root}phone/files/{{file}}", self._file)
        app.router.add_get(f"{root}phone/counters", self._counters)

    def close(self) -> None:
        """End what waits for news."""
        for stream in self._streams:
            stream.cancel()

    def person(
        self, person_id: int, first_name: str = "Somebody", language_code: str = "en", *, is_open: bool = True
    ) -> Person:
        """Return the handle of a person; the same one for the same number."""
        if person_id not in self.people:
            account = self.world.account(person_id, first_name, language_code)
            self.people[person_id] = Person(self.world, account)
            self.people[person_id].chat.is_open = is_open
        return self.people[person_id]

    def counters(self) -> Json:
        updates = self.world.updates
        return {
            "calls": dict(self.bot_api.calls),
            "refusals": dict(self.bot_api.refusals),
            "deliveries": updates.delivered,
            "acknowledged": updates.acknowledged,
            "waiting": len(updates),
        }

    # people

    async def _setup(self, _: web.Request) -> web.Response:
        return _json(
            {
                "run": self._run,
                "bot": self.world.bot,
                "note": self._note,
                "personas": [asdict(persona) for persona in self._personas],
            }
        )

    async def _add_person(self, request: web.Request) -> web.Response:
        body = await _body(request)
        try:
            known = self.person(
                int(body["id"]), str(body.get("first_name", "Somebody")), str(body.get("language_code", "en"))
            )
        except (KeyError, TypeError, ValueError):
            raise _refused(web.HTTPBadRequest, "a person needs a number as id") from None
        return _json(known.account.user)

    async def _state(self, request: web.Request) -> web.Response:
        person = self._known(request)
        chat, language = person.chat, person.account.language_code
        return _json(
            {
                "run": self._run,
                "number": chat.journal.last,
                "person": person.account.user,
                "bot": self.world.bot
                | {
                    what: text_of(self.world, what, language)
                    for what in ("name", "description", "short_description")
                },
                "commands": commands_of(self.world, person.account),
                "messages": list(chat.messages.values()),
                "reply_with": chat.reply_with,
                "is_open": chat.is_open,
                "is_blocked": chat.is_blocked,
            }
        )

    async def _act(self, request: web.Request) -> web.Response:
        person, act = self._known(request), request.match_info["act"]
        if act in UPLOADS:
            return _json(await self._upload(request, person, act))
        if act not in ACTS:
            raise _refused(web.HTTPNotFound, f"nobody can {act!r}; there is {', '.join((*ACTS, *UPLOADS))}")
        body = await _body(request)
        try:
            return _json(ACTS[act](person, body))
        except (LookupError, TypeError, ValueError) as error:
            raise _refused(web.HTTPBadRequest, f"{act}: {error}") from None

    async def _upload(self, request: web.Request, person: Person, act: str) -> Json:
        form = await request.post()
        file = form.get("file")
        if not isinstance(file, web.FileField):
            raise _refused(web.HTTPBadRequest, "an upload needs a file")
        return UPLOADS[act](person, file, str(form.get("caption") or ""))

    async def _file(self, request: web.Request) -> web.Response:
        file = self.world.files.get(request.match_info["file"])
        if file is None:
            raise _refused(web.HTTPNotFound, "this file is gone")
        return page.download(file)

    def _known(self, request: web.Request) -> Person:
        person = self.people.get(int(request.match_info["id"]))
        if person is None:
            raise _refused(web.HTTPNotFound, "nobody has this number")
        return person

    # news

    async def _changes(self, request: web.Request) -> web.StreamResponse:
        person = self._known(request)
        try:
            after = int(request.headers.get("Last-Event-ID") or request.query.get("after") or "0")
            seconds = min(float(request.query.get("timeout") or "25"), LONGEST_WAIT_SECONDS)
        except ValueError:
            raise _refused(web.HTTPBadRequest, "after and timeout are numbers") from None
        with self._waiting():
            if "text/event-stream" in request.headers.get("Accept", ""):
                return await self._stream(request, person, after)
            return await self._wait_once(person, after, seconds)

    @contextmanager
    def _waiting(self) -> Iterator[None]:
        """Let `close` end what this handler waits for."""
        task = asyncio.current_task()
        if task is not None:
            self._streams.add(task)
        try:
            yield
        finally:
            self._streams.discard(task)

    async def _wait_once(self, person: Person, after: int, seconds: float) -> web.Response:
        journal = person.chat.journal
        await _until(journal.news(after), seconds)
        return _json(
            {
                "run": self._run,
                "number": journal.last,
                "is_complete": journal.remembers(after),
                "entries": [asdict(entry) for entry in journal.after(after)],
            }
        )

    async def _stream(self, request: web.Request, person: Person, after: int) -> web.StreamResponse:
        journal = person.chat.journal
        response = web.StreamResponse(headers={**page.SECURITY, "Content-Type": "text/event-stream"})
        await response.prepare(request)
        hello = {"event": "hello", "run": self._run, "is_complete": journal.remembers(after)}
        try:
            await response.write(f"retry: {RETRY_MILLISECONDS}\ndata: {json.dumps(hello)}\n\n".encode())
            while True:
                for entry in journal.after(after):
                    await response.write(_server_sent(entry))
                    after = entry.number
                if not await _until(journal.news(after), KEEP_ALIVE_SECONDS):
                    await response.write(b": still here\n\n")
        except (ConnectionError, asyncio.CancelledError):
            return response  # the page went away, or the server stops

    async def _counters(self, _: web.Request) -> web.Response:
        return _json(self.counters())


def _json(body: object) -> web.Response:
    return web.json_response(body, headers=page.SECURITY)


def _refused(kind: type[web.HTTPException], sentence: str) -> web.HTTPException:
    return kind(text=json.dumps({"error": sentence}), content_type="application/json")


def _server_sent(entry: Entry) -> bytes:
    return f"id: {entry.number}\ndata: {json.dumps(entry.event)}\n\n".encode()


async def _until(news: Any, seconds: float) -> bool:
    """Wait for news, at most so many seconds. Return whether they came."""
    try:
        async with asyncio.timeout(seconds):
            await news
    except TimeoutError:
        return False
    return True


async def _body(request: web.Request) -> Json:
    """Return the JSON object of a request that says it is JSON: a plain form of another page could not."""
    if request.content_type != "application/json":
        raise _refused(web.HTTPUnsupportedMediaType, "please send JSON")
    try:
        body = await request.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise _refused(web.HTTPBadRequest, "please send a JSON object")
    return body
