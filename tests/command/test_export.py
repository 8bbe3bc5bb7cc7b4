"""``prescreen export`` and ``prescreen stats`` at the command line."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from PIL import Image

from bot.command import main
from dialogs.loading import shipped_protocols
from state import register
from state.database import connect, open_database
from state.people import People
from tests.state.random_files import fill


@pytest.fixture
def run(filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PRESCREEN_DB", str(filled))

    def invoke(*arguments: str) -> Result:
        return CliRunner().invoke(main, list(arguments))

    return invoke


def test_without_options_export_writes_the_log_and_says_rows_and_hash(
    run: Callable[..., Result], tmp_path: Path
) -> None:
    result = run("export")
    assert result.exit_code == 0, result.output
    assert list(tmp_path.glob("prescreen-csv-NCT04420494-????-??-??.csv"))
    assert "rows of" in result.output
    assert "SHA-256" in result.output


def test_a_second_export_to_the_same_place_is_refused_in_a_sentence(run: Callable[..., Result]) -> None:
    run("export", "--output", "log.csv")
    result = run("export", "--output", "log.csv")
    assert result.exit_code == 2
    assert "log.csv exists; please choose another name, or add --force" in result.output
    assert run("export", "--output", "log.csv", "--force").exit_code == 0


def test_ndjson_goes_with_fhir_only(run: Callable[..., Result], tmp_path: Path) -> None:
    assert run("export", "--format", "fhir", "--ndjson", "--output", "out.ndjson").exit_code == 0
    assert (tmp_path / "out.ndjson").read_text(encoding="utf-8").count("\n") > 200
    assert run("export", "--ndjson").exit_code == 2


def test_as_of_stands_inside(run: Callable[..., Result], tmp_path: Path) -> None:
    result = run("export", "--format", "sdtm", "--output", "out", "--as-of", "2026-04-02T03:04:05Z")
    assert result.exit_code == 0, result.output
    written = json.loads((tmp_path / "out" / "dm.json").read_text(encoding="utf-8"))
    assert written["datasetJSONCreationDateTime"] == "2026-04-02T03:04:05.000Z"


@pytest.mark.parametrize("written", ["2026-04-02", "20260402", "2026-W14-4"])
def test_a_day_is_meant_to_its_end_however_it_is_written(run: Callable[..., Result], written: str) -> None:
    result = run("export", "--output", "out", "--as-of", written)
    assert "As of 2026-04-02T23:59:59.999Z" in result.output


def test_the_folder_that_one_is_in_is_not_replaced(run: Callable[..., Result], tmp_path: Path) -> None:
    result = run("export", "--format", "sdtm", "--output", ".", "--force")
    assert result.exit_code == 2
    assert "please name a folder in it" in result.output
    assert list(tmp_path.iterdir()) == []


def test_a_trial_is_selected_by_its_file_as_by_its_id(run: Callable[..., Result]) -> None:
    file = str(shipped_protocols()["NCT04420494"])
    assert file.endswith(".toml")
    result = run("export", "--protocol", file)
    assert result.exit_code == 0, result.output
    assert "NCT04420494" in result.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--protocol", "none.toml"], "none.toml cannot be used"),
        (["--site", "s01"], "did you mean S01"),
        (["--since", "2026-05-02", "--until", "2026-05-01"], "is after the last"),
        (["--screening", "S01-9999"], "there is no screening S01-9999"),
        (["--protocol", "NCT1"], "there is no screening for NCT1; there are some for NCT04420494"),
        (["--as-of", "9999-01-01"], "still to come"),
        (["--until", "9999-12-31", "--since", "9999-12-31"], "no screening was saved"),
        (["--as-of", "0001-01-01T00:00:00+14:00"], "is no moment"),
        (["--as-of", "yesterday"], "'yesterday' is no moment; please write 2026-11-30"),
    ],
)
@pytest.mark.parametrize("command", ["export", "stats"])
def test_what_leaves_nothing_is_said_and_nothing_is_written(
    run: Callable[..., Result], tmp_path: Path, command: str, arguments: list[str], said: str
) -> None:
    result = run(command, *arguments)
    assert result.exit_code == 2
    assert said in result.output
    assert list(tmp_path.iterdir()) == []


def test_the_command_says_the_moment_and_the_head(run: Callable[..., Result], filled: Path) -> None:
    lines = run("export", "--output", "log.csv").output.splitlines()
    assert lines[1].startswith("As of 2026-")
    assert lines[3] == f"Head {register.head(connect(filled, read_only=True))}"


def test_a_verdict_on_the_command_line_is_in_the_words_of_people(
    run: Callable[..., Result], tmp_path: Path
) -> None:
    assert run("export", "--verdict", "potentially-eligible", "--output", "some.csv").exit_code == 0
    lines = (tmp_path / "some.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert lines
    assert all(",potentially eligible," in line for line in lines)
    assert run("export", "--verdict", "eligible").exit_code == 2


def test_a_file_that_is_not_there_is_not_made(run: Callable[..., Result], tmp_path: Path) -> None:
    for command in ("export", "stats"):
        result = run(command, "--db", "none.db")
        assert result.exit_code == 2
        assert "there is no such file" in result.output
    assert not (tmp_path / "none.db").exists()


def test_the_person_at_the_terminal_is_recorded(tmp_path: Path) -> None:
    path = tmp_path / "site.db"
    fill(path, 6).conn.close()
    db = open_database(path)
    person = People(db).add("coordinator", "S01", "terminal", "local")
    assert (
        CliRunner().invoke(main, ["export", "--db", str(path), "--output", str(tmp_path / "o.csv")]).exit_code
        == 0
    )
    recorded = (
        connect(path, read_only=True).execute("SELECT person FROM register WHERE kind = 'export'").fetchall()
    )
    assert recorded == [(person.code,)]


def test_stats_as_text_as_json_and_as_pictures(run: Callable[..., Result], tmp_path: Path) -> None:
    assert "assessed =" in run("stats").output
    found = json.loads(run("stats", "--format", "json").output)
    total = found["trials"][0]["total"]
    assert total["assessed"] == total["excluded"] + total["open"] + total["potentially_eligible"] > 50
    assert "已评估" in run("stats", "--lang", "zh").output
    for name in ("flow.png", "weeks.svg"):
        result = run("stats", "--picture", name.partition(".")[0], "--output", name, "--lang", "zh")
        assert result.exit_code == 0, result.output
        assert (tmp_path / name).stat().st_size > 5000
    with Image.open(tmp_path / "flow.png") as image:
        assert image.width == 1170


@pytest.mark.parametrize(
    ("arguments", "missing"),
    [
        (["export", "--format", "xlsx"], "xlsxwriter"),
        (["export", "--format", "parquet"], "pyarrow"),
        (["stats", "--output", "flow.png"], "PIL"),
    ],
    ids=["xlsx", "parquet", "png"],
)
def test_a_package_that_is_not_there_is_named_with_the_command_that_installs_it(
    filled: Path, tmp_path: Path, arguments: list[str], missing: str
) -> None:
    hidden = f"import sys; sys.modules[{missing!r}] = None; from bot.command import main; main({arguments!r})"
    ran = subprocess.run(
        [sys.executable, "-c", hidden],
        cwd=tmp_path,
        env=os.environ | {"PRESCREEN_DB": str(filled), "PYTHONPATH": str(Path.cwd())},
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 2, ran.stderr
    assert 'please run: pip install ".[' in ran.stderr
    assert list(tmp_path.iterdir()) == []
