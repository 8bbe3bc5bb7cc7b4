"""``prescreen protocol new`` and ``schema``: a file to start a trial from, and what an editor completes keys by."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Final

import click

from dialogs.languages import DEFAULT, LANGUAGES

SCHEMA: Final = "prescreen.schema.json"
"""Name of the file that the first line of a new trial leads an editor to; it lies beside the trial's."""


@click.command("new")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False)
@click.option("--lang", type=click.Choice(list(LANGUAGES)), default=DEFAULT, show_default=True)
def new(file: Path | None, lang: str) -> None:
    """Write a trial to start from.

    It is fictional and works as it stands, with notes on every part; LANG is the language of both. FILE is never
    overwritten. Beside it the schema is written by which an editor completes and explains keys. Without FILE the
    trial is printed.
    """
    text = (resources.files("dialogs") / "protocols" / "new" / f"{lang}.toml").read_text(encoding="utf-8")
    if file is None:
        click.echo(text, nl=False)
        return
    try:
        with file.open("x", encoding="utf-8", newline="\n") as opened:
            opened.write(text)
        _write_schema(file.parent / SCHEMA)
    except FileExistsError as error:
        raise click.ClickException(f"{file} is there already. Please choose another name") from error
    except OSError as error:
        raise click.ClickException(f"{error.filename} cannot be written: {error.strerror}") from error
    click.echo(f"{file} is written. Check it at any time: prescreen protocol check {file}")


@click.command("schema")
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), help="The file to write; else it is printed."
)
def schema(output: Path | None) -> None:
    """Print the JSON Schema of a protocol file, for editors.

    An editor that knows TOML (such as Taplo, or Even Better TOML) reads it where a file's first line is
    #:schema ./prescreen.schema.json: it then completes keys and names of the catalogue, and explains each key.
    """
    if output is None:
        click.echo(_schema(), nl=False)
        return
    try:
        _write_schema(output)
    except OSError as error:
        raise click.ClickException(f"{output} cannot be written: {error.strerror}") from error


def _schema() -> str:
    from dialogs.loading.schema import schema as made

    return json.dumps(made(), ensure_ascii=False, indent=2) + "\n"


def _write_schema(file: Path) -> None:
    """Write the schema, also in the place of an earlier one; any other file stays as it is."""
    text = _schema()
    begins = text[: text.index(":")].encode()
    if file.is_file() and not file.read_bytes().startswith(begins):
        raise click.ClickException(f"{file} is there already, and is no schema. Please choose another name")
    file.write_text(text, encoding="utf-8", newline="\n")
