"""Every option that names a trial, a site, a screening or a person: a misspelt one is said, with what was meant."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click
import pytest
from click.testing import CliRunner, Result

from bot.command import main
from state.database import open_database
from state.people import People
from tests.command.test_files import CALLS
from tests.state.sample_file import make_file

TRIAL, SLIP = "NCT04420494", "NCT0442049"
NAMING: Final = frozenset(
    {
        *("site", "protocol", "protocol_sources", "trials", "opened", "paused", "closed"),
        *("screening", "change", "suspend", "restore", "source", "old", "new"),
    }
)
"""Parameters of commands by which something is named that a file has."""
NO_SITE = "there is no site S1 in this file; did you mean S01?"
NO_PERSON = "there is no person S01-P9; prescreen people lists them"
MISSPELT: Final = {
    ("again", "site"): ("--site S1 --db FILE", NO_SITE),
    ("again", "protocol"): (f"--protocol {SLIP} --db FILE", f"did you mean {TRIAL}?"),
    ("chat", "protocol_sources"): (f"--protocol {SLIP} --db FILE", f"Did you mean {TRIAL}?"),
    ("evaluate", "protocol_sources"): (f"--protocol {SLIP} --stored --db FILE", f"Did you mean {TRIAL}?"),
    ("evaluate", "site"): ("--stored --protocol EXAMPLE-DM2 --site S1 --db FILE", NO_SITE),
    ("export", "site"): ("--site S1 --db FILE", "there is no site S1; did you mean S01?"),
    ("export", "protocol"): (f"--protocol {SLIP} --db FILE", f"did you mean {TRIAL}?"),
    ("export", "screening"): ("--screening S1-0001 --db FILE", "did you mean S01-0001?"),
    ("people", "change"): ("--change S01-P9 --role clinician --db FILE", NO_PERSON),
    ("people", "suspend"): ("--suspend S01-P9 --db FILE", NO_PERSON),
    ("people", "restore"): ("--restore S01-P9 --db FILE", NO_PERSON),
    ("run", "protocol_sources"): (f"--protocol {SLIP} --db FILE", f"Did you mean {TRIAL}?"),
    ("serve", "trials"): (f"--protocol {SLIP} --db FILE", f"did you mean {TRIAL}?"),
    ("stats", "site"): ("--site S1 --db FILE", "there is no site S1; did you mean S01?"),
    ("stats", "protocol"): (f"--protocol {SLIP} --db FILE", f"did you mean {TRIAL}?"),
    ("stats", "screening"): ("--screening S1-0001 --db FILE", "did you mean S01-0001?"),
    ("trials", "site"): ("--site S1 --db FILE", NO_SITE),
    ("trials", "protocol_sources"): (f"--protocol {SLIP} --db FILE", f"Did you mean {TRIAL}?"),
    ("trials", "opened"): (f"--open {SLIP} --site S01 --db FILE", f"did you mean {TRIAL}?"),
    ("trials", "paused"): (f"--pause {SLIP} --site S01 --db FILE", f"did you mean {TRIAL}?"),
    ("trials", "closed"): (f"--close {SLIP} --site S01 --db FILE", f"did you mean {TRIAL}?"),
    ("try", "protocol_sources"): (f"--protocol {SLIP} --db {{new}}", f"Did you mean {TRIAL}?"),
    ("protocol check", "source"): (SLIP, f"Did you mean {TRIAL}?"),
    ("protocol compare", "old"): (f"{SLIP} {TRIAL}", f"Did you mean {TRIAL}?"),
    ("protocol compare", "new"): (f"{TRIAL} {SLIP}@2020-06-09 --db FILE", f"did you mean {TRIAL}@2020-06-09"),
    ("protocol compare", "site"): (f"{TRIAL} {TRIAL} --site S1 --db FILE", NO_SITE),
    ("protocol diagram", "source"): (SLIP, f"Did you mean {TRIAL}?"),
    ("protocol order", "source"): (SLIP, f"Did you mean {TRIAL}?"),
    ("protocol order", "site"): ("EXAMPLE-DM2 --site S1 --db FILE", NO_SITE),
    ("protocol print", "source"): (SLIP, f"Did you mean {TRIAL}?"),
    ("protocol show", "source"): (SLIP, f"Did you mean {TRIAL}?"),
}
"""What names something -> how it is called with a slip, and what is said."""
OF_SOMEBODY_NEW = {("chat", "site"), ("invite", "site"), ("people", "site")}
"""Sites that come with the first person who is let in for them: there may be none of that name yet."""

OF_A_FILE = {("restore", "source"), ("protocol draft", "source")}


def _naming() -> Iterator[tuple[str, str]]:
    for name in CALLS:
        command: click.Command | None = main
        for word in name.split():
            assert isinstance(command, click.Group)
            command = command.get_command(click.Context(command), word)
        assert command is not None
        yield from ((name, each.name or "") for each in command.params if each.name in NAMING)


def test_every_option_that_names_something_is_in_the_table() -> None:
    assert set(_naming()) == MISSPELT.keys() | OF_SOMEBODY_NEW | OF_A_FILE


@pytest.fixture
def called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Result | object:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "1:x")
    make_file(tmp_path / "good.db")
    db = open_database(tmp_path / "good.db")
    People(db).add("clinician", "S02", "telegram", "9")
    db.close()

    def call(command: str, options: str) -> Result:
        words = options.replace("FILE", "good.db").replace("{new}", "new.db").split()
        return CliRunner().invoke(main, [*command.split(), *words], input="")

    return call


@pytest.mark.parametrize(("command", "of"), MISSPELT, ids=lambda each: each)
def test_a_misspelt_name_is_said_and_what_was_likely_meant(called: object, command: str, of: str) -> None:
    assert callable(called)
    options, said = MISSPELT[command, of]
    result = called(command, options)
    assert result.exit_code == 2, result.output
    assert said in " ".join(result.stderr.split())
    assert not result.stdout


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("evaluate", "list.csv --site S01"),
        ("protocol compare", f"{TRIAL} {TRIAL} --site S01"),
        ("protocol order", f"{TRIAL} --site S01"),
    ],
)
def test_a_site_that_would_be_ignored_is_refused(
    called: object, tmp_path: Path, command: str, options: str
) -> None:
    assert callable(called)
    (tmp_path / "list.csv").write_text("name,age\n1,45\n")
    result = called(command, options)
    assert result.exit_code == 2
    assert "--site" in result.stderr


def test_a_misspelt_file_is_asked_about_by_the_file_beside_it(called: object, tmp_path: Path) -> None:
    assert callable(called)
    (tmp_path / "lupus.toml").write_text("format = 2\n")
    assert "Did you mean lupsu.toml" not in (told := called("protocol check", "lupsu.toml").stderr)
    assert "Did you mean lupus.toml?" in told
