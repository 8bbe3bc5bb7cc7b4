"""What holds of every export: recorded, whole or not at all, private, the same bytes again, nothing personal."""

import hashlib
import json
import re
import stat
import subprocess
import threading
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from dialogs.answers import UNKNOWN, Measurement
from dialogs.dialogue import Step
from dialogs.loading import load
from state.database import connect, open_database
from state.errors import Taken
from state.exports import FORMATS, Nothing, Selection, default_name, export
from state.exports.files import LISTING, files
from state.people import People
from state.screenings import Screenings
from state.stats import stats
from tests.state.random_files import fill

NAMES = list(FORMATS)


def content(path: Path) -> dict[str, bytes]:
    return {str(file.relative_to(path)) if path.is_dir() else "": file.read_bytes() for file in files(path)}


def test_there_are_formats_to_test() -> None:
    assert {"csv", "answers", "log"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_the_same_data_give_the_same_bytes(filled: Path, tmp_path: Path, name: str) -> None:
    first = export(filled, name, tmp_path / "first")
    second = export(filled, name, tmp_path / "second")
    assert content(first.path) == content(second.path)
    assert first.sha256 == second.sha256
    assert first.screenings > 100


@pytest.mark.parametrize("name", NAMES)
def test_every_export_is_recorded_with_who_when_what_and_its_hash(tmp_path: Path, name: str) -> None:
    db = fill(tmp_path / "site.db", 12)
    at = datetime(2026, 11, 23, 4, 20, tzinfo=UTC)
    exported = export(
        tmp_path / "site.db", name, tmp_path / "out", Selection(site="S01"), by="S01-P01", clock=lambda: at
    )
    entered = db.execute("SELECT at, person, subject, detail FROM register WHERE kind = 'export'").fetchall()
    assert len(entered) == 1
    when, who, subject, detail = entered[0]
    assert (when, who, subject) == ("2026-11-23T04:20:00.000Z", "S01-P01", name)
    said = json.loads(detail)
    said.pop("open", None)  # where unsaved dialogues stood
    assert said == {
        "filter": {"site": "S01"},
        "as_of": exported.as_of,
        "head": exported.head,
        "rows": exported.rows,
        "screenings": exported.screenings,
        "sha256": exported.sha256,
    }


@pytest.mark.parametrize("name", NAMES)
def test_the_recorded_hash_is_what_sha256sum_says(filled: Path, tmp_path: Path, name: str) -> None:
    exported = export(filled, name, tmp_path / "out")
    if exported.path.is_file():
        listed = subprocess.run(["sha256sum", exported.path], capture_output=True, check=True).stdout
        assert listed.split()[0].decode() == exported.sha256
        return
    names = sorted(str(file.relative_to(exported.path)) for file in files(exported.path))
    listed = subprocess.run(["sha256sum", *names], cwd=exported.path, capture_output=True, check=True).stdout
    assert hashlib.sha256(listed).hexdigest() == exported.sha256
    assert (exported.path / LISTING).read_bytes() == listed


@pytest.mark.parametrize("name", NAMES)
def test_no_account_leaves_in_any_format(filled: Path, tmp_path: Path, name: str) -> None:
    db = connect(filled, read_only=True)
    accounts = [row[0] for row in db.execute("SELECT account FROM accounts")]
    assert accounts
    exported = export(filled, name, tmp_path / "out")
    for file, written in content(exported.path).items():
        for account in accounts:
            alone = rf"(?<![0-9a-f]){account}(?![0-9a-f])".encode()  # a hash may have these digits, too
            assert not re.search(alone, written), file


@pytest.mark.parametrize("name", NAMES)
def test_an_export_is_its_owner_s_only_and_leaves_nothing_beside_it(
    filled: Path, tmp_path: Path, name: str
) -> None:
    exported = export(filled, name, tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    for file in files(exported.path):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize("name", NAMES)
def test_what_exists_is_replaced_only_by_force(filled: Path, tmp_path: Path, name: str) -> None:
    first = export(filled, name, tmp_path / "out")
    before = content(first.path)
    with pytest.raises(Taken, match="--force"):
        export(filled, name, tmp_path / "out", Selection(site="S01"))
    assert content(first.path) == before
    was = first.path.stat().st_ino
    second = export(filled, name, tmp_path / "out", Selection(site="S01"), force=True)
    assert second.path.stat().st_ino != was
    assert second.screenings < first.screenings


@pytest.mark.parametrize("name", [name for name in NAMES if FORMATS[name].suffix is None])
def test_a_folder_with_other_things_in_it_is_never_replaced(filled: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "thesis.doc").write_text("years")
    with pytest.raises(Taken, match="no export wrote"):
        export(filled, name, tmp_path / "home", force=True)
    assert (tmp_path / "home" / "thesis.doc").read_text() == "years"


def test_an_export_that_fails_leaves_no_file_and_no_record(tmp_path: Path) -> None:
    db = fill(tmp_path / "site.db", 8)

    def stop(done: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export(tmp_path / "site.db", "csv", tmp_path / "out.csv", progress=lambda length: stop)
    assert not [path for path in tmp_path.iterdir() if "out" in path.name]
    assert db.execute("SELECT count(*) FROM register WHERE kind = 'export'").fetchone() == (0,)


def test_an_export_sees_one_moment_while_others_write(tmp_path: Path) -> None:
    """Between two rows a new screening is cancelled and the last one noted on: this file has neither, the next both."""
    path = tmp_path / "site.db"
    fill(path, 20).conn.close()
    export(path, "csv", tmp_path / "before.csv")
    wrote: list[str] = []

    def write_once(done: int) -> None:
        if not wrote:
            thread = threading.Thread(target=_save_one, args=(path, wrote))
            thread.start()
            thread.join()

    during = export(path, "csv", tmp_path / "during.csv", progress=lambda length: write_once)
    after = export(path, "csv", tmp_path / "after.csv")
    assert wrote == ["cancelled"]
    assert (tmp_path / "before.csv").read_bytes() == during.path.read_bytes()
    assert after.rows == during.rows + 1
    assert b",noted_meanwhile," in after.path.read_bytes()


def _save_one(path: Path, wrote: list[str]) -> None:
    db = open_database(path)
    person = People(db).add("clinician", "S01", "terminal", "local")
    screenings = Screenings(db)
    screening = screenings.start(load("NCT04420494"), person.code, "S01", zone="+00:00", channel="terminal")
    screenings.take(screening, [Step("cancel")], person.code)
    (last,) = db.execute("SELECT max(number) FROM screenings WHERE site = 'S02'").fetchone()
    screenings.note(screenings.load(last), "disagree", person.code, {"reason": "noted_meanwhile"})
    wrote.append(screening.state)
    db.conn.close()


def test_a_file_is_named_after_what_is_in_it() -> None:
    day, one = date(2026, 11, 25), ["NCT04420494"]
    assert default_name("csv", Selection(), one, day) == "prescreen-csv-NCT04420494-2026-11-25.csv"
    some = Selection(site="S01", verdict="ineligible", protocol="NCT04420494")
    named = "prescreen-log-NCT04420494-2026-11-25-S01-ineligible.jsonl"
    assert default_name("log", some, one, day) == named
    assert default_name("sdtm", Selection(), ["A", "B"], day) == "prescreen-sdtm-2026-11-25"


@pytest.mark.parametrize("name", NAMES)
def test_the_same_moment_gives_the_same_bytes_after_more_was_recorded(tmp_path: Path, name: str) -> None:
    """What comes later: screenings, an answer changed, a verdict saved again, a note on a screening that was there."""
    path = tmp_path / "site.db"
    fill(path, 30).conn.close()
    before = export(path, name, tmp_path / "before")
    moment = datetime.fromisoformat(before.as_of)
    wrote: list[str] = []
    _save_one(path, wrote)
    assert wrote
    again = export(path, name, tmp_path / "again", as_of=moment)
    assert content(again.path) == content(before.path)
    assert (again.head, again.as_of) == (before.head, before.as_of)
    if name not in ("queries", "answers"):
        assert content(export(path, name, tmp_path / "after").path) != content(before.path)


SELECTIONS = (
    Selection(verdict="ineligible"),
    Selection(verdict="cancelled"),
    Selection(site="S01"),
    Selection(until=date(2026, 3, 12)),
    Selection(since=date(2026, 3, 5), until=date(2026, 3, 9), verdict="ineligible"),
)


@pytest.mark.parametrize("name", ["csv", "xlsx", "fhir", "sdtm"])
@pytest.mark.parametrize("selection", SELECTIONS)
def test_the_moment_that_a_selection_says_gives_its_bytes_again(
    corrected: Path, tmp_path: Path, selection: Selection, name: str
) -> None:
    """Also where a screening was not selected, since by now it has another verdict, saved on another day."""
    first = export(corrected, name, tmp_path / "first", selection)
    moment = datetime.fromisoformat(first.as_of)
    again = export(corrected, name, tmp_path / "again", selection, as_of=moment)
    assert content(again.path) == content(first.path)


@pytest.fixture(scope="module")
def corrected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file in which the age for which somebody was excluded was corrected, long after all else."""
    path, now = tmp_path_factory.mktemp("corrected") / "site.db", [datetime(2026, 3, 8, tzinfo=UTC)]
    db = fill(path, 40)
    screenings = Screenings(db, lambda: now[0])
    screening = screenings.start(load("NCT04420494"), "S01-P01", "S01", zone="+08:00", channel="telegram")
    age = Step("answer", "age_years", Measurement("=", Decimal(81), "a"))
    screenings.take(screening, [age, Step("finish"), Step("save")], "S01-P01")
    now[0] = datetime(2026, 11, 1, tzinfo=UTC)
    screenings.take(screening, [Step("amend", "age_years", reason="transcription")], "S01-P01")
    while screening.state in screening.protocol.position:
        screenings.take(screening, [Step("answer", screening.state, UNKNOWN)], "S01-P01")
    screenings.take(screening, [Step("save")], "S01-P01")
    db.conn.close()
    return path


def test_counts_are_those_of_the_moment(tmp_path: Path) -> None:
    path = tmp_path / "site.db"
    fill(path, 30).conn.close()
    before = stats(path)
    _save_one(path, [])
    assert stats(path, until=before.as_of) == before
    assert stats(path) != before


def test_a_moment_that_is_still_to_come_is_refused(filled: Path, tmp_path: Path) -> None:
    with pytest.raises(Nothing, match="still to come"):
        export(filled, "csv", tmp_path / "out.csv", as_of=datetime(9999, 1, 1, tzinfo=UTC))
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize(
    ("selection", "said"),
    [
        (Selection(site="s01"), "there is no site s01; did you mean S01"),
        (Selection(site="Q"), "there is no site Q; there are BJ3, S01, S02"),
        (
            Selection(protocol="NCT04420495"),
            "there is no screening for NCT04420495; did you mean NCT04420494",
        ),
        (Selection(protocol="EXAMPLE-MDD"), "there is no screening for EXAMPLE-MDD yet"),
        (Selection(screening="S01-9999"), "there is no screening S01-9999"),
        (
            Selection(since=date(2026, 12, 1), until=date(2026, 11, 1)),
            "2026-12-01, is after the last, 2026-11-01",
        ),
        (
            Selection(site="S01", until=date(2020, 1, 1)),
            "with site S01, until 2020-01-01; nothing is written",
        ),
    ],
)
def test_filters_that_leave_nothing_are_refused_with_the_reason(
    filled: Path, tmp_path: Path, selection: Selection, said: str
) -> None:
    with pytest.raises(Nothing, match=re.escape(said)):
        export(filled, "csv", tmp_path / "out.csv", selection)
    assert list(tmp_path.iterdir()) == []
