"""An answer is taken only if it is exactly a spelling, or a number that can mean only one thing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogs.answers import Choice, Measurement
from dialogs.languages import LANGUAGES, words
from dialogs.loading import load
from dialogs.protocol import Option, Question
from dialogs.reading import Refused, Understood, read
from dialogs.texts import Text

PROTOCOL = load("NCT04420494")
LISTED = [
    words("dialogs", language)[section] for language in LANGUAGES for section in ("understood", "offered")
]
IS_THERE = [words("dialogs", language)["is_there"] for language in LANGUAGES]
LETTERS = "eno 不"


def spellings(question: Question) -> dict[str, set[str]]:
    """What each code may be called: the code, its labels, and the words that are listed for it."""
    texts = {option.code: option.text for option in question.options}
    texts |= {shortcut.code: shortcut.text for shortcut in question.shortcuts}
    texts["unknown"] = question.unknown
    there = {"yes", "no", *(shortcut.code for shortcut in question.shortcuts)}
    return {
        code: {
            " ".join(spelling.casefold().split())
            for spelling in (
                code,
                code.replace("_", " "),
                *text.values(),
                *(word for listed in LISTED for word in listed.get(code, ())),
                *(word for listed in IS_THERE for word in listed.get(code, ()) if code in there),
            )
        }
        for code, text in texts.items()
    }


def scores(question: Question, code: str) -> set[str]:
    """A score of a scale without its spaces: with the scale's name or without, with its points or without."""
    if not code.isdecimal():
        return set()
    named = {"", *(name.casefold() for name in question.short.values())}
    parts = product(named, ("", "ps", "score", "performancestatus", "评分", "ps评分", "体能状态评分"))
    called = [f"{name}{word}{code}" for name, word in parts]
    return {f"{score}{points}" for score in called for points in ("", "分", "级", "point", "points")}


def slips(spelling: str) -> Iterator[str]:
    """Every proper beginning, single-letter edit, missing and added word."""
    words = spelling.split()
    for at in range(len(spelling)):
        yield spelling[:at]
        yield spelling[:at] + spelling[at + 1 :]
        yield spelling[:at] + spelling[at + 1 : at + 2] + spelling[at : at + 1] + spelling[at + 2 :]
        for letter in LETTERS:
            yield spelling[:at] + letter + spelling[at:]
            yield spelling[:at] + letter + spelling[at + 1 :]
    for at in range(len(words) + 1):
        yield " ".join(words[:at] + words[at + 1 :])
        for word in ("not", "only", "不"):
            yield " ".join([*words[:at], word, *words[at:]])


def check_words(question: Question) -> int:
    known = spellings(question)
    tried = 0
    for text in {slip for names in known.values() for name in names for slip in slips(name)}:
        reading = read(PROTOCOL, question, text)
        said = " ".join(text.casefold().split())
        meant = [
            code
            for code, names in known.items()
            if said in names or said.replace(" ", "") in scores(question, code)
        ]
        tried += 1
        if len(meant) == 1:
            assert reading == Understood(((question.id, Choice(meant[0])),)), text
        elif isinstance(reading, Understood):
            assert isinstance(reading.given[0][1], Measurement), (question.id, text, reading)
            assert re.search("[0-9]", text)
    return tried


WORDED = [question for question in PROTOCOL.questions if question.options or question.shortcuts]


@pytest.mark.parametrize("question", WORDED, ids=[question.id for question in WORDED])
def test_no_slip_of_a_shipped_spelling_is_taken_for_an_option(question: Question) -> None:
    assert check_words(question) > 100


WORDS = st.sampled_from(
    [
        "no",
        "not",
        "none",
        "normal",
        "abnormal",
        "never",
        "neither",
        "carcinoma",
        "in situ",
        "only",
        "current",
        "past",
    ]
)
LABELS = st.lists(WORDS, min_size=1, max_size=3).map(" ".join)


@settings(max_examples=10)
@given(st.lists(st.tuples(LABELS, LABELS), min_size=2, max_size=4, unique_by=lambda pair: pair[0]))
def test_no_slip_of_a_made_up_spelling_is_taken_for_an_option(labels: list[tuple[str, str]]) -> None:
    options = tuple(
        Option(f"made_{code}".replace(" ", "_"), Text({"en": label, "zh": f"{label}的"}), {})
        for code, label in labels
    )
    check_words(replace(PROTOCOL.question("tumour"), options=options))


# numbers -----------------------------------------------------------------------------------------

