"""What TOML refuses is mended by a guess, so that all mistakes of a file are told at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dialogs.errors import Fault, ProtocolError
from dialogs.loading import load, parse_protocol
from dialogs.loading.syntax.slip import ASIDE

TEXT = (Path(__file__).parent.parent / "data" / "made_up.toml").read_text(encoding="utf-8")


def faults_of(text: str) -> tuple[Fault, ...]:
    try:
        parse_protocol(text, "trial.toml")
    except ProtocolError as error:
        return error.faults
    return ()


TYPED = st.sampled_from("\"'“”‘’[]{}（）()=＝#\\\n\r\t,，、.:：;；-_a1é量\u00a0\u3000\x00 ")


@given(st.integers(0, len(TEXT) - 1), TYPED, st.sampled_from(["deleted", "inserted", "replaced"]))
@example(TEXT.index("[[question]]"), "x", "deleted")
@example(TEXT.index("record_version"), "\r", "replaced")
@example(TEXT.index("course = ["), "é", "replaced")
def test_any_wrong_character_gives_a_protocol_or_faults_with_their_lines(
    at: int, typed: str, how: str
) -> None:
    text = TEXT[:at] + ("" if how == "deleted" else typed) + TEXT[at + (how != "inserted") :]
    for fault in faults_of(text):
        assert fault.place
        assert fault.fault
        assert fault.remedy
        assert fault.line is None or 1 <= fault.line <= text.count("\n") + 1
        assert ASIDE not in str(fault)
        assert repr(ASIDE)[1:-1] not in str(fault)


LINES = TEXT.split("\n")
VALUES = st.sampled_from(
    ["1", "true", "[]", "{}", '""', "1.5", "inf", "2026-01-01", "[[]]", "[{}]", "'''", "unclear"]
)


@given(st.lists(st.tuples(st.integers(0, len(LINES) - 1), VALUES), min_size=1, max_size=4))
@example([(LINES.index("[option_sets]"), "["), (LINES.index('id = "hb"'), "'''")])
def test_any_wrong_values_give_faults_and_no_error_of_another_kind(wrong: list[tuple[int, str]]) -> None:
    lines = list(LINES)
    for at, value in wrong:
        lines[at] = f"{lines[at].partition('=')[0]}= {value}"
    assert all(ASIDE not in str(fault) for fault in faults_of("\n".join(lines)))


def test_what_python_says_of_style_is_not_shown() -> None:
    assert faults_of(TEXT.replace("18 <= age <= 80", "age >= 18and age <= 80")) == ()


def test_faults_of_syntax_and_of_meaning_are_told_together() -> None:
    text = (
        TEXT.replace('title = "A made-up trial in anaemia"', "title = A made-up trial in anaemia")
        .replace('ask = "Pregnant or breast-feeding?"', 'ask = "Pregnant or "breast-feeding"?"')
        .replace("judgement = true", "judgment = true")
        .replace('code = "I4"', 'code = "I4')
        .replace('hb < "100 g/L"', 'hb < "100 g/ml"')
    )
    told = [(fault.line, fault.place) for fault in faults_of(text)]
    assert told == [
        (5, "protocol: title"),
        (50, "question pregnant: ask"),
        (51, "question pregnant: judgment"),
        (72, "criterion I2: rule"),
        (81, "criterion I4: code"),
    ]


def test_lines_are_those_of_the_file_where_mending_moves_them() -> None:
    text = TEXT.replace('[[question]]\nid = "age"', '\nid = "age"').replace(
        "rule = 'pregnant == \"yes\"'", "rule = 1"
    )
    told = [(fault.line, fault.place) for fault in faults_of(text)]
    assert told == [(25, "question hb: id"), (88, "criterion E1: rule")]


def test_no_end_of_mistakes_has_an_end() -> None:
    faults = faults_of(TEXT + "this = is no = toml\n" * 500)
    assert 40 <= len(faults) <= 50


FILES = {
    "word": (b"PK\x03\x04" + b"\0" * 50, "this is a Word, Excel or ZIP file, not a protocol"),
    "old word": (b"\xd0\xcf\x11\xe0" + b"\0" * 50, "this is an old Word or Excel file, not a protocol"),
    "rtf": (b"{\\rtf1\\ansi}", "this is a rich text file (RTF), not a protocol"),
    "pdf": (b"%PDF-1.7\n", "this is a PDF, not a protocol"),
    "json": (b'\n{"id": "X"}', "this is JSON, not a protocol"),
    "yaml without a mark": (b"# a trial\nformat: 2\ncriterion:\n  - code: I1\n    inclusion: Adults\n", "this is YAML, not a protocol"),
    "json, a list": (b'[{"code": "I1"}]', "this is JSON, not a protocol"),
    "utf-32": (TEXT.encode("utf-32"), "is saved as UTF-32"),
    "utf-32 without a mark": (TEXT.encode("utf-32-le"), "is saved as UTF-32"),
    "utf-16 without a mark": (TEXT.encode("utf-16-be"), "is saved as UTF-16 (called Unicode in some editors)"),
    "lines of old Macs": (TEXT.replace("\n", "\r").encode(), "has lines that end as on old Macs (CR), and is one long line to others"),
    "yaml": (b"---\nid: x\n", "this is YAML, not a protocol"),
    "web page": (b"<!DOCTYPE html>", "this is a web page or XML, not a protocol"),
    "screenings": (b"SQLite format 3\x00", "this is a file of screenings, not a protocol"),
    "empty": (b" \n", "is empty"),
    "utf-16": (TEXT.encode("utf-16"), "is saved as UTF-16 (called Unicode in some editors)"),
    "utf-16, other end first": (b"\xfe\xff" + TEXT.encode("utf-16-be"), "is saved as UTF-16 (called Unicode in some editors)"),
    "gbk with a rare character": (
        TEXT.replace("Pregnant or", "妊娠或哺乳，见镕氏分级").encode("gbk"),
        "is saved in a Chinese encoding (GBK)",
    ),
    "gbk": (TEXT.replace("Pregnant or", "妊娠或").encode("gbk"), "is saved in a Chinese encoding (GBK)"),
    "windows": (
        TEXT.replace("made-up trial in", "trial at 20 °C in").encode("cp1252"),
        "is not UTF-8: the first character that cannot be read is byte 0xb0 of this line",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("content", "fault"), FILES.values(), ids=FILES)
def test_a_file_that_is_no_text_of_ours_is_told_what_it_is(
    tmp_path: Path, content: bytes, fault: str
) -> None:
    file = tmp_path / "trial.toml"
    file.write_bytes(content)
    with pytest.raises(ProtocolError) as refused:
        load(str(file))
    (told,) = refused.value.faults
    assert told.fault == fault
    assert told.remedy.startswith("Please ")
    assert told.line == (5 if b"\xb0C" in content else 50 if "GBK" in fault else None)


def test_a_file_in_another_encoding_is_told_its_other_mistakes_too(tmp_path: Path) -> None:
    file = tmp_path / "trial.toml"
    file.write_bytes(TEXT.replace("18 <= age", "18 <= aeg").encode("utf-16"))
    with pytest.raises(ProtocolError) as refused:
        load(str(file))
    assert [fault.place for fault in refused.value.faults] == ["file", "criterion I1: rule"]


def test_a_byte_order_mark_and_line_ends_of_windows_are_no_mistake(tmp_path: Path) -> None:
    file = tmp_path / "trial.toml"
    file.write_bytes(b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode())
    assert load(str(file)).id == "MADE-UP-3"
