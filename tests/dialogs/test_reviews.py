"""Which criteria of a file await a review: those that were proposed, changed after it, or seen by too few."""

from __future__ import annotations

from typing import Final

import pytest

from dialogs.errors import ProtocolError
from dialogs.loading import parse_protocol, parse_stored
from dialogs.loading.editing import accepted
from dialogs.loading.fingerprints import fingerprint

TRIAL: Final = """
format = 2
id = "MADE-UP"
title = "A made-up trial"

[option_sets]
sides = [{ code = "left", text = "Left" }, { code = "right", text = "Right" }]

[[question]]
id = "side"
ask = "Which side?"
options = "sides"

[[question]]
id = "lymphocytes"
ask = "Lymphocytes?"
possible = [0, 100]
usual = [0, 10]
units = [{ code = "10*9/L", label = "×10⁹/L" }]

[[question]]
id = "ratio"
kind = "quantity"
ask = "Platelets over lymphocytes?"
possible = [0, 1000]
usual = [1, 500]
units = [{ code = "1", label = "times" }]
formula = "platelets / (lymphocytes + 1)"
decimals = 1

[[criterion]]
code = "I1"  # as in the record
inclusion = "Platelets of at least 75"
rule = 'platelets >= "75 10*9/L"'

[[criterion]]
code = "I2"
inclusion = "Left side, ratio below 20"
rule = 'side == "left" and ratio < "20 1"'

[[criterion]]
code = "E1"
exclusion = "Smokers"
"""


def digits(code: str, text: str = TRIAL) -> str:
    return fingerprint(text, code)


def reviewed(code: str, *reviews: tuple[str, str], text: str = TRIAL) -> str:
    """The file with a criterion accepted: by whom, and of what."""
    listed = ", ".join(f'{{ by = "{by}", on = "2026-11-26", of = "{of}" }}' for by, of in reviews)
    return text.replace(f'code = "{code}"', f'code = "{code}"\nreviewed = [{listed}]', 1)


def proposed(code: str, text: str = TRIAL) -> str:
    return text.replace(f'code = "{code}"', f'code = "{code}"\nreview = "read as it stands"', 1)


def still_open(text: str) -> list[str]:
    return [criterion.code for criterion in parse_protocol(text, "trial.toml").open_reviews]


I1 = digits("I1")
TWO = TRIAL.replace("format = 2\n", "format = 2\nreviews = 2\n")
BOTH = ("LW", I1), ("QC", I1)
FILES = {
    "nothing was proposed": (TRIAL, []),
    "proposed": (proposed("I1"), ["I1"]),
    "accepted": (reviewed("I1", ("LW", I1)), []),
    "accepted, and asked for again": (proposed("I1", reviewed("I1", ("LW", I1))), ["I1"]),
    "changed after it": (reviewed("I1", ("LW", I1)).replace("75 10", "57 10"), ["I1"]),
    "of something else": (reviewed("I1", ("LW", digits("I2"))), ["I1"]),
    "two are wanted": (TWO, ["I1", "I2", "E1"]),
    "two are wanted, and one was there": (reviewed("I1", ("LW", I1), text=TWO), ["I1", "I2", "E1"]),
    "one twice is one person": (reviewed("I1", ("LW", I1), ("LW", I1), text=TWO), ["I1", "I2", "E1"]),
    "one who writes otherwise is one person": (
        reviewed("I1", ("LW", I1), ("l.w.", I1), ("ＬＷ", I1), text=TWO),
        ["I1", "I2", "E1"],
    ),
    "letters that look alike are one person's": (
        reviewed("I1", ("AK", I1), ("АК", I1), ("ΑΚ", I1), text=TWO),  # Latin, Cyrillic, Greek
        ["I1", "I2", "E1"],
    ),
    "so are those that stand for the same": (
        reviewed("I1", ("LW", I1), ("ЛW", I1), text=TWO),
        ["I1", "I2", "E1"],
    ),
    "vowel signs tell persons apart": (reviewed("I1", ("किम", I1), ("कुम", I1), text=TWO), ["I2", "E1"]),
    "what is no letter is told apart, too": (reviewed("I1", ("☆", I1), ("☼", I1), text=TWO), ["I2", "E1"]),
    "two were there": (reviewed("I1", *BOTH, text=TWO), ["I2", "E1"]),
    "two were there before it changed": (
        reviewed("I1", *BOTH, text=TWO).replace("75 10", "57 10"),
        ["I1", "I2", "E1"],
    ),
}


