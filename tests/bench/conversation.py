"""How much a screening asks of a clinician: messages, characters, taps, and calls to the Bot API.

python -m tests.bench.conversation [--save FILE] [--before FILE]

Plays every golden conversation over HTTP with the real bot, as a person with a phone: as the first one of a day, and
as a further one on the same day, when the opening can be short. Prints a Markdown table of the further ones; with
``--before`` each figure stands beside that of a file that ``--save`` wrote, maybe with another version.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from wcwidth import wcswidth

from bot.phone.world import Json
from bot.wording.wrapping import wrap
from tests.conversation.playing import Clock
from tests.conversation.scripts import SCRIPTS
from tests.endtoend.reference import reference
from tests.endtoend.ward import ACCOUNT, Clinician, Ward

COLUMNS: Final = 40
"""Of a phone's screen; a Chinese character takes two."""
OPEN_LINES: Final = 3
"""What Telegram shows of an expandable quotation before it is tapped."""
LANGUAGES: Final = ("en", "zh")
COUNTED: Final = ("send", "edit", "answer", "delete")
"""What a turn calls; not the waiting for updates, nor what a bot says of itself when it is started."""


@dataclass(frozen=True, slots=True)
class Figures:
    """One conversation. Characters are those of the bot's messages, without their buttons."""

    messages: int
    standing: int
    """Characters that are seen in the chat at the end."""
    read: int
    """Characters of every line that was new on the screen when it was shown."""
    folded: int
    """Characters of expandable quotations that only a tap shows; they are in no other figure."""
    taps: int
    typed: int
    calls: dict[str, int]
    """By the method's name in small letters."""

    @property
    def turns(self) -> int:
        return self.taps + self.typed

    @property
    def calls_a_turn(self) -> float:
        return sum(self.calls.values()) / self.turns


NUMBERS: Final = ("messages", "standing", "read", "folded", "taps", "typed")


@dataclass(slots=True)
class Reader:
    """Reads the screen of one chat as it changes; to be one of the world's listeners."""

    shown: dict[int, tuple[list[str], list[str]]] = field(default_factory=dict)
    read: int = 0
    folded: int = 0

    def __call__(self, chat: int, event: Json) -> None:
        if chat != ACCOUNT:
            return
        if event["event"] == "answer":
            self.read += len(event["text"])
        message = event.get("message")
        if message is not None and message["from"]["is_bot"]:
            self._look(message)

    def _look(self, message: Json) -> None:
        number, now = message["message_id"], lines_of(message)
        before = self.shown.get(number, ([], []))
        self.read += _new(before[0], now[0])
        self.folded += _new(before[1], now[1])
        self.shown[number] = now


def _new(before: Iterable[str], now: Iterable[str]) -> int:
    return sum(len(line) * times for line, times in (Counter(now) - Counter(before)).items())


def _text(message: Json) -> str:
    return str(message.get("text") or message.get("caption") or "")


def lines_of(message: Json) -> tuple[list[str], list[str]]:
    """Return the lines of a message that are seen, and those that an expandable quotation keeps folded."""
    seen: list[str] = []
    folded: list[str] = []
    for piece, is_expandable in _pieces(message):
        lines = [line for line in piece.splitlines() if line.strip()]
        if is_expandable:
            lines = [part for line in lines for part in wrap(line, COLUMNS, wcswidth)]
            folded += lines[OPEN_LINES:]
            lines = lines[:OPEN_LINES]
        seen += lines
    return seen, folded


def _pieces(message: Json) -> Iterator[tuple[str, bool]]:
    """Cut a message where its expandable quotations begin and end; offsets count UTF-16 code units."""
    units = _text(message).encode("utf-16-le")
    at = 0
    for entity in message.get("entities") or message.get("caption_entities") or ():
        if entity["type"] == "expandable_blockquote":
            begin = entity["offset"] * 2
            end = begin + entity["length"] * 2
            yield units[at:begin].decode("utf-16-le"), False
            yield units[begin:end].decode("utf-16-le"), True
            at = end
    yield units[at:].decode("utf-16-le"), False


