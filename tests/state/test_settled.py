"""Which earlier subjects a new trial could take, or cannot, by the answers that are kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.command import main
from dialogs.answers import Choice
from dialogs.dialogue import EXCLUDED, REVIEW, Step
from dialogs.loading import parse_protocol
from dialogs.protocol import Protocol
from state.database import open_database
from state.people import People
from state.screenings import Screening, Screenings
from state.settled import Settled, settled
from state.verify import verify

_QUESTIONS = """
[[question]]
id = "diabetes"
ask = "Diabetes?"
lasting = true

[[question]]
id = "insulin"
ask = "Insulin now?"

[[question]]
id = "{own}"
ask = "What only {own} asks?"
lasting = true
"""


def _trial(name: str, own: str) -> Protocol:
    text = f'''
format = 2
id = "EX-{name}"
version = "1"
title = "Fictional: a trial of {name}"
{_QUESTIONS.format(own=own)}
[[criterion]]
code = "E1"
exclusion = "Diabetes"
rule = "diabetes"

[[criterion]]
code = "E2"
exclusion = "On insulin"
rule = "insulin"

[[criterion]]
code = "E3"
exclusion = "Something of its own"
rule = "{own}"
'''
    return parse_protocol(text, f"{name}.toml")


OLD, NEW = _trial("OLD", "own"), _trial("NEW", "other")
NO_OTHER = parse_protocol(
    NEW.text.replace('[[criterion]]\ncode = "E3"', '[[criterion]]\nline = "x"\n\n[[criterion]]\ncode = "E3"')
    .replace('rule = "other"', 'rule = "diabetes and other"')
    .replace('rule = "insulin"', 'rule = "diabetes and insulin"'),
    "new.toml",
)


class Site:
    """A site that screened for the old trial."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.db = open_database(path)
        self.person = People(self.db).add("clinician", "S01", "terminal", "local").code
        self.screenings = Screenings(self.db)

    def saved(self, trial: Protocol, diabetes: str, earlier: Screening | None = None) -> Screening:
        number = earlier.number if earlier else None
        opened = self.screenings.start(
            trial, self.person, "S01", zone="+08:00", channel="terminal", earlier=number
        )
        while opened.state not in (EXCLUDED, REVIEW):
            answer = diabetes if opened.state == "diabetes" else "no"
            self.screenings.take(opened, [Step("answer", opened.state, Choice(answer))], self.person)
        steps = [Step("finish")] if opened.state == EXCLUDED else []
        self.screenings.take(opened, [*steps, Step("save")], self.person)
        return opened

    def found(self, new: Protocol) -> list[Settled]:
        return list(settled(self.screenings, new))


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "site.db")


def test_what_is_kept_rules_out_or_leaves_how_many_questions(site: Site) -> None:
    site.saved(OLD, "yes")
    site.saved(OLD, "no")
    out, left = site.found(NEW)
    assert (out.number, out.verdict, out.first_failed, out.left) == ("S01-0001", "ineligible", "E1", 0)
    assert (left.number, left.verdict, left.left) == ("S01-0002", None, 2), "insulin again, and its own"
    assert left.aged == ("insulin",), "what may have changed is not used, and said"


def test_what_is_kept_can_settle_a_trial_for_somebody(site: Site) -> None:
    site.saved(OLD, "no")
    (found,) = site.found(NO_OTHER)
    assert (found.verdict, found.left) == ("eligible", 0)


def test_the_newest_answer_of_a_subject_counts_and_one_is_listed_once(site: Site) -> None:
    site.saved(OLD, "no", earlier=site.saved(OLD, "yes"))
    (found,) = site.found(NEW)
    assert (found.number, found.verdict) == ("S01-0002", None)


def test_whoever_was_screened_for_the_trial_is_left_out(site: Site) -> None:
    site.saved(NEW, "no", earlier=site.saved(OLD, "no"))
    assert site.found(NEW) == []


def test_a_question_in_other_words_is_another_question(site: Site) -> None:
    site.saved(OLD, "yes")
    reworded = parse_protocol(
        NEW.text.replace('ask = "Diabetes?"', 'ask = "Diabetes of any type?"'), "new.toml"
    )
    (found,) = site.found(reworded)
    assert (found.verdict, found.aged) == (None, ())


def test_the_command_prints_a_line_a_subject_and_stores_nothing(site: Site) -> None:
    site.saved(OLD, "yes")
    site.db.close()
    before = site.path.read_bytes()
    new = site.path.with_name("new.toml")
    new.write_text(NEW.text, encoding="utf-8")
    options = ["evaluate", "--stored", "--protocol", str(new), "--db", str(site.path)]
    done = CliRunner().invoke(main, options)
    assert json.loads(done.stdout) == {
        "screening": "S01-0001",
        "site": "S01",
        "screened_for": "EX-OLD",
        "trial": "EX-NEW",
        "verdict": "ineligible",
        "failed": ["E1"],
        "first_failed": "E1",
        "questions_left": 0,
        "aged": [],
    }
    assert site.path.read_bytes() == before
    assert not verify(site.path).problems
    assert CliRunner().invoke(main, [*options, "list.csv"]).exit_code == 2
