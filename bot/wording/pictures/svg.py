"""A drawing as SVG: real text, so that it can be searched, read aloud and enlarged."""

from __future__ import annotations

from html import escape
from typing import Final

from bot.wording.pictures.drawing import PAPER, Box, Drawing, Label, Path, Shape

FONTS: Final = (
    "'Noto Sans SC','Noto Sans CJK SC','PingFang SC','Microsoft YaHei','Segoe UI',Roboto,sans-serif"
)
ARROW: Final = 7.0


def render(drawing: Drawing) -> bytes:
    """Return the file."""
    size = f"{drawing.width:g} {drawing.height:g}"
    title = escape(drawing.title)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" width="{drawing.width:g}"'
        f' height="{drawing.height:g}" role="img" aria-label="{title}" font-family="{FONTS}"><title>{title}</title>'
        f'<rect width="100%" height="100%" fill="{PAPER}"/>'
    )
    return "\n".join([head, *map(_shape, drawing.shapes), "</svg>\n"]).encode()


def _shape(shape: Shape) -> str:
    match shape:
        case Box(x, y, width, height, fill, stroke, radius):
            line = f' stroke="{stroke}" stroke-width="1.2"' if stroke else ""
            place = f'x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}"'
            return f'<rect {place} rx="{radius:g}" fill="{fill}"{line}/>'
        case Path(points, stroke, width, arrow):
            listed = " ".join(f"{x:g},{y:g}" for x, y in points)
            line = f'<polyline points="{listed}" fill="none" stroke="{stroke}" stroke-width="{width:g}"/>'
            return line + (_head(shape) if arrow else "")
        case Label(x, y, text, size, fill, bold, anchor):
            weight = ' font-weight="600"' if bold else ""
            return (
                f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" fill="{fill}" text-anchor="{anchor}"{weight}>'
                f"{escape(text)}</text>"
            )


def _head(path: Path) -> str:
    listed = " ".join(f"{x:g},{y:g}" for x, y in arrow_head(path))
    return f'<polygon points="{listed}" fill="{path.stroke}"/>'


def arrow_head(path: Path) -> list[tuple[float, float]]:
    """Return the triangle at the end of a path that ends straight down or straight right."""
    (before_x, _), (x, y) = path.points[-2:]
    half = ARROW * 0.6
    if before_x == x:
        return [(x, y + 1), (x - half, y - ARROW), (x + half, y - ARROW)]
    return [(x + 1, y), (x - ARROW, y - half), (x - ARROW, y + half)]
