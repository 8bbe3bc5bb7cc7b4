"""Builds questions from what was read of a file, and checks each by itself: options, units, shortcuts, SDTM."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal, localcontext
from typing import Any, Final

from dialogs import since
from dialogs.answers import NONE, compact
from dialogs.languages import DEFAULT, in_every_language
from dialogs.likely import instead
from dialogs.loading.defaults import shipped_text, short_question
from dialogs.loading.kinds import Report
from dialogs.loading.meant import list_meant
from dialogs.loading.tables import Entry
from dialogs.loading.unit_sets import set_meant
from dialogs.loading.writing import value_of
from dialogs.protocol import Option, Question, Shortcut
from dialogs.tabulation import Tabulation
from dialogs.texts import Text
from dialogs.units import Range, Unit

CHOSEN: Final = ("choice", "several")
"""Kinds of questions that are answered by options."""
_NOT_OF_A_TIME: Final = (
    *("units", "shortcuts", "possible", "usual", "example", "unit_of", "uln", "lln", "decimals"),
    *("options", "sdtm"),
)
"""Keys that a question of the kind *since* does not have."""
_BOTH_RANGES: Final = "Please give both, as in possible = [0, 300] and usual = [40, 180]"
OptionSets = Mapping[str, Sequence[Entry]]

_SELECTABLE: Final = re.compile(r"[\w-]+", re.ASCII)
_WRITTEN_OUT: Final = frozenset(
    {"use", "possible", "usual", "example", "uln", "lln", "formula", "decimals", *since.ANSWERS}
)
"""Keys that say something of the units or of other questions."""
_AGE_UNITS: Final = {"a": "YEARS", "mo": "MONTHS", "wk": "WEEKS", "d": "DAYS", "h": "HOURS"}
"""UCUM -> codelist AGEU (C66781)."""


def build_question(entry: Entry, sets: OptionSets, unknown: Text, report: Report) -> Question | None:
    """Build a question, or report why it cannot be. `unknown` is what the protocol calls that answer."""
    before = len(report.faults)
    kind = entry.get("kind")
    options = _options(entry, sets, report) if kind in CHOSEN else ()
    units, shortcuts = _since(entry, report) if kind == "since" else _numbers(entry, report)
    sdtm = _tabulation(entry.get("sdtm"), entry["kind"], options, units, report) if entry.whole else None
    if not entry.whole or len(report.faults) > before:
        return None
    short = entry["short"] or short_question(entry["ask"])
    ask = _at_visit(entry["ask"], entry["at"], *(("since", "counted") if kind == "since" else ()))
    short = _at_visit(short, entry["at"])
    made: dict[str, Any] = {"options": options, "units": units, "shortcuts": shortcuts, "sdtm": sdtm}
    made |= {
        "ask": ask,
        "name": short,
        "short": short.at_the_beginning(),
        "unknown": entry["unknown"] or unknown,
    }
    by_default = "supplier_of_site" if entry.get("site_fact") else "supplier"
    made |= {"supplier": entry["supplier"] or shipped_text(by_default)}
    return Question(**{key: value for key, value in entry.items() if key not in _WRITTEN_OUT} | made)


def _at_visit(text: Text, visit: Text | None, *key: str) -> Text:
    """Return a text with the visit that it is about: *haemoglobin (Week -2)*; `key` says how it is said otherwise."""
    if visit is None:
        return text
    said = in_every_language("dialogs", *(key or ("punctuation", "noted")))
    return Text(
        {code: said.get(code, said[DEFAULT]).format(what=text[code], note=visit[code]) for code in text}
    )


# choices -----------------------------------------------------------------------------------------


def _options(entry: Entry, sets: OptionSets, report: Report) -> tuple[Option, ...]:
    place, listed = entry.place, entry.get("options")
    if isinstance(listed, str):
        if listed not in sets:
            report.fault(f"{place}: options", f"there is no option set {listed}", _set_meant(listed, sets))
            return ()
        listed = sets[listed]
        entry.whole = entry.whole and all(option.whole for option in listed)
    if listed is None:
        return ()
    if len(listed) < 2:
        report.fault(f"{place}: options", "a choice needs two options or more", "Please list them")
    _check_codes(f"{place}: option", listed, report)
    if entry.get("kind") == "several":
        _check_selectable(entry.place, listed, report)
    return tuple(Option(**option) for option in listed if option.whole)


def _set_meant(named: str, sets: OptionSets) -> str:
    """Return what to write instead of an option set that there is not, or of options in one text."""
    listed = list_meant(re.sub("[，、;；/|]", ",", named))
    if listed is not None and len(listed) > 1:
        return f"Please write {value_of(listed)}"
    return instead(named, sets)


def _check_selectable(place: str, options: Iterable[Entry], report: Report) -> None:
    """Check that several of these options can be written side by side, and that *none of these* is not among them."""
    for code in (option["code"] for option in options if "code" in option):
        if code == NONE:
            remedy = "Please leave it out: who ticks nothing answers none of these"
            report.fault(f"{place}: option {code}", "is listed", remedy)
        elif not _SELECTABLE.fullmatch(code):
            fault = "has other signs than letters, digits, _ and -"
            report.fault(f"{place}: option {code}", fault, "Please write it with these")


def _check_codes(place: str, entries: Iterable[Entry], report: Report) -> None:
    codes = [entry["code"] for entry in entries if "code" in entry]
    report.unique(place, codes)
    if "unknown" in codes:
        report.fault(f"{place} unknown", "is listed", "Please leave it out: every question takes it")


# how long ago ------------------------------------------------------------------------------------


def _since(entry: Entry, report: Report) -> tuple[tuple[Unit, ...], tuple[Shortcut, ...]]:
    """Return the units and buttons that every such question has, and refuse others."""
    for key in _NOT_OF_A_TIME:
        if entry.get(key):
            fault = "is not for how long ago something was, which has its units, never and ongoing"
            report.fault(f"{entry.place}: {key}", fault, "Please remove it")
    if entry.get("site_fact"):
        fault = "is not for how long ago something was, which another day makes longer"
        report.fault(f"{entry.place}: site_fact", fault, "Please remove it")
    taken = [each for each in since.shortcuts() if entry.get(each.code) is not False]
    return since.units(), tuple(taken)


# numbers -----------------------------------------------------------------------------------------


def _numbers(entry: Entry, report: Report) -> tuple[tuple[Unit, ...], tuple[Shortcut, ...]]:
    for key in since.ANSWERS:
        if entry.get(key) is False:
            fault = "is for how long ago something was"
            report.fault(f"{entry.place}: {key}", fault, 'Please remove it, or write kind = "since"')
    units = () if entry.get("kind") in CHOSEN else _units(entry, report)
    return units, _shortcuts(entry, units, report)


def _units(entry: Entry, report: Report) -> tuple[Unit, ...]:
    listed: Sequence[Entry] | str = entry.get("units", ())
    if isinstance(listed, str):
        report.fault(f"{entry.place}: units", f"there is no unit set {listed}", set_meant(listed))
        return ()
    if {"kind", "units"} <= entry.keys() and not listed:
        report.fault(f"{entry.place}: units", "a number needs a unit", "Please list at least one")
    if listed and listed[0].get("scale") not in (None, 1):
        remedy = "Please let the other units be multiples of the first"
        report.fault(f"{listed[0].place}: scale", "is not 1 in the first unit", remedy)
    if listed and listed[0].get("offset"):
        remedy = "Please let the other units come to the first"
        report.fault(f"{listed[0].place}: offset", "is not 0 in the first unit", remedy)
    units = [unit for each in listed if (unit := _unit(each, entry, report)) is not None]
    report.unique(f"{entry.place}: unit", (unit.code for unit in units))
    _check_spellings(units, entry.place, report)
    _check_examples(units, entry, report)
    return tuple(_with_same_example(unit, units[0]) for unit in units)


def _with_same_example(unit: Unit, first: Unit) -> Unit:
    """Return a unit that has no example of its own with that of the first one, to as many digits, two at least."""
    if unit.example is not None or unit.scale is None or not first.example:
        return unit
    with localcontext(prec=max(2, len(first.example.normalize().as_tuple().digits))):
        example = Decimal(compact(+unit.from_first(first.example)))
    return replace(unit, example=example) if unit.expects(example) else unit


def _unit(entry: Entry, question: Entry, report: Report) -> Unit | None:
    """Build a unit; ranges that it has not are the question's."""
    ranges = {key: entry.get(key) or question.get(key) for key in ("possible", "usual")}
    possible, usual = ranges.values()
    if any(key in entry and key in question and ranges[key] is None for key in ranges):
        report.fault(entry.place, "has no possible and usual range", _BOTH_RANGES)
    if possible and usual and not possible[0] <= usual[0] <= usual[1] <= possible[1]:
        of_all = entry.get("possible") is None and entry.get("usual") is None
        place = f"{question.place}: usual" if of_all else entry.place
        fault = f"the usual range, {_range(usual)}, is not inside the possible one, {_range(possible)}"
        report.once(place, fault, "Please check the four numbers")
    if (entry.get("per") is None) != (entry.get("gives") is None):
        report.fault(entry.place, "per and gives go together", "Please give both or neither")
    _check_conversion(entry, report)
    return Unit(**entry | ranges) if entry.whole and possible and usual else None


