"""A question with more options than a message has buttons, and a screening with more answers: none is lost."""

from __future__ import annotations

from pathlib import Path

from bot.conversation import Conversation, Setup
from bot.exchange import BUTTONS, Message, Reply
from bot.wording.buttons import newest
from dialogs.answers import Choice
from dialogs.loading import load, parse_protocol
from state.people import Person
from tests.conversation.playing import ZONE, Clock, new_conversation

MALE = '{ code = "male", text = { en = "Male", zh = "男" } },\n'
MORE = "".join(
    f'  {{ code = "o{n}", text = {{ en = "Option {n}", zh = "选项{n}" }} }},\n' for n in range(120)
)


def test_an_option_without_a_button_is_named_and_can_be_typed(tmp_path: Path) -> None:
    protocol = parse_protocol(load("NCT04420494").text.replace(MALE, MALE + MORE, 1), "many.toml")
    made = new_conversation(tmp_path / "many.db", Clock())
    conversation = Conversation(made.screenings, made.people, Setup((protocol,), ZONE, "telegram"))
    person: Person = conversation.people.add("clinician", "S01", "telegram", "1", "en")
    for text in ("/new", "45"):
        turn = conversation.handle(person, Message("command" if text[0] == "/" else "text", text))
    card = turn.actions[-1]
    assert isinstance(card, Reply)
    assert sum(map(len, card.buttons)) <= BUTTONS
    assert "Option 119" in card.text
    conversation.handle(person, Message("text", "Option 119"))
    assert conversation.screenings.load("S01-0001").dialogue.answers["sex"] == Choice("o119")


def test_the_newest_answers_have_buttons_with_their_own_places() -> None:
    listed = newest([str(n) for n in range(150)])
    assert listed[0] == (51, "51")
    assert listed[-1] == (149, "149")
    assert len(listed) + 1 == BUTTONS
    assert newest(["a", "b"]) == [(0, "a"), (1, "b")]
