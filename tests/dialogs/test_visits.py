"""The same entry of the catalogue at two visits: two questions, each said with its visit."""

from __future__ import annotations

import pytest

from dialogs.answers import Measurement
from dialogs.candidates import play
from dialogs.errors import ProtocolError
from dialogs.loading import parse_protocol
from dialogs.untranslated import lacking
from state.exports.comparing import AnswerRow
from state.exports.findings import laboratory
from state.exports.questionnaire import questionnaire
from tests.dialogs.answering import answers

TEXT = """
format = 2
id = "FICTION-VISITS"
title = { en = "A fictional trial with two visits", zh = "虚构的两次访视试验" }
languages = ["en", "zh"]

[[question]]
use = "hemoglobin"
id = "hemoglobin_screening"
at = { en = "Week -2", zh = "第-2周" }

[[question]]
use = "hemoglobin"
id = "hemoglobin_baseline"
at = { en = "Baseline", zh = "基线" }

[[question]]
use = "alt"
id = "alt_baseline"
at = { en = "Baseline", zh = "基线" }

[[criterion]]
code = "I1"
inclusion = "Haemoglobin below 100 g/L at both visits"
rule = 'hemoglobin_screening < "100 g/L" and hemoglobin_baseline < "100 g/L"'

[[criterion]]
code = "E1"
exclusion = "ALT above 3 x ULN at baseline"
rule = 'alt_baseline > "3 {xULN}"'
"""


def test_each_question_says_its_visit_in_every_language() -> None:
    trial = parse_protocol(TEXT, "visits.toml")
    first, second = trial.question("hemoglobin_screening"), trial.question("hemoglobin_baseline")
    assert first.ask["en"].endswith("(Week -2)")
    assert first.ask["zh"].endswith("（第-2周）")
    assert (second.short["en"], second.short["zh"]) == ("Haemoglobin (Baseline)", "血红蛋白（基线）")
    assert second.name["en"] == "haemoglobin (Baseline)"
    limit = trial.question("alt_baseline_uln")
    assert limit.ask["en"].endswith("(Baseline)")


def test_how_long_before_a_visit_something_was_is_not_asked_as_of_today() -> None:
    dose = '[[question]]\nuse = "last_chemotherapy"\nat = { en = "at surgery", zh = "手术时" }\n'
    trial = parse_protocol(f"{TEXT}\n{dose}", "visits.toml")
    asked = trial.question("last_chemotherapy")
    assert asked.ask["en"].endswith("how long ago? (not as of today, but: at surgery)")
    assert asked.ask["zh"].endswith("（不以今天计，而按：手术时）")
    assert asked.name["en"] == "last chemotherapy (at surgery)"


def test_a_visit_that_a_language_lacks_is_noted() -> None:
    text = TEXT.replace('at = { en = "Week -2", zh = "第-2周" }', 'at = "Week -2"')
    assert lacking(parse_protocol(text, "visits.toml")) == {"zh": ("question hemoglobin_screening: at",)}


def test_the_answers_of_two_visits_are_two_answers() -> None:
    trial = parse_protocol(TEXT, "visits.toml")
    given = answers(trial, {"hemoglobin_screening": "98 g/L", "hemoglobin_baseline": "10.5 g/dL"})
    assert isinstance(given["hemoglobin_baseline"], Measurement)
    assert play(trial, given).failed == ("I1",)
    given = answers(
        trial, {"hemoglobin_screening": "98 g/L", "hemoglobin_baseline": "9.5 g/dL", "alt_baseline": "normal"}
    )
    assert play(trial, given).verdict == "eligible"


def test_a_questionnaire_names_the_visit_of_each() -> None:
    items = {item["linkId"]: item for item in questionnaire(parse_protocol(TEXT, "visits.toml"))["item"]}
    visits = [
        each["valueString"]
        for each in items["hemoglobin_screening"]["extension"]
        if each["url"].endswith(":visit")
    ]
    assert visits == ["Week -2"]
    assert "extension" not in items["hemoglobin_screening.mode"]


def test_a_laboratory_record_names_its_visit() -> None:
    trial = parse_protocol(TEXT, "visits.toml")
    told = {
        name: AnswerRow(place, "", "", name, "98", "g/L", None, "98", "g/L", "current")
        for place, name in enumerate(("hemoglobin_screening", "hemoglobin_baseline"))
    }
    assert [record["VISIT"] for record in laboratory(trial, told)] == ["Week -2", "Baseline"]


def test_the_same_entry_twice_without_ids_of_their_own_is_refused() -> None:
    with pytest.raises(ProtocolError, match=r"question hemoglobin \(2\): stands 2 times"):
        parse_protocol(
            TEXT.replace('id = "hemoglobin_screening"\n', "").replace('id = "hemoglobin_baseline"\n', ""), "x"
        )


def test_a_value_at_another_visit_is_not_worked_out_from_the_parts_of_this_one() -> None:
    protocol = parse_protocol(
        """
        format = 2
        id = "FICTIONAL"
        title = "A fictional trial"

        [[question]]
        use = "bmi"
        id = "bmi_week_2"
        at = "week 2"

        [[criterion]]
        code = "I1"
        inclusion = "BMI below 30, twice"
        rule = 'bmi < "30 kg/m2" and bmi_week_2 < "30 kg/m2"'
        """,
        "file.toml",
    )
    assert protocol.question("bmi").formula is not None
    assert protocol.question("bmi_week_2").formula is None
