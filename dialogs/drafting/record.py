"""A registry record, as far as a protocol file is made of it: read from ClinicalTrials.gov API v2, or from a text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from dialogs.errors import DialogError

NCT: Final = re.compile(r"NCT\d{8}")
_DATES: Final = (
    "lastUpdatePostDateStruct.date",
    "lastUpdateSubmitDate",
    "studyFirstPostDateStruct.date",
    "studyFirstSubmitDate",
    "statusVerifiedDate",
)
"""Where a record has its own date, the best first; each is of the module of the status."""
_UNSEEN: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
"""Characters that no protocol file may hold."""
_AT_THE_END: Final = re.compile(r"~+[ \t]*$", re.MULTILINE)
_NO_LIMIT: Final = re.compile(
    r"\W*(?:n\W?a|none|no (?:limit|maximum|minimum)|not applicable)\W*", re.IGNORECASE
)
"""What a field says of an age that is not limited."""
_FOR_AN_END: Final = re.compile(r"~(?!\s?\d+(?:\.\d|[^\d.)]|$))")
_PERSON: Final = "INDIV"
"""Class of a sponsor that is a person, whose name is not taken."""


class RecordError(DialogError):
    """What was given is no record of a trial, or one without a line of eligibility; says what to do."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a trial recruits, each as the record has it; empty where it has none."""

    facility: str
    city: str
    country: str


@dataclass(frozen=True, slots=True)
class Record:
    """What is taken of a record. What it does not say is empty; names of people are left out.

    ``date`` is a day or a month (ISO 8601), ``minimum_age`` and ``maximum_age`` are as in ``18 Years``, ``sex`` is ALL,
    FEMALE or MALE, ``status`` is a code of the registry; ``arms`` are the labels of its groups of participants.
    """

    id: str
    title: str
    text: str
    """The eligibility criteria, as they stand in the record."""
    other_id: str = ""
    date: str = ""
    status: str = ""
    sponsor: str = ""
    places: tuple[Place, ...] = ()
    minimum_age: str = ""
    maximum_age: str = ""
    sex: str = ""
    healthy_volunteers: str = ""
    arms: tuple[str, ...] = ()
    planned_subjects: str = ""

    @property
    def has_fields(self) -> bool:
        """Whether it says more than its text."""
        return bool(self.sex or self.minimum_age or self.maximum_age or self.status)

    def fields(self) -> dict[str, str]:
        """Return the fields that say who may take part, named and written as the registry shows them."""
        shown = {"Minimum Age": self.minimum_age, "Maximum Age": self.maximum_age}
        shown["Sex"] = self.sex.title() if self.sex in ("FEMALE", "MALE") else ""
        return {name: value for name, value in shown.items() if value and not _NO_LIMIT.fullmatch(value)}


def read_record(content: str, name: str) -> Record:
    """Read a record from what a file holds: JSON of the registry's API v2, or a text with its criteria.

    `name` is that of the file, without its ending; a text's trial is called so. Raises `RecordError`.
    """
    if content.lstrip("\ufeff \t\r\n").startswith(("{", "[")):
        return _from_json(content)
    if not re.search(r"[^\W_]", content):
        raise RecordError("it holds no text. Please give the record as JSON, or its criteria as a text")
    found = NCT.search(name)
    called = found[0] if found else _called(name)
    return Record(id=called, title=called, text=with_line_ends(content))


def with_line_ends(text: str) -> str:
    """Return a text in which a ``~`` that stands for the end of a line is one, as databases keep records.

    One before a number says *about*.
    """
    if "\n" in text.strip():
        return _AT_THE_END.sub("", text)
    return _FOR_AN_END.sub("\n", text) if len(_FOR_AN_END.findall(text)) > 1 else text


def _from_json(content: str) -> Record:
    """Read a study of ClinicalTrials.gov API v2. Raises `RecordError`."""
    try:
        raw = json.loads(content.lstrip("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise RecordError("it begins as JSON, and is none. Please download it again") from error
    study = _study(raw)
    identification, status = _module(study, "identification"), _module(study, "status")
    eligibility, design = _module(study, "eligibility"), _module(study, "design")
    text = _text(eligibility, "eligibilityCriteria")
    if not re.search(r"[^\W_]", text):
        raise RecordError("the record has no eligibility criteria. Please give them as a text")
    trial_id = _text(identification, "nctId") or _text(identification, "orgStudyIdInfo.id")
    called = _called(trial_id)
    return Record(
        id=called,
        title=_text(identification, "briefTitle") or _text(identification, "officialTitle") or called,
        text=with_line_ends(text),
        other_id=_text(identification, "orgStudyIdInfo.id"),
        date=next(filter(None, (_text(status, path) for path in _DATES)), ""),
        status=_text(status, "overallStatus"),
        sponsor=_sponsor(_module(study, "sponsorCollaborators")),
        places=tuple(_places(_module(study, "contactsLocations"))),
        minimum_age=_text(eligibility, "minimumAge"),
        maximum_age=_text(eligibility, "maximumAge"),
        sex=_text(eligibility, "sex"),
        healthy_volunteers=_yes_or_no(eligibility.get("healthyVolunteers")),
        arms=tuple(_text(each, "label") for each in _list(_module(study, "armsInterventions"), "armGroups")),
        planned_subjects=_text(design, "enrollmentInfo.count"),
    )


def _called(name: str) -> str:
    """Return a name as a trial's id can be: in signs of ASCII, without spaces."""
    return re.sub(r"[^!-~]+", "-", name).strip("-") or "TRIAL"


def _study(raw: Any) -> Mapping[str, Any]:
    """Return the protocol section: of one study, or of an answer with one study in it."""
    if isinstance(raw, dict) and isinstance(raw.get("studies"), list) and len(raw["studies"]) == 1:
        raw = raw["studies"][0]
    if isinstance(raw, dict) and isinstance(raw.get("protocolSection"), dict):
        section: dict[str, Any] = raw["protocolSection"]
        return section
    raise RecordError(
        "it is no study of ClinicalTrials.gov API v2. Please download one study as JSON: it has a protocolSection"
    )


def _module(study: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    module = study.get(f"{name}Module")
    return module if isinstance(module, dict) else {}


def _text(module: Mapping[str, Any], path: str) -> str:
    """Return the text or number under keys joined by points, or an empty text."""
    value: Any = module
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    if not isinstance(value, str | int) or isinstance(value, bool):
        return ""
    seen = _UNSEEN.sub(" ", str(value)).strip()
    return seen.encode("utf-8", "replace").decode("utf-8")  # JSON may have halves of characters


def _yes_or_no(value: object) -> str:
    return {"True": "Y", "False": "N"}.get(str(value), "")


def _list(module: Mapping[str, Any], key: str) -> Sequence[Mapping[str, Any]]:
    listed = module.get(key)
    return [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []


def _sponsor(module: Mapping[str, Any]) -> str:
    """Return the lead sponsor; the first collaborator that is none where the sponsor is a person."""
    lead = module.get("leadSponsor")
    every = [*([lead] if isinstance(lead, dict) else []), *_list(module, "collaborators")]
    return next((_text(each, "name") for each in every if each.get("class") != _PERSON), "")


def _places(module: Mapping[str, Any]) -> Iterator[Place]:
    for each in _list(module, "locations"):
        yield Place(_text(each, "facility"), _text(each, "city"), _text(each, "country"))
