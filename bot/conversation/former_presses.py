"""Buttons that the version before sent: chats are full of them, and they still count.

They had verbs of one or two letters, the column ``former`` of the table, and one option, which each spelled in its
own way: ``on:S01-0007:14:3_20261123``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Final

from bot.conversation.queries import QUERIES
from bot.conversation.reports import PERIODS
from bot.exchange import Press, at
from state.people import ROLES

_FORMER: Final = re.compile(
    r"(?P<verb>[a-z_]{1,12})(?::(?P<screening>[A-Z0-9-]{1,24}):(?P<entry>\d{1,6}))?(?::(?P<option>\w{1,24}))?",
    re.ASCII,
)


def read_former(data: str, verbs: Mapping[str, str]) -> Press | None:
    """Read what such a button says, in today's words; ``verbs`` are today's by those of then."""
    match = _FORMER.fullmatch(data)
    verb = verbs.get(match["verb"]) if match is not None else None
    if match is None or verb is None:
        return None
    press = Press(verb, match["screening"], int(match["entry"] or 0))
    return _OPTIONS.get(verb, _place)(press, match["option"] or "")


def _place(press: Press, option: str) -> Press:
    return replace(press, place=_number(option))


def _name(press: Press, option: str) -> Press:
    return replace(press, name=option)


def _person(press: Press, option: str) -> Press:
    return replace(press, name=option.replace("_", "-"))


def _role_and_site(press: Press, option: str) -> Press:
    """``clinician``; for another site ``clin_S02``."""
    said, _, site = option.partition("_")
    place = next((place for place, role in enumerate(ROLES) if said in (role, role[:4])), None)
    return replace(press, place=place, name=site or None)


def _format_and_period(press: Press, option: str) -> Press:
    """``csv``; with a period ``csv__last_month``."""
    name, _, period = option.partition("__")
    if not period:
        return replace(press, name=name)
    return Press("export_period", place=PERIODS.index(period) if period in PERIODS else None, name=name)


def _place_and_day(press: Press, option: str) -> Press:
    """``3``; with a day ``3_20261123``."""
    place, _, day = option.partition("_")
    return replace(press, place=_number(place), day=_day(day))


def _place_and_query(press: Press, option: str) -> Press:
    """``3_0``: the place of an answer, and that of what is asked about it."""
    place, _, code = option.partition("_")
    return replace(press, place=_number(place), name=at(QUERIES, _number(code)))


def _shown_at(press: Press, option: str) -> Press:
    """The entry of these buttons was the query's; what was shown at, if it was said at all, was the option."""
    return replace(press, query=press.entry, entry=_number(option) or press.entry)


def _place_of_query(press: Press, option: str) -> Press:
    return replace(press, query=press.entry, place=_number(option))


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


_OPTIONS: Final[Mapping[str, Callable[[Press, str], Press]]] = {
    "language": _name,
    "suspend": _person,
    "suspend_yes": _person,
    "restore": _person,
    "invite_as": _role_and_site,
    "export": _format_and_period,
    "outcome_what": _place_and_day,
    "outcome_days": _place_and_day,
    "outcome_on": _place_and_day,
    "query_send": _place_and_query,
    "query_confirm": _shown_at,
    "query_correct": _shown_at,
    "query_reason": _place_of_query,
}
"""How the options were spelled, by today's verbs; all others were a place."""
