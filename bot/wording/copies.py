"""Texts to copy out of the chat: a line for a message to a colleague, and what goes into a health record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from bot.exchange import COPY_CHARACTERS, Safe
from bot.wording.cards import answer_named, deciding
from bot.wording.healing import again_unless_said, met_from
from bot.wording.parts import in_one_line, part_lines
from bot.wording.phrases import Phrases, escape, joined, plain
from bot.wording.times import local_time
from bot.wording.verdict_card import criterion_names, open_lines
from dialogs.answers import COMPUTED
from dialogs.assessment import Reason, ask_the_site
from dialogs.dialogue import Dialogue
from dialogs.reasons import what_failed
from dialogs.working_out import parts_told
from state.moments import in_zone
from state.screenings import Screening

MOST_CODES: Final = 6
"""Codes named in a line to copy; that there are more is said."""


def line_to_copy(screening: Screening, say: Phrases) -> str:
    """Return the verdict with the codes that decided it, short enough for a copy button."""
    dialogue = screening.dialogue
    told = _codes(dialogue) if not dialogue.parts else [in_one_line(dialogue.parts, say)]
    if ask_the_site(dialogue.protocol, dialogue.facts):
        told.append(say.plain("copy_site"))
    reason = say.plain("copy_reason", codes=joined(told, say)) if told else ""
    return _line(screening, reason, say)[:COPY_CHARACTERS]


def _codes(dialogue: Dialogue) -> list[str]:
    codes: Sequence[str] = dialogue.failed_codes or dialogue.unresolved
    return [*codes[:MOST_CODES], *(["…"] if len(codes) > MOST_CODES else [])]


def _line(screening: Screening, reason: str, say: Phrases) -> str:
    dialogue, saved = screening.dialogue, screening.saved[-1]
    return say.plain(
        "copy_text",
        id=dialogue.protocol.id,
        number=screening.number,
        at=local_time(saved.at, screening.zone),
        verdict=say.plain(f"verdict_{dialogue.verdict}"),
        reason=reason,
        version=dialogue.protocol.version,
        person=saved.person,
    )


def record_to_copy(screening: Screening, answered: Mapping[str, datetime], say: Phrases) -> Safe:
    """Return what goes into a health record, as one text that a tap copies.

    Verdict, number, versions and person; every reason; each answer with its unit, and when it was ``answered``;
    what is worked out, when its newest part was.
    """
    dialogue = screening.dialogue
    again = again_unless_said(screening, say)
    protocol = dialogue.protocol
    told = [
        f"{protocol.id} {protocol.title[say.language]}",
        _line(screening, "", say),
        *(plain(line) for line in part_lines(dialogue, say)),
        *(_reason_line(screening, each, say) for each in dialogue.reasons),
        *([plain(again)] if again is not None else []),
    ]
    unresolved = [protocol.criterion_by_code[code] for code in dialogue.unresolved]
    if unresolved:
        told.append(say.plain("status_unknown", codes=joined(criterion_names(unresolved, say), say)))
    told += [plain(line).strip() for line in open_lines(dialogue, say)]
    told.append(say.plain("answers_title"))
    told += [
        _answer_line(screening, each, _entered(dialogue, each, answered), say) for each in dialogue.applied
    ]
    return Safe(f"<pre>{escape(chr(10).join(told))}</pre>")


def _reason_line(screening: Screening, reason: Reason, say: Phrases) -> str:
    dialogue, criterion = screening.dialogue, reason.criterion
    what = what_failed(dialogue.protocol, criterion, dialogue.facts, say.language)
    failed = say.plain(f"failed_{criterion.kind}", what=what)
    entered = say.plain("your_answer", answers=deciding(dialogue, reason, say))
    told = say.plain("copy_why", code=criterion.code, failed=failed, entered=entered)
    heals = met_from(screening, criterion, say)
    return say.plain("copy_heals", why=told, heals=plain(heals)) if heals is not None else told


def _entered(dialogue: Dialogue, question_id: str, answered: Mapping[str, datetime]) -> datetime | None:
    """When an answer was entered; of a number that is worked out, when its newest part was."""
    if dialogue.answers[question_id] != COMPUTED:
        return answered.get(question_id)
    parts = parts_told(dialogue.protocol, [(question_id, COMPUTED)])
    entered = (answered[part] for part in parts if part in answered and dialogue.answers[part] != COMPUTED)
    return max(entered, default=None)


def _answer_line(screening: Screening, question_id: str, at: datetime | None, say: Phrases) -> str:
    dialogue = screening.dialogue
    said = answer_named(dialogue, question_id, dialogue.answers[question_id], say)
    if at is None:
        return said
    entered = say.plain("entered_at", at=f"{in_zone(at, screening.zone):%Y-%m-%d %H:%M}")
    return say.plain("noted", what=said, note=entered)
