"""What the documents say is so: generated parts are current; files, tests and pictures that are named are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.documentation import FILES, PARTS, ROOT, generated
from tests.figures import readme_lines

DOCUMENTS = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))


@pytest.mark.parametrize("name", FILES)
def test_generated_documentation_is_current(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "<!-- generated:" in text
    assert generated(text) == text


def test_every_generator_is_used() -> None:
    text = "".join((ROOT / name).read_text(encoding="utf-8") for name in FILES)
    assert {name for name in PARTS if f"<!-- generated: {name} -->" in text} == set(PARTS)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_every_file_that_a_document_names_is_there(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    linked = [document.parent / link for link in re.findall(r"\]\(([\w./-]+)\)", text)]
    named = [ROOT / path for path in re.findall(r"`((?:bot|dialogs|docs|state|tests)/[\w./-]*)`", text)]
    assert [str(path) for path in (*linked, *named) if not path.exists()] == []


def test_the_readme_leads_to_every_document() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [name for name in DOCUMENTS[1:] if f"](docs/{name.name})" not in text] == []


def test_the_readme_can_be_read_at_once() -> None:
    assert readme_lines() <= 150


def test_no_file_of_the_project_names_a_lock_or_a_machine() -> None:
    assert not list(Path(ROOT).glob("*.lock"))
