"""All that is missing of the trials of a matching, with who can say it and for which of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from bot.exchange import Button, Reply, Safe
from bot.wording.asked import numbered
from bot.wording.buttons import arrange, button
from bot.wording.matching import as_matching, judged
from bot.wording.missing import IN_A_LIST
from bot.wording.paging import page_at, page_line, turning
from bot.wording.parts import title
from bot.wording.phrases import Phrases, joined, lines
from dialogs.protocol import Question
from state.screenings import Screening

LINES_ON_A_PAGE: Final = 12
"""Of what is missing, each a line or two."""


def what_is_missing(screening: Screening, place: int | None, say: Phrases) -> Reply | None:
    """All that is missing, who can say it and for which trials, first what settles most; ``None`` if nothing is."""
    wanted = sorted(_wanted(screening), key=lambda each: -len(each[1]))
    if not wanted:
        return None
    shown = page_at(len(wanted), place or 0, LINES_ON_A_PAGE)
    told = [_missing_for(screening, *wanted[each], say) for each in shown]
    number = Safe(f"<i>{numbered(screening, say)}</i>")
    text = lines(number, say("missing_title"), page_line(len(wanted), shown, say, LINES_ON_A_PAGE), *told)
    ways = turning(len(wanted), shown, screening, "missing", "missing", LINES_ON_A_PAGE)
    return Reply(text, arrange([*ways, button(say.plain("back"), "stands", screening)]))


def _wanted(screening: Screening) -> list[tuple[Question, list[str]]]:
    """Each question that is missing, as a trial asks it but with its id here, and the trials that wait for it."""
    dialogue, asked, trials = as_matching(screening), dict[str, Question](), dict[str, list[str]]()
    for index, trial in enumerate(dialogue.trials):
        alone = judged(screening, index)
        for question in alone.missing if alone is not None else ():
            here = dialogue.here(trial, question)
            asked.setdefault(here, replace(trial.protocol.question(question), id=here))
            trials.setdefault(here, []).append(trial.protocol.id)
    return [(asked[each.id], trials[each.id]) for each in dialogue.protocol.questions if each.id in asked]


def _missing_for(screening: Screening, question: Question, trials: Sequence[str], say: Phrases) -> Safe:
    noted = {"what": title(screening.protocol, question, say), "note": question.supplier[say.language]}
    return say("missing_for", what=say.plain("noted", **noted), trials=joined(trials, say))


def all_missing(screening: Screening, say: Phrases) -> list[Button]:
    """The way to all that is missing, where more of a trial is than is named with it."""
    found = [judged(screening, index) for index in range(len(as_matching(screening).trials))]
    is_more = any(each is not None and len(each.missing) > IN_A_LIST for each in found)
    return [button(say.plain("all_missing"), "missing", screening)] if is_more else []
