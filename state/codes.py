"""The forms of codes. They stand in paths, spreadsheets and messages, so they are checked wherever they come in.

A site that is made today may not have a code that a spreadsheet reads as a date, a number, a truth value or
a missing one; a file in which such a site was made before still opens.
"""

from __future__ import annotations

import re
from typing import Final

from state.errors import Damaged

SITE: Final = re.compile(r"[A-Z][A-Z0-9]{0,7}")
PERSON: Final = re.compile(r"[A-Z][A-Z0-9]{0,7}-P[0-9]{2,6}")
NUMBER: Final = re.compile(r"[A-Z][A-Z0-9]{0,7}-M?[0-9]{4,9}")
PROTOCOL: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
MARK: Final = re.compile(r"[0-9a-f]{64}")
FORMS: Final = (
    ("site", "SELECT code FROM sites", SITE),
    ("person", "SELECT code FROM people", PERSON),
    ("screening", "SELECT number FROM screenings", NUMBER),
    ("protocol", "SELECT id FROM protocols", PROTOCOL),
)
"""What a code is of, where it stands, and its form."""

_FOLDER: Final = re.compile(r"[a-z]+=[A-Z0-9-]{1,16}")
_READ_AS_SOMETHING_ELSE: Final = re.compile(
    r"(JAN(UARY)?|FEB(RUARY)?|MAR(CH)?|APR(IL)?|MAY|JUNE?|JULY?|AUG(UST)?|SEPT?|OCT(OBER)?|NOV(EMBER)?|DEC(EMBER)?)\d*"
    r"|E\d+|TRUE|FALSE|NA|NAN|NULL|NONE|INF|NIL"
)


def number_of(site: str, sequence: int) -> str:
    """Return the number of a screening; below zero the sequences of matchings are: ``S01-0001``, ``S01-M0001``."""
    return f"{site}-{sequence:04d}" if sequence >= 0 else f"{site}-M{-sequence:04d}"


def site_and_sequence(number: str) -> tuple[str, int]:
    """Return what a number was made of; the sequence is 0 where it is no number."""
    site, _, last = number.rpartition("-")
    below, sequence = last.startswith("M"), last.removeprefix("M")
    return site, (-int(sequence) if below else int(sequence)) if sequence.isdecimal() else 0


def is_matching(number: str) -> bool:
    """Say whether a number is that of a matching."""
    return site_and_sequence(number)[1] < 0


def folder(name: str) -> str:
    """Return a folder's name that was made from codes of a file. Raises `Damaged` if it would lead out of its place."""
    if _FOLDER.fullmatch(name) is None:
        raise Damaged(f"{name!r} is not a code that there can be; prescreen verify says more of this file")
    return name


def is_site(code: str) -> bool:
    """Say whether a new site can have this code."""
    return SITE.fullmatch(code) is not None and _READ_AS_SOMETHING_ELSE.fullmatch(code) is None
