"""Faults that need no long run: the tests that provoke them, with Hypothesis looking further than usual."""

from __future__ import annotations

import re
import sys
from asyncio.subprocess import PIPE, create_subprocess_exec
from functools import partial
from pathlib import Path
from typing import Final

from tests.soak.stage import Cells

TESTED: Final = {
    "F6 hostile input": ("tests/endtoend/test_fuzz.py", "tests/dialogs/test_exact.py"),
    "F7 intruders": ("tests/endtoend/test_access.py",),
    "F8 full, read-only, locked": ("tests/endtoend/test_outages.py", "tests/state/test_verify.py"),
    "F10 file of an earlier version": ("tests/state/test_old_files.py",),
    "F11 clock jumps": ("tests/state/test_verify.py::test_order_is_by_log_number_whatever_the_clock_does",),
    "F13 export while others write": (
        "tests/state/exports/test_export.py::test_an_export_sees_one_moment_while_others_write",
    ),
    "F14 backup while others write": (
        "tests/state/test_verify.py::test_a_backup_while_others_write_is_never_torn",
        "tests/state/test_backup.py",
    ),
    "F17 commands on files": ("tests/command/test_files.py",),
    "F19 roles change under way": ("tests/endtoend/test_receivers.py",),
}
PROFILE: Final = "soak"
ROOT: Final = Path(__file__).parents[2]
_COUNTED: Final = re.compile(rb"(\d+) (passed|failed|error)")


async def run(folder: Path, tests: tuple[str, ...]) -> Cells:
    """Run tests in a process of their own; gives how many passed and failed."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--hypothesis-profile",
        PROFILE,
    ]
    process = await create_subprocess_exec(
        *command, "--basetemp", str(folder / "tmp"), *tests, stdout=PIPE, cwd=ROOT
    )
    said, _ = await process.communicate()
    counted = {what.decode(): int(number) for number, what in _COUNTED.findall(said.splitlines()[-1])}
    failed = counted.get("failed", 0) + counted.get("error", 0)
    return {"tests passed": counted.get("passed", 0), "failed": failed or int(process.returncode != 0)}


STAGES: Final = {name: partial(run, tests=tests) for name, tests in TESTED.items()}
