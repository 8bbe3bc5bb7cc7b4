"""``prescreen protocol compare``: what an amendment changes, and whom."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from bot.command import options
from bot.command.wiring import Unusable, one_protocol, open_existing
from dialogs.verdicts import IN_FILES, PART_CODES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlite_utils import Database

    from bot.wording.amendments import Stored
    from dialogs.amendments import Difference
    from dialogs.amendments.sentences import Sentences
    from dialogs.answers import Answer
    from dialogs.protocol import Protocol
    from state.amended import Amended

HASH_DIGITS: Final = 7
"""Of a text's SHA-256, as counts by version have it."""
CHANGES: Final = ("about", "name", "change", "sentence")
SCREENINGS: Final = (
    *("screening", "site", "protocol_version", "verdict"),
    *("verdict_now", "failed_now", "needed", "screen_again", "by_old_words", "by_old_answers"),
    *("parts", "parts_now", "needed_in_parts", "again_from", "again_from_now"),
)


@click.command("compare")
@click.argument("old")
@click.argument("new")
@click.option(
    "--db",
    "db_file",
    type=click.Path(dir_okay=False),
    help="A SQLite file whose saved screenings are judged by NEW, too; nothing in it changes.",
)
@click.option("--site", callback=options.site, help="Of these, only this site's.")
@options.shown_in
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "csv", "json", "message"]),
    default="text",
    show_default=True,
    help="With --db, csv has the screenings, and message is what can be sent to each site's coordinators.",
)
def command(old: str, new: str, db_file: str | None, site: str | None, lang: str, form: str) -> None:
    """Say what changes from one version of a trial to another one.

    OLD and NEW are files, or ids of shipped trials; with --db also versions that it has kept, as ID@VERSION. Told is
    what is new, dropped, moved or reworded, with the words that changed in brackets; of a rule, the conditions that
    changed and how many stay; and for each changed rule a made-up patient who passed it before and fails it now, and
    the other way round, or that there is none. "Nobody" was shown for all answers but unknown that both versions take;
    what was tried with some of them only is called sampled.

    With --db the saved screenings of earlier versions are judged by NEW with the answers that they have: whose verdict
    changes, which answers are needed, whom to screen again. Saved verdicts stay as they are.

    \b
    Examples:
      prescreen protocol compare trial.toml trial-2.toml
      prescreen protocol compare trial.toml trial-2.toml --db prescreen.db --format csv
    """
    from state.names import refuse_unknown_site

    if form == "message" and db_file is None:
        raise click.UsageError("--format message is about saved screenings. Please give their file by --db")
    if site is not None and db_file is None:
        raise click.UsageError("--site is about saved screenings. Please give their file by --db")
    db = open_existing(db_file) if db_file is not None else None
    try:
        if db is not None:
            refuse_unknown_site(db, site)
        _WRITE[form](_told(_version(old, db), _version(new, db), db, site, lang))
    finally:
        if db is not None:
            db.conn.close()


@dataclass(frozen=True, slots=True)
class _Told:
    """What is told: of the two versions, and of saved screenings, if there is a file of them."""

    changes: Sentences
    stored: Stored | None


def _version(source: str, db: Database | None) -> Protocol:
    """Return the version that is meant by a file, a shipped trial's id, or ``ID@VERSION`` of the database.

    Of texts that share a version, the first digits of the hash tell which one; the program may have made them differ.
    """
    trial, at, version = source.rpartition("@")
    if db is None or not at or Path(source).exists():
        return one_protocol(source)
    from state.names import suggested
    from state.replay import StoredProtocols

    every = StoredProtocols(db).all()
    kept = [each for each in every if each.id == trial]
    found = [each for each in kept if each.version == version] or [
        each for each in kept if len(version) >= HASH_DIGITS and each.sha256.startswith(version)
    ]
    if len(found) > 1:
        texts = " or ".join(f"{each.id}@{each.sha256[:HASH_DIGITS]}" for each in found)
        raise Unusable(f"The database has several texts of {source}: please write {texts}")
    if not found:
        there = list(dict.fromkeys(f"{each.id}@{each.version}" for each in kept or every))
        none = "it has none of that trial"
        meant = f"it has {', '.join(there)}" if kept else suggested(source, there, "it has", none)
        raise Unusable(f"The database has no {source}; {meant}")
    return found[0]


