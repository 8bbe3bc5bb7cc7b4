"""Counts that reconcile, with each other and with every export."""

import csv
import json
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dialogs.answers import UNKNOWN
from dialogs.dialogue import REVIEW, Step
from dialogs.loading import load
from state import browsing
from state.database import connect, open_database
from state.exports import Selection, export
from state.outcomes import standing
from state.people import People
from state.replay import StoredProtocols
from state.screenings import Screening, Screenings
from state.stats import TrialStats, stats
from tests.state.random_files import LIKELY, fill, read


def by_hand(rows: list[dict[str, str]]) -> dict[str, Counter[Any]]:
    """Count from the screening log alone: the last saved screening in each chain of linked ones."""
    numbered = {row["screening_code"]: row for row in rows}

    def placed(row: dict[str, str]) -> tuple[str, int]:
        code, place = row["screening_code"], 0
        while numbered[code]["earlier_screening"] in numbered:
            code, place = numbered[code]["earlier_screening"], place + 1
        return code, place

    latest: dict[str, dict[str, str]] = {}
    for row in sorted(rows, key=lambda row: (placed(row)[1], row["screening_code"])):
        if row["verdict"] != "cancelled":
            latest[placed(row)[0]] = row
    protocol = load("NCT04420494")
    counted = {code: criterion.counts_as or code for code, criterion in protocol.criterion_by_code.items()}
    subjects = latest.values()
    excluded = [row for row in subjects if row["verdict"] == "ineligible"]
    return {
        "verdicts": Counter(row["verdict"] for row in subjects),
        "first": Counter(counted[row["first_failed"]] for row in excluded),
        "all": Counter(code for row in excluded for code in {counted[c] for c in row["all_failed"].split()}),
        "sites": Counter(row["site_code"] for row in subjects),
        "questions": Counter(int(row["questions_asked"]) for row in subjects),
    }


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6), count=st.integers(1, 45))
def test_stats_and_every_export_agree_on_any_set_of_screenings(
    tmp_path_factory: pytest.TempPathFactory, seed: int, count: int
) -> None:
    folder = tmp_path_factory.mktemp("counts")
    path = folder / "site.db"
    fill(path, count, seed).conn.close()
    found = stats(path)
    logged = export(path, "csv", folder / "log.csv")
    with logged.path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    if not found.trials:
        assert not rows
        return
    (trial,) = found.trials
    total, hand = trial.total, by_hand(rows)
    assert total.assessed == total.excluded + total.open + total.potentially_eligible
    assert total.excluded == trial.not_meeting_inclusion + trial.meeting_exclusion + trial.declined
    assert total.assessed == trial.screenings - trial.repeated
    assert (total.potentially_eligible, total.excluded, total.open) == tuple(
        hand["verdicts"][name] for name in ("potentially eligible", "ineligible", "undetermined")
    )
    assert {reason.code: reason.subjects for reason in trial.first_reasons} == hand["first"]
    assert {reason.code: reason.subjects for reason in trial.all_reasons} == hand["all"]
    assert {site: counts.assessed for site, counts in trial.by_site.items() if counts.assessed} == hand[
        "sites"
    ]
    assert total.median_questions == (median(hand["questions"].elements()) if total.assessed else None)
    verdicts = Counter(row["verdict"] for row in rows)
    assert trial.cancelled == verdicts["cancelled"]
    assert sum(week.saved for week in trial.weeks) == trial.screenings == len(rows) - trial.cancelled
    failed = Counter((row["screening_code"], code) for row in rows for code in row["all_failed"].split())
    _check_sdtm(export(path, "sdtm", folder / "sdtm").path, failed, verdicts)
    _check_parquet(export(path, "parquet", folder / "parquet").path, failed, verdicts)
    _check_browsing(path, trial)
    _check_fhir(export(path, "fhir", folder / "fhir.json").path, failed, verdicts)


