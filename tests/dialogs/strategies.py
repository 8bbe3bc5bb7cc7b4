"""Random answers of every kind to every question: plausible, unknown, bounds, units that do not match."""

from __future__ import annotations

from typing import get_args

from hypothesis import strategies as st

from dialogs.answers import UNKNOWN, Answer, Choice, Measurement, Relation
from dialogs.loading import load
from dialogs.proofs import representatives
from dialogs.protocol import Question

PROTOCOL = load("NCT04420494")


def answers_to(question: Question) -> st.SearchStrategy[Answer]:
    place = PROTOCOL.position[question.id]
    chosen: list[st.SearchStrategy[Answer]] = [
        st.just(UNKNOWN),
        st.sampled_from(representatives(PROTOCOL, place)),
        st.sampled_from(
            [*map(Choice, question.option_by_code), *map(Choice, question.shortcut_by_code), UNKNOWN]
        ),
    ]
    for unit in question.units:
        low, high = (unit.from_first(limit) for limit in unit.possible)
        places = 0 if question.kind == "integer" else 3
        numbers = st.decimals(low, high, places=places).filter(unit.allows)
        relations = st.sampled_from(get_args(Relation) if question.bounds else ("=",))
        chosen.append(st.builds(Measurement, relations, numbers, st.just(unit.code)))
    return st.one_of(chosen)


tables = st.fixed_dictionaries({q.id: answers_to(q) for q in PROTOCOL.questions})
"""An answer to every question, whether it will be asked or not."""
