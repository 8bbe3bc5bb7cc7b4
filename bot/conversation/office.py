"""What coordinators do in the chat: open items of the site, queries on answers, notes on candidates.

A coordinator sees the screenings of the own site, by number. Queries are coded; they stand in the screening's log
beside the dialogue, and the verdict that was saved stays whatever comes of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from bot.conversation import access
from bot.conversation.talk import Talk
from bot.exchange import Button, Press, Reply, Turn
from bot.wording import cards, lists
from bot.wording.buttons import arrange, button
from bot.wording.phrases import lines, phrases
from dialogs.dialogue import COMPLETED, REASONS
from dialogs.wording import describe
from state.screenings import Screening

QUERIES: Final = ("source", "unit", "plausible", "newer")
LISTED: Final = 10
MAX_DIGITS: Final = 9


def full_number(site: str, typed: str) -> str:
    """Complete a number as people type it: ``7``, ``0007`` and ``s01-7`` are S01-0007 at site S01."""
    before, dash, digits = typed.strip().upper().rpartition("-")
    if not (digits.isdecimal() and len(digits) <= MAX_DIGITS):
        return typed
    return f"{before if dash else site}-{int(digits):04d}"


def saved(talk: Talk, argument: str, verb: str) -> Screening | None:
    """Give the saved screening of the site that was asked for; else say what is wrong, and offer the newest ones."""
    if argument:
        screening = talk.of_the_site(full_number(talk.person.site, argument))
        if screening is not None:
            return screening if is_saved(talk, screening) else None
    found = talk.screenings.standings(site=talk.person.site, state="saved", limit=LISTED)
    if not found:
        talk.turn.say(talk.say("office_nothing_saved", site=talk.person.site))
        return None
    buttons = [
        Button(f"{item.number} · {lists.standing(item, talk.say)}", str(Press(verb, item.number, 0)))
        for item in found
    ]
    key = "office_none" if argument else f"whose_{verb}"
    talk.turn.say(talk.say(key, site=talk.person.site), arrange(buttons))
    return None


def is_saved(talk: Talk, screening: Screening) -> bool:
    """Say whether a verdict stands; while a screening is open, reopened or cancelled, tell so."""
    if screening.state == COMPLETED:
        return True
    talk.turn.say(talk.say("office_unsaved", number=screening.number))
    return False


# open items --------------------------------------------------------------------------------------


def open_items(talk: Talk, argument: str) -> None:
    """List the site's undetermined screenings with what is missing and for how long."""
    found = talk.screenings.standings(site=talk.person.site, state="undetermined", limit=LISTED)
    if not found:
        talk.turn.say(talk.say("office_all_determined", site=talk.person.site))
        return
    now, told = talk.screenings.clock(), [talk.say("open_title")]
    for item in found:
        screening = talk.screenings.load(item.number)
        questions = dict.fromkeys(q for missing in screening.dialogue.follow_up().values() for q in missing)
        names = [screening.protocol.question(q).short[talk.say.language] for q in questions]
        days = (now - datetime.fromisoformat(item.updated_at)).days
        told.append(
            talk.say(
                "office_open", number=item.number, person=item.person, days=days,
                missing=cards.joined(names or item.unresolved, talk.say),
            )
        )  # fmt: skip
    talk.turn.say(lines(*told))


def notify(talk: Talk, argument: str) -> None:
    """Switch the notes on new candidates on or off."""
    on = not talk.person.notified
    talk.conversation.people.set_notified(talk.person.code, on)
    talk.turn.say(talk.say("notify_on" if on else "notify_off"))


def tell_coordinators(talk: Talk, screening: Screening) -> None:
    """Tell the coordinators of the site of a potentially eligible candidate, and when it is none any more.

    By number, nothing clinical.
    """
    now = screening.saved[-1].verdict
    before, again = _verdict_before(talk, screening)
    if now == before or "eligible" not in (now, before):
        return
    for person in talk.conversation.people.all(screening.site):
        told = person.notified or now != "eligible"  # whoever was told, also before switching the notes off
        if person.role == "coordinator" and person.active and told:
            turn, say = Turn(), phrases(person.language)
            key = (
                "candidate_note" if now == "eligible" else "candidate_again" if again else "candidate_changed"
            )
            verdict = say.plain(f"verdict_{now}")
            turn.say(say(key, number=screening.number, earlier=screening.earlier, verdict=verdict))
            talk.turn.others.append((person.code, turn))


def _verdict_before(talk: Talk, screening: Screening) -> tuple[str | None, bool]:
    """Give the verdict that the newest one takes the place of, and whether it is an earlier screening's."""
    if len(screening.saved) > 1:
        return screening.saved[-2].verdict, False
    earlier = talk.own(screening.earlier) if screening.earlier else None
    if earlier is None or not earlier.saved or screening.saved[-1].verdict == "eligible":
        return None, False
    return earlier.saved[-1].verdict, True


# queries -----------------------------------------------------------------------------------------


def query(talk: Talk, argument: str) -> None:
    """``/query [NUMBER]``: choose an answer of a saved screening to ask about."""
    screening = saved(talk, argument, "query")
    if screening is not None:
        _which_answer(talk, screening)


def _show_answers(talk: Talk, screening: Screening, press: Press) -> None:
    if is_saved(talk, screening):
        _which_answer(talk, screening)


def _which_answer(talk: Talk, screening: Screening) -> None:
    dialogue, language = screening.dialogue, talk.say.language
    buttons = []
    for index, question_id in enumerate(dialogue.applied):
        question = screening.protocol.question(question_id)
        shown = describe(question, dialogue.answers[question_id], language)
        buttons.append(
            button(talk.say.plain("named", name=question.short[language], what=shown), "q", screening, index)
        )
    talk.choose(screening, talk.say("query_which", number=screening.number), arrange(buttons))


