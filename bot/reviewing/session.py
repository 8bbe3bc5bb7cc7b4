"""A person goes through the criteria of a file that wait for them, forth and back, and decides about each."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from bot.reviewing.card import card
from bot.reviewing.facts import Telling
from bot.reviewing.file import Refusal, ReviewedFile, Shown, Written
from dialogs.languages import words
from dialogs.protocol import Protocol

ACCEPT, AS_QUESTION, LATER, BACK, STOP = "a", "w", "l", "b", "q"
KEYS: Final = (ACCEPT, AS_QUESTION, LATER, BACK, STOP)
"""What is typed, or the same in full."""
AT_THE_END: Final = (BACK, STOP)
WRITTEN: Final = {ACCEPT: "accepted", AS_QUESTION: "asked_in_words"}
"""Decisions that are written into the file, and what is said then."""
_GAP: Final = "   "


@dataclass(frozen=True, slots=True)
class Showing:
    """How criteria are shown: in which language, beside which version before, and whether to a person who sits there.

    Through a pipe, nothing is read after a line that was refused: what comes next was written for something else.
    """

    language: str
    since: Protocol | None
    to_a_person: bool


@dataclass(frozen=True, slots=True)
class _Decision:
    """What was typed of a criterion, and what was written for it, if anything was."""

    key: str
    written: Written | None = None


class Session:
    """One run through a file, by `lines` that are typed; ``say`` shows what there is to read."""

    def __init__(
        self, reviewed: ReviewedFile, showing: Showing, lines: Iterator[str], say: Callable[[str], None]
    ) -> None:
        self.reviewed, self.showing, self.lines, self.say = reviewed, showing, lines, say
        self.said: Mapping[str, Any] = words("bot.reviewing", showing.language)["session"]
        self.codes = [criterion.code for criterion in reviewed.waiting()]
        self.decided: dict[str, _Decision] = {}
        """By code, in the order of the criteria."""

    def run(self) -> None:
        """Go on until all was decided or left, or no more is typed. Raises `ProtocolError`."""
        at: int | None = 0
        while at is not None:
            at = self._next(at) if at < len(self.codes) else self._at_the_end()

    def summary(self) -> Iterator[str]:
        """Yield what was decided, a line for each kind of decision that there was. Raises `ProtocolError`."""
        comma = words("dialogs", self.showing.language)["punctuation"]["list"]
        for key, form in self.said["summary"].items():
            codes = [code for code, decision in self.decided.items() if decision.key == key]
            if codes:
                yield form.format(codes=comma.join(codes))
        if lost := self._lost():
            yield self.said["lost"].format(codes=comma.join(lost))

    def _lost(self) -> list[str]:
        """Return the criteria of which a decision was written, and is in the file no more: an editor wrote over it."""
        known = self.reviewed.protocol().criterion_by_code
        return [
            code
            for code, decision in self.decided.items()
            if decision.written is not None
            and not (code in known and self.reviewed.has_accepted(known[code]))
        ]

    def _next(self, at: int) -> int | None:
        """Have the criterion at a place decided; return the place of the next one, ``None`` to stop."""
        code = self.codes[at]
        decision = self._decide(code, self.said["place"].format(n=at + 1, of=len(self.codes)))
        if decision is None or decision.key == STOP:
            return None
        if decision.key == BACK:
            return self._back(at)
        self.decided[code] = decision
        return at + 1

    def _decide(self, code: str, place: str) -> _Decision | None:
        """Show a criterion until a decision about it is kept; return that, ``None`` where nothing more is typed."""
        while (shown := self.reviewed.show(code)) is not None:
            self._show(shown)
            self.say(f"{place} {self._offered(KEYS)}")
            key = self._key(KEYS)
            if key not in WRITTEN:
                return None if key is None else _Decision(key)
            written = self.reviewed.accept(shown, as_question=key == AS_QUESTION)
            if not isinstance(written, Refusal):
                self.say(f"{self.said[WRITTEN[key]].format(code=code)}\n")
                return _Decision(key, written)
            self._tell_refusal(code, written)
            if not self.showing.to_a_person:
                return None
        return _Decision(LATER)

    def _at_the_end(self) -> int | None:
        """Let a person who has seen what was decided take the last of it back."""
        if not self.decided or not self.showing.to_a_person:
            return None
        self.say("\n".join((*self.summary(), self._offered(AT_THE_END))))
        return self._back(len(self.codes)) if self._key(AT_THE_END) == BACK else None

    def _back(self, at: int) -> int | None:
        """Go back to the criterion before; what was decided about it is taken back, or else stays as it is."""
        if at == 0:
            self.say(f"{self.said['none_before']}\n")
            return at
        code = self.codes[at - 1]
        written = self.decided[code].written
        refused = None if written is None else self.reviewed.take_back(written)
        if refused is not None:
            self._tell_refusal(code, refused)
            return at if self.showing.to_a_person else None
        del self.decided[code]
        self.say(f"{self.said['taken_back' if written else 'shown_again'].format(code=code)}\n")
        return at - 1

    def _show(self, shown: Shown) -> None:
        language = self.showing.language
        telling = Telling(shown.protocol, language, self.showing.since)
        in_words = shown.in_words
        code = shown.criterion.code
        more = [] if in_words is None else [Telling(in_words, language).asked_in_words(code)]
        self.say("\n".join(card(telling, shown.criterion, more=more)))

    def _offered(self, keys: Iterable[str]) -> str:
        return _GAP.join(f"{key}) {self.said['keys'][key]}" for key in keys)

    def _key(self, keys: Collection[str]) -> str | None:
        """Return the key of what is typed, ``None`` at the end."""
        for line in self.lines:
            text = line.strip().casefold()
            for key in keys:
                if text in (key, self.said["keys"][key]):
                    return key
            self.say(self.said["please_type"].format(keys=", ".join(keys)))
            if not self.showing.to_a_person:
                return None
        return None

    def _tell_refusal(self, code: str, refusal: Refusal) -> None:
        why = self.said[refusal.key].format(code=code, fault=refusal.fault)
        self.say(f"{self.said['refused'].format(why=why)}\n")
