"""The screening log in Datasette: to be looked at on this machine, in both languages, and never to be changed.

Only three views are shown. Everything else in the file is denied, and so is SQL of one's own, by which the rest
could be reached. No connection that can write is ever opened. Pages have words where the file has codes, and a
number leads to its answers; what is downloaded is whole. Datasette is an optional extra.
"""

from __future__ import annotations

import asyncio
import csv
import io
import signal
import socket
import string
from collections.abc import Awaitable, Callable, Iterable, Iterator, MutableMapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from bot.serve.pages import NAME as NAME
from bot.serve.pages import Pages
from dialogs.protocol import Protocol
from state import browsing
from state.database import forbid_writing

HOST: Final = "127.0.0.1"
ROWS_AT_ONCE: Final = 20_000
ROWS_IN_A_PIECE: Final = 2_000
"""Of a download: between two pieces it is seen whether anybody still takes it."""
LONGEST_QUERY_MS: Final = 20_000
STOP_SECONDS: Final = 3
"""How long a stop waits for what is being answered."""
LANGUAGES: Final = ("en", "zh")
SHOWN: Final = {
    "screening_log": {
        "title": "Screening log · 筛选日志",
        "description": "One line per screening, with its newest verdict. · 每例筛选一行，列出最近一次结论。",
        "facets": ["site", "state", "verdict", "first_failed", "protocol_version"],
        "sort_desc": "started_at",
        "size": 50,
        "columns": {
            "screening": "Number · 编号",
            "site": "Site · 中心",
            "started_by": "Started by · 开始者",
            "started_at": "Started at (UTC) · 开始时间（UTC）",
            "state": "open, completed, cancelled, or revising · 进行中、已完成、已取消或修订中",
            "saved_at": "Verdict saved at (UTC) · 结论保存时间（UTC）",
            "saved_by": "Verdict saved by · 结论保存者",
            "verdict": "Verdict · 结论",
            "first_failed": "First criterion not met · 首个不符合的标准",
            "all_failed": "All criteria not met · 全部不符合的标准",
            "unresolved": "Criteria left open · 未明确的标准",
            "questions_asked": "Questions asked · 已问题数",
            "earlier_screening": "Earlier screening of the same patient · 同一患者此前的筛选",
            "protocol": "Trial · 试验",
            "protocol_version": "Protocol version · 方案版本",
            "protocol_sha256": "Fingerprint of the protocol · 方案指纹",
        },
    },
    "open_items": {
        "title": "Open items · 待补项目",
        "description": "What undetermined screenings still lack. · 暂不能判定的筛选尚缺的内容。",
        "facets": ["site", "criterion", "person"],
        "sort": "undetermined_since",
        "size": 50,
        "columns": {
            "screening": "Number · 编号",
            "site": "Site · 中心",
            "person": "Saved by · 保存者",
            "undetermined_since": "Undetermined since (UTC) · 自何时起暂不能判定（UTC）",
            "criterion": "Criterion left open · 未明确的标准",
        },
    },
    "answers": {
        "title": "Answers · 回答",
        "description": "Every answer ever given, with what became of it. · 所有回答及其状态（有效、被取代、不计入）。",
        "facets": ["question", "status", "unit"],
        "size": 50,
        "columns": {
            "screening": "Number · 编号",
            "entry": "Entry of the log · 日志条目",
            "at": "Given at (UTC) · 回答时间（UTC）",
            "person": "Given by · 回答者",
            "question": "Question · 问题",
            "value": "Answer as given · 原始回答",
            "unit": "Unit as given · 原始单位",
            "compared": "Value that was compared · 用于比较的数值",
            "compared_unit": "Its unit · 其单位",
            "status": "current, superseded or set aside · 有效、被取代或不计入",
        },
    },
}

