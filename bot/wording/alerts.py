"""Puts warnings into words that answers call for: of several trials each with the trials that give it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from bot.exchange import Safe
from bot.wording.phrases import Phrases, joined
from dialogs.assessment import alerts
from dialogs.dialogue import Dialogue
from dialogs.portfolio.matching import Matching
from dialogs.protocol import SiteItem

Called = tuple[str, SiteItem]
"""A warning that is called for, behind the id of its trial; in a screening for one trial that is empty."""


def called_for(dialogue: Dialogue, out_before: int) -> tuple[Called, ...]:
    """Return the warnings that the answers call for; of a matching not those of trials that had been ruled out before.

    What rules a trial out just now can call for its warning, as in a screening for that trial alone. So can an answer
    that a trial did not need: a warning is about the patient.
    """
    return tuple(_called_for(dialogue, out_before))


def _called_for(dialogue: Dialogue, out_before: int) -> Iterator[Called]:
    if not isinstance(dialogue, Matching):
        yield from (("", each) for each in alerts(dialogue.protocol, dialogue.facts))
        return
    for trial, alone in dialogue.taking_part:
        if alone.excluded and trial.parts & ~out_before == 0:
            continue
        yield from ((trial.protocol.id, each) for each in alerts(trial.protocol, dialogue.known_to(trial)))


def alert_lines(called: Iterable[Called], before: Iterable[Called], say: Phrases) -> list[Safe]:
    """Say the warnings that the newest answers called for, each text once."""
    old = {(trial, alert.id) for trial, alert in before}
    found = defaultdict[str, list[str]](list)
    for trial, alert in called:
        if (trial, alert.id) not in old:
            found[alert.text[say.language]].append(trial)
    return [_line(text, trials, say) for text, trials in found.items()]


def _line(text: str, trials: list[str], say: Phrases) -> Safe:
    told = joined(dict.fromkeys(filter(None, trials)), say)
    return say("alert_of", trials=told, text=text) if told else say("alert", text=text)
