"""Answers to the question that a dialogue stands at, from its buttons or typed."""

from __future__ import annotations

from bot.conversation.context import Context
from bot.conversation.moving import take
from bot.conversation.refusing import keep_nothing, late
from bot.conversation.whose_answer import Aim, sent_twice
from bot.exchange import Press, at
from bot.wording import cards
from bot.wording.asked import carried_at, proposal_of, question_of, standing_answer
from bot.wording.buttons import choices
from bot.wording.phrases import means
from bot.wording.views import keep as keep_buttons
from dialogs import asked_again
from dialogs.answers import NONE, UNKNOWN, Answer, Choice, Measurement, Selection, encode
from dialogs.at_limits import ask_at_limit, decides, may_be, time_entered
from dialogs.contradictions import contradicted
from dialogs.dialogue import REASONS, Step
from dialogs.protocol import Question
from dialogs.reading import (
    Given,
    Proposal,
    Reading,
    Refused,
    Understood,
    accept,
    is_mere_yes_or_no,
    read,
    side_alone,
    unit_for,
    with_unit,
    written,
)
from state.screenings import Screening

# buttons -------------------------------------------------------------------------------------------


def option(context: Context, screening: Screening, press: Press) -> None:
    """Answer with the option that stands at the button's place, or that it is not known."""
    question = question_of(screening)
    chosen = answer_of(question, press) if question is not None else None
    if question is None or chosen is None:
        late(context, screening, press)
    else:
        _answer_one(context, screening, question, chosen)


def answer_of(question: Question, press: Press) -> Answer | None:
    """Return the answer that a button gives to a question by itself; ``None`` for those that give none."""
    if press.verb == "unknown":
        return UNKNOWN
    if question.kind == "several":
        return Selection(()) if press.verb == NONE else None
    chosen = at(choices(question), press.place) if press.verb == "answer" else None
    return Choice(chosen[0]) if chosen is not None else None


def keep(context: Context, screening: Screening, press: Press) -> None:
    """Keep the answer that stands."""
    question = question_of(screening)
    now = standing_answer(screening, question) if question is not None else None
    if question is not None and now is not None:
        if _is_as_shown(context, screening, question, press):
            # given of another trial, or beside other answers, it may be at a limit here
            _read(context, screening, Understood(((question.id, now),)))
        elif context.message.kind == "press":
            late(context, screening)
        else:
            _say_how_to_keep(context, screening, question)
    elif context.message.kind == "press":
        late(context, screening, press)
    else:
        context.show(screening, remark=context.say("nothing_to_keep"))


def _is_as_shown(context: Context, screening: Screening, question: Question, press: Press) -> bool:
    """Say whether the answer that stands was there to be read: an earlier screening's may have been corrected since."""
    entries = carried_at(screening, question)
    if entries is None:
        return True
    if press.place is not None:
        return press.place == entries
    earlier, _ = screening.carried_from[question.id]  # typed: what stood above it names no entry of that log
    return not context.screenings.moved_after(earlier, screening.number)


def _say_how_to_keep(context: Context, screening: Screening, question: Question) -> None:
    """Say how an earlier screening's answer is kept that may be another one by now than was read."""
    earlier, _ = screening.carried_from[question.id]
    context.turn.untaken = True
    for each in keep_buttons(screening, question, context.say):
        context.show(screening, remark=context.say("keep_as_now", earlier=earlier, label=each.label))


def candidate(context: Context, screening: Screening, press: Press) -> None:
    """Answer with one of the readings that were proposed for what was typed."""
    question = question_of(screening)
    proposal = proposal_of(screening, question) if question is not None else None
    given = at(proposal.candidates, press.place) if proposal is not None else None
    if proposal is None or given is None:
        late(context, screening, press)
    elif proposal.why in ("limit", "unusual"):
        _answer_proposed(context, screening, proposal, given)
    else:
        _read(context, screening, accept(screening.protocol, given))


def reason(context: Context, screening: Screening, press: Press) -> None:
    """Take the reason of a change, and the answers that wait for it."""
    chosen = at(REASONS, press.place)
    waiting, typed = screening.dialogue.waiting, screening.dialogue.proposal
    if waiting and chosen is not None:
        answer(context, screening, waiting, chosen, typed=typed)
    else:
        late(context, screening, press)


