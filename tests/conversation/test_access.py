"""Who may do what, at the moment of the act: every verb for every role, and roles that change under way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from inspect import signature
from typing import Any

import pytest

from bot.conversation import Conversation, access
from bot.conversation.commands import COMMANDS
from bot.conversation.presses import PRESSES
from bot.conversation.trials import mark
from bot.exchange import Document, Message, MessageKind, Reply, Turn, Work
from state.people import ROLES, Person, Role
from tests.conversation.office import ELIGIBLE, press_of, presses

NUMBERS = ("S01-0001", "S01-0002")
REPORT = "a report of the site where the person is now"
KEPT = ("log", "verdicts", "screenings", "invitations", "accounts")
OPTIONS = ("", ":0", ":1", ":0:source", ":0:2026-11-23", ":@21", ":0:@21")
ALONE: dict[str, tuple[str, ...]] = {
    "language": ("zh", "0"),
    "invite_as": ("0", "2:S02"),
    "revoke": ("I00000000",),
    "revoke_yes": ("I00000000",),
    "suspend": ("S01-P01", "S09-P01"),
    "suspend_yes": ("S01-P01", "S09-P01"),
    "restore": ("S01-P01", "S09-P01"),
    **dict.fromkeys(("stats", "export_trial"), (mark("NCT04420494"),)),
    "export": ("csv",),
    "export_period": ("3:csv",),
    "notify": ("1",),
    **dict.fromkeys(
        ("trial", "trial_open", "trial_pause", "trial_close"), (mark("NCT04420494"), mark("EX-NONE"))
    ),
}
"""What else a press without a screening may say."""


def test_the_tables_have_rows_for_every_role_and_for_nobody_else() -> None:
    assert {role for kind in PRESSES.values() for role in kind.roles} == set(ROLES)
    assert {role for command in COMMANDS for role in command.roles} == set(ROLES)
    for name in {command.name for command in COMMANDS}:
        rows = [command.roles for command in COMMANDS if command.name == name]
        assert sum(map(len, rows)) == len(frozenset().union(*rows)), "a role has two rows of one command"


def test_the_tables_say_who_may_do_what_as_it_is_written_here() -> None:
    """A row that was opened to one role too many would else be walked as if it were meant."""
    everybody, administrator = frozenset(ROLES), frozenset({"administrator"})
    screens, office = administrator | {"clinician"}, administrator | {"coordinator"}
    assert {kind.roles for kind in PRESSES.values() if kind.whose == "own"} == {screens}
    assert {kind.roles for kind in PRESSES.values() if kind.whose in ("site", "matching")} == {office}
    assert {kind.verb: kind.roles for kind in PRESSES.values() if kind.whose == "nobody"} == {
        **dict.fromkeys(("new", "match"), screens),
        "language": everybody,
        **dict.fromkeys(
            ("subjects", "stats", "export_trial", "export", "export_period", "matchings"), office
        ),
        "notify": frozenset({"coordinator"}),
        **dict.fromkeys(
            (
                *("invite_as", "invitations", "revoke", "revoke_yes"),
                *("people", "suspend", "suspend_yes", "restore"),
                *("trials", "trial", "trial_open", "trial_pause", "trial_close"),
            ),
            administrator,
        ),
    }
    commands: dict[str, frozenset[str]] = {}
    for command in COMMANDS:
        commands[command.name] = commands.get(command.name, frozenset()) | command.roles
    assert commands == {
        **dict.fromkeys(("start", "open", "recent", "language", "help", "about", "privacy"), everybody),
        **dict.fromkeys(("new", "resume", "cancel"), screens),
        **dict.fromkeys(("export", "stats", "evaluate", "again", "subject", "query", "outcome"), office),
        **dict.fromkeys(("invite", "people", "trials"), administrator),
        "notify": frozenset({"coordinator"}),
    }


def test_every_handler_takes_what_a_press_brings() -> None:
    for kind in PRESSES.values():
        taken = list(signature(kind.handler).parameters)
        assert taken == (
            ["context", "press"] if kind.whose == "nobody" else ["context", "screening", "press"]
        ), kind


# the file of a site --------------------------------------------------------------------------------


@dataclass
class Site:
    """A clinician with a saved screening and one at its second question; others as they are needed."""

    conversation: Conversation
    clinician: Person
    administrator: Person

    def add(self, role: Role, site: str, account: str) -> Person:
        return self.conversation.people.add(role, site, "telegram", account)

    def do(self, person: Person, what: str) -> Turn:
        kind: MessageKind = "command" if what.startswith("/") else "press" if what.startswith("!") else "text"
        return self.conversation.handle(person, Message(kind, what.lstrip("!")))

    def kept(self) -> dict[str, list[Any]]:
        rows = {table: list(self.conversation.people.db.query(f"SELECT * FROM {table}")) for table in KEPT}
        rows["people"] = list(
            self.conversation.people.db.query("SELECT code, role, site, status, notified FROM people")
        )
        return rows


@pytest.fixture
def site(conversation: Conversation) -> Site:
    clinician = conversation.people.add("clinician", "S01", "telegram", "1")
    site = Site(conversation, clinician, conversation.people.add("administrator", "S01", "telegram", "2"))
    for answer in ("/new", *ELIGIBLE):
        turn = site.do(clinician, answer)
    site.do(clinician, f"!{press_of(turn, 'save:')}")
    site.do(clinician, "/new")
    site.do(clinician, "45")
    return site


def shown(turn: Turn) -> str:
    """All that a turn shows, the data of its buttons included; work that was begun is a report."""
    parts = [turn.toast or ""]
    for action in turn.actions:
        if isinstance(action, Reply):
            parts += [action.text, *presses(Turn([action]))]
        elif isinstance(action, Document | Work):
            parts.append(REPORT)
    return "\n".join(parts)


def aims(site: Site) -> Iterator[tuple[str, str]]:
    """Every command and every press, aimed at the clinician's screenings; each with its verb."""
    for name in dict.fromkeys(command.name for command in COMMANDS):
        for more in ("", *NUMBERS, "1"):
            yield f"/{name}", f"/{name} {more}".strip()
    for verb, rule in PRESSES.items():
        if rule.whose == "nobody":
            for option in ("", "0", *ALONE.get(verb, ())):
                yield verb, f"!{verb}:{option}".removesuffix(":")
        for number in NUMBERS:
            entries = site.conversation.screenings.load(number).entries
            for entry in (entries, entries - 1, 0):
                for option in OPTIONS:
                    yield verb, f"!{verb}:{number}:{entry}{option}"


