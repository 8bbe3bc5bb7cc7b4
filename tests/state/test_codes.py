"""Codes that come in with a file, or are made, can be put into paths, spreadsheets and messages."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from state.codes import is_site
from state.database import open_database
from state.errors import Damaged
from state.exports import export
from state.people import People
from tests.state.sites import Site


@pytest.mark.parametrize(
    "code",
    [
        "MAY",
        "MAY1",
        "DEC1",
        "SEPT",
        "SEP30",
        "JUNE",
        "MARCH",
        "TRUE",
        "FALSE",
        "E5",
        "E12",
        "NA",
        "NAN",
        "NULL",
    ],
)
def test_a_site_cannot_be_called_what_a_spreadsheet_reads_as_something_else(
    tmp_path: Path, code: str
) -> None:
    assert not is_site(code)
    db = open_database(tmp_path / "a.db")
    with pytest.raises(ValueError, match="spreadsheet"):
        People(db).add("clinician", code, "telegram", "1")
    db.close()


@pytest.mark.parametrize(
    "code", ["S01", "PUMCH", "BJ3", "MAYO", "A", "N1", "E", "EAST1", "MARS", "DECKER", "NAX"]
)
def test_other_sites_can(code: str) -> None:
    assert is_site(code)


@pytest.mark.parametrize("code", ["", "s01", "S-1", "../x", "S01\n", "ABCDEFGHI", "１Ａ", "=A1", "1S"])
def test_a_code_has_its_form(code: str) -> None:
    assert not is_site(code)


def test_a_site_of_such_a_name_that_is_there_already_goes_on(tmp_path: Path) -> None:
    db = open_database(tmp_path / "a.db")
    db.execute("INSERT INTO sites VALUES ('MAY', 'MAY', '')")
    assert People(db).add("clinician", "MAY", "telegram", "1").site == "MAY"
    db.close()


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("screenings", "UPDATE screenings SET site = '../../../../x'"),
        ("verdicts", "UPDATE verdicts SET at = '../../x' || at"),
    ],
)
def test_an_export_never_leaves_its_folder(tmp_path: Path, table: str, change: str) -> None:
    site = Site(tmp_path / "a.db", "A")
    site.saved()
    path = site.close()
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"DROP TRIGGER {table}_no_update")
        db.execute("INSERT INTO sites VALUES ('../../../../x', 'x', '')")
        db.execute(change)
        db.commit()
    (tmp_path / "deep" / "down").mkdir(parents=True)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(Damaged, match=r"\.\./"):
        export(path, "parquet", tmp_path / "deep" / "down" / "out")
    assert sorted(tmp_path.rglob("*")) == before
