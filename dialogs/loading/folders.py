"""The files of the trials on offer, given one by one or as a folder."""

from __future__ import annotations

from pathlib import Path


def trial_files(folder: Path) -> list[Path]:
    """Return the files of trials that stand in a folder, by name; an editor's own, which begin with a dot, are none."""
    return sorted(file for file in folder.glob("*.toml") if file.is_file() and not file.name.startswith("."))
