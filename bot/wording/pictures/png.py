"""A drawing as PNG, three pixels to one, with a font of our own so that it looks the same on any machine.

``fonts/NotoSansSC.otf`` is Noto Sans CJK SC 2.004 (SIL Open Font License), cut down to Latin and the 3,755 characters
of GB 2312 level 1 and whatever else the shipped trial and phrases use. A trial file with rarer characters falls back
to the whole font where Debian's fonts-noto-cjk is installed.
"""

from __future__ import annotations

import io
from functools import lru_cache
from importlib import resources
from pathlib import Path as File
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from bot.wording.pictures import NoPicture
from bot.wording.pictures.drawing import PAPER, Box, Drawing, Label, Path
from bot.wording.pictures.svg import arrow_head

SCALE: Final = 3
OURS: Final = "NotoSansSC.otf"
WHOLE: Final = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
)
ANCHORS: Final = {"start": "ls", "middle": "ms", "end": "rs"}
NO_CHARACTER: Final = "\uffff"


def render(drawing: Drawing) -> bytes:
    """Return the file. Raises `NoPicture` if a character is in no font."""
    labels = [shape for shape in drawing.shapes if isinstance(shape, Label)]
    file = font_for("".join(sorted({character for label in labels for character in label.text})))
    image = Image.new("RGB", (round(drawing.width * SCALE), round(drawing.height * SCALE)), PAPER)
    brush = ImageDraw.Draw(image)
    for shape in drawing.shapes:
        match shape:
            case Box():
                _box(brush, shape)
            case Path():
                _path(brush, shape)
            case Label():
                _label(brush, shape, file)
    out = io.BytesIO()
    image.quantize(128, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


def _box(brush: ImageDraw.ImageDraw, box: Box) -> None:
    corners = [edge * SCALE for edge in (box.x, box.y, box.x + box.width, box.y + box.height)]
    width = round(1.2 * SCALE) if box.stroke else 0
    brush.rounded_rectangle(corners, box.radius * SCALE, fill=box.fill, outline=box.stroke, width=width)


def _path(brush: ImageDraw.ImageDraw, path: Path) -> None:
    points = [(x * SCALE, y * SCALE) for x, y in path.points]
    brush.line(points, fill=path.stroke, width=round(path.width * SCALE), joint="curve")
    if path.arrow:
        brush.polygon([(x * SCALE, y * SCALE) for x, y in arrow_head(path)], fill=path.stroke)


def _label(brush: ImageDraw.ImageDraw, label: Label, file: str) -> None:
    brush.text(
        (label.x * SCALE, label.y * SCALE),
        label.text,
        fill=label.fill,
        font=_font(file, round(label.size * SCALE)),
        anchor=ANCHORS[label.anchor],
        stroke_width=0.7 if label.bold else 0,
    )


@lru_cache(maxsize=64)
def _font(file: str, size: int) -> ImageFont.FreeTypeFont:
    index = 2 if file.endswith(".ttc") else 0  # the third face of the collection is Simplified Chinese
    return ImageFont.truetype(file, size, index=index, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=16)
def font_for(text: str) -> str:
    """Find a font file that has all characters of `text`."""
    ours = str(resources.files("bot.wording.pictures").joinpath("fonts", OURS))
    missing = ""
    for file in (ours, *WHOLE):
        if File(file).exists():
            missing = "".join(character for character in text if not _has(file, character))
            if not missing:
                return file
    raise NoPicture(
        f"no font here has {missing[:8]}; please run: apt install fonts-noto-cjk, or name a .svg file"
    )


def _has(file: str, character: str) -> bool:
    if character.isspace():
        return True
    font = _font(file, 20)
    return bytes(font.getmask(character)) != bytes(font.getmask(NO_CHARACTER))
