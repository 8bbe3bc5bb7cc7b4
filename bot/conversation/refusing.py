"""What is said when nothing was kept: late presses, texts that answer nothing, commands that there are not."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from bot.conversation.access import may_screen
from bot.conversation.context import Context
from bot.conversation.whose_answer import Aim
from bot.exchange import Press, Safe
from bot.wording.cards import with_advice_to_delete
from bot.wording.parts import title
from bot.wording.phrases import joined, named
from bot.wording.views import VIEWS
from dialogs.reading import looks_like_identifier
from dialogs.wording import describe
from state.history import events
from state.people import ROLES
from state.prompts import Kind, Prompt
from state.screenings import Screening

LONGEST_VALUE: Final = 20
TYPED: Final[frozenset[Kind]] = frozenset({"question", "cancel"})
"""Prompts that can be answered by typing; the others have buttons only."""


def refuse_command(context: Context, name: str, of: Collection[str]) -> None:
    """Say that there is no such command, or of which roles it is, and which there are."""
    names, say = " ".join(f"/{each}" for each in context.commands), context.say
    if of:
        roles = joined((say.plain(f"role_{role}") for role in ROLES if role in of), say)
        context.where_we_are(say("command_of_others", name=name, roles=roles, commands=names))
    else:
        context.where_we_are(say("unknown_command", commands=names))


def late(context: Context, screening: Screening | None = None, press: Press | None = None) -> None:
    """A press that came too late, or again: tell what counted, and show where the dialogue stands."""
    told = _what_counted(context, screening, press) if screening and press is not None else None
    current = screening or context.current()
    context.turn.toast = told or context.say.plain("not_any_more")
    if current is not None:
        context.show(current)


def _what_counted(context: Context, screening: Screening, press: Press) -> str | None:
    """Name the answer that was kept to what the button asked, as long as it stands; or say that it did what it says."""
    for event in events(context.screenings.db, screening.number):
        if event.entry != press.entry + 1:
            continue
        if event.kind != "answer" or event.question is None:
            return context.say.plain("already_done") if event.kind == press.verb.partition("_")[0] else None
        if screening.dialogue.answers.get(event.question) == event.answer:
            question = screening.protocol.question(event.question)
            return context.say.plain(
                "already_answered",
                named=named(
                    title(screening.protocol, question, context.say),
                    describe(question, event.answer, context.say.language),
                    context.say,
                ),
            )
    return None


def repeated(context: Context, number: str) -> None:
    """A message that was delivered again: show the screening that took it, if that is what was asked last."""
    context.turn.repeated = True
    last = context.screenings.prompts.last(context.person.code)
    if last is None or last.screening != number or last.kind != "question":
        return
    screening = context.own(number)
    if screening is not None:
        context.show(screening)


def keep_nothing(context: Context, aimed: Aim) -> None:
    """Say that a text was not kept, and why; then ask again."""
    context.turn.untaken = True
    say, text, screening, prompt = context.say, context.message.text, aimed.screening, aimed.prompt
    left = context.left_behind(prompt.screening) if prompt is not None else None
    if left is not None:
        context.where_we_are(with_advice_to_delete(left, text, say))
    elif prompt is not None and prompt.kind not in TYPED:
        standing = screening if aimed.doubt is None else None
        _ask_again(context, standing, prompt, with_advice_to_delete(say("kept_nothing_buttons"), text, say))
    elif aimed.doubt == "moved" and screening is not None:
        _ask_again(context, screening, None, say("kept_nothing_moved", number=screening.number))
    elif aimed.doubt == "unsure" and (_is_open(screening) or _is_open(context.current())):
        _ask_again(context, screening, None, say("kept_nothing_unsure"))
    elif looks_like_identifier(text):
        _ask_again(context, screening, prompt, say("refused_identifier", ask=""))
    elif _is_value(text) and not _is_open(screening) and _is_open(context.current()):
        context.where_we_are(say("kept_nothing_unsure"))
    elif prompt is not None and prompt.kind == "cancel":
        _ask_again(context, screening, prompt, say("kept_nothing_yes_or_no"))
    else:
        told = say("no_free_text", begin=say(_begin_word(context)))
        _ask_again(context, screening, prompt, with_advice_to_delete(told, text, say))


def _is_value(text: str) -> bool:
    """Say whether a text may be an answer to a question that stands further up: a number, maybe with its unit."""
    return text.strip()[:1].isdecimal() and len(text) <= LONGEST_VALUE


def _is_open(screening: Screening | None) -> bool:
    return screening is not None and not screening.ended


def _begin_word(context: Context) -> str:
    """Name the phrase that says how else to go on: not everybody may begin a screening."""
    if not may_screen(context.person):
        return "begin_word_office"
    return "begin_word_terminal" if context.setup.channel == "terminal" else "begin_word"


def _ask_again(context: Context, screening: Screening | None, prompt: Prompt | None, remark: Safe) -> None:
    """Show what stood above the text again, if it can still be answered; else where the person is."""
    kind = prompt.kind if prompt is not None else "question"
    offer = context.offers.again(context.person, prompt, remark) if prompt is not None else None
    if offer is not None:
        context.turn.actions.append(offer)
        return
    if screening is None or kind not in VIEWS or (kind == "question" and screening.ended):
        context.where_we_are(remark)
    else:
        context.show(screening, kind, remark)