def _check_browsing(path: Path, trial: TrialStats) -> None:
    db = connect(path, read_only=True)
    counted = browsing.counted_criterion(StoredProtocols(db).all())

    def asked(name: str) -> list[tuple[Any, ...]]:
        sql = re.sub(r"\$(\w+)", r"\1", browsing.QUERIES[name].replace("$counted", counted))
        return list(db.execute(sql))

    assert {row[1]: row[2] for row in asked("reasons")} == {r.code: r.subjects for r in trial.first_reasons}
    for name, groups in (("per_site", trial.by_site), ("per_month", trial.by_month)):
        assert {row[1]: row[2:] for row in asked(name)} == {
            group: (c.assessed, c.potentially_eligible, c.excluded, c.open)
            for group, c in groups.items()
            if c.assessed
        }
    db.close()


def _check_sdtm(folder: Path, failed: Counter[tuple[str, str]], verdicts: Counter[str]) -> None:
    def rows(name: str) -> list[dict[str, Any]]:
        read = json.loads((folder / name).read_text(encoding="utf-8"))
        return [dict(zip([c["name"] for c in read["columns"]], row, strict=True)) for row in read["rows"]]

    told = Counter(
        (record["IEGRPID"], code) for record in rows("ie.json") for code in record["IESPID"].split(",")
    )
    assert told == failed
    assert Counter(record["PSVERD"].replace("_", " ") for record in rows("psver.json")) == verdicts


def _check_parquet(folder: Path, failed: Counter[tuple[str, str]], verdicts: Counter[str]) -> None:
    table = f"read_parquet('{folder}/screenings/**/*.parquet')"
    assert (
        Counter(
            dict(
                duckdb.sql(f"SELECT replace(verdict, '_', ' '), count(*) FROM {table} GROUP BY 1").fetchall()
            )
        )
        == verdicts
    )
    told = duckdb.sql(f"SELECT screening, unnest(all_failed) FROM {table}").fetchall()
    assert Counter(told) == failed


def _check_fhir(path: Path, failed: Counter[tuple[str, str]], verdicts: Counter[str]) -> None:
    entries = [entry["resource"] for entry in json.loads(path.read_text(encoding="utf-8"))["entry"]]
    names = {
        "potential-candidate": "potentially eligible",
        "ineligible": "ineligible",
        "screening": "undetermined",
    }
    subjects = [entry for entry in entries if entry["resourceType"] == "ResearchSubject"]
    counted = Counter(names[subject["status"]] for subject in subjects)
    assert counted == Counter({name: n for name, n in verdicts.items() if name != "cancelled"})
    told = Counter(
        (subject["identifier"][0]["value"], extension["valueCode"])
        for subject in subjects
        for extension in subject["extension"]
        if extension["url"] == "urn:prescreen:failed-criterion"
    )
    assert told == failed


def test_a_subject_screened_three_times_counts_once_by_the_latest(tmp_path: Path) -> None:
    path = tmp_path / "again.db"
    db = open_database(path)
    person = People(db).add("clinician", "S01", "terminal", "local")
    screenings = Screenings(db)
    earlier = None
    for tumour in ("current", "past_remission", "none_or_benign"):
        screening = screenings.start(
            load("NCT04420494"), person.code, "S01", zone="+08:00", channel="terminal", earlier=earlier
        )
        given = {"tumour": tumour, "sex": "male", "steroid_duration": "28 d"}
        while screening.state not in (REVIEW, "excluded"):
            question = screening.protocol.question(screening.state)
            text = given.get(question.id, LIKELY[question.id][0])
            screenings.take(screening, [Step("answer", question.id, read(question, text))], person.code)
        if screening.state == "excluded":
            screenings.take(screening, [Step("finish")], person.code)
        screenings.take(screening, [Step("save")], person.code)
        earlier = screening.number
    db.conn.close()
    (trial,) = stats(path).trials
    assert (trial.screenings, trial.repeated, trial.total.assessed) == (3, 2, 1)
    assert (trial.total.potentially_eligible, trial.total.excluded, trial.total.open) == (1, 0, 0)
    (before,) = stats(path, Selection(screening="S01-0002")).trials
    assert before.total.open == 1


