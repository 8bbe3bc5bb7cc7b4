"""Datasette is really started, as a process of its own, and asked over HTTP."""

from __future__ import annotations

import hashlib
import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import HTTPCookieProcessor, Request, build_opener, urlopen

import pytest

from bot import serve
from bot.serve.cells import ROOM
from bot.serve.metadata import ORDERS
from bot.serve.pages import ABOUT, HIDDEN, LISTS, LOOKED_UP
from dialogs.languages import LANGUAGES, words
from dialogs.loading import load
from state import browsing
from state.stats import stats
from tests.state.random_files import fill, multiply
from tests.state.sites import Site, rows

ENGLISH, CHINESE = "en-GB,en;q=0.9", "fr, zh-CN;q=0.9, en;q=0.8"
"""What browsers say of the languages that they want."""
COMMAND = "from bot.command import main; main(prog_name='prescreen')"
DENIED = ("people", "accounts", "invitations", "meta", "register", "log", "positions", "_sqlite_migrations")


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    site = Site(tmp_path_factory.mktemp("served") / "site a.db", "A")
    first = site.saved()
    site.saved(earlier=first)
    site.start()
    site.people.invite("clinician", "A")
    return site.close()


@pytest.fixture(scope="module")
def address(file: Path) -> Iterator[str]:
    with served(file) as address:
        yield address


