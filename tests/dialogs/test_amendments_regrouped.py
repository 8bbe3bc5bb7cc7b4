"""Two versions of a record, drafted as they are: what is only reworded, renumbered or grouped otherwise is told as that."""

from __future__ import annotations

import pytest

from dialogs.amendments import compare
from dialogs.amendments.matching import Matching
from dialogs.amendments.rejudging import kept
from dialogs.amendments.sentences import Sentences
from dialogs.answers import Choice
from dialogs.drafting.draft import drafted_file
from dialogs.drafting.proposals import propose
from dialogs.drafting.record import Record
from dialogs.loading import parse_protocol
from dialogs.loading.ruleless import with_names
from dialogs.protocol import Protocol

WOMEN = "Exclusion Criteria:\n* Fertile women:\n  * Pregnant\n  * Breast-feeding"
ANY = "Inclusion Criteria:\n* Adults\n* One of the following:\n  * Fever\n  * Cough"


def drafted(text: str) -> Protocol:
    return parse_protocol(drafted_file(Record("X", "X", text), ["en"], propose, "a test"), "draft")


CASES = {
    "a heading of lines that are asked as one": (
        (WOMEN, WOMEN.replace("Fertile women:", "Women of childbearing potential:")),
        {
            "E1": ["words: [Fertile women → Women of childbearing potential]:"],
        },
    ),
    "a list above which a criterion is added": (
        (ANY, ANY.replace("* One", "* Able to swallow\n* One")),
        {
            "I2": [
                "new inclusion criterion: “Able to swallow”",
                "I2 was another criterion in version 1: whoever counts exported reasons by code counts both together. "
                "Please give the new one a new code.",
            ],
            "I3": ["was I2"],
            "Question i3_1": ["was called i2_1"],
            "Question i3_2": ["was called i2_2"],
        },
    ),
    "a question above one that is left open in other words": (
        (f"{ANY}\n* Signed informed consent", f"Inclusion Criteria:\n* Signed informed consent\n{ANY[20:]}"),
        {
            "Trial": ["asked in another order: nothing changes in whom the trial excludes by that"],
            "I1": ["was I3", "stands at another place among the criteria"],
            "I2": ["was I1"],
            "I3": ["was I2"],
            "Question i3_1": ["was called i2_1"],
            "Question i3_2": ["was called i2_2"],
        },
    ),
    "two lists that changed places": (
        (
            f"{ANY}\n* One of the following:\n  * Rash\n  * Itch",
            ANY.replace("Fever", "Rash").replace("Cough", "Itch")
            + "\n* One of the following:\n  * Fever\n  * Cough",
        ),
        {
            "Trial": ["asked in another order: nothing changes in whom the trial excludes by that"],
            "I2": ["was I3"],
            "I3": ["was I2", "stands at another place among the criteria"],
            "Question i2_1": ["was called i3_1"],
            "Question i2_2": ["was called i3_2"],
            "Question i3_1": ["was called i2_1"],
            "Question i3_2": ["was called i2_2"],
        },
    ),
}


@pytest.mark.parametrize(("versions", "expected"), CASES.values(), ids=CASES)
def test_it_is_told_as_what_it_is(versions: tuple[str, str], expected: dict[str, list[str]]) -> None:
    old, new = map(drafted, versions)
    found = compare(old, new, "en")
    assert Sentences(found, "en").told() == expected


def test_what_was_answered_to_a_question_that_is_only_renumbered_still_holds() -> None:
    matching = Matching(drafted(ANY), drafted(ANY.replace("* One", "* Able to swallow\n* One")))
    assert kept(matching, {"i2_1": Choice("yes"), "i2_2": Choice("no")}) == {
        "i3_1": Choice("yes"),
        "i3_2": Choice("no"),
    }


def test_what_was_answered_under_another_heading_does_not() -> None:
    matching = Matching(
        drafted(WOMEN), drafted(WOMEN.replace("Fertile women:", "Women of reproductive age:"))
    )
    assert kept(matching, {"e1": Choice("no")}) == {}
    same = Matching(drafted(WOMEN), drafted(WOMEN))
    assert kept(same, {"e1": Choice("no")}) == {"e1": Choice("no")}


def test_a_question_of_the_catalogue_is_not_taken_for_another_in_its_place() -> None:
    old, new = (drafted(f"Inclusion:\n* {name} >= 9 g/dL") for name in ("Hemoglobin", "Albumin"))
    assert len(new.questions) == len(old.questions) == 1
    assert old.questions[0].id != new.questions[0].id
    assert Matching(old, new).former == {}


def test_a_rule_in_other_names_keeps_what_stands_in_quotes() -> None:
    rule = """stage in ("a", 'b') and a"""
    assert with_names(rule, {"a": "b", "stage": "a"}) == """a in ("a", 'b') and b"""
