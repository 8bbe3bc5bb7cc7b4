"""At the review a word for saving, or a yes, is its first button."""

from __future__ import annotations

import pytest

from dialogs.dialogue import REVIEW
from tests.conversation.office import ELIGIBLE, Ward


@pytest.mark.parametrize("typed", ["yes", "OK", "save", "Confirm and save", "是", "保存", "确认并保存"])
def test_a_word_for_saving_saves(ward: Ward, typed: str) -> None:
    ward.do(ward.clinician, "/new", *ELIGIBLE)
    assert ward.conversation.screenings.load("S01-0001").state == REVIEW
    ward.do(ward.clinician, typed)
    assert ward.verdicts() == [("S01-0001", "eligible")]
