"""A clinician's phones and the bot behind them, in any order of things: what stands on the screen, and what was kept.

The screen numbers messages as Telegram does. What a text may be kept for is read from the words above it, as a
person reads them: nothing here knows how the bot decides. Messages to and from the bot, and what it changes in those
that it sent, take their time, get lost, arrive twice or unknown to the bot; the bot is stopped or killed at any moment
and built anew from its file.
"""

from __future__ import annotations

import random
import re
import shutil
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Literal

from bot.conversation import Conversation
from bot.exchange import Message, Reply, Turn
from bot.telegram.calls import Arrived
from bot.telegram.deliveries import Deliveries, Said
from bot.telegram.sending import Outgoing
from bot.wording.phrases import plain
from dialogs.examples import example
from dialogs.loading import load
from dialogs.protocol import Question
from state.people import Person
from tests.conversation.playing import Clock, new_conversation

PROTOCOL: Final = load("NCT04420494")
TEXTS: Final = (
    "45", "17", "2", "0", "104", "71 g/L", "98", "105 g/L", "9.8 g/dL", "30 10*9/L", "42 d", "6 mo", "4 mg/kg/d",
    "1.1x", "28/21 umol/L", "25 umol/L", "40 U/L", "normal", "never", "male", "aiha", "evans", "yes", "no", "none",
    "unknown", "back", "keep", "help", "cancel", "finish", "confirm and save", "which one?", "1950-03-02",
    "/cancel", "/help", "/resume", "/open", "/recent", "/privacy", "/new",
)  # fmt: skip
ANSWERS: Final = {
    "pregnant_or_lactating": "neither", "diagnosis": "aiha", "sex": "male", "tumour": "none", "ecog": "1",
    "consent_willing": "yes", "hemoglobin": "71 g/L", "steroid_duration": "42 d", "csa_duration": "7 mo",
}  # fmt: skip
"""What is answered where it is neither *no*, nor *normal*, nor the example."""
_ASKS: Final = {question.ask["en"]: question for question in PROTOCOL.questions}
_SHORTS: Final = sorted(PROTOCOL.questions, key=lambda question: -len(question.short["en"]))
_NUMBER: Final = re.compile(r"S01-\d{4}")
_NOT_KEPT: Final = ("Nothing was kept", "Free text is not kept", "That looks like")

CHAT: Final = 1
Arrival = Literal["told", "untold", "lost"]
"""Whether a message arrives and the bot is told so, arrives while the bot is told nothing, or does not arrive."""


class Still(Clock):
    """A clock that goes on only when it is told."""

    def __call__(self) -> datetime:
        return self.now


@dataclass(slots=True)
class Shown:
    """One message on the screen."""

    number: int
    text: str
    bots: bool
    presses: tuple[str, ...] = ()
    at: int = 0
    before: list[tuple[int, str]] = field(default_factory=list)
    """What it showed until it was changed: since when, and the text."""

    def change(self, text: str, presses: tuple[str, ...], at: int) -> None:
        self.before.append((self.at, self.text))
        self.text, self.presses, self.at = text, presses, at

    def as_of(self, at: int) -> Shown | None:
        """What it showed before a second began; ``None`` if it was not there yet."""
        texts = [text for since, text in [*self.before, (self.at, self.text)] if since < at]
        return replace(self, text=texts[-1]) if texts else None


@dataclass(frozen=True, slots=True)
class Asked:
    """What the words of a message ask: about which screening, and which question or what else."""

    screening: str
    what: str


_OFFERED: Final = Asked("", "offer")


@dataclass(slots=True)
class Sent:
    """A message of the person that the bot has still to handle, with what stood above it when it was sent."""

    message: Message
    above: Asked | None
    button: str | None = None
    unread: Asked | None = None
    """What stood there before, if what stood above had only just arrived and asked about another patient."""


def read_screen(shown: Iterable[Shown]) -> Asked | None:
    """Read from the words what the newest message asks that asks anything."""
    asked = (_asked(each) for each in reversed(list(shown)) if each.bots)
    return next((each for each in asked if each is not None), None)


def _asked(shown: Shown) -> Asked | None:
    """Read what a message of the bot asks; one that only offers buttons asks for one of them, about nobody."""
    return _read(shown.text) or (_OFFERED if shown.presses else None)


def read_message(shown: list[Shown], number: int) -> Asked | None:
    """Read from the words what one message asks."""
    one = next(each for each in shown if each.number == number)
    return _asked(one) if one.bots else None


