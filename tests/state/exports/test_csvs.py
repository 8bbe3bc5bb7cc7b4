"""The pre-screening log and the answers as CSV, read back by DuckDB and by the csv module."""

import csv
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from dialogs.dialogue import Step
from dialogs.loading import load
from state.database import connect, open_database
from state.exports import Exported, Selection, export
from state.exports.csvs import ANSWER_COLUMNS
from state.exports.spreadsheet import guarded
from state.people import People
from state.screenings import Screenings
from state.stats import stats
from tests.state.random_files import fill
from tests.state.test_outcomes import File


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def by_duckdb(path: Path) -> list[tuple[str, ...]]:
    return duckdb.sql(f"SELECT * FROM read_csv('{path}', all_varchar=true, header=true)").fetchall()


def test_the_answers_read_by_duckdb_are_the_view_answers(
    filled: Path, exported: Callable[..., Exported]
) -> None:
    path = exported("answers").path
    db = connect(filled, read_only=True)
    kept = db.execute(
        "SELECT a.screening, cast(a.entry AS TEXT), a.at, a.person, a.question, a.value, a.unit,"
        " a.status FROM answers a JOIN screenings s ON s.number = a.screening"
        " JOIN screening_log g ON g.screening = a.screening WHERE g.verdict IS NOT NULL OR g.state = 'cancelled'"
        " ORDER BY s.site, s.sequence, a.entry"
    ).fetchall()
    columns = [ANSWER_COLUMNS.index(name) for name in ("screening", *ANSWER_COLUMNS[2:8], "status")]
    assert kept
    assert [tuple(row[place] for place in columns) for row in by_duckdb(path)] == kept
    status = ANSWER_COLUMNS.index("status")
    assert {row[status] for row in by_duckdb(path)} == {"current", "superseded", "set aside"}


def test_the_log_read_by_duckdb_is_the_view_screening_log(
    filled: Path, exported: Callable[..., Exported]
) -> None:
    path = exported("csv").path
    found = duckdb.sql(
        "SELECT screening_code, state, saved_at, saved_by, verdict, first_failed, all_failed, unresolved,"
        f" questions_asked, protocol_sha256 FROM read_csv('{path}', all_varchar=true, header=true)"
    ).fetchall()
    db = connect(filled, read_only=True)
    kept = db.execute(
        "SELECT g.screening, g.state, g.saved_at, g.saved_by, g.verdict, g.first_failed, g.all_failed,"
        " g.unresolved, cast(g.questions_asked AS TEXT), g.protocol_sha256 FROM screening_log g"
        " JOIN screenings s ON s.number = g.screening WHERE g.verdict IS NOT NULL ORDER BY s.site, s.sequence"
    ).fetchall()
    assert [row for row in found if row[4] != "cancelled"] == kept
    assert {row[4] for row in found} == {"potentially eligible", "ineligible", "undetermined", "cancelled"}


def test_zero_stays_zero_and_unknown_stays_a_word(exported: Callable[..., Exported]) -> None:
    values = {(row["question"], row["value"]) for row in read(exported("answers").path)}
    assert ("ecog", "0") in values
    assert ("platelets", "0") in values
    assert {value for _, value in values if value == ""} == set()
    numbers = [row for row in read(exported("answers", force=True).path) if row["value"] == "unknown"]
    assert numbers
    assert not any(row["compared"] or row["unit"] for row in numbers)


@given(st.text(max_size=12) | st.text("=+-@\t\r\n1a", min_size=1, max_size=3))
def test_no_guarded_cell_begins_like_a_formula(text: str) -> None:
    cell = guarded(text)
    if re.fullmatch(r"-[0-9]+", text):  # a number, and no formula
        assert cell == text
        return
    assert cell[:1] not in ("=", "+", "-", "@", "\t", "\r", "\n")
    assert cell.removeprefix("'") == text.removeprefix("'")


@pytest.mark.parametrize(
    "value", ["=1+1", "+1", "-1+1", "@x", "\t=1", 'a"b', "a,b", "a\r\nb", '=a,"b\n', "x=1"]
)
def test_a_hostile_value_arrives_harmless_and_whole(tmp_path: Path, value: str) -> None:
    """Nothing of ours writes such values; a file that was meddled with may hold them."""
    db = fill(tmp_path / "meddled.db", 6)
    db.execute("DROP TRIGGER log_no_update")
    db.execute("UPDATE log SET value = ? WHERE kind = 'answer' AND question = 'sex'", [value])
    db.conn.close()
    for name, column in (("answers", "value"), ("csv", "sex")):
        exported = export(tmp_path / "meddled.db", name, tmp_path / name)
        rows = [row for row in read(exported.path) if row.get("question", "sex") == "sex"]
        expected = f"'{value}" if value[0] in "=+-@\t\r\n" else value
        assert {row[column] for row in rows if row[column]} == {expected}


def test_the_file_begins_with_the_mark_that_excel_needs(exported: Callable[..., Exported]) -> None:
    for name in ("csv", "answers"):
        assert exported(name).path.read_bytes().startswith(b"\xef\xbb\xbf")


def test_a_file_without_screenings_gives_a_header_only(tmp_path: Path) -> None:
    open_database(tmp_path / "new.db").conn.close()
    for name in ("csv", "answers"):
        exported = export(tmp_path / "new.db", name, tmp_path / name)
        assert (exported.rows, exported.screenings, len(read(exported.path))) == (0, 0, 0)


