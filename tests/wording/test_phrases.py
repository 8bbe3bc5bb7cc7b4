"""What is said can be sent: HTML as Telegram reads it, with any value; Chinese with Chinese punctuation."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.exchange import Safe
from bot.phone.markup import parse_html
from bot.wording.phrases import Phrases, escape, phrases, plain, quoted
from dialogs.languages import LANGUAGES
from dialogs.loading import load
from tests.languages import folders, placeholders

ROOT = Path(__file__).parents[2]
NASTY = [
    "<",
    ">",
    "&",
    "<b>",
    "</b>",
    "&amp;",
    "&lt",
    '"',
    "'",
    "\u202e",
    "\0",
    "<a href='x'>",
    "",
    "1 < 2 > 0",
    "]]>",
]
CJK = "\u4e00-\u9fff\uff00-\uffef\u3000-\u303f"
MARKS = r"[,:;?!()\"']|(?<!\.)\.(?![\w.])"
HALF_WIDTH = re.compile(rf"(?<=[{CJK}])\s*(?:{MARKS})|(?:{MARKS})\s*(?=[{CJK}])")
"""Marks of Latin text that touch Chinese, a blank between or not. A point may stand in a name: ``.xlsx``."""


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("value", NASTY)
def test_every_phrase_is_html_whatever_stands_in_it(language: str, value: str) -> None:
    say = phrases(language)
    assert len(say.texts) > 100
    for key, text, n in _forms(say):
        said = say(key, **{**dict.fromkeys(placeholders(text), value), "n": n})
        shown, _ = parse_html(said)
        assert not re.search(r"&(lt|gt|amp);", shown.replace("&amp;", "").replace("&lt", "")), key


def _forms(say: Phrases) -> Iterator[tuple[str, str, int]]:
    """Every phrase with its key; of one that counts, each plural form with a number that takes it."""
    for key, text in say.texts.items():
        if isinstance(text, str):
            yield key, text, 1
        else:
            yield from ((key, form, 1 if name == "one" else 2) for name, form in text.items())


@given(st.text(max_size=60), st.sampled_from(list(LANGUAGES)))
def test_any_value_is_shown_as_it_is(value: str, language: str) -> None:
    shown, _ = parse_html(escape(value) + ".")
    assert (
        shown
        == (
            "".join(c for c in value if c in "\n\t" or (c.isprintable() and c not in "\u200e\u200f")) + "."
        ).strip()
    )


def test_a_quotation_opens_in_telegram_and_stands_whole_in_plain_text() -> None:
    text, (entity,) = parse_html(quoted(escape("Hb < 100 g/L")))
    assert (text, entity["type"]) == ("Hb < 100 g/L", "expandable_blockquote")
    assert plain(f"The record: {quoted(escape('Hb < 100 g/L'))}") == 'The record: "Hb < 100 g/L"'
    assert plain("The record: <blockquote>Hb</blockquote>\nnext") == 'The record: "Hb"\nnext'
    assert plain("Not met.\n<blockquote>Record: Hb</blockquote>\nnext") == "Not met.\nRecord: Hb\nnext"
    answers = quoted(Safe("<b>Age</b>: 45\nSex: Male"))
    assert plain(f"Answers: {answers}\nnext") == "Answers:\nAge: 45\nSex: Male\nnext"


def test_a_quotation_in_a_quotation_is_refused() -> None:
    with pytest.raises(ValueError, match="quotation"):
        quoted(quoted(Safe("x")))


def test_a_phrase_on_a_button_or_in_a_copy_has_no_markup() -> None:
    """What is asked for by ``plain`` is shown as it stands."""
    code = "\n".join(file.read_text(encoding="utf-8") for file in (ROOT / "bot").rglob("*.py"))
    plain = set(re.findall(r'\.plain\(\s*"(\w+)"', code))
    assert len(plain) > 30
    for language in LANGUAGES:
        marked = {
            key
            for key, text, _ in _forms(phrases(language))
            if key in plain and re.search(r"[<>]|&\w+;", text)
        }
        assert not marked


@pytest.mark.parametrize("room", ["bot/wording", "bot/wording/pictures", "bot/serve", "bot/command"])
def test_no_phrase_is_left_over_that_nobody_says(room: str) -> None:
    """A key stands in the code as it is, or as what an f-string such as ``f"outcome_{code}"`` can come to."""
    code = "\n".join(
        file.read_text(encoding="utf-8")
        for folder in ("bot", "dialogs", "state")
        for kind in ("*.py", "*.html")
        for file in (ROOT / folder).rglob(kind)
    )
    forms = re.findall(r'f"((?:\w|\{[^{}]+\})+)"', code)
    made = [
        re.compile(re.sub(r"\{[^{}]*\}", r"\\w+", form))
        for form in forms
        if len(re.sub(r"\{[^{}]*\}|_", "", form)) >= 3
    ]
    keys = tomllib.loads((ROOT / room / "words" / "en.toml").read_text(encoding="utf-8"))
    said = [key for key, text in keys.items() if isinstance(text, str) or "other" in text]
    assert said
    used = set(re.findall(r"[\"'](\w+)[\"']", code))
    assert [key for key in said if key not in used and not any(form.fullmatch(key) for form in made)] == []


def _chinese() -> Iterator[tuple[str, str]]:
    """Every text that is shown in Chinese, with where it stands; of transcripts without keys and their own brackets."""
    for folder in folders(ROOT):
        file = folder / "zh.toml"
        for key, text in _strings(tomllib.loads(file.read_text(encoding="utf-8"))):
            if not key.startswith(("patterns", "read.")):  # what is understood, never said
                yield f"{file.relative_to(ROOT)} {key}", text
    for place, text in enumerate(_texts(tomllib.loads(load("NCT04420494").text))):
        yield f"protocol text {place}", text
    for file in sorted((ROOT / "tests" / "golden").glob("*.zh.txt")):
        for at, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            if not line.startswith(">"):
                yield f"{file.name}:{at}", re.sub(r"(?<![^ ])\w+\) |^\(|\)$", "", line)


def _strings(raw: object, place: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(raw, dict):
        for key, value in raw.items():
            yield from _strings(value, f"{place}.{key}" if place else key)
    elif isinstance(raw, str):
        yield place, raw


def _texts(raw: object) -> Iterator[str]:
    if isinstance(raw, dict):
        if isinstance(raw.get("zh"), str):
            yield raw["zh"]
        for value in raw.values():
            yield from _texts(value)
    elif isinstance(raw, list):
        for value in raw:
            yield from _texts(value)


def _filled(text: str) -> str:
    """A phrase as it is read: with Chinese for every value, and without its markup."""
    return re.sub(r"</?\w+>|&\w+;", "", re.sub(r"\{\w+\}", "\u503c", text))


def test_chinese_has_chinese_punctuation_whatever_values_are_put_in() -> None:
    texts = list(_chinese())
    assert len(texts) > 500
    assert [(place, text) for place, text in texts if HALF_WIDTH.search(_filled(text))] == []


@pytest.mark.parametrize(
    "text", ["甲, 乙", "{number}:{question}", "(甲)", "完全正常;1", "甲.", '含有"name"', "<b>甲</b>: 1"]
)
def test_a_latin_mark_beside_chinese_is_found(text: str) -> None:
    assert HALF_WIDTH.search(_filled(text))


ONE_WORD = {
    r"筛查|筛选(?!失败|检查|时)": "预筛",
    r"(?<!公开)登记(?!信息|原文|版本)": "记录; the registry alone has 登记",
    r"例次": "份",
    r"答案": "回答",
    r"研究协调员": "协调员",
    r"化验单": "检验报告单",
    r"重新预筛": "再次预筛",
    r"(?<!可能)(?<!不)符合条件": "可能符合条件",
    r"研究者(?:(?!患者)[^。])*签署": "签署 is the patient's, or a guardian's: it stands before the investigator's part",
}
"""What Chinese does not say -> what it says instead, everywhere."""


@pytest.mark.parametrize("unwanted", ONE_WORD)
def test_chinese_calls_one_thing_by_one_word(unwanted: str) -> None:
    found = [(place, text) for place, text in _chinese() if re.search(unwanted, text)]
    assert found == [], ONE_WORD[unwanted]


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_exclusion_that_rules_nobody_out_is_not_said_to_be_met(language: str) -> None:
    """Exclusions stand in the same line; one that is met rules the patient out."""
    said = phrases(language)("status_met_exclusion", codes="E2")
    assert not re.search(r"\b[Mm]et\b|(?<!未)满足|(?<!不)符合", said)
