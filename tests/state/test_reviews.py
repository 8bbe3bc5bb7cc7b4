"""Who accepted a protocol stands in the register of the file from which it is served."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from dialogs.loading import parse_protocol
from state.database import connect, open_database
from state.errors import Damaged
from state.moments import utc_now
from state.reviews import enter_reviews
from state.verify import verify
from tests.dialogs.test_reviews import I1, TRIAL, digits, reviewed

REVIEWED = reviewed("I1", ("LW", I1), ("QC", I1), text=reviewed("E1", ("LW", digits("E1"))))


def entered(path: Path) -> list[tuple[str, dict[str, Any]]]:
    with closing(connect(path, read_only=True).conn) as db:
        rows = db.execute(
            "SELECT subject, detail FROM register WHERE kind = 'reviewed' ORDER BY entry"
        ).fetchall()
    return [(subject, json.loads(detail)) for subject, detail in rows]


def test_they_are_entered_once_for_each_text(tmp_path: Path) -> None:
    path = tmp_path / "site.db"
    db = open_database(path)
    protocol = parse_protocol(REVIEWED, "trial.toml")
    again = parse_protocol(REVIEWED.replace("A made-up trial", "Another trial"), "trial.toml")
    for served in (protocol, protocol, again, protocol):
        enter_reviews(db, served, utc_now)
    db.close()
    first, second = entered(path)
    assert first == (
        "MADE-UP",
        {
            "version": "1",
            "sha256": protocol.sha256,
            "reviews": [
                ["I1", "LW", "2026-11-26", I1, 'platelets >= "75 10*9/L"'],
                ["I1", "QC", "2026-11-26", I1, 'platelets >= "75 10*9/L"'],
                ["E1", "LW", "2026-11-26", digits("E1"), 'e1 == "yes"'],
            ],
        },
    )
    assert second[1]["sha256"] == again.sha256
    assert not verify(path).problems


def test_what_nobody_reviewed_or_was_changed_afterwards_is_not_entered(tmp_path: Path) -> None:
    path = tmp_path / "site.db"
    db = open_database(path)
    for text in (TRIAL, reviewed("I1", ("LW", "00000000"))):
        enter_reviews(db, parse_protocol(text, "x"), utc_now)
    db.close()
    assert entered(path) == []


def test_the_bot_enters_them_when_it_begins_to_serve(tmp_path: Path) -> None:
    path, trial = tmp_path / "site.db", tmp_path / "trial.toml"
    trial.write_text(REVIEWED, encoding="utf-8")
    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from bot.command import main; main()",
            "run",
            "--db",
            str(path),
            "--protocol",
            str(trial),
        ],
        env=os.environ | {"TELEGRAM_BOT_TOKEN": "1:made-up", "TELEGRAM_API_URL": "http://127.0.0.1:9"},
        stderr=subprocess.DEVNULL,
    )
    try:
        until = time.monotonic() + 30
        while (
            not (path.exists() and path.stat().st_size and _has_register(path)) and time.monotonic() < until
        ):
            time.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)
    finally:
        process.kill()
        process.wait()
    assert [subject for subject, _ in entered(path)] == ["MADE-UP"]


def _has_register(path: Path) -> bool:
    with (
        suppress(Damaged),
        closing(connect(path, read_only=True).conn) as db,
    ):  # the bot may still be making it
        made = db.execute("SELECT 1 FROM sqlite_master WHERE name = 'register'").fetchone()
        return bool(made) and bool(entered(path))
    return False
