"""A line of a record is proposed the rule that it says, or nothing: no word of it is ever left out."""

from __future__ import annotations

import operator
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from operator import itemgetter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.answers import Answer, Choice, Measurement
from dialogs.candidates import play
from dialogs.drafting.proposals import Proposal, propose
from dialogs.drafting.proposals.limits import asked
from dialogs.drafting.proposals.meaning import Meaning
from dialogs.drafting.proposals.phrases import _KINDS as KINDS
from dialogs.drafting.proposals.phrases import LONGEST, Phrase, file, narrower, phrases, spelled
from dialogs.drafting.proposals.reading import _grammar, read
from dialogs.drafting.spoken import with_texts
from dialogs.drafting.titles import requires
from dialogs.drafting.why import told
from dialogs.languages import LANGUAGES
from dialogs.loading import parse_protocol
from dialogs.loading.writing import value_of
from dialogs.of_never import never_passes
from dialogs.protocol import Protocol

ROLES = {"I": "inclusion", "E": "exclusion"}
QUOTES = str.maketrans({"«": "“", "»": "”", '"': ""})
UNKNOWN_WORDS = ("zorple", "unless", "except", "(Gilbert)", "in cohort B", "while fasting", "†", "of 7 years")


def lines() -> Iterator[tuple[str, str, str | None]]:
    """Yield the role, the text and the rule of each line of the table."""
    table = (Path(__file__).parent.parent.parent / "data" / "record_lines.txt").read_text(encoding="utf-8")
    rows = [row for row in table.splitlines() if row and not row.startswith("#")]
    for line, rule in zip(rows[::2], rows[1::2], strict=True):
        yield ROLES[line[0]], line[2:], None if rule == "  -" else rule.strip()


LINES = list(lines())
PROPOSED = [(role, text) for role, text, rule in LINES if rule is not None]
NOTHING = [(role, text) for role, text, rule in LINES if rule is None]


def rule_of(proposal: Proposal | None, text: str) -> str | None:
    """Return a rule as the table has it: what is asked in words of the line in «», or «all of it»."""
    if proposal is None:
        return None
    rule = proposal.rule
    for each in proposal.questions:
        if "words" in each:
            whole = each["words"] == text.strip(" ;,.")
            rule = rule.replace(str(each["id"]), "«all of it»" if whole else f"«{each['words']}»")
    return rule


def test_the_table_holds_lines_of_both_roles_with_and_without_a_proposal() -> None:
    for cases in (PROPOSED, NOTHING):
        assert sum(role == "inclusion" for role, _ in cases) > 80
        assert sum(role == "exclusion" for role, _ in cases) > 80


@pytest.mark.parametrize(("role", "text", "rule"), LINES, ids=[f"{role}: {text}" for role, text, _ in LINES])
def test_a_line_is_proposed_the_rule_that_it_says_or_nothing(role: str, text: str, rule: str | None) -> None:
    assert rule_of(propose(text, role, ()), text) == rule


OF_NEITHER = (
    "who is of neither group in brackets does not meet it: please check whether only these may take part"
)
OF_GROUPS = {
    "ECOG 0 or 1 (solid lamps) or KPS >= 70 (lanterns)": True,
    "Karnofsky >= 70 (short lamps) or ECOG 0-1 (long lamps)": True,
    "Hemoglobin >= 9 g/dL (men) or >= 8 g/dL (women)": False,
    "ECOG 0 or 1 or KPS >= 70": False,
    "ECOG 0-1": False,
}


@pytest.mark.parametrize(("text", "noted"), OF_GROUPS.items(), ids=OF_GROUPS)
def test_two_limits_of_a_group_each_are_said_not_to_be_met_by_others(text: str, noted: bool) -> None:
    proposal = propose(text, "inclusion", ())
    assert proposal is not None
    assert (OF_NEITHER in told(proposal.why, "en")) == noted


@given(st.sampled_from(PROPOSED), st.sampled_from(UNKNOWN_WORDS))
def test_a_word_that_is_not_known_leaves_a_line_without_a_proposal_or_is_asked_about(
    line: tuple[str, str], word: str
) -> None:
    role, text = line
    proposal = propose(f"{text} {word}", role, ())
    assert proposal is None or word in str(proposal.questions)


