"""The flow of subjects, CONSORT-style: assessed, excluded by first reason, open, potentially eligible."""

from __future__ import annotations

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


def lay_out(trial: TrialStats, as_of: str, language: str) -> Drawing:
    """Lay the flow of one trial out."""
    word = say(language)
    picture = Drawing(f"{trial.trial}: {word('flow_title')}")
    top = heading(picture, trial, word("flow_title"), word("as_of", day=as_of[:10]), language)
    total = trial.total
    note = word("assessed_note", n=trial.screenings, repeated=trial.repeated)
    begin = y = _step(picture, top, MARGIN, word("assessed"), total.assessed, d.INK, d.SHADE, note, language)
    reached = []
    y += GAP
    reached.append((y, y := _excluded(picture, y, trial, language)))
    y += GAP
    note = word("open_note")
    reached.append(
        (y, y := _step(picture, y, SIDE, word("open"), total.open, d.OPEN, d.OPEN_TINT, note, language))
    )
    y += GAP
    picture.add(Path(((SPINE, begin), (SPINE, y - 1)), arrow=True))
    for upper, _ in reached:
        picture.add(Path(((SPINE, upper + 22), (SIDE - 1, upper + 22)), arrow=True))
    note = word("eligible_note")
    y = _step(
        picture, y, MARGIN, word("potentially_eligible"), total.potentially_eligible, d.ELIGIBLE, d.ELIGIBLE_TINT,
        note, language,
    )  # fmt: skip
    if any(trial.outcomes.values()):
        upper = y
        y += GAP
        picture.add(Path(((SPINE, upper), (SPINE, y - 1)), arrow=True))
        note = word("outcomes_line", **trial.outcomes)
        referred = trial.outcomes["referred"]
        y = _step(picture, y, MARGIN, word("outcomes"), referred, d.INK, d.SHADE, note, language)
    y += 10
    for text in (
        word("first_reason_note"),
        word("cancelled_note", n=trial.cancelled),
        *_notices(trial, language),
    ):
        y = picture.paragraph(MARGIN, y, text, WIDTH - 2 * MARGIN) + 3
    picture.height = round(y + MARGIN)
    return picture


def _notices(trial: TrialStats, language: str) -> list[str]:
    return [notice[language] for notice in trial.notices[:1]]


def _step(
    picture: Drawing, y: float, x: float, name: str, count: int, ink: str, tint: str, note: str, language: str
) -> float:
    """Draw a box with a name, a number and a note; gives its lower edge."""
    width = WIDTH - MARGIN - x
    lines = d.wrapped(note, width - 2 * PAD - 4, d.SMALL)
    height = 40 + len(lines) * d.SMALL * 1.4 + 8
    _frame(picture, x, y, width, height, ink, tint)
    _head(picture, x, y, width, name, count, ink, language)
    picture.paragraph(x + PAD + 4, y + 37, note, width - 2 * PAD - 4)
    return y + height


def _frame(picture: Drawing, x: float, y: float, width: float, height: float, ink: str, tint: str) -> None:
    picture.add(
        Box(x, y, width, height, ink, radius=7),
        Box(x + 5, y, width - 5, height, tint, radius=5),
    )


def _head(
    picture: Drawing, x: float, y: float, width: float, name: str, count: int, ink: str, language: str
) -> None:
    number = say(language)("count", n=count)
    picture.add(
        Label(x + PAD + 4, y + 28, name, d.HEAD, ink, bold=True),
        Label(x + width - PAD, y + 28, number, d.HEAD, ink, bold=True, anchor="end"),
    )


def _excluded(picture: Drawing, y: float, trial: TrialStats, language: str) -> float:
    """Draw the excluded with their first reasons, grouped, each with a bar behind; gives the lower edge."""
    word = say(language)
    width = WIDTH - MARGIN - SIDE
    groups = [(key, [r for r in trial.first_reasons if r.kind == kind]) for kind, key in KINDS]
    shown = [(word(key), reasons) for key, reasons in groups if reasons]
    height = 44 + sum(30 + sum(_row_height(r, width, language) for r in reasons) for _, reasons in shown)
    _frame(picture, SIDE, y, width, height + (8 if shown else 0), d.EXCLUDED, d.EXCLUDED_TINT)
    _head(picture, SIDE, y, width, word("excluded"), trial.total.excluded, d.EXCLUDED, language)
    longest = max((reason.subjects for reason in trial.first_reasons), default=1)
    at = y + 44
    for name, reasons in shown:
        count = word("count", n=sum(reason.subjects for reason in reasons))
        picture.add(
            Label(SIDE + PAD + 4, at + 17, name, d.SMALL, d.INK, bold=True),
            Label(WIDTH - MARGIN - PAD, at + 17, count, d.SMALL, d.INK, bold=True, anchor="end"),
        )
        at += 26
        for reason in reasons:
            at = _reason(picture, at, width, reason, longest, language)
        at += 4
    return y + height + (8 if shown else 0)


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
