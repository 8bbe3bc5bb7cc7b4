"""Reads a protocol file, or refuses it with every mistake at once: file, place, fault, remedy."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any, Final

from dialogs.answers import Measurement, Relation
from dialogs.errors import Fault, ProtocolError
from dialogs.proofs import unreachable_outcomes
from dialogs.protocol import (
    Criterion,
    Option,
    Protocol,
    Question,
    Range,
    Shortcut,
    SiteItem,
    Tabulation,
    Text,
    Unit,
)
from dialogs.rules import Rule, RuleFault, parse

MAX_BYTES: Final = 1_000_000
STATES_OF_THEIR_OWN: Final = frozenset({"excluded", "review", "completed", "cancelled", "unclear", "unknown"})

# table -> its keys; a trailing "?" marks what may be left out
_KEYS: Final[Mapping[str, str]] = {
    "protocol": "id version record_version languages title site contact unknown notices disclaimer "
    "facts? option_sets? question criterion site_item? alert?",
    "question": "id kind ask short help supplier unknown? options? shortcuts? units? possible? usual? "
    "unit_of? bounds? judgement? loinc? in_log? sdtm?",
    "sdtm": "domain code test? category? results?",
    "option": "code text implies?",
    "shortcut": "code text means",
    "unit": "code label scale? possible? usual? per? gives? spellings? loinc?",
    "criterion": "code kind name source reading rule ietestcd group requires? counts_as? note? willingness?",
    "site_item": "id text when",
    "alert": "id text when",
}
_STRINGS: Final = frozenset({
    "id", "version", "record_version", "code", "kind", "source", "rule", "ietestcd", "group", "requires",
    "counts_as", "per", "gives", "loinc", "unit_of", "means", "when", "domain", "test", "category",
})  # fmt: skip
_FLAGS: Final = frozenset({"bounds", "judgement", "in_log", "willingness"})
_TABLES: Final = frozenset({"facts", "option_sets", "implies"})
_LISTS: Final = frozenset({"units", "shortcuts", "spellings", "notices"})
_KINDS: Final = ("choice", "integer", "quantity")
_DOMAINS: Final = ("DM", "LB", "RS", "RP")
_AGE_UNITS: Final = {"a": "YEARS", "mo": "MONTHS", "wk": "WEEKS", "d": "DAYS", "h": "HOURS"}
"""UCUM -> codelist AGEU (C66781)."""
_NAMES: Final = frozenset({"id", "code"})
_NAME: Final = re.compile(r"[!-~]+")
_NUMBER: Final = re.compile(r"\d{1,12}(?:\.\d{1,12})?")


def load(source: str) -> Protocol:
    """Load a protocol by the id of one that ships with the package, or by the path of a file.

    Raises `ProtocolError` with all faults found.
    """
    shipped = shipped_protocols()
    if source in shipped:
        return _load_shipped(source)
    path = Path(source)
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ProtocolError(source, [Fault("file", "larger than 1 MB", "Please check that it is TOML")])
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        fault = Fault(f"byte {error.start}", "not UTF-8", "Please save the file as UTF-8")
        raise ProtocolError(source, [fault]) from error
    except OSError as error:
        remedy = f"Please name a file, or one of: {', '.join(sorted(shipped))}"
        raise ProtocolError(source, [Fault("file", error.strerror or "cannot be read", remedy)]) from error
    return parse_protocol(text, source)


def shipped_protocols() -> dict[str, Any]:
    """Give the protocols that ship with the package, by id."""
    folder = resources.files("dialogs") / "protocols"
    return {file.name.removesuffix(".toml"): file for file in folder.iterdir() if file.name.endswith(".toml")}


@lru_cache
def _load_shipped(protocol_id: str) -> Protocol:
    text = shipped_protocols()[protocol_id].read_text(encoding="utf-8")
    return parse_protocol(text, f"{protocol_id}.toml")


def parse_protocol(text: str, file: str) -> Protocol:
    """Build a protocol from the text of its file; `file` is the name that faults are reported under.

    Raises `ProtocolError` with all faults found.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        fault = Fault("TOML", str(error), "Please mend the syntax at that line")
        raise ProtocolError(file, [fault]) from error
    except RecursionError as error:
        fault = Fault("TOML", "lists or tables are nested without end", "Please close their brackets")
        raise ProtocolError(file, [fault]) from error
    reader = _Reader()
    try:
        protocol = reader.protocol(raw, text)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        reader.fault(
            "file", f"holds a value of the wrong kind ({error})", "Please compare it with a shipped trial"
        )
        protocol = None
    if protocol is None or reader.faults:
        raise ProtocolError(file, reader.faults)
    reader.prove(protocol)
    if reader.faults:
        raise ProtocolError(file, reader.faults)
    return protocol


