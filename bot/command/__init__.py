"""The command line: ``prescreen``. Each command stands in a module of its own, imported when it is called."""

from __future__ import annotations

import io
import sqlite3
import sys
from importlib import import_module
from typing import Any, Final

import click

COMMANDS: Final = {
    "chat": "Screen a candidate at the terminal.",
    "run": "Run the Telegram bot.",
    "try": "Try the bot on a phone page, without Telegram.",
    "invite": "Invite a person by a single-use link.",
    "people": "List, add, suspend and restore people.",
    "trials": "Open, pause and close trials at a site.",
    "export": "Export screenings for the trial office.",
    "again": "List whom to screen again, and from when.",
    "stats": "Count screenings, and draw the flow.",
    "evaluate": "Evaluate candidates whose data are already abstracted.",
    "serve": "Show the screening log in a browser, read-only.",
    "merge": "Merge the files of several sites into one.",
    "purge": "Remove old screenings for good, as a recorded act.",
    "verify": "Verify the file: chains, triggers, every verdict by replay.",
    "backup": "Copy the file while the bot runs, verified.",
    "restore": "Put a verified backup in the file's place.",
    "status": "Show how the file and the bot are.",
    "protocol": "Draft, check, review, compare and print trials.",
}
"""The line for --help of each command, which is ``command`` in the module of its name."""


class Commands(click.Group):
    """A group that lists its commands without importing them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"bot.command.{cmd_name}").command
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Call a command; here, and nowhere else, what went wrong becomes a sentence."""
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="replace")  # Windows in Chinese writes GBK, which has no check mark
        from bot.command.wiring import Unusable
        from state.errors import StateError, translate

        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise  # whoever read the output went away: click ends quietly
        except StateError as error:
            raise Unusable(str(error)) from error
        except (sqlite3.Error, OSError) as error:
            raise Unusable(str(translate(error))) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="prescreen-bot", prog_name="prescreen")
def main() -> None:
    """Pre-screen candidates for a clinical trial by a dialogue over its eligibility criteria.

    A clinician answers one question at a time; as soon as one criterion rules the patient out, the dialogue
    says which, and quotes the record. Completed screenings are kept in one SQLite file, which holds nothing
    that identifies a patient.

    \b
    Environment:
      PRESCREEN_DB        the SQLite file (default: prescreen.db in the current folder)
      TELEGRAM_BOT_TOKEN  token of the Telegram bot, for "run"
      TELEGRAM_API_URL    another Bot API server, for "run"
      PRESCREEN_REGISTRY  another address of a registry's studies, for "protocol draft" and "protocol check"

    \b
    Exit status:
      0  done
      1  something in the input or the file needs attention; standard error says what
      2  the command was not understood, or cannot work as configured
    """