@contextmanager
def served(file: Path, *options: str) -> Iterator[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", COMMAND, "serve", "--port", "0", "--db", str(file), *options],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    line = process.stdout.readline()  # it listens before it says so
    try:
        yield line.split()[-1]
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        process.stdout.close()


def _ask(
    address: str, path: str, data: bytes | None = None, language: str = ENGLISH, **headers: str
) -> tuple[int, str]:
    try:
        wanted = {"Accept-Language": language, **headers}
        with urlopen(Request(address + path, data, wanted), timeout=10) as response:
            return response.status, response.read().decode()
    except HTTPError as error:
        with error:
            return error.code, error.read().decode()


def _read(address: str, path: str) -> Any:
    status, text = _ask(address, path)
    assert status == 200, text
    return json.loads(text)


def test_the_screening_log_answers(address: str) -> None:
    found = _read(address, "/screening_log.json?_shape=objects")["rows"]
    assert sorted(row["screening"] for row in found) == ["A-0001", "A-0002", "A-0003"]
    assert {row["state"] for row in found} == {"completed", "open"}


@pytest.mark.parametrize("view", browsing.SHOWN)
def test_a_list_is_titled_and_filtered(address: str, view: str) -> None:
    for language, asked in (("en", ENGLISH), ("zh", CHINESE)):
        status, page = _ask(address, f"/{view}", language=asked)
        assert (status, f"<h1>{words(ROOM, language)['pages'][view]['title']}</h1>" in page) == (200, True)
    facets = _read(address, f"/{view}.json")["facet_results"]
    assert list(facets) == ORDERS[view]["facets"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_column_and_every_page_has_words(file: Path, language: str) -> None:
    said = words(ROOM, language)
    for view in browsing.SHOWN:
        columns = {row[0] for row in rows(file, "SELECT name FROM pragma_table_info(?)", [view])}
        assert set(ORDERS[view]["facets"]) <= columns
        assert set(LISTS[view]) - LOOKED_UP <= columns
        assert {*ORDERS[view]["facets"], *LISTS[view], *ABOUT} <= said["headings"].keys()
    assert set(said["pages"]) == {*browsing.SHOWN, *browsing.QUERIES}


@pytest.mark.parametrize("name", browsing.QUERIES)
def test_every_ready_made_query_runs_and_its_columns_have_words(address: str, name: str) -> None:
    answer = _read(address, f"/{name}.json?_shape=objects&screening=A-0001")
    assert (answer["ok"], answer["truncated"]) == (True, False)
    for language in LANGUAGES:
        assert set(answer["columns"]) - HIDDEN <= words(ROOM, language)["headings"].keys()
    if name == "per_site":
        assert [list(row.values()) for row in answer["rows"]] == [["NCT04420494", "A", 1, 0, 1, 0]]


@pytest.mark.parametrize("table", DENIED)
def test_every_other_table_is_denied(address: str, table: str) -> None:
    for path in (
        f"/{table}.json",
        f"/{table}",
        f"/{table}.csv",
        f"/{table.upper()}.json",
        f"/{table}/1.json",
    ):
        assert _ask(address, path)[0] in (403, 404), path


def test_nothing_but_what_is_described_is_shown(address: str, file: Path) -> None:
    names = {row[0] for row in rows(file, "SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")}
    assert set(DENIED) < names
    shown = {name for name in names if _ask(address, f"/{name}.json")[0] == 200}
    assert shown == set(browsing.SHOWN) == set(ORDERS) == set(LISTS)
    listed = _read(address, ".json")
    assert [table["name"] for table in listed["tables"]] == []
    assert sorted(view["name"] for view in listed["views"]) == sorted(browsing.SHOWN)


def test_sql_of_ones_own_is_refused(address: str) -> None:
    sql = quote("SELECT * FROM accounts")
    where = quote("screening IN (SELECT person FROM accounts)")
    for path in (f".json?sql={sql}", f"?sql={sql}", f"/per_site.json?sql={sql}"):
        status, text = _ask(address, path)
        assert status == 403 or not re.search(r"(?<!\d)70001(?!\d)", text)  # a time may hold the digits
    assert _ask(address, f".json?sql={sql}")[0] == 403
    assert _ask(address, f"/screening_log.json?_where={where}")[0] == 403
    through = quote(json.dumps({"table": "accounts", "column": "account", "value": "70001"}))
    assert _ask(address, f"/screening_log.json?_through={through}")[0] != 200
    assert _ask(address.removesuffix(f"/{serve.NAME}"), f"/_memory.json?sql={sql}")[0] in (403, 404)


def test_nothing_can_be_written(address: str, file: Path) -> None:
    before = hashlib.sha256(file.read_bytes()).hexdigest()
    row = json.dumps({"row": {"screening": "A-0009"}}).encode()
    for path in (
        "",
        "/screening_log",
        "/-/create",
        "/log/-/insert",
        "/screening_log/-/insert",
        "/per_site",
    ):
        status, _ = _ask(address, path, row, **{"Content-Type": "application/json"})
        assert status == 403, path
    sql = quote("DELETE FROM people")
    assert _ask(address, f".json?sql={sql}")[0] in (400, 403)
    assert hashlib.sha256(file.read_bytes()).hexdigest() == before


def test_counts_are_those_of_stats(noted: Path) -> None:
    """Each subject once; what sites noted, too."""
    (trial,) = stats(noted).trials
    assert trial.repeated
    assert all(trial.outcomes[key] for key in ("referred", "consented", "not_enrolled"))

    def counts(counted: Any) -> list[int]:
        return [counted.assessed, counted.potentially_eligible, counted.excluded, counted.open]

    with served(noted) as address:

        def answers(name: str) -> list[list[Any]]:
            return list(_read(address, f"/{name}.json?_shape=arrays")["rows"])

        (totals,) = answers("totals")
        outcome_counts = [
            trial.outcomes[key] for key in ("referred", "consented", "enrolled", "not_enrolled")
        ]
        assert totals[1:] == [*counts(trial.total), *outcome_counts, trial.screenings, trial.cancelled]
        reasons = [[reason.code, reason.subjects] for reason in trial.first_reasons]
        found = answers("reasons")
        assert sorted(row[1:3] for row in found) == sorted(reasons) != []
        assert [row[2] for row in found] == [subjects for _, subjects in reasons], "the most frequent first"
        assert {row[0] for row in found} == {trial.trial}
        for name, groups in (("per_site", trial.by_site), ("per_month", trial.by_month)):
            counted = {group: counts(each) for group, each in groups.items()}
            assert {row[1]: row[2:] for row in answers(name)} == counted != {}


@pytest.mark.parametrize("path", [*(f"/{name}" for name in browsing.SHOWN), "/reasons", "/one_screening"])
def test_no_page_shows_sql_or_a_path_of_this_machine(address: str, file: Path, path: str) -> None:
    status, page = _ask(address, f"{path}?screening=A-0001" if "one" in path else path)
    assert status == 200
    for sql in ("SELECT ", "CREATE VIEW", "Custom SQL", "Run SQL", "Edit SQL"):
        assert sql not in page
    assert str(file.parent) not in page


def test_the_log_comes_first_and_a_number_leads_to_its_answers(address: str) -> None:
    _, page = _ask(address, "", language=ENGLISH)
    assert "<h1>Screening log</h1>" in page
    titles = [words(ROOM, "en")["pages"][name]["title"] for name in browsing.SHOWN]
    places = [page.index(f">{title}</a>") for title in titles]
    assert places == sorted(places)
    assert '<a href="/prescreen/one_screening?screening=A-0001">A-0001</a>' in page
    status, page = _ask(address, "/one_screening?screening=A-0001", language=ENGLISH)
    assert status == 200
    for said in (
        "<h1>A-0001</h1>",
        "not eligible",
        "I1 not met: Age 18 to 80",
        ">81 years<",
        ">Compared as<",
        ">current<",
    ):
        assert said in page, said
    assert "A-0002" not in page


def test_outcomes_stand_in_the_log_and_at_their_screening(noted: Path) -> None:
    (number, day) = rows(noted, "SELECT screening, happened_on FROM outcome_notes WHERE reason = 'declined'")[
        0
    ]
    with served(noted) as address:
        for path, said in (
            ("/screening_log?_size=max", f"not enrolled (declined) {day}"),
            (f"/one_screening?screening={number}", f"not enrolled (declined) {day}"),
            ("/noted", ">not enrolled<"),
        ):
            assert said in _ask(address, path, language=ENGLISH)[1]
        assert (
            f"未入组（拒绝参加） {day}"
            in _ask(address, f"/one_screening?screening={number}", language=CHINESE)[1]
        )


def test_pages_have_words_and_downloads_have_codes(address: str) -> None:
    _, page = _ask(address, "/answers?screening=A-0001", language=CHINESE)
    for said in (">年龄<", ">81岁<", ">有效<"):
        assert said in page, said
    for code in ("age_years", "current", ">a<"):
        assert code not in re.sub(r'="[^"]*"', "", page.partition("<main>")[2]), code
    _, page = _ask(address, "/reasons", language=CHINESE)
    assert f"未满足I1：{load('NCT04420494').criterion_by_code['I1'].name['zh']}" in page
    _, text = _ask(address, "/answers.csv?screening=A-0001")
    assert "age_years" in text


def test_a_page_is_in_the_language_that_was_chosen_on_it(address: str) -> None:
    root = address.removesuffix(f"/{serve.NAME}")
    path = f"/{serve.NAME}/answers?screening=A-0001"
    jar = HTTPCookieProcessor()
    with build_opener(jar).open(f"{root}/-/language/zh?page={quote(path)}", timeout=10) as back:
        assert back.url == root + path
        assert 'lang="zh-CN"' in back.read().decode()
    with build_opener(jar).open(
        Request(root + path, headers={"Accept-Language": ENGLISH}), timeout=10
    ) as again:
        assert 'lang="zh-CN"' in again.read().decode()
    for elsewhere in (
        "http://evil.example/",
        "//evil.example/prescreen/",
        "/prescreen/answers?site=A\r\nX-Evil: 1",
    ):
        with urlopen(f"{root}/-/language/en?page={quote(elsewhere)}", timeout=10) as back:
            assert back.url.startswith(address)
            assert "X-Evil" not in back.headers
    assert _ask(root, "/-/language/xx")[0] == 404


@pytest.mark.parametrize(
    "query", ["?_col=site", "?_nocol=screening", "?_size=1", "?nothing=1", "?verdict=nothing"]
)
def test_a_list_is_shown_whatever_of_it_is_asked_for(address: str, query: str) -> None:
    status, page = _ask(address, f"/screening_log{query}")
    assert (status, "<h1>Screening log</h1>" in page) == (200, True)


@pytest.mark.parametrize("query", ["", "?_size=1", "?_size=max", "?_size=1&_next=1"])
def test_a_download_is_whole_whatever_page_it_is_taken_from(address: str, file: Path, query: str) -> None:
    (held,) = rows(file, "SELECT count(*) FROM answers")
    _, text = _ask(address, f"/answers.csv{query}")
    assert len(text.splitlines()) == held[0] + 1 > 2


def test_a_download_of_one_screening_or_of_a_search_has_its_rows_only(address: str, file: Path) -> None:
    (held,) = rows(file, "SELECT count(*) FROM answers WHERE screening = 'A-0001'")
    for query in (
        "?screening=A-0001",
        "?screening__exact=A-0001&_sort=entry",
        "?screening__startswith=A-0001",
    ):
        _, text = _ask(address, f"/answers.csv{query}")
        assert len(text.splitlines()) == held[0] + 1 > 1


def test_a_long_list_is_downloaded_whole_and_one_that_is_broken_off_holds_up_no_stop(tmp_path: Path) -> None:
    path = tmp_path / "many.db"
    db = fill(path, 100, 3)
    multiply(db, 14)
    (held,) = db.execute("SELECT count(*) FROM answers").fetchone()
    db.close()
    with served(path) as address:
        _, text = _ask(address, "/answers.csv")
        assert len(text.splitlines()) == held + 1 > serve.ROWS_AT_ONCE
        with urlopen(f"{address}/answers.csv", timeout=60) as broken:
            assert broken.read(1000)


@pytest.mark.parametrize(
    "page",
    ["databases", "plugins", "settings", "threads", "metadata", "versions", "actor", "config", "allow-debug"],
)
def test_pages_about_the_server_are_closed(address: str, page: str) -> None:
    root = address.removesuffix(f"/{serve.NAME}")
    for path in (f"/-/{page}.json", f"/-/{page}"):
        assert _ask(root, path)[0] == 404
    assert _ask(root, "/-/static/app.css")[0] == 200


def test_the_file_cannot_be_downloaded(address: str) -> None:
    assert _ask(address, ".db")[0] in (403, 404)


def test_a_page_elsewhere_cannot_reach_in_under_its_own_name(address: str) -> None:
    assert _ask(address, "/screening_log.json", Host="evil.example:8001")[0] == 403


def test_what_is_saved_meanwhile_is_shown(address: str, file: Path) -> None:
    def count() -> int:
        return len(_read(address, "/answers.json?_shape=objects")["rows"])

    before = count()
    site = Site(file, "A", 5)
    site.saved()
    assert count() == before + 1
    site.close()


def _run(*arguments: str, before: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", before + COMMAND, *arguments], capture_output=True, text=True, timeout=60
    )


def test_without_datasette_the_command_says_how_to_install_it(file: Path) -> None:
    ran = _run("serve", "--db", str(file), before="import sys; sys.modules['datasette'] = None; ")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == "Error: Datasette is not installed; in the checkout, run: pip install '.[serve]'\n"


def test_a_file_that_is_missing_or_of_something_else_is_refused(tmp_path: Path) -> None:
    missing = _run("serve", "--db", str(tmp_path / "none.db"))
    (tmp_path / "empty.db").touch()
    empty = _run("serve", "--db", str(tmp_path / "empty.db"))
    assert (missing.returncode, empty.returncode) == (2, 2)
    assert "is not a file of screenings" in empty.stderr
    assert not (tmp_path / "none.db").exists()


def test_a_file_of_an_earlier_version_is_refused_whatever_its_views_are_called(tmp_path: Path) -> None:
    """Its views may have the names of today and other columns; ``prescreen stats`` makes them anew."""
    site = Site(tmp_path / "a.db", "A")
    site.saved()
    site.db.execute("DELETE FROM _sqlite_migrations WHERE name = 'outcomes_of_subjects'")
    path = site.close()
    before = path.read_bytes()
    ran = _run("serve", "--db", str(path))
    assert (ran.returncode, "was written by an earlier version" in ran.stderr) == (2, True)
    assert path.read_bytes() == before


def test_a_port_that_is_taken_is_said_to_be(file: Path) -> None:
    with serve.listen(0) as taken:
        ran = _run("serve", "--db", str(file), "--port", str(taken.getsockname()[1]))
    assert (ran.returncode, "Give another by --port" in ran.stderr) == (2, True)
