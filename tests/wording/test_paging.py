"""A list that is longer than a screen likes: every place stands on one page, and each page leads to the next."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation import Conversation, Setup
from bot.exchange import BUTTONS, Message, Turn
from bot.wording.paging import ON_A_PAGE, longest, page_at
from dialogs.answers import Choice
from state.people import Person
from tests.conversation.office import buttons
from tests.conversation.playing import ZONE, Clock, new_conversation
from tests.dialogs.long_trials import CRITERIA, long_trial


@given(st.integers(0, 500), st.integers(-1, 600), st.sampled_from([ON_A_PAGE, 9]))
def test_a_page_has_the_place_that_was_asked_for_and_pages_cover_the_list(
    count: int, place: int, most: int
) -> None:
    shown = page_at(count, place, most)
    assert len(shown) <= (longest(most) if count <= longest(most) else most)
    assert place in shown or not 0 <= place < count
    seen, at, lengths = list[int](), 0, set[int]()
    while at < count:
        page = page_at(count, at, most)
        seen += page
        at = page.stop
        lengths.add(len(page))
    assert seen == list(range(count))
    assert max(lengths, default=0) - min(lengths, default=0) <= 1, "the last one is worth turning to"


@pytest.fixture
def answered(tmp_path: Path) -> tuple[Conversation, Person, Turn]:
    """A screening at the review of which 60 questions were answered."""
    made = new_conversation(tmp_path / "many.db", Clock())
    conversation = Conversation(made.screenings, made.people, Setup((long_trial(),), ZONE, "telegram"))
    person = conversation.people.add("clinician", "S01", "telegram", "1", "en")
    turn = conversation.handle(person, Message("command", "/new"))
    for text in ("45", "none", *("yes" if number % 2 else "no" for number in range(2, CRITERIA))):
        turn = conversation.handle(person, Message("text", text))
    return conversation, person, turn


def test_any_answer_of_many_can_be_corrected(answered: tuple[Conversation, Person, Turn]) -> None:
    conversation, person, turn = answered

    def press(start: str, turn: Turn) -> Turn:
        found = next(button for button in buttons(turn) if button.label.startswith(start))
        return conversation.handle(person, Message("press", found.press))

    turn = press("Correct an answer", turn)
    assert len(buttons(turn)) < BUTTONS
    assert any(each.label.startswith("I59:") for each in buttons(turn)), "the newest answers come first"
    turn = press("◀ 1–30", turn)
    turn = press("E2:", turn)
    conversation.handle(person, Message("text", "yes"))
    assert conversation.screenings.load("S01-0001").dialogue.answers["e2"] == Choice("yes")


def test_a_coordinator_can_ask_about_any_answer_of_many(answered: tuple[Conversation, Person, Turn]) -> None:
    conversation, person, turn = answered
    save = next(button for button in buttons(turn) if button.press.startswith("save:"))
    conversation.handle(person, Message("press", save.press))
    office = conversation.people.add("coordinator", "S01", "telegram", "2", "en")
    turn = conversation.handle(office, Message("command", "/query S01-0001"))
    (before,) = [button for button in buttons(turn) if button.label == "◀ 1–30"]
    turn = conversation.handle(office, Message("press", before.press))
    (asked,) = [button for button in buttons(turn) if button.label.startswith("Age:")]
    turn = conversation.handle(office, Message("press", asked.press))
    assert any(button.press.startswith("query_send:") for button in buttons(turn))
