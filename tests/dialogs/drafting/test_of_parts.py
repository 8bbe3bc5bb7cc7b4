"""Whether each criterion of a file belongs to the parts that its record names."""

from __future__ import annotations

from typing import Final

import pytest

from dialogs.drafting.accounting import differences
from dialogs.drafting.draft import drafted_file
from dialogs.drafting.proposals import propose
from dialogs.drafting.record import Record
from dialogs.loading import parse_protocol

RECORD: Final = Record(
    "FICT-1",
    "Fictional",
    """Inclusion Criteria:

* Age 18 years or older
* Cohort A:
   * Asthma
   * ECOG 0-1
   * Platelets >= 75 x 10^9/L
* Cohort B:
   * Migraine
   * ECOG 0-1
   * Platelets >= 100 x 10^9/L
* Informed consent

Exclusion Criteria:

* Stroke within 6 months
""",
)
DRAFT: Final = drafted_file(RECORD, ["en"], propose, "a test")
I2B: Final = DRAFT[DRAFT.index('[[criterion]]\ncode = "I2b"') : DRAFT.index('[[criterion]]\ncode = "I2c"')]
I2C: Final = DRAFT[
    DRAFT.index('[[criterion]]\ncode = "I2c"') : DRAFT.index('[[criterion]]\nline = "Cohort B:"')
]
I3B: Final = DRAFT[DRAFT.index('[[criterion]]\ncode = "I3b"') : DRAFT.index('[[criterion]]\ncode = "I3c"')]
ASKED: Final = """[[criterion]]
code = "I2c"
inclusion = "Platelets >= 75 x 10^9/L"
ask = "Is this true?\\n“Cohort A: Platelets >= 75 x 10^9/L”"

"""
EXCHANGED: Final = (
    ('parts = ["A"]', 'parts = ["X"]'),
    ('parts = ["B"]', 'parts = ["A"]'),
    ('["X"]', '["B"]'),
)

CASES: Final = {
    "as drafted": ([], []),
    "exchanged": (
        EXCHANGED,
        [
            "I2a is of B in the file, and of A in the record",
            "I2c is of B in the file, and of A in the record",
            "I3a is of A in the file, and of B in the record",
            "I3c is of A in the file, and of B in the record",
        ],
    ),
    "exchanged with what they are called": (
        [
            *EXCHANGED,
            ('name = "Cohort A"', 'name = "X"'),
            ('name = "Cohort B"', 'name = "Cohort A"'),
            ('name = "X"', 'name = "Cohort B"'),
        ],
        [],
    ),
    "dropped of one": (
        [('parts = ["B"]\n', "")],
        [f"I3{each} is of every part in the file, and of B in the record" for each in "abc"],
    ),
    "one of them": (
        [(I2C, I2C.replace('parts = ["A"]\n', ""))],
        ["I2c is of every part in the file, and of A in the record"],
    ),
    "both of what stands twice": (
        [(I3B, I3B.replace('["B"]', '["A"]'))],
        ["I3b is of A in the file, and of B in the record"],
    ),
    "once for both": (
        [(I3B, ""), (I2B, I2B.replace('["A"]', '["A", "B"]'))],
        ["Not in the file: “ECOG 0-1”"],
    ),
    "of all": (
        [('exclusion = "Stroke within 6 months"', 'exclusion = "Stroke within 6 months"\nparts = ["B"]')],
        ["E1 is of B in the file, and of every part in the record"],
    ),
    "all named": (
        [
            (
                'exclusion = "Stroke within 6 months"',
                'exclusion = "Stroke within 6 months"\nparts = ["A", "B"]',
            )
        ],
        [],
    ),
    "asked with its heading": ([(I2C, ASKED)], []),
    "the first platelets are left out": (
        [(I2C, "")],
        ["Not in the file, after I2b: “Platelets >= 75 x 10^9/L”"],
    ),
}


@pytest.mark.parametrize(("replaced", "said"), CASES.values(), ids=CASES)
def test_a_criterion_of_other_parts_than_in_the_record_is_told(
    replaced: list[tuple[str, str]], said: list[str]
) -> None:
    text = DRAFT
    for old, new in replaced:
        assert old in text
        text = text.replace(old, new)
    assert differences(parse_protocol(text, "trial.toml"), RECORD) == said
