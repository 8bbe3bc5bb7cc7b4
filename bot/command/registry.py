"""Fetches a study from the public registry, and reads records from files."""

from __future__ import annotations

import re
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import click

if TYPE_CHECKING:
    from dialogs.drafting.record import Record

STUDIES: Final = "https://clinicaltrials.gov/api/v2/studies"
SECONDS: Final = 20.0
MAX_BYTES: Final = 20_000_000
"""A record with results is some megabytes."""
_NUMBER: Final = re.compile(r"\s*(NCT\d{8})\s*", re.IGNORECASE)

address = click.option(
    "--registry",
    envvar="PRESCREEN_REGISTRY",
    default=STUDIES,
    show_default=True,
    help="Address of the studies of the registry, for an NCT number.",
)


def read(source: str, registry: str) -> Record:
    """Read the record that a person names: a file, or an NCT number. What is wrong becomes a sentence."""
    from dialogs.drafting.record import RecordError, read_record

    path, number = Path(source), _NUMBER.fullmatch(source)
    try:
        if number and not path.exists():
            return read_record(_fetched(number[1].upper(), registry), number[1].upper())
        return read_record(path.read_text(encoding="utf-8-sig"), path.stem)
    except OSError as error:
        raise click.ClickException(
            f"{source} cannot be read: {error.strerror}. Please name a file, or an NCT number"
        ) from error
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{source} is no text in UTF-8. Please save it so") from error
    except RecordError as error:
        raise click.ClickException(f"{source} cannot be used: {error}") from error


def _fetched(number: str, registry: str) -> str:
    """Return the JSON of a study."""
    if not _is_address(registry):
        raise click.ClickException(f"{registry} is no address of a registry. Please give one with https://")
    request = Request(f"{registry.rstrip('/')}/{number}", headers={"Accept": "application/json"})  # noqa: S310
    try:
        with urlopen(request, timeout=SECONDS) as response:  # noqa: S310
            content: bytes = response.read(MAX_BYTES)
        return content.decode("utf-8")
    except HTTPError as error:
        with error:
            if error.code == HTTPStatus.NOT_FOUND:
                raise click.ClickException(
                    f"The registry has no {number}. Please check the number"
                ) from error
        raise click.ClickException(_offline(number, registry, f"it answers {error.code}")) from error
    except (OSError, ValueError, HTTPException) as error:
        raise click.ClickException(_offline(number, registry, "it cannot be reached")) from error


def _is_address(text: str) -> bool:
    try:
        return urlsplit(text).scheme in ("http", "https")
    except ValueError:  # a bracket of an IPv6 address that is not closed
        return False


def _offline(number: str, registry: str, why: str) -> str:
    host = urlsplit(registry).netloc
    return (
        f"{number} could not be fetched from {host}: {why}. Please download the record as JSON in a browser, and give"
        " the file"
    )
