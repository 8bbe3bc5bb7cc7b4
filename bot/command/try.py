"""``prescreen try``: the bot and a phone page on this machine, without Telegram."""

from __future__ import annotations

import asyncio
import logging
import secrets
import signal
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from bot.command import options
from bot.command.wiring import (
    PERSONAS,
    Unusable,
    local_zone,
    log_to_stderr,
    open_file,
    protocols_on_offer,
    unpaced,
    warn_of_drafts,
    warn_of_versions,
)
from dialogs.languages import in_every_language

if TYPE_CHECKING:
    from bot.phone.server import LocalBotApi, Persona
    from bot.telegram.new_versions import Watched
    from dialogs.protocol import Protocol

PORT: Final = 8765
LOOK_SECONDS: Final = 1.0
"""Between looks at the trials' files: whoever changes one here waits for it."""


@click.command("try")
@click.option(
    "--db",
    "db_file",
    type=click.Path(dir_okay=False),
    default="prescreen-try.db",
    show_default=True,
    help="The SQLite file of the trial; never one that real people use.",
)
@options.protocols
@click.option(
    "--port", type=click.IntRange(0, 65535), help=f"0 takes any free one.  [default: {PORT}, or any free one]"
)
@click.option("--open/--no-open", "open_page", default=False, help="Open the page in a browser.")
def command(db_file: str, protocol_sources: tuple[str, ...], port: int | None, open_page: bool) -> None:
    """Try the bot on a phone page in the browser, without Telegram.

    Starts a small Bot API server on this machine (loopback only) and the real bot against it, and prints
    the address of a page that looks and behaves like a phone chat. Nothing leaves this machine; the address
    holds a secret, so that only who sees it can use the page. Choose there who you are: clinician,
    coordinator, administrator, or somebody who was not invited. Ctrl-C ends it.

    A trial's file that is changed meanwhile is read again within seconds, a draft, too, and new screenings begin by it;
    one that cannot be used is told here and to the administrator, and the trial goes on as it was.

    Screenings are kept in a file of their own, not in the one that PRESCREEN_DB names.
    """
    from bot.telegram.new_versions import Watched

    loaded = protocols_on_offer(protocol_sources)
    protocols = tuple(loaded.values())
    warn_of_drafts(protocols)
    _refuse_real_people(Path(db_file))
    _let_personas_in(db_file, protocols)
    watched = Watched.of(loaded, protocol_sources, seconds=LOOK_SECONDS, drafts=True)
    asyncio.run(_serve(Path(db_file).resolve(), protocols, watched, port, open_page=open_page))


def _let_personas_in(db_file: str, protocols: tuple[Protocol, ...]) -> None:
    from state.people import NOT_KNOWN, ROLES, People

    db = open_file(db_file)
    warn_of_versions(db, protocols)
    people = People(db)
    accounts = {persona: str(account) for account, persona in PERSONAS}
    for role in ROLES:
        if people.find("telegram", accounts[role]) is None:
            people.add(role, "S01", "telegram", accounts[role], NOT_KNOWN)
    db.close()


async def _serve(
    file: Path, protocols: tuple[Protocol, ...], watched: Watched, port: int | None, *, open_page: bool
) -> None:
    """Run the local Bot API server, and the bot against it, until a signal comes."""
    from bot.telegram.service import Service, Settings

    token = f"1:{secrets.token_urlsafe(24)}"
    log_to_stderr(token, "text", level=logging.WARNING)
    server = _server(token, file, port)
    await _listen(server, port)
    settings = Settings(
        token,
        file,
        protocols,
        api_url=server.url,
        zone=local_zone(),
        page=server.page,
        sending=unpaced,
        watched=watched,
    )
    service = Service(settings)
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, service.stop)
    click.echo(f"A local trial: nothing goes to Telegram. Open this page:\n\n  {server.page}/\n")
    click.echo(f"Screenings are kept in {file}. Ctrl-C ends it.")
    if open_page:
        webbrowser.open(f"{server.page}/")
    try:
        await service.run()
    finally:
        await server.stop()


def _server(token: str, file: Path, port: int | None) -> LocalBotApi:
    from bot.phone.server import LocalBotApi

    return LocalBotApi(
        token=token,
        port=PORT if port is None else port,
        secret=secrets.token_urlsafe(24),
        personas=_personas(),
        note=_kept_in(file),
    )


def _personas() -> list[Persona]:
    from bot.phone.server import Persona

    names = {role: in_every_language("bot.command", "people", role) for _, role in PERSONAS}
    return [Persona(id=account, name=names[role], role=role) for account, role in PERSONAS]


def _kept_in(file: Path) -> dict[str, str]:
    """Say where screenings are kept, as the page says it in each language."""
    shown = f"~/{file.relative_to(Path.home())}" if file.is_relative_to(Path.home()) else str(file)
    said = in_every_language("bot.command", "kept")
    return {language: text.format(file=shown) for language, text in said.items()}


def _refuse_real_people(file: Path) -> None:
    """The people of the trial have roles here without an invitation: never in a file that others use."""
    from state.database import connect
    from state.people import People

    if not file.exists() or not file.stat().st_size:
        return
    db = connect(file, read_only=True)
    people = People(db)
    known = people.all()
    accounts = {account for person in known for account in people.accounts_of(person.code, "telegram")}
    db.close()
    ours = {str(account) for account, _ in PERSONAS}
    if accounts - ours or (known and not accounts):
        raise Unusable(
            f"{file} holds real people or their screenings; please try in a file of its own, by --db"
        )


async def _listen(server: LocalBotApi, port: int | None) -> None:
    """Listen on the port that was given; where none was given and the usual one is taken, on any that is free."""
    try:
        await server.start()
    except OSError as error:
        await server.stop()
        if port is not None:
            raise Unusable(f"port {port} cannot be used here; please give another by --port") from error
        click.echo(f"Port {PORT} is in use, perhaps by another trial; this one takes another.")
        server.port = 0
        await server.start()
