"""Matchings with several trials as they are kept: by themselves, in nobody's lists, and with screenings out of them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bot.wording.counts import as_text
from dialogs.answers import UNKNOWN, Choice, Measurement
from dialogs.dialogue import EXCLUDED, REVIEW, Step
from dialogs.loading import load, parse_protocol, shipped_protocols
from dialogs.portfolio.matching import Matching
from dialogs.portfolio.merging import Portfolio, merged
from dialogs.protocol import Protocol
from state.backup import back_up
from state.corrections import as_it_came_out
from state.database import open_database
from state.errors import Closed, Unknown
from state.exports import FORMATS, Nothing, export
from state.exports.selection import Selection
from state.history import queries_of
from state.lookup import Lookup
from state.merge import merge
from state.people import People
from state.purge import purge
from state.screenings import Screening, Screenings
from state.stats import stats
from state.status import status
from state.trials import enter
from state.verify import verify
from tests.dialogs.portfolios import harmless
from tests.state.test_site_facts import TRIAL as OF_A_SITE

TRIALS = [load(name) for name in sorted(shipped_protocols())]
PORTFOLIO = merged(TRIALS)
BEGINNING = datetime(2026, 3, 2, 8, tzinfo=UTC)
_ADULTS = """format = 2
id = "{name}"
version = "1"
languages = ["en"]
title = "A trial (fictional)"
[[criterion]]
code = "I1"
inclusion = "Of age"
rule = "age_years >= 18"
"""


class Ward:
    """A file of one site with a clock that goes on by a minute whenever it is read."""

    def __init__(self, path: Path) -> None:
        self.path, self.now = path, BEGINNING
        self.db = open_database(path, self.clock)
        for account in ("1", "2"):
            People(self.db, self.clock).add("clinician", "S01", "terminal", account, "en")
        self.screenings = Screenings(self.db, self.clock)

    def clock(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now

    def begin(self, portfolio: Portfolio = PORTFOLIO) -> Screening:
        return self.screenings.start(portfolio, "S01-P01", "S01", zone="+08:00", channel="terminal")

    def answered(self, answers: int = 100, portfolio: Portfolio = PORTFOLIO) -> Screening:
        """A matching in which what is asked is answered, by two people by turns."""
        matching = self.begin(portfolio)
        for turn in range(answers):
            if matching.state == REVIEW:
                break
            known = harmless(portfolio, portfolio.position[matching.state])[0]
            self.screenings.take(matching, [Step("answer", matching.state, known)], f"S01-P0{turn % 2 + 1}")
        return matching

    def open(self, matching: Screening, trial: str) -> Screening:
        return self.screenings.open_trial(matching, trial, "S01-P01", channel="terminal")


@pytest.fixture
def ward(tmp_path: Path) -> Iterator[Ward]:
    made = Ward(tmp_path / "ward.db")
    yield made
    made.db.close()


def dialogue(screening: Screening) -> Matching:
    assert isinstance(screening.dialogue, Matching)
    return screening.dialogue


def test_a_matching_has_a_number_of_its_own_and_takes_none_of_a_screening(ward: Ward) -> None:
    assert [ward.begin().number, ward.begin().number] == ["S01-M0001", "S01-M0002"]
    ordinary = ward.screenings.start(TRIALS[0], "S01-P01", "S01", zone="+08:00", channel="terminal")
    assert ordinary.number == "S01-0001"
    report = verify(ward.path)
    assert report.problems == ()
    assert (report.screenings, report.matchings) == (1, 2)


def test_a_matching_is_loaded_as_it_was_with_its_trials_from_the_file(ward: Ward) -> None:
    matching = ward.answered()
    loaded = Lookup(open_database(ward.path)).load(matching.number)
    assert loaded.protocol.sha256 == PORTFOLIO.sha256
    assert (loaded.state, loaded.dialogue.answers) == (matching.state, matching.dialogue.answers)
    assert [each.verdict for each in dialogue(loaded).alone] == [
        each.verdict for each in dialogue(matching).alone
    ]
    loaded_db = loaded.dialogue.protocol
    assert {trial.protocol.sha256 for trial in dialogue(loaded).trials} == {each.sha256 for each in TRIALS}
    assert loaded_db.text == PORTFOLIO.text


@pytest.mark.parametrize("trial", TRIALS, ids=lambda trial: trial.id)
def test_a_screening_comes_out_of_a_matching_with_the_answers_that_its_trial_needs(
    ward: Ward, trial: object
) -> None:
    place = TRIALS.index(trial)  # type: ignore[arg-type]
    matching = ward.answered()
    alone = dialogue(matching).alone[place]
    opened = ward.open(matching, TRIALS[place].id)
    assert (opened.number, opened.protocol) == ("S01-0001", TRIALS[place])
    assert opened.dialogue.answers == {question: alone.answers[question] for question in alone.applied}
    assert (opened.dialogue.verdict, opened.dialogue.failed_codes) == (alone.verdict, alone.failed_codes)
    assert opened.state in (EXCLUDED, REVIEW)
    again = Lookup(open_database(ward.path)).load(opened.number)
    assert (again.state, again.dialogue.applied) == (opened.state, opened.dialogue.applied)
    assert ward.screenings.load(matching.number).opened == {TRIALS[place].id: "S01-0001"}
    assert verify(ward.path).problems == ()


def test_answers_keep_their_times_and_persons(ward: Ward) -> None:
    matching = ward.answered()
    said = {
        question: (at, person, value)
        for question, at, person, value in ward.db.execute(
            "SELECT question, at, person, value FROM log WHERE screening = 'S01-M0001' AND kind = 'answer'"
        )
    }
    opened = ward.open(matching, "EXAMPLE-DM2")
    trial = dialogue(matching).trials[0]
    rows = ward.db.execute(
        "SELECT question, at, person, value FROM log WHERE screening = 'S01-0001' AND kind = 'answer'"
    ).fetchall()
    assert len(rows) == len(opened.dialogue.applied) > 3
    for question, *cells in rows:
        assert tuple(cells) == said[dialogue(matching).here(trial, question)]
    assert {person for _, _, person, _ in rows} == {"S01-P01", "S01-P02"}
    assert opened.started_at == matching.started_at


def test_what_was_open_goes_on_in_the_screening_and_the_matching_by_itself(ward: Ward) -> None:
    matching = ward.answered(3)
    opened = ward.open(matching, "NCT04420494")
    assert opened.state in opened.protocol.position
    assert ward.screenings.current("S01-P01") is not None
    asked = opened.state
    ward.screenings.take(opened, [Step("answer", asked, UNKNOWN)], "S01-P01")
    assert asked in opened.dialogue.applied
    before = dict(matching.dialogue.answers)
    ward.screenings.take(matching, [Step("answer", matching.state, UNKNOWN)], "S01-P01")
    assert before.keys() < matching.dialogue.answers.keys()
    assert verify(ward.path).problems == ()


def test_an_answer_that_was_corrected_is_taken_as_it_is_now(ward: Ward) -> None:
    matching = ward.answered(4)
    question = matching.dialogue.applied[0]
    assert question == "age_years"
    now = Measurement("=", TRIALS[0].question(question).units[0].example or 45, "a")  # type: ignore[arg-type]
    ward.screenings.take(matching, [Step("correct", question)], "S01-P01")
    ward.screenings.take(matching, [Step("answer", question, now)], "S01-P02")
    opened = ward.open(matching, "EXAMPLE-DM2")
    assert opened.dialogue.answers[question] == now
    (person,) = ward.db.execute(
        "SELECT person FROM log WHERE screening = ? AND question = ?", [opened.number, question]
    ).fetchone()
    assert person == "S01-P02"


def test_a_trial_that_is_closed_or_none_of_the_matching_is_not_opened(ward: Ward) -> None:
    matching = ward.answered(2)
    with pytest.raises(Unknown):
        ward.open(matching, "NCT00000000")
    enter(ward.db, "EXAMPLE-DM2", "S01", "closed", None, ward.clock)
    with pytest.raises(Closed):
        ward.open(matching, "EXAMPLE-DM2")
    assert ward.screenings.load(matching.number).opened == {}
    assert verify(ward.path).problems == ()


def finished(ward: Ward) -> Screening:
    """A matching that was saved, and screenings of two of its trials, one of them saved."""
    matching = ward.answered()
    ward.screenings.take(matching, [Step("save")], "S01-P01")
    for trial in ("EXAMPLE-DM2", "NCT04420494"):
        opened = ward.open(matching, trial)
        if opened.state == EXCLUDED:
            ward.screenings.take(opened, [Step("finish")], "S01-P01")
        ward.screenings.take(opened, [Step("save")], "S01-P01")
    return matching


@pytest.mark.parametrize("name", FORMATS)
def test_no_export_of_a_trial_tells_of_another_or_of_the_matching(
    ward: Ward, name: str, tmp_path: Path
) -> None:
    finished(ward)
    target = tmp_path / f"out{FORMATS[name].suffix or ''}"
    export(ward.path, name, target, Selection(protocol="NCT04420494"))
    files = [target] if target.is_file() else [path for path in target.rglob("*") if path.is_file()]
    assert files
    for file in files:
        told = file.read_bytes()
        for word in ("S01-M", "EXAMPLE", "portfolio", "S01-0001", "as answered"):
            assert word.encode() not in told, (file.name, word)


def test_no_view_count_or_list_has_a_matching(ward: Ward) -> None:
    finished(ward)
    views = [name for (name,) in ward.db.execute("SELECT name FROM sqlite_master WHERE type = 'view'")]
    assert len(views) > 5
    for view in views:
        assert "S01-M" not in json.dumps(ward.db.execute(f"SELECT * FROM {view}").fetchall()), view
    assert [each.trial for each in stats(ward.path).trials] == ["EXAMPLE-DM2", "NCT04420494"]
    assert {each.number for each in ward.screenings.listed()} == {"S01-0001", "S01-0002"}
    assert (status(ward.path).screenings, status(ward.path).open_dialogues) == (2, 0)
    assert "S01-M" not in json.dumps(ward.db.execute("SELECT * FROM register").fetchall())


def test_of_a_trial_that_only_matchings_were_over_there_is_no_screening_yet(tmp_path: Path) -> None:
    """It is no slip of another trial's name."""
    ward = Ward(tmp_path / "a.db")
    own = [parse_protocol(_ADULTS.format(name=name), f"{name}.toml") for name in ("FIC-1", "FIC-2")]
    opened = ward.open(ward.begin(merged(own)), "FIC-1")
    ward.screenings.take(opened, [Step("cancel")], "S01-P01")
    with pytest.raises(Nothing, match=r"there is no screening for FIC-2 yet$"):
        stats(ward.path, Selection(protocol="FIC-2"), expected=True)
    with pytest.raises(Nothing, match="did you mean FIC-1"):
        stats(ward.path, Selection(protocol="FIC-11"), expected=True)


