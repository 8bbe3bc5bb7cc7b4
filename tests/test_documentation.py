"""What the documents say is so: generated parts are current; files, tests and pictures that are named are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.documentation import DOCUMENTS, PARTS, ROOT, faults, not_there
from tests.documentation.rooms import floors
from tests.figures import readme_lines
from tests.modules import PACKAGES, listed


def test_generated_parts_are_current_and_names_of_the_code_exist() -> None:
    assert faults() == []


def test_every_generator_is_used() -> None:
    text = "".join(document.read_text(encoding="utf-8") for document in DOCUMENTS)
    assert set(re.findall(r"<!-- generated: (\S+) -->", text)) == set(PARTS)


def test_a_name_that_is_gone_is_found() -> None:
    assert not_there("`state.chain.link`, `state.chain.chained`, `bot.nothing`, `state`") == [
        "state.chain.chained",
        "bot.nothing",
    ]


def test_the_architecture_names_the_way_of_an_answer() -> None:
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    assert len(set(re.findall(r"`((?:bot|dialogs|state)\.[\w.]+)`", text))) > 30


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_every_file_that_a_document_names_is_there(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    linked = [document.parent / link for link in re.findall(r"\]\(([\w./-]+)\)", text)]
    named = [ROOT / path for path in re.findall(r"`((?:bot|dialogs|docs|state|tests)/[\w./-]*)`", text)]
    assert [str(path) for path in (*linked, *named) if not path.exists()] == []


def test_every_module_says_in_a_sentence_what_it_is_for() -> None:
    lines = [line for package in PACKAGES for line in listed(ROOT / package)]
    assert len(lines) > 100
    assert [line for line in lines if not line.endswith((".", "?"))] == []


def test_the_readme_leads_to_every_document() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [name for name in DOCUMENTS[1:] if f"](docs/{name.name})" not in text] == []


def test_the_readme_can_be_read_at_once() -> None:
    assert readme_lines() <= 150


def test_no_file_of_the_project_names_a_lock_or_a_machine() -> None:
    assert not list(Path(ROOT).glob("*.lock"))


def test_every_room_has_a_floor() -> None:
    """What stands on none could import anything."""
    placed = {room for floor in floors() for room in floor}
    rooms = [path for package in ("bot", "dialogs") for path in (ROOT / package).iterdir()]
    inside = {
        f"{path.parent.name}.{path.stem}"
        for path in rooms
        if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    assert {name for name in inside if not name.endswith(".__init__")} - placed == set()
