"""Another program that has a database open: idle, or in the middle of writing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PROGRAM = """
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
for statement in (sys.argv[2], "SELECT count(*) FROM sqlite_master"):
    db.execute(statement).fetchone()
print("open", flush=True)
sys.stdin.read()
"""


@contextmanager
def held(database: Path, statement: str = "SELECT 1") -> Iterator[subprocess.Popen[str]]:
    """Keep a connection open in another process, after this statement."""
    process = subprocess.Popen(
        [sys.executable, "-c", _PROGRAM, str(database), statement],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "open\n"
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()
