"""Several trials in one file: each code has the words of its own trial, and one trial can be shown alone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.command import main
from dialogs.answers import UNKNOWN, Choice, Measurement
from dialogs.dialogue import Step
from dialogs.portfolio.merging import merged
from dialogs.protocol import Protocol
from state import browsing, outcomes
from state.database import open_database
from state.people import People
from state.screenings import Screenings
from state.stats import stats
from tests.serve.test_serve import _ask, _read, served
from tests.state.exports.test_several_trials import fictional
from tests.state.sample_file import Clock

TRIALS = tuple(fictional(name, "", "E") for name in ("ASPEN", "OMEGA"))
"""Of both the codes are the same, and mean something else."""
ASPEN, OMEGA = TRIALS
OF_OMEGA = ("OMEGA", "S01-0002", "S01-0005", "S01-M", "S01-P02")
"""What nobody may read of the other trial: its name, its screenings, the matching, who screened."""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One subject screened for one trial, for the other, and for the first again; then one matched for both."""
    path, clock = tmp_path_factory.mktemp("served") / "site.db", Clock()
    db = open_database(path, clock)
    people, screenings = People(db, clock), Screenings(db, clock)
    one, two = (people.add("clinician", "S01", "telegram", account).code for account in "12")
    earlier = None
    for trial, by, age in ((ASPEN, one, 76), (OMEGA, two, 77), (ASPEN, one, 40)):
        opened = screenings.start(trial, by, "S01", zone="+08:00", channel="test", earlier=earlier)
        rest = [Step("finish")] if age > 75 else [Step("answer", "history", UNKNOWN)]
        screenings.take(
            opened, [Step("answer", "age", Measurement("=", Decimal(age), "a")), *rest, Step("save")], by
        )
        earlier = opened.number
    matching = screenings.start(merged(TRIALS), one, "S01", zone="+08:00", channel="test")
    while matching.state in matching.protocol.position:
        known = Measurement("=", Decimal(40), "a") if "age" in matching.state else Choice("no")
        screenings.take(matching, [Step("answer", matching.state, known)], one)
    screenings.take(matching, [Step("save")], one)
    for trial, by in ((ASPEN, one), (OMEGA, two)):
        screenings.open_trial(matching, trial.id, by, channel="test", save=True)
    today = clock.now.date()
    noted = screenings.load("S01-0005")
    outcomes.note(screenings, noted, two, "referred", today, started=date(2026, 11, 1), today=today)
    db.close()
    return path


@pytest.fixture(scope="module")
def whole(file: Path) -> Iterator[str]:
    with served(file) as address:
        yield address


@pytest.fixture(scope="module")
def alone(file: Path) -> Iterator[str]:
    with served(file, "--protocol", "EX-ASPEN") as address:
        yield address


def test_a_code_has_the_words_of_its_own_trial(whole: str) -> None:
    for number, own, other in (("S01-0001", "ASPEN", "OMEGA"), ("S01-0002", "OMEGA", "ASPEN")):
        page = _ask(whole, f"/one_screening?screening={number}")[1]
        assert f"E1 applies: Too old for {own}" in page
        assert f"{own} years" in page
        assert other not in page
    open_items = _ask(whole, "/open_items")[1]
    assert ("E2 History of ASPEN" in open_items, "E2 History of OMEGA" in open_items) == (True, False)
    assert "EX-ASPEN" in open_items
    log = _ask(whole, "/screening_log")[1]
    assert (log.count("Too old for ASPEN"), log.count("Too old for OMEGA")) == (1, 1)


def test_a_code_to_filter_by_has_words_where_they_are_the_same_in_all(whole: str, alone: str) -> None:
    for address, names in ((whole, []), (alone, ["ASPEN"])):
        facets = _ask(address, "/answers")[1].partition('<div class="facets">')[2].partition("</details>")[0]
        assert "history" in facets
        assert [name for name in ("ASPEN", "OMEGA") if name in facets] == names


