"""Exports, counts and evaluated lists, as coordinators get them in the chat."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import pytest
from openpyxl import load_workbook
from telegram.constants import MessageLimit

from bot.conversation.reports import FORMATS, PERIODS
from bot.exchange import Document, Message, Reply, Work
from bot.wording.phrases import phrases, plain
from dialogs.loading import load, parse_protocol
from state import register
from state.stats import stats
from state.verify import verify
from tests.conversation.office import ELIGIBLE, Ward, offering, press_of, presses, queried


def documents(ward: Ward, *messages: str) -> list[Document]:
    turn = ward.do(ward.coordinator, *messages)
    done = [action.run() for action in turn.actions if isinstance(action, Work)]
    return [action for turn in done for action in turn.actions if isinstance(action, Document)]


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_arrives_as_a_document_and_is_recorded(ward: Ward, name: str) -> None:
    ward.save(ELIGIBLE)
    (document,) = documents(ward, f"!export_period:3:{name}")
    assert len(document.content) > 80
    recorded = ward.conversation.screenings.db.execute(
        "SELECT person, subject FROM register WHERE kind = 'export'"
    ).fetchall()
    assert recorded == [(ward.coordinator.code, name)]


def test_formats_and_periods_are_buttons(ward: Ward) -> None:
    asked = ward.do(ward.coordinator, "/export")
    assert [press.split(":")[1] for press in presses(asked)] == list(FORMATS)
    periods = ward.do(ward.coordinator, "!export:csv")
    assert len(presses(periods)) == len(PERIODS)


def test_the_log_in_the_chat_says_potentially_eligible(ward: Ward) -> None:
    ward.save(ELIGIBLE)
    (document,) = documents(ward, "!export_period:3:csv")
    assert "potentially eligible" in document.content.decode("utf-8-sig")


def test_a_folder_travels_as_one_archive(ward: Ward) -> None:
    ward.save(ELIGIBLE)
    (document,) = documents(ward, "!export_period:3:sdtm")
    assert document.name.endswith(".zip")
    with zipfile.ZipFile(io.BytesIO(document.content)) as archive:
        assert any("ie" in name.lower() for name in archive.namelist())


def test_counts_come_as_text_and_as_a_picture(ward: Ward) -> None:
    ward.save(ELIGIBLE)
    turn = ward.do(ward.coordinator, "/stats")
    (done,) = [action.run() for action in turn.actions if isinstance(action, Work)]
    assert any(isinstance(action, Reply) and "1" in action.text for action in done.actions)
    (picture,) = [action for action in done.actions if isinstance(action, Document)]
    assert picture.picture
    assert picture.content.startswith(b"\x89PNG")


def test_a_list_is_evaluated_and_nothing_of_it_is_stored(ward: Ward) -> None:
    content = b"name,diagnosis,hemoglobin\n=cmd,other,9.8 g/dL\nC2,aiha,98\n"
    turn = ward.conversation.handle(ward.coordinator, Message("file", "", name="list.csv", content=content))
    (done,) = [action.run() for action in turn.actions if isinstance(action, Work)]
    (document,) = [action for action in done.actions if isinstance(action, Document)]
    heading, *rows = load_workbook(io.BytesIO(document.content)).worksheets[0].values
    first, second = (dict(zip(heading, row, strict=True)) for row in rows)
    assert (first["name"], first["first_failed"]) == ("=cmd", "I2a")
    assert "hemoglobin" in second["faults"]
    assert ward.conversation.screenings.db.execute("SELECT count(*) FROM screenings").fetchone() == (0,)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_a_list_is_answered_by_a_workbook_that_says_it_in_words_too(ward: Ward, encoding: str) -> None:
    say = phrases(ward.coordinator.language)
    content = "name,diagnosis,hemoglobin\n甲-1,aiha,120 g/L\n".encode(encoding)
    turn = ward.conversation.handle(ward.coordinator, Message("file", "", name="list.csv", content=content))
    (done,) = [action.run() for action in turn.actions if isinstance(action, Work)]
    (document,) = [action for action in done.actions if isinstance(action, Document)]
    assert document.name == "verdicts.xlsx"
    _, row = load_workbook(io.BytesIO(document.content)).worksheets[0].values
    assert row[:3] == ("甲-1", "ineligible", "I2b")
    name = load("NCT04420494").criterion_by_code["I2b"].name[say.language]
    assert str(row[5]).startswith(say.plain("status_failed_inclusion", codes=f"I2b {name}"))


def test_unusual_values_are_taken_when_the_caption_says_that_they_were_checked(ward: Ward) -> None:
    content = b"name,age_years\nC-1,17\n"
    rows = []
    for caption in ("", *sorted(phrases(ward.coordinator.language).words["unusual"])):
        turn = ward.conversation.handle(
            ward.coordinator, Message("file", caption, name="list.csv", content=content)
        )
        (done,) = [action.run() for action in turn.actions if isinstance(action, Work)]
        (document,) = [action for action in done.actions if isinstance(action, Document)]
        rows.append(list(load_workbook(io.BytesIO(document.content)).worksheets[0].values)[1])
    refused, taken = rows
    caption = next(iter(phrases(ward.coordinator.language).words["unusual"]))
    assert (refused[1] or "", taken[1]) == ("", "ineligible")
    assert caption in str(refused[-1])


def test_a_workbook_is_answered_by_a_workbook(ward: Ward) -> None:
    asked = ward.do(ward.coordinator, "/evaluate")
    (empty,) = [a for a in asked.actions if isinstance(a, Document) and a.name.endswith(".xlsx")]
    book = load_workbook(io.BytesIO(empty.content))
    sheet = book.worksheets[0]
    free = sheet.max_row + 1
    for column, value in {"name": "C-1", "age_years": 45, "diagnosis": "other"}.items():
        place = [cell.value for cell in sheet[1]].index(column) + 1
        sheet.cell(free, place).value = value
    content = io.BytesIO()
    book.save(content)
    turn = ward.conversation.handle(
        ward.coordinator, Message("file", "", name="list.csv", content=content.getvalue())
    )
    (done,) = [action.run() for action in turn.actions if isinstance(action, Work)]
    (document,) = [action for action in done.actions if isinstance(action, Document)]
    assert document.name == "verdicts.xlsx"
    found = list(load_workbook(io.BytesIO(document.content)).worksheets[0].values)
    assert len(found) == 2
    assert found[1][:3] == ("C-1", "ineligible", "I2a")


def test_a_list_that_cannot_be_read_is_answered_with_one_short_sentence(ward: Ward) -> None:
    content = ("name," + "x" * 200_000 + "\nC1,1\n").encode()
    turn = ward.conversation.handle(ward.coordinator, Message("file", "", name="list.csv", content=content))
    (done,) = [action.run() for action in turn.actions if isinstance(action, Work)]
    (told,) = done.actions
    assert isinstance(told, Reply)
    assert len(told.text) < 400


def test_a_clinicians_file_is_refused(ward: Ward) -> None:
    turn = ward.conversation.handle(
        ward.clinician, Message("file", "", name="list.csv", content=b"name\nx\n")
    )
    assert not any(isinstance(action, Work) for action in turn.actions)


def test_a_clinician_gets_no_export(ward: Ward) -> None:
    ward.save(ELIGIBLE)
    for text in ("/export", "/stats", "!export_period:3:csv"):
        turn = ward.do(ward.clinician, text)
        assert not any(isinstance(action, Work) for action in turn.actions)


def test_exports_show_what_became_of_queries_and_candidates(ward: Ward) -> None:
    _, card = queried(ward)
    ward.do(ward.clinician, f"!{press_of(card, 'query_confirm:')}")
    asked = ward.do(ward.coordinator, "/outcome S01-0001")
    day = ward.do(ward.coordinator, f"!{presses(asked)[0]}")
    ward.do(ward.coordinator, f"!{presses(day)[0]}")
    (document,) = documents(ward, "!export_period:3:queries")
    (query,) = csv.DictReader(io.StringIO(document.content.decode("utf-8-sig")))
    assert (query["question"], query["code"], query["state"]) == ("hemoglobin", "source", "confirmed")
    (document,) = documents(ward, "!export_period:3:csv")
    (line,) = csv.DictReader(io.StringIO(document.content.decode("utf-8-sig")))
    assert line["referred_at"] == "2026-11-23"
    database = Path(ward.conversation.screenings.db.execute("PRAGMA database_list").fetchone()[2])
    assert stats(database).trials[0].outcomes["referred"] == 1
    assert verify(database).problems == ()


def test_an_export_names_its_trial_and_carries_a_head_and_an_empty_period_is_said(ward: Ward) -> None:
    ward.save(ELIGIBLE)
    (document,) = documents(ward, "!export_period:3:csv")
    assert document.name.startswith("prescreen-csv-NCT04420494-")
    head = register.head(ward.conversation.screenings.db)
    assert head
    assert head in document.caption
    turn = ward.do(ward.coordinator, "!export_period:1:csv")
    (work,) = [action for action in turn.actions if isinstance(action, Work)]
    done = work.run()
    assert not [action for action in done.actions if isinstance(action, Document)]
    (reply,) = done.actions
    assert isinstance(reply, Reply)
    assert "nothing to export" in reply.text or "没有可导出的内容" in reply.text


def test_the_caption_of_an_empty_list_is_one_however_many_trials_there_are(ward: Ward) -> None:
    names = [f"FICTIONAL-TRIAL-NUMBER-{number}" for number in range(60)]
    text = 'format = 2\nid = "{}"\ntitle = "Fictional"\n[[criterion]]\ncode = "E1"\nexclusion = "Pregnancy"\n'
    ward.conversation = offering(
        ward.conversation, *(parse_protocol(text.format(name), f"{name}.toml") for name in names)
    )
    asked = ward.do(ward.coordinator, "/evaluate")
    found = [action for action in asked.actions if isinstance(action, Document)]
    assert found
    assert all(len(plain(each.caption)) <= MessageLimit.CAPTION_LENGTH for each in found)
