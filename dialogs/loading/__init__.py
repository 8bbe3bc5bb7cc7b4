"""Loads a protocol file, or refuses it with every mistake at once: file, place, fault, remedy."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final

from dialogs.errors import Fault, ProtocolError
from dialogs.loading import building, references
from dialogs.loading.keys import PROTOCOL
from dialogs.loading.kinds import Report
from dialogs.loading.tables import Entry, read_table
from dialogs.protocol import Criterion, Protocol, Question, SiteItem, Text

MAX_BYTES: Final = 1_000_000


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


def shipped_protocols() -> dict[str, Traversable]:
    """Return the files of the protocols that ship with the package, by id."""
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
    report = Report()
    raw = _parse_toml(text, file)
    try:
        protocol = _build(raw, text, report)
    except ValueError as error:  # a hexadecimal integer of more digits than Python writes
        fault = Fault("file", f"holds a value that cannot be read ({error})", "Please write a shorter one")
        raise ProtocolError(file, [fault]) from error
    if protocol is not None and not report.faults:
        references.check_outcomes(protocol, report)
    if protocol is None or report.faults:
        raise ProtocolError(file, report.faults)
    return protocol


def _parse_toml(text: str, file: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except ValueError as error:  # `tomllib.TOMLDecodeError`, or an integer of too many digits
        fault = Fault("TOML", str(error), "Please mend the syntax at that line")
        raise ProtocolError(file, [fault]) from error
    except RecursionError as error:
        fault = Fault("TOML", "lists or tables are nested without end", "Please close their brackets")
        raise ProtocolError(file, [fault]) from error


def _build(raw: Mapping[str, Any], text: str, report: Report) -> Protocol | None:
    """Build the protocol as far as the file is right; ``None`` if it cannot be whole."""
    listed = raw.get("languages")
    report.languages = (
        tuple(item for item in listed if isinstance(item, str)) if isinstance(listed, list) else ()
    )
    entry = read_table(PROTOCOL, raw, "protocol", report)
    report.unique("language", report.languages)
    if entry.get("criterion") == ():
        report.fault("criterion", "there is none", "Please add [[criterion]]")
    questions = _questions(entry, report)
    left_out = {each["id"] for each in entry.get("question", ()) if "id" in each} - questions.keys()
    references.check_questions(questions, left_out, report)
    criteria = tuple(_criteria(entry, questions, left_out, report))
    items, alerts = (
        tuple(_site_items(entry, key, questions, left_out, report)) for key in ("site_item", "alert")
    )
    report.unique("site_item", (item.id for item in (*items, *alerts)))
    if not any(fault.place.startswith(("criterion", "question")) for fault in report.faults):
        references.check_criteria(criteria, report)
        references.check_use(questions.values(), criteria, report)
    if report.faults:
        return None
    return Protocol(
        **{key: value for key, value in entry.items() if key not in _ONLY_IN_THE_FILE},
        questions=tuple(questions.values()),
        criteria=criteria,
        site_items=items,
        alerts=alerts,
        text=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
    )


_ONLY_IN_THE_FILE: Final = frozenset(
    {"unknown", "option_sets", "question", "criterion", "site_item", "alert"}
)
"""Keys of the file that become something else of the protocol."""


def _questions(entry: Entry, report: Report) -> dict[str, Question]:
    sets, unknown = entry.get("option_sets", {}), entry.get("unknown", Text())
    built = [building.build_question(each, sets, unknown, report) for each in entry.get("question", ())]
    questions = [question for question in built if question is not None]
    report.unique("question", (question.id for question in questions))
    return {question.id: question for question in questions}


def _criteria(
    entry: Entry, questions: Mapping[str, Question], left_out: set[str], report: Report
) -> Iterator[Criterion]:
    report.unique("criterion", (each["code"] for each in entry.get("criterion", ()) if "code" in each))
    for each in entry.get("criterion", ()):
        if not _mentions(left_out, each.get("rule")):
            rule = building.build_rule(each, "rule", questions, report)
            criterion = building.build_criterion(each, rule)
            if criterion is not None:
                yield criterion


def _site_items(
    entry: Entry, key: str, questions: Mapping[str, Question], left_out: set[str], report: Report
) -> Iterator[SiteItem]:
    for each in entry.get(key, ()):
        if not _mentions(left_out, each.get("when")):
            rule = building.build_rule(each, "when", questions, report)
            item = building.build_site_item(each, rule)
            if item is not None:
                yield item


def _mentions(names: set[str], rule: str | None) -> bool:
    """Say whether a rule is about a question that was left out for a mistake of its own."""
    return bool(names.intersection(re.findall(r"\w+", rule or "")))
