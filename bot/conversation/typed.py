"""What is typed: a button as it is labelled, a word for one, or an answer to the question above it."""

from __future__ import annotations

from bot.conversation.access import may_screen
from bot.conversation.answering import answer_of, typed_answer
from bot.conversation.context import Context
from bot.conversation.presses import WORDS, do
from bot.conversation.refusing import keep_nothing
from bot.conversation.site_screenings import number_typed
from bot.conversation.ticking import typed_to_ticks
from bot.conversation.whose_answer import Aim, aim, sent_twice
from bot.exchange import Press
from bot.wording.asked import names_an_answer, question_of
from bot.wording.phrases import means
from bot.wording.views import first_press, press_labelled
from dialogs.dialogue import REVIEW
from state.prompts import Kind
from state.screenings import Screening


def typed(context: Context) -> None:
    """Do what a text means below the prompt that it answers."""
    if number_typed(context) if not may_screen(context.person) else _own_number(context):
        return
    aimed = aim(context.screenings, context.person, context.message)
    screening, prompt = aimed.screening, aimed.prompt
    offered = context.offers.labelled(context.person, prompt, context.message.text) if prompt else None
    if offered is not None:
        do(context, offered)
        return
    if aimed.doubt is not None or screening is None or prompt is None:
        keep_nothing(context, aimed)
        return
    press = _button_meant(context, screening, prompt.kind)
    if press is not None:
        if _is_sent_twice(context, screening, press):
            keep_nothing(context, Aim(None, None, "unsure"))
            return
        do(context, press)
        return
    question = question_of(screening)
    if prompt.kind != "question" or question is None or screening.dialogue.waiting:
        keep_nothing(context, aimed)
        return
    if question.kind == "several" and screening.dialogue.proposal is not None:
        typed_to_ticks(context, screening, question, context.message.text)
        return
    typed_answer(context, screening, question, context.message.text)


def _own_number(context: Context) -> bool:
    """Show the own screening whose whole number was typed, which is no answer to any question; or that it stayed."""
    number = context.message.text.strip().upper()
    named, left = context.own(number), context.left_behind(number)
    if named is not None:
        context.show(named)
    elif left is not None:
        context.where_we_are(left)
    return named is not None or left is not None


def _is_sent_twice(context: Context, screening: Screening, press: Press) -> bool:
    question = question_of(screening)
    answer = answer_of(question, press) if question is not None else None
    if question is None or answer is None:
        return False
    return sent_twice(context.screenings, context.message, screening, ((question.id, answer),))


def _button_meant(context: Context, screening: Screening, kind: Kind) -> Press | None:
    """Find the button that a text stands for, if it is not what an answer is called.

    *Save* or a yes at the review is its first button, unless that corrects what contradicts; else it may be an answer.
    """
    text = context.message.text
    if kind == "question" and names_an_answer(screening, text):
        return None
    labelled = press_labelled(screening, kind, text, context.say)
    if labelled is not None:
        return labelled
    for (below, word), verb in WORDS.items():
        if below != kind or not means(word, text):
            continue
        if verb != "save":
            return Press(verb, screening.number, screening.entries)
        if screening.state == REVIEW:
            first = first_press(screening, context.say)
            return None if first is not None and first.verb == "correct" else first
    return None
