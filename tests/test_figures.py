"""What stays small: functions and modules, by the figures of ``python -m tests.figures``."""

from __future__ import annotations

import ast

import pytest

from tests.figures import Figure, Module, figures


@pytest.fixture(scope="module")
def counted() -> dict[str, Figure]:
    return {figure.what: figure for figure in figures()}


def listed(figure: Figure) -> str:
    return "\n".join((str(figure), *figure.names))


def test_something_is_counted(counted: dict[str, Figure]) -> None:
    assert counted["modules"].number > 100
    assert counted["scripts"].number > 5
    assert counted["functions"].number > 1_000


def test_nine_in_ten_functions_have_at_most_20_lines(counted: dict[str, Figure]) -> None:
    long = counted["functions over 20 lines"]
    assert long.number * 10 <= long.of, listed(long)


@pytest.mark.parametrize("kind", ["modules", "scripts"])
def test_no_module_has_more_than_350_lines(counted: dict[str, Figure], kind: str) -> None:
    long = counted[f"{kind} over 350 lines"]
    assert long.number == 0, listed(long)


def test_no_modules_import_each_other_not_even_for_types(counted: dict[str, Figure]) -> None:
    circles = counted["import circles"]
    assert circles.number == 0, listed(circles)


def test_words_of_a_language_stand_in_its_files_only(counted: dict[str, Figure]) -> None:
    holding = counted["modules that hold words of a language"]
    assert holding.number == 0, listed(holding)


def test_words_are_found_in_strings_and_in_dicts_but_not_in_docstrings() -> None:
    def holds(text: str) -> bool:
        return Module("given", text, ast.parse(text)).holds_words()

    assert holds('x = "\u95ee"')
    assert holds('x = f"{y} \u95ee"')
    assert holds('x = {"en": "Question"}')
    assert not holds('"""Reads \u95ee."""\n# \u95ee\nx = {"english": y["en"]}')
