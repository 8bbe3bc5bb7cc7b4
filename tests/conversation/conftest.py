"""A conversation over a file of its own, and the site of `office` in it, in each language."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.conversation import Conversation
from tests.conversation.office import LANGUAGES, Ward, staffed
from tests.conversation.playing import Clock, new_conversation


@pytest.fixture
def conversation(tmp_path: Path) -> Iterator[Conversation]:
    made = new_conversation(tmp_path / "office.db", Clock())
    yield made
    made.screenings.db.close()


@pytest.fixture(params=LANGUAGES)
def ward(conversation: Conversation, request: pytest.FixtureRequest) -> Ward:
    return staffed(conversation, request.param)