WIDER = (" or zorple", ", zorple or gumf", "; or zorple", " and/or zorple")
NARROWER = (" unless zorple", ", except zorple", " that is zorple", " (except zorple)")


@given(st.sampled_from(PROPOSED), st.sampled_from(WIDER))
def test_whom_else_a_line_names_is_never_left_out_of_what_is_asked(line: tuple[str, str], more: str) -> None:
    """But for ages: *adults with psoriasis or eczema* are adults."""
    role, text = line
    proposal = propose(text.rstrip(" .;,") + more, role, ())
    needed = proposal is not None and re.search(r"^(?!.*age_).*\band words_\w+$", proposal.rule)
    assert not needed


@given(st.sampled_from(PROPOSED), st.sampled_from(NARROWER))
def test_an_exception_is_part_of_what_is_asked(line: tuple[str, str], less: str) -> None:
    role, text = line
    proposal = propose(text.rstrip(" .;,") + less, role, ())
    assert proposal is None or "zorple" in str(proposal.questions)
    if proposal is not None and role == "exclusion":
        assert " or words_" not in proposal.rule or " or " in text or "," in text


KNOWN_THINGS = [
    text for role, text, rule in LINES if role == "inclusion" and rule and re.fullmatch(r"[a-z_0-9]+( [<>=!]+ [^«]+)?", rule)
    and not re.search(r"\b(?:and|or|no|not|age|years|either|with)\b|[,;(]", f"{text} {rule}".lower())
]  # fmt: skip
THREE_THINGS = st.lists(st.sampled_from(KNOWN_THINGS), min_size=3, max_size=3, unique=True)


@given(THREE_THINGS, st.sampled_from(sorted(ROLES.values())))
def test_what_stands_behind_with_is_never_asked_of_both_that_or_joins(things: list[str], role: str) -> None:
    one, other, third = (each.strip(" .") for each in things)
    proposal = propose(f"{one} or {other} with {third}", role, ())
    assert proposal is None or any("words" in each for each in proposal.questions)


@given(THREE_THINGS)
def test_a_list_of_which_or_may_join_the_end_alone_is_asked_in_words(things: list[str]) -> None:
    one, other, third = (each.strip(" .") for each in things)
    for joint in (",", ";"):
        proposal = propose(f"{one}{joint} {other} or {third}", "inclusion", ())
        assert proposal is None or any("words" in each for each in proposal.questions)


@given(THREE_THINGS, st.sampled_from(sorted(ROLES.values())), st.sampled_from(["Any of", "One of:", "Either of", "One or more of"]))  # fmt: skip
def test_any_of_a_list_is_enough(things: list[str], role: str, any_of: str) -> None:
    proposal = propose(f"{any_of} {', '.join(each.strip(' .') for each in things)}", role, ())
    assert proposal is None or proposal.rule.count(" or ") >= 2


@given(st.sampled_from(PROPOSED), st.sampled_from(UNKNOWN_WORDS))
def test_a_word_before_a_line_leaves_it_without_a_proposal_or_is_asked_about(
    line: tuple[str, str], word: str
) -> None:
    role, text = line
    proposal = propose(f"{word} {text}", role, ())
    assert proposal is None or word in str(proposal.questions)


@given(st.sampled_from(LINES), st.data())
def test_a_line_cut_short_is_proposed_nothing_that_does_not_load(
    line: tuple[str, str, str | None], data: st.DataObject
) -> None:
    role, text, _ = line
    words = text.split()
    start = data.draw(st.integers(0, len(words) - 1))
    proposal = propose(" ".join(words[start : data.draw(st.integers(start, len(words)))]), role, ())
    assert proposal is None or trial(proposal, role)


KNOWN = sorted(
    {phrase for phrase, _ in spelled(KINDS)}
    | {Phrase("NUMBER", "18", "years"), Phrase("NUMBER", "2", "xuln"), Phrase("NUMBER", "3")},
    key=str,
)


@given(st.lists(st.sampled_from(KNOWN), min_size=1, max_size=7), st.booleans())
def test_any_phrases_are_read_or_not_read_without_an_error(found: list[Phrase], inclusion: bool) -> None:
    read(found, inclusion=inclusion)


def test_every_rule_of_the_grammar_has_a_meaning() -> None:
    names = {rule.alias or rule.origin.name for rule in _grammar().rules}
    named = {name for name in names if not name.startswith(("_", "__")) and not name.startswith("?")}
    kept = {name for name in named if name not in {"condition", "limit", "one_limit", "grade"}}
    assert len(kept) > 30
    assert [name for name in kept if not hasattr(Meaning, name)] == []


