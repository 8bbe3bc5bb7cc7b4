"""Finding a screening again, screening the same candidate again, and beginning while another one is open."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.exchange import Message, Turn
from bot.wording.phrases import phrases, plain
from dialogs.loading import load, parse_protocol
from tests.conversation.office import ELIGIBLE, Ward, buttons, labels, offering, press_of, presses, said


def text(turn: Turn) -> str:
    return plain(said(turn))


def answer_of(ward: Ward, number: str, question: str) -> object:
    return ward.conversation.screenings.load(number).dialogue.answers.get(question)


def test_what_lasts_is_offered_to_keep_and_what_changes_is_asked_anew(ward: Ward) -> None:
    ward.save([*ELIGIBLE[:-1], "unknown"])
    turn = ward.do(ward.clinician, "/new 1", "46")
    assert "S01-0001" in text(turn)
    assert answer_of(ward, "S01-0002", "sex") is None  # offered, never taken by itself
    turn = ward.do(ward.clinician, f"!{press_of(turn, 'keep:')}")
    assert answer_of(ward, "S01-0002", "sex") == answer_of(ward, "S01-0001", "sex")
    turn = ward.do(ward.clinician, f"!{press_of(turn, 'keep:')}")
    assert re.search("Most recent haemoglobin|最近一次血红蛋白", text(turn))
    assert not any(press.startswith("keep:") for press in presses(turn))


def test_a_word_keeps_an_earlier_screenings_answer_too(ward: Ward) -> None:
    ward.save([*ELIGIBLE[:-1], "unknown"])
    ward.do(ward.clinician, "/new 1", "46", "keep")
    assert answer_of(ward, "S01-0002", "sex") == answer_of(ward, "S01-0001", "sex")


def test_lists_have_days_and_lead_to_the_screening(ward: Ward) -> None:
    ward.save(ELIGIBLE)
    ward.do(ward.clinician, "/new", "45")
    turn = ward.do(ward.clinician, "/recent")
    assert all(re.match(r"S01-000\d · 11-23 · ", label) for label in labels(turn))
    card = ward.do(ward.clinician, f"!{press_of(turn, 'go_on:S01-0001')}")
    assert {"copy_record", "revise", "rescreen"} <= {press.partition(":")[0] for press in presses(card)}


def test_a_number_may_be_typed_short(ward: Ward) -> None:
    ward.save(ELIGIBLE)
    for typed in ("1", "0001", "s01-1", "S01-0001"):
        for command in ("recent", "open"):
            assert press_of(ward.do(ward.clinician, f"/{command} {typed}"), "rescreen:S01-0001:")
    assert "S01-0009" not in text(ward.do(ward.clinician, "/recent 9"))


def test_a_new_screening_says_which_one_is_still_open_and_leads_back_to_it(ward: Ward) -> None:
    ward.do(ward.clinician, "/new", "45")
    turn = ward.do(ward.clinician, "/new")
    assert re.search("S01-0001 (is still open|尚未完成)", text(turn))
    back = ward.do(ward.clinician, f"!{press_of(turn, 'go_on:S01-0001')}")
    assert text(back).startswith("S01-0001 · ")


def test_the_opening_comes_once_a_day(ward: Ward) -> None:
    def opened(turn: Turn) -> bool:
        return bool(re.search("Recruitment status: Unknown|招募状态：未知", said(turn)))

    assert opened(ward.do(ward.clinician, "/new"))
    ward.do(ward.clinician, "45")
    assert not opened(ward.do(ward.clinician, "/new"))
    ward.do(ward.clinician, "45")
    ward.conversation.screenings.clock.now += timedelta(days=1)  # type: ignore[attr-defined]  # the ward has a clock to be set
    assert opened(ward.do(ward.clinician, "/new"))
    assert opened(ward.do(ward.clinician, "/about"))


def test_the_opening_says_that_the_rules_have_changed_since_the_last_screening(ward: Ward) -> None:
    ward.do(ward.clinician, "/new", "45")
    text = load("NCT04420494").text
    newer = parse_protocol(
        text.replace('version = "2020-06-09.5"', 'version = "2020-06-09.99"'), "newer.toml"
    )
    now = offering(ward.conversation, newer)
    opened = said(now.handle(ward.clinician, Message("command", "/new")))
    assert re.search(
        "rules of NCT04420494 have changed since your last screening|NCT04420494 的规则已更新", opened
    )
    assert "2020-06-09.99" in opened
    now.handle(ward.clinician, Message("text", "45"))
    assert "2020-06-09.99" not in said(now.handle(ward.clinician, Message("command", "/new")))


def test_the_opening_says_that_a_trial_was_changed_under_the_same_version(ward: Ward) -> None:
    """Its file need not have been: what is stored of the catalogue, and how numbers are compared, is the program's."""
    ward.do(ward.clinician, "/new", "45")
    other = parse_protocol(
        f"{load('NCT04420494').text}# As another version of this program stores it.\n", "t.toml"
    )
    now = offering(ward.conversation, other)
    resumed = said(now.handle(ward.clinician, Message("command", "/resume")))
    assert re.search("or this program, was changed since|试验文件或本程序有改动", resumed)
    opened = said(now.handle(ward.clinician, Message("command", "/new")))
    assert re.search(
        "was changed since your last screening; it is still called version 2020|有改动，版本号仍为 2020",
        opened,
    )


@pytest.mark.parametrize("message", ["/new 1", "!rescreen:S01-0001:0"])
def test_nobody_is_screened_again_for_another_trial_than_before(ward: Ward, message: str) -> None:
    ward.save(ELIGIBLE)
    other = replace(ward.conversation.setup, protocols=(load("EXAMPLE-DM2"),))
    ward.conversation = replace(ward.conversation, setup=other)
    turn = ward.do(ward.clinician, message)
    assert ward.conversation.screenings.db.execute("SELECT count(*) FROM screenings").fetchone() == (1,)
    assert "NCT04420494" in text(turn)
    assert presses(turn) == ["new"]


