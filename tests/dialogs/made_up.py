"""Random small protocols: choices that imply others, numbers with divisors, rules of any form, requirements."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from hypothesis import strategies as st

from dialogs.loading.building import build
from dialogs.loading.formats import in_newest
from dialogs.loading.kinds import Report
from dialogs.protocol import Protocol

_OPTIONS: Final = ("a", "b", "c")
_RANGES: Final[dict[str, Any]] = {"possible": [0, 1000], "usual": [1, 100]}


def _said(text: str) -> dict[str, str]:
    return {"en": text}


def _named(name: str, kind: str, **keys: Any) -> dict[str, Any]:
    said = dict.fromkeys(("ask", "short", "help", "supplier"), _said(name))
    return {"id": name, "kind": kind, **said, **keys}


def _choice(name: str, implies: dict[str, str]) -> dict[str, Any]:
    options = [{"code": code, "text": _said(code)} for code in _OPTIONS]
    options[0]["implies"] = implies
    return _named(name, "choice", options=options)


def _number(name: str, units: list[dict[str, Any]], **keys: Any) -> dict[str, Any]:
    return _named(name, "quantity", units=[{"label": _said(unit["code"]), **unit} for unit in units], **keys)


def _divided(by: str) -> list[dict[str, Any]]:
    return [
        {"code": "mg", "scale": 1, "per": by, "gives": "x", **_RANGES},
        {"code": "g", "scale": 1000, "per": by, "gives": "x", **_RANGES},
        {"code": "x", **_RANGES},
    ]


_SCALED: Final = [{"code": "mg", "scale": 1, **_RANGES}, {"code": "g", "scale": 1000, **_RANGES}]
QUESTIONS: Final = (
    _choice("sex", {}),
    _choice("state", {"sex": "b"}),
    _choice("kind", {"later": "c"}),
    _number("count", _SCALED),
    _number("value", _divided("limit")),
    _number("limit", _SCALED, unit_of="value", bounds=False),
    _number("dose", _divided("weight")),
    _number("other_dose", _divided("weight")),
    _number("weight", [_SCALED[0]], bounds=False),
    _choice("later", {}),
    {**_choice("ticks", {"sex": "a"}), "kind": "several"},
    _named("ago", "since"),
    _named("before", "since"),
    _number("ratio", _SCALED, formula='count / weight if sex == "a" else count', decimals=2),
)
_CHOICES: Final = ("sex", "state", "kind", "later")
_LIMITS: Final = {"count": "mg", "value": "x", "dose": "x", "other_dose": "x", "ratio": "mg"}
_BASES: Final = [*_LIMITS.items(), ("value", "mg"), ("value", "g"), ("dose", "mg")]
"""Numbers with a unit of their limits; what is answered in another one may call for a factor."""
_PAIRS: Final = [
    ("count", "value"),
    ("value", "count"),
    ("dose", "other_dose"),
    ("count", "weight"),
    ("ago", "before"),
    ("ratio", "count"),
]

_SIGNS: Final = ["<", "<=", ">", ">=", "==", "!="]

_memberships = st.builds(
    "{} in ({},)".format,
    st.sampled_from(_CHOICES),
    st.sets(st.sampled_from(_OPTIONS), min_size=1, max_size=2).map(
        lambda codes: ", ".join(f'"{code}"' for code in sorted(codes))
    ),
)
_ticks = st.one_of(
    st.builds('"{}" {} ticks'.format, st.sampled_from(_OPTIONS), st.sampled_from(["in", "not in"])),
    st.sampled_from(['ticks == "none"', 'ticks != "none"']),
)
_times = st.one_of(
    st.builds(
        '{} {} "{} {}"'.format,
        st.sampled_from(["ago", "before"]),
        st.sampled_from(_SIGNS),
        st.integers(0, 3),
        st.sampled_from(["d", "wk", "mo", "a"]),
    ),
    st.sampled_from(['ago == "never"', 'before != "ongoing"', 'ago in ("never", "ongoing")']),
)
_comparisons = st.builds(
    lambda basis, sign, limit: f'{basis[0]} {sign} "{limit} {basis[1]}"',
    st.sampled_from(_BASES),
    st.sampled_from(_SIGNS),
    st.integers(1, 3),
)
_contrasts = st.builds(
    lambda pair, sign: f"{pair[0]} {sign} {pair[1]}", st.sampled_from(_PAIRS), st.sampled_from(_SIGNS)
)
_rules = st.recursive(
    st.one_of(_memberships, _ticks, _times, _comparisons, _contrasts, st.just("unclear")),
    lambda parts: st.one_of(
        st.builds("({} and {})".format, parts, parts),
        st.builds("({} or {})".format, parts, parts),
        st.builds("at_least(2, {}, {}, {})".format, parts, parts, parts),
        st.builds("(not {})".format, parts),
    ),
    max_leaves=6,
)


@st.composite
def protocols(draw: st.DrawFn, parts: Sequence[str] = ()) -> Protocol:
    """Draw a protocol whose rules may be anything, also such as the loader would refuse as impossible to fail.

    Its first criterion, which others may require, belongs to all of the ``parts``; the others to any of them. Some of
    these are required.
    """
    required = draw(st.lists(st.sampled_from(parts), unique=True)) if parts else []
    belongs = st.lists(st.sampled_from(parts), unique=True) if parts else st.just([])
    criteria = [
        {
            "code": f"K{index}",
            "kind": draw(st.sampled_from(["inclusion", "exclusion"])),
            "name": _said("name"),
            "source": "source",
            "reading": _said("reading"),
            "rule": draw(_rules),
            "ietestcd": "IE",
            "group": "G",
            **({"requires": "K0"} if index and draw(st.booleans()) else {}),
            "parts": draw(belongs) if index else [],
        }
        for index in range(draw(st.integers(1, 4)))
    ]
    every = {"code": "ALL", "rule": f"{' or '.join(_uses)} or unclear", **_REST, "parts": list(parts[:1])}
    raw = dict.fromkeys(("title", "site", "contact", "unknown", "disclaimer"), _said("text")) | {
        "id": "MADE-UP",
        "version": "1",
        "record_version": "1",
        "languages": ["en"],
        "notices": [],
        "question": list(QUESTIONS),
        "part": [
            {"code": code, "name": _said(f"Cohort {code}"), "required": code in required} for code in parts
        ],
        "criterion": [*criteria, every],
    }
    report = Report()
    protocol = build(in_newest(raw), "", report)
    assert protocol is not None, report.faults
    return protocol


_uses: Final = [
    *(f'{name} == "a"' for name in _CHOICES),
    '"a" in ticks',
    *(f'{name} > "900 {unit}"' for name, unit in _LIMITS.items()),
    *(f'{name} > "90 a"' for name in ("ago", "before")),
]
"""So that every question is used."""
_REST: Final[dict[str, Any]] = {
    "kind": "exclusion",
    "name": _said("name"),
    "source": "source",
    "reading": _said("reading"),
    "ietestcd": "IE",
    "group": "G",
}
