"""Trials with parts: a verdict each, asked about as long as they are not ruled out."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.answers import UNKNOWN, Answer, Choice, Measurement
from dialogs.assessment import NOT_JUDGED, judge, status
from dialogs.candidates import play
from dialogs.dialogue import EXCLUDED, REVIEW, Dialogue, Step, begin, replay
from dialogs.errors import ProtocolError
from dialogs.loading import load, parse_protocol
from dialogs.portfolio.merging import merged
from dialogs.proofs import explore, representatives
from dialogs.protocol import Protocol
from dialogs.rules.judgement import FALSE, TRUE, UNCERTAIN, Facts
from dialogs.rules.tree import Conjunction, Disjunction, Negation, Node
from tests.dialogs.made_up import protocols
from tests.dialogs.playing import fitting

COHORTS = Path(__file__).parent.parent / "data" / "cohorts.toml"
TRIAL = load(str(COHORTS))
FAMILY = load(str(COHORTS.with_name("family.toml")))
"""An adolescent and a parent, who are both required."""
ARMS = parse_protocol(
    COHORTS.read_text(encoding="utf-8")
    + """
[[part]]
code = "DONOR"
name = "Donors"
required = true

[[question]]
id = "related"
ask = "Related?"

[[criterion]]
code = "D1"
inclusion = "Related donor"
rule = "related"
parts = ["DONOR"]
""",
    "arms.toml",
)
"""Two cohorts, and for either a donor."""
DONORS_OF_A = parse_protocol(ARMS.text.replace('["DONOR"]', '["DONOR", "A"]'), "arms.toml")

YES, NO = Choice("yes"), Choice("no")
CASES: dict[str, tuple[dict[str, Answer], str, dict[str, str], list[str]]] = {
    "A alone": (
        {"consent": YES, "mutation": YES, "brain": NO, "measurable": YES},
        "eligible",
        {"A": "eligible", "B": "ineligible"},
        ["consent", "mutation", "measurable"],
    ),
    "B alone": (
        {"consent": YES, "mutation": NO, "brain": NO, "measurable": NO},
        "eligible",
        {"A": "ineligible", "B": "eligible"},
        ["consent", "mutation", "brain"],
    ),
    "neither, by a criterion of both": (
        {"consent": NO},
        "ineligible",
        {"A": "ineligible", "B": "ineligible"},
        ["consent"],
    ),
    "neither, one after the other": (
        {"consent": YES, "mutation": NO, "brain": YES},
        "ineligible",
        {"A": "ineligible", "B": "ineligible"},
        ["consent", "mutation", "brain"],
    ),
    "which one is not known": (
        {"consent": YES, "brain": NO, "measurable": YES},
        "undetermined",
        {"A": "undetermined", "B": "undetermined"},
        ["consent", "mutation", "brain", "measurable"],
    ),
    "A is open, B is not": (
        {"consent": YES, "mutation": YES},
        "undetermined",
        {"A": "undetermined", "B": "ineligible"},
        ["consent", "mutation", "measurable"],
    ),
}


@pytest.mark.parametrize(("answers", "verdict", "parts", "asked"), CASES.values(), ids=CASES)
def test_each_part_has_its_verdict_and_the_whole_the_best_of_them(
    answers: dict[str, Answer], verdict: str, parts: dict[str, str], asked: list[str]
) -> None:
    found = play(TRIAL, answers)
    assert found.verdict == verdict
    assert {each.part.code: each.verdict for each in found.parts} == parts
    assert list(found.asked) == asked


ALL: Final[dict[str, Answer]] = {"consent": YES, "sleepless": YES, "reads": YES, "nights": NO}
BOTH: Final[dict[str, Answer]] = {"consent": YES, "brain": NO, "measurable": YES, "related": YES}
REQUIRED: dict[str, tuple[Protocol, dict[str, Answer], str, dict[str, str], str | None]] = {
    "both fit": (FAMILY, ALL, "eligible", {"ADOLESCENT": "eligible", "PARENT": "eligible"}, None),
    "the adolescent does not": (
        FAMILY,
        ALL | {"sleepless": NO},
        "ineligible",
        {"ADOLESCENT": "ineligible", "PARENT": "met"},
        "A1",
    ),
    "the parent does not": (
        FAMILY,
        ALL | {"nights": YES},
        "ineligible",
        {"ADOLESCENT": "met", "PARENT": "ineligible"},
        "P2",
    ),
    "neither does, by a criterion of both": (
        FAMILY,
        ALL | {"consent": NO},
        "ineligible",
        {"ADOLESCENT": "ineligible", "PARENT": "ineligible"},
        "I1",
    ),
    "of the parent not all is known": (
        FAMILY,
        ALL | {"reads": UNKNOWN},
        "undetermined",
        {"ADOLESCENT": "met", "PARENT": "undetermined"},
        None,
    ),
    "a donor and a cohort": (
        ARMS,
        BOTH | {"mutation": YES},
        "eligible",
        {"A": "eligible", "B": "ineligible", "DONOR": "eligible"},
        None,
    ),
    "no donor, so no cohort": (
        ARMS,
        BOTH | {"mutation": YES, "related": NO},
        "ineligible",
        {"A": "ineligible", "B": "ineligible", "DONOR": "ineligible"},
        "D1",
    ),
    "a donor whom a criterion of the donor and of one cohort rules out": (
        DONORS_OF_A,
        BOTH | {"mutation": NO, "related": NO},
        "ineligible",
        {"A": "ineligible", "B": "ineligible", "DONOR": "ineligible"},
        "D1",
    ),
    "a donor, and no cohort": (
        ARMS,
        BOTH | {"mutation": NO, "brain": YES},
        "ineligible",
        {"A": "ineligible", "B": "ineligible", "DONOR": "met"},
        "B2",
    ),
    "a cohort, of the donor nothing is known": (
        ARMS,
        BOTH | {"mutation": YES, "related": UNKNOWN},
        "undetermined",
        {"A": "undetermined", "B": "ineligible", "DONOR": "undetermined"},
        None,
    ),
}


@pytest.mark.parametrize(("trial", "answers", "verdict", "parts", "first"), REQUIRED.values(), ids=REQUIRED)
def test_the_whole_has_the_worst_of_the_required_parts_and_of_the_best_of_the_others(
    trial: Protocol, answers: dict[str, Answer], verdict: str, parts: dict[str, str], first: str | None
) -> None:
    found = play(trial, answers)
    assert (found.verdict, found.first_failed) == (verdict, first)
    assert {each.part.code: each.verdict for each in found.parts} == parts


def test_once_a_required_part_is_ruled_out_nothing_more_is_asked_and_further_reasons_can_be_recorded() -> (
    None
):
    dialogue = begin(FAMILY)
    for question, answer in (("consent", YES), ("sleepless", NO)):
        dialogue.take(Step("answer", question, answer))
    assert (dialogue.state, dialogue.failed_codes, dialogue.first_failed) == (EXCLUDED, ("A1",), "A1")
    assert (dialogue.missing, dialogue.undetermined) == ((), False)
    assert {each.part.code: each.unresolved for each in dialogue.parts} == {
        "ADOLESCENT": (),
        "PARENT": ("P1", "P2"),
    }
    dialogue.take(Step("continue"))
    assert dialogue.state == "reads"


def test_a_part_may_say_that_it_is_not_required() -> None:
    text = COHORTS.read_text(encoding="utf-8")
    said = parse_protocol(text.replace('code = "A"\n', 'code = "A"\nrequired = false\n', 1), "cohorts.toml")
    assert said.parts == TRIAL.parts


def test_a_part_that_failed_is_not_asked_about_until_every_part_has() -> None:
    dialogue = begin(TRIAL)
    for question, answer in (("consent", YES), ("mutation", NO)):
        dialogue.take(Step("answer", question, answer))
    assert (dialogue.state, dialogue.failed_codes, dialogue.can("continue")) == ("brain", (), False)
    assert dialogue.statuses["A2"] == "not judged"
    dialogue.take(Step("answer", "brain", YES))
    assert (dialogue.state, dialogue.failed_codes) == (EXCLUDED, ("A1", "B2"))
    assert dialogue.first_failed == "B2"
    dialogue.take(Step("continue"))
    assert (dialogue.state, dialogue.previous) == ("measurable", "brain")


def test_a_correction_that_opens_a_part_again_asks_what_was_left_out() -> None:
    dialogue = begin(TRIAL)
    for question, answer in (("consent", YES), ("mutation", NO), ("brain", NO)):
        dialogue.take(Step("answer", question, answer))
    assert (dialogue.state, dialogue.verdict) == (REVIEW, "eligible")
    dialogue.take(Step("correct", "mutation"))
    dialogue.take(Step("answer", "mutation", YES))
    assert (dialogue.state, dialogue.set_aside) == ("measurable", ("brain",))


def test_what_is_missing_of_one_part_can_be_filled_in_while_another_is_eligible() -> None:
    before, _, after = COHORTS.read_text(encoding="utf-8").rpartition('rule = "mutation"')
    dialogue = begin(parse_protocol(before + 'rule = "not consent"' + after, "cohorts.toml"))
    for question, answer in (("consent", YES), ("mutation", YES), ("brain", UNKNOWN), ("measurable", YES)):
        dialogue.take(Step("answer", question, answer))
    assert [each.verdict for each in dialogue.parts] == ["eligible", "undetermined"]
    assert (dialogue.verdict, dialogue.unresolved, dialogue.missing) == ("eligible", (), ("brain",))
    dialogue.take(Step("save"))
    dialogue.take(Step("reopen"))
    assert dialogue.state == "brain"


MISTAKES = {
    "part that is not there": (
        'parts = ["A"]',
        'parts = ["C"]',
        "criterion A1: parts",
        "there is no part C",
        "A, B",
    ),
    "part twice": ('code = "B"\nname', 'code = "A"\nname', "part A", "stands 2 times", "its own"),
    "requires one of another part": (
        'code = "B2"',
        'code = "B2"\nrequires = "A1"',
        "criterion B2: parts",
        "A1, which it requires, does not belong to all of them",
        "Please let A1",
    ),
}


@pytest.mark.parametrize(
    ("old", "new", "place", "fault", "remedy"),
    MISTAKES.values(),
    ids=MISTAKES,
)
def test_a_mistake_about_parts_is_refused(old: str, new: str, place: str, fault: str, remedy: str) -> None:
    text = COHORTS.read_text(encoding="utf-8")
    assert old in text
    with pytest.raises(ProtocolError) as refused:
        parse_protocol(text.replace(old, new, 1), "cohorts.toml")
    told = [each for each in refused.value.faults if fault in each.fault and each.place.startswith(place)]
    assert told, refused.value.faults
    assert remedy in told[0].remedy


# random protocols ----------------------------------------------------------------------------------


def value_of(node: Node, facts: Facts) -> int:
    """A rule's value in three-valued logic, the slow and obvious way; what was not answered is unknown."""
    if isinstance(node, Negation):
        return TRUE - value_of(node.node, facts)
    if isinstance(node, Conjunction):
        return min(value_of(part, facts) for part in node.nodes)
    if isinstance(node, Disjunction):
        return max(value_of(part, facts) for part in node.nodes)
    judgement = node.judge([UNKNOWN if fact is None else fact for fact in facts])
    assert judgement.low == judgement.high
    return judgement.low


