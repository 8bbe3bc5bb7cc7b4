"""What one Bot API call costs in CPU: our HTTP client beside the stock one. The server is another process.

python -m tests.bench.calls [--calls 3000] [--at-once 1 32]
"""

import argparse
import asyncio
import multiprocessing
import time
from multiprocessing.connection import Connection

from aiohttp import web
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.request import BaseRequest, HTTPXRequest

from bot.telegram.request import AiohttpRequest

TOKEN = "123456:bench"
ANSWER = (
    b'{"ok":true,"result":{"message_id":7,"date":1700000000,"chat":{"id":5,"type":"private"},'
    b'"from":{"id":123456,"is_bot":true,"first_name":"B"},"text":"Most recent haemoglobin?"}}'
)
ME = (
    b'{"ok":true,"result":{"id":123456,"is_bot":true,"first_name":"B","username":"b_bot",'
    b'"can_join_groups":false,"can_read_all_group_messages":false,"supports_inline_queries":false}}'
)
KEYS = InlineKeyboardMarkup([[InlineKeyboardButton("Unknown", callback_data="u")]])
CLIENTS: dict[str, type[BaseRequest]] = {"HTTPXRequest": HTTPXRequest, "AiohttpRequest": AiohttpRequest}


async def _answer(request: web.Request) -> web.Response:
    await request.read()
    body = ME if request.path.endswith("getMe") else ANSWER
    return web.Response(body=body, content_type="application/json")


async def _serve(ready: Connection) -> None:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", _answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    ready.send(runner.addresses[0][1])
    await asyncio.Event().wait()


def serve(ready: Connection) -> None:
    asyncio.run(_serve(ready))


async def cost(client: type[BaseRequest], port: int, calls: int, at_once: int) -> tuple[float, float]:
    """CPU microseconds and wall microseconds a call."""
    bot = Bot(TOKEN, f"http://127.0.0.1:{port}/bot", request=client(), get_updates_request=client())
    async with bot:

        async def sender(count: int) -> None:
            for _ in range(count):
                await bot.send_message(5, "Most recent haemoglobin?", reply_markup=KEYS)

        await asyncio.gather(*(sender(5) for _ in range(at_once)))
        cpu, wall = time.process_time(), time.perf_counter()
        await asyncio.gather(*(sender(calls // at_once) for _ in range(at_once)))
        done = calls // at_once * at_once
        return (time.process_time() - cpu) * 1e6 / done, (time.perf_counter() - wall) * 1e6 / done


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=3000)
    parser.add_argument("--at-once", type=int, nargs="+", default=[1, 32, 200])
    options = parser.parse_args()
    here, there = multiprocessing.get_context("spawn").Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(there,), daemon=True)
    server.start()
    port = here.recv()
    print(f"{'client':16}{'at once':>8}{'CPU µs':>9}{'wall µs':>9}")
    try:
        for at_once in options.at_once:
            for name, client in CLIENTS.items():
                cpu, wall = asyncio.run(cost(client, port, options.calls, at_once))
                print(f"{name:16}{at_once:8}{cpu:9.0f}{wall:9.0f}")
    finally:
        server.terminate()


if __name__ == "__main__":
    main()
