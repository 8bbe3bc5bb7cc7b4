"""The order of asking that is proposed: counted as the dialogue asks, and never a matter of whom the trial excludes."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import permutations
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dialogs.answers import Answer
from dialogs.assessment import judge
from dialogs.dialogue import EXCLUDED, REVIEW, Dialogue, Step, begin
from dialogs.effort import EXPLAINED, WEIGHTS
from dialogs.errors import NotEditable
from dialogs.loading import load, parse_protocol, shipped_protocols
from dialogs.loading.reordering import reordered
from dialogs.of_one_trial import explained_first
from dialogs.ordering import Seen, propose
from dialogs.ordering.frequencies import AS_MANY, chances
from dialogs.ordering.frequencies import EXCLUDED as SHARE
from dialogs.ordering.layout import Layout
from dialogs.ordering.patients import DRAWN, Patient, patients
from dialogs.ordering.search import found
from dialogs.ordering.walks import Walks, effort
from dialogs.protocol import Protocol
from dialogs.rules.judgement import FALSE, members, union
from tests.dialogs.every_kind import files
from tests.dialogs.every_kind import patients as any_patient
from tests.dialogs.playing import fitting
from tests.dialogs.test_every_kind import built
from tests.dialogs.test_format import HEAD, criterion, question, trial

DATA = Path(__file__).parent.parent / "data"
TEXTS = {name: file.read_text(encoding="utf-8") for name, file in sorted(shipped_protocols().items())}
TEXTS |= {
    name: (DATA / f"{name}.toml").read_text(encoding="utf-8")
    for name in ("cohorts", "several", "site_facts", "washouts", "worked_out")
}
every_trial = pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)


def names(protocol: Protocol, order: tuple[int, ...]) -> list[str]:
    return [protocol.questions[place].id for place in order]


def asked_of(patient: Patient, protocol: Protocol, at: dict[str, int]) -> list[str]:
    """Play the dialogue up to the exclusion; `at` are the places that the patient's answers have."""
    dialogue, asked = begin(protocol), []
    while dialogue.state not in (EXCLUDED, REVIEW):
        step = dialogue.by_itself
        if step is None:
            asked.append(dialogue.state)
            step = Step("answer", dialogue.state, patient.answers[at[dialogue.state]])
        dialogue.take(step)
    return asked


@every_trial
def test_what_is_counted_is_what_the_dialogue_asks(text: str) -> None:
    protocol, random = parse_protocol(text, "trial.toml"), Random(0)
    layout = Layout(protocol)
    some = patients(protocol, chances(protocol, {}), "counted")
    walks = Walks(protocol, some)
    assert len(some) > 10
    for _ in range(2):
        order = layout.laid_out(random.sample(layout.movable, len(layout.movable)))
        in_order = parse_protocol(reordered(text, names(protocol, order)), "trial.toml")
        for patient, walk in random.sample([*zip(some, walks.walks, strict=True)], 10):
            assert names(protocol, tuple(walk.asked(order))) == asked_of(patient, in_order, protocol.position)


@given(st.data())
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_in_any_order_the_verdict_is_the_same_and_nothing_is_asked_in_vain(data: st.DataObject) -> None:
    raw = data.draw(files())
    patient = data.draw(any_patient(raw))
    as_it_stands = built(raw)
    order = data.draw(st.permutations([question.id for question in as_it_stands.questions]))
    one, other = (
        _without_vain_questions(each, patient) for each in (as_it_stands, built(raw | {"order": order}))
    )
    assert one.verdict == other.verdict
    assert [each.verdict for each in one.parts] == [each.verdict for each in other.parts]
    assert one.excluded == other.excluded


def _without_vain_questions(protocol: Protocol, answers: Mapping[str, Answer]) -> Dialogue:
    """Play up to the exclusion; each question that is asked could change a part that is not ruled out."""
    dialogue = begin(protocol)
    while dialogue.state not in (EXCLUDED, REVIEW):
        here = 1 << protocol.position[dialogue.state]
        criteria = zip(protocol.parts_of, dialogue.judged, strict=True)
        assert any(each.residual & here and parts & ~dialogue.ruled_out for parts, each in criteria)
        dialogue.take(Step("answer", dialogue.state, fitting(dialogue, answers)))
    return dialogue


