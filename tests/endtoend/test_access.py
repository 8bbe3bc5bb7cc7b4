"""Who may do what: every command and every button, for each role and for strangers. Deny by default."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from bot.conversation import access
from bot.conversation.commands import COMMANDS
from bot.conversation.presses import PRESSES
from bot.phone.world import buttons_of
from bot.wording.phrases import phrases
from state.people import NOT_KNOWN, Role
from tests.conversation.playing import Clock
from tests.endtoend.reference import reference
from tests.endtoend.ward import Clinician, Ward
from tests.phone.person import Person

KEPT = ("log", "verdicts", "screenings", "invitations", "accounts")
STRANGER = phrases("en")("stranger")
CHOOSE = "Please choose one: /"
LAST = len(reference("potentially_eligible").log)
_NAMES = {each.name for each in COMMANDS}
OPTIONS: dict[str, tuple[str, ...]] = {
    "new": ("", "0"),
    "language": ("zh", "en", "0"),
    "invite_as": ("0", "2"),
    "suspend": ("S01-P01", "S09-P01"),
    "suspend_yes": ("S01-P01", "S09-P01"),
    "restore": ("S01-P01", "S09-P01"),
}


def attempts() -> list[str]:
    """Everything that can be typed as a command or pressed, aimed at the first clinician's screenings."""
    names = dict.fromkeys(command.name for command in COMMANDS)
    typed = [f"/{name}{more}" for name in names for more in ("", " S01-0001", " S01-0002")]
    menus = [
        f"{verb}:{option}".removesuffix(":")
        for verb, kind in PRESSES.items()
        if kind.whose == "nobody"
        for option in OPTIONS.get(verb, ("", "0", "1"))
    ]
    aimed = [
        f"{verb}:{number}:{entry}{option}"
        for verb, kind in PRESSES.items()
        if kind.whose != "nobody"
        for number, entry in (("S01-0001", LAST), ("S01-0001", LAST - 1), ("S01-0002", 2), ("S01-0002", 1))
        for option in ("", ":0", ":0:source", ":0:2026-11-23", ":@21")
    ]
    return [*typed, *menus, *aimed]


def test_every_command_and_every_button_is_tried() -> None:
    tried = attempts()
    assert all(any(each.partition(":")[0] == verb for each in tried) for verb in PRESSES)
    assert len(tried) > 200


async def victim(ward: Ward) -> Clinician:
    """A clinician with a completed screening, and another at its second question."""
    clinician = Clinician(ward, ward.member(1001))
    await ward.says(clinician.phone, "/new")
    for act in reference("potentially_eligible").acts:
        await clinician.does(act.line)
    await ward.says(clinician.phone, "/new", "45")
    assert [ward.entries("S01-0001"), ward.entries("S01-0002")] == [
        reference("potentially_eligible").acts[-1].after,
        2,
    ]
    return clinician


def kept(ward: Ward) -> dict[str, list[tuple[Any, ...]]]:
    found = {table: ward.rows(f"SELECT * FROM {table}") for table in KEPT}
    return found | {"people": ward.rows("SELECT code, role, site, status FROM people")}


def changed(ward: Ward, before: dict[str, list[tuple[Any, ...]]]) -> set[str]:
    after = kept(ward)
    return {table for table in after if after[table] != before[table]}


async def attempt(ward: Ward, phone: Person, what: str) -> None:
    if what.startswith("/"):
        phone.send(what)
    else:
        mine = [message for message in phone.messages.values() if message["from"]["is_bot"]]
        asked = mine[-1] if mine else phone.send("hello")
        phone.press_data(asked, what)
    await ward.quiet()


def may(role: str, site: str, what: str) -> set[str]:
    """Which tables an attempt may change; most change nothing."""
    word = what.removeprefix("/").partition(" ")[0].partition(":")[0]
    if role in access.SCREENS and (what in ("/new", "/start") or word == "new"):
        return {"log", "screenings"}
    kind = PRESSES.get(word)
    if kind is None or role not in kind.roles:
        return set()
    if kind.roles == access.ADMINISTRATOR:
        return {"invitations", "people"}
    if kind.whose == "site" and site == "S01":
        return {"log"}
    return set()


