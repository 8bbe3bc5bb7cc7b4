"""SQL stands in `state/` and nowhere else: who changes a table finds every statement that reads it in one folder."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
STATEMENT: Final = re.compile(
    r"\b(SELECT\b.+\bFROM|INSERT (OR \w+ )?INTO|UPDATE\b.+\bSET|DELETE FROM|CREATE (TEMP )?\w+|PRAGMA)\b",
    re.DOTALL,
)
CALLS: Final = frozenset({"execute", "executemany", "executescript"})


def sql_in(file: Path) -> Iterator[int]:
    """Yield the lines of a module that hold a statement of SQL or send one to a database."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            if STATEMENT.search(node.value):
                yield node.lineno
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CALLS:
            yield node.lineno


def modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def test_statements_are_recognised_where_they_stand() -> None:
    holding = {file.stem for file in modules("state") if any(sql_in(file))}
    assert {"database", "screenings", "people", "register", "browsing", "stats"} <= holding


@pytest.mark.parametrize("package", ["bot", "dialogs"])
def test_no_other_room_holds_sql(package: str) -> None:
    files = modules(package)
    assert files
    assert [f"{file.relative_to(ROOT)}:{line}" for file in files for line in sql_in(file)] == []
