"""Options that several commands share."""

from __future__ import annotations

import click

database = click.option(
    "--db",
    "db_file",
    type=click.Path(dir_okay=False),
    envvar="PRESCREEN_DB",
    default="prescreen.db",
    show_default=True,
    help="The SQLite file.",
)
language = click.option(
    "--lang", type=click.Choice(["en", "zh"]), default=None, help="Language of the dialogue [default: en]."
)
protocol = click.option(
    "--protocol",
    "protocol_source",
    default="NCT04420494",
    show_default=True,
    help="Id of a shipped trial, or a file.",
)
