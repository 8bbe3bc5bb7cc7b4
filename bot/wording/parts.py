"""Puts the parts of a trial into words: the verdict of each, and which of them an answer ruled out or opened again."""

from __future__ import annotations

from collections.abc import Iterable

from bot.exchange import Safe
from bot.wording.phrases import Phrases, joined
from dialogs.assessment import Reason
from dialogs.dialogue import Dialogue
from dialogs.parts import PartVerdict, whom
from dialogs.protocol import Criterion, Part, Protocol, Question
from dialogs.reasons import what_failed
from dialogs.verdicts import MET


def part_lines(dialogue: Dialogue, say: Phrases) -> list[Safe]:
    """Which parts are needed, and the verdict of each, a line each; nothing of a trial without parts."""
    return [
        *needed(dialogue.protocol, say),
        *(
            say("part_verdict", part=each.part.name[say.language], verdict=verdict_of(each, say))
            for each in dialogue.parts
        ),
    ]


def needed(protocol: Protocol, say: Phrases) -> list[Safe]:
    """Say which parts are needed together; nothing of a trial whose parts are alternatives."""
    required = names((part for part in protocol.parts if part.required), say)
    others = names(protocol.alternatives, say)
    if not required:
        return []
    return [say("needed_with_one" if others else "needed", parts=required, others=others)]


def verdict_of(part: PartVerdict, say: Phrases) -> str:
    """A part's verdict as entered, with the criteria that rule it out or leave it open."""
    if part.verdict == MET:
        return say.plain("part_met")
    said = say.plain("part_as_entered", verdict=say.plain(f"verdict_{part.verdict}"))
    codes = part.failed or part.unresolved
    return say.plain("noted", what=said, note=joined(codes, say)) if codes else said


def in_one_line(parts: Iterable[PartVerdict], say: Phrases) -> str:
    """The verdicts of all parts, for a line to copy."""
    told = (
        say.plain("named", name=each.part.name[say.language], what=verdict_of(each, say)) for each in parts
    )
    return say.plain("then").join(told)


def belongs_to(protocol: Protocol, criterion: Criterion) -> list[Part]:
    """Return the parts that a criterion belongs to; none if it belongs to all."""
    parts = [part for part in protocol.parts if part.code in criterion.parts]
    return parts if len(parts) < len(protocol.parts) else []


def people(protocol: Protocol, question: Question, say: Phrases, beside: Protocol | None = None) -> list[str]:
    """Return whom a question is about; nobody, where no part of any trial names anybody, or it is about the site.

    Beside one who is named, the patient is, too: else an answer could be taken for the other one's. ``beside`` is
    what the trial is shown with, a matching.
    """
    if question.site_fact or not any(part.person for part in (beside or protocol).parts):
        return []
    found = whom(protocol, protocol.position[question.id]) if protocol.parts else [None]
    return [each[say.language] if each else say.plain("the_patient") for each in found]


def title(protocol: Protocol, question: Question, say: Phrases, beside: Protocol | None = None) -> str:
    """The name of a question as lists, buttons and lines show it, with whom it is about."""
    short, told = question.short[say.language], joined(people(protocol, question, say, beside), say)
    return say.plain("noted", what=short, note=told) if told else short


def whose(protocol: Protocol, question: Question, say: Phrases) -> Safe | None:
    """Whom a question is about, where it does not name them itself."""
    told = people(protocol, question, say)
    if all(each in question.ask[say.language] for each in told):
        return None
    return Safe(f"<i>{say('about_whom', people=joined(told, say))}</i>")


def names(parts: Iterable[Part], say: Phrases) -> str:
    return joined((part.name[say.language] for part in parts), say)


def news(dialogue: Dialogue, out_before: int, say: Phrases) -> list[Safe]:
    """What became of the parts since ``out_before`` were ruled out, as long as not every one is."""
    if dialogue.excluded:
        return []
    return [
        *(
            _ruled_out(dialogue, reason, part, say)
            for reason, parts in dialogue.rulings
            for part in parts
            if not _bit(dialogue, part) & out_before
        ),
        *(
            say("part_open_again", part=part.name[say.language])
            for part in dialogue.protocol.alternatives
            if _bit(dialogue, part) & out_before & ~dialogue.ruled_out
        ),
    ]


def _bit(dialogue: Dialogue, part: Part) -> int:
    return 1 << dialogue.protocol.alternatives.index(part)


def _ruled_out(dialogue: Dialogue, reason: Reason, part: Part, say: Phrases) -> Safe:
    criterion = reason.criterion
    what = what_failed(dialogue.protocol, criterion, dialogue.facts, say.language)
    name = part.name[say.language]
    return say(f"part_out_{criterion.kind}", part=name, code=criterion.code, what=what)
