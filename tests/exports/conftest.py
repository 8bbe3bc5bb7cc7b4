"""One file of random screenings for all tests of exports, and what they read it back with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from state.exports import FORMATS, Exported, export
from tests.exports.making import fill

COUNT = 160


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with screenings of all kinds; tests only read it, and enter their exports in its register."""
    path = tmp_path_factory.mktemp("filled") / "site.db"
    fill(path, COUNT).conn.close()
    return path


@pytest.fixture
def exported(filled: Path, tmp_path: Path) -> Callable[..., Exported]:
    """Export the filled file in a format, to a new place."""

    def write(format_name: str, *args: Any, **options: Any) -> Exported:
        name = format_name + (FORMATS[format_name].suffix or "")
        return export(filled, format_name, tmp_path / name, *args, **options)

    return write
