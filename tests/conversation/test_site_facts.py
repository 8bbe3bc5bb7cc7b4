"""What is asked about the site is told in one short line once it is known, and can be corrected like any answer."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from bot.conversation import Conversation, Setup
from bot.exchange import Message, MessageKind
from bot.terminal import Terminal
from dialogs.answers import Choice
from dialogs.dialogue import Step
from dialogs.loading import load, parse_protocol
from state.database import open_database
from state.people import People
from state.screenings import Screenings
from tests.conversation.office import offering
from tests.conversation.playing import ZONE, Clock

TRIAL = load(str(Path(__file__).parent.parent / "data" / "site_facts.toml"))
SAID = {
    "en": ["Scanner of 3 T: Yes, as answered here before", "Sample storage: -80 °C, as answered here before"],
    "zh": ["Scanner of 3 T：是（沿用本中心此前的回答）", "Sample storage：-80 °C（沿用本中心此前的回答）"],
}


@pytest.mark.parametrize("language", SAID)
def test_a_known_fact_is_told_and_not_asked(tmp_path: Path, language: str) -> None:
    clock, lines = Clock(), list[str]()
    db = open_database(tmp_path / "site.db", clock)
    conversation = Conversation(Screenings(db, clock), People(db, clock), Setup((TRIAL,), ZONE, "terminal"))
    person = conversation.people.add("clinician", "S01", "terminal", "local", language)
    terminal = Terminal(conversation, person, lines.append)
    terminal.begin()
    for typed in ("yes", "no", "-80 °C", "s", "/new"):
        terminal.handle(typed)
    assert "S01-0002" in lines[-1] or any("S01-0002" in line for line in lines)
    before = len(lines)
    terminal.handle("no")
    told = " ".join(" ".join(lines).split())
    for line in SAID[language]:
        assert told.count(line) == 1
    assert "Claustrophobia?" in "\n".join(lines[:before])
    screening = conversation.screenings.load("S01-0002")
    taken = dict(screening.taken)
    for step in (Step("save"), Step("answer", next(iter(taken)), Choice("no")), Step("cancel")):
        screening.follow(step, clock().isoformat())
    assert screening.taken == taken, "cancelling a revision brings back where an answer came from"
    db.close()


STAFF: Final = """
format = 2
id = "FICTION-STAFF"
title = "A fictional trial that needs nurses"

[[question]]
id = "beds"
kind = "integer"
ask = "Beds?"
site_fact = true
units = [{ code = "{bed}", label = "beds", possible = [0, 1000], usual = [1, 100] }]

[[question]]
id = "nurses"
kind = "integer"
ask = "Nurses?"
site_fact = true
units = [{ code = "{nurse}", label = "nurses", possible = [0, 1000], usual = [1, 100] }]

[[question]]
id = "ratio"
ask = "Nurses a bed?"
formula = "nurses / beds"
units = [{ code = "1", label = "times", possible = [0, 100], usual = [0, 10] }]

[[question]]
id = "pain"
ask = "Pain?"

[[criterion]]
code = "I1"
inclusion = "Enough nurses"
rule = 'beds >= 2 and nurses >= 2 and ratio >= "0.5 1"'

[[criterion]]
code = "E1"
exclusion = "Pain"
rule = "pain"
"""


def test_a_second_tap_opens_nothing_where_known_facts_come_to_a_number(conversation: Conversation) -> None:
    trial = parse_protocol(STAFF, "staff.toml")
    conversation = offering(conversation, trial)
    person = conversation.people.add("clinician", "S01", "terminal", "local", "en")
    said: list[tuple[MessageKind, str]] = [
        ("command", "/new"),
        ("text", "20"),
        ("text", "30"),
        ("text", "no"),
    ]
    for kind, typed in said:
        conversation.handle(person, Message(kind, typed))
    for _ in range(2):
        conversation.handle(person, Message("command", "/new"))
    found = conversation.screenings.db.execute("SELECT screening, state FROM positions ORDER BY 1").fetchall()
    assert found == [("S01-0001", "review"), ("S01-0002", "pain")]