def _read(text: str) -> Asked | None:
    """Read what a message asks, and about which screening: its first line names it."""
    if text.startswith(_NOT_KEPT):
        text = text.partition("\n\n")[2]
    number, lines = _NUMBER.search(text), text.splitlines()
    if number is None:
        return None
    screening = number[0]
    what = (
        "cancel"
        if any(re.match(r"(Cancel|Stop revising) S01-\d{4}\?", line) for line in lines)
        else "nothing"
        if any(re.match(r"S01-\d{4} (· \d{4}-|is cancelled)", line) for line in lines)
        else "review"
        if any(line.startswith("Review: ") for line in lines)
        else "choice"
        if any(re.match(_CHOICE, line) for line in lines)
        else next(filter(None, map(_question, lines)), None)
    )
    return Asked(screening, what) if what else None


_CHOICE: Final = re.compile(
    r"Not eligible as entered|Why is it changed\?|S01-\d{4}: (which|why)|Query on|Why is it corrected"
)


def _question(line: str) -> str | None:
    """Return the question that a line asks, in its own words or about what was typed."""
    if line in _ASKS:
        return _ASKS[line].id
    if not re.search(r": in which unit\?$|: which number do you mean\?| is unusual\. ", line):
        return None
    return next(question.id for question in _SHORTS if line.startswith(question.short["en"]))


def answer_to(question: Question) -> str:
    """An answer that is taken at once."""
    other = (
        "no"
        if question.kind == "choice"
        else "normal"
        if question.shortcuts
        else example(PROTOCOL, question, None, "en")
    )
    return ANSWERS.get(question.id, other)


Row = tuple[str, int, str, str | None]


def fault_of(sent: Sent, new: list[Row]) -> str | None:
    """Say what is wrong with what was kept of a message."""
    screening, _, kind, question = new[0]
    if any(row[0] != screening for row in new):
        return "kept for two screenings"
    if sent.button is not None:
        return None if f":{screening}:" in sent.button else "kept for another screening than the button's"
    above = sent.above
    if above is None or above.screening != screening:
        return "kept for another patient"
    if sent.unread is not None:
        return f"kept for what came too late to be read, after {sent.unread}"
    if kind in ("answer", "propose") and above.what != question:
        return "kept for another question"
    if kind in ("cancel", "save") and above.what != {"cancel": "cancel", "save": "review"}[kind]:
        return f"{kind} without being asked"
    return None


