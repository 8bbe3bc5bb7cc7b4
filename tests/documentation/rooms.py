"""The generated part of ``docs/architecture.md``: the rooms, as the import contracts order them."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

import grimp

from tests.documentation.exports import table
from tests.modules import PACKAGES, ROOT, purpose


def floors() -> list[list[str]]:
    """Return the rooms of each floor, the upper one first. A room imports rooms of lower floors only.

    Where a contract orders the rooms inside a package, they stand in the package's place.
    """
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    outer, *inner = [contract["layers"] for contract in contracts if contract["type"] == "layers"]
    inside = {layers[0].partition(" ")[0].rpartition(".")[0]: layers for layers in inner}
    ordered = [layer for package in outer for layer in inside.get(package, [package])]
    return [[room.strip() for room in layer.split("|")] for layer in ordered]


def imported() -> dict[str, list[str]]:
    """Return the rooms that each room imports, imports only for types included."""
    graph = grimp.build_graph(*PACKAGES, cache_dir=None)
    every = [room for floor in floors() for room in floor]
    for room in every:
        graph.squash_module(room)
    return {
        room: [
            other
            for other in every
            if other != room and graph.direct_import_exists(importer=room, imported=other)
        ]
        for room in every
    }


def rooms() -> str:
    uses = imported()
    rows = (
        (
            number,
            f"`{_shown(room)}`",
            purpose(_file(room)),
            ", ".join(map(_short, uses[room])) or "nothing of ours",
        )
        for number, floor in _numbered()
        for room in floor
    )
    return table(("floor", "room", "what it is for", "imports"), rows)


def _numbered() -> Iterator[tuple[int, list[str]]]:
    """Number the floors from the ground."""
    every = floors()
    return zip(range(len(every), 0, -1), every, strict=True)


def _file(room: str) -> Path:
    path = ROOT / room.replace(".", "/")
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def _shown(room: str) -> str:
    path = room.replace(".", "/")
    return f"{path}/" if (ROOT / path).is_dir() else f"{path}.py"


def _short(room: str) -> str:
    return room.rpartition(".")[2]


PARTS: Final[Mapping[str, Callable[[], str]]] = {"rooms": rooms}
