"""``prescreen protocol print``: a trial as one document to read, print and sign."""

from __future__ import annotations

from pathlib import Path

import click

from bot.command import options
from bot.command.protocol.schema import unwritable
from bot.command.wiring import one_protocol


@click.command("print")
@click.argument("source", default="NCT04420494")
@options.shown_in
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), help="The file to write; else it is printed."
)
def command(source: str, lang: str, output: Path | None) -> None:
    """Write a trial as one document to read, print and sign.

    It is HTML, with nothing from elsewhere: each criterion with the record's words, how they are read, the rule in
    words, its limits in all units, what is asked, made-up patients and who accepted it; the order of judging as a
    picture; and lines for the investigator's and the reviewers' signatures.

    \b
    Examples:
      prescreen protocol print --output trial.html
      prescreen protocol print EXAMPLE-DM2 --lang zh --output trial.html
    """
    from bot.reviewing.document import document

    loaded = one_protocol(source)
    text = document(loaded, lang)
    if output is None:
        click.echo(text, nl=False)
        return
    _write(output, text)
    click.echo(f"{output} is written. Open it in a browser; it is made to be printed.")


def _write(output: Path, text: str) -> None:
    """Write the document, also in the place of an earlier one; any other file stays as it is."""
    from bot.reviewing.document import MARK

    begins = text[: text.index(MARK) + len(MARK)].encode()
    try:
        if output.exists() and not output.read_bytes().startswith(begins):
            raise click.ClickException(
                f"{output} is there already, and is no such document. Please choose another name"
            )
        output.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise unwritable(error) from error