@dataclass(slots=True)
class Ward:
    """One clinician with a chat, a coordinator, the bot and its file."""

    path: Path
    template: Path
    clock: Clock = field(default_factory=Still)
    shown: list[Shown] = field(default_factory=list)
    out: deque[Said] = field(default_factory=deque)
    inbox: deque[Sent] = field(default_factory=deque)
    handled: list[Sent] = field(default_factory=list)
    buttons: list[str] = field(default_factory=list)
    """All that could ever be pressed: a button that is gone from one phone may still stand on another."""
    number: int = 100
    kept: int = 0
    steps: int = 0
    wrong: list[str] = field(default_factory=list)
    conversation: Conversation = field(init=False)
    deliveries: Deliveries = field(init=False)
    person: Person = field(init=False)
    office: Person = field(init=False)

    def __post_init__(self) -> None:
        if not self.template.exists():
            made = new_conversation(self.template, self.clock, "telegram")
            made.people.add("clinician", "S01", "telegram", "1")
            made.people.add("coordinator", "S01", "telegram", "2")
            made.screenings.db.close()
        shutil.copy(self.template, self.path)
        self._open()

    def _open(self) -> None:
        self.conversation = new_conversation(self.path, self.clock, "telegram")
        self.conversation.screenings.db.execute("PRAGMA synchronous=OFF")
        people = {person.role: person for person in self.conversation.people.all()}
        self.person, self.office = people["clinician"], people["coordinator"]
        self.deliveries = Deliveries(self.conversation.screenings, lambda chat, message: self._close(message))

    def close(self) -> None:
        self.conversation.screenings.db.close()

    # what the person does ------------------------------------------------------------------------

    def type(self, text: str, reply_to: int | None = None) -> None:
        """Type something, or reply with it to a message that is on the screen."""
        at, unread = int(self.clock.now.timestamp()), None
        if reply_to is not None:
            above = read_message(self.shown, reply_to)
        else:
            above = read_screen(self.shown)
            before = read_screen(filter(None, (shown.as_of(at) for shown in self.shown)))
            if above and before and before.screening not in ("", above.screening):
                unread = before
        number = self._add(text, bots=False)
        kind: Literal["text", "command"] = "command" if text.startswith("/") else "text"
        source = f"{self.person.code}:{number}:1"
        message = Message(kind, text, source, chat="1", number=number, reply_to=reply_to, at=at)
        self.inbox.append(Sent(message, above, unread=unread))

    def press(self, data: str) -> None:
        """Press a button, also one that has gone from the screen of this phone, but not of another."""
        self.number += 1
        source = f"{self.person.code}:{self.number}:1"
        below = next((shown.number for shown in reversed(self.shown) if data in shown.presses), self.number)
        self.inbox.append(Sent(Message("press", data, source, chat="1", number=below), None, data))

    def _add(self, text: str, *, bots: bool, presses: tuple[str, ...] = ()) -> int:
        self.number += 1
        self.shown.append(Shown(self.number, text, bots, presses, int(self.clock.now.timestamp())))
        self.buttons += presses
        return self.number

    # what the bot does ---------------------------------------------------------------------------

    def handle(self, again: int | None = None) -> None:
        """Let the bot handle the oldest message, or one that it handled before, and look at what was kept."""
        if again is None and not self.inbox:
            return
        sent = self.inbox.popleft() if again is None else self.handled[again % len(self.handled)]
        before = self._entries()
        if sent.unread is not None and self._stands_at(sent.unread.screening) != sent.unread.what:
            sent.unread = None  # it has been answered: nobody can mean it any more
        if sent.message.kind != "press" and sent.message.number is not None:
            self.deliveries.stands_in(CHAT, sent.message.number)
        turn = self.conversation.handle(self.conversation.people.get(self.person.code), sent.message)
        new = [row for row in self._log() if row[1] > before.get(row[0], 0)]
        self._hold_against_the_screen(sent, new)
        if again is None:
            self.handled.append(sent)
        self._say(turn, sent.message.number if sent.button is not None else None)

    def _stands_at(self, screening: str) -> str:
        return self.conversation.screenings.load(screening).state

    def ask_about(self, place: int) -> None:
        """Let the coordinator ask about an answer of a saved screening."""
        saved = self.conversation.screenings.db.execute(
            "SELECT screening FROM positions WHERE state = 'completed' ORDER BY screening"
        ).fetchall()
        if not saved:
            return
        command = f"/query {saved[place % len(saved)][0]}"
        turn = self.conversation.handle(self.office, Message("command", command))
        for _ in range(2):
            presses = [
                b.press for a in turn.actions if isinstance(a, Reply) for row in a.buttons for b in row
            ]
            if not presses:
                return
            turn = self.conversation.handle(self.office, Message("press", presses[place % len(presses)]))
        for _, card in turn.others:
            self._say(card)

    def _say(self, turn: Turn, pressed: int | None = None) -> None:
        if turn.repeated and self.deliveries.has_all(turn):
            return
        for action in turn.actions:
            if isinstance(action, Reply):
                self.deliveries.leaves(CHAT, action)
                self.out.append(Said(action, pressed))

    def deliver(self, arrival: Arrival = "told") -> None:
        """Let the oldest message of the bot arrive, or the change of one."""
        if not self.out:
            return
        said = self.out.popleft()
        arrived = self.deliveries.standing(CHAT, said.reply)
        if arrived is None and arrival != "lost":
            arrived = self._show(said)
        if arrival == "untold":
            self.out.appendleft(said)  # the call failed: it is tried again
        elif arrival == "lost":
            self.deliveries.undelivered(_outgoing(said), TimeoutError())
        else:
            self.deliveries.delivered(_outgoing(said), arrived)

    def _show(self, said: Said) -> Arrived:
        place = self.deliveries.place_of(CHAT, said)
        reply = said.reply if place is None else self.deliveries.going_on(said.reply)
        text = plain(reply.shown())
        presses = tuple(button.press for row in reply.buttons for button in row if button.press)
        at = int(self.clock.now.timestamp())
        if place is None:
            return Arrived(self._add(text, bots=True, presses=presses), at)
        next(shown for shown in self.shown if shown.number == place).change(text, presses, at)
        self.buttons += presses
        return Arrived(place, at)

    def _close(self, message: int) -> None:
        for shown in self.shown:
            if shown.number == message:
                shown.presses = ()

    def rest(self) -> None:
        """Let everything arrive and be handled, and some time pass."""
        while self.inbox or self.out:
            self.handle()
            while self.out:
                self.deliver()
        self.wait(5)

    def wait(self, seconds: int) -> None:
        self.clock.now += timedelta(seconds=seconds)

    def keep(self) -> None:
        self.conversation.screenings.keep_prompts()

    def stop(self, *, kill: bool) -> None:
        """End the bot and build it anew from its file; a killed one forgets what it had still to say."""
        if not kill:
            while self.out:
                self.deliver()
            self.keep()
        self.close()
        self.out.clear()
        self._open()
        for number in self.conversation.screenings.unprompted():
            self._say(self.conversation.prompt(self.person, self.conversation.screenings.load(number)))

    # what was kept -------------------------------------------------------------------------------

    def _entries(self) -> dict[str, int]:
        return dict(
            self.conversation.screenings.db.execute("SELECT screening, entries FROM positions").fetchall()
        )

    def _log(self) -> list[Row]:
        return list(
            self.conversation.screenings.db.execute(
                "SELECT screening, entry, kind, question FROM log ORDER BY screening, entry"
            ).fetchall()
        )

    def _hold_against_the_screen(self, sent: Sent, new: list[Row]) -> None:
        self.steps += 1
        if not new or new[0][2] == "start":
            return
        self.kept += 1
        fault = fault_of(sent, new)
        if fault is not None:
            self.wrong.append(f"{fault}: {sent.message.text!r} below {sent.above} gave {new}")

    def answer_calmly(self) -> None:
        """With nothing on its way, what is typed below a question is kept for it, at the second try at the latest."""
        for _ in range(2):
            self.rest()
            asked = read_screen(self.shown)
            if (
                asked is None
                or asked.what not in PROTOCOL.position
                or self._stands_at(asked.screening) != asked.what
            ):
                return
            text, before = answer_to(PROTOCOL.question(asked.what)), self._entries()
            self.type(text)
            self.handle()
            if self._entries() != before:
                return
        self.wrong.append(f"{text!r} below {asked} was not kept, twice")


