"""The server as a process of its own: `python -m tests.phone`, for tests that kill and restart the bot.

Prints one line of JSON with its address when it is ready, and ends on SIGINT or SIGTERM.
"""

import argparse
import asyncio
import json
import os
import signal
import sys

from bot.phone.server import LocalBotApi, Persona


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.phone", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes any free one")
    parser.add_argument("--kept", type=int, default=500, help="messages remembered in a chat")
    return parser.parse_args()


async def _serve(arguments: argparse.Namespace) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    server = LocalBotApi(
        token=os.environ.get("TELEGRAM_BOT_TOKEN", "1:local-trial"),
        personas=[Persona(101, "Dr Lin", "clinician"), Persona(102, "Ms Chen", "coordinator")],
        **vars(arguments),
    )
    async with server:
        sys.stdout.write(json.dumps({"url": server.url}) + "\n")
        sys.stdout.flush()
        await stop.wait()


if __name__ == "__main__":
    asyncio.run(_serve(_arguments()))
