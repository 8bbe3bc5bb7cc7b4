"""Puts a screening into words: the question, the exclusion, the review, the verdict card.

Everything shown is computed from the dialogue; nothing here decides anything.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from bot.exchange import COPY_CHARACTERS, Safe
from bot.wording.phrases import Phrases, escape, gap, joined, lines
from bot.wording.times import local_time
from dialogs.answers import Answer, Measurement
from dialogs.assessment import Reason, alerts, ask_the_site
from dialogs.dialogue import Dialogue
from dialogs.protocol import Criterion, Protocol, Question
from dialogs.reading import Refused, unit_for
from dialogs.wording import describe, echo, example, what_failed
from state.screenings import Saved, Screening

STATUS_GROUPS: Final = ("failed_inclusion", "failed_exclusion", "unknown", "not_judged", "met")
"""In the order of the review; the first two decide."""


# the question ------------------------------------------------------------------------------------


def question_card(screening: Screening, say: Phrases) -> Safe:
    """The current question, with where it stands among the criteria and what was answered before."""
    dialogue, language = screening.dialogue, say.language
    question = dialogue.protocol.question(dialogue.state)
    now = dialogue.answers.get(question.id)
    at = dialogue.criterion_at
    progress = say(
        "progress", number=screening.number, at=(at or 0) + 1, total=len(dialogue.protocol.criteria)
    )
    only = unit_for(dialogue.protocol, question, dialogue.facts)
    typed = question.kind != "choice"
    return lines(
        Safe(f"<i>{progress}</i>"),
        Safe(f"<b>{escape(question.ask[language])}</b>"),
        say("judgement") if question.judgement else None,
        say("now_answer", answer=describe(question, now, language)) if now is not None else None,
        say("type_or_choose", example=example(question, only, language)) if typed else None,
    )


def answered(screening: Screening, question_id: str, say: Phrases) -> Safe:
    """What was understood of an answer; this is what the asked message turns into."""
    dialogue = screening.dialogue
    question = dialogue.protocol.question(question_id)
    shown = echo(dialogue.protocol, question, dialogue.answers[question_id], dialogue.facts, say.language)
    return say("was_answered", number=screening.number, question=question.short[say.language], answer=shown)


def question_help(protocol: Protocol, question: Question, say: Phrases) -> Safe:
    """Definition, the record's words and our reading, for every criterion that the question feeds."""
    place = protocol.position[question.id]
    uses = [criterion for criterion in protocol.criteria if criterion.rule.mask >> place & 1]
    parts = [
        Safe(f"<b>{escape(question.short[say.language])}</b>"),
        escape(question.help[say.language]),
    ]
    if question.judgement:
        parts.append(say("judgement"))
    parts += [criterion_text(criterion, say) for criterion in uses]
    return Safe("\n".join(parts))


def criterion_text(criterion: Criterion, say: Phrases) -> Safe:
    language = say.language
    return lines(
        Safe(f"<b>{escape(criterion.code)} {escape(criterion.name[language])}</b>"),
        Safe(f"{say('record_says')} <blockquote>{escape(criterion.source)}</blockquote>"),
        say("read_as", reading=criterion.reading[language]),
    )


def refusal(screening: Screening, question: Question, refused: Refused, say: Phrases) -> Safe:
    """Say what is wrong with a typed answer and what to do."""
    language = say.language
    texts = [option.text[language] for option in question.options]
    options = say.plain("then").join([*texts, question.unknown[language]])  # a text may hold a comma
    only = unit_for(screening.protocol, question, screening.dialogue.facts)
    units = [unit.label[language] for unit in question.units if only in (None, unit.code)]
    key = "ask_option" if question.options else "ask_with_units" if len(units) > 1 else "ask_with_one_unit"
    ask = say(key, options=options, units=joined(units, say))
    details = dict(refused.details)
    if "unit" in details and details["unit"] in question.unit_by_code:
        details["unit"] = question.unit_by_code[details["unit"]].label[language]
    said = say(f"refused_{refused.code}", **{"ask": ask, "options": options, **details})
    if not refused.likely:
        return said
    likely = [describe(question, given[0][1], language) for given in refused.likely]
    key = "refused_likely" if isinstance(refused.likely[0][0][1], Measurement) else "refused_likely_option"
    meant = say(key, likely=say.plain("then").join(likely))
    return say("refused_with_likely", refused=said, likely=meant)


# the exclusion -----------------------------------------------------------------------------------


def reason_card(dialogue: Dialogue, reason: Reason, say: Phrases) -> Safe:
    """One failed criterion: what is not met or applies, what was entered, the record's words, our reading."""
    criterion, language = reason.criterion, say.language
    what = what_failed(dialogue.protocol, criterion, dialogue.facts, language)
    return lines(
        say(f"excluded_{criterion.kind}", code=criterion.code, name=criterion.name[language]),
        say(f"failed_{criterion.kind}", what=what),
        say("your_answer", answers=deciding(dialogue, reason, say)),
        Safe(f"{say('record_says')} <blockquote>{escape(criterion.source)}</blockquote>"),
        say("read_as", reading=criterion.reading[language]),
        Safe(escape(criterion.note[language])) if criterion.note else None,
    )


def deciding(dialogue: Dialogue, reason: Reason, say: Phrases) -> str:
    """The answers that decided, in words: ``Haemoglobin: 10.5 g/dL = 105 g/L``."""
    protocol, language = dialogue.protocol, say.language
    shown = []
    for question_id, answer in reason.answers:
        question = protocol.question(question_id)
        said = (
            describe(question, None, language)
            if answer is None
            else echo(protocol, question, answer, dialogue.facts, language)
        )
        shown.append(say.plain("named", name=question.short[language], what=said))
    return say.plain("then").join(shown)


