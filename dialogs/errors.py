"""The tree of everything that can go wrong in this package.

::

    DialogError
    ├── ProtocolError   a protocol file has mistakes; carries every Fault
    ├── AnswerError     a stored or given answer does not fit its question
    ├── NotNow          the step is not possible where the dialogue stands
    ├── NotEditable     a file is written so that a review or an order cannot be added
    └── BadFile         a list of candidates cannot be read as a whole (`dialogs.candidates`)

`KindError` and `RuleError` never leave the loader: it makes faults of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class DialogError(Exception):
    """Root of the errors of `dialogs`."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One mistake in a protocol file: where it stands, what is wrong, and what to do about it.

    `line` is counted from 1; ``None`` for what has no line, such as a table that is missing. `within` is the line
    of the text that stands at that place, counted from 0, until the place has a line.
    """

    place: str
    fault: str
    remedy: str
    line: int | None = None
    within: int = 0

    def __str__(self) -> str:
        return f"{self.place}: {self.fault}. {self.remedy}"


class ProtocolError(DialogError):
    """A protocol file was refused; `faults` lists all of its mistakes."""

    def __init__(self, file: str, faults: Sequence[Fault]) -> None:
        self.file = file
        self.faults = tuple(faults)
        super().__init__("\n".join(self.told()))

    def told(self) -> list[str]:
        """Return each fault as a line: file, line, place, what is wrong, what to write instead."""
        return [
            f"{self.file}: {fault}" if fault.line is None else f"{self.file}:{fault.line}: {fault}"
            for fault in self.faults
        ]


class NotEditable(DialogError):
    """A file is written in a way in which a review or an order cannot be added; says what to do."""


class AnswerError(DialogError):
    """An answer does not fit its question."""


class NotNow(DialogError):
    """A step was tried that the dialogue's state does not allow."""

    def __init__(self, step: str, state: str) -> None:
        self.step = step
        self.state = state
        super().__init__(f"{step} is not possible in state {state}")
