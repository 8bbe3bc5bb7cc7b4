"""Facts of a site are answered once: later screenings there take the newest answer, and say where it came from."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from pathlib import Path

import pytest

from dialogs.answers import UNKNOWN, Choice, Measurement
from dialogs.dialogue import REVIEW, Step
from dialogs.errors import ProtocolError
from dialogs.loading import load, parse_protocol
from state.database import open_database
from state.exports import export
from state.merge import merge
from state.people import People
from state.purge import purge
from state.screenings import Screening, Screenings
from state.verify import verify

FILE = Path(__file__).parent.parent / "data" / "site_facts.toml"
TRIAL = load(str(FILE))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "site.db"


@pytest.fixture
def screenings(path: Path) -> Iterator[Screenings]:
    db = open_database(path)
    for account, site in enumerate(("S01", "S01", "S02")):
        People(db).add("clinician", site, "terminal", str(account), "en")
    yield Screenings(db)
    db.close()


def begin(screenings: Screenings, person: str = "S01-P01") -> Screening:
    return screenings.start(TRIAL, person, person[:3], zone="+08:00", channel="terminal")


def answer(screenings: Screenings, screening: Screening, code: str) -> None:
    screenings.take(screening, [Step("answer", screening.state, Choice(code))], screening.person)


def correct(screenings: Screenings, screening: Screening, question: str, code: str) -> None:
    screenings.take(screening, [Step("correct", question)], screening.person)
    answer(screenings, screening, code)


def first(screenings: Screenings) -> Screening:
    """A screening in which both facts are answered."""
    screening = begin(screenings)
    for code in ("yes", "no", "minus_80"):
        answer(screenings, screening, code)
    return screening


def details(screenings: Screenings, screening: Screening) -> list[tuple[str, str | None]]:
    rows = screenings.db.execute(
        "SELECT question, detail FROM log WHERE screening = ? AND kind = 'answer' ORDER BY entry",
        [screening.number],
    )
    return [(question, json.loads(detail)["site_fact"] if detail else None) for question, detail in rows]


def test_a_fact_is_asked_once_and_then_taken_when_its_turn_comes(screenings: Screenings) -> None:
    assert details(screenings, first(screenings)) == [
        ("scanner", "given"),
        ("claustrophobia", None),
        ("storage", "given"),
    ]
    second = begin(screenings, "S01-P02")
    assert (second.state, second.taken) == ("claustrophobia", {"scanner": "S01-0001"})
    answer(screenings, second, "no")
    assert (second.state, second.dialogue.verdict) == (REVIEW, "eligible")
    assert details(screenings, second) == [
        ("scanner", "S01-0001"),
        ("claustrophobia", None),
        ("storage", "S01-0001"),
    ]
    loaded = Screenings(screenings.db).load(second.number)
    assert (loaded.taken, loaded.dialogue.answers) == (second.taken, second.dialogue.answers)


def test_another_site_is_asked_itself(screenings: Screenings) -> None:
    first(screenings)
    assert begin(screenings, "S02-P01").state == "scanner"


def test_a_correction_holds_for_later_screenings_and_changes_no_earlier_one(screenings: Screenings) -> None:
    one = first(screenings)
    two = begin(screenings)
    correct(screenings, two, "scanner", "no")
    assert two.taken == {}
    three = begin(screenings)
    assert (three.dialogue.answers["scanner"], three.taken) == (Choice("no"), {"scanner": two.number})
    assert Screenings(screenings.db).load(one.number).dialogue.answers["scanner"] == Choice("yes")
    correct(screenings, one, "scanner", "yes")
    assert begin(screenings).taken == {"scanner": one.number}


def test_what_is_unknown_or_was_cancelled_is_asked_again(screenings: Screenings) -> None:
    one = begin(screenings)
    answer(screenings, one, "unknown")
    two = begin(screenings)
    assert two.state == "scanner"
    answer(screenings, two, "yes")
    screenings.take(two, [Step("cancel")], two.person)
    assert begin(screenings).state == "scanner"


def test_what_was_corrected_to_unknown_is_asked_again(screenings: Screenings) -> None:
    first(screenings)
    correct(screenings, begin(screenings), "scanner", "unknown")
    assert begin(screenings).state == "scanner"


@pytest.mark.parametrize(
    ("old", "new", "state"),
    [
        ("Does the site have a scanner of 3 T?", "Is the scanner of 3 T out of order?", "scanner"),
        ('version = "1"', 'version = "2"', "claustrophobia"),
    ],
)
def test_a_later_version_takes_what_was_asked_in_the_same_words_only(
    screenings: Screenings, old: str, new: str, state: str
) -> None:
    text = TRIAL.text.replace('id = "FICTION-SITE"', 'id = "FICTION-SITE"\nversion = "1"')
    first(screenings)
    later = parse_protocol(text.replace(old, new), "later.toml")
    assert screenings.start(later, "S01-P01", "S01", zone="+08:00", channel="terminal").state == state


def test_a_later_version_in_one_more_language_asks_the_same(screenings: Screenings) -> None:
    first(screenings)
    text = TRIAL.text.replace("title", 'languages = ["en", "zh"]\ntitle', 1)
    asked = 'ask = { en = "Does the site have a scanner of 3 T?", zh = "有 3 T 扫描仪吗？" }'
    later = parse_protocol(re.sub('^ask = "Does.*"$', asked, text, flags=re.MULTILINE), "later.toml")
    assert later.question("scanner").ask["zh"].startswith("有")
    assert (
        screenings.start(later, "S01-P01", "S01", zone="+08:00", channel="terminal").state == "claustrophobia"
    )


def test_a_revision_holds_for_others_once_it_is_saved(screenings: Screenings) -> None:
    one = first(screenings)
    screenings.take(one, [Step("save")], one.person)
    screenings.take(one, [Step("amend", "scanner", reason="misread")], one.person)
    screenings.take(one, [Step("answer", "scanner", Choice("no"), reason="misread")], one.person)
    assert begin(screenings).dialogue.answers["scanner"] == Choice("yes")
    screenings.take(one, [Step("finish"), Step("save")], one.person)
    assert begin(screenings).dialogue.answers["scanner"] == Choice("no")


def test_what_was_purged_is_asked_again_and_stays_where_it_was_taken(
    screenings: Screenings, path: Path
) -> None:
    """A site's answer goes with the screening that it was given in."""
    first(Screenings(screenings.db, lambda: datetime(2020, 1, 1, tzinfo=UTC)))
    two = begin(screenings)
    purge(screenings.db, date(2021, 1, 1))
    assert Screenings(screenings.db).load(two.number).dialogue.answers["scanner"] == Choice("yes")
    assert begin(screenings).state == "scanner"
    assert verify(path).problems == ()


