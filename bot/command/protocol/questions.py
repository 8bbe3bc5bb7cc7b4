"""``prescreen protocol questions``: find a question that we ship, and what to write to use it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import click

from bot.command import options
from dialogs.languages import DEFAULT, counted
from dialogs.loading import catalogue, search
from dialogs.loading.samples import answers, own_words, sample, units_of
from dialogs.loading.unit_sets import typed_in

SHOWN_WHOLE: Final = 2
"""So many that were found are shown with all that they have; more of them as a list."""


@click.command("questions")
@click.argument("word", nargs=-1)
@options.shown_in
@click.option(
    "--units", is_flag=True, help="List sets of units instead, which a question of your own may name."
)
def command(word: tuple[str, ...], lang: str, units: bool) -> None:
    """Find questions that are ready to use.

    A protocol file takes such a question by its name, with its wording in English and Chinese, units, ranges and
    codes: rule = 'hemoglobin >= "90 g/L"'. WORD is looked up in names, usual
    abbreviations and texts of both languages; without one all are listed.

    \b
    Examples:
      prescreen protocol questions creatinine
      prescreen protocol questions 血红蛋白
      prescreen protocol questions --units g/dL
    """
    if units:
        click.echo("\n".join(sets_of_units(" ".join(word), lang)))
        return
    if not word:
        click.echo("\n".join(by_subject(lang)))
        return
    names = search.found(*word) or search.meant(" ".join(word))
    if not names:
        raise click.ClickException(
            f"No question has {' '.join(word)!r}. Please try a part of it, or no word at all; or write your own:"
            f' [[question]] with an id in Latin letters (a-z) and ask = "..."'
        )
    shown = [name for name in names if [name] == list(word)] or (names if len(names) <= SHOWN_WHOLE else [])
    for name in shown:
        click.echo("\n".join(described(name)) + "\n")
    if others := [name for name in names if name not in shown]:
        more = counted(len(others), "question", "questions")
        click.echo("\n".join(listed(others, lang)))
        click.echo(f"\n{more}. For what to write: prescreen protocol questions NAME")


def by_subject(language: str) -> Iterator[str]:
    """Yield the lines of the whole catalogue."""
    for subject, names in catalogue.subjects().items():
        yield from (subject, *(f"  {line}" for line in listed(names, language)), "")
    yield "For what to write: prescreen protocol questions NAME"


def sets_of_units(word: str, language: str) -> Iterator[str]:
    """Yield the lines of the sets of units: all in short, or those with a word and how each unit may be typed."""
    names = [name for name in catalogue.unit_sets() if not word or word.casefold() in {name, *typed_in(name)}]
    if not names:
        raise click.ClickException(f"No set has a unit {word!r}. Please look at all of them, without a word.")
    width = max(map(len, names))
    for name in names:
        units = catalogue.unit_sets()[name]
        if not word:
            yield f"{name:<{width}}  {', '.join(unit['code'] for unit in units)}"
            continue
        yield from ("", name)
        for unit in units:
            typed = dict.fromkeys((unit["label"][language], *unit.get("spellings", ())))
            yield f"  {unit['code']}: {', '.join(typed)}"
    yield f'\nTo use one: units = "{names[0]}". The first unit is the one of ranges and examples.'


def listed(names: Sequence[str], language: str) -> Iterator[str]:
    """Yield a line for each: its name, and what it asks."""
    width = max(map(len, names))
    for name in names:
        yield f"{name:<{width}}  {catalogue.entries()[name]['ask'][language]}"


def described(name: str) -> Iterator[str]:
    """Yield the lines that show all of an entry, and what to paste."""
    entry = catalogue.entries()[name]
    yield from (name, "", *(f"  {text}" for text in entry["ask"].values()), "")
    facts = tuple(_facts(name))
    width = max(len(label) for label, _ in facts)
    yield from (f"  {label:<{width}}  {value}" for label, value in facts)
    yield from ("", "To use it, paste, with your own limit or option:", "", sample(name).rstrip())
    yield from ("", "To word it yourself, add:", "", own_words(name).rstrip())


def _facts(name: str) -> Iterator[tuple[str, str]]:
    entry = catalogue.entries()[name]
    if "units" in entry:
        units = units_of(entry)
        yield "units", ", ".join(unit["code"] for unit in units) + (", {xULN}" if "uln" in entry else "")
        for key, meaning in (("usual", "others are asked again"), ("possible", "others are refused")):
            yield key, f"{entry[key][0]} to {entry[key][1]} {units[0]['code']}; {meaning}"
    elif "options" in entry:
        for option in entry["options"]:
            yield option["code"], " / ".join(option["text"].values())
    else:
        yield "answers", answers(entry, DEFAULT).replace("`", "")
    if "formula" in entry:
        yield "or from", " ".join(entry["formula"].split())
    if "help" in entry:
        yield "help", entry["help"][DEFAULT]
    yield "effort", entry.get("effort", "chart")
    if "loinc" in entry:
        yield "LOINC", entry["loinc"]
