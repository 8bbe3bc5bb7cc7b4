"""Judging saved answers by another version: in which order it tells, and what it does but once."""

from __future__ import annotations

from decimal import Decimal
from typing import Final
from unittest.mock import Mock

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dialogs.amendments import Matching
from dialogs.amendments.rejudging import rejudged
from dialogs.answers import Answer, Choice, Measurement
from dialogs.at_limits import ask_at_limit
from dialogs.loading import parse_protocol
from dialogs.parts import persons
from dialogs.protocol import Protocol
from dialogs.reading import Proposal, Understood
from dialogs.since import DAYS

NAMES: Final = ("kiwi", "fig", "apple", "plum", "date", "lime", "pear", "mango", "peach", "grape", "melon")


def version(number: int, names: tuple[str, ...], ask: str) -> Protocol:
    """Return a version with a question and a criterion of each name."""
    questions = [f'[[question]]\nid = "{name}"\nask = "{ask} {name}?"' for name in names]
    criteria = [
        f'[[criterion]]\ncode = "E{place}"\nexclusion = "{name}"\nrule = "{name}"'
        for place, name in enumerate(names, 1)
    ]
    head = f'format = 2\nid = "EX-FRUIT"\nversion = "{number}"\ntitle = "Made up"'
    return parse_protocol("\n".join([head, *questions, *criteria]), "made up")


@pytest.mark.parametrize("names", [NAMES, NAMES[::-1]], ids=["one order", "the other"])
def test_questions_to_look_at_stand_in_the_order_of_the_new_version(names: tuple[str, ...]) -> None:
    """So many names come out of a set in this order by no seed of hashes that a run is likely to have."""
    matching = Matching(version(1, NAMES, "Allergic to"), version(2, names, "Ever ate"))
    found = rejudged(matching, {name: Choice("no") for name in NAMES})
    assert found.by_old_answers == names


def test_versions_are_compared_once_for_all_screenings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whom a question is about takes all criteria to say: with hundreds of screenings that would be seconds."""
    asked = Mock(wraps=persons)
    monkeypatch.setattr("dialogs.amendments.answered.persons", asked)
    matching = Matching(version(1, NAMES, "Allergic to"), version(2, NAMES, "Allergic to"))
    for code in ("no", "yes", "no"):
        assert rejudged(matching, {name: Choice(code) for name in NAMES}).by_old_answers == ()
    assert asked.call_count == 2 * len(NAMES)


# times at a limit --------------------------------------------------------------------------------


def of_times(number: int, *rules: str) -> Protocol:
    asked = (f'[[question]]\nid = "{name}"\nkind = "since"\nask = "{name}?"\n' for name in ("fall", "visit"))
    ruled = (f"[[criterion]]\nexclusion = 'Words'\nrule = '{rule}'\n" for rule in rules)
    head = f'format = 2\nid = "EX-FALLS"\nversion = "{number}"\ntitle = "Made up"\n'
    return parse_protocol("\n".join([head, *asked, *ruled]), "made up")


def ago(number: int, unit: str) -> Measurement:
    return Measurement("=", Decimal(number), unit)


TIMES: Final = st.builds(ago, st.integers(1, 24), st.sampled_from([*DAYS]))


@example(ago(6, "mo"), ago(1, "a"), ago(6, "mo"))
@example(ago(6, "mo"), ago(6, "mo"), ago(6, "mo"))
@example(ago(1, "mo"), ago(4, "wk"), ago(30, "d"))
@given(TIMES, TIMES, TIMES)
def test_a_time_is_needed_anew_where_the_conversation_would_ask_about_it_and_did_not(
    fall: Measurement, limit: Measurement, newer: Measurement
) -> None:
    """Where it did, it is meant to the day."""
    old, new = (
        of_times(at, f'fall < "{each.value} {each.unit}"', 'visit == "ongoing"')
        for at, each in enumerate((limit, newer))
    )
    of_old, of_new = (
        isinstance(ask_at_limit(each, Understood((("fall", fall),)), [None] * 2), Proposal)
        for each in (old, new)
    )
    same = limit.value * DAYS[limit.unit] == newer.value * DAYS[newer.unit]
    answers: dict[str, Answer] = {"fall": fall, "visit": Choice("never")}
    found = rejudged(Matching(old, new), answers)
    assert found.needed == (("fall",) if of_new and not (of_old and same) else ())
    assert (found.verdict == "undetermined") is bool(found.needed)
    assert rejudged(Matching(old, new), answers, {"fall"}).needed == ()


WHERE: Final = {
    "where it can change the verdict": ('fall < "6 mo"', ("fall",)),
    "not where another criterion excludes": ('visit == "never"', ()),
    "not where it comes to the same": ('fall < "6 mo" and visit == "ongoing"', ()),
    "at one of several limits": ('fall < "5 mo" or fall < "6 mo"', ("fall",)),
    "beside the other time": ("fall < visit", ("fall",)),
}


@pytest.mark.parametrize(("rule", "needed"), WHERE.values(), ids=WHERE)
def test_a_time_at_a_new_limit_is_needed(rule: str, needed: tuple[str, ...]) -> None:
    visit = ago(180, "d") if "visit" in rule and "==" not in rule else Choice("never")
    old, new = of_times(1, 'fall < "1 d"', 'visit == "ongoing"'), of_times(2, 'fall < "1 d"', rule)
    assert rejudged(Matching(old, new), {"fall": ago(6, "mo"), "visit": visit}).needed == needed
