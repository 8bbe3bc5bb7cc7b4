"""What coordinators do in the chat: open items of the site, queries on answers, outcomes, notes on candidates.

A coordinator sees the screenings of the own site, by number. Queries and outcomes are coded; they stand in the
screening's log beside the dialogue, and the verdict that was saved stays whatever comes of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from bot import cards, lists
from bot.phrases import lines, phrases
from bot.replies import Button, Press, Reply, Turn
from bot.talk import Talk
from bot.views import arrange
from dialogs.dialogue import COMPLETED, REASONS
from dialogs.wording import describe
from state.errors import Unknown
from state.screenings import Screening

QUERIES: Final = ("source", "unit", "plausible", "newer")
OUTCOMES: Final = ("referred", "consented", "enrolled", "declined", "screen_failure", "physician", "other")
"""Outcomes after pre-screening; from ``declined`` on they are the coded reasons of *not enrolled*."""
OFFICE: Final = frozenset({"coordinator", "administrator"})
LISTED: Final = 10


def of_the_site(talk: Talk, number: str) -> Screening | None:
    """Load a screening of the coordinator's own site; any other does not exist."""
    try:
        screening = talk.screenings.load(number)
    except Unknown:
        return None
    return screening if screening.site == talk.person.site else None


# open items --------------------------------------------------------------------------------------


def open_items(talk: Talk, argument: str) -> None:
    """List the site's undetermined screenings with what is missing and for how long."""
    found = talk.screenings.standings(site=talk.person.site, state="undetermined", limit=LISTED)
    if not found:
        talk.turn.say(talk.say("open_none"))
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
        if person.role == "coordinator" and person.active and person.notified:
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
    earlier = of_the_site(talk, screening.earlier) if screening.earlier else None
    if earlier is None or not earlier.saved or screening.saved[-1].verdict == "eligible":
        return None, False
    return earlier.saved[-1].verdict, True


# queries -----------------------------------------------------------------------------------------


def query(talk: Talk, argument: str) -> None:
    """``/query NUMBER``: choose an answer of a saved screening to ask about."""
    screening = _saved(talk, argument)
    if screening is None:
        return
    dialogue, language = screening.dialogue, talk.say.language
    buttons = []
    for index, question_id in enumerate(dialogue.applied):
        question = screening.protocol.question(question_id)
        shown = describe(question, dialogue.answers[question_id], language)
        buttons.append(
            talk.button(
                talk.say.plain("named", name=question.short[language], what=shown), "q", screening, index
            )
        )
    talk.choose(screening, talk.say("query_which", number=screening.number), arrange(buttons))


def _saved(talk: Talk, argument: str) -> Screening | None:
    screening = of_the_site(talk, argument.upper())
    if screening is None or screening.state != COMPLETED:
        talk.turn.say(talk.say("office_number", number=argument[:24]))
        return None
    return screening


def _choose_query(talk: Talk, screening: Screening, press: Press) -> None:
    if not 0 <= press.place < len(screening.dialogue.applied):
        talk.late()
        return
    buttons = [
        Button(
            talk.say.plain(f"query_{code}"),
            str(Press("qq", screening.number, screening.entries, f"{press.place}_{at}")),
        )
        for at, code in enumerate(QUERIES)
    ]
    talk.choose(screening, talk.say("query_what", number=screening.number), arrange(buttons))


def _ask_query(talk: Talk, screening: Screening, press: Press) -> None:
    place, _, at = (press.option or "").partition("_")
    applied = screening.dialogue.applied
    known = place.isdecimal() and int(place) < len(applied) and at.isdecimal() and int(at) < len(QUERIES)
    if not known or press.entry != screening.entries or screening.state != COMPLETED:
        talk.turn.toast = talk.say.plain("already_done")
        return
    question_id, code = applied[int(place)], QUERIES[int(at)]
    talk.screenings.note(
        screening, "query", talk.person.code, {"code": code}, question=question_id, source=talk.message.source
    )
    talk.turn.say(talk.say("query_sent", number=screening.number, person=screening.person))
    talk.turn.others.append((screening.person, query_card(talk, screening, question_id, code)))


def query_card(talk: Talk, screening: Screening, question_id: str, code: str) -> Turn:
    """What the clinician gets: the answer as it stands, the coded question, and two buttons."""
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
            (Button(say.plain("query_confirm"), str(Press("qa", screening.number, screening.entries))),),
            (Button(say.plain("query_correct"), str(Press("qx", screening.number, screening.entries))),),
        ),
        prompt=talk.screenings.ask(screening.person, screening, "choice"),
    )  # fmt: skip
    turn.actions.append(card)
    return turn


def _queried(talk: Talk, screening: Screening, press: Press) -> str | None:
    """Give the question that an open query is about; the query is the log entry that the button names."""
    question = talk.screenings.queried(screening.number, press.entry or 0)
    if question is None or screening.state != COMPLETED or question not in screening.dialogue.applied:
        talk.turn.toast = talk.say.plain("already_done")
        return None
    return question


def _confirm_query(talk: Talk, screening: Screening, press: Press) -> None:
    question_id = _queried(talk, screening, press)
    if question_id is None:
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
    question_id = _queried(talk, screening, press)
    if question_id is None or not 0 <= press.place < len(REASONS):
        return
    talk.screenings.amend(
        screening, question_id, REASONS[press.place], press.entry or 0, talk.person.code, talk.message.source
    )
    talk.screenings.make_current(talk.person.code, screening.number)
    talk.turn.say(talk.say("revising", number=screening.number))
    talk.show(screening)


# outcomes ----------------------------------------------------------------------------------------


def outcome(talk: Talk, argument: str) -> None:
    """``/outcome NUMBER``: what came of a candidate after pre-screening."""
    screening = _saved(talk, argument)
    if screening is None:
        return
    buttons = [
        talk.button(talk.say.plain(f"outcome_{code}"), "oc", screening, at)
        for at, code in enumerate(OUTCOMES)
    ]
    talk.choose(screening, talk.say("outcome_which", number=screening.number), arrange(buttons))


def _keep_outcome(talk: Talk, screening: Screening, press: Press) -> None:
    if not 0 <= press.place < len(OUTCOMES) or press.entry != screening.entries:
        talk.turn.toast = talk.say.plain("already_done")
        return
    code = OUTCOMES[press.place]
    day = talk.screenings.clock().date().isoformat()
    detail = {
        "referred": {"outcome": code, "referred_at": day},
        "consented": {"outcome": code, "consent_date": day},
        "enrolled": {"outcome": code, "investigator_decision": "enrolled"},
    }.get(
        code,
        {"outcome": "not_enrolled", "investigator_decision": "not enrolled", "not_enrolled_reason": code},
    )
    talk.screenings.note(screening, "outcome", talk.person.code, detail, source=talk.message.source)
    talk.turn.say(talk.say("outcome_kept", number=screening.number, outcome=talk.say(f"outcome_{code}")))


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
    "outcome": outcome,
    "notify": notify,
}
COORDINATOR_PRESSES: Final[Mapping[str, Callable[[Talk, Screening, Press], None]]] = {
    "q": _choose_query,
    "qq": _ask_query,
    "oc": _keep_outcome,
}
"""Presses on screenings of the own site."""
CLINICIAN_PRESSES: Final[Mapping[str, Callable[[Talk, Screening, Press], None]]] = {
    "qa": _confirm_query,
    "qx": _correct_query,
    "qr": _amend,
}
"""Presses on own screenings that were queried."""
