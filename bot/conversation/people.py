"""What administrators do in the chat: invite, and see who may use the bot, suspend and restore."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from bot.conversation.context import Context
from bot.conversation.refusing import late
from bot.exchange import Button, Press, Rows, Safe, at
from bot.wording.phrases import escape, lines
from state.codes import is_site
from state.errors import Refused, Unknown
from state.people import ROLES, Person

SHOWN_PEOPLE: Final = 40


def invite(context: Context, argument: str) -> None:
    """``/invite [SITE]``: choose a role; the link works once."""
    site = argument.upper() or context.person.site
    if not is_site(site):
        context.turn.say(context.say("site_form", site=site[:24]))
        return
    other = site if site != context.person.site else None
    buttons = tuple(
        (Button(context.say.plain(f"role_{role}"), str(Press("invite_as", place=place, name=other))),)
        for place, role in enumerate(ROLES)
    )
    context.turn.say(context.say("invite_whom", site=site), buttons)


def make_invitation(context: Context, press: Press) -> None:
    role, site = at(ROLES, press.place), press.name or context.person.site
    if role is None:
        late(context)
        return
    try:
        secret = context.people.invite(role, site, by=context.person.code)
    except ValueError:
        context.turn.say(context.say("site_form", site=site))
        return
    link = context.setup.invitation_link(secret)
    context.turn.say(
        lines(
            context.say("invitation", role=context.say(f"role_{role}"), site=site),
            escape(link),
        )
    )


def list_people(context: Context, argument: str) -> None:
    """``/people``: everyone by code, role, site and status, with a button to suspend or restore."""
    everyone = context.people.all()
    listed = [_line(context, person) for person in everyone[:SHOWN_PEOPLE]]
    more = len(everyone) - SHOWN_PEOPLE
    if more > 0:
        listed.append(context.say("people_more", count=more))
    context.turn.say(lines(context.say("people_title"), *listed), _buttons(context, everyone[:SHOWN_PEOPLE]))


def _line(context: Context, person: Person) -> Safe:
    say = context.say
    return say(
        "people_line",
        code=person.code,
        role=say(f"role_{person.role}"),
        site=person.site,
        status=say(f"person_{person.status}"),
    )


def _buttons(context: Context, everyone: list[Person]) -> Rows:
    others = [person for person in everyone if person.code != context.person.code]
    return tuple((_button(context, "suspend" if person.active else "restore", person),) for person in others)


def _button(context: Context, verb: str, person: Person) -> Button:
    label = context.say.plain(f"{verb}_person", code=person.code)
    return Button(label, str(Press(verb, name=person.code)))


def ask_to_suspend(context: Context, press: Press) -> None:
    person = _other(context, press)
    if person is None or not person.active:
        late(context)
        return
    asked = lines(context.say("suspend_sure", code=person.code), _line(context, person))
    context.turn.say(asked, ((_button(context, "suspend_yes", person),),))


def suspend(context: Context, press: Press) -> None:
    _set(context, press, context.people.suspend)


def restore(context: Context, press: Press) -> None:
    _set(context, press, context.people.restore)


def _other(context: Context, press: Press) -> Person | None:
    """Return the person that a button names; nobody suspends or restores themselves."""
    code = press.name or ""
    try:
        return context.people.get(code) if code != context.person.code else None
    except Unknown:
        return None


def _set(context: Context, press: Press, act: Callable[[str, str | None], None]) -> None:
    person = _other(context, press)
    if person is None:
        late(context)
        return
    try:
        act(person.code, context.person.code)
    except Refused:
        context.turn.say(context.say("last_administrator", code=person.code))
        return
    context.turn.say(_line(context, context.people.get(person.code)))
    context.turn.changed = person.code
