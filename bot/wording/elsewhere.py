"""What a matching, or a screening that came out of one, is told of the others: newer answers that are not its own.

Each is named with the screening or matching that has it. What still holds is taken over by a tap; the rest is typed.
"""

from __future__ import annotations

from dataclasses import replace

from bot.exchange import Button, Rows, Safe
from bot.wording.buttons import button
from bot.wording.in_short import in_short
from bot.wording.parts import title
from bot.wording.phrases import Phrases, joined, named
from dialogs.dialogue import CANCELLED
from dialogs.protocol import Question
from state.codes import is_matching
from state.newest import Elsewhere, judged_by_newest
from state.screenings import Screening


def answered_elsewhere(screening: Screening, say: Phrases) -> list[Safe]:
    """Say which of the others have another answer since than stands here.

    What is saved is told, too: whoever reads its verdict, or goes on from it, must know.
    """
    over = screening.state == CANCELLED
    return [] if over else [_told(screening, each, say) for each in screening.elsewhere.values()]


def newer_lines(screening: Screening, say: Phrases) -> list[Safe]:
    """The same on the card of what a screening comes to, with what it comes to by these answers if that differs."""
    told = answered_elsewhere(screening, say)
    verdict = judged_by_newest(screening.dialogue, screening.elsewhere).verdict if told else None
    if verdict is not None and verdict != screening.dialogue.verdict:
        told.append(say("by_newest", verdict=say.plain(f"verdict_{verdict}")))
    return told


def to_take_over(screening: Screening, say: Phrases) -> list[Button]:
    """The ways to take such answers over, as far as they still hold; the others are to be typed."""
    if screening.ended:
        return []
    return [_way(screening, q, _named(screening, each, say)) for q, each in _holding(screening)]


def above_a_question(screening: Screening, say: Phrases) -> tuple[list[Safe], Rows]:
    """The same two above and below a question, unless something waits that is taken over just now.

    Where each trial stands, and where a screening does, they are there anyway; so is what answers its question.
    """
    asked = screening.state
    if asked not in screening.protocol.position or screening.dialogue.waiting:
        return [], ()
    others = screening
    if not is_matching(screening.number):
        others = replace(
            screening, elsewhere={q: each for q, each in screening.elsewhere.items() if q != asked}
        )
    return answered_elsewhere(others, say), tuple((each,) for each in to_take_over(others, say))


# at the question itself ----------------------------------------------------------------------------


def newer_line(screening: Screening, question: Question, say: Phrases) -> Safe | None:
    """What another one has since, where its question is corrected in a screening."""
    newer = _newer(screening, question)
    return _told(screening, newer, say) if newer is not None else None


def newer_way(screening: Screening, question: Question, say: Phrases) -> list[Button]:
    """The way to take that over, if it still holds."""
    newer = _newer(screening, question)
    if newer is None or not newer.holds:
        return []
    (_, answer), *limits = newer.given
    shown = _named(screening, newer, say) if limits else in_short(screening.dialogue, question, answer, say)
    return [_way(screening, question.id, say.plain("take_over", answer=shown))]


def _newer(screening: Screening, question: Question) -> Elsewhere | None:
    return None if is_matching(screening.number) else screening.elsewhere.get(question.id)


# words and buttons ---------------------------------------------------------------------------------


def _holding(screening: Screening) -> list[tuple[str, Elsewhere]]:
    return [(question, each) for question, each in screening.elsewhere.items() if each.holds]


def _way(screening: Screening, question: str, label: str) -> Button:
    place = screening.protocol.position[question]
    return button(label, "take_over", screening, place, query=screening.logged)


def _told(screening: Screening, each: Elsewhere, say: Phrases) -> Safe:
    return say("answered_elsewhere", number=each.number, named=_named(screening, each, say))


def _named(screening: Screening, each: Elsewhere, say: Phrases) -> str:
    """Name an answer, and the limit of normal that goes with it."""
    protocol = screening.protocol
    asked = ((protocol.question(question), answer) for question, answer in each.given)
    told = ((title(protocol, q, say), in_short(screening.dialogue, q, answer, say)) for q, answer in asked)
    return joined((named(name, what, say) for name, what in told), say)
