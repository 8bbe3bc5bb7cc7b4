"""Random protocols of a few yes/no questions, small enough to play each of their dialogues."""

from __future__ import annotations

from typing import Any, Final

from hypothesis import strategies as st

from dialogs.loading.building import build
from dialogs.loading.catalogue import Shelf
from dialogs.loading.expansion import expanded
from dialogs.loading.formats import in_newest
from dialogs.loading.kinds import Report
from dialogs.protocol import Protocol

_NAMES: Final = ("a", "b", "c", "d")
_conditions = st.recursive(
    st.sampled_from([*_NAMES, "unclear"]),
    lambda parts: st.one_of(
        st.builds("({} and {})".format, parts, parts),
        st.builds("({} or {})".format, parts, parts),
        st.builds("not {}".format, parts),
        st.builds("at_least(2, {}, {}, {})".format, parts, parts, parts),
    ),
    max_leaves=6,
)


@st.composite
def small(draw: st.DrawFn) -> Protocol:
    """Draw a protocol of four questions and one to three criteria; an answer may imply another, a criterion require one."""
    questions: list[dict[str, Any]] = [{"id": name, "ask": f"{name}?"} for name in _NAMES]
    if draw(st.booleans()):
        implied = {draw(st.sampled_from(_NAMES)): draw(st.sampled_from(["yes", "no"]))}
        options = [{"code": "yes", "text": "Yes", "implies": implied}, {"code": "no", "text": "No"}]
        questions[draw(st.integers(0, 3))] |= {"kind": "choice", "options": options}
    criteria = [
        {
            "code": f"K{index}",
            draw(st.sampled_from(["inclusion", "exclusion"])): "words",
            "rule": draw(_conditions),
            **({"requires": "K0"} if index and draw(st.booleans()) else {}),
        }
        for index in range(draw(st.integers(1, 3)))
    ]
    report = Report()
    raw = {"format": 2, "id": "SMALL", "title": "Small", "question": questions, "criterion": criteria}
    protocol = build(expanded(in_newest(raw), Shelf(raw)), "", report)
    assert protocol is not None, report.faults
    return protocol
