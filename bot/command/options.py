"""Options that several commands share."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from dialogs import verdicts
from dialogs.languages import DEFAULT, LANGUAGES

if TYPE_CHECKING:
    from sqlite_utils import Database

    from state.exports.selection import Selection


LARGEST_OFFSET_HOURS: Final = 14
"""No zone on Earth is further from UTC."""

database = click.option(
    "--db",
    "db_file",
    type=click.Path(dir_okay=False),
    envvar="PRESCREEN_DB",
    default="prescreen.db",
    show_default=True,
    help="The SQLite file.",
)


def site(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    """Check a site's code as it is typed."""
    from state.codes import is_site

    if value is not None and not is_site(value):
        example = value.upper() if is_site(value.upper()) else "S01"
        raise click.BadParameter(
            f"{value!r}: please use up to 8 capital letters and digits, a letter first, and nothing that a"
            f" spreadsheet reads as a date or a number, such as {example}"
        )
    return value


def zone(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    """Check a time zone: a name of the IANA database, or an offset, which is given as ``+08:00``."""
    if value is None:
        return None
    offset = re.fullmatch(r"([+-])(\d{1,2})(?::?([0-5]\d))?", value)
    if offset and int(offset[2]) <= LARGEST_OFFSET_HOURS:
        return f"{offset[1]}{int(offset[2]):02d}:{offset[3] or '00'}"
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise click.BadParameter(
            f"{value!r} is no time zone; please give a name such as Asia/Shanghai, or an offset such as +08:00"
        ) from None
    return value


language = click.option(
    "--lang",
    "--language",
    type=click.Choice(list(LANGUAGES)),
    default=None,
    help="Language of what is said [default: en; chat: the one it had last].",
)
shown_in = click.option(
    "--lang", "--language", type=click.Choice(list(LANGUAGES)), default=DEFAULT, show_default=True
)
"""In which language a trial is shown."""
protocols = click.option(
    "--protocol",
    "protocol_sources",
    multiple=True,
    default=("NCT04420494",),
    show_default=True,
    metavar="FILE|FOLDER|ID",
    help="A trial: its file, or the id of a shipped one; a folder: all trials in it. Can be given several times.",
)


class Day(click.ParamType[date]):
    """A day as ISO 8601 writes it."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        try:
            return datetime.strptime(value, "%Y-%m-%d").replace(tzinfo=UTC).date()
        except ValueError:
            self.fail(f"{value!r} is no day; please write it as 2026-11-30", param, ctx)


DAY: Final = Day()


def _moment(context: click.Context, parameter: click.Parameter, value: str | None) -> datetime | None:
    """Read a moment in ISO 8601, in UTC unless it says otherwise; a day is meant to its end."""
    if value is None:
        return None
    try:
        return datetime.combine(date.fromisoformat(value), END_OF_DAY)
    except ValueError:
        pass  # no day
    try:
        at = datetime.fromisoformat(value)
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise click.BadParameter(
            f"{value!r} is no moment; please write 2026-11-30 or 2026-11-30T12:00:00Z"
        ) from None


END_OF_DAY: Final = time(23, 59, 59, 999_000, UTC)
as_of = click.option(
    "--as-of",
    callback=_moment,
    metavar="MOMENT",
    help="Leave out what was recorded after this moment (UTC; a day: its end) [default: take all].",
)
one_trial = click.option("--protocol", help="Only this trial, by its registry number or its file.")
_SELECTION: Final = (
    click.option("--since", type=DAY, help="First day on which the verdict was saved (UTC)."),
    click.option("--until", type=DAY, help="Last such day, included."),
    click.option("--site", help="Only this site."),
    one_trial,
    click.option("--verdict", type=click.Choice(list(verdicts.OPTIONS)), help="Only this verdict."),
    click.option("--screening", help="Only this screening."),
)


def selection(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that select screenings; `selected` reads them."""
    for option in reversed(_SELECTION):
        command = option(command)
    return command


def selected(values: Mapping[str, Any]) -> Selection:
    """Turn the values of those options into a selection."""
    from state.exports.selection import Selection

    days = {key: values[key] for key in ("since", "until")}
    others = {key: values[key] for key in ("site", "screening")}
    trial = trial_id(values["protocol"])
    return Selection(verdict=verdicts.OPTIONS.get(values["verdict"] or ""), protocol=trial, **days, **others)


def trial_id(given: str | None) -> str | None:
    """Return a trial's id; where its file is given, as other commands take it, the id that stands in it."""
    if given is None or not given.endswith(".toml"):
        return given
    from bot.command.wiring import one_protocol

    return one_protocol(given).id


def known_trial(db: Database, given: str) -> str:
    """Return a trial's id; what was never heard of is a slip, unless its file is given. Raises `Unknown`."""
    from dialogs.loading import shipped_protocols
    from state.names import refuse_unknown_trial
    from state.trials import known

    trial = trial_id(given) or given
    if trial == given:
        refuse_unknown_trial(given, {*(each for _, each in known(db)), *shipped_protocols()})
    return trial
