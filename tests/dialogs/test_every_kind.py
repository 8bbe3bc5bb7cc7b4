"""Random protocols of the whole format and random patients: the dialogue, the full evaluation and a plain evaluator agree."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dialogs.dialogue import replay
from dialogs.loading.building import build
from dialogs.loading.catalogue import Shelf
from dialogs.loading.expansion import expanded
from dialogs.loading.kinds import Report
from dialogs.protocol import Protocol
from tests.dialogs.every_kind import files, patients
from tests.dialogs.obvious import Obvious
from tests.dialogs.playing import played


def built(raw: dict[str, Any]) -> Protocol:
    report = Report()
    protocol = build(expanded(raw, Shelf(raw)), "", report)
    assert protocol is not None
    assert not report.faults
    return protocol


@given(st.data())
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_the_dialogue_comes_to_the_verdict_of_every_answer_judged_plainly(data: st.DataObject) -> None:
    raw = data.draw(files())
    patient = data.draw(patients(raw))
    dialogue, steps = played(built(raw), patient)
    plain = Obvious(raw, patient)
    assert dialogue.verdict == plain.whole()
    told = {each.part.code: each.verdict for each in dialogue.parts}
    assert told == {code: found for code, found in plain.verdicts().items() if code}
    assert replay(dialogue.protocol, steps).statuses == dialogue.statuses