@pytest.mark.parametrize(("text", "expected"), FILES.values(), ids=FILES)
def test_what_awaits_a_review(text: str, expected: list[str]) -> None:
    assert still_open(text) == expected


CHANGES = {
    "the rule": ('"75 10*9/L"', '"75.0 10*9/L"', {"I1"}),
    "its code": ('code = "I1"', 'code = "I9"', set()),
    "the record's words": ("at least 75", "at least 76", {"I1"}),
    "a key of one that is asked as it stands": ('"Smokers"', '"Smokers"\nask = "Smoker?"', {"E1"}),
    "the question of its rule": ("Which side?", "Side?", {"I2"}),
    "options that this question shares": ('text = "Left"', 'text = "left-sided"', {"I2"}),
    "the formula": ("+ 1", "+ 2", {"I2"}),
    "what a number is worked out from": ("Lymphocytes?", "Newest lymphocytes?", {"I2"}),
    "a comment": ("# as in the record", "# as in the protocol", set()),
    "the order of keys": (
        'ask = "Which side?"\noptions = "sides"',
        'options = "sides"\nask = "Which side?"',
        set(),
    ),
    "the trial's title": ("A made-up trial", "Another trial", set()),
    "line ends": ("\n", "\r\n", set()),
}


@pytest.mark.parametrize(("old", "new", "changed"), CHANGES.values(), ids=CHANGES)
def test_a_fingerprint_changes_with_what_was_accepted_only(old: str, new: str, changed: set[str]) -> None:
    after = TRIAL.replace(old, new)
    assert after != TRIAL
    pairs = zip(("I1", "I2", "E1"), codes_of(after), strict=True)
    assert {code for code, now in pairs if digits(code) != digits(now, after)} == changed


def codes_of(text: str) -> list[str]:
    return [criterion.code for criterion in parse_protocol(text, "trial.toml").criteria]


def test_a_criterion_that_is_renumbered_stays_reviewed_and_so_does_what_requires_it() -> None:
    both = accepted(accepted(AROUND, "I1", "LW", "2026-11-26"), "E2", "LW", "2026-11-26")
    assert still_open(both) == []
    assert still_open(both.replace('"I1"', '"I9"')) == []
    assert still_open(both.replace('"I1"', '"I9"').replace(""">= "75 10""", """>= "57 10""")) == ["I9", "E2"]


FORMER: Final = {"I1": "16c7bbdf", "I2": "faa4accb", "E1": "095b6586", "E2": "1181efa6", "E3": "b2c1ebb6"}
"""Fingerprints of files that were reviewed when the code was a part of them."""


@pytest.mark.parametrize("code", FORMER)
def test_a_review_of_before_by_a_fingerprint_with_the_code_counts(code: str) -> None:
    text = AROUND if code in ("E2", "E3") else TRIAL
    of_then = reviewed(code, ("LW", FORMER[code]), text=text)
    assert still_open(of_then) == []
    assert still_open(of_then.replace(f'code = "{code}"', 'code = "X9"')) == ["X9"]
    again = accepted(of_then, code, "QC", "2026-11-27")
    assert [each.fits for each in parse_protocol(again, "x").criterion_by_code[code].reviewed] == [True, True]


