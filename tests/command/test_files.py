"""Every command against every kind of file: a sentence, a documented exit status, and every file as it was."""

from __future__ import annotations

import resource
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click
import pytest
from click.testing import CliRunner, Result

from bot.command import COMMANDS, main
from state import database
from state.targets import is_database
from state.verify import verify
from tests.command.privileges import like_anybody
from tests.state.holding import held
from tests.state.sample_file import make_file
from tests.state.test_backup import left_by_a_killed_writer
from tests.state.test_targets import bytes_of

# how each command is called with the file in question: FILE where it works on it, OUTPUT where it would write it;
# {good} is a sound file of ours, {new} a name that is free

CALLS: Final = {
    "chat": ("--db FILE",),
    "run": ("--db FILE",),
    "try": ("--db FILE --port 0",),
    "invite": ("--role clinician --bot some_bot --db FILE",),
    "people": ("--db FILE", "--add 4711 --db FILE", "--invitations --db FILE"),
    "trials": ("--db FILE", "--pause NCT04420494 --site S01 --db FILE"),
    "export": (
        "--db FILE --output {new}",
        "--format sdtm --db FILE --output {new}",
        "--db {good} --force --output OUTPUT",
        "--format sdtm --db {good} --force --output OUTPUT",
    ),
    "stats": (
        "--db FILE",
        "--db FILE --output {new}.svg",
        "--db {good} --force --output OUTPUT.svg",
    ),
    "evaluate": ("FILE", "--stored --protocol EXAMPLE-DM2 --db FILE"),
    "serve": ("--port 0 --db FILE", "--port 0 --db FILE --protocol NCT04420494"),
    "merge": ("FILE --into {new}", "{good} --into OUTPUT"),
    "purge": ("--before 2000-01-01 --yes --db FILE",),
    "verify": ("--db FILE",),
    "backup": ("{new} --db FILE", "OUTPUT --force --db {good}"),
    "restore": ("FILE --db {new}", "{backup} --force --db OUTPUT"),
    "status": ("--db FILE",),
    "again": ("--db FILE", "--db FILE --protocol NCT04420494"),
    "protocol list": ("",),
    "protocol show": ("FILE",),
    "protocol check": ("FILE", "NCT04420494 --record FILE"),
    "protocol compare": ("FILE NCT04420494", "NCT04420494 NCT04420494 --db FILE"),
    "protocol diagram": ("FILE",),
    "protocol draft": ("FILE",),
    "protocol print": ("FILE",),
    "protocol order": ("FILE", "EXAMPLE-DM2 --db FILE", "EXAMPLE-DM2 --db {good} --write OUTPUT"),
    "protocol questions": ("",),
    "protocol review": ("FILE --by LW", "FILE --by LW --since FILE"),
    "protocol new": ("",),
    "protocol schema": ("",),
}
SERVING: Final = {"run", "try", "serve"}
"""Go on for ever with a file that can be used."""
MAKES_IT: Final = {"chat", "run", "try", "invite", "people"}
"""Make the file if there is none."""
TAKES_TEXT: Final = {"protocol draft"}
"""Read any text: it may be a record."""


def commands() -> set[str]:
    found = set()
    for name in COMMANDS:
        command = main.get_command(click.Context(main), name)
        subs = command.commands if isinstance(command, click.Group) else {}
        found |= {f"{name} {sub}" for sub in subs} or {name}
    return found


def test_every_command_is_in_the_table() -> None:
    assert set(CALLS) == commands()


# the kinds of files


def nothing(file: Path) -> None:
    file.unlink(missing_ok=True)


def folder(file: Path) -> None:
    file.mkdir()
    (file / "thesis.doc").write_text("years")


def empty(file: Path) -> None:
    file.touch()


def text(file: Path) -> None:
    file.write_text("haemoglobin was fine\n")


