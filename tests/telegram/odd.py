"""What no Bot API server should answer, and some that come all the same."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from aiohttp import web

from tests.telegram.conftest import Answer

DEEP: Final = "[" * 100_000 + "]" * 100_000


def refused(code: int, **more: object) -> str:
    return json.dumps({"ok": False, "error_code": code, "description": "Odd", **more})


def flood(wait: object) -> str:
    return refused(429, parameters={"retry_after": wait})


ODD: Final[Mapping[str, tuple[int, str]]] = {
    "empty": (200, ""),
    "no JSON": (200, "<html>log in</html>"),
    "half": (200, '{"ok":true,"resu'),
    "{}": (200, "{}"),
    "[]": (200, "[]"),
    "null": (200, "null"),
    "a number": (200, "7"),
    "not ok": (200, '{"ok": false}'),
    "not ok, with a result": (200, '{"ok": false, "result": []}'),
    "ok is a word": (200, '{"ok": "true", "result": []}'),
    "no result": (200, '{"ok": true}'),
    "result null": (200, '{"ok": true, "result": null}'),
    "result {}": (200, '{"ok": true, "result": {}}'),
    "result [{}]": (200, '{"ok": true, "result": [{}, null, 5, []]}'),
    "result 5": (200, '{"ok": true, "result": 5}'),
    "wrong types": (
        200,
        '{"ok": true, "result": {"message_id": [], "date": {}, "chat": 7, "id": "x", "file_path": 3, "name": []}}',
    ),
    "numbers that are none": (
        200,
        '{"ok": true, "result": [{"update_id": true}, {"update_id": 1e400}, {"update_id": 99999999999999999999}]}',
    ),
    "deep": (200, DEEP),
    "deep result": (200, '{"ok": true, "result": ' + DEEP + "}"),
    "no content": (204, ""),
    "moved": (302, ""),
    "bad request, no reason": (400, "{}"),
    "forbidden, no reason": (403, "[]"),
    "not found, a page": (404, "<html>nothing here</html>"),
    "not found, not ok": (404, '{"ok": false}'),
    "teapot": (418, refused(418)),
    "flood, no time": (429, refused(429)),
    "flood, a word": (429, flood("abc")),
    "flood, negative": (429, flood(-5)),
    "flood, nothing": (429, flood(0)),
    "flood, a list": (429, flood([5])),
    "flood, for ever": (429, flood(10**12)),
    "flood, odd parameters": (429, refused(429, parameters=[1])),
    "moved to a group": (400, refused(429, parameters={"migrate_to_chat_id": 5})),
    "error": (500, refused(500)),
    "error, no JSON": (502, "Bad Gateway"),
    "an unknown status": (799, refused(799)),
}
"""Answers that cost no more than another try. Statuses and bodies, for any method."""


def answers(status: int, body: str) -> Answer:
    return lambda _: web.Response(status=status, text=body, content_type="application/json")
