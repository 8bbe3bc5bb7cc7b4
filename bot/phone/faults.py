"""Faults on request: what a network and a busy Telegram do to a bot, by table and by chance."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Literal

FaultKind = Literal[
    "delay",
    "too_many_requests",
    "server_error",
    "drop_before",
    "drop_after",
    "not_modified",
    "too_old",
    "blocked",
]


@dataclass(slots=True)
class Fault:
    """What goes wrong with calls of `method` (``*`` for all) in `chat` (``None`` for all).

    It strikes with `probability`, `times` times at the most; `seconds` is the delay or the retry_after.
    """

    kind: FaultKind
    method: str = "*"
    chat: int | None = None
    probability: float = 1.0
    times: int | None = None
    seconds: float = 0.0


class Faults:
    """The table that is asked at each call. Counts what struck."""

    def __init__(self, seed: int = 0) -> None:
        self.random = random.Random(seed)  # noqa: S311  (a test's dice)
        self.table: list[Fault] = []
        self.struck = 0

    def add(self, fault: Fault) -> None:
        self.table.append(fault)

    def clear(self) -> None:
        self.table.clear()

    def strike(self, method: str, chat: int | None) -> Fault | None:
        """Give the fault that this call meets, if any."""
        for fault in self.table:
            if fault.method not in ("*", method) or fault.chat not in (None, chat) or fault.times == 0:
                continue
            if self.random.random() < fault.probability:
                if fault.times is not None:
                    fault.times -= 1
                self.struck += 1
                return fault
        return None
