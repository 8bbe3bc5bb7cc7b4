"""Large made-up protocols whose rules are joined in ways that trying all combinations cannot follow."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from random import Random
from typing import Final

_RULE: Final = re.compile(r"rule = '{3}.*'{3}")
QUESTIONS: Final = 150
CRITERIA: Final = 100

_TOP: Final = """
id = "LARGE"
version = "1"
record_version = "1"
languages = ["en"]
title = { en = "Large" }
site = { en = "site" }
contact = { en = "nobody" }
unknown = { en = "unknown" }
notices = []
disclaimer = { en = "made up" }
[option_sets]
yes_no = [{ code = "yes", text = { en = "Yes" } }, { code = "no", text = { en = "No" } }]
"""
_WORDS: Final = """
ask = {{ en = "Question {name}?" }}
short = {{ en = "{name}" }}
help = {{ en = "Help." }}
supplier = {{ en = "chart" }}
"""
_CHOICE: Final = '[[question]]\nid = "{name}"\nkind = "choice"\noptions = "yes_no"' + _WORDS
_LAB: Final = (
    """
[[question]]
id = "{name}"
kind = "quantity"
possible = ["0", "2000"]
usual = ["5", "200"]
units = [
  {{ code = "U/L", label = {{ en = "U/L" }}, scale = 1, per = "{name}_uln", gives = "xULN" }},
  {{ code = "xULN", label = {{ en = "x ULN" }}, possible = ["0", "100"], usual = ["0.1", "20"] }},
]
"""
    + _WORDS
    + """
[[question]]
id = "{name}_uln"
kind = "quantity"
unit_of = "{name}"
bounds = false
possible = ["5", "300"]
usual = ["20", "100"]
units = [
  {{ code = "U/L", label = {{ en = "U/L" }} }},
  {{ code = "xULN", label = {{ en = "x ULN" }} }},
]
"""
    + _WORDS
)
_CRITERION: Final = """
[[criterion]]
code = "K{index}"
kind = "{kind}"
name = {{ en = "Criterion {index}" }}
source = "Criterion {index} of the record."
reading = {{ en = "Criterion {index}." }}
rule = '''{rule}'''
ietestcd = "K{index}"
group = "g"
"""


def _yes(place: int) -> str:
    return f'q{place} == "yes"'


def _literal(place: int, random: Random) -> str:
    return _yes(place) if random.random() < 0.5 else f'q{place} == "no"'


def _any_of_20(random: Random, index: int) -> str:
    return " or ".join(map(_yes, random.sample(range(QUESTIONS), 20)))


def _all_of_40(random: Random, index: int) -> str:
    return " and ".join(map(_yes, random.sample(range(QUESTIONS), 40)))


def _clauses(random: Random, index: int) -> str:
    """Clauses of three over twelve questions, nearly as many as can be met together."""
    among = random.sample(range(QUESTIONS), 12)
    clauses = (" or ".join(_literal(place, random) for place in random.sample(among, 3)) for _ in range(30))
    return " and ".join(f"({clause})" for clause in clauses)


def _parity(random: Random, index: int) -> str:
    """Whether an odd number of them is *yes*, as nested either-ors."""
    places = random.sample(range(QUESTIONS), 6)

    def odd(places: list[int]) -> str:
        if len(places) == 1:
            return _yes(places[0])
        half = len(places) // 2
        one, other = odd(places[:half]), odd(places[half:])
        return f"(({one}) and not ({other}) or not ({one}) and ({other}))"

    return odd(places)


def _nested(random: Random, index: int) -> str:
    places = iter(random.sample(range(QUESTIONS), 27))

    def drawn(depth: int) -> str:
        if depth == 0:
            return _literal(next(places), random)
        joined = random.choice((" and ", " or ")).join(drawn(depth - 1) for _ in range(3))
        return f"not ({joined})" if random.random() < 0.2 else f"({joined})"

    return drawn(3)


def _labs(random: Random, index: int) -> str:
    names = random.sample(range(QUESTIONS // 2), 12)
    join = random.choice((" and ", " or "))
    return join.join(f'lab{name} {random.choice("<>")} "{random.randint(1, 5)} xULN"' for name in names)


def _limits(random: Random, index: int) -> str:
    """The same six values in all criteria, each time with other limits."""
    limits = (f"{random.randint(6, 190)} U/L", f"{random.randint(2, 90) / 10} xULN")
    names = random.sample(range(6), random.randint(1, 3))
    return random.choice((" and ", " or ")).join(
        f'lab{name} {random.choice(("<", ">="))} "{random.choice(limits)}"' for name in names
    )


SHAPES: Final[Mapping[str, Callable[[Random, int], str]]] = {
    "any of twenty": _any_of_20,
    "all of forty": _all_of_40,
    "clauses": _clauses,
    "parity": _parity,
    "nested": _nested,
    "labs": _labs,
    "limits": _limits,
}


def large(shape: str, seed: int = 0) -> str:
    """Return the text of a protocol of 100 criteria and 150 questions in one of the shapes."""
    questions = [_CHOICE.format(name=f"q{place}") for place in range(QUESTIONS)]
    if shape in ("labs", "limits"):
        questions = [_LAB.format(name=f"lab{place}") for place in range(QUESTIONS // 2)]
    return _TOP + "".join(questions) + "".join(_criteria(SHAPES[shape], Random(seed)))


def amended(shape: str, rules: int) -> str:
    """Return the next version of it, in which the first so many rules are others."""
    before, after = (_RULE.findall(large(shape, seed)) for seed in range(2))
    text = large(shape).replace('version = "1"', 'version = "2"', 1)
    for old, new in list(zip(before, after, strict=True))[:rules]:
        text = text.replace(old, new, 1)
    return text


def _criteria(rule: Callable[[Random, int], str], random: Random) -> Iterator[str]:
    for index in range(CRITERIA):
        kind = random.choice(("inclusion", "exclusion"))
        yield _CRITERION.format(index=index, kind=kind, rule=rule(random, index))
