"""Puts what a screening comes to into words: the review before saving, and the card of the saved verdict."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

from bot.exchange import Safe
from bot.wording.against_parts import lines_of_contradictions
from bot.wording.cards import answer_lines, draft_line, reason_lines, reason_source, ruling, verdict_of_all
from bot.wording.elsewhere import newer_lines
from bot.wording.healing import again_from, again_unless_said, met_from
from bot.wording.missing import can_be_filled_in, silent_ones, unasked_line
from bot.wording.parts import needed, part_lines, title
from bot.wording.phrases import Phrases, escape, gap, joined, lines, quoted
from bot.wording.times import local_time
from dialogs.assessment import Reason, ask_the_site
from dialogs.dialogue import Dialogue
from dialogs.protocol import Criterion, Protocol
from dialogs.reasons import what_failed
from state.screenings import Screening

PASSED: Final = ("met_inclusion", "met_exclusion")
STATUS_GROUPS: Final = ("failed_inclusion", "failed_exclusion", "unknown", "not_judged", *PASSED)
"""In the order of the review; the first two decide."""


# the review --------------------------------------------------------------------------------------


def review_card(screening: Screening, say: Phrases) -> Safe:
    """Everything before saving: verdict, what is failed or open, and all answers, which saving confirms.

    A tap shows which criteria are met.
    """
    dialogue = screening.dialogue
    told = status_lines(dialogue, say)
    passed = lines(*(told.get(group) for group in PASSED))
    return lines(
        say("review_title", verdict=say(f"verdict_{dialogue.verdict}")),
        *newer_lines(screening, say),
        *lines_of_contradictions(dialogue, say),
        *part_lines(dialogue, say),
        *(said for group, said in told.items() if group not in PASSED),
        again_from(screening, say),
        say("answers_title"),
        *answer_lines(dialogue, say),
        quoted(passed) if passed else None,
        _set_aside_line(dialogue, say),
        *open_lines(dialogue, say),
        say("source_documents"),
    )


def _set_aside_line(dialogue: Dialogue, say: Phrases) -> Safe | None:
    names = [title(dialogue.protocol, dialogue.protocol.question(each), say) for each in dialogue.set_aside]
    return say("set_aside_title", questions=joined(names, say)) if names else None


def status_lines(dialogue: Dialogue, say: Phrases) -> dict[str, Safe]:
    """The criteria by status, each by its code; the failed and open ones with their names."""
    statuses, groups = dialogue.statuses, defaultdict[str, list[Criterion]](list)
    for criterion in dialogue.protocol.criteria:
        groups[_status_group(criterion, statuses[criterion.code])].append(criterion)
    named = {*STATUS_GROUPS[:2], *(("unknown",) if dialogue.undetermined else ())}
    return {
        group: say(f"status_{group}", codes=joined(_codes(groups[group], group in named, say), say))
        for group in STATUS_GROUPS
        if group in groups
    }


def _status_group(criterion: Criterion, status: str) -> str:
    return f"{status}_{criterion.kind}" if status in ("failed", "met") else status.replace(" ", "_")


def _codes(criteria: Sequence[Criterion], named: bool, say: Phrases) -> list[str]:
    return criterion_names(criteria, say) if named else [each.code for each in criteria]


def criterion_names(criteria: Sequence[Criterion], say: Phrases) -> list[str]:
    """Each criterion by its code and name."""
    return [f"{each.code} {each.name[say.language]}" for each in criteria]


def open_lines(dialogue: Dialogue, say: Phrases) -> list[Safe]:
    """What would settle the open criteria and who can supply it; what was not asked; what only the site can answer."""
    found = _follow_up_lines(dialogue, say) if dialogue.undetermined else []
    found += unasked_line(dialogue, say)
    site_items = ask_the_site(dialogue.protocol, dialogue.facts)
    asked = [say("site_line", text=item.text[say.language]) for item in site_items] or _silent_lines(
        dialogue, say
    )
    return [*found, gap(say("site_title")), *asked] if asked else found


def _silent_lines(dialogue: Dialogue, say: Phrases) -> list[Safe]:
    """The criteria that no answer would settle, since the record is silent, where the trial words no question."""
    named = criterion_names(
        [dialogue.protocol.criterion_by_code[code] for code in silent_ones(dialogue)], say
    )
    return [say("site_silent", criterion=name) for name in named]


def _follow_up_lines(dialogue: Dialogue, say: Phrases) -> list[Safe]:
    """Each question that is to be followed up, once, with all criteria that wait for it."""
    waiting = defaultdict[str, list[str]](list)
    for code, questions in dialogue.follow_up().items():
        for question_id in questions:
            waiting[question_id].append(code)
    told = [_follow_up(dialogue.protocol, question_id, codes, say) for question_id, codes in waiting.items()]
    return [gap(say("follow_up_title")), *told] if told else []


def _follow_up(protocol: Protocol, question_id: str, codes: Sequence[str], say: Phrases) -> Safe:
    question = protocol.question(question_id)
    return say(
        "follow_up_line",
        question=title(protocol, question, say),
        supplier=question.supplier[say.language],
        codes=joined(codes, say),
    )


# the verdict -------------------------------------------------------------------------------------


def verdict_card(screening: Screening, say: Phrases) -> Safe:
    """The card of a saved screening: verdict and reason, number, time with zone, person, versions.

    A tap shows the answers and the disclaimer.
    """
    dialogue, saved = screening.dialogue, screening.saved[-1]
    protocol = dialogue.protocol
    at = local_time(saved.at, screening.zone)
    return lines(
        draft_line(protocol, say),
        *_verdict_lines(screening, say),
        *newer_lines(screening, say),
        *lines_of_contradictions(dialogue, say),
        *open_lines(dialogue, say),
        say("card_saved", at=at, person=saved.person),
        say("card_earlier", number=screening.earlier) if screening.earlier else None,
        _protocol_line(protocol, say),
        quoted(
            lines(
                *(reason_source(reason, say) for reason in dialogue.reasons),
                say("answers_title"),
                *answer_lines(dialogue, say),
                gap(escape(protocol.disclaimer[say.language])),
            )
        ),
    )


def _protocol_line(protocol: Protocol, say: Phrases) -> Safe:
    """The trial, whose title says if it is fictional, and the versions of its rules and of the record."""
    named = {"id": protocol.id, "title": protocol.title[say.language], "version": protocol.version}
    if not protocol.record_version:
        return say("card_protocol_alone", **named)
    return say("card_protocol", **named, record_version=protocol.record_version)


def _verdict_lines(screening: Screening, say: Phrases) -> list[Safe | None]:
    dialogue = screening.dialogue
    parts = part_lines(dialogue, say)
    if dialogue.verdict == "eligible":
        return [say("card_eligible"), *parts, *_of_parts(screening, say)]
    if dialogue.verdict == "undetermined":
        key = "card_undetermined" if can_be_filled_in(dialogue) else "card_left_open"
        told = say(key, codes=joined(dialogue.unresolved, say))
        return [told, *parts, *_of_parts(screening, say), say("investigator")]
    ruled = ruling(dialogue)
    return [
        *verdict_of_all(dialogue, say),
        *(line for reason in ruled for line in reason_lines(screening, reason, say)),
        *(
            line
            for each in dialogue.reasons
            if each not in ruled
            for line in _failed(screening, each, f"also_{each.criterion.kind}", say)
        ),
        *(parts if needed(dialogue.protocol, say) else []),
        again_unless_said(screening, say),
        say("investigator"),
    ]


def _of_parts(screening: Screening, say: Phrases) -> list[Safe | None]:
    """The criteria that ruled out a part while another one is open."""
    return [
        line
        for reason in screening.dialogue.reasons
        for line in _failed(screening, reason, f"of_part_{reason.criterion.kind}", say)
    ]


def _failed(screening: Screening, reason: Reason, key: str, say: Phrases) -> Iterator[Safe | None]:
    """A criterion that failed, in one line, and from when time could change that."""
    criterion, dialogue = reason.criterion, screening.dialogue
    what = what_failed(dialogue.protocol, criterion, dialogue.facts, say.language)
    yield say(key, code=criterion.code, what=what)
    yield met_from(screening, criterion, say)
