"""``prescreen protocol order``: the order of asking that takes the least effort."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from bot.command import options
from bot.command.protocol.schema import refuse_existing, write_new
from bot.command.wiring import Unusable, one_protocol, open_existing
from dialogs.languages import counted

if TYPE_CHECKING:
    from dialogs.ordering import Proposal
    from dialogs.protocol import Protocol
    from state.exclusions import Exclusions

MOST: Final = 5
"""Criteria that are named as those which excluded most often."""


@click.command("order")
@click.argument("source")
@click.option(
    "--db",
    "db_file",
    type=click.Path(dir_okay=False),
    help="A SQLite file: how often each criterion excluded among its saved screenings of the trial.",
)
@click.option("--site", callback=options.site, help="Of these, only this site's.")
@click.option(
    "--write",
    "output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file to write, with the proposed order and else as SOURCE is; never over another.",
)
@options.shown_in
def command(source: str, db_file: str | None, site: str | None, output: Path | None, lang: str) -> None:
    """Propose the order of asking that takes the least effort; of the one trial in the file SOURCE.

    What rules most patients out for the least effort is asked first: an answer at the bedside before one in the chart,
    and both before a result or a procedure, as each question says by effort. How many questions an order takes is
    counted on made-up patients, each played up to the exclusion or the end. Without --db each criterion excludes as
    many of them as the next.

    Questions of one criterion keep their order, so that no man is asked for a pregnancy. What a patient can answer only
    once the trial is explained, such as whether they agree to take part, comes last: what a criterion of willingness
    needs, and what is asked at the bedside in words of the trial.

    An order says when something is asked, never whether: no verdict changes, but which of several criteria is named
    first may. Nothing is written without --write.

    \b
    Examples:
      prescreen protocol order trial.toml
      prescreen protocol order trial.toml --db prescreen.db --write ordered.toml
    """
    from dialogs.ordering import propose

    if site is not None and db_file is None:
        raise click.UsageError("--site is about saved screenings. Please give their file by --db")
    if output is not None:
        refuse_existing(output)
    protocol = one_protocol(source)
    seen = _seen(db_file, protocol, site) if db_file is not None else None
    click.echo(_at_work(protocol), err=True)
    proposal = propose(protocol, seen.criteria if seen else None)
    click.echo("\n".join([*_weighed(protocol, proposal), *_grounds(seen, db_file, site), ""]))
    if not proposal.worthwhile:
        click.echo("No order was found that takes noticeably less than that of the file.")
        return
    click.echo("\n".join(_listed(protocol, proposal.better, lang)))
    if output is None:
        click.echo("To take it over, add --write OUTPUT; then give OUTPUT another version.")
        return
    write_new(output, _with_order(source, proposal.better))
    click.echo(f"{output} is written, with this order. Please give it another version before it is used.")


def _seen(db_file: str, protocol: Protocol, site: str | None) -> Exclusions:
    from state.exclusions import exclusions
    from state.lookup import Lookup
    from state.names import refuse_unknown_site

    db = open_existing(db_file)
    try:
        refuse_unknown_site(db, site)
        return exclusions(Lookup(db), protocol, site=site)
    finally:
        db.close()


def _at_work(protocol: Protocol) -> str:
    """Say what takes a while."""
    asked = counted(len(protocol.questions), "question", "questions")
    return f"Playing made-up patients through orders of {asked}; that can take a minute ..."


def _weighed(protocol: Protocol, proposal: Proposal) -> Iterator[str]:
    """Yield what both orders take."""
    from dialogs.effort import EXPLAINED, WEIGHTS

    today, better = proposal.takes_today, proposal.takes_better
    yield f"{protocol.id} {protocol.version}: what a patient takes on average, until excluded or all is asked"
    yield ""
    yield f"{'':<10}{'today':>10}{'proposed':>10}{'saved':>8}"
    for what in ("questions", "effort"):
        before, after = getattr(today, what), getattr(better, what)
        yield f"{what:<10}{before:>10.1f}{after:>10.1f}{_share(before - after, before):>8}"
    if better.questions > today.questions:
        yield "It asks more questions, which together take less effort: that is what is looked for."
    yield ""
    efforts = [*WEIGHTS.items(), ("explained", EXPLAINED)]
    yield f"Effort of one answer: {', '.join(f'{name} {weight}' for name, weight in efforts)}."


def _share(part: float, whole: float) -> str:
    return f"{round(part / whole, 2) + 0:.0%}" if whole else ""  # never -0%


def _grounds(seen: Exclusions | None, db_file: str | None, site: str | None) -> Iterator[str]:
    """Yield how often criteria are taken to exclude, and why."""
    if seen is None or not seen.screenings:
        if seen is not None:
            yield f"{db_file} has no saved screening of this trial{f' at {site}' if site else ''}."
        yield "How often each criterion excludes is not known: each is taken to exclude as many as the next, all"
        yield "together half of the patients."
        return
    screenings = counted(seen.screenings, "saved screening", "saved screenings")
    at = f" at {site}" if site else ""
    yield f"Criteria exclude as often as in {screenings}{at}; where few were judged, a guess counts beside them."
    excluding = [(code, each) for code, each in seen.criteria.items() if each.excluded]
    if excluding:
        most = sorted(excluding, key=lambda pair: -pair[1].excluded / pair[1].judged)[:MOST]
        yield f"Most often: {', '.join(f'{code} {each.excluded} of {each.judged}' for code, each in most)}."


def _listed(protocol: Protocol, order: Sequence[str], language: str) -> Iterator[str]:
    """Yield the proposed order."""
    from dialogs.of_one_trial import explained_first

    last = explained_first(protocol)
    width = max(map(len, order))
    yield "Proposed:"
    for number, name in enumerate(order, 1):
        question = protocol.question(name)
        explained = last >> protocol.position[name] & 1
        effort = "-" if question.site_fact else "explained" if explained else question.effort
        yield f"{number:>4}  {name:<{width}}  {effort:<9}  {question.name[language]}"
    yield ""
    yield "It changes when something is asked, never whether, and nothing in whom the trial excludes."


def _with_order(source: str, order: Sequence[str]) -> str:
    """Return the text of the file with this order."""
    from dialogs.errors import NotEditable
    from dialogs.loading import shipped_protocols
    from dialogs.loading.reordering import reordered

    file = shipped_protocols().get(source) or Path(source)
    try:
        return reordered(file.read_bytes().decode("utf-8"), order)
    except NotEditable as error:
        raise Unusable(f"{source} is left as it is: {error}") from error