def _range(numbers: Range) -> str:
    low, high = numbers
    return f"[{low}, {high}]"


def _check_conversion(entry: Entry, report: Report) -> None:
    """Check that a value turns into the first unit, and that what is divided by an answer is not shifted too."""
    scale, offset = entry.get("scale"), entry.get("offset")
    remedy = "Please give what turns a value into the first unit"
    if scale is not None and scale <= 0:
        report.fault(f"{entry.place}: scale", f"{scale} is not above 0", remedy)
    if offset and scale is None:
        report.fault(f"{entry.place}: offset", "goes with a scale", "Please add a scale")
    if offset and entry.get("per") is not None:
        report.fault(f"{entry.place}: offset", "does not go with per", "Please remove one of them")


def _check_examples(units: Iterable[Unit], question: Entry, report: Report) -> None:
    """Check that an example, typed as it is shown, would be taken without asking again."""
    for unit in units:
        place = f"{question.place}: unit {unit.code}: example"
        if unit.example is not None and not unit.expects(unit.example):
            report.fault(place, f"{unit.example} is not usual", "Please choose one inside the usual range")
        elif unit.example is not None and question.get("kind") == "integer" and unit.example % 1:
            report.fault(place, f"{unit.example} is not a whole number", "Please choose one that is")


def _check_spellings(units: Iterable[Unit], place: str, report: Report) -> None:
    """Check that no word means two units: a unit is never guessed."""
    meant: dict[str, str] = {}
    for unit in units:
        for spelling in dict.fromkeys((unit.code, *unit.label.values(), *unit.spellings)):
            other = meant.setdefault(spelling.casefold(), unit.code)
            if other != unit.code:
                fault = f"{spelling!r} means {other} and {unit.code}"
                report.fault(f"{place}: units", fault, "Please keep one of them")