@pytest.mark.parametrize("site", ["S01", "S09"])
@pytest.mark.parametrize("role", ["clinician", "coordinator", "administrator"])
async def test_nobody_changes_or_is_shown_what_is_not_theirs(ward: Ward, role: Role, site: str) -> None:
    await victim(ward)
    ward.service.people.add(role, site, "telegram", "2001")
    phone = ward.server.person(2001)
    for what in attempts():
        before, said = kept(ward), len(phone.messages)
        await attempt(ward, phone, what)
        assert changed(ward, before) <= may(role, site, what), what
        new = list(phone.messages.values())[said:]
        if (site != "S01" or role == "clinician") and not what.startswith("/invite"):
            data = [button.get("callback_data", "") for message in new for button in buttons_of(message)]
            assert not any("S01-0001" in each or "S01-0002" in each for each in data if site == "S09"), what
            assert not any("S01-0001:2" in each or "S01-0002:" in each for each in data), what
        name = what.removeprefix("/").partition(" ")[0]
        if what.startswith("/") and not any(name == each.name and role in each.roles for each in COMMANDS):
            told = f"/{name} is a command for others (" if name in _NAMES else "I do not know that command"
            assert told in new[1]["text"], what
            assert CHOOSE in new[1]["text"], what


@pytest.mark.parametrize("suspended", [False, True], ids=["stranger", "suspended"])
async def test_whoever_is_not_let_in_gets_one_line_and_learns_and_changes_nothing(
    ward: Ward, clock: Clock, suspended: bool
) -> None:
    await victim(ward)
    phone = ward.server.person(2001)
    if suspended:
        member = ward.service.people.add("administrator", "S01", "telegram", "2001")
        ward.service.people.add("administrator", "S01", "telegram", "2002")
        ward.service.people.suspend(member.code)
    before = kept(ward)
    started = clock.now
    for what in ("hello", "/start guess", *attempts()):
        await attempt(ward, phone, what)
        clock.now = started
    assert kept(ward) == before
    assert [m["text"] for m in phone.messages.values() if m["from"]["is_bot"]] == [STRANGER]
    assert not [toast for toast in phone.toasts if toast]
    assert not [key for key in ward.server.world.commands if key[1] == phone.id]
    clock.now += timedelta(hours=1, minutes=1)
    await ward.says(phone, "hello", "hello")
    assert [m["text"] for m in phone.messages.values() if m["from"]["is_bot"]] == [STRANGER, STRANGER]


async def test_a_suspension_works_from_the_next_message_in_the_middle_of_a_dialogue(ward: Ward) -> None:
    clinician, administrator = await victim(ward), ward.member(1002, "administrator")
    await ward.says(administrator, "/people")
    await ward.presses(administrator, "suspend:S01-P01")
    await ward.presses(administrator, "suspend_yes:S01-P01")
    before = kept(ward)
    asked, keys = clinician.keys()
    clinician.phone.press_data(asked, keys["1"].press)
    clinician.phone.send("44")
    await ward.quiet()
    assert kept(ward) == before
    assert clinician.phone.last["text"] == STRANGER
    await ward.says(administrator, "/people")
    await ward.presses(administrator, "restore:S01-P01")
    await ward.says(clinician.phone, "2")
    assert "Sex?" in clinician.phone.last["text"]


# invitations ---------------------------------------------------------------------------------------


async def test_an_invitation_lets_one_person_in_once_and_only_its_hash_is_kept(ward: Ward) -> None:
    secret = ward.service.people.invite("clinician", "S01")
    newcomer, late = ward.server.person(3001), ward.server.person(3002)
    await ward.says(newcomer, f"/start {secret}", "/new")
    assert ward.entries() == 1
    await ward.says(late, f"/start {secret}")
    assert late.last["text"] == STRANGER
    assert ward.service.people.find("telegram", "3002") is None
    ward.service.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert secret.encode() not in ward.path.read_bytes()


async def test_joining_says_role_site_and_code(ward: Ward) -> None:
    newcomer = ward.server.person(3001)
    await ward.says(newcomer, f"/start {ward.service.people.invite('coordinator', 'S02')}")
    (joined,) = [text for text in newcomer.texts if "S02-P01" in text]
    assert "coordinator" in joined
    assert "S02" in joined


