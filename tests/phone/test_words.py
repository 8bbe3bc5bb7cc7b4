"""The page's words are the ones that it says, and reach it as a module."""

from __future__ import annotations

import json
import re
from importlib import resources

from bot.phone.languages import everywhere, languages, module


def test_every_word_that_the_page_says_is_there_and_none_besides() -> None:
    files = [file for file in resources.files("bot.phone").iterdir() if file.name.endswith((".js", ".html"))]
    code = "\n".join(file.read_text(encoding="utf-8") for file in files)
    said = re.findall(
        r"""\bsay\((?:[^"()]*\? )?"(\w+)"(?: : "(\w+)")?|data-say(?:-label)?="(\w+)"|\{(noScript)\}""", code
    )
    keys = {key for found in said for key in found if key}
    assert len(keys) > 30
    assert languages()["en"]["page"].keys() == keys


def test_words_reach_the_page_as_a_module() -> None:
    words = json.loads(module().removeprefix("export const WORDS = ").removesuffix(";\n"))
    assert list(words) == list(languages()) == ["en", "zh"]
    assert words["zh"]["roles"]["newcomer"] == "尚未受邀"
    assert everywhere("noScript") == "This page needs JavaScript. / 此页面需要 JavaScript。"
