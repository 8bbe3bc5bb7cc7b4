"""What an undetermined screening waits for, said to whoever can act on it."""

from __future__ import annotations

import pytest

from bot.wording.phrases import phrases
from bot.wording.verdict_card import open_lines
from dialogs.answers import Choice
from dialogs.dialogue import Dialogue, Step, begin
from dialogs.loading import parse_protocol

SILENT = """
    format = 2
    id = "FICTIONAL"
    title = "A fictional trial"

    [[question]]
    id = "tumour_type"
    ask = "Tumour?"
    options = [
      { code = "small", text = "Small" },
      { code = "large", text = "Large" },
      { code = "lymphoma", text = "Lymphoma" },
    ]

    [[criterion]]
    code = "I1"
    inclusion = "Any tumour; the record gives no limit for lymphoma"
    name = "Tumour within its limit"
    rule = 'tumour_type == "small" or tumour_type == "lymphoma" and unclear'
"""
ITEM = """
    [[site_item]]
    id = "limit"
    text = "Which limit has lymphoma?"
    when = 'tumour_type == "lymphoma"'
"""


def answered(text: str, code: str) -> Dialogue:
    dialogue = begin(parse_protocol(text, "file.toml"))
    dialogue.take(Step("answer", "tumour_type", Choice(code)))
    return dialogue


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ["Ask the site:", "• I1 Tumour within its limit: the record does not say."]),
        ("zh", ["请咨询研究中心：", "• I1 Tumour within its limit：登记信息未说明。"]),
    ],
)
def test_where_only_the_record_is_silent_the_site_is_to_be_asked(language: str, said: list[str]) -> None:
    lines = open_lines(answered(SILENT, "lymphoma"), phrases(language))
    assert [line.strip() for line in lines] == said


def test_a_question_that_the_trial_words_stands_in_its_place() -> None:
    lines = open_lines(answered(SILENT + ITEM, "lymphoma"), phrases("en"))
    assert [line.strip() for line in lines] == ["Ask the site:", "• Which limit has lymphoma?"]


def test_what_an_answer_would_settle_is_followed_up_and_not_asked_of_the_site() -> None:
    lines = open_lines(answered(SILENT, "unknown"), phrases("en"))
    assert [line.strip() for line in lines] == ["To follow up:", "• Tumour: medical record (I1)"]
    assert open_lines(answered(SILENT, "small"), phrases("en")) == []
