"""A code that an amendment gave to another criterion: each counts apart, in its own words, wherever counts stand."""

from __future__ import annotations

from pathlib import Path

from openpyxl import load_workbook

from bot.wording.counts import as_text
from bot.wording.pictures import draw, rendered
from dialogs.answers import Choice
from dialogs.dialogue import Step
from dialogs.loading import parse_protocol
from dialogs.protocol import Protocol
from state.database import open_database
from state.exports import export
from state.people import People
from state.screenings import Screenings
from state.stats import stats

TRIPTAN = "Fewer than 2 weeks since last triptan overuse"
STROKE = "Any stroke"
REWORDED = "Any stroke ever"
EXPECTED = [("E8", STROKE, 1), ("E8", TRIPTAN, 1)]


def _version(number: int, words: str) -> Protocol:
    return parse_protocol(
        f'format = 2\nid = "EX-CODES"\nversion = "{number}"\ntitle = "Fictional: a code given again"\n\n'
        f'[[criterion]]\ncode = "E8"\nexclusion = "{words}"\n',
        "trial.toml",
    )


def _fill(path: Path, *words: str) -> Path:
    """Save a screening that its only criterion excludes, by one version after the other."""
    db = open_database(path)
    People(db).add("clinician", "S01", "terminal", "1", "en")
    screenings = Screenings(db)
    for number, each in enumerate(words, 1):
        screening = screenings.start(
            _version(number, each), "S01-P01", "S01", zone="+08:00", channel="terminal"
        )
        steps = [Step("answer", "e8", Choice("yes")), Step("finish"), Step("save")]
        screenings.take(screening, steps, "S01-P01")
    db.close()
    return path


def test_each_counts_apart_in_its_own_words(tmp_path: Path) -> None:
    (trial,) = stats(_fill(tmp_path / "site.db", TRIPTAN, STROKE)).trials
    for reasons in (trial.first_reasons, trial.all_reasons):
        assert [(each.code, each.name["en"], each.subjects) for each in reasons] == EXPECTED
    assert trial.total.excluded == trial.meeting_exclusion == 2


def test_a_criterion_in_other_words_counts_as_the_one_that_it_was(tmp_path: Path) -> None:
    (trial,) = stats(_fill(tmp_path / "site.db", STROKE, REWORDED)).trials
    assert [(each.name["en"], each.subjects) for each in trial.first_reasons] == [(REWORDED, 2)]


def test_text_picture_and_workbook_have_a_line_for_each(tmp_path: Path) -> None:
    path = _fill(tmp_path / "site.db", TRIPTAN, STROKE)
    found = stats(path)
    for language in ("en", "zh"):
        text = as_text(found, language)
        assert all(text.count(f"{n}  {code}   {words}") == 2 for code, words, n in EXPECTED)
    picture = rendered(draw("flow", found.trials[0], found.as_of, "en"), ".svg").decode()
    assert "triptan" in picture
    assert STROKE in picture
    sheet = load_workbook(export(path, "xlsx", tmp_path / "book.xlsx").path)["Counts"]
    rows = list(sheet.iter_rows(values_only=True))
    for table in ("first reason", "all reasons"):
        assert [row[2:5] for row in rows if row[1] == table] == EXPECTED