OUTSIDERS: dict[str, tuple[Role, str, bool]] = {
    **{f"{role} of the site": (role, "S01", True) for role in ROLES},
    **{f"{role} of another site": (role, "S02", True) for role in ROLES},
    **{f"suspended {role}": (role, "S01", False) for role in ROLES},
}


@pytest.mark.parametrize(("role", "at", "active"), OUTSIDERS.values(), ids=OUTSIDERS)
def test_nobody_takes_or_is_shown_what_is_not_theirs(site: Site, role: Role, at: str, active: bool) -> None:
    person = site.add(role, at, "9")
    if not active:
        site.conversation.people.suspend(person.code)
    tried = 0
    for verb, what in aims(site):
        tried += 1
        before = site.kept()
        turn = site.do(person, what)
        changed = {table for table, rows in site.kept().items() if rows != before[table]}
        if not active:
            assert turn == Turn(), what
        kind = PRESSES.get(verb)
        allowed = (
            any(role in command.roles for command in COMMANDS if command.name == verb[1:])
            if kind is None
            else role in kind.roles and kind.whose != "own"
        )
        office = role in access.OFFICE and at == "S01"
        assert not changed or (active and allowed), what
        assert role in access.OFFICE or REPORT not in shown(turn), what
        if not (active and allowed and office):
            theirs = [number for number in NUMBERS if number not in what]  # "there is no S01-0001 of yours"
            assert not any(number in shown(turn) for number in theirs), what
            assert not any(f":{number}:" in shown(turn) for number in NUMBERS), what
        site.conversation.people.restore(site.clinician.code)
    assert tried > 1000