NAMES = {FALSE: "ineligible", UNCERTAIN: "undetermined", TRUE: "eligible"}


def evaluated(protocol: Protocol, facts: Facts) -> tuple[str, dict[str, str]]:
    """The verdict of the whole, and of each part, by evaluating every criterion of it."""
    values: dict[str, int] = {}
    for criterion in protocol.criteria:
        value = value_of(criterion.rule.node, facts)
        value = value if criterion.kind == "inclusion" else TRUE - value
        values[criterion.code] = TRUE if values.get(criterion.requires or "") == FALSE else value
    alone = {
        part.code: min(values[c.code] for c in protocol.criteria if part.code in (c.parts or part.code))
        for part in protocol.parts
    }
    required = [alone[part.code] for part in protocol.parts if part.required]
    others = [alone[part.code] for part in protocol.parts if not part.required]
    whole = min([*required, *([max(others)] if others else [])])
    found = {
        part.code: NAMES[alone[part.code] if part.required else min(alone[part.code], *required, TRUE)]
        for part in protocol.parts
    }
    return NAMES[whole], {
        code: "met" if each == "eligible" and whole < TRUE else each for code, each in found.items()
    }


def answered(protocol: Protocol, table: dict[str, Answer]) -> tuple[Dialogue, list[Step]]:
    """A dialogue as far as it goes by itself: to the review, or to the exclusion."""
    dialogue, steps = begin(protocol), list[Step]()
    while dialogue.state not in (EXCLUDED, REVIEW):
        steps.append(Step("answer", dialogue.state, fitting(dialogue, table)))
        dialogue.take(steps[-1])
    return dialogue, steps