_WORDS: Final = {
    "screening": ("screening", "编号"),
    "site": ("site", "中心"),
    "person": ("person", "人员"),
    "criterion": ("criterion", "标准"),
    "since": ("since", "自"),
    "days": ("days", "天数"),
    "month": ("month", "月份"),
    "subjects": ("subjects", "受试者"),
    "trial": ("trial", "试验"),
    "outcome": ("outcome", "结果"),
    "day": ("day", "日期"),
    "reason": ("reason", "原因"),
    "eligible": ("potentially eligible", "可能符合条件"),
    "ineligible": ("ineligible", "不符合条件"),
    "undetermined": ("undetermined", "暂不能判定"),
    "question": ("question", "问题"),
    "value": ("answer", "回答"),
    "unit": ("unit", "单位"),
    "status": ("status", "状态"),
    "current": ("current", "有效"),
    "superseded": ("superseded", "被取代"),
    "aside": ("set aside", "不计入"),
    "at": ("at", "时间"),
}
TITLES: Final = {
    "per_site": (
        ("Subjects per site", "各中心受试者"),
        (
            "Each subject once, by the latest screening, as in prescreen stats.",
            "每名受试者按最近一次筛选计一次，与 prescreen stats 一致。",
        ),
    ),
    "per_month": (
        ("Subjects per month", "各月受试者"),
        ("By the month in which the verdict was saved (UTC).", "按结论保存的月份（UTC）统计。"),
    ),
    "reasons": (
        ("Why subjects were ruled out", "受试者不符合条件的原因"),
        (
            "Each subject once, by the first criterion that was not met.",
            "每名受试者按首个不符合的标准计一次。",
        ),
    ),
    "outcomes": (
        ("What came of subjects", "受试者后续结果"),
        (
            "What sites noted after pre-screening, the newest first.",
            "预筛选之后由中心记录的结果，最近的在前。",
        ),
    ),
    "waiting": (
        ("Undetermined, and for how long", "暂不能判定及其时长"),
        ("What is missing, the longest wait first.", "尚缺的内容，等待最久者在前。"),
    ),
    "left_open": (
        ("Begun and not finished", "已开始未完成"),
        ("Screenings that were neither saved nor cancelled.", "既未保存也未取消的筛选。"),
    ),
    "one_screening": (
        ("Answers of one screening", "单例筛选的回答"),
        ("Give its number.", "请输入编号。"),
    ),
}
"""Query of `browsing.QUERIES` -> title and description in each language, in the order of the page."""

Scope = MutableMapping[str, Any]
App = Callable[[Scope, Any, Any], Awaitable[None]]


class NotInstalled(Exception):  # noqa: N818  (reads as what it says)
    """Datasette is not installed."""


def queries(protocols: Iterable[Protocol]) -> dict[str, dict[str, Any]]:
    """Give the ready-made queries, each in both languages, by their names in addresses."""
    made = {}
    counted = browsing.counted_criterion(protocols)
    for place, language in enumerate(LANGUAGES):
        words = {key: both[place] for key, both in _WORDS.items()}
        for name, (title, description) in TITLES.items():
            made[f"{name}_{language}"] = {
                "title": title[place],
                "description": description[place],
                "sql": string.Template(browsing.QUERIES[name]).substitute(words, counted=counted),
                "hide_sql": True,
            }
    return made


def metadata(names: Iterable[str], protocols: Iterable[Protocol]) -> dict[str, Any]:
    """Describe what is shown, and deny the rest of what the file holds."""
    return {
        "title": "Pre-screening · 预筛选",
        "description": "Read-only, on this machine. · 只读，仅限本机。",
        "allow_sql": False,
        "databases": {
            NAME: {
                "title": "Pre-screening · 预筛选",
                "description": "Verdicts are on what was entered, and decide about nobody. · "
                "结论仅基于所填信息，不代表入组决定。",
                "allow_sql": False,
                "tables": {
                    **{name: {"allow": False} for name in sorted(names) if name not in SHOWN},
                    **SHOWN,
                },
                "queries": queries(protocols),
            }
        },
    }


def application(path: Path, names: Iterable[str], protocols: Sequence[Protocol]) -> App:
    """Make the ASGI application; ``protocols`` are those in the file, the newest last. Raises `NotInstalled`."""
    try:
        from datasette import hookimpl
        from datasette.app import Datasette
        from datasette.database import Database
    except ImportError as error:
        raise NotInstalled from error

    # else, where rich is installed, every "not found" is printed with the values of all variables
    vars(import_module("datasette.handle_exception"))["rich"] = None

    class ReadOnly(Database):  # type: ignore[misc]  # Datasette has no types
        """A file that nobody can write to from here, whatever else is installed."""

        def connect(self, write: bool = False) -> Any:
            if write:
                raise PermissionError("the file is only shown here")
            connection = super().connect()
            forbid_writing(connection)
            return connection

    datasette = Datasette(
        [],
        metadata=metadata(names, protocols),
        template_dir=str(Path(__file__).parent),
        settings={
            "allow_download": False,
            "default_allow_sql": False,
            "allow_csv_stream": True,
            "max_returned_rows": ROWS_AT_ONCE,
            "sql_time_limit_ms": LONGEST_QUERY_MS,
        },
    )
    datasette.add_database(ReadOnly(datasette, str(path.resolve()), is_mutable=True), name=NAME)
    plugins = import_module("datasette.plugins").pm
    plugins.unregister(name="prescreen")  # of a file that was shown before in this process
    for hook in (Pages.render_cell, Pages.extra_template_vars):
        hookimpl(hook)
    plugins.register(Pages(protocols), name="prescreen")
    return _guarded(datasette.app(), path)


