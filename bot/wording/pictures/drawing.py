"""Shapes of a picture, in logical pixels, and how wide words are without asking any font.

The widths are those of Noto Sans, rounded up, so that a layout holds in SVG viewers with other fonts too.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import Final, Literal

from wcwidth import wcwidth

from bot.wording.wrapping import wrap

WIDTH: Final = 390
"""A phone's width. Nothing is set smaller than `SMALL`."""
MARGIN: Final = 16
SMALL, TEXT, HEAD, TITLE = 12.5, 14.0, 16.0, 20.0

INK, MUTED, LINE, PAPER, SHADE = "#1d2733", "#5b6875", "#8a97a5", "#ffffff", "#f4f6f8"
EXCLUDED, OPEN, ELIGIBLE = "#b4472f", "#b07a12", "#1f7a6b"
EXCLUDED_TINT, OPEN_TINT, ELIGIBLE_TINT = "#f8e3dd", "#faefd6", "#dcf0ec"

Anchor = Literal["start", "middle", "end"]

_NARROW: Final = frozenset("iljtfrI.,:;'|!()[] -·")
_BROAD: Final = frozenset("mwMWGOQ@%")


@dataclass(frozen=True, slots=True)
class Box:
    x: float
    y: float
    width: float
    height: float
    fill: str
    stroke: str | None = None
    radius: float = 0


@dataclass(frozen=True, slots=True)
class Path:
    """A line through points; ``arrow`` puts a head on its end."""

    points: tuple[tuple[float, float], ...]
    stroke: str = LINE
    width: float = 1.6
    arrow: bool = False


@dataclass(frozen=True, slots=True)
class Label:
    """Words in a line; ``y`` is the baseline."""

    x: float
    y: float
    text: str
    size: float = TEXT
    fill: str = INK
    bold: bool = False
    anchor: Anchor = "start"


Shape = Box | Path | Label


@dataclass
class Drawing:
    """A picture: its size, what it says in a sentence, and its shapes, the lowest first."""

    title: str
    width: float = WIDTH
    height: float = 0
    shapes: list[Shape] = field(default_factory=list)

    def add(self, *shapes: Shape) -> None:
        self.shapes.extend(shapes)

    def paragraph(
        self,
        x: float,
        y: float,
        text: str,
        width: float,
        size: float = SMALL,
        fill: str = MUTED,
        bold: bool = False,
    ) -> float:
        """Set a text in lines from the top `y`; return where it ends."""
        for line in wrapped(text, width, size):
            y += size * 1.4
            self.add(Label(x, y - size * 0.35, line, size, fill, bold))
        return y


def measure(text: str, size: float) -> float:
    """Estimate how wide a text is, rather too wide than too narrow."""
    return sum(_em(character) for character in text) * size


def _em(character: str) -> float:
    if wcwidth(character) == 2:
        return 1.0
    if character in _NARROW:
        return 0.34
    if character in _BROAD:
        return 0.88
    return 0.66 if character.isupper() else 0.575


def wrapped(text: str, width: float, size: float) -> list[str]:
    """Break a text into lines of a width in pixels."""
    return list(wrap(text, width, partial(measure, size=size)))
