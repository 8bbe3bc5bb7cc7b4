"""What came of a subject: only what can follow is noted, and the counts add up in every order."""

from __future__ import annotations

import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogs.answers import UNKNOWN
from dialogs.candidates import read_candidates
from dialogs.dialogue import Step
from dialogs.loading import load
from state import browsing
from state.database import open_database
from state.errors import NotNext
from state.history import events
from state.outcomes import NEXT, OUTCOMES, REASONS, WITHDRAWALS, note, offered, standing, take_back
from state.people import People
from state.screenings import Screening, Screenings
from tests.dialogs.test_vignettes import TEXT, VIGNETTES

PROTOCOL = load("NCT04420494")
DAY = date(2026, 11, 23)
TODAY = DAY + timedelta(days=30)
STAGES = ("referred", "consented", "enrolled", "not_enrolled")
ANSWERS = {
    expected["verdict"]: row.answers
    for expected, row in zip(VIGNETTES, read_candidates(PROTOCOL, TEXT), strict=True)
}


class File:
    """A file with one clinician, who screens."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.db = open_database(path)
        self.screenings = Screenings(self.db)
        self.person = People(self.db).add("clinician", "S01", "telegram", "1").code

    def start(self, earlier: str | None = None) -> Screening:
        return self.screenings.start(
            PROTOCOL, self.person, "S01", zone="+08:00", channel="telegram", earlier=earlier
        )

    def save(self, verdict: str, earlier: str | None = None) -> Screening:
        screening = self.start(earlier)
        answers = ANSWERS[verdict]
        while screening.state in PROTOCOL.position:
            self.screenings.take(
                screening,
                [Step("answer", screening.state, answers.get(screening.state, UNKNOWN))],
                self.person,
            )
        if screening.dialogue.can("finish"):
            self.screenings.take(screening, [Step("finish")], self.person)
        self.screenings.take(screening, [Step("save")], self.person)
        assert screening.saved[-1].verdict == verdict
        return screening

    def note(self, screening: Screening, code: str, on: date = DAY) -> None:
        note(self.screenings, screening, self.person, code, on, started=DAY, today=TODAY)

    def take_back(self, screening: Screening, reason: str = "mistake") -> None:
        take_back(self.screenings, screening, self.person, reason)

    def note_as_before(self, screening: Screening, code: str) -> None:
        """Note it as earlier versions did: anything after anything, with the day of the tap."""
        detail: dict[str, Any] = {
            "referred": {"outcome": code, "referred_at": str(DAY)},
            "consented": {"outcome": code, "consent_date": str(DAY)},
            "enrolled": {"outcome": code, "investigator_decision": "enrolled"},
        }.get(
            code,
            {"outcome": "not_enrolled", "investigator_decision": "not enrolled", "not_enrolled_reason": code},
        )
        self.screenings.note(screening, "outcome", self.person, detail)

    def offered(self, screening: Screening) -> tuple[str, ...]:
        return offered(standing(self.db, screening.number), screening)

    def counts(self) -> dict[str, int]:
        sums = ", ".join(f"coalesce(sum({stage}), 0)" for stage in STAGES)
        row = self.db.execute(f"SELECT {sums} FROM outcomes").fetchone()
        return dict(zip(STAGES, row, strict=True))

    def rows(self, view: str) -> list[dict[str, Any]]:
        return list(self.db.query(f"SELECT * FROM {view}"))


@pytest.fixture
def file(tmp_path: Path) -> File:
    return File(tmp_path / "site.db")


# what can follow -----------------------------------------------------------------------------------

PATHS = {
    "the whole way": ("referred", "consented", "enrolled"),
    "without a noted referral": ("consented", "enrolled"),
    "declined before referral": ("declined",),
    "declined after referral": ("referred", "declined"),
    "consent withdrawn": ("referred", "consented", "declined"),
    "screen failure": ("referred", "consented", "screen_failure"),
}
NEVER = {
    "enrolled without consent": ((), "enrolled"),
    "enrolled after referral": (("referred",), "enrolled"),
    "screen failure before consent": (("referred",), "screen_failure"),
    "referred twice": (("referred",), "referred"),
    "referred after consent": (("consented",), "referred"),
    "enrolled after the physician's decision": (("referred", "consented", "physician"), "enrolled"),
    "declined after enrolment": (("consented", "enrolled"), "declined"),
}


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_a_way_that_sites_go(file: File, path: tuple[str, ...]) -> None:
    screening = file.save("eligible")
    for code in path:
        assert code in file.offered(screening)
        file.note(screening, code)
    assert [noted.code for noted in standing(file.db, screening.number).notes] == list(path)


@pytest.mark.parametrize(("path", "code"), NEVER.values(), ids=NEVER)
def test_what_cannot_follow_is_neither_offered_nor_kept(file: File, path: tuple[str, ...], code: str) -> None:
    screening = file.save("eligible")
    for step in path:
        file.note(screening, step)
    entries = screening.entries
    assert code not in file.offered(screening)
    with pytest.raises(NotNext):
        file.note(screening, code)
    assert screening.entries == entries


@pytest.mark.parametrize(
    ("verdict", "refused"),
    [("ineligible", {"referred", "consented", "enrolled"}), ("undetermined", {"enrolled"})],
)
def test_a_verdict_bounds_what_can_be_noted(file: File, verdict: str, refused: set[str]) -> None:
    screening = file.save(verdict)
    seen = set(file.offered(screening))
    if "consented" in seen:
        file.note(screening, "consented")
        seen |= set(file.offered(screening))
    assert not seen & refused
    assert seen >= {"declined", "physician", "other"}


def test_nothing_is_noted_of_an_open_a_cancelled_or_a_reopened_screening(file: File) -> None:
    unfinished, cancelled, reopened = file.start(), file.start(), file.save("undetermined")
    file.screenings.take(cancelled, [Step("cancel")], file.person)
    file.screenings.take(reopened, [Step("reopen")], file.person)
    for screening in (unfinished, cancelled, reopened):
        assert file.offered(screening) == ()
        for code in OUTCOMES:
            with pytest.raises(NotNext):
                file.note(screening, code)
    assert file.counts() == dict.fromkeys(STAGES, 0)


@pytest.mark.parametrize("days", [-1, 31])
def test_a_day_before_the_screening_or_in_the_future_is_refused(file: File, days: int) -> None:
    screening = file.save("eligible")
    with pytest.raises(NotNext):
        file.note(screening, "referred", DAY + timedelta(days=days))


def test_nothing_happened_before_what_it_follows(file: File) -> None:
    screening = file.save("eligible")
    file.note(screening, "referred", DAY + timedelta(days=5))
    with pytest.raises(NotNext):
        file.note(screening, "consented", DAY + timedelta(days=4))
    file.note(screening, "consented", DAY + timedelta(days=5))


# dates, subjects, taking back ----------------------------------------------------------------------


def test_dates_are_those_on_which_it_happened(file: File) -> None:
    screening = file.save("eligible")
    for place, code in enumerate(("referred", "consented", "enrolled")):
        file.note(screening, code, DAY + timedelta(days=place))
    (row,) = file.rows("outcomes")
    assert (row["referred_at"], row["consent_date"], row["decision_date"]) == (
        "2026-11-23",
        "2026-11-24",
        "2026-11-25",
    )


def test_the_newest_note_is_taken_back_and_stays_in_the_log(file: File) -> None:
    screening = file.save("eligible")
    file.note(screening, "referred")
    file.note(screening, "declined")
    file.take_back(screening, "wrong_subject")
    assert [noted.code for noted in standing(file.db, screening.number).notes] == ["referred"]
    kinds = [event.kind for event in events(file.db, screening.number)]
    assert kinds[-3:] == ["outcome", "outcome", "outcome_withdrawn"]
    file.take_back(screening)
    assert file.rows("outcomes") == []
    with pytest.raises(NotNext):
        file.take_back(screening)


def test_the_ready_made_list_has_the_notes_that_stand_the_newest_first(file: File) -> None:
    screening = file.save("eligible")
    file.note(screening, "referred")
    file.note(screening, "consented")
    file.take_back(screening)
    file.note(screening, "declined", DAY + timedelta(days=2))
    listed = file.db.query(browsing.QUERIES["noted"])
    assert [(row["outcome"], row["day"], row["reason"]) for row in listed] == [
        ("not_enrolled", str(DAY + timedelta(days=2)), "declined"),
        ("referred", str(DAY), None),
    ]


def test_a_subject_is_one_whatever_is_noted_in_which_of_its_screenings(file: File) -> None:
    first = file.save("eligible")
    file.note(first, "referred")
    second = file.save("eligible", first.number)
    assert file.offered(first) == ()
    file.note(second, "consented")
    file.note(second, "enrolled")
    assert file.counts() == {"referred": 1, "consented": 1, "enrolled": 1, "not_enrolled": 0}
    assert {row["screening"]: row["stage"] for row in file.rows("screening_outcomes")} == {
        first.number: "referred",
        second.number: "enrolled",
    }
    for screening in (second, second, first):
        file.take_back(screening)
    assert file.rows("outcomes") == []


# notes of earlier versions -------------------------------------------------------------------------

BEFORE = {
    "physician, then enrolled": (("physician", "enrolled"), "enrolled", None),
    "consented, enrolled, then declined": (("consented", "enrolled", "declined"), "not_enrolled", "declined"),
    "enrolled alone": (("enrolled",), "enrolled", None),
    "a referral noted last": (("enrolled", "referred"), "enrolled", None),
    "two reasons": (("declined", "physician"), "not_enrolled", "physician"),
}


@pytest.mark.parametrize(("codes", "stage", "reason"), BEFORE.values(), ids=BEFORE)
def test_of_contradictory_decisions_the_newest_counts(
    file: File, codes: tuple[str, ...], stage: str, reason: str | None
) -> None:
    screening = file.save("eligible")
    for code in codes:
        file.note_as_before(screening, code)
    (row,) = file.rows("outcomes")
    assert (row["stage"], row["not_enrolled_reason"]) == (stage, reason)


ACTS = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from((*OUTCOMES, *OUTCOMES, "take back", "as before"))),
    max_size=40,
)


@settings(max_examples=30, deadline=None)
@given(ACTS, st.sampled_from(OUTCOMES))
def test_counts_add_up_in_every_order(acts: list[tuple[int, str]], old: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = File(Path(folder) / "site.db")
        first = file.save("eligible")
        screenings = [
            first,
            file.save("eligible", first.number),
            file.save("undetermined"),
            file.save("ineligible"),
        ]
        for place, act in acts:
            screening = screenings[place]
            before = standing(file.db, screening.number)
            if act == "as before":
                file.note_as_before(screening, old)
            elif act == "take back" and before.last is not None and before.last.screening == screening.number:
                file.take_back(screening)
            elif act in file.offered(screening):
                file.note(screening, act)
                assert standing(file.db, screening.number).notes[-1].code == act
            counts = file.counts()
            assert counts["referred"] >= counts["consented"] >= counts["enrolled"]
            assert counts["enrolled"] + counts["not_enrolled"] <= 3
        stands = [row["stage"] for row in file.rows("outcomes")]
        assert file.counts()["enrolled"] == stands.count("enrolled")
        assert file.counts()["not_enrolled"] == stands.count("not_enrolled")
        file.db.conn.close()


def test_the_tables_fit_together() -> None:
    reached = {code for codes in NEXT.values() for code in codes}
    assert reached == set(OUTCOMES)
    assert set(NEXT) == {None, "not_enrolled", *OUTCOMES} - set(REASONS)
    assert WITHDRAWALS