# roles that change under way -----------------------------------------------------------------------

Flow = Callable[[Site, Person], list[str]]
"""Brings a person to some point, and gives what they do there next."""


def _question(site: Site, person: Person) -> list[str]:
    turn = site.do(person, "/new")
    return ["45", *(f"!{press}" for press in presses(turn)), "back", "help", "cancel"]


def _proposal(site: Site, person: Person) -> list[str]:
    for text in ("/new", "45", "male", "aiha"):
        site.do(person, text)
    turn = site.do(person, "9.8")
    return ["g/dL", *(f"!{press}" for press in presses(turn))]


def _review(site: Site, person: Person) -> list[str]:
    for text in ("/new", *ELIGIBLE):
        turn = site.do(person, text)
    return [f"!{press}" for press in presses(turn)]


def _card(site: Site, person: Person) -> list[str]:
    turn = site.do(person, next(press for press in _review(site, person) if press.startswith("!save:")))
    return [f"!{press}" for press in presses(turn) if press and press != "new"]


def _queried(site: Site, person: Person) -> list[str]:
    _card(site, person)
    number = site.conversation.screenings.listed(person=person.code, state="saved")[0].number
    asked = site.do(site.administrator, f"/query {number}")
    chosen = site.do(site.administrator, f"!{presses(asked)[3]}")
    ((_, card),) = site.do(site.administrator, f"!{presses(chosen)[0]}").others
    return [f"!{press}" for press in presses(card)]


def _outcome(site: Site, person: Person) -> list[str]:
    asked = site.do(person, "/outcome 1")
    days = site.do(person, f"!{presses(asked)[0]}")
    return [f"!{press}" for press in (*presses(asked), *presses(days))]


def _asking(site: Site, person: Person) -> list[str]:
    asked = site.do(person, "/query 1")
    chosen = site.do(person, f"!{presses(asked)[3]}")
    return [f"!{press}" for press in (*presses(asked), *presses(chosen))]


def _reports(site: Site, person: Person) -> list[str]:
    site.do(person, "/export")
    return ["!export_period:3:csv", "/stats", "/open", "/recent", "/query", "/outcome"]


def _inviting(site: Site, person: Person) -> list[str]:
    return [f"!{press}" for press in presses(site.do(person, "/invite"))]


def _suspending(site: Site, person: Person) -> list[str]:
    site.do(person, "!suspend:S01-P01")
    return ["!suspend_yes:S01-P01", "!suspend:S01-P01", "/people"]


SCREENING = {"clinician", "administrator"}
OFFICE = {"coordinator", "administrator"}
FLOWS: dict[str, tuple[Flow, set[str], bool]] = {
    "a question is open": (_question, SCREENING, True),
    "a proposal waits": (_proposal, SCREENING, True),
    "a review waits": (_review, SCREENING, True),
    "a verdict is shown": (_card, SCREENING, True),
    "a query waits": (_queried, SCREENING, True),
    "outcome buttons are shown": (_outcome, OFFICE, True),
    "a query is being asked": (_asking, OFFICE, True),
    "an export is being chosen": (_reports, OFFICE, True),
    "an invitation is being made": (_inviting, {"administrator"}, False),
    "a suspension is being confirmed": (_suspending, {"administrator"}, False),
}
"""A point of a flow, the roles that may go on there, and whether only at the same site."""

Change = Callable[[Site, Person], object]


def made(role: Role) -> Change:
    return lambda site, person: site.conversation.people.change(person.code, role)


