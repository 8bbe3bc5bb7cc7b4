"""Examples are true: each command line of README, documents and help runs as it stands there, in a prepared folder.

A sketch is not run: it holds a word such as FILE, or three dots, for something to put in. Its options exist.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final
from urllib.request import urlopen

import click
import pytest

from bot.command import COMMANDS, main
from bot.command.options import zone
from state.database import open_database
from state.people import People
from tests.state.sample_file import make_file

ROOT: Final = Path(__file__).parent.parent
DOCUMENTS: Final = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
SERVING: Final = ("run", "try", "serve")
TOKEN: Final = "1:an-example"
NOT_ZERO: Final = {
    "prescreen chat": 1,  # nobody types: the screening is left open
    "prescreen chat --lang zh --db site.db": 1,
    "prescreen protocol review trial.toml --by LW": 1,
    "prescreen protocol review trial-2.toml --by LW --since trial.toml": 1,  # nor here: nothing is reviewed
    r"printf 'a\nl\n' | prescreen protocol review trial.toml --by LW": 1,  # one is left for later
}
DRAFT: Final = """
format = 2
id = "MADE-UP"
title = "A made-up trial"
reviews = 1

[[criterion]]
code = "I1"
inclusion = "Adults"
rule = "age_years >= 18"

[[criterion]]
code = "E1"
exclusion = "Smokers"
"""
_PLACEHOLDER: Final = re.compile(r"\b(CODE|DATE|FILE|HASH|MARK|NAME|NUMBER)\b|\.\.\.")


def _command(words: list[str]) -> tuple[click.Command, list[str]]:
    """Find the command that a line calls, and what follows."""
    command: click.Command = main
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        found = command.get_command(click.Context(command), words[0])
        assert found is not None, words[0]
        command, words = found, words[1:]
    return command, words


def _uncommented(line: str) -> str:
    return re.sub(r"\s+#.*", "", line).strip()


def _of_documents() -> Iterator[str]:
    for document in DOCUMENTS:
        for block in re.findall(r"```sh\n(.*?)```", document.read_text(encoding="utf-8"), re.DOTALL):
            yield from (_uncommented(line) for line in block.splitlines() if _uncommented(line))


def _of_help() -> Iterator[str]:
    for name in COMMANDS:
        command, _ = _command([name])
        every = [command, *(command.commands.values() if isinstance(command, click.Group) else ())]
        for one in every:
            _, _, examples = (one.help or "").partition("Examples:\n")
            yield from filter(None, map(_uncommented, examples.partition("\n\n")[0].splitlines()))


def _inline() -> Iterator[str]:
    for document in DOCUMENTS:
        yield from re.findall(r"`(prescreen [^`\n]*)`", document.read_text(encoding="utf-8"))
    service = (ROOT / "docs/deploy/prescreen.service").read_text(encoding="utf-8")
    yield from re.findall(r"/bin/(prescreen run [^'\n]*)'", service)


LINES: Final = sorted({*_of_documents(), *_of_help()})
EXAMPLES: Final = [
    line for line in LINES if not line.startswith(("make ", "python ")) and not _PLACEHOLDER.search(line)
]
SKETCHES: Final = sorted({line for line in LINES if line not in EXAMPLES} | set(_inline()))


def test_there_are_examples_of_every_kind() -> None:
    assert len(EXAMPLES) > 20
    assert any(line.startswith("printf") for line in EXAMPLES)
    assert any(line.startswith("prescreen run") for line in EXAMPLES)


@pytest.mark.parametrize("line", SKETCHES)
def test_a_sketch_names_a_command_and_options_that_there_are(line: str) -> None:
    words = shlex.split(line)
    if words[0] == "make":
        targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
        assert words[1] in targets
    elif words[0] == "python":
        assert importlib.util.find_spec(words[2]) is not None
        assert all((ROOT / word).exists() for word in words[3:] if word.startswith("tests/"))
    elif words[0] == "prescreen":
        command, rest = _command(words[1:])
        options = {name for parameter in command.params for name in parameter.opts} | {"--help", "--version"}
        assert {word for word in rest if word.startswith("--")} <= options
    else:
        assert line == "export TELEGRAM_BOT_TOKEN=..."


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with all that the examples name."""
    folder = tmp_path_factory.mktemp("prepared")
    for name, site in (("prescreen.db", "S01"), ("PUMCH.db", "PUMCH"), ("BJ3.db", "BJ3")):
        make_file(folder / name, count=1, site=site, account="4711")
    (folder / "backups").mkdir()
    shutil.move(folder / "prescreen.backup.db", folder / "backups" / "prescreen-2026-11-23.db")
    db = open_database(folder / "prescreen.db")
    for account in ("1", "2"):
        People(db).add("clinician", "PUMCH", "telegram", account)
    db.close()
    (folder / "candidates.csv").write_text("name,age_years,sex\nC1,45,male\n", encoding="utf-8")
    for name in ("trial.toml", "trial-2.toml"):
        (folder / name).write_text(DRAFT, encoding="utf-8")
    (folder / "trials").mkdir()
    for name, trial in (("trials/dm2.toml", "EXAMPLE-DM2"), ("trials/mdd.toml", "EXAMPLE-MDD")):
        shutil.copy(ROOT / "dialogs" / "protocols" / f"{trial}.toml", folder / name)
    (folder / "bin").mkdir()
    prescreen = folder / "bin" / "prescreen"
    program = "from bot.command import main; main(prog_name='prescreen')"
    prescreen.write_text(f'#!/bin/sh\nexec {sys.executable} -c "{program}" "$@"\n', encoding="utf-8")
    prescreen.chmod(0o700)
    return folder


