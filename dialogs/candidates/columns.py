"""What the columns of a list for several trials are called: so that none is taken for another trial's question.

A column has the name of its question, behind that of its trial where two trials call different questions so, or where
it is a criterion asked as it stands: ``e3`` alone would be anybody's third exclusion.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from dialogs.loading.ruleless import id_of
from dialogs.portfolio.merging import Portfolio, coded, merged
from dialogs.protocol import Protocol


def listed(protocols: Sequence[Protocol]) -> Portfolio:
    """Make a portfolio whose questions are called as the columns of its lists; conversations have `merged`."""
    return merged(protocols, names=_names if len(protocols) > 1 else None)


def _names(protocols: Sequence[Protocol], places: Sequence[tuple[int, ...]]) -> dict[int, str]:
    meant: dict[str, set[int]] = defaultdict(set)
    for protocol, own in zip(protocols, places, strict=True):
        for question, place in zip(protocol.questions, own, strict=True):
            meant[question.id].add(place)
    names: dict[int, str] = {}
    for protocol, own in zip(protocols, places, strict=True):
        of_criteria = {id_of(criterion.code) for criterion in protocol.criteria}
        for question, place in zip(protocol.questions, own, strict=True):
            plain = len(meant[question.id]) == 1 and question.id not in of_criteria
            names.setdefault(place, question.id if plain else coded(protocol, question.id))
    return names
