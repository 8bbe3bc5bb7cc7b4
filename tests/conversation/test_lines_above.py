"""What stands above a criterion in the record is shown with its words: in its question, in help, in an exclusion."""

from __future__ import annotations

import pytest

from bot.conversation import Conversation
from bot.wording.phrases import phrases, plain
from dialogs.loading import parse_protocol
from tests.conversation.office import LANGUAGES, offering, press_of, said, staffed

LINE = "Within 4 weeks before enrolment:"
TRIAL = f"""format = 2
id = "LINES"
title = "Fictional"
languages = ["en", "zh"]

[[criterion]]
line = "{LINE}"

[[criterion]]
exclusion = "Major surgery"

[[criterion]]
exclusion = "Haemoglobin below 90 g/L"
rule = 'hemoglobin < "90 g/L"'
"""


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_line_above_stands_in_the_question_in_help_and_in_the_exclusion(
    conversation: Conversation, language: str
) -> None:
    ward = staffed(offering(conversation, parse_protocol(TRIAL, "lines.toml")), language)
    asked = ward.do(ward.clinician, "/new")
    assert f"“{LINE} Major surgery”" in plain(said(asked))
    say = phrases(language)
    excluded = ward.do(ward.clinician, "yes" if language == "en" else "是")
    assert plain(say("record_says_below", line=LINE, source="Major surgery")) in plain(said(excluded))
    number = ward.do(ward.clinician, f"!{press_of(excluded, 'continue')}")
    helped = ward.do(ward.clinician, f"!{press_of(number, 'help')}")
    quoted = plain(say("record_says_below", line=LINE, source="Haemoglobin below 90 g/L"))
    assert quoted in plain(said(helped))
