"""Golden transcripts of the office's chats, as they look on a phone: `>` is typed or pressed, buttons are in brackets.

They are written anew like those of `test_golden`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from bot.exchange import Reply, Turn
from bot.wording.phrases import phrases, plain
from state.people import Person
from tests.conversation.office import ELIGIBLE, Ward, press_of
from tests.conversation.test_golden import GOLDEN

COORDINATOR: Sequence[str] = (
    *("*save", "[show_card]", "[button_query]", "[#3]", "[query_source]", "*confirm", "[show_card]"),
    *("[button_outcome]", "[outcome_referred]", "[day_today]", "[back_to]", "[button_history]", "[back_to]"),
    *("*undetermined", "/open", "/outcome", "/query 9", "2", "[button_history]", "/recent", "/notify"),
)
ADMINISTRATOR: Sequence[str] = (
    *("/invite", "[role_coordinator]", "/people", "[invitations_open]", "[revoke_invitation]"),
    *("[revoke_yes_invitation]", "[back]", "[suspend_person]", "[back]", "[suspend_person]"),
    *("[suspend_yes_person]", "[restore_person]", "/subject 1", "/query"),
)
"""``*`` is something that the clinician does, ``#`` a place among the buttons; others are labelled by a phrase."""
SCRIPTS = {"coordinator": COORDINATOR, "administrator": ADMINISTRATOR}


def clinicians(ward: Ward, what: str, last: Turn) -> Turn:
    """Do what the clinician does meanwhile; the notes to the office come of it."""
    if what == "confirm":
        return ward.do(ward.clinician, f"!{press_of(last.others[0][1], 'query_confirm:')}")
    return ward.save(ELIGIBLE if what == "save" else [*ELIGIBLE[:-1], "unknown"])


def pressed(turn: Turn, what: str, say_of: Person) -> tuple[str, str]:
    """Return the label of the button that is meant, and what it carries."""
    buttons = [b for a in turn.actions if isinstance(a, Reply) for row in a.buttons for b in row]
    if what.startswith("#"):
        return buttons[int(what[1:])].label, buttons[int(what[1:])].press
    phrase = phrases(say_of.language).texts[what]
    begin = str(phrase if isinstance(phrase, str) else phrase["one"]).partition("{code")[0]
    fixed = max(begin.replace("{number}", "|").replace("{mark}", "|").replace("{n}", "|").split("|"), key=len)
    found = next(b for b in buttons if fixed in b.label)
    return found.label, found.press


def shown(turn: Turn) -> Iterator[str]:
    for action in turn.actions:
        if isinstance(action, Reply):
            yield from plain(action.shown()).split("\n")
            yield from ("  ".join(f"[{button.label}]" for button in row) for row in action.buttons)
    if turn.toast:
        yield f"({turn.toast})"


def played(ward: Ward, person: Person, script: Sequence[str]) -> Iterator[str]:
    turn = last = Turn()
    for what in script:
        ward.conversation.screenings.clock.now += timedelta(minutes=7)  # type: ignore[attr-defined]  # the ward has a clock to be set
        if what.startswith("*"):
            notes = [note for code, note in clinicians(ward, what[1:], last).others if code == person.code]
            turn = notes[0] if notes else turn
            yield from (line for note in notes for line in ("", "<", *shown(note)))
            continue
        label, sent = pressed(turn, what[1:-1], person) if what.startswith("[") else (what, what.lstrip("!"))
        turn = ward.do(person, f"!{sent}" if what.startswith("[") else sent)
        last = turn if turn.others else last
        yield from ("", f"> [{label}]" if what.startswith("[") else f"> {label}", *shown(turn))


@pytest.mark.parametrize("who", SCRIPTS)
def test_a_day_in_the_office_is_as_it_was_read_and_approved(ward: Ward, who: str) -> None:
    person = ward.coordinator
    if who == "administrator":
        ward.save(ELIGIBLE)
        person = ward.conversation.people.add("administrator", "S01", "telegram", "7", person.language)
    said = "\n".join(played(ward, person, SCRIPTS[who])) + "\n"
    said = _without_secrets(ward, said)
    file: Path = GOLDEN / f"{who}.{person.language}.txt"
    if os.environ.get("PRESCREEN_WRITE_GOLDEN"):
        file.write_text(said, encoding="utf-8")
    assert said == file.read_text(encoding="utf-8")


def _without_secrets(ward: Ward, said: str) -> str:
    """The same each time: what is random about an invitation is replaced."""
    for each in ward.conversation.people.invitations():
        said = said.replace(each.mark, "3f9a1c07")
    lines = said.split("\n")
    return "\n".join("/start …" if line.startswith("/start ") else line for line in lines)
