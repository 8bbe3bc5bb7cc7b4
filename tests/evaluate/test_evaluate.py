"""Lists as spreadsheets of two countries save them, and ``prescreen evaluate`` as it is typed."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from openpyxl import Workbook

from bot.command import main
from bot.evaluate.sheets import read_list
from bot.evaluate.verdicts import MAX_CANDIDATES, evaluate_file, said, templates
from bot.wording.phrases import phrases
from dialogs.answers import Measurement, encode
from dialogs.candidates import BadFile, Fault, Row
from dialogs.languages import LANGUAGES
from dialogs.loading import load, parse_protocol
from tests.dialogs.test_at_limits import trial

PROTOCOL = load("NCT04420494")
LIST = "name,sex,hemoglobin,tumour\nC-1,男,98 g/L,仅原位癌\n"


def evaluate(*arguments: str, stdin: bytes = b"") -> Result:
    return CliRunner().invoke(main, ["evaluate", *arguments], input=stdin)


def workbook(*rows: list[object]) -> bytes:
    book, content = Workbook(), io.BytesIO()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    book.save(content)
    return content.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gbk", "gb18030"])
def test_a_list_is_read_in_the_letters_that_spreadsheets_save(encoding: str) -> None:
    (row,) = read_list(PROTOCOL, LIST.encode(encoding))
    assert row.faults == []
    assert [str(answer) for answer in row.answers.values()]
    assert len(row.answers) == 3


WASHOUTS = load(str(Path(__file__).parent.parent / "data" / "washouts.toml"))
TIMES = {
    "3 months ago": ([], "3 mo"), "两周前": ([], "2 wk"), "never": ([], "never"), "仍在持续": ([], "ongoing"),
    "2026-08-12": (["typed_date"], ""), "last week": (["vague_ago"], ""), "0": (["zero_ago"], ""),
    "3": (["asked_unit"], ""), "6 months ago": (["asked_limit"], ""),
    "exactly 6 mo": ([], "6 mo"), ">6 mo": ([], ">6 mo"),
}  # fmt: skip


@pytest.mark.parametrize(("cell", "expected"), TIMES.items(), ids=TIMES)
def test_how_long_ago_something_was_is_read_as_in_the_conversation(
    cell: str, expected: tuple[list[str], str]
) -> None:
    (row,) = read_list(WASHOUTS, f"name,last_mi\nC-1,{cell}\n".encode())
    taken = " ".join(part for answer in row.answers.values() for part in encode(answer) if part)
    assert ([fault.code for fault in row.faults], taken) == expected
    assert all("2026" not in said(WASHOUTS, row, fault, phrases("en")) for fault in row.faults)


@pytest.mark.parametrize(
    ("event", "other", "told"),
    [
        ("1 a", "18 mo", "'1 a' is just at a limit. Please write >18 mo, <18 mo or exactly 18 mo"),
        ("18 mo", "1 a", "'1 a' is just at a limit. Please write >18 mo, <18 mo or exactly 18 mo"),
        (">18 mo", "1 a", "'1 a' is just at a limit. Please write >18 mo, <18 mo or exactly 18 mo"),
        (">18 mo", "18 mo", "'18 mo' is just at a limit. Please write >18 mo, <18 mo or exactly 18 mo"),
        (">18 mo", "exactly 18 mo", None),
        ("18 mo", "exactly 1 a", None),
        ("365 d", "18 mo", None),
    ],
)
def test_of_two_times_the_vaguer_one_is_to_be_written_otherwise(
    event: str, other: str, told: str | None
) -> None:
    protocol = trial("event < other")
    (row,) = read_list(protocol, f"name,event,other\nC-1,{event},{other}\n".encode())
    faults = [(fault.question, said(protocol, row, fault, phrases("en"))) for fault in row.faults]
    assert len(faults) == (told is not None)
    assert all(about == ("event" if event == "1 a" else "other") for about, _ in faults)
    assert all((told or "") in sentence for _, sentence in faults)


def test_how_long_ago_something_was_may_be_an_object_with_a_unit() -> None:
    answers = [
        {"value": 3, "unit": "wk"},
        {"value": "3", "unit": "weeks ago"},
        {"value": 3, "unit": "fortnights"},
    ]
    listed = [{"name": f"C-{at}", "answers": {"last_mi": each}} for at, each in enumerate(answers)]
    first, second, third = read_list(WASHOUTS, json.dumps(listed).encode())
    assert first.answers == second.answers == {"last_mi": Measurement("=", Decimal(3), "wk")}
    assert [fault.code for fault in third.faults] == ["unknown_unit"]


@pytest.mark.parametrize(("language", "last"), [("en", "exactly 6 mo"), ("zh", "正好6 mo")])
def test_a_time_at_a_limit_is_a_fault_that_names_what_to_write(language: str, last: str) -> None:
    cells = [*("6 months ago", "半年前"), {"value": 6, "unit": "mo"}]
    listed = [{"name": f"C-{at}", "answers": {"last_mi": each}} for at, each in enumerate(cells)]
    for row in read_list(WASHOUTS, json.dumps(listed).encode()):
        (fault,) = row.faults
        told = said(WASHOUTS, row, fault, phrases(language))
        written = (">6 mo", "<6 mo", last)
        assert all(each in told for each in written)
        rows = "".join(f"C-{at},{each}\n" for at, each in enumerate(written))
        assert all(not row.faults for row in read_list(WASHOUTS, f"name,last_mi\n{rows}".encode()))


UNREADABLE = {
    "old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 100, "list_old_workbook"),
    "a ZIP that is no workbook": (b"PK\x03\x04" + b"x" * 100, "list_bad_workbook"),
    "letters of no kind": (b"name,sex\nC\xff\xff,male\n", "list_encoding"),
    "no text": (b"name,sex\nC\x00,male\n\xff", "list_encoding"),
}


@pytest.mark.parametrize(("content", "code"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_is_no_list_is_refused_with_what_to_do(content: bytes, code: str) -> None:
    with pytest.raises(BadFile) as refused:
        list(read_list(PROTOCOL, content))
    assert refused.value.code == code


def test_a_workbook_that_unpacks_to_too_much_is_refused_unread() -> None:
    content = io.BytesIO(workbook(["name"], ["C-1"]))
    with zipfile.ZipFile(content, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/large.bin", bytes(20 * 1024 * 1024))
    with pytest.raises(BadFile) as refused:
        evaluate_file(PROTOCOL, content.getvalue(), phrases("en"))
    assert refused.value.code == "list_too_large"


def test_a_list_for_the_chat_has_a_limit() -> None:
    content = "name\n" + "".join(f"C-{number}\n" for number in range(MAX_CANDIDATES + 1))
    with pytest.raises(BadFile) as refused:
        evaluate_file(PROTOCOL, content.encode(), phrases("en"))
    assert refused.value.code == "list_too_long"


def test_cells_of_a_workbook_are_texts_and_numbers_and_nothing_else() -> None:
    content = workbook(
        ["name", "age_years", "hemoglobin", "body_weight", "steroid_pr"],
        ["C-1", 45, "9.8 g/dL", 60.5, "no"],
        ["C-2", date(1980, 1, 1), "9.8 g/dL", 60.5, True],
    )
    first, second = read_list(PROTOCOL, content)
    assert first.faults == []
    assert str(first.answers["body_weight"]) == "Measurement(relation='=', value=Decimal('60.5'), unit='kg')"
    assert [(fault.question, fault.code) for fault in second.faults] == [
        ("age_years", "a_date"),
        ("steroid_pr", "a_truth_value"),
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_empty_lists_can_be_read_and_hold_nobody(language: str) -> None:
    made = dict(templates(PROTOCOL, phrases(language)))
    assert [name.rpartition(".")[2] for name in made] == ["csv", "xlsx"]
    for content in made.values():
        assert list(read_list(PROTOCOL, content)) == []


def test_faults_are_named_by_row_name_and_field_and_the_others_still_run() -> None:
    content = b"name,hemoglobin,tumour\nC-1,98 g/L,none\nC-2,98,carcinoma\nC-3,1.200 g/dL,none\n"
    result = evaluate("-", stdin=content)
    assert result.exit_code == 1
    assert [json.loads(line)["name"] for line in result.stdout.splitlines()] == ["C-1"]
    unit, option, number = result.stderr.splitlines()
    assert unit == "-: row 3 (C-2), hemoglobin: '98' has no unit. Please add one of: g/L."
    assert number.endswith("'1.200 g/dL' can mean more than one number. Please write 1.2000 g/dL.")
    assert option == (
        "-: row 3 (C-2), tumour: 'carcinoma' is none of the options: none_or_benign (None, or benign only),"
        " in_situ_only (Carcinoma in situ only), current (Current malignancy),"
        " past_remission (Past malignancy, now in remission), unknown. "
        "Did you mean in_situ_only, current, past_remission?"
    )


def test_unusual_values_are_taken_only_where_that_was_said() -> None:
    content = b"name,age_years\nC-1,17\n"
    assert evaluate("-", stdin=content).exit_code == 1
    result = evaluate("--accept-unusual", "-", stdin=content)
    assert result.exit_code == 0
    assert json.loads(result.stdout)["unusual"] == ["age_years"]


def test_an_unknown_column_is_one_short_message() -> None:
    result = evaluate("-", stdin=b"name,haemoglobin," + b"x" * 9000 + b"\nC-1,98 g/L,\n")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "there is no question “haemoglobin”. Please use the names of the template." in result.stderr
    assert "Did you mean hemoglobin? Other unknown columns: 1." in result.stderr
    assert len(result.stderr) < 300


def test_nothing_that_moves_a_terminal_reaches_it() -> None:
    evil = "\x1b[31m\x9b2J\u202e\r"
    for text in (
        f"name,sex\n{evil},male\nC-2,{evil}\n",
        f"name,{evil}\nC,1\n",
        json.dumps([{"name": evil, "answers": {"sex": evil}}]),
    ):
        result = evaluate("-", stdin=text.encode())
        assert result.exit_code in (1, 2)
        assert all(c.isprintable() or c == "\n" for c in result.output)


def test_a_template_is_printed(tmp_path: Path) -> None:
    result = evaluate("--template")
    assert result.exit_code == 0
    (tmp_path / "list.csv").write_text(result.stdout, encoding="utf-8")
    found = evaluate(str(tmp_path / "list.csv"))
    assert found.exit_code == 2
    assert "it holds no candidate" in found.stderr


CODES = [
    "name_missing",
    "name_unprintable",
    "name_twice",
    "cells_missing",
    "cells_more",
    "not_a_candidate",
    "key_twice",
    "not_a_value",
    "a_date",
    "a_truth_value",
    "empty",
    "identifier",
    "too_long",
    "not_an_option",
    "not_a_selection",
    "not_a_box",
    "not_a_number",
    "sign",
    "exponent",
    "digits",
    "grouped",
    "fraction",
    "too_many_digits",
    "unknown_unit",
    "unit_must_match",
    "one_number",
    "not_whole",
    "no_bounds",
    "impossible",
    "asked_unit",
    "asked_number",
    "asked_limit",
    "asked_limits",
    "asked_unusual",
    "two_answers",
    "other_unit",
    "contradicts",
    "worked_out",
]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_fault_has_its_sentence(language: str) -> None:
    names = ["limit", "other", "text", "units", "meanings", "one", "unit", "value", "low", "high", "columns"]
    names += ["more", "less", "same"]
    details = dict.fromkeys(names, "7")
    for code in CODES:
        text = said(PROTOCOL, Row(3, "C-3"), Fault(code, "sex", details), phrases(language))
        assert "C-3" in text
        assert len(text) > 15
        assert "{" not in text


def told(content: bytes, language: str = "en") -> list[str]:
    return [
        said(PROTOCOL, row, fault, phrases(language))
        for row in read_list(PROTOCOL, content)
        for fault in row.faults
    ]


def test_a_unit_is_named_as_the_template_and_the_conversation_name_it() -> None:
    faults = told(b"name,age_years,platelets,steroid_duration\nC-1,130,20,6 Wochen\n")
    assert "130 years is not possible (0 to 120 years)" in faults[0]
    assert "'6 Wochen' is not known here. Please use one of: days, weeks, months, years." in faults[2]
    (fault,) = told(b"name,steroid_duration\nC-1,6 Wochen\n", "zh")
    assert "请使用以下单位之一：天、周" in fault


def test_what_is_none_of_the_options_is_told_with_them() -> None:
    (fault,) = told(b"name,sex\nC-1,perhaps\n")
    assert "'perhaps' is none of the options: female, male, unknown." in fault
    (fault,) = told(b"name,sex\nC-1,perhaps\n", "zh")
    assert "female（女）、male（男）、unknown" in fault


def test_of_many_options_the_first_are_told() -> None:
    trial = load("EXAMPLE-DM2")
    (row,) = read_list(trial, b"name,diabetes_drugs,diabetes\nC-1,aspirin,maybe\n")
    first, second = sorted(said(trial, row, fault, phrases("en")) for fault in row.faults)
    assert "'maybe' is none of the options: none, type_1 (Type 1), type_2 (Type 2), " in first
    assert "metformin, sulfonylurea, dpp4 (DPP-4 inhibitor), sglt2 (SGLT2 inhibitor)" in second
    many = OPTIONS.format(", ".join(f'{{ code = "o{n}", text = "Option {n}" }}' for n in range(20)))
    (row,) = read_list(parse_protocol(many, "many"), b"name,which\nC-1,o21\n")
    text = said(parse_protocol(many, "many"), row, row.faults[0], phrases("en"))
    assert "o5 (Option 5), and 14 more, unknown" in text


OPTIONS = """
format = 2
id = "MANY"
title = "A fictional trial"

