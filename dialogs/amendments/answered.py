"""Whether an answer to a question of the old version answers the question that stands for it in the new one.

It is none to another kind of question, about another visit, in the unit of another answer, or with an option that was
not offered: whoever was never asked about pramlintide has not said that they do without it. Nor is *6 months ago* at a
limit of 6 months that the old version did not have: today it would be asked whether that is more or less. Where only
words changed, by which the answer was given, or what it stands for, it is taken as it is, and a person must look at it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from itertools import chain, combinations
from typing import Final

from dialogs.amendments.matching import Matching, say_the_same
from dialogs.answers import UNKNOWN, Answer, Choice, Measurement, Selection
from dialogs.at_limits import limits_at, on_each_side
from dialogs.parts import persons
from dialogs.protocol import Option, Question
from dialogs.rules.judgement import Facts
from dialogs.units import Unit

_FEW: Final = 4
"""New options that may have been meant, at most; of more, the question is open."""

_Test = Callable[[Matching, Question, Question], bool]


@lru_cache(maxsize=32)
def _that_differ(matching: Matching, differ: _Test) -> frozenset[str]:
    """Return the new version's questions that differ from those of before: once for all screenings that are judged."""
    pairs = ((matching.old.question(was), matching.new.question(now)) for now, was in matching.former.items())
    return frozenset(after.id for before, after in pairs if differ(matching, before, after))


def answers_no_more(matching: Matching, after: Question) -> bool:
    """Say whether no answer to what the old version asked in place of a question is one to what the new version asks.

    What answered a criterion in the record's words is no answer to other words.
    """
    return after.id in _that_differ(matching, _takes_no_former_answer)


def _takes_no_former_answer(matching: Matching, before: Question, after: Question) -> bool:
    return bool(_new_options(before, after)) or _asks_something_else(matching, before, after)


def answers_it_may_be(
    matching: Matching, before: Question, after: Question, answer: Answer
) -> tuple[Answer, ...]:
    """Return what is answered to a question that offers more now, if it is one of a few answers; else nothing.

    What was chosen may be another option that is new; to what was ticked, some that are new may come.
    """
    new = _new_options(before, after)
    if not 0 < len(new) <= _FEW or _asks_something_else(matching, before, after) or not after.takes(answer):
        return ()
    if is_asked_otherwise(matching, before, after, answer):
        return ()
    if isinstance(answer, Selection):
        more = chain.from_iterable(combinations(new, size) for size in range(len(new) + 1))
        return tuple(after.selection((*answer.codes, *codes)) for codes in more)
    return () if answer == UNKNOWN else (answer, *map(Choice, new))


def times_it_may_be(
    matching: Matching,
    name: str,
    answer: Answer,
    before: Facts,
    now: Facts,
) -> tuple[Answer, ...]:
    """Return what a time that is at a limit only the new version has may be: more, less, or to the day; else nothing.

    At a limit of the version before, it was asked which.
    """
    old, new = matching.old, matching.new
    known = limits_at(old, old.question(matching.former[name]), answer, before)
    limits = limits_at(new, new.question(name), answer, now)
    if not isinstance(answer, Measurement) or known.keys() >= limits.keys():
        return ()
    return on_each_side(answer, limits)


def _new_options(before: Question, after: Question) -> list[str]:
    return [code for code in after.option_by_code if code not in before.option_by_code]


def _asks_something_else(matching: Matching, before: Question, after: Question) -> bool:
    return (
        before.kind != after.kind
        or not say_the_same(before.at, after.at)
        or before.unit_of != matching.former.get(after.unit_of or "")
        or matching.asks_other_words(after)
    )


def is_asked_otherwise(matching: Matching, before: Question, after: Question, answer: Answer) -> bool:
    """Say whether an answer was given to other words, or stood for something else."""
    return after.id in _that_differ(matching, _is_put_otherwise) or _stands_for_something_else(
        matching, before, after, answer
    )


def _is_put_otherwise(matching: Matching, before: Question, after: Question) -> bool:
    """Say whether a question has other words, or is about something else, whatever was answered."""
    return (
        not say_the_same(before.ask, after.ask)
        or not say_the_same(before.help, after.help)
        or _are_about_others(matching, before, after)
        or any(_is_other_option(matching, before, each) for each in after.options)
        or _is_worked_out_otherwise(matching, before, after)
    )


def _are_about_others(matching: Matching, before: Question, after: Question) -> bool:
    """Say whether a question is about other persons: a parent in place of the patient, who is meant without parts."""
    one = persons(matching.old, matching.old.position[before.id])
    other = persons(matching.new, matching.new.position[after.id])
    return len(one) != len(other) or not all(map(say_the_same, one, other))


def _is_other_option(matching: Matching, before: Question, after: Option) -> bool:
    """Say whether an option that there was has other words, or answers other questions, too."""
    option = before.option_by_code.get(after.code)
    if option is None:
        return False
    implied = {matching.former.get(name): code for name, code in after.implies.items()}
    return not say_the_same(option.text, after.text) or implied != dict(option.implies)


def _is_worked_out_otherwise(matching: Matching, before: Question, after: Question) -> bool:
    if before.formula is None or after.formula is None:
        return before.formula is not after.formula
    text, decimals = before.formula.meaning
    return (matching.in_new_names(text), decimals) != after.formula.meaning


def _stands_for_something_else(matching: Matching, before: Question, after: Question, answer: Answer) -> bool:
    """Say whether a button that was pressed, or the unit that was given, is another one; or a button was missing.

    How long ago something was had to be told in a number as long as *ongoing* was not offered.
    """
    if after.kind == "since" and after.shortcut_by_code.keys() - before.shortcut_by_code.keys():
        return True
    if isinstance(answer, Choice) and answer.code in after.shortcut_by_code:
        was, now = before.shortcut_by_code[answer.code], after.shortcut_by_code[answer.code]
        return not say_the_same(was.text, now.text) or was.means != now.means
    if isinstance(answer, Measurement):
        return _is_other_unit(matching, before.unit_by_code[answer.unit], after.unit_by_code[answer.unit])
    return False


def _is_other_unit(matching: Matching, before: Unit, after: Unit) -> bool:
    """Say whether a unit is called otherwise, or a number in it is compared as another one."""
    return (
        not say_the_same(before.label, after.label)
        or (before.scale, before.offset, before.gives) != (after.scale, after.offset, after.gives)
        or before.per != matching.former.get(after.per or "")
    )