# what stays in order -----------------------------------------------------------------------------

BOUND = {
    "a limit follows its value": ('alt <= "2 {xULN}"', ["q", "alt", "alt_uln"], ["alt", "alt_uln", "q"]),
    "parts come before their number": ("bmi < 30", ["q", "body_weight", "height", "bmi"], ["body_weight", "height", "bmi", "q"]),
    "those of one criterion keep their order": ('sex != "male" and pregnant_or_lactating == "pregnant"', ["q", "sex", "pregnant_or_lactating"], ["sex", "pregnant_or_lactating", "q"]),
    "what the trial must be explained for comes last": ('consent_willing == "yes"', ["q", "consent_willing"], ["q", "consent_willing"]),
    "a part that is asked for itself is moved by itself": ('bmi < 30 and height > "100 cm"', ["q", "body_weight", "height", "bmi"], ["body_weight", "height", "bmi", "q"]),
}  # fmt: skip


@pytest.mark.parametrize(("rule", "today", "turned"), BOUND.values(), ids=BOUND)
def test_what_belongs_together_stays_together(rule: str, today: list[str], turned: list[str]) -> None:
    own = question('id = "q"\nask = "Q?"') + criterion('code = "E1"\nexclusion = "x"\nrule = "q"')
    protocol = trial(own, criterion(f"code = 'I1'\ninclusion = 'x'\nrule = '{rule}'"))
    layout = Layout(protocol)
    assert names(protocol, layout.today) == today
    assert names(protocol, layout.laid_out(reversed(layout.movable))) == turned


def test_what_a_required_criterion_asks_comes_before_what_it_may_spare() -> None:
    protocol = trial(
        *(question(f'id = "{name}"\nask = "{name}?"') for name in ("first", "then")),
        criterion("code = 'I1'\ninclusion = 'x'\nrule = 'first'"),
        criterion("code = 'I2'\ninclusion = 'y'\nrule = 'then'\nrequires = 'I1'"),
    )
    layout = Layout(protocol)
    assert names(protocol, layout.laid_out(reversed(layout.movable))) == ["first", "then"]


@every_trial
def test_the_loader_takes_an_order_as_it_was_laid_out(text: str) -> None:
    protocol, random = parse_protocol(text, "trial.toml"), Random(1)
    layout = Layout(protocol)
    assert layout.laid_out(layout.movable)
    order = names(protocol, layout.laid_out(random.sample(layout.movable, len(layout.movable))))
    in_order = parse_protocol(reordered(text, order), "trial.toml")
    assert names(in_order, Layout(in_order).today) == order


def test_what_a_trial_must_be_explained_for_is_said_by_willingness_or_asked_of_the_patient() -> None:
    asks = {
        "visit": 'ask = "Weight at the visit?"\neffort = "bedside"\nat = "at baseline"',
        "opinion": 'ask = "Can the investigator not let the patient take part?"',
        "pill": 'ask = "Will the patient use contraception during the trial?"\neffort = "bedside"',
        "told": 'ask = "Was it talked over with the family?"',
        "shared": 'ask = "Of age?"',
    }
    protocol = trial(
        *(question(f'id = "{name}"\n{keys}') for name, keys in asks.items()),
        *(
            criterion(f"code = '{name}'\ninclusion = 'x'\nrule = '{name}'")
            for name in ("visit", "opinion", "pill")
        ),
        criterion("code = 'W'\ninclusion = 'x'\nrule = 'told or shared'\nwillingness = true"),
        criterion("code = 'S'\ninclusion = 'x'\nrule = 'shared'"),
    )
    explained = tuple(members(explained_first(protocol)))
    assert names(protocol, explained) == ["pill", "told"]
    assert {effort(protocol, place) for place in explained} == {EXPLAINED}
    turned = Layout(protocol).laid_out(reversed(Layout(protocol).movable))
    assert {*names(protocol, turned)[-2:]} == {"pill", "told"}


