"""``prescreen people``: who may use the bot."""

from __future__ import annotations

import click

from bot.command import options
from bot.command.wiring import Unusable, open_file


@click.command()
@click.option("--add", "accounts", multiple=True, metavar="IDS", help="Add Telegram accounts, one or many.")
@click.option(
    "--role",
    type=click.Choice(["clinician", "coordinator", "administrator"]),
    default="clinician",
    show_default=True,
)
@click.option("--site", callback=options.site, default="S01", show_default=True)
@click.option("--suspend", multiple=True, metavar="CODE", help="Shut a person out from the next message on.")
@click.option("--restore", multiple=True, metavar="CODE", help="Let a suspended person in again.")
@click.option("--invitations", is_flag=True, help="List invitations instead of people.")
@options.database
def people(
    accounts: tuple[str, ...], role: str, site: str, suspend: tuple[str, ...], restore: tuple[str, ...],
    invitations: bool, db_file: str,
) -> None:  # fmt: skip
    """List people; add, suspend and restore them.

    People are shown by their pseudonymous codes. Every change is in the register.

    \b
    Examples:
      prescreen people
      prescreen people --add "11111 22222" --role clinician --site PUMCH
      prescreen people --suspend PUMCH-P02
    """
    from state.errors import StateError
    from state.people import NOT_KNOWN, People

    everyone = People(open_file(db_file))
    accounts = tuple(account for given in accounts for account in given.replace(",", " ").split())
    wrong = [account for account in accounts if not account.isascii() or not account.isdecimal()]
    if wrong:
        raise Unusable(f"not Telegram account ids: {', '.join(wrong)}. They are numbers")
    try:
        for account in accounts:
            everyone.add(role, site, "telegram", account, NOT_KNOWN)  # type: ignore[arg-type]  # checked by click
        for code in suspend:
            everyone.suspend(code)
        for code in restore:
            everyone.restore(code)
    except (StateError, ValueError) as error:
        raise Unusable(f"{error}; nothing further was changed") from error
    if invitations:
        for item in everyone.invitations():
            click.echo(f"{item.mark}  {item.state:8} {item.role:14} {item.site:8} until {item.expires_at}")
        return
    for person in everyone.all():
        click.echo(
            f"{person.code:12} {person.role:14} {person.site:8} {person.status:10} {person.language or '-'}"
        )
