"""``prescreen protocol check``: a protocol's mistakes, or what was proved about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from bot.command.registry import address, read
from bot.command.wiring import one_protocol, unreviewed
from dialogs.languages import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dialogs.drafting.record import Record
    from dialogs.errors import Fault
    from dialogs.proofs import Exploration
    from dialogs.protocol import Protocol

DIALOGUE_STEPS: Final = 60_000
SEARCH_STEPS: Final = 400_000
"""Of playing dialogues, and of looking for answers by which criteria are met and fail: under a second in all."""


_NOT_SHOWN: Final = {
    "open": "Not shown that criterion {code} can be {said}, nor that it cannot.",
    "unjudged": "Criterion {code} can never be {said} where {required}, which it requires, is met.",
}


@click.command("check")
@click.argument("source", default="NCT04420494")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How mistakes and warnings are told: for people, or as a JSON list for editors, empty where there are none.",
)
@click.option(
    "--record", help="Its registry record: an NCT number, a JSON file or a text; every line is accounted for."
)
@address
def command(source: str, form: str, record: str | None, registry: str) -> None:
    """Check a protocol: list all its mistakes, or say what was proved about it and what was not.

    Each mistake is told with its file, line and place, what is wrong, and what to write. With the record beside it,
    each of its lines that is lost, added or altered in the file is named, and what a newer version of the record
    changed. Exit status: 0 if the protocol can be used, 1 if it differs from the record, 2 if it cannot be used.
    """
    if form == "json" and record is not None:
        raise click.UsageError(
            "what differs from a record is told as text only. Please leave out --format json"
        )
    if form == "json":
        _tell_editors(source)
        return
    loaded = one_protocol(source)
    click.echo("\n".join([*_proved(loaded), *_needed(loaded), *_reviewed(loaded), *_noted(loaded)]))
    if record is not None:
        _tell_differences(loaded, read(record, registry))


def _tell_differences(protocol: Protocol, record: Record) -> None:
    """Say how a protocol differs from its record, and leave with status 1 if it does."""
    from dialogs.drafting.accounting import differences, in_several_parts, undated
    from dialogs.drafting.anew import otherwise_drafted
    from dialogs.drafting.layout import split
    from dialogs.drafting.sides import no_criteria, not_understood

    for text in no_criteria(protocol, record):
        click.echo(f"Note: a line that is no criterion in the file reads as one in the record: “{text}”")
    for text in not_understood(record):
        click.echo(
            f"Note: whether this line of the record opens the exclusion criteria is not certain: “{text}”"
        )
    for criterion, rule in otherwise_drafted(protocol, record):
        code, stands = criterion.code, criterion.rule.text
        click.echo(f"Note: {code}: drafted anew, its rule would be: {rule} (in the file: {stands})")
    found = differences(protocol, record)
    if (note := undated(protocol, record)) is not None:
        click.echo(f"Note: {note}")
    lines = counted(len(split(record.text)), "line", "lines")
    if not found:
        click.echo(f"The record: each of its {lines} stands in the file once, and nothing else does.")
        if shared := in_several_parts(protocol, record):
            click.echo(f"One line for different parts: {'; '.join(map(', '.join, shared))}.")
        return
    click.echo("\n".join(("The record and the file differ:", *found)))
    raise click.exceptions.Exit(1)


def _proved(protocol: Protocol) -> Iterator[str]:
    """Say what was proved about a protocol, and what was not."""
    from dialogs.proofs import explore, outcomes
    from dialogs.rules.judgement import union

    found = explore(protocol, DIALOGUE_STEPS)
    used = union(protocol.used)
    needed = [question.id for place, question in enumerate(protocol.questions) if used >> place & 1]
    unseen = [name for name in needed if name not in found.asked]
    left_open = [each for each in outcomes(protocol, SEARCH_STEPS) if each.finding in _NOT_SHOWN]
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
        criterion = outcome.criterion
        yield _NOT_SHOWN[outcome.finding].format(
            code=criterion.code, said=outcome.said, required=criterion.requires
        )
    if not found.complete:
        yield "There are too many dialogues to play all of them: some were played, always the same ones."


def _longest(found: Exploration) -> str:
    """Say how long a dialogue can be, as far as is known."""
    longest = counted(found.longest, "question", "questions")
    if found.longest == found.at_most:
        return f"the longest after {longest}"
    return f"one found after {longest}, none after more than {found.at_most}"


def _needed(protocol: Protocol) -> Iterator[str]:
    """Say which parts are required."""
    required = ", ".join(part.code for part in protocol.parts if part.required)
    others = ", ".join(part.code for part in protocol.alternatives)
    if required:
        yield f"Parts that are needed: {required}{f', and one of: {others}' if others else ''}."


def _reviewed(protocol: Protocol) -> Iterator[str]:
    """Say what a person has still to look at, whether it was changed since, and which reviews were of less."""
    if protocol.open_reviews:
        yield f"A draft: {unreviewed(protocol)}."
    changed = [each.code for each in protocol.open_reviews if not all(one.fits for one in each.reviewed)]
    if changed:
        yield f"Changed after their review: {', '.join(changed)}."
    less = [each.code for each in protocol.criteria if any(one.less for one in each.reviewed)]
    if less:
        yield (
            f"Reviewed when reviews were of less: {', '.join(less)}. They count, whatever was changed since of the "
            "lines above them, of alerts and points for the site, of what their questions rest on, of the parts, or of "
            "how many criteria there are."
        )


def _noted(protocol: Protocol) -> Iterator[str]:
    for warning in _warnings(protocol):
        yield f"Note: {warning}" if warning.line is None else f"Note: line {warning.line}: {warning}"


def _warnings(protocol: Protocol, *, in_short: bool = True) -> list[Fault]:
    """Return what is no mistake, but seldom meant; to people in short, to editors each at its place."""
    from bot.exchange import BUTTONS
    from bot.telegram.limits import TEXT_CHARACTERS
    from dialogs.warnings import warnings

    return warnings(protocol, BUTTONS, TEXT_CHARACTERS, in_short=in_short)


def _open_reviews(protocol: Protocol) -> list[Fault]:
    """Return what a person has still to accept, with its line in the file."""
    from dialogs.errors import Fault
    from dialogs.loading.fingerprints import read
    from dialogs.loading.places import placed

    remedy = "Please run `prescreen protocol review` on the file"
    waiting = [Fault(f"criterion {each.code}", "is not reviewed", remedy) for each in protocol.open_reviews]
    return placed(waiting, protocol.text, read(protocol.text)) if waiting else []


def _tell_editors(source: str) -> None:
    """Print the open reviews and the warnings of a protocol as JSON; or else its mistakes, and leave with status 2."""
    from bot.command.faults import as_json
    from dialogs.errors import ProtocolError
    from dialogs.loading import load

    try:
        loaded = load(source)
        found = [*_open_reviews(loaded), *_warnings(loaded, in_short=False)]
    except ProtocolError as error:
        click.echo(as_json(source, error.faults))
        raise click.exceptions.Exit(2) from error
    click.echo(as_json(source, found, "warning"))
