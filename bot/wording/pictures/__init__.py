"""Pictures of the counts: the CONSORT-style flow and the screenings a week, as SVG or PNG.

A picture is laid out once as shapes (`drawing`), 390 px wide like a phone; `svg` and `png` only write shapes down.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from bot.wording.pictures.drawing import Drawing
from state.stats import TrialStats

PICTURES: Final = ("flow", "weeks")
FORMATS: Final = {".svg": "bot.wording.pictures.svg", ".png": "bot.wording.pictures.png"}


class NoPicture(Exception):
    """The picture cannot be drawn here; the message says what to install or to choose."""


def draw(picture: str, trial: TrialStats, as_of: str, language: str) -> Drawing:
    """Lay a picture out; one of `PICTURES`."""
    lay_out: Callable[[TrialStats, str, str], Drawing] = import_module(
        f"bot.wording.pictures.{picture}"
    ).lay_out
    return lay_out(trial, as_of, language)


def write(drawing: Drawing, target: Path) -> None:
    """Write a drawing as SVG or PNG, by the ending of the file's name. Raises `NoPicture` or `OSError`."""
    target.write_bytes(rendered(drawing, target.suffix))


def rendered(drawing: Drawing, suffix: str) -> bytes:
    """Return a drawing's bytes as ``.svg`` or ``.png``. Raises `NoPicture` if that needs what is not installed."""
    if suffix not in FORMATS:
        raise NoPicture("please name a picture that ends in .png or .svg")
    try:
        module: Any = import_module(FORMATS[suffix])
    except ModuleNotFoundError as error:
        raise NoPicture(
            f'PNG needs {error.name}; in the checkout, please run: pip install ".[pictures]", or name a .svg file'
        ) from error
    found: bytes = module.render(drawing)
    return found


__all__ = ["FORMATS", "PICTURES", "Drawing", "NoPicture", "draw", "rendered", "write"]
