"""Puts what a screening asks into words: the question, its help, what is wrong with an answer, the exclusion.

Everything shown is computed from the dialogue; nothing here decides anything.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.exchange import Safe
from bot.wording import matching
from bot.wording.asked import numbered, standing_answer, ticked
from bot.wording.buttons import choices, is_cut
from bot.wording.elsewhere import newer_line, newer_lines
from bot.wording.healing import met_from
from bot.wording.in_short import in_short
from bot.wording.paging import longest
from bot.wording.parts import belongs_to, names, needed, title, whose
from bot.wording.phrases import Phrases, escape, joined, lines, named, quoted
from bot.wording.why_again import as_number, beside_another
from dialogs.answers import UNKNOWN, Answer, Measurement
from dialogs.assessment import Reason
from dialogs.dialogue import Dialogue
from dialogs.examples import example
from dialogs.languages import words
from dialogs.portfolio.merging import Trial
from dialogs.protocol import Criterion, Part, Protocol, Question
from dialogs.reading import Given, Refused, looks_like_free_text, looks_like_identifier, unit_for
from dialogs.reasons import what_failed
from dialogs.wording import describe, echo, with_unit
from dialogs.working_out import parts_told, worked_out
from state.screenings import Screening

# the question ------------------------------------------------------------------------------------


def question_card(screening: Screening, say: Phrases) -> Safe:
    """The current question, with the answer that it has and an example of one that is typed."""
    dialogue, language = screening.dialogue, say.language
    question = dialogue.protocol.question(dialogue.state)
    only = unit_for(dialogue.protocol, question, dialogue.facts)
    return lines(
        matching.question_asked(screening, question.id, say),
        whose(dialogue.protocol, question, say),
        say("judgement") if question.judgement else None,
        as_number(dialogue, question, say),
        beside_another(dialogue, question, say),
        answer_before(screening, question, say),
        newer_line(screening, question, say),
        say("for_example", example=example(dialogue.protocol, question, only, language))
        if _is_typed(question)
        else None,
        *_in_full(question, language),
        _ticked_line(screening, question, say),
    )


def _is_typed(question: Question) -> bool:
    """Say whether an answer can be one that stands on no button."""
    if question.kind != "integer":
        return not question.options
    low, high = question.units[0].possible
    return high - low >= len(question.shortcuts)


def _in_full(question: Question, language: str) -> list[Safe]:
    """The options that are too long for a button, which shows how they begin."""
    texts = [text[language] for _, text in choices(question)]
    return [Safe(f"• {escape(text)}") for text in texts if is_cut(f"☐ {text}")]


def _ticked_line(screening: Screening, question: Question, say: Phrases) -> Safe | None:
    """What is ticked, where not all of it stands on the buttons; else the buttons say it."""
    if question.kind != "several" or len(choices(question)) <= longest():
        return None
    now = ticked(screening, question)
    return say("ticked", options=describe(question, now, say.language)) if now.codes else None


def answer_before(screening: Screening, question: Question, say: Phrases) -> Safe | None:
    """The answer that can be kept, and whether it is an earlier screening's."""
    answer = standing_answer(screening, question)
    if answer is None:
        return None
    shown = in_short(screening.dialogue, question, answer, say)
    if question.id in screening.dialogue.answers:
        return say("now_answer", answer=shown)
    earlier, _ = screening.carried_from[question.id]
    return say("carried_answer", answer=shown, earlier=earlier)


def progress(screening: Screening, say: Phrases) -> Safe:
    """Which screening this is, and how many questions may still come."""
    dialogue = screening.dialogue
    if matching.is_matching(screening):
        return matching.progress(screening, say)
    key = "progress_revising" if dialogue.revising else "progress"
    return Safe(f"<i>{say(key, number=numbered(screening, say), left=dialogue.remaining)}</i>")


def draft_line(protocol: Protocol, say: Phrases) -> Safe | None:
    """Say of a protocol that was not reviewed what it is not for."""
    waiting = len(protocol.open_reviews)
    return say("draft", n=waiting, of=say("of_criteria", n=len(protocol.criteria))) if waiting else None


def answered(screening: Screening, question_id: str, say: Phrases) -> Safe:
    """What was understood of an answer."""
    dialogue = screening.dialogue
    question = dialogue.protocol.question(question_id)
    shown = echo(dialogue.protocol, question, dialogue.answers[question_id], dialogue.facts, say.language)
    name = title(dialogue.protocol, question, say)
    if question_id in screening.taken:
        return say("was_taken", named=named(name, shown, say))
    if dialogue.answers[question_id] == UNKNOWN:
        return say("was_unknown", question=name, answer=shown)
    key = "was_unusual" if _is_unusual(dialogue, question) else "was_answered"
    return say(key, named=named(name, shown, say))


def _is_unusual(dialogue: Dialogue, question: Question) -> bool:
    """Say whether a number that was worked out is unusual; what is typed is asked about before it is taken."""
    number = worked_out(dialogue.protocol, dialogue.protocol.position[question.id], dialogue.facts)
    if number is None:
        return False
    low, high = question.units[0].usual
    return not low <= number.exact <= high