def _guarded(app: App, path: Path) -> App:
    """Refuse what is not for reading here, and give lists whole.

    Requests under another name are refused: pages elsewhere cannot reach in through the browser. Datasette's pages
    about itself are closed (they tell paths of this machine). Its CSV has one page of a list unless it is streamed.
    """

    async def guarded(scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            host = dict(scope["headers"]).get(b"host", b"").decode("latin-1").rpartition(":")[0]
            if host not in (HOST, "localhost") or scope["method"] not in ("GET", "HEAD"):
                await _answer(send, 403, b"Only to be read, and only on this machine.\n")
                return
            if scope["path"] in ("", "/"):
                await _answer(send, 302, b"", (b"location", f"/{NAME}".encode()))
                return
            if "/-/" in scope["path"] and not scope["path"].startswith("/-/static/"):
                await _answer(send, 404, b"There is no such page.\n")
                return
            if scope["path"].endswith(".csv"):
                if await _download(scope, receive, send, path):
                    return
                scope = {**scope, "query_string": _whole(scope["query_string"])}
        await app(scope, receive, send)

    return guarded


async def _download(scope: Scope, receive: Any, send: Any, path: Path) -> bool:
    """Send a whole list, as long as somebody takes it; ``False`` for what is asked of it in Datasette's own ways."""
    view = scope["path"].removeprefix(f"/{NAME}/").removesuffix(".csv")
    pairs = parse_qsl(scope["query_string"].decode(), keep_blank_values=True)
    asked = {key.removesuffix("__exact"): value for key, value in pairs if not key.startswith("_")}
    rows = browsing.whole(path, view, asked)
    # one thread for one download: a connection of SQLite belongs to the thread that opened it
    with ThreadPoolExecutor(1) as reading:
        take = partial(asyncio.get_running_loop().run_in_executor, reading, _lines, rows)
        try:
            text = await take()
        except KeyError:
            return False
        gone = asyncio.ensure_future(_disconnected(receive))
        try:
            kind = (b"content-type", b"text/csv; charset=utf-8")
            await send({"type": "http.response.start", "status": 200, "headers": [kind]})
            while text and not gone.done():
                await send({"type": "http.response.body", "body": text.encode(), "more_body": True})
                text = await take()
            await send({"type": "http.response.body", "body": b""})
        finally:
            gone.cancel()
            reading.submit(rows.close)
    return True


def _lines(rows: Iterator[tuple[object, ...]]) -> str:
    """Write the next rows as CSV; nothing when there are none."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(islice(rows, ROWS_IN_A_PIECE))
    return text.getvalue()


async def _disconnected(receive: Any) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _answer(send: Any, status: int, body: bytes, *headers: tuple[bytes, bytes]) -> None:
    kind = (b"content-type", b"text/plain; charset=utf-8")
    await send({"type": "http.response.start", "status": status, "headers": [kind, *headers]})
    await send({"type": "http.response.body", "body": body})


def _whole(query: bytes) -> bytes:
    """Ask for all rows, from the first, whatever page the link stood on."""
    kept = [
        pair
        for pair in parse_qsl(query.decode(), keep_blank_values=True)
        if pair[0] not in ("_size", "_next")
    ]
    return urlencode([*kept, ("_stream", "on")]).encode()


def listen(port: int) -> socket.socket:
    """Take the port, on the loopback address only; 0 takes any that is free. Raises `OSError`."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((HOST, port))
        listening.listen()
    except OSError:
        listening.close()
        raise
    return listening


def serve(app: App, listening: socket.socket) -> None:
    """Answer until SIGINT or SIGTERM."""
    import uvicorn  # comes with Datasette

    config = uvicorn.Config(
        app, log_level="warning", access_log=False, lifespan="on", timeout_graceful_shutdown=STOP_SECONDS
    )
    server = uvicorn.Server(config)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)  # the server raises them again when it has stopped in order
    server.run(sockets=[listening])
