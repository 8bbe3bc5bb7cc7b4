"""``prescreen stats``: counts that reconcile, as text, JSON or a picture."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.command import options
from bot.command.wiring import Unusable, open_existing
from bot.wording.pictures import PICTURES
from dialogs.languages import DEFAULT

if TYPE_CHECKING:
    from state.exports import Selection
    from state.stats import Stats


@click.command("stats")
@options.database
@options.selection
@options.as_of
@options.language
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Draw a picture into this .png or .svg file.",
)
@click.option(
    "--picture",
    type=click.Choice(PICTURES),
    default="flow",
    show_default=True,
    help="flow: CONSORT-style flow of subjects; weeks: screenings a week.",
)
@click.option("--force", is_flag=True, help="Replace the picture if it exists.")
def command(
    db_file: str,
    lang: str | None,
    form: str,
    output: Path | None,
    picture: str,
    as_of: datetime | None,
    force: bool,
    **selected: str | datetime | None,
) -> None:
    """Count screenings: assessed = excluded + open + potentially eligible.

    Each subject counts once, by the latest screening and its first reason; a second table has all reasons.
    Cancelled screenings stand beside. Then medians of questions and time, by site, month and version of the rules.

    \b
    Examples:
      prescreen stats
      prescreen stats --site S01 --format json
      prescreen stats --lang zh --output flow.png
      prescreen stats --picture weeks --output weeks.svg

    Exit status: 0, or 2 if nothing is selected, or the file or the output cannot be used.
    """
    from bot.wording.counts import as_text

    found = _counted(db_file, options.selected(selected), as_of)
    language = lang or DEFAULT
    if output is not None:
        _draw(found, picture, language, output, Path(db_file), force=force)
        click.echo(output)
    elif form == "json":
        click.echo(json.dumps(found.as_json(), ensure_ascii=False, indent=2))
    else:
        click.echo(as_text(found, language))


def _counted(db_file: str, selection: Selection, as_of: datetime | None) -> Stats:
    from state.errors import StateError
    from state.exports.filters import moment
    from state.stats import stats

    open_existing(db_file).conn.close()
    try:
        return stats(Path(db_file), selection, until=moment(as_of, datetime.now(UTC)), expected=True)
    except StateError as error:
        raise Unusable(str(error)) from error


def _draw(found: Stats, picture: str, language: str, output: Path, database: Path, *, force: bool) -> None:
    """Draw one trial's counts into a file; its name says in which format."""
    from bot.wording.pictures import NoPicture, draw, rendered
    from state.exports.files import written

    if len(found.trials) != 1:
        trials = ", ".join(trial.trial for trial in found.trials) or "no trial"
        raise Unusable(
            f"a picture is of one trial, here are screenings for {trials}. Please choose by --protocol"
        )
    try:
        drawn = rendered(draw(picture, found.trials[0], found.as_of, language), output.suffix)
    except NoPicture as error:
        raise Unusable(str(error)) from error
    with written(output, folder=False, force=force, databases=[database]) as temporary:
        temporary.write_bytes(drawn)
