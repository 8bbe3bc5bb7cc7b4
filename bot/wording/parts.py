"""Puts the parts of a trial into words: the verdict of each, and which of them an answer ruled out or opened again."""

from __future__ import annotations

from collections.abc import Iterable

from bot.exchange import Safe
from bot.wording.phrases import Phrases, joined
from dialogs.dialogue import Dialogue
from dialogs.parts import PartVerdict, rulings, whom
from dialogs.progress import Progress
from dialogs.protocol import Criterion, Part, Protocol, Question
from dialogs.reasons import what_failed
from dialogs.verdicts import MET


def part_lines(dialogue: Dialogue, say: Phrases) -> list[Safe]:
    """Which parts are needed, and the verdict of each, a line each; nothing of a trial without parts."""
    return [
        *needed(dialogue.protocol, say),
        *(part_line(each, say) for each in dialogue.parts),
    ]


def part_line(part: PartVerdict, say: Phrases) -> Safe:
    """The verdict of one part."""
    return say("part_verdict", part=part.part.name[say.language], verdict=verdict_of(part, say))


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
    """The name of a question as lists, buttons and lines show it, with whom it is about where it does not say so."""
    short, told = question.short[say.language], people(protocol, question, say, beside)
    return (
        short
        if all(each in short for each in told)
        else say.plain("noted", what=short, note=joined(told, say))
    )


def whose(protocol: Protocol, question: Question, say: Phrases) -> Safe | None:
    """Whom a question is about, where it does not name them itself."""
    told = people(protocol, question, say)
    if all(each in question.ask[say.language] for each in told):
        return None
    return Safe(f"<i>{say('about_whom', people=joined(told, say))}</i>")


def names(parts: Iterable[Part], say: Phrases) -> str:
    return joined((part.name[say.language] for part in parts), say)


# what is ruled out ---------------------------------------------------------------------------------


def ruled_out_by(progress: Progress) -> list[Criterion]:
    """Return what ruled a trial out: the criterion that did so by itself, or else each that did of some parts."""
    protocol = progress.protocol
    found = [index for index, _ in rulings(protocol, progress.failed)]
    is_alone = protocol.parts_of[found[-1]] == protocol.every_part
    return [protocol.criteria[index] for index in (found[-1:] if is_alone else found)]


def of_parts(protocol: Protocol, criterion: Criterion, say: Phrases) -> str:
    """The code of a criterion, with the parts that it belongs to if those are not all."""
    parts = belongs_to(protocol, criterion)
    return say.plain("noted", what=criterion.code, note=names(parts, say)) if parts else criterion.code


def out_line(progress: Progress, criterion: Criterion, say: Phrases) -> Safe:
    """A failed criterion: what of it is not met or applies."""
    code = of_parts(progress.protocol, criterion, say)
    return say(f"of_part_{criterion.kind}", code=code, what=_what_failed(progress, criterion, say))


def news(progress: Progress, out_before: int, say: Phrases, undecided: int = 0) -> list[Safe]:
    """What became of the parts since ``out_before`` were ruled out, as long as not every one is.

    Nothing of those that are ``undecided``.
    """
    out = progress.ruled_out & ~undecided
    if out == progress.protocol.every_part:
        return []
    return [
        *(
            _ruled_out(progress, reason.criterion, part, say)
            for reason, parts in progress.rulings
            for part in parts
            if _bit(progress, part) & out & ~out_before
        ),
        *(
            say("part_open_again", part=part.name[say.language])
            for part in progress.protocol.alternatives
            if _bit(progress, part) & out_before & ~out
        ),
    ]


def _bit(progress: Progress, part: Part) -> int:
    return 1 << progress.protocol.alternatives.index(part)


def _ruled_out(progress: Progress, criterion: Criterion, part: Part, say: Phrases) -> Safe:
    what, name = _what_failed(progress, criterion, say), part.name[say.language]
    return say(f"part_out_{criterion.kind}", part=name, code=criterion.code, what=what)


def _what_failed(progress: Progress, criterion: Criterion, say: Phrases) -> str:
    return what_failed(progress.protocol, criterion, progress.facts, say.language)
