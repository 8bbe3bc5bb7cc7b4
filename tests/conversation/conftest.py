"""A conversation over a file of its own, and the site of `office` in it, in each language."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.conversation import Conversation
from state.people import Role
from tests.conversation.office import LANGUAGES, Ward
from tests.conversation.playing import Clock, new_conversation


@pytest.fixture
def conversation(tmp_path: Path) -> Iterator[Conversation]:
    made = new_conversation(tmp_path / "office.db", Clock())
    yield made
    made.screenings.db.close()


@pytest.fixture(params=LANGUAGES)
def ward(conversation: Conversation, request: pytest.FixtureRequest) -> Ward:
    members: list[tuple[Role, str]] = [("clinician", "S01"), ("coordinator", "S01"), ("coordinator", "S02")]
    people = [
        conversation.people.add(role, site, "telegram", str(account), request.param)
        for account, (role, site) in enumerate(members)
    ]
    return Ward(conversation, *people)
