"""The criteria in the order of judging, drawn: each leads on to the next, or out of the trial."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from bot.reviewing.facts import Telling
from bot.wording.pictures.drawing import (
    ELIGIBLE,
    ELIGIBLE_TINT,
    EXCLUDED,
    EXCLUDED_TINT,
    MUTED,
    SHADE,
    SMALL,
    TEXT,
    Box,
    Drawing,
    Label,
    Path,
    wrapped,
)
from dialogs.protocol import Criterion

WIDTH: Final = 640
MAIN, AWAY = 330, 240
"""Widths of a criterion's box and of where it leads out to."""
EDGE: Final = 1
"""Around all: half of a line stands outside of its box."""
GAP: Final = 18
PADDING: Final = 8
TOGETHER: Final = 5
"""Criteria in one picture: pages end between pictures only."""


def pictures(telling: Telling) -> Iterator[Drawing]:
    """Yield the flow in pieces, none of them longer than a page."""
    criteria = telling.protocol.criteria
    for at in range(0, len(criteria), TOGETHER):
        some = criteria[at : at + TOGETHER]
        drawn = _Flow(telling, goes_on=at > 0)
        if at == 0:
            drawn.end(telling.said["document"]["begin"], SHADE)
        for criterion in some:
            drawn.criterion(criterion)
        if some[-1] is criteria[-1]:
            drawn.end(
                telling.said["document"]["end_of_parts" if telling.protocol.alternatives else "end"],
                ELIGIBLE_TINT,
            )
        drawn.drawing.height += EDGE
        yield drawn.drawing


class _Flow:
    """A picture that grows downwards."""

    def __init__(self, telling: Telling, *, goes_on: bool) -> None:
        self.telling, self.goes_on = telling, goes_on
        self.drawing = Drawing(telling.said["document"]["flow_said"], WIDTH, EDGE)

    def end(self, text: str, fill: str) -> None:
        """Add where it begins, or where it leads to."""
        self._lead_on()
        top, height = self.drawing.height, TEXT + 2 * PADDING
        stroke = ELIGIBLE if fill == ELIGIBLE_TINT else MUTED
        self.drawing.add(
            Box(EDGE, top, MAIN - EDGE, height, fill, stroke, height / 2),
            Label(MAIN / 2, top + height / 2 + TEXT * 0.35, text, TEXT, bold=True, anchor="middle"),
        )
        self.drawing.height += height

    def criterion(self, criterion: Criterion) -> None:
        """Add a criterion, with where it leads out to beside it."""
        self._lead_on()
        top = self.drawing.height
        name = f"{criterion.code}  {criterion.name[self.telling.language]}"
        lines = wrapped(name, MAIN - 2 * PADDING, TEXT)
        away = wrapped(self.telling.leads_out(criterion), AWAY - 2 * PADDING, SMALL)
        height = max(len(lines) * TEXT, len(away) * SMALL) * 1.4 + 2 * PADDING
        self.drawing.add(
            Box(EDGE, top, MAIN - EDGE, height, "#ffffff", MUTED, 4),
            *_centred(lines, PADDING, top, height, TEXT),
            Path(((MAIN, top + height / 2), (WIDTH - AWAY, top + height / 2)), EXCLUDED, arrow=True),
            Box(WIDTH - AWAY, top, AWAY, height, EXCLUDED_TINT, None, 4),
            *_centred(away, WIDTH - AWAY + PADDING, top, height, SMALL),
        )
        self.drawing.height += height

    def _lead_on(self) -> None:
        """Add the arrow from what stands above, be it in the picture before this one."""
        top = self.drawing.height
        if self.goes_on:
            self.drawing.add(Path(((MAIN / 2, top), (MAIN / 2, top + GAP - 2)), arrow=True))
            self.drawing.height += GAP
        self.goes_on = True


def _centred(lines: list[str], x: float, top: float, height: float, size: float) -> Iterator[Label]:
    """Yield the lines of a text, in the middle of a box's height."""
    first = top + (height - len(lines) * size * 1.4) / 2 + size * 1.05
    yield from (Label(x, first + at * size * 1.4, line, size) for at, line in enumerate(lines))
