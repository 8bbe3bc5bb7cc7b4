"""The table of steps, the machine that is made from it, and the diagram that is drawn from it."""

from __future__ import annotations

import pytest

from dialogs.answers import UNKNOWN
from dialogs.diagram import mermaid
from dialogs.dialogue import begin
from dialogs.languages import LANGUAGES
from dialogs.progress import ASKING, CANCELLED, STAGES
from dialogs.protocol import Protocol
from dialogs.steps import STEP_KINDS, TABLE, Step, machine


def test_the_machine_is_built_once_for_all_protocols_and_has_no_callbacks(protocol: Protocol) -> None:
    shared = machine()
    begin(protocol).take(Step("answer", protocol.questions[0].id, UNKNOWN))
    assert machine() is shared
    assert not shared.models
    for event in shared.events.values():
        for transitions in event.transitions.values():
            assert not any(t.before or t.after or t.prepare for t in transitions)


def test_the_table_has_one_row_a_step_and_every_stage_but_the_last_can_be_left() -> None:
    assert [row.step for row in TABLE] == list(STEP_KINDS)
    assert {target for row in TABLE for target in row.leads_to} == set(STAGES)
    assert {source for row in TABLE for source in row.possible_at} == set(STAGES) - {CANCELLED}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_diagram_draws_every_question_and_every_step_between_stages(
    protocol: Protocol, language: str
) -> None:
    drawn = mermaid(protocol, language)
    for question in protocol.questions:
        assert f"as {question.id}\n" in drawn
    for row in TABLE:
        for source in row.possible_at:
            for target in row.leads_to:
                arrow = f"{source} --> {target}: ".replace(ASKING, "questions")
                assert source == target or arrow in drawn
