"""What a machine said of its proposal for a criterion: it stays with the criterion, also when this is changed."""

from __future__ import annotations

from typing import Final

from dialogs.loading.ruleless import is_asked_as_it_stands
from dialogs.protocol import Criterion

_JOINT: Final = "; "


def notes(criterion: Criterion) -> list[str]:
    """Return what is said of what waits for a review, and what was said when it was accepted, each once.

    What a proposal leaves out holds of a rule that a person changed since, too; not of one that was dropped.
    """
    has_rule = not is_asked_as_it_stands(criterion)
    kept = (each.proposed for each in criterion.reviewed if each.fits or has_rule or not each.rule)
    return list(dict.fromkeys(filter(None, [criterion.review, *kept])))


def kept_with_review(criterion: Criterion) -> str:
    """Return what stays of this when the criterion is accepted as it is."""
    return _JOINT.join(notes(criterion))
