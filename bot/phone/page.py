"""What the phone page asks of the server: who one can be, the chat so far, and news as they come."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from contextlib import suppress
from importlib import resources
from typing import Any, Final

from aiohttp import web

from bot.phone.methods import Methods, Upload
from bot.phone.world import Json, Person, Persona, World

MIMES: Final = {"html": "text/html", "css": "text/css", "js": "text/javascript"}
SECURITY: Final = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
KEEP_ALIVE_SECONDS: Final = 15.0


class Page:
    """The page's side of the world."""

    def __init__(
        self, world: World, methods: Methods, personas: Sequence[Persona], note: str | dict[str, str]
    ) -> None:
        self.world, self.methods, self.personas, self.note = world, methods, personas, note
        self.streams: set[tuple[int, asyncio.Queue[Json | None]]] = set()
        world.listeners.append(self._tell)

    def add_routes(self, app: web.Application) -> None:
        app.router.add_get("/", self._static)
        app.router.add_get("/{name:page\\.(?:css|js)}", self._static)
        app.router.add_get("/phone/state", self._state)
        app.router.add_get("/phone/events", self._events)
        app.router.add_get("/phone/file/{file_id}", self._file)
        app.router.add_post("/phone/send", self._send)
        app.router.add_post("/phone/press", self._press)
        app.router.add_post("/phone/language", self._language)
        app.router.add_post("/phone/upload", self._upload)

    def close(self) -> None:
        for _, queue in self.streams:
            queue.put_nowait(None)

    def _tell(self, person: int, event: Json) -> None:
        for watched, queue in self.streams:
            if watched == person:
                queue.put_nowait(event)

    async def _static(self, request: web.Request) -> web.Response:
        name = request.match_info.get("name", "page.html")
        text = resources.files("bot.phone").joinpath(name).read_text(encoding="utf-8")
        return web.Response(text=text, content_type=MIMES[name.rpartition(".")[2]], headers=SECURITY)

    async def _state(self, request: web.Request) -> web.Response:
        person = self._person(request.query.get("person"))
        return web.json_response(
            {
                "bot": self.methods.bot,
                "note": self.note,
                "personas": [{"id": p.id, "name": p.name, "role": p.role} for p in self.personas],
                "person": person.id,
                "language": person.language_code,
                "messages": list(person.messages.values()),
                "commands": self.methods.commands_of(person),
            },
            headers=SECURITY,
        )

    async def _events(self, request: web.Request) -> web.StreamResponse:
        person = self._person(request.query.get("person"))
        response = web.StreamResponse(headers={**SECURITY, "Content-Type": "text/event-stream"})
        await response.prepare(request)
        queue: asyncio.Queue[Json | None] = asyncio.Queue()
        stream = (person.id, queue)
        self.streams.add(stream)
        try:
            await response.write(b": here\n\n")
            while True:
                try:
                    async with asyncio.timeout(KEEP_ALIVE_SECONDS):
                        event = await queue.get()
                except TimeoutError:
                    await response.write(b": still here\n\n")
                    continue
                if event is None:
                    break
                await response.write(f"data: {json.dumps(event)}\n\n".encode())
        except ConnectionError:
            pass
        finally:
            self.streams.discard(stream)
        return response

    async def _file(self, request: web.Request) -> web.Response:
        upload = self.methods.files.get(request.match_info["file_id"])
        if upload is None:
            raise web.HTTPNotFound
        inline = upload.mime.startswith("image/") and "svg" not in upload.mime
        name = upload.name.replace('"', "").replace("\n", " ")
        headers = {
            **SECURITY,
            "Content-Disposition": f'{"inline" if inline else "attachment"}; filename="{name}"',
        }
        return web.Response(body=upload.content, content_type=upload.mime, headers=headers)

    async def _send(self, request: web.Request) -> web.Response:
        body = await _body(request)
        person = self._person(body.get("person"))
        text = str(body.get("text") or "")[:4096]
        if text.strip():
            person.send(text, reply_to=body.get("reply_to"))
        return web.json_response({"ok": True})

    async def _press(self, request: web.Request) -> web.Response:
        body = await _body(request)
        person = self._person(body.get("person"))
        message = person.messages.get(int(body.get("message") or 0))
        if message is not None:
            person.press_data(message, str(body.get("data") or ""))
        return web.json_response({"ok": message is not None})

    async def _language(self, request: web.Request) -> web.Response:
        body = await _body(request)
        self._person(body.get("person")).language_code = str(body.get("language") or "en")[:12]
        return web.json_response({"ok": True})

    async def _upload(self, request: web.Request) -> web.Response:
        form = await request.post()
        person, file = self._person(form.get("person")), form.get("file")
        if not isinstance(file, web.FileField):
            raise web.HTTPBadRequest
        upload = Upload(file.filename, file.file.read(), file.content_type)
        file_id = f"file{next(self.world.ids)}"
        self.methods.files[file_id] = upload
        document = {
            "file_id": file_id, "file_unique_id": file_id, "file_name": upload.name, "mime_type": upload.mime,
            "file_size": len(upload.content),
        }  # fmt: skip
        person.send_message(document=document, caption=str(form.get("caption") or ""))
        return web.json_response({"ok": True})

    def _person(self, given: Any) -> Person:
        with suppress(TypeError, ValueError):
            if int(given) in self.world.people:
                return self.world.people[int(given)]
        if given is None and self.world.people:
            return next(iter(self.world.people.values()))
        raise web.HTTPNotFound


async def _body(request: web.Request) -> Json:
    """A JSON object; only JSON, so that no plain form of another page is taken."""
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType
    body = await request.json()
    if not isinstance(body, dict):
        raise web.HTTPBadRequest
    return body
