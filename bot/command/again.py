"""``prescreen again``: whom to screen again, and from when."""

from __future__ import annotations

import json
import shlex
import sys
from typing import TYPE_CHECKING, Any, Final

import click

from bot.command import options
from bot.command.wiring import open_existing
from dialogs.languages import DEFAULT, counted

if TYPE_CHECKING:
    from state.rescreening import Due

COLUMNS: Final = (
    *("screening", "site", "person", "saved_at", "failed"),
    *("from", "at_the_latest", "protocol", "version", "at_the_earliest"),
)


@click.command("again")
@options.database
@click.option("--site", callback=options.site, help="Only this site.")
@options.one_trial
@options.language
@click.option(
    "--format", "form", type=click.Choice(["text", "csv", "json"]), default="text", show_default=True
)
def command(db_file: str, site: str | None, protocol: str | None, lang: str | None, form: str) -> None:
    """List whom to screen again, and from when, the soonest first.

    These are saved screenings that fail only for reasons that time alone heals: a washout, an age that is not reached
    yet. Each answer ages from the day at the site on which it was entered. Of an age in completed years the day is the
    latest possible one, of what was less than so long ago the earliest. Whoever was screened again already is left
    out. Each goes by the version of the trial that it was saved with; it is said where newer screenings are under
    another one, and "prescreen protocol compare" with --db names the other days by that.

    \b
    Examples:
      prescreen again
      prescreen again --site S01 --format csv

    Exit status: 0, or 2 if the file cannot be used.
    """
    from state.lookup import Lookup
    from state.names import refuse_unknown_site
    from state.rescreening import by_other_versions, due, newest_versions

    db = open_existing(db_file)
    try:
        refuse_unknown_site(db, site)
        trial = options.known_trial(db, protocol) if protocol is not None else None
        found = [each for each in due(Lookup(db), site=site) if trial in (None, each.protocol)]
        newest = newest_versions(db)
    finally:
        db.conn.close()
    _WRITE[form](found, lang or DEFAULT)
    for name, versions in by_other_versions(found, newest):
        for version in versions:
            both = [f"{name}@{each}" for each in (version, newest[name])]
            compare = shlex.join(["prescreen", "protocol", "compare", *both, "--db", db_file])
            click.echo(
                f"{name}: these days are by version {version}; the newest screening is under version"
                f" {newest[name]}, by which others are told by: {compare}",
                err=True,
            )


def _row(each: Due) -> dict[str, Any]:
    values = (
        *(each.number, each.site, each.person, each.saved_at, list(each.failed)),
        *(each.healing.day.isoformat(), each.healing.at_the_latest),
        *(each.protocol, each.version, each.healing.at_the_earliest),
    )
    return dict(zip(COLUMNS, values, strict=True))


def _text(found: list[Due], language: str) -> None:
    from bot.wording.lists import again_line, by_number, with_trial
    from bot.wording.phrases import phrases, plain

    several = len({each.protocol for each in found}) > 1
    for each in found:
        click.echo(plain(again_line(each, phrases(language), with_trial if several else by_number)))
    click.echo(counted(len(found), "screening to be repeated", "screenings to be repeated"), err=True)


def _csv(found: list[Due], language: str) -> None:
    from state.exports.spreadsheet import Csv

    table = Csv(sys.stdout)
    table.add(COLUMNS)
    for row in map(_row, found):
        table.add(" ".join(cell) if isinstance(cell, list) else cell for cell in row.values())


def _json(found: list[Due], language: str) -> None:
    click.echo(json.dumps(list(map(_row, found)), ensure_ascii=False, indent=2))


_WRITE: Final = {"text": _text, "csv": _csv, "json": _json}
