"""The flow of subjects, CONSORT-style: assessed, excluded by first reason, open, potentially eligible."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.wording.pictures import drawing as d
from bot.wording.pictures.drawing import MARGIN, WIDTH, Box, Drawing, Label, Path
from bot.wording.pictures.parts import heading, say
from state.stats import Reason, TrialStats

SPINE: Final = MARGIN + 14
SIDE: Final = SPINE + 30
GAP: Final = 22
PAD: Final = 13
ROW: Final = 24
KINDS: Final = (
    ("inclusion", "not_meeting_inclusion"),
    ("exclusion", "meeting_exclusion"),
    ("declined", "declined"),
)


@dataclass(frozen=True, slots=True)
class Step:
    """A box of the flow: who is counted in it, how many, a note, and its colours."""

    name: str
    count: int
    note: str
    ink: str = d.INK
    tint: str = d.SHADE


def lay_out(trial: TrialStats, as_of: str, language: str) -> Drawing:
    """Lay the flow of one trial out."""
    word, total = say(language), trial.total
    title, note = word("flow_title"), word("assessed_note", n=trial.screenings, repeated=trial.repeated)
    eligible = Step(
        word("potentially_eligible"),
        total.potentially_eligible,
        word("eligible_note"),
        d.ELIGIBLE,
        d.ELIGIBLE_TINT,
    )
    picture = Drawing(f"{trial.trial}: {title}")
    y = heading(picture, trial, title, word("as_of", day=as_of[:10]), language)
    y = _step(picture, y, MARGIN, Step(word("assessed"), total.assessed, note), language)
    y = _leaving(picture, y, trial, language)
    y = _step(picture, y, MARGIN, eligible, language)
    if any(trial.outcomes.values()):
        y = _outcomes(picture, y, trial, language)
    picture.height = round(_notes(picture, y + 10, trial, language) + MARGIN)
    return picture


def _leaving(picture: Drawing, y: float, trial: TrialStats, language: str) -> float:
    """Draw who is excluded and who is open, beside the arrow that goes on; return where that one ends."""
    word, begin = say(language), y
    excluded = y + GAP
    still_open = _excluded(picture, excluded, trial, language) + GAP
    step = Step(word("open"), trial.total.open, word("open_note"), d.OPEN, d.OPEN_TINT)
    y = _step(picture, still_open, SIDE, step, language) + GAP
    picture.add(Path(((SPINE, begin), (SPINE, y - 1)), arrow=True))
    for upper in (excluded, still_open):
        picture.add(Path(((SPINE, upper + 22), (SIDE - 1, upper + 22)), arrow=True))
    return y


def _outcomes(picture: Drawing, y: float, trial: TrialStats, language: str) -> float:
    """Draw what sites noted of the potentially eligible; return the lower edge."""
    word = say(language)
    picture.add(Path(((SPINE, y), (SPINE, y + GAP - 1)), arrow=True))
    step = Step(word("outcomes"), trial.outcomes["referred"], word("outcomes_line", **trial.outcomes))
    return _step(picture, y + GAP, MARGIN, step, language)


def _notes(picture: Drawing, y: float, trial: TrialStats, language: str) -> float:
    """Write what must be known to read the numbers, and the trial's first notice; return where they end."""
    word = say(language)
    notices = [notice[language] for notice in trial.notices[:1]]
    for text in (word("first_reason_note"), word("cancelled_note", n=trial.cancelled), *notices):
        y = picture.paragraph(MARGIN, y, text, WIDTH - 2 * MARGIN) + 3
    return y


def _step(picture: Drawing, y: float, x: float, step: Step, language: str) -> float:
    """Draw a box with a name, a number and a note; return its lower edge."""
    width = WIDTH - MARGIN - x
    lines = d.wrapped(step.note, width - 2 * PAD - 4, d.SMALL)
    height = 40 + len(lines) * d.SMALL * 1.4 + 8
    _frame(picture, x, y, width, height, step, language)
    picture.paragraph(x + PAD + 4, y + 37, step.note, width - 2 * PAD - 4)
    return y + height


def _frame(
    picture: Drawing, x: float, y: float, width: float, height: float, step: Step, language: str
) -> None:
    """Draw a box with its name and number."""
    number = say(language)("count", n=step.count)
    picture.add(
        Box(x, y, width, height, step.ink, radius=7),
        Box(x + 5, y, width - 5, height, step.tint, radius=5),
        Label(x + PAD + 4, y + 28, step.name, d.HEAD, step.ink, bold=True),
        Label(x + width - PAD, y + 28, number, d.HEAD, step.ink, bold=True, anchor="end"),
    )


def _excluded(picture: Drawing, y: float, trial: TrialStats, language: str) -> float:
    """Draw the excluded with their first reasons, grouped, each with a bar behind; return the lower edge."""
    word, width = say(language), WIDTH - MARGIN - SIDE
    groups = [(key, [r for r in trial.first_reasons if r.kind == kind]) for kind, key in KINDS]
    shown = [(word(key), reasons) for key, reasons in groups if reasons]
    height = 44 + sum(30 + sum(_row_height(r, width, language) for r in reasons) for _, reasons in shown)
    lower = y + height + (8 if shown else 0)
    step = Step(word("excluded"), trial.total.excluded, "", d.EXCLUDED, d.EXCLUDED_TINT)
    _frame(picture, SIDE, y, width, lower - y, step, language)
    longest = max((reason.subjects for reason in trial.first_reasons), default=1)
    at = y + 44
    for name, reasons in shown:
        at = _group(picture, at, name, reasons, longest, language) + 4
    return lower


def _group(
    picture: Drawing, y: float, name: str, reasons: Sequence[Reason], longest: int, language: str
) -> float:
    """Draw the reasons of one kind below its name and number; return where they end."""
    count = say(language)("count", n=sum(reason.subjects for reason in reasons))
    picture.add(
        Label(SIDE + PAD + 4, y + 17, name, d.SMALL, d.INK, bold=True),
        Label(WIDTH - MARGIN - PAD, y + 17, count, d.SMALL, d.INK, bold=True, anchor="end"),
    )
    y += 26
    for reason in reasons:
        y = _reason(picture, y, WIDTH - MARGIN - SIDE, reason, longest, language)
    return y


def _name_lines(reason: Reason, width: float, language: str) -> list[str]:
    return d.wrapped(reason.name[language], width - 2 * PAD - 88, d.SMALL)


def _row_height(reason: Reason, width: float, language: str) -> float:
    return ROW + (len(_name_lines(reason, width, language)) - 1) * d.SMALL * 1.3


def _reason(picture: Drawing, y: float, width: float, reason: Reason, longest: int, language: str) -> float:
    height = _row_height(reason, width, language)
    room = width - 2 * PAD - 4
    picture.add(
        Box(SIDE + PAD + 4, y + 1, room, height - 3, "#fdf5f2", radius=3),
        Box(SIDE + PAD + 4, y + 1, max(3, room * reason.subjects / longest), height - 3, "#efc9be", radius=3),
        Label(SIDE + PAD + 10, y + 16.5, reason.code, d.SMALL, d.INK, bold=True),
        Label(
            WIDTH - MARGIN - PAD - 6, y + 16.5, str(reason.subjects), d.SMALL, d.INK, bold=True, anchor="end"
        ),
    )
    for place, line in enumerate(_name_lines(reason, width, language)):
        picture.add(Label(SIDE + PAD + 46, y + 16.5 + place * d.SMALL * 1.3, line, d.SMALL, d.INK))
    return y + height
