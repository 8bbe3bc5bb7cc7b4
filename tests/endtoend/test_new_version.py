"""A trial's file is changed while the bot runs: new screenings begin by it, open ones go on, a broken one is told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.reviewing.file import ReviewedFile, Written
from bot.telegram.new_versions import NewVersions, Watched
from dialogs.dialogue import Step
from dialogs.loading import load
from tests.dialogs.test_amendments import TRIAL
from tests.endtoend.ward import Ward
from tests.phone.person import Person

SECOND = TRIAL.replace('version = "1"', 'version = "2"').replace("age_years <= 75", "age_years <= 80")
SAID = {
    "en": (
        "new screenings begin under version 2",
        "Goes on under version 1; new screenings are under 2.",
        "goes on with version 1",
    ),
    "zh": ("新的预筛现按其文件版本 2 进行", "继续按版本 1 进行；新的预筛按 2。", "系统继续使用版本 1"),
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "trial.toml"
    file.write_text(TRIAL, encoding="utf-8")
    return file


@pytest.fixture
async def ward(tmp_path: Path, file: Path) -> AsyncIterator[Ward]:
    async with Ward(tmp_path / "ward.db", protocols=[load(str(file))]) as ward:
        yield ward


async def _changed(ward: Ward, file: Path, text: str) -> None:
    watch = NewVersions(Watched({file: "EX-AMENDED"}), ward.service.channel)
    file.write_text(text, encoding="utf-8")
    await watch.look()
    assert [each.version for each in ward.service.channel.conversation.setup.protocols] == ["1"], (
        "it may not be whole"
    )
    await watch.look()
    await watch.look()
    await ward.quiet()


def _versions(ward: Ward) -> list[tuple[str, str]]:
    sql = "SELECT s.number, p.version FROM screenings s JOIN protocols p ON p.sha256 = s.protocol ORDER BY 1"
    return [(number, version) for number, version in ward.rows(sql)]


@pytest.mark.parametrize("language", SAID)
async def test_new_screenings_begin_by_the_new_version_and_open_ones_go_on(
    ward: Ward, file: Path, language: str
) -> None:
    taken, goes_on, _ = SAID[language]
    phone, office = ward.member(language=language), ward.member(2002, "coordinator", language)
    await ward.says(phone, "/new")
    await _changed(ward, file, SECOND)
    assert taken in office.last["text"]
    await ward.says(phone, "/resume")
    assert goes_on in phone.last["text"]
    await ward.says(phone, "76")
    assert _state(ward, "S01-0001") == "excluded", "by its own version"
    await ward.says(phone, "/new", "76")
    assert goes_on not in phone.last["text"]
    assert _state(ward, "S01-0002") == "smoker"
    assert _versions(ward) == [("S01-0001", "1"), ("S01-0002", "2")]
    await ward.restart()
    await ward.says(phone, "/resume S01-0001")
    assert _state(ward, "S01-0001") == "excluded"


ALIKE = {
    "en": ("It is still called version 1.", "Goes on under version 1 as it was when this began"),
    "zh": ("版本号仍为 1。", "继续按开始时的版本 1 进行"),
}


@pytest.mark.parametrize("language", ALIKE)
async def test_a_file_that_is_changed_and_keeps_its_version_is_told_from_what_it_was(
    ward: Ward, file: Path, language: str
) -> None:
    still_called, as_it_was = ALIKE[language]
    phone, office = ward.member(language=language), ward.member(2002, "coordinator", language)
    await ward.says(phone, "/new")
    await _changed(ward, file, SECOND.replace('version = "2"', 'version = "1"'))
    assert still_called in office.last["text"]
    await ward.says(phone, "/resume")
    assert as_it_was in phone.last["text"]


def _state(ward: Ward, number: str) -> str:
    return str(ward.rows("SELECT state FROM positions WHERE screening = ?", number)[0][0])


BROKEN = {
    "a mistake": (SECOND.replace("age_years <= 80", "age_yaers <= 80"), {"age_years"}),
    "another trial": (SECOND.replace("EX-AMENDED", "EX-OTHER"), {"EX-OTHER"}),
    "not reviewed": (
        SECOND.replace('code = "I2"', 'code = "I2"\nreview = "read as smoker"'),
        {"1 criterion is not reviewed", "有 1 项标准尚未审核"},
    ),
    "no TOML": ("[[criterion", {"id is missing"}),
}


@pytest.mark.parametrize(("text", "faults"), BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize("language", SAID)
async def test_a_file_that_cannot_be_used_stops_nothing_and_is_said_once(
    ward: Ward, file: Path, language: str, text: str, faults: set[str]
) -> None:
    phone, admin = ward.member(language=language), ward.member(2003, "administrator", language)
    await _changed(ward, file, text)
    told = [said for said in admin.texts if SAID[language][2] in said]
    assert len(told) == 1
    assert any(fault in told[0] for fault in faults)
    await ward.says(phone, "/new")
    assert _versions(ward) == [("S01-0001", "1")]


async def test_a_draft_that_is_reviewed_while_the_bot_runs_is_said_once_and_taken_when_all_is_accepted(
    ward: Ward, file: Path
) -> None:
    admin, office = ward.member(2003, "administrator"), ward.member(2002, "coordinator")
    watch = NewVersions(Watched({file: "EX-AMENDED"}), ward.service.channel)
    file.write_text(SECOND.replace("format = 2", "format = 2\nreviews = 1", 1), encoding="utf-8")
    reviewer = ReviewedFile(file, "LW", "2026-11-26")
    for criterion in reviewer.waiting():
        await _looked(ward, watch)
        shown = reviewer.show(criterion.code)
        assert shown is not None
        assert isinstance(reviewer.accept(shown), Written)
    assert len([said for said in admin.texts if "not reviewed" in said]) == 1
    await _looked(ward, watch)
    assert SAID["en"][0] in office.last["text"]


async def test_another_draft_is_told_after_the_first_was_taken_back(ward: Ward, file: Path) -> None:
    admin, first = ward.member(2003, "administrator"), file.read_text(encoding="utf-8")
    watch = NewVersions(Watched({file: "EX-AMENDED"}), ward.service.channel)
    for text in (SECOND, SECOND.replace('version = "2"', 'version = "3"')):
        file.write_text(text.replace("format = 2", "format = 2\nreviews = 1", 1), encoding="utf-8")
        await _looked(ward, watch)
        file.write_text(first, encoding="utf-8")
        await _looked(ward, watch)
    assert len([said for said in admin.texts if "not reviewed" in said]) == 2


async def test_whoever_is_screened_again_is_so_by_the_new_version(ward: Ward, file: Path) -> None:
    phone: Person = ward.member()
    await ward.says(phone, "/new", "76")
    await ward.presses(phone, "Finish and save")
    await _changed(ward, file, SECOND)
    await ward.says(phone, "S01-0001")
    await ward.presses(phone, "Screen again")
    assert _versions(ward) == [("S01-0001", "1"), ("S01-0002", "2")], (
        "whoever is screened again, by the new one"
    )


async def test_a_revision_stays_under_the_version_that_was_saved(ward: Ward, file: Path) -> None:
    phone: Person = ward.member()
    await ward.says(phone, "/new", "76")
    await ward.presses(phone, "Finish and save")
    await _changed(ward, file, SECOND)
    screenings = ward.service.screenings
    saved = screenings.load("S01-0001")
    screenings.take(saved, [Step("reopen")], "S01-P01")
    await ward.restart()
    reopened = ward.service.screenings.load("S01-0001")
    assert (reopened.protocol.version, reopened.dialogue.revising) == ("1", True)
    assert ward.rows("SELECT verdict FROM verdicts") == [("ineligible",)], "what was saved stands"


# a folder ---------------------------------------------------------------------------------------

OTHER = SECOND.replace("EX-AMENDED", "EX-OTHER")
FOLDER_SAID = {
    "en": (
        "EX-OTHER, version 2, is on offer now",
        "EX-AMENDED is not offered any more",
        "cannot be used; nothing",
    ),
    "zh": ("EX-OTHER（版本 2）现可预筛", "EX-AMENDED 不再提供预筛", "无法使用；其余不变"),
}


def _watch(ward: Ward, file: Path) -> NewVersions:
    return NewVersions(Watched({file: "EX-AMENDED"}, (file.parent,)), ward.service.channel)


async def _looked(ward: Ward, watch: NewVersions) -> list[str]:
    """Look as often as is needed to be sure of a file; return the trials on offer then."""
    for _ in range(3):
        await watch.look()
    await ward.quiet()
    return [each.id for each in ward.service.channel.conversation.setup.protocols]


@pytest.mark.parametrize("language", FOLDER_SAID)
async def test_a_file_that_is_added_to_a_folder_is_a_trial_more(
    ward: Ward, file: Path, language: str
) -> None:
    phone, admin = ward.member(language=language), ward.member(2003, "administrator", language)
    watch = _watch(ward, file)
    assert await _looked(ward, watch) == ["EX-AMENDED"]
    file.with_name("other.toml").write_text(OTHER, encoding="utf-8")
    file.with_name(".hidden.toml").write_text(OTHER.replace("EX-OTHER", "EX-HIDDEN"), encoding="utf-8")
    assert await _looked(ward, watch) == ["EX-AMENDED", "EX-OTHER"]
    assert FOLDER_SAID[language][0] in admin.last["text"]
    await ward.says(phone, "/new")
    await ward.presses(phone, "EX-OTHER Fictional: a trial that is amended")
    assert ward.rows("SELECT p.id FROM screenings s JOIN protocols p ON p.sha256 = s.protocol") == [
        ("EX-OTHER",)
    ]


@pytest.mark.parametrize("language", FOLDER_SAID)
async def test_a_file_that_is_removed_from_a_folder_is_a_trial_less_and_open_screenings_go_on(
    ward: Ward, file: Path, language: str
) -> None:
    phone, admin = ward.member(language=language), ward.member(2003, "administrator", language)
    watch = _watch(ward, file)
    await ward.says(phone, "/new")
    file.unlink()
    assert await _looked(ward, watch) == []
    assert FOLDER_SAID[language][1] in admin.last["text"]
    await ward.says(phone, "/new")
    assert _versions(ward) == [("S01-0001", "1")], "nothing new begins"
    await ward.says(phone, "/resume", "76")
    assert _state(ward, "S01-0001") == "excluded", "what was open goes on"


async def test_a_file_that_waited_for_another_one_of_its_trial_is_taken_once_that_is_removed(
    ward: Ward, file: Path
) -> None:
    watch = _watch(ward, file)
    file.with_name("trial-2.toml").write_text(SECOND, encoding="utf-8")
    assert await _looked(ward, watch) == ["EX-AMENDED"]
    file.unlink()
    assert await _looked(ward, watch) == ["EX-AMENDED"]
    assert [each.version for each in ward.service.channel.conversation.setup.protocols] == ["2"]


async def test_an_editor_that_replaces_a_file_removes_no_trial(ward: Ward, file: Path) -> None:
    watch = _watch(ward, file)
    text = file.read_text(encoding="utf-8")
    file.unlink()
    await watch.look()
    file.write_text(text, encoding="utf-8")
    assert await _looked(ward, watch) == ["EX-AMENDED"]


async def test_a_folder_that_cannot_be_reached_removes_no_trial(ward: Ward, file: Path) -> None:
    folder = file.parent / "trials"
    folder.mkdir()
    file = file.rename(folder / file.name)
    watch = _watch(ward, file)
    folder.rename(folder.with_name("unmounted"))
    assert await _looked(ward, watch) == ["EX-AMENDED"]


async def test_the_draft_of_an_amendment_waits_for_its_reviews_beside_the_version_on_offer(
    ward: Ward, file: Path
) -> None:
    admin, watch = ward.member(2003, "administrator"), _watch(ward, file)
    draft = SECOND.replace('code = "I2"', 'code = "I2"\nreview = "?"')
    file.with_name("trial-2.toml").write_text(draft, encoding="utf-8")
    assert await _looked(ward, watch) == ["EX-AMENDED"]
    assert "review" in admin.last["text"]
    assert len(admin.texts) == 1


@pytest.mark.parametrize(
    "text",
    [
        OTHER.replace("age_years <= 80", "age_yaers <= 80"),
        SECOND,
        OTHER.replace('code = "I2"', 'code = "I2"\nreview = "?"'),
    ],
    ids=["a mistake", "a trial that is offered already", "not reviewed"],
)
@pytest.mark.parametrize("language", FOLDER_SAID)
async def test_an_added_file_that_cannot_be_used_is_said_once_and_changes_nothing(
    ward: Ward, file: Path, language: str, text: str
) -> None:
    admin, watch = ward.member(2003, "administrator", language), _watch(ward, file)
    file.with_name("other.toml").write_text(text, encoding="utf-8")
    assert await _looked(ward, watch) == ["EX-AMENDED"]
    assert [said for said in admin.texts if FOLDER_SAID[language][2] in said] == admin.texts
    assert len(admin.texts) == 1
