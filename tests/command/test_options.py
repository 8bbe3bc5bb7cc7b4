"""What is typed is checked before anything starts."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.command import main
from bot.command.wiring import PERSONAS
from dialogs.loading import parse_protocol
from state.database import open_database
from state.people import People, Role
from tests.state.sample_file import make_file
from tests.state.test_targets import bytes_of

COHORTS = Path(__file__).parent.parent / "data" / "cohorts.toml"


def run(*arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(main, arguments, input="", env=environment)


@pytest.mark.parametrize("zone", ["Asia/Shangai", "Asia", "+25", "8", "+08:99", "../etc", "UTC+8"])
def test_a_misspelt_zone_is_refused_at_the_start_with_an_example(tmp_path: Path, zone: str) -> None:
    result = run("run", "--db", str(tmp_path / "a.db"), "--zone", zone, TELEGRAM_BOT_TOKEN="1:x")
    assert result.exit_code == 2
    assert "such as Asia/Shanghai" in result.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("typed", "zone"),
    [("+8", "+08:00"), ("-5", "-05:00"), ("+0530", "+05:30"), ("+08:00", "+08:00"), ("UTC", "UTC")],
)
def test_zones_are_taken_as_people_write_them(typed: str, zone: str) -> None:
    from bot.command.run import command

    parsed = command.make_context("run", ["--zone", typed])
    assert parsed.params["zone"] == zone


@pytest.mark.parametrize(
    "arguments",
    [
        ("chat", "--site", "s01"),
        ("people", "--add", "1", "--site", "s01"),
        ("invite", "--role", "clinician", "--bot", "a_bot", "--site", "s01"),
    ],
    ids=lambda arguments: arguments[0],
)
def test_a_site_in_small_letters_is_refused_with_the_spelling_to_use(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    result = run(*arguments, "--db", str(tmp_path / "a.db"))
    assert result.exit_code == 2
    assert "such as S01" in result.stderr
    assert not list(tmp_path.iterdir())


def test_a_suspended_person_cannot_screen_at_the_terminal(tmp_path: Path) -> None:
    file = str(tmp_path / "a.db")
    assert "S01-0001" in run("chat", "--db", file).output
    assert run("people", "--suspend", "S01-P01", "--db", file).exit_code == 0
    result = run("chat", "--db", file)
    assert (result.exit_code, "S01-P01 is suspended" in result.stderr) == (2, True)


def test_a_trial_that_was_changed_without_a_new_version_is_told_and_counted_apart(tmp_path: Path) -> None:
    file, trial = str(tmp_path / "a.db"), tmp_path / "trial.toml"
    text = COHORTS.read_text(encoding="utf-8")
    changed = text.replace("Brain metastases?", "Brain metastases now?")
    told = []
    for each in (text, text, changed, changed.replace("languages =", 'version = "2"\nlanguages =')):
        trial.write_text(each, encoding="utf-8")
        asked = ("chat", "--db", file, "--protocol", str(trial))
        result = CliRunner().invoke(main, asked, input="no\nfinish and save\n")
        assert result.exit_code == 0, result.output
        told.append('version is still "1"' in result.stderr)
    assert told == [False, False, True, False]
    counted = json.loads(run("stats", "--db", file, "--format", "json").output)["trials"][0]["by_version"]
    first, second = (f"1 ({parse_protocol(each, 'trial.toml').sha256[:7]})" for each in (text, changed))
    assert {version: counts["assessed"] for version, counts in counted.items()} == {
        first: 2,
        second: 1,
        "2": 1,
    }


def _with(accounts: dict[str, Role], channel: str = "telegram") -> object:
    def make(file: Path) -> None:
        db = open_database(file)
        for account, role in accounts.items():
            People(db).add(role, "S01", channel, account)
        db.close()

    return make


@pytest.mark.parametrize(
    "make",
    [
        make_file,
        _with({"101": "clinician", "4711": "clinician"}),
        _with({"local": "clinician"}, channel="terminal"),
    ],
    ids=["screenings", "a real account among the personas", "somebody at the terminal"],
)
def test_a_trial_refuses_a_file_with_real_people(tmp_path: Path, make: object) -> None:
    assert callable(make)
    file = tmp_path / "a.db"
    make(file)
    before = bytes_of(tmp_path)
    result = run("try", "--db", str(file), "--port", "0")
    assert (result.exit_code, "holds real people" in result.stderr) == (2, True)
    assert bytes_of(tmp_path) == before


def test_a_trial_keeps_to_a_file_of_its_own() -> None:
    trial = import_module("bot.command.try").command

    options = {parameter.name: parameter for parameter in trial.params}
    assert options["db_file"].default == "prescreen-try.db"
    assert options["db_file"].envvar is None
    assert {account for account, _ in PERSONAS} == {101, 102, 103, 104}


def test_people_of_a_trial_do_not_come_in_from_telegram(tmp_path: Path) -> None:
    file = tmp_path / "a.db"
    _people_of_a_trial(file)
    before = bytes_of(tmp_path)
    result = run("run", "--db", str(file), TELEGRAM_BOT_TOKEN="1:x")
    assert (result.exit_code, "--suspend S01-P01 --suspend S01-P02" in result.stderr) == (2, True)
    assert bytes_of(tmp_path) == before


def _people_of_a_trial(file: Path) -> None:
    db = open_database(file)
    People(db).add("clinician", "S01", "telegram", "101")
    People(db).add("administrator", "S01", "telegram", "103")
    db.close()


def test_a_taken_port_of_healthz_is_said_to_be(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = run(
            "run",
            "--db",
            str(tmp_path / "a.db"),
            "--healthz",
            port,
            TELEGRAM_BOT_TOKEN="1:x",
            TELEGRAM_API_URL="http://127.0.0.1:1",
        )
    assert result.exit_code == 2
    assert f"port {port} cannot be used here; please give another by --healthz" in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [("export", "--since"), ("export", "--until"), ("stats", "--since"), ("purge", "--before")],
    ids=" ".join,
)
@pytest.mark.parametrize("typed", ["25.11.2026", "2026-13-01", "2026-02-30", "yesterday"])
def test_a_day_that_is_none_is_told_how_a_day_is_written(arguments: tuple[str, ...], typed: str) -> None:
    result = run(*arguments, typed)
    assert result.exit_code == 2
    assert f"{typed!r} is no day; please write it as 2026-11-30" in result.stderr
    assert "%" not in run(arguments[0], "--help").stdout


def test_an_invitation_is_withdrawn_by_its_mark_alone(tmp_path: Path) -> None:
    db_file = str(tmp_path / "site.db")
    assert run("invite", "--role", "clinician", "--bot", "a_bot", "--db", db_file).exit_code == 0
    mark = run("people", "--invitations", "--db", db_file).stdout.split()[0]
    assert run("invite", "--revoke", mark, "--db", db_file).exit_code == 0
    assert "revoked" in run("people", "--invitations", "--db", db_file).stdout
    again = run("invite", "--revoke", mark, "--db", db_file)
    assert (again.exit_code, "prescreen people --invitations" in again.stderr) == (2, True)


def test_whom_to_invite_must_be_said(tmp_path: Path) -> None:
    result = run("invite", "--bot", "a_bot", "--db", str(tmp_path / "site.db"))
    assert (result.exit_code, "--role" in result.stderr) == (2, True)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "arguments",
    [(), ("--invitations",), ("--suspend", "S01-P01"), ("--change", "S01-P01", "--role", "clinician")],
    ids=lambda arguments: " ".join(arguments) or "list",
)
def test_people_of_a_misspelt_file_are_not_looked_for_in_a_new_one(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    result = run("people", *arguments, "--db", str(tmp_path / "stie.db"))
    assert (result.exit_code, "there is no such file" in result.stderr) == (2, True)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("option", ["--suspend", "--restore", "--change"])
def test_an_unknown_person_is_said_to_be_so(tmp_path: Path, option: str) -> None:
    db_file = str(tmp_path / "site.db")
    assert run("people", "--add", "1", "--db", db_file).exit_code == 0
    role = ("--role", "clinician") if option == "--change" else ()
    result = run("people", option, "S01-P09", *role, "--db", db_file)
    assert (result.exit_code, "there is no person S01-P09" in result.stderr) == (2, True)


def test_what_a_console_cannot_write_is_replaced() -> None:
    """Windows in Chinese writes GBK, which has no sign for *raised 2* and none for a check mark."""
    done = subprocess.run(
        [sys.executable, "-c", "from bot.command import main; main()", "protocol", "questions"],
        env={**os.environ, "PYTHONIOENCODING": "gbk"},
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert "?" in done.stdout.decode("gbk")
