"""What an answer of one trial says of what another one asks: that a patient is pregnant, of the sex.

It follows from what the options of the trials imply. That is told where both cannot be true, and fills in no answer:
each trial is judged by its own file. A question is that of the catalogue, whatever it is called in a trial, where it is
asked and named in the catalogue's words; one in other words may mean another person, or another time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from dialogs.loading.catalogue import entries
from dialogs.parts import persons
from dialogs.protocol import Protocol, Question
from dialogs.texts import Text

NOT_ASKED: Final = "catalogue:"
"""Stands before the name of a question that no trial asks: two answers may say of it what cannot both be true."""
Said = dict[tuple[int, str], dict[str, str]]
"""By the place of a question and the code of its option: questions, each with the code that its answer would have."""


def implied(protocols: Sequence[Protocol], places: Sequence[Sequence[int]], names: Mapping[int, str]) -> Said:
    """Return what options imply of questions of their own trial, called as in the portfolio."""
    said: Said = defaultdict(dict)
    for protocol, own in zip(protocols, places, strict=True):
        for question, place in zip(protocol.questions, own, strict=True):
            for option in question.options:
                to = {names[own[protocol.position[each]]]: code for each, code in option.implies.items()}
                said[place, option.code] |= to
    return said


def told(protocols: Sequence[Protocol], places: Sequence[Sequence[int]], names: Mapping[int, str]) -> Said:
    """Return what options say of questions of other trials."""
    said: Said = defaultdict(dict)
    asking: dict[str, list[_Asked]] = {}
    for protocol, own in zip(protocols, places, strict=True):
        for at, question in enumerate(protocol.questions):
            for code, name, implied_code in _of_the_catalogue(protocol, question):
                if name not in asking:
                    asking[name] = [*_asking(protocols, places, name)]
                about = persons(protocol, at)
                asked = {
                    names[each.place]: implied_code
                    for each in asking[name]
                    if each.place != own[at] and implied_code in each.codes and each.about == about
                }
                said[own[at], code] |= asked or {f"{NOT_ASKED}{name}": implied_code}
    return said


def _of_the_catalogue(protocol: Protocol, question: Question) -> Iterator[tuple[str, str, str]]:
    """Yield what options say of questions of the catalogue: the option, the question's name, its option."""
    for option in question.options:
        for name, code in option.beyond.items():
            if name in entries():
                yield option.code, name, code
        for name, code in option.implies.items():
            if _is_of_the_catalogue(protocol.question(name), name):
                yield option.code, name, code


@dataclass(frozen=True, slots=True)
class _Asked:
    """Where a question of the catalogue is asked, with which options, about whom."""

    place: int
    codes: Collection[str]
    about: Sequence[Text | None]


def _asking(protocols: Sequence[Protocol], places: Sequence[Sequence[int]], name: str) -> Iterator[_Asked]:
    for protocol, own in zip(protocols, places, strict=True):
        for at, question in enumerate(protocol.questions):
            if question.options and _is_of_the_catalogue(question, name):
                yield _Asked(own[at], question.option_by_code.keys(), persons(protocol, at))


def _is_of_the_catalogue(question: Question, name: str) -> bool:
    entry: Mapping[str, Any] | None = entries().get(name)
    if entry is None or question.at is not None:
        return False
    is_named_so = "short" not in entry or _say_the_same(question.name, entry["short"])
    return is_named_so and (_is_had_once(question, entry) or _say_the_same(question.ask, entry["ask"]))


def _is_had_once(question: Question, entry: Mapping[str, Any]) -> bool:
    """Say whether both are the same of the demographics, of which SDTM has one record: a remark does not matter."""
    coded = question.sdtm
    sdtm: Mapping[str, Any] = entry.get("sdtm", {})
    return coded is not None and (coded.domain, coded.code) == ("DM", sdtm.get("code"))


def ask_the_same(one: Question, other: Question) -> bool:
    """Say whether two questions are named and asked in the same words, be it with other answers."""
    of_one_time = one.at is other.at is None and one.kind == other.kind
    return of_one_time and _say_the_same(one.name, other.name) and _say_the_same(one.ask, other.ask)


def _say_the_same(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Say whether two texts are the same in every language that both have, which are some."""
    both = one.keys() & other.keys()
    return bool(both) and all(one[language] == other[language] for language in both)
