"""Clinicians who read the bot's newest prompt and answer by script, whatever happens to the bot meanwhile.

An answer is given once: it must arrive. What only looks (help, the list of answers, a refusal) may be lost with
its reply when the bot is killed, so a clinician who waits in vain for a button that a look should have shown
looks again.
"""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TypeVar

from bot.conversation.presses import PRESSES
from bot.phone.world import Json, buttons_of
from tests.endtoend.reference import Act, reference
from tests.phone.faults import FaultyBotApi
from tests.phone.person import Person

FIRST_ACCOUNT = 5001
LOOK_AGAIN_SECONDS = 3.0
PATIENCE_SECONDS = 60.0
READS_SECONDS = 0.5
"""What is said within so short a time is read together, and answered once."""
ASKED_AGAIN_SECONDS = 5.0
"""After so long without a word, what is asked again below an answer is answered again."""
ANYTHING = re.compile("")
NUMBER = re.compile(r":(S01-\d+):(\d+)")
NOT_KEPT = re.compile("^(Nothing was kept|Free text is not kept)", re.MULTILINE)
MOVING = frozenset(verb for verb, kind in PRESSES.items() if kind.effect == "moves")
HARMLESS_LATE = MOVING | {
    verb for verb, kind in PRESSES.items() if kind.effect == "looks" and kind.whose == "own"
}
"""Buttons that may be pressed at any time: what moves a dialogue must be late by then, the others only look."""

Found = TypeVar("Found")


class Unasked(Exception):
    """A question that should have come did not."""


@dataclass(slots=True)
class Figures:
    """What the clinicians saw."""

    sent: int = 0
    answers: int = 0
    looked_again: int = 0
    longest_wait: float = 0.0
    typed_again: int = 0
    """Answers that were not kept, since it was not certain which question they were meant for."""
    stray_presses: int = 0
    old_buttons: int = 0
    """Messages that still offer to answer a question that was answered before."""
    played: dict[str, str] = field(default_factory=dict)
    """The script by the number of its screening."""
    unasked: list[str] = field(default_factory=list)


