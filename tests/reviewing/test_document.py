"""The document to be signed: whole in itself, in both languages, with all that a reviewer has to compare."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import reduce
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

import pytest
from click.testing import CliRunner, Result

from bot.command import main
from bot.reviewing.document import document
from bot.reviewing.facts import Telling
from bot.reviewing.flow import TOGETHER, pictures
from bot.wording.pictures.drawing import Box, Label, Shape
from dialogs.languages import LANGUAGES
from dialogs.loading import load, parse_protocol, shipped_protocols
from tests.dialogs.test_reviews import I1, TRIAL, digits, proposed, reviewed

VOID: Final = {"meta", "rect"}
SHIPPED: Final = [(name, language) for name in shipped_protocols() for language in LANGUAGES]


class Page(HTMLParser):
    """The words of a page, if each of its elements is closed; and every address that it names."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text = ""
        self.addresses: list[str] = []
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href", "action", "data")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


AS_STORED = {"en": "with what it takes of the catalogue, as it is stored", "zh": "文件及其所用的题库内容"}


@pytest.mark.parametrize(("name", "language"), SHIPPED)
def test_it_has_every_criterion_and_needs_nothing_else(name: str, language: str) -> None:
    protocol = load(name)
    html = document(protocol, language)
    page = Page(html)
    assert page.addresses == []
    assert not re.search(r"<script|@import|url\(|<link", html)
    assert f'<html lang="{LANGUAGES[language].tag}">' in html
    for criterion in protocol.criteria:
        assert criterion.source in page.text
        for told in Telling(protocol, language).clause(criterion).lines(bullet=""):
            assert told.strip() in page.text
    for line in protocol.lines:
        assert line.text in page.text
    assert protocol.sha256 in page.text
    assert AS_STORED[language] in page.text, "the file alone has another hash"


