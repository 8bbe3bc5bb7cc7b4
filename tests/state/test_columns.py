"""The list of columns is that of the tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from state.columns import COLUMNS
from state.database import open_database


@pytest.mark.parametrize("table", COLUMNS)
def test_the_columns_are_those_of_the_table(table: str, tmp_path: Path) -> None:
    db = open_database(tmp_path / "new.db")
    found = db.execute("SELECT name FROM pragma_table_info(?) ORDER BY cid", [table]).fetchall()
    db.close()
    assert tuple(name for (name,) in found) == COLUMNS[table]
