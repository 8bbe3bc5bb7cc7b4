"""A stop takes at most `STOP_SECONDS`, whatever hangs: a poll, a reply, long work, another process that writes.

Every wait at a stop has a limit of its own, named here. What no limit of ours reaches is a thread that looks up a
name, for which the event loop would wait: the last resort ends the process then. Nothing is lost by that: what was not
acknowledged is delivered again.
"""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Awaitable, Callable
from typing import Final

STOP_SECONDS: Final = 5.0
"""From the signal to the end of the process."""

# One after the other, in this order; together they are LAST_RESORT_SECONDS.
DRAIN_SECONDS: Final = 2.0
"""For updates in hand to be committed."""
ACKNOWLEDGE_SECONDS: Final = 1.0
"""For the last acknowledgement."""
HEALTH_SECONDS: Final = 0.2
"""For answers of /healthz."""
BUSY_SECONDS: Final = 0.5
"""For another process that writes."""
SEND_SECONDS: Final = 1.2
"""For replies that wait."""
LAST_RESORT_SECONDS: Final = 4.9
"""After that the process ends itself, with status 0."""


def run_until_signal(run: Callable[[], Awaitable[None]], stop: Callable[[], None]) -> None:
    """Run in a new event loop; SIGINT and SIGTERM call `stop`, after which `run` has to return in time."""

    def stop_in_time() -> None:
        stop()
        last_resort = threading.Timer(LAST_RESORT_SECONDS, os._exit, [0])
        last_resort.daemon = True
        last_resort.start()

    async def serve() -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop_in_time)
        await run()

    asyncio.run(serve())
