"""A typed question is one message, whose words hold at every channel: its example is what a lab sheet shows."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest

from bot.exchange import Message, Reply
from bot.wording.cards import example
from bot.wording.phrases import phrases
from dialogs.languages import LANGUAGES
from dialogs.loading import load
from dialogs.protocol import Question
from dialogs.reading import Understood, read
from tests.conversation.playing import Clock, new_conversation

PROTOCOL = load("NCT04420494")
TYPED = [question for question in PROTOCOL.questions if question.kind != "choice"]
GOLDEN = sorted((Path(__file__).parent.parent / "golden").glob("*.txt"))


def test_there_are_typed_questions() -> None:
    assert len(TYPED) >= 14
    assert len(GOLDEN) >= 16


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("question", TYPED, ids=[question.id for question in TYPED])
def test_every_example_is_an_answer_that_is_taken_without_asking(question: Question, language: str) -> None:
    shown = example(question, None, language)
    assert isinstance(read(PROTOCOL, question, shown), Understood)
    assert Decimal(shown.split()[0]) < 400


def test_no_word_of_the_bot_needs_a_touch_screen() -> None:
    """ "Tap" and its like stand nowhere: the same words are shown at a terminal."""
    for language in LANGUAGES:
        for key, text in phrases(language).texts.items():
            assert not re.search(r"\btap\b|点击|点按|点按钮", str(text), re.IGNORECASE), key
    for file in GOLDEN:
        assert not re.search(r"\btap\b|点击|点按", file.read_text(encoding="utf-8"), re.IGNORECASE), file.name


def test_question_example_and_buttons_are_one_message(tmp_path: Path) -> None:
    conversation = new_conversation(tmp_path / "one.db", Clock())
    person = conversation.people.add("clinician", "S01", "telegram", "1")
    for text in ("45", "male", "aiha"):
        if conversation.screenings.current(person.code) is None:
            conversation.handle(person, Message("command", "/new"))
        turn = conversation.handle(person, Message("text", text))
    (asked,) = [action for action in turn.actions if isinstance(action, Reply)]
    conversation.screenings.db.close()
    assert "haemoglobin" in asked.text
    assert "for example 73 g/L" in asked.text
    assert asked.buttons