def new_stands(context: Context, screening: Screening, press: Press) -> None:
    """Take an answer that contradicts others, and correct these: to what it implies, or else they are asked again."""
    waiting = screening.dialogue.waiting
    changed = contradicted(screening.protocol, screening.dialogue.answers, dict(waiting))
    if changed:
        answer(context, screening, (*waiting, *changed.items()))
    else:
        late(context, screening, press)


def old_stands(context: Context, screening: Screening, press: Press) -> None:
    """Leave the earlier answers as they are, and ask again what contradicts them; what was ticked stays ticked."""
    waiting = screening.dialogue.waiting
    if not contradicted(screening.protocol, screening.dialogue.answers, dict(waiting)):
        late(context, screening, press)
        return
    (question, given), *_ = waiting
    entered = encode(given)[0] if isinstance(given, Selection) else None
    take(context, screening, [Step("propose", question, entered=entered)])


def correct(context: Context, screening: Screening, press: Press) -> None:
    """Go back to an answer that was given before."""
    question = at(screening.dialogue.applied, press.place)
    if question is None:
        late(context, screening, press)
    else:
        take(context, screening, [Step("correct", question)])


def correct_to(context: Context, screening: Screening, given: Given) -> None:
    """Correct an answer to what was given elsewhere: what is at a limit here is asked about, as if it was typed."""
    (question, _), *_ = given
    first, reading = Step("correct", question), _asked_at_limit(screening, Understood(given))
    if isinstance(reading, Proposal):
        take(context, screening, [first, Step("propose", question, entered=reading.entered)])
    else:
        answer(context, screening, given, first=first)


# typed ---------------------------------------------------------------------------------------------


def typed_answer(context: Context, screening: Screening, question: Question, text: str) -> None:
    """Answer with a text: what was proposed is confirmed, or gets its unit or side, else a value or an option.

    Any other *yes* or *no* below a proposal is about that, and no answer to its question: *no* is not *never* there.
    """
    only = unit_for(screening.protocol, question, screening.dialogue.facts)
    proposal = proposal_of(screening, question)
    if proposal is not None:
        chosen = _chosen(proposal, text)
        if chosen is not None:
            _answer_proposed(context, screening, proposal, chosen)
            return
        meant = with_unit(screening.protocol, question, proposal.entered, text, only)
        if proposal.why == "unit" and meant is not None:
            _read(context, screening, meant)
            return
    reading = read(screening.protocol, question, text, only)
    if proposal is not None and _is_mere(text):
        context.turn.untaken = True
        context.show(screening, remark=context.say("proposal_waits"))
    elif isinstance(reading, Understood) and sent_twice(
        context.screenings, context.message, screening, reading.given
    ):
        keep_nothing(context, Aim(None, None, "unsure"))
    else:
        _read(context, screening, reading)


def _chosen(proposal: Proposal, text: str) -> Given | None:
    """Return what a word chooses of what was proposed: a yes the unusual value, *more* or *less* a side of a limit."""
    if proposal.why == "unusual" and means("yes", text):
        return proposal.candidates[0]
    side = side_alone(text) if proposal.why == "limit" else None
    answers = ((given, given[0][1]) for given in proposal.candidates)
    return next((given for given, a in answers if isinstance(a, Measurement) and a.relation == side), None)


def _is_mere(text: str) -> bool:
    """Say whether a text is a mere yes or no, which is no answer to the question below what is proposed."""
    return is_mere_yes_or_no(text) or means("yes", text) or means("no", text)


def completes(screening: Screening, question: Question, text: str) -> bool:
    """Say whether a text answers what is proposed, if anything is: a unit, a side, a yes, or the same number again.

    Of a time at a limit also one in a smaller unit that it may be, which is what is asked for there; likewise of a time
    that is asked again. What else would answer that question was written for the next one.
    """
    proposal = proposal_of(screening, question)
    if proposal is not None and _chosen(proposal, text) is not None:
        return True
    proposal = _offered(screening, question)
    if proposal is None:
        return True
    only = unit_for(screening.protocol, question, screening.dialogue.facts)
    if proposal.why == "unit" and with_unit(screening.protocol, question, proposal.entered, text, only):
        return True
    reading = _asked_at_limit(screening, read(screening.protocol, question, text, only))
    if isinstance(reading, Refused) or (proposal.why == "limit" and isinstance(reading, Proposal)):
        return False
    meant = [reading.given] if isinstance(reading, Understood) else reading.candidates
    time = time_entered(question, proposal.entered) if proposal.why == "limit" else None
    if time is not None and may_be(question, time, meant[0]):
        return True
    return {*map(_numbers, meant)} <= {*map(_numbers, proposal.candidates)}