UNITS = sorted(
    {s for q in PROTOCOL.questions for u in q.units for s in (u.code, *u.label.values(), *u.spellings)}
)
SEPARATORS = [".", ",", " ", "\u00a0", "\u2009", "\u202f", "'", "’", "_", "，", "、", "。", "·", "٫", "٬"]
QUANTITIES = [question for question in PROTOCOL.questions if question.units]


@settings(max_examples=300)
@given(
    st.sampled_from(QUANTITIES),
    st.integers(1, 999),
    st.integers(0, 999),
    st.sampled_from(SEPARATORS),
    st.sampled_from(["", " ", "\u2009"]),
    st.sampled_from(["", *UNITS]),
    st.sampled_from(["", "<", ">="]),
)
def test_what_can_be_a_group_of_thousands_is_never_simply_taken(
    question: Question, left: int, right: int, separator: str, space: str, unit: str, relation: str
) -> None:
    reading = read(PROTOCOL, question, f"{relation}{left}{separator}{right:03d}{space}{unit}")
    assert not isinstance(reading, Understood)


PIECES = st.lists(
    st.sampled_from(
        [
            *"0123456789",
            *"0123456789",
            *"０１２９",
            *"٤٩४९",
            *"²³¹₂½⑨Ⅳ𝟗",
            *SEPARATORS,
            *"-–−+±~<>≤≥＜／/%^*×x()e",
            "\u200b",
            "\u00ad",
            "\u202e",
            "\u0338",
            "\ufe0f",
            "\n",
            "10⁹",
            "10^9/L",
            *UNITS,
        ]
    )
    | st.characters(),
    max_size=9,
).map("".join)


def read_slowly(text: str) -> tuple[str, list[Decimal]]:
    """An independent reader of plain numbers: relation, and the values of ``a`` or ``a/b``; none if unsure."""
    folded = "".join(chr(ord(c) - 0xFEE0) if c in "０１２３４５６７８９．＜＞＝／" else c for c in text)
    shown = "".join(c for c in folded if c not in "\u200b\u200e\u2060\ufeff").strip()
    relation = ""
    while shown[:1] and shown[0] in "<>=≤≥≦≧⩽⩾":
        relation, shown = relation + shown[0], shown[1:].lstrip()
    values: list[Decimal] = []
    while True:
        run = ""
        while shown[:1] and shown[0] in "0123456789.,":
            run, shown = run + shown[0], shown[1:]
        parts = run.replace(",", ".").split(".")
        if not all(parts) or len(parts) > 2:
            return relation, []
        if len(parts) == 2 and len(parts[1]) == 3 and len(parts[0]) <= 3 and not parts[0].startswith("0"):
            return relation, []
        values.append(Decimal(".".join(parts)))
        following = shown.lstrip()
        if following[:1] != "/" or following[1:].lstrip()[:1] not in tuple("0123456789"):
            break
        shown = following[1:].lstrip()
    rest = re.sub(r"^[\s·]*[x×✕]?\s*10(?:\^|\*{1,2}|e)?\s*[0-9⁰-⁹²³¹]", "", shown.casefold())
    rest = re.sub(r"^\s*e[0-9]", "", rest)
    return relation, [] if any(c.isnumeric() for c in rest) else values


GROUPED = re.compile(r"\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*(?:[.,]\d+)?")


@settings(max_examples=1000)
@given(st.sampled_from(QUANTITIES), PIECES)
def test_a_number_that_is_taken_is_the_one_that_a_person_reads(question: Question, text: str) -> None:
    reading = read(PROTOCOL, question, text)
    if not isinstance(reading, Understood) or GROUPED.search(text):
        return
    found = [answer for _, answer in reading.given if isinstance(answer, Measurement)]
    if found:
        relation, values = read_slowly(text)
        assert [answer.value for answer in found] == values
        assert (found[0].relation == "=") == (relation in ("", "="))


def test_the_slow_reader_reads_and_doubts() -> None:
    assert read_slowly("< 28,5/21 umol/L") == ("<", [Decimal("28.5"), Decimal(21)])
    assert read_slowly("2 ×10⁹/L") == ("", [Decimal(2)])
    for doubtful in ("2.10³/µL", "1.500", "5.", "1..2", "4٩"):
        assert read_slowly(doubtful)[1] == []


@pytest.mark.parametrize("text", ["1,234,567 /uL", "1.500,5 /uL", "1,500.5 /uL"])
def test_whole_groups_with_both_marks_or_twice_the_same_can_mean_one_number(text: str) -> None:
    reading = read(PROTOCOL, PROTOCOL.question("platelets"), text)
    assert not isinstance(reading, Refused)
