"""Where the answers to a question stand in SDTM."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tabulation:
    """Where they stand: the domain, and a test's short and long name (or a DM variable).

    ``results`` maps an option to its original and standard result; an option that is not there has no record.
    """

    domain: str
    code: str
    test: str
    category: str
    results: Mapping[str, tuple[str, str]]
