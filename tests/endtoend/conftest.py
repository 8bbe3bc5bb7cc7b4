from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.conversation.playing import Clock
from tests.endtoend.ward import Ward


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def ward(tmp_path: Path, clock: Clock) -> AsyncIterator[Ward]:
    async with Ward(tmp_path / "ward.db", clock=clock) as ward:
        yield ward
