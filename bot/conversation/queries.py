"""Queries: the office asks about an answer of a saved screening, and whoever screened confirms or corrects it.

Queries are coded. They stand in the screening's log beside the dialogue, and the verdict that was saved stays
whatever comes of them.
"""

from __future__ import annotations

from typing import Final

from bot.conversation import access
from bot.conversation.context import Context
from bot.conversation.site_screenings import asked_for, is_saved
from bot.exchange import Button, Press, Reply, Turn
from bot.wording.buttons import arrange, button
from bot.wording.phrases import phrases
from dialogs.dialogue import COMPLETED, REASONS
from dialogs.wording import describe
from state.screenings import Screening

QUERIES: Final = ("source", "unit", "plausible", "newer")

# queries -----------------------------------------------------------------------------------------


def query(context: Context, argument: str) -> None:
    """``/query [NUMBER]``: choose an answer of a saved screening to ask about."""
    screening = asked_for(context, argument, "query")
    if screening is not None:
        _which_answer(context, screening)


def ask_which(context: Context, screening: Screening, press: Press) -> None:
    if is_saved(context, screening):
        _which_answer(context, screening)


def _which_answer(context: Context, screening: Screening) -> None:
    dialogue, language = screening.dialogue, context.say.language
    buttons = []
    for index, question_id in enumerate(dialogue.applied):
        question = screening.protocol.question(question_id)
        shown = describe(question, dialogue.answers[question_id], language)
        buttons.append(
            button(
                context.say.plain("named", name=question.short[language], what=shown), "q", screening, index
            )
        )
    context.choose(screening, context.say("query_which", number=screening.number), arrange(buttons))


def ask_what(context: Context, screening: Screening, press: Press) -> None:
    if not is_saved(context, screening):
        return
    applied, entry = screening.dialogue.applied, press.entry or 0
    if context.screenings.moved_since(screening.number, entry) or not 0 <= press.place < len(applied):
        context.turn.toast = context.say.plain("already_done")  # another answer may stand at that place now
        _which_answer(context, screening)
        return
    question = screening.protocol.question(applied[press.place])
    shown = describe(question, screening.dialogue.answers[question.id], context.say.language)
    buttons = [
        Button(
            context.say.plain(f"query_{code}"),
            str(Press("qq", screening.number, screening.entries, f"{press.place}_{at}")),
        )
        for at, code in enumerate(QUERIES)
    ]
    about = {"number": screening.number, "question": question.short[context.say.language], "answer": shown}
    context.choose(screening, context.say("query_what", **about), arrange(buttons))


def send(context: Context, screening: Screening, press: Press) -> None:
    place, _, at = (press.option or "").partition("_")
    applied = screening.dialogue.applied
    known = place.isdecimal() and int(place) < len(applied) and at.isdecimal() and int(at) < len(QUERIES)
    if not known or press.entry != screening.entries or screening.state != COMPLETED:
        context.turn.toast = context.say.plain("not_any_more")
        return
    if not access.may_answer(context.people.get(screening.person), screening):
        context.turn.say(context.say("query_nobody", number=screening.number, person=screening.person))
        return
    question_id, code = applied[int(place)], QUERIES[int(at)]
    context.screenings.note(
        screening,
        "query",
        context.person.code,
        {"code": code},
        question=question_id,
        source=context.message.source,
    )
    context.turn.say(context.say("query_sent", number=screening.number, person=screening.person))
    context.turn.others.append(
        (screening.person, _card(context, screening, question_id, code, screening.entries))
    )


def _card(context: Context, screening: Screening, question_id: str, code: str, query: int) -> Turn:
    """What the clinician gets: the answer as it stands, the coded question, and two buttons.

    ``query`` is its log entry; what is confirmed is the answer that stood when the card was shown.
    """
    clinician = context.people.get(screening.person)
    say = phrases(clinician.language)
    question = screening.protocol.question(question_id)
    shown = describe(question, screening.dialogue.answers[question_id], clinician.language)
    turn = Turn()
    card = Reply(
        say(
            "query_card", number=screening.number, question=question.short[clinician.language], answer=shown,
            query=say(f"query_{code}"),
        ),
        (
            (Button(say.plain("query_confirm"), str(Press("qa", screening.number, query, str(screening.entries)))),),
            (Button(say.plain("query_correct"), str(Press("qx", screening.number, query))),),
        ),
        prompt=context.screenings.ask(screening.person, screening, "choice"),
    )  # fmt: skip
    turn.actions.append(card)
    return turn


def _queried(context: Context, screening: Screening, press: Press) -> tuple[str, str] | None:
    """Give the question that an open query is about, and its code; the button names the query's log entry."""
    asked = context.screenings.queried(screening.number, press.entry or 0)
    if asked is None or screening.state != COMPLETED or asked[0] not in screening.dialogue.applied:
        context.turn.toast = context.say.plain("not_any_more")
        return None
    return asked


def confirm(context: Context, screening: Screening, press: Press) -> None:
    asked = _queried(context, screening, press)
    if asked is None:
        return
    question_id, code = asked
    query = press.entry or 0
    if context.screenings.moved_since(screening.number, press.place if press.option else query):
        context.turn.toast = context.say.plain(
            "already_done"
        )  # not confirmed unseen: it may be another answer now
        context.turn.actions += _card(context, screening, question_id, code, query).actions
        return
    detail = {"query": press.entry, "outcome": "confirmed", "reason": None}
    context.screenings.note(
        screening,
        "query_answer",
        context.person.code,
        detail,
        question=question_id,
        source=context.message.source,
    )
    context.turn.say(context.say("query_confirmed", number=screening.number))


def ask_why_correct(context: Context, screening: Screening, press: Press) -> None:
    if _queried(context, screening, press) is None:
        return
    buttons = [
        Button(context.say.plain(f"amend_{reason}"), str(Press("qr", screening.number, press.entry, str(at))))
        for at, reason in enumerate(REASONS)
    ]
    context.choose(screening, context.say("amend_why", number=screening.number), arrange(buttons))


def correct(context: Context, screening: Screening, press: Press) -> None:
    asked = _queried(context, screening, press)
    if asked is None or not 0 <= press.place < len(REASONS):
        return
    context.screenings.amend(
        screening,
        asked[0],
        REASONS[press.place],
        press.entry or 0,
        context.person.code,
        context.message.source,
    )
    context.screenings.make_current(context.person.code, screening.number)
    context.turn.say(context.say("revising", number=screening.number))
    context.show(screening)