def drawn_table(protocol: Protocol, data: st.DataObject) -> dict[str, Answer]:
    return {
        question.id: data.draw(st.sampled_from(representatives(protocol, place)), label=question.id)
        for place, question in enumerate(protocol.questions)
    }


def completed(dialogue: Dialogue, table: dict[str, Answer]) -> list[Answer]:
    """What the dialogue knows, and the table's answers to all that it did not ask."""
    facts = list(dialogue.facts)
    for place, question in enumerate(dialogue.protocol.questions):
        if facts[place] is None:
            facts[place] = table[question.id]
    for place, question in enumerate(dialogue.protocol.questions):
        limit, value = facts[place], facts[dialogue.protocol.position.get(question.unit_of or "", place)]
        if not isinstance(limit, Measurement) or not isinstance(value, Measurement):
            continue
        if limit.unit != value.unit and value.unit in question.unit_by_code:
            facts[place] = UNKNOWN
    return [fact or UNKNOWN for fact in facts]


@given(protocols(parts=("A", "B", "C")), st.data())
def test_the_dialogue_comes_to_what_a_full_evaluation_of_every_part_comes_to(
    protocol: Protocol, data: st.DataObject
) -> None:
    table = drawn_table(protocol, data)
    dialogue, steps = answered(protocol, table)
    whole, found = evaluated(protocol, completed(dialogue, table))
    told = {each.part.code: each.verdict for each in dialogue.parts}
    assert dialogue.verdict == whole
    if dialogue.state == EXCLUDED:  # by a required part: of the others not all was asked
        known = {code: each for code, each in told.items() if each != "undetermined"}
        assert known == {code: found[code] for code in known}
        assert all(part.required for part in protocol.parts if part.code not in known)
    else:
        assert told == found
    assert (dialogue.state == EXCLUDED) == (dialogue.verdict == "ineligible")
    again = replay(protocol, steps)
    assert (again.state, again.parts, again.applied) == (dialogue.state, dialogue.parts, dialogue.applied)


