"""``prescreen people``: who may use the bot."""

from __future__ import annotations

from collections.abc import Iterable

import click

from bot.command import options
from bot.command.wiring import Unusable, open_existing, open_file
from state.people import DEFAULT_SITE, NOT_KNOWN, ROLES, People, Role


@click.command("people")
@click.option("--add", "accounts", multiple=True, metavar="IDS", help="Add Telegram accounts, one or many.")
@click.option(
    "--role",
    type=click.Choice(ROLES),
    help="Role of who is added (clinician unless given) or changed.",
)
@click.option("--site", callback=options.site, help="Site of who is added (S01 unless given) or changed.")
@click.option("--change", multiple=True, metavar="CODE", help="Give a person the role or site that is given.")
@click.option("--suspend", multiple=True, metavar="CODE", help="Shut a person out from the next message on.")
@click.option("--restore", multiple=True, metavar="CODE", help="Let a suspended person in again.")
@click.option("--invitations", is_flag=True, help="List invitations instead of people.")
@options.database
def command(
    accounts: tuple[str, ...],
    role: Role | None,
    site: str | None,
    change: tuple[str, ...],
    suspend: tuple[str, ...],
    restore: tuple[str, ...],
    invitations: bool,
    db_file: str,
) -> None:
    """List people; add, change, suspend and restore them.

    People are shown by their pseudonymous codes, which they keep for good. Every change is in the register. An account
    that is somebody's already is not added again, and the last active administrator cannot be lost.

    \b
    Examples:
      prescreen people
      prescreen people --add "11111 22222" --role clinician --site PUMCH
      prescreen people --change PUMCH-P02 --role coordinator
      prescreen people --suspend PUMCH-P02
    """
    from state.errors import StateError

    added = _accounts(accounts)
    if change and role is None and site is None:
        raise Unusable("please say what changes: --role, --site, or both")
    everyone = People(open_file(db_file) if added else open_existing(db_file))
    try:
        _add(everyone, added, role, site)
        for code in change:
            everyone.change(code, role, site)
        for code in suspend:
            everyone.suspend(code)
        for code in restore:
            everyone.restore(code)
    except (StateError, ValueError) as error:
        raise Unusable(f"{error}; nothing further was changed") from error
    _tell_what_stays_open(everyone, (*change, *suspend))
    _list(everyone, invitations=invitations)


def _tell_what_stays_open(everyone: People, codes: Iterable[str]) -> None:
    """Name what people have open that they cannot go on with as they are now, nor can anybody else."""
    from bot.conversation.access import may_screen
    from state.lists import Lists

    for person in (everyone.get(code) for code in dict.fromkeys(codes)):
        numbers = Lists(everyone.db).open_elsewhere(person.code, person.site if may_screen(person) else None)
        if numbers:
            click.echo(
                f"{person.code} left open, and nobody else can go on with: {', '.join(numbers)}", err=True
            )


def _accounts(given: Iterable[str]) -> list[str]:
    """Split what was given at commas and blanks into Telegram account ids."""
    accounts = [account for text in given for account in text.replace(",", " ").split()]
    wrong = [account for account in accounts if not account.isascii() or not account.isdecimal()]
    if wrong:
        raise Unusable(f"not Telegram account ids: {', '.join(wrong)}. They are numbers")
    return accounts


def _add(everyone: People, accounts: Iterable[str], role: Role | None, site: str | None) -> None:
    for account in accounts:
        everyone.add(role or "clinician", site or DEFAULT_SITE, "telegram", account, NOT_KNOWN)


def _list(everyone: People, *, invitations: bool) -> None:
    if invitations:
        for item in everyone.invitations():
            click.echo(f"{item.mark}  {item.state:8} {item.role:14} {item.site:8} until {item.expires_at}")
        return
    for person in everyone.all():
        click.echo(
            f"{person.code:12} {person.role:14} {person.site:8} {person.status:10} {person.language or '-':4}"
            f" since {person.since[:10]}  seen {person.seen_on or '-'}"
        )
