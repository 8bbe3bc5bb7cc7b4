"""Which answers are current, which verdict counts and which state a screening is in, everywhere alike."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlite_utils import Database

from dialogs.answers import UNKNOWN, Answer, Choice, Measurement
from dialogs.dialogue import EXCLUDED, REVIEW, Step
from dialogs.errors import NotNow
from dialogs.loading import load
from state.database import connect, open_database
from state.errors import StateError
from state.exports import Selection, export
from state.moments import stamp
from state.people import People
from state.screenings import Screening, Screenings
from state.standing import cut_off
from state.stats import stats
from state.verify import verify
from tests.state.random_files import LIKELY, read


class Ward:
    """One clinician's screenings in one file; every act is a minute after the one before."""

    def __init__(self, path: Path) -> None:
        self.path, self.now = path, datetime(2026, 11, 2, 8, tzinfo=UTC)
        self.db: Database = open_database(path, self.clock)
        self.person = People(self.db, self.clock).add("clinician", "S01", "terminal", "local").code
        self.screenings = Screenings(self.db, self.clock)

    def clock(self) -> datetime:
        return self.now

    def start(self, earlier: str | None = None) -> Screening:
        return self.screenings.start(
            load("NCT04420494"), self.person, "S01", zone="+08:00", channel="terminal", earlier=earlier
        )

    def take(self, screening: Screening, *steps: Step) -> None:
        for step in steps:
            self.now += timedelta(minutes=1)
            self.screenings.take(screening, [step], self.person)

    def answer(self, screening: Screening, **given: str) -> None:
        """Answer questions until the review or an exclusion; what is not given is likely."""
        while screening.state not in (EXCLUDED, REVIEW):
            question = screening.protocol.question(screening.state)
            text = given.get(question.id, LIKELY[question.id][0])
            self.take(screening, Step("answer", question.id, read(question, text)))

    def statuses(self, question: str) -> list[tuple[str, str]]:
        rows = self.db.execute(
            "SELECT value, status FROM answers WHERE question = ? ORDER BY screening, entry", [question]
        )
        return [(value, status) for value, status in rows]

    def exported(self, number: str) -> list[dict[str, str]]:
        folder = self.path.with_suffix(f".{self.now:%H%M%S}")
        written = export(self.path, "answers", folder / "a.csv", Selection(screening=number), force=True)
        with written.path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))


@pytest.fixture
def ward(tmp_path: Path) -> Iterator[Ward]:
    found = Ward(tmp_path / "site.db")
    with closing(found.db.conn):
        yield found


def saved(ward: Ward, earlier: str | None = None, **given: str) -> Screening:
    screening = ward.start(earlier)
    ward.answer(screening, sex="male", steroid_duration="28 d", **given)
    if screening.state == EXCLUDED:
        ward.take(screening, Step("finish"))
    ward.take(screening, Step("save"))
    return screening


HEMOGLOBIN = load("NCT04420494").question("hemoglobin")
HB_130 = read(HEMOGLOBIN, "130 g/L")


def amend(ward: Ward, screening: Screening, question: str, answer: Answer) -> None:
    ward.take(screening, Step("amend", question), Step("answer", question, answer, reason="transcription"))


def test_an_amended_answer_has_one_current_successor(ward: Ward) -> None:
    screening = saved(ward)
    amend(ward, screening, "hemoglobin", HB_130)
    ward.take(screening, Step("finish"), Step("save"))
    assert ward.statuses("hemoglobin") == [("72", "superseded"), ("130", "current")]
    rows = [row for row in ward.exported(screening.number) if row["question"] == "hemoglobin"]
    assert [(row["value"], row["status"]) for row in rows] == ward.statuses("hemoglobin")


def test_a_revision_that_is_not_saved_changes_nothing_that_counts(ward: Ward) -> None:
    screening = saved(ward)
    amend(ward, screening, "hemoglobin", HB_130)
    assert ward.statuses("hemoglobin") == [("72", "current"), ("130", "set aside")]
    (log,) = ward.db.execute("SELECT state, verdict FROM screening_log").fetchall()
    assert log == ("revising", "potentially eligible")


