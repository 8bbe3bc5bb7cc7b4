"""Puts a subject into words for the office: one screening as it stands, what came of it, and what was done in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Final

from bot.exchange import Safe
from bot.wording.against_parts import lines_of_contradictions
from bot.wording.cards import answer_lines, deciding
from bot.wording.elsewhere import newer_lines
from bot.wording.healing import again_unless_said, met_from
from bot.wording.in_short import in_short
from bot.wording.missing import missing_lines
from bot.wording.parts import part_lines, title
from bot.wording.phrases import Phrases, joined, lines, quoted
from bot.wording.times import local_day, local_time
from dialogs.answers import Answer
from dialogs.assessment import Reason
from dialogs.dialogue import CANCELLED, Dialogue
from dialogs.protocol import Question
from dialogs.reasons import what_failed
from dialogs.wording import describe
from state.history import Asked, Event
from state.moments import in_zone
from state.outcomes import Note, Standing
from state.screenings import Screening

EVENTS_SHOWN: Final = 30
"""Lines of a history: what is older is in the export."""


# the card ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Subject:
    """One screening of a subject with all that belongs to it.

    ``saved`` is the screening as its newest verdict was saved, if it is being revised.
    """

    screening: Screening
    saved: Screening
    stands: Standing
    queries: Sequence[Asked]
    events: Sequence[Event]


def subject_card(subject: Subject, zone: str, say: Phrases) -> Safe:
    """State, verdict, reasons, disagreement, outcome, queries; the answers fold out."""
    screening, saved = subject.screening, subject.saved
    return lines(
        _title(saved, say),
        state_lines(screening, zone, say),
        *newer_lines(saved, say),
        *_linked(screening, subject.stands, say),
        *_why(saved, say),
        *_disagreements(subject, say),
        outcome_line(subject.stands.notes, say),
        *(_query(saved, each, say) for each in subject.queries),
        _answers(saved, say),
    )


def _title(saved: Screening, say: Phrases) -> Safe:
    if not saved.saved:
        return say("subject_unsaved", number=saved.number)
    return say("subject_title", number=saved.number, verdict=say(f"verdict_{saved.saved[-1].verdict}"))


def state_lines(screening: Screening, zone: str, say: Phrases) -> Safe:
    """Since when it stands so, and by whom."""
    started = {"at": local_time(screening.started_at, zone), "person": screening.person}
    if not screening.saved:
        key = "subject_cancelled" if screening.state == CANCELLED else "subject_open"
        return say(key, **started)
    last = screening.saved[-1]
    told = say("subject_saved", at=local_time(last.at, zone), person=last.person)
    return lines(told, say("subject_revised") if screening.dialogue.revising else None)


def _linked(screening: Screening, stands: Standing, say: Phrases) -> Iterator[Safe]:
    """The other screenings of the same subject, before and after this one."""
    place = stands.screenings.index(screening.number)
    for key, numbers in (("earlier", stands.screenings[:place]), ("again", stands.screenings[place + 1 :])):
        if numbers:
            yield say(f"subject_{key}", numbers=joined(numbers, say))


def _why(saved: Screening, say: Phrases) -> Iterator[Safe | None]:
    """What was not met or applies, with the answers that decided; or what is missing."""
    if not saved.saved:
        return
    yield from part_lines(saved.dialogue, say)
    for reason in saved.dialogue.reasons:
        yield from _failed(saved, reason, say)
    yield from lines_of_contradictions(saved.dialogue, say)
    yield again_unless_said(saved, say)
    if saved.saved[-1].verdict == "undetermined":
        yield from missing_lines(saved.dialogue, say)


def _failed(saved: Screening, reason: Reason, say: Phrases) -> Iterator[Safe | None]:
    criterion, dialogue = reason.criterion, saved.dialogue
    what = what_failed(dialogue.protocol, criterion, dialogue.facts, say.language)
    yield say(f"failed_{criterion.kind}", what=say.plain("noted", what=what, note=criterion.code))
    yield say("your_answer", answers=deciding(dialogue, reason, say))
    yield met_from(saved, criterion, say)


def _disagreements(subject: Subject, say: Phrases) -> Iterator[Safe]:
    """Who disagreed with the verdict that stands, and why."""
    told: list[Safe] = []
    for event in subject.events:
        if event.kind == "save":
            told = []
        if event.kind == "disagree":
            reason = say(f"reason_{event.detail['reason']}")
            told.append(say("subject_disagreement", person=event.person, reason=reason))
    yield from dict.fromkeys(told)


def outcome_line(notes: Sequence[Note], say: Phrases) -> Safe | None:
    """What came of the subject, with the days."""
    return (
        say("outcome_stands", outcomes=joined([noted(note, say) for note in notes], say)) if notes else None
    )


def noted(note: Note, say: Phrases) -> Safe:
    return say("outcome_on", outcome=say(f"outcome_{note.code}"), day=note.on.isoformat())


def _query(screening: Screening, asked: Asked, say: Phrases) -> Safe:
    question = title(screening.protocol, screening.protocol.question(asked.question), say)
    return say(f"subject_query_{asked.state}", question=question, query=say(f"query_{asked.code}"))


def _answers(screening: Screening, say: Phrases) -> Safe | None:
    """Each answer that counts; a tap shows them all."""
    told = answer_lines(screening.dialogue, say)
    return quoted(lines(say("answers_title"), *told)) if told else None


# what was done -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of a history; a run of answers is one, from its first to its last."""

    first: datetime
    last: datetime
    person: str
    what: Safe


