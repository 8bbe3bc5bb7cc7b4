"""Buttons that the version before sent still count: chats are full of them on the day of an update."""

from __future__ import annotations

import re
from datetime import date

import pytest

from bot.conversation import Conversation
from bot.conversation.presses import PRESSES, read
from bot.exchange import Press, Turn
from state.people import Person
from tests.conversation.office import ELIGIBLE, Ward, presses

S = "S01-0001"
FORMER = {
    "o:S01-0001:12:3": Press("answer", S, 12, 3),
    "u:S01-0001:12": Press("unknown", S, 12),
    "k:S01-0001:12": Press("keep", S, 12),
    "p:S01-0001:12:1": Press("candidate", S, 12, 1),
    "w:S01-0001:12:2": Press("reason", S, 12, 2),
    "b:S01-0001:12": Press("back", S, 12),
    "e:S01-0001:12:4": Press("correct", S, 12, 4),
    "c:S01-0001:12": Press("continue", S, 12),
    "f:S01-0001:12": Press("finish", S, 12),
    "s:S01-0001:12": Press("save", S, 12),
    "h:S01-0001:12": Press("help", S, 12),
    "m:S01-0001:12": Press("correct_which", S, 12),
    "x:S01-0001:12": Press("cancel", S, 12),
    "y:S01-0001:12": Press("cancel_yes", S, 12),
    "go:S01-0001:0": Press("go_on", S),
    "r:S01-0001:0": Press("reopen", S),
    "d:S01-0001:12": Press("disagree", S, 12),
    "dd:S01-0001:12:1": Press("disagree_why", S, 12, 1),
    "again:S01-0001:12": Press("rescreen", S, 12),
    "query:S01-0001:0": Press("query", S),
    "q:S01-0001:12:3": Press("query_what", S, 12, 3),
    "qq:S01-0001:12:3_1": Press("query_send", S, 12, 3, name="unit"),
    "qa:S01-0001:12:14": Press("query_confirm", S, 14, query=12),
    "qa:S01-0001:12": Press("query_confirm", S, 12, query=12),
    "qx:S01-0001:12": Press("query_correct", S, 12, query=12),
    "qr:S01-0001:12:1": Press("query_reason", S, 12, 1, query=12),
    "outcome:S01-0001:0": Press("outcome", S),
    "noted:S01-0001:12:3": Press("outcome_what", S, 12, 3),
    "days:S01-0001:12:3_20261116": Press("outcome_days", S, 12, 3, date(2026, 11, 16)),
    "on:S01-0001:12:3_20261123": Press("outcome_on", S, 12, 3, date(2026, 11, 23)),
    "undo:S01-0001:12": Press("outcome_undo", S, 12),
    "undone:S01-0001:12:1": Press("outcome_undone", S, 12, 1),
    "new": Press("new"),
    "new:1": Press("new", place=1),
    "lang:zh": Press("language", name="zh"),
    "export:csv": Press("export", name="csv"),
    "export:csv__last_month": Press("export_period", place=1, name="csv"),
    "invite:coordinator": Press("invite_as", place=1),
    "invite:admi_S02": Press("invite_as", place=2, name="S02"),
    "suspend:S01_P02": Press("suspend", name="S01-P02"),
    "suspend_yes:S01_P02": Press("suspend_yes", name="S01-P02"),
    "restore:S01_P02": Press("restore", name="S01-P02"),
}
FORGED = {
    "on:S01-0001:12:3_20269999": Press("outcome_on", S, 12, 3),
    "on:S01-0001:12:_": Press("outcome_on", S, 12),
    "qq:S01-0001:12:3_9": Press("query_send", S, 12, 3),
    "invite:nobody_S02": Press("invite_as", name="S02"),
    "export:csv__ever": Press("export_period", name="csv"),
    "zz:1": None,
}
"""What has no meaning is left out, and is refused by the handler."""


def test_every_verb_that_changed_is_tried() -> None:
    assert {kind.former for kind in PRESSES.values() if kind.former} <= {
        data.partition(":")[0] for data in FORMER
    }


@pytest.mark.parametrize(("data", "meant"), FORMER.items(), ids=FORMER)
def test_a_button_of_the_version_before_says_the_same_today(data: str, meant: Press) -> None:
    assert read(data) == meant


@pytest.mark.parametrize(("data", "meant"), FORGED.items(), ids=FORGED)
def test_of_a_forged_one_only_what_has_a_meaning_is_read(data: str, meant: Press | None) -> None:
    assert read(data) == meant


# whole days by old buttons -------------------------------------------------------------------------


@pytest.fixture
def office(conversation: Conversation) -> Ward:
    clinician, coordinator = (
        conversation.people.add(role, "S01", "telegram", role) for role in ("clinician", "administrator")
    )
    return Ward(conversation, clinician, coordinator, coordinator)


def former(data: str) -> str:
    """Write a button as the version before did."""
    press = read(data)
    assert press is not None
    verb = PRESSES[press.verb].former or press.verb
    entry, option = press.entry, "" if press.place is None else f":{press.place}"
    if press.day is not None:
        option += f"_{press.day:%Y%m%d}"
    if press.verb == "query_send":
        option += "_0"
    if press.query is not None:
        entry, option = press.query, f":{press.entry}" if press.verb == "query_confirm" else option
    return f"{verb}:{press.screening}:{entry}{option}"


def act(ward: Ward, person: Person, turn: Turn, verb: str) -> Turn:
    """Press the first button of a verb, written as the version before wrote it."""
    data = former(next(each for each in presses(turn) if each.startswith(verb)))
    assert not re.match(rf"{verb}\b", data)
    return ward.do(person, f"!{data}")


def test_a_screening_a_query_and_an_outcome_can_be_finished_by_old_buttons(office: Ward) -> None:
    clinician, coordinator = office.clinician, office.coordinator
    asked = office.do(clinician, "/new", *ELIGIBLE[:-1])
    review = act(office, clinician, asked, "answer")
    act(office, clinician, review, "save")
    assert office.verdicts() == [(S, "eligible")]
    asked = act(office, coordinator, office.do(coordinator, "/query 1"), "query_what")
    ((_, card),) = act(office, coordinator, asked, "query_send").others
    act(office, clinician, card, "query_confirm")
    days = act(office, coordinator, office.do(coordinator, "/outcome 1"), "outcome_what")
    act(office, coordinator, days, "outcome_on")
    kinds = [
        row[0]
        for row in office.conversation.screenings.db.execute(
            "SELECT kind FROM log ORDER BY at, screening, entry"
        )
    ]
    assert kinds[-3:] == ["query", "query_answer", "outcome"]
