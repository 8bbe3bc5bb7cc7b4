"""``prescreen protocol draft``: a protocol file from a registry record."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.command.protocol.schema import write_trial
from bot.command.registry import address, read
from dialogs.languages import DEFAULT, LANGUAGES, counted

if TYPE_CHECKING:
    from dialogs.drafting.record import Record


@click.command("draft")
@click.argument("source")
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file to write, never over another; else it is printed.",
)
@click.option(
    "--language",
    "--lang",
    "languages",
    type=click.Choice(list(LANGUAGES)),
    multiple=True,
    default=[DEFAULT],
    show_default=True,
    help="Of our own words in the file; once for each language. Remarks are in the first.",
)
@address
def command(source: str, output: Path | None, languages: tuple[str, ...], registry: str) -> None:
    """Draft a protocol file from a registry record.

    SOURCE is an NCT number, which is fetched from ClinicalTrials.gov; a study downloaded there as JSON (API v2);
    or a text with inclusion and exclusion criteria. Every line of the criteria stands in the file in its own words,
    once; the file works as it is. What is proposed beyond the record's words is marked by review, until a person
    has accepted it.

    \b
    Examples:
      prescreen protocol draft NUMBER --output trial.toml
      prescreen protocol draft NAME.json --language zh
    """
    text = _drafted(read(source, registry), list(dict.fromkeys(languages)), source)
    if output is None:
        click.echo(text, nl=False)
        return
    write_trial(output, text)
    click.echo(_summary(output, text))


def _summary(output: Path, text: str) -> str:
    """Say what a draft holds, and what can be done with it."""
    from dialogs.loading import parse_protocol
    from dialogs.loading.ruleless import is_asked_as_it_stands

    trial = parse_protocol(text, str(output))
    lines = counted(len(trial.criteria) + len(trial.lines), "line", "lines")
    criteria = counted(len(trial.criteria), "criterion", "criteria")
    noted = [is_asked_as_it_stands(each) for each in trial.criteria if each.review is not None]
    proposed = counted(noted.count(False), "proposal", "proposals")
    notes = f" and {counted(noted.count(True), 'note', 'notes')}" if any(noted) else ""
    return "\n".join(
        [
            f"{output} is written: {lines}, {criteria} to review, {proposed}{notes} among them.",
            f"  Try it     prescreen try --protocol {output}",
            f"  Review it  prescreen protocol review {output} --by INITIALS",
            f"  Check it   prescreen protocol check {output}",
        ]
    )


def _drafted(record: Record, languages: list[str], source: str) -> str:
    from dialogs.drafting.draft import drafted_file
    from dialogs.drafting.proposals import propose
    from dialogs.drafting.record import RecordError

    try:
        return drafted_file(record, languages, propose, Path(source).name)
    except RecordError as error:
        raise click.ClickException(f"{source} cannot be used: {error}") from error
