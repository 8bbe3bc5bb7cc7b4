"""An answer belongs to the patient and the question that stood above it on the screen, whatever else is open."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.conversation.screens import ACTS, Ward

_FOLDER: Final = TemporaryDirectory()
_FILES: Final = count()
_ANY: Final = st.integers(0, 999)


class Screens(RuleBasedStateMachine):
    """One person, several open screenings, two phones, and all that may go wrong between them and the bot."""

    def __init__(self) -> None:
        super().__init__()
        folder = Path(_FOLDER.name)
        self.ward = Ward(folder / f"{next(_FILES)}.db", folder / "template")
        for _ in range(2):
            self.ward.type("/new")
            self.ward.answer_calmly()

    @rule(act=st.sampled_from(ACTS), a=_ANY, b=_ANY)
    def something_happens(self, act: Callable[[Ward, int, int], object], a: int, b: int) -> None:
        act(self.ward, a, b)

    @invariant()
    def what_was_kept_stood_above(self) -> None:
        assert self.ward.wrong == []

    def teardown(self) -> None:
        self.ward.close()
        self.ward.path.unlink()


Screens.TestCase.settings = settings(
    max_examples=60, stateful_step_count=50, deadline=None, suppress_health_check=list(HealthCheck)
)
TestScreens = Screens.TestCase
