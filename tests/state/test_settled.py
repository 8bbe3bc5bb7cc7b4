"""Which earlier subjects a new trial could take, or cannot, by the answers that are kept."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import get_args

import openpyxl
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from bot.command import main
from dialogs.answers import Answer, Choice, Measurement, Relation, Selection
from dialogs.assessment import effective, judge
from dialogs.carried import at_least
from dialogs.dialogue import EXCLUDED, REVIEW, Step
from dialogs.errors import ProtocolError
from dialogs.loading import parse_protocol
from dialogs.portfolio.merging import merged
from dialogs.protocol import Protocol
from dialogs.rules.judgement import UNCERTAIN
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


OLD, NEW, THIRD = _trial("OLD", "own"), _trial("NEW", "other"), _trial("THIRD", "third")
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

    def answered(self, trial: Protocol, answers: Mapping[str, Answer]) -> None:
        opened = self.screenings.start(trial, self.person, "S01", zone="+08:00", channel="terminal")
        for question, answer in answers.items():
            self.screenings.take(opened, [Step("answer", question, answer)], self.person)
        self.screenings.take(opened, [Step("save")], self.person)

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


# what only grows ---------------------------------------------------------------------------------


def grown(*rules: str) -> Protocol:
    """A fictional trial with an inclusion criterion for each rule, about an age and times since."""
    criteria = [
        f"[[criterion]]\ncode = 'I{number}'\ninclusion = 'x'\nrule = '{rule}'\n"
        for number, rule in enumerate(rules, 1)
    ]
    head = f"""format = 2\nid = "EX-{len(rules)}"\nversion = "1"\ntitle = "Fictional: what grows"\n\n"""
    return parse_protocol(head + "\n".join(criteria), "grown.toml")


ASKED = grown("age_years > 1", 'diabetes_diagnosed >= "1 d"', 'last_mi >= "1 d"')
YEARS, MONTHS = Measurement("=", Decimal(17), "a"), Measurement("=", Decimal(5), "mo")
GROWN: dict[str, tuple[tuple[str, ...], tuple[object, ...]]] = {
    "too old already": (("age_years <= 16",), ("ineligible", 0, ("age_years",), ())),
    "old enough already": (("age_years >= 12",), ("eligible", 0, ("age_years",), ())),
    "may be too old by now": (("age_years <= 17",), (None, 1, (), ("age_years",))),
    "may be old enough by now": (("age_years >= 18",), (None, 1, (), ("age_years",))),
    "one of both limits": (("12 <= age_years <= 17",), (None, 1, (), ("age_years",))),
    "too long ago already": (('diabetes_diagnosed < "4 mo"',), ("ineligible", 0, ("diabetes_diagnosed",), ())),
    "long enough ago": (('diabetes_diagnosed >= "150 d"',), ("eligible", 0, ("diabetes_diagnosed",), ())),
    "there may have been another since": (('last_mi < "4 mo"',), (None, 1, (), ("last_mi",))),
    "one decides, the other one not": (
        ("age_years >= 12", 'diabetes_diagnosed >= "6 mo"'),
        (None, 1, ("age_years",), ("diabetes_diagnosed",)),
    ),
    "too old already, whatever else is asked of it": (
        ("age_years <= 16", "age_years != 20"),
        ("ineligible", 0, ("age_years",), ()),
    ),
    "one is needed as the other is not used": (
        ('age_years >= 12 or diabetes_diagnosed >= "6 mo"', "age_years <= 17"),
        (None, 2, (), ("age_years", "diabetes_diagnosed")),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("rules", "expected"), GROWN.values(), ids=GROWN)
def test_what_only_grows_is_the_least_that_it_is_by_now(
    site: Site, rules: tuple[str, ...], expected: tuple[object, ...]
) -> None:
    new = parse_protocol(grown(*rules).text.replace('id = "EX-', 'id = "NEW-'), "new.toml")
    site.answered(ASKED, dict(zip(ASKED.position, (YEARS, MONTHS, MONTHS), strict=True)))
    (found,) = site.found(new)
    assert (found.verdict, found.left, found.at_least, found.aged) == expected


DOSE = """
[[question]]
use = "age_years"

