"""How long ago something was, at the real bot: typed, tapped, refused as a date, and what time heals in the office."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from dialogs.loading import load
from tests.endtoend.ward import Ward
from tests.phone.person import Person, labels

PROTOCOL = load(str(Path(__file__).parent.parent / "data" / "washouts.toml"))
LANGUAGES = {
    "en": ("3 months ago", "Still ongoing", "Could cease to apply from", "Finish and save"),
    "zh": ("3个月前", "仍在持续", "起可能不再符合该排除标准", "结束并保存"),
}


@pytest.fixture(params=list(LANGUAGES))
async def washouts(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[tuple[Ward, Person, str]]:
    async with Ward(tmp_path / "ward.db", protocols=[PROTOCOL]) as ward:
        yield ward, ward.member(language=request.param), request.param


async def test_a_time_is_typed_or_tapped_and_a_date_is_kept_nowhere(
    washouts: tuple[Ward, Person, str], tmp_path: Path
) -> None:
    ward, phone, language = washouts
    typed, ongoing, _, _ = LANGUAGES[language]
    await ward.says(phone, "/new", "45", "2026-08-12", "never", typed)
    assert ongoing not in labels(phone.last), "the exclusion is shown"
    assert ward.rows("SELECT question, value, unit, compared FROM log WHERE kind = 'answer'")[1:] == [
        ("last_mi", "never", None, None),
        ("last_stroke", "3", "mo", "91.3125"),
    ]
    await ward.says(phone, "/new", "45")
    await ward.presses(phone, ongoing)
    given = "SELECT value, compared FROM log WHERE question = 'last_mi' AND screening = 'S01-0002'"
    assert ward.rows(given) == [("ongoing", "0")]
    assert not any(b"2026-08-12" in file.read_bytes() for file in tmp_path.glob("ward.db*"))


async def test_the_office_gets_the_list_of_whom_to_screen_again(washouts: tuple[Ward, Person, str]) -> None:
    ward, phone, language = washouts
    typed, _, heals, finish = LANGUAGES[language]
    office = ward.member(2002, "coordinator", language)
    await ward.says(phone, "/new", "45", typed)
    assert heals in phone.last["text"]
    await ward.presses(phone, finish)
    await ward.says(office, "/again")
    assert office.last["text"].splitlines()[1].startswith("S01-0001 ")
    await ward.presses(office, "S01-0001")
    assert heals in office.last["text"]
