"""One message being answered: what it moves, and what is said of it.

Whatever moves the dialogue is committed to the file before anything is said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from bot.conversation import access
from bot.conversation.aim import Aim, sent_twice
from bot.exchange import Message, Press, Reply, Rows, Safe, Settle, Turn
from bot.wording import cards, views
from bot.wording.asked import proposal_of, question_of
from bot.wording.buttons import choices
from bot.wording.phrases import Phrases, gap, lines, means
from dialogs.answers import UNKNOWN, Answer, Choice
from dialogs.dialogue import CANCELLED, COMPLETED, REASONS, Step, StepKind
from dialogs.errors import AnswerError, NotNow
from dialogs.protocol import Question
from dialogs.reading import (
    Given,
    Proposal,
    Reading,
    Refused,
    Understood,
    accept,
    looks_like_identifier,
    read,
    unit_for,
    with_unit,
)
from dialogs.wording import describe
from state.people import Person
from state.prompts import Kind, Prompt
from state.screenings import Screening, Screenings

if TYPE_CHECKING:
    from bot.conversation import Conversation

MOVES: Final[Mapping[str, StepKind]] = {
    "b": "back", "c": "continue", "f": "finish", "s": "save", "e": "correct",
    "o": "answer", "u": "answer", "k": "answer", "p": "answer", "w": "answer",
}  # fmt: skip
"""Presses that move a dialogue: they count only at the log entry that they were shown at."""


@dataclass(slots=True)
class Talk:
    """One message being answered."""

    conversation: Conversation
    person: Person
    say: Phrases
    turn: Turn
    message: Message

    @property
    def screenings(self) -> Screenings:
        return self.conversation.screenings

    # moving --------------------------------------------------------------------------------------

    def pressed(self, screening: Screening, press: Press) -> None:
        """Do what a button says that was shown at the newest log entry."""
        kind = MOVES[press.verb]
        if kind != "answer":
            applied = screening.dialogue.applied
            if press.verb == "e" and not 0 <= press.place < len(applied):
                self.late(screening, press.entry)
                return
            self.take(screening, [Step(kind, applied[press.place] if press.verb == "e" else None)])
            return
        if press.verb == "w":
            self._explain(screening, press)
            return
        reading = self._meant(screening, press)
        if reading is None:
            self.late(screening, press.entry)
        else:
            self._read(screening, reading)

    def _meant(self, screening: Screening, press: Press) -> Reading | None:
        """Find the answer that a button stands for; ``None`` if there is no such button now."""
        question = question_of(screening)
        if question is None:
            return None
        if press.verb == "u":
            return Understood(((question.id, UNKNOWN),))
        if press.verb == "k":
            now = screening.dialogue.answers.get(question.id)
            return Understood(((question.id, now),)) if now is not None else None
        proposal = proposal_of(screening, question)
        if press.verb == "p" and proposal is not None and 0 <= press.place < len(proposal.candidates):
            given = proposal.candidates[press.place]
            return Understood(given) if proposal.why == "unusual" else accept(screening.protocol, given)
        codes = choices(question)
        if press.verb == "o" and 0 <= press.place < len(codes):
            return Understood(((question.id, Choice(codes[press.place][0])),))
        return None

    def typed(self, screening: Screening, question: Question, text: str) -> None:
        protocol, only = screening.protocol, unit_for(screening.protocol, question, screening.dialogue.facts)
        proposal = proposal_of(screening, question)
        if proposal is not None:
            if proposal.why == "unusual" and means("yes", text):
                self.answer(screening, proposal.candidates[0])
                return
            meant = with_unit(protocol, question, proposal.entered, text, only)
            if proposal.why == "unit" and meant is not None:
                self._read(screening, meant)
                return
        reading = read(protocol, question, text, only)
        if isinstance(reading, Understood) and sent_twice(
            self.screenings, self.message, screening, reading.given
        ):
            self.keep_nothing(Aim(None, None, "unsure"))
        else:
            self._read(screening, reading)

    def _read(self, screening: Screening, reading: Reading) -> None:
        question = question_of(screening)
        if isinstance(reading, Understood):
            self.answer(screening, reading.given)
        elif isinstance(reading, Proposal) and question is not None:
            self.take(screening, [Step("propose", question.id, entered=reading.entered)])
        elif isinstance(reading, Refused) and question is not None:
            self.turn.untaken = True
            told = cards.refusal(screening, question, reading, self.say)
            self.remark(screening, told, views.likely(screening, question, reading, self.say))

    def _explain(self, screening: Screening, press: Press) -> None:
        """Take the reason of a change, and the answers that wait for it."""
        waiting = screening.dialogue.waiting
        if waiting and 0 <= press.place < len(REASONS):
            self.answer(screening, waiting, REASONS[press.place])
        else:
            self.late(screening, press.entry)

    def answer(self, screening: Screening, given: Given, reason: str | None = None) -> None:
        """Take an answer; a value with its ULN is two, and the second may have been answered before.

        One that changes what was saved waits for its own reason.
        """
        dialogue = screening.dialogue
        (question, answer), *more = given
        if reason is None and dialogue.unexplained(question, answer):
            self.take(screening, [Step("propose", question, given=given)])
            return
        steps = [Step("answer", question, answer, reason=reason)]
        for other, value in more:
            if other in dialogue.answers:
                steps.append(Step("correct", other))
            if dialogue.unexplained(other, value):
                steps.append(Step("propose", other, given=((other, value),)))
            else:
                steps.append(Step("answer", other, value))
        self.take(screening, steps)

    def take(self, screening: Screening, steps: Sequence[Step]) -> None:
        dialogue = screening.dialogue
        facts, failed, aside = list(dialogue.facts), list(dialogue.failed), set(dialogue.set_aside)
        entry = screening.entries
        try:
            self.screenings.take(screening, steps, self.person.code, self.message.source)
        except (NotNow, AnswerError):
            fresh = self.screenings.load(screening.number)
            key = "first_question" if steps[0].kind == "back" else "not_possible_now"
            self.turn.toast = self.say.plain(key)
            if self.message.kind != "press":
                self.turn.say(self.say(key))
            self.show(fresh)
            return
        self._settle(screening, entry, steps)
        self._news(screening, steps[-1], facts, failed, aside)
        self.show(screening)
        if steps[-1].kind == "save":
            self.conversation.saved(self, screening)

    def _settle(self, screening: Screening, entry: int, steps: Sequence[Step]) -> None:
        """The asked message shows its answer and loses its buttons."""
        said = [
            cards.answered(screening, step.question, self.say)
            for step in steps
            if step.kind == "answer" and step.question is not None
        ]
        self.turn.actions.append(Settle(screening.number, entry, lines(*said)))

    def _news(
        self, screening: Screening, step: Step, facts: list[Answer | None], failed: list[int], aside: set[str]
    ) -> None:
        dialogue, language = screening.dialogue, self.say.language
        news = cards.alert_lines(dialogue, facts, self.say)
        if dialogue.further and dialogue.state not in (COMPLETED, CANCELLED):
            for index in dialogue.failed:
                if index not in failed:
                    criterion = dialogue.protocol.criteria[index]
                    name = criterion.name[language]
                    news.append(self.say(f"further_{criterion.kind}", code=criterion.code, name=name))
        newly = [question for question in dialogue.set_aside if question not in aside]
        if newly:
            names = [dialogue.protocol.question(question).short[language] for question in newly]
            news.append(self.say("set_aside", questions=cards.joined(names, self.say)))
        if news:
            news[0] = self.say("remark", number=screening.number, text=news[0])
        if step.kind == "cancel" and dialogue.state == COMPLETED:
            news = [self.say("revision_cancelled", number=screening.number)]
        if news:
            self.turn.say(lines(*news))

    # showing -------------------------------------------------------------------------------------

    def show(self, screening: Screening, kind: Kind = "question", remark: Safe | None = None) -> None:
        """Say where a screening stands and what can be done there, or ask one of the questions about it."""
        reply = views.VIEWS[kind](screening, self.say)
        text = lines(remark, gap(reply.text)) if remark else reply.text
        self._ask(screening, kind, Reply(text, reply.buttons, card=kind == "question"))

    def choose(self, screening: Screening, text: Safe, buttons: Rows) -> None:
        """Offer buttons about a screening, with a word that names it; nothing typed answers this."""
        self._ask(screening, "choice", Reply(text, buttons))

    def remark(self, screening: Screening, text: Safe, buttons: Rows = ()) -> None:
        """Say something about the question that stands; it names the screening, and what is typed next answers it."""
        told = self.say("remark", number=screening.number, text=text)
        self._ask(screening, "question", Reply(told, buttons))

    def _ask(self, screening: Screening, kind: Kind, reply: Reply) -> None:
        prompt = self.screenings.ask(self.person.code, screening, kind)
        self.turn.actions.append(replace(reply, prompt=prompt))

    def where_we_are(self, remark: Safe | None = None) -> None:
        screening = self.current()
        if screening is not None:
            self.show(screening, remark=remark)
        elif remark:
            self.turn.say(remark)

    def show_what_was_asked(self, number: str) -> None:
        """After a repeated message: show the screening that took it, if that is what was asked last."""
        last = self.screenings.prompts.last(self.person.code)
        screening = self.own(number)
        if (
            screening is not None
            and last is not None
            and last.screening == number
            and last.kind == "question"
        ):
            self.show(screening)

    def refuse_command(self) -> None:
        """Say that there is no such command, and which there are."""
        names = " ".join(f"/{name}" for name in access.commands_for(self.person.role))
        self.turn.say(self.say("unknown_command", commands=names))

    def keep_nothing(self, aimed: Aim) -> None:
        """Say that a text was not kept, and why; then ask again."""
        self.turn.untaken = True
        screening, prompt = aimed.screening, aimed.prompt
        if aimed.doubt == "moved" and screening is not None:
            self._ask_again(screening, None, self.say("kept_nothing_moved", number=screening.number))
        elif aimed.doubt == "unsure":
            self.where_we_are(self.say("kept_nothing_unsure"))
        elif looks_like_identifier(self.message.text):
            self._ask_again(screening, prompt, self.say("refused_identifier", ask=""))
        elif prompt is not None and prompt.kind == "cancel":
            self._ask_again(screening, prompt, self.say("kept_nothing_yes_or_no"))
        else:
            begin = self.say(
                "begin_word_terminal" if self.conversation.channel == "terminal" else "begin_word"
            )
            self._ask_again(screening, prompt, self.say("no_free_text", begin=begin))

    def _ask_again(self, screening: Screening | None, prompt: Prompt | None, remark: Safe) -> None:
        kind = prompt.kind if prompt is not None else "question"
        if screening is None or kind not in views.VIEWS or (kind == "question" and screening.ended):
            self.where_we_are(remark)
        else:
            self.show(screening, kind, remark)

    def late(self, screening: Screening | None = None, entry: int | None = None) -> None:
        """A press that came too late, or again: tell what counted, and show where the dialogue stands."""
        told = self._what_counted(screening, entry) if screening and entry is not None else None
        current = screening or self.current()
        self.turn.toast = told or self.say.plain("not_any_more" if current is None else "already_done")
        if current is not None:
            self.show(current)

    def _what_counted(self, screening: Screening, entry: int) -> str | None:
        for number, _, _, kind, question_id, answer in self.screenings.history(screening.number):
            if number == entry + 1 and kind == "answer" and question_id is not None:
                question = screening.protocol.question(question_id)
                return self.say.plain(
                    "already_answered",
                    question=question.short[self.say.language],
                    answer=describe(question, answer, self.say.language),
                )
        return None

    # finding -------------------------------------------------------------------------------------

    def current(self) -> Screening | None:
        """Give the open screening that this person is in and may go on with."""
        return self.conversation.current(self.person)

    def own(self, number: str | None) -> Screening | None:
        return access.own_screening(self.screenings, self.person, number)

    def of_the_site(self, number: str | None) -> Screening | None:
        return access.site_screening(self.screenings, self.person, number)
