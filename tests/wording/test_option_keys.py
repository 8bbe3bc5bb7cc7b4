"""Keys of options: a typed number that stands in one option's label never presses another one."""

from __future__ import annotations

from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation.presses import PRESSES
from bot.wording.option_keys import answer_keys, option_keys
from dialogs.loading.catalogue import entries
from dialogs.protocol import Question
from tests.dialogs.test_format import criterion, question, trial

TAKEN: Final = frozenset({"n", "w", *(kind.key for kind in PRESSES.values())})
ROMAN: Final = ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
SPELT: Final = ("", "one", "two", "three", "four", "five")
KEYS: Final = {
    "ecog": "0 1 2 3 4",
    "nyha": "a 1 2 3 4",
    "cancer_stage": "0 1 2 3 4",
    "urine_protein": "a e 1 2 3",
    "suicidal_ideation": "e 1 2 3 4 5",  # With a method
    "diabetes": "a 1 2 e g",
    "autoimmune_disease": "a e g j",
    "child_pugh": "e g j o",  # Class A
    "sex": "1 2",
}
"""Entries of the catalogue: those whose labels hold numbers, and one without."""
LABELS: Final = {
    "a grade after a scale and a word": (["Child-Pugh class I", "Child-Pugh class II"], "1 2"),
    "a scale in capitals": (["CCS II", "CCS I"], "2 1"),
    "one sign": (["Ⅲ期", "Ⅱ期"], "3 2"),
    "words for numbers": (["None", "One", "Two or more"], "a 1 2"),
    "words for numbers, in Chinese": (["无", "一线", "二线及以上"], "a 1 2"),
    "no number": (["一般", "良好"], "1 2"),
    "stages of one grade": (["Stage IIIA", "Stage IIIB", "Stage IV"], "a e g"),
    "grades of one number": (["G2", "G3a", "G3b"], "a e g"),
    "a letter and a number": (["F4", "F3", "F0"], "4 3 0"),
    "limits": (["Fewer than 2", "2 or more"], "a e"),
    "ranges that share a number": (["ECOG 0 or 1", "ECOG 1 or 2"], "a e"),
    "a range in Roman numerals": (["NYHA I-II", "NYHA II"], "a e"),
    "numbers in names": (["CYP3A4 inhibitor", "DPP-4 inhibitor"], "1 2"),
    "letters that are options": (["A", "E", "In 3 years"], "g j o"),
    "ten and more": ([f"In {at} years" for at in range(12)], "a e g j o p z aa ae ag aj ao"),
}


def asked(*labels: str) -> Question:
    options = ", ".join(
        f'{{ code = "o{chr(97 + at)}", text = "{label}" }}' for at, label in enumerate(labels)
    )
    return trial(question(f'id = "q"\nask = "Q?"\noptions = [{options}]'), _RULE).question("q")


_RULE: Final = criterion('code = "I1"\ninclusion = "x"')


@pytest.mark.parametrize(("name", "keys"), KEYS.items(), ids=KEYS)
def test_the_key_of_a_grade_is_that_grade(name: str, keys: str) -> None:
    entry = trial(question(f'use = "{name}"'), _RULE).question(name)
    assert [*option_keys(entry, TAKEN)] == keys.split()


@pytest.mark.parametrize(("labels", "keys"), LABELS.values(), ids=LABELS)
def test_a_number_is_a_key_only_of_the_label_that_holds_it(labels: list[str], keys: str) -> None:
    assert [*option_keys(asked(*labels), TAKEN)] == keys.split()


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ("", {"never": "n", "ongoing": "o"}),
        ("ongoing = false", {"never": "n"}),
        ("never = false", {"ongoing": "o"}),
    ],
    ids=["both", "never alone", "ongoing alone"],
)
def test_the_key_of_never_is_not_that_of_still_ongoing_where_never_is_no_answer(
    keys: str, expected: dict[str, str]
) -> None:
    entry = trial(question(f'id = "q"\nask = "Q?"\nkind = "since"\n{keys}'), _RULE).question("q")
    assert dict(zip(entry.buttons, answer_keys(entry, TAKEN), strict=True)) == expected


def _presses_what_it_names(entry: Question) -> None:
    """Each number that stands by itself in a label, found without the patterns of the product."""
    keys = dict(zip(option_keys(entry, TAKEN), entry.options, strict=True))
    assert len(keys) == len(entry.options)
    assert not TAKEN & keys.keys()
    for option in entry.options:
        words = " ".join(option.text.values()).replace("+", " ").replace(",", " ").split()
        for number in range(13):
            named = {str(number), ROMAN[number], *SPELT[number : number + 1]} - {""}
            if named & {*words}:
                assert keys.get(str(number), option) is option


@pytest.mark.parametrize("name", [name for name in sorted(entries()) if "options" in entries()[name]])
def test_no_number_in_a_label_of_the_catalogue_presses_another_option(name: str) -> None:
    _presses_what_it_names(trial(question(f'use = "{name}"'), _RULE).question(name))


_numbers = st.integers(0, 12).flatmap(
    lambda n: st.sampled_from([str(n), ROMAN[n] or "0", (*SPELT, *ROMAN)[n] or "0", f"{n}+"])
)
_words = st.sampled_from(
    ["Stage", "Grade", "NYHA", "mild", "or", "to", "None", "More than", "years", "级", "A", "b"]
)
_labels = st.lists(st.one_of(_numbers, _words), min_size=1, max_size=4).map(" ".join)


@given(st.lists(_labels, min_size=2, max_size=9, unique_by=str.casefold))
def test_no_number_in_a_label_presses_another_option(labels: list[str]) -> None:
    _presses_what_it_names(asked(*labels))