def _outgoing(said: Said) -> Outgoing:
    return Outgoing(CHAT, _no_call, said)


async def _no_call() -> None: ...


Act = Callable[[Ward, int, int], None]


def _type_reply(ward: Ward, a: int, b: int) -> None:
    if ward.shown:
        ward.type(TEXTS[a % len(TEXTS)], ward.shown[-1 - b % min(len(ward.shown), 12)].number)


def _press(ward: Ward, a: int, b: int) -> None:
    presses = ward.buttons
    if presses:
        near = presses[-12:] if b % 3 else presses
        ward.press(near[a % len(near)])


def _hastily(ward: Ward, a: int, b: int) -> None:
    """Go to another screening, and type before its question can have been read."""
    waiting = [data for data in ward.buttons if data.startswith(("go_on:", "help:", "back:"))]
    ward.press(waiting[a % len(waiting)]) if waiting and b % 3 else ward.type("/new")
    while ward.inbox or ward.out:
        ward.handle()
        while ward.out:
            ward.deliver()
    asked = read_screen(ward.shown)
    ward.type(answer_to(PROTOCOL.question(asked.what)) if asked and asked.what in PROTOCOL.position else "no")


def _again(ward: Ward, a: int, b: int) -> None:
    if ward.handled:
        near = ward.handled[-8:]
        ward.handle(len(ward.handled) - len(near) + a % len(near))


ACTS: Final[tuple[Act, ...]] = (
    lambda ward, a, b: ward.type(TEXTS[a % len(TEXTS)]),
    _type_reply,
    _press,
    _press,
    lambda ward, a, b: ward.type("/new"),
    lambda ward, a, b: ward.handle(),
    lambda ward, a, b: ward.handle(),
    lambda ward, a, b: ward.deliver(),
    lambda ward, a, b: ward.deliver(),
    lambda ward, a, b: ward.deliver("untold"),
    lambda ward, a, b: ward.deliver("lost"),
    lambda ward, a, b: ward.rest(),
    lambda ward, a, b: ward.wait(a % 4),
    lambda ward, a, b: ward.answer_calmly(),
    lambda ward, a, b: ward.answer_calmly(),
    lambda ward, a, b: ward.answer_calmly(),
    _hastily,
    lambda ward, a, b: ward.ask_about(a),
    _again,
    lambda ward, a, b: ward.keep(),
    lambda ward, a, b: ward.stop(kill=a % 2 == 0),
)
"""Everything that may happen, each with two numbers that choose what it happens to."""


@dataclass(slots=True)
class Walked:
    """What came of many random steps."""

    steps: int = 0
    kept: int = 0
    wrong: list[str] = field(default_factory=list)


def walk(folder: Path, steps: int, seed: int, each: int = 300) -> Walked:
    """Do so many things at random, on a new file now and then."""
    dice, walked = random.Random(seed), Walked()
    while walked.steps < steps:
        ward = Ward(folder / f"walk-{walked.steps}.db", folder / "template.db")
        for _ in range(min(each, steps - walked.steps)):
            dice.choice(ACTS)(ward, dice.randrange(1000), dice.randrange(1000))
            walked.steps += 1
        walked.kept += ward.kept
        walked.wrong += ward.wrong
        ward.close()
        ward.path.unlink()
    return walked
