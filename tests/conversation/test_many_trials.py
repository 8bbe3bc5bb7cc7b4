"""More trials than buttons fit below a message: their lists have pages, each trial is on one and can be chosen."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.conversation import Conversation, Setup
from bot.exchange import BUTTONS, Turn
from bot.terminal import Terminal
from dialogs.loading import parse_protocol
from dialogs.protocol import Protocol
from tests.conversation.office import LANGUAGES, buttons, labels, offering, staffed
from tests.conversation.playing import ZONE, Clock, new_conversation
from tests.conversation.test_trials import Site
from tests.dialogs.test_amendments import TRIAL

MANY = 130


def _trial(number: int) -> Protocol:
    name = f"EX-{number:03d}"
    return parse_protocol(TRIAL.replace("EX-AMENDED", name), f"{name}.toml")


TRIALS = tuple(map(_trial, range(MANY)))


@pytest.fixture(params=LANGUAGES)
def site(conversation: Conversation, request: pytest.FixtureRequest) -> Site:
    ward = staffed(offering(conversation, *TRIALS), request.param)
    return Site(ward, conversation.people.add("administrator", "S01", "telegram", "7", request.param))


def _pages(site: Site, first: Turn, person: object = None) -> list[Turn]:
    """The pages from the first on; each fits below a message."""
    pages, who = [first], person or site.ward.clinician
    while later := [each for each in buttons(pages[-1]) if each.label.endswith("▶")]:
        pages.append(site.ward.do(who, f"!{later[0].press}"))  # type: ignore[arg-type]
        assert labels(pages[-1]) != labels(pages[-2]), "turned over"
    assert all(len(buttons(page)) < BUTTONS for page in pages)
    return pages


def _named(pages: list[Turn]) -> list[str]:
    return [label[:6] for page in pages for label in labels(page) if label.startswith("EX-")]


EVERY = [trial.id for trial in TRIALS]


def test_a_new_screening_begins_for_whatever_trial_of_many(site: Site) -> None:
    pages = _pages(site, site.ward.do(site.ward.clinician, "/new"))
    assert _named(pages) == EVERY
    assert {labels(page)[0] for page in pages} == {site.words("all_trials")}
    first = [each.label for each in buttons(pages[-1]) if each.label.startswith("◀◀")]
    assert _named([site.press(site.ward.clinician, pages[-1], first[0])])[0] == EVERY[0]
    site.press(site.ward.clinician, pages[-1], EVERY[-1])
    assert site.begun() == [("S01-0001", EVERY[-1])]


def test_an_administrator_closes_whatever_trial_of_many_and_comes_back_to_its_page(site: Site) -> None:
    pages = _pages(site, site.ward.do(site.administrator, "/trials"), site.administrator)
    assert _named(pages) == EVERY
    card = site.press(site.administrator, pages[-1], EVERY[-1])
    for shown in (
        site.press(site.administrator, card, site.words("back")),
        site.press(site.administrator, card, site.words("trial_close", id=EVERY[-1])),
    ):
        assert _named([shown]) == _named(pages[-1:])
    assert _named(_pages(site, site.ward.do(site.ward.clinician, "/new"))) == EVERY[:-1]


@pytest.mark.parametrize("what", ["/stats", "/export"])
def test_the_office_chooses_whatever_trial_of_many_somebody_was_screened_for(site: Site, what: str) -> None:
    screenings = site.ward.conversation.screenings
    for trial in TRIALS:
        screenings.start(trial, site.ward.clinician.code, "S01", zone=ZONE, channel="telegram")
    pages = _pages(site, site.ward.do(site.ward.coordinator, what), site.ward.coordinator)
    assert _named(pages) == EVERY
    chosen = site.press(site.ward.coordinator, pages[-1], EVERY[-1])
    assert chosen.actions
    assert not chosen.toast


def test_in_a_matching_over_many_each_can_be_left_out(site: Site) -> None:
    begun = site.press(
        site.ward.clinician, site.ward.do(site.ward.clinician, "/new"), site.words("all_trials")
    )
    shown = site.press(site.ward.clinician, begun, site.words("where_we_stand"))
    stand = _pages(site, shown)
    assert [each for page in stand for each in _named([page])] == []
    goes_on = [site.words("go_on_with", id=trial) for trial in EVERY]
    assert [label for page in stand for label in labels(page) if label in goes_on] == goes_on
    which = _pages(site, site.press(site.ward.clinician, shown, site.words("leave_one")))
    leaves = [site.words("leave_this", id=trial) for trial in EVERY]
    assert [label for page in which for label in labels(page) if label in leaves] == leaves
    site.press(site.ward.clinician, which[-1], leaves[-1])
    assert list(screening_left(site)) == EVERY[-1:]


def screening_left(site: Site) -> list[str]:
    return list(site.ward.conversation.screenings.load("S01-M0001").dialogue.left)


def test_at_the_terminal_pages_are_turned_by_their_keys_and_a_number_is_that_of_the_page(
    tmp_path: Path,
) -> None:
    made = new_conversation(tmp_path / "many.db", Clock())
    conversation = Conversation(made.screenings, made.people, Setup(TRIALS, ZONE, "terminal"))
    person = conversation.people.add("clinician", "S01", "terminal", "local", "en")
    written: list[str] = []
    terminal = Terminal(conversation, person, written.append)

    def typed(text: str) -> str:
        written.clear()
        assert terminal.handle(text)
        return "\n".join(written)

    first = typed("/new")
    assert "2) EX-000" in first
    assert "Page 1 of 5" in first
    assert "EX-026" not in first
    assert "2) EX-026" in typed(">")
    assert "2) EX-000" in typed("<")
    last = typed(">>")
    assert "27) EX-129" in last
    assert ">) " not in last
    assert "EX-129" in typed("27")
    ((number, trial),) = conversation.screenings.db.execute(
        "SELECT s.number, p.id FROM screenings s JOIN protocols p ON p.sha256 = s.protocol"
    )
    assert (number, trial) == ("S01-0001", "EX-129")
    conversation.screenings.db.close()
