"""A language is one row and its files: what is missing is named, and with all files nothing else has to be changed."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dialogs.languages import ALWAYS_OTHER, LANGUAGES, ONE_OR_OTHER, Language, Plural, counted, numbered
from tests.languages import ROOT, folders, missing

TRIAL = "dialogs/protocols/NCT04420494.toml"
CATALOGUE = "dialogs/catalogue"
ROW = 'LANGUAGES: Final[Mapping[str, Language]] = {\n    "en": Language("English", "en", ONE_OR_OTHER),\n'
MADE_UP = {**LANGUAGES, "qx": Language("Qx", "qx", ONE_OR_OTHER)}
"""With a code that ISO 639 leaves to whoever makes one up."""
TEXT = r'"(?:[^"\\]|\\.)*"'


def translated(text: str) -> str:
    """English words as words of the made-up language: each begins with its mark."""
    text = re.sub(r'= "(?=[^"])', '= "qx ', text)
    return text.replace('tag = "qx en"', 'tag = "qx"')


def with_texts(trial: str) -> str:
    """The trial with every text in the made-up language too."""
    trial = trial.replace('languages = ["en", "zh"]', 'languages = ["en", "zh", "qx"]')
    trial = re.sub(rf'\ben = "({TEXT[1:]}), zh = ({TEXT})', r'en = "\1, zh = \2, qx = "qx \1', trial)
    return re.sub(rf'^en = "({TEXT[1:]})$', r'en = "\1\nqx = "qx \1', trial, flags=re.MULTILINE)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with the words of all rooms and the trial, in the made-up language too."""
    for folder in folders(ROOT):
        copy = tmp_path / folder.relative_to(ROOT)
        shutil.copytree(folder, copy)
        (copy / "qx.toml").write_text(
            translated((copy / "en.toml").read_text(encoding="utf-8")), encoding="utf-8"
        )
    _write_texts(tmp_path)
    return tmp_path


def _write_texts(root: Path) -> None:
    """Write the trial and the catalogue in the made-up language too."""
    for file in (ROOT / TRIAL, *(ROOT / CATALOGUE).glob("*.toml")):
        copy = root / file.relative_to(ROOT)
        copy.parent.mkdir(exist_ok=True)
        copy.write_text(with_texts(file.read_text(encoding="utf-8")), encoding="utf-8")


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_nothing_is_missing() -> None:
    assert len(folders(ROOT)) >= 7
    assert missing() == []


def test_a_language_with_all_its_files_lacks_nothing(root: Path) -> None:
    assert missing(root, MADE_UP) == []


FAULTS = {
    "a phrase": ("bot/wording/words/qx.toml", 'unknown = "qx Unknown"\n', "", "unknown is missing"),
    "a phrase of a section": ("bot/serve/words/qx.toml", 'days = "qx Days"\n', "", "headings.days is missing"),
    "a placeholder": ("bot/wording/words/qx.toml", "Resume {number}", "Resume", "button_resume lacks {number}"),
    "a placeholder that nothing fills": (
        "bot/phone/words/qx.toml", "You are {name}", "{name} {age}",
        "page.whoShort has {age}, which is never put in",
    ),
    "a plural form": (
        "bot/wording/words/qx.toml", 'rows = { one = "qx {n} row", other = "qx {n} rows" }', 'rows = { one = "{n}" }',
        "rows is missing",
    ),
    "one of several plural forms": (
        "bot/wording/pictures/words/qx.toml", 'one = "qx {n} question", ', "", "questions lacks the plural form 'one'",
    ),
    "spellings": ("bot/wording/words/qx.toml", 'keep = ["keep"]\n', "", "words.keep is missing"),
    "a text of the trial": (TRIAL, ', qx = "qx diagnosis" }', " }", "question diagnosis.short.qx is missing"),
    "a text of the catalogue": (
        f"{CATALOGUE}/demographics.toml", ', qx = "qx age" }', " }", "age_years.short.qx is missing",
    ),
    "the language of the trial": (TRIAL, ', "qx"]', "]", "languages lacks 'qx'"),
}  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "named"), FAULTS.values(), ids=FAULTS)
def test_what_is_missing_is_named(root: Path, file: str, old: str, new: str, named: str) -> None:
    edit(root / file, old, new)
    assert f"{file}: {named}" in missing(root, MADE_UP)


