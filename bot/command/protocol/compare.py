"""``prescreen protocol compare``: what an amendment changes, and whom."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any, Final

import click

from bot.command.wiring import protocols_on_offer
from dialogs.languages import DEFAULT, LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dialogs.amendments import Difference
    from dialogs.amendments.sentences import Sentences
    from dialogs.answers import Answer

COLUMNS: Final = ("about", "name", "change", "sentence")


@click.command("compare")
@click.argument("old")
@click.argument("new")
@click.option("--lang", type=click.Choice(list(LANGUAGES)), default=DEFAULT, show_default=True)
@click.option(
    "--format", "form", type=click.Choice(["text", "csv", "json"]), default="text", show_default=True
)
def command(old: str, new: str, lang: str, form: str) -> None:
    """Say what changes from one version of a trial to another one.

    OLD and NEW are files, or ids of shipped trials. Told is what is new, dropped, moved or reworded, with the words
    that changed in brackets; and for each changed rule a made-up patient who passed it before and fails it now, and
    the other way round, or that there is none. "Nobody" was shown for all answers but unknown that both versions
    take; what was tried with some of them only is called sampled.

    \b
    Examples:
      prescreen protocol compare trial-1.toml trial-2.toml
      prescreen protocol compare trial-1.toml trial-2.toml --format csv
    """
    from dialogs.amendments import compare
    from dialogs.amendments.sentences import Sentences

    (before,), (after,) = protocols_on_offer(old), protocols_on_offer(new)
    _WRITE[form](Sentences(compare(before, after, lang), lang))


def _text(told: Sentences) -> None:
    click.echo("\n".join(told.all()))


def _csv(told: Sentences) -> None:
    from state.exports.spreadsheet import Csv

    table = Csv(sys.stdout)
    table.add(COLUMNS)
    for row in _changes(told):
        table.add(row.values())


def _changes(told: Sentences) -> list[dict[str, str]]:
    amendment = told.amendment
    rows = [(each.about, each.name, each.key, told.change(each)) for each in amendment.changes]
    for rule in amendment.rules:
        code = told.matching.new.criteria[rule.after].code
        rows += [
            ("criterion", code, each.finding, told.difference(each, rule.before, rule.after))
            for each in rule.differences
        ]
    rows += [("trial", told.matching.new.id, each.finding, told.difference(each)) for each in amendment.trial]
    return [dict(zip(COLUMNS, row, strict=True)) for row in rows]


def _json(told: Sentences) -> None:
    amendment = told.amendment
    versions = {"old": told.matching.old, "new": told.matching.new}
    found = {
        **{
            key: {"id": each.id, "version": each.version, "sha256": each.sha256}
            for key, each in versions.items()
        },
        "changes": _changes(told),
        "rules": [
            {
                "before": told.matching.old.criteria[rule.before].code,
                "after": told.matching.new.criteria[rule.after].code,
                "differences": list(map(_difference, rule.differences)),
            }
            for rule in amendment.rules
        ],
        "trial": list(map(_difference, amendment.trial)),
    }
    click.echo(json.dumps(found, ensure_ascii=False, indent=2))


def _difference(each: Difference) -> dict[str, Any]:
    patient = each.patient
    answers = {"before": _answers(patient.before), "after": _answers(patient.after)} if patient else None
    return {"was": each.was, "becomes": each.becomes, "finding": each.finding, "patient": answers}


def _answers(answers: Mapping[str, Answer]) -> dict[str, str]:
    from dialogs.answers import encode

    return {name: " ".join(filter(None, encode(answer))) for name, answer in answers.items()}


_WRITE: Final = {"text": _text, "csv": _csv, "json": _json}
