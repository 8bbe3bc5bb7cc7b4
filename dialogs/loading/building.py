"""Builds a protocol from its file. A part with a mistake is left out, and the rest is still looked at."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final, TypeVar

from dialogs.languages import DEFAULT
from dialogs.likely import likely
from dialogs.loading.criteria import criteria_of
from dialogs.loading.defaults import shipped_text
from dialogs.loading.formulas import with_formulas
from dialogs.loading.keys import CRITERION, PROTOCOL
from dialogs.loading.kinds import Report
from dialogs.loading.question_keys import QUESTION
from dialogs.loading.questions import build_question
from dialogs.loading.references import check_criteria, check_parts, check_questions
from dialogs.loading.rules.parsing import Parser, RuleError
from dialogs.loading.rules.slips import misread, slips_of
from dialogs.loading.rules.spelling import RuleSlip
from dialogs.loading.search import meant
from dialogs.loading.standins import all_named, known_questions
from dialogs.loading.tables import NEEDED, Entry, read_table
from dialogs.protocol import Criterion, Line, Option, Part, Protocol, Question, SiteItem
from dialogs.rules.tree import Rule

_ONLY_IN_THE_FILE: Final = frozenset(
    {
        "format",
        "unknown",
        "order",
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
    """Build the protocol, and report all that is wrong.

    What has faults is of use for finding more of them only; ``None`` is what is of no use even for that.
    """
    report.owners = _owners()
    report.at_the_top = {key.name for key in PROTOCOL.keys} - {"question", "criterion"}
    entry = _read(raw, report)
    whole, questions = _questions(entry, report)
    named = all_named(entry.get("question", ()))
    left_out = _left_out(set(_all(entry, "question", "id")), questions)
    rules = _Rules(questions, left_out, named, report, Parser(questions), entry.get("catalogue") or {})
    left = set(_all(entry, "question", "id")) - whole.keys()
    check_questions(whole, left, raw.get("catalogue"), report)
    ruled = criteria_of(entry, report)
    criteria = tuple(rules.build(Criterion, ruled, "rule"))
    rules.look_at(entry.get("criterion", ()), {each.place for each in ruled})
    parts = {
        "lines": tuple(_lines(entry)),
        "questions": tuple(questions.values()),
        "criteria": criteria,
        "parts": tuple(Part(**part) for part in entry.get("part", ()) if part.whole),
        "site_items": tuple(rules.build(SiteItem, entry.get("site_item", ()), "when")),
        "alerts": tuple(rules.build(SiteItem, entry.get("alert", ()), "when")),
    }
    _check_references(entry, report)
    values = {key: value for key, value in entry.items() if key not in _ONLY_IN_THE_FILE}
    values["disclaimer"] = values.get("disclaimer") or shipped_text("disclaimer")
    if report.faults:
        if not named or len({each.code for each in criteria}) < len(criteria):
            return None
        values, parts = _alone(values, parts)
    return Protocol(**values | parts, text=text, sha256=hashlib.sha256(text.encode()).hexdigest())


def _left_out(names: Set[str], known: Mapping[str, Question]) -> set[str]:
    """Return the questions of which too little is known, and those that are divided by one of them."""
    left_out = set(names - known.keys())
    divided = {name for name, question in known.items() if left_out & {unit.per for unit in question.units}}
    return left_out | divided


def _check_references(entry: Entry, report: Report) -> None:
    """Check what criteria say of each other and of parts, as far as all of these are known."""
    listed = [each for each in entry.get("criterion", ()) if each.get("code") is not None]
    if all(each.get("code") or each.get("line") for each in entry.get("criterion", ())):
        check_criteria(listed, report)
        check_parts(_all(entry, "part", "code"), listed, report)


def _alone(values: dict[str, Any], parts: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Fill what is missing of a trial, and take its criteria one by one, without what they say of each other."""
    missing = {key.name: key.default for key in PROTOCOL.keys if key.name not in values}
    filled = {key: None if value is NEEDED else value for key, value in missing.items()}
    alone = tuple(replace(each, requires=None, counts_as=None, parts=()) for each in parts["criteria"])
    values |= {key: value for key, value in filled.items() if key not in _ONLY_IN_THE_FILE}
    return values, parts | {"criteria": alone, "parts": ()}


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
    report.unique("question", _all(entry, "question", "id"))
    report.unique("criterion", _all(entry, "criterion", "code"))
    report.unique("part", _all(entry, "part", "code"))
    report.unique("site_item", [*_all(entry, "site_item", "id"), *_all(entry, "alert", "id")])
    return entry


