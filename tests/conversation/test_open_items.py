"""``/open``: what is missing, with who can say it; *Fill in* where an answer would settle it, and nowhere else."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from dialogs.loading import parse_protocol
from dialogs.protocol import Protocol
from tests.conversation.office import LANGUAGES, Ward, labels, offering, said, staffed
from tests.conversation.playing import Clock, new_conversation
from tests.wording.test_open_lines import SILENT

SITE_FACTS: Final = (Path(__file__).parent.parent / "data" / "site_facts.toml").read_text("utf-8")
CASES: Final = {
    "a fact of the site": (
        SITE_FACTS,
        ("unknown", "no", "-80 °C"),
        {"en": "Missing: Scanner of 3 T (study coordinator)", "zh": "缺：Scanner of 3 T（协调员）"},
        True,
    ),
    "what the record leaves open": (
        SILENT,
        ("lymphoma",),
        {"en": "The record is silent, ask the site: I1", "zh": "登记信息未说明，请咨询研究中心：I1"},
        False,
    ),
    "a fact of the patient": (
        SITE_FACTS,
        ("yes", "unknown", "-80 °C"),
        {"en": "Missing: Claustrophobia (medical record)", "zh": "缺：Claustrophobia（病历）"},
        True,
    ),
}
FILL_IN: Final = {"en": "Fill in what is missing: S01-0001", "zh": "补充缺失项：S01-0001"}


def _ward(path: Path, trial: Protocol, language: str) -> Ward:
    return staffed(offering(new_conversation(path, Clock()), trial), language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("text", "answers", "told", "can_be_filled_in"), CASES.values(), ids=CASES)
def test_open_says_who_can_say_it(
    tmp_path: Path,
    language: str,
    text: str,
    answers: tuple[str, ...],
    told: dict[str, str],
    can_be_filled_in: bool,
) -> None:
    ward = _ward(tmp_path / "open.db", parse_protocol(text, "trial.toml"), language)
    ward.save([*answers])
    own = ward.do(ward.clinician, "/open")
    assert told[language] in said(own)
    assert labels(own) == [FILL_IN[language] if can_be_filled_in else "S01-0001"]
    office = ward.do(ward.coordinator, "/open")
    assert told[language] in said(office)
    assert labels(office) == ["S01-0001"]
    assert told[language] in said(ward.do(ward.coordinator, "S01-0001"))
    ward.conversation.screenings.db.close()
