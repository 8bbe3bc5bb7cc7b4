"""The lines of a TOML text are found, whatever stands in its strings and however it is laid out."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.errors import Fault
from dialogs.loading import load
from dialogs.loading.lines import Path, scan
from dialogs.loading.places import placed

TRICKY = '''# [[question]] in a comment
id = "T#1"   # id = "x"
"quoted key" = 'its'

[[question]]
ask = """
[[question]]
id = "not a table"
"""
source = \'\'\'
[criterion]
code = "no" \\ \'\'\'
ends = """a quote at the end """"
dotted.en = "x"
dotted.zh = "y"
units = [ # a list, [ with brackets ]
  { code = "]", label = { en = "}", zh = '"' } },

  { code = "a,b", scale = 1.5, days = [1,
    2] },
]

  [question.sdtm]   # of the question above
  code = "a = b"

[[question]]
at = 1979-05-27 07:32:00
empty = []
none = {}

[option_sets.x]
yes = [
  "a",
  "b"
]
'''


def paths(raw: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    if path:
        yield path, raw
    parts = raw.items() if isinstance(raw, dict) else enumerate(raw) if isinstance(raw, list) else ()
    for key, value in parts:
        yield from paths(value, (*path, key))


def test_a_tricky_text_has_the_tables_and_keys_that_the_standard_library_reads() -> None:
    text = TRICKY
    assert set(scan(text)) == {path for path, _ in paths(tomllib.loads(text))}


TRICKY_LINES: dict[Path, tuple[int, int, int]] = {
    ("id",): (2, 2, 2),
    ("question",): (5, 5, 5),
    ("question", 0): (5, 5, 5),
    ("question", 0, "ask"): (6, 9, 7),
    ("question", 0, "source"): (10, 12, 11),
    ("question", 0, "ends"): (13, 13, 13),
    ("question", 0, "dotted", "zh"): (15, 15, 15),
    ("question", 0, "units"): (16, 21, 16),
    ("question", 0, "units", 0, "label", "zh"): (17, 17, 17),
    ("question", 0, "units", 1, "days"): (19, 20, 19),
    ("question", 0, "units", 1, "days", 1): (20, 20, 20),
    ("question", 0, "sdtm"): (23, 23, 23),
    ("question", 0, "sdtm", "code"): (24, 24, 24),
    ("question", 1, "none"): (29, 29, 29),
    ("option_sets", "x", "yes", 1): (34, 34, 34),
}


@pytest.mark.parametrize(("path", "lines"), TRICKY_LINES.items(), ids=map(str, TRICKY_LINES))
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["unix", "windows"])
def test_the_lines_of_a_tricky_text(path: Path, lines: tuple[int, int, int], end: str) -> None:
    spot = scan(TRICKY.replace("\n", end))[path]
    assert (spot.first, spot.last, spot.content) == lines


def test_what_cannot_be_read_is_stepped_over() -> None:
    text = TRICKY.replace('id = "T#1"', "id = T#1 = 3").replace("empty = []", "empty = [")
    spots = scan(text)
    assert spots["question", 0, "sdtm", "code"].first == 24
    assert spots["question", 1, "none"].first == 29
    assert ("question", 1, "empty") not in spots


TEXT = load("NCT04420494").text


SHORT = TEXT[: TEXT.index("[[question]]", 6000)]


@given(st.integers(0, len(SHORT)), st.text("\"'[]{}=#\\\n,.a1 ", max_size=3), st.integers(0, 3))
def test_every_text_that_the_standard_library_reads_is_scanned_alike(at: int, added: str, cut: int) -> None:
    text = SHORT[:at] + added + SHORT[at + cut :]
    spots = scan(text)
    assert all(
        1 <= spot.first <= spot.content <= spot.last <= text.count("\n") + 1 for spot in spots.values()
    )
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    read = dict(paths(raw))
    assert set(spots) == set(read)
    lines = text.split("\n")
    for path, spot in spots.items():
        if isinstance(read[path], str) and "\\" not in read[path] and spot.content == spot.last:
            assert read[path].strip("\n") in lines[spot.content - 1]


PLACES = """
title = "T"
[[question]]
id = "hb"
units = [
  { code = "g/L" },
  { code = "g/dL", scale = 10 },

]
[[question]]
ask = "no id"
[[question]]
id = "hb"
options = "yes_no"
[[criterion]]
code = "I1"
[option_sets]
yes_no = [
  { code = "no" },
  { code = "yes" },
]
"""


@pytest.mark.parametrize(
    ("place", "line"),
    [
        ("protocol", None),
        ("protocol: title", 2),
        ("question hb", 3),
        ("question hb: id", 4),
        ("question hb: ask", 3),
        ("question hb: unit g/dL: scale", 7),
        ("question hb: units[2]: scale", 7),
        ("question hb: units[9]", 5),
        ("question number 2: ask", 11),
        ("question number 9: ask", None),
        ("question hb (2)", 12),
        ("question hb (2): id", 13),
        ("question hb (2): option yes", 20),
        ("question hb (3)", None),
        ("question h", None),
        ("criterion I1: rule", 15),
        ("protocol: option_sets: yes_no[2]: code", 20),
        ("nothing like it", None),
    ],
)
def test_a_place_of_a_fault_has_its_line(place: str, line: int | None) -> None:
    (fault,) = placed([Fault(place, "is wrong", "Please mend it")], PLACES, tomllib.loads(PLACES))
    assert fault.line == line


def test_faults_come_in_the_order_of_the_file() -> None:
    faults = [
        Fault(place, "is wrong", "Please mend it") for place in ("criterion I1", "question hb", "protocol")
    ]
    told = placed(faults, PLACES, tomllib.loads(PLACES))
    assert [fault.place for fault in told] == ["protocol", "question hb", "criterion I1"]


MADE = """
[[criterion]]
code = "E9"
exclusion = "asked as it stands"
ask = 3
[[question]]
id = "alt"
uln = { possible = 3 }
[[question]]
ask = "without a name"
"""


@pytest.mark.parametrize(
    ("place", "told", "line"),
    [
        ("question e9: ask", "criterion E9: ask", 5),
        ("question alt_uln: possible", "question alt: uln: possible", 8),
        ("question number 4: id", "[[question]] number 2: id", 9),
        ("question nowhere: id", "question nowhere: id", None),
    ],
)
def test_a_question_that_was_made_is_told_by_what_it_is_made_of(
    place: str, told: str, line: int | None
) -> None:
    raw = tomllib.loads(MADE)
    expanded = {"question": [{"id": "e9"}, {"id": "alt"}, {"id": "alt_uln"}, {"ask": "without a name"}]}
    (fault,) = placed([Fault(place, "is wrong", "Please mend it")], MADE, raw, expanded)
    assert (fault.place, fault.line) == (told, line)
