"""What is asked about the site is told in one short line once it is known, and can be corrected like any answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.conversation import Conversation, Setup
from bot.terminal import Terminal
from dialogs.loading import load
from state.database import open_database
from state.people import People
from state.screenings import Screenings
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
    db.close()