[[question]]
id = "dose"
kind = "quantity"
ask = "First dose?"
units = [{ code = "mg", label = "mg", per = "age_years", gives = "mg/a" }, { code = "mg/a", label = "mg/year" }]
possible = [0, 12000]
usual = [0, 12000]
lasting = true
"""
PER_YEAR = """
format = 2
id = "EX-{name}"
version = "1"
title = "Fictional: a dose by age"
{questions}
[[criterion]]
code = "I1"
inclusion = "x"
rule = 'dose {limit}'
"""


@pytest.mark.parametrize("limit", ['<= "5 mg/a"', '> "5 mg/a"'])
def test_an_age_that_was_kept_divides_nothing_for_it_is_more_by_now(site: Site, limit: str) -> None:
    old, new = (
        parse_protocol(PER_YEAR.format(name=name, questions=DOSE, limit=each), "per.toml")
        for name, each in (("OLD", '> "1 mg/a"'), ("NEW", limit))
    )
    kept = {"dose": Measurement("=", Decimal(220), "mg"), "age_years": Measurement("=", Decimal(40), "a")}
    site.answered(old, kept)
    (found,) = site.found(new)
    assert (found.verdict, found.left, found.at_least, found.aged) == (None, 1, (), ("age_years",))


_LIMITS = st.integers(1, 40)
_OPERATORS = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])
_LEAVES = st.one_of(
    st.builds("age_years {} {}".format, _OPERATORS, _LIMITS),
    st.builds('diabetes_diagnosed {} "{} mo"'.format, st.sampled_from(["<", "<=", ">", ">="]), _LIMITS),
)
_RULES = st.recursive(
    _LEAVES, lambda each: st.builds("({} {} {})".format, each, st.sampled_from(["and", "or"]), each)
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(_RULES, st.tuples(_LIMITS, _LIMITS), st.tuples(st.integers(0, 20), st.integers(0, 20)), st.data())
def test_whatever_it_has_come_to_it_never_contradicts_what_the_least_said(
    rule: str, then: tuple[int, int], grew: tuple[int, int], data: st.DataObject
) -> None:
    try:
        protocol = grown(rule)
    except ProtocolError:
        assume(False)  # a rule that no answer meets, or every one
    units = {"age_years": "a", "diabetes_diagnosed": "mo"}
    values = {name: (old, old + more) for name, old, more in zip(units, then, grew, strict=True)}
    known, now = dict[str, Answer](), dict[str, Answer]()
    for question in protocol.position:
        old, later = values[question]
        relation = data.draw(st.sampled_from([*_RELATIONS]))
        answer = Measurement(relation if question != "age_years" else "=", Decimal(old), units[question])
        least = at_least(protocol, question, answer)
        assert (least is None) == (answer.relation in ("<", "<="))
        if least is not None:
            known[question] = least
        true = later + (answer.relation == ">") if least is not None else later
        now[question] = Measurement("=", Decimal(true), units[question])
    said = judge(protocol, 0, effective(protocol, known))
    if said.settled and said.low != UNCERTAIN:
        assert judge(protocol, 0, effective(protocol, now)) == said


def _matched(site: Site, *trials: Protocol, **answers: str) -> Screening:
    """A matching that was saved when all was answered: with no, or as it is said."""
    matching = site.screenings.start(merged(trials), site.person, "S01", zone="+08:00", channel="terminal")
    while matching.state != REVIEW:
        answer = Choice(answers.get(matching.state, "no"))
        site.screenings.take(matching, [Step("answer", matching.state, answer)], site.person)
    site.screenings.take(matching, [Step("save")], site.person)
    return matching


def _opened(site: Site, matching: Screening, trial: Protocol) -> Screening:
    return site.screenings.open_trial(matching, trial.id, site.person, channel="terminal", save=True)


def test_whoever_was_screened_for_the_trial_in_the_same_matching_is_left_out(site: Site) -> None:
    matching = _matched(site, OLD, NEW)
    for trial in (OLD, NEW):
        _opened(site, matching, trial)
    assert [each.number for each in site.found(THIRD)] == ["S01-0002"], "one candidate"
    assert site.found(NEW) == site.found(OLD) == []
    assert site.saved(OLD, "no").number in [each.number for each in site.found(NEW)], "and another one"


@pytest.mark.parametrize("place", [0, 1])
def test_the_newest_answer_of_a_candidate_counts_in_whichever_screening_of_a_matching_it_was_given(
    site: Site, place: int
) -> None:
    matching, trials = _matched(site, OLD, NEW), (OLD, NEW)
    own = [_opened(site, matching, trial) for trial in trials][place]
    site.screenings.take(own, [Step("amend", "diabetes", reason="misread")], site.person)
    answer = Step("answer", "diabetes", Choice("yes"), reason="misread")
    site.screenings.take(own, [answer], site.person)
    site.screenings.take(
        own, [*([Step("finish")] if own.state == EXCLUDED else []), Step("save")], site.person
    )
    (found,) = site.found(THIRD)
    assert (found.number, found.verdict, found.first_failed) == ("S01-0002", "ineligible", "E1")


def test_whoever_was_matched_is_known_by_the_matching_where_no_screening_came_out_of_it(site: Site) -> None:
    """Also to a trial that was judged in it, and one that was ruled out: nobody was screened for these."""
    _matched(site, OLD, NEW, diabetes="yes")
    _matched(site, OLD, NEW)
    for new in (OLD, NEW, THIRD):
        out, left = site.found(new)
        assert (out.number, out.screened_for, out.verdict, out.first_failed) == (
            "S01-M0001",
            None,
            "ineligible",
            "E1",
        )
        assert (left.number, left.verdict, left.aged) == ("S01-M0002", None, ("insulin",))
    assert [each.left for each in (*site.found(NEW), *site.found(THIRD))] == [0, 1, 0, 2], "its own is kept"


def test_what_was_answered_in_a_matching_for_a_trial_that_was_not_opened_counts(site: Site) -> None:
    matching = _matched(site, OLD, NEW, other="yes")
    _opened(site, matching, OLD)
    (found,) = site.found(NEW)
    assert (found.number, found.screened_for, found.first_failed) == ("S01-0001", "EX-OLD", "E3")
    _opened(site, matching, NEW)
    assert site.found(NEW) == []


def test_the_newest_answer_counts_whether_it_was_given_in_the_matching_or_in_a_screening(site: Site) -> None:
    matching = _matched(site, OLD, NEW)
    own = _opened(site, matching, OLD)
    for screening, answer, verdict in ((matching, "yes", "ineligible"), (own, "no", None)):
        before = site.screenings.load(screening.number)
        given = [Step("amend", "diabetes", reason="misread")]
        if verdict is None:  # it says no already: corrected twice
            given += [
                Step("answer", "diabetes", Choice("yes"), reason="misread"),
                Step("correct", "diabetes"),
            ]
        site.screenings.take(
            before, [*given, Step("answer", "diabetes", Choice(answer), reason="misread")], site.person
        )
        while before.state not in (REVIEW, EXCLUDED):
            site.screenings.take(before, [Step("answer", before.state, Choice("no"))], site.person)
        ending = [Step("finish")] if before.state == EXCLUDED else []
        site.screenings.take(before, [*ending, Step("save")], site.person)
        (found,) = site.found(THIRD)
        assert (found.number, found.verdict) == ("S01-0001", verdict)


def test_a_matching_that_was_not_saved_or_was_cancelled_is_not_known(site: Site) -> None:
    for ending in ([], [Step("cancel")]):
        begun = site.screenings.start(merged((OLD, NEW)), site.person, "S01", zone="UTC", channel="terminal")
        site.screenings.take(begun, [Step("answer", begun.state, Choice("yes")), *ending], site.person)
    assert site.found(THIRD) == []


_RELATIONS: tuple[Relation, ...] = get_args(Relation)


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
        "at_least": [],
        "aged": [],
    }
    assert site.path.read_bytes() == before
    assert not verify(site.path).problems
    assert CliRunner().invoke(main, [*options, "list.csv"]).exit_code == 2
    assert CliRunner().invoke(main, [*options, "--output", "x.csv"]).exit_code == 2, "lines have no file"


def test_a_table_has_a_row_a_subject_and_a_column_a_trial(site: Site) -> None:
    site.saved(OLD, "yes")
    site.saved(OLD, "no")
    site.saved(NEW, "no", earlier=site.saved(OLD, "no"))
    site.db.close()
    for trial in (NEW, OLD, NO_OTHER):
        name = "third" if trial is NO_OTHER else trial.id
        text = trial.text.replace('id = "EX-NEW"', 'id = "EX-THIRD"') if name == "third" else trial.text
        site.path.with_name(f"{name}.toml").write_text(text, encoding="utf-8")
    options = ["evaluate", "--stored", "--protocol", str(site.path.parent), "--db", str(site.path)]
    done = CliRunner().invoke(main, [*options, "--format", "matrix"])
    table = [*csv.reader(io.StringIO(done.stdout.removeprefix("\ufeff")))]
    assert table == [
        ["screening", "EX-NEW", "EX-OLD", "EX-THIRD", "aged"],
        ["S01-0001", "not eligible (E1)", "", "not eligible (E1)", ""],
        ["S01-0002", "still possible, about 2 questions left", "", "potentially eligible", "insulin"],
        ["S01-0004", "", "", "potentially eligible", "insulin"],
    ]
    file = site.path.with_name("matrix.xlsx")
    CliRunner().invoke(main, [*options, "--format", "matrix", "--output", str(file)])
    (sheet,) = openpyxl.load_workbook(file).worksheets
    assert [[cell or "" for cell in row] for row in sheet.values] == table


_SEX = '[[question]]\nuse = "sex"\n'
_HISTORY = """[[question]]
id = "history"
kind = "several"
lasting = true
ask = "Which of these has the patient ever had?"
options = [
  { code = "asthma", text = "Asthma" },
  { code = "prostate", text = "Prostate cancer", implies = { sex = "male" } },
]
"""
_PROSTATE = Selection(("prostate",))


def _of_both(name: str, *questions: str) -> Protocol:
    rules = {_SEX: 'sex == "male"', _HISTORY: '"asthma" in history'}
    head = f'format = 2\nid = "EX-{name}"\nversion = "1"\ntitle = "Fictional: {name}"\n'
    criteria = (f"[[criterion]]\nexclusion = \"x\"\nrule = '{rules[each]}'\n" for each in questions)
    return parse_protocol("".join([head, *questions, *criteria]), f"{name}.toml")


@pytest.mark.parametrize(("sex", "left"), [("male", 0), ("female", 2)])
def test_answers_of_two_screenings_that_cannot_both_be_true_settle_nothing(
    site: Site, sex: str, left: int
) -> None:
    earlier = None
    for trial, answer in ((_of_both("SEX", _SEX), Choice(sex)), (_of_both("HISTORY", _HISTORY), _PROSTATE)):
        number = earlier.number if earlier else None
        earlier = site.screenings.start(
            trial, site.person, "S01", zone="+08:00", channel="terminal", earlier=number
        )
        site.screenings.take(earlier, [Step("answer", earlier.state, answer)], site.person)
        steps = [Step("finish")] if earlier.state == EXCLUDED else []
        site.screenings.take(earlier, [*steps, Step("save")], site.person)
    (found,) = settled(site.screenings, _of_both("NEW", _SEX, _HISTORY))
    assert found.left == left
    assert found.aged == (("sex", "history") if left else ())
