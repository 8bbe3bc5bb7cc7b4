"""The site of `office`, in each language."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from state.people import Role
from tests.conversation.office import LANGUAGES, Ward
from tests.conversation.playing import Clock, conversation


@pytest.fixture(params=LANGUAGES)
def ward(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Ward]:
    talk = conversation(tmp_path / "office.db", Clock())
    members: list[tuple[Role, str]] = [("clinician", "S01"), ("coordinator", "S01"), ("coordinator", "S02")]
    people = [
        talk.people.add(role, site, "telegram", str(account), request.param)
        for account, (role, site) in enumerate(members)
    ]
    yield Ward(talk, *people)
    talk.screenings.db.close()
