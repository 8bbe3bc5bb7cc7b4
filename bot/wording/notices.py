"""What must be known of a trial before it is screened for, as a matching says it of those that are still possible."""

from __future__ import annotations

from collections import defaultdict

from bot.exchange import Safe
from bot.wording.phrases import Phrases, gap, joined, lines, quoted
from state.matchings import to_open, trial_of
from state.screenings import Screening


def notices(screening: Screening, say: Phrases) -> list[Safe]:
    """The notices of the trials that the end saves a screening for, on whatever page they are, each text once.

    What goes on by itself said its own when it was opened.
    """
    waiting = () if screening.ended else to_open(screening)
    found = defaultdict[str, list[str]](list)
    for trial in waiting:
        for notice in trial_of(screening, trial)[1].notices:
            found[notice[say.language]].append(trial)
    told = (say("named", name=joined(of, say), what=text) for text, of in found.items())
    return [gap(say("notices_title")), quoted(lines(*told))] if found else []