def test_a_screening_being_revised_is_still_an_open_item(ward: Ward) -> None:
    screening = saved(ward, ecog="unknown")
    ward.take(screening, Step("reopen"))
    assert ward.db.execute("SELECT screening, criterion FROM open_items").fetchall() == [("S01-0001", "I4")]
    (item,) = ward.screenings.listed(state="undetermined")
    assert (item.number, item.state) == ("S01-0001", "revising")


def test_answers_beyond_the_exclusion_that_was_finished_with_are_set_aside(ward: Ward) -> None:
    """Back to haemoglobin, which opens platelets; back to the age, 17; finish: what stood beyond does not count."""
    screening = ward.start()
    ward.answer(screening, sex="male", diagnosis="evans", steroid_duration="28 d")
    for question, text in (("hemoglobin", "130 g/L"), ("age_years", "17 a")):
        while screening.state != question:
            ward.take(screening, Step("back"))
        ward.take(screening, Step("answer", question, read(screening.protocol.question(question), text)))
    ward.take(screening, Step("finish"), Step("save"))
    rows = ward.exported(screening.number)
    current = [row["question"] for row in rows if row["status"] == "current"]
    (asked,) = ward.db.execute("SELECT questions_asked FROM screening_log").fetchone()
    assert sorted(current) == ["age_years", "diagnosis", "hemoglobin", "sex"]
    assert len(current) == asked
    assert len({row["question"] for row in rows}) > asked


def test_a_cancelled_screening_sets_aside_what_no_longer_applied(ward: Ward) -> None:
    screening = ward.start()
    ward.answer(screening, sex="female")
    sex = screening.protocol.question("sex")
    ward.take(screening, Step("correct", "sex"), Step("answer", "sex", read(sex, "male")), Step("cancel"))
    assert ward.statuses("pregnant_or_lactating") == [("neither", "set aside")]
    assert ward.statuses("sex") == [("female", "superseded"), ("male", "current")]
    rows = {row["question"]: row["status"] for row in ward.exported(screening.number)}
    assert rows["pregnant_or_lactating"] == "set aside"


def test_counts_by_verdict_leave_out_what_another_screening_followed(ward: Ward) -> None:
    first = saved(ward, ecog="unknown")
    saved(ward, earlier=first.number)
    assert stats(ward.path, Selection(verdict="undetermined")).trials[0].total.open == 0
    assert stats(ward.path, Selection(verdict="eligible")).trials[0].total.potentially_eligible == 1


def test_what_was_recorded_after_the_cut_off_does_not_exist(ward: Ward) -> None:
    screening = saved(ward)
    cut = stamp(ward.now)
    with closing(connect(ward.path, read_only=True).conn) as connection:
        before = {
            name: Database(connection).execute(f"SELECT * FROM {name} ORDER BY 1, 2").fetchall()
            for name in ("screening_log", "answers", "open_items", "subjects", "standing")
        }
    ward.now += timedelta(milliseconds=1)
    amend(ward, screening, "hemoglobin", HB_130)
    ward.take(screening, Step("finish"), Step("save"))
    saved(ward, earlier=screening.number)
    with closing(connect(ward.path, read_only=True).conn) as connection:
        db = Database(connection)
        cut_off(db, cut)
        for name, rows in before.items():
            assert db.execute(f"SELECT * FROM {name} ORDER BY 1, 2").fetchall() == rows, name


def test_screenings_of_one_subject_are_known_by_the_first(ward: Ward) -> None:
    first = saved(ward)
    second = saved(ward, earlier=first.number)
    third, alone = saved(ward, earlier=second.number), saved(ward)
    found = dict(ward.db.execute("SELECT screening, subject FROM subjects").fetchall())
    assert [found[one.number] for one in (first, second, third, alone)] == [first.number] * 3 + [alone.number]


def test_unknown_is_an_answer_that_counts(ward: Ward) -> None:
    screening = saved(ward, ecog="unknown")
    assert screening.dialogue.answers["ecog"] == UNKNOWN == Choice("unknown")
    assert ward.statuses("ecog") == [("unknown", "current")]


