"""``prescreen invite``: a single-use link, and the same as a QR code."""

from __future__ import annotations

import asyncio
import io
import os

import click

from bot.command import options
from bot.command.wiring import Unusable, open_existing, open_site_file
from dialogs.languages import counted
from state.people import DEFAULT_SITE, ROLES, People, Role


@click.command("invite")
@click.option(
    "--role",
    type=click.Choice(ROLES),
    help="Needed, unless an invitation is withdrawn.",
)
@click.option(
    "--site",
    callback=options.site,
    default=DEFAULT_SITE,
    show_default=True,
    help="Up to 8 capital letters and digits.",
)
@click.option("--hours", type=click.FloatRange(min=0, min_open=True, max=720), default=72, show_default=True)
@click.option(
    "--bot", "bot_name", envvar="TELEGRAM_BOT_NAME", help="The bot's user name [default: asked of Telegram]."
)
@click.option(
    "--revoke",
    metavar="MARK",
    help="Withdraw an open invitation instead (see: prescreen people --invitations).",
)
@options.database
def command(
    role: Role | None, site: str, hours: float, bot_name: str | None, revoke: str | None, db_file: str
) -> None:
    """Invite a person: prints a link that works once, and the same as a QR code.

    Only a hash of the secret is kept; the link cannot be shown again. The first administrator is invited
    this way; administrators then invite others in the chat, with /invite. The link holds the bot's name:
    from --bot, else Telegram is asked for it, which needs TELEGRAM_BOT_TOKEN.

    \b
    Examples:
      prescreen invite --role administrator
      prescreen invite --role clinician --site PUMCH --hours 24 --bot my_trial_bot
    """
    if revoke is not None:
        _revoke(revoke, db_file)
        return
    if role is None:
        raise click.UsageError("Please say whom to invite: --role clinician, coordinator or administrator.")
    people = People(open_site_file(db_file))
    name = bot_name or _ask_name()
    try:
        secret = people.invite(role, site, hours=hours)
    except ValueError as error:
        raise Unusable(str(error)) from error
    link = f"https://t.me/{name}?start={secret}"
    click.echo(f"{role} at {site}, valid for {counted(hours, 'hour', 'hours')}, once:\n{link}\n")
    click.echo(qr_code(link))


def _revoke(mark: str, db_file: str) -> None:
    if not People(open_existing(db_file)).revoke(mark):
        raise Unusable(f"there is no open invitation {mark}; prescreen people --invitations lists them")
    click.echo(f"Invitation {mark} is withdrawn.")


def qr_code(link: str) -> str:
    """Draw a link as a QR code in half-block characters."""
    import segno

    drawing = io.StringIO()
    segno.make(link, error="m").terminal(drawing, compact=True)
    return drawing.getvalue()


def _ask_name() -> str:
    """Ask Telegram for the bot's user name."""
    from telegram.error import TelegramError

    token = os.environ.get("TELEGRAM_BOT_TOKEN", "").strip()
    if not token:
        raise Unusable("please give --bot NAME, or set TELEGRAM_BOT_TOKEN so that Telegram can be asked")
    try:
        return asyncio.run(_name_of_bot(token))
    except TelegramError:
        raise Unusable(
            "Telegram did not tell the bot's name; please check the token and the network, or give --bot NAME"
        ) from None


async def _name_of_bot(token: str) -> str:
    from telegram import Bot

    from bot.telegram.request import AiohttpRequest

    url = os.environ.get("TELEGRAM_API_URL") or "https://api.telegram.org"
    async with Bot(
        token, base_url=f"{url}/bot", request=AiohttpRequest(), get_updates_request=AiohttpRequest()
    ) as bot:
        return bot.username
