"""Puts a screening into words: the question, the exclusion, the review, the verdict card.

Everything shown is computed from the dialogue; nothing here decides anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.exchange import COPY_CHARACTERS, Safe
from bot.wording.phrases import Phrases, escape, gap, lines
from dialogs.answers import Answer, Measurement, compact
from dialogs.assessment import Reason, alerts, ask_the_site
from dialogs.dialogue import Dialogue
from dialogs.protocol import Criterion, Protocol, Question
from dialogs.reading import Refused, unit_for
from dialogs.wording import describe, echo, what_failed
from state.screenings import Saved, Screening

FEW: Final = 10
"""Examples up to here have a decimal place."""


def local_time(at: str | datetime, zone: str) -> str:
    """Show a moment in a zone, which may be a name or an offset: ``2026-11-23 12:30 (UTC+08:00)``."""
    moment = in_zone(datetime.fromisoformat(at) if isinstance(at, str) else at, zone)
    offset = moment.strftime("%z")
    return f"{moment:%Y-%m-%d %H:%M} (UTC{offset[:3]}:{offset[3:5]})"


def in_zone(at: datetime, zone: str) -> datetime:
    return at.astimezone(_zone(zone))


def _zone(zone: str) -> ZoneInfo | timezone:
    if zone[:1] in "+-":
        hours, minutes = zone[1:].split(":")
        offset = timedelta(hours=int(hours), minutes=int(minutes))
        return timezone(-offset if zone[0] == "-" else offset)
    try:
        return ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def joined(names: Iterable[str], phrases: Phrases) -> str:
    return phrases.plain("list").join(names)


# the question ------------------------------------------------------------------------------------


def question_card(screening: Screening, phrases: Phrases) -> Safe:
    """The current question, with where it stands among the criteria and what was answered before."""
    dialogue, language = screening.dialogue, phrases.language
    question = dialogue.protocol.question(dialogue.state)
    now = dialogue.answers.get(question.id)
    at = dialogue.criterion_at
    progress = phrases(
        "progress", number=screening.number, at=(at or 0) + 1, total=len(dialogue.protocol.criteria)
    )
    only = unit_for(dialogue.protocol, question, dialogue.facts)
    typed = question.kind != "choice"
    return lines(
        Safe(f"<i>{progress}</i>"),
        Safe(f"<b>{escape(question.ask[language])}</b>"),
        phrases("judgement") if question.judgement else None,
        phrases("now_answer", answer=describe(question, now, language)) if now is not None else None,
        phrases("type_or_choose", example=example(question, only, language)) if typed else None,
    )


def answered(screening: Screening, question_id: str, phrases: Phrases) -> Safe:
    """What was understood of an answer; this is what the asked message turns into."""
    dialogue = screening.dialogue
    question = dialogue.protocol.question(question_id)
    shown = echo(dialogue.protocol, question, dialogue.answers[question_id], dialogue.facts, phrases.language)
    return phrases(
        "was_answered", number=screening.number, question=question.short[phrases.language], answer=shown
    )


def example(question: Question, only: str | None, language: str) -> str:
    """A value with its unit as a lab sheet would show it: the geometric middle of what is usual.

    Results spread over powers of ten: half-way between the ends would be what hardly anybody has.
    """
    unit = question.unit_by_code[only] if only else question.units[0]
    low, high = unit.usual
    middle = (max(low, high / 100) * high).sqrt() / (unit.scale or 1)
    shown = str(round(middle)) if middle > FEW else compact(round(middle, 1))
    return shown if question.kind == "integer" else f"{shown} {unit.label[language]}"


def question_help(protocol: Protocol, question: Question, phrases: Phrases) -> Safe:
    """Definition, the record's words and our reading, for every criterion that the question feeds."""
    place = protocol.position[question.id]
    uses = [criterion for criterion in protocol.criteria if criterion.rule.mask >> place & 1]
    parts = [
        Safe(f"<b>{escape(question.short[phrases.language])}</b>"),
        escape(question.help[phrases.language]),
    ]
    if question.judgement:
        parts.append(phrases("judgement"))
    parts += [criterion_text(criterion, phrases) for criterion in uses]
    return Safe("\n".join(parts))