@pytest.mark.parametrize(
    ("selection", "holds"),
    [
        (Selection(site="S02"), lambda row: row["site_code"] == "S02"),
        (Selection(verdict="eligible"), lambda row: row["verdict"] == "potentially eligible"),
        (Selection(verdict="cancelled"), lambda row: row["verdict"] == "cancelled"),
        (Selection(screening="S01-0003"), lambda row: row["screening_code"] == "S01-0003"),
    ],
    ids=["site", "verdict", "cancelled", "screening"],
)
def test_a_selection_takes_what_it_says_and_all_of_it(
    exported: Callable[..., Exported], selection: Selection, holds: Callable[[dict[str, str]], bool]
) -> None:
    everything = read(exported("csv").path)
    chosen = read(exported("csv", selection, force=True).path)
    expected = [row["screening_code"] for row in everything if holds(row)]
    assert [row["screening_code"] for row in chosen] == expected


def test_since_and_until_include_their_days_in_utc(exported: Callable[..., Exported]) -> None:
    days = sorted({row["saved_at"][:10] for row in read(exported("csv").path)})
    first, last = days[3], days[6]
    from datetime import date

    selection = Selection(since=date.fromisoformat(first), until=date.fromisoformat(last))
    chosen = {row["saved_at"][:10] for row in read(exported("csv", selection, force=True).path)}
    assert chosen == set(days[3:7])


def test_what_a_site_noted_stands_in_the_log(filled: Path, exported: Callable[..., Exported]) -> None:
    noted = {
        row["screening_code"]: row["comment_code"]
        for row in read(exported("csv").path)
        if row["comment_code"]
    }
    db: Database = connect(filled, read_only=True)
    kept = {row[0] for row in db.execute("SELECT screening FROM log WHERE kind = 'disagree'")}
    assert noted
    assert set(noted) == kept
    assert set(noted.values()) == {"outside_record"}


def test_an_outcome_that_a_site_noted_fills_its_column(tmp_path: Path) -> None:
    path = tmp_path / "site.db"
    db = fill(path, 12)
    screenings = Screenings(db)
    screening = screenings.load("S01-0001")
    person = screening.person
    screenings.note(
        screening, "outcome", person, {"outcome": "referred", "referred_at": "2026-11-23", "reason": None}
    )
    screenings.note(screening, "outcome", person, {"outcome": "consented", "consent_date": "2026-11-25"})
    db.conn.close()
    rows = read(export(path, "csv", tmp_path / "log.csv", Selection(screening="S01-0001")).path)
    assert [(row["referred_at"], row["consent_date"], row["comment_code"]) for row in rows] == [
        ("2026-11-23", "2026-11-25", "")
    ]


@pytest.mark.parametrize(
    ("zone", "shown"), [("+08:00", "UTC+08:00"), ("-03:30", "UTC-03:30"), ("Asia/Shanghai", "Asia/Shanghai")]
)
def test_the_zone_reads_as_an_offset_or_as_a_name(tmp_path: Path, zone: str, shown: str) -> None:
    db = open_database(tmp_path / "site.db")
    person = People(db).add("clinician", "S01", "terminal", "local")
    screenings = Screenings(db)
    screening = screenings.start(load("NCT04420494"), person.code, "S01", zone=zone, channel="terminal")
    screenings.take(screening, [Step("cancel")], person.code)
    (row,) = read(export(tmp_path / "site.db", "csv", tmp_path / "log.csv").path)
    assert row["zone"] == shown


def test_there_is_no_column_that_nobody_can_fill(exported: Callable[..., Exported]) -> None:
    (head, *_) = exported("csv").path.read_text(encoding="utf-8-sig").splitlines()
    assert not {"follow_up_due", "consent_version", "enrolment_no"} & set(head.split(","))


BEFORE = [
    ("physician", "enrolled"),
    ("consented", "enrolled", "declined"),
    ("declined",),
    ("enrolled", "referred"),
]


def test_outcomes_are_the_same_in_the_log_and_in_the_counts_where_notes_contradict(tmp_path: Path) -> None:
    file = File(tmp_path / "site.db")
    for codes in BEFORE:
        screening = file.save("eligible")
        for code in codes:
            file.note_as_before(screening, code)
    again = file.save("eligible", screening.number)
    file.take_back(screening)
    file.take_back(screening)
    file.note(again, "declined")
    file.db.conn.close()
    rows = read(export(file.path, "csv", tmp_path / "log.csv").path)
    decisions = Counter(row["investigator_decision"] for row in rows)
    counted = stats(file.path).trials[0].outcomes
    assert (
        (decisions["enrolled"], decisions["not enrolled"])
        == (counted["enrolled"], counted["not_enrolled"])
        == (1, 3)
    )
    assert all(
        row["not_enrolled_reason"] == "" for row in rows if row["investigator_decision"] != "not enrolled"
    )
    assert counted["referred"] >= counted["consented"] >= counted["enrolled"]


def test_csv_for_people_is_written_and_guarded_in_one_place() -> None:
    root = Path(__file__).parents[3]
    writing = [
        str(file.relative_to(root))
        for room in ("bot", "dialogs", "state")
        for file in (root / room).rglob("*.py")
        if "csv.writer" in file.read_text(encoding="utf-8")
    ]
    assert writing == ["state/exports/spreadsheet.py"]