def test_a_subject_counts_by_the_latest_screening_also_when_an_earlier_one_is_corrected_after_it(
    tmp_path: Path,
) -> None:
    path = tmp_path / "again.db"
    db = open_database(path)
    person = People(db).add("clinician", "S01", "terminal", "local")
    screenings, protocol = Screenings(db), load("NCT04420494")
    started: list[Screening] = []
    for age in ("81 a", "82 a"):
        earlier = started[-1].number if started else None
        screening = screenings.start(
            protocol, person.code, "S01", zone="+08:00", channel="terminal", earlier=earlier
        )
        answer = Step("answer", "age_years", read(protocol.question("age_years"), age))
        screenings.take(screening, [answer, Step("finish"), Step("save")], person.code)
        started.append(screening)
    first, latest = started
    screenings.take(first, [Step("amend", "age_years", reason="transcription")], person.code)
    while first.state in protocol.position:
        screenings.take(first, [Step("answer", first.state, UNKNOWN)], person.code)
    screenings.take(first, [Step("save")], person.code)
    assert standing(db, first.number).screening == latest.number
    db.conn.close()
    (trial,) = stats(path).trials
    assert (trial.total.excluded, trial.total.open, trial.repeated) == (1, 0, 1)
    _check_browsing(path, trial)
    export(path, "sdtm", tmp_path / "sdtm")
    dm = json.loads((tmp_path / "sdtm" / "dm.json").read_text(encoding="utf-8"))
    age_of = [column["name"] for column in dm["columns"]].index("AGE")
    assert [row[age_of] for row in dm["rows"]] == [82]


def test_a_clock_that_was_set_back_loses_nothing_and_gives_no_time_below_nothing(tmp_path: Path) -> None:
    path, now = tmp_path / "clock.db", datetime(2026, 3, 2, tzinfo=UTC)
    moments = [now, now, now + timedelta(days=-1), now + timedelta(days=-1), now + timedelta(days=-2)]
    db = open_database(path)
    person = People(db).add("clinician", "S01", "terminal", "local")
    protocol, earlier = load("NCT04420494"), None
    age = read(protocol.question("age_years"), "81 a")
    clock = [now]
    screenings = Screenings(db, lambda: clock[0])
    for begun, saved in pairwise(moments):
        clock[0] = begun
        screening = screenings.start(
            protocol, person.code, "S01", zone="+08:00", channel="terminal", earlier=earlier
        )
        clock[0] = saved
        steps = [Step("answer", "age_years", age), Step("finish"), Step("save")]
        screenings.take(screening, steps, person.code)
        earlier = screening.number
    db.conn.close()
    (trial,) = stats(path).trials
    assert (trial.screenings, trial.total.assessed) == (4, 1)
    assert trial.total.median_seconds is None
    (then,) = stats(path, until="2026-03-01T12:00:00.000Z").trials
    assert (then.screenings, then.total.assessed) == (2, 1)


def test_age_counts_once_as_the_inclusion_criterion_that_it_is(filled: Path) -> None:
    db = connect(filled, read_only=True)
    both = db.execute('SELECT count(*) FROM verdicts WHERE all_failed LIKE \'%"I1","E1"%\'').fetchone()
    assert both != (0,)
    (trial,) = stats(filled).trials
    codes = [reason.code for reason in (*trial.first_reasons, *trial.all_reasons)]
    assert "I1" in codes
    assert "E1" not in codes


@pytest.mark.parametrize("selection", [Selection(site="S01"), Selection(verdict="eligible"), Selection()])
def test_the_counts_survive_a_journey_through_json(filled: Path, selection: Selection) -> None:
    found = stats(filled, selection).as_json()
    assert json.loads(json.dumps(found)) == found
    assert found["filter"] == selection.described()


def test_a_file_without_screenings_has_no_trials(tmp_path: Path) -> None:
    open_database(tmp_path / "new.db").conn.close()
    assert stats(tmp_path / "new.db").trials == ()
