"""Draws the machine that runs, as a Mermaid state diagram that a person can read.

What is drawn is what runs: each arrow is a transition of the machine. Arrows between questions are those that
a straight dialogue can take, found by playing every distinguishable one; jumps after a correction, and what
is possible at every question alike, stand as one arrow each.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from transitions import Machine

from dialogs.dialogue import CANCELLED, COMPLETED, EXCLUDED, REVIEW, machine
from dialogs.languages import words
from dialogs.proofs import explore
from dialogs.protocol import Protocol

_QUESTIONS: Final = "questions"


def mermaid(protocol: Protocol, language: str = "en") -> str:
    """Give the diagram's text. Raises `AssertionError` if an arrow were no transition of the machine."""
    running = machine(protocol)
    said = words("dialogs", language)["diagram"]
    lines = ["stateDiagram-v2", f'    state "{said["questions"]}" as {_QUESTIONS} {{']
    lines += [f"        {line}" for line in _questions(protocol, running, language)]
    lines.append("    }")
    lines += [f'    state "{said[state]}" as {state}' for state in (EXCLUDED, REVIEW, COMPLETED, CANCELLED)]
    lines.append(f"    [*] --> {_QUESTIONS}")
    lines += [f"    {source} --> {target}: {said[key]}" for source, target, key in _collapsed(running)]
    lines.append(f"    {CANCELLED} --> [*]")
    return "\n".join(lines) + "\n"


def _questions(protocol: Protocol, running: Machine, language: str) -> Iterator[str]:
    for place, question in enumerate(protocol.questions):
        codes = [c.code for c in protocol.criteria if c.rule.mask >> place & 1]
        yield f'state "{question.short[language]} ({", ".join(codes)})" as {question.id}'
    first, place_of = protocol.questions[0].id, protocol.position
    yield f"[*] --> {first}"
    for source, target in sorted(
        explore(protocol).follows, key=lambda pair: (place_of[pair[0]], place_of[pair[1]])
    ):
        _require(running, "answer", source, target)
        yield f"{source} --> {target}"


def _collapsed(running: Machine) -> Iterator[tuple[str, str, str]]:
    """Arrows that are the same for every question, each checked for all of them."""
    questions = [state for state in running.states if state not in (EXCLUDED, REVIEW, COMPLETED, CANCELLED)]
    arrows = (
        ("answer", _QUESTIONS, EXCLUDED, "failed"), ("answer", _QUESTIONS, REVIEW, "nothing"),
        ("correct", EXCLUDED, _QUESTIONS, "correct"), ("continue", EXCLUDED, _QUESTIONS, "continue"),
        ("finish", EXCLUDED, REVIEW, "finish"), ("correct", REVIEW, _QUESTIONS, "correct"),
        ("continue", REVIEW, _QUESTIONS, "continue"), ("save", REVIEW, COMPLETED, "save"),
        ("reopen", COMPLETED, _QUESTIONS, "reopen"), ("amend", COMPLETED, _QUESTIONS, "amend"),
        ("cancel", _QUESTIONS, CANCELLED, "cancel"),
        ("cancel", EXCLUDED, CANCELLED, "cancel"), ("cancel", REVIEW, CANCELLED, "cancel"),
        ("cancel", _QUESTIONS, COMPLETED, "stands"),
        ("cancel", EXCLUDED, COMPLETED, "stands"), ("cancel", REVIEW, COMPLETED, "stands"),
    )  # fmt: skip
    for trigger, source, target, said in arrows:
        for one in questions if source == _QUESTIONS else [source]:
            for other in questions if target == _QUESTIONS else [target]:
                _require(running, trigger, one, other)
        yield source, target, said


def _require(running: Machine, trigger: str, source: str, target: str) -> None:
    if not any(t.dest == target for t in running.events[trigger].transitions[source]):
        raise AssertionError(f"no transition {trigger} from {source} to {target}")