def test_lists_can_be_narrowed_to_a_trial_by_a_tap(whole: str) -> None:
    for view in ("screening_log", "open_items"):
        assert re.search(rf'/prescreen/{view}\?[^"]*protocol=EX-ASPEN"', _ask(whole, f"/{view}")[1])


@pytest.mark.parametrize(
    "page",
    [
        *(
            f"/{view}{ending}"
            for view in browsing.SHOWN
            for ending in ("", ".json", ".csv", ".csv?_sort=screening")
        ),
        *(f"/{name}{ending}" for name in browsing.QUERIES for ending in ("", ".json", ".csv")),
        "/one_screening?screening=S01-0002",
        "/one_screening?screening=S01-0003",
        "/one_screening?screening=S01-M0001",
        "/screening_log?screening=S01-0005",
        "/answers.csv?screening=S01-0002",
    ],
)
def test_of_a_trial_that_is_shown_alone_nothing_tells_of_another(alone: str, page: str) -> None:
    status, told = _ask(alone, page)
    assert status in (200, 400), told  # 400: one screening without a number
    asked = page.partition("screening=")[2]
    assert [each for each in OF_OMEGA if each in told.replace(asked or "\0", "")] == []


def test_a_trial_that_is_shown_alone_says_so_and_is_whole(alone: str, file: Path) -> None:
    assert "Only EX-ASPEN." in _ask(alone, "/screening_log")[1]
    found = _read(alone, "/screening_log.json?_shape=objects")["rows"]
    assert sorted(row["screening"] for row in found) == ["S01-0001", "S01-0003", "S01-0004"]
    assert {row["earlier_screening"] for row in found} == {None}
    assert len(_read(alone, "/answers.json?_shape=objects")["rows"]) == 5


def test_counts_of_a_trial_that_is_shown_alone_are_those_of_stats(alone: str, whole: str, file: Path) -> None:
    """Who was screened for another trial between two screenings is one subject."""
    counted = {each.trial: each.total.assessed for each in stats(file).trials}
    for address, trials in ((alone, [ASPEN]), (whole, [ASPEN, OMEGA])):
        rows = _read(address, "/totals.json?_shape=objects")["rows"]
        assert {row["protocol"]: row["subjects"] for row in rows} == {
            each.id: counted[each.id] for each in trials
        }


def _refused(file: Path, *options: str) -> str:
    done = CliRunner().invoke(main, ["serve", "--port", "0", "--db", str(file), *options])
    assert done.exit_code == 2
    return done.output


def test_a_trial_that_there_is_not_is_refused(file: Path, tmp_path: Path) -> None:
    assert "has no screening for EX-APSEN; did you mean EX-ASPEN?" in _refused(file, "--protocol", "EX-APSEN")
    assert "there are some for EX-ASPEN, EX-OMEGA" in _refused(file, "--protocol", "NCT1")
    (tmp_path / "bad.toml").write_text("format = 2\n")
    assert "bad.toml cannot be used" in _refused(file, "--protocol", str(tmp_path / "bad.toml"))


@pytest.mark.parametrize("given", ["file", "folder", "ids"])
def test_trials_are_given_as_to_other_commands(file: Path, tmp_path: Path, given: str) -> None:
    def kept(trial: Protocol) -> str:
        path = tmp_path / f"{trial.id}.toml"
        path.write_text(trial.text)
        return str(path)

    options = {
        "file": lambda: ["--protocol", kept(OMEGA)],
        "folder": lambda: ["--protocol", str(Path(kept(OMEGA)).parent)],
        "ids": lambda: ["--protocol", "EX-OMEGA", "--protocol", "EX-ASPEN"],
    }[given]()
    with served(file, *options) as address:
        found = {row["protocol"] for row in _read(address, "/screening_log.json?_shape=objects")["rows"]}
    assert found == ({"EX-OMEGA", "EX-ASPEN"} if given == "ids" else {"EX-OMEGA"}), json.dumps(options)
