"""Whatever is changed of a file: what can change a verdict, what is asked, or what is taken as an answer is named."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import fields, is_dataclass
from decimal import Decimal
from functools import cache
from typing import Any, Final

import pytest

from dialogs.amendments.change import Change
from dialogs.amendments.changes import changes
from dialogs.amendments.matching import Matching
from dialogs.languages import DEFAULT, LANGUAGES
from dialogs.loading.building import build
from dialogs.loading.catalogue import Shelf
from dialogs.loading.expansion import expanded
from dialogs.loading.kinds import Report
from dialogs.protocol import Protocol, SiteItem

TRIAL: Final = """
format = 2
id = "FICTIONAL"
version = "1"
record_version = "2026-01-02"
languages = ["en", "zh"]
title = { en = "Fictional: of every key", zh = "虚构：每个键" }
site = "A hospital"
contact = "An office"
unknown = { en = "Unknown", zh = "未知" }
notices = ["Not recruiting."]
disclaimer = "Not for patients."
reviews = 2

[option_sets]
shared = [{ code = "a", text = "A" }, { code = "b", text = "B" }, { code = "c", text = "C" }]

[unit_sets]
shared = [
  { code = "mg", label = { en = "mg", zh = "毫克" }, possible = [0, 1000], usual = [1, 100], example = 5 },
  { code = "g", label = "g", scale = 1000, spellings = ["gram"], possible = [0, 1000], usual = [1, 100] },
]

[[part]]
code = "A"
name = { en = "Arm A", zh = "A组" }

[[part]]
code = "B"
name = "Arm B"

[[question]]
id = "sex"
ask = { en = "Sex?", zh = "性别？" }
options = [{ code = "female", text = "Female" }, { code = "male", text = "Male" }]

[[question]]
id = "pregnant"
ask = "Pregnant?"
short = { en = "pregnancy", zh = "妊娠" }
help = { en = "A test of today.", zh = "当日检测。" }
judgement = true
options = [
  { code = "yes", text = { en = "Yes", zh = "是" }, implies = { sex = "female" } },
  { code = "no", text = "No" },
]

[[question]]
id = "stage"
ask = "Stage?"
kind = "choice"
options = "shared"
lasting = true
at = { en = "Week -2", zh = "第-2周" }

[[question]]
id = "drugs"
ask = "Drugs?"
kind = "several"
options = "shared"

[[question]]
id = "weight"
ask = "Weight?"
bounds = false
units = [{ code = "kg", label = "kg", possible = [1, 300], usual = [40, 120], example = 70 }]

[[question]]
id = "dose"
ask = "Dose?"
units = [
  { code = "mg/kg/d", label = "mg/kg/day", possible = [0, 50], usual = [1, 5] },
  { code = "mg/d", label = "mg/day", possible = [0, 2000], usual = [50, 600], per = "weight", gives = "mg/kg/d" },
]
shortcuts = [{ code = "never", text = { en = "Never", zh = "从未" }, means = "0 mg/kg/d" }]

[[question]]
id = "warmth"
ask = "Temperature?"
possible = [-40, 45]
usual = [35, 42]
units = [
  { code = "Cel", label = "°C" },
  { code = "K", label = "K", scale = 1, offset = "-273.15" },
]

[[question]]
id = "count"
ask = "Count?"
units = "shared"
supplier = { en = "the laboratory", zh = "检验科" }

[[question]]
id = "ratio"
ask = "Ratio?"
kind = "quantity"
formula = "count / weight"
decimals = 2
possible = [0, 100]
usual = [1, 10]
units = [{ code = "1", label = "times" }]

[[question]]
id = "limit"
ask = "Limit of the scanner?"
unit_of = "count"
site_fact = true
bounds = false
units = "shared"

[[question]]
id = "alt"
ask = "ALT?"
possible = [0, 1000]
usual = [1, 100]
units = [{ code = "U/L", label = "U/L" }]
uln = { possible = [10, 100], usual = [25, 70], example = 40, site_fact = true }

[[question]]
id = "surgery"
kind = "since"
ask = "Last surgery?"
never = true
ongoing = false

[[criterion]]
code = "I1"
name = { en = "a stage", zh = "分期" }
inclusion = "A stage"
reading = { en = "Stage at the visit.", zh = "访视时的分期。" }
note = { en = "As in the letter.", zh = "见信函。" }
rule = 'stage in ("a", "b") and "c" not in drugs'
parts = ["A"]

[[criterion]]
line = "A line"

[[criterion]]
code = "I2"
inclusion = "A dose"
rule = 'dose < "2 mg/kg/d" or warmth > "38 Cel" or count >= "0.5 g"'
requires = "I1"
parts = ["A"]
counts_as = "I1"
willingness = true

[[criterion]]
code = "E1"
exclusion = "Pregnant"
rule = 'pregnant or alt > "2 {xULN}" or count > limit'

[[criterion]]
code = "E2"
exclusion = "A ratio"
rule = 'at_least(2, ratio > "2.5 1", surgery < "4 wk", smoker)'

