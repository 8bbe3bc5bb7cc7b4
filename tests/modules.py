"""Prints every module of the product in a line: its place, and the first sentence of its docstring.

python -m tests.modules
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent
PACKAGES: Final = ("bot", "state", "dialogs")


def purpose(file: Path) -> str:
    """Return the first sentence of a module's docstring."""
    text = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    first = " ".join(text.partition("\n\n")[0].split()).replace("``", "`")
    return re.split(r"(?<=\.) (?=[A-Z])", first)[0]


def listed(folder: Path, depth: int = 0) -> Iterator[str]:
    """Yield a line for a package, for its modules, and for the packages in it."""
    yield _line(f"{folder.name}/", folder / "__init__.py", depth)
    inside = [path for path in folder.iterdir() if path.name != "__init__.py"]
    for path in sorted(inside, key=lambda path: (path.is_dir(), path.name)):
        if (path / "__init__.py").exists():
            yield from listed(path, depth + 1)
        elif path.suffix == ".py":
            yield _line(path.name, path, depth + 1)


def _line(name: str, file: Path, depth: int) -> str:
    return f"{'  ' * depth + name:<28}{purpose(file)}"


def main() -> None:
    for package in PACKAGES:
        print(*listed(ROOT / package), sep="\n")


if __name__ == "__main__":
    main()
