"""Screenings a week as stacked bars, the newest on the right."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from bot.wording.pictures import drawing as d
from bot.wording.pictures.drawing import MARGIN, WIDTH, Box, Drawing, Label, Path
from bot.wording.pictures.parts import heading, say
from state.stats import TrialStats, Week

MOST_WEEKS: Final = 26
PLOT: Final = 210
AXIS: Final = 34
SERIES: Final = (
    ("potentially_eligible", d.ELIGIBLE),
    ("open", "#dba63a"),
    ("excluded", "#cf6a50"),
)
STEPS: Final = (1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000, 5000)


def lay_out(trial: TrialStats, as_of: str, language: str) -> Drawing:
    """Lay the chart of one trial out; of long files the last half year."""
    word = say(language)
    picture = Drawing(f"{trial.trial}: {word('weeks_title')}")
    top = heading(picture, trial, word("weeks_title"), word("as_of", day=as_of[:10]), language)
    weeks = trial.weeks[-MOST_WEEKS:]
    y = _legend(picture, top, weeks, language) + 14
    base = y + PLOT
    left, right = MARGIN + AXIS, WIDTH - MARGIN
    highest = _grid(picture, max((week.saved for week in weeks), default=1), left, right, base)
    slot = (right - left) / max(len(weeks), 6)
    for place, week in enumerate(weeks):
        _bar(picture, week, left + place * slot, min(slot, 40), base, highest)
    _months(picture, weeks, left, slot, base)
    note = word("week_from")
    if len(trial.weeks) > MOST_WEEKS:
        note += " – " + word("last_weeks", n=MOST_WEEKS)
    picture.height = round(picture.paragraph(MARGIN, base + 28, note, WIDTH - 2 * MARGIN) + MARGIN)
    return picture


def _legend(picture: Drawing, y: float, weeks: tuple[Week, ...], language: str) -> float:
    """Name the colours in the order of the bars, with the totals; colour is never the only sign."""
    for counted, colour in reversed(SERIES):
        total = sum(getattr(week, counted) for week in weeks)
        picture.add(
            Box(MARGIN, y + 4, 12, 12, colour, radius=2),
            Label(MARGIN + 20, y + 15, say(language)(counted), d.TEXT, d.INK),
            Label(WIDTH - MARGIN, y + 15, str(total), d.TEXT, d.INK, bold=True, anchor="end"),
        )
        y += 23
    return y


def _grid(picture: Drawing, most: int, left: float, right: float, base: float) -> int:
    """Draw the scale in whole screenings; return its highest number."""
    step = next(step for step in (*STEPS, most) if step * 5 >= most)
    highest = -(-most // step) * step
    for value in range(0, highest + 1, step):
        y = base - PLOT * value / highest
        picture.add(
            Path(((left, y), (right, y)), "#e3e8ed" if value else d.LINE, 1),
            Label(left - 8, y + 4, str(value), d.SMALL, d.MUTED, anchor="end"),
        )
    return highest


def _bar(picture: Drawing, week: Week, x: float, width: float, base: float, highest: int) -> None:
    y = base
    for counted, colour in SERIES:
        height = PLOT * getattr(week, counted) / highest
        if height:
            picture.add(Box(x + width * 0.12, y - height, width * 0.76, height, colour))
        y -= height


def _months(picture: Drawing, weeks: tuple[Week, ...], left: float, slot: float, base: float) -> None:
    """Name a month under its first week, where there is room for it."""
    free = left - 1
    for place, week in enumerate(weeks):
        sunday = week.monday + timedelta(days=6)
        if place and sunday.day > 7:
            continue
        x = left + place * slot
        text = f"{sunday:%m}" if place and sunday.month > 1 else f"{sunday:%Y-%m}"
        if x >= free and x + d.measure(text, d.SMALL) <= WIDTH - MARGIN + 12:
            picture.add(
                Path(((x, base), (x, base + 5)), d.LINE, 1), Label(x, base + 20, text, d.SMALL, d.MUTED)
            )
            free = x + d.measure(text, d.SMALL) + 10
