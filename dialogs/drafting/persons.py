"""Whom a heading of a record speaks of: kinds of participants, and whether these are the patient at all."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from dialogs.drafting.of_some import sex_of
from dialogs.drafting.sections import codes_of, speaks_of_some
from dialogs.drafting.spoken import either
from dialogs.drafting.titles import names_a_part
from dialogs.languages import DEFAULT, LANGUAGES, in_every_language, words

_HEADING: Final = re.compile(
    rf"\W*(?:(?:key |main )?{either('section_of')}\W*)?(?:(?:for|in|of) )?(?:the )?"
    rf"(?P<who>[^\W\d_].*?)(?:\W*{either('section_of')})?\W*",
    re.IGNORECASE,
)
"""A heading of participants, also of a section of theirs."""
_JOINED: Final = re.compile(rf"\s*(?:[,&/、]|{either('and')}|{either('or')})\s*", re.IGNORECASE)
_KINDS: Final = {
    kind: re.compile(either(kind), re.IGNORECASE) for kind in ("another", "control", "patient", "with")
}
_LABEL: Final = re.compile(r"([^:：]{2,60}[:：])\s*(?=\w)")
_ANYBODY: Final = ("participant", "patient", "women", "men", "female", "male")
"""Nouns that say no more behind another one."""
_GENERAL: Final = re.compile(r"\b(?:participants?|patients?|subjects?|volunteers?|group|cohort|only)$")
_AGE: Final = re.compile(either("age"), re.IGNORECASE)
_AGES: Final = re.compile(rf"[\s,(（\[]+(?:{either('ages')}|\d+|[^\w\s]|\s)*$", re.IGNORECASE)
"""An age behind whom a heading names: *adults (18 years and older)*."""
_UP_TO: Final = re.compile(either("ages_up_to"), re.IGNORECASE)
_SMALL_UNIT: Final = re.compile(either("ages_in_less_than_years"), re.IGNORECASE)
Nouns = Mapping[str, Mapping[str, str]]
"""By language, what a person is called, by the English noun."""


@dataclass(frozen=True, slots=True)
class Persons:
    key: str
    """One word for *adolescent participants* and *adolescents*."""
    name: str
    kind: str
    ages: str = ""
    """Of which ages they are, in the words of the heading, if it names nobody else."""

    @property
    def aged(self) -> str:
        """The ages in short, the same for *2-5 years* and *aged 2 to 5*."""
        numbers = re.findall(r"\d+", self.ages)
        first = ["to"] if len(numbers) == 1 and _UP_TO.search(self.ages) else []
        unit = _SMALL_UNIT.search(self.ages)
        return "-".join(first + numbers) + (unit[0][:1] if unit else "")


def persons_in(heading: str) -> tuple[Persons, ...]:
    """Return the kinds of participants that a heading names; none, if it says anything else."""
    ages = _AGES.search(heading) if says_age(heading) else None
    found = _HEADING.fullmatch(heading[: ages.start()] if ages else heading)
    whole = found["who"] if found else ""
    said = [whole] if _kind(whole) else _JOINED.split(whole)
    kinds = [_kind(each) for each in said]
    if not all(kinds):
        return ()
    aged = ages[0].strip(" ,:：()（）[]") if ages and len(said) == 1 else ""
    return tuple(
        Persons(_key(each), each[:1].upper() + each[1:], kind, aged)
        for each, kind in zip(said, kinds, strict=True)
    )


def label_of(text: str) -> str:
    """Return whom a line names at its beginning, or which part: *Controls:* of *Controls: no asthma*."""
    found = _LABEL.match(text)
    return found[1] if found and (persons_in(found[1]) or names_a_part(found[1]) or sex_of(found[1])) else ""


def names_some(heading: str) -> bool:
    """Say whether a heading names some of the participants, not all of them."""
    return any(each.key not in _ANYBODY or says_age(heading) for each in persons_in(heading))


def says_age(text: str) -> bool:
    """Say whether a text has an age: *adults (18 years and older)*."""
    return _AGE.search(text) is not None and re.search(r"\d", text) is not None


def names_only_a_group(text: str) -> bool:
    """Say whether a line is no more than the name of some participants or of a part, with a colon behind it."""
    return text.rstrip().endswith((":", "：")) and bool(
        persons_in(text) or (codes_of(text) and names_a_part(text))
    )


def person_called(name: str) -> dict[str, str]:
    """Return what questions call whom a heading names, in each language: by its nouns, else as it stands.

    *Parents or guardians* are *the parent or the guardian*, *adolescent patients* are *the adolescent*.
    """
    nouns, joint = _nouns(), in_every_language("dialogs", "shipped", "any")
    named = dict.fromkeys(_key_of(each[0].lower(), nouns) for each in _of_persons(nouns).finditer(name))
    found = [key for key in named if key not in _ANYBODY] or [*named]
    return {
        language: joint[language].join(texts[key] for key in found) or name
        for language, texts in nouns.items()
    }


def _nouns() -> Nouns:
    return {language: words("dialogs.drafting", language)["persons"] for language in LANGUAGES}


def _of_persons(nouns: Nouns) -> re.Pattern[str]:
    """Return the pattern of all nouns, the longest first: a study partner is no partner."""
    english = [rf"\b{key}" for key in nouns[DEFAULT]]
    others = [text for language, texts in nouns.items() if language != DEFAULT for text in texts.values()]
    return re.compile("|".join(sorted([*english, *others], key=len, reverse=True)), re.IGNORECASE)


def _key_of(found: str, nouns: Nouns) -> str:
    if found in nouns[DEFAULT]:
        return found
    return next(key for texts in nouns.values() for key, text in texts.items() if text == found)


def names_a_group(heading: str) -> bool:
    """Say whether a heading names some participants or a part of the trial."""
    return bool(codes_of(heading) or persons_in(heading)) or speaks_of_some(heading)


def _kind(said: str) -> str:
    return next((kind for kind, pattern in _KINDS.items() if pattern.fullmatch(said)), "")


def _key(said: str) -> str:
    small = said.lower()
    rest = _GENERAL.sub("", small).strip() or small
    return "child" if rest == "children" else rest.removesuffix("s")
