"""Lines that a newer record has below the heading of another list are told; their order alone is no difference."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogs.drafting.accounting import differences
from dialogs.drafting.draft import drafted_file
from dialogs.drafting.proposals import propose
from dialogs.drafting.record import Record
from dialogs.loading import parse_protocol

LAMPS, CATS = "Prior use of any of the following:", "Known allergy to any of the following:"
FOUR, SIX = "Within 4 weeks before enrolment:", "Within 6 months before enrolment:"
Lists = dict[str, list[str]]
LISTS: Lists = {
    LAMPS: ["red lamps", "blue lamps"],
    CATS: ["grey cats", "white cats"],
    "": ["Snoring", "Sleepwalking"],
    FOUR: ["major surgery", "live vaccine"],
    SIX: ["stroke", "heart attack"],
}


def record_of(lists: Lists) -> Record:
    lines = [
        line
        for heading, items in lists.items()
        for line in ([f"* {heading}"] if heading else [])
        + [f"{'  ' if heading else ''}* {each}" for each in items]
    ]
    text = "Inclusion Criteria:\n\n* Adults\n\nExclusion Criteria:\n\n" + "\n".join(lines)
    return Record("FICT-1", "Fictional", text)


def file_of(lists: Lists) -> str:
    return drafted_file(record_of(lists), ["en"], propose, "a test")


FILE = file_of(LISTS)


def told(lists: Lists, file: str = FILE) -> list[str]:
    return differences(parse_protocol(file, "trial.toml"), record_of(lists))


def codes() -> dict[str, str]:
    """By their words."""
    return {each.source: each.code for each in parse_protocol(FILE, "trial.toml").criteria}


def moved(item: str, to: str) -> Lists:
    lists = {heading: [each for each in items if each != item] for heading, items in LISTS.items()}
    return {**lists, to: [lists[to][0], item, *lists[to][1:]]}


def called(heading: str) -> str:
    return f"under “{heading}”" if heading else "in no list"


def exchanged(one: str, other: str) -> Lists:
    names = {one: other, other: one}
    return {names.get(heading, heading): items for heading, items in LISTS.items()}


@pytest.mark.parametrize("to", list(LISTS))
@pytest.mark.parametrize("item", [each for heading, items in LISTS.items() if heading for each in items])
def test_an_item_that_moved_to_another_list_or_out_of_all_is_named(item: str, to: str) -> None:
    here = next(heading for heading, items in LISTS.items() if item in items)
    said = f"{codes()[item]} stands {called(here)} in the file, and {called(to)} in the record"
    assert told(moved(item, to)) == ([] if here == to else [said])


@pytest.mark.parametrize("item", ["Snoring", "Sleepwalking"])
@pytest.mark.parametrize("to", [LAMPS, CATS, FOUR, SIX])
def test_a_line_that_moved_into_a_list_is_named(item: str, to: str) -> None:
    said = f"{codes()[item]} stands in no list in the file, and {called(to)} in the record"
    assert told(moved(item, to)) == [said]


@pytest.mark.parametrize(("one", "other"), [(LAMPS, CATS), (FOUR, SIX), (LAMPS, SIX)])
def test_headings_that_were_exchanged_are_told_of_each_item(one: str, other: str) -> None:
    assert told(exchanged(one, other)) == [
        f"{codes()[item]} stands {called(here)} in the file, and {called(there)} in the record"
        for here, there in sorted([(one, other), (other, one)], key=lambda pair: [*LISTS].index(pair[0]))
        for item in LISTS[here]
    ]


@settings(deadline=None, max_examples=40)
@given(st.permutations([*LISTS]), st.lists(st.booleans(), min_size=len(LISTS), max_size=len(LISTS)))
def test_the_order_of_lists_and_in_lists_is_no_difference(
    order: Sequence[str], backwards: list[bool]
) -> None:
    lists = {
        heading: LISTS[heading][:: -1 if back else 1] for heading, back in zip(order, backwards, strict=True)
    }
    assert told(lists) == told(LISTS, file_of(lists)) == []


def test_a_line_that_comes_into_the_list_above_it_or_out_of_it_by_its_indent_is_named() -> None:
    white, snoring = codes()["white cats"], codes()["Snoring"]
    into = {**LISTS, CATS: [*LISTS[CATS], "Snoring"], "": LISTS[""][1:]}
    assert told(into) == [f"{snoring} stands in no list in the file, and {called(CATS)} in the record"]
    out = {**LISTS, CATS: LISTS[CATS][:1], "": ["white cats", *LISTS[""]]}
    assert told(out) == [f"{white} stands {called(CATS)} in the file, and in no list in the record"]


def test_codes_of_ones_own_are_no_difference() -> None:
    numbers = iter(range(1, 20))
    assert told(LISTS, re.sub(r'code = "E\w+"', lambda _: f'code = "E{next(numbers)}"', FILE)) == []
    numbers = iter(range(1, 20))
    assert told(LISTS, re.sub(r'code = "E\w+"', lambda _: f'code = "3.{next(numbers)}"', FILE)) == []


def _rewritten(change: Callable[[list[str]], None]) -> str:
    tables = FILE.split("[[criterion]]\n")
    change(tables)
    return "[[criterion]]\n".join(f"{each.rstrip()}\n\n" for each in tables)


@pytest.mark.parametrize("item", ["stroke", "grey cats"])
def test_a_line_moved_in_the_file_that_still_asks_the_same_is_no_difference(item: str) -> None:
    def move(tables: list[str]) -> None:
        at = next(at for at, each in enumerate(tables) if f'"{item}"' in each)
        table = tables.pop(at)
        tables.insert(next(at for at, each in enumerate(tables) if '"red lamps"' in each), table)

    assert told(LISTS, _rewritten(move)) == []


def test_a_line_moved_in_the_file_that_asks_something_else_is_told() -> None:
    def move(tables: list[str]) -> None:
        at = next(at for at, each in enumerate(tables) if '"stroke"' in each)
        table = re.sub(r"ask_in_words = .*\n", "", tables.pop(at)).replace("6 mo = 26 wk = 182 d", "4 wk")
        tables.insert(next(at for at, each in enumerate(tables) if '"major surgery"' in each), table)

    (said,) = told(LISTS, _rewritten(move))
    assert said.endswith(f"stands {called(FOUR)} in the file, and {called(SIX)} in the record")


OF_ONE = """Inclusion Criteria:

