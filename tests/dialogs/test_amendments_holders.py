"""Which criteria count as one reason over several versions of a trial."""

from __future__ import annotations

import pytest

from dialogs.amendments.holders import holders
from dialogs.loading import parse_protocol
from dialogs.protocol import Protocol

TRIPTAN = "Fewer than 2 weeks since last triptan overuse"
EGFR = "eGFR below 60 mL/min/1.73 m2"
LOWER = "eGFR below 45 mL/min/1.73 m2"
CASES = {
    "the same words": ([TRIPTAN, TRIPTAN], [0, 0]),
    "another limit": ([EGFR, LOWER], [0, 0]),
    "another criterion": ([TRIPTAN, EGFR], [0, 1]),
    "another one, then reworded": ([TRIPTAN, EGFR, LOWER], [0, 1, 1]),
    "another one, and back again": ([TRIPTAN, EGFR, TRIPTAN], [0, 1, 0]),
    "dropped, and the code given again later": ([TRIPTAN, "", EGFR], [0, None, 1]),
    "dropped, and taken up again": ([TRIPTAN, "", TRIPTAN], [0, None, 0]),
    "three of them": ([TRIPTAN, EGFR, "Pregnancy or breastfeeding"], [0, 1, 2]),
}


@pytest.mark.parametrize(("words", "expected"), CASES.values(), ids=CASES.keys())
def test_a_code_counts_for_each_criterion_that_had_it(words: list[str], expected: list[int | None]) -> None:
    versions = [_version(number, each) for number, each in enumerate(words, 1)]
    found = holders(versions)
    assert [found.get((each.sha256, "E8")) for each in versions] == expected
    assert {found[each.sha256, "I1"] for each in versions} == {0}


def test_an_exclusion_is_not_the_inclusion_that_had_its_code() -> None:
    one, other = (_version(number, EGFR, kind) for number, kind in enumerate(("inclusion", "exclusion"), 1))
    assert holders([one, other])[other.sha256, "E8"] == 1


def _version(number: int, words: str, kind: str = "exclusion") -> Protocol:
    e8 = f'[[criterion]]\ncode = "E8"\n{kind} = "{words}"\n' if words else ""
    head = f'format = 2\nid = "EX-CODES"\nversion = "{number}"\ntitle = "Fictional: a code given again"\n'
    i1 = '[[criterion]]\ncode = "I1"\ninclusion = "Able to swallow tablets"\n'
    return parse_protocol(f"{head}\n{i1}\n{e8}", "trial.toml")