def test_finishing_and_saving_at_an_exclusion_are_kept_together(ward: Ward) -> None:
    screening = ward.start()
    ward.take(screening, Step("answer", "age_years", Measurement("=", Decimal(17), "a")))
    ward.screenings.take(screening, [Step("finish"), Step("save")], ward.person, "telegram:7")
    rows = ward.db.execute("SELECT kind, at, source FROM log ORDER BY entry DESC LIMIT 2").fetchall()
    assert [(kind, source) for kind, _, source in rows] == [("save", None), ("finish", "telegram:7")]
    assert rows[0][1] == rows[1][1]
    assert ward.db.execute("SELECT state, verdict FROM screening_log").fetchall() == [
        ("completed", "ineligible")
    ]


def test_finishing_without_saving_is_not_kept_if_the_save_fails(ward: Ward) -> None:
    screening = ward.start()
    ward.take(screening, Step("answer", "age_years", Measurement("=", Decimal(17), "a")))
    ward.db.execute(
        "CREATE TRIGGER full BEFORE INSERT ON verdicts BEGIN SELECT RAISE(FAIL, 'disk is full'); END"
    )
    with pytest.raises(StateError):
        ward.screenings.take(screening, [Step("finish"), Step("save")], ward.person)
    assert ward.screenings.load(screening.number).state == EXCLUDED


def test_further_reasons_ended_at_a_question_are_saved_as_they_stand(ward: Ward) -> None:
    """What was answered beyond the exclusion counts; the open question was never asked."""
    screening = ward.start()
    ward.take(screening, Step("answer", "age_years", Measurement("=", Decimal(17), "a")), Step("continue"))
    ward.take(screening, Step("answer", "sex", Choice("male")))
    ward.take(screening, Step("finish"), Step("save"))
    rows = ward.exported(screening.number)
    assert {row["question"] for row in rows if row["status"] == "current"} == {"age_years", "sex"}
    assert verify(ward.path).problems == ()


@pytest.mark.parametrize("given", [{}, {"hemoglobin": "130 g/L"}], ids=["potentially eligible", "ineligible"])
def test_a_complete_verdict_is_corrected_by_opening_it_again(ward: Ward, given: dict[str, str]) -> None:
    screening = saved(ward, **given)
    before = ward.db.execute("SELECT verdict FROM screening_log").fetchone()
    ward.take(screening, Step("reopen"))
    assert screening.state == REVIEW
    ward.take(screening, Step("correct", "age_years"))
    too_old = Measurement("=", Decimal(81), "a")
    with pytest.raises(NotNow):
        ward.take(screening, Step("answer", "age_years", too_old))
    screening = ward.screenings.load(screening.number)
    ward.take(screening, Step("answer", "age_years", too_old, reason="transcription"))
    assert ward.db.execute("SELECT state, verdict FROM screening_log").fetchone() == ("revising", *before)
    if screening.state == EXCLUDED:
        ward.take(screening, Step("finish"))
    ward.take(screening, Step("save"))
    assert [s.verdict for s in screening.saved][1:] == ["ineligible"]
    assert ward.statuses("age_years") == [("18", "superseded"), ("81", "current")]
    (trial,) = stats(ward.path).trials
    assert (trial.screenings, trial.total.excluded) == (1, 1)
    assert verify(ward.path).problems == ()


def test_a_complete_verdict_that_was_opened_again_and_given_up_stands(ward: Ward) -> None:
    screening = saved(ward, hemoglobin="130 g/L")
    before = ward.exported(screening.number)
    ward.take(screening, Step("reopen"), Step("correct", "hemoglobin"))
    ward.take(screening, Step("answer", "hemoglobin", read(HEMOGLOBIN, "72 g/L"), reason="unit"))
    ward.take(screening, Step("cancel"))
    assert ward.db.execute("SELECT state, verdict FROM screening_log").fetchall() == [
        ("completed", "ineligible")
    ]
    after = ward.exported(screening.number)
    assert [row for row in after if row["status"] == "current"] == before
    assert verify(ward.path).problems == ()