@pytest.mark.parametrize("name", ["EXAMPLE-DM2", "EXAMPLE-MDD", "NCT04420494"])
def test_an_order_is_one_that_a_ward_would_take(name: str) -> None:
    protocol = load(name)
    order = [protocol.position[each] for each in propose(protocol).better]
    for each in protocol.criteria:
        named = each.rule.judge([None] * len(protocol.questions)).residual
        assert [place for place in order if named >> place & 1] == [*members(named)], each.code
    willing = union(each.rule.mask for each in protocol.criteria if each.willingness)
    assert union(1 << place for place in order[len(order) - willing.bit_count() :]) == willing


# patients ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["NCT04420494", "EXAMPLE-DM2", "EXAMPLE-MDD", "washouts"])
def test_criteria_exclude_made_up_patients_as_often_as_they_should(name: str) -> None:
    """As far as criteria allow it: of two cohorts that are each other's opposite one is always failed."""
    protocol = parse_protocol(TEXTS[name], "trial.toml")
    chance = chances(protocol, {})
    some = patients(protocol, chance, "exclude")
    assert sum(each.counts_for for each in some) == pytest.approx(DRAWN)
    for index, likely in enumerate(chance):
        failed = sum(each.counts_for for each in some if judge(protocol, index, each.answers).high == FALSE)
        assert failed / DRAWN == pytest.approx(likely, abs=0.06), protocol.criteria[index].code


def test_what_was_seen_counts_beside_the_guess() -> None:
    protocol = ill("a", "b")
    guess = chances(protocol, {})[0]
    assert (1 - guess) ** 2 == pytest.approx(1 - SHARE)
    seen = {"E1": Seen(90, 90), "gone": Seen(7, 7)}
    assert chances(protocol, seen) == pytest.approx(((90 + AS_MANY * guess) / (90 + AS_MANY), guess))


@pytest.mark.parametrize("criteria", [8, 40])
def test_a_long_trial_excludes_no_more_patients_than_a_short_one(criteria: int) -> None:
    protocol = trial(
        *(question(f'id = "q{n}"\nask = "Q{n}?"') for n in range(criteria)),
        *(
            criterion(f"code = 'E{n}'\nexclusion = 'x'\nrule = 'q{n} and q{(n + 1) % criteria}'")
            for n in range(criteria)
        ),
    )
    failed = [
        each.counts_for
        for each in patients(protocol, chances(protocol, {}), "long")
        if any(judge(protocol, index, each.answers).high == FALSE for index in range(criteria))
    ]
    assert sum(failed) / DRAWN == pytest.approx(SHARE, abs=0.06)


def test_a_criterion_that_no_answer_settles_excludes_nobody() -> None:
    protocol = trial(criterion("code = 'I1'\ninclusion = 'x'\nrule = 'unclear'"))
    assert propose(protocol).today == ()


# the search --------------------------------------------------------------------------------------


def ill(*conditions: str, effort: Mapping[str, str] | None = None) -> Protocol:
    """A fictional trial that excludes by each of these conditions over yes/no questions a to f."""
    said = {name: (effort or {}).get(name, "chart") for name in "abcdef"}
    asks = [question(f'id = "{name}"\nask = "{name}?"\neffort = "{said[name]}"') for name in said]
    rules = [
        criterion(f"code = 'E{n}'\nexclusion = 'x'\nrule = '{rule}'") for n, rule in enumerate(conditions, 1)
    ]
    return trial(*asks, *rules)


def first(protocol: Protocol, seen: dict[str, Seen] | None = None) -> list[str]:
    return list(propose(protocol, seen).better)


def test_what_costs_least_is_asked_first() -> None:
    effort = dict(zip("abcd", [*WEIGHTS][::-1], strict=True))
    assert first(ill("a", "b", "c", "d", effort=effort)) == ["d", "c", "b", "a"]


def test_what_excludes_most_is_asked_first() -> None:
    protocol = ill("a", "b", "c", "d")
    often = {"E1": Seen(200, 2), "E2": Seen(200, 20), "E3": Seen(200, 120), "E4": Seen(200, 60)}
    assert first(protocol, often) == ["c", "d", "b", "a"]


