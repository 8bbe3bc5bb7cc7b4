"""Whatever became of screenings, the text, the table and the message of a new version name the same ones."""

from __future__ import annotations

import csv
import io
import re
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.command.protocol import command
from dialogs.answers import Choice, Measurement
from dialogs.dialogue import EXCLUDED, Step
from dialogs.protocol import Protocol
from state.database import open_database
from state.people import People
from state.screenings import Screening, Screenings
from tests.dialogs.test_amendments import TRIAL, amended
from tests.state.test_amended import FIT, OLD

SECOND = amended(('"50 10*9/L"', '"45 10*9/L"'), ('title = "', 'site = "Ward 5"\ntitle = "'))
PERSON = "S01-P01"
NUMBER = re.compile(r"S01-\d{4}")
WORDS = ("Platelets below 50 x", "Platelets below 60 x")
AMENDMENTS: dict[str, list[tuple[str, str]]] = {
    "nothing": [],
    "a limit": [('"50 10*9/L"', '"30 10*9/L"')],
    "words only": [WORDS],
    "a limit, and words of another": [('stage == "c"', 'stage in ("b", "c")'), WORDS],
    "a criterion more": [('code = "E3"', 'code = "E4"\nexclusion = "Asthma"\n\n[[criterion]]\ncode = "E3"')],
    "other words for what was asked": [("Any condition", "Each condition")],
    "all passes": [("18 <= age_years <= 75", "18 <= age_years <= 90"), ('"50 10*9/L"', '"1 10*9/L"')],
}


class Site:
    """Screenings under two versions: as saved, screened again, reopened, corrected, asked about, cancelled and open."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with closing(open_database(path)) as db:
            People(db).add("clinician", "S01", "terminal", "1", "en")
            self.screenings = Screenings(db)
            for protocol in (OLD, SECOND):
                self.of_version(protocol)

    def of_version(self, protocol: Protocol) -> None:
        platelets, cells = Measurement("=", Decimal(40), "10*9/L"), Measurement("=", Decimal(40000), "/uL")
        self.saved(protocol)
        low = self.saved(protocol, platelets=platelets)
        self.saved(protocol, platelets=cells)
        self.saved(protocol, age_years=Measurement("=", Decimal(76), "a"))
        self.saved(protocol, earlier=low.number, platelets=Measurement("=", Decimal(60), "10*9/L"))
        reopened = self.saved(protocol)
        self.take(reopened, Step("reopen"), Step("correct", "stage"))
        revised = self.saved(protocol)
        self.take(revised, Step("reopen"), Step("correct", "stage"))
        self.take(revised, Step("answer", "stage", Choice("b"), reason="misread"), Step("save"))
        asked = self.saved(protocol, stage=Choice("b"))
        self.screenings.note(asked, "query", PERSON, {"reason": "source"}, question="stage")
        self.take(self.started(protocol), Step("cancel"))
        self.started(protocol)

    def started(self, protocol: Protocol, earlier: str | None = None) -> Screening:
        return self.screenings.start(
            protocol, PERSON, "S01", zone="+08:00", channel="terminal", earlier=earlier
        )

    def saved(
        self, protocol: Protocol, earlier: str | None = None, **others: Choice | Measurement
    ) -> Screening:
        screening = self.started(protocol, earlier)
        while screening.state in protocol.position:
            self.take(screening, Step("answer", screening.state, {**FIT, **others}[screening.state]))
        if screening.state == EXCLUDED:
            self.take(screening, Step("finish"))
        self.take(screening, Step("save"))
        return screening

    def take(self, screening: Screening, *steps: Step) -> None:
        for step in steps:
            self.screenings.take(screening, [step], PERSON)

    def told(self, new: Path, form: str) -> str:
        args = ["compare", "EX-AMENDED@1", str(new), "--db", str(self.path), "--format", form]
        result = CliRunner().invoke(command, args)
        assert result.exit_code == 0, result.output
        return result.stdout


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return Site(tmp_path_factory.mktemp("site") / "site.db")


def _numbers(text: str, begin: str) -> set[str]:
    """Return the screenings that are named in lines that begin so."""
    return {each for line in text.splitlines() if line.startswith(begin) for each in NUMBER.findall(line)}


@pytest.mark.parametrize("amendments", AMENDMENTS.values(), ids=AMENDMENTS)
def test_all_forms_name_the_same_screenings(
    site: Site, tmp_path: Path, amendments: list[tuple[str, str]]
) -> None:
    new = tmp_path / "new.toml"
    new.write_text(amended(*amendments, ('version = "2"', 'version = "3"')).text, encoding="utf-8")
    text, table, message = (site.told(new, form) for form in ("text", "csv", "message"))
    rows = list(csv.DictReader(io.StringIO(table)))
    again = {row["screening"] for row in rows if row["screen_again"] == "yes"}
    excluded = {
        row["screening"]
        for row in rows
        if row["verdict_now"] == "ineligible" != row["verdict"] and not row["needed"]
    }
    to_look_at = {row["screening"] for row in rows if row["by_old_words"]}
    assert not again & excluded
    assert not to_look_at & (again | excluded)
    assert _numbers(message, "Please screen again:") == again
    assert _numbers(message, "Not eligible any more") == excluded
    assert _numbers(message, "Please look at") == to_look_at == _numbers(text, "    Please look at")
    assert _numbers(text, "    S01") == again | excluded
    assert ("comes to another verdict" in message) == (not again | excluded | to_look_at)


def test_each_saved_screening_is_judged_once_unless_it_was_screened_again_or_cancelled(
    site: Site, tmp_path: Path
) -> None:
    """One that is reopened stands as it was saved; so does one that is corrected, as it was saved then."""
    new = tmp_path / "new.toml"
    new.write_text(TRIAL.replace('version = "1"', 'version = "3"'), encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(site.told(new, "csv"))))
    assert [(row["screening"], row["protocol_version"]) for row in rows] == [
        (f"S01-{number:04}", "1" if number < 11 else "2")
        for number in (1, 3, 4, 5, 6, 7, 8, 11, 13, 14, 15, 16, 17, 18)
    ]