def _choose_query(talk: Talk, screening: Screening, press: Press) -> None:
    if not is_saved(talk, screening):
        return
    applied, entry = screening.dialogue.applied, press.entry or 0
    if talk.screenings.moved_since(screening.number, entry) or not 0 <= press.place < len(applied):
        talk.turn.toast = talk.say.plain("already_done")  # another answer may stand at that place now
        _which_answer(talk, screening)
        return
    question = screening.protocol.question(applied[press.place])
    shown = describe(question, screening.dialogue.answers[question.id], talk.say.language)
    buttons = [
        Button(
            talk.say.plain(f"query_{code}"),
            str(Press("qq", screening.number, screening.entries, f"{press.place}_{at}")),
        )
        for at, code in enumerate(QUERIES)
    ]
    about = {"number": screening.number, "question": question.short[talk.say.language], "answer": shown}
    talk.choose(screening, talk.say("query_what", **about), arrange(buttons))


def _ask_query(talk: Talk, screening: Screening, press: Press) -> None:
    place, _, at = (press.option or "").partition("_")
    applied = screening.dialogue.applied
    known = place.isdecimal() and int(place) < len(applied) and at.isdecimal() and int(at) < len(QUERIES)
    if not known or press.entry != screening.entries or screening.state != COMPLETED:
        talk.turn.toast = talk.say.plain("not_any_more")
        return
    if not access.may_answer(talk.conversation.people.get(screening.person), screening):
        talk.turn.say(talk.say("query_nobody", number=screening.number, person=screening.person))
        return
    question_id, code = applied[int(place)], QUERIES[int(at)]
    talk.screenings.note(
        screening, "query", talk.person.code, {"code": code}, question=question_id, source=talk.message.source
    )
    talk.turn.say(talk.say("query_sent", number=screening.number, person=screening.person))
    talk.turn.others.append(
        (screening.person, query_card(talk, screening, question_id, code, screening.entries))
    )


def query_card(talk: Talk, screening: Screening, question_id: str, code: str, query: int) -> Turn:
    """What the clinician gets: the answer as it stands, the coded question, and two buttons.

    ``query`` is its log entry; what is confirmed is the answer that stood when the card was shown.
    """
    clinician = talk.conversation.people.get(screening.person)
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
        prompt=talk.screenings.ask(screening.person, screening, "choice"),
    )  # fmt: skip
    turn.actions.append(card)
    return turn


def _queried(talk: Talk, screening: Screening, press: Press) -> tuple[str, str] | None:
    """Give the question that an open query is about, and its code; the button names the query's log entry."""
    asked = talk.screenings.queried(screening.number, press.entry or 0)
    if asked is None or screening.state != COMPLETED or asked[0] not in screening.dialogue.applied:
        talk.turn.toast = talk.say.plain("not_any_more")
        return None
    return asked


def _confirm_query(talk: Talk, screening: Screening, press: Press) -> None:
    asked = _queried(talk, screening, press)
    if asked is None:
        return
    question_id, code = asked
    query = press.entry or 0
    if talk.screenings.moved_since(screening.number, press.place if press.option else query):
        talk.turn.toast = talk.say.plain("already_done")  # not confirmed unseen: it may be another answer now
        talk.turn.actions += query_card(talk, screening, question_id, code, query).actions
        return
    detail = {"query": press.entry, "outcome": "confirmed", "reason": None}
    talk.screenings.note(
        screening, "query_answer", talk.person.code, detail, question=question_id, source=talk.message.source
    )
    talk.turn.say(talk.say("query_confirmed", number=screening.number))


def _correct_query(talk: Talk, screening: Screening, press: Press) -> None:
    if _queried(talk, screening, press) is None:
        return
    buttons = [
        Button(talk.say.plain(f"amend_{reason}"), str(Press("qr", screening.number, press.entry, str(at))))
        for at, reason in enumerate(REASONS)
    ]
    talk.choose(screening, talk.say("amend_why", number=screening.number), arrange(buttons))


def _amend(talk: Talk, screening: Screening, press: Press) -> None:
    asked = _queried(talk, screening, press)
    if asked is None or not 0 <= press.place < len(REASONS):
        return
    talk.screenings.amend(
        screening, asked[0], REASONS[press.place], press.entry or 0, talk.person.code, talk.message.source
    )
    talk.screenings.make_current(talk.person.code, screening.number)
    talk.turn.say(talk.say("revising", number=screening.number))
    talk.show(screening)


# what is possible ----------------------------------------------------------------------------------


def recent(talk: Talk, argument: str) -> None:
    """List the newest screenings of the site."""
    found = talk.screenings.standings(site=talk.person.site, limit=LISTED)
    if not found:
        talk.turn.say(talk.say("recent_none"))
        return
    told = [
        talk.say("recent_line", number=item.number, verdict=lists.standing(item, talk.say)) for item in found
    ]
    talk.turn.say(lines(talk.say("recent_title"), *told))


COMMANDS: Final[Mapping[str, Callable[[Talk, str], None]]] = {
    "query": query,
    "notify": notify,
}
COORDINATOR_PRESSES: Final[Mapping[str, Callable[[Talk, Screening, Press], None]]] = {
    "query": _show_answers,
    "q": _choose_query,
    "qq": _ask_query,
}
"""Presses on screenings of the own site."""
CLINICIAN_PRESSES: Final[Mapping[str, Callable[[Talk, Screening, Press], None]]] = {
    "qa": _confirm_query,
    "qx": _correct_query,
    "qr": _amend,
}
"""Presses on own screenings that were queried."""
