"""Notes to the office: a candidate was found, or is none any more; a query was answered. By number, no values.

Each has the button that leads to the card of the screening.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from bot.conversation.access import may_oversee
from bot.conversation.context import Context
from bot.conversation.refusing import late
from bot.conversation.subjects import card_button
from bot.exchange import Button, Press, Safe, Turn, at
from bot.wording.parts import names, title
from bot.wording.phrases import Phrases, lines, phrases
from state.corrections import as_it_came_out
from state.history import Asked, corrected_since
from state.people import Person
from state.screenings import Screening


def notify(context: Context, argument: str) -> None:
    """``/notify``: how the notes stand, with the button that switches them."""
    _tell(context, context.person.notified)


def switch(context: Context, press: Press) -> None:
    """Switch the notes as the button says, which may be pressed, or arrive, twice."""
    on = at((True, False), press.place)
    if on is None:
        late(context)
        return
    context.people.set_notified(context.person.code, on)
    _tell(context, on)


def _tell(context: Context, on: bool) -> None:
    other = Press("notify", place=1 if on else 0)
    label = context.say.plain("notify_switch_off" if on else "notify_switch_on")
    told = context.say("notify_on" if on else "notify_off")
    context.turn.say(told, ((Button(label, str(other)),),), in_place=True)


# what they hear ----------------------------------------------------------------------------------


def tell_of_verdict(context: Context, screening: Screening) -> None:
    """Add to the turn what the office hears of the verdict that was just saved: one note a person."""
    before = screening.saved[-2].entry if len(screening.saved) > 1 else 0
    db, number = context.screenings.db, screening.number
    taken_up = corrected_since(db, number, before)
    asked = [as_it_came_out(db, number, screening.protocol, query) for query in taken_up]
    told = defaultdict[str, list[Safe]](list)
    for person, note in (*_of_candidate(context, screening), *_of_answers(context, screening, asked)):
        told[person.code].append(note)
    for code, notes in told.items():
        _send(context, screening, code, notes)


def tell_of_confirmation(context: Context, screening: Screening, query: Asked) -> None:
    """Add to the turn what whoever asked hears of an answer that was confirmed."""
    for person, note in _of_answers(context, screening, [query]):
        _send(context, screening, person.code, [note])


def _send(context: Context, screening: Screening, code: str, notes: list[Safe]) -> None:
    turn = Turn()
    label = _say(context.people.get(code)).plain("show_card", number=screening.number)
    turn.say(lines(*notes), ((card_button(screening.number, label),),))
    context.turn.others.append((code, turn))


def _say(person: Person) -> Phrases:
    return phrases(person.language)


def _of_answers(
    context: Context, screening: Screening, answered: list[Asked]
) -> Iterator[tuple[Person, Safe]]:
    """Yield what those who asked hear of each answered query, if they may still see the screening."""
    for query in answered:
        person = context.people.get(query.asked_by)
        if may_oversee(person, screening) and person.code != context.person.code:
            asked = screening.protocol.question(query.question)
            question = title(screening.protocol, asked, _say(person))
            key = f"query_note_{query.state}"
            number = context.named(screening.number, screening.protocol.id)
            yield person, _say(person)(key, number=number, question=question)


def _of_candidate(context: Context, screening: Screening) -> Iterator[tuple[Person, Safe]]:
    """Yield what the coordinators of the site hear of a candidate who was found, or is none any more."""
    verdict = screening.saved[-1].verdict
    before, of_earlier = _verdict_before(context, screening)
    if verdict == before or "eligible" not in (verdict, before):
        return
    key = (
        ("candidate_note_parts" if screening.protocol.parts else "candidate_note")
        if verdict == "eligible"
        else "candidate_again"
        if of_earlier
        else "candidate_changed"
    )
    eligible = [each.part for each in screening.dialogue.parts if each.verdict == "eligible"]
    for person in context.people.all(screening.site):
        if _hears(person, verdict):
            say = _say(person)
            told = {
                "number": context.named(screening.number, screening.protocol.id),
                "earlier": screening.earlier,
                "verdict": say.plain(f"verdict_{verdict}"),
                "parts": names(eligible, say),
            }
            yield person, say(key, **told)


def _hears(person: Person, verdict: str) -> bool:
    """Whoever may have been told of a candidate hears that it is none any more, also after switching the notes off."""
    return person.role == "coordinator" and person.active and (person.notified or verdict != "eligible")


def _verdict_before(context: Context, screening: Screening) -> tuple[str | None, bool]:
    """Return the verdict that the newest one takes the place of, and whether it is an earlier screening's."""
    if len(screening.saved) > 1:
        return screening.saved[-2].verdict, False
    earlier = context.own(screening.earlier) if screening.earlier else None
    if earlier is None or not earlier.saved or screening.saved[-1].verdict == "eligible":
        return None, False
    return earlier.saved[-1].verdict, True