class Clinician:
    """One person at one phone, who plays scripts one after the other."""

    def __init__(
        self,
        phone: Person,
        figures: Figures,
        dice: random.Random,
        *,
        stray: float = 0.0,
        disturbances: Callable[[], int] = lambda: 0,
    ) -> None:
        self.phone = phone
        self.figures = figures
        self.dice = dice
        self.stray = stray
        """How often a button of any earlier message is pressed before an answer."""
        self.disturbances = disturbances
        """How often something happened by which a reply can be lost."""
        self.screening = ""
        self._known: set[str] = set()
        self._typed: tuple[Act, int] | None = None
        """The newest act, if it was typed, and the number of its message."""
        self._typed_after = 0
        """The disturbances by then."""
        self._shown_ever: deque[tuple[Json, str]] = deque(maxlen=2000)

    async def play(self, name: str) -> None:
        """Play a script from ``/new`` to its end."""
        self._known |= {number for message in self.phone.messages.values() for number, _ in _asked(message)}
        self.phone.send("/new")
        self.figures.sent += 1
        self.screening = await self._comes(self._new_screening)
        self.figures.played[self.screening] = name
        acts = reference(name).acts
        for index, act in enumerate(acts):
            message = await self._ready(acts, index)
            self._stray(act)
            self._do(act, message)
            if act.verb in HARMLESS_LATE and self.dice.random() < self.stray:
                self._do(act, message)  # a double tap
                self.figures.stray_presses += 1
            self.figures.answers += act.moves
            if index == len(acts) - 1:
                await self._ends(act, message)
                self.figures.old_buttons += sum(map(self._is_open, self.phone.messages.values()))

    def _is_open(self, message: Json) -> bool:
        data = [button.get("callback_data", "") for button in buttons_of(message)]
        found = [NUMBER.search(each) for each in data if each.partition(":")[0] in MOVING - {"correct"}]
        before = reference(self.figures.played[self.screening]).acts[-1].before
        return any(m is not None and m[1] == self.screening and int(m[2]) < before for m in found)

    async def _ends(self, act: Act, message: Json) -> None:
        """Wait for the verdict, or what else the last act brings."""
        before = self._said()
        while True:
            with suppress(TimeoutError):
                await self._comes(
                    lambda: True if self._said() - before else None,
                    None if act.verb != "disagree_why" else LOOK_AGAIN_SECONDS,
                )
                return
            self.figures.looked_again += 1
            self._do(act, message)

    def _said(self) -> set[tuple[int, str]]:
        """What the bot says that names the screening, as it stands now."""
        return {
            (number, message["text"])
            for number, message in self.phone.messages.items()
            if message["from"]["is_bot"] and self.screening in message["text"]
        }

    def _do(self, act: Act, message: Json) -> None:
        self.figures.sent += 1
        if act.verb is None:
            self._typed = act, self.phone.send(act.line)["message_id"]
            self._typed_after = self.disturbances()
        else:
            self._typed = None
            self.phone.press_data(message, act.data(self.screening))

    def _type_again(self, said: re.Pattern[str]) -> None:
        """Type an answer again that was not kept: the bot said so, and asked the same question below it.

        A bot that was killed before it said so asks again without a word, once it runs again, and one whose reply
        failed. Any other that does has lost an answer: it is waited for in vain.
        """
        if self._typed is None:
            return
        act, number = self._typed
        for message in reversed(self.phone.messages.values()):
            if message["message_id"] <= number:
                return
            if said.search(message.get("text", "")) and (self.screening, act.before) in _asked(message):
                self.figures.typed_again += 1
                self._do(act, message)
                return

    def _is_disturbed(self) -> bool:
        """Say whether a reply to what was typed can be lost."""
        return self.disturbances() > self._typed_after

    def _stray(self, act: Act) -> None:
        """Press a few buttons of any earlier messages, as with a second phone or a nervous thumb."""
        if self.dice.random() >= self.stray:
            return
        late = [(message, data) for message, data in self._shown_ever if self._is_late(data, act)]
        for message, data in self.dice.sample(late, min(len(late), self.dice.randint(1, 4))):
            self.phone.press_data(message, data)
            self.figures.stray_presses += 1
            self.figures.sent += 1

    def _is_late(self, data: str, act: Act) -> bool:
        found = NUMBER.search(data)
        if found is None or data.partition(":")[0] not in HARMLESS_LATE:
            return False
        return found[1] != self.screening or int(found[2]) < act.before

    def remember(self, message: Json) -> None:
        """Keep every button that was ever shown, also when its message has lost it since."""
        if self.stray:
            self._shown_ever += [
                (message, b["callback_data"]) for b in buttons_of(message) if "callback_data" in b
            ]

    async def _ready(self, acts: tuple[Act, ...], index: int) -> Json:
        """Wait for the message that this act is done on."""
        act = acts[index]
        look = acts[index - 1] if index and not acts[index - 1].moves else None
        if look is None or act.verb is None:
            return await self._comes(lambda: self._shown(act))
        while True:
            with suppress(TimeoutError):
                return await self._comes(lambda: self._shown(act), LOOK_AGAIN_SECONDS)
            self.figures.looked_again += 1
            self._do(look, await self._comes(lambda: self._shown(look)))

    def _shown(self, act: Act) -> Json | None:
        if act.verb is None:
            return self._prompt(act.before)
        data = act.data(self.screening)
        for message in reversed(self.phone.messages.values()):
            if any(button.get("callback_data") == data for button in buttons_of(message)):
                return message
        return None

    def _prompt(self, entry: int) -> Json | None:
        for message in reversed(self.phone.messages.values()):
            if (self.screening, entry) in _asked(message):
                return message
        return None

    def _new_screening(self) -> str | None:
        for message in reversed(self.phone.messages.values()):
            for number, entry in _asked(message):
                if number not in self._known and entry == 1:
                    return number
        return None

    async def _is_quiet(self, seconds: float, look: Callable[[], object]) -> bool:
        """Wait until the chat has a new message or what is looked for; say whether neither came in time."""
        newest = self._newest()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self._newest() == newest and look() is None:
                    self.phone.changed.clear()
                    await self.phone.changed.wait()
                return False
        return True

    def _newest(self) -> tuple[int, str]:
        """The chat's last message as it stands; a bot that starts changes other things too, such as its menu."""
        number = next(reversed(self.phone.messages), 0)
        return number, self.phone.messages[number].get("text", "") if number else ""

    def _last_seen(self) -> str:
        """The end of the chat, to see what a clinician waits for."""
        last = list(self.phone.messages.values())[-6:]
        return "\n".join(
            f"{m['date']} {m['message_id']} {m['from']['first_name']}: {m.get('text', '')[:80]!r} "
            f"{[b.get('callback_data') for b in buttons_of(m)][:2]}"
            for m in last
        )

    async def _comes(self, look: Callable[[], Found | None], patience: float | None = None) -> Found:
        started = time.monotonic()
        try:
            async with asyncio.timeout(patience or PATIENCE_SECONDS):
                while (found := look()) is None:
                    if not await self._is_quiet(READS_SECONDS, look):
                        continue
                    self._type_again(NOT_KEPT)
                    if await self._is_quiet(ASKED_AGAIN_SECONDS, look) and self._is_disturbed():
                        self._type_again(ANYTHING)
        except TimeoutError:
            if patience is None:
                self.figures.unasked.append(self.screening or "/new")
                raise Unasked(self._last_seen()) from None
            raise
        self.figures.longest_wait = max(self.figures.longest_wait, time.monotonic() - started)
        return found


def _asked(message: Json) -> Iterator[tuple[str, int]]:
    for button in buttons_of(message):
        found = NUMBER.search(button.get("callback_data", ""))
        if found is not None:
            yield found[1], int(found[2])


@dataclass(slots=True)
class Staff:
    """Many clinicians at once, until they are told that it is enough; each finishes what is begun."""

    server: FaultyBotApi
    people: int
    scripts: tuple[str, ...]
    seed: int = 0
    stray: float = 0.0
    figures: Figures = field(default_factory=Figures)
    enough: asyncio.Event = field(default_factory=asyncio.Event)
    restarts: int = 0
    """How often the bot was ended and runs again."""

    @property
    def accounts(self) -> list[int]:
        return [FIRST_ACCOUNT + place for place in range(self.people)]

    def disturbances(self) -> int:
        return self.restarts + self.server.faults.struck

    async def work(self) -> None:
        async with asyncio.TaskGroup() as group:
            for place, account in enumerate(self.accounts):
                group.create_task(self._one(account, random.Random(self.seed * 1000 + place)))

    async def _one(self, account: int, dice: random.Random) -> None:
        clinician = Clinician(
            self.server.person(account),
            self.figures,
            dice,
            stray=self.stray,
            disturbances=self.disturbances,
        )
        self.server.world.listeners.append(
            lambda person, event: (
                clinician.remember(event["message"])
                if person == account and event["event"] in ("message", "edit")
                else None
            )
        )
        played = 0
        while not played or not self.enough.is_set():
            await clinician.play(dice.choice(self.scripts))
            played += 1
