"""Names what a language lacks: a room's file, a phrase, a placeholder, a plural form, a text of a shipped trial.

python -m tests.languages

Rooms are found, not listed: every folder ``words`` with a file of the default language is one. A language is whatever
`dialogs.languages.LANGUAGES` has, and whatever any room has a file for.
"""

from __future__ import annotations

import string
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from dialogs.languages import DEFAULT, LANGUAGES, Language

ROOT: Final = Path(__file__).parent.parent
PACKAGES: Final = ("bot", "dialogs", "state")
TRIALS: Final = ("dialogs/protocols", "dialogs/catalogue")
FORMS: Final = frozenset({"zero", "one", "two", "few", "many", "other"})
COUNT: Final = "n"
"""What a counting phrase counts; a form may spell it out instead: *one row*."""

Phrase = str | list[Any] | Mapping[str, str]
"""A text, spellings of what is typed, or a text for each plural form."""


def missing(root: Path = ROOT, languages: Mapping[str, Language] = LANGUAGES) -> list[str]:
    """Return one line for everything that a language lacks: file, key, and what is wrong there."""
    found = [
        f"dialogs/languages.py: LANGUAGES has no row {code!r}, for which there are words in {room}"
        for room, code in sorted((_room(root, file), file.stem) for file in _files(root))
        if code not in languages
    ]
    for folder in folders(root):
        found += _of_room(folder, root, languages)
    for file in sorted(file for folder in TRIALS for file in (root / folder).glob("*.toml")):
        found += _of_trial(file, root, languages)
    return found


def folders(root: Path) -> list[Path]:
    """The folders of words, one for each room that speaks."""
    return sorted(file.parent for file in _files(root) if file.stem == DEFAULT)


def _files(root: Path) -> Iterator[Path]:
    for package in PACKAGES:
        yield from (root / package).rglob("words/*.toml")


def _room(root: Path, file: Path) -> str:
    return file.parent.relative_to(root).as_posix()


def placeholders(text: str) -> frozenset[str]:
    """The names of the placeholders of a phrase."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(text) if name and name[0].isalpha())


# rooms -------------------------------------------------------------------------------------------


def _of_room(folder: Path, root: Path, languages: Mapping[str, Language]) -> Iterator[str]:
    said: dict[str, dict[str, Phrase]] = {}
    for code in languages:
        file = folder / f"{code}.toml"
        if file.exists():
            said[code] = dict(_phrases(tomllib.loads(file.read_text(encoding="utf-8"))))
        else:
            yield f"{_room(root, file)}/{file.name}: there is no such file"
    keys = {key: None for texts in said.values() for key in texts}  # in the order of the files
    for code, texts in said.items():
        place = f"{folder.relative_to(root).as_posix()}/{code}.toml"
        for key in keys:
            if key not in texts:
                yield f"{place}: {key} is missing"
            elif key in said.get(DEFAULT, {}):
                found = _against(texts[key], said[DEFAULT][key], languages[code])
                yield from (f"{place}: {key} {fault}" for fault in found)


def _phrases(raw: Mapping[str, Any], section: str = "") -> Iterator[tuple[str, Phrase]]:
    """Every phrase of a file by its key; a table is a section, unless its keys are plural forms."""
    for key, value in raw.items():
        if isinstance(value, dict) and not ("other" in value and FORMS.issuperset(value)):
            yield from _phrases(value, f"{section}{key}.")
        else:
            yield f"{section}{key}", value


def _against(phrase: Phrase, default: Phrase, language: Language) -> Iterator[str]:
    """What a phrase lacks, held against the one of the default language."""
    if isinstance(default, list) or isinstance(phrase, list):
        if type(phrase) is not type(default):
            yield "is not a list of words, as in the other languages"
        return
    wanted = _all_placeholders(default)
    if isinstance(phrase, str):
        forms = {"": phrase}
        if isinstance(default, Mapping) and len(language.plural.forms) > 1:
            yield from (f"lacks the plural form {form!r}" for form in language.plural.forms)
    else:
        forms = {f" ({form})": text for form, text in phrase.items()}
        yield from (f"lacks the plural form {form!r}" for form in language.plural.forms if form not in phrase)
        yield from (
            f"has a form {form!r}, which its language has not"
            for form in phrase
            if form not in language.plural.forms
        )
    for form, text in forms.items():
        own = placeholders(text)
        free = {COUNT} if form else set()
        yield from (f"lacks {{{name}}}{form}" for name in sorted(wanted - own - free))
        yield from (f"has {{{name}}}, which is never put in{form}" for name in sorted(own - wanted))


def _all_placeholders(phrase: Phrase) -> frozenset[str]:
    texts = (
        [phrase] if isinstance(phrase, str) else list(phrase.values()) if isinstance(phrase, Mapping) else []
    )
    return frozenset().union(*(placeholders(text) for text in texts))


# trials ------------------------------------------------------------------------------------------


def _of_trial(file: Path, root: Path, languages: Mapping[str, Language]) -> Iterator[str]:
    place = file.relative_to(root).as_posix()
    raw = tomllib.loads(file.read_text(encoding="utf-8"))
    listed = raw.get("languages", list(languages))  # the catalogue's files list none: its texts are in all
    for code in languages:
        if code not in listed:
            yield f"{place}: languages lacks {code!r}"
        for key, text in _texts(raw, frozenset(languages) | frozenset(listed)):
            if code not in text:
                yield f"{place}: {key}.{code} is missing"


def _texts(raw: Any, codes: frozenset[str], place: str = "") -> Iterator[tuple[str, Mapping[str, str]]]:
    """Every text of a trial with its place: tables whose keys are languages."""
    if isinstance(raw, dict) and raw and codes.issuperset(raw):
        yield place, raw
    elif isinstance(raw, dict):
        for key, value in raw.items():
            yield from _texts(value, codes, f"{place}.{key}" if place else key)
    elif isinstance(raw, list):
        for number, value in enumerate(raw, 1):
            name = value.get("id") or value.get("code") or number if isinstance(value, dict) else number
            yield from _texts(value, codes, f"{place} {name}")


def main() -> int:
    found = missing()
    for line in found:
        print(line)
    print(f"{len(LANGUAGES)} languages, {len(folders(ROOT))} rooms: {len(found)} missing")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
