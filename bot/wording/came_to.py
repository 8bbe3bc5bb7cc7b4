"""Puts into few words what one trial of a matching came to: all that the cards of its own screening say of that."""

from __future__ import annotations

from collections.abc import Iterator

from bot.exchange import Safe
from bot.wording.healing import again
from bot.wording.matching import as_matching
from bot.wording.missing import IN_A_LIST, missing_questions, silent_line, unasked_line
from bot.wording.parts import needed, out_line, part_line, ruled_out_by
from bot.wording.phrases import Phrases, escape, joined
from dialogs.assessment import ask_the_site
from dialogs.healing import Healing, could_be_screened_again_from
from dialogs.progress import Progress
from state.screenings import Screening


def why(screening: Screening, index: int, own: Screening | None, say: Phrases) -> list[Safe]:
    """What ruled a trial out; or what its parts come to, what is missing, and what to ask the site.

    That is by the trial's own screening, or else by the answers of the matching.
    """
    dialogue = as_matching(screening)
    came_to = own.dialogue if own is not None else dialogue.alone[index]
    if came_to.excluded:
        return list(_why_not(came_to, healing(screening, index, own), say))
    beside = dialogue.protocol
    return [
        *_parts(came_to, say),
        *missing_questions(came_to, say, IN_A_LIST, beside),
        *unasked_line(came_to, say),
        *(_site_items(came_to, say) or silent_line(came_to, say)),
    ]


def healing(screening: Screening, index: int, own: Screening | None = None) -> Healing | None:
    """Return from when time alone could heal what ruled a trial out, by all answers that are known.

    Those are also the ones that the matching asked for other trials: by them more may rule the patient out.
    """
    dialogue, entered_here = as_matching(screening), screening.entered_on
    trial = dialogue.trials[index]
    names = {question.id: dialogue.here(trial, question.id) for question in trial.protocol.questions}
    facts = dialogue.known_to(trial)
    entered = {question: entered_here[here] for question, here in names.items() if here in entered_here}
    if own is not None:
        pairs = zip(own.dialogue.facts, facts, strict=True)
        facts = [here if known is None else known for known, here in pairs]
        entered |= {question: own.entered_on[question] for question in own.dialogue.applied}
    return could_be_screened_again_from(trial.protocol, facts, entered)


def _why_not(came_to: Progress, healed: Healing | None, say: Phrases) -> Iterator[Safe]:
    """The criteria that ruled a trial out, what is noted of them, and from when time alone could heal that."""
    for criterion in ruled_out_by(came_to):
        yield out_line(came_to, criterion, say)
        if criterion.note:
            yield escape(criterion.note[say.language])
    if healed is not None:
        yield again(healed, say)


def _parts(came_to: Progress, say: Phrases) -> list[Safe]:
    """The parts that are needed; of the others those that have the verdict of the whole, then each that has not."""
    others = [each for each in came_to.parts if not each.part.required]
    having = [each.part.name[say.language] for each in others if each.verdict == came_to.verdict]
    return [
        *needed(came_to.protocol, say),
        *([say("stands_for", parts=joined(having, say))] if having else []),
        *(part_line(each, say) for each in others if each.verdict != came_to.verdict),
    ]


def parts_out(came_to: Progress, say: Phrases) -> list[Safe]:
    """The parts that are ruled out of a trial that is still possible."""
    return [part_line(each, say) for each in came_to.parts if each.verdict == "ineligible"]


def _site_items(came_to: Progress, say: Phrases) -> list[Safe]:
    items = ask_the_site(came_to.protocol, came_to.facts)
    return [say("ask_site", text=item.text[say.language]) for item in items]
