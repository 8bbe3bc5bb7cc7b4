"""What is known of questions that have a mistake of their own, so that rules about them are looked at all the same.

A question whose wording is missing still has its options and units; one whose options cannot be read has not, and rules
about it are looked at once that is mended. A stand-in is never part of a protocol.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from dialogs.languages import DEFAULT
from dialogs.loading.kinds import Report
from dialogs.loading.question_keys import OPTION, QUESTION, UNIT
from dialogs.loading.questions import OptionSets, build_question
from dialogs.loading.tables import NEEDED, Entry, Table
from dialogs.protocol import Question
from dialogs.texts import Text

_SAYING: Final = {
    *(
        "ask",
        "short",
        "help",
        "supplier",
        "effort",
        "unknown",
        "judgement",
        "lasting",
        "in_log",
        "site_fact",
        "at",
    ),
    *("loinc", "sdtm", "text", "label", "spellings", "example", "implies"),
}
"""Keys that no rule depends on."""


def known_questions(
    entries: list[Entry], built: Mapping[str, Question], sets: OptionSets, unknown: Text
) -> dict[str, Question]:
    """Return the questions that rules can be held against, in their order: those without a mistake, and stand-ins."""
    names = Counter(entry["id"] for entry in entries if "id" in entry)
    once = [entry for entry in entries if names.get(entry.get("id")) == 1]
    found = {entry["id"]: built.get(entry["id"]) or _stand_in(entry, sets, unknown) for entry in once}
    return {name: question for name, question in found.items() if question is not None}


def all_named(entries: list[Entry]) -> bool:
    """Say whether it is known what every question is called."""
    names = Counter(entry.get("id") for entry in entries)
    return (
        None not in names and max(names.values(), default=1) == 1 and all("use" in entry for entry in entries)
    )


def _stand_in(entry: Entry, sets: OptionSets, unknown: Text) -> Question | None:
    filled = _filled(entry, QUESTION)
    if filled is None:
        return None
    for key, table in (("options", OPTION), ("units", UNIT)):
        listed = filled.get(key, ())
        if not isinstance(listed, str):
            parts = [_filled(part, table) for part in listed]
            if None in parts:
                return None
            filled[key] = tuple(parts)
    return build_question(filled, sets, unknown, Report())


def _filled(entry: Entry, table: Table) -> Entry | None:
    """Return a table with something in place of what is wrong, if no rule depends on that."""
    missing = {key.name: key.default for key in table.keys if key.name not in entry}
    if missing.keys() - _SAYING:
        return None
    filled = Entry(entry.place)
    nothing: Any = Text({DEFAULT: "?"})
    filled |= entry | {key: nothing if default is NEEDED else default for key, default in missing.items()}
    return filled