async def test_an_invitation_changes_nobody_who_is_a_member_already(ward: Ward) -> None:
    administrator, newcomer = ward.member(1002, "administrator"), ward.server.person(3001)
    before = kept(ward)["people"]
    secret = ward.service.people.invite("clinician", "S02")
    await ward.says(administrator, f"/start {secret}")
    assert kept(ward)["people"] == before
    assert any("administrator at S01, S01-P01" in text for text in administrator.texts)
    await ward.says(newcomer, f"/start {secret}")
    member = ward.service.people.find("telegram", "3001")
    assert member is not None
    assert (member.role, member.site) == ("clinician", "S02")


async def test_a_suspended_person_stays_out_whatever_invitation_they_open(ward: Ward) -> None:
    phone = ward.member()
    secret = ward.service.people.invite("administrator", "S01")
    ward.service.people.suspend("S01-P01")
    before = kept(ward)
    await ward.says(phone, f"/start {secret}")
    assert kept(ward) == before
    assert phone.last["text"] == STRANGER


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(
            lambda ward, clock: setattr(clock, "now", clock.now + timedelta(hours=73)), id="expired"
        ),
        pytest.param(
            lambda ward, clock: ward.service.people.revoke(ward.service.people.invitations()[0].mark),
            id="revoked",
        ),
        pytest.param(
            lambda ward, clock: ward.service.db.execute("UPDATE meta SET value = value"), id="guessed"
        ),
    ],
)
async def test_an_invitation_that_does_not_hold_is_told_apart_from_nothing(
    ward: Ward, clock: Clock, spoil: Callable[[Ward, Clock], object], request: pytest.FixtureRequest
) -> None:
    secret = ward.service.people.invite("administrator", "S01")
    spoil(ward, clock)
    given = secret[::-1] if "guessed" in request.node.name else secret
    stranger = ward.server.person(3001)
    await ward.says(stranger, f"/start {given}")
    assert stranger.last["text"] == STRANGER
    assert ward.rows("SELECT count(*) FROM people") == [(0,)]


async def test_guessing_is_stopped_after_a_few_tries_an_hour(ward: Ward, clock: Clock) -> None:
    secret = ward.service.people.invite("clinician", "S01")
    stranger = ward.server.person(3001)
    for guess in range(20):
        await ward.says(stranger, f"/start {guess:032}")
    await ward.says(stranger, f"/start {secret}")
    assert ward.service.people.find("telegram", "3001") is None
    clock.now += timedelta(hours=2)
    await ward.says(stranger, f"/start {secret}")
    assert ward.service.people.find("telegram", "3001") is not None


async def test_two_who_use_an_invitation_at_once_are_one_person_let_in(ward: Ward) -> None:
    secret = ward.service.people.invite("clinician", "S01")
    for account in (3001, 3002, 3003):
        ward.server.person(account).send(f"/start {secret}")
    await ward.quiet()
    assert ward.rows("SELECT count(*) FROM people") == [(1,)]


async def test_somebody_added_by_number_is_answered_in_the_language_of_their_phone(ward: Ward) -> None:
    ward.service.people.add("clinician", "S01", "telegram", "77", NOT_KNOWN)
    phone = ward.server.person(77, language_code="zh-hans")
    await ward.says(phone, "/new")
    assert any("年龄" in text for text in phone.texts)
    person = ward.service.people.find("telegram", "77")
    assert person is not None
    assert person.language == "zh"


async def test_who_comes_on_a_phone_in_no_language_of_ours_chooses_one_and_is_let_in(ward: Ward) -> None:
    secret = ward.service.people.invite("clinician", "S01")
    phone = ward.server.person(78, language_code="fr")
    await ward.says(phone, f"/start {secret}")
    assert (len(phone.replies), phone.buttons) == (1, ["English", "简体中文"])
    await ward.presses(phone, "简体中文")
    assert any("您已加入" in text for text in phone.texts)
    await ward.says(phone, "/new")
    assert any("年龄" in text for text in phone.texts)
    assert sum("Which language" in text for text in phone.texts) <= 1
