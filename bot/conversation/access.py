"""Who may do what: every command and every press, with the roles that may use it. Deny by default.

Roles are asked at the moment of the act, as they stand in the file then, and nowhere else in the conversation: what
has no row here is nobody's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from state.errors import Unknown
from state.people import ROLES, Person
from state.screenings import Screening, Screenings

EVERYBODY: Final = frozenset(ROLES)
SCREENS: Final = frozenset({"clinician", "administrator"})
"""Who screens candidates."""
OFFICE: Final = frozenset({"coordinator", "administrator"})
"""Who sees all screenings of the own site."""
COORDINATOR: Final = frozenset({"coordinator"})
ADMINISTRATOR: Final = frozenset({"administrator"})

COMMANDS: Final[Mapping[str, frozenset[str]]] = {
    "start": EVERYBODY,
    "new": SCREENS,
    "resume": SCREENS,
    "open": EVERYBODY,
    "recent": EVERYBODY,
    "cancel": SCREENS,
    "invite": ADMINISTRATOR,
    "people": ADMINISTRATOR,
    "export": OFFICE,
    "stats": OFFICE,
    "evaluate": OFFICE,
    "query": OFFICE,
    "outcome": OFFICE,
    "notify": COORDINATOR,
    "language": EVERYBODY,
    "help": EVERYBODY,
    "privacy": EVERYBODY,
}
"""In the order of the menus, where ``start`` does not stand: it goes without saying."""

Whose = Literal["nobody", "own", "site"]


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may press a button, and on whose screenings: none, those started by the person, or the site's."""

    roles: frozenset[str]
    whose: Whose


_ASKS: Final = Rule(SCREENS, "own")
_OFFICE: Final = Rule(OFFICE, "site")

PRESSES: Final[Mapping[str, Rule]] = {
    "new": Rule(SCREENS, "nobody"),
    "lang": Rule(EVERYBODY, "nobody"),
    # answering
    **dict.fromkeys(("o", "u", "k", "p", "w", "b", "c", "f", "s", "e"), _ASKS),
    **dict.fromkeys(("h", "m", "x", "y", "go", "r", "d", "dd", "again"), _ASKS),
    # queries: the office asks, whoever screened answers
    **dict.fromkeys(("query", "q", "qq"), _OFFICE),
    **dict.fromkeys(("qa", "qx", "qr"), _ASKS),
    # outcomes
    **dict.fromkeys(("outcome", "noted", "days", "on", "undo", "undone"), _OFFICE),
    # reports
    "export": Rule(OFFICE, "nobody"),
    # people
    **dict.fromkeys(("invite", "suspend", "suspend_yes", "restore"), Rule(ADMINISTRATOR, "nobody")),
}


def commands_for(role: str) -> tuple[str, ...]:
    """Give the commands of a role in the order of its menu."""
    return tuple(name for name, roles in COMMANDS.items() if role in roles and name != "start")


def may_command(person: Person, name: str) -> bool:
    return person.active and person.role in COMMANDS.get(name, ())


def may_screen(person: Person) -> bool:
    return person.active and person.role in SCREENS


def may_answer(person: Person, screening: Screening) -> bool:
    """Say whether a person may see and go on with this screening: their own, at the site where they are now.

    A screening stays with the site that its number belongs to; who moved to another site cannot go on with it.
    """
    return may_screen(person) and screening.person == person.code and screening.site == person.site


def may_oversee(person: Person, screening: Screening) -> bool:
    """Say whether a person may see this screening as one of the site's."""
    return person.active and person.role in OFFICE and screening.site == person.site


def own_screening(screenings: Screenings, person: Person, number: str | None) -> Screening | None:
    """Load a screening that this person may go on with; any other does not exist for them."""
    screening = _loaded(screenings, number)
    return screening if screening is not None and may_answer(person, screening) else None


def site_screening(screenings: Screenings, person: Person, number: str | None) -> Screening | None:
    """Load a screening of the site that this person oversees; any other does not exist for them."""
    screening = _loaded(screenings, number)
    return screening if screening is not None and may_oversee(person, screening) else None


def _loaded(screenings: Screenings, number: str | None) -> Screening | None:
    try:
        return screenings.load(number or "")
    except Unknown:
        return None
