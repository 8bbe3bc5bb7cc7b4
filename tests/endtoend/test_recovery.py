"""Restarts, redelivery, lost replies and outages: the clinician always gets the current question."""

from __future__ import annotations

from copy import deepcopy
from functools import partial
from itertools import count
from pathlib import Path

import pytest

from bot.phone.world import Json, buttons_of
from tests.endtoend.reference import reference
from tests.endtoend.ward import SCREENING, TOKEN, Clinician, Ward, asked_from, prompts
from tests.phone.faults import Fault, FaultKind, FaultyBotApi

SHOWING = ("sendmessage", "editmessagetext", "editmessagereplymarkup")
TO_HAEMOGLOBIN = ["45", "2", "1"]


def delivered_again(ward: Ward, update: Json) -> None:
    ward.server.deliver(deepcopy(update))


async def at_haemoglobin(ward: Ward) -> Clinician:
    clinician = Clinician(ward, ward.member())
    await ward.says(clinician.phone, "/new")
    for line in TO_HAEMOGLOBIN:
        await clinician.does(line)
    return clinician


async def test_a_refused_text_that_comes_again_is_no_answer_to_the_next_question(ward: Ward) -> None:
    clinician = await at_haemoglobin(ward)
    clinician.phone.send("42 d")
    refused = deepcopy(ward.server.world.updates[-1])
    await ward.quiet()
    await clinician.does("72 g/L")
    before = ward.entries()
    await ward.restart()
    delivered_again(ward, refused)
    await ward.quiet()
    assert ward.entries() == before
    await clinician.does("42 d")
    assert ward.entries() == before + 1


async def test_an_answer_that_comes_again_after_a_restart_counts_once_and_its_question_shows_it(
    ward: Ward,
) -> None:
    clinician = await at_haemoglobin(ward)
    asked, _ = clinician.keys()
    clinician.phone.send("72 g/L")
    answer = deepcopy(ward.server.world.updates[-1])
    await ward.quiet()
    before = ward.entries()
    for _ in range(3):
        await ward.restart()
        delivered_again(ward, answer)
        await ward.quiet()
    assert ward.entries() == before
    assert list(buttons_of(clinician.phone.messages[asked["message_id"]])) == []
    (prompt,) = prompts(clinician.phone)
    assert "✓ Haemoglobin: 72 g/L" in prompt["text"]


async def test_a_server_that_counts_from_one_again_is_not_taken_for_a_redelivery(tmp_path: Path) -> None:
    for run in range(2):
        seconds = map(float, count(1_700_000_000 + 10_000 * run, 2))
        server = FaultyBotApi(token=TOKEN, first_id=1, clock=partial(next, seconds))
        async with Ward(tmp_path / "ward.db", server=server) as ward:
            await ward.says(ward.member(), "/new", "45")
            assert ward.rows("SELECT count(*) FROM log WHERE kind = 'answer'") == [(run + 1,)]
            ward.service.screenings.db.execute("UPDATE people SET current = NULL")


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "server_error", "too_many_requests", "delay"])
async def test_a_reply_that_fails_is_sent_in_order_until_it_arrives(ward: Ward, kind: FaultKind) -> None:
    clinician = Clinician(ward, ward.member())
    await ward.says(clinician.phone, "/new")
    acts = reference("potentially_eligible").acts
    for act in acts:
        ward.server.faults.table = [Fault(kind, method, times=1, seconds=0.01) for method in SHOWING]
        await clinician.does(act.line)
        assert ward.entries() == act.after
    typed = [act for act in acts if act.verb is None]
    assert ward.server.faults.struck == len(acts) + len(typed), "each card, and the buttons of each before it"
    asked = [asked_from(each) for each in prompts(clinician.phone)]
    assert asked.count((SCREENING, ward.entries())) == 1
    assert len(asked) == 1 or kind == "drop_after", (
        "only what arrived without being acknowledged stands twice"
    )
    assert ward.rows("SELECT verdict FROM verdicts") == [("eligible",)]
    assert any(button.get("callback_data") == "new" for button in buttons_of(clinician.phone.last))


async def test_a_prompt_that_was_given_up_comes_when_messages_can_be_sent_again(ward: Ward) -> None:
    clinician = await at_haemoglobin(ward)
    ward.server.faults.table = [Fault("server_error", "sendmessage")]
    await clinician.does("72 g/L")
    (former,) = prompts(clinician.phone)
    # until the next one arrives: whoever presses it is told where it stands
    assert asked_from(former) != (SCREENING, ward.entries())
    ward.server.faults.clear()
    assert ward.service.channel.prompt_again() == 1
    await ward.quiet()
    (prompt,) = prompts(clinician.phone)
    assert f"{SCREENING}:{ward.entries()}" in next(buttons_of(prompt))["callback_data"]
    assert ward.service.channel.prompt_again() == 0


async def test_a_verdict_that_was_given_up_comes_after_a_restart(ward: Ward) -> None:
    clinician = Clinician(ward, ward.member())
    await ward.says(clinician.phone, "/new")
    *acts, save = reference("potentially_eligible").acts
    for act in acts:
        await clinician.does(act.line)
    ward.server.faults.table = [Fault("server_error", "editmessagetext")]
    await clinician.does(save.line)
    ward.server.faults.clear()
    await ward.restart()
    await clinician.phone.sees(
        lambda phone: any(b.get("callback_data") == "new" for b in buttons_of(phone.last))
    )
    await ward.restart()
    await ward.until(lambda: ward.service.background.name)
    await ward.quiet()
    cards = [
        m
        for m in clinician.phone.messages.values()
        if any(b.get("callback_data") == "new" for b in buttons_of(m))
    ]
    assert len(cards) == 1


async def test_a_reopened_screening_keeps_the_list_of_what_can_be_corrected(ward: Ward) -> None:
    clinician = Clinician(ward, ward.member())
    await ward.says(clinician.phone, "/new")
    for act in reference("potentially_eligible").acts:
        await clinician.does(act.line)
    await ward.presses(clinician.phone, "Correct an answer")
    shown = clinician.phone.last
    assert "which answer is to be corrected?" in shown["text"]
    assert ward.service.channel.prompt_again() == 0
    assert clinician.phone.last == shown


async def test_whoever_blocked_the_bot_finds_the_dialogue_again_and_nobody_else_waits(ward: Ward) -> None:
    clinician, other = await at_haemoglobin(ward), ward.member(1002)
    clinician.phone.blocked = True
    await clinician.does("72 g/L")
    assert ward.service.channel.prompt_again() == 0
    await ward.says(other, "/new")
    assert any("Age in completed years" in text for text in other.texts)
    clinician.phone.blocked = False
    await ward.says(clinician.phone, "/resume")
    assert ward.entries() == reference("potentially_eligible").acts[3].after
    assert len(prompts(clinician.phone)) == 1


async def test_one_chats_slow_and_failing_replies_delay_no_other(ward: Ward) -> None:
    slow, quick = ward.member(1001), ward.member(1002)
    ward.server.faults.table = [Fault("delay", "sendmessage", chat=1001, seconds=600.0)]
    slow.send("/new")
    quick.send("/new")
    await quick.sees("Age in completed years?")
    quick.send("45")
    await quick.sees("45 years")
    assert len(slow.messages) == 1
    assert ward.rows("SELECT count(*) FROM screenings") == [(2,)]
    ward.server.faults.clear()
