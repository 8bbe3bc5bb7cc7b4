"""What administrators do in the chat: invite, revoke invitations, see who may use the bot, suspend and restore."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Literal

from bot.conversation.context import Context
from bot.conversation.refusing import late
from bot.exchange import Button, Press, Rows, Safe, at
from bot.wording.phrases import escape, lines
from bot.wording.times import local_time
from state.codes import is_site
from state.errors import Refused, Unknown
from state.moments import in_zone
from state.people import ROLES, Invitation, Person

SHOWN_PEOPLE: Final = 40
SHOWN_INVITATIONS: Final = 20
_OPEN: Final = frozenset({"open", "withheld"})
"""States of invitations that let somebody in, or may do so again: *withheld* ones when their maker is restored."""

# inviting ----------------------------------------------------------------------------------------


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
    context.turn.say(context.say("invite_whom", site=site), (*buttons, *_to_invitations(context)))


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
        ),
        in_place=True,
    )


def welcome_member(context: Context, invited: Literal["joined", "member"]) -> Safe:
    """Tell whoever opened an invitation who they are here, and who invited them."""
    person = context.person
    by = context.people.invited_by(person.code) if invited == "joined" else None
    role = context.say(f"role_{person.role}")
    return lines(
        context.say(f"start_{invited}", role=role, site=person.site, code=person.code),
        context.say("start_invited_by", person=by) if by is not None else None,
    )


# invitations -------------------------------------------------------------------------------------


def _open_invitations(context: Context) -> list[Invitation]:
    return [each for each in context.people.invitations() if each.state in _OPEN]


def _to_invitations(context: Context) -> Rows:
    """The button to the open invitations, if there are any."""
    count = len(_open_invitations(context))
    label = context.say.plain("invitations_open", n=count)
    return ((Button(label, str(Press("invitations"))),),) if count else ()


def list_invitations(context: Context, press: Press) -> None:
    _show_invitations(context)


def _show_invitations(context: Context, first: Safe | None = None) -> None:
    say, found = context.say, _open_invitations(context)[-SHOWN_INVITATIONS:]
    title = say("invitations_title") if found else say("invitations_none")
    told = [_invitation(context, each) for each in found]
    buttons = tuple((_revoke_button(context, "revoke", each.mark),) for each in found)
    context.turn.say(lines(first, title, *told), (*buttons, _back(context, "people")), in_place=True)


def _invitation(context: Context, invitation: Invitation) -> Safe:
    """For whom an invitation is, until when it holds, and who made it."""
    say = context.say
    return say(
        f"invitation_{invitation.state}",
        mark=invitation.mark,
        role=say(f"role_{invitation.role}"),
        site=invitation.site,
        until=local_time(invitation.expires_at, context.setup.zone),
        by=invitation.created_by or say("by_command_line"),
    )


def _revoke_button(context: Context, verb: str, mark: str) -> Button:
    return Button(
        context.say.plain(f"{verb}_invitation", mark=mark), str(Press(verb, name=f"{_MARKED}{mark}"))
    )


_MARKED: Final = "I"
"""Stands before a mark in a button: names in presses begin with a letter."""


def _invitation_named(context: Context, press: Press) -> Invitation | None:
    mark = (press.name or "").removeprefix(_MARKED)
    return next((each for each in _open_invitations(context) if each.mark == mark), None)


def ask_to_revoke(context: Context, press: Press) -> None:
    invitation = _invitation_named(context, press)
    if invitation is None:
        _no_longer_open(context)
        return
    asked = lines(context.say("revoke_sure", mark=invitation.mark), _invitation(context, invitation))
    yes = _revoke_button(context, "revoke_yes", invitation.mark)
    context.turn.say(asked, ((yes,), _back(context, "invitations")), in_place=True)


def revoke(context: Context, press: Press) -> None:
    """Withdraw an invitation; nobody gets in by it any more."""
    invitation = _invitation_named(context, press)
    if invitation is None or not context.people.revoke(invitation.mark, context.person.code):
        _no_longer_open(context)
        return
    _show_invitations(context, context.say("revoked", mark=invitation.mark))


def _no_longer_open(context: Context) -> None:
    context.turn.toast = context.say.plain("invitation_gone")
    _show_invitations(context)


# people ------------------------------------------------------------------------------------------


def list_people(context: Context, argument: str) -> None:
    """``/people``: everyone by code, role, site and status, with a button to suspend or restore."""
    _show_people(context)


def people_pressed(context: Context, press: Press) -> None:
    _show_people(context)


def _show_people(context: Context, first: Safe | None = None) -> None:
    everyone = context.people.all()
    told = [_line(context, person) for person in everyone[:SHOWN_PEOPLE]]
    more = len(everyone) - SHOWN_PEOPLE
    if more > 0:
        told.append(context.say("people_more", count=more))
    buttons = (*_to_invitations(context), *_buttons(context, everyone[:SHOWN_PEOPLE]))
    context.turn.say(lines(first, context.say("people_title"), *told), buttons, in_place=True)


def _line(context: Context, person: Person) -> Safe:
    """Who somebody is here, since when, and when they last wrote."""
    say, zone = context.say, context.setup.zone
    told = say(
        "people_line",
        code=person.code,
        role=say(f"role_{person.role}"),
        site=person.site,
        status=say(f"person_{person.status}"),
    )
    since = in_zone(person.since, zone).date()
    day = context.screenings.last_heard(person.code, person.seen_on)
    seen = say("people_seen", since=since, day=day) if day else None
    return lines(told, seen or say("people_unseen", since=since))


def _buttons(context: Context, everyone: Sequence[Person]) -> Rows:
    others = [person for person in everyone if person.code != context.person.code]
    return tuple((_button(context, "suspend" if person.active else "restore", person),) for person in others)


def _button(context: Context, verb: str, person: Person) -> Button:
    label = context.say.plain(f"{verb}_person", code=person.code)
    return Button(label, str(Press(verb, name=person.code)))


def _back(context: Context, verb: str) -> tuple[Button, ...]:
    return (Button(context.say.plain("back"), str(Press(verb))),)


def ask_to_suspend(context: Context, press: Press) -> None:
    person = _other(context, press)
    if person is None or not person.active:
        _no_change(context)
        return
    asked = lines(context.say("suspend_sure", code=person.code), _line(context, person))
    yes = _button(context, "suspend_yes", person)
    context.turn.say(asked, ((yes,), _back(context, "people")), in_place=True)


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


def _no_change(context: Context) -> None:
    context.turn.toast = context.say.plain("not_any_more")
    _show_people(context)


def _set(context: Context, press: Press, act: Callable[[str, str | None], None]) -> None:
    person = _other(context, press)
    if person is None:
        _no_change(context)
        return
    try:
        act(person.code, context.person.code)
    except Refused:
        _show_people(context, context.say("last_administrator", code=person.code))
        return
    now = context.people.get(person.code)
    _show_people(
        context, context.say("people_now", code=now.code, status=context.say(f"person_{now.status}"))
    )
    context.turn.changed = person.code
