"""What an answer costs: how it is come by, and what that weighs against the others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

Effort = Literal["bedside", "chart", "result", "procedure"]

WEIGHTS: Final[Mapping[Effort, int]] = {"bedside": 1, "chart": 2, "result": 5, "procedure": 20}
"""Minutes of somebody's work, roughly: the patient says or shows it; it is looked up in the record; a laboratory or
imaging result is found or ordered; an examination is made for it, for which the patient comes. An order of questions
depends on their ratios only, and little on these: what matters is that each is a multiple of the one before."""
EXPLAINED: Final = 60
"""Of an answer that nobody can give before the trial has been explained to them, whatever its question says."""
