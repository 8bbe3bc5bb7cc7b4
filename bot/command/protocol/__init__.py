"""``prescreen protocol``: what is done with trial protocols; each subcommand stands in a module of its name."""

from __future__ import annotations

from importlib import import_module
from typing import Final

import click

SUBCOMMANDS: Final = (
    "check",
    "compare",
    "diagram",
    "draft",
    "list",
    "new",
    "order",
    "print",
    "questions",
    "review",
    "schema",
    "show",
)


@click.group("protocol")
def command() -> None:
    """Draft, check, review, compare and print trials.

    A protocol is one TOML file: questions in the order of asking, and criteria with their rules. Nobody
    writes skip logic; what is asked follows from the rules. SOURCE is the id of a shipped trial or a file.
    """


for _name in SUBCOMMANDS:
    command.add_command(import_module(f"bot.command.protocol.{_name}").command)
