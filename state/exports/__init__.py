"""Exports: what coordinators take out of the file, in the formats that trial offices use.

One module a format, one row in `FORMATS`. `export` reads one consistent snapshot while others write, streams it to
a temporary name, renames it when it is whole, and enters it in the register. The same data give the same bytes, also
later: ``as_of`` is the only time inside, and what was recorded after it is not. No account of a channel, name or
free text leaves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from state import register
from state.database import connect, writing
from state.errors import StateError, Taken
from state.exports.files import digest, written
from state.exports.filters import Mixed, Nothing, moment, refuse_mixed, refuse_nothing
from state.exports.selection import Selection
from state.exports.snapshot import Snapshot, snapshot
from state.moments import Clock, utc_now


class Uninstalled(StateError):
    """A format needs a package that is not installed; the message has the command that installs it."""


@dataclass(frozen=True, slots=True)
class Format:
    """An export format. ``suffix`` is a file's; a format that writes several files into a folder has none.

    ``writer`` is "module:function" with ``(Snapshot, target, step, as_of) -> rows``, imported when used.
    ``extra`` is what has to be installed for it.
    """

    summary: str
    writer: str
    suffix: str | None
    extra: str | None = None


FORMATS: Final = {
    "csv": Format("Pre-screening log, one row a screening", "csvs:write_log", ".csv"),
    "answers": Format("Answers, one row an answer, superseded ones marked", "csvs:write_answers", ".csv"),
    "log": Format("Whole dialogue logs, JSON Lines, one line a screening", "loglines:write", ".jsonl"),
    "queries": Format("Queries on answers, with what became of them", "queries:write", ".csv"),
    "xlsx": Format("Workbook: log, answers, criteria, counts", "xlsx:write", ".xlsx", "xlsx"),
    "fhir": Format("FHIR R4, one Bundle", "fhir:write_bundle", ".json"),
    "fhir-ndjson": Format("FHIR R4, NDJSON, a resource a line", "fhir:write_lines", ".ndjson"),
    "sdtm": Format(
        "SDTM in shape, CDISC Dataset-JSON 1.1, a folder with a file a dataset", "sdtm:write", None
    ),
    "parquet": Format(
        "Screenings and answers by site and month, for DuckDB or Spark, a folder",
        "parquet:write",
        None,
        "parquet",
    ),
}


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written. ``rows`` counts the format's own rows, ``screenings`` the screenings in them.

    ``sha256`` is that of the file; of a folder, that of its ``sha256sum`` listing, sorted by name. ``as_of`` is the
    moment up to which data are in it, ``head`` the head of the register's chain at the newest of its screenings, where
    the format has a place for it, ``entered`` the head with this export's own entry.
    """

    format: str
    path: Path
    rows: int
    screenings: int
    size: int
    sha256: str
    as_of: str
    head: str | None
    entered: str | None


def default_name(format_name: str, selection: Selection, trials: Sequence[str], day: date) -> str:
    """Name the file after what is in it: the format, the trial if it is one, the day, and what was selected."""
    chosen = [value for key, value in selection.described().items() if key != "protocol"]
    parts = ["prescreen", format_name, *(trials if len(trials) == 1 else ()), str(day), *chosen]
    return "-".join(parts) + (FORMATS[format_name].suffix or "")


def export(
    database: Path,
    format_name: str,
    target: Path | None = None,
    selection: Selection = Selection(),
    *,
    folder: Path = Path(),
    by: str | None = None,
    as_of: datetime | None = None,
    force: bool = False,
    clock: Clock = utc_now,
    progress: Callable[[int], Callable[[int], None]] | None = None,
) -> Exported:
    """Write the selected screenings to `target` and enter that in the register.

    Without a target, the file is named after what is in it, in ``folder``. ``as_of`` cuts off what was recorded
    later; without it, all that is there is taken, as of the newest moment in it. Opens connections of its own, so it
    may run in any thread. ``progress`` is called with the number of screenings; what it returns is called with
    how many more are done.

    Raises `Taken` if the target exists (without ``force``), `Nothing` if the selection has nothing in it or ``as_of``
    is still to come, `Mixed` if it has screenings for several trials, `Uninstalled`, `NotKept` or `Damaged`.
    """
    chosen = FORMATS[format_name]
    write = _writer(format_name, chosen)
    now = clock()
    with snapshot(database, selection, moment(as_of, now)) as data:
        refuse_nothing(data)
        refuse_mixed(data)
        named = default_name(format_name, selection, data.trials, (as_of or now).astimezone(UTC).date())
        target = target or folder / named
        with written(target, folder=chosen.suffix is None, force=force, databases=[database]) as temporary:
            rows = write(data, temporary, progress(data.count) if progress else _no_progress, data.as_of)
            exported = _exported(data, format_name, target, rows, temporary)
            entered = _record(database, exported, selection, by, clock)
    return replace(exported, entered=entered)


def _exported(data: Snapshot, format_name: str, target: Path, rows: int, temporary: Path) -> Exported:
    sha256, size = digest(temporary)
    return Exported(format_name, target, rows, data.count, size, sha256, data.as_of, data.head, entered=None)


def _writer(name: str, chosen: Format) -> Callable[[Snapshot, Path, Callable[[int], None], str], int]:
    module, _, function = chosen.writer.partition(":")
    try:
        writer: Any = getattr(import_module(f"state.exports.{module}"), function)
    except ModuleNotFoundError as error:
        if chosen.extra is None:
            raise
        raise Uninstalled(
            f'the format {name} needs {error.name}; in the checkout, please run: pip install ".[{chosen.extra}]"'
        ) from error
    found: Callable[[Snapshot, Path, Callable[[int], None], str], int] = writer
    return found


def _no_progress(done: int) -> None:
    """Ignore what is done: nobody watches."""


def _record(database: Path, exported: Exported, selection: Selection, by: str | None, clock: Clock) -> str:
    """Enter who took what, before the file gets its name: nothing leaves unrecorded. Returns the new head."""
    detail = {
        "filter": selection.described(),
        "as_of": exported.as_of,
        "rows": exported.rows,
        "screenings": exported.screenings,
        "sha256": exported.sha256,
        "head": exported.head,
    }
    db = connect(database)
    try:
        with writing(db):
            return register.enter(db, clock(), "export", exported.format, by, detail)
    finally:
        db.conn.close()


__all__ = [
    "FORMATS",
    "Exported",
    "Format",
    "Mixed",
    "Nothing",
    "Selection",
    "Taken",
    "Uninstalled",
    "default_name",
    "export",
]
