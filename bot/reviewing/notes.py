"""What a machine said of its proposal for a criterion: it stays with the criterion as long as its rule does."""

from __future__ import annotations

from typing import Final

from dialogs.loading.ruleless import is_asked_as_it_stands
from dialogs.protocol import Criterion
from dialogs.reviews import Review

_JOINT: Final = "; "


def notes(criterion: Criterion) -> list[str]:
    """Return what is said of what waits for a review, and what was said when it was accepted, each once.

    What was said of a rule that was changed or dropped since is none of it.
    """
    kept = (each.proposed for each in criterion.reviewed if _is_of_this_rule(each, criterion))
    return list(dict.fromkeys(filter(None, [criterion.review, *kept])))


def notes_of_before(criterion: Criterion) -> list[str]:
    """Return what was said of the rule before, each once: what it leaves out, this one may leave out, too.

    Whoever reviews the change reads it; nothing is of a rule that was dropped.
    """
    if is_asked_as_it_stands(criterion):
        return []
    known = notes(criterion)
    before = (each.proposed for each in criterion.reviewed if not _is_of_this_rule(each, criterion))
    return [each for each in dict.fromkeys(filter(None, before)) if each not in known]


def _is_of_this_rule(review: Review, criterion: Criterion) -> bool:
    """Say whether a review accepted the rule that the criterion has; one that does not say which is taken to."""
    now = "" if is_asked_as_it_stands(criterion) else criterion.rule.text
    return review.fits or review.rule is None or review.rule == now


def kept_with_review(criterion: Criterion) -> str:
    """Return what stays of this when the criterion is accepted as it is."""
    return _JOINT.join(notes(criterion))