CHANGES: dict[str, Change] = {
    "suspended": lambda site, person: site.conversation.people.suspend(person.code),
    **{f"made {role}": made(role) for role in ROLES},
    "moved": lambda site, person: site.conversation.people.change(person.code, site="S02"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize(("flow", "roles", "at_site"), FLOWS.values(), ids=FLOWS)
def test_what_was_open_goes_on_only_as_the_role_of_that_moment_allows(
    site: Site, flow: Flow, roles: set[str], at_site: bool, change: Change
) -> None:
    before = site.add("administrator" if "administrator" in roles else "clinician", "S01", "9")
    acts = flow(site, before)
    assert acts
    change(site, before)
    person = site.conversation.people.get(before.code)
    allowed = person.active and person.role in roles and (person.site == "S01" or not at_site)
    if allowed:
        kept = site.kept()
        turns = [site.do(before, act) for act in acts]
        assert site.kept() != kept or any(turn.actions for turn in turns)
        return
    own = {item.number for item in site.conversation.screenings.listed(limit=99)}
    for act in acts:
        kept = site.kept()
        # The channel may still hold the person as they were: what counts stands in the file.
        turn = site.do(before, act)
        assert site.kept() == kept, act
        assert turn.others == [], act
        assert not any(number in shown(turn) for number in own), act
        assert person.role in OFFICE or REPORT not in shown(turn), act
        if not person.active:
            assert turn == Turn(), act


@pytest.mark.parametrize(("flow", "roles", "at_site"), FLOWS.values(), ids=FLOWS)
def test_who_was_suspended_and_restored_goes_on(
    site: Site, flow: Flow, roles: set[str], at_site: bool
) -> None:
    person = site.add("administrator", "S01", "9")
    acts = flow(site, person)
    site.conversation.people.suspend(person.code)
    site.conversation.people.restore(person.code)
    assert any(site.do(person, act).actions for act in acts)


@pytest.mark.parametrize("change", ["suspended", "made coordinator", "moved"])
def test_nothing_is_sent_again_to_somebody_who_may_not_have_it_now(site: Site, change: str) -> None:
    screening = site.conversation.screenings.load("S01-0002")
    assert site.conversation.prompt(site.clinician, screening).actions
    CHANGES[change](site, site.clinician)
    person = site.conversation.people.get(site.clinician.code)
    assert site.conversation.current(person) is None
    assert site.conversation.prompt(person, screening) == Turn()


@pytest.mark.parametrize("change", ["suspended", "made coordinator", "moved"])
def test_a_query_goes_to_nobody_who_may_not_answer_it(site: Site, change: str) -> None:
    CHANGES[change](site, site.clinician)
    asked = site.do(site.administrator, "/query 1")
    chosen = site.do(site.administrator, f"!{presses(asked)[3]}")
    kept = site.kept()
    turn = site.do(site.administrator, f"!{presses(chosen)[0]}")
    assert (turn.others, site.kept()) == ([], kept)
    assert site.clinician.code in shown(turn)


def test_a_delivered_message_that_comes_again_shows_nothing_to_who_may_not_see_it(site: Site) -> None:
    typed = Message("text", "male", "1:2:3")
    assert site.conversation.handle(site.clinician, typed).actions
    assert site.conversation.handle(site.clinician, typed).actions
    site.conversation.people.change(site.clinician.code, "coordinator")
    again = site.conversation.handle(site.clinician, typed)
    assert (again.repeated, again.actions) == (True, [])


# people, by the administrator ----------------------------------------------------------------------


def test_a_suspension_asks_once_and_shows_who_it_is(site: Site) -> None:
    asked = site.do(site.administrator, "!suspend:S01-P01")
    assert site.conversation.people.get("S01-P01").active
    assert all(part in shown(asked) for part in ("S01-P01", "clinician", "S01", "active"))
    site.do(site.administrator, f"!{presses(asked)[0]}")
    assert not site.conversation.people.get("S01-P01").active


def test_the_last_administrator_is_not_lost_in_the_chat(site: Site) -> None:
    other = site.add("administrator", "S01", "9")
    site.do(site.administrator, f"!suspend_yes:{other.code}")
    site.do(other, "!suspend_yes:S01-P02")
    site.do(site.administrator, "!suspend_yes:S01-P02")
    assert [
        person.code
        for person in site.conversation.people.all()
        if person.role == "administrator" and person.active
    ] == ["S01-P02"]
