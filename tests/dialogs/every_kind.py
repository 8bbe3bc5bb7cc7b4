"""Random protocols of the whole format, and random patients with an answer to every question of one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from hypothesis import strategies as st

from dialogs.answers import UNKNOWN, Answer, Choice, Measurement, Selection
from tests.dialogs.obvious import Obvious, as_decimal

Raw = dict[str, Any]
_WIDE: Final[Raw] = {"possible": [0, 1000], "usual": [1, 100]}
_SCALED: Final = [
    {"code": "mg", "label": "mg", "scale": 1, **_WIDE},
    {"code": "g", "label": "g", "scale": 1000, **_WIDE},
]
_OPTIONS: Final = [{"code": code, "text": code.upper()} for code in ("a", "b", "c")]


def _number(name: str, units: Sequence[Raw] = _SCALED, kind: str = "quantity", **keys: Any) -> Raw:
    return {"id": name, "kind": kind, "ask": f"{name}?", "units": list(units), **keys}


QUESTIONS: Final[tuple[Raw, ...]] = (
    {"id": "smoker", "ask": "Smoker?"},
    {"id": "stage", "kind": "choice", "ask": "Stage?", "options": _OPTIONS},
    {"id": "drugs", "kind": "several", "ask": "Drugs?", "options": _OPTIONS},
    _number(
        "score", [{"code": "{score}", "label": "points", "possible": [0, 30], "usual": [0, 30]}], "integer"
    ),
    _number("count"),
    _number("weight", bounds=False),
    _number(
        "warmth",
        [
            {"code": "Cel", "label": "°C", "scale": 1, "possible": [-40, 45], "usual": [-10, 42]},
            {
                "code": "K",
                "label": "K",
                "scale": 1,
                "offset": "-273.15",
                "possible": [-40, 45],
                "usual": [-10, 42],
            },
        ],
    ),
    _number("alt", uln=_WIDE),
    _number("ast", uln=_WIDE),
    {"id": "surgery", "kind": "since", "ask": "Last surgery?"},
    _number("ratio", [{"code": "1", "label": "times", **_WIDE}], formula="(count + 2) / weight", decimals=1),
    _number("mean", formula="(count + weight) / 3", decimals=0),
    _number("half", formula="mean / 2", decimals=1),
)
_BY_NAME: Final = {question["id"]: question for question in QUESTIONS}
_SIGNS: Final = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])


def _limits(name: str, limits: Sequence[str]) -> st.SearchStrategy[str]:
    return st.builds(lambda sign, limit: f"{name} {sign} {limit}", _SIGNS, st.sampled_from(limits))


_CONDITIONS: Final = st.one_of(
    st.sampled_from(["smoker", "not smoker", 'smoker == "no"', "unclear", 'drugs == "none"']),
    st.sampled_from(
        ['stage == "a"', 'stage != "b"', 'stage in ("a", "c")', '"a" in drugs', '"b" not in drugs']
    ),
    _limits("score", ["10", "11"]),
    _limits("count", ['"2 mg"', '"0.002 g"', '"3 mg"']),
    _limits("warmth", ['"-1.5 Cel"', '"38 Cel"']),
    _limits("alt", ['"2 {xULN}"', '"30 mg"', "ast"]),
    _limits("ast", ['"1 {xULN}"', '"20 mg"', "count"]),
    _limits("surgery", ['"28 d"', '"4 wk"', '"2 mo"']),
    _limits("mean", ['"1 mg"', '"0.0067 g"', "count", "half"]),
    _limits("half", ['"0.8 mg"', "count"]),
    _limits("ratio", ['"1.5 1"', '"0.7 1"', '"0.667 1"']),
)
_RULES: Final = st.recursive(
    _CONDITIONS,
    lambda parts: st.one_of(
        st.builds("({} and {})".format, parts, parts),
        st.builds("({} or {})".format, parts, parts),
        st.builds("(not ({}))".format, parts),
        st.builds("at_least({}, {}, {}, {})".format, st.integers(1, 3), parts, parts, parts),
    ),
    max_leaves=6,
)


@st.composite
def files(draw: st.DrawFn) -> Raw:
    """Draw the tables of a file; its rules may be anything, also such as the loader would refuse."""
    parts = draw(st.sampled_from([[], ["P", "Q"], ["P", "Q", "R"]]))
    criteria = [_criterion(draw, index, parts) for index in range(draw(st.integers(1, 6)))]
    used = set(re.findall(r"\w+", " ".join(criterion.get("rule", "") for criterion in criteria)))
    order = draw(st.permutations(QUESTIONS))
    needed = _with_parts(used & _BY_NAME.keys())
    raw: Raw = {
        "format": 2,
        "id": "MADE-UP",
        "title": "Made up",
        "question": [question for question in order if question["id"] in needed],
        "criterion": criteria,
    }
    return raw | ({"part": [_part(draw, code) for code in parts]} if parts else {})


def _part(draw: st.DrawFn, code: str) -> Raw:
    """Draw a part, which may be required, say that it is not, or say nothing."""
    return {"code": code, "name": code} | draw(
        st.sampled_from([{}, {}, {"required": False}, {"required": True}])
    )


def _with_parts(names: set[str]) -> set[str]:
    parts = {part for name in names for part in re.findall("[a-z]+", _BY_NAME[name].get("formula", ""))}
    return names if parts <= names else _with_parts(names | parts)


def _criterion(draw: st.DrawFn, index: int, parts: Sequence[str]) -> Raw:
    kind = draw(
        st.sampled_from(["inclusion", "inclusion", "exclusion", "line"]) if index else st.just("inclusion")
    )
    if kind == "line":
        return {"line": "A line that is no criterion"}
    criterion: Raw = {"code": f"K{index}", kind: f"Words of the record, {index}"}
    if draw(st.integers(0, 4)):
        criterion["rule"] = draw(_RULES)
    if index and parts and draw(st.booleans()):
        criterion["parts"] = draw(st.lists(st.sampled_from(parts), min_size=1, unique=True))
    return criterion


@st.composite
def patients(draw: st.DrawFn, raw: Mapping[str, Any]) -> dict[str, Answer]:
    """Draw an answer to every question that the file can come to ask."""
    found: dict[str, Answer] = {}
    for question in sorted(raw["question"], key=lambda each: [*_BY_NAME].index(each["id"])):
        found[question["id"]] = _answer(draw, question, raw, found)
        if "uln" in question:
            found[f"{question['id']}_uln"] = _limit_of_normal(draw, found[question["id"]])
    for criterion in raw["criterion"]:
        if "rule" not in criterion and "line" not in criterion:
            found[criterion["code"].lower()] = draw(_CHOSEN["yes_no"])
    return found


_CHOSEN: Final = {
    "yes_no": st.sampled_from([Choice("yes"), Choice("no"), UNKNOWN]),
    "choice": st.sampled_from([*(Choice(option["code"]) for option in _OPTIONS), UNKNOWN]),
    "several": st.one_of(
        st.just(UNKNOWN),
        st.sets(st.sampled_from("abc")).map(lambda codes: Selection(tuple(sorted(codes)))),
    ),
}
_TIMES: Final = st.one_of(
    st.sampled_from([Choice("never"), Choice("ongoing"), UNKNOWN]),
    st.builds(
        lambda value, unit: Measurement("=", Decimal(value), unit),
        st.integers(0, 70),
        st.sampled_from(["d", "wk", "mo", "a"]),
    ),
)


def _answer(draw: st.DrawFn, question: Raw, raw: Mapping[str, Any], found: dict[str, Answer]) -> Answer:
    kind = question.get("kind", "yes_no")
    if kind == "since":
        return draw(_TIMES)
    if kind in _CHOSEN:
        return draw(_CHOSEN[kind])
    if "formula" in question:
        return draw(st.sampled_from(_worked_out(question, raw, found)))
    return draw(_numbers(question))


def _worked_out(question: Raw, raw: Mapping[str, Any], found: dict[str, Answer]) -> list[Answer]:
    """Answers that a patient with these parts can have: if all are known, no other number than theirs."""
    name, unit = question["id"], question["units"][0]["code"]
    span = Obvious(raw, {**found, name: Choice("computed")}).number(name)
    if span is None:
        return [UNKNOWN, Choice("computed"), Measurement("=", Decimal("0.7"), unit)]
    number = as_decimal(Fraction(span.low))
    typed = [Measurement("=", number, unit)] if Fraction(number) == span.low else []
    return [Choice("computed"), *typed]


def _numbers(question: Raw) -> st.SearchStrategy[Answer]:
    """Numbers on, beside and far from the limits, in every unit, exact or as a bound."""
    whole = question["kind"] == "integer"
    values = ["9", "10", "11", "12"] if whole else ["0", "1", "2", "3", "2.001", "20", "30", "38", "60"]
    codes = [unit["code"] for unit in question["units"]] + (["{xULN}"] if "uln" in question else [])
    exact = whole or not question.get("bounds", True)
    measured = st.builds(
        Measurement,
        st.just("=") if exact else st.sampled_from(["=", "=", "<", "<=", ">", ">="]),
        st.sampled_from(values).map(Decimal),
        st.sampled_from(codes),
    ).filter(lambda answer: _possible(question, answer))
    shortcut = [st.just(Choice("within_normal"))] if "uln" in question else []
    return st.one_of(st.just(UNKNOWN), measured, measured, *shortcut)


def _possible(question: Raw, answer: Measurement) -> bool:
    if answer.unit == "{xULN}":
        return answer.value <= 100
    unit = next(each for each in question["units"] if each["code"] == answer.unit)
    value = answer.value * Decimal(str(unit.get("scale", 1))) + Decimal(str(unit.get("offset", 0)))
    low, high = unit["possible"]
    return bool(low <= value <= high)


def _limit_of_normal(draw: st.DrawFn, value: Answer) -> Answer:
    """Draw a limit in the unit of its value, which is what a dialogue takes."""
    unit = value.unit if isinstance(value, Measurement) and value.unit != "{xULN}" else "mg"
    possible = ["1"] if unit == "g" else ["1", "10", "15", "30"]
    numbers = st.sampled_from(possible).map(lambda number: Measurement("=", Decimal(number), unit))
    return draw(st.one_of(st.just(UNKNOWN), numbers, numbers))
