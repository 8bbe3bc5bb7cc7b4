"""Conditions as they are written in rules, each with what its contrary is written as."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from dialogs.since import NEVER

Joint = Literal["", "and", "or"]
Relation = Literal["<", "<=", ">", ">=", "==", "!="]

CONTRARY: Final[dict[str, Relation]] = {"<": ">=", ">=": "<", ">": "<=", "<=": ">", "==": "!=", "!=": "=="}
Question = dict[str, object]
_WORDS_OF_AN_ID: Final = 4
_NAME: Final = re.compile(r'"[^"]*"|\b(?:and|or|not|in|unclear)\b|\b([a-z][a-z0-9_]+)')


@dataclass(frozen=True, slots=True)
class Clause:
    """A text of a rule, and the word that joins its parts, if it has several."""

    text: str
    joint: Joint = ""


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition, its contrary, and the questions of the file's own that both name."""

    said: Clause
    contrary: Clause
    questions: tuple[Question, ...] = ()
    said_with: Literal["", "no", "history of", "unless"] = ""
    """What may go on to what follows: *no ... or ...*."""

    @property
    def denied(self) -> bool:
        return self.said_with == "no"


def simple(said: str, contrary: str = "", questions: tuple[Question, ...] = ()) -> Condition:
    """Return a condition of one part."""
    return Condition(Clause(said), Clause(contrary or f"not ({said})"), questions)


def compared(name: str, relation: str, limit: str, questions: tuple[Question, ...] = ()) -> Condition:
    return simple(f"{name} {relation} {limit}", f"{name} {CONTRARY[relation]} {limit}", questions)


def ago(name: str, relation: str, limit: str, questions: tuple[Question, ...] = ()) -> Condition:
    """Return how long ago something was against a limit; of a longer time that who never had it fits, as it means."""
    condition = compared(name, relation, limit, questions)
    longer = Clause(f'{name} {{}} {limit} or {name} == "{NEVER}"', "or")
    if relation in (">", ">="):
        return replace(condition, said=replace(longer, text=longer.text.format(relation)))
    return replace(condition, contrary=replace(longer, text=longer.text.format(CONTRARY[relation])))


def one_of(name: str, codes: Sequence[str], questions: tuple[Question, ...] = ()) -> Condition:
    """Return that the answer to a choice is one of some."""
    if len(codes) == 1:
        return compared(name, "==", f'"{codes[0]}"', questions)
    listed = ", ".join(f'"{code}"' for code in codes)
    return simple(f"{name} in ({listed})", f"{name} not in ({listed})", questions)


def contrary(condition: Condition) -> Condition:
    return Condition(condition.contrary, condition.said, condition.questions)


def denied(condition: Condition) -> Condition:
    """Return the contrary as a line says it: *no ...*."""
    return replace(contrary(condition), said_with="no")


def all_of(*parts: Condition) -> Condition:
    return _joined("and", "or", parts)


def any_of(*parts: Condition) -> Condition:
    return _joined("or", "and", parts)


def _joined(joint: Joint, other: Joint, parts: Sequence[Condition]) -> Condition:
    if len(parts) == 1:
        return parts[0]
    questions = {str(each): each for part in parts for each in part.questions}
    return Condition(
        _clause(joint, [part.said for part in parts]),
        _clause(other, [part.contrary for part in parts]),
        tuple(questions.values()),
    )


def _clause(joint: Joint, clauses: Sequence[Clause]) -> Clause:
    """Return clauses joined by a word; ``and`` binds closer than ``or``."""
    return Clause(f" {joint} ".join(_in_brackets(clause, joint) for clause in clauses), joint)


def _in_brackets(clause: Clause, joint: Joint) -> str:
    return f"({clause.text})" if (clause.joint, joint) == ("or", "and") else clause.text


def names_of(condition: Condition) -> set[str]:
    """Return the questions that a condition names."""
    return set(filter(None, _NAME.findall(condition.said.text)))


def own_id(name: str, text: str) -> str:
    """Return an id of a question of the file's own, by the first words of a text; others that begin alike differ."""
    words = re.findall("[a-z0-9]+", text.lower())
    rest = [hashlib.sha256(text.lower().encode()).hexdigest()[:4]] if len(words) > _WORDS_OF_AN_ID else []
    return "_".join([name, *words[:_WORDS_OF_AN_ID], *rest])
