"""Opens what commands work on, and says in a sentence why it cannot be opened."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from sqlite_utils import Database

    from dialogs.protocol import Protocol


PERSONAS: Final = ((101, "clinician"), (102, "coordinator"), (103, "administrator"), (104, "newcomer"))
"""The people of ``try``: account and role. They are let in without an invitation, so never into another file."""


class Unusable(click.ClickException):
    """The file or the protocol cannot be used; exit status 2."""

    exit_code = 2


def protocols_on_offer(source: str) -> tuple[Protocol, ...]:
    """Load a protocol, or list all its mistakes."""
    from dialogs.errors import ProtocolError
    from dialogs.loading import load

    try:
        return (load(source),)
    except ProtocolError as error:
        raise Unusable(str(error)) from error


def open_file(db_file: str) -> Database:
    """Open the SQLite file; what is wrong with it becomes a sentence where the command was called."""
    from state.database import open_database

    return open_database(db_file)


def open_existing(db_file: str) -> Database:
    """Open a file of ours that is there; never make one."""
    from state.database import check_ours

    check_ours(Path(db_file))
    return open_file(db_file)


def open_site_file(db_file: str) -> Database:
    """Open a site's own file, in which people screen and are let in; a merged one is only looked at."""
    from state.errors import Merged
    from state.register import refuse_merged

    db = open_file(db_file)
    try:
        refuse_merged(db)
    except Merged as error:
        db.close()
        raise Unusable(f"{db_file}: {error}") from error
    return db


def local_zone() -> str:
    """Give this machine's zone as an offset."""
    offset = datetime.now(UTC).astimezone().strftime("%z")
    return f"{offset[:3]}:{offset[3:5]}"