@pytest.fixture(scope="module")
def api() -> Iterator[str]:
    """A Bot API server on this machine."""
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.phone"],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=os.environ | {"TELEGRAM_BOT_TOKEN": TOKEN},
    )
    assert server.stdout is not None
    try:
        yield json.loads(server.stdout.readline())["url"]
    finally:
        server.terminate()
        server.wait()
        server.stdout.close()


@pytest.mark.parametrize("line", EXAMPLES)
def test_an_example_runs_as_it_stands(tmp_path: Path, prepared: Path, api: str, line: str) -> None:
    folder = Path(shutil.copytree(prepared, tmp_path / "folder"))
    if "network.db" in line and "merge" not in line:
        (folder / "PUMCH.db").rename(folder / "network.db")
    environment = {
        **os.environ,
        "PATH": f"{folder / 'bin'}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "TELEGRAM_BOT_TOKEN": TOKEN,
        "TELEGRAM_API_URL": api,
        "HOME": str(folder),
    }
    polls = _polls(api)
    process = subprocess.Popen(
        ["bash", "-c", f"exec {line}" if line.startswith("prescreen") else line],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    if line.split()[1] in SERVING:
        _wait_until_it_serves(process, line, api, polls)
        process.send_signal(signal.SIGTERM)
    said, complained = process.communicate(timeout=60)
    assert process.returncode == NOT_ZERO.get(line, 0), said + complained
    assert "Traceback" not in complained


def _polls(api: str) -> int:
    with urlopen(f"{api}/phone/counters") as answer:
        return int(json.load(answer)["calls"].get("getupdates", 0))


def _wait_until_it_serves(process: subprocess.Popen[str], line: str, api: str, before: int) -> None:
    """Wait until the bot polls, or a server says where it is."""
    if not line.startswith("prescreen run"):
        assert process.stdout is not None
        process.stdout.readline()
        return
    while _polls(api) == before and process.poll() is None:
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=0.1)


def test_the_service_file_names_a_zone_that_there_is() -> None:
    service = (ROOT / "docs/deploy/prescreen.service").read_text(encoding="utf-8")
    named = re.search(r"PRESCREEN_ZONE=(\S+)", service)
    assert named is not None
    context = click.Context(main)
    assert zone(context, main.params[0], named[1]) == named[1]


def test_nothing_says_to_install_from_an_index_where_nobody_owns_the_name() -> None:
    files = [
        *DOCUMENTS,
        *(ROOT / "docs/deploy").iterdir(),
        *(ROOT / "bot").rglob("*.py"),
        *(ROOT / "state").rglob("*.py"),
    ]
    assert len(files) > 50
    found = [
        file for file in files if re.search(r"install\W+prescreen-bot", file.read_text(encoding="utf-8"))
    ]
    assert found == []