def _told(old: Protocol, new: Protocol, db: Database | None, site: str | None, language: str) -> _Told:
    from bot.wording.amendments import Stored
    from dialogs.amendments import compare
    from dialogs.amendments.sentences import Sentences
    from state.amended import amended
    from state.lookup import Lookup

    changes = Sentences(compare(old, new, language), language)
    if db is None:
        return _Told(changes, None)
    return _Told(changes, Stored(new, amended(Lookup(db), new, former=old.id, site=site), language))


def _text(told: _Told) -> None:
    click.echo("\n".join(told.changes.all()))
    if told.stored is not None:
        click.echo("\n" + "\n".join(told.stored.lines()))


def _message(told: _Told) -> None:
    messages = told.stored.messages(list(told.changes.for_coordinators())) if told.stored is not None else {}
    click.echo("\n\n".join(messages.values()))


def _csv(told: _Told) -> None:
    from state.exports.spreadsheet import Csv

    table = Csv(sys.stdout)
    if told.stored is None:
        table.add(CHANGES)
        for change in _changes(told.changes):
            table.add(change.values())
        return
    table.add(SCREENINGS)
    for row in _screenings(told.stored.found):
        table.add(map(_cell, row.values()))


def _cell(value: str | list[str] | dict[str, str]) -> str:
    """Return a value as it stands in a table: several of them with spaces between, by part with its code before."""
    if isinstance(value, dict):
        value = [f"{part}={said}" for part, said in value.items()]
    return value if isinstance(value, str) else " ".join(value)


def _screenings(found: Sequence[Amended]) -> list[dict[str, Any]]:
    rows = [
        (
            *(each.number, each.site, each.version, IN_FILES[each.verdict], IN_FILES[each.now.verdict]),
            *(list(each.now.failed), list(each.now.needed), "yes" if each.again else "no"),
            *(list(each.by_old_words), list(each.by_old_answers)),
            *(
                {part.part.code: PART_CODES[part.verdict] for part in parts}
                for parts in (each.before, each.now.parts)
            ),
            {name: ",".join(parts) for name, parts in each.now.needed_in.items()},
            *(day.day.isoformat() if day else "" for day in each.healing),
        )
        for each in found
    ]
    return [dict(zip(SCREENINGS, row, strict=True)) for row in rows]


def _changes(told: Sentences) -> list[dict[str, str]]:
    amendment = told.amendment
    rows = [(each.about, each.name, each.key, told.change(each)) for each in amendment.changes]
    for rule in amendment.rules:
        code = told.matching.new.criteria[rule.after].code
        rows += [("criterion", code, each.finding, told.difference(each)) for each in rule.differences]
    rows += [
        ("trial", told.matching.new.id, each.finding, told.difference(each, whole=True))
        for each in amendment.trial
    ]
    return [dict(zip(CHANGES, row, strict=True)) for row in rows]


def _json(told: _Told) -> None:
    matching, amendment = told.changes.matching, told.changes.amendment
    versions = {"old": matching.old, "new": matching.new}
    named = {
        key: {"id": each.id, "version": each.version, "sha256": each.sha256} for key, each in versions.items()
    }
    rules = [
        {
            "before": matching.old.criteria[rule.before].code,
            "after": matching.new.criteria[rule.after].code,
            "differences": list(map(_difference, rule.differences)),
        }
        for rule in amendment.rules
    ]
    trial = list(map(_difference, amendment.trial))
    found = {**named, "changes": _changes(told.changes), "rules": rules, "trial": trial}
    if told.stored is not None:
        found["screenings"] = _screenings(told.stored.found)
    click.echo(json.dumps(found, ensure_ascii=False, indent=2))


def _difference(each: Difference) -> dict[str, Any]:
    patient = each.patient
    answers = {"before": _answers(patient.before), "after": _answers(patient.after)} if patient else None
    return {"was": each.was, "becomes": each.becomes, "finding": each.finding, "patient": answers}


def _answers(answers: Mapping[str, Answer]) -> dict[str, str]:
    from dialogs.answers import encode

    return {name: " ".join(filter(None, encode(answer))) for name, answer in answers.items()}


_WRITE: Final = {"text": _text, "csv": _csv, "json": _json, "message": _message}
