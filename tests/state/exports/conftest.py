"""Exports of the file that `filled` makes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from state.exports import FORMATS, Exported, export


@pytest.fixture
def exported(filled: Path, tmp_path: Path) -> Callable[..., Exported]:
    """Export the filled file in a format, to a new place."""

    def write(format_name: str, *args: Any, **options: Any) -> Exported:
        name = format_name + (FORMATS[format_name].suffix or "")
        return export(filled, format_name, tmp_path / name, *args, **options)

    return write
