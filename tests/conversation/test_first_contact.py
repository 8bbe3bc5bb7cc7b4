"""Somebody whose language is not known is asked for it once, in every language, and then gets what they wanted."""

from __future__ import annotations

import pytest

from bot.conversation import Conversation
from bot.exchange import Message, Reply, Turn
from bot.wording.phrases import phrases
from dialogs.languages import DEFAULT, LANGUAGES
from state.people import NOT_KNOWN, Person
from tests.conversation.office import presses, said


@pytest.fixture
def newcomer(conversation: Conversation) -> Person:
    return conversation.people.add("clinician", "S01", "telegram", "1", NOT_KNOWN)


def asks_for_the_language(turn: Turn) -> bool:
    (reply,) = turn.actions
    assert isinstance(reply, Reply)
    labels = [button.label for row in reply.buttons for button in row]
    return labels == [language.name for language in LANGUAGES.values()] and all(
        phrases(code)("language_which") in reply.text for code in LANGUAGES
    )


def chosen(turn: Turn, language: str) -> Message:
    """The press of a language's button."""
    return Message("press", next(p for p in presses(turn) if p.startswith(f"language:{language}")))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_screening_begins_after_the_language_was_chosen(
    conversation: Conversation, newcomer: Person, language: str
) -> None:
    asked = conversation.handle(newcomer, Message("command", "/new"))
    assert asks_for_the_language(asked)
    assert conversation.current(newcomer) is None
    turn = conversation.handle(newcomer, chosen(asked, language))
    begun = conversation.current(newcomer)
    assert begun is not None
    assert begun.protocol.questions[0].ask[language] in said(turn)
    assert conversation.people.get(newcomer.code).language == language
    assert turn.changed == newcomer.code


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_joins_is_told_so_in_the_language_that_they_choose(
    conversation: Conversation, newcomer: Person, language: str
) -> None:
    asked = conversation.handle(newcomer, Message("command", "/start", invited="joined"))
    assert asks_for_the_language(asked)
    text = said(conversation.handle(newcomer, chosen(asked, language)))
    say = phrases(language)
    assert say("start_joined", role=say("role_clinician"), site="S01", code=newcomer.code) in text
    assert say("welcome") in text


@pytest.mark.parametrize("text", ["hello", "/nonsense", "/language", "/start"])
def test_who_wanted_nothing_of_ours_is_welcomed(
    conversation: Conversation, newcomer: Person, text: str
) -> None:
    kind = "command" if text.startswith("/") else "text"
    asked = conversation.handle(newcomer, Message(kind, text))  # type: ignore[arg-type]
    assert asks_for_the_language(asked)
    assert phrases("zh")("welcome") in said(conversation.handle(newcomer, chosen(asked, "zh")))


def test_who_passes_over_the_question_is_not_asked_again(
    conversation: Conversation, newcomer: Person
) -> None:
    asked = conversation.handle(newcomer, Message("command", "/new"))
    turn = conversation.handle(newcomer, Message("command", "/new"))
    assert conversation.current(newcomer) is not None
    assert conversation.people.get(newcomer.code).language == DEFAULT
    conversation.handle(newcomer, Message("text", "45"))
    turn = conversation.handle(newcomer, chosen(asked, "zh"))  # the button still works
    assert "language:" not in "".join(presses(turn))
    assert conversation.people.get(newcomer.code).language == "zh"


def test_a_button_of_the_question_gives_nobody_more_than_their_role(
    conversation: Conversation, newcomer: Person
) -> None:
    turn = conversation.handle(newcomer, Message("press", "language:zh-people"))
    assert phrases("zh")("people_title") not in said(turn)


@pytest.mark.parametrize("language", LANGUAGES)
def test_whose_language_is_known_is_not_asked(conversation: Conversation, language: str) -> None:
    person = conversation.people.add("clinician", "S01", "telegram", "2", language)
    assert "language:" not in "".join(presses(conversation.handle(person, Message("command", "/new"))))
