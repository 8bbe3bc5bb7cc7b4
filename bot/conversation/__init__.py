"""The conversation: one behaviour for every channel.

A channel hands in what a person did, as a `Message`, and gets a `Turn`: what to say, in order. Whatever moved
the dialogue is committed to the file before the turn is given back. A press names its screening, log entry
and option, so that a late or repeated one changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from bot.conversation import access, office, outcomes, reports
from bot.conversation.aim import aim
from bot.conversation.menu import COMMANDS, LOOKS, MENU, WORDS
from bot.conversation.talk import MOVES, Talk
from bot.exchange import Message, Press, Turn, read_press
from bot.wording import views
from bot.wording.asked import question_of
from bot.wording.phrases import means, phrases
from dialogs.errors import AnswerError, NotNow
from dialogs.protocol import Protocol
from state.errors import Stale
from state.people import People, Person
from state.screenings import Screening, Screenings


@dataclass(frozen=True, slots=True)
class Conversation:
    """All that is needed to converse: the screenings, the people, the trials on offer, the zone shown."""

    screenings: Screenings
    people: People
    protocols: tuple[Protocol, ...]
    zone: str
    channel: str
    invitation_link: Callable[[str], str] = "/start {}".format

    def handle(self, person: Person, message: Message) -> Turn:
        """Answer one message of a person who may use the bot.

        Raises `state.errors.NotKept` and its kin if nothing could be kept; then nothing was.
        """
        person = self.people.get(person.code)  # what they are at this moment, whatever a channel remembers
        if not person.active:
            return Turn()
        talk = Talk(self, person, phrases(person.language), Turn(), message)
        seen = self.screenings.seen(message.source) if message.source else None
        if seen is not None:
            talk.turn.repeated = True
            talk.show_what_was_asked(seen)
            return talk.turn
        try:
            _KINDS[message.kind](talk)
        except Stale:
            talk.late()
        return talk.turn

    def current(self, person: Person) -> Screening | None:
        """Give the open screening that a person is in and may go on with."""
        screening = self.screenings.current(person.code)
        return screening if screening is not None and access.may_answer(person, screening) else None

    def saved(self, talk: Talk, screening: Screening) -> None:
        """What follows a saved screening: the coordinators of the site hear of a candidate."""
        office.tell_coordinators(talk, screening)

    def prompt(self, person: Person, screening: Screening) -> Turn:
        """Ask again where a dialogue stands, after a restart or a lost message; nothing, if it is not theirs now."""
        if not access.may_answer(person, screening):
            return Turn()
        talk = Talk(self, person, phrases(person.language), Turn(), Message("text", ""))
        talk.show(screening)
        return talk.turn


SITE_PRESSES: Final[Mapping[str, Callable[[Talk, Screening, Press], None]]] = {
    **office.COORDINATOR_PRESSES,
    **outcomes.PRESSES,
}
"""Presses on screenings of the own site."""


def _command(talk: Talk) -> None:
    name, _, argument = talk.message.text.strip().lstrip("/").partition(" ")
    name = name.partition("@")[0].casefold()
    handler = COMMANDS.get(name) if access.may_command(talk.person, name) else None
    if handler is None:
        talk.refuse_command()
        talk.where_we_are()
        return
    handler(talk, argument.strip())


def _text(talk: Talk) -> None:
    text = talk.message.text
    aimed = aim(talk.screenings, talk.person, talk.message)
    screening, prompt = aimed.screening, aimed.prompt
    if aimed.doubt is not None or screening is None or prompt is None:
        talk.keep_nothing(aimed)
        return
    press = views.press_labelled(screening, prompt.kind, text, talk.say)
    if press is not None:
        _pressed(talk, press)
        return
    for word, act in WORDS.get(prompt.kind, {}).items():
        if means(word, text) and act(talk, screening):
            return
    question = question_of(screening)
    if prompt.kind != "question" or question is None or screening.dialogue.waiting:
        talk.keep_nothing(aimed)
        return
    talk.typed(screening, question, text)


def _press(talk: Talk) -> None:
    press = read_press(talk.message.text)
    if press is None:
        talk.late()
    else:
        _pressed(talk, press)


def _pressed(talk: Talk, press: Press) -> None:
    rule = access.PRESSES.get(press.verb)
    if rule is None or talk.person.role not in rule.roles:
        talk.late()
    elif rule.whose == "nobody":
        MENU[press.verb](talk, press)
    elif rule.whose == "site":
        _site_press(talk, press)
    else:
        _own_press(talk, press)


def _site_press(talk: Talk, press: Press) -> None:
    screening = talk.of_the_site(press.screening)
    if screening is None:
        talk.late()
    else:
        SITE_PRESSES[press.verb](talk, screening, press)


def _own_press(talk: Talk, press: Press) -> None:
    aimed = aim(talk.screenings, talk.person, talk.message, press)
    screening = aimed.screening
    if screening is None:
        talk.late()
        return
    if press.verb in MOVES and aimed.doubt is not None:
        talk.late(screening, press.entry)
        return
    try:
        if press.verb in LOOKS:
            LOOKS[press.verb](talk, screening, press)
        else:
            talk.pressed(screening, press)
    except (NotNow, AnswerError):
        talk.turn.toast = talk.say.plain("not_possible_now")
        talk.show(talk.screenings.load(screening.number))


def _file(talk: Talk) -> None:
    if reports.evaluate_list(talk):
        return
    talk.turn.say(talk.say("no_files"))
    talk.where_we_are()


def _edited(talk: Talk) -> None:
    talk.turn.say(talk.say("no_edits"))
    talk.where_we_are()


_KINDS: Final[Mapping[str, Callable[[Talk], None]]] = {
    "text": _text,
    "press": _press,
    "command": _command,
    "file": _file,
    "edited": _edited,
}