* At least one of the following:
  * red lamps
  * blue lamps
* At least two of the following:
  * grey cats
  * white cats
  * black cats
"""


def test_an_item_of_a_list_that_is_one_criterion_is_named() -> None:
    file = parse_protocol(
        drafted_file(Record("FICT-1", "Fictional", OF_ONE), ["en"], propose, "a test"), "draft"
    )
    newer = OF_ONE.replace("  * black cats\n", "").replace("  * blue", "  * black cats\n  * blue")
    assert differences(file, Record("FICT-1", "Fictional", OF_ONE)) == []
    assert differences(file, Record("FICT-1", "Fictional", newer)) == [
        "A line stands under “At least two of the following:” in the file, "
        "and under “At least one of the following:” in the record: “black cats”"
    ]


NESTED = """Exclusion Criteria:

* Prior use of any of the following:
  * red lamps
  * Any of these cats, if fed:
    * grey cats
    * white cats
  * blue lamps
"""


def test_a_line_moved_from_an_inner_list_to_the_one_around_it_is_named() -> None:
    record = Record("FICT-1", "Fictional", NESTED)
    file = parse_protocol(drafted_file(record, ["en"], propose, "a test"), "draft")
    without = NESTED.replace("    * white cats\n", "")
    for before in ("  * red", "  * blue"):
        out = Record("FICT-1", "Fictional", without.replace(before, f"  * white cats\n{before}"))
        (said,) = differences(file, out)
        there = f"{called(LAMPS)} in the record: “white cats”"
        assert said == f"A line stands under “Any of these cats, if fed:” in the file, and {there}"
    order = NESTED.replace("  * blue lamps\n", "").replace("  * red", "  * blue lamps\n  * red")
    assert differences(file, Record("FICT-1", "Fictional", order)) == []


SAME_WORDS = (
    "* Infection:\n  * Fever\n  * Cough\n* Heart disease:\n  * Infection:\n  * Angina",
    "* Heart disease:\n  * Infection\n  * Angina\n* Infection\n  * Fever\n  * Cough",
    "* Infection:\n  * Fever\n* Cough:\n  * Infection:\n    * Rash\n  * Angina",
    "Infection:\n* Fever\n* Infection:\n* Cough\nHeart:\n* Angina",
)


@pytest.mark.parametrize("text", SAME_WORDS)
def test_of_a_heading_with_the_words_of_an_item_no_line_is_told_to_stand_where_it_stands(text: str) -> None:
    def record(lines: Sequence[str]) -> Record:
        return Record("FICT-1", "Fictional", "Exclusion Criteria:\n" + "\n".join(lines))

    lines = text.splitlines()
    file = parse_protocol(drafted_file(record(lines), ["en"], propose, "a test"), "trial.toml")
    assert differences(file, record(lines)) == []
    found = []
    for one, other in combinations(range(len(lines)), 2):
        exchanged = {one: lines[other].lstrip(" *"), other: lines[one].lstrip(" *")}
        found += differences(
            file,
            record(
                [
                    re.sub(r"\w.*", exchanged[at], line) if at in exchanged else line
                    for at, line in enumerate(lines)
                ]
            ),
        )
    places = re.compile(r"stands (.*) in the file, and (.*) in the record")
    told = [match.groups() for each in found if (match := places.search(each))]
    assert len(told) > 4
    assert [each for each in told if each[0] == each[1]] == []
