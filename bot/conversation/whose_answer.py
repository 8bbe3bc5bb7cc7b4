"""Whose answer: which screening and log entry a message acts on.

The rule: a press acts on what its button names; anything typed, on what stood above it on the screen, which is
the prompt that it replies to, or else the newest prompt of the chat. Where it is not certain which prompt a person
saw last, nothing is kept and it is asked again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from bot.conversation.access import own_screening
from bot.exchange import Message, Press
from dialogs.reading import Given
from state.people import Person
from state.prompts import Delivered, Prompt
from state.screenings import Screening, Screenings

READING_SECONDS: Final = 1
"""Nobody has read a prompt that came so short a time ago and typed an answer to it."""
REPLYING_SECONDS: Final = 10
"""A reply may have been begun so long before it is sent, when its message still asked something else."""

Doubt = Literal["unsure", "moved"]


@dataclass(frozen=True, slots=True)
class Aim:
    """A screening and the prompt of it that is acted on; with a doubt, nothing may be kept.

    ``unsure``: it is not certain which prompt was seen last. ``moved``: the dialogue has gone on from there.
    """

    screening: Screening | None
    prompt: Prompt | None
    doubt: Doubt | None = None


def aim(screenings: Screenings, person: Person, message: Message, press: Press | None = None) -> Aim:
    """Decide which screening and log entry a message of a person acts on."""
    if press is not None:
        named = Prompt(press.screening or "", press.entry)
        return _standing(screenings, person, named)
    prompt, sure = _above(screenings, person.code, message)
    if not sure:
        replied_to = prompt.screening if prompt is not None and message.reply_to is not None else None
        return Aim(own_screening(screenings, person, replied_to), None, "unsure")
    return _standing(screenings, person, prompt) if prompt is not None else Aim(None, None)


def _standing(screenings: Screenings, person: Person, prompt: Prompt) -> Aim:
    screening = own_screening(screenings, person, prompt.screening)
    if screening is None:
        return Aim(None, prompt)
    return Aim(screening, prompt, None if prompt.entry == screening.entries else "moved")


def _above(screenings: Screenings, person: str, message: Message) -> tuple[Prompt | None, bool]:
    """Return the prompt that stood above a message, and whether that is certain."""
    last = screenings.prompts.last(person)
    if message.number is None:
        return last, last is not None or screenings.current(person) is None
    standing = screenings.prompts.chat(message.chat)
    if message.reply_to is not None:
        return _replied_to(standing, message.reply_to, message.at, last)
    above = [each for each in standing if each.message < message.number]
    if not above:
        return None, last is None and screenings.current(person) is None
    newest = above[-1]
    sure = (
        last is not None
        and newest.prompt.ordinal == last.ordinal
        and not (newest.edited and message.at <= newest.at)  # numbers do not tell which came first
        and not _crossed(screenings, above, message.at)
    )
    return newest.prompt, sure


def _replied_to(
    standing: Sequence[Delivered], number: int, at: int, last: Prompt | None
) -> tuple[Prompt | None, bool]:
    """Return the prompt of the message that was replied to, and whether it asked nothing else a moment ago.

    A newer prompt of its screening that is not known to have arrived may stand in it by now.
    """
    found = next((each for each in reversed(standing) if each.message == number), None)
    if found is None:
        return None, False
    on_way = last is not None and last.ordinal not in (each.prompt.ordinal for each in standing)
    may_ask_else = on_way and last is not None and last.screening == found.prompt.screening
    return found.prompt, not may_ask_else and (not found.edited or at - found.at > REPLYING_SECONDS)


def sent_twice(screenings: Screenings, message: Message, screening: Screening, given: Given) -> bool:
    """Say whether an answer is the one just kept, and came too soon to be meant for the question after it.

    A text that was sent twice, by two phones or a double tap, would else answer two questions: a value, and the
    limit that it is divided by.
    """
    dialogue, standing = screening.dialogue, screenings.prompts.chat(message.chat)
    if message.number is None or dialogue.last is None or not standing:
        return False
    (_, answer), *_ = given
    soon = message.at - standing[-1].at <= READING_SECONDS
    return soon and answer == dialogue.answers.get(dialogue.last)


def _crossed(screenings: Screenings, above: Sequence[Delivered], at: int) -> bool:
    """Say whether the newest prompt came too late to be read, and one that could be read is about another patient.

    The same if it is not known all that has been seen since.
    """
    new = sum(at - each.at <= READING_SECONDS for each in above)
    if not new:
        return False
    newest, seen = above[-1].prompt, [each.prompt for each in above[-new - 1 :]]
    if any(screenings.is_open(prompt.screening) for prompt in seen if prompt.screening != newest.screening):
        return True
    first = seen[0].ordinal if new < len(above) else 1
    return not {prompt.ordinal for prompt in seen}.issuperset(range(first, newest.ordinal))