def test_a_condition_of_two_answers_is_asked_together() -> None:
    order = first(ill("a and b", "c", "d and e", "f"), {"E3": Seen(100, 90)})
    assert set(order[:2]) == {"d", "e"}


def test_an_order_that_is_as_good_as_any_is_left() -> None:
    protocol = ill("a", "b", "c", "d")
    proposal = propose(protocol)
    assert not proposal.worthwhile
    assert proposal.better == proposal.today == ("a", "b", "c", "d")
    assert proposal.takes_better == proposal.takes_today


def test_what_is_known_of_the_site_takes_nothing() -> None:
    text = (DATA / "site_facts.toml").read_text(encoding="utf-8")
    protocol = parse_protocol(text, "trial.toml")
    facts = [place for place, each in enumerate(protocol.questions) if each.site_fact]
    walks = Walks(protocol, patients(protocol, chances(protocol, {}), "site"))
    assert facts
    assert all(walks.effort[place] == 0 for place in facts)


CONDITIONS = {
    "one answer each": ("a", "b", "c", "d", "e"),
    "shared answers": ("a and b", "b and c", "c and d", "e"),
    "either of two": ("a or b", "c and (d or e)", "b and e"),
    "some of several": ("at_least(2, a, b, c)", "c and d", "e or a"),
}


@pytest.mark.parametrize("conditions", CONDITIONS.values(), ids=CONDITIONS)
def test_the_order_that_is_found_is_nearly_the_best_of_all(conditions: tuple[str, ...]) -> None:
    effort = {"a": "result", "b": "bedside", "c": "procedure", "d": "chart", "e": "bedside"}
    protocol = ill(*conditions, effort=effort)
    layout, chance = Layout(protocol), chances(protocol, {"E1": Seen(40, 20), "E2": Seen(40, 2)})
    walks = Walks(protocol, patients(protocol, chance, "all"))
    best = min(walks.expected(layout.laid_out(order)).effort for order in permutations(layout.movable))
    assert walks.expected(found(layout, walks, chance)).effort <= 1.02 * best


def test_the_same_is_proposed_every_time() -> None:
    protocol = ill("a and b", "b or c", "d", effort={"c": "procedure"})
    assert propose(protocol) == propose(protocol)


def test_a_fictional_trial_takes_less_in_the_proposed_order() -> None:
    proposal = propose(load("EXAMPLE-DM2"))
    assert proposal.worthwhile
    assert proposal.takes_better.effort < 0.95 * proposal.takes_today.effort


# the text ----------------------------------------------------------------------------------------

ORDER = 'order = [\n  "b", "a",\n]\n'
TEXT = f'{HEAD}# a remark\n\n[[question]]\nid = "a" # of a\nask = "A?"\n'
WRITTEN = {
    "below the keys at the top": (TEXT, TEXT.replace("# a remark", f"{ORDER}# a remark")),
    "in the place of its own": (TEXT.replace("title", 'order = ["a",\n "b"]\ntitle'), TEXT.replace("title", f"{ORDER}title")),
    "at the end, without a line end": (HEAD.rstrip(), HEAD + ORDER),
    "with line ends of Windows": (TEXT.replace("\n", "\r\n"), TEXT.replace("# a remark", f"{ORDER}# a remark").replace("\n", "\r\n")),
    "where nothing stands at the top": ('[[question]]\nid = "a"\n', f'{ORDER}[[question]]\nid = "a"\n'),
}  # fmt: skip


@pytest.mark.parametrize(("text", "becomes"), WRITTEN.values(), ids=WRITTEN)
def test_an_order_is_written_and_all_else_stays(text: str, becomes: str) -> None:
    assert reordered(text, ["b", "a"]) == becomes


def test_a_file_in_which_none_can_be_added_is_left_with_what_to_write() -> None:
    text = TEXT.replace("title", '"or\\u0064er" = ["a"]\ntitle')
    with pytest.raises(NotEditable) as refused:
        reordered(text, ["b", "a"])
    assert ORDER in str(refused.value)
