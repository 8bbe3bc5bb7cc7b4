"""One line of a record that stands in a file several times: for parts that do not overlap, and else a mistake."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.drafting.accounting import differences, in_several_parts
from dialogs.drafting.quoting import Quoted, account
from dialogs.drafting.record import Record
from dialogs.loading import parse_protocol
from dialogs.protocol import Protocol

LINE = "Haemoglobin of 10 g/dL; in cohort B, 8 g/dL"
RECORD = Record("FICT-1", "Fictional", f"Inclusion Criteria:\n\n* {LINE}\n* Adults\n* Consents")
HEAD = """format = 2
id = "FICT-1"
title = "Fictional"
[[part]]
code = "A"
name = "Cohort A"
[[part]]
code = "B"
name = "Cohort B"
[[part]]
code = "C"
name = "Cohort C"
[[criterion]]
line = "Inclusion Criteria:"
[[criterion]]
code = "I8"
inclusion = "Adults"
[[criterion]]
code = "I9"
inclusion = "Consents"
"""


def criterion(code: str, *parts: str, words: str = LINE) -> str:
    belongs = f"parts = {[*parts]}\n" if parts else ""
    return f'[[criterion]]\ncode = "{code}"\ninclusion = "{words}"\n{belongs}'


def trial(*criteria: str, head: str = HEAD) -> Protocol:
    return parse_protocol(head + "".join(criteria), "trial.toml")


BEGIN, END = "Haemoglobin of 10 g/dL;", "in cohort B, 8 g/dL"
AGREE: dict[str, tuple[list[str], list[tuple[str, ...]]]] = {
    "once for all parts": ([criterion("I1")], []),
    "once for one part only": ([criterion("I1", "B")], []),
    "once for each part": (
        [criterion("I1", "A"), criterion("I2", "B"), criterion("I3", "C")],
        [("I1", "I2", "I3")],
    ),
    "for some parts together": ([criterion("I1", "C", "A"), criterion("I2", "B")], [("I1", "I2")]),
    "in pieces for each part": (
        [
            criterion("I1", "A", words=BEGIN),
            criterion("I2", "A", words=END),
            criterion("I3", "B", words=BEGIN),
            criterion("I4", "B", words=END),
        ],
        [("I1", "I2", "I3", "I4")],
    ),
    "in pieces of which one is for all": (
        [criterion("I1", words=BEGIN), criterion("I2", "A", words=END), criterion("I3", "B", "C", words=END)],
        [("I1", "I2", "I3")],
    ),
    "whole for one part, in pieces for another": (
        [criterion("I1", "A"), criterion("I2", "B", words=BEGIN), criterion("I3", "B", words=END)],
        [("I1", "I2", "I3")],
    ),
}


@pytest.mark.parametrize(("criteria", "shared"), AGREE.values(), ids=AGREE)
def test_one_line_may_be_quoted_for_parts_that_do_not_overlap(
    criteria: list[str], shared: list[tuple[str, ...]]
) -> None:
    assert differences(trial(*criteria), RECORD) == []
    assert in_several_parts(trial(*criteria), RECORD) == shared


def test_the_reference_has_an_example_of_it() -> None:
    page = (Path(__file__).parents[3] / "docs" / "protocol-format.md").read_text("utf-8")
    example = page.partition("# Parts, visits")[2].partition("```toml\n")[2].partition("```")[0]
    file = parse_protocol(f'format = 2\nid = "FICT-1"\ntitle = "Fictional"\n{example}', "trial.toml")
    record = Record("FICT-1", "Fictional", f"* {file.criteria[0].source}")
    assert differences(file, record) == []
    assert in_several_parts(file, record) == [("I3a", "I3b")]


SHOWN = f"“{LINE}”. Please keep one"
OWN_PARTS = f"{SHOWN}, or give each parts of its own that do not overlap"
DIFFER: dict[str, tuple[list[str], list[str]]] = {
    "twice without parts": (
        [criterion("I1"), criterion("I2")],
        [f"I2 quotes once more what I1 has: {OWN_PARTS}"],
    ),
    "for all, and for one part": (
        [criterion("I1"), criterion("I2", "A")],
        [f"I2 quotes once more what I1 has: {OWN_PARTS}"],
    ),
    "for parts that overlap": (
        [criterion("I1", "A"), criterion("I2", "B", "C"), criterion("I3", "C")],
        [f"I3 quotes once more what I2 has: {OWN_PARTS}"],
    ),
    "also as a line that is no criterion": (
        [criterion("I1", "A"), f'[[criterion]]\nline = "{LINE}"\n'],
        [f"A line quotes once more what I1 has: {SHOWN}"],
    ),
    "altered for one part": (
        [criterion("I1", "A"), criterion("I2", "B", words=LINE.replace("8", "7"))],
        [f"I2 is not in the record: “{LINE.replace('8', '7')}”"],
    ),
    "one piece for the other part": (
        [criterion("I1", "A"), criterion("I2", "B", words=BEGIN)],
        [f"I2 is not in the record: “{BEGIN}”"],
    ),
    "in no part": ([], [f"Not in the file: “{LINE}”"]),
}


@pytest.mark.parametrize(("criteria", "said"), DIFFER.values(), ids=DIFFER)
def test_any_other_repeat_is_a_difference(criteria: list[str], said: list[str]) -> None:
    assert differences(trial(*criteria), RECORD) == said


def test_a_line_that_the_record_has_under_two_headings_is_missing_where_one_part_has_it_only() -> None:
    text = "Inclusion Criteria:\n\n* Adults\n* Consents\n\nCohort A\n\n* ECOG 0\n\nCohort B\n\n* ECOG 0"
    record = Record("FICT-1", "Fictional", text)
    one, other = (criterion(code, part, words="ECOG 0") for code, part in (("I1", "A"), ("I2", "B")))
    under_a, under_b = (f'[[criterion]]\nline = "{each}"\n' for each in ("Cohort A", "Cohort B"))
    assert differences(trial(under_a, one, under_b, other), record) == []
    assert in_several_parts(trial(under_a, one, under_b, other), record) == []
    assert differences(trial(under_a, one, under_b), record) == ["Not in the file: “ECOG 0”"], "either may be"


def test_a_field_may_be_quoted_for_each_part() -> None:
    record = Record("FICT-1", "Fictional", "Inclusion Criteria:\n\n* Consents", minimum_age="18 Years")
    head = HEAD.replace(criterion("I8", words="Adults"), "")
    fields = [
        criterion(code, part, words="Minimum Age: 18 Years") for code, part in (("I1", "A"), ("I2", "B"))
    ]
    assert differences(trial(*fields, head=head), record) == []
    again = criterion("I3", "B", "C", words="Minimum Age: 18 Years")
    assert differences(trial(*fields, again, head=head), record) == [
        "I3 quotes once more what I2 has: “Minimum Age: 18 Years”. "
        "Please keep one, or give each parts of its own that do not overlap"
    ]


PARTS = ("A", "B", "C")
SOME_PARTS = st.frozensets(st.sampled_from(PARTS))


@given(
    st.lists(st.tuples(st.sampled_from("xy"), SOME_PARTS), max_size=6),
    st.lists(st.sampled_from("xy"), max_size=4),
)
def test_no_part_has_a_line_more_often_than_the_record(
    said: list[tuple[str, frozenset[str]]], written: list[str]
) -> None:
    quoted = [Quoted(place, f"I{place}", text, parts) for place, (text, parts) in enumerate(said)]
    found = account(quoted, written, PARTS)
    kept = [each for each in quoted if each not in found.left]
    for part in PARTS:
        texts = [each.text for each in kept if part in (each.parts or PARTS)]
        assert all(texts.count(text) <= written.count(text) for text in "xy")
    for text in "xy":
        assert found.missing.count(text) == max(
            0, written.count(text) - sum(each.text == text for each in quoted)
        )
