"""A progress bar on standard error, where somebody sees it."""

from __future__ import annotations

import sys
from collections.abc import Callable

import click


class Bar:
    """`start` is handed to what works; what it returns is called with how many more are done."""

    def __init__(self, label: str) -> None:
        self.label = label
        self._finish: Callable[[], None] = lambda: None

    def start(self, length: int) -> Callable[[int], None]:
        if not sys.stderr.isatty():
            return lambda done: None
        bar = click.progressbar(length=length, label=self.label, file=sys.stderr)
        self._finish = bar.render_finish
        bar.render_progress()
        return bar.update

    def finish(self) -> None:
        self._finish()
