"""What the verdicts are called: in files, by programs, on the command line, and by people in each language.

A cancelled screening has no verdict; it is listed here because it stands in the same columns and sentences.
Nobody reads *eligible* alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from dialogs.languages import words

IN_FILES: Final[Mapping[str, str]] = {
    "eligible": "potentially eligible",
    "ineligible": "ineligible",
    "undetermined": "undetermined",
    "cancelled": "cancelled",
}
"""Verdict -> what stands in tables that people open: csv, answers, xlsx, the views of the SQLite file."""
CODES: Final = {verdict: said.replace(" ", "_") for verdict, said in IN_FILES.items()}
"""Verdict -> what stands in files that programs read: log, parquet, sdtm."""
MET: Final = "met"
"""Of a required part whose own criteria are met, while the whole is not potentially eligible: the same in all files."""
PARTS_IN_FILES: Final[Mapping[str, str]] = {**IN_FILES, MET: MET}
PART_CODES: Final[Mapping[str, str]] = {**CODES, MET: MET}
OPTIONS: Final = {said.replace(" ", "-"): verdict for verdict, said in IN_FILES.items()}
"""What is typed on the command line -> verdict."""


def verdict_words(verdict: str, language: str) -> str:
    """Return a verdict as people are told it."""
    said: str = words("dialogs", language)["verdict"][verdict]
    return said
