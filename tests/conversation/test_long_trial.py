"""60 criteria of 900 characters in one language at a terminal and on the command line: nothing of them is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.terminal import COLUMNS, columns_of
from tests.conversation.test_one_language import run
from tests.dialogs.long_trials import CRITERIA, LONGEST, WORDS, long_trial, option_of, words_of


def close(text: str) -> str:
    return "".join(text.split())


@pytest.fixture(
    params=[("en", "en"), ("en", "zh"), ("zh", "en")], ids=lambda pair: f"{pair[0]}-for-{pair[1]}"
)
def trial(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, str]:
    own, person = request.param
    path = tmp_path / "long.toml"
    path.write_text(long_trial(own).text, encoding="utf-8")
    return path, person


def test_all_of_it_is_asked_and_told_at_a_terminal(trial: tuple[Path, str], tmp_path: Path) -> None:
    path, language = trial
    typed = ["45", "o1", "c", *("no" if number % 2 else "yes" for number in range(2, CRITERIA)), "s", ""]
    chat = run(
        "chat", "--protocol", path, "--db", tmp_path / "long.db", "--lang", language, typed="\n".join(typed)
    )
    assert chat.exit_code == 0, chat.output[-2000:]
    said = close(chat.output)
    assert close(option_of(3)) in said
    for number in range(1, CRITERIA):
        assert close(words_of(f"{'I' if number % 2 and number > 1 else 'E'}{number}", WORDS)) in said, number
    assert all(columns_of(line) <= COLUMNS for line in chat.output.splitlines())


def test_an_exclusion_says_all_of_the_records_words(trial: tuple[Path, str], tmp_path: Path) -> None:
    path, language = trial
    chat = run(
        "chat", "--protocol", path, "--db", tmp_path / "long.db", "--lang", language, typed="12\nyes\nf\n"
    )
    assert close(words_of("E0", LONGEST)) in close(chat.output)


@pytest.mark.parametrize("command", ["show", "diagram", "check"])
def test_the_commands_about_a_protocol_take_it(trial: tuple[Path, str], command: str) -> None:
    path, language = trial
    options = ["--lang", language] if command != "check" else []
    result = run("protocol", command, path, *options)
    assert result.exit_code == 0, result.output[:2000]
