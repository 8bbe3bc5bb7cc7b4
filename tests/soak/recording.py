"""Writes what a soak found into the documentation: a row a fault, the newest run of each."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from tests.soak.stage import Cells

FAULTS: Final = Path(__file__).parents[2] / "docs" / "faults.md"
_ROW: Final = re.compile(r"\| F\d+ [^\n]*\n")


def record(name: str, figures: Cells, page: Path = FAULTS) -> None:
    """Put a stage's figures in its row; ``name`` begins with the number of the fault, as in ``F1 killed``."""
    fault, _, what = name.partition(" ")
    shown = ", ".join(f"{key} {value}" for key, value in figures.items())
    row = f"| {fault} | {what} | {shown} | {datetime.now(UTC):%Y-%m-%d} |\n"
    text = page.read_text(encoding="utf-8")
    head, rows = text[: text.index("| F")] if "| F" in text else text, {}
    for found in _ROW.finditer(text):
        rows[found[0].split("|")[1].strip(), found[0].split("|")[2].strip()] = found[0]
    rows[fault, what] = row
    ordered = sorted(rows.items(), key=lambda item: (int(item[0][0][1:]), item[0][1]))
    page.write_text(head + "".join(line for _, line in ordered), encoding="utf-8")
