"""Nothing leaves for somebody who may not have it any more, and what Telegram cannot read arrives as plain text."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.exchange import Document, Reply, Safe, Turn, Work
from bot.telegram.channel import Channel
from state.people import Person as Member
from state.prompts import Prompt
from tests.endtoend.ward import Ward
from tests.phone.faults import Fault

SECRET = "Haemoglobin of S01-0001: 98 g/L"


def suspended(ward: Ward, member: Member) -> None:
    ward.service.people.suspend(member.code)


def another_role(ward: Ward, member: Member) -> None:
    ward.service.db.execute("UPDATE people SET role = 'administrator' WHERE code = ?", [member.code])


def another_site(ward: Ward, member: Member) -> None:
    ward.service.people.invite("clinician", "S02")  # which makes the site known
    ward.service.db.execute("UPDATE people SET site = 'S02' WHERE code = ?", [member.code])


def another_account(ward: Ward, member: Member) -> None:
    ward.service.db.execute("DELETE FROM accounts WHERE person = ?", [member.code])


def said(channel: Channel, member: Member) -> None:
    turn = Turn(toast=SECRET)
    turn.say(Safe(SECRET))
    channel.tell(member, turn)


def toast(channel: Channel, member: Member) -> None:
    channel.perform(1001, Turn(toast=SECRET), to=member)


def press(channel: Channel, member: Member) -> None:
    channel.perform(1001, Turn(toast=SECRET), "7", to=member)


def prompt(channel: Channel, member: Member) -> None:
    channel.tell(member, Turn([Reply(Safe(SECRET), prompt=Prompt("S01-0001", 1), card=True)]))


def document(channel: Channel, member: Member) -> None:
    channel.tell(member, Turn([Document("a.csv", SECRET.encode(), Safe(SECRET))]))


def note(channel: Channel, member: Member) -> None:
    turn = Turn()
    turn.say(Safe(SECRET))
    channel.tell(channel.conversation.people.get(member.code), turn)


CHANGES: dict[str, Callable[[Ward, Member], None]] = {
    "suspended": suspended,
    "another role": another_role,
    "another site": another_site,
    "another account": another_account,
}
FLOWS: dict[str, Callable[[Channel, Member], None]] = {
    "reply": said,
    "toast": toast,
    "press": press,
    "prompt": prompt,
    "document": document,
    "note": note,
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("flow", FLOWS.values(), ids=FLOWS)
async def test_what_was_put_before_a_change_does_not_leave_after_it(
    ward: Ward,
    flow: Callable[[Channel, Member], None],
    change: Callable[[Ward, Member], None],
) -> None:
    phone = ward.member()
    await ward.says(phone, "/new")
    member = ward.service.people.find("telegram", str(phone.id))
    assert member is not None
    shown, toasts, calls = len(phone.messages), len(phone.toasts), ward.server.counts.copy()
    flow(ward.service.channel, member)
    change(ward, member)
    await ward.quiet()
    assert len(phone.messages) == shown
    assert len(phone.toasts) == toasts
    sent = ward.server.counts - calls
    assert not {name for name in sent if name.startswith(("send", "edit", "answer"))}


async def test_the_same_arrives_where_nothing_changed(ward: Ward) -> None:
    phone = ward.member()
    await ward.says(phone, "/new")
    member = ward.service.people.find("telegram", str(phone.id))
    assert member is not None
    for flow in (said, prompt, document, note):
        flow(ward.service.channel, member)
    await ward.quiet()
    assert sum(SECRET in str(message) for message in phone.messages.values()) == 4


async def test_what_was_worked_out_for_somebody_suspended_meanwhile_is_not_shown(ward: Ward) -> None:
    phone = ward.member()
    await ward.says(phone, "/new")
    member = ward.service.people.find("telegram", str(phone.id))
    assert member is not None
    shown = len(phone.messages)
    ward.service.channel.tell(member, Turn([Work(_report, Safe("failed"))]))
    ward.service.people.suspend(member.code)
    await ward.quiet()
    assert len(phone.messages) == shown


def _report() -> Turn:
    turn = Turn()
    turn.say(Safe(SECRET))
    return turn


async def test_a_suspended_person_gets_no_prompt_again(ward: Ward) -> None:
    phone = ward.member()
    ward.server.faults.table = [Fault("server_error", "sendmessage")]
    await ward.says(phone, "/new")
    ward.server.faults.clear()
    member = ward.service.people.find("telegram", str(phone.id))
    assert member is not None
    ward.service.people.suspend(member.code)
    assert ward.service.channel.prompt_again() == 0


@pytest.mark.parametrize("text", ["<40 years", "Hb < 100 & > 30", "a <b>tag", "</i>", "<script>x</script>"])
async def test_what_telegram_cannot_read_as_html_arrives_as_plain_text_and_is_logged(
    ward: Ward, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    phone = ward.member()
    await ward.says(phone, "/help")
    member = ward.service.people.find("telegram", str(phone.id))
    assert member is not None
    turn = Turn()
    turn.say(Safe(f"{text}\n<i>Please &amp; thank you</i>"))
    ward.service.channel.tell(member, turn)
    await ward.quiet()
    assert "Please & thank you" in phone.last["text"]
    assert "<i>" not in phone.last["text"]
    (logged,) = [r for r in caplog.records if "sent as plain text" in r.message]
    assert logged.kind == "Can't parse entities"  # type: ignore[attr-defined]  # given as extra
    assert "40" not in caplog.text


async def test_who_never_wrote_to_the_bot_is_tried_once_and_is_no_fault_of_a_text(
    ward: Ward, caplog: pytest.LogCaptureFixture
) -> None:
    member = ward.service.people.add("coordinator", "S01", "telegram", "7777")
    turn = Turn()
    turn.say(Safe("hello"))
    before = ward.server.counts["sendmessage"]
    ward.service.channel.tell(member, turn)
    await ward.quiet()
    assert ward.server.counts["sendmessage"] - before == 1
    assert not [r for r in caplog.records if "sent as plain text" in r.message]