def test_what_is_not_known_is_left_out_of_the_counts_as_text(ward: Ward) -> None:
    opened = ward.open(ward.answered(), "EXAMPLE-DM2")
    ward.screenings.take(opened, [Step("save")], "S01-P01")
    for language, heading in (("en", "First reasons"), ("zh", "首个原因")):
        text = as_text(stats(ward.path), language)
        assert heading not in text, "nobody is excluded"
        assert "–" not in text


def test_the_median_of_time_counts_only_what_was_screened_alone(ward: Ward) -> None:
    """The days between a matching and the opening of a trial are no time to a verdict."""
    matching = ward.answered()
    ward.now += timedelta(days=20)
    opened = ward.open(matching, "EXAMPLE-DM2")
    ward.screenings.take(opened, [Step("save")], "S01-P01")
    (trial,) = stats(ward.path).trials
    asked = len(opened.dialogue.applied)
    assert (trial.total.assessed, trial.total.median_questions) == (1, asked)
    assert trial.total.median_seconds is None
    assert f"Median: {asked} questions\n" in as_text(stats(ward.path), "en")
    alone = ward.screenings.start(TRIALS[0], "S01-P01", "S01", zone="+08:00", channel="terminal")
    while alone.state != REVIEW:
        ward.screenings.take(alone, [Step("answer", alone.state, UNKNOWN)], "S01-P01")
    ward.screenings.take(alone, [Step("save")], "S01-P01")
    (trial,) = stats(ward.path).trials
    assert 60 <= (trial.total.median_seconds or 0) < 60 * 60