def question_help(protocol: Protocol, question: Question, say: Phrases) -> Safe:
    """Definition, the record's words and our reading, for every criterion that the question feeds."""
    parts = [Safe(f"<b>{escape(title(protocol, question, say))}</b>")]
    if question.help:
        parts.append(escape(question.help[say.language]))
    if question.judgement:
        parts.append(say("judgement"))
    parts += [criterion_text(each, say, belongs_to(protocol, each)) for each in _uses(protocol, question)]
    return Safe("\n".join(parts))


def matching_help(screening: Screening, question: Question, say: Phrases) -> Safe:
    """The same in a matching: for how many trials it is asked, and their criteria."""
    portfolio, asking = screening.protocol, matching.asking(screening, question.id)
    wanted = {each.code for trial in asking for each in portfolio.criteria[trial.criteria]}
    return lines(
        Safe(f"<b>{escape(title(portfolio, question, say))}</b>"),
        matching.asked_for(screening, question.id, say),
        *_helps(asking, portfolio.position[question.id], say),
        *(criterion_text(each, say) for each in _uses(portfolio, question) if each.code in wanted),
    )


def _helps(asking: Sequence[Trial], place: int, say: Phrases) -> list[Safe]:
    """What each trial says about a question; where not all say the same, which one says it."""
    own = [(each.protocol.id, each.protocol.questions[each.own[place]].help) for each in asking]
    told = [(trial, help_text[say.language]) for trial, help_text in own if help_text]
    if len(told) == len(own) and len({text for _, text in told}) == 1:
        return [escape(told[0][1])]
    return [escape(say.plain("named", name=trial, what=text)) for trial, text in told]


def explains_more(protocol: Protocol, question: Question) -> bool:
    """Say whether the help on a question says more than the question: not of one asked in the record's words."""
    asked = next(iter(question.ask.values()))
    uses = _uses(protocol, question)
    return bool(question.help) or any(
        each.reading or each.source not in asked or each.below not in asked for each in uses
    )


def _uses(protocol: Protocol, question: Question) -> list[Criterion]:
    place = protocol.position[question.id]
    return [criterion for criterion in protocol.criteria if criterion.rule.mask >> place & 1]


def criterion_text(criterion: Criterion, say: Phrases, parts: Sequence[Part] = ()) -> Safe:
    """A criterion's code, name and words, with the parts of the trial that it belongs to if those are not all."""
    title = f"{criterion.code} {criterion.name[say.language]}"
    if parts:
        title = say.plain("noted", what=title, note=names(parts, say))
    return lines(Safe(f"<b>{escape(title)}</b>"), source_quote(criterion, say))


def source_quote(criterion: Criterion, say: Phrases) -> Safe:
    """The record's own words, and how they are read, at a tap."""
    return quoted(_source(criterion, say))


def _source(criterion: Criterion, say: Phrases) -> Safe:
    key = "record_says_below" if criterion.below else "record_says"
    said = say(key, source=criterion.source, line=criterion.below)
    return lines(said, say("read_as", reading=criterion.reading[say.language])) if criterion.reading else said


def refusal(screening: Screening, question: Question, refused: Refused, text: str, say: Phrases) -> Safe:
    """Say what is wrong with `text`, which was typed as an answer, and what to do."""
    said = _refused(screening, question, refused, say)
    if refused.likely:
        return say("two_sentences", first=said, then=_likely(question, refused.likely, say))
    return said if refused.code in ("identifier", "vague_ago") else with_advice_to_delete(said, text, say)


def with_advice_to_delete(said: Safe, text: str, say: Phrases) -> Safe:
    """Ask to delete from the chat what may be about a patient; a slip of the finger is not."""
    if looks_like_identifier(text):
        return say("two_sentences", first=said, then=say("delete_it"))
    return (
        say("two_sentences", first=said, then=say("delete_free_text")) if looks_like_free_text(text) else said
    )


def _refused(screening: Screening, question: Question, refused: Refused, say: Phrases) -> Safe:
    language, protocol = say.language, screening.protocol
    only = unit_for(protocol, question, screening.dialogue.facts)
    ask = _how_to_answer(protocol, question, refused.code, only, say)
    details = dict(refused.details)
    if "unit" in details and details["unit"] in question.unit_by_code:
        details["unit"] = label = question.unit_by_code[details["unit"]].label[language]
        details |= {name: with_unit(details[name], label) for name in ("value", "high") if "high" in details}
    return say(f"refused_{refused.code}", **{"ask": ask, **details})


def _likely(question: Question, likely: Sequence[Given], say: Phrases) -> Safe:
    shown = [describe(question, given[0][1], say.language) for given in likely]
    to_be_typed = isinstance(likely[0][0][1], Measurement) and question.kind != "since"
    key = "refused_likely" if to_be_typed else "refused_likely_option"
    return say(key, likely=words("dialogs", say.language)["condition"]["either"].join(shown))


