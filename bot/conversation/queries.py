"""Queries: the office asks about an answer of a saved screening, and whoever screened confirms or corrects it.

Queries are coded. They stand in the screening's log beside the dialogue, and the verdict that was saved stays
whatever comes of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from bot.conversation import access
from bot.conversation.candidate_notes import tell_of_confirmation
from bot.conversation.context import Context
from bot.conversation.site_screenings import asked_for, is_saved
from bot.conversation.subjects import show_card, with_way_back
from bot.conversation.trials import meanwhile
from bot.exchange import Press, Reply, Safe, Turn, at
from bot.wording.buttons import arrange, button
from bot.wording.in_short import in_short, named_in_short
from bot.wording.parts import title
from bot.wording.phrases import Phrases, lines, named, phrases
from bot.wording.views import answer_buttons
from dialogs.answers import COMPUTED
from dialogs.dialogue import COMPLETED, REASONS
from dialogs.working_out import parts_told
from state.history import Asked, queries_of
from state.screenings import Screening

_PLACE: Final = "at"
"""How a button names the place of the answer to be corrected beside that of the reason."""
QUERIES: Final = ("source", "unit", "plausible", "newer")

# asking --------------------------------------------------------------------------------------------


def query(context: Context, argument: str) -> None:
    """``/query [NUMBER]``: choose an answer of a saved screening to ask about."""
    screening = asked_for(context, argument, "query")
    if screening is not None:
        _which_answer(context, screening)


def ask_which(context: Context, screening: Screening, press: Press) -> None:
    if is_saved(context, screening):
        _which_answer(context, screening, press.place)


def _which_answer(context: Context, screening: Screening, place: int | None = None) -> None:
    page, buttons = answer_buttons(screening, "query_what", "query", place, context.say)
    which = context.say("query_which", number=context.named(screening.number, screening.protocol.id))
    context.choose(screening, lines(which, page), with_way_back(context, screening, buttons))


def ask_what(context: Context, screening: Screening, press: Press) -> None:
    """Offer the coded queries about the answer at a place."""
    if not is_saved(context, screening):
        return
    asked = at(screening.dialogue.applied, press.place)
    if asked is None or context.screenings.moved_since(screening.number, press.entry):
        context.turn.toast = context.say.plain("not_any_more")  # another answer may stand at that place now
        _which_answer(context, screening)
        return
    say, question = context.say, screening.protocol.question(asked)
    answer = screening.dialogue.answers[asked]
    buttons = [
        button(say.plain(f"query_{code}"), "query_send", screening, press.place, name=code)
        for code in QUERIES
        if not (code == "unit" and answer == COMPUTED)
    ]
    shown = in_short(screening.dialogue, question, answer, say)
    number = context.named(screening.number, screening.protocol.id)
    about = {"number": number, "named": named(title(screening.protocol, question, say), shown, say)}
    context.choose(screening, say("query_what", **about), with_way_back(context, screening, buttons))


def send(context: Context, screening: Screening, press: Press) -> None:
    """Keep a query, and send it to whoever screened, if they may still answer it."""
    asked, code = at(screening.dialogue.applied, press.place), press.name
    stands = press.entry == screening.entries and screening.state == COMPLETED
    if asked is None or code not in QUERIES or not stands:
        context.turn.toast = context.say.plain("not_any_more")
        show_card(context, screening)
        return
    person, number = screening.person, screening.number
    if not access.may_answer(context.people.get(person), screening):
        show_card(context, screening, context.say("query_nobody", number=number, person=person))
        return
    by, source = context.person.code, context.message.source
    context.screenings.note(screening, "query", by, {"code": code}, question=asked, source=source)
    show_card(context, screening, context.say("query_sent", number=number, person=person))
    query = Asked(screening.entries, asked, code, "open", by)
    context.turn.others.append((person, _card(context, screening, query)))


# answering -----------------------------------------------------------------------------------------


def _card(context: Context, screening: Screening, query: Asked) -> Turn:
    """What the clinician gets: the answer as it stands, the coded query, and two buttons.

    They name the log entry that they are shown at: only the answer that stood then is confirmed.
    """
    say = phrases(context.people.get(screening.person).language)
    text = _told(context, screening, query, "query_card", say)
    rows = tuple(
        (button(say.plain(verb), verb, screening, query=query.entry),)
        for verb in ("query_confirm", "query_correct")
    )
    prompt = context.screenings.ask(screening.person, screening, "choice")
    return Turn([Reply(text, rows, prompt=prompt, in_place=True)])


def _told(context: Context, screening: Screening, query: Asked, key: str, say: Phrases) -> Safe:
    """The answer that a query is about, as it stands, and what is asked."""
    return say(
        key,
        number=context.named(screening.number, screening.protocol.id),
        named=named_in_short(screening.dialogue, query.question, say),
        query=say(f"query_{query.code}"),
    )


def _queried(context: Context, screening: Screening, press: Press) -> Asked | None:
    """Return the open query that a button answers; else say that it is none any more."""
    queries = queries_of(context.screenings.db, screening.number)
    asked = next((each for each in queries if each.entry == press.query and each.state == "open"), None)
    if asked is None or screening.state != COMPLETED or asked.question not in screening.dialogue.applied:
        context.turn.toast = context.say.plain("not_any_more")
        return None
    return asked


def confirm(context: Context, screening: Screening, press: Press) -> None:
    """Keep that the answer is right as it stands, if it is still the one that was shown."""
    query = _queried(context, screening, press)
    if query is None:
        return
    if context.screenings.moved_since(screening.number, press.entry):
        context.turn.toast = context.say.plain("not_any_more")
        context.turn.actions += _card(context, screening, query).actions
        return
    detail = {"query": query.entry, "outcome": "confirmed", "reason": None}
    by, source = context.person.code, context.message.source
    context.screenings.note(screening, "query_answer", by, detail, question=query.question, source=source)
    context.turn.say(_told(context, screening, query, "query_confirmed", context.say), in_place=True)
    tell_of_confirmation(context, screening, replace(query, state="confirmed"))


def show_again(context: Context, screening: Screening, press: Press) -> None:
    """*Back* from the reason why an answer is to be corrected."""
    query = _queried(context, screening, press)
    if query is not None:
        context.turn.actions += _card(context, screening, query).actions


def ask_why_correct(context: Context, screening: Screening, press: Press) -> None:
    """Ask for the reason; before that, which of its parts is wrong if the answer was worked out."""
    query = _queried(context, screening, press)
    if query is None:
        return
    applied, may = screening.dialogue.applied, _correctable(screening, query)
    if press.place is None and len(may) > 1:
        _ask_which_part(context, screening, query, may)
        return
    wrong = at(applied, press.place) or query.question
    name = f"{_PLACE}{applied.index(wrong)}" if wrong in may[1:] else None
    buttons = [
        button(
            context.say.plain(f"amend_{reason}"),
            "query_reason",
            screening,
            place,
            query=query.entry,
            name=name,
        )
        for place, reason in enumerate(REASONS)
    ]
    back = button(context.say.plain("back"), "query_card", screening, query=query.entry)
    why = context.say("amend_why", number=screening.number)
    context.choose(screening, why, (*arrange(buttons), (back,)))


def _correctable(screening: Screening, query: Asked) -> list[str]:
    """The answer that a query is about, and those that it is worked out from, if it is."""
    dialogue = screening.dialogue
    parts = parts_told(screening.protocol, [(query.question, dialogue.answers[query.question])])
    return [query.question, *(each for each in dialogue.applied if each in parts)]


def _ask_which_part(context: Context, screening: Screening, query: Asked, may: Sequence[str]) -> None:
    dialogue, say = screening.dialogue, context.say
    buttons = [
        button(
            named_in_short(dialogue, each, say),
            "query_correct",
            screening,
            dialogue.applied.index(each),
            query=query.entry,
        )
        for each in may
    ]
    back = button(say.plain("back"), "query_card", screening, query=query.entry)
    context.choose(screening, say("which_answer", number=screening.number), (*arrange(buttons), (back,)))


def correct(context: Context, screening: Screening, press: Press) -> None:
    """Open the screening again at the answer, with the reason why it is changed."""
    query, reason = _queried(context, screening, press), at(REASONS, press.place)
    if query is None or reason is None:
        return
    by, source = context.person.code, context.message.source
    wrong = _wrong(context, screening, query, press)
    context.screenings.amend(screening, query.question, reason, query.entry, by, source, wrong)
    revising = context.say("revising", number=screening.number)
    context.show(screening, remark=lines(revising, meanwhile(context, screening)))


def _wrong(context: Context, screening: Screening, query: Asked, press: Press) -> str:
    """The answer that was chosen to be corrected; that of the query, if another may stand at its place by now."""
    moved = context.screenings.moved_since(screening.number, press.entry)
    named = (press.name or "").removeprefix(_PLACE)
    place = int(named) if named.isdecimal() and not moved else None
    chosen = at(screening.dialogue.applied, place)
    return chosen if chosen in _correctable(screening, query) else query.question
