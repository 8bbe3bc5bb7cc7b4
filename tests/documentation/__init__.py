"""Generates what documentation can be generated, between markers; ``--check`` fails when it is stale.

Names of the code in documents, such as ``state.chain.link``, are looked up, too.

python -m tests.documentation [--check]
"""

from __future__ import annotations

import pkgutil
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from bot.command import COMMANDS
from bot.command.protocol import SUBCOMMANDS
from dialogs.diagram import mermaid
from dialogs.loading import load
from dialogs.protocol import Protocol
from tests.documentation.exports import PARTS as EXPORT_PARTS
from tests.documentation.protocol_format import PARTS as PROTOCOL_PARTS
from tests.documentation.questions import PARTS as QUESTION_PARTS
from tests.documentation.rooms import PARTS as ROOM_PARTS
from tests.documentation.tutorial import walked
from tests.state.coverage import COVERAGE, HOW

ROOT: Final = Path(__file__).parents[2]
_PART: Final = re.compile(r"(<!-- generated: (\S+) -->\n).*?(<!-- end -->)", re.DOTALL)


def diagram() -> str:
    return f"```mermaid\n{mermaid(load('NCT04420494'))}```\n"


def transcript() -> str:
    """A golden transcript from the first wrong answer to its correction."""
    lines = (ROOT / "tests/golden/excluded_and_corrected.en.txt").read_text(encoding="utf-8").splitlines()
    begin = next(index for index, line in enumerate(lines) if "Most recent haemoglobin" in line) - 1
    end = next(index for index, line in enumerate(lines) if line.startswith("✓") and "Steroid course" in line)
    return "```text\n" + "\n".join(lines[begin:end]) + "\n```\n"


def commands() -> str:
    rows = "\n".join(f"| `prescreen {name}` | {summary} |" for name, summary in COMMANDS.items())
    return f"| command | what it does |\n| --- | --- |\n{rows}\n"


def criteria() -> str:
    protocol: Protocol = load("NCT04420494")
    rows = "\n".join(
        f"| {c.code} | {c.name['en']} | {c.reading['en'] if c.reading else ''} | `{c.rule.text.replace('|', '/')}` |"
        for c in protocol.criteria
    )
    return f"| code | criterion | our reading | rule |\n| --- | --- | --- | --- |\n{rows}\n"


def manual() -> str:
    """Every command's help, as it is printed."""
    parts = []
    for arguments in (
        [],
        *([name] for name in COMMANDS),
        *(["protocol", name] for name in SUBCOMMANDS),
    ):
        ran = subprocess.run(
            [
                sys.executable,
                "-c",
                "from bot.command import main; main(prog_name='prescreen')",
                *arguments,
                "--help",
            ],
            capture_output=True,
            text=True,
            check=True,
            env={"COLUMNS": "100", "PATH": "", "LANG": "C.UTF-8"},
            cwd=ROOT,
        )
        parts.append(f"## {' '.join(['prescreen', *arguments])}\n\n```text\n{ran.stdout.rstrip()}\n```\n")
    return "\n".join(parts)


def coverage() -> str:
    """What `verify` covers, and what it does not with the reason; columns alike stand in one row."""
    alike: dict[tuple[str, str], list[str]] = {}
    for name, columns in COVERAGE.items():
        for column, by in columns.items():
            alike.setdefault((name, by), []).append(f"`{column}`")
    rows = "\n".join(
        f"| `{name}` | {', '.join(columns)} | {by if by in HOW else f'**no**: {by}'} |"
        for (name, by), columns in alike.items()
    )
    return f"| table | columns | covered by |\n| --- | --- | --- |\n{rows}\n"


PARTS: Final[Mapping[str, Callable[[], str]]] = {
    "diagram": diagram,
    "transcript": transcript,
    "commands": commands,
    "criteria": criteria,
    "manual": manual,
    "coverage": coverage,
    **EXPORT_PARTS,
    **PROTOCOL_PARTS,
    **QUESTION_PARTS,
    **ROOM_PARTS,
}
_NAMED: Final = re.compile(r"`((?:bot|dialogs|state|tests)(?:\.\w+)+)`")
DOCUMENTS: Final = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))


def generated(text: str) -> str:
    return walked(_PART.sub(lambda part: f"{part[1]}{_part(part[2])}{part[3]}", text))


@cache
def _part(name: str) -> str:
    return PARTS[name]()


def not_there(text: str) -> list[str]:
    """Return the modules, functions and tables that a document names but the code does not have."""
    return [name for name in _NAMED.findall(text) if not _is_there(name)]


def _is_there(name: str) -> bool:
    try:
        pkgutil.resolve_name(name)
    except (ImportError, AttributeError):
        return False
    return True


def faults() -> list[str]:
    """Return a line for each document that is stale, or that names what is not there."""
    found = []
    for document in DOCUMENTS:
        text, name = document.read_text(encoding="utf-8"), document.relative_to(ROOT)
        if generated(text) != text:
            found.append(f"{name} is stale; please run: make docs")
        found += [
            f"{name} names {gone}, which is not there; please write its name of today"
            for gone in not_there(text)
        ]
    return found


def write() -> None:
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        fresh = generated(text)
        if fresh != text:
            document.write_text(fresh, encoding="utf-8")


def main() -> None:
    if "--check" not in sys.argv:
        write()
    found = faults()
    if found:
        sys.exit("\n".join(found))
