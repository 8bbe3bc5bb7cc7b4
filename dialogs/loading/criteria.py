"""Turns what was read of criteria into what they are: which side they are on, and what follows from their code."""

from __future__ import annotations

from typing import Final

from dialogs.loading.defaults import SIDES, group_of, sdtm_codes, shortened
from dialogs.loading.kinds import Report
from dialogs.loading.ruleless import OF_SOME, OF_THE_QUESTION
from dialogs.loading.tables import Entry
from dialogs.reviews import Review
from dialogs.texts import Text

_ONE_OF: Final = (*SIDES, "line")
_NOT_KEPT: Final = (*_ONE_OF, *OF_THE_QUESTION, OF_SOME, "ask_in_words")


def criteria_of(entry: Entry, report: Report) -> list[Entry]:
    """Return the file's criteria, with all that a `Criterion` is made of; lines of the record are left out."""
    judged = [each for each in entry.get("criterion", ()) if _is_criterion(each, report)]
    made = [_with_defaults(each, report) for each in judged]
    for each, code in zip(made, sdtm_codes(made), strict=True):
        each["ietestcd"] = code
    return made


def _is_criterion(entry: Entry, report: Report) -> bool:
    """Say whether it is a criterion, and check that it says one thing only."""
    given = [key for key in _ONE_OF if entry.get(key) is not None]
    if entry.whole and len(given) != 1:
        fault = f"has {' and '.join(given)}" if given else "has none of the record's words"
        report.fault(entry.place, fault, f"Please give it exactly one of: {', '.join(_ONE_OF)}")
    elif given == ["line"]:
        _check_line(entry, report)
    elif given and not entry[given[0]].strip() and not report.stored:
        report.fault(f"{entry.place}: {given[0]}", "has no words", "Please write the record's words there")
    elif given and entry.get("rule") is None and "rule" in entry:
        report.fault(entry.place, "rule is missing", "Please add it")
    return len(given) == 1 and given != ["line"] and entry.get("code") is not None


def _check_line(entry: Entry, report: Report) -> None:
    others = [key for key, value in entry.items() if value and key != "line"]
    if others:
        fault = f"is a line of the record, and has {', '.join(others)}"
        report.fault(entry.place, fault, "Please leave that out, or call it inclusion or exclusion")


def _with_defaults(entry: Entry, report: Report) -> Entry:
    kind = next(side for side in SIDES if entry.get(side) is not None)
    _check_asked(entry, report)
    made = Entry(entry.place)
    made.whole = entry.whole
    made |= {key: value for key, value in entry.items() if key not in _NOT_KEPT}
    source = entry[kind]
    made |= {"kind": kind, "source": source, "group": entry.get("group") or group_of(entry["code"])}
    made["reviewed"] = tuple(Review(**each) for each in entry.get("reviewed", ()) if each.whole)
    made.setdefault("ietestcd", None)
    if made.get("name") is None:
        made["name"] = _in_first_language(shortened(source), report)
    return made


def _check_asked(entry: Entry, report: Report) -> None:
    """Check that what words a question stands at a criterion that is asked as it stands."""
    for key in OF_THE_QUESTION:
        if entry.get(key) is not None:
            fault = "belongs to a question, and the criterion has a rule"
            report.fault(f"{entry.place}: {key}", fault, "Please move it to the question")


def _in_first_language(words: str, report: Report) -> Text:
    return Text({report.first_language: words})