def criterion_text(criterion: Criterion, phrases: Phrases) -> Safe:
    language = phrases.language
    return lines(
        Safe(f"<b>{escape(criterion.code)} {escape(criterion.name[language])}</b>"),
        Safe(f"{phrases('record_says')} <blockquote>{escape(criterion.source)}</blockquote>"),
        phrases("read_as", reading=criterion.reading[language]),
    )


def refusal(screening: Screening, question: Question, refused: Refused, phrases: Phrases) -> Safe:
    """Say what is wrong with a typed answer and what to do."""
    language = phrases.language
    texts = [option.text[language] for option in question.options]
    options = phrases.plain("then").join([*texts, question.unknown[language]])  # a text may hold a comma
    only = unit_for(screening.protocol, question, screening.dialogue.facts)
    units = [unit.label[language] for unit in question.units if only in (None, unit.code)]
    key = "ask_option" if question.options else "ask_with_units" if len(units) > 1 else "ask_with_one_unit"
    ask = phrases(key, options=options, units=joined(units, phrases))
    details = dict(refused.details)
    if "unit" in details and details["unit"] in question.unit_by_code:
        details["unit"] = question.unit_by_code[details["unit"]].label[language]
    said = phrases(f"refused_{refused.code}", **{"ask": ask, "options": options, **details})
    if not refused.likely:
        return said
    likely = [describe(question, given[0][1], language) for given in refused.likely]
    key = "refused_likely" if isinstance(refused.likely[0][0][1], Measurement) else "refused_likely_option"
    meant = phrases(key, likely=phrases.plain("then").join(likely))
    return phrases("refused_with_likely", refused=said, likely=meant)


# the exclusion -----------------------------------------------------------------------------------


def reason_card(dialogue: Dialogue, reason: Reason, phrases: Phrases) -> Safe:
    """One failed criterion: what is not met or applies, what was entered, the record's words, our reading."""
    criterion, language = reason.criterion, phrases.language
    what = what_failed(dialogue.protocol, criterion, dialogue.facts, language)
    return lines(
        phrases(f"excluded_{criterion.kind}", code=criterion.code, name=criterion.name[language]),
        phrases(f"failed_{criterion.kind}", what=what),
        phrases("your_answer", answers=deciding(dialogue, reason, phrases)),
        Safe(f"{phrases('record_says')} <blockquote>{escape(criterion.source)}</blockquote>"),
        phrases("read_as", reading=criterion.reading[language]),
        Safe(escape(criterion.note[language])) if criterion.note else None,
    )


def deciding(dialogue: Dialogue, reason: Reason, phrases: Phrases) -> str:
    """The answers that decided, in words: ``Haemoglobin: 10.5 g/dL = 105 g/L``."""
    protocol, language = dialogue.protocol, phrases.language
    shown = []
    for question_id, answer in reason.answers:
        question = protocol.question(question_id)
        said = (
            describe(question, None, language)
            if answer is None
            else echo(protocol, question, answer, dialogue.facts, language)
        )
        shown.append(phrases.plain("named", name=question.short[language], what=said))
    return phrases.plain("then").join(shown)


# review and verdict ------------------------------------------------------------------------------


def review_card(screening: Screening, phrases: Phrases) -> Safe:
    """Everything before saving: verdict, each criterion's status, each answer, what is open."""
    dialogue, language = screening.dialogue, phrases.language
    protocol = dialogue.protocol
    parts: list[Safe | None] = [
        phrases("review_title", number=screening.number),
        phrases("review_verdict", verdict=phrases(f"verdict_{dialogue.verdict}")),
        *status_lines(dialogue, phrases),
        gap(phrases("answers_title")),
    ]
    for question_id in dialogue.applied:
        question = protocol.question(question_id)
        shown = echo(protocol, question, dialogue.answers[question_id], dialogue.facts, language)
        parts.append(phrases("named", name=question.short[language], what=shown))
    if dialogue.set_aside:
        names = [protocol.question(question_id).short[language] for question_id in dialogue.set_aside]
        parts.append(phrases("set_aside_title", questions=joined(names, phrases)))
    parts += [*open_lines(dialogue, phrases), gap(phrases("tests_repeat")), phrases("source_documents")]
    return lines(*parts)


