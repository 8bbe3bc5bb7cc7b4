"""The answers that an export calls current are those that the dialogue itself goes by."""

from pathlib import Path

from dialogs.dialogue import REVIEW, Step
from dialogs.loading import load
from state.database import connect, open_database
from state.exports.comparing import current_of
from state.exports.snapshot import snapshot
from state.people import People
from state.screenings import Screening, Screenings
from tests.state.random_files import LIKELY, read


def test_current_answers_are_those_that_the_verdict_rests_on(filled: Path) -> None:
    screenings = Screenings(connect(filled, read_only=True))
    compared = 0
    with snapshot(filled) as data:
        for row in data.rows():
            if row.state != "completed":
                continue
            applied = screenings.load(row.screening).dialogue.applied
            assert set(current_of(data.answers(row))) == set(applied), row.screening
            compared += 1
    assert compared > 80


def test_an_answer_taken_back_by_reopening_and_not_needed_again_is_set_aside(tmp_path: Path) -> None:
    """Both responses are unknown; the steroids' comes later and settles the criterion, so nobody asks the other."""
    path = tmp_path / "reopened.db"
    db = open_database(path)
    person = People(db).add("clinician", "S01", "terminal", "local")
    screenings = Screenings(db)
    screening = screenings.start(load("NCT04420494"), person.code, "S01", zone="+08:00", channel="terminal")
    given = {"sex": "male", "steroid_duration": "28 d", "steroid_pr": "unknown", "csa_pr": "unknown"}
    while screening.state != REVIEW:
        answer(screenings, screening, given.get(screening.state, LIKELY[screening.state][0]))
    screenings.take(screening, [Step("save")], person.code)
    screenings.take(screening, [Step("reopen")], person.code)
    answer(screenings, screening, "no")
    screenings.take(screening, [Step("save")], person.code)
    db.conn.close()
    with snapshot(path) as data:
        (row,) = data.rows()
        statuses = {(answer.question, answer.value): answer.status for answer in data.answers(row)}
    assert statuses["steroid_pr", "unknown"] == "superseded"
    assert statuses["steroid_pr", "no"] == "current"
    assert statuses["csa_pr", "unknown"] == "set aside"


def answer(screenings: Screenings, screening: Screening, text: str) -> None:
    question = screening.protocol.question(screening.state)
    screenings.take(screening, [Step("answer", question.id, read(question, text))], screening.person)
