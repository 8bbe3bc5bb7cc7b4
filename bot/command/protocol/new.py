"""``prescreen protocol new``: a file to start a trial from."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import click

from bot.command import options
from bot.command.protocol.schema import write_trial


@click.command("new")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False)
@options.shown_in
def command(file: Path | None, lang: str) -> None:
    """Write a trial to start from.

    It is fictional and works as it stands, with notes on every part; LANG is the language of both. FILE is never
    overwritten. Beside it the schema is written by which an editor completes and explains keys. Without FILE the
    trial is printed.
    """
    text = (resources.files("dialogs") / "protocols" / "new" / f"{lang}.toml").read_text(encoding="utf-8")
    if file is None:
        click.echo(text, nl=False)
        return
    write_trial(file, text)
    click.echo(f"{file} is written. Check it at any time: prescreen protocol check {file}")
