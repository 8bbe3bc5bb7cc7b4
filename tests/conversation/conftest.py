"""The site of `office`, in each language."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from state.people import Role
from tests.conversation.office import LANGUAGES, Ward
from tests.conversation.playing import Clock, new_conversation


@pytest.fixture(params=LANGUAGES)
def ward(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Ward]:
    conversation = new_conversation(tmp_path / "office.db", Clock())
    members: list[tuple[Role, str]] = [("clinician", "S01"), ("coordinator", "S01"), ("coordinator", "S02")]
    people = [
        conversation.people.add(role, site, "telegram", str(account), request.param)
        for account, (role, site) in enumerate(members)
    ]
    yield Ward(conversation, *people)
    conversation.screenings.db.close()
