"""What a screening is called and asks at this moment: its question, a proposal to be confirmed, or ticks."""

from __future__ import annotations

from collections.abc import Iterator

from bot.exchange import Safe
from bot.wording.parts import title
from bot.wording.phrases import Phrases, escape, named
from dialogs.answers import UNKNOWN, Answer, Selection, decode
from dialogs.at_limits import proposed_again
from dialogs.contradictions import contradicted
from dialogs.protocol import Question
from dialogs.reading import Proposal, unit_for, words_of_answers
from dialogs.reading.numerals import fold
from dialogs.wording import describe
from dialogs.working_out import is_taken
from state.screenings import Screening


def numbered(screening: Screening, say: Phrases) -> str:
    """The screening's number, with a word beside it where its protocol was not reviewed."""
    number = screening.number
    return say.plain("draft_number", number=number) if screening.protocol.open_reviews else number


def question_of(screening: Screening) -> Question | None:
    """Return the question that a dialogue stands at; ``None`` at an exclusion, a review or an end."""
    if screening.state not in screening.protocol.position:
        return None
    return screening.protocol.question(screening.state)


def standing_answer(screening: Screening, question: Question) -> Answer | None:
    """Return the answer that can be kept: the one given before, or else one of an earlier screening.

    A limit of normal cannot, once its value is in another unit.
    """
    given = screening.dialogue.answers
    if question.id in given and not is_taken(screening.protocol, question.id, given):
        return None
    return given.get(question.id) or screening.carried.get(question.id)


def carried_at(screening: Screening, question: Question) -> int | None:
    """Return how long the log is of the earlier screening whose answer can be kept; ``None`` if it is none's."""
    if question.id in screening.dialogue.answers or question.id not in screening.carried_from:
        return None
    _, entries = screening.carried_from[question.id]
    return entries


def ticked(screening: Screening, question: Question) -> Selection:
    """Return which options are ticked: as they were set last, else as they were answered before."""
    dialogue = screening.dialogue
    if dialogue.proposal is not None:
        set_last = decode(dialogue.proposal, None)
    else:
        set_last = dialogue.answers.get(question.id) or Selection(())
    return set_last if isinstance(set_last, Selection) else Selection(())


def changes(screening: Screening, say: Phrases) -> Iterator[Safe]:
    """Say what waits for the reason of a change: the answer, and each that is another one by contradicting it."""
    protocol, waiting = screening.protocol, screening.dialogue.waiting
    (first, value), *_ = waiting
    others = contradicted(protocol, screening.dialogue.answers, {first: value})
    own = [(name, answer) for name, answer in waiting if name not in others]
    shown = " / ".join(describe(protocol.question(name), answer, say.language) for name, answer in own)
    yield escape(named(title(protocol, protocol.question(first), say), shown, say))
    for name, answer in waiting:
        if name in others:
            question = protocol.question(name)
            shown = (
                say.plain("asked_again") if answer == UNKNOWN else describe(question, answer, say.language)
            )
            yield escape(say.plain("named", name=title(protocol, question, say), what=shown))


def names_an_answer(screening: Screening, text: str) -> bool:
    """Say whether a text is what an answer to the question that is asked is called.

    It is that answer then, whatever else it could press: *B* of *Child-Pugh class?* does not go back.
    """
    question = question_of(screening)
    if question is None or screening.dialogue.waiting:
        return False
    return fold(text) in words_that_answer(screening, question)


def words_that_answer(screening: Screening, question: Question) -> frozenset[str]:
    """Return what answers to a question are called: its options, or the units where one is waited for."""
    words = words_of_answers(question)
    proposal = proposal_of(screening, question) if question.units else None
    if proposal is None or proposal.why != "unit":
        return words
    named = ((unit.code, *unit.label.values(), *unit.spellings) for unit in question.units)
    return words.union(fold(each) for spellings in named for each in spellings)


def proposal_of(screening: Screening, question: Question) -> Proposal | None:
    """Return what was proposed for the value typed last, worked out again from the log."""
    dialogue = screening.dialogue
    if dialogue.proposal is None or dialogue.waiting:
        return None
    only = unit_for(screening.protocol, question, dialogue.facts)
    return proposed_again(screening.protocol, question, dialogue.proposal, only, dialogue.facts)
