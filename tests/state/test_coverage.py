"""What `tests.state.coverage` says of verify, held against every table, column, row and object of a file."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from sqlite_utils import Database

from state.schema import migrations
from tests.state.coverage import COVERAGE, HOW
from tests.state.sample_file import make_file
from tests.state.tampering import Change, found, load, odd, walk


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    with closing(load(make_file(tmp_path_factory.mktemp("coverage") / "a.db"))) as db:
        yield db


def test_the_table_names_every_column_of_every_table() -> None:
    db = Database(memory=True)
    migrations.apply(db)
    there = {table: {column.name for column in db.table(table).columns} for table in db.table_names()}
    assert {table: set(columns) for table, columns in COVERAGE.items()} == there
    db.close()


def test_what_is_not_covered_has_its_reason_and_is_no_part_of_the_record() -> None:
    reasons = {by for columns in COVERAGE.values() for by in columns.values() if by not in HOW}
    assert all(len(reason.split()) > 4 for reason in reasons)
    for table in ("screenings", "log", "verdicts", "register", "protocols", "accounts", "invitations"):
        assert set(COVERAGE[table].values()) <= set(HOW)


def test_a_change_to_what_is_covered_is_found_and_no_other(file: sqlite3.Connection) -> None:
    assert found(file, Change("nothing")) is None
    tried, wrong = 0, []
    for change, finding in walk(file, 1):
        tried += 1
        if change.covered == (finding is None):
            wrong.append(f"{change.said}: {finding}")
    assert tried > 150
    assert wrong == []


def test_whatever_stands_in_a_cell_is_named_without_a_traceback(file: sqlite3.Connection) -> None:
    changes = list(odd(file))[::11]
    assert len(changes) > 50
    assert [change.said for change in changes if found(file, change) is None] == []
