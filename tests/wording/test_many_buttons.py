"""A screening with more answers than a message has buttons: the newest can be corrected."""

from __future__ import annotations

from bot.exchange import BUTTONS
from bot.wording.buttons import newest


def test_the_newest_answers_have_buttons_with_their_own_places() -> None:
    listed = newest([str(n) for n in range(150)])
    assert listed[0] == (51, "51")
    assert listed[-1] == (149, "149")
    assert len(listed) + 1 == BUTTONS
    assert newest(["a", "b"]) == [(0, "a"), (1, "b")]
