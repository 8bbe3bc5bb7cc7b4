"""One protocol for all, and Hypothesis without a clock."""

from __future__ import annotations

import pytest
from hypothesis import settings

from dialogs.loading import load
from dialogs.protocol import Protocol

settings.register_profile("project", deadline=None, derandomize=True, max_examples=60)
settings.load_profile("project")


@pytest.fixture(scope="session")
def protocol() -> Protocol:
    return load("NCT04420494")