EARLIER: Final = ("/new", "/cancel", "yes")
"""A screening that was begun and cancelled before."""


async def play(name: str, language: str, path: Path, *, first: bool) -> Figures:
    """Play a script on a phone from /new to its end, as the first screening of the day or as a further one."""
    async with Ward(path, clock=Clock()) as ward:
        clinician = Clinician(ward, ward.member(language=language))
        await ward.says(clinician.phone, *(() if first else EARLIER))
        reader, calls = Reader(), ward.server.bot_api.calls
        ward.server.world.listeners.append(reader)
        before = Counter(calls)
        await ward.says(clinician.phone, "/new")
        taps = 0
        for act in reference(name).acts:
            taps += act.press is not None
            await clinician.does(act.line)
        await ward.quiet()
        made = {method: n for method, n in (calls - before).items() if method.startswith(COUNTED)}
    return Figures(
        messages=len(reader.shown),
        standing=sum(len(line) for seen, _ in reader.shown.values() for line in seen),
        read=reader.read,
        folded=reader.folded,
        taps=taps,
        typed=1 + len(reference(name).acts) - taps,
        calls=dict(sorted(made.items())),
    )


# the table ---------------------------------------------------------------------------------------

TITLES: Final = {
    "messages": "bot messages",
    "read": "characters read",
    "standing": "seen at the end",
    "folded": "folded away",
    "taps": "taps",
    "typed": "typed",
    "calls": "calls",
    "calls_a_turn": "calls a turn",
}


def cells(figures: Figures) -> dict[str, float]:
    calls = sum(figures.calls.values())
    whole = {key: float(getattr(figures, key)) for key in TITLES if key in NUMBERS}
    return whole | {"calls": calls, "calls_a_turn": round(figures.calls_a_turn, 2)}


def table(now: dict[str, Figures], before: dict[str, Figures]) -> Iterator[str]:
    """Yield the lines of a Markdown table."""
    yield f"| conversation | {' | '.join(TITLES.values())} |"
    yield "| --- |" + " ---: |" * len(TITLES)
    for name, figures in now.items():
        old = cells(before[name]) if name in before else None
        row = (_cell(value, old[key] if old else None) for key, value in cells(figures).items())
        yield f"| {name} | {' | '.join(row)} |"


def _cell(value: float, before: float | None) -> str:
    return f"{value:,g}" if before is None else f"{before:,g} → {value:,g}"


def methods(now: dict[str, Figures]) -> str:
    """Say how often which method was called."""
    whole = total([now[f"all.{language}"] for language in LANGUAGES])
    named = ", ".join(f"{method} {n}" for method, n in Counter(whole.calls).most_common())
    return f"{whole.turns} turns: {named}"


def read_figures(path: Path) -> dict[str, Figures]:
    raw: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return {name: Figures(**each) for name, each in raw.items()}


async def measure(folder: Path) -> dict[str, Figures]:
    found: dict[str, Figures] = {}
    for language in LANGUAGES:
        each = {
            name: await play(name, language, folder / f"{name}.{language}.db", first=False)
            for name in SCRIPTS
        }
        found |= {f"{name}.{language}": figures for name, figures in each.items()}
        found[f"all.{language}"] = total(each.values())
        first = [
            await play(name, language, folder / f"first-{name}.{language}.db", first=True) for name in SCRIPTS
        ]
        found[f"all, first of a day.{language}"] = total(first)
    return found


def total(figures: Collection[Figures]) -> Figures:
    sums = {name: sum(getattr(each, name) for each in figures) for name in NUMBERS}
    return Figures(**sums, calls=dict(sum((Counter(each.calls) for each in figures), Counter())))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--save", type=Path)
    parser.add_argument("--before", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        now = asyncio.run(measure(Path(folder)))
    if options.save:
        text = json.dumps({name: asdict(each) for name, each in now.items()}, indent=1)
        options.save.write_text(text, encoding="utf-8")
    before = read_figures(options.before) if options.before else {}
    print("\n".join(table(now, before)))
    for label, figures in (("before", before), ("now", now)):
        if figures:
            print(f"\n{label}: {methods(figures)}")


if __name__ == "__main__":
    main()