[[criterion]]
code = "E3"
exclusion = "Unsafe"
ask = { en = "Is it unsafe?", zh = "是否不安全？" }
help = { en = "Ask the nurse.", zh = "请问护士。" }
supplier = "the nurse"
judgement = true
lasting = false

[[criterion]]
code = "E4"
exclusion = "Unwilling"

[[site_item]]
id = "scanner"
text = { en = "Which scanner?", zh = "哪台设备？" }
when = 'stage == "c"'

[[alert]]
id = "fever"
text = "A fever."
when = 'warmth > "39 Cel"'

[catalogue]
smoker = { ask = "Smoker?", short = { en = "smoking", zh = "吸烟" } }
"""
RAW: Final[dict[str, Any]] = tomllib.loads(TRIAL, parse_float=Decimal)

NOT_TOLD: Final = {
    "text": "the file as it is written",
    "sha256": "of that",
    "version": "the title of what is told",
    "facts": "for exports only",
    "loinc": "for exports only",
    "sdtm": "for exports only",
    "in_log": "for exports only",
    "ietestcd": "for exports only",
    "group": "for exports only",
    "review": "told as what is not reviewed",
    "reviewed": "told as what is not reviewed",
    "before": "where a line that is no criterion stands",
}

REPLACED: Final = ((">", "<"), (" or ", " and "), ('"a"', '"c"'), ("2", "3"), ("0", "1"))
Path = tuple[str | int, ...]


def loaded(raw: Mapping[str, Any]) -> Protocol | None:
    report = Report()
    protocol = build(expanded(dict(raw), Shelf(raw)), "", report)
    return None if report.faults else protocol


def effect(value: Any) -> Any:
    """All of a protocol that its verdicts, questions and answers come from."""
    if is_dataclass(value):
        return tuple(
            effect(getattr(value, each.name))
            for each in fields(value)
            if each.name not in NOT_TOLD and not (isinstance(value, SiteItem) and each.name == "id")
        )
    if isinstance(value, Mapping):
        return tuple((key, effect(each)) for key, each in value.items())
    return tuple(map(effect, value)) if isinstance(value, tuple | list) else value


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value of a file, and every table and list of it."""
    if path:
        yield path, value
    if isinstance(value, dict):
        for key, each in value.items():
            yield from leaves(each, (*path, key))
    elif isinstance(value, list):
        for place, each in enumerate(value):
            yield from leaves(each, (*path, place))


CODES: Final = ("A", "B", "I2", "male", "b", "none", "mg", "g", "integer", "several", "weight", "sex")


def others(value: Any) -> Iterator[Any]:
    """What a value may be changed to; many of these are mistakes."""
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int | Decimal):
        yield from (value + 1, value * 2, -value)
    elif isinstance(value, list):
        yield from (value[:-1], value[1:], value[::-1])
    elif isinstance(value, str):
        yield f"{value} more"
        yield from (value.replace(one, other) for one, other in REPLACED if one in value)
        yield from CODES if re.fullmatch(r"[a-zA-Z][\w/{}]*", value) else ()


def changed(path: Path) -> Iterator[dict[str, Any]]:
    """The file with something else at a place, and with nothing there."""
    *above, last = path
    texts = last in LANGUAGES
    for other in (f"{at(RAW, path)} more",) if texts else (*others(at(RAW, path)), None):
        raw = deepcopy(RAW)
        holder = at(raw, tuple(above))
        if other is not None:
            holder[last] = other
        else:
            del holder[last]
        yield raw


def at(raw: Any, path: Path) -> Any:
    for step in path:
        raw = raw[step]
    return raw


@cache
def versions(path: Path) -> tuple[tuple[dict[str, Any], Protocol], ...]:
    """The changed files that load."""
    pairs = ((raw, loaded(raw)) for raw in changed(path))
    return tuple((raw, new) for raw, new in pairs if new is not None)


OLD: Final = loaded(RAW)
EFFECT: Final = effect(OLD)
PATHS: Final = dict(leaves(RAW))


@pytest.mark.parametrize("path", PATHS, ids=lambda path: ".".join(map(str, path)))
def test_a_change_that_has_an_effect_is_named(path: Path) -> None:
    assert OLD is not None
    for raw, new in versions(path):
        if effect(new) == EFFECT or raw["part"] == RAW["part"][::-1]:  # each part is judged by itself
            continue
        found = changes(Matching(OLD, new), DEFAULT)
        assert _about(found, path, raw), at(raw, path[:-1])


def _about(found: list[Change], path: Path, raw: dict[str, Any]) -> bool:
    """Say whether what is told is about what was changed."""
    if len(path) > 1 and path[0] == "question" and isinstance(path[1], int):
        names = {each.name for each in found if each.about == "question"}
        old, new = (each["question"][path[1] : path[1] + 1] for each in (RAW, raw))
        about = {question["id"] for question in (*old, *new) if "id" in question}
        return any(name == each or name == f"{each}_uln" for name in names for each in about)
    return bool(found)


def test_files_that_load_are_among_the_changed_ones() -> None:
    assert sum(len(versions(path)) for path in PATHS) > 500
    assert set(RAW) - {path[0] for path in PATHS if versions(path)} == {"format"}
