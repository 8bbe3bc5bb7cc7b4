"""``prescreen protocol schema``: what an editor completes keys by."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import click

SCHEMA: Final = "prescreen.schema.json"
"""Name of the file that the first line of a new trial leads an editor to; it lies beside the trial's."""


@click.command("schema")
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), help="The file to write; else it is printed."
)
def command(output: Path | None) -> None:
    """Print the JSON Schema of a protocol file, for editors.

    An editor that knows TOML (such as Taplo, or Even Better TOML) reads it where a file's first line is
    #:schema ./prescreen.schema.json: it then completes keys and names of the catalogue, and explains each key.
    """
    if output is None:
        click.echo(_schema(), nl=False)
        return
    try:
        write_schema(output)
    except OSError as error:
        raise unwritable(error) from error


def _schema() -> str:
    from dialogs.loading.schema import schema

    return json.dumps(schema(), ensure_ascii=False, indent=2) + "\n"


def write_schema(file: Path) -> None:
    """Write the schema, also in the place of an earlier one; any other file stays as it is."""
    text = _schema()
    begins = text[: text.index(":")].encode()
    if file.is_file() and not file.read_bytes().startswith(begins):
        raise click.ClickException(f"{file} is there already, and is no schema. Please choose another name")
    file.write_text(text, encoding="utf-8", newline="\n")


def write_trial(file: Path, text: str) -> None:
    """Write a new trial, never over another file, with the schema that its first line names beside it."""
    write_new(file, text)
    try:
        write_schema(file.parent / SCHEMA)
    except OSError as error:
        raise unwritable(error) from error


def write_new(file: Path, text: str) -> None:
    """Write a file, never over another one."""
    refuse_existing(file)
    try:
        with file.open("x", encoding="utf-8", newline="\n") as opened:
            opened.write(text)
    except OSError as error:
        raise unwritable(error) from error


def refuse_existing(file: Path) -> None:
    """Refuse to write over a file, before what is to be written is worked out."""
    if file.exists() or file.is_symlink():
        raise click.ClickException(f"{file} is there already. Please choose another name")


def unwritable(error: OSError) -> click.ClickException:
    """Return what to say of a file or folder that cannot be written."""
    return click.ClickException(f"{error.filename} cannot be written: {error.strerror}")
