"""What administrators do in the chat: invite, and see who may use the bot, suspend and restore."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from bot.conversation.talk import Talk
from bot.exchange import Button, Press, Rows, Safe
from bot.wording.phrases import lines
from state.codes import is_site
from state.errors import Refused, Unknown
from state.people import ROLES, Person

SHOWN_PEOPLE: Final = 40


def invite(talk: Talk, argument: str) -> None:
    """``/invite [SITE]``: choose a role; the link works once."""
    site = argument.upper() or talk.person.site
    if not is_site(site):
        talk.turn.say(talk.say("site_form", site=site[:24]))
        return
    buttons = tuple((Button(talk.say.plain(f"role_{role}"), f"invite:{role}"),) for role in ROLES)
    if site != talk.person.site:
        buttons = tuple(
            (Button(talk.say.plain(f"role_{role}"), f"invite:{role[:4]}_{site}"),) for role in ROLES
        )
    talk.turn.say(talk.say("invite_whom", site=site), buttons)


def make_invitation(talk: Talk, press: Press) -> None:
    chosen, _, site = (press.option or "").partition("_")
    role = next((role for role in ROLES if chosen in (role, role[:4])), None)
    if role is None:
        talk.late()
        return
    try:
        secret = talk.conversation.people.invite(role, site or talk.person.site, by=talk.person.code)
    except ValueError:
        talk.turn.say(talk.say("site_form", site=site))
        return
    link = talk.conversation.invitation_link(secret)
    talk.turn.say(
        lines(
            talk.say("invitation", role=talk.say(f"role_{role}"), site=site or talk.person.site),
            talk.say("plain", text=link),
        )
    )


def people(talk: Talk, argument: str) -> None:
    """``/people``: everyone by code, role, site and status, with a button to suspend or restore."""
    everyone = talk.conversation.people.all()
    listed = [_line(talk, person) for person in everyone[:SHOWN_PEOPLE]]
    more = len(everyone) - SHOWN_PEOPLE
    if more > 0:
        listed.append(talk.say("people_more", count=more))
    talk.turn.say(lines(talk.say("people_title"), *listed), _buttons(talk, everyone[:SHOWN_PEOPLE]))


def _line(talk: Talk, person: Person) -> Safe:
    say = talk.say
    return say(
        "people_line",
        code=person.code,
        role=say(f"role_{person.role}"),
        site=person.site,
        status=say(f"person_{person.status}"),
    )


def _buttons(talk: Talk, everyone: list[Person]) -> Rows:
    others = [person for person in everyone if person.code != talk.person.code]
    return tuple((_button(talk, "suspend" if person.active else "restore", person),) for person in others)


def _button(talk: Talk, verb: str, person: Person) -> Button:
    label = talk.say.plain(f"{verb}_person", code=person.code)
    return Button(label, f"{verb}:{person.code.replace('-', '_')}")


def ask_to_suspend(talk: Talk, press: Press) -> None:
    person = _other(talk, press)
    if person is None or not person.active:
        talk.late()
        return
    asked = lines(talk.say("suspend_sure", code=person.code), _line(talk, person))
    talk.turn.say(asked, ((_button(talk, "suspend_yes", person),),))


def suspend(talk: Talk, press: Press) -> None:
    _set(talk, press, talk.conversation.people.suspend)


def restore(talk: Talk, press: Press) -> None:
    _set(talk, press, talk.conversation.people.restore)


def _other(talk: Talk, press: Press) -> Person | None:
    """Give the person that a button names; nobody suspends or restores themselves."""
    code = (press.option or "").replace("_", "-")
    try:
        return talk.conversation.people.get(code) if code != talk.person.code else None
    except Unknown:
        return None


def _set(talk: Talk, press: Press, act: Callable[[str, str | None], None]) -> None:
    person = _other(talk, press)
    if person is None:
        talk.late()
        return
    try:
        act(person.code, talk.person.code)
    except Refused:
        talk.turn.say(talk.say("last_administrator", code=person.code))
        return
    talk.turn.say(_line(talk, talk.conversation.people.get(person.code)))
    talk.turn.changed = person.code


COMMANDS: Final[Mapping[str, Callable[[Talk, str], None]]] = {"invite": invite, "people": people}
PRESSES: Final[Mapping[str, Callable[[Talk, Press], None]]] = {
    "invite": make_invitation,
    "suspend": ask_to_suspend,
    "suspend_yes": suspend,
    "restore": restore,
}
