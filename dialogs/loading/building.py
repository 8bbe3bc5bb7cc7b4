"""Builds a protocol from its file. A part with a mistake is left out, and the rest is still looked at."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, TypeVar

from dialogs.languages import DEFAULT
from dialogs.loading.catalogue import entries
from dialogs.loading.criteria import criteria_of
from dialogs.loading.defaults import shipped_text
from dialogs.loading.formulas import with_formulas
from dialogs.loading.keys import CRITERION, PROTOCOL, QUESTION
from dialogs.loading.kinds import Report
from dialogs.loading.questions import build_question
from dialogs.loading.references import check_criteria, check_parts, check_questions, check_use
from dialogs.loading.tables import Entry, read_table
from dialogs.protocol import Criterion, Line, Part, Protocol, Question, SiteItem
from dialogs.rules.parsing import RuleError, parse
from dialogs.rules.slips import remark_in, slips_of
from dialogs.rules.spelling import RuleSlip
from dialogs.rules.tree import Rule

_ONLY_IN_THE_FILE: Final = frozenset(
    {
        "format",
        "unknown",
        "option_sets",
        "unit_sets",
        "catalogue",
        "question",
        "criterion",
        "part",
        "site_item",
        "alert",
    }
)
"""Keys of the file that become something else of the protocol."""
_Part = TypeVar("_Part", Criterion, SiteItem)


def build(raw: Mapping[str, Any], text: str, report: Report) -> Protocol | None:
    """Build the protocol, or report all that is wrong and return ``None``."""
    report.owners = _owners()
    entry = _read(raw, report)
    questions = _questions(entry, report)
    rules = _Rules(questions, set(_names(entry, "question", "id")) - questions.keys(), report)
    check_questions(questions, rules.left_out, report)
    ruled = criteria_of(entry, report)
    criteria = tuple(rules.build(Criterion, ruled, "rule"))
    parts = {
        "lines": tuple(_lines(entry)),
        "questions": tuple(questions.values()),
        "criteria": criteria,
        "parts": tuple(Part(**part) for part in entry.get("part", ()) if part.whole),
        "site_items": tuple(rules.build(SiteItem, entry.get("site_item", ()), "when")),
        "alerts": tuple(rules.build(SiteItem, entry.get("alert", ()), "when")),
    }
    if not any(fault.place.startswith(("criterion", "question")) for fault in report.faults):
        check_criteria(criteria, report)
        check_parts(_names(entry, "part", "code"), criteria, report)
        check_use(questions.values(), criteria, report)
    if report.faults:
        return None
    values = {key: value for key, value in entry.items() if key not in _ONLY_IN_THE_FILE}
    values["disclaimer"] = entry["disclaimer"] or shipped_text("disclaimer")
    return Protocol(**values | parts, text=text, sha256=hashlib.sha256(text.encode()).hexdigest())


@cache
def _owners() -> dict[str, list[str]]:
    """Return the tables of which a file has several by the keys that they have."""
    tables = (QUESTION, CRITERION)
    names = {key.name for table in tables for key in table.keys}
    return {
        name: [table.name for table in tables if name in {key.name for key in table.keys}] for name in names
    }


def _read(raw: Mapping[str, Any], report: Report) -> Entry:
    """Read the whole file by its tables; names are unique in each."""
    listed = raw.get("languages", [DEFAULT])
    if isinstance(listed, list):
        report.languages = tuple(item for item in listed if isinstance(item, str))
    entry = read_table(PROTOCOL, raw, "protocol", report)
    if all(each.get("line") is not None for each in entry.get("criterion", [{}])):
        report.fault("criterion", "there is none", "Please add [[criterion]]")
    report.unique("language", report.languages)
    report.unique("question", _names(entry, "question", "id"))
    report.unique("criterion", _names(entry, "criterion", "code"))
    report.unique("part", _names(entry, "part", "code"))
    report.unique("site_item", [*_names(entry, "site_item", "id"), *_names(entry, "alert", "id")])
    return entry


def _names(entry: Entry, table: str, key: str) -> list[str]:
    """Return how all parts that a table lists are called, whatever else is wrong with them."""
    return [part[key] for part in entry.get(table, ()) if part.get(key) is not None]


def _lines(entry: Entry) -> Iterator[Line]:
    """Yield the lines of the record that are no criteria."""
    above = 0
    for each in entry.get("criterion", ()):
        if each.get("line") is not None:
            yield Line(above, each["line"])
        else:
            above += 1


def _questions(entry: Entry, report: Report) -> dict[str, Question]:
    sets, unknown = entry.get("option_sets", {}), entry.get("unknown") or shipped_text("unknown")
    entries = entry.get("question", ())
    built = [build_question(part, sets, unknown, report) for part in entries]
    questions = {question.id: question for question in built if question is not None}
    return with_formulas(questions, entries, set(_names(entry, "question", "id")) - questions.keys(), report)


@dataclass(frozen=True, slots=True)
class _Rules:
    """Builds the parts that have a rule over questions."""

    questions: Mapping[str, Question]
    left_out: set[str]
    """Questions with a mistake of their own: rules about them are looked at once that is mended."""
    report: Report

    def build(self, kind: type[_Part], entries: Sequence[Entry], key: str) -> Iterator[_Part]:
        """Yield the parts whose every key is right; `key` is that of the rule."""
        for entry in entries:
            rule = self._parse(entry, key)
            if rule is not None and entry.whole:
                yield kind(**entry | {key: rule})

    def _parse(self, entry: Entry, key: str) -> Rule | None:
        text: str | None = entry.get(key)
        if text is None:
            return None
        remark = remark_in(text)
        if remark is not None and not self.report.stored:
            self.report.fault(f"{entry.place}: {key}", remark.fault, remark.remedy, remark.line)
            return None
        if not self.left_out.intersection(re.findall(r"\w+", text)):
            try:
                return parse(text, self.questions)
            except RuleError as error:
                known = [RuleSlip(error.fault, error.remedy)]
        else:
            known = []
        for slip in slips_of(text, self.questions, self.left_out, entries()) or known:
            self.report.fault(f"{entry.place}: {key}", slip.fault, slip.remedy, slip.line)
        return None
