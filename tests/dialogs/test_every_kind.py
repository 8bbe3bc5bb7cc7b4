"""Random protocols of the whole format and random patients: the dialogue, the full evaluation and a plain evaluator agree."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dialogs.answers import UNKNOWN, Answer
from dialogs.dialogue import EXCLUDED, REVIEW, Dialogue, Step, begin, replay
from dialogs.errors import AnswerError
from dialogs.loading.building import build
from dialogs.loading.catalogue import Shelf
from dialogs.loading.expansion import expanded
from dialogs.loading.kinds import Report
from dialogs.protocol import Protocol
from tests.dialogs.every_kind import files, patients
from tests.dialogs.obvious import Obvious


def built(raw: dict[str, Any]) -> Protocol:
    report = Report()
    protocol = build(expanded(raw, Shelf(raw)), "", report)
    assert protocol is not None
    assert not report.faults
    return protocol


def played(protocol: Protocol, patient: dict[str, Answer]) -> tuple[Dialogue, list[Step]]:
    """Answer what is asked, further reasons too, until nothing is left to ask."""
    dialogue, steps = begin(protocol), []
    while dialogue.state != REVIEW:
        if dialogue.state == EXCLUDED:
            step = Step("continue" if dialogue.can("continue") else "finish")
        else:
            step = Step("answer", dialogue.state, _fitting(dialogue, patient))
        dialogue.take(step)
        steps.append(step)
    return dialogue, steps


def _fitting(dialogue: Dialogue, patient: dict[str, Answer]) -> Answer:
    answer = patient[dialogue.state]
    try:
        dialogue.check(dialogue.state, answer)
    except AnswerError:
        return UNKNOWN
    return answer


@given(st.data())
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_the_dialogue_comes_to_the_verdict_of_every_answer_judged_plainly(data: st.DataObject) -> None:
    raw = data.draw(files())
    patient = data.draw(patients(raw))
    dialogue, steps = played(built(raw), patient)
    plain = Obvious(raw, patient).verdicts()
    assert dialogue.verdict == _best(plain.values())
    assert {each.part.code: each.verdict for each in dialogue.parts} == {c: v for c, v in plain.items() if c}
    assert replay(dialogue.protocol, steps).statuses == dialogue.statuses


def _best(verdicts: Iterable[str]) -> str:
    return max(verdicts, key=["ineligible", "undetermined", "eligible"].index)
