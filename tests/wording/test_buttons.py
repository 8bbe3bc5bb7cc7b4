"""Buttons stand side by side as far as their labels have room."""

from __future__ import annotations

import pytest

from bot.exchange import Button
from bot.wording.buttons import arrange


@pytest.mark.parametrize(
    ("labels", "rows"),
    [
        (["Unknown", "Back", "Help"], [["Unknown", "Back", "Help"]]),
        (["未知", "返回", "帮助"], [["未知", "返回", "帮助"]]),
        (["Query", "Outcome", "History", "List"], [["Query", "Outcome"], ["History", "List"]]),
        (["ECOG 0", "ECOG 1", "ECOG 2", "ECOG 3", "4"], [["ECOG 0", "ECOG 1", "ECOG 2"], ["ECOG 3", "4"]]),
        (["Unknown", "Keep: 105 g/L", "Back", "Help"], [["Unknown", "Keep: 105 g/L"], ["Back", "Help"]]),
        (["No", "Evans syndrome", "Acquired PRCA (pure red cell aplasia)", "Yes"], None),
    ],
)
def test_three_very_short_buttons_two_short_ones_or_a_long_one_a_row(
    labels: list[str], rows: list[list[str]] | None
) -> None:
    arranged = [[button.label for button in row] for row in arrange([Button(label) for label in labels])]
    assert arranged == (rows or [labels[:2], *([label] for label in labels[2:])])