def _how_to_answer(protocol: Protocol, question: Question, code: str, only: str | None, say: Phrases) -> Safe:
    """Say what to type: of a time, years where a date was typed, and a bound where no number may be known."""
    if question.options:
        return say("ask_option")
    if question.kind == "since":
        key = "ask_how_long_ago" if code in ("typed_date", "zero_ago") else "ask_how_long_ago_or_more"
        unit = "a" if code == "typed_date" else only
        return say(key, example=example(protocol, question, unit, say.language))
    units = [unit.label[say.language] for unit in question.units if only in (None, unit.code)]
    return say("ask_with_units" if len(units) > 1 else "ask_with_one_unit", units=joined(units, say))


# the exclusion -----------------------------------------------------------------------------------


def exclusion_card(screening: Screening, say: Phrases) -> Safe:
    """Each criterion that ruled out the trial, or one of its parts after the other; and which parts are needed."""
    dialogue = screening.dialogue
    cards = (_reason_card(screening, reason, say) for reason in ruling(dialogue))
    newer = newer_lines(screening, say)
    return lines(*verdict_of_all(dialogue, say), *cards, *needed(dialogue.protocol, say), *newer)


def verdict_of_all(dialogue: Dialogue, say: Phrases) -> list[Safe]:
    """The verdict, where several criteria, told one by one, each excluded from some of the parts, and none says it."""
    found = ruling(dialogue)
    return (
        []
        if len(found) == 1 or _is_of_all(dialogue.protocol, found[0].criterion)
        else [say("excluded_whole")]
    )


def ruling(dialogue: Dialogue) -> list[Reason]:
    """The reasons that ruled a trial out, first that of the whole, if there is one: its first line is the verdict."""
    found = (reason for reason, _ in dialogue.rulings)
    return sorted(found, key=lambda reason: not _is_of_all(dialogue.protocol, reason.criterion))


def _is_of_all(protocol: Protocol, criterion: Criterion) -> bool:
    """Say whether a criterion excludes from the whole trial: it is of all parts, or of one that is required."""
    parts = belongs_to(protocol, criterion)
    return not parts or any(part.required for part in parts)


def _reason_card(screening: Screening, reason: Reason, say: Phrases) -> Safe:
    """One failed criterion: what is not met or applies, what was entered, the record's words, our reading."""
    return lines(*reason_lines(screening, reason, say), source_quote(reason.criterion, say))


def reason_lines(screening: Screening, reason: Reason, say: Phrases) -> list[Safe | None]:
    """What of a criterion is not met or applies, what was entered, and from when time could change that."""
    criterion, dialogue = reason.criterion, screening.dialogue
    what = what_failed(dialogue.protocol, criterion, dialogue.facts, say.language)
    told = [
        _excluded(dialogue.protocol, criterion, say),
        say(f"failed_{criterion.kind}", what=what),
        say("your_answer", answers=deciding(dialogue, reason, say)),
        met_from(screening, criterion, say),
    ]
    return [*told, escape(criterion.note[say.language])] if criterion.note else told


def _excluded(protocol: Protocol, criterion: Criterion, say: Phrases) -> Safe:
    """Name the criterion, and the parts that it belongs to if those are not all; a required one excludes from all."""
    parts = belongs_to(protocol, criterion)
    if not parts:
        return say(f"excluded_{criterion.kind}", code=criterion.code)
    key = "excluded_by" if any(part.required for part in parts) else "excluded_part"
    return say(f"{key}_{criterion.kind}", parts=names(parts, say), code=criterion.code)


def reason_source(reason: Reason, say: Phrases) -> Safe:
    """A failed criterion's code, the record's words for it, and how they are read."""
    return lines(Safe(f"<b>{escape(reason.criterion.code)}</b>"), _source(reason.criterion, say))


def deciding(dialogue: Dialogue, reason: Reason, say: Phrases) -> str:
    """The answers that decided, in words: ``Haemoglobin: 10.5 g/dL = 105 g/L``; not what others imply."""
    implied = {q for q, answer in reason.answers if answer is not None and answer != dialogue.answers.get(q)}
    told = parts_told(dialogue.protocol, reason.answers)
    shown = []
    for question_id, answer in reason.answers:
        if question_id in told or (question_id in implied and len(implied) < len(reason.answers)):
            continue
        shown.append(answer_named(dialogue, question_id, answer, say))
    return say.plain("then").join(shown)


def answer_named(dialogue: Dialogue, question_id: str, answer: Answer | None, say: Phrases) -> str:
    """An answer as it was understood, behind the name of its question, and of whom it is about."""
    protocol, language = dialogue.protocol, say.language
    question = protocol.question(question_id)
    said = (
        describe(question, None, language)
        if answer is None
        else echo(protocol, question, answer, dialogue.facts, language)
    )
    return named(title(protocol, question, say), said, say)


def answer_lines(dialogue: Dialogue, say: Phrases) -> list[Safe]:
    """The answers that count, as they were understood."""
    return [escape(answer_named(dialogue, each, dialogue.answers[each], say)) for each in dialogue.applied]
