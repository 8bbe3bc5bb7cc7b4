"""``prescreen try``: the bot and a phone page on this machine, without Telegram."""

from __future__ import annotations

import asyncio
import secrets
import signal
import webbrowser
from pathlib import Path

import click

from bot.command import options
from bot.command.wiring import local_zone, open_file, protocols_on_offer

PERSONAS = (
    (101, "clinician", {"en": "Dr Lin", "zh": "林医生"}),
    (102, "coordinator", {"en": "Ms Chen", "zh": "陈老师"}),
    (103, "administrator", {"en": "Mr Wu", "zh": "吴老师"}),
    (104, "newcomer", {"en": "Somebody not invited", "zh": "未受邀者"}),
)


@click.command("try")
@options.database
@options.protocol
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="0 takes any free one."
)
@click.option("--open/--no-open", "open_page", default=False, help="Open the page in a browser.")
def trial(db_file: str, protocol_source: str, port: int, open_page: bool) -> None:
    """Try the bot on a phone page in the browser, without Telegram.

    Starts a small Bot API server on this machine (loopback only) and the real bot against it, and prints
    the address of a page that looks and behaves like a phone chat. Nothing leaves this machine. Choose there
    who you are: clinician, coordinator, administrator, or somebody who was not invited. Ctrl-C ends it.
    """
    protocols = protocols_on_offer(protocol_source)
    db = open_file(db_file)

    from bot.logs import configure
    from bot.phone.server import LocalBotApi, Persona
    from bot.telegram.pacing import LIFTED
    from bot.telegram.redaction import install
    from bot.telegram.sending import Sending
    from bot.telegram.service import Service, Settings
    from state.people import People

    token = f"1:{secrets.token_urlsafe(24)}"
    configure("text", level=30)
    install(token)
    people = People(db)
    for account, role, _ in PERSONAS:
        if role != "newcomer" and people.find("telegram", str(account)) is None:
            people.add(role, "S01", "telegram", str(account))  # type: ignore[arg-type]  # from the table above
    db.close()
    file = Path(db_file).resolve()
    shown = f"~/{file.relative_to(Path.home())}" if file.is_relative_to(Path.home()) else str(file)

    async def serve() -> None:
        server = LocalBotApi(
            token=token,
            port=port,
            personas=[Persona(id=account, name=name, role=role) for account, role, name in PERSONAS],
            note={"en": f"SQLite file: {shown}", "zh": f"SQLite 文件：{shown}"},
        )
        await server.start()
        settings = Settings(
            token, file, protocols, api_url=server.url, zone=local_zone(), page=server.url,
            sending=lambda reports: Sending(reports, all_chats=LIFTED, one_chat=LIFTED),
        )  # fmt: skip
        service = Service(settings)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, service.stop)
        click.echo(f"A local trial: nothing goes to Telegram. Open this page:\n\n  {server.url}/\n")
        click.echo(f"Screenings are kept in {file}. Ctrl-C ends it.")
        if open_page:
            webbrowser.open(f"{server.url}/")
        try:
            await service.run()
        finally:
            await server.stop()

    asyncio.run(serve())