def cut(file: Path) -> None:
    shutil.copy(file.parent / "good.db", file)
    with file.open("r+b") as opened:
        opened.truncate(file.stat().st_size // 2)


def foreign(file: Path, mode: str = "delete") -> None:
    with closing(sqlite3.connect(file)) as db:
        db.execute(f"PRAGMA journal_mode={mode}")
        db.execute("CREATE TABLE photos (name)")
        db.commit()


def foreign_in_use(file: Path) -> None:
    foreign(file, "wal")
    with closing(sqlite3.connect(file)) as db:
        db.execute("INSERT INTO photos VALUES ('cat')")
        db.commit()
        for end in ("", "-wal", "-shm"):
            shutil.copy(f"{file}{end}", f"{file}{end}.kept")
    for end in ("", "-wal", "-shm"):
        Path(f"{file}{end}.kept").replace(f"{file}{end}")


def ours(file: Path) -> None:
    shutil.copy(file.parent / "good.db", file)


def misentered(file: Path) -> None:
    ours(file)
    with closing(sqlite3.connect(file)) as db:
        (trigger,) = db.execute("SELECT sql FROM sqlite_master WHERE name = 'register_no_update'").fetchone()
        db.execute("DROP TRIGGER register_no_update")
        db.execute("UPDATE register SET detail = '{', subject = NULL")
        db.execute(trigger)
        db.commit()


def left(file: Path) -> None:
    ours(file)
    left_by_a_killed_writer(file)


def link(file: Path) -> None:
    ours(file.with_name("real.db"))
    file.symlink_to(file.with_name("real.db"))


@contextmanager
def locked(file: Path) -> Iterator[None]:
    with held(file, "PRAGMA locking_mode=EXCLUSIVE"):
        yield


@contextmanager
def read_only(file: Path) -> Iterator[None]:
    file.parent.chmod(0o500)
    file.chmod(0o400)
    try:
        with like_anybody():
            yield
    finally:
        file.parent.chmod(0o700)
        file.chmod(0o600)


@contextmanager
def full(file: Path) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@dataclass(frozen=True, slots=True)
class Kind:
    make: Callable[[Path], None]
    during: Callable[[Path], AbstractContextManager[object]] = nullcontext
    usable: bool = False
    """Whether commands can work on it, so that only how they fail is held."""
    sound: bool = True
    """Whether `verify` has nothing to say of it."""


KINDS: Final = {
    "no file": Kind(nothing),
    "a folder": Kind(folder),
    "an empty file": Kind(empty, usable=True),
    "a text file": Kind(text),
    "a truncated file": Kind(cut),
    "another program's database": Kind(foreign),
    "another program's database in WAL mode": Kind(lambda file: foreign(file, "wal")),
    "another program's database, killed": Kind(foreign_in_use),
    "a file that is locked": Kind(ours, locked, usable=True),
    "a read-only folder": Kind(ours, read_only, usable=True),
    "a register entry that is none": Kind(misentered, usable=True, sound=False),
    "a full disk": Kind(ours, full, usable=True),
    "leftovers of a killed writer": Kind(left, usable=True),
    "a link": Kind(link, usable=True),
    "a file that a bot has open": Kind(ours, held, usable=True),
}
CASES: Final = [
    pytest.param(command, call, kind, id=f"{command} {call} | {kind}".replace(" ", "_"))
    for command, calls in CALLS.items()
    for call in calls
    for kind in KINDS
    if not (command in SERVING and KINDS[kind].usable)
    if not (command in MAKES_IT and kind == "no file")
    if not (command in TAKES_TEXT and kind == "a text file")
]


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_file(tmp_path_factory.mktemp("good") / "good.db", count=1)


def run(command: str, call: str, **names: str) -> Result:
    arguments = [part.format(**names) for part in call.split()]
    return CliRunner().invoke(main, [*command.split(), *arguments], input="")


def said_in_a_sentence(result: Result) -> None:
    assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
    assert result.exit_code in (0, 1, 2)
    assert "Traceback" not in result.output
    if result.exit_code == 2:
        assert len(result.stderr.strip().splitlines()[-1]) > 20, result.stderr


@pytest.mark.parametrize(("command", "call", "kind"), CASES)
def test_a_command_says_what_is_wrong_and_leaves_files_as_they_were(
    tmp_path: Path, good: Path, monkeypatch: pytest.MonkeyPatch, command: str, call: str, kind: str
) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0)
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "1:nobody")
    monkeypatch.setenv("TELEGRAM_API_URL", "http://127.0.0.1:1")
    shutil.copy(good, tmp_path / "good.db")
    shutil.copy(good.with_name("good.backup.db"), tmp_path / "good.backup.db")
    file = tmp_path / ("file.svg" if ".svg" in call and "OUTPUT" in call else "file.db")
    what = KINDS[kind]
    what.make(file)
    monkeypatch.chdir(tmp_path)
    call = call.replace("OUTPUT.svg", str(file)).replace("OUTPUT", str(file)).replace("FILE", str(file))
    with ExitStack() as stack:
        stack.enter_context(what.during(file))
        before, was_database = bytes_of(tmp_path), file.is_file() and is_database(file)
        result = run(command, call, good="good.db", backup="good.backup.db", new="new")
        after = bytes_of(tmp_path)
    said_in_a_sentence(result)
    if result.exit_code == 2 and what.sound:  # in an unsound file it stays entered that a backup was begun
        assert after == before
    if str(file) in call and not what.usable and "--force" not in call and "{good}" not in call:
        assert result.exit_code != 0, result.output
    if (
        was_database and what.sound and after != before
    ):  # somebody worked on it: then it is one of ours, and sound
        assert verify(file).problems == ()


@pytest.mark.parametrize("command", ["verify", "status", "stats", "people", "purge", "export"])
def test_of_a_damaged_file_it_is_said_what_to_do(
    tmp_path: Path, good: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    shutil.copy(good, tmp_path / "good.db")
    cut(tmp_path / "file.db")
    monkeypatch.chdir(tmp_path)
    said = run(command, CALLS[command][0].replace("FILE", "file.db"), new="new").stderr
    assert said.count("file.db") == 1 or "the file is damaged" in said
    assert "prescreen restore puts a verified backup in its place" in said
