"""Long work, each in a process of its own: a few at the same time, people taking turns, ended at once by a stop.

Work that computes would hold up people's answers in a thread of the bot's own process, and could not be stopped.
So a function is handed to a process of low priority, which returns what the function returned; its memory is
bounded, and gone afterwards.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import resource
import sys
import threading
import time
from asyncio.subprocess import PIPE, Process
from collections import deque
from collections.abc import Callable, Coroutine, Hashable
from functools import partial
from typing import Any, Final, TypeVar

from bot.telegram.failures import caught, tried
from bot.telegram.logs import place

AT_ONCE: Final = 2
"""Works that are done at the same time."""
EACH: Final = 10
"""Works of one person, done or waiting."""
ALL: Final = 50
"""Works of all people, done or waiting."""
LONGEST_SECONDS: Final = 900.0
"""Longer work is ended."""
LARGEST_BYTES: Final = 2 * 1024**3
"""Memory that one process may have."""
NICENESS: Final = 10
SECRETS: Final = ("TELEGRAM_BOT_TOKEN",)
"""Variables of the environment that work is not given."""

Done = TypeVar("Done")


class WorkError(Exception):
    """The function raised, or its process ended. `kind` is the error's name, `at` its place; nothing it said."""

    def __init__(self, kind: str, at: str = "") -> None:
        super().__init__(f"{kind} {at}".strip())
        self.kind = kind
        self.at = at


async def apart(run: Callable[[], Done], *, longest: float = LONGEST_SECONDS) -> Done:
    """Call a function in a process of its own; function and result are pickled. Cancelling ends the process.

    Raises `WorkError`.
    """
    asked = _or_failed(tried(partial(pickle.dumps, run)))
    process = _or_failed(await caught(_process()))
    try:
        async with asyncio.timeout(longest):
            said, _ = await process.communicate(asked)
    except TimeoutError:
        raise WorkError("TimeoutError") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if not said:
        raise WorkError(f"exit status {process.returncode}")
    is_done, *result = pickle.loads(said)  # noqa: S301 - written by our own process
    if not is_done:
        raise WorkError(*result)
    done: Done = result[0]
    return done


async def _process() -> Process:
    """Begin a process of work, which knows none of the `SECRETS`."""
    environ = {name: value for name, value in os.environ.items() if name not in SECRETS}
    command = (sys.executable, "-m", "bot.telegram.processes")
    return await asyncio.create_subprocess_exec(
        *command, stdin=PIPE, stdout=PIPE, env=environ, start_new_session=True
    )


def _or_failed(outcome: Done | Exception) -> Done:
    """Raises `WorkError` for an error, without its words."""
    if isinstance(outcome, Exception):
        raise WorkError(type(outcome).__name__, place(outcome))
    return outcome


class Turns:
    """A queue of works in which people take turns, with one work of each at a time."""

    def __init__(self, at_once: int = AT_ONCE, each: int = EACH, every: int = ALL) -> None:
        self._at_once = at_once
        self._each = each
        self._every = every
        self._waiting: dict[Hashable, deque[Callable[[], Coroutine[Any, Any, None]]]] = {}
        self._done_now: dict[Hashable, asyncio.Task[None]] = {}

    def __len__(self) -> int:
        return len(self._done_now) + sum(map(len, self._waiting.values()))

    def put(self, whose: Hashable, work: Callable[[], Coroutine[Any, Any, None]]) -> bool:
        """Queue a work. Return False if too many wait already."""
        waiting = self._waiting.get(whose, ())
        if len(self) >= self._every or len(waiting) + (whose in self._done_now) >= self._each:
            return False
        self._waiting.setdefault(whose, deque()).append(work)
        self._begin_more()
        return True

    async def stop(self) -> None:
        """End what is being done, and forget what waits."""
        self._waiting.clear()
        tasks = list(self._done_now.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _begin_more(self) -> None:
        for whose in list(self._waiting):
            if len(self._done_now) >= self._at_once:
                return
            if whose not in self._done_now:
                self._begin(whose, self._waiting.pop(whose))

    def _begin(self, whose: Hashable, works: deque[Callable[[], Coroutine[Any, Any, None]]]) -> None:
        task = asyncio.create_task(works.popleft()())
        self._done_now[whose] = task
        if works:
            self._waiting[whose] = works  # behind the others
        task.add_done_callback(lambda _: self._ended(whose))

    def _ended(self, whose: Hashable) -> None:
        del self._done_now[whose]
        self._begin_more()


def main() -> None:
    """Run in the process of a work: read a function, call it, write what it returned."""
    os.nice(NICENESS)
    resource.setrlimit(resource.RLIMIT_DATA, (LARGEST_BYTES, LARGEST_BYTES))
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    answer = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever the work prints is no answer
    run = pickle.load(sys.stdin.buffer)  # noqa: S301 - written by our own process
    said = tried(lambda: pickle.dumps((True, run())))
    if isinstance(said, Exception):
        said = pickle.dumps((False, type(said).__name__, place(said)))
    with answer:
        answer.write(said)


def _end_with(parent: int) -> None:
    """End this process as soon as the bot that began it is gone."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


if __name__ == "__main__":
    main()
