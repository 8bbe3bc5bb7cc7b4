"""Notes to the coordinators of a site: a candidate was found, or is none any more. By number, nothing clinical."""

from __future__ import annotations

from bot.conversation.context import Context
from bot.conversation.refusing import late
from bot.exchange import Button, Press, Turn, at
from bot.wording.phrases import phrases
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
    context.turn.say(context.say("notify_on" if on else "notify_off"), ((Button(label, str(other)),),))


def tell_coordinators(context: Context, screening: Screening) -> None:
    """Add to the turn what the coordinators of the site hear of the verdict that was just saved."""
    verdict = screening.saved[-1].verdict
    before, of_earlier = _verdict_before(context, screening)
    if verdict == before or "eligible" not in (verdict, before):
        return
    key = (
        "candidate_note"
        if verdict == "eligible"
        else "candidate_again"
        if of_earlier
        else "candidate_changed"
    )
    for person in context.people.all(screening.site):
        if _hears(person, verdict):
            say, turn = phrases(person.language), Turn()
            shown = say.plain(f"verdict_{verdict}")
            turn.say(say(key, number=screening.number, earlier=screening.earlier, verdict=shown))
            context.turn.others.append((person.code, turn))


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
