"""What a person types at a terminal, or what comes through a pipe."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module

import click


def typed() -> Iterator[str]:
    """Lines as they are typed: edited, with those before them at hand, where a person sits."""
    if not sys.stdin.isatty():
        for line in sys.stdin:
            click.echo(f"> {line.rstrip()}")
            yield line
        return
    with suppress(ImportError):
        import_module("readline")  # input() edits lines by it; the history is never written down
    with suppress(EOFError):
        while True:
            yield input("> ")
