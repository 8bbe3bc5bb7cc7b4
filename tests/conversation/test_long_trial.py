"""60 criteria of 900 characters in one language at a terminal and on the command line: nothing of them is lost."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import Result

from bot.terminal import COLUMNS, columns_of
from tests.conversation.test_one_language import run
from tests.dialogs.long_trials import CRITERIA, LONGEST, WORDS, long_trial, option_of, words_of


def close(text: str) -> str:
    return "".join(text.split())


@dataclass(frozen=True)
class Long:
    """A trial's file, the language of whoever reads it, and whether its words are Chinese."""

    path: Path
    language: str
    chinese: bool

    def words(self, code: str, length: int) -> str:
        return close(words_of(code, length, chinese=self.chinese))


@pytest.fixture(
    params=[
        ("en", "en", False),
        ("en", "zh", False),
        ("zh", "en", False),
        ("zh", "zh", True),
        ("zh", "en", True),
    ],
    ids=lambda case: f"{'chinese-' if case[2] else ''}{case[0]}-for-{case[1]}",
)
def trial(request: pytest.FixtureRequest, tmp_path: Path) -> Long:
    own, person, chinese = request.param
    path = tmp_path / "long.toml"
    path.write_text(long_trial(own, chinese=chinese).text, encoding="utf-8")
    return Long(path, person, chinese)


def chat(trial: Long, db: Path, typed: str) -> Result:
    return run("chat", "--protocol", trial.path, "--db", db, "--lang", trial.language, typed=typed)


def test_all_of_it_is_asked_and_told_at_a_terminal(trial: Long, tmp_path: Path) -> None:
    typed = ["45", "o1", "c", *("no" if number % 2 else "yes" for number in range(2, CRITERIA)), "s", ""]
    done = chat(trial, tmp_path / "long.db", "\n".join(typed))
    assert done.exit_code == 0, done.output[-2000:]
    said = close(done.output)
    assert close(option_of(3, chinese=trial.chinese)) in said
    for number in range(1, CRITERIA):
        assert trial.words(f"{'I' if number % 2 and number > 1 else 'E'}{number}", WORDS) in said, number
    assert all(columns_of(line) <= COLUMNS for line in done.output.splitlines())


def test_an_exclusion_says_all_of_the_records_words(trial: Long, tmp_path: Path) -> None:
    done = chat(trial, tmp_path / "long.db", "12\nyes\nf\n")
    assert trial.words("E0", LONGEST) in close(done.output)


@pytest.mark.parametrize("command", ["show", "diagram", "check"])
def test_the_commands_about_a_protocol_take_it(trial: Long, command: str) -> None:
    options = ["--lang", trial.language] if command != "check" else []
    result = run("protocol", command, trial.path, *options)
    assert result.exit_code == 0, result.output[:2000]
