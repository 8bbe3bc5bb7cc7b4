"""What the README says is so: generated parts are current, named tests and pictures are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.documentation import FILES, PARTS, ROOT, generated


@pytest.mark.parametrize("name", FILES)
def test_generated_documentation_is_current(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "<!-- generated:" in text
    assert generated(text) == text


def test_every_generator_is_used() -> None:
    text = "".join((ROOT / name).read_text(encoding="utf-8") for name in FILES)
    assert {name for name in PARTS if f"<!-- generated: {name} -->" in text} == set(PARTS)


def test_every_file_that_the_readme_names_is_there() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    named = re.findall(r"`(tests/[\w./]+)`", text) + re.findall(r"\]\(((?:docs|tests)/[\w./-]+)\)", text)
    assert len(named) > 10
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_no_file_of_the_project_names_a_lock_or_a_machine() -> None:
    assert not list(Path(ROOT).glob("*.lock"))
