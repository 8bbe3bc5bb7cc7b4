"""How the mistakes of a protocol file are told: as paragraphs to people, as JSON to editors."""

from __future__ import annotations

import json
import shutil
import sys
import textwrap
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dialogs.errors import Fault, ProtocolError

WIDTH: Final = 80
"""Columns of a terminal that does not say how many it has."""


def paragraphs(error: ProtocolError) -> str:
    """Return each mistake as ``file:line: place: what is wrong. What to write.``

    In a terminal long ones are wrapped, with the lines that follow indented; elsewhere each is one line.
    """
    if not sys.stderr.isatty():
        return "\n".join(error.told())
    width = shutil.get_terminal_size((WIDTH, 24)).columns
    wrapper = textwrap.TextWrapper(
        width, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False
    )
    return "\n".join(wrapper.fill(told) for told in error.told())


def as_json(file: str, faults: Sequence[Fault], severity: str = "error") -> str:
    """Return mistakes, or warnings, as a list for an editor; ``line`` is counted from 1, null for what has none."""
    rows = [
        {
            "file": file,
            "line": fault.line,
            "severity": severity,
            "place": fault.place,
            "fault": fault.fault,
            "remedy": fault.remedy,
        }
        for fault in faults
    ]
    return json.dumps(rows, ensure_ascii=False, indent=2)
