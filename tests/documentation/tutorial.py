"""Walks a tutorial: writes its file step by step, runs its commands, and puts in what they print.

A comment before a block of TOML says what to do with it: ``new`` file, ``add`` at the end, ``in I2`` below the words of
a criterion, ``wrong in I2`` for the next command only. In a block of the kind *console* a line that begins with ``$``
is run by the shell in a folder that holds the file; what is printed follows it.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

ROOT: Final = Path(__file__).parents[2]
NAME: Final = "trial.toml"
_BLOCK: Final = re.compile(
    r"<!-- trial\.toml: (?P<step>[^>]+?) -->\n```toml\n(?P<toml>.*?)```\n|```console\n(?P<console>.*?)```\n",
    re.DOTALL,
)
_PROGRAM: Final = "from bot.command import main; main(prog_name='prescreen')"


@dataclass(frozen=True, slots=True)
class Ran:
    """A command of a tutorial: what stood in the file before it, its exit status and what it printed."""

    line: str
    file: str
    status: int
    printed: str


def walked(text: str) -> str:
    """Return a tutorial with what its commands print now."""
    ran = iter(list(runs(text)))

    def current(block: re.Match[str]) -> str:
        if block["console"] is None:
            return block[0]
        lines = [line for line in block["console"].splitlines() if line.startswith("$ ")]
        return "```console\n" + "".join(f"{line}\n{next(ran).printed}" for line in lines) + "```\n"

    return _BLOCK.sub(current, text)


def runs(text: str) -> Iterator[Ran]:
    """Follow a tutorial from its first block to its last, and yield what each command came to."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / NAME
        right = ""
        for block in _BLOCK.finditer(text):
            if block["console"] is None:
                written = _after(
                    block["step"], block["toml"], file.read_text("utf-8") if file.exists() else ""
                )
                file.write_text(written, "utf-8")
                right = right if block["step"].startswith("wrong ") else written
                continue
            for line in block["console"].splitlines():
                if line.startswith("$ "):
                    yield _run(line.removeprefix("$ "), file)
            file.write_text(right, "utf-8")


def _after(step: str, toml: str, before: str) -> str:
    """Return the file after a step; a criterion has one rule, which a new one replaces."""
    if step == "new":
        return toml
    if step == "add":
        return f"{before}\n{toml}"
    code = step.split()[-1]
    criterion = re.compile(rf'(code = "{code}"\n(?:inclusion|exclusion) = [^\n]*\n)(rule = [^\n]*\n)?')
    assert criterion.search(before), step
    return criterion.sub(lambda found: found[1] + toml, before)


def _run(line: str, file: Path) -> Ran:
    found = file.read_text("utf-8")
    function = f'prescreen() {{ "{sys.executable}" -c "{_PROGRAM}" "$@"; }}'
    ran = subprocess.run(
        ["bash", "-c", f"{function}; {line}"],
        cwd=file.parent,
        env=os.environ
        | {"PYTHONPATH": str(ROOT), "COLUMNS": "80", "LANG": "C.UTF-8", "PRESCREEN_DB": "tutorial.db"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return Ran(line, found, ran.returncode, ran.stdout)
