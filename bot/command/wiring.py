"""Opens what commands work on, and says in a sentence why it cannot be opened."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from dialogs.languages import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlite_utils import Database

    from bot.telegram.sending import Reports, Sending
    from dialogs.protocol import Criterion, Protocol


PERSONAS: Final = ((101, "clinician"), (102, "coordinator"), (103, "administrator"), (104, "newcomer"))
"""The people of ``try``: account and role. They are let in without an invitation, so never into another file."""


SHOWN: Final = 8
"""Codes of criteria that a sentence names."""


class Unusable(click.ClickException):
    """The file or the protocol cannot be used; exit status 2."""

    exit_code = 2


def one_protocol(source: str) -> Protocol:
    """Load a protocol, or list all its mistakes."""
    from bot.command.faults import paragraphs
    from dialogs.errors import ProtocolError
    from dialogs.loading import load

    try:
        return load(source)
    except ProtocolError as error:
        raise Unusable(f"{source} cannot be used:\n{paragraphs(error)}") from error


def protocols_on_offer(sources: Iterable[str]) -> dict[str, Protocol]:
    """Load the trials on offer, each once, by the file or id that it was given as."""
    loaded = protocols_of(sources)
    refuse_same_ids(loaded)
    return loaded


def protocols_of(sources: Iterable[str]) -> dict[str, Protocol]:
    """Load trials, by the file or id that each was given as; all of them, or say what is wrong with which.

    A folder stands for all the files of trials in it. What is given twice counts once.
    """
    loaded: dict[str, Protocol] = {}
    unusable = []
    for source in _sources(sources):
        try:
            loaded[source] = one_protocol(source)
        except Unusable as error:
            unusable.append(error.message)
    if unusable:
        raise Unusable("\n".join(unusable))
    return loaded


def _sources(given: Iterable[str]) -> list[str]:
    """Return files and ids, each once, with the files of a folder in its place."""
    from dialogs.loading import shipped_protocols
    from dialogs.loading.folders import trial_files

    found: dict[str, str] = {}
    for source in given:
        is_folder = source not in shipped_protocols() and Path(source).is_dir()
        files = [str(file) for file in trial_files(Path(source))] if is_folder else [source]
        if not files:
            raise Unusable(
                f"{source} has no trial in it: no file there ends in .toml. prescreen protocol new writes one"
            )
        for file in files:
            found.setdefault(os.path.realpath(file), file)
    return list(found.values())


def refuse_same_ids(loaded: Mapping[str, Protocol]) -> None:
    """Answers and counts go by a trial's id: it can be on offer in one file only."""
    first: dict[str, str] = {}
    for source, protocol in loaded.items():
        other = first.setdefault(protocol.id, source)
        if other != source:
            raise Unusable(f"{other} and {source} are both of {protocol.id}. Please offer one of them only")


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


def warn_of_versions(db: Database, protocols: Iterable[Protocol]) -> None:
    """Say on stderr if a trial is another one under the same version: people read the version only.

    Its file was changed, or the catalogue or the arithmetic of this program: which one, a stored text does not tell.
    """
    from state.replay import StoredProtocols

    stored = StoredProtocols(db)
    for protocol in protocols:
        if stored.numbered_alike(protocol):
            click.echo(
                f"Warning: {protocol.id} is not what it was at earlier screenings, because its file or this program was"
                f' changed, but its version is still "{protocol.version}". Please give it another one, so that results'
                " and counts tell them apart.",
                err=True,
            )


def warn_of_drafts(protocols: Iterable[Protocol]) -> None:
    """Say on stderr which trials are drafts."""
    for protocol in protocols:
        if protocol.open_reviews:
            click.echo(f"Draft, not for patients: {unreviewed(protocol)}.", err=True)


def unreviewed(protocol: Protocol) -> str:
    """Say which criteria of a protocol a person has still to accept: ``2 of 7 criteria of X are not reviewed``."""
    waiting = protocol.open_reviews
    of = counted(len(protocol.criteria), "criterion", "criteria")
    verb = "is" if len(waiting) == 1 else "are"
    return f"{len(waiting)} of {of} of {protocol.id} {verb} not reviewed ({codes_of(waiting)})"


def codes_of(criteria: Sequence[Criterion]) -> str:
    """Name some criteria by their codes, the first of them where they are many."""
    codes = ", ".join(criterion.code for criterion in criteria[:SHOWN])
    return f"{codes}, +{len(criteria) - SHOWN}" if len(criteria) > SHOWN else codes


def log_to_stderr(token: str, form: str, level: int = logging.INFO) -> None:
    """Set logging up for the bot: in one form, without the token wherever it would stand."""
    from bot.telegram.logs import configure
    from bot.telegram.redaction import install

    configure(form, level=level)
    install(token)


def unpaced(reports: Reports) -> Sending:
    """Send without Telegram's ceilings, which a server on this machine does not have."""
    from bot.telegram.pacing import LIFTED
    from bot.telegram.sending import Sending

    return Sending(reports, all_chats=LIFTED, one_chat=LIFTED)


def local_zone() -> str:
    """Return this machine's zone as an offset."""
    offset = datetime.now(UTC).astimezone().strftime("%z")
    return f"{offset[:3]}:{offset[3:5]}"
