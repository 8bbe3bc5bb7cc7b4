"""A trial with cohorts, and questions about the site, at the real bot."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from dialogs.loading import load
from tests.endtoend.ward import Ward
from tests.phone.person import Person, labels

DATA = Path(__file__).parent.parent / "data"
COHORTS, SITE = (load(str(DATA / name)) for name in ("cohorts.toml", "site_facts.toml"))
LANGUAGES = {
    "en": (
        "Cohort A is ruled out",
        "Cohort B: potentially eligible as entered",
        "No",
        "Yes",
        "Confirm and save",
    ),
    "zh": ("队列A已排除", "队列B：按所填信息可能符合条件", "否", "是", "确认并保存"),
}
TAKEN = {"en": ", as answered here before", "zh": "（沿用本中心此前的回答）"}


@pytest.fixture(params=list(LANGUAGES))
async def cohorts(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[tuple[Ward, Person, str]]:
    async with Ward(tmp_path / "ward.db", protocols=[COHORTS]) as ward:
        yield ward, ward.member(language=request.param), request.param


@pytest.fixture(params=list(LANGUAGES))
async def site(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[tuple[Ward, Person, str]]:
    async with Ward(tmp_path / "ward.db", protocols=[SITE]) as ward:
        yield ward, ward.member(language=request.param), request.param


async def test_the_card_goes_on_for_the_cohort_that_is_left(cohorts: tuple[Ward, Person, str]) -> None:
    ward, phone, language = cohorts
    out, left, no, yes, save = LANGUAGES[language]
    await ward.says(phone, "/new")
    for label in (yes, no):
        await ward.presses(phone, label)
    assert out in phone.last["text"]
    assert labels(phone.last)[:2] == [no, yes]
    await ward.presses(phone, no)
    assert left in phone.last["text"]
    await ward.presses(phone, save)
    assert left in phone.last["text"]
    assert [row[0] for row in ward.rows("SELECT verdict FROM verdicts")] == ["eligible"]


async def test_what_is_known_of_the_site_is_said_on_the_first_card(site: tuple[Ward, Person, str]) -> None:
    ward, phone, language = site
    _, _, no, yes, save = LANGUAGES[language]
    said = TAKEN[language]
    await ward.says(phone, "/new")
    for label in (yes, no, "-80 °C", save):
        await ward.presses(phone, label)
    await ward.says(phone, "/new")
    assert f"{yes}{said}" in phone.last["text"]
    assert "Claustrophobia?" in phone.last["text"]
    await ward.presses(phone, no)
    assert f"-80 °C{said}" in phone.last["text"]
    assert labels(phone.last)[0] == save
