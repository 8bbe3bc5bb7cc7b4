"""Options that apply are ticked one by one, and *Done* keeps them; a long list of options is turned over by pages.

A tick is a step of the dialogue that waits, as a number waits for its unit: it is in the file before it is shown, and
stands on a second phone and after a restart. A button says what it sets, not that something is to be turned, and so
counts as long as nothing but ticks of the same question came since: pressed twice it sets what stands already.
"""

from __future__ import annotations

from bot.conversation.answering import answer, typed_answer
from bot.conversation.context import Context
from bot.conversation.refusing import late
from bot.exchange import Press, at
from bot.wording.asked import question_of, ticked
from dialogs.answers import NONE, Selection, encode
from dialogs.dialogue import Step
from dialogs.protocol import Question
from dialogs.reading import Understood, read
from state.history import events
from state.screenings import Screening


def tick(context: Context, screening: Screening, press: Press) -> None:
    """Tick the option at the button's place, or take its tick away."""
    question = question_of(screening)
    option = at(question.options, press.place) if question is not None else None
    if question is None or option is None or not _only_ticked_since(context, screening, question, press):
        late(context, screening, press)
        return
    now = ticked(screening, question)
    codes = {*now.codes, option.code} if press.verb == "tick" else {*now.codes} - {option.code}
    wanted = question.selection(codes)
    if wanted != now:
        set_ticks(context, screening, question, wanted)
    context.show(screening, place=press.place)


def set_ticks(context: Context, screening: Screening, question: Question, wanted: Selection) -> None:
    """Keep ticks; they wait for *Done*."""
    step = Step("propose", question.id, entered=encode(wanted)[0])
    context.screenings.take(screening, [step], context.person.code, context.message.source)


def typed_to_ticks(context: Context, screening: Screening, question: Question, text: str) -> None:
    """Take what is typed while ticks wait: options are ticked, too, and still wait; *unknown* is the answer."""
    reading = read(screening.protocol, question, text)
    chosen = reading.given[0][1] if isinstance(reading, Understood) else None
    if not isinstance(chosen, Selection):
        typed_answer(context, screening, question, text)
        return
    now = ticked(screening, question)
    if not chosen.codes and now.codes:
        context.turn.untaken = True
        context.show(screening, remark=context.say("ticks_wait"))
        return
    set_ticks(context, screening, question, question.selection({*now.codes, *chosen.codes}))
    context.show(screening)


def done(context: Context, screening: Screening, press: Press) -> None:
    """Answer with what is ticked; or with *none of these*, where nothing is."""
    question = question_of(screening)
    chosen = ticked(screening, question) if question is not None and question.kind == "several" else None
    if (
        question is None
        or chosen is None
        or screening.dialogue.waiting
        or (press.verb == NONE) is bool(chosen.codes)
    ):
        late(context, screening, press)
    else:
        answer(context, screening, ((question.id, chosen),))


def turn_page(context: Context, screening: Screening, press: Press) -> None:
    """Show the page of options on which a place stands."""
    context.show(screening, place=press.place)


def _only_ticked_since(context: Context, screening: Screening, question: Question, press: Press) -> bool:
    if question.kind != "several" or screening.dialogue.waiting:
        return False
    since = [event for event in events(context.screenings.db, screening.number) if event.entry > press.entry]
    return all(
        event.kind == "propose" and event.question == question.id and not event.detail for event in since
    )
