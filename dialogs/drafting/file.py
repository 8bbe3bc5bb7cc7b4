"""Writes what was drafted as a protocol file: as a coordinator would, with remarks, and ready to be loaded."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import getitem
from typing import Final

from dialogs.drafting.cohorts import Cohort
from dialogs.drafting.countries import CODES
from dialogs.drafting.criteria import Drafted
from dialogs.drafting.record import Record
from dialogs.drafting.spoken import with_texts
from dialogs.drafting.why import Note, told
from dialogs.languages import words
from dialogs.loading.defaults import shortened
from dialogs.loading.ruleless import asked_of
from dialogs.loading.writing import value_of
from dialogs.texts import Text, each_once

WIDTH: Final = 120
_SEX: Final = {"ALL": "BOTH", "FEMALE": "F", "MALE": "M"}
"""As in SDTM, SEXPOP."""
_UNITS: Final = {
    "Years": "P{}Y",
    "Months": "P{}M",
    "Weeks": "P{}W",
    "Days": "P{}D",
    "Hours": "PT{}H",
    "Minutes": "PT{}M",
}
"""Of ages in the registry, as ISO 8601 durations."""
_MOST_ARMS: Final = 8
REVIEWS: Final = 1
"""Persons who are to accept each criterion of a draft, also one for which nothing was proposed but its words."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a file is made of, beside what its record says of the trial."""

    of_fields: Sequence[Drafted]
    drafted: Sequence[Drafted]
    parts: Mapping[str, Cohort]
    """Those that headings name, by their codes."""
    groups: Sequence[str]
    """Headings that speak of some participants, and make no parts."""
    has_sections: bool
    """Whether the record says which of its lines are inclusion criteria, and which exclusion criteria."""

    def people(self, criterion: Drafted) -> list[Text | None]:
        """Return whom a criterion is about; ``None`` is the patient."""
        if criterion.person:
            return [Text(criterion.person)]
        named = (self.parts[code].person for code in criterion.parts or self.parts)
        return each_once(Text(person) if person else None for person in named)


@dataclass(frozen=True, slots=True)
class Said:
    """Texts of ours for a file in some languages; remarks are in the first of them."""

    languages: tuple[str, ...]

    def text(self, *keys: str, **values: object) -> str:
        """Return a text as a value of the file: plain if it has one language, else one for each."""
        return self.of({language: _said(language, keys).format(**values) for language in self.languages})

    def of(self, texts: Mapping[str, str]) -> str:
        return value_of(self.chosen(texts))

    def asked(self, what: str, contents: Contents, criterion: Drafted) -> str:
        """Return the question whether something is true of whom a criterion is about."""
        return self.of(asked_of(what, contents.people(criterion), every=criterion.role == "inclusion"))

    def chosen(self, texts: Mapping[str, str]) -> str | dict[str, str]:
        """Return what we say in all our languages in those of the file."""
        first, *others = self.languages
        return {each: texts[each] for each in self.languages} if others else texts[first]

    def why(self, notes: Sequence[Note]) -> str:
        return told(notes, self.languages[0])

    def remark(self, key: str, **values: object) -> str:
        return _said(self.languages[0], ("remark", key)).format(**values).strip("\n")


def _said(language: str, keys: Sequence[str]) -> str:
    return str(reduce(getitem, keys, words("dialogs.drafting", language)))


def file_of(record: Record, contents: Contents, said: Said, source: str) -> str:
    """Return the text of a protocol file. `source` is where the record is from, for people to read."""
    head = _remark(said.remark("head", id=record.id, source=source))
    blocks = [
        "\n".join(["#:schema ./prescreen.schema.json", "#", *head]),
        "\n".join(_top(record, said)),
        *_remarks_on_groups(record, contents, said),
        *_parts(contents.parts, said),
        *_questions(contents, said),
        *_section(said.remark("fields"), contents.of_fields, contents, said),
        *_section(
            said.remark("criteria" if contents.has_sections else "no_heading"),
            contents.drafted,
            contents,
            said,
        ),
    ]
    return "\n\n".join(filter(None, blocks)) + "\n"


def _remark(text: str) -> list[str]:
    return [f"# {line}".rstrip() for line in text.splitlines()]


def _top(record: Record, said: Said) -> Iterator[str]:
    yield "format = 2"
    yield f"id = {value_of(record.id)}"
    yield f"version = {value_of(record.date or '1')}" + (
        "" if record.date else f"    # {said.remark('undated')}"
    )
    if record.date:
        yield f"record_version = {value_of(record.date)}"
    if said.languages != ("en",):
        yield f"languages = {value_of(list(said.languages))}"
    yield f"reviews = {REVIEWS}    # {said.remark('reviews')}"
    if record.title == record.id:
        yield f"title = {said.text('untitled')}    # {said.remark('untitled')}"
    else:
        yield f"title = {value_of(record.title)}"
    yield from _places(record, said)
    if record.status:
        yield f"notices = [{_recruitment(record, said)}]"
    if facts := facts_of(record):
        yield f"facts = {value_of(facts)}"


def _places(record: Record, said: Said) -> Iterator[str]:
    named = [place for place in record.places if place.facility]
    if len(named) == 1:
        yield f"site = {said.text('site', facility=named[0].facility, city=named[0].city)}"
    elif named:
        text = said.text("sites", count=len(named), first=named[0].facility)
        yield f"site = {text}    # {said.remark('sites')}"
    if record.sponsor:
        yield f"contact = {said.text('contact', sponsor=record.sponsor)}"