@given(protocols(parts=("A", "B")), st.data())
def test_only_a_part_that_is_not_ruled_out_is_asked_about(protocol: Protocol, data: st.DataObject) -> None:
    table = drawn_table(protocol, data)
    dialogue = begin(protocol)
    while dialogue.state not in (EXCLUDED, REVIEW):
        place = protocol.position[dialogue.state]
        standing = {each.part.code for each in dialogue.parts if each.verdict != "ineligible"}
        waiting = [
            criterion
            for index, criterion in enumerate(protocol.criteria)
            if judge(protocol, index, dialogue.facts).residual >> place & 1
        ]
        assert any(standing.intersection(each.parts or ("A", "B")) for each in waiting)
        dialogue.take(Step("answer", dialogue.state, fitting(dialogue, table)))


_SMALL: Final = ("p", "q", "r", "s")
_PARTS: Final = ('["A"]', '["B"]', '["A", "B"]')


@st.composite
def _rule(draw: st.DrawFn) -> str:
    """A rule in which each question stands once, so that each can matter."""
    names = draw(st.lists(st.sampled_from(_SMALL), min_size=1, unique=True))
    rule = ""
    for name in names:
        leaf = draw(st.sampled_from((name, f"not {name}")))
        rule = f"({rule} {draw(st.sampled_from(('and', 'or')))} {leaf})" if rule else leaf
    return rule


