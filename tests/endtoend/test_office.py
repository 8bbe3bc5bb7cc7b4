"""The coordinator's day over HTTP, in both languages: notes, queries, outcomes, exports, counts, lists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.phone.world import buttons_of
from bot.telegram.background import Backups
from bot.wording.phrases import Phrases, phrases
from dialogs.loading import load
from state.stats import stats
from state.verify import verify
from tests.conversation.office import ELIGIBLE
from tests.endtoend.ward import ACCOUNT, Ward
from tests.phone.faults import Fault
from tests.phone.person import Person

PROTOCOL = load("NCT04420494")


@pytest.fixture(params=["en", "zh"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def people(ward: Ward, language: str) -> tuple[Person, Person]:
    return ward.member(language=language), ward.member(ACCOUNT + 1, "coordinator", language)


async def save(ward: Ward, clinician: Person, language: str) -> None:
    await ward.says(clinician, "/new", *ELIGIBLE)
    await ward.presses(clinician, phrases(language).plain("save"))


async def doubt_haemoglobin(ward: Ward, coordinator: Person, say: Phrases) -> None:
    """Choose the answer, and ask whether it is plausible."""
    label = next(b["text"] for b in buttons_of(coordinator.last) if "72" in b["text"])
    await ward.presses(coordinator, label)
    await ward.presses(coordinator, say.plain("query_plausible"))


def sound(ward: Ward) -> None:
    assert verify(ward.path).problems == ()
    (trial,) = stats(ward.path).trials
    total = trial.total
    assert total.assessed == total.excluded + total.open + total.potentially_eligible


def files(person: Person) -> list[str]:
    return [
        m["document"]["file_name"]
        for m in person.messages.values()
        if "document" in m and m["from"]["is_bot"]
    ]


async def test_a_query_goes_to_the_clinician_and_its_correction_to_a_new_verdict(
    ward: Ward, language: str
) -> None:
    say = phrases(language)
    clinician, coordinator = await people(ward, language)
    await save(ward, clinician, language)
    assert any("S01-0001" in text for text in coordinator.texts)
    await ward.says(coordinator, "/query S01-0001")
    await doubt_haemoglobin(ward, coordinator, say)
    await ward.presses(clinician, say.plain("query_correct"))
    await ward.presses(clinician, say.plain("amend_transcription"))
    await ward.says(clinician, "120 g/L")
    await ward.presses(clinician, say.plain("finish_save"))
    verdicts = ward.rows("SELECT verdict FROM verdicts ORDER BY entry")
    assert verdicts == [("eligible",), ("ineligible",)]
    sound(ward)


async def test_an_outcome_is_noted_and_counted(ward: Ward, language: str) -> None:
    clinician, coordinator = await people(ward, language)
    await save(ward, clinician, language)
    await ward.says(coordinator, "/outcome S01-0001")
    await ward.presses(coordinator, phrases(language).plain("outcome_referred"))
    await ward.presses(coordinator, phrases(language).plain("day_today"))
    assert stats(ward.path).trials[0].outcomes["referred"] == 1
    sound(ward)


async def test_an_export_and_the_counts_arrive_as_files(ward: Ward, language: str) -> None:
    say = phrases(language)
    clinician, coordinator = await people(ward, language)
    await save(ward, clinician, language)
    await ward.says(coordinator, "/export")
    await ward.presses(coordinator, say.plain("format_csv"))
    await ward.presses(coordinator, say.plain("period_all"))
    await ward.until(lambda: any(name.endswith(".csv") for name in files(coordinator)))
    await ward.says(coordinator, "/stats")
    await ward.until(lambda: any("photo" in m for m in coordinator.messages.values()))
    assert ward.rows("SELECT kind, subject FROM register WHERE kind = 'export'") == [("export", "csv")]
    sound(ward)


async def test_a_list_comes_back_with_verdicts_and_is_not_kept(ward: Ward, language: str) -> None:
    _, coordinator = await people(ward, language)
    coordinator.send_document("list.csv", b"name,age_years\nC-1,17\n")
    await ward.until(lambda: "verdicts.xlsx" in files(coordinator))
    assert ward.rows("SELECT count(*) FROM screenings") == [(0,)]


async def test_a_workbook_comes_back_as_a_workbook(ward: Ward, language: str) -> None:
    _, coordinator = await people(ward, language)
    await ward.says(coordinator, "/evaluate")
    await ward.until(lambda: len(files(coordinator)) == 2)
    empty = next(
        m["document"]
        for m in coordinator.messages.values()
        if "document" in m and "xlsx" in m["document"]["file_name"]
    )
    coordinator.send_document("list.xlsx", ward.server.world.files[empty["file_id"]].content)
    await ward.until(lambda: "verdicts.xlsx" in files(coordinator))


async def test_a_list_that_is_too_large_is_told_its_limit(ward: Ward, language: str) -> None:
    _, coordinator = await people(ward, language)
    coordinator.send_document("list.csv", b"name\n" + b"C" * 1024 * 1024)
    await ward.until(lambda: "1 MiB" in coordinator.texts[-1])


FETCHES = {
    "refused": Fault("server_error", "getFile"),
    "no file": Fault("answer", "getFile", body='{"ok": true, "result": []}'),
    "no path": Fault(
        "answer", "getFile", body='{"ok": true, "result": {"file_id": "1", "file_unique_id": "1"}}'
    ),
    "a path of this machine": Fault(
        "answer",
        "getFile",
        body='{"ok": true, "result": {"file_id": "1", "file_unique_id": "1", "file_path": "/etc/passwd"}}',
    ),
}


@pytest.mark.parametrize("fault", FETCHES.values(), ids=FETCHES)
async def test_a_list_that_cannot_be_fetched_is_answered(ward: Ward, language: str, fault: Fault) -> None:
    _, coordinator = await people(ward, language)
    ward.server.faults.table = [fault]
    coordinator.send_document("list.csv", b"name,age_years\nC-1,45\n")
    await ward.until(
        lambda: coordinator.texts and coordinator.texts[-1] == phrases(language).plain("evaluate_not_fetched")
    )
    assert not any("root" in text for text in coordinator.texts)


async def test_a_clinicians_list_is_refused(ward: Ward, language: str) -> None:
    clinician, _ = await people(ward, language)
    clinician.send_document("list.csv", b"name,age_years\nC-1,17\n")
    await ward.quiet()
    assert files(clinician) == []
    assert phrases(language).plain("no_files") in clinician.texts[-1]


async def test_administrators_get_the_head_of_each_nights_backup(tmp_path: Path, ward: Ward) -> None:
    administrator = ward.member(91, role="administrator")
    clinician = ward.member(92)
    await ward.quiet()
    said = len(clinician.texts)
    await ward.service.background.back_up(Backups(tmp_path / "backups"))
    await ward.quiet()
    (made,) = (tmp_path / "backups").iterdir()
    head = re.search(r"[0-9a-f]{64}", administrator.texts[-1])
    assert head is not None
    assert made.name in administrator.texts[-1]
    assert verify(made, head=head[0]).problems == ()
    assert len(clinician.texts) == said


async def test_a_note_becomes_the_card_and_the_card_moves_on_in_one_message(
    ward: Ward, language: str
) -> None:
    say = phrases(language)
    clinician, coordinator = await people(ward, language)
    await save(ward, clinician, language)
    await coordinator.sees("S01-0001")
    note = coordinator.last["message_id"]
    await ward.presses(coordinator, say.plain("show_card", number="S01-0001"))
    for key in ("button_history", "back_to", "button_outcome", "outcome_referred", "day_today", "back_to"):
        await ward.presses(coordinator, say.plain(key, number="S01-0001"))
    await coordinator.sees(say("outcome_referred"))
    assert [reply["message_id"] for reply in coordinator.replies][-1] == note
    assert coordinator.buttons[:3] == [
        say.plain(f"button_{verb}") for verb in ("query", "outcome", "history")
    ]
    sound(ward)


async def test_who_asked_is_told_of_the_answer_and_sees_it_on_the_card(ward: Ward, language: str) -> None:
    say = phrases(language)
    clinician, coordinator = await people(ward, language)
    await save(ward, clinician, language)
    await ward.says(coordinator, "1")
    await ward.presses(coordinator, say.plain("button_query"))
    await doubt_haemoglobin(ward, coordinator, say)
    await ward.presses(clinician, say.plain("query_confirm"))
    question = PROTOCOL.question("hemoglobin").short[language]
    await coordinator.sees(say("query_note_confirmed", number="S01-0001", question=question))
    await ward.presses(coordinator, say.plain("show_card", number="S01-0001"))
    await coordinator.sees(say("subject_query_confirmed", question=question))
    sound(ward)


async def test_an_administrator_revokes_an_invitation_in_the_chat(ward: Ward, language: str) -> None:
    say = phrases(language)
    administrator = ward.member(role="administrator", language=language)
    await ward.says(administrator, "/invite")
    await ward.presses(administrator, say.plain("role_clinician"))
    link = administrator.last["message_id"]
    secret = re.split(r"start[ =]", administrator.texts[-1])[-1]
    await ward.says(administrator, "/people")
    await ward.presses(administrator, say.plain("invitations_open", n=1))
    mark = ward.service.people.invitations()[0].mark
    await ward.presses(administrator, say.plain("revoke_invitation", mark=mark))
    await ward.presses(administrator, say.plain("revoke_yes_invitation", mark=mark))
    await administrator.sees(say("revoked", mark=mark))
    assert ward.service.people.redeem(secret, "telegram", "99") is None
    assert administrator.messages[link]["text"].endswith(secret), "the link stays in the chat"
