"""What becomes of a saved screening by a new version: which answers hold, what is needed anew, and in which part."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest

from bot.wording.amendments import Stored
from dialogs.answers import UNKNOWN, Answer, Choice, Measurement, Selection
from dialogs.dialogue import EXCLUDED, Step
from dialogs.loading import parse_protocol
from dialogs.protocol import Protocol
from state.amended import Amended, amended
from state.database import open_database
from state.lookup import Lookup
from state.people import People
from state.screenings import Screening, Screenings

HOW = "Open each by its number and tap “Screen again”, not “New screening”."
TRIAL = """
format = 2
id = "EX-ANSWERS"
version = "1"
title = "Made up"

[[part]]
code = "A"
name = "Cohort A"

[[part]]
code = "B"
name = "Cohort B"

[[question]]
id = "drugs"
kind = "several"
ask = "Which drugs?"
options = [
  { code = "metformin", text = "Metformin" },
  { code = "insulin", text = "Insulin" },
  { code = "gliptin", text = "Gliptin" },
]

[[question]]
id = "smoker"
ask = "Smoker?"
help = "Within the last 3 months."

[[question]]
use = "phq9"
id = "score"
at = "week 2"

[[question]]
id = "mi"
kind = "since"
ask = "Last infarction?"

[[criterion]]
code = "I1"
inclusion = "Women use contraception"

[[criterion]]
code = "I2"
inclusion = "Haemoglobin of at least 8 g/dL"
rule = 'hemoglobin >= "8 g/dL"'
parts = ["A"]

[[criterion]]
code = "I3"
inclusion = "Platelets or albumin"
rule = 'platelets >= "100 10*9/L" or albumin >= "30 g/L"'

[[criterion]]
code = "E1"
exclusion = "Insulin"
rule = '"insulin" in drugs'

[[criterion]]
code = "E2"
exclusion = "Smokers"
rule = "smoker"

[[criterion]]
code = "E3"
exclusion = "Depression"
rule = "score > 9"

