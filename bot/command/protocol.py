"""``prescreen protocol``: begin, list, show, check and draw trial protocols."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from bot.command.beginning import new, schema
from bot.command.questions import command as questions
from bot.command.wiring import Unusable, protocols_on_offer
from dialogs.languages import DEFAULT, LANGUAGES, counted

if TYPE_CHECKING:
    from dialogs.protocol import Criterion, Protocol


@click.group("protocol")
def command() -> None:
    """Begin, show, check and draw trial protocols.

    A protocol is one TOML file: questions in the order of asking, and criteria with their rules. Nobody
    writes skip logic; what is asked follows from the rules. SOURCE is the id of a shipped trial or a file.
    """


@command.command("list")
def list_() -> None:
    """List the trials that ship with this program."""
    from dialogs.loading import load, shipped_protocols

    for protocol_id in sorted(shipped_protocols()):
        loaded = load(protocol_id)
        click.echo(f"{loaded.id}  {loaded.version}  {loaded.title['en']}")


@command.command()
@click.argument("source", default="NCT04420494")
@click.option("--lang", type=click.Choice(list(LANGUAGES)), default=DEFAULT, show_default=True)
def show(source: str, lang: str) -> None:
    """Show a trial's criteria: the record's words, our reading, the rule."""
    (loaded,) = protocols_on_offer(source)
    click.echo(f"{loaded.id}  {loaded.title[lang]}\nrules {loaded.version}, SHA-256 {loaded.sha256}")
    for notice in loaded.notices:
        click.echo(notice[lang])
    for part in loaded.parts:
        click.echo(f"part {part.code}: {part.name[lang]}")
    for place, criterion in enumerate(loaded.criteria):
        _show_lines(loaded, place)
        _show_criterion(criterion, lang)
    _show_lines(loaded, len(loaded.criteria))


def _show_lines(loaded: Protocol, above: int) -> None:
    """Show the lines of the record that are no criterion, at their place among the criteria."""
    for line in loaded.lines:
        if line.before == above:
            click.echo(f'\n(not judged)\n  record:  "{line.text}"')


def _show_criterion(criterion: Criterion, lang: str) -> None:
    click.echo(f"\n{criterion.code} {criterion.name[lang]} ({criterion.kind})")
    click.echo(f'  record:  "{criterion.source}"')
    if criterion.reading:
        click.echo(f"  reading: {criterion.reading[lang]}")
    click.echo(f"  rule:    {criterion.rule.text}")
    if criterion.parts:
        click.echo(f"  parts:   {', '.join(criterion.parts)}")


@command.command()
@click.argument("source", default="NCT04420494")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How mistakes are told: for people, or as a JSON list for editors, which is empty where there is none.",
)
def check(source: str, form: str) -> None:
    """Check a protocol: list all its mistakes, or say what was proved about it.

    Each mistake is told with its file, line and place, what is wrong, and what to write. Exit status: 0 if the
    protocol can be used, 2 if not.
    """
    from dialogs.proofs import explore
    from dialogs.untranslated import lacking

    (loaded,) = protocols_on_offer(source) if form == "text" else (_loaded_for_editors(source),)
    explored = explore(loaded)
    never = [question.id for question in loaded.questions if question.id not in explored.asked]
    if never:
        raise Unusable(f"{source}: never asked, whatever is answered: {', '.join(never)}. Please remove them")
    if form == "json":
        click.echo("[]")
        return
    click.echo(
        f"{loaded.id} {loaded.version}: {counted(len(loaded.questions), 'question', 'questions')}, each can be asked; "
        f"{counted(len(loaded.criteria), 'criterion', 'criteria')}, each can be met and can fail; every dialogue ends, "
        f"the longest after {counted(explored.longest, 'question', 'questions')}."
    )
    for language, places in lacking(loaded).items():
        click.echo(
            f"Note: {language} lacks {counted(len(places), 'text', 'texts')}, first {places[0]}; whoever reads it gets "
            f"{loaded.languages[0]} there."
        )


def _loaded_for_editors(source: str) -> Protocol:
    """Load a protocol, or print its mistakes as JSON and leave with status 2."""
    from bot.command.faults import as_json
    from dialogs.errors import ProtocolError
    from dialogs.loading import load

    try:
        return load(source)
    except ProtocolError as error:
        click.echo(as_json(error))
        raise click.exceptions.Exit(2) from error


@command.command()
@click.argument("source", default="NCT04420494")
@click.option("--lang", type=click.Choice(list(LANGUAGES)), default=DEFAULT, show_default=True)
def diagram(source: str, lang: str) -> None:
    """Print the dialogue machine that runs, as a Mermaid state diagram."""
    from dialogs.diagram import mermaid

    (loaded,) = protocols_on_offer(source)
    click.echo(mermaid(loaded, lang), nl=False)


command.add_command(questions)
command.add_command(new)
command.add_command(schema)
