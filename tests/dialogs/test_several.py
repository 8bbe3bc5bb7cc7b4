"""Questions that take several options: what is kept, read, ruled on and said of them."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.answers import UNKNOWN, Answer, Choice, Selection, decode, encode
from dialogs.candidates import BadFile, Row, read_candidates
from dialogs.dialogue import REVIEW, Dialogue, Step, begin
from dialogs.errors import AnswerError, ProtocolError
from dialogs.loading import load, parse_protocol
from dialogs.loading.kinds import Report
from dialogs.loading.references import check_outcomes
from dialogs.proofs import representatives
from dialogs.reading import Refused, Understood, read
from dialogs.reasons import what_failed
from dialogs.wording import describe

FILE = Path(__file__).parent.parent / "data" / "several.toml"
PROTOCOL = load(str(FILE))
HISTORY = PROTOCOL.question("history")
CODES = tuple(HISTORY.option_by_code)


def _ticked(*codes: str) -> Selection:
    return Selection(codes)


def _played(*given: tuple[str, Answer]) -> Dialogue:
    dialogue = begin(PROTOCOL)
    for question, answer in given:
        dialogue.take(Step("answer", question, answer))
    return dialogue


# kept ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "stored"),
    [(_ticked(), "{}"), (_ticked("a"), "{a}"), (_ticked("a", "b"), "{a,b}")],
)
def test_a_selection_is_stored_as_a_set(answer: Selection, stored: str) -> None:
    assert encode(answer) == (stored, None)
    assert decode(stored, None) == answer


@pytest.mark.parametrize(
    "answer",
    [
        _ticked("copd", "asthma"),
        _ticked("asthma", "asthma"),
        _ticked("gout"),
        _ticked("none"),
        Choice("asthma"),
    ],
    ids=["in another order", "twice", "no option", "none in words", "a choice"],
)
def test_an_answer_that_is_not_as_the_options_stand_is_refused(answer: Answer) -> None:
    with pytest.raises(AnswerError):
        HISTORY.check(answer)


def test_a_choice_takes_no_selection() -> None:
    with pytest.raises(AnswerError):
        PROTOCOL.question("sex").check(_ticked("male"))


# read ----------------------------------------------------------------------------------------------

READ = {
    "asthma": ("asthma",),
    "Asthma, COPD": ("asthma", "copd"),
    "copd; asthma": ("asthma", "copd"),
    "哮喘、慢阻肺": ("asthma", "copd"),
    "哮喘，慢阻肺": ("asthma", "copd"),
    "哮喘和慢阻肺": ("asthma", "copd"),
    "asthma and copd": ("asthma", "copd"),
    "1, 3": ("asthma", "hepatitis_b"),
    "3；1": ("asthma", "hepatitis_b"),
    "hepatitis_b": ("hepatitis_b",),
    "Hepatitis B, chronic": ("hepatitis_b",),
    "Asthma, Hepatitis B, chronic, COPD": ("asthma", "copd", "hepatitis_b"),
    "asthma, asthma": ("asthma",),
    "none": (),
    "None of these": (),
    "以上均无": (),
    "无": (),
    "{}": (),
    "{asthma,copd}": ("asthma", "copd"),
}


@pytest.mark.parametrize("text", READ)
def test_options_are_read_by_code_label_or_number(text: str) -> None:
    assert read(PROTOCOL, HISTORY, text) == Understood((("history", Selection(READ[text])),))


@pytest.mark.parametrize("text", ["unknown", "未知"])
def test_unknown_is_an_answer(text: str) -> None:
    assert read(PROTOCOL, HISTORY, text) == Understood((("history", UNKNOWN),))


@pytest.mark.parametrize(
    "text",
    [
        "asthm",
        "asthma copd",
        "asthma, none",
        "unknown, asthma",
        "asthma,,copd",
        "6",
        "1 3",
        "not asthma",
        ",",
    ],
)
def test_what_is_not_exact_is_refused(text: str) -> None:
    reading = read(PROTOCOL, HISTORY, text)
    assert isinstance(reading, Refused)
    assert reading.code == "not_a_selection"


def test_a_slip_is_offered_and_not_taken() -> None:
    reading = read(PROTOCOL, HISTORY, "asthm")
    assert isinstance(reading, Refused)
    assert reading.likely == ((("history", _ticked("asthma")),),)


@given(st.sets(st.sampled_from(CODES)), st.sampled_from(("en", "zh")))
def test_what_is_said_of_a_selection_is_read_as_it(codes: set[str], language: str) -> None:
    answer = HISTORY.selection(codes)
    assert read(PROTOCOL, HISTORY, describe(HISTORY, answer, language)) == Understood((("history", answer),))


# ruled on ------------------------------------------------------------------------------------------

RULES = {
    "member": ('"asthma" in history', {"asthma"}, True),
    "not a member": ('"asthma" in history', {"copd"}, False),
    "denied": ('"asthma" not in history', {"copd"}, True),
    "none": ('history == "none"', set[str](), True),
    "not none": ('history != "none"', {"copd"}, True),
    "together": ('"asthma" in history and "copd" in history', {"asthma", "copd"}, True),
}


@pytest.mark.parametrize("case", RULES)
def test_rules_ask_for_options(case: str) -> None:
    rule, codes, holds = RULES[case]
    text = FILE.read_text(encoding="utf-8").replace("'history == \"none\"'", f"'{rule}'")
    protocol = parse_protocol(text, "several.toml")
    facts: list[Answer | None] = [HISTORY.selection(codes), None, None]
    assert (protocol.criteria[-1].rule.judge(facts).low == 2) is holds


MISTAKES = {
    "compared": ('history == "asthma"', '"asthma" in history'),
    "among": ('history in ("asthma", "copd")', '"asthma" in history'),
    "ordered": ('history > "none"', "cannot be compared"),
    "misspelt": ('"asthmo" in history', 'has no option "asthmo". Please write "asthma"'),
    "of a choice": ('"male" in sex', 'sex == "male"'),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_a_rule_that_compares_otherwise_is_refused(case: str) -> None:
    rule, said = MISTAKES[case]
    text = FILE.read_text(encoding="utf-8").replace("'history == \"none\"'", f"'{rule}'")
    with pytest.raises(ProtocolError, match=said.replace("(", r"\(")):
        parse_protocol(text, "several.toml")


@pytest.mark.parametrize(("code", "said"), [("none", "leave it out"), ("a,b", "other signs")])
def test_an_option_that_cannot_be_told_from_others_is_refused(code: str, said: str) -> None:
    text = FILE.read_text(encoding="utf-8").replace('code = "prostate"', f'code = "{code}"')
    with pytest.raises(ProtocolError, match=said):
        parse_protocol(text, "several.toml")


def test_what_is_asked_next_follows_from_what_was_ticked() -> None:
    assert _played(("history", _ticked("asthma"))).state == REVIEW
    assert _played(("history", _ticked("asthma", "hepatitis_b"))).state == "treated"
    assert _played(("history", _ticked("asthma", "seizures"))).state == "sex"


def test_a_ticked_option_implies_answers() -> None:
    assert _played(("history", _ticked("asthma", "prostate", "seizures"))).verdict == "eligible"


def test_an_unknown_selection_leaves_open_what_rests_on_it() -> None:
    dialogue = _played(("history", UNKNOWN), ("sex", Choice("male")), ("treated", Choice("yes")))
    assert (dialogue.state, dialogue.verdict) == (REVIEW, "undetermined")
    assert dialogue.follow_up()["I1"] == ("history",)


# proved --------------------------------------------------------------------------------------------


def test_every_selection_acts_like_one_that_is_tried() -> None:
    """Held against all 32."""

    def effects(answers: object) -> set[tuple[object, ...]]:
        facts = [[each, Choice("female"), Choice("no")] for each in answers]  # type: ignore[attr-defined]
        return {tuple(criterion.rule.judge(fact) for criterion in PROTOCOL.criteria) for fact in facts}

    every = [HISTORY.selection(some) for size in range(6) for some in combinations(CODES, size)]
    tried = representatives(PROTOCOL, 0)
    assert effects(every) | effects([UNKNOWN]) == effects(tried)


def test_many_options_are_proved_without_trying_every_selection() -> None:
    more = "".join(f'  {{ code = "o{n}", text = {{ en = "O{n}", zh = "选{n}" }} }},\n' for n in range(40))
    every = " and ".join(
        [f'"o{n}" in history' for n in range(20)] + [f'"o{n}" not in history' for n in range(20, 40)]
    )
    text = FILE.read_text(encoding="utf-8").replace('  { code = "asthma"', f'{more}  {{ code = "asthma"')
    text = text.replace("'history == \"none\"'", f"'{every}'")
    protocol = parse_protocol(text, "several.toml")
    assert len(representatives(protocol, 0)) < 300
    report = Report()
    check_outcomes(protocol, report)
    assert not report.faults


# said ----------------------------------------------------------------------------------------------

SAID = {
    "one of several": (
        ("asthma", "hepatitis_b"),
        "E2",
        "history: Hepatitis B, chronic; and no treatment of hepatitis",
    ),
    "two together": (("asthma", "copd"), "E1", "history: Asthma and COPD and history: no Seizures"),
    "none of two": (("hepatitis_b",), "I1", "history: Asthma or COPD"),
    "none at all": ((), "E4", "history: none of these"),
}


@pytest.mark.parametrize("case", SAID)
def test_a_reason_names_what_decided(case: str) -> None:
    codes, criterion, said = SAID[case]
    dialogue = _played(("history", Selection(codes)))
    if dialogue.state == "treated":
        dialogue.take(Step("answer", "treated", Choice("no")))
    facts = dialogue.facts if case != "one of several" else [Selection(codes), None, Choice("no")]
    assert what_failed(PROTOCOL, PROTOCOL.criterion_by_code[criterion], facts, "en") == said


# lists of candidates -------------------------------------------------------------------------------


def _rows(text: str) -> list[Row]:
    return list(read_candidates(PROTOCOL, text))


LISTED = {
    "codes": ("name,history\nx,asthma; copd\n", ("asthma", "copd")),
    "labels": ('name,history\nx,"Asthma, COPD"\n', ("asthma", "copd")),
    "as exported": ('name,history\nx,"{asthma,copd}"\n', ("asthma", "copd")),
    "none": ("name,history\nx,none\n", ()),
    "JSON": ('[{"name": "x", "answers": {"history": ["copd", "asthma"]}}]', ("asthma", "copd")),
    "JSON, none": ('[{"name": "x", "answers": {"history": []}}]', ()),
}


@pytest.mark.parametrize("case", LISTED)
def test_a_list_has_the_options_that_apply_in_one_cell(case: str) -> None:
    text, codes = LISTED[case]
    (row,) = _rows(text)
    assert not row.faults
    assert row.answers == {"history": Selection(codes)}


@pytest.mark.parametrize("cell", ["1", "1; 2", "asthma; gout", "yes"])
def test_a_number_or_a_stranger_in_a_list_is_a_fault_of_its_row(cell: str) -> None:
    (row,) = _rows(f"name,history\nx,{cell}\n")
    assert [fault.code for fault in row.faults] == ["not_a_selection"]


def test_what_is_ticked_must_not_contradict_another_answer() -> None:
    (row,) = _rows("name,history,sex\nx,asthma; prostate,female\n")
    assert [fault.code for fault in row.faults] == ["contradicts"]


COLUMNS = ",".join(f"history___{code}" for code in CODES)
BOXES = {
    "1 and 0": ("1,1,0,0,0", {"history": _ticked("asthma", "copd")}),
    "words": ("yes,No,no,n,是", {"history": _ticked("asthma", "seizures")}),
    "none": ("0,0,0,0,0", {"history": _ticked()}),
    "one that is empty": ("1,,0,0,0", dict[str, Answer]()),
}


@pytest.mark.parametrize("case", BOXES)
def test_a_list_may_have_a_column_for_each_option(case: str) -> None:
    cells, answers = BOXES[case]
    (row,) = _rows(f"name,{COLUMNS}\nx,{cells}\n")
    assert not row.faults
    assert row.answers == answers


def test_a_box_that_is_neither_ticked_nor_not_is_a_fault() -> None:
    (row,) = _rows(f"name,{COLUMNS}\nx,1,2,0,0,0\n")
    assert [(fault.code, fault.question) for fault in row.faults] == [("not_a_box", "history")]
    assert row.answers == {}


@pytest.mark.parametrize(
    ("head", "code"),
    [("history___asthma", "list_boxes_missing"), (f"{COLUMNS},history", "list_column_twice")],
    ids=["some options only", "twice"],
)
def test_columns_of_options_stand_for_the_whole_question(head: str, code: str) -> None:
    with pytest.raises(BadFile, match=code):
        _rows(f"name,{head}\nx,1\n")
