"""Parquet, read back by DuckDB and compared with the file."""

import csv
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import duckdb

from state.database import connect, open_database
from state.exports import Exported, export
from state.exports.csvs import ANSWER_COLUMNS


def table(folder: Path, name: str) -> str:
    return f"read_parquet('{folder}/{name}/**/*.parquet', hive_partitioning=true, hive_types_autocast=false)"


def test_answers_read_by_duckdb_are_the_view_answers(filled: Path, exported: Callable[..., Exported]) -> None:
    folder = exported("parquet").path
    found = duckdb.sql(
        "SELECT screening, entry, strftime(\"at\" AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%S.%gZ'), person, question,"
        f" value, unit, status FROM {table(folder, 'answers')} ORDER BY screening, entry"
    ).fetchall()
    db = connect(filled, read_only=True)
    kept = db.execute(
        "SELECT a.screening, a.entry, a.at, a.person, a.question, a.value, a.unit, a.status FROM"
        " answers a JOIN screening_log g ON g.screening = a.screening"
        " WHERE g.verdict IS NOT NULL OR g.state = 'cancelled' ORDER BY a.screening, a.entry"
    ).fetchall()
    assert len(kept) > 1000
    assert found == kept


def test_screenings_read_by_duckdb_are_the_view_screening_log(
    filled: Path, exported: Callable[..., Exported]
) -> None:
    folder = exported("parquet").path
    found = duckdb.sql(
        "SELECT screening, site, state, replace(verdict, '_', ' '), first_failed, array_to_string(all_failed, ' '),"
        " array_to_string(unresolved, ' '), questions_asked, earlier, protocol_sha256, month"
        f" FROM {table(folder, 'screenings')} WHERE verdict <> 'cancelled' ORDER BY screening"
    ).fetchall()
    db = connect(filled, read_only=True)
    kept = db.execute(
        "SELECT screening, site, state, verdict, first_failed, coalesce(all_failed, ''), coalesce(unresolved, ''),"
        " questions_asked, earlier_screening, protocol_sha256, substr(saved_at, 1, 7)"
        " FROM screening_log WHERE verdict IS NOT NULL ORDER BY screening"
    ).fetchall()
    assert len({row[-1] for row in kept}) > 1
    assert found == [(*row[:5], row[5] or "", row[6] or "", *row[7:]) for row in kept]


def test_unknown_has_no_number_and_zero_has(exported: Callable[..., Exported]) -> None:
    folder = exported("parquet").path
    found = duckdb.sql(
        f"SELECT value, compared FROM {table(folder, 'answers')} WHERE question = 'platelets'"
    ).fetchall()
    assert ("0", Decimal(0)) in found
    assert all(number is None for value, number in found if value == "unknown")


def test_a_file_without_screenings_gives_empty_tables_with_all_columns(
    exported: Callable[..., Exported], tmp_path: Path
) -> None:
    open_database(tmp_path / "new.db").conn.close()
    empty = export(tmp_path / "new.db", "parquet", tmp_path / "out").path
    full = exported("parquet").path
    asked = {
        "age_years",
        "sex",
        "diagnosis",
    }  # which questions have columns, protocols say, and here is none yet
    for name in ("screenings", "answers"):
        assert duckdb.sql(f"SELECT count(*) FROM '{empty}/{name}/*.parquet'").fetchall() == [(0,)]
        assert columns(empty, name) == {n: k for n, k in columns(full, name).items() if n not in asked}


def columns(folder: Path, name: str) -> dict[str, str]:
    return {row[0]: row[1] for row in duckdb.sql(f"DESCRIBE SELECT * FROM {table(folder, name)}").fetchall()}


def test_screenings_have_what_the_screening_log_has(exported: Callable[..., Exported]) -> None:
    with exported("csv").path.open(encoding="utf-8-sig", newline="") as file:
        log = {row["screening_code"]: row for row in csv.DictReader(file)}
    noted = ("referred_at", "consent_date", "investigator_decision", "not_enrolled_reason", "comment_code")
    names = ("age_years", "sex", "diagnosis", *noted)
    folder = exported("parquet").path
    found = duckdb.sql(f"SELECT screening, {', '.join(names)} FROM {table(folder, 'screenings')}").fetchall()
    assert len(found) == len(log)
    for number, *cells in found:
        told = dict(zip(names, ("" if cell is None else str(cell) for cell in cells), strict=True))
        expected = {name: log[number][name] for name in names}
        if expected["age_years"] == "unknown":
            expected["age_years"] = ""
        assert told == expected
    assert any(row["comment_code"] for row in log.values())


def test_criteria_are_lists_in_both_tables(exported: Callable[..., Exported]) -> None:
    folder = exported("parquet").path
    for name in ("screenings", "answers"):
        kinds = columns(folder, name)
        assert (kinds["all_failed"], kinds["unresolved"]) == ("VARCHAR[]", "VARCHAR[]")


def test_answers_have_the_columns_of_the_csv_and_days_are_days(exported: Callable[..., Exported]) -> None:
    folder = exported("parquet").path
    assert set(ANSWER_COLUMNS) <= columns(folder, "answers").keys()
    kinds = columns(folder, "screenings")
    assert {kinds[name] for name in ("referred_at", "consent_date", "decision_date")} == {"DATE"}