def _recruitment(record: Record, said: Said) -> str:
    texts = {}
    for language in said.languages:
        form = words("dialogs.drafting", language)["recruitment" if record.date else "recruitment_undated"]
        texts[language] = form.format(status=status_in(language, record), date=record.date)
    return said.of(texts)


def status_in(language: str, record: Record) -> str:
    """Return whether a trial recruits, as a language says it."""
    known = words("dialogs.drafting", language)["status"]
    return str(known.get(record.status, record.status.replace("_", " ").capitalize()))


def facts_of(record: Record) -> dict[str, str]:
    facts = {
        "registry": "CT.GOV" if record.id.startswith("NCT") else "",
        "sponsor": record.sponsor,
        "other_id": record.other_id,
        "country": _country(record),
        "arms": str(len(record.arms) or ""),
        "planned_subjects": record.planned_subjects,
        "age_minimum": duration(record.minimum_age),
        "age_maximum": duration(record.maximum_age),
        "sex_of_participants": _SEX.get(record.sex, ""),
        "healthy_volunteers": record.healthy_volunteers,
    }
    return {key: value for key, value in facts.items() if value}


def _country(record: Record) -> str:
    """Return the code of the country in which a trial recruits; empty where there are several, or it is not known."""
    named = _countries(record)
    return CODES.get(named[0], "") if len(named) == 1 else ""


def _countries(record: Record) -> list[str]:
    return list(dict.fromkeys(place.country for place in record.places if place.country))


def duration(age: str) -> str:
    """Return an age of the registry, ``18 Years``, as ISO 8601 has it, ``P18Y``; empty for anything else."""
    number, _, unit = age.partition(" ")
    form = _UNITS.get(unit if unit.endswith("s") else f"{unit}s")
    return form.format(number) if form and number.isdecimal() else ""


def _remarks_on_groups(record: Record, contents: Contents, said: Said) -> Iterator[str]:
    labels = [label for label in record.arms if label]
    if len(labels) > 1:
        more = " ..." if len(labels) > _MOST_ARMS else ""
        yield _wrapped(said.remark("arms", arms="; ".join(labels[:_MOST_ARMS]) + more))
    countries = _countries(record)
    if countries and not _country(record):
        yield _wrapped(said.remark("country", countries=", ".join(countries)))
    if contents.groups:
        yield _wrapped(said.remark("groups", groups="; ".join(contents.groups)))


def _wrapped(text: str) -> str:
    flat = " ".join(text.split())
    return "\n".join(f"# {line}" for line in textwrap.wrap(flat, WIDTH - 2, break_on_hyphens=False))


def _parts(parts: Mapping[str, Cohort], said: Said) -> Iterator[str]:
    """Yield the parts that headings name."""
    remark = said.remark("required" if any(each.required for each in parts.values()) else "parts")
    for place, part in enumerate(parts.values()):
        above = [] if place else [_wrapped(remark)]
        yield "\n".join([*above, "[[part]]", *_keys_of_part(part, said)])


def _keys_of_part(part: Cohort, said: Said) -> Iterator[str]:
    yield f"code = {value_of(part.code)}"
    yield f"name = {value_of(part.name)}"
    if part.required:
        yield "required = true"
    if part.person:
        yield f"person = {said.of(part.person)}"


def _questions(contents: Contents, said: Said) -> Iterator[str]:
    """Yield the file's own questions; one that several criteria need stands once."""
    criteria = (*contents.of_fields, *contents.drafted)
    blocks = (
        "\n".join(["[[question]]", *_keys_of(each, one, contents, said)])
        for one in criteria
        for each in one.questions
    )
    yield from dict.fromkeys(blocks)


def _keys_of(
    question: Mapping[str, object], criterion: Drafted, contents: Contents, said: Said
) -> Iterator[str]:
    for key, value in question.items():
        if key == "words":
            yield f"ask = {said.asked(str(value), contents, criterion)}"
        elif key == "short" and isinstance(value, str):
            yield f"short = {value_of(shortened(value))}"
        else:
            yield f"{key} = {value_of(with_texts(value, said.chosen))}"


def _section(remark: str, criteria: Sequence[Drafted], contents: Contents, said: Said) -> Iterator[str]:
    if criteria:
        yield _wrapped(remark)
        yield from ("\n".join(_criterion(each, contents, said)) for each in criteria)


def _criterion(criterion: Drafted, contents: Contents, said: Said) -> Iterator[str]:
    yield "[[criterion]]"
    if criterion.role == "line":
        remark = f"    # {said.remark('asked_with', code=criterion.whose)}" if criterion.whose else ""
        yield f"line = {value_of(criterion.source)}{remark}"
        return
    yield f"code = {value_of(criterion.code)}"
    yield f"{criterion.role} = {value_of(criterion.source)}"
    if criterion.parts:
        yield f"parts = {value_of(list(criterion.parts))}"
    if criterion.rule:
        yield f"rule = {_literal(criterion.rule)}"
    key = "ask_in_words" if criterion.rule else "ask"
    if criterion.asked:
        yield f"{key} = {said.asked(criterion.asked, contents, criterion)}"
    if criterion.of_some:
        yield "of_some = true"
    if not criterion.rule and criterion.short:
        yield f"short = {value_of(shortened(criterion.short))}"
    if not criterion.rule and criterion.help:
        yield f"help = {value_of(criterion.help)}"
    if criterion.review:
        yield f"review = {value_of(said.why(criterion.review))}"


def _literal(rule: str) -> str:
    """Return a rule in single quotes, in which its own double ones need no sign."""
    return f"'{rule}'" if "'" not in rule and "\n" not in rule else value_of(rule)
