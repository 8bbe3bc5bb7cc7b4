"""Moves a dialogue: keeps its steps in the file, and then says what came of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.conversation.candidate_notes import by_newest, tell_of_newest
from bot.conversation.context import Context
from bot.conversation.refusing import late
from bot.conversation.trials import ruled_out_by_another
from bot.exchange import Press, Safe
from bot.wording import against_parts, alerts, cards, matching, parts
from bot.wording.elsewhere import above_a_question
from bot.wording.phrases import Phrases, joined, lines
from dialogs import asked_again
from dialogs.against_parts import AgainstParts
from dialogs.answers import Answer
from dialogs.dialogue import CANCELLED, COMPLETED, EXCLUDED, REVIEW, Dialogue, Step, StepKind
from dialogs.errors import AnswerError, NotNow
from dialogs.portfolio.matching import Matching
from dialogs.working_out import all_worked_out
from state.screenings import Screening


def step(*kinds: StepKind) -> Callable[[Context, Screening, Press], None]:
    """Return the handler of a button that does these steps and says nothing else."""

    def act(context: Context, screening: Screening, press: Press) -> None:
        if "save" in kinds and answered_since(screening, press):
            late(context, screening, press)
        else:
            take(context, screening, [Step(kind) for kind in kinds])

    return act


def answered_since(screening: Screening, press: Press) -> bool:
    """Say whether something else was answered in what came out of a matching since a button that saves was shown.

    One that names no entries was shown before anything had come out of it.
    """
    return bool(screening.elsewhere) and (press.query or 0) != screening.logged


def take(context: Context, screening: Screening, steps: Sequence[Step]) -> None:
    """Keep steps, all or none, and say where the dialogue stands then.

    Of a matching only what takes new screenings is saved. Raises `state.errors.Stale` if the dialogue has moved
    meanwhile.
    """
    over = context.follow_the_offer(screening, at_the_end=True) if steps[-1].kind == "save" else []
    before, told_before = _Before.of(screening.dialogue), screening.elsewhere
    candidates = by_newest(context, screening, steps)
    try:
        context.screenings.take(screening, steps, context.person.code, context.message.source)
    except (NotNow, AnswerError):
        _not_now(context, screening, steps[0])
        return
    given = {e.question: e.answer for e in steps if e.kind == "answer" and e.question is not None}
    answers = _answered(context, screening, [*given, *_taken(screening, before)])
    kept = [question for question in given if question in told_before]  # against what was told
    news = _news(context, screening, steps[-1], before, kept)
    news = [*over, *_worked_out(context, screening, given, before), *news]
    if screening.state in (REVIEW, COMPLETED) and steps[-1].kind != "cancel":
        news += ruled_out_by_another(context, screening)
    if answers:
        newest = next(reversed(answers))
        answers[newest] = lines(answers[newest], *news)  # stays on the card with the answer that led to it
        news = []
    changed = any(before.answers.get(question, answer) != answer for question, answer in given.items())
    anew = _answered(context, screening, screening.dialogue.applied) if changed else None
    is_new = screening.elsewhere != told_before  # what is left is told again, too
    elsewhere, ways = above_a_question(screening, context.say) if is_new else ([], ())
    context.show(screening, remark=lines(*news, *elsewhere) or None, answers=answers, anew=anew, last=ways)
    if steps[-1].kind == "save" and not matching.is_matching(screening):
        context.turn.saved.append(screening.number)
    tell_of_newest(context, screening, candidates)


def _not_now(context: Context, screening: Screening, first: Step) -> None:
    key = "first_question" if first.kind == "back" else "not_possible_now"
    context.turn.toast = context.say.plain(key)
    remark = context.say(key) if context.message.kind != "press" else None
    context.show(context.screenings.load(screening.number), remark=remark)


def _taken(screening: Screening, before: _Before) -> list[str]:
    """The questions about the site whose answers were taken by themselves."""
    return [q for q in screening.dialogue.applied if q in screening.taken and q not in before.answers]


def _answered(context: Context, screening: Screening, questions: Iterable[str]) -> dict[str, Safe]:
    """Say what was understood of answers, by question."""
    return {question: cards.answered(screening, question, context.say) for question in questions}


def _worked_out(
    context: Context, screening: Screening, given: Collection[str], before: _Before
) -> list[Safe]:
    """Say which numbers these answers complete, or change, that are worked out from others."""
    earlier = all_worked_out(screening.protocol, before.facts)
    now = all_worked_out(screening.protocol, screening.dialogue.facts)
    return [
        cards.answered(screening, question, context.say)
        for question, number in now.items()
        if question not in given and earlier.get(question) != number
    ]


# what is new ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Before:
    """What of a dialogue is compared to tell what its newest steps changed."""

    facts: tuple[Answer | None, ...]
    failed: frozenset[int]
    out: int
    set_aside: frozenset[str]
    held: str | None
    answers: Mapping[str, Answer]
    left: Mapping[str, str]
    against_parts: tuple[AgainstParts, ...]
    alerts: tuple[alerts.Called, ...]

    @classmethod
    def of(cls, dialogue: Dialogue) -> _Before:
        out = dialogue.ruled_out & ~asked_again.undecided(dialogue)
        return cls(
            tuple(dialogue.facts),
            _failed(dialogue),
            out,
            frozenset(dialogue.set_aside),
            dialogue.held,
            dict(dialogue.answers),
            dialogue.left,
            against_parts.found(dialogue),
            alerts.called_for(dialogue, out),
        )


def _news(
    context: Context, screening: Screening, last: Step, before: _Before, kept: Iterable[str]
) -> list[Safe]:
    """Warnings, further criteria that failed, and answers that count no more."""
    dialogue, say = screening.dialogue, context.say
    if last.kind == "cancel" and dialogue.state == COMPLETED:
        return [say("revision_cancelled", number=screening.number)]
    return [
        *([say("asked_before_the_end")] if last.kind == "finish" and dialogue.editing is not None else []),
        *alerts.alert_lines(alerts.called_for(dialogue, before.out), before.alerts, say),
        *_newly_contradicting(dialogue, before, say),
        *_failed_further(context, dialogue, before),
        *(
            [
                *matching.news(dialogue, before.out, before.left, say),
                *(matching.waits_no_more(screening, before.held, say) if last.trial is not None else ()),
                *matching.not_changed_in(screening, {*kept, *_changed(dialogue, before)}, say),
            ]
            if isinstance(dialogue, Matching)
            else parts.news(dialogue, before.out, say, asked_again.undecided(dialogue))
        ),
        *_newly_set_aside(context, dialogue, before),
    ]


def _newly_contradicting(dialogue: Dialogue, before: _Before, say: Phrases) -> list[Safe]:
    """What stands on the card itself where that asks for a save."""
    if dialogue.state in (EXCLUDED, REVIEW, COMPLETED, CANCELLED):
        return []
    return against_parts.new_lines(dialogue, before.against_parts, say)


def _changed(dialogue: Dialogue, before: _Before) -> list[str]:
    """The questions that have another answer than before, or none before: one may have come by itself."""
    return [q for q, answer in dialogue.answers.items() if before.answers.get(q) != answer]


def _failed_further(context: Context, dialogue: Dialogue, before: _Before) -> list[Safe]:
    if not dialogue.further or dialogue.state in (COMPLETED, CANCELLED):
        return []
    newly = _failed(dialogue) - before.failed
    failed = [dialogue.protocol.criteria[index] for index in dialogue.failed if index in newly]
    return [
        context.say(
            f"further_{criterion.kind}", code=criterion.code, name=criterion.name[context.say.language]
        )
        for criterion in failed
    ]


def _failed(dialogue: Dialogue) -> frozenset[int]:
    """The criteria that failed, but for what is undecided until a time was asked again."""
    return frozenset(dialogue.failed) - asked_again.criteria(dialogue)


def _newly_set_aside(context: Context, dialogue: Dialogue, before: _Before) -> list[Safe]:
    newly = [question for question in dialogue.set_aside if question not in before.set_aside]
    if not newly:
        return []
    names = [parts.title(dialogue.protocol, dialogue.protocol.question(each), context.say) for each in newly]
    return [context.say("set_aside", questions=joined(names, context.say))]
