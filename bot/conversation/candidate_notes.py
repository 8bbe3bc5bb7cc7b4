"""Notes to the office: a candidate was found, or is none any more, also by answers elsewhere; a query was answered.

By number, no values. Each has the button that leads to the card of the screening.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from bot.conversation.access import may_oversee
from bot.conversation.context import Context
from bot.conversation.refusing import late
from bot.conversation.subjects import card_button
from bot.exchange import Button, Press, Safe, Turn, at
from bot.wording.buttons import arrange
from bot.wording.parts import names, title
from bot.wording.phrases import Phrases, lines, phrases
from dialogs.dialogue import Step
from state.corrections import as_it_came_out
from state.history import Asked, corrected_since
from state.newest import judged_by_newest
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
    of_verdict = chain(_of_candidate(context, screening), _as_saved_by_newest(context, screening))
    for person, note in (*of_verdict, *_of_answers(context, screening, asked)):
        told[person.code].append(note)
    for code, notes in told.items():
        _send(context, [screening], code, notes)


def tell_of_confirmation(context: Context, screening: Screening, query: Asked) -> None:
    """Add to the turn what whoever asked hears of an answer that was confirmed."""
    for person, note in _of_answers(context, screening, [query]):
        _send(context, [screening], person.code, [note])


def by_newest(context: Context, screening: Screening, steps: Sequence[Step]) -> dict[str, str]:
    """Return what candidates out of the same matching come to by the newest answers, if steps may change that.

    What is answered in a revision counts once it is saved.
    """
    is_new = not screening.dialogue.revising and any(step.kind == "answer" for step in steps)
    if not is_new and steps[-1].kind not in ("save", "cancel"):
        return {}
    return _candidates_by_newest(context, screening)


def _candidates_by_newest(context: Context, screening: Screening) -> dict[str, str]:
    found = (context.screenings.as_saved(each) for each in context.screenings.others_out_of(screening))
    saved = (each for each in found if each.saved and each.saved[-1].verdict == "eligible")
    return {each.number: judged_by_newest(each.dialogue, each.elsewhere).verdict for each in saved}


def tell_of_newest(context: Context, screening: Screening, before: Mapping[str, str]) -> None:
    """Add to the turn what the office hears of candidates of whom another one out of the matching, or that, has news.

    They were saved as potentially eligible, and are not by what was answered there just now; or are so again. Each
    person gets one message.
    """
    now = _candidates_by_newest(context, screening) if before else {}
    told = defaultdict[str, list[tuple[Screening, Safe]]](list)
    for number in filter(now.__contains__, before):
        if now[number] != before[number] and "eligible" in (now[number], before[number]):
            other = context.screenings.load(number)
            for person, note in _of_newest(context, other, now[number]):
                told[person.code].append((other, note))
    for code, notes in told.items():
        _send(context, [other for other, _ in notes], code, [note for _, note in notes])


def _of_newest(context: Context, screening: Screening, verdict: str) -> Iterator[tuple[Person, Safe]]:
    """Yield what the coordinators of the site hear of a candidate who comes to a verdict by the newest answers."""
    number = context.named(screening.number, screening.protocol.id)
    for person in context.people.all(screening.site):
        if _hears(person, verdict):
            say = _say(person)
            yield person, say("candidate_newest", number=number, verdict=say.plain(f"verdict_{verdict}"))


def _as_saved_by_newest(context: Context, screening: Screening) -> Iterator[tuple[Person, Safe]]:
    """Yield the same of one that was saved although the newest answers say otherwise."""
    newest = judged_by_newest(screening.dialogue, screening.elsewhere).verdict
    if screening.saved[-1].verdict == "eligible" != newest:
        yield from _of_newest(context, screening, newest)


def _send(context: Context, about: Sequence[Screening], code: str, notes: Sequence[Safe]) -> None:
    """Send notes in one message, with the buttons to the cards of the screenings that they are about."""
    turn, say = Turn(), _say(context.people.get(code))
    shown = [card_button(each.number, say.plain("show_card", number=each.number)) for each in about]
    turn.say(lines(*notes), arrange(shown))
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