def _all(entry: Entry, table: str, key: str) -> list[str]:
    """Return what stands under a key of all parts that a table lists, whatever else is wrong with them."""
    return [part[key] for part in entry.get(table, ()) if part.get(key) is not None]


def _lines(entry: Entry) -> Iterator[Line]:
    """Yield the lines of the record that are no criteria."""
    above = 0
    for each in entry.get("criterion", ()):
        if each.get("line") is not None:
            yield Line(above, each["line"])
        else:
            above += 1


def _questions(entry: Entry, report: Report) -> tuple[dict[str, Question], dict[str, Question]]:
    """Return the questions without a mistake; and these with stand-ins for the others, for rules about them."""
    sets, unknown = entry.get("option_sets", {}), entry.get("unknown") or shipped_text("unknown")
    listed = list(entry.get("question", ()))
    built = [build_question(part, sets, unknown, report) for part in listed]
    made = {question.id: question for question in built if question is not None}
    known = known_questions(listed, made, sets, unknown)
    asked = set(_all(entry, "question", "id"))
    known = with_formulas(known, listed, asked - known.keys(), report)
    known = {name: _with_beyond_apart(question, asked) for name, question in known.items()}
    return {name: question for name, question in known.items() if name in made}, known


def _with_beyond_apart(question: Question, asked: Set[str]) -> Question:
    """Return a question whose options say apart what they imply of questions that the file does not ask."""
    if all(option.implies.keys() <= asked for option in question.options):
        return question
    return replace(question, options=tuple(_apart(option, asked) for option in question.options))


def _apart(option: Option, asked: Collection[str]) -> Option:
    implied = option.implies.items()
    return replace(
        option,
        implies={name: code for name, code in implied if name in asked},
        beyond={name: code for name, code in implied if name not in asked},
    )


@dataclass(frozen=True, slots=True)
class _Rules:
    """Builds the parts that have a rule over questions."""

    questions: Mapping[str, Question]
    left_out: set[str]
    """Questions of which too little is known: rules about them are looked at once they are mended."""
    all_named: bool
    """Whether it is known what every question is called."""
    report: Report
    parser: Parser
    own_entries: Collection[str]
    """Names of the file's own catalogue."""

    def build(self, kind: type[_Part], entries: Sequence[Entry], key: str) -> Iterator[_Part]:
        """Yield the parts whose every key is right; `key` is that of the rule."""
        for entry in entries:
            rule = self._parse(entry, key)
            if rule is not None and entry.whole:
                yield kind(**entry | {key: rule})

    def look_at(self, criteria: Sequence[Entry], seen: Set[str]) -> None:
        """Look at the rules of criteria that cannot be built."""
        for entry in criteria:
            if entry.place not in seen:
                self._parse(entry, "rule")

    def _parse(self, entry: Entry, key: str) -> Rule | None:
        text: str | None = entry.get(key)
        if text is None:
            return None
        slip = misread(text)
        if slip is not None and not self.report.stored:
            self.report.fault(f"{entry.place}: {key}", slip.fault, slip.remedy, slip.line)
            return None
        try:
            return self.parser.parse(text)
        except RuleError as error:
            known = [RuleSlip(error.fault, error.remedy)] if self.all_named and not self.left_out else []
        for slip in self._slips(text) or known:
            self.report.fault(f"{entry.place}: {key}", slip.fault, slip.remedy, slip.line)
        return None

    def _slips(self, text: str) -> list[RuleSlip]:
        return slips_of(text, self.questions, self.left_out, self._meant, all_named=self.all_named)

    def _meant(self, name: str) -> list[str]:
        """Return the entries that a name was likely meant to be, of the file's own catalogue or of ours."""
        own = likely(name, self.own_entries)
        return meant(name) if own is None else [own]
