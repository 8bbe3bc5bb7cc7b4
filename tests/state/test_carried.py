"""Which answers a screening offers from the earlier ones that it is linked to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest

from dialogs.answers import Answer, Choice, Measurement
from dialogs.dialogue import EXCLUDED, Step
from dialogs.loading import parse_protocol
from dialogs.protocol import Protocol
from state.database import open_database
from state.people import People
from state.screenings import Screening, Screenings
from tests.state.random_files import LIKELY, read

FORMAT_1 = Path(__file__).parents[1] / "data" / "format1.toml"
LASTING = ("sex", "diagnosis", "steroid_duration", "steroid_pr", "csa_duration", "bilirubin_uln")
PLAIN = re.sub(r"(?m)^lasting = .*\n", "", FORMAT_1.read_text(encoding="utf-8"))


def version(name: str, *lasting: str, text: str = PLAIN) -> Protocol:
    """The shipped trial as a version of that name, in which these questions last."""
    for question in lasting:
        assert f'id = "{question}"\n' in text
        text = text.replace(f'id = "{question}"\n', f'id = "{question}"\nlasting = true\n', 1)
    return parse_protocol(re.sub(r'\nversion = ".*"', f'\nversion = "{name}"', text, count=1), "trial.toml")


TRIAL = version("A", *LASTING)


class Subject:
    """One subject, screened again and again by one clinician."""

    def __init__(self, path: Path) -> None:
        self.db = open_database(path)
        self.person = People(self.db).add("clinician", "S01", "terminal", "local").code
        self.screenings = Screenings(self.db)

    def start(self, earlier: Screening | None = None, protocol: Protocol = TRIAL) -> Screening:
        number = earlier.number if earlier else None
        return self.screenings.start(
            protocol, self.person, "S01", zone="+08:00", channel="terminal", earlier=number
        )

    def answer(self, screening: Screening, until: str = "", **given: str) -> Screening:
        """Answer questions until one of them, an exclusion or the review; what is not given is likely."""
        while screening.state in screening.protocol.position and screening.state != until:
            question = screening.protocol.question(screening.state)
            text = given.get(question.id, LIKELY[question.id][0])
            self.take(screening, Step("answer", question.id, read(question, text)))
        return screening

    def take(self, screening: Screening, *steps: Step) -> None:
        self.screenings.take(screening, steps, self.person)

    def saved(
        self, given: dict[str, str], earlier: Screening | None = None, protocol: Protocol = TRIAL
    ) -> Screening:
        screening = self.answer(self.start(earlier, protocol), **{"sex": "male", **given})
        finish = [Step("finish")] if screening.state == EXCLUDED else []
        self.take(screening, *finish, Step("save"))
        return screening


@pytest.fixture
def subject(tmp_path: Path) -> Iterator[Subject]:
    found = Subject(tmp_path / "a.db")
    with closing(found.db.conn):
        yield found


MALE, AIHA = Choice("male"), Choice("aiha")
COURSE: dict[str, Answer] = {
    "steroid_duration": Measurement("=", Decimal(42), "d"),
    "steroid_pr": Choice("no"),
}
FIRST: dict[str, Answer] = {"sex": MALE, "diagnosis": AIHA, **COURSE}
LIKE_FIRST = {"diagnosis": "aiha", "steroid_duration": "42 d", "steroid_pr": "no"}


def test_a_first_screening_offers_nothing(subject: Subject) -> None:
    assert subject.start().carried == {}


def test_lasting_answers_are_offered_at_the_start_and_after_a_restart(subject: Subject) -> None:
    again = subject.start(subject.saved(LIKE_FIRST))
    assert again.carried == FIRST
    assert again.dialogue.answers == {}
    assert Screenings(subject.db).load(again.number).carried == FIRST


def test_what_a_trial_does_not_call_lasting_is_asked_anew(subject: Subject) -> None:
    assert subject.start(subject.saved(LIKE_FIRST), version("B")).carried == {}
    only = subject.start(subject.saved(LIKE_FIRST), version("C", "diagnosis"))
    assert only.carried == {"diagnosis": AIHA}


def test_earlier_versions_of_the_trial_need_not_know_what_lasts(subject: Subject) -> None:
    first = subject.saved(LIKE_FIRST, protocol=version("0"))
    second = subject.answer(subject.start(first, version("1")), until="sex")
    assert subject.start(second).carried == FIRST


def test_an_answer_that_this_version_does_not_have_is_left_out(subject: Subject) -> None:
    text = PLAIN.replace('"aiha"', '"warm_aiha"')
    assert text != PLAIN
    again = subject.start(subject.saved(LIKE_FIRST), version("D", *LASTING, text=text))
    assert again.carried == {"sex": MALE, **COURSE}


ASKED_OTHERWISE = {
    "in other words": ("Which confirmed diagnosis applies?", "Which diagnosis is suspected?"),
    "with an option that means something else": ("AIHA (autoimmune", "AIHA, also suspected (autoimmune"),
}


@pytest.mark.parametrize(("before", "after"), ASKED_OTHERWISE.values(), ids=ASKED_OTHERWISE)
def test_an_answer_to_what_another_version_asked_otherwise_is_not_offered(
    subject: Subject, before: str, after: str
) -> None:
    assert before in PLAIN
    new = version("D", *LASTING, text=PLAIN.replace(before, after))
    again = subject.start(subject.saved(LIKE_FIRST), new)
    assert again.carried == {"sex": MALE, **COURSE}


def test_another_trial_offers_nothing(subject: Subject) -> None:
    other = version("A", *LASTING, text=PLAIN.replace('id = "NCT04420494"', 'id = "NCT00000001"', 1))
    assert subject.start(subject.saved(LIKE_FIRST), other).carried == {}


def test_along_a_chain_the_newest_answer_counts_and_older_ones_fill_in(subject: Subject) -> None:
    first = subject.saved(LIKE_FIRST)
    second = subject.answer(subject.start(first), until="hemoglobin", sex="male", diagnosis="evans")
    assert subject.start(second).carried == {**FIRST, "diagnosis": Choice("evans")}


def test_an_unknown_answer_is_no_answer(subject: Subject) -> None:
    first = subject.saved({**LIKE_FIRST, "diagnosis": "unknown"})
    assert "diagnosis" not in subject.start(first).carried


def test_what_the_exclusion_rested_on_is_asked_anew(subject: Subject) -> None:
    """A course that was too short may be long enough by now; the sex and the diagnosis are as they were."""
    first = subject.saved({"diagnosis": "aiha", "steroid_duration": "14 d", "csa_duration": "never"})
    assert first.dialogue.failed_codes == ("I2c",)
    assert subject.start(first).carried == {"sex": MALE, "diagnosis": AIHA}


def test_a_revision_that_is_not_saved_does_not_count(subject: Subject) -> None:
    first = subject.saved(LIKE_FIRST)
    again = subject.start(first)
    subject.take(first, Step("reopen"), Step("correct", "diagnosis"))
    subject.take(first, Step("answer", "diagnosis", Choice("evans"), reason="misread"))
    assert subject.screenings.load(again.number).carried == FIRST
    subject.take(first, Step("save"))
    assert subject.screenings.load(again.number).carried == {**FIRST, "diagnosis": Choice("evans")}


def without_triggers(subject: Subject, table: str) -> None:
    for trigger in subject.db[table].triggers:
        subject.db.execute(f"DROP TRIGGER {trigger.name}")


def test_a_screening_is_read_although_an_earlier_one_was_damaged(subject: Subject) -> None:
    again = subject.start(subject.saved(LIKE_FIRST))
    without_triggers(subject, "log")
    subject.db.execute("UPDATE log SET question = 'age' WHERE screening = 'S01-0001'")
    assert Screenings(subject.db).load(again.number).carried == {}


def test_a_file_whose_links_go_in_a_circle_is_read(subject: Subject) -> None:
    first = subject.saved(LIKE_FIRST)
    again = subject.start(first)
    without_triggers(subject, "screenings")
    subject.db.execute("UPDATE screenings SET earlier = ? WHERE number = ?", [again.number, first.number])
    assert Screenings(subject.db).load(again.number).carried == FIRST