def status_lines(dialogue: Dialogue, phrases: Phrases) -> list[Safe]:
    """The criteria by status, each by its code; the failed and open ones with their names."""
    statuses = dialogue.statuses
    groups: dict[str, list[Criterion]] = {}
    for criterion in dialogue.protocol.criteria:
        status = statuses[criterion.code].replace(" ", "_")
        groups.setdefault(f"{status}_{criterion.kind}" if status == "failed" else status, []).append(
            criterion
        )
    order = ("failed_inclusion", "failed_exclusion", "unknown", "not_judged", "met")
    named = {*order[:2], *(("unknown",) if dialogue.verdict == "undetermined" else ())}
    return [
        phrases(
            f"status_{group}",
            codes=joined(
                (f"{c.code} {c.name[phrases.language]}" if group in named else c.code for c in groups[group]),
                phrases,
            ),
        )
        for group in order
        if group in groups
    ]


def open_lines(dialogue: Dialogue, phrases: Phrases) -> list[Safe]:
    """What would settle the open criteria and who can supply it; what only the site can answer."""
    found: list[Safe] = []
    protocol, language = dialogue.protocol, phrases.language
    if dialogue.verdict == "undetermined":
        items = [
            (protocol.question(question_id), code)
            for code, questions in dialogue.follow_up().items()
            for question_id in questions
        ]
        if items:
            found.append(gap(phrases("follow_up_title")))
            found += [
                phrases(
                    "follow_up_line",
                    question=question.short[language],
                    supplier=question.supplier[language],
                    code=code,
                )
                for question, code in items
            ]
    site_items = ask_the_site(protocol, dialogue.facts)
    if site_items:
        found.append(gap(phrases("site_title")))
        found += [phrases("site_line", text=item.text[language]) for item in site_items]
    return found


def verdict_card(screening: Screening, phrases: Phrases) -> Safe:
    """The card of a saved screening: verdict, number, time with zone, versions, person, disclaimer."""
    dialogue, saved, language = screening.dialogue, screening.saved[-1], phrases.language
    protocol = dialogue.protocol
    return lines(
        *_verdict_lines(screening, phrases),
        *open_lines(dialogue, phrases),
        gap(phrases("card_screening", number=screening.number)),
        phrases("card_earlier", number=screening.earlier) if screening.earlier else None,
        phrases("card_saved", at=local_time(saved.at, screening.zone)),
        phrases(
            "card_protocol",
            id=protocol.id,
            version=protocol.version,
            record_version=protocol.record_version,
        ),
        phrases("card_person", person=saved.person),
        phrases("tests_repeat"),
        gap(Safe(f"<i>{escape(protocol.disclaimer[language])}</i>")),
    )


def _verdict_lines(screening: Screening, phrases: Phrases) -> list[Safe]:
    dialogue = screening.dialogue
    if dialogue.verdict == "eligible":
        return [phrases("card_eligible")]
    if dialogue.verdict == "undetermined":
        return [
            phrases("card_undetermined", codes=joined(dialogue.unresolved, phrases), number=screening.number)
        ]
    first, *others = dialogue.reasons
    card = [reason_card(dialogue, first, phrases)]
    if others:
        codes = joined((reason.criterion.code for reason in others), phrases)
        card.append(phrases("card_also_failed", codes=codes))
    return card


def copy_text(screening: Screening, saved: Saved, phrases: Phrases) -> str:
    """Plain text for the patient's notes, short enough for a copy button."""
    dialogue = screening.dialogue
    codes: Sequence[str] = dialogue.failed_codes or dialogue.unresolved
    reason = phrases.plain("copy_reason", codes=joined(codes[:6], phrases)) if codes else ""
    text = phrases.plain(
        "copy_text",
        id=dialogue.protocol.id,
        number=screening.number,
        at=local_time(saved.at, screening.zone),
        verdict=phrases.plain(f"verdict_{dialogue.verdict}"),
        reason=reason,
        version=dialogue.protocol.version,
        person=saved.person,
    )
    return text[:COPY_CHARACTERS]


def alert_lines(dialogue: Dialogue, before: Sequence[Answer | None], phrases: Phrases) -> list[Safe]:
    """Warnings that the newest answer called for."""
    old = {alert.id for alert in alerts(dialogue.protocol, before)}
    return [
        phrases("alert", text=alert.text[phrases.language])
        for alert in alerts(dialogue.protocol, dialogue.facts)
        if alert.id not in old
    ]
