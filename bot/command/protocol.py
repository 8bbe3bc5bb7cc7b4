"""``prescreen protocol``: begin, list, show, check and draw trial protocols."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from bot.command.beginning import new, schema
from bot.command.questions import command as questions
from bot.command.wiring import protocols_on_offer
from dialogs.languages import DEFAULT, LANGUAGES, counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dialogs.proofs import Exploration
    from dialogs.protocol import Criterion, Protocol

DIALOGUE_STEPS: Final = 60_000
SEARCH_STEPS: Final = 400_000
"""Of playing dialogues, and of looking for answers by which criteria are met and fail: under a second in all."""


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
    """Check a protocol: list all its mistakes, or say what was proved about it and what was not.

    Each mistake is told with its file, line and place, what is wrong, and what to write. Exit status: 0 if the
    protocol can be used, 2 if not.
    """
    (loaded,) = protocols_on_offer(source) if form == "text" else (_loaded_for_editors(source),)
    click.echo("[]" if form == "json" else "\n".join([*_proved(loaded), *_warned(loaded)]))


def _proved(protocol: Protocol) -> Iterator[str]:
    """Say what was proved about a protocol, and what was not."""
    from dialogs.proofs import explore, outcomes
    from dialogs.rules.judgement import union

    found = explore(protocol, DIALOGUE_STEPS)
    used = union(protocol.used)
    needed = [question.id for place, question in enumerate(protocol.questions) if used >> place & 1]
    unseen = [name for name in needed if name not in found.asked]
    left_open = [outcome for outcome in outcomes(protocol, SEARCH_STEPS) if outcome.finding == "open"]
    each = "each" if len(needed) == len(protocol.questions) else "each that a criterion needs"
    asked = "" if unseen else f", {each} can be asked"
    judged = "" if left_open else ", each can be met and can fail"
    yield (
        f"{protocol.id} {protocol.version}: {counted(len(protocol.questions), 'question', 'questions')}{asked}; "
        f"{counted(len(protocol.criteria), 'criterion', 'criteria')}{judged}; every dialogue ends, {_longest(found)}."
    )
    if unseen:
        said = (
            "Never asked, whatever is answered" if found.complete else "Not shown that these are ever asked"
        )
        yield f"{said}: {', '.join(unseen)}."
    for outcome in left_open:
        yield f"Not shown that criterion {outcome.criterion.code} can be {outcome.said}, nor that it cannot."
    if not found.complete:
        yield "There are too many dialogues to play all of them: some were played, always the same ones."


def _longest(found: Exploration) -> str:
    """Say how long a dialogue can be, as far as is known."""
    longest = counted(found.longest, "question", "questions")
    if found.longest == found.at_most:
        return f"the longest after {longest}"
    return f"one found after {longest}, none after more than {found.at_most}"


def _warned(protocol: Protocol) -> Iterator[str]:
    """Say what is no mistake, but seldom meant."""
    from bot.exchange import BUTTONS
    from bot.telegram.limits import TEXT_CHARACTERS
    from dialogs.warnings import warnings

    for warning in warnings(protocol, BUTTONS, TEXT_CHARACTERS):
        yield f"Note: {warning}" if warning.line is None else f"Note: line {warning.line}: {warning}"


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
