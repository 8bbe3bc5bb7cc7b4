"""One protocol for all."""

from __future__ import annotations

import pytest

from dialogs.loading import load
from dialogs.protocol import Protocol


@pytest.fixture(scope="session")
def protocol() -> Protocol:
    return load("NCT04420494")