@st.composite
def small_trials(draw: st.DrawFn) -> Protocol:
    """Four yes/no questions, two parts, and criteria of one of them or of both."""
    lines = ["format = 2", 'id = "SMALL"', 'title = "small"']
    lines += [f'[[part]]\ncode = "{code}"\nname = "Part {code}"' for code in "AB"]
    lines += [f'[[question]]\nid = "{name}"\nask = "{name}?"' for name in _SMALL]
    belongs = (
        *draw(st.permutations(('["A"]', '["B"]'))),
        *draw(st.lists(st.sampled_from(_PARTS), max_size=2)),
    )
    for place, parts in enumerate(belongs):
        rule = draw(_rule()) if place else " and ".join(_SMALL)  # each question is used
        side = draw(st.sampled_from(("inclusion", "exclusion")))
        lines.append(f'[[criterion]]\ncode = "K{place}"\n{side} = "k"\nrule = "{rule}"\nparts = {parts}')
    return parse_protocol("\n".join(lines), "small.toml")


@given(small_trials(), st.data())
def test_no_question_is_asked_in_vain(trial: Protocol, data: st.DataObject) -> None:
    """Some answer to it, with some answers to what is open, tells apart how a criterion of an open part turns out."""
    dialogue = begin(trial)
    while dialogue.state not in (EXCLUDED, REVIEW):
        place = trial.position[dialogue.state]
        open_parts = {each.part.code for each in dialogue.parts if each.verdict != "ineligible"}
        rules = [c.rule.node for c in trial.criteria if open_parts.intersection(c.parts)]
        assert any(_tells_apart(rule, place, dialogue.facts) for rule in rules)
        dialogue.take(Step("answer", dialogue.state, data.draw(st.sampled_from((YES, NO, UNKNOWN)))))


def _tells_apart(rule: Node, place: int, facts: Facts) -> bool:
    """Try every answer to what was not answered."""
    others = [at for at, fact in enumerate(facts) if fact is None and at != place]
    for answers in product((YES, NO, UNKNOWN), repeat=len(others)):
        known = list(facts)
        for at, answer in zip(others, answers, strict=True):
            known[at] = answer
        if (
            len({value_of(rule, [*known[:place], each, *known[place + 1 :]]) for each in (YES, NO, UNKNOWN)})
            > 1
        ):
            return True
    return False


@given(protocols(parts=("A", "B")), st.data())
def test_the_order_in_which_answers_are_given_does_not_matter(
    protocol: Protocol, data: st.DataObject
) -> None:
    """Wrong answers first, corrected in a random order, come to the same."""
    table = drawn_table(protocol, data)
    wanted, _ = answered(protocol, table)
    if any(q.unit_of for q in map(protocol.question, wanted.applied)):
        return  # a limit in the unit of the wrong value is no answer to the right one
    other, _ = answered(protocol, drawn_table(protocol, data))
    for _ in range(60):
        if other.state in protocol.position:
            other.take(Step("answer", other.state, fitting(other, table)))
            continue
        wrong = [q for q in other.applied if other.answers[q] != table[q]]
        wrong = [q for q in wrong if protocol.question(q).unit_of is None]
        if not wrong:
            break
        other.take(Step("correct", data.draw(st.sampled_from(wrong))))
    assert other.verdict == wanted.verdict
    if wanted.state == REVIEW:  # beyond an exclusion, what was answered before it goes on to apply
        assert (other.state, other.parts, other.applied) == (REVIEW, wanted.parts, wanted.applied)


@given(protocols(parts=("A",)), st.data())
def test_a_trial_of_one_part_goes_like_one_without(protocol: Protocol, data: st.DataObject) -> None:
    table = drawn_table(protocol, data)
    dialogue, _ = answered(protocol, table)
    (only,) = dialogue.parts
    assert only.verdict == dialogue.verdict
    assert (only.failed, only.unresolved) == (dialogue.failed_codes, dialogue.unresolved)
    assert (dialogue.state == EXCLUDED) == bool(dialogue.failed)


def test_the_walk_over_all_dialogues_knows_of_parts() -> None:
    """Every dialogue played out by hand asks what the exploration says can follow."""
    follows = set[tuple[str, str]]()
    for answers in product((YES, NO, UNKNOWN), repeat=len(TRIAL.questions)):
        table = dict(zip(TRIAL.position, answers, strict=True))
        dialogue, before = begin(TRIAL), None
        while dialogue.state != REVIEW:
            if dialogue.state == EXCLUDED:
                dialogue.take(Step("continue" if dialogue.can("continue") else "finish"))
                continue
            follows |= {(before, dialogue.state)} if before else set()
            before = dialogue.state
            dialogue.take(Step("answer", before, table[before]))
    assert explore(TRIAL).follows == follows