def test_what_is_copied_for_the_record_has_reasons_answers_units_times_number_and_version(ward: Ward) -> None:
    turn = ward.do(ward.clinician, "/new", "45", "male", "aiha", "10.5 g/dL")
    turn = ward.do(ward.clinician, f"!{press_of(turn, 'finish_save:')}")
    copied = text(ward.do(ward.clinician, f"!{press_of(turn, 'copy_record:')}"))
    version = ward.conversation.screenings.load("S01-0001").protocol.version
    for part in (
        "S01-0001",
        version,
        "I2b",
        "100 g/L",
        "10.5 g/dL = 105 g/L",
        "2026-11-23 09:30",
        ward.clinician.code,
    ):
        assert part in copied
    assert re.search("not an enrolment decision|不是入组决定", copied)


def test_the_record_names_the_trial_and_what_is_open_and_to_be_followed_up(ward: Ward) -> None:
    """Its title says whether a trial is fictional; a code alone says nothing to whoever reads the record."""
    card = ward.save([*ELIGIBLE[:-1], "unknown"])
    protocol = ward.conversation.screenings.load("S01-0001").protocol
    named, language = protocol.criterion_by_code["I6"], ward.clinician.language
    copied = text(ward.do(ward.clinician, f"!{press_of(card, 'copy_record:')}"))
    for shown in (copied, text(card)):
        assert f"{protocol.id} {protocol.title[language]}" in shown
    say = phrases(language)
    assert say.plain("status_unknown", codes=f"I6 {named.name[language]}") in copied
    assert say.plain("follow_up_title") in copied


def test_a_new_candidate_is_never_taken_for_the_one_that_is_screened_again(ward: Ward) -> None:
    ward.save(ELIGIBLE)
    for _ in range(2):  # a second tap begins nothing
        ward.do(ward.clinician, "!rescreen:S01-0001:0")
    turn = ward.do(ward.clinician, "/new")
    assert re.search("S01-0002 (is still open|尚未完成)", text(turn))
    ward.do(ward.clinician, "/new", "46")
    chained = ward.conversation.screenings.db.execute("SELECT number, earlier FROM screenings").fetchall()
    assert chained == [("S01-0001", None), ("S01-0002", "S01-0001"), ("S01-0003", None)]
    assert answer_of(ward, "S01-0003", "age_years") is not None


def correct_diagnosis(ward: Ward, number: str) -> None:
    """Correct the diagnosis of a saved screening to Evans syndrome, and save."""
    screenings = ward.conversation.screenings
    ward.do(ward.clinician, f"!reopen:{number}:0")
    screening = screenings.load(number)
    place = screening.dialogue.applied.index("diagnosis")
    turn = ward.do(ward.clinician, f"!correct:{number}:{screening.entries}:{place}", "evans")
    turn = ward.do(ward.clinician, f"!{press_of(turn, 'reason:')}")
    ward.do(ward.clinician, f"!{press_of(turn, 'save:')}")


@pytest.mark.parametrize("typed", [False, True], ids=["pressed", "typed as the button is called"])
def test_an_answer_that_was_corrected_since_it_was_offered_is_not_kept_unread(
    ward: Ward, typed: bool
) -> None:
    ward.save(ELIGIBLE)
    turn = ward.do(ward.clinician, "/new 1", "46", "keep")
    offered = press_of(turn, "keep:")
    correct_diagnosis(ward, "S01-0001")
    turn = ward.do(ward.clinician, f"!{offered}")
    assert answer_of(ward, "S01-0002", "diagnosis") is None
    assert "Evans" in text(turn)
    turn = ward.do(ward.clinician, "keep")
    assert answer_of(ward, "S01-0002", "diagnosis") is None
    (label,) = (each.label for each in buttons(turn) if (each.press or "").startswith("keep:"))
    assert re.search(f"S01-0001.+{re.escape(label)}\n", text(turn))
    ward.do(ward.clinician, label if typed else f"!{press_of(turn, 'keep:')}")
    assert answer_of(ward, "S01-0002", "diagnosis") == answer_of(ward, "S01-0001", "diagnosis")


def test_an_answer_that_is_offered_names_the_screening_that_it_is_of(ward: Ward) -> None:
    ward.save(ELIGIBLE)
    turn = ward.do(ward.clinician, "/new 1", "17")
    turn = ward.do(ward.clinician, f"!{press_of(turn, 'candidate:')}")
    ward.do(ward.clinician, f"!{press_of(turn, 'finish_save:')}")
    turn = ward.do(ward.clinician, "/new 2", "46")
    assert re.search("In S01-0001: Male|S01-0001 中：男", text(turn))


def test_an_undetermined_verdict_can_be_corrected_and_by_itself_be_filled_in(ward: Ward) -> None:
    saved = ward.save([*ELIGIBLE[:-1], "unknown"])
    turn = ward.do(ward.clinician, f"!{press_of(saved, 'revise:')}")
    turn = ward.do(ward.clinician, f"!{press_of(turn, 'correct:')}", "46")
    turn = ward.do(ward.clinician, f"!{press_of(turn, 'reason:')}")
    saved = ward.do(ward.clinician, f"!{press_of(turn, 'save:')}")
    turn = ward.do(ward.clinician, f"!{press_of(saved, 'reopen:')}", "yes")
    ward.do(ward.clinician, f"!{press_of(turn, 'save:')}")
    assert [verdict for _, verdict in ward.verdicts()] == ["undetermined", "undetermined", "eligible"]
