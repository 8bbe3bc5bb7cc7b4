"""A typed question is one message, whose words hold at every channel: its example is what a lab sheet shows."""

from __future__ import annotations

import re
from pathlib import Path

from bot.exchange import Message, Reply
from bot.wording.phrases import phrases
from dialogs.languages import LANGUAGES
from tests.conversation.playing import Clock, new_conversation

GOLDEN = sorted((Path(__file__).parent.parent / "golden").glob("*.txt"))


def test_there_are_golden_conversations() -> None:
    assert len(GOLDEN) >= 16


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
    assert "For example 73 g/L" in asked.text
    assert asked.buttons
