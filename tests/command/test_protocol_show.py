"""``prescreen protocol show``: a coordinator reads rules in words, in the language that was asked for."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.command.protocol import command
from dialogs.languages import LANGUAGES
from dialogs.loading import load, shipped_protocols

SHIPPED = [(name, language) for name in shipped_protocols() for language in LANGUAGES]


def show(*args: str) -> str:
    result = CliRunner().invoke(command, ["show", *args])
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.parametrize(("name", "language"), SHIPPED)
def test_every_criterion_and_line_of_the_record_is_shown(name: str, language: str) -> None:
    told = "".join(show(name, "--lang", language).split())
    protocol = load(name)
    for text in (*(each.source for each in protocol.criteria), *(each.text for each in protocol.lines)):
        assert "".join(text.split()) in told


RULES = {
    "en": (
        "Rule        Met if: age at least 18 years",
        "Belongs to  Cohort A (EGFR mutation)",
        "(inclusion)",
    ),
    "zh": ("规则      满足条件：年龄至少18岁", "所属部分  Cohort A (EGFR mutation)", "（入选标准）"),
}


@pytest.mark.parametrize("language", RULES)
def test_a_rule_is_shown_in_words_of_the_language(language: str) -> None:
    told = show("EXAMPLE-NSCLC", "--lang", language)
    for said in RULES[language]:
        assert said in told
    assert ("inclusion" in told) is (language == "en")


def test_what_nobody_accepted_yet_is_said(tmp_path: Path) -> None:
    file = tmp_path / "trial.toml"
    file.write_text(
        'format = 2\nid = "X"\ntitle = "A made-up trial"\n[[criterion]]\ninclusion = "Adults"\n'
        'rule = "age_years >= 18"\nreview = "read as age_years >= 18"\n',
        encoding="utf-8",
    )
    told = show(str(file))
    assert "Draft: 1 of 1 criterion is not reviewed." in told
    assert "  Proposed    read as age_years >= 18\n" in told