[[question]]
id = "which"
kind = "choice"
ask = "Which?"
options = [{}]

[[criterion]]
code = "E1"
exclusion = "The first"
rule = 'which == "o0"'
"""


def test_a_number_of_a_workbook_is_repeated_where_its_unit_is_missing() -> None:
    (fault,) = told(workbook(["name", "hemoglobin"], ["C-1", 98]))
    assert "'98' has no unit" in fault


@pytest.mark.parametrize("line", ["# which explains", "C-1"], ids=["an explaining line", "a candidate"])
def test_a_row_has_the_number_that_the_spreadsheet_shows(line: str) -> None:
    (fault,) = told(f"name,age_years\n{line},45\n,46\n".encode())
    assert fault.startswith("row 3 ()")


@pytest.mark.parametrize(
    ("column", "likely"),
    [("age", "age_years"), ("sexe", "sex"), ("patient", None), ("Hemoglobin", "hemoglobin")],
)
def test_a_misspelt_column_is_told_what_is_meant_and_nothing_else(column: str, likely: str | None) -> None:
    with pytest.raises(BadFile) as refused:
        list(read_list(PROTOCOL, f"name,{column}\nC-1,1\n".encode()))
    assert refused.value.details.get("likely") == likely


def test_the_template_in_a_file_opens_in_a_spreadsheet_with_its_units_whole() -> None:
    empty = evaluate("--template").stdout_bytes
    assert empty.startswith(b"\xef\xbb\xbf")
    assert evaluate("-", stdin=empty + b"C-1" + b"," * len(PROTOCOL.questions) + b"\r\n").exit_code == 0
