"""Puts into words from when time alone could change what a screening came to."""

from __future__ import annotations

from datetime import date

from bot.exchange import Safe
from bot.wording.phrases import Phrases
from dialogs.healing import Healing, could_be_met_from, could_be_screened_again_from
from dialogs.protocol import Criterion
from state.screenings import Screening


def met_from(screening: Screening, criterion: Criterion, say: Phrases) -> Safe | None:
    """Say from when a failed criterion could be met, or cease to apply; nothing if time does not heal it.

    It is named where another criterion fails that time does not heal: the patient stays out.
    """
    healing = _met(screening, criterion)
    if healing is None:
        return None
    word, day = _word(healing), day_in_words(healing.day, say)
    if all(_met(screening, other.criterion) for other in screening.dialogue.reasons):
        return say(f"met_{word}_{criterion.kind}", day=day)
    return say(f"met_alone_{word}_{criterion.kind}", code=criterion.code, day=day)


def again_from(screening: Screening, say: Phrases) -> Safe | None:
    """Say from when all of it has healed; nothing if it never does."""
    healing = _again(screening)
    return again(healing, say) if healing else None


def again(healing: Healing, say: Phrases) -> Safe:
    return say(f"again_{_word(healing)}", day=day_in_words(healing.day, say))


def again_unless_said(screening: Screening, say: Phrases) -> Safe | None:
    """Say from when all of it has healed, unless the same day was said of its only failed criterion."""
    reasons = screening.dialogue.reasons
    if len(reasons) == 1 and _met(screening, reasons[0].criterion) == _again(screening):
        return None
    return again_from(screening, say)


def _met(screening: Screening, criterion: Criterion) -> Healing | None:
    facts, entered_on = screening.dialogue.facts, screening.entered_on
    return could_be_met_from(screening.protocol, criterion, facts, entered_on)


def _again(screening: Screening) -> Healing | None:
    return could_be_screened_again_from(screening.protocol, screening.dialogue.facts, screening.entered_on)


def _word(healing: Healing) -> str:
    if healing.at_the_earliest:
        return "not_before"
    return "by" if healing.at_the_latest else "from"


def when(healing: Healing, say: Phrases) -> str:
    """Say the day alone, as in a list: ``from 8 December 2026``."""
    return say.plain(f"when_{_word(healing)}", day=day_in_words(healing.day, say))


def day_in_words(day: date, say: Phrases) -> str:
    """Write a day to come as people say it: ``8 December 2026``."""
    return say.plain("day_in_words", day=day.day, month=say.plain(f"month_{day.month}"), year=day.year)
