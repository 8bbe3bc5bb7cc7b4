"""Says which answers contradict each other, as numbers what they are worked out from, and offers to correct either.

Answers that cannot both be true are asked about at once; only a conversation that an earlier version began has both.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.exchange import Button, Safe
from bot.wording.buttons import button
from bot.wording.in_short import named_in_short
from bot.wording.parts import title
from bot.wording.phrases import Phrases, joined
from dialogs.against_parts import AgainstParts, known
from dialogs.contradictions import contradictions
from dialogs.dialogue import Dialogue
from dialogs.portfolio.against_parts import contradicting
from dialogs.portfolio.matching import Matching
from dialogs.wording import describe, worked_out
from state.replay import OPENED
from state.screenings import Screening


def found(dialogue: Dialogue) -> tuple[AgainstParts, ...]:
    """Return what contradicts; of a matching not what only trials would judge otherwise that were left out of it."""
    told = contradicting(dialogue.protocol, known(dialogue.protocol, dialogue.facts, dialogue.answers))
    return tuple(_judged_here(dialogue, told)) if isinstance(dialogue, Matching) else told


def _judged_here(matching: Matching, told: Sequence[AgainstParts]) -> Iterator[AgainstParts]:
    """Those that go on by themselves are judged: what is known here only cannot be told there."""
    left = [trial for trial in matching.trials if matching.left.get(trial.protocol.id, OPENED) != OPENED]
    out = {trial.coded(each.code) for trial in left for each in trial.protocol.criteria}
    for each in told:
        codes = tuple(code for code in each.judged_otherwise if code not in out)
        if codes:
            yield replace(each, judged_otherwise=codes)


def excluding_each_other(dialogue: Dialogue) -> list[tuple[str, str]]:
    """Return the questions, two by two, whose answers count and cannot both be true."""
    counting = {question: dialogue.answers[question] for question in dialogue.applied}
    pairs = ((each.question, each.other) for each in contradictions(dialogue.protocol, counting))
    return [*dict.fromkeys((min(pair), max(pair)) for pair in pairs)]


def contradicts(dialogue: Dialogue) -> bool:
    """Say whether answers contradict each other."""
    return bool(excluding_each_other(dialogue) or found(dialogue))


def lines_of_contradictions(dialogue: Dialogue, say: Phrases) -> list[Safe]:
    """Say which answers exclude each other, and of each number what was entered, what it comes to, where it matters."""
    pairs = (
        [named_in_short(dialogue, each, say) for each in pair] for pair in excluding_each_other(dialogue)
    )
    told = [say("exclude_each_other", one=one, other=other) for one, other in pairs]
    return [*told, *(_line(dialogue, each, say) for each in found(dialogue))]


def new_lines(dialogue: Dialogue, before: Sequence[AgainstParts], say: Phrases) -> list[Safe]:
    """Say the same of those that were none before, or came to another number."""
    old = {(each.question.id, each.given, each.number) for each in before}
    new = [each for each in found(dialogue) if (each.question.id, each.given, each.number) not in old]
    return [_line(dialogue, each, say) for each in new]


def _line(dialogue: Dialogue, each: AgainstParts, say: Phrases) -> Safe:
    return say(
        "contradicts",
        question=title(dialogue.protocol, each.question, say),
        entered=describe(each.question, each.given, say.language),
        worked_out=worked_out(dialogue.protocol, each.question, each.by_parts, say.language),
        codes=joined(each.judged_otherwise, say),
    )


def corrections(screening: Screening, say: Phrases) -> list[Button]:
    """The ways to correct each of these answers, or a part of a number."""
    dialogue = screening.dialogue
    wanted = [question for pair in excluding_each_other(dialogue) for question in pair]
    wanted += [question for each in found(dialogue) for question in (each.question.id, *each.parts)]
    return [
        correct_one(screening, question, say)
        for question in dict.fromkeys(wanted)
        if question in dialogue.applied
    ]


def saving(screening: Screening, verb: str, say: Phrases, label: str | None = None, **details: int) -> Button:
    """The way to save, labelled so or as its verb; what contradicts itself by a button that says so.

    Of a matching it counts as long as nothing else was answered in what came out of it than when it was shown.
    """
    key = f"{verb}_anyway" if contradicts(screening.dialogue) else label or verb
    return button(say.plain(key, **details), verb, screening, query=screening.logged or None)


def correct_one(screening: Screening, question: str, say: Phrases) -> Button:
    asked = screening.protocol.question(question)
    label = say.plain("correct_one", question=title(screening.protocol, asked, say))
    return button(label, "correct", screening, screening.dialogue.applied.index(question))
