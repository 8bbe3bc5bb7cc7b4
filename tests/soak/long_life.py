"""Many screenings through one process: is memory flat, latency flat, does the file grow linearly?

    python -m tests.soak.long_life [COUNT]

The whole conversation and the real file, without the network; every fifth screening answers all questions, the
others are excluded early.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from bot.conversation import Conversation, Setup
from bot.exchange import Message, Reply
from dialogs.loading import load
from state.database import open_database
from state.people import People, Person
from state.screenings import Screenings
from state.verify import verify

FULL = [
    *("45", "male", "aiha", "72 g/L", "42 d"),
    *["no"] * 2,
    "none",
    *["no"] * 3,
    "1",
    "no",
    *["normal"] * 4,
    "yes",
]
EARLY = ["17", "yes"]
PARTS = 10


def memory_mib() -> float:
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def screen(conversation: Conversation, person: Person, answers: list[str]) -> None:
    conversation.handle(person, Message("command", "/new"))
    turn = None
    for text in answers:
        turn = conversation.handle(person, Message("text", text))
    for verb in ("finish_save:", "save:"):
        buttons = (
            [b.press for a in turn.actions if isinstance(a, Reply) for row in a.buttons for b in row]
            if turn
            else []
        )
        press = next((data for data in buttons if data.startswith(verb)), None)
        if press is not None:
            turn = conversation.handle(person, Message("press", press))


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "long.db"
        db = open_database(path)
        conversation = Conversation(Screenings(db), People(db), Setup((load("NCT04420494"),), "UTC", "soak"))
        person = conversation.people.add("clinician", "S01", "soak", "1")
        print("screenings    MiB  ms/screening  bytes/screening")
        done = 0
        for _ in range(PARTS):
            begun = time.perf_counter()
            for _ in range(count // PARTS):
                done += 1
                screen(conversation, person, FULL if done % 5 == 0 else EARLY)
            took = (time.perf_counter() - begun) / (count // PARTS) * 1e3
            db.execute("PRAGMA wal_checkpoint(PASSIVE)")
            print(
                f"{done:10,} {memory_mib():6.1f} {took:13.2f} {path.stat().st_size / done:16,.0f}", flush=True
            )
        db.close()
        begun = time.perf_counter()
        report = verify(path)
        took = time.perf_counter() - begun
        print(f"verified {report.screenings:,} screenings in {took:.0f} s, {len(report.problems)} problems")
        sys.exit(bool(report.problems) or report.screenings != count)


if __name__ == "__main__":
    main()
