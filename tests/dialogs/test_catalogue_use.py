"""What a file takes of the catalogue, twice, under other names and beside questions of its own."""

from __future__ import annotations

from decimal import Decimal

import pytest

from dialogs.answers import Measurement
from dialogs.candidates import play
from dialogs.errors import ProtocolError
from dialogs.loading.catalogue import entries
from tests.dialogs.test_format import criterion, faults, question, trial


def test_what_an_option_of_the_catalogue_implies_is_dropped_where_the_question_has_other_options() -> None:
    own = question(
        'id = "sex"\nask = "Sex?"\noptions = [{ code = "f", text = "F" }, { code = "m", text = "M" }]'
    )
    rule = 'code = "I1"\ninclusion = "x"\nrule = \'sex == "m" or pregnancy_test == "negative"\''
    protocol = trial(own, question('use = "pregnancy_test"'), criterion(rule))
    assert all(not option.implies for option in protocol.question("pregnancy_test").options)


def test_what_an_option_of_the_catalogue_implies_stays_where_a_formula_asks_the_question_later() -> None:
    rule = 'code = "I1"\ninclusion = "x"\nrule = \'pregnancy_test == "negative" and egfr > 60\''
    protocol = trial(question('use = "pregnancy_test"'), question('use = "egfr"'), criterion(rule))
    assert protocol.question("pregnancy_test").option_by_code["positive"].implies == {"sex": "female"}


def test_what_an_own_option_implies_is_looked_at_as_it_stands() -> None:
    options = '[{ code = "yes", text = "Y", implies = { sx = "female" } }, { code = "no", text = "N" }]'
    rule = criterion('code = "I1"\ninclusion = "x"\nrule = \'dialysis == "no"\'')
    with pytest.raises(ProtocolError, match="no option 'female' of 'sx'"):
        trial(question(f'use = "dialysis"\nkind = "choice"\noptions = {options}'), rule)


def test_a_limit_of_normal_is_asked_at_each_visit() -> None:
    rule = 'bilirubin_total <= "1.5 {xULN}" and bilirubin_w2 <= "1.5 {xULN}"'
    second = question('use = "bilirubin_total"\nid = "bilirubin_w2"\nat = "Week -2"')
    ruled = criterion(f"code = 'I1'\ninclusion = 'x'\nrule = '{rule}'")
    protocol = trial(question('use = "bilirubin_total"'), second, ruled)
    names = ["bilirubin_total", "bilirubin_uln", "bilirubin_w2", "bilirubin_w2_uln"]
    assert [each.id for each in protocol.questions] == names


@pytest.mark.parametrize("name", sorted(entries()))
def test_any_entry_of_the_catalogue_can_be_asked_at_two_visits(name: str) -> None:
    second = question(f'use = "{name}"\nid = "again"\nat = "Week 4"')
    protocol = trial(question(f'use = "{name}"'), second, criterion('code = "I1"\ninclusion = "x"'))
    assert {name, "again"} <= {each.id for each in protocol.questions}


def test_an_option_in_a_formula_is_no_question_of_the_catalogue() -> None:
    options = '[{ code = "statin", text = "S" }, { code = "other", text = "O" }]'
    formula = "formula = '1 if regimen == \"statin\" else 0'"
    protocol = trial(
        question(f'id = "regimen"\nask = "R?"\noptions = {options}'),
        question(f'id = "risk"\nkind = "integer"\nask = "R?"\nunits = "points"\npossible = [0, 9]\nusual = [0, 9]\n{formula}'),
        criterion('code = "I1"\ninclusion = "x"\nrule = "risk > 0"'),
    )  # fmt: skip
    assert [each.id for each in protocol.questions] == ["regimen", "risk"]


def test_the_end_of_a_name_is_no_question_of_the_catalogue() -> None:
    own = question('id = "T_egfr"\nask = "Taken?"')
    protocol = trial(own, criterion('code = "I1"\ninclusion = "x"\nrule = "T_egfr"'))
    assert [each.id for each in protocol.questions] == ["T_egfr"]


def test_an_own_entry_uses_another_one_and_is_stored_with_it() -> None:
    own = '[catalogue.hb]\nuse = "hemoglobin"\nask = "Haemoglobin, of a finger prick?"'
    ruled = criterion('code = "I1"\ninclusion = "x"\nrule = \'hb > "9 g/dL"\'')
    protocol = trial(own, question('use = "hb"'), ruled)
    (asked,) = protocol.questions
    assert asked.ask["en"] == "Haemoglobin, of a finger prick?"
    assert [unit.code for unit in asked.units] == ["g/L", "g/dL", "mmol/L"]
    assert "[catalogue.hemoglobin]" in protocol.text


OWN_WORDS = {
    "a question": ('use = "prednisone_dose"\nask = "Prednisone at most?"', False),
    "a question, with its own help": ('use = "prednisone_dose"\nask = "At most?"\nhelp = "A day."', True),
    "a question in our words": ('use = "prednisone_dose"\nsupplier = "the ward"', True),
}


@pytest.mark.parametrize(("asked", "helped"), OWN_WORDS.values(), ids=OWN_WORDS)
def test_own_words_carry_no_help_of_ours(asked: str, helped: bool) -> None:
    ruled = criterion('code = "I1"\ninclusion = "x"\nrule = \'prednisone_dose > "10 mg/d"\'')
    assert bool(trial(question(asked), ruled).question("prednisone_dose").help) == helped
    entry = "[catalogue.dose]\n" + asked
    ruled = criterion('code = "I1"\ninclusion = "x"\nrule = \'dose > "10 mg/d"\'')
    assert bool(trial(entry, ruled).question("dose").help) == helped


