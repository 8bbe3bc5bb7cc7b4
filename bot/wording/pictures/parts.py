"""What the pictures share: their words in a language, and their heading."""

from __future__ import annotations

from collections.abc import Callable

from bot.wording.pictures import drawing as d
from bot.wording.pictures.drawing import MARGIN, WIDTH, Drawing, Label
from dialogs.languages import numbered, words
from dialogs.verdicts import verdict_words
from state.stats import TrialStats


def say(language: str) -> Callable[..., str]:
    """Return a function that looks a word up and puts values in."""
    eligible = verdict_words("eligible", language)
    texts = {
        **words("bot.wording.pictures", language),
        "potentially_eligible": eligible[:1].upper() + eligible[1:],
    }

    def word(key: str, **values: object) -> str:
        return numbered(texts[key], values.get("n"), language).format_map(values)

    return word


def heading(picture: Drawing, trial: TrialStats, title: str, moment: str, language: str) -> float:
    """Draw what it is, of which trial, as of when; return where it ends."""
    picture.add(
        Label(MARGIN, 36, title, d.TITLE, d.INK, bold=True),
        Label(WIDTH - MARGIN, 36, moment, d.SMALL, d.MUTED, anchor="end"),
    )
    name = f"{trial.trial} – {trial.title[language]}"
    return picture.paragraph(MARGIN, 44, name, WIDTH - 2 * MARGIN, d.SMALL) + 12
