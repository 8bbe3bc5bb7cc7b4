"""Where a screening stands: each criterion's status, the verdict, the reasons, and what is still missing.

All of it depends on the rules and the answers only, not on the order in which the answers were given.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from dialogs.answers import COMPUTED, UNKNOWN, Answer, Choice, Measurement
from dialogs.protocol import Criterion, Protocol, SiteItem
from dialogs.rules.judgement import FALSE, SETTLED, TRUE, UNCERTAIN, Facts, Judgement
from dialogs.rules.tree import Rule

Status = Literal["met", "failed", "unknown", "not judged"]
Verdict = Literal["eligible", "ineligible", "undetermined"]

NOT_JUDGED: Final = Judgement(TRUE, TRUE, 0)
"""The judgement of a criterion whose required criterion failed; told from *met* by identity."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a criterion has its status: the answers that decided it, in the protocol's order."""

    criterion: Criterion
    answers: tuple[tuple[str, Answer | None], ...]


def judge(protocol: Protocol, index: int, facts: Facts) -> Judgement:
    """Judge criterion `index`: ``TRUE`` is *met*, ``FALSE`` is *failed*, seen from the patient's side."""
    required = protocol.requirement[index]
    if required is not None and judge(protocol, required, facts).high == FALSE:
        return NOT_JUDGED
    criterion = protocol.criteria[index]
    judgement = criterion.rule.judge(facts)
    if criterion.kind == "inclusion":
        return judgement
    low, high, residual = judgement
    return Judgement(TRUE - high, TRUE - low, residual) if residual else SETTLED[TRUE - low]


@lru_cache(maxsize=256)
def unanswered(protocol: Protocol) -> tuple[Judgement, ...]:
    """What each criterion comes to before anything is answered."""
    nothing: list[Answer | None] = [None] * len(protocol.questions)
    return tuple(judge(protocol, index, nothing) for index in range(len(protocol.criteria)))


def status(judgement: Judgement) -> Status:
    """Name a judgement. Pending and uncertain are both *unknown*."""
    if judgement is NOT_JUDGED:
        return "not judged"
    if judgement.low == TRUE:
        return "met"
    return "failed" if judgement.high == FALSE else "unknown"


def verdict(judged: Iterable[Judgement]) -> Verdict:
    """Kleene's *and* over all criteria: any failed, else any unknown, else all met."""
    lowest = TRUE
    for judgement in judged:
        if judgement.high == FALSE:
            return "ineligible"
        lowest = min(lowest, judgement.low)
    return "eligible" if lowest == TRUE else "undetermined"


def reason(protocol: Protocol, criterion: Criterion, facts: Facts) -> Reason:
    """Return the answers that decided a criterion; what is shown, stored and exported comes from here."""
    return Reason(criterion, deciding_answers(protocol, criterion.rule, facts))


def deciding_answers(protocol: Protocol, rule: Rule, facts: Facts) -> tuple[tuple[str, Answer | None], ...]:
    """Return the answers behind a rule's value, in the protocol's order."""
    places = sorted({place for leaf in rule.grounds(facts) for place in leaf.asked(facts)})
    return tuple((protocol.questions[place].id, facts[place]) for place in places)


def follow_up(protocol: Protocol, facts: Facts) -> dict[str, tuple[str, ...]]:
    """For each unknown criterion, the questions whose better answers would settle it.

    These are the questions answered *unknown*, or by a bound that could not decide, that would still
    matter if they had not been answered at all.
    """
    missing: dict[str, tuple[str, ...]] = {}
    for index, criterion in enumerate(protocol.criteria):
        if status(judge(protocol, index, facts)) != "unknown":
            continue
        open_places = _indecisive(criterion.rule, facts)
        reopened = [None if place in open_places else answer for place, answer in enumerate(facts)]
        residual = judge(protocol, index, reopened).residual
        missing[criterion.code] = tuple(
            protocol.questions[place].id for place in sorted(open_places) if residual >> place & 1
        )
    return missing


def _indecisive(rule: Rule, facts: Facts) -> set[int]:
    """The places of answers that leave a comparison of this rule uncertain.

    These are unknowns and bounds; where there are none, what cannot be worked out from its parts: a BMI of 0.3.
    """
    places: set[int] = set()
    for leaf in rule.node.leaves():
        if leaf.judge(facts) is SETTLED[UNCERTAIN]:
            asked = set(leaf.asked(facts))
            vague = {place for place in asked if _is_vague(facts[place])}
            places |= vague or {place for place in asked if facts[place] == COMPUTED}
    return places


def _is_vague(answer: Answer | None) -> bool:
    return answer == UNKNOWN or (isinstance(answer, Measurement) and answer.relation != "=")


def ask_the_site(protocol: Protocol, facts: Facts) -> tuple[SiteItem, ...]:
    """Return the points that the record leaves open and that this screening came to."""
    return tuple(item for item in protocol.site_items if item.when.judge(facts).low == TRUE)


def alerts(protocol: Protocol, facts: Facts) -> tuple[SiteItem, ...]:
    """Return the warnings that these answers call for; they never change a verdict."""
    return tuple(alert for alert in protocol.alerts if alert.when.judge(facts).low == TRUE)


def effective(protocol: Protocol, answers: Mapping[str, Answer]) -> list[Answer | None]:
    """Lay answers out in the protocol's order, with what they imply filled in where it was not known."""
    facts: list[Answer | None] = [answers.get(question.id) for question in protocol.questions]
    for question_id, answer in answers.items():
        imply(protocol, facts, question_id, answer)
    return facts


def imply(protocol: Protocol, facts: list[Answer | None], question_id: str, answer: Answer) -> None:
    """Fill in what an answer implies, where nothing better is known (pregnant implies female)."""
    if question_id not in implying(protocol):
        return
    for option in protocol.question(question_id).chosen(answer):
        for other, code in option.implies.items():
            place = protocol.position[other]
            if facts[place] is None or facts[place] == UNKNOWN:
                facts[place] = Choice(code)


@lru_cache(maxsize=256)
def implying(protocol: Protocol) -> frozenset[str]:
    """The questions of which an answer implies another one; of most none does."""
    return frozenset(each.id for each in protocol.questions if any(option.implies for option in each.options))
