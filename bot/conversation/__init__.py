"""The conversation: one behaviour for every channel.

A channel hands in what a person did, as a `Message`, and gets a `Turn`: what to say, in order. Whatever moved
the dialogue is committed to the file before the turn is returned.

    here                  who wrote, and whether the message was answered before
    commands, presses     THE tables: every command and every button, who may use it, what handles it
    typed, whose_answer   what a text means, and which screening and question it is for
    answering, moving     an answer is read; the dialogue moves, is kept, and what came of it is said
    ticking               options that apply are ticked one by one, and lists of them turned over
    refusing              what is said when nothing is kept
    offers                messages that have buttons only, and what is typed below them
    first_contact         whoever's language is not known is asked for it first
    starting, own_screenings, helping              what those who screen do beside answering
    trials, matchings     which trials are on offer; several of them in one conversation
    subjects, site_screenings, queries, outcomes, reports    what the office does
    people, candidate_notes                        invitations and access; notes to the office
    access, context       whose screenings exist for whom; what handlers read and add to
    former_presses        buttons that the version before sent
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from bot.conversation import access, first_contact
from bot.conversation.candidate_notes import tell_of_verdict
from bot.conversation.commands import commanded, commands_for
from bot.conversation.context import Context, Setup
from bot.conversation.offers import Offers
from bot.conversation.presses import pressed
from bot.conversation.refusing import late, repeated
from bot.conversation.reports import file_sent, is_list
from bot.conversation.trials import meanwhile
from bot.conversation.typed import typed
from bot.exchange import Message, MessageKind, Turn
from bot.wording.phrases import phrases
from state.errors import Stale
from state.moments import in_zone
from state.people import People, Person
from state.screenings import Screening, Screenings

__all__ = ["Conversation", "Setup"]


@dataclass(frozen=True, slots=True)
class Conversation:
    """Answers every message of every person, over one file."""

    screenings: Screenings
    people: People
    setup: Setup
    offers: Offers = field(default_factory=Offers)

    def handle(self, person: Person, message: Message) -> Turn:
        """Answer one message of a person who may use the bot.

        Raises `state.errors.NotKept` and its kin if nothing could be kept; then nothing was.
        """
        person = self.people.get(person.code)  # what they are at this moment, whatever a channel remembers
        if not person.active:
            return Turn()
        context = self._context(person, message)
        self.screenings.heard(person.code, self._today(), person.seen_on)
        seen = self.screenings.seen(message.source) if message.source else None
        if seen is not None:
            repeated(context, seen)
            return context.turn
        if first_contact.is_to_be_asked(context):
            first_contact.ask(context)
            return self.offering(person, context.turn)
        try:
            _HANDLERS[message.kind](context)
        except Stale:
            late(context)
        for number in context.turn.saved:
            tell_of_verdict(context, self.screenings.load(number))
        for code, turn in context.turn.others:
            self.offering(self.people.get(code), turn)
        return self.offering(person, context.turn)

    def offering(self, person: Person, turn: Turn) -> Turn:
        """Return a turn for a person, of whom nothing typed below its buttons is kept for what stood before."""
        return self.offers.numbered(self.screenings, person, turn) if access.may_screen(person) else turn

    def _today(self) -> date:
        return in_zone(self.screenings.clock(), self.setup.zone).date()

    def takes(self, person: Person, message: Message) -> bool:
        """Return whether a message is taken; what is not is only answered by a remark."""
        if message.kind == "file":
            return is_list(person, message)
        return message.kind != "edited"

    def current(self, person: Person) -> Screening | None:
        """Return the open screening that a person is in and may go on with."""
        return access.current_screening(self.screenings, person)

    def prompt(self, person: Person, screening: Screening) -> Turn:
        """Ask again where a dialogue stands, after a restart or a lost message; nothing, if it is not theirs now."""
        if not access.may_answer(person, screening):
            return Turn()
        context = self._context(person, Message("text", ""))
        context.show(screening, remark=meanwhile(context, screening))
        return context.turn

    def _context(self, person: Person, message: Message) -> Context:
        return Context(
            self.screenings,
            self.people,
            self.setup,
            person,
            message,
            phrases(person.language),
            Turn(),
            commands_for(person.role),
            self.offers,
        )


def _edited(context: Context) -> None:
    """A message that was changed after it was sent: what was answered stays."""
    context.where_we_are(context.say("no_edits"))


_HANDLERS: Final[Mapping[MessageKind, Callable[[Context], None]]] = {
    "text": typed,
    "press": pressed,
    "command": commanded,
    "file": file_sent,
    "edited": _edited,
}