IN_SHORT: Final = """
format = 2
id = "MADE-UP"
title = "A made-up trial"

[[question]]
use = "count"

[[criterion]]
inclusion = "Count of at least 75"
rule = 'count >= "75 10*9/L"'

[[criterion]]
exclusion = "Smokers over 9 a day"
rule = "smoker and per_day > 9"

[unit_sets]
ours = [{ code = "10*9/L", label = "x 10⁹/L" }]

[catalogue]
smoker = "Current smoker?"
per_day = { use = "number", ask = "How many a day?" }
number = { kind = "integer", ask = "?", units = [{ code = "1", label = "times" }], possible = [0, 99], usual = [0, 40] }
count = { kind = "quantity", ask = "Platelets?", units = "ours", possible = [0, 2000], usual = [0, 500] }
packs = "Packs?"
"""
IN_SHORT_CHANGES = {
    "a question in a line": ("Current smoker", "Ever a smoker", {"E1"}),
    "what such a question uses": ("[0, 99]", "[0, 60]", {"E1"}),
    "what a question of the file uses": ("Platelets?", "Thrombocytes?", {"I1"}),
    "its set of units": ("x 10⁹/L", "G/L", {"I1"}),
    "an entry that nothing names": ("Packs?", "Packs a day?", set()),
}


@pytest.mark.parametrize(("old", "new", "changed"), IN_SHORT_CHANGES.values(), ids=IN_SHORT_CHANGES)
def test_a_fingerprint_is_also_of_what_the_file_has_in_its_own_catalogue(
    old: str, new: str, changed: set[str]
) -> None:
    after = IN_SHORT.replace(old, new)
    assert parse_protocol(after, "trial.toml").text != parse_protocol(IN_SHORT, "trial.toml").text
    assert {code for code in ("I1", "E1") if digits(code, IN_SHORT) != digits(code, after)} == changed


AROUND: Final = (
    TRIAL
    + """
[[question]]
id = "pulse"
ask = "Pulse?"
possible = [0, 300]
usual = [40, 180]
units = [{ code = "/min", label = "a minute" }]

[[question]]
id = "pulse_before"
ask = "Pulse before?"
possible = [0, 300]
usual = [40, 180]
unit_of = "pulse"
units = [{ code = "/min", label = "a minute" }]

[[question]]
id = "organ"
ask = "Which organ?"
options = [{ code = "liver", text = "Liver", implies = { side = "right" } }, { code = "spleen", text = "Spleen" }]

[[part]]
code = "A"
name = "Cohort A, adults"

[[part]]
code = "B"
name = "Cohort B"

[[criterion]]
code = "E2"
exclusion = "Spleen"
rule = 'organ == "spleen"'
requires = "I1"

[[criterion]]
code = "E3"
exclusion = "A pulse of more than 150 before"
rule = 'pulse_before > "150 /min"'
parts = ["A"]
"""
)
AROUND_CHANGES = {
    "the criterion that it requires": ('"75 10*9/L"', '"57 10*9/L"', {"I1", "E2"}),
    "the part that it belongs to": ("adults", "children", {"E3"}),
    "that this part is required": ('adults"', 'adults"\nrequired = true', {"E3"}),
    "whom it asks about": ('adults"', 'adults"\nperson = "the donor"', {"I1", "I2", "E1", "E2", "E3"}),
    "the question whose unit it has": ('ask = "Pulse?"', 'ask = "Pulse at rest?"', {"E3"}),
    "what another answer implies": ('side = "right"', 'side = "left"', {"I2", "E2"}),
    "what another question asks": ("Which organ", "What organ", {"E2"}),
}


@pytest.mark.parametrize(("old", "new", "changed"), AROUND_CHANGES.values(), ids=AROUND_CHANGES)
def test_a_fingerprint_is_also_of_what_decides_when_a_rule_is_asked_and_of_whom(
    old: str, new: str, changed: set[str]
) -> None:
    after = AROUND.replace(old, new)
    assert after != AROUND
    codes = ("I1", "I2", "E1", "E2", "E3")
    assert {code for code in codes if digits(code, AROUND) != digits(code, after)} == changed


def test_a_review_does_not_stay_when_the_code_that_a_criterion_requires_moves_to_another() -> None:
    moved = AROUND.replace('code = "I1"', 'code = "I0"').replace('code = "I2"', 'code = "I1"')
    assert digits("E2", AROUND) != digits("E2", moved)


def test_reviewing_changes_no_fingerprint() -> None:
    assert digits("I1", proposed("I1", reviewed("I1", ("LW", I1)))) == I1


def test_a_stored_file_is_reviewed_as_it_was() -> None:
    """It brings what it took of the catalogue, which its reviews are not of."""
    text = parse_protocol(reviewed("I2", ("LW", digits("I2"))), "trial.toml").text
    assert "[catalogue.platelets]" in text
    assert parse_stored(text, "stored").open_reviews == ()


