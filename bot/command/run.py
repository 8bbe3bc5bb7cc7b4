"""``prescreen run``: the Telegram bot."""

from __future__ import annotations

import errno
import gc
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from bot.command import options
from bot.command.wiring import (
    PERSONAS,
    Unusable,
    local_zone,
    log_to_stderr,
    open_site_file,
    protocols_of,
    refuse_same_ids,
    unpaced,
    unreviewed,
    warn_of_versions,
)

if TYPE_CHECKING:
    from bot.telegram.service import Settings
    from dialogs.protocol import Protocol

GARBAGE: Final = (10_000, 20, 50)
"""After how many new objects garbage is looked for, and after how many times among the older and the oldest ones.

By Python's own numbers (700, 10, 10) it is 7 % of the CPU of a turn with 50 people at once, most of it in pauses in
which everybody waits: every thousand turns all that was ever imported is looked through.
"""


@click.command("run")
@options.database
@options.protocols
@click.option(
    "--zone",
    callback=options.zone,
    envvar="PRESCREEN_ZONE",
    default=None,
    help="Time zone shown, such as Asia/Shanghai or +08:00 [default: this machine's].",
)
@click.option(
    "--backup-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="Make a verified backup there every night.",
)
@click.option(
    "--keep", type=click.IntRange(min=1), default=14, show_default=True, help="Nightly backups to keep."
)
@click.option(
    "--healthz",
    type=click.IntRange(1, 65535),
    metavar="PORT",
    help="Serve /healthz on this port, loopback only.",
)
@click.option("--log-format", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option(
    "--unpaced",
    "lifted",
    is_flag=True,
    hidden=True,
    help="Lift Telegram's ceilings, for a local test server.",
)
def command(
    db_file: str,
    protocol_sources: tuple[str, ...],
    zone: str | None,
    log_format: str,
    lifted: bool,
    backup_dir: Path | None,
    keep: int,
    healthz: int | None,
) -> None:
    """Run the Telegram bot until SIGINT or SIGTERM.

    The token comes from TELEGRAM_BOT_TOKEN, another Bot API server from TELEGRAM_API_URL, a proxy from
    HTTPS_PROXY. Long polling: nothing has to be let in from outside. A trial's file that is changed meanwhile is read
    again within half a minute, and new screenings begin by it; so is one that is added to a folder, and one that is
    removed from it is no longer offered; a draft in it waits for its reviews. Administrators are told, also of a file
    that cannot be used. What can heal (no network, another instance with the same token, a full disk) is retried; logs
    hold numbers and states, never answers.

    Exit status: 0 after an orderly stop, 2 if the token is refused for a minute or the file cannot be used.
    """
    loaded = _reviewed(protocols_of(protocol_sources), protocol_sources)
    refuse_same_ids(loaded)
    token = os.environ.get("TELEGRAM_BOT_TOKEN", "").strip()
    if not token:
        raise Unusable("TELEGRAM_BOT_TOKEN is not set. Ask @BotFather for a token, or run: prescreen try")
    protocols = tuple(loaded.values())

    from bot.telegram.background import Backups
    from bot.telegram.new_versions import Watched
    from bot.telegram.sending import Sending
    from bot.telegram.service import Settings
    from state.moments import utc_now
    from state.reviews import enter_reviews

    db = open_site_file(db_file)
    warn_of_versions(db, protocols)
    for protocol in protocols:
        enter_reviews(db, protocol, utc_now)
    db.close()
    api_url = os.environ.get("TELEGRAM_API_URL") or None
    if api_url is None:
        _refuse_personas(db_file)
    log_to_stderr(token, log_format)
    settings = Settings(
        token=token,
        db_file=Path(db_file),
        protocols=protocols,
        api_url=api_url,
        zone=zone or local_zone(),
        backups=Backups(backup_dir, keep) if backup_dir is not None else None,
        health_port=healthz,
        sending=unpaced if lifted else Sending,
        watched=Watched.of(loaded, protocol_sources),
    )
    _run(settings)
    sys.exit(0)


def _run(settings: Settings) -> None:
    from bot.telegram.asking import TokenRefusedError
    from bot.telegram.service import Service
    from bot.telegram.stopping import run_until_signal

    port = settings.health_port
    try:
        service = Service(settings)
        gc.set_threshold(*GARBAGE)
        gc.freeze()  # what was made until here stays
        run_until_signal(service.run, service.stop)
    except TokenRefusedError as error:
        raise Unusable(str(error)) from None
    except OSError as error:
        if port is None or error.errno not in (errno.EADDRINUSE, errno.EACCES):
            raise
        raise Unusable(f"port {port} cannot be used here; please give another by --healthz") from error


def _reviewed(loaded: Mapping[str, Protocol], sources: Sequence[str]) -> dict[str, Protocol]:
    """Return the trials that are no drafts: nobody screens patients by what a machine read and no person accepted.

    One that was named is refused. In a folder it waits for its reviews as one that is added while the bot runs, also
    beside the version of the trial that is on offer.
    """
    drafts = {source: protocol for source, protocol in loaded.items() if protocol.open_reviews}
    ready = {source: protocol for source, protocol in loaded.items() if source not in drafts}
    if drafts.keys() & set(sources) or (drafts and not ready):
        raise Unusable("\n".join(_to_review(source, protocol) for source, protocol in drafts.items()))
    for source, protocol in drafts.items():
        click.echo(f"Warning: not on offer: {_to_review(source, protocol)}", err=True)
    return ready


def _to_review(source: str, protocol: Protocol) -> str:
    return (
        f"{unreviewed(protocol)}. Please review them first: prescreen protocol review {source} --by INITIALS"
    )


def _refuse_personas(db_file: str) -> None:
    """Nobody comes in from Telegram by a role that `prescreen try` gave out without an invitation."""
    from state.people import People

    db = open_site_file(db_file)
    people = People(db)
    found = [people.find("telegram", str(account)) for account, _ in PERSONAS]
    db.close()
    codes = [person.code for person in found if person is not None and person.active]
    if codes:
        raise Unusable(
            f"{db_file} has people of `prescreen try` ({', '.join(codes)}), who would have their roles on Telegram; "
            f"please use another file, or shut them out: prescreen people --suspend {' --suspend '.join(codes)}"
        )