def test_all_that_is_asked_for_how_long_ago_counts_in_the_same_units() -> None:
    events = file()["ago"].keys() - narrower().keys()
    assert events
    assert {tuple(asked(each).unit_by_code) for each in events} == {("d", "wk", "mo", "a")}


def test_the_questions_of_a_draft_s_own_are_asked_in_every_language() -> None:
    languages: list[set[str]] = []
    with_texts(narrower(), lambda texts: languages.append({*texts}))
    assert len(languages) > len(narrower())
    assert all(each == {*LANGUAGES} for each in languages)


def test_no_spelling_stands_for_two_things() -> None:
    meant: dict[str, Phrase] = {}
    for phrase, said in spelled(KINDS):
        assert meant.setdefault(said, phrase) == phrase, said
        behind = Phrase("MEASURED", "moca")
        assert phrases(f"{said} moca") in ((phrase, behind), (behind,)), said
        assert len(said) <= LONGEST


@pytest.mark.parametrize(("role", "text"), PROPOSED[::7], ids=[text for _, text in PROPOSED[::7]])
def test_what_is_proposed_loads_and_says_how_it_was_read(role: str, text: str) -> None:
    proposal = propose(text, role, ())
    said = rule_of(proposal, text).replace("«all of it»", "these words").translate(QUOTES)
    assert told(proposal.why, "en").partition("; counted")[0] == f"read as {said}"
    assert trial(proposal, role).criteria[0].rule is not None


def trial(proposal: Proposal | None, role: str) -> Protocol:
    """Return a trial of one criterion, as a draft has it, but that its review is done."""
    assert proposal is not None
    asked = [
        {"ask" if key == "words" else key: with_texts(each[key], itemgetter("en")) for key in each}
        for each in proposal.questions
    ]
    tables = "".join(f"[[question]]\n{pairs(each)}" for each in asked)
    criterion = pairs({"code": "X1", role: "fictional", "rule": proposal.rule})
    return parse_protocol(f'format = 2\nid = "X"\ntitle = "X"\n{tables}[[criterion]]\n{criterion}', "x.toml")


def pairs(values: Mapping[str, object]) -> str:
    return "".join(f"{key} = {value_of(value)}\n" for key, value in values.items())


NUMBERS = [
    ("platelets", "Platelet count", "x 10^9/L", "10*9/L", 100),
    ("hemoglobin", "Haemoglobin", "g/dL", "g/dL", 9),
    ("alt", "ALT", "x ULN", "{xULN}", 3),
    ("age_years", "Age", "years", "a", 18),
    ("bmi", "BMI", "kg/m²", "kg/m2", 30),
    ("mmse", "MMSE score", "", "{score}", 24),
    ("systolic_pressure", "Systolic blood pressure", "mmHg", "mm[Hg]", 140),
    ("last_chemotherapy", "", "", "", 0),
]
COMPARED = {
    "≥": operator.ge, "at least": operator.ge, "no less than": operator.ge, "<": operator.lt, "less than": operator.lt,
    "below": operator.lt, "≤": operator.le, "=<": operator.le, "not more than": operator.le, ">": operator.gt, "exceeding": operator.gt,
}  # fmt: skip


@given(
    st.sampled_from(NUMBERS[:-1]),
    st.sampled_from(sorted(COMPARED)),
    st.integers(-3, 3),
    st.sampled_from(sorted(ROLES.values())),
)
def test_a_rule_judges_patients_on_either_side_of_its_limit_as_the_line_says(
    number: tuple[str, str, str, str, int], compared: str, apart: int, role: str
) -> None:
    entry, name, spelled, unit, limit = number
    line = f"{name} {compared} {limit} {spelled}"
    proposal = propose(line, role, ())
    if role == "exclusion" and requires(line):
        assert proposal is None
        return
    holds = COMPARED[compared](limit + apart, limit)
    expected = "eligible" if holds == (role == "inclusion") else "ineligible"
    if "unclear" in proposal.rule and apart == 0:
        expected = "undetermined"
    answers: dict[str, Answer] = {entry: Measurement("=", Decimal(limit + apart), unit)}
    assert play(trial(proposal, role), answers).verdict == expected