class _Reader:
    """Collects faults while it builds; a part with a fault is left out, the rest is still looked at."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.languages: tuple[str, ...] = ()
        self.option_sets: dict[str, Any] = {}
        self.unknown = Text()
        self.left_out: set[str] = set()
        """Questions with a fault of their own: what mentions them is looked at once they are mended."""

    def fault(self, place: str, fault: str, remedy: str) -> None:
        self.faults.append(Fault(place, fault, remedy))

    # the whole -----------------------------------------------------------------------------------

    def protocol(self, raw: Mapping[str, Any], text: str) -> Protocol | None:
        self.keys("protocol", raw, "protocol")
        self.languages = tuple(self.strings(raw["languages"], "languages")) if "languages" in raw else ()
        if not self.languages:
            return None
        self.unique("language", self.languages)
        self.option_sets = raw["option_sets"] if isinstance(raw.get("option_sets"), dict) else {}
        self.unknown = self.text(raw["unknown"], "unknown") if "unknown" in raw else Text()
        questions = tuple(self.each(raw, "question", "id", self.question))
        self.left_out = self.named(raw) - {question.id for question in questions}
        by_id = {question.id: question for question in questions}
        self.unique("question", (question.id for question in questions))
        self.references(by_id)
        criteria = tuple(self.each(raw, "criterion", "code", lambda c, at: self.criterion(c, at, by_id)))
        self.unique("criterion", (criterion.code for criterion in criteria))
        self.criterion_references(criteria)
        items, alerts = (
            tuple(self.each(raw, table, "id", lambda i, at: self.site_item(i, at, by_id)))
            for table in ("site_item", "alert")
        )
        self.unique("site_item", (item.id for item in (*items, *alerts)))
        if not any(fault.place.startswith(("criterion", "question")) for fault in self.faults):
            self.usage(questions, criteria)
        texts = {
            key: self.text(raw[key], key) for key in ("title", "site", "contact", "disclaimer") if key in raw
        }
        listed = raw["notices"] if isinstance(raw.get("notices"), list) else ()
        notices = tuple(self.text(notice, f"notices[{index}]") for index, notice in enumerate(listed, 1))
        if self.faults:
            return None
        return Protocol(
            id=raw["id"], version=raw["version"], record_version=raw["record_version"],
            notices=notices, languages=self.languages, questions=questions, criteria=criteria,
            site_items=items, alerts=alerts, text=text, sha256=hashlib.sha256(text.encode()).hexdigest(),
            facts={key: str(value) for key, value in raw.get("facts", {}).items()}, **texts,
        )  # fmt: skip

    def prove(self, protocol: Protocol) -> None:
        for criterion, missing in unreachable_outcomes(protocol):
            self.fault(
                f"criterion {criterion.code}: rule",
                f"can never be {missing}, whatever is answered",
                "Please check its limits, options and brackets",
            )

    # questions -----------------------------------------------------------------------------------

    def question(self, raw: Mapping[str, Any], at: str) -> Question | None:
        before = len(self.faults)
        if not self.keys("question", raw, at):
            return None
        kind = raw.get("kind")
        if kind not in _KINDS:
            self.fault(f"{at}: kind", f"{kind!r} is not a kind", f"Please use one of: {', '.join(_KINDS)}")
        if raw.get("id") in STATES_OF_THEIR_OWN or not str(raw.get("id", "")).isidentifier():
            self.fault(f"{at}: id", "cannot be used as a name in rules", "Please use letters, digits and _")
        texts = {key: self.text(raw.get(key), f"{at}: {key}") for key in ("ask", "short", "help", "supplier")}
        unknown = self.text(raw["unknown"], f"{at}: unknown") if "unknown" in raw else self.unknown
        options = self.options(raw, at) if kind == "choice" else ()
        units = self.units(raw, at) if kind != "choice" else ()
        shortcuts = tuple(self.shortcuts(raw, at, {unit.code: unit for unit in units}))
        self.unique(f"{at}: shortcut", (shortcut.code for shortcut in shortcuts))
        sdtm = self.sdtm(raw, at, options, units)
        if len(self.faults) > before:
            return None
        return Question(
            id=raw["id"], kind=raw["kind"], unknown=unknown, options=options, units=units,
            shortcuts=shortcuts, unit_of=raw.get("unit_of"), bounds=raw.get("bounds", True),
            judgement=raw.get("judgement", False), loinc=raw.get("loinc"), in_log=raw.get("in_log", False),
            sdtm=sdtm, **texts,
        )  # fmt: skip

    def sdtm(
        self, raw: Mapping[str, Any], at: str, options: Iterable[Option], units: Sequence[Unit]
    ) -> Tabulation | None:
        if "sdtm" not in raw or not self.keys("sdtm", raw["sdtm"], f"{at}: sdtm"):
            return None
        place, table = f"{at}: sdtm", raw["sdtm"]
        if table["domain"] not in _DOMAINS:
            self.fault(
                f"{place}: domain", f"{table['domain']!r} is exported nowhere",
                f"Please use one of: {', '.join(_DOMAINS)}",
            )  # fmt: skip
        elif table["domain"] == "DM" and units:
            self.age(units, table, place)
        results = table.get("results", {})
        known = {option.code for option in options}
        for code, pair in results.items():
            if code not in known or len(pair) != 2:
                self.fault(
                    f"{place}: results", f"{code!r} is not an option with two results",
                    'Please write, for each option, ["original", "standard"]',
                )  # fmt: skip
        pairs = {code: (str(pair[0]), str(pair[1])) for code, pair in results.items() if len(pair) == 2}
        return Tabulation(
            table["domain"], table["code"], table.get("test", ""), table.get("category", ""), pairs
        )

    def age(self, units: Sequence[Unit], table: Mapping[str, Any], place: str) -> None:
        """Check that a number in DM, which is exported in the question's first unit, is called by that unit."""
        named = _AGE_UNITS.get(units[0].code)
        if named is None or table.get("test") != named:
            self.fault(
                f"{place}: test", f"does not name the first unit, {units[0].code}",
                f"Please write {named}" if named else f"Please let the first unit be one of: {', '.join(_AGE_UNITS)}",
            )  # fmt: skip
        for unit in units[1:]:
            if unit.scale is None:
                self.fault(place, f"{unit.code} does not turn into {units[0].code}", "Please give it a scale")

    def options(self, raw: Mapping[str, Any], at: str) -> tuple[Option, ...]:
        listed = raw.get("options", ())
        if isinstance(listed, str):
            if listed not in self.option_sets:
                self.fault(
                    f"{at}: options", f"no option set {listed!r}", "Please define it under [option_sets]"
                )
            listed = self.option_sets.get(listed, ())
        options = []
        for index, option in enumerate(listed, 1):
            place = f"{at}: options[{index}]"
            if self.keys("option", option, place):
                text = self.text(option["text"], f"{place}: text")
                options.append(Option(str(option["code"]), text, dict(option.get("implies", {}))))
        if len(options) < 2:
            self.fault(f"{at}: options", "a choice needs two options or more", "Please list them")
        self.unique(f"{at}: option", (option.code for option in options))
        if any(option.code == "unknown" for option in options):
            self.fault(f"{at}: options", "unknown is listed", "Please leave it out: every question takes it")
        return tuple(options)

    def units(self, raw: Mapping[str, Any], at: str) -> tuple[Unit, ...]:
        base = {key: self.range(raw[key], f"{at}: {key}") for key in ("possible", "usual") if key in raw}
        units = []
        for index, unit in enumerate(raw.get("units", ()), 1):
            place = f"{at}: units[{index}]"
            if not self.keys("unit", unit, place):
                continue
            limits = base | {
                key: self.range(unit[key], f"{place}: {key}") for key in ("possible", "usual") if key in unit
            }
            if set(limits) != {"possible", "usual"}:
                self.fault(place, "has no possible and usual range", "Please give both, here or above")
                continue
            possible, usual = limits["possible"], limits["usual"]
            if not possible[0] <= usual[0] <= usual[1] <= possible[1]:
                self.fault(
                    place, "usual range is not inside the possible one", "Please check the four numbers"
                )
            if ("per" in unit) != ("gives" in unit):
                self.fault(place, "per and gives go together", "Please give both or neither")
            scale = self.scale(unit, f"{place}: scale", first=index == 1)
            label = self.text(unit["label"], f"{place}: label")
            units.append(
                Unit(unit["code"], label, possible, usual, scale, unit.get("per"), unit.get("gives"),
                     tuple(unit.get("spellings", ())), unit.get("loinc"))
            )  # fmt: skip
        if not units:
            self.fault(f"{at}: units", "a number needs a unit", "Please list at least one")
        self.unique(f"{at}: unit", (unit.code for unit in units))
        self.spellings(units, at)
        return tuple(units)

    def scale(self, unit: Mapping[str, Any], at: str, *, first: bool) -> Decimal | None:
        if "scale" not in unit:
            return None
        scale = self.number(unit["scale"], at)
        if scale == 0:
            self.fault(at, "is 0 or no number", "Please give what turns a value into the first unit")
        elif first and scale != 1:
            self.fault(
                at, "is not 1 in the first unit", "Please let the other units be multiples of the first"
            )
        return scale

    def spellings(self, units: Iterable[Unit], at: str) -> None:
        """Check that no word means two units: a unit is never guessed."""
        meant: dict[str, str] = {}
        for unit in units:
            for spelling in {unit.code, *unit.label.values(), *unit.spellings}:
                other = meant.setdefault(spelling.casefold(), unit.code)
                if other != unit.code:
                    self.fault(
                        f"{at}: units",
                        f"{spelling!r} means {other} and {unit.code}",
                        "Please keep one of them",
                    )

    def shortcuts(self, raw: Mapping[str, Any], at: str, units: Mapping[str, Unit]) -> Iterator[Shortcut]:
        for index, shortcut in enumerate(raw.get("shortcuts", ()), 1):
            place = f"{at}: shortcuts[{index}]"
            if not self.keys("shortcut", shortcut, place):
                continue
            number, _, unit = str(shortcut["means"]).partition(" ")
            relation: Relation = "<=" if number.startswith("<=") else "="
            if unit not in units:
                self.fault(
                    f"{place}: means", f"unit {unit!r} is not one of the question's", "Please use one of them"
                )
                continue
            means = Measurement(relation, self.number(number.removeprefix("<="), f"{place}: means"), unit)
            if not units[unit].admits(means):
                self.fault(f"{place}: means", f"{number} {unit} is not possible", "Please check the ranges")
            if shortcut["code"] == "unknown":
                self.fault(place, "unknown is listed", "Please leave it out: every question takes it")
            text = self.text(shortcut["text"], f"{place}: text")
            yield Shortcut(shortcut["code"], text, means)

    def references(self, questions: Mapping[str, Question]) -> None:
        """Check what questions say about each other."""
        for question in questions.values():
            at = f"question {question.id}"
            for unit in question.units:
                if unit.per is not None:
                    self.divisor(question, unit, questions, f"{at}: unit {unit.code}")
            if question.unit_of is not None:
                self.unit_of(question, questions, f"{at}: unit_of")
            for option in question.options:
                for name, code in option.implies.items():
                    if name in self.left_out:
                        continue
                    if name not in questions or code not in questions[name].option_by_code:
                        place = f"{at}: option {option.code}: implies"
                        self.fault(
                            place, f"no option {code!r} of {name!r}", "Please name a question's option"
                        )

    def divisor(self, question: Question, unit: Unit, questions: Mapping[str, Question], at: str) -> None:
        """Check that a value in `unit` can be divided by the answer that it names, without converting that."""
        if unit.gives not in question.unit_by_code:
            self.fault(f"{at}: gives", f"{unit.gives!r} is not one of its units", "Please list that unit too")
        divisor = questions.get(unit.per or "")
        if divisor is None:
            if unit.per not in self.left_out:
                self.fault(f"{at}: per", f"unknown question {unit.per!r}", "Please use a question's id")
        elif divisor.kind == "choice" or divisor is question or divisor.bounds:
            self.fault(
                f"{at}: per", f"{divisor.id} is not another question for an exact number",
                "Please name one that has bounds = false",
            )  # fmt: skip
        elif divisor.unit_of == question.id and unit.code not in divisor.unit_by_code:
            self.fault(f"{at}: per", f"{divisor.id} cannot be in {unit.code}", "Please list that unit there")
        elif divisor.unit_of != question.id and set(divisor.unit_by_code) != set(
            question.divisor_scales(unit, divisor)
        ):
            self.fault(
                f"{at}: per", f"{divisor.id} has units that do not turn into its first",
                "Please give each a scale, or use unit_of",
            )  # fmt: skip

    def unit_of(self, question: Question, questions: Mapping[str, Question], at: str) -> None:
        value = questions.get(question.unit_of or "")
        if value is None:
            if question.unit_of not in self.left_out:
                self.fault(at, f"unknown question {question.unit_of!r}", "Please use a question's id")
            return
        for code in question.unit_by_code:
            if code not in value.unit_by_code:
                self.fault(at, f"{value.id} has no unit {code}", "Please list the units that both have")

    def usage(self, questions: Iterable[Question], criteria: Iterable[Criterion]) -> None:
        used = 0
        for criterion in criteria:
            used |= criterion.rule.mask
        for place, question in enumerate(questions):
            if not used & (1 << place):
                self.fault(
                    f"question {question.id}",
                    "is used by no criterion",
                    "Please either use it in a rule or remove it",
                )

    # criteria ------------------------------------------------------------------------------------

    def criterion(
        self, raw: Mapping[str, Any], at: str, questions: Mapping[str, Question]
    ) -> Criterion | None:
        before = len(self.faults)
        if not self.keys("criterion", raw, at):
            return None
        if raw["kind"] not in ("inclusion", "exclusion"):
            self.fault(f"{at}: kind", f"{raw['kind']!r} is not a kind", "Please use inclusion or exclusion")
        texts = {key: self.text(raw[key], f"{at}: {key}") for key in ("name", "reading")}
        note = self.text(raw["note"], f"{at}: note") if "note" in raw else None
        rule = self.rule(raw["rule"], f"{at}: rule", questions)
        if rule is None or len(self.faults) > before:
            return None
        return Criterion(
            code=raw["code"], kind=raw["kind"], source=raw["source"], rule=rule, ietestcd=raw["ietestcd"],
            group=raw["group"], requires=raw.get("requires"), counts_as=raw.get("counts_as"), note=note,
            willingness=raw.get("willingness", False), **texts,
        )  # fmt: skip

    def criterion_references(self, criteria: tuple[Criterion, ...]) -> None:
        if self.left_out or any(fault.place.startswith("criterion") for fault in self.faults):
            return  # a criterion that was left out would only be reported twice
        seen: set[str] = set()
        for criterion in criteria:
            at = f"criterion {criterion.code}"
            if criterion.requires is not None and criterion.requires not in seen:
                self.fault(
                    f"{at}: requires",
                    f"no criterion {criterion.requires!r} before it",
                    "Please name one that stands above",
                )
            seen.add(criterion.code)
            if criterion.counts_as is not None and criterion.counts_as not in {c.code for c in criteria}:
                self.fault(
                    f"{at}: counts_as", f"no criterion {criterion.counts_as!r}", "Please name a criterion"
                )
        if not criteria:
            self.fault("criterion", "there is none", "Please add [[criterion]]")

    def site_item(
        self, raw: Mapping[str, Any], at: str, questions: Mapping[str, Question]
    ) -> SiteItem | None:
        if not self.keys("site_item", raw, at):
            return None
        rule = self.rule(raw["when"], f"{at}: when", questions)
        text = self.text(raw["text"], f"{at}: text")
        return SiteItem(raw["id"], text, rule) if rule else None

    def rule(self, text: object, at: str, questions: Mapping[str, Question]) -> Rule | None:
        if self.left_out.intersection(re.findall(r"\w+", str(text))):
            return None
        try:
            return parse(str(text), questions)
        except RuleFault as error:
            self.fault(at, error.fault, error.remedy)
            return None

    # parts ---------------------------------------------------------------------------------------

    def each(self, raw: Mapping[str, Any], table: str, key: str, build: Any) -> Iterator[Any]:
        entries = raw.get(table, [])
        if not isinstance(entries, list):
            self.fault(table, "is not a list of tables", f"Please write [[{table}]]")
            return
        for index, entry in enumerate(entries, 1):
            name = entry.get(key) if isinstance(entry, dict) else None
            place = f"{table} {name or f'number {index}'}"
            try:
                built = build(entry, place)
            except (AttributeError, KeyError, TypeError, ValueError) as error:
                self.fault(
                    place,
                    f"holds a value of the wrong kind ({error})",
                    "Please compare it with a shipped trial",
                )
                continue
            if built is not None:
                yield built

    def named(self, raw: Mapping[str, Any]) -> set[str]:
        """Give the ids of all questions that the file lists, whatever else is wrong with them."""
        entries = raw.get("question")
        listed = (
            [entry.get("id") for entry in entries if isinstance(entry, dict)]
            if isinstance(entries, list)
            else []
        )
        return {name for name in listed if isinstance(name, str)}

    def keys(self, table: str, raw: object, at: str) -> bool:
        """Check that a table has the keys it needs and no others."""
        if not isinstance(raw, dict):
            self.fault(at, "is not a table", "Please write key = value pairs")
            return False
        expected = _KEYS[table].split()
        needed = [key for key in expected if not key.endswith("?")]
        allowed = [key.rstrip("?") for key in expected]
        missing = [key for key in needed if key not in raw]
        for key in missing:
            self.fault(at, f"{key} is missing", "Please add it")
        for key in raw:
            if key not in allowed:
                self.fault(at, f"unknown key {key!r}", f"Please use one of: {', '.join(allowed)}")
        wrong = [key for key, value in raw.items() if not self.typed(key, value, at)]
        return not missing and not wrong

    def typed(self, key: str, value: object, at: str) -> bool:
        """Check that a key holds the kind of value it is for."""
        for keys, kind, said in (
            (_STRINGS, str, "a text"),
            (_FLAGS, bool, "true or false"),
            (_TABLES, dict, "a table"),
            (_LISTS, list, "a list"),
        ):
            if key in keys and not isinstance(value, kind):
                self.fault(f"{at}: {key}", f"{value!r} is not {said}", f"Please write {said}")
                return False
        if key in _NAMES and not _NAME.fullmatch(str(value)):
            self.fault(f"{at}: {key}", f"{value!r} cannot be a name", "Please use letters, digits and signs")
            return False
        if (
            key == "spellings"
            and isinstance(value, list)
            and not all(isinstance(item, str) for item in value)
        ):
            self.fault(f"{at}: {key}", "is not a list of words", "Please write texts")
            return False
        return True

    def text(self, raw: object, at: str) -> Text:
        if not isinstance(raw, dict):
            self.fault(
                at, "is not a text in the languages", f"Please write {{ {', '.join(self.languages)} = ... }}"
            )
            return Text()
        for language in self.languages:
            if not isinstance(raw.get(language), str) or not raw[language].strip():
                self.fault(at, f"missing translation: {language}", f"Please add {language} = ...")
        for language in raw:
            if language not in self.languages:
                self.fault(at, f"language {language!r} is not declared", "Please add it to languages")
        return Text({language: raw[language] for language in self.languages if language in raw})

    def strings(self, raw: object, at: str) -> list[str]:
        if isinstance(raw, list) and raw and all(isinstance(item, str) for item in raw):
            return raw
        self.fault(at, "is not a list of words", 'Please write, for example, ["en", "zh"]')
        return []

    def number(self, raw: object, at: str) -> Decimal:
        if isinstance(raw, str | int) and _NUMBER.fullmatch(str(raw)):
            return Decimal(str(raw))
        self.fault(
            at, f"{raw!r} is not an exact number", 'Please write it as an integer or as text, "16.114"'
        )
        return Decimal(0)

    def range(self, raw: object, at: str) -> Range:
        if not isinstance(raw, list) or len(raw) != 2:
            self.fault(at, "is not a range", "Please write two numbers: [lowest, highest]")
            return Decimal(0), Decimal(0)
        return self.number(raw[0], at), self.number(raw[1], at)

    def unique(self, what: str, names: Iterable[str]) -> None:
        for name, count in Counter(names).items():
            if count > 1:
                self.fault(f"{what} {name}", f"stands {count} times", "Please give each its own")