def _shortcuts(entry: Entry, units: Iterable[Unit], report: Report) -> tuple[Shortcut, ...]:
    listed: Sequence[Entry] = entry.get("shortcuts", ())
    if listed and entry.get("kind") in CHOSEN:
        fault = "they stand for numbers, and this is a choice"
        report.fault(f"{entry.place}: shortcuts", fault, "Please list them as options")
        return ()
    _check_codes(f"{entry.place}: shortcut", listed, report)
    codes = {unit.get("code") for unit in entry.get("units", ()) if isinstance(unit, Entry)}
    for shortcut in listed:
        means, place = shortcut.get("means"), f"{shortcut.place}: means"
        if means is not None and means.unit not in codes:
            fault = f"unit {means.unit!r} is not one of the question's"
            report.fault(place, fault, "Please use one of them")
        for unit in units:
            if means is not None and means.unit == unit.code and not unit.admits(means):
                fault = f"{means.value} {means.unit} is not possible"
                report.fault(place, fault, "Please check the ranges")
    return tuple(Shortcut(**shortcut) for shortcut in listed if shortcut.whole)


# SDTM --------------------------------------------------------------------------------------------


def _tabulation(
    entry: Entry | None, kind: str, options: Iterable[Option], units: Sequence[Unit], report: Report
) -> Tabulation | None:
    if entry is None or not entry.whole:
        return None
    if entry["domain"] == "DM" and kind == "several":
        remedy = "Please leave sdtm out, or let the question be a choice"
        report.fault(f"{entry.place}: domain", "DM has one value a subject, and this takes several", remedy)
    if entry["domain"] == "DM" and units:
        _check_age(entry, units, report)
    known = {option.code for option in options} | ({NONE} if kind == "several" else set())
    for code in entry["results"]:
        if code not in known:
            report.fault(f"{entry.place}: results", f"no option {code!r}", "Please name one of the options")
    return Tabulation(**entry)


def _check_age(entry: Entry, units: Sequence[Unit], report: Report) -> None:
    """Check that a number in DM, which is exported in the question's first unit, is called by that unit."""
    first, *others = units
    named = _AGE_UNITS.get(first.code)
    if named is None:
        remedy = f"Please let the first unit be one of: {', '.join(_AGE_UNITS)}"
        report.fault(f"{entry.place}: test", f"cannot be in {first.code}", remedy)
    elif entry["test"] != named:
        fault = f"does not name the first unit, {first.code}"
        report.fault(f"{entry.place}: test", fault, f"Please write {named}")
    for unit in others:
        if unit.scale is None:
            report.fault(
                entry.place, f"{unit.code} does not turn into {first.code}", "Please give it a scale"
            )
