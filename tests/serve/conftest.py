"""A file with everything that the pages show."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from state import outcomes
from state.database import open_database
from state.screenings import Screenings
from tests.state.random_files import fill


@pytest.fixture(scope="module")
def noted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Random screenings at three sites; of every third saved one an outcome was noted, of some two."""
    path = tmp_path_factory.mktemp("noted") / "noted.db"
    fill(path, 90, 4).close()
    db = open_database(path)
    screenings = Screenings(db)
    for place, (number,) in enumerate(
        db.execute("SELECT screening FROM screening_log ORDER BY 1").fetchall()
    ):
        for _ in range(place % 3):
            screening = screenings.load(number)
            started, today = (datetime.fromisoformat(screening.started_at).date(), screenings.clock().date())
            possible = outcomes.offered(outcomes.standing(db, number), screening)
            if possible:
                code = possible[place % len(possible)]
                outcomes.note(
                    screenings, screening, screening.person, code, today, started=started, today=today
                )
    db.close()
    return path