def _offered(screening: Screening, question: Question) -> Proposal | None:
    """Return what is proposed, or would be if a time that is asked again was kept; ``None`` if nothing is."""
    proposal = proposal_of(screening, question)
    if proposal is not None or asked_again.beside(screening.dialogue, question) is None:
        return proposal
    kept = Understood(((question.id, screening.dialogue.answers[question.id]),))
    reading = _asked_at_limit(screening, kept)
    return reading if isinstance(reading, Proposal) else None


def _numbers(given: Given) -> tuple[object, ...]:
    """What was given, without units."""
    return tuple((a.relation, a.value) if isinstance(a, Measurement) else a for _, a in given)


def _read(context: Context, screening: Screening, reading: Reading) -> None:
    """Answer with what was understood; propose what needs a confirmation; say why anything else is refused."""
    question, reading = question_of(screening), _asked_at_limit(screening, reading)
    offered = _offered(screening, question) if question is not None else None
    if isinstance(reading, Understood) and offered is not None and reading.given in offered.candidates:
        _answer_proposed(context, screening, offered, reading.given)
    elif isinstance(reading, Understood):
        answer(context, screening, reading.given, typed=written([reading.given]) if reading.exactly else None)
    elif isinstance(reading, Proposal) and question is not None:
        take(context, screening, [Step("propose", question.id, entered=reading.entered)])
    elif isinstance(reading, Refused) and question is not None:
        context.turn.untaken = True
        told = cards.refusal(screening, question, reading, context.message.text, context.say)
        context.show(screening, remark=told)


def _asked_at_limit(screening: Screening, reading: Reading) -> Reading:
    return ask_at_limit(screening.protocol, reading, screening.dialogue.facts)


# steps ---------------------------------------------------------------------------------------------


def _answer_one(context: Context, screening: Screening, question: Question, value: Answer) -> None:
    answer(context, screening, ((question.id, value),))


def _answer_proposed(context: Context, screening: Screening, proposal: Proposal, chosen: Given) -> None:
    """Answer with what was chosen; of a time at a limit it is noted what that says once and for all."""
    protocol, facts = screening.protocol, screening.dialogue.facts
    question = protocol.question(chosen[0][0])
    decided = proposal.why == "limit" and decides(protocol, question, proposal, chosen, facts)
    answer(context, screening, chosen, typed=proposal.entered if decided else None)


def answer(
    context: Context,
    screening: Screening,
    given: Given,
    reason: str | None = None,
    *,
    first: Step | None = None,
    typed: str | None = None,
) -> None:
    """Take an answer; a value with its ULN is two, and the second may have been answered before.

    One that contradicts others waits for which of them stands. One that changes what was saved waits for its own
    reason, which is also that of those that it changes by contradicting them. ``first`` leads to its question;
    ``typed`` is the time that it is to the day, or by which it says which of two times is longer ago.
    """
    before = [first] if first is not None else []
    dialogue, answers = screening.dialogue, screening.dialogue.answers
    (question, value), *more = given
    changed = contradicted(screening.protocol, answers, {question: value})
    together = [(other, value) for other, value in given if other == question or other in changed]
    is_clear = not contradicted(screening.protocol, answers, dict(given))
    if not is_clear or (reason is None and any(dialogue.unexplained(*each) for each in together)):
        take(context, screening, [*before, Step("propose", question, entered=typed, given=given)])
        return
    steps = [*before, Step("answer", question, value, entered=typed, reason=reason)]
    for other, also in more:
        if other in answers:
            steps.append(Step("correct", other))
        if other not in changed and dialogue.unexplained(other, also):
            steps.append(Step("propose", other, given=((other, also),)))
        else:
            steps.append(Step("answer", other, also, reason=reason if other in changed else None))
    steps += [Step("correct", other) for other in changed if (other, UNKNOWN) in together][:1]
    take(context, screening, steps)