@pytest.mark.parametrize(
    ("own", "fault"),
    [
        ('[catalogue.hemoglobin]\nuse = "hemoglobin"\nusual = [50, 200]', "hemoglobin uses itself"),
        ('[catalogue.a]\nuse = "b"\n[catalogue.b]\nuse = "a"\n[[question]]\nuse = "a"', "b uses itself"),
        ('[catalogue.hb]\nuse = "hemoglobine"\n[[question]]\nuse = "hb"', '"hemoglobine" is not in the catalogue'),
    ],
)  # fmt: skip
def test_an_own_entry_that_uses_itself_or_nothing_is_refused(own: str, fault: str) -> None:
    with pytest.raises(ProtocolError) as refused:
        trial(own, criterion('code = "I1"\ninclusion = "x"\nrule = \'hemoglobin > "9 g/dL"\''))
    assert [each.fault for each in refused.value.faults] == [fault]
    points_to_ours = 'or word it as [[question]] with use = "hemoglobin"' in refused.value.faults[0].remedy
    assert points_to_ours == ("hemoglobin uses" in fault)


def test_an_own_entry_that_is_worked_out_from_itself_is_refused() -> None:
    entry = (
        '[catalogue.{}]\nask = "?"\nunits = "points"\npossible = [0, 9]\nusual = [0, 9]\nformula = "{} + 1"\n'
    )
    with pytest.raises(ProtocolError, match="worked out from itself"):
        trial(
            entry.format("x", "y") + entry.format("y", "x"),
            criterion('code = "I1"\ninclusion = "x"\nrule = "x > 3"'),
        )


@pytest.mark.parametrize(("limit", "verdict"), [("7.0 %", "ineligible"), ("7.0 % = 53 mmol/mol", "eligible")])
def test_a_limit_in_each_unit_takes_a_value_as_lab_sheets_round_it(limit: str, verdict: str) -> None:
    protocol = trial(criterion(f"code = 'I1'\ninclusion = 'x'\nrule = 'hba1c <= \"{limit}\"'"))
    assert play(protocol, {"hba1c": Measurement("=", Decimal(53), "mmol/mol")}).verdict == verdict


UNITS = 'units = [{ code = "mg/dL", label = "mg/dL" }]\npossible = ["0.1", 30]\nusual = ["0.3", 10]'
KIDNEYS = criterion('code = "I1"\ninclusion = "x"\nrule = "egfr >= 60"')


@pytest.mark.parametrize(
    "asked",
    [
        'use = "serum_creatinine"\n' + UNITS,
        'id = "serum_creatinine"\nask = "Creatinine?"\nbounds = false\n' + UNITS,
    ],
)
def test_a_formula_of_the_catalogue_gets_no_number_in_another_unit(asked: str) -> None:
    """CKD-EPI takes a creatinine in umol/L: of one in mg/dL it would make a kidney without any fault."""
    (fault,) = faults(question(asked), KIDNEYS)
    assert fault.fault == "is written for serum_creatinine in umol/L, and this file asks it in mg/dL first"


def test_a_formula_of_the_catalogue_comes_to_no_other_unit() -> None:
    units = 'units = [{ code = "mL/s", label = "mL/s" }]\npossible = [0, 10]\nusual = [0, 5]'
    rule = criterion('code = "I1"\ninclusion = "x"\nrule = "creatinine_clearance >= 1"')
    (fault,) = faults(question(f'use = "creatinine_clearance"\n{units}'), rule)
    assert fault.fault == "is written for creatinine_clearance in mL/min, and this file asks it in mL/s first"


def test_a_formula_of_the_files_own_takes_its_own_units() -> None:
    own = question('use = "egfr"\nformula = "60 / serum_creatinine"')
    protocol = trial(question('use = "serum_creatinine"\n' + UNITS), own, KIDNEYS)
    assert [each.id for each in protocol.questions] == ["serum_creatinine", "egfr"]


def test_ranges_of_the_catalogue_are_not_taken_for_another_unit() -> None:
    """Of 10 to 250 g/L it would make 10 to 250 g/dL, and refuse every anaemia."""
    bare = question('use = "hemoglobin"\nunits = [{ code = "g/dL", label = "g/dL" }]')
    (fault,) = faults(bare, criterion('code = "I1"\ninclusion = "x"\nrule = "hemoglobin >= 12"'))
    assert fault.fault == "has no possible and usual range"


def test_what_was_meant_is_said_to_be_of_whose_catalogue_it_is() -> None:
    own = '[catalogue]\ngene_defect = "A defect of a gene?"\n'
    for written, meant in (
        ("gene_defct", "gene_defect, a question of this file's own [catalogue]"),
        ("hypertnsion", "hypertension, a question of the catalogue"),
    ):
        (fault,) = faults(own, criterion(f'code = "I1"\ninclusion = "x"\nrule = "{written}"'))
        assert fault.remedy == f"Please write {meant}"


def test_a_day_that_is_written_by_another_key_is_told() -> None:
    asked = question('use = "last_chemotherapy"\nwhen = "at surgery"')
    (fault,) = faults(asked, criterion('code = "I1"\ninclusion = "x"\nrule = \'last_chemotherapy < "1 wk"\''))
    assert fault.remedy == "Please write at"