def test_within_a_time_is_less_than_that_ago_and_never_is_longer_ago() -> None:
    protocol = trial(propose("Chemotherapy within 4 weeks prior to enrolment", "exclusion", ()), "exclusion")
    verdicts = {"27 d": "ineligible", "28 d": "eligible", "29 d": "eligible"}
    for ago, verdict in verdicts.items():
        value, unit = ago.split()
        assert (
            play(protocol, {"last_chemotherapy": Measurement("=", Decimal(value), unit)}).verdict == verdict
        )
    assert play(protocol, {"last_chemotherapy": Choice("never")}).verdict == "eligible"
    assert play(protocol, {"last_chemotherapy": Choice("ongoing")}).verdict == "ineligible"


HEADINGS = [
    ("Inclusion Criteria:", True, True),
    ("Key Exclusion Criteria", True, True),
    ("Adequate organ function as defined by:", True, True),
    ("Bone marrow function", True, True),
    ("Any of the following:", False, True),
    ("All of the following:", True, False),
    ("Patients with liver metastases:", False, False),
    ("For parents:", False, False),
    ("For all participants:", False, False),
    ("Unless due to disease:", False, False),
]


@pytest.mark.parametrize(("heading", "inclusion", "exclusion"), HEADINGS, ids=[each[0] for each in HEADINGS])
def test_a_heading_that_changes_its_lines_leaves_them_without_a_proposal(
    heading: str, inclusion: bool, exclusion: bool
) -> None:
    line = "Platelets < 100 x 10^9/L"
    proposed = [propose(line, role, (heading,)) is not None for role in ("inclusion", "exclusion")]
    assert proposed == [inclusion, exclusion]


def test_a_heading_may_say_whom_its_lines_concern() -> None:
    for heading in ("For adolescents:", "For adult participants"):
        inclusion, exclusion = (
            propose("Platelets < 100 x 10^9/L", role, (heading,)) for role in ROLES.values()
        )
        who = inclusion.questions[0]["id"]
        assert inclusion.rule == f'not {who} or platelets < "100 10*9/L"'
        assert exclusion.rule == f'{who} and platelets < "100 10*9/L"'


def test_a_time_that_the_record_counts_from_a_later_day_says_so() -> None:
    whys = [
        told(propose(f"Chemotherapy within 4 weeks {of}", "exclusion", ()).why, "en")
        for of in ("of the baseline visit", "before screening", "prior to study entry")
    ]
    assert [each.partition("; ")[2] for each in whys] == [
        "counted back from the day of screening, in the record from: baseline visit",
        "",
        "",
    ]


def test_a_heading_may_say_when_its_lines_are_measured() -> None:
    heading = ("Adequate organ function within 14 days before randomization:",)
    proposal = propose("Platelets ≥ 100 x 10^9/L", "inclusion", heading)
    assert proposal.questions[0]["at"] == "within 14 days before randomization"
    assert propose("Platelets ≥ 100 x 10^9/L at screening", "inclusion", heading) is None
    assert propose("Signed informed consent", "inclusion", heading) is None


def test_a_line_that_is_no_criterion_has_no_proposal() -> None:
    assert propose("Age ≥ 18 years", "line", ()) is None


def test_a_list_that_can_be_read_in_very_many_ways_is_left_alone() -> None:
    assert propose(", ".join(["age ≥ 18 and ≤ 75 years"] * 7), "inclusion", ()) is None
    assert propose(", ".join(["pregnant"] * 30), "exclusion", ()) is None


def test_no_proposal_leaves_open_whether_who_never_had_it_fits() -> None:
    times = [(role, text) for role, text, rule in LINES if rule and re.search("(?:last|since)_", rule)]
    assert len(times) > 50
    for role, text in times:
        assert [*never_passes(trial(propose(text, role, ()), role))] == [], text


def test_who_never_had_it_fits_what_is_proposed_of_a_line_that_wants_time_since() -> None:
    for line in ("At least 4 weeks since chemotherapy", "No chemotherapy within 4 weeks"):
        protocol = trial(propose(line, "inclusion", ()), "inclusion")
        for answer, verdict in (
            (Choice("never"), "eligible"),
            (Measurement("=", Decimal(2), "wk"), "ineligible"),
        ):
            assert play(protocol, {"last_chemotherapy": answer}).verdict == verdict
