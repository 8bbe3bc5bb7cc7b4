"""Whole screenings on the phone page, in a real browser at 390 x 844; pictures too, with ``PRESCREEN_PICTURES``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from state.database import connect
from state.verify import verify
from tests.browser.phone import Phone, trial
from tests.machine import lack_of

LACK = lack_of("chromium", "chromium-driver")
pytestmark = pytest.mark.skipif(bool(LACK), reason=LACK)

TO_LABS = ("No", "No", "None, or benign only", "No", "No", "No", "ECOG 1", "No")
NORMAL = "Normal (≤ ULN)"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "prescreen.db"


@pytest.fixture
def address(database: Path) -> Iterator[str]:
    with trial(database) as address:
        yield address


@pytest.fixture
def phone(address: str) -> Iterator[Phone]:
    phone = Phone()
    phone.open(address)
    yield phone
    phone.close()


def begin(phone: Phone) -> None:
    phone.start()
    phone.sees("Trial pre-screening")
    phone.press("New screening")
    phone.sees("Age in completed years?")
    phone.type("45")
    phone.press("Male")
    phone.press("AIHA (autoimmune haemolytic anaemia)")
    phone.sees("Most recent haemoglobin?")


def finish(phone: Phone, willing: str) -> None:
    for label in TO_LABS:
        phone.press(label)
    for _ in range(4):
        phone.press(NORMAL)
    phone.press(willing)
    phone.sees("Review of S01-0001")


def verdicts(database: Path) -> list[tuple[str, str | None]]:
    db = connect(database, read_only=True)
    found = db.execute("SELECT verdict, first_failed FROM verdicts ORDER BY entry").fetchall()
    db.conn.close()
    assert verify(database).problems == ()
    return found


def test_a_patient_is_found_potentially_eligible(phone: Phone, database: Path) -> None:
    begin(phone)
    phone.picture("phone-question")
    phone.type("9.8 g/dL")
    phone.sees("✓ S01-0001 · Haemoglobin: 9.8 g/dL = 98 g/L")
    phone.type("6 wk")
    finish(phone, "Yes, willing")
    phone.picture("phone-review")
    phone.press("Confirm and save")
    phone.sees("Potentially eligible.")
    phone.picture("phone-verdict")
    assert verdicts(database) == [("eligible", None)]


def test_an_excluded_patient_is_corrected(phone: Phone, database: Path) -> None:
    begin(phone)
    phone.type("10.5")
    phone.sees("10.5: in which unit?")
    phone.press("10.5 g/dL")
    phone.sees("Not eligible as entered: I2b")
    phone.picture("phone-excluded")
    phone.press("Correct: Haemoglobin")
    phone.type("98 g/L")
    phone.type("42 d")
    finish(phone, "Yes, willing")
    phone.press("Confirm and save")
    phone.sees("Potentially eligible.")
    assert verdicts(database) == [("eligible", None)]


def test_an_undetermined_screening_is_reopened_and_filled_in(phone: Phone, database: Path) -> None:
    begin(phone)
    phone.type("72 g/L")
    phone.type("42 d")
    finish(phone, "Not discussed yet")
    phone.press("Confirm and save")
    phone.sees("Undetermined.")
    phone.press("Fill in what is missing")
    phone.sees("only what was missing is asked")
    phone.press("Yes, willing")
    phone.press("Confirm and save")
    phone.sees("Potentially eligible.")
    assert verdicts(database) == [("undetermined", None), ("eligible", None)]


def test_an_administrator_invites_and_a_newcomer_becomes_a_clinician(phone: Phone, database: Path) -> None:
    phone.become("Somebody not invited")
    phone.start()
    phone.sees("This is a private service")
    phone.become("Mr Wu")
    phone.start()
    phone.sees("Trial pre-screening")
    phone.type("/invite")
    phone.press("clinician")
    phone.sees("Invitation for a clinician")
    secret = phone.text.partition("?start=")[2].split()[0]
    phone.become("Somebody not invited")
    phone.type(f"/start {secret}")
    phone.sees("I ask about one eligibility criterion at a time")
    phone.press("New screening")
    phone.sees("Age in completed years?")
    assert verdicts(database) == []


def test_the_whole_page_speaks_chinese(address: str, phone: Phone) -> None:
    begin(phone)
    phone.type("/language")
    phone.press("简体中文")
    phone.sees("最近一次血红蛋白？")
    phone.type("105 g/L")
    phone.sees("未满足：血红蛋白低于100 g/L")
    phone.picture("phone-zh")


@pytest.mark.parametrize(
    ("name", "dark", "width", "height"), [("phone-dark", True, 390, 844), ("desktop", False, 1280, 860)]
)
def test_nothing_overflows_in_the_dark_or_on_a_desktop(
    address: str, name: str, dark: bool, width: int, height: int
) -> None:
    phone = Phone(dark=dark, width=width, height=height)
    try:
        phone.open(address)
        begin(phone)
        phone.picture(name)
        assert phone.browser.execute_script("return document.documentElement.scrollWidth <= innerWidth")
        said = phone.browser.get_log("browser")  # type: ignore[no-untyped-call]  # selenium gives it no types
        errors = [entry for entry in said if entry["level"] == "SEVERE"]
        assert errors == []
    finally:
        phone.close()
