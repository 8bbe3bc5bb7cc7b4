"""Counts what is to stay small: long functions and modules, import circles, exceptions from the checks.

python -m tests.figures [--list] [FOLDER]

FOLDER is another copy of the project, such as an older commit; without it, this one. ``--list`` names what was
counted. Counted is the product, ``bot``, ``dialogs`` and ``state``, and where it says so ``tests``; modules are in
Python, scripts in JavaScript.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import grimp

ROOT: Final = Path(__file__).parent.parent
PRODUCT: Final = ("bot", "dialogs", "state")
_SPEAKING: Final = frozenset({".py", ".js", ".html", ".toml"})
"""Endings of files that may hold words which people read."""
_FOR_WORDS: Final = frozenset({"words", "catalogue", "protocols", "languages.py"})
"""Folders and files whose purpose is to hold words of a language."""
_CHINESE: Final = re.compile("[\u4e00-\u9fff]")
_SWITCHED_OFF: Final = re.compile(r"#\s*noqa\b|#\s*fmt:\s*skip")


@dataclass(frozen=True, slots=True)
class Figure:
    what: str
    number: int
    names: Sequence[str] = ()
    """What was counted, one by one, if that is worth a list."""
    of: int = 0
    """The whole that it is a share of; 0 if of nothing."""

    def __str__(self) -> str:
        share = f" ({self.number / self.of:.1%})" if self.of else ""
        return f"{self.what}: {self.number:,}{share}"


@dataclass(frozen=True, slots=True)
class Module:
    """A Python file, parsed once."""

    name: str
    """Path below the project's folder."""
    text: str
    tree: ast.Module

    @property
    def lines(self) -> int:
        return len(self.text.splitlines())

    def functions(self) -> Iterator[tuple[str, int]]:
        """Yield the place and the length in lines of each function: from ``def`` to its end, docstring included."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                yield f"{self.name}:{node.lineno} {node.name}", length

    def docstrings(self) -> Iterator[tuple[str, str]]:
        """Yield the place and the text of each docstring."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                line = 1 if isinstance(node, ast.Module) else node.lineno
                yield f"{self.name}:{line}", ast.get_docstring(node) or ""

    def holds_words(self) -> bool:
        """Say whether a string that is no docstring holds Chinese, or a dict has a text for each language."""
        nodes = list(ast.walk(self.tree))
        bare = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
        return any(_is_spoken(node) for node in nodes if id(node) not in bare)


def _is_spoken(node: ast.AST) -> bool:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return bool(_CHINESE.search(node.value))
    if isinstance(node, ast.Dict):
        return any(isinstance(key, ast.Constant) and key.value in {"en", "zh"} for key in node.keys)
    return False


def _read(file: Path, root: Path) -> Module:
    text = file.read_text(encoding="utf-8")
    return Module(file.relative_to(root).as_posix(), text, ast.parse(text))


def modules(root: Path, folders: Sequence[str] = PRODUCT) -> list[Module]:
    return [_read(file, root) for folder in folders for file in sorted((root / folder).rglob("*.py"))]


def long_modules(among: Sequence[Module], limit: int) -> list[str]:
    return [f"{module.name} {module.lines}" for module in among if module.lines > limit]


def scripts(root: Path) -> dict[str, int]:
    """Return the lines of each JavaScript file, by its path below `root`."""
    files = (file for folder in PRODUCT for file in sorted((root / folder).rglob("*.js")))
    return {
        file.relative_to(root).as_posix(): len(file.read_text(encoding="utf-8").splitlines())
        for file in files
    }


def circles(root: Path) -> list[str]:
    """Return groups of modules that import each other, imports inside functions or only for types included."""
    sys.path.insert(0, str(root))
    try:
        graph = grimp.build_graph(*PRODUCT, cache_dir=None)
    finally:
        sys.path.remove(str(root))
    reached = {module: graph.find_upstream_modules(module) for module in graph.modules}
    groups = {
        frozenset({module, *(other for other in others if module in reached[other])})
        for module, others in reached.items()
    }
    return sorted(" ".join(sorted(group)) for group in groups if len(group) > 1)


def switched_off(among: Sequence[Module]) -> list[str]:
    """Return the lines that switch a check or the formatter off."""
    return [
        f"{module.name}:{number} {line.strip()}"
        for module in among
        for number, line in enumerate(module.text.splitlines(), 1)
        if _SWITCHED_OFF.search(line)
    ]


def holding_words(root: Path) -> list[str]:
    """Return the files that hold words of a language, but are no language or protocol files."""
    files = (file for folder in PRODUCT for file in sorted((root / folder).rglob("*")))
    return [
        file.relative_to(root).as_posix()
        for file in files
        if file.suffix in _SPEAKING
        and not _FOR_WORDS & set(file.relative_to(root).parts)
        and _holds_words(file, root)
    ]


def _holds_words(file: Path, root: Path) -> bool:
    if file.suffix == ".py":
        return _read(file, root).holds_words()
    return bool(_CHINESE.search(file.read_text(encoding="utf-8")))


def beginning_with_give(among: Sequence[Module]) -> list[str]:
    """Return the docstrings that say "Give" where "Return" is meant."""
    return [
        f"{place} {text.splitlines()[0]}"
        for module in among
        for place, text in module.docstrings()
        if re.match(r"Gives?\b", text)
    ]


def readme_lines(root: Path = ROOT) -> int:
    return len((root / "README.md").read_text(encoding="utf-8").splitlines())


def figures(root: Path = ROOT) -> list[Figure]:
    product, tests = modules(root), modules(root, ("tests",))
    scripted = scripts(root)
    lengths = [one for module in product for one in module.functions()]
    over = {limit: [f"{place} {length}" for place, length in lengths if length > limit] for limit in (20, 30)}
    lists = {
        "modules over 300 lines": long_modules(product, 300),
        "modules over 350 lines": long_modules(product, 350),
        "scripts over 350 lines": [f"{name} {lines}" for name, lines in scripted.items() if lines > 350],
        "import circles": circles(root),
        "noqa and fmt: skip lines": switched_off(product),
        "noqa and fmt: skip lines in tests": switched_off(tests),
        "modules that hold words of a language": holding_words(root),
        'docstrings that begin with "Give"': beginning_with_give(product),
    }
    return [
        Figure("modules", len(product)),
        Figure("scripts", len(scripted)),
        Figure("lines", sum(module.lines for module in product)),
        Figure("functions", len(lengths)),
        *(
            Figure(f"functions over {limit} lines", len(long), long, len(lengths))
            for limit, long in over.items()
        ),
        *(Figure(what, len(names), names) for what, names in lists.items()),
        Figure("README lines", readme_lines(root)),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.figures", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("folder", type=Path, nargs="?", default=ROOT, help="another copy of the project")
    parser.add_argument("--list", action="store_true", help="name what was counted")
    given = parser.parse_args()
    for figure in figures(given.folder.resolve()):
        print(figure)
        if given.list:
            print(*(f"    {name}\n" for name in figure.names), sep="", end="")


if __name__ == "__main__":
    main()
