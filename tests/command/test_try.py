"""``prescreen try`` as people start it: twice, and beside other users of the machine."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from tests.dialogs.test_amendments import TRIAL
from tests.endtoend.test_new_version import SECOND

PORT = import_module("bot.command.try").PORT
COMMAND = (sys.executable, "-c", "from bot.command import main; main()", "try")


@contextmanager
def trial(folder: Path, *arguments: str) -> Iterator[str]:
    """Run it until the block ends; yields all it said up to the page's address. It must stop in order."""
    process = subprocess.Popen(
        [*COMMAND, *arguments], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert process.stdout is not None
    try:
        said = ""
        for line in process.stdout:
            said += line
            if "Ctrl-C" in line:
                break
        yield said
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()
        assert (process.wait(timeout=10), "Traceback" in said + rest) == (0, False), said + rest
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_a_second_trial_takes_another_port_and_says_so(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind(("127.0.0.1", PORT))
            taken.listen()
        except OSError:
            pass  # it is in use anyway
        with trial(tmp_path) as said:
            assert f"Port {PORT} is in use" in said
            assert re.search(r"http://127\.0\.0\.1:\d+/", said)
    assert (tmp_path / "prescreen-try.db").exists()


def test_a_port_that_was_asked_for_and_is_taken_is_said_to_be(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = subprocess.run([*COMMAND, "--port", str(port)], cwd=tmp_path, capture_output=True, text=True)
    assert ran.returncode == 2
    assert ran.stderr == f"Error: port {port} cannot be used here; please give another by --port\n"


def test_who_does_not_know_the_printed_address_reaches_neither_page_nor_control(tmp_path: Path) -> None:
    with trial(tmp_path, "--port", "0") as said:
        address = re.search(r"http://\S+", said)
        assert address is not None
        with urlopen(address[0]) as answer:
            assert answer.status == 200
        with urlopen(f"{address[0]}phone/people/102") as answer:
            assert answer.status == 200
        root = "/".join(address[0].split("/")[:3])
        for path in ("", "phone/setup", "phone/people/102"):
            with pytest.raises(HTTPError, match="404"):
                urlopen(f"{root}/{path}")


def test_a_file_that_is_changed_meanwhile_is_what_the_next_screening_asks_by(tmp_path: Path) -> None:
    file = tmp_path / "trial.toml"
    file.write_text(TRIAL, encoding="utf-8")
    with trial(tmp_path, "--port", "0", "--protocol", file.name) as said:
        file.write_text(SECOND.replace("format = 2", "format = 2\nreviews = 1", 1), encoding="utf-8")
        told = _soon_shown(said, 102, "new screenings begin under version 2")
        assert "EX-AMENDED" in told, "a draft, too"
        file.write_text(SECOND.replace("age_years <=", "age_yaers <="), encoding="utf-8")
        assert "there is no question age_yaers" in _soon_shown(said, 103, "cannot be used")


def _soon_shown(said: str, person: int, words: str) -> str:
    """Return what stands on a person's phone once these words do."""
    address = re.search(r"http://\S+", said)
    assert address is not None
    for _ in range(100):
        with urlopen(f"{address[0]}phone/people/{person}") as answer:
            shown = answer.read().decode()
        if words in shown:
            return str(shown)
        time.sleep(0.1)
    raise AssertionError(shown)