def test_what_is_not_judged_is_told_from_met() -> None:
    assert status(NOT_JUDGED) == "not judged"


EXCLUDED_BY = {
    "a criterion of all": ({"consent": NO}, "I1"),
    "the last part's criterion": ({"consent": YES, "mutation": NO, "brain": YES}, "B2"),
    "nothing, one part is open": ({"consent": YES, "mutation": NO, "brain": NO}, None),
}


@pytest.mark.parametrize(("answers", "code"), EXCLUDED_BY.values(), ids=EXCLUDED_BY)
def test_the_criterion_that_excludes_is_the_one_at_which_the_last_part_failed(
    answers: dict[str, Answer], code: str | None
) -> None:
    assert play(TRIAL, answers).first_failed == code


# whom a part is about ------------------------------------------------------------------------------

DYAD = """
format = 2
id = "DYAD"
title = "Fictional"
languages = ["en", "zh"]
[[part]]
code = "A"
name = "Adolescents"
required = true
person = { en = "the adolescent", zh = "青少年" }
[[part]]
code = "P"
name = "Parents"
required = true
person = { en = "the parent", zh = "家长" }
[[criterion]]
code = "I1"
inclusion = "Aged 13 to 17"
rule = "13 <= age_years < 18"
parts = ["A"]
[[criterion]]
code = "I2"
inclusion = "Able to read"
parts = ["P"]
[[criterion]]
code = "I3"
inclusion = "Sleeps badly"
parts = ["A"]
[[criterion]]
code = "I4"
inclusion = "Signed consent"
[[criterion]]
code = "E1"
exclusion = "Works at night"
"""
ASKED = {
    "i2": ("Is this true of the parent?", "家长是否符合以下描述？"),
    "i3": ("Is this true of the adolescent?", "青少年是否符合以下描述？"),
    "i4": ("Is this true of the adolescent and the parent?", "青少年和家长是否符合以下描述？"),
    "e1": ("Is this true of the adolescent or the parent?", "青少年或家长是否符合以下描述？"),
}


@pytest.mark.parametrize(("question", "asked"), ASKED.items(), ids=ASKED)
def test_a_question_names_whom_the_parts_of_its_criterion_are_about(
    question: str, asked: tuple[str, str]
) -> None:
    ask = parse_protocol(DYAD, "dyad.toml").question(question).ask
    assert (ask["en"].split("\n")[0], ask["zh"].split("\n")[0]) == asked


def test_of_parts_that_name_nobody_the_patient_is_asked() -> None:
    text = DYAD.replace('person = { en = "the parent", zh = "家长" }\n', "")
    asked = {each.id: each.ask["en"].split("\n")[0] for each in parse_protocol(text, "dyad.toml").questions}
    assert asked["i2"] == "Is this true of the patient?"
    assert asked["i4"] == "Is this true of the adolescent and the patient?"


def test_a_plain_text_names_a_person_in_every_language() -> None:
    text = DYAD.replace('{ en = "the parent", zh = "家长" }', '"Parents"')
    assert parse_protocol(text, "dyad.toml").question("i2").ask["zh"].startswith("Parents是否符合")


def test_the_same_question_about_two_persons_is_asked_twice_in_a_matching() -> None:
    other = 'format = 2\nid = "ALONE"\ntitle = "x"\n[[criterion]]\ninclusion = "Adult"\nrule = "age_years >= 18"\n'
    trials = [parse_protocol(DYAD, "dyad.toml"), parse_protocol(other, "x.toml")]
    asked = [each.short["en"] for each in merged(trials).questions]
    assert [each for each in asked if each.startswith("Age")] == ["Age (the adolescent)", "Age"]
    unnamed = DYAD.replace('person = { en = "the adolescent", zh = "青少年" }\n', "")
    asked = [each.short["en"] for each in merged([parse_protocol(unnamed, "x.toml"), trials[1]]).questions]
    assert asked.count("Age") == 1
