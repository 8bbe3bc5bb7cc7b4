"""Several trials on offer: by files, ids and folders, or a sentence that says which of them cannot be used."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.command import main
from bot.command.wiring import protocols_on_offer
from dialogs.loading import shipped_protocols
from tests.dialogs.test_amendments import TRIAL

GOOD, OTHER = TRIAL, TRIAL.replace("EX-AMENDED", "EX-OTHER")
FAULTY = TRIAL.replace("age_years <= 75", "age_yaers <= 75")
ALSO_FAULTY = TRIAL.replace("format = 2", "format = 77")


def _folder(at: Path, **texts: str) -> Path:
    at.mkdir()
    for name, text in texts.items():
        (at / f"{name}.toml").write_text(text, encoding="utf-8")
    return at


def _chat(tmp_path: Path, *sources: Path | str, typed: str = "/start\n") -> Result:
    given = [word for source in sources for word in ("--protocol", str(source))]
    return CliRunner().invoke(main, ["chat", "--db", str(tmp_path / "new.db"), *given], input=typed)


def test_files_folders_and_ids_can_be_mixed_and_what_is_given_twice_counts_once(tmp_path: Path) -> None:
    folder = _folder(tmp_path / "trials", a=GOOD, b=OTHER)
    done = _chat(tmp_path, folder, folder / "a.toml", "EXAMPLE-DM2", typed="/new\n")
    shown = re.findall(r"\d\) (?:All|EX\S+)", done.output)
    assert dict.fromkeys(shown) == dict.fromkeys(["1) All", "2) EX-AMENDED", "3) EX-OTHER", "4) EXAMPLE-DM2"])


def test_the_trial_that_is_chosen_begins(tmp_path: Path) -> None:
    done = _chat(tmp_path, _folder(tmp_path / "trials", a=GOOD, b=OTHER), typed="/new\n2\n")
    assert "EX-OTHER Fictional" in done.output.partition("2) ")[2].partition("\n")[2]


UNUSABLE = {
    "an empty folder": ({}, ["trials has no trial in it: no file there ends in .toml"]),
    "faulty files among good ones": (
        {"a": GOOD, "b": FAULTY, "c": ALSO_FAULTY},
        ["b.toml cannot be used:", "age_yaers", "c.toml cannot be used:", "77"],
    ),
    "one trial in two files": (
        {"a": GOOD, "b": OTHER, "c": GOOD},
        ["a.toml and ", "c.toml are both of EX-AMENDED. Please offer one of them only"],
    ),
}


@pytest.mark.parametrize(("files", "said"), UNUSABLE.values(), ids=UNUSABLE)
@pytest.mark.parametrize("command", ["chat", "evaluate", "run"])
def test_trials_that_cannot_be_used_are_named_and_nothing_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, files: dict[str, str], said: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "1:x")
    folder = _folder(tmp_path / "trials", **files)
    done = CliRunner().invoke(main, [command, "--protocol", str(folder)])
    assert done.exit_code == 2
    assert [text for text in said if text not in done.output] == []
    assert sorted(tmp_path.iterdir()) == [folder]


def test_the_shipped_trials_are_written_as_files_that_load_as_a_folder_and_over_none(tmp_path: Path) -> None:
    folder = tmp_path / "shipped"
    done = CliRunner().invoke(main, ["protocol", "list", "--write", str(folder)])
    assert done.exit_code == 0, done.output
    written = {file.stem: file.read_text(encoding="utf-8") for file in folder.iterdir()}
    assert written == {name: file.read_text(encoding="utf-8") for name, file in shipped_protocols().items()}
    assert protocols_on_offer([str(folder)]).keys() == {str(file) for file in folder.iterdir()}
    (folder / "NCT04420494.toml").unlink()
    again = CliRunner().invoke(main, ["protocol", "list", "--write", str(folder)])
    assert (again.exit_code, "is there already" in again.output) == (1, True)
    assert not (folder / "NCT04420494.toml").exists()
    no_folder = CliRunner().invoke(
        main, ["protocol", "list", "--write", str(folder / "EXAMPLE-DM2.toml" / "x")]
    )
    assert (no_folder.exit_code, "cannot be written" in no_folder.output) == (1, True)
