"""Bots under load, each in a process of its own, in one table: turns a second, CPU, latency, memory.

    python -m tests.bench.load --people 1 100 1000 [--delay 0.04] [--rate 30] [--rival-python PATH]
        [--bots echo conversation aiogram aiogram-dialog floor prescreen former]
        [--command "prescreen run --db FILE"] [--prepare COMMAND] [--former COMMAND] [--former-prepare COMMAND]

`calls` are those of the Bot API a turn without getUpdates, `polls` those of getUpdates. `floor` is our polling, sending
and HTTP client with nothing between: what a turn costs before a dialogue.
`--rival-python` is the interpreter of an environment with the `bench` extra. For `prescreen` the people
(ids from 1000) must be known to the bot: `--prepare COMMAND` runs a command first, with {ids} replaced. `former` is
another version of it, to be measured beside.
"""

import argparse
import asyncio
import os
import shlex
import statistics
import sys
import time
from asyncio.subprocess import DEVNULL
from dataclasses import dataclass
from pathlib import Path

from tests.bench.clinicians import FIRST_PERSON, TOKEN, Ward, Watch

HERE = Path(__file__).parent
TICKS = os.sysconf("SC_CLK_TCK")
RIVALS = {
    "echo": "rivals/echo.py",
    "conversation": "rivals/conversation.py",
    "aiogram": "rivals/aiogram_states.py",
    "aiogram-dialog": "rivals/aiogram_windows.py",
}
OURS = ("prescreen", "former")
FLOOR = "tests.bench.floor"
BEGIN = "/new"
STALLED_SECONDS = 5.0
HEAD = (
    "bot",
    "people",
    "turns/s",
    "CPU ms",
    "calls",
    "polls",
    "p50 ms",
    "p95 ms",
    "p99 ms",
    "MiB",
    "MiB rest",
    "poll s",
    "stalls",
)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    bot: str
    people: int
    turns: float
    cpu: float
    calls: float
    polls: float
    latencies: list[float]
    memory: float
    at_rest: float
    first_poll: float
    stalls: int

    def cells(self) -> tuple[str, ...]:
        cuts = statistics.quantiles(self.latencies, n=100) if len(self.latencies) > 1 else [0.0] * 99
        numbers = (
            self.turns,
            self.cpu,
            self.calls,
            self.polls,
            cuts[49] * 1e3,
            cuts[94] * 1e3,
            cuts[98] * 1e3,
        )
        return (
            self.bot,
            str(self.people),
            f"{numbers[0]:.0f}",
            *(f"{number:.2f}" for number in numbers[1:]),
            f"{self.memory:.1f}",
            f"{self.at_rest:.1f}",
            f"{self.first_poll:.2f}",
            str(self.stalls),
        )


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory_mib(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


def command(bot: str, url: str, options: argparse.Namespace) -> list[str]:
    if bot in OURS:
        return shlex.split(options.command if bot == "prescreen" else options.former)
    if bot == "floor":
        return [sys.executable, "-m", FLOOR, url, TOKEN]
    return [options.rival_python, str(HERE / RIVALS[bot]), url, TOKEN]


async def measure(bot: str, people: int, options: argparse.Namespace) -> Row:
    begin = "hello" if bot == "echo" else BEGIN
    ward = Ward(people, begin=begin, delay=options.delay, rate=options.rate, screening=bot in OURS)
    runner = await ward.start()
    url = "http://{}:{}".format(*runner.addresses[0])
    environ = os.environ | {"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": url}
    if bot in OURS:
        ids = " ".join(str(FIRST_PERSON + number) for number in range(people))
        prepare = shlex.split(
            (options.prepare if bot == "prescreen" else options.former_prepare).format(ids=ids)
        )
        await (await asyncio.create_subprocess_exec(*prepare, env=environ, stdout=DEVNULL)).wait()
    started = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        *command(bot, url, options), env=environ, stderr=None if options.show_errors else DEVNULL
    )
    try:
        return await _watch(bot, ward, process.pid, started, options)
    finally:
        process.terminate()
        await process.wait()
        await runner.cleanup()


async def _watch(bot: str, ward: Ward, pid: int, started: float, options: argparse.Namespace) -> Row:
    async with asyncio.timeout(30):
        while ward.polled is None:
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.3)
    at_rest = memory_mib(pid)
    pace = asyncio.create_task(ward.keep_rate()) if options.rate else None
    ward.begin()
    await asyncio.sleep(options.warm_up)
    ward.watch, cpu, stalls = Watch(), cpu_seconds(pid), 0
    while time.perf_counter() - ward.watch.started < options.seconds:
        await asyncio.sleep(0.5)
        stalls += ward.resume_stalled(STALLED_SECONDS)
    latencies, wall = ward.watch.latencies, time.perf_counter() - ward.watch.started
    cpu = cpu_seconds(pid) - cpu
    if pace:
        pace.cancel()
    calls, turns = ward.watch.calls, max(1, len(latencies))
    return Row(
        bot=bot,
        people=len(ward.clinicians),
        turns=len(latencies) / wall,
        cpu=cpu * 1e3 / turns,
        calls=(calls.total() - calls["getUpdates"]) / turns,
        polls=calls["getUpdates"] / turns,
        latencies=latencies,
        memory=memory_mib(pid),
        at_rest=at_rest,
        first_poll=ward.polled - started,
        stalls=stalls,
    )


def options_of(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--bots", nargs="+", default=[*RIVALS, "floor"], choices=[*RIVALS, "floor", *OURS])
    parser.add_argument("--people", nargs="+", type=int, default=[1, 100, 1000])
    parser.add_argument("--delay", type=float, default=0.0, help="seconds of network for each call")
    parser.add_argument("--rate", type=float, help="turns a second, instead of answering at once")
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--warm-up", type=float, default=2.0)
    parser.add_argument("--rival-python", default=sys.executable)
    parser.add_argument("--show-errors", action="store_true", help="what the bots write to standard error")
    parser.add_argument("--command", default="prescreen run")
    parser.add_argument("--prepare", default="true")
    parser.add_argument("--former", default="", help="the command of another version")
    parser.add_argument("--former-prepare", default="true")
    return parser.parse_args(arguments)


async def main() -> None:
    options = options_of()
    print("".join(f"{cell:>{15 if n == 0 else 9}}" for n, cell in enumerate(HEAD)))
    for people in options.people:
        for bot in options.bots:
            row = await measure(bot, people, options)
            print("".join(f"{cell:>{15 if n == 0 else 9}}" for n, cell in enumerate(row.cells())), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