def test_a_merged_file_has_no_matching(ward: Ward, tmp_path: Path) -> None:
    finished(ward)
    ward.begin()
    merged_file = tmp_path / "merged.db"
    merge([ward.path], merged_file)
    merge([ward.path], merged_file)
    with closing(sqlite3.connect(merged_file)) as db:
        assert "S01-M" not in "\n".join(db.iterdump())
        assert db.execute("SELECT count(*) FROM protocols").fetchone() == (2,)
    assert verify(merged_file).problems == ()


def test_verify_finds_what_was_changed_in_a_matching(ward: Ward, tmp_path: Path) -> None:
    matching = finished(ward)
    changes = {
        "answer": "UPDATE log SET value = '777' WHERE screening = ? AND kind = 'answer' AND entry = 2",
        "verdict": "UPDATE verdicts SET asked = asked + 1 WHERE screening = ?",
        "number": "UPDATE screenings SET zone = '+00:00' WHERE number = ?",
        "opened": "DELETE FROM log WHERE screening = ? AND kind = 'opened'",
    }
    for what, change in changes.items():
        path = tmp_path / f"{what}.db"
        back_up(ward.path, path)
        assert verify(path).problems == ()
        with closing(sqlite3.connect(path)) as db:
            for (trigger,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                db.execute(f"DROP TRIGGER {trigger}")
            db.execute(change, [matching.number])
            db.commit()
        assert any(matching.number in problem.place for problem in verify(path).problems), what


def test_a_purge_takes_matchings_and_leaves_what_others_still_need(ward: Ward) -> None:
    finished(ward)
    ward.now += timedelta(days=400)
    kept = ward.answered(2)
    purged = purge(ward.db, date(2027, 1, 1), clock=ward.clock)
    assert (purged.due.matchings, len(purged.due.heads)) == (("S01-M0001",), 2)
    assert verify(ward.path).problems == ()
    again = Lookup(open_database(ward.path)).load(kept.number)
    assert again.dialogue.answers == kept.dialogue.answers
    assert ward.db.execute("SELECT count(*) FROM protocols").fetchone() == (1 + len(TRIALS),)


def test_a_cancelled_matching_can_still_be_looked_at_where_a_screening_came_out_of_it(ward: Ward) -> None:
    matching = ward.answered()
    ward.open(matching, dialogue(matching).trials[0].protocol.id)
    ward.screenings.take(matching, [Step("cancel")], "S01-P01")
    loaded = Lookup(open_database(ward.path)).load(matching.number)
    assert loaded.dialogue.answers
    assert loaded.entered.keys() >= loaded.dialogue.answers.keys()


def test_what_came_out_of_a_kept_matching_is_kept_with_it(ward: Ward) -> None:
    matching = ward.answered()
    old, *others = dialogue(matching).trials
    first = ward.open(matching, old.protocol.id)
    ward.now += timedelta(days=60)
    second = ward.open(matching, others[0].protocol.id)
    purged = purge(ward.db, (BEGINNING + timedelta(days=30)).date(), clock=ward.clock)
    assert purged.due.linked == (first.number, second.number)
    assert purged.due.nothing
    ward.now += timedelta(days=60)
    purged = purge(ward.db, (BEGINNING + timedelta(days=90)).date(), clock=ward.clock)
    assert purged.due.matchings == (matching.number,)
    assert purged.due.heads.keys() == {first.number, second.number}
    assert not verify(ward.path).problems


def test_the_number_of_a_purged_matching_is_not_given_out_again(ward: Ward) -> None:
    ward.answered(2)
    ward.now += timedelta(days=400)
    purge(ward.db, date(2027, 1, 1), clock=ward.clock)
    assert ward.begin().number == "S01-M0002"
    assert ward.db.execute("SELECT count(*) FROM screenings").fetchone() == (1,)
    assert verify(ward.path).problems == ()


def test_killed_while_a_screening_is_opened_nothing_of_it_is_kept(ward: Ward) -> None:
    matching = ward.answered()
    entries, head = matching.entries, matching.head
    ward.db.execute(
        "CREATE TEMP TRIGGER full BEFORE INSERT ON log WHEN new.kind = 'opened'"
        " BEGIN SELECT raise(ABORT, 'disk full'); END"
    )
    with pytest.raises(Exception, match=r"S01-M0001|disk full"):
        ward.open(matching, "EXAMPLE-DM2")
    ward.db.execute("DROP TRIGGER full")
    loaded = ward.screenings.load(matching.number)
    assert (loaded.entries, loaded.head, loaded.opened) == (entries, head, {})
    assert ward.db.execute("SELECT count(*) FROM screenings").fetchone() == (1,)
    assert ward.open(loaded, "EXAMPLE-DM2").number == "S01-0001"
    assert verify(ward.path).problems == ()


def test_a_fact_of_the_site_that_a_trial_knows_is_not_asked(ward: Ward) -> None:
    alone = ward.screenings.start(TRIALS[1], "S01-P01", "S01", zone="+08:00", channel="terminal")
    while alone.state not in (REVIEW, EXCLUDED):
        answer = Choice("yes") if alone.state == "site_room" else UNKNOWN
        ward.screenings.take(alone, [Step("answer", alone.state, answer)], "S01-P01")
    ward.screenings.take(alone, [Step("save")], "S01-P01")
    matching = ward.answered(portfolio=merged([TRIALS[1]]))
    assert matching.taken == {"site_room": "S01-0001"}
    assert ward.open(matching, "EXAMPLE-MDD").taken == matching.taken
    assert verify(ward.path).problems == ()


def test_an_open_matching_stays_at_the_question_on_the_screen_though_another_would_be_chosen_now(
    ward: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    matching = ward.answered(3)
    monkeypatch.setattr("dialogs.portfolio.matching.chosen", lambda portfolio, needs, facts: max(needs.by))
    again = Lookup(ward.db).load(matching.number)
    assert again.state == matching.state
    assert again.dialogue.answers == matching.dialogue.answers
    assert verify(ward.path).problems == ()


def knows(ward: Ward, trial: Protocol, storage: str = "minus_80") -> Screening:
    """Answer all of a screening for a trial with facts of the site, up to an exclusion, and save it."""
    screening = ward.screenings.start(trial, "S01-P01", "S01", zone="+08:00", channel="terminal")
    while screening.state not in (REVIEW, EXCLUDED):
        code = {"storage": storage, "claustrophobia": "no"}.get(screening.state, "yes")
        ward.screenings.take(screening, [Step("answer", screening.state, Choice(code))], "S01-P01")
    if screening.state == EXCLUDED:
        ward.screenings.take(screening, [Step("finish")], "S01-P01")
    ward.screenings.take(screening, [Step("save")], "S01-P01")
    return screening


OTHER_OF_A_SITE = parse_protocol(OF_A_SITE.text.replace("FICTION-SITE", "FICTION-TWO"), "two.toml")


@pytest.mark.parametrize("other_knows", [False, True])
def test_a_fact_that_one_trial_knows_is_not_asked_and_no_log_names_a_screening_of_another(
    ward: Ward, tmp_path: Path, other_knows: bool
) -> None:
    """The other trial takes it from its own screening, or has it as given with the matching, and knows it from then."""
    first, both = knows(ward, OF_A_SITE), merged([OF_A_SITE, OTHER_OF_A_SITE])
    second = knows(ward, OTHER_OF_A_SITE).number if other_knows else None
    matching = ward.answered(portfolio=both)
    assert matching.taken == {"scanner": first.number, "storage": first.number}
    assert ward.open(matching, "FICTION-SITE").taken == matching.taken
    opened = ward.open(matching, "FICTION-TWO")
    own = {} if second is None else {"scanner": second, "storage": second}
    assert (opened.state, opened.taken) == (REVIEW, own)
    assert [opened.dialogue.answers[fact] for fact in matching.taken] == [
        matching.dialogue.answers[fact] for fact in matching.taken
    ]
    ward.screenings.take(opened, [Step("save")], "S01-P01")
    export(ward.path, "log", tmp_path / "log.jsonl", Selection(protocol="FICTION-TWO"))
    assert first.number not in (tmp_path / "log.jsonl").read_text()
    assert verify(ward.path).problems == ()
    later = ward.screenings.start(OTHER_OF_A_SITE, "S01-P01", "S01", zone="+08:00", channel="terminal")
    ward.screenings.take(later, [Step("answer", later.state, Choice("yes"))], "S01-P01")
    assert later.taken


def test_a_fact_of_which_two_trials_know_different_things_is_asked(ward: Ward) -> None:
    knows(ward, OF_A_SITE)
    knows(ward, OTHER_OF_A_SITE, storage="minus_20")
    assert "storage" not in ward.answered(portfolio=merged([OF_A_SITE, OTHER_OF_A_SITE])).taken


@pytest.mark.parametrize(("changed", "state"), [(False, "confirmed"), (True, "corrected")])
def test_a_query_on_a_screening_that_came_out_of_a_matching_says_what_came_of_it(
    ward: Ward, changed: bool, state: str
) -> None:
    finished(ward)
    screening = ward.screenings.load("S01-0001")
    question = screening.dialogue.applied[-1]
    answer = UNKNOWN if changed else screening.dialogue.answers[question]
    ward.screenings.note(screening, "query", "S01-P02", {"code": "source"}, question=question)
    ward.screenings.amend(screening, question, "newer", screening.entries, "S01-P01")
    ward.screenings.take(screening, [Step("answer", question, answer, reason="newer")], "S01-P01")
    ward.screenings.take(screening, [Step("save")], "S01-P01")
    (query,) = queries_of(ward.db, screening.number)
    assert as_it_came_out(ward.db, screening.number, screening.protocol, query).state == state
