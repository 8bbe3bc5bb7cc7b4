"""Draws the dialogue as a Mermaid state diagram that a person can read.

What is drawn is what runs. Arrows between stages are the rows of `dialogs.steps.TABLE`, from which the machine is
made; the questions stand as one stage, and steps that stay among them (back, correct) are left out. Arrows between
questions are those that a straight dialogue can take, found by playing every distinguishable one; of a trial with too
many of these by playing some, which the diagram says.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from dialogs.languages import DEFAULT, words
from dialogs.progress import ASKING, CANCELLED, COMPLETED, EXCLUDED, REVIEW
from dialogs.proofs import explore
from dialogs.protocol import Protocol
from dialogs.steps import TABLE

_QUESTIONS: Final = "questions"
_SAID: Final = {
    ("answer", EXCLUDED): "failed",
    ("answer", REVIEW): "nothing",
    ("back", ASKING): "correct",
    ("cancel", COMPLETED): "stands",
}
"""The words on an arrow, by step and where it leads; those of other arrows are called as their step."""


def mermaid(protocol: Protocol, language: str = DEFAULT) -> str:
    """Return the diagram's text."""
    said = words("dialogs", language)["diagram"]
    said = {**said, **said["of_parts"]} if protocol.every_part > 1 else said
    lines = ["stateDiagram-v2", f'    state "{said["questions"]}" as {_QUESTIONS} {{']
    lines += [f"        {line}" for line in _questions(protocol, language)]
    lines.append("    }")
    lines += [f'    state "{said[stage]}" as {stage}' for stage in (EXCLUDED, REVIEW, COMPLETED, CANCELLED)]
    lines.append(f"    [*] --> {_QUESTIONS}")
    lines += [f"    {source} --> {target}: {said[key]}" for source, target, key in _arrows()]
    lines.append(f"    {CANCELLED} --> [*]")
    return "\n".join(lines) + "\n"


def _questions(protocol: Protocol, language: str) -> Iterator[str]:
    found = explore(protocol)
    if not found.complete:
        yield f"%% {words('dialogs', language)['diagram']['sampled']}"
    marks = words("dialogs", language)["punctuation"]
    for place, question in enumerate(protocol.questions):
        codes = [c.code for c in protocol.criteria if c.rule.mask >> place & 1]
        name = marks["noted"].format(what=question.short[language], note=marks["list"].join(codes))
        if codes:
            yield f'state "{name}" as {question.id}'
    if found.first is not None:
        yield f"[*] --> {found.first}"
    place_of = protocol.position
    for source, target in sorted(found.follows, key=lambda arrow: [place_of[q] for q in arrow]):
        yield f"{source} --> {target}"


def _arrows() -> tuple[tuple[str, str, str], ...]:
    """The arrows between stages, each with the key of its words; *back* and *correct* are drawn as one."""
    arrows = [
        (_drawn(source), _drawn(target), _SAID.get((row.step, target), row.step))
        for row in TABLE
        for source in row.possible_at
        for target in row.leads_to
        if source != target
    ]
    return tuple(dict.fromkeys(arrows))


def _drawn(stage: str) -> str:
    return _QUESTIONS if stage == ASKING else stage
