"""At the review only a word that means saving saves: who answers the last question twice saves nothing unread."""

from __future__ import annotations

import pytest

from bot.wording.phrases import phrases
from dialogs.dialogue import REVIEW
from tests.conversation.office import ELIGIBLE, Ward
from tests.conversation.test_outcomes import said

MERE = ("yes", "y", "ok", "YES", "是", "对", "确认", "")
SAVE = ("save", "Save", "保存", "确认保存")


def at_review(ward: Ward) -> None:
    ward.do(ward.clinician, "/new", *ELIGIBLE)
    assert ward.conversation.screenings.load("S01-0001").state == REVIEW


def test_a_mere_yes_at_the_review_saves_nothing_and_is_told(ward: Ward) -> None:
    at_review(ward)
    say = phrases(ward.clinician.language)
    for typed in MERE:
        turn = ward.do(ward.clinician, typed)
        assert turn.untaken
        assert ward.verdicts() == []
        assert not typed or say("kept_nothing_review") in said(turn)
        assert say("save") in [
            button.label for each in turn.actions for row in each.buttons for button in row
        ]


@pytest.mark.parametrize("typed", SAVE)
def test_a_word_for_saving_saves(ward: Ward, typed: str) -> None:
    at_review(ward)
    ward.do(ward.clinician, typed)
    assert ward.verdicts() == [("S01-0001", "eligible")]