WRONG = {
    "nobody": ('{ by = "", on = "2026-11-26", of = "00000000" }', "reviewed[1]: by"),
    "no day": ('{ by = "LW", on = "26 November", of = "00000000" }', "reviewed[1]: on"),
    "no fingerprint": ('{ by = "LW", on = "2026-11-26", of = "I1" }', "reviewed[1]: of"),
    "no table": ('"LW"', "reviewed[1]"),
}


@pytest.mark.parametrize(("entry", "place"), WRONG.values(), ids=WRONG)
def test_what_is_no_review_is_refused(entry: str, place: str) -> None:
    text = TRIAL.replace('code = "I1"', f'code = "I1"\nreviewed = [{entry}]')
    with pytest.raises(ProtocolError) as refused:
        parse_protocol(text, "trial.toml")
    assert [fault.place for fault in refused.value.faults] == [f"criterion I1: {place}"]


def test_a_day_may_be_a_date_of_toml() -> None:
    text = reviewed("I1", ("LW", I1)).replace('"2026-11-26"', "2026-11-26")
    assert parse_protocol(text, "trial.toml").criteria[0].reviewed[0].on == "2026-11-26"


def test_a_fingerprint_is_also_of_what_a_number_of_ours_is_worked_out_from() -> None:
    tall = '\n[[question]]\nuse = "height"\nhelp = "Measured."\n'
    heavy = '\n[[criterion]]\ncode = "E2"\nexclusion = "Obese"\nrule = \'bmi > "30 kg/m2"\'\n'
    text = TRIAL + heavy + tall
    assert digits("E2", text) != digits("E2", text.replace("Measured", "As told"))
    assert digits("I2", text) == digits("I2", text.replace("Measured", "As told"))


def test_a_review_does_not_become_that_of_another_criterion_when_one_is_added_above() -> None:
    """Codes that follow from the order move."""
    without = TRIAL.replace('code = "I1"  # as in the record\n', "").replace('code = "I2"\n', "")
    both = accepted(accepted(without, "I1", "LW", "2026-11-26"), "I2", "LW", "2026-11-26")
    assert parse_protocol(both, "trial.toml").open_reviews == ()
    added = '[[criterion]]\ninclusion = "Adults"\nreview = "read as it stands"\n\n[[criterion]]\ninclusion'
    after = parse_protocol(both.replace("[[criterion]]\ninclusion", added, 1), "trial.toml")
    assert "I1" in [each.code for each in after.open_reviews]
    assert [each.source[:5] for each in after.criteria if each.reviewed] == ["Plate", "Left "]


def test_a_rule_that_names_the_question_of_another_criterion_is_open_when_that_is_another_one() -> None:
    """Codes that follow from the order move, and what a rule calls ``e1`` is then something else."""
    text = TRIAL.replace('code = "E1"\n', "") + '[[criterion]]\nexclusion = "Smokers, old"\nrule = "e1"\n'
    for code in ("E1", "E2"):
        text = accepted(text, code, "LW", "2026-11-26")
    assert still_open(text) == []
    assert still_open(text.replace('"Smokers"', '"Non-smokers"')) == ["E1", "E2"]
    assert still_open(text.replace("Platelets of", "Count of")) == []
    above = '[[criterion]]\nexclusion = "Consent withdrawn"\n\n[[criterion]]\nexclusion = "Smokers"'
    assert still_open(text.replace('[[criterion]]\nexclusion = "Smokers"', above)) == ["E3"]


def test_a_criterion_that_names_every_part_is_open_when_there_is_one_more() -> None:
    """Whoever failed it fitted no part, and fits the new one now."""
    both = AROUND.replace('parts = ["A"]', 'parts = ["A", "B"]')
    more = '[[part]]\ncode = "C"\nname = "Cohort C"\n\n[[part]]'
    for text, expected in ((AROUND, []), (both, ["E3"])):
        done = accepted(text, "E3", "LW", "2026-11-26")
        assert still_open(done) == []
        assert still_open(done.replace("[[part]]", more, 1)) == expected
