"""Who may do what: the roles, and whose screenings exist for whom.

Which roles may use a command or a button stands in the tables, `commands` and `presses`.
"""

from __future__ import annotations

from typing import Final

from state.codes import is_matching
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


def current_screening(screenings: Screenings, person: Person) -> Screening | None:
    """Load the open screening that a person is in and may go on with."""
    screening = screenings.current(person.code)
    return screening if screening is not None and may_answer(person, screening) else None


def own_screening(screenings: Screenings, person: Person, number: str | None) -> Screening | None:
    """Load a screening that this person may go on with; any other does not exist for them."""
    screening = _loaded(screenings, number)
    return screening if screening is not None and may_answer(person, screening) else None


def site_left(screenings: Screenings, person: Person, number: str | None) -> str | None:
    """Return the site of a screening of this person's who is at another one now, and cannot go on with it."""
    screening = _loaded(screenings, number)
    is_own = screening is not None and may_screen(person) and screening.person == person.code
    return screening.site if screening is not None and is_own and screening.site != person.site else None


def site_screening(screenings: Screenings, person: Person, number: str | None) -> Screening | None:
    """Load a screening of the site that this person oversees; any other, or a matching, does not exist for them."""
    screening = None if number and is_matching(number) else _loaded(screenings, number)
    return screening if screening is not None and may_oversee(person, screening) else None


def site_matching(screenings: Screenings, person: Person, number: str | None) -> Screening | None:
    """Load a matching of the site that this person oversees, to be looked at."""
    screening = _loaded(screenings, number) if number and is_matching(number) else None
    return screening if screening is not None and may_oversee(person, screening) else None


def _loaded(screenings: Screenings, number: str | None) -> Screening | None:
    try:
        return screenings.load(number or "")
    except Unknown:
        return None