[[criterion]]
code = "E4"
exclusion = "Infarction within 2 months"
rule = 'mi < "2 mo"'
"""
OLD = parse_protocol(TRIAL, "trial.toml")


def _number(value: str, unit: str) -> Measurement:
    return Measurement("=", Decimal(value), unit)


FIT: dict[str, Answer] = {
    "i1": Choice("yes"),
    "hemoglobin": _number("9", "g/dL"),
    "platelets": _number("150", "10*9/L"),
    "albumin": _number("40", "g/L"),
    "drugs": Selection(("metformin",)),
    "smoker": Choice("no"),
    "score": _number("5", "{score}"),
    "mi": Choice("never"),
}


class Site:
    def __init__(self, path: Path) -> None:
        self.db = open_database(path)
        People(self.db).add("clinician", "S01", "terminal", "1", "en")
        self.screenings = Screenings(self.db)

    def started(self, protocol: Protocol = OLD, earlier: str | None = None) -> Screening:
        return self.screenings.start(
            protocol, "S01-P01", "S01", zone="+08:00", channel="terminal", earlier=earlier
        )

    def saved(self, earlier: str | None = None, **others: Answer) -> str:
        screening = self.started(earlier=earlier)
        while screening.state in OLD.position:
            self.take(screening, Step("answer", screening.state, {**FIT, **others}[screening.state]))
        if screening.state == EXCLUDED:
            self.take(screening, Step("finish"))
        self.take(screening, Step("save"))
        return screening.number

    def take(self, screening: Screening, step: Step) -> None:
        self.screenings.take(screening, [step], "S01-P01")

    def judged(self, new: Protocol) -> list[Amended]:
        return amended(Lookup(self.db), new)

    def message(self, new: Protocol, language: str = "en") -> list[str]:
        return Stored(new, self.judged(new), language).messages()["S01"].splitlines()[1:-1]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    found = Site(tmp_path / "site.db")
    with closing(found.db):
        yield found


def new(*replaced: tuple[str, str]) -> Protocol:
    text = TRIAL.replace('version = "1"', 'version = "2"')
    for before, after in replaced:
        assert before in text
        text = text.replace(before, after)
    return parse_protocol(text, "new.toml")


PRAMLINTIDE = ('text = "Insulin" }', 'text = "Insulin" }, { code = "pramlintide", text = "Pramlintide" }')
NEEDED = {
    "an option more": (
        [PRAMLINTIDE, ('"insulin" in drugs', '"insulin" in drugs or "pramlintide" in drugs')],
        "drugs",
    ),
    "another visit": ([("week 2", "week 8")], "score"),
    "an answer more to a criterion in words": (
        [('"Women use contraception"', '"Women use contraception"\nof_some = true')],
        "i1",
    ),
    "other words of the record": ([("Women use", "Women must use")], "i1"),
}


@pytest.mark.parametrize(("changes", "question"), NEEDED.values(), ids=NEEDED)
def test_an_answer_to_something_else_is_needed_anew(
    site: Site, changes: list[tuple[str, str]], question: str
) -> None:
    site.saved(i1=Choice("no" if question == "i1" else "yes"))
    version = new(*changes)
    (found,) = site.judged(version)
    assert (question in found.now.needed, found.again) == (True, True)
    assert site.message(version)[0] == f"Please screen again: S01-0001. {HOW}"


def test_whoever_is_excluded_whatever_is_meant_of_what_is_offered_now_stays_so(site: Site) -> None:
    """Insulin stays insulin; and an option that no rule tells from the one that was chosen changes nothing."""
    site.saved(drugs=Selection(("insulin",)))
    site.saved()
    also = ('"insulin" in drugs', '"insulin" in drugs or "pramlintide" in drugs')
    told = [(each.now.needed, each.differs) for each in site.judged(new(PRAMLINTIDE, also))]
    assert told == [((), False), (("drugs",), False)]
    assert [each.now.needed for each in site.judged(new(PRAMLINTIDE))] == [(), ()]
    reworded = new(PRAMLINTIDE, ('"Metformin"', '"Metformin, also in the past"'))
    assert [each.now.needed[0] for each in site.judged(reworded)] == ["drugs", "drugs"]


LOOKED_AT = {
    "words": ("Smoker?", "Smoker, now or in the last 10 years?", ("smoker",)),
    "help": ("last 3 months", "last 2 weeks", ("smoker",)),
    "no help": ('help = "Within the last 3 months."\n', "", ("smoker",)),
    "an option in other words": ("Metformin", "Metformin, also in the past", ("drugs",)),
    "a language more": ('ask = "Smoker?"', 'ask = { en = "Smoker?", zh = "吸烟？" }', ()),
    "capitals": ("Smoker?", "SMOKER?", ()),
    "an option less": ('  { code = "gliptin", text = "Gliptin" },\n', "", ()),
    "another order": (
        '  { code = "metformin", text = "Metformin" },\n  { code = "insulin", text = "Insulin" },\n',
        '  { code = "insulin", text = "Insulin" },\n  { code = "metformin", text = "Metformin" },\n',
        (),
    ),
}


@pytest.mark.parametrize(("before", "after", "questions"), LOOKED_AT.values(), ids=LOOKED_AT)
def test_an_answer_to_other_words_is_to_be_looked_at(
    site: Site, before: str, after: str, questions: tuple[str, ...]
) -> None:
    """What a language more says, or other capitals, is the same; so is what is not said where less is offered."""
    site.saved(drugs=Selection(()))
    site.saved(smoker=Choice("yes"))
    version = new((before, after), ('title = "Made up"', 'title = "Made up"\nlanguages = ["en", "zh"]'))
    kept, out = site.judged(version)
    assert (kept.now.needed, kept.by_old_answers) == ((), questions)
    assert out.by_old_answers == (questions if questions == ("smoker",) else ()), "only if it decides"
    told = [line for line in site.message(version) if line.startswith("Please look at S01-0001")]
    assert len(told) == len(questions)


ASKED_FROM_THE_OTHER_SIDE = (
    ('ask = "Smoker?"', 'ask = "Free of smoking?"'),
    ('rule = "smoker"', 'rule = "not smoker"'),
)
LOOK = (
    "Please look at S01-0001, S01-0002: asked otherwise now (free of smoking), and whether the verdict is another one "
    "rests on the answers of before."
)


@pytest.mark.parametrize("parts", ["", '\nparts = ["A"]'], ids=["of all parts", "of one"])
def test_no_other_verdict_is_told_that_rests_on_answers_to_other_words(site: Site, parts: str) -> None:
    site.saved()
    site.saved(smoker=Choice("yes"))
    version = new(
        ASKED_FROM_THE_OTHER_SIDE[0], (ASKED_FROM_THE_OTHER_SIDE[1][0], f'rule = "not smoker"{parts}')
    )
    if parts:
        found = site.judged(version)[0]
        assert (found.differs, found.by_old_answers, found.may_change) == (False, ("smoker",), True)
        return
    assert [(each.differs, each.again) for each in site.judged(version)] == [(False, False)] * 2
    assert site.message(version) == [LOOK]


def test_who_is_let_in_by_another_criterion_is_screened_again_whatever_is_asked_otherwise(site: Site) -> None:
    """And who is out by another one is out."""
    site.saved(score=_number("12", "{score}"))
    site.saved()
    reworded = 'ask = "Smoker?"', 'ask = "Smoker, ever?"'
    assert [each.again for each in site.judged(new(reworded, ("score > 9", "score > 19")))] == [True, False]
    stricter = site.judged(new(*ASKED_FROM_THE_OTHER_SIDE, ("score > 9", "score > 4")))
    assert [(each.excluded, each.by_old_answers) for each in stricter] == [(False, ()), (True, ())]


def test_nothing_is_asked_otherwise_because_there_are_parts(site: Site) -> None:
    site.saved()
    parts = TRIAL[TRIAL.index("[[part]]") : TRIAL.index("[[question]]")]
    (found,) = site.judged(new((parts, ""), ('parts = ["A"]', "")))
    assert found.by_old_answers == ()


def test_a_trial_with_another_number_is_compared_with_the_screenings_of_that_before(site: Site) -> None:
    site.saved()
    renamed = new(('"EX-ANSWERS"', '"EXANSWERS"'))
    assert site.judged(renamed) == []
    (found,) = amended(Lookup(site.db), renamed, former="EX-ANSWERS")
    assert (found.number, found.changed, found.by_old_answers) == ("S01-0001", False, ())


def test_what_becomes_of_a_part_is_told_though_the_whole_verdict_stays(site: Site) -> None:
    site.saved()
    site.saved(hemoglobin=_number("7", "g/dL"))
    stricter, softer = new(('"8 g/dL"', '"9.5 g/dL"')), new(('"8 g/dL"', '"6 g/dL"'))
    assert [(each.changed, each.differs, each.again) for each in site.judged(stricter)] == [
        (False, True, False),
        (False, False, False),
    ]
    assert site.message(stricter) == [
        "Not eligible any more for Cohort A by the new version: S01-0001 (I2). Please tell the investigator."
    ]
    assert [each.again for each in site.judged(softer)] == [False, True]
    assert site.message(softer) == [
        f"Please screen again: S01-0002. {HOW}",
        "S01-0002, Cohort A: not eligible → potentially eligible.",
    ]
    assert site.message(stricter, "zh") == ["按新版本不再符合Cohort A：S01-0001（I2）。请告知研究者。"]


def test_a_part_that_is_dropped_or_new_is_told_of_whom_it_took_or_takes(site: Site) -> None:
    site.saved()
    without = new(('[[part]]\ncode = "A"\nname = "Cohort A"\n\n', ""), ('parts = ["A"]', 'parts = ["B"]'))
    assert site.message(without) == [
        "Not eligible any more for Cohort A by the new version: S01-0001. Please tell the investigator."
    ]
    more = new(('name = "Cohort B"', 'name = "Cohort B"\n\n[[part]]\ncode = "C"\nname = "Cohort C"'))
    assert site.message(more) == [
        f"Please screen again: S01-0001. {HOW}",
        "S01-0001, Cohort C: no such part → potentially eligible.",
    ]


def test_what_is_needed_is_told_with_the_part_that_needs_it(site: Site) -> None:
    site.saved()
    version = new(
        ("rule = 'hemoglobin >= \"8 g/dL\"'", 'rule = \'hemoglobin >= "8 g/dL" and ferritin > "9 ug/L"\'')
    )
    (found,) = site.judged(version)
    assert (found.now.needed, found.now.needed_in) == (("ferritin",), {"ferritin": ("A",)})
    assert site.message(version) == [
        f"Please screen again: S01-0001. {HOW}",
        "S01-0001 needs: ferritin (Cohort A).",
    ]


def test_a_screening_that_is_open_hides_no_saved_one(site: Site) -> None:
    first = site.saved()
    version = new(('"100 10*9/L" or', '"200 10*9/L" and'))
    site.started(version, earlier=first)
    assert [(each.number, each.excluded) for each in site.judged(version)] == [("S01-0001", True)]
    site.saved(earlier=first)
    assert [each.number for each in site.judged(version)] == ["S01-0003"]


def test_an_exclusion_ends_only_if_what_was_answered_passes_now(site: Site) -> None:
    """Not where it is asked anew; and one that was dropped is not another one that has its code now."""
    site.saved(i1=Choice("no"))
    site.saved(smoker=Choice("yes"))
    reworded = new(("Women use", "Women must use"))
    assert [each.no_longer for each in site.judged(reworded)] == [(), ()]
    dropped = new(
        ('[[criterion]]\ncode = "E2"\nexclusion = "Smokers"\nrule = "smoker"\n\n', ""),
        ('code = "E3"', 'code = "E2"'),
        ('[[question]]\nid = "smoker"\nask = "Smoker?"\nhelp = "Within the last 3 months."\n', ""),
    )
    assert [(each.no_longer, each.dropped) for each in site.judged(dropped)] == [((), ()), ((), ("E2",))]
    assert "S01-0002: as answered, not excluded any more by E2 (dropped)." in site.message(dropped)


def test_unknown_and_bounds_are_needed_where_they_matter_now_and_did_not_before(site: Site) -> None:
    for platelets in (UNKNOWN, Measurement("<", Decimal(200), "10*9/L")):
        site.saved(platelets=platelets)
    site.saved(smoker=UNKNOWN, platelets=_number("90", "10*9/L"))
    both = new(('"100 10*9/L" or', '"80 10*9/L" and'))
    assert [each.now.needed for each in site.judged(both)] == [("platelets",), ("platelets",), ()]
    assert [each.again for each in site.judged(both)] == [True, True, False]
    assert site.message(both)[1:] == ["S01-0001 needs: platelets.", "S01-0002 needs: platelets."]


def test_a_time_that_is_at_a_limit_of_the_new_version_is_needed_unless_it_was_said_to_the_day(
    site: Site,
) -> None:
    site.saved(mi=_number("6", "mo"))
    said = site.started()
    while said.state in OLD.position:
        given = FIT | {"mi": _number("6", "mo")}
        typed = "6 mo" if said.state == "mi" else None
        site.take(said, Step("answer", said.state, given[said.state], entered=typed))
    site.take(said, Step("save"))
    within, up_to = new(('"2 mo"', '"6 mo"')), new(('mi < "2 mo"', 'mi <= "6 mo"'))
    assert [each.now.needed for each in site.judged(within)] == [("mi",), ()]
    assert [each.now.verdict for each in site.judged(within)] == ["undetermined", "eligible"]
    assert [each.now.verdict for each in site.judged(up_to)] == ["undetermined", "ineligible"]
    assert site.message(within)[1:] == ["S01-0001 needs: last infarction."]


def test_what_the_new_version_itself_leaves_open_is_told_and_asks_nothing_of_the_patient(site: Site) -> None:
    site.saved()
    version = new(('"insulin" in drugs', '"insulin" in drugs or "metformin" in drugs and unclear'))
    (found,) = site.judged(version)
    assert (found.left_open, found.again, found.now.needed) == (True, False, ())
    assert site.message(version) == [
        "Left open by the new version itself: S01-0001 (E1). Please tell the investigator."
    ]


def test_another_day_from_which_to_screen_again_is_told(site: Site) -> None:
    site.saved(mi=_number("3", "wk"))
    site.saved(mi=_number("3", "mo"))
    longer, always = new(('"2 mo"', '"12 mo"')), new(('mi < "2 mo"', 'mi < "9999 a"'))
    heals, _ = site.judged(longer)
    before, now = heals.healing
    assert before is not None
    assert now is not None
    assert 300 < (now.day - before.day).days < 306, "ten months"
    (line,) = [each for each in site.message(longer) if each.startswith("S01-0001")]
    assert line.startswith("S01-0001: to be screened again from ")
    assert " by the new version, not from " in line
    assert line.endswith(" as /again lists it.")
    never, _ = site.judged(always)
    assert (never.healing[1], never.heals_otherwise) == (None, True)
    assert [each.heals_otherwise for each in site.judged(new())] == [False, False]
