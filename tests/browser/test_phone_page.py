"""Whole screenings on the phone page, in a real browser at 390 x 844; pictures too, with ``PRESCREEN_PICTURES``."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest

from bot.wording.phrases import phrases, plain
from dialogs.languages import LANGUAGES
from state.database import connect
from state.verify import verify
from tests.browser.driver import browser
from tests.browser.phone import Phone, trial
from tests.dialogs.long_trials import LONGEST, WORDS, long_trial, words_of
from tests.machine import lack_of

TICKS = Path(__file__).parents[1] / "data" / "several.toml"
LACK = lack_of("chromium")
pytestmark = pytest.mark.skipif(bool(LACK), reason=LACK)

TO_LABS = ("No", "No", "None, or benign only", "No", "No", "No", "ECOG 1", "No")
SCALE = 1.5
"""Of the pictures: sharp enough, and small files."""
NORMAL = "Normal (≤ ULN)"
CLINICIAN, ADMINISTRATOR = "Dr Lin", "Mr Wu"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "prescreen.db"


@pytest.fixture
async def address(database: Path) -> AsyncIterator[str]:
    async with trial(database) as address:
        yield address


@pytest.fixture
async def phone(address: str, tmp_path: Path) -> AsyncIterator[Phone]:
    async with browser(tmp_path / "profile") as page:
        await page.look(scale=SCALE)
        phone = Phone(page)
        await phone.open(address)
        yield phone


async def begin(phone: Phone) -> None:
    await phone.start()
    await phone.sees("Trial pre-screening")
    await phone.press("New screening")
    await phone.sees("Age in completed years?")
    await phone.type("45")
    await phone.press("Male")
    await phone.press("AIHA (autoimmune haemolytic anaemia)")
    await phone.sees("Most recent haemoglobin?")


async def finish(phone: Phone, willing: str) -> None:
    for label in TO_LABS:
        await phone.press(label)
    for _ in range(4):
        await phone.press(NORMAL)
    await phone.press(willing)
    await phone.sees("Review: ")


def verdicts(database: Path) -> list[tuple[str, str | None]]:
    db = connect(database, read_only=True)
    found = db.execute("SELECT verdict, first_failed FROM verdicts ORDER BY entry").fetchall()
    db.conn.close()
    assert verify(database).problems == ()
    return found


async def test_a_patient_is_found_potentially_eligible(phone: Phone, database: Path) -> None:
    await begin(phone)
    await phone.picture("phone-question")
    await phone.type("9.8 g/dL")
    await phone.sees("✓ Haemoglobin: 9.8 g/dL = 98 g/L")
    await phone.type("6 wk")
    await finish(phone, "Yes, willing")
    await phone.picture("phone-review")
    await phone.press("Confirm and save")
    await phone.sees("Potentially eligible as entered.")
    await phone.picture("phone-verdict")
    assert verdicts(database) == [("eligible", None)]


async def test_a_press_moves_the_card_on_and_what_is_typed_begins_a_new_one_below(phone: Phone) -> None:
    await phone.start()
    await phone.press("New screening")
    await phone.sees("Age in completed years?")
    first = await phone.newest()
    await phone.type("45")
    second = await phone.newest()
    await phone.settles(first)
    assert second != first
    for label in ("Male", "AIHA (autoimmune haemolytic anaemia)"):
        await phone.press(label)
        assert await phone.newest() == second
    assert await phone.words(second) == [
        "S01-0001 · about 18 left",
        "✓ Age: 45 years",
        "✓ Sex: Male",
        "✓ Diagnosis: AIHA (autoimmune haemolytic anaemia)",
        "Most recent haemoglobin? (number + unit)",
        "For example 73 g/L",
    ]
    await phone.type("72 g/L")
    await phone.settles(second)
    assert "✓ Haemoglobin: 72 g/L" in await phone.words(await phone.newest())


async def test_help_and_a_wrong_input_stand_in_one_card_with_the_question(phone: Phone) -> None:
    await begin(phone)
    asked = await phone.newest()
    await phone.press("Help")
    assert await phone.newest() == asked
    await phone.sees("I2b Blood count below the threshold")
    await phone.picture("phone-help")
    await phone.type("9.8 furlongs")
    await phone.settles(asked)
    refused = await phone.words(await phone.newest())
    assert any("I do not know that unit" in line for line in refused)
    assert refused[-2:] == ["Most recent haemoglobin? (number + unit)", "For example 73 g/L"]
    assert (await phone.buttons())[await phone.newest()] == ["Unknown", "Back", "Help"]


async def test_an_excluded_patient_is_corrected(phone: Phone, database: Path) -> None:
    await begin(phone)
    await phone.type("10.5")
    await phone.sees("10.5: in which unit?")
    await phone.press("10.5 g/dL")
    await phone.sees("Not eligible as entered: I2b is not met.")
    await phone.sees("Not met, required: haemoglobin below 100 g/L")
    await phone.picture("phone-excluded")
    card = await phone.newest()
    await phone.press("Correct: Haemoglobin")
    assert await phone.newest() == card
    await phone.type("98 g/L")
    await phone.settles(card)
    await phone.type("42 d")
    await finish(phone, "Yes, willing")
    card = await phone.newest()
    await phone.press("Correct an answer")
    await phone.press("ALT: Normal (≤ ULN)")
    await phone.press("Keep: Normal (≤ ULN)")
    await phone.sees("Review: potentially eligible as entered")
    await phone.press("Confirm and save")
    await phone.sees("Potentially eligible as entered.")
    assert await phone.newest() == card
    assert verdicts(database) == [("eligible", None)]


async def test_a_press_on_a_card_further_up_asks_below_and_leaves_no_second_one(phone: Phone) -> None:
    await begin(phone)
    card = await phone.newest()
    await phone.type("/privacy")
    assert list(await phone.buttons())[-1:] == [card]
    await phone.press("Unknown")
    await phone.sees("how long was the course")
    assert await phone.newest() > card
    await phone.settles(card)


async def test_an_undetermined_screening_is_reopened_and_filled_in(phone: Phone, database: Path) -> None:
    await begin(phone)
    await phone.type("72 g/L")
    await phone.type("42 d")
    await finish(phone, "Not discussed yet")
    await phone.press("Confirm and save")
    await phone.sees("Undetermined as entered.")
    await phone.press("Fill in what is missing")
    await phone.sees("only what was missing is asked")
    await phone.press("Yes, willing")
    await phone.press("Confirm and save")
    await phone.sees("Potentially eligible as entered.")
    assert verdicts(database) == [("undetermined", None), ("eligible", None)]


async def test_an_administrator_invites_and_a_newcomer_becomes_a_clinician(
    phone: Phone, database: Path
) -> None:
    await phone.become("Somebody not invited")
    await phone.start()
    await phone.sees("This is a private service")
    await phone.become("Mr Wu")
    await phone.start()
    await phone.sees("Trial pre-screening")
    await phone.type("/invite")
    await phone.press("clinician")
    await phone.sees("Invitation for a clinician")
    secret = (await phone.text()).partition("?start=")[2].split()[0]
    await phone.become("Somebody not invited")
    await phone.type(f"/start {secret}")
    await phone.sees("I ask about one eligibility criterion at a time")
    await phone.press("New screening")
    await phone.sees("Age in completed years?")
    assert verdicts(database) == []


async def test_the_whole_page_speaks_chinese(address: str, phone: Phone) -> None:
    await begin(phone)
    await phone.type("/language")
    await phone.press("简体中文")
    await phone.sees("最近一次血红蛋白？")
    card = await phone.newest()
    await phone.type("105 g/L")
    await phone.settles(card)
    await phone.sees("未满足，要求：血红蛋白低于100 g/L")
    await phone.picture("phone-zh")


@pytest.mark.parametrize(
    ("name", "dark", "width", "height"), [("phone-dark", True, 390, 844), ("desktop", False, 1280, 860)]
)
async def test_nothing_overflows_in_the_dark_or_on_a_desktop(
    phone: Phone, name: str, dark: bool, width: int, height: int
) -> None:
    await phone.page.look(dark=dark, width=width, height=height, scale=SCALE)
    await begin(phone)
    await phone.picture(name)
    assert await phone.page.script("document.documentElement.scrollWidth <= innerWidth")
    assert phone.page.complaints == []


# several trials -----------------------------------------------------------------------------------

SHIPPED = ("EXAMPLE-DM2", "EXAMPLE-MDD", "EXAMPLE-NSCLC", "NCT04420494")
OF_MATCHING = {
    "Age in completed years?": "45",
    "ECOG performance status?": "ECOG 1",
    "Body mass index (BMI)?": "23.4",
    "Which confirmed diagnosis applies?": "AIHA (autoimmune haemolytic anaemia)",
    "Histology?": "Other, or small cell",
    "Which of these does the patient take?": "Metformin",
    "Most recent haemoglobin?": "72 g/L",
    "Sex?": "Male",
    "Any tumour, now or in the past?": "None, or benign only",
    "Diabetes?": "Type 2",
    "Diabetes diagnosed: how long ago?": "3 years",
    "Most recent HbA1c?": "Unknown",
    "how long was the course?": "6 wk",
    "eGFR": "75",
}
"""What is asked -> what is answered; anything else by the first of `HARMLESS` that is offered."""
HARMLESS = ("Yes, willing", NORMAL, "Never", "No")


async def answer(phone: Phone, buttons: list[str], asked: str) -> None:
    known = (said for question, said in OF_MATCHING.items() if question in asked)
    said = next(known, None) or next(each for each in HARMLESS if each in buttons)
    if f"☐ {said}" in buttons:
        await phone.press(f"☐ {said}")
        await phone.press("Done")
    elif said in buttons:
        await phone.press(said)
    else:
        await phone.type(said)


async def test_a_candidate_is_matched_with_four_trials(tmp_path: Path) -> None:
    database = tmp_path / "ward.db"
    async with trial(database, *SHIPPED) as address, browser(tmp_path / "profile") as page:
        await page.look(scale=SCALE)
        phone = Phone(page)
        await phone.open(address)
        await phone.start()
        await phone.press("New screening")
        await phone.press("All our trials")
        await phone.sees("4 of 4 still possible")
        for _ in range(60):
            card = await phone.newest()
            words, buttons = "\n".join(await phone.words(card)), (await phone.buttons())[card]
            if "Finish without screenings" in buttons:
                break
            if "EXAMPLE-NSCLC is ruled out" in words and "Willing" not in words:
                await phone.picture("phone-matching")
            await answer(phone, buttons, words.partition("For example")[0])
        await phone.sees("undetermined as entered")
        await phone.sees("potentially eligible as entered")
        assert (await phone.text()).count("not eligible as entered") == 2
        await phone.press("Save 2 screenings and finish")
        await phone.sees("NCT04420494 is saved as")
        await page.look(height=1500, scale=SCALE)
        await phone.picture("phone-where-we-stand")
    assert sorted(verdicts(database))[:2] == [("eligible", None), ("eligible", None)]


Said = Callable[..., str]


@asynccontextmanager
async def matching(tmp_path: Path, language: str) -> AsyncIterator[tuple[Phone, Said]]:
    """A matching over the shipped trials that has just begun, and what is said in its language."""
    async with trial(tmp_path / "ward.db", *SHIPPED) as address, browser(tmp_path / "profile") as page:
        await page.look(height=1200, scale=SCALE)
        phone = Phone(page)
        await phone.open(address)
        await phone.start()
        await phone.sees("New screening")
        if language != "en":
            await phone.type("/language")
            await phone.press(LANGUAGES[language].name)
        said = partial(_said, language)
        await phone.type("/new")
        await phone.press(said("all_trials"))
        await phone.sees(_possible(said, 4, 4))
        yield phone, said
        assert await page.script("document.documentElement.scrollWidth <= innerWidth")
        assert page.complaints == []


def _said(language: str, key: str, **values: object) -> str:
    return plain(phrases(language)(key, **values))


def _possible(said: Said, possible: int, of: int) -> str:
    """What the line above a question says of the trials."""
    return said("progress_matching", number="", possible=possible, of=of, left=0).split(" · ")[1]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_trial_is_left_out_of_a_matching_taken_in_again_and_all_is_finished_before_it_was_asked(
    tmp_path: Path, language: str
) -> None:
    mdd = "EXAMPLE-MDD"
    async with matching(tmp_path, language) as (phone, said):
        await phone.press(said("where_we_stand"))
        await phone.press(said("leave_one"))
        await phone.press(said("leave_this", id=mdd))
        await phone.sees(said("trial_left", id=mdd))
        await phone.sees(_possible(said, 3, 3))
        await phone.press(said("where_we_stand"))
        await phone.sees(said("stands_left_by_hand"))
        await phone.picture(f"phone-left-out-{language}")
        await phone.press(said("take_in", id=mdd))
        await phone.sees(said("trial_taken_in", id=mdd))
        await phone.sees(_possible(said, 4, 4))
        await phone.type("45")
        await phone.press(said("where_we_stand"))
        await phone.press(said("finish_save"))
        await phone.sees(said("not_all_asked", n=3))
        await phone.press(said("save_all", n=3))
        await phone.sees(said("trial_saved", id="EXAMPLE-DM2", number="S01-0001"))
    assert sorted(verdicts(tmp_path / "ward.db")) == [("undetermined", None)] * 4


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_trial_that_is_paused_at_the_end_is_not_saved_and_what_is_missing_has_pages(
    tmp_path: Path, language: str
) -> None:
    paused = "EXAMPLE-NSCLC"
    async with matching(tmp_path, language) as (phone, said):
        for _ in range(60):
            if said("finish_without") in (await phone.buttons())[await phone.newest()]:
                break
            await phone.type(said("unknown"))
        await phone.press(said("all_missing"))
        await phone.sees(said("page", page=1, of=5))
        (later,) = [each for each in (await phone.buttons())[await phone.newest()] if each.endswith(" ▶")]
        await phone.press(later)
        await phone.sees(said("page", page=2, of=5))
        await phone.press(said("back"))
        await phone.sees(said("stands_title"))
        await phone.become(ADMINISTRATOR)
        await phone.start()
        await phone.sees("Trial pre-screening")
        await phone.type("/trials")
        await phone.sees("Trials at S01")
        pressed = [each for each in (await phone.buttons())[await phone.newest()] if each.startswith(paused)]
        await phone.press(pressed[0])
        await phone.press(f"Pause {paused}")
        await phone.sees(f"{paused}: paused since")
        await phone.become(CLINICIAN)
        await phone.press(said("finish_without"))
        await phone.sees(said("trial_left_over", id=paused))
        await phone.sees(said("stands_left_paused"))
    assert verdicts(tmp_path / "ward.db") == [("undetermined", None)]


# trials unlike the shipped one -------------------------------------------------------------------


@asynccontextmanager
async def phone_for(protocol: Path, tmp_path: Path) -> AsyncIterator[Phone]:
    async with trial(tmp_path / "other.db", protocol) as address, browser(tmp_path / "profile") as page:
        await page.look(scale=SCALE)
        phone = Phone(page)
        await phone.open(address)
        await phone.start()
        await phone.press("New screening")
        yield phone


async def test_options_are_ticked_in_place(tmp_path: Path) -> None:
    async with phone_for(TICKS, tmp_path) as phone:
        await phone.sees("Which of these has the patient ever had?")
        card = await phone.newest()
        await phone.press("☐ Asthma")
        await phone.press("☐ COPD")
        await phone.picture("phone-ticks")
        await phone.press("☑ COPD")
        assert "☑ Asthma" in (await phone.buttons())[card]
        await phone.press("Done")
        await phone.sees("✓ History: Asthma")
        assert await phone.newest() == card


async def test_the_records_words_are_shown_whole_however_long(tmp_path: Path) -> None:
    path = tmp_path / "long.toml"
    path.write_text(long_trial().text, encoding="utf-8")
    async with phone_for(path, tmp_path) as phone:
        await phone.sees("Age?")
        await phone.type("45")
        await phone.press("None of these")
        await phone.press("Yes")
        await phone.sees("E2: e2w0")
        words = "[...document.querySelectorAll('#log > .theirs .words')].map((words) => words.textContent).join('')"
        told = await phone.page.script(words)
        assert "".join(words_of("Q", LONGEST).split()) in "".join(str(told).split())
        assert "".join(words_of("E2", WORDS).split()) in "".join(str(told).split())