def test_going_back_to_a_taken_answer_leaves_it_to_the_person(screenings: Screenings) -> None:
    first(screenings)
    two = begin(screenings)
    screenings.take(two, [Step("back")], two.person)
    assert two.state == "scanner"
    answer(screenings, two, "yes")
    assert (two.state, two.taken) == ("claustrophobia", {})


def test_a_screening_begins_as_fast_however_often_the_fact_was_unknown(screenings: Screenings) -> None:
    def work_of_the_next() -> int:
        """Count the instructions of SQLite that begin a screening, in thousands; then leave the fact unknown."""
        ticks = count()
        screenings.db.conn.set_progress_handler(lambda: next(ticks) and None, 1000)
        screening = begin(screenings)
        screenings.db.conn.set_progress_handler(None, 0)
        screenings.take(screening, [Step("answer", "scanner", UNKNOWN)], screening.person)
        return next(ticks)

    few = max(work_of_the_next() for _ in range(5))
    for _ in range(60):
        work_of_the_next()
    assert min(work_of_the_next() for _ in range(5)) <= few + 1


LABORATORY = """
format = 2
id = "FICTION-LAB"
title = "A fictional trial with a laboratory's limit of normal"

[[question]]
id = "alt"
kind = "quantity"
ask = "Most recent ALT?"
short = "ALT"
possible = [1, 20000]
usual = [5, 400]
units = [{ code = "U/L", label = "U/L", scale = 1 }, { code = "ukat/L", label = "µkat/L", scale = 60 }]
uln = { possible = [10, 150], usual = [25, 80], site_fact = true }

[[criterion]]
code = "E1"
exclusion = "ALT above 3 x ULN"
rule = 'alt > "3 {xULN}"'
"""


def test_a_limit_of_normal_is_asked_once_in_each_unit(screenings: Screenings) -> None:
    trial = parse_protocol(LABORATORY, "laboratory.toml")

    def alt(value: str, unit: str) -> Screening:
        screening = screenings.start(trial, "S01-P01", "S01", zone="+08:00", channel="terminal")
        given = Measurement("=", Decimal(value), unit)
        screenings.take(screening, [Step("answer", "alt", given)], "S01-P01")
        return screening

    one = alt("90", "U/L")
    limit = Step("answer", "alt_uln", Measurement("=", Decimal(40), "U/L"))
    screenings.take(one, [limit], one.person)
    two = alt("130", "U/L")
    assert (two.dialogue.failed_codes, two.taken) == (("E1",), {"alt_uln": one.number})
    assert alt("1.5", "ukat/L").state == "alt_uln"


def test_files_with_facts_verify_merge_and_export(screenings: Screenings, path: Path, tmp_path: Path) -> None:
    for screening in (first(screenings), begin(screenings)):
        if screening.state != REVIEW:
            answer(screenings, screening, "no")
        screenings.take(screening, [Step("save")], screening.person)
    assert verify(path).problems == ()
    merge([path], tmp_path / "all.db")
    assert verify(tmp_path / "all.db").problems == ()
    export(path, "log", tmp_path / "log.jsonl")
    second = json.loads((tmp_path / "log.jsonl").read_text("utf-8").splitlines()[1])
    taken = [entry for entry in second["log"] if entry["question"] == "scanner"]
    assert [entry["detail"] for entry in taken] == [{"site_fact": "S01-0001"}]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (
            'ask = "Claustrophobia?"',
            'ask = "Last scan?"\nkind = "since"\nsite_fact = true',
            "is not for how long ago",
        )
    ],
)
def test_a_fact_that_would_age_is_refused(old: str, new: str, fault: str) -> None:
    with pytest.raises(ProtocolError, match=fault):
        parse_protocol(FILE.read_text(encoding="utf-8").replace(old, new), "site.toml")
