"""Parquet, read back by DuckDB and compared with the file."""

from decimal import Decimal

import duckdb

from state.database import connect, open_database
from state.exports import export


def table(folder, name):
    return f"read_parquet('{folder}/{name}/**/*.parquet', hive_partitioning=true, hive_types_autocast=false)"


def test_answers_read_by_duckdb_are_the_view_answers(filled, exported):
    folder = exported("parquet").path
    found = duckdb.sql(
        "SELECT screening, entry, strftime(\"at\" AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%S.%gZ'), person, question,"
        f" value, unit, compared, compared_unit, status FROM {table(folder, 'answers')} ORDER BY screening, entry"
    ).fetchall()
    db = connect(filled, read_only=True)
    kept = db.execute(
        "SELECT a.screening, a.entry, a.at, a.person, a.question, a.value, a.unit, a.compared, a.compared_unit,"
        " a.status FROM answers a JOIN screening_log g ON g.screening = a.screening"
        " WHERE g.verdict IS NOT NULL OR g.state = 'cancelled' ORDER BY a.screening, a.entry"
    ).fetchall()
    exact = [(*row[:7], Decimal(row[7]) if row[7] is not None else None, *row[8:]) for row in kept]
    assert len(exact) > 1000
    assert found == exact


def test_screenings_read_by_duckdb_are_the_view_screening_log(filled, exported):
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


def test_unknown_has_no_number_and_zero_has(exported):
    folder = exported("parquet").path
    found = duckdb.sql(
        f"SELECT value, compared FROM {table(folder, 'answers')} WHERE question = 'platelets'"
    ).fetchall()
    assert ("0", Decimal(0)) in found
    assert all(number is None for value, number in found if value == "unknown")


def test_a_file_without_screenings_gives_empty_tables(tmp_path):
    open_database(tmp_path / "new.db").conn.close()
    folder = export(tmp_path / "new.db", "parquet", tmp_path / "out").path
    for name in ("screenings", "answers"):
        assert duckdb.sql(f"SELECT count(*) FROM '{folder}/{name}/*.parquet'").fetchall() == [(0,)]
