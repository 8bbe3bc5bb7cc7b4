"""The words of the page: one file a language in ``words/``, handed to the page as a module of JavaScript.

The languages are the files that are there, in the order of their names; the first speaks where none fits.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any


@cache
def languages() -> Mapping[str, Mapping[str, Any]]:
    """Load all words: code of the language, section, key."""
    folder = resources.files("bot.phone").joinpath("words")
    files = sorted((file for file in folder.iterdir()), key=lambda file: file.name)
    return {
        file.name.removesuffix(".toml"): tomllib.loads(file.read_text(encoding="utf-8"))
        for file in files
        if file.name.endswith(".toml")
    }


def module() -> str:
    """Return the words as ``words.js``."""
    return f"export const WORDS = {json.dumps(languages(), ensure_ascii=False)};\n"


def everywhere(key: str) -> str:
    """Return a phrase of the page in every language, for where none can be chosen."""
    return " / ".join(words["page"][key] for words in languages().values())
