"""Several trials in one conversation: a site takes part in some of them, and each list says of which trial a row is."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from bot.conversation import Conversation
from bot.exchange import Document, Turn, Work
from bot.wording.phrases import phrases, plain
from dialogs.loading import load, parse_protocol
from state.database import path_of
from state.people import Person
from state.verify import verify
from tests.conversation.office import LANGUAGES, Ward, buttons, labels, offering, press_of, said, staffed
from tests.dialogs.test_amendments import TRIAL

OTHER = parse_protocol(TRIAL.replace("EX-AMENDED", "EX-OTHER"), "other.toml")
SHIPPED = load("NCT04420494")


@dataclass
class Site:
    """A ward with two trials on offer, and its administrator."""

    ward: Ward
    administrator: Person

    def words(self, key: str, **values: object) -> str:
        return plain(phrases(self.ward.clinician.language)(key, **values))

    def press(self, person: Person, turn: Turn, label: str) -> Turn:
        (found,) = [button for button in buttons(turn) if button.label.startswith(label)]
        return self.ward.do(person, f"!{found.press}")

    def change(self, trial: str, verb: str) -> Turn:
        card = self.press(self.administrator, self.ward.do(self.administrator, "/trials"), trial)
        return self.press(self.administrator, card, self.words(verb, id=trial))

    def begun(self) -> list[tuple[str, str]]:
        return self.ward.conversation.screenings.db.execute(
            "SELECT s.number, p.id FROM screenings s JOIN protocols p ON p.sha256 = s.protocol ORDER BY 1"
        ).fetchall()


@pytest.fixture(params=LANGUAGES)
def site(conversation: Conversation, request: pytest.FixtureRequest) -> Site:
    ward = staffed(offering(conversation, SHIPPED, OTHER), request.param)
    return Site(ward, conversation.people.add("administrator", "S01", "telegram", "7", request.param))


# open, paused, closed ----------------------------------------------------------------------------


@pytest.mark.parametrize(("verb", "state"), [("trial_pause", "paused"), ("trial_close", "closed")])
def test_a_trial_that_is_paused_or_closed_takes_no_new_screening_and_says_by_whom_since_when(
    site: Site, verb: str, state: str
) -> None:
    offered = site.ward.do(site.ward.clinician, "/new")
    assert site.words("trial_goes_on", id="EX-OTHER") in said(site.change("EX-OTHER", verb))
    refused = said(site.press(site.ward.clinician, offered, "EX-OTHER"))
    why = site.words(f"not_begun_{state}", id="EX-OTHER", site="S01", by="S01-P03", day="2026-11-23")
    assert plain(refused) == f"{why}\n{site.words('open_go_on')}"
    assert site.begun() == []
    site.change("EX-OTHER", "trial_open")
    site.press(site.ward.clinician, offered, "EX-OTHER")
    assert site.begun() == [("S01-0001", "EX-OTHER")]
    assert not verify(path_of(site.ward.conversation.screenings.db)).problems


def test_of_two_trials_the_open_one_is_begun_at_once(site: Site) -> None:
    site.change("EX-OTHER", "trial_close")
    site.ward.do(site.ward.clinician, "/new")
    assert site.begun() == [("S01-0001", "NCT04420494")]


def test_where_no_trial_is_open_each_says_why(site: Site) -> None:
    site.change("EX-OTHER", "trial_close")
    site.change("NCT04420494", "trial_pause")
    told = plain(said(site.ward.do(site.ward.clinician, "/new"))).split("\n")
    about = {"site": "S01", "by": "S01-P03", "day": "2026-11-23"}
    assert told == [
        site.words("not_begun_paused", id="NCT04420494", **about),
        site.words("not_begun_closed", id="EX-OTHER", **about),
        site.words("open_go_on"),
    ]


def test_open_screenings_of_a_closed_trial_go_on_and_the_candidate_is_not_screened_again(site: Site) -> None:
    clinician = site.ward.clinician
    site.press(clinician, site.ward.do(clinician, "/new"), "EX-OTHER")
    site.change("EX-OTHER", "trial_close")
    ended = site.ward.do(clinician, "/resume", "76")
    site.press(clinician, ended, site.words("finish_save"))
    assert site.ward.verdicts() == [("S01-0001", "ineligible")]
    again = site.press(clinician, site.ward.do(clinician, "/recent S01-0001"), site.words("button_rescreen"))
    assert "S01-P03" in said(again)
    assert len(site.begun()) == 1


def test_it_is_closed_for_one_site_and_open_at_another(site: Site) -> None:
    site.change("EX-OTHER", "trial_close")
    people = site.ward.conversation.people
    elsewhere = people.add("clinician", "S02", "telegram", "8", site.ward.clinician.language)
    assert [label[:8] for label in labels(site.ward.do(elsewhere, "/new"))[1:]] == ["NCT04420", "EX-OTHER"]


def test_welcome_names_what_can_be_begun_and_about_what_the_site_takes_part_in(site: Site) -> None:
    named = {}
    for verb in ("trial_pause", "trial_close"):
        site.change("EX-OTHER", verb)
        for command in ("/start", "/about"):
            named[verb, command] = "EX-OTHER" in said(site.ward.do(site.ward.clinician, command))
    assert named == {
        ("trial_pause", "/start"): False,
        ("trial_pause", "/about"): True,
        ("trial_close", "/start"): False,
        ("trial_close", "/about"): False,
    }


def test_the_list_says_how_each_trial_stands_and_a_card_offers_what_it_is_not(site: Site) -> None:
    told = said(site.ward.do(site.administrator, "/trials"))
    assert site.words("trial_always_open", id="EX-OTHER") in plain(told)
    listed = site.change("EX-OTHER", "trial_pause")
    assert site.words("trial_is_paused", id="EX-OTHER", day="2026-11-23", by="S01-P03") in plain(said(listed))
    card = site.press(site.administrator, listed, "EX-OTHER")
    assert labels(card)[:-1] == [site.words(verb, id="EX-OTHER") for verb in ("trial_open", "trial_close")]


def test_a_trial_that_is_withdrawn_meanwhile_is_not_begun_by_its_button(site: Site) -> None:
    shown = site.ward.do(site.ward.clinician, "/new")
    site.ward.conversation.setup.protocols = (OTHER, load("EXAMPLE-DM2"))
    told = site.press(site.ward.clinician, shown, "NCT04420494")
    assert site.begun() == []
    assert [label.split()[0] for label in labels(told)[1:]] == ["EX-OTHER", "EXAMPLE-DM2"]


# exports and counts by trial ---------------------------------------------------------------------


def _both_saved(site: Site) -> None:
    """Save a screening for each trial."""
    clinician = site.ward.clinician
    site.press(clinician, site.ward.do(clinician, "/new"), "EX-OTHER")
    site.press(clinician, site.ward.do(clinician, "76"), site.words("finish_save"))
    site.press(clinician, site.ward.do(clinician, "/new"), "NCT04420494")
    unusual = site.ward.do(clinician, "17")
    ended = site.ward.do(clinician, f"!{buttons(unusual)[0].press}")
    site.press(clinician, ended, site.words("finish_save"))


def _worked(turn: Turn) -> Turn:
    (work,) = [action for action in turn.actions if isinstance(action, Work)]
    return work.run()


def test_counts_are_asked_for_by_trial_and_are_of_that_trial_alone(site: Site) -> None:
    _both_saved(site)
    office = site.ward.coordinator
    asked = site.ward.do(office, "/stats")
    assert labels(asked) == ["EX-OTHER", "NCT04420494"]
    told = said(_worked(site.press(office, asked, "EX-OTHER")))
    assert ("EX-OTHER" in told, "NCT04420494" in told) == (True, False)


def test_a_file_is_asked_for_by_trial_and_is_of_that_trial_alone(site: Site) -> None:
    _both_saved(site)
    office = site.ward.coordinator
    chosen = site.press(office, site.ward.do(office, "/export"), "EX-OTHER")
    period = site.press(office, chosen, site.words("format_csv"))
    (file,) = _worked(site.press(office, period, site.words("period_all"))).actions
    assert isinstance(file, Document)
    text = file.content.decode("utf-8-sig")
    assert ("S01-0001" in text, "S01-0002" in text, "NCT04420494" in text) == (True, False, False)


# naming ------------------------------------------------------------------------------------------


def _of(number: str) -> str:
    return f"{number} · {'EX-OTHER' if number == 'S01-0001' else 'NCT04420494'}"


def test_lists_cards_and_notes_say_of_which_trial_a_screening_is(site: Site) -> None:
    _both_saved(site)
    clinician, office = site.ward.clinician, site.ward.coordinator
    assert [
        label[: len(_of(number))]
        for label, number in zip(
            labels(site.ward.do(clinician, "/recent")), ("S01-0002", "S01-0001"), strict=True
        )
    ] == [_of("S01-0002"), _of("S01-0001")]
    told = plain(said(site.ward.do(office, "/recent")))
    assert _of("S01-0001") in told
    assert _of("S01-0002") in told
    assert plain(said(site.ward.do(office, "S01-0001"))).startswith("EX-OTHER\n")
    assert labels(site.ward.do(office, "/query"))[0].startswith(_of("S01-0002"))
    site.ward.do(clinician, "/new")
    begun = site.press(clinician, site.ward.do(clinician, "/new"), "EX-OTHER")
    assert "EX-OTHER" in begun.actions[-1].shown()
    assert any("S01-0003 · EX-OTHER" in label for label in labels(site.ward.do(clinician, "/open")))


def _begin(site: Site, trial: str) -> None:
    site.press(site.ward.clinician, site.ward.do(site.ward.clinician, "/new"), trial)


@pytest.mark.parametrize("role", ["clinician", "coordinator"])
def test_open_items_stand_below_their_trials(site: Site, role: str) -> None:
    for trial in ("NCT04420494", "EX-OTHER", "NCT04420494"):
        _begin(site, trial)
    told = plain(said(site.ward.do(getattr(site.ward, role), "/open")))
    other, shipped = (told.index(f"\n{trial}\n") for trial in ("EX-OTHER", "NCT04420494"))
    assert other < told.index("S01-0002") < shipped < min(told.index("S01-0001"), told.index("S01-0003"))
    assert " · EX-OTHER" not in told


def test_where_there_is_one_trial_it_is_not_named(conversation: Conversation) -> None:
    ward = staffed(conversation)
    ward.do(ward.clinician, "/new")
    for person, command in (
        (ward.clinician, "/open"),
        (ward.clinician, "/recent"),
        (ward.coordinator, "/recent"),
    ):
        turn = ward.do(person, command)
        assert "NCT04420494" not in said(turn) + " ".join(labels(turn))


def test_the_office_hears_of_a_candidate_with_the_trial(site: Site) -> None:
    clinician = site.ward.clinician
    site.press(clinician, site.ward.do(clinician, "/new"), "EX-OTHER")
    review = site.ward.do(clinician, "40", "yes", "a", "200 ×10⁹/L", "no")
    saved = site.ward.do(clinician, f"!{press_of(review, 'save:')}")
    ((code, note),) = saved.others
    assert (code, "S01-0001 · EX-OTHER" in plain(said(note))) == (site.ward.coordinator.code, True)