# review and verdict ------------------------------------------------------------------------------


def review_card(screening: Screening, say: Phrases) -> Safe:
    """Everything before saving: verdict, each criterion's status, each answer, what is open."""
    dialogue, language = screening.dialogue, say.language
    protocol = dialogue.protocol
    parts: list[Safe | None] = [
        say("review_title", number=screening.number),
        say("review_verdict", verdict=say(f"verdict_{dialogue.verdict}")),
        *status_lines(dialogue, say),
        gap(say("answers_title")),
    ]
    for question_id in dialogue.applied:
        question = protocol.question(question_id)
        shown = echo(protocol, question, dialogue.answers[question_id], dialogue.facts, language)
        parts.append(say("named", name=question.short[language], what=shown))
    if dialogue.set_aside:
        names = [protocol.question(question_id).short[language] for question_id in dialogue.set_aside]
        parts.append(say("set_aside_title", questions=joined(names, say)))
    parts += [*open_lines(dialogue, say), gap(say("tests_repeat")), say("source_documents")]
    return lines(*parts)


def status_lines(dialogue: Dialogue, say: Phrases) -> list[Safe]:
    """The criteria by status, each by its code; the failed and open ones with their names."""
    statuses, groups = dialogue.statuses, defaultdict[str, list[Criterion]](list)
    for criterion in dialogue.protocol.criteria:
        groups[_status_group(criterion, statuses[criterion.code])].append(criterion)
    named = {*STATUS_GROUPS[:2], *(("unknown",) if dialogue.verdict == "undetermined" else ())}
    return [
        say(f"status_{group}", codes=joined(_codes(groups[group], group in named, say), say))
        for group in STATUS_GROUPS
        if group in groups
    ]


def _status_group(criterion: Criterion, status: str) -> str:
    return f"{status}_{criterion.kind}" if status == "failed" else status.replace(" ", "_")


def _codes(criteria: Sequence[Criterion], named: bool, say: Phrases) -> list[str]:
    return [f"{each.code} {each.name[say.language]}" if named else each.code for each in criteria]


def open_lines(dialogue: Dialogue, say: Phrases) -> list[Safe]:
    """What would settle the open criteria and who can supply it; what only the site can answer."""
    found = _follow_up_lines(dialogue, say) if dialogue.verdict == "undetermined" else []
    site_items = ask_the_site(dialogue.protocol, dialogue.facts)
    if site_items:
        found.append(gap(say("site_title")))
        found += [say("site_line", text=item.text[say.language]) for item in site_items]
    return found


def _follow_up_lines(dialogue: Dialogue, say: Phrases) -> list[Safe]:
    told = [
        _follow_up(dialogue.protocol.question(question_id), code, say)
        for code, questions in dialogue.follow_up().items()
        for question_id in questions
    ]
    return [gap(say("follow_up_title")), *told] if told else []


def _follow_up(question: Question, code: str, say: Phrases) -> Safe:
    language = say.language
    return say(
        "follow_up_line", question=question.short[language], supplier=question.supplier[language], code=code
    )


def verdict_card(screening: Screening, say: Phrases) -> Safe:
    """The card of a saved screening: verdict, number, time with zone, versions, person, disclaimer."""
    dialogue, saved, language = screening.dialogue, screening.saved[-1], say.language
    protocol = dialogue.protocol
    return lines(
        *_verdict_lines(screening, say),
        *open_lines(dialogue, say),
        gap(say("card_screening", number=screening.number)),
        say("card_earlier", number=screening.earlier) if screening.earlier else None,
        say("card_saved", at=local_time(saved.at, screening.zone)),
        say(
            "card_protocol",
            id=protocol.id,
            version=protocol.version,
            record_version=protocol.record_version,
        ),
        say("card_person", person=saved.person),
        say("tests_repeat"),
        gap(Safe(f"<i>{escape(protocol.disclaimer[language])}</i>")),
    )


def _verdict_lines(screening: Screening, say: Phrases) -> list[Safe]:
    dialogue = screening.dialogue
    if dialogue.verdict == "eligible":
        return [say("card_eligible")]
    if dialogue.verdict == "undetermined":
        return [say("card_undetermined", codes=joined(dialogue.unresolved, say), number=screening.number)]
    first, *others = dialogue.reasons
    card = [reason_card(dialogue, first, say)]
    if others:
        codes = joined((reason.criterion.code for reason in others), say)
        card.append(say("card_also_failed", codes=codes))
    return card


def copy_text(screening: Screening, saved: Saved, say: Phrases) -> str:
    """Plain text for the patient's notes, short enough for a copy button."""
    dialogue = screening.dialogue
    codes: Sequence[str] = dialogue.failed_codes or dialogue.unresolved
    reason = say.plain("copy_reason", codes=joined(codes[:6], say)) if codes else ""
    text = say.plain(
        "copy_text",
        id=dialogue.protocol.id,
        number=screening.number,
        at=local_time(saved.at, screening.zone),
        verdict=say.plain(f"verdict_{dialogue.verdict}"),
        reason=reason,
        version=dialogue.protocol.version,
        person=saved.person,
    )
    return text[:COPY_CHARACTERS]


def alert_lines(dialogue: Dialogue, before: Sequence[Answer | None], say: Phrases) -> list[Safe]:
    """Warnings that the newest answer called for."""
    old = {alert.id for alert in alerts(dialogue.protocol, before)}
    return [
        say("alert", text=alert.text[say.language])
        for alert in alerts(dialogue.protocol, dialogue.facts)
        if alert.id not in old
    ]