def test_files_and_rows_that_are_missing_are_named(root: Path) -> None:
    (root / "bot/serve/words/qx.toml").unlink()
    assert missing(root, MADE_UP) == ["bot/serve/words/qx.toml: there is no such file"]
    no_row = "dialogs/languages.py: LANGUAGES has no row 'qx', for which there are words in dialogs/words"
    assert no_row in missing(root)


def test_each_plural_form_of_a_language_is_asked_for(root: Path) -> None:
    many = Plural(("one", "few", "many", "other"), lambda number: "other")
    found = missing(root, {**LANGUAGES, "qx": Language("Qx", "qx", many)})
    assert "bot/wording/words/qx.toml: rows lacks the plural form 'few'" in found
    assert len(found) == 2 * sum(
        len(re.findall(r"= \{ one = ", (folder / "en.toml").read_text(encoding="utf-8")))
        for folder in folders(ROOT)
    )


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole product with a made-up language: its row in the list, and files."""
    copy = tmp_path_factory.mktemp("product")
    for package in ("bot", "dialogs", "state"):
        shutil.copytree(ROOT / package, copy / package, ignore=shutil.ignore_patterns("__pycache__"))
    for folder in folders(copy):
        (folder / "qx.toml").write_text(
            translated((folder / "en.toml").read_text(encoding="utf-8")), encoding="utf-8"
        )
    edit(copy / "dialogs/languages.py", ROW, f'{ROW}    "qx": Language("Qx", "qx", ONE_OR_OTHER),\n')
    _write_texts(copy)
    return copy


def run(copy: Path, *arguments: str, typed: str = "") -> str:
    return _python(copy, "-c", "from bot.command import main; main()", *arguments, typed=typed)


def _python(copy: Path, *arguments: str, typed: str = "") -> str:
    ran = subprocess.run(
        [sys.executable, *arguments],
        input=typed, capture_output=True, text=True, cwd=copy, env={**os.environ, "PYTHONPATH": str(copy)}, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_a_language_needs_no_python_besides_its_row(copy: Path) -> None:
    """Every room speaks it: questions, conditions, cards, counts, diagram, queries, exports, the phone page."""
    said = run(copy, "chat", "--lang", "qx", "--db", "a.db", typed="81\nyes\nf\ns\n")
    for words in (
        "qx Age in completed years?",
        "qx Not eligible as entered",
        "qx qx age at most 80 qx years",
    ):
        assert words in re.sub(r"\s+", " ", said), said
    assert "qx 1 screening saved" in run(copy, "stats", "--lang", "qx", "--db", "a.db")
    assert "qx Excluded: a criterion failed" in run(
        copy, "protocol", "diagram", "NCT04420494", "--lang", "qx"
    )
    run(copy, "export", "--format", "fhir", "--db", "a.db", "--output", "fhir.json")
    exported = (copy / "fhir.json").read_text(encoding="utf-8")
    assert '"qx Relative value"' in exported
    served = "from bot.serve.pages import Page; print(*Page('qx', None, None).titles())"
    assert "qx Screening log" in _python(copy, "-c", served)
    page = _python(copy, "-c", "from bot.phone.languages import module; print(module())")
    assert (
        json.loads(page.removeprefix("export const WORDS = ").rstrip(";\n"))["qx"]["page"]["send"]
        == "qx Send"
    )


def test_numbers_take_the_form_of_the_language() -> None:
    forms = {"one": "{n} row", "other": "{n} rows"}
    ones = {n: numbered(forms, n, "en") == forms["one"] for n in (0, 1, 1.5, 2)}
    assert ones == {0: False, 1: True, 1.5: False, 2: False}
    assert numbered(forms, "–", "en") == forms["other"]
    assert numbered({"other": "{n} 行"}, 1, "zh") == numbered("{n} 行", 1, "zh") == "{n} 行"
    assert ALWAYS_OTHER.forms == ("other",)
    assert [counted(n, "hour", "hours") for n in (1, 2, 1.0, 0.5)] == [
        "1 hour",
        "2 hours",
        "1 hour",
        "0.5 hours",
    ]