def history(screening: Screening, events: Sequence[Event], zone: str, say: Phrases) -> Safe:
    """Who answered, corrected, saved, asked and noted what, and when; the newest last."""
    told = list(_told(screening, events, zone, say))
    left_out = len(told) - EVENTS_SHOWN
    shown = [
        lines(Safe(f"<b>{local_day(group[0].first, zone)}</b>"), *(_line(each, zone, say) for each in group))
        for group in _by_day(told[-EVENTS_SHOWN:], zone)
    ]
    return lines(
        say("history_title", number=screening.number),
        say("history_more", n=left_out) if left_out > 0 else None,
        *shown,
    )


def _by_day(told: Sequence[_Line], zone: str) -> Iterator[list[_Line]]:
    for _, group in groupby(told, lambda each: local_day(each.first, zone)):
        yield list(group)


def _line(line: _Line, zone: str, say: Phrases) -> Safe:
    first, last = (f"{in_zone(at, zone):%H:%M}" for at in (line.first, line.last))
    time = first if first == last else f"{first}–{last}"
    return say("history_line", time=time, person=line.person, what=line.what)


def _told(screening: Screening, events: Sequence[Event], zone: str, say: Phrases) -> Iterator[_Line]:
    """Put events into lines: each by itself, but answers that were given in a row together."""

    def run(event: Event) -> tuple[bool, str, str]:
        return _is_first_answer(event), event.person, local_day(event.at, zone)

    worth_telling = [event for event in events if _is_told(event, say)]
    for (answers, person, _), group in groupby(worth_telling, run):
        row = list(group)
        if answers:
            yield _Line(row[0].at, row[-1].at, person, say("history_answers", n=len(row)))
        else:
            yield from (_Line(each.at, each.at, person, _what(screening, each, say)) for each in row)


def _is_first_answer(event: Event) -> bool:
    return event.kind == "answer" and event.before is None


def _is_told(event: Event, say: Phrases) -> bool:
    """The way through a dialogue is not told, and a correction once: *amend* is told, not the query's answer by it."""
    if event.kind == "query_answer":
        return bool(event.detail["outcome"] == "confirmed")
    return event.kind == "answer" or f"history_{event.kind}" in say.texts


def _what(screening: Screening, event: Event, say: Phrases) -> Safe:
    about = _about(screening, event, say)
    if event.kind != "answer":
        return say(f"history_{event.kind}", **about)
    question = screening.protocol.question(event.question or "")
    now, before = (
        _as_it_stands(screening.dialogue, question, each, say) for each in (event.answer, event.before)
    )
    changed = say("history_changed", **about, now=now, before=before)
    return say("noted", what=changed, note=about["reason"]) if event.detail.get("reason") else changed


def _as_it_stands(dialogue: Dialogue, question: Question, answer: Answer | None, say: Phrases) -> str:
    """Say an answer; a number that is worked out by what it comes to, as long as it is the answer that counts."""
    if answer is not None and dialogue.answers.get(question.id) == answer:
        return in_short(dialogue, question, answer, say)
    return describe(question, answer, say.language)


def _about(screening: Screening, event: Event, say: Phrases) -> dict[str, str]:
    """The words for what an event's detail holds in codes."""
    detail, about = event.detail, {}
    if event.question is not None:
        question = screening.protocol.question(event.question)
        about["question"] = title(screening.protocol, question, say)
    if event.kind == "save":
        first = detail["first_failed"]
        shown = say.plain(f"verdict_{detail['verdict']}")
        about["verdict"] = say.plain("noted", what=shown, note=first) if first else shown
    if event.kind == "query":
        about["query"] = say.plain(f"query_{detail['code']}")
    if event.kind == "outcome":
        code = detail.get("not_enrolled_reason") or detail["outcome"]
        about["outcome"] = say.plain(f"outcome_{code}")
        about["day"] = detail.get("on", "–")
    if detail.get("reason"):
        about["reason"] = say.plain(f"{_REASONS.get(event.kind, 'amend')}_{detail['reason']}")
    return about


_REASONS: Final = {"disagree": "reason", "outcome_withdrawn": "undo"}
"""Kind of entry -> how the phrases of its coded reasons begin; else ``amend``."""