@pytest.mark.parametrize(("name", "language"), SHIPPED)
def test_the_flow_has_every_criterion_in_pieces_that_fit_a_page(name: str, language: str) -> None:
    protocol = load(name)
    drawn = list(pictures(Telling(protocol, language)))
    assert len(drawn) == -(-len(protocol.criteria) // TOGETHER)
    labels = [label for picture in drawn for label in _labels(picture.shapes)]
    for criterion in protocol.criteria:
        assert any(label.startswith(f"{criterion.code}  ") for label in labels)
    for picture in drawn:
        assert picture.height < 900
        boxes = [shape for shape in picture.shapes if isinstance(shape, Box)]
        assert all(0 < each.y < each.y + each.height < picture.height for each in boxes)


def _labels(shapes: Sequence[Shape]) -> list[str]:
    return [shape.text for shape in shapes if isinstance(shape, Label)]


@pytest.mark.parametrize(
    ("language", "asked", "not_asked"),
    [
        ("en", "Asked with E1:", "Not judged, a line of the record:"),
        ("zh", "与E1一并提问：", "不作判断的登记原文："),
    ],
)
def test_a_line_that_a_question_quotes_is_not_called_not_judged(
    tmp_path: Path, language: str, asked: str, not_asked: str
) -> None:
    file = tmp_path / "trial.toml"
    file.write_text(
        'format = 2\nid = "T"\ntitle = "Made up"\n'
        '[[criterion]]\ncode = "E1"\nexclusion = "Any of:"\nask = "True?\\n“Any of: gout asthma”"\n'
        '[[criterion]]\nline = "gout"\n[[criterion]]\nline = "asthma"\n[[criterion]]\nline = "A remark."\n',
        encoding="utf-8",
    )
    page = Page(document(parse_protocol(file.read_text("utf-8"), "trial.toml"), language)).text
    shown = CliRunner().invoke(main, ["protocol", "show", str(file), "--lang", language]).stdout
    for told in (page, shown):
        words = " ".join(told.split())
        assert f"{asked} gout {asked} asthma {not_asked} A remark." in words


STATES = {
    "nothing to review": (
        TRIAL,
        "No review is recorded, and the file requires none.",
        "无审核记录，文件亦未要求审核。",
    ),
    "a draft": (
        proposed("I1"),
        "Draft: 1 of 3 criteria is not reviewed.",
        "草稿：3条标准中有1条未经审核。",
    ),
    "some reviewed, of the others it is not required": (
        reviewed("I1", ("LW", I1)),
        "1 of 3 criteria was reviewed; the file requires no review of the other 2.",
        "3条标准中有1条已审核；文件未要求审核其余2条。",
    ),
    "all reviewed": (
        reduce(lambda text, code: reviewed(code, ("LW", digits(code)), text=text), ("I1", "I2", "E1"), TRIAL),
        "All 3 criteria were reviewed.",
        "3条标准均已审核。",
    ),
}


@pytest.mark.parametrize(("text", "english", "chinese"), STATES.values(), ids=STATES)
def test_it_says_whether_it_was_reviewed(text: str, english: str, chinese: str) -> None:
    protocol = parse_protocol(text, "trial.toml")
    assert f'<p class="state{" draft" if "Draft" in english else ""}">{english}</p>' in document(
        protocol, "en"
    )
    assert chinese in document(protocol, "zh")


def test_reviewers_and_those_who_are_still_to_come_have_a_line_to_sign_on() -> None:
    text = reviewed("I1", ("LW", I1)).replace("format = 2\n", "format = 2\nreviews = 3\n")
    html = document(parse_protocol(text, "trial.toml"), "en")
    assert html.count("<tr><td>Reviewer</td>") == 3
    assert html.count("<tr><td>Reviewer</td><td>LW</td>") == 1
    assert html.count("<tr><td>Principal investigator</td>") == 1
    assert "LW, 26 November 2026" in html
    html = document(parse_protocol(reviewed("E1", ("l.w.", digits("E1")), text=text), "trial.toml"), "en")
    assert html.count("<tr><td>Reviewer</td><td></td>") == 2
    assert "LW，2026年11月26日" in document(parse_protocol(text, "trial.toml"), "zh")


def test_limits_stand_in_all_units_and_what_is_worked_out_with_its_formula() -> None:
    protocol = parse_protocol(TRIAL, "trial.toml")
    page = Page(document(protocol, "en"))
    assert "Platelets: 75 ×10⁹/L = 75 ×10³/µL = 75000 /µL" in page.text
    assert "(times; or worked out: platelets (×10⁹/L) ÷ (lymphocytes + 1))" in page.text
    assert "Platelets: 74 ×10⁹/L → not met" in page.text


def test_what_an_author_wrote_is_text_and_never_markup() -> None:
    text = TRIAL.replace("Smokers", "<script>alert(1)</script> & <b>").replace(
        "A made-up trial", "</title><img src=x>"
    )
    page = Page(document(parse_protocol(text, "trial.toml"), "en"))
    assert page.addresses == []
    assert "<script>alert(1)</script> & <b>" in unescape(page.text)


def test_nobody_is_eligible_without_potentially() -> None:
    for name in shipped_protocols():
        told = Page(document(load(name), "en")).text.casefold()
        assert not re.search(r"(?<!not )(?<!potentially )eligible", told)


IN_WORDS = {
    "en": ("Applies if the answer is “Yes”", "Is this true of the patient? “Smokers” (Yes, No)"),
    "zh": ("回答“是”即适用", "患者是否符合以下描述？ “Smokers”（是、否）"),
}


@pytest.mark.parametrize(("language", "said"), IN_WORDS.items())
def test_what_is_asked_as_it_stands_has_no_rule_but_its_answer(language: str, said: tuple[str, str]) -> None:
    protocol = parse_protocol(TRIAL, "trial.toml")
    facts = {each.key: each.lines for each in Telling(protocol, language).facts(protocol.criteria[2])}
    assert facts == {"record": ("Smokers",), "rule": (said[0],), "asked": (said[1],)}


BESIDES: Final = (
    TRIAL.replace('ask = "Which side?"', 'ask = "Which side?"\nhelp = "As seen by the patient."')
    + """
[[site_item]]
id = "fresh"
text = "Ask whether a count of last week does"
when = 'platelets < "80 10*9/L" or lymphocytes > "5 10*9/L"'

[[alert]]
id = "low"
text = "Call the ward & wait"
when = 'platelets < "20 10*9/L"'
"""
)
SHOWN_BESIDES: Final = {
    "en": (
        "Help: As seen by the patient.",
        "To ask the site: Ask whether a count of last week does",
        "Shown if: at least one of these holds",
        "Alert: Call the ward & wait",
        "Shown if: platelets below 20 ×10⁹/L",
    ),
    "zh": (
        "说明：As seen by the patient.",
        "需向研究中心询问：Ask whether a count of last week does",
        "警示：Call the ward & wait",
        "显示条件：血小板低于20 ×10⁹/L",
    ),
}


@pytest.mark.parametrize(("language", "shown"), SHOWN_BESIDES.items())
def test_all_that_clinicians_are_shown_stands_in_it(
    tmp_path: Path, language: str, shown: Sequence[str]
) -> None:
    text = Page(document(parse_protocol(BESIDES, "trial.toml"), language)).text
    assert [each for each in shown if each not in text] == []
    file = tmp_path / "trial.toml"
    file.write_text(BESIDES, encoding="utf-8")
    told = CliRunner().invoke(main, ["protocol", "show", str(file), "--lang", language]).stdout
    assert [each for each in shown[1:] if each not in told] == []


def test_options_with_commas_are_told_apart() -> None:
    protocol = parse_protocol(TRIAL.replace('"Left"', '"Left, or both"'), "trial.toml")
    assert "Which side? (Left, or both; Right)" in Page(document(protocol, "en")).text


# the command ----------------------------------------------------------------------------------------


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["protocol", "print", *arguments])


def test_an_earlier_document_is_written_over_and_nothing_else_is(tmp_path: Path) -> None:
    target, thesis = tmp_path / "trial.html", tmp_path / "thesis.html"
    thesis.write_text("<!DOCTYPE html>\n<html>years</html>", encoding="utf-8")
    assert run("EXAMPLE-DM2", "--output", str(target)).exit_code == 0
    assert run("EXAMPLE-DM2", "--language", "zh", "--output", str(target)).exit_code == 0
    assert target.read_text(encoding="utf-8") == document(load("EXAMPLE-DM2"), "zh")
    refused = run("EXAMPLE-DM2", "--output", str(thesis))
    assert (refused.exit_code, "is there already" in refused.stderr) == (1, True)
    assert "years" in thesis.read_text(encoding="utf-8")


def test_without_a_file_it_is_printed() -> None:
    assert run("EXAMPLE-DM2").stdout == document(load("EXAMPLE-DM2"), "en")
