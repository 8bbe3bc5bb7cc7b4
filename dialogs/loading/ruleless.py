"""Questions that only criteria name: of the catalogue, by a rule; or the criterion itself, where it has no rule.

A criterion without a rule is asked as it stands in the record, and answered by yes or no; one that speaks of some
patients only (`of_some`) also by *does not concern this patient*. It asks about the patient, or about the persons of
the parts that it belongs to. A name in a rule that no question of the file has, and an entry of the catalogue has, is
that entry. Either is asked after the questions of the criteria that stand above it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Set
from typing import Any, Final

from dialogs.languages import DEFAULT
from dialogs.loading.catalogue import Shelf
from dialogs.loading.defaults import SIDES, shipped_text, shortened
from dialogs.loading.kinds import is_question_id
from dialogs.protocol import Criterion
from dialogs.texts import Text, each_once

Raw = dict[str, Any]

OF_THE_QUESTION: Final = (
    "ask",
    "short",
    "help",
    "supplier",
    "effort",
    "unknown",
    "judgement",
    "lasting",
    "in_log",
)
"""Keys of a criterion without a rule that are its question's."""
OF_SOME: Final = "of_some"
_QUOTED: Final = re.compile(r"""\"[^\"]*\"|'[^']*'""")
_NAMES: Final = re.compile(r"[A-Za-z_]\w*")
_IN_RULE: Final = re.compile(f"{_QUOTED.pattern}|{_NAMES.pattern}")


def with_questions_of_criteria(raw: Raw, shelf: Shelf) -> Raw:
    """Return the file with every question that only a criterion names, and a rule for every criterion."""
    listed, criteria = raw.get("question", []), raw.get("criterion")
    if not isinstance(criteria, list) or not isinstance(listed, list):
        return raw
    questions, names, ruled, above = list(listed), [question_name(each) for each in listed], [], 0
    people = _people(raw.get("part"))
    for each in criteria:
        if _is_asked(each):
            made = _question(each, people)
            each = {key: value for key, value in each.items() if key not in OF_THE_QUESTION}
            each["rule"] = _is_met(made["id"]) if _lets_pass(each) else _is_yes(made["id"])
            questions.insert(above, made)
            names.insert(above, made["id"])
        named = _named(each)
        _add_of_the_catalogue(named, questions, names, above, shelf)
        above = max(above, _end_of(named.keys(), questions, names))
        ruled.append(each)
    return {**raw, "question": questions, "criterion": ruled}


def _add_of_the_catalogue(
    named: Iterable[str], questions: list[Any], names: list[str | None], above: int, shelf: Shelf
) -> None:
    """Add what a rule names of the catalogue and the file does not ask, each after what the rule names before it."""
    asked = set(names)
    known = [name for name in named if name in asked or shelf.entry(name) is not None]
    if asked.issuperset(known):
        return
    for name in known:
        needed = () if name in names else dict.fromkeys(_with_parts(name, shelf))
        made = [each for each in needed if each not in names]
        questions[above:above] = [{"use": each} for each in made]
        names[above:above] = made
        above = max(above + len(made), _end_of({name}, questions, names))


def _with_parts(name: str, shelf: Shelf, wanted_for: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield an entry of the catalogue after those that it is worked out from: all are asked at its criterion."""
    entry = shelf.entry(name)
    if entry is not None and name not in wanted_for:  # else it is worked out from itself, which is refused
        for part in names_in(str(entry.get("formula", ""))):
            yield from _with_parts(part, shelf, (*wanted_for, name))
        yield name


def _named(criterion: Any) -> dict[str, None]:
    """Return what a criterion's rule names, each once, in its order."""
    rule = criterion.get("rule") if isinstance(criterion, dict) else None
    return dict.fromkeys(names_in(rule) if isinstance(rule, str) else ())


def names_in(said: str) -> list[str]:
    """Return what may be names of questions in a rule or formula: what stands in quotes is none."""
    return _NAMES.findall(_QUOTED.sub(" ", said))


def with_names(said: str, names: Mapping[str, str]) -> str:
    """Return a rule with other names of its questions; what stands in quotes stays."""
    return _IN_RULE.sub(lambda found: names.get(found[0], found[0]), said)


def _is_asked(criterion: Any) -> bool:
    """Say whether a criterion has all that its question is made of."""
    return (
        isinstance(criterion, dict)
        and "rule" not in criterion
        and isinstance(criterion.get("code"), str)
        and any(isinstance(criterion.get(side), str) for side in SIDES)
    )


def is_asked_as_it_stands(criterion: Criterion) -> bool:
    """Say whether a criterion that was read has no rule of its own: that its question is answered by yes."""
    return criterion.rule.text == _is_yes(id_of(criterion.code)) or is_asked_of_some(criterion)


def is_asked_of_some(criterion: Criterion) -> bool:
    """Say whether it is asked as it stands, and is also met by whom it does not concern."""
    return criterion.rule.text == _is_met(id_of(criterion.code))


def options_of_some() -> list[Raw]:
    """Return the answers to a question that concerns some patients only."""
    return [{"code": code, "text": shipped_text(f"some_{code}")} for code in ("yes", "no", "not_concerned")]


def _lets_pass(criterion: Raw) -> bool:
    """Say whether who is not concerned meets it; an exclusion that does not concern a patient does not apply anyway."""
    return criterion.get(OF_SOME) is True and "inclusion" in criterion


def _is_met(question: str) -> str:
    return f'{question} in ("yes", "not_concerned")'


def _is_yes(question: str) -> str:
    return f'{question} == "yes"'


def _question(criterion: Raw, people: People) -> Raw:
    side = next(each for each in SIDES if each in criterion)
    source = criterion[side]
    made = {
        "id": id_of(criterion["code"]),
        "kind": "yes_no",
        "ask": asked_of(source, _asked_about(criterion, people), every=side == "inclusion"),
        "short": criterion.get("name", shortened(source) or "?"),
    }
    if criterion.get(OF_SOME) is True:
        made |= {"kind": "choice", "options": options_of_some()}
    return made | {key: criterion[key] for key in OF_THE_QUESTION if key in criterion}


People = Mapping[str, Text | None]
"""Whom each part of a file is about, by its code; ``None``: the patient."""


def _people(parts: Any) -> People:
    listed = [each for each in parts if isinstance(each, dict)] if isinstance(parts, list) else []
    return {str(each.get("code")): _text(each.get("person")) for each in listed}


def _text(raw: Any) -> Text | None:
    """Return a text of a file; what is none is refused where its table is read."""
    if isinstance(raw, str):
        return Text({DEFAULT: raw})
    is_text = isinstance(raw, dict) and raw and all(isinstance(each, str) for each in raw.values())
    return Text(raw) if is_text else None


def _asked_about(criterion: Raw, people: People) -> list[Text | None]:
    """Return whom a criterion is about: the persons of its parts, each once; of all parts, if it names none."""
    named = criterion.get("parts")
    codes = named if named and isinstance(named, list) else people
    return each_once(people.get(str(code)) for code in codes)


def asked_of(words: str, people: Collection[Text | None], *, every: bool) -> Text:
    """Return the question whether words are true of persons, of every one or else of any; of none: the patient."""
    patient, joint = shipped_text("the_patient"), shipped_text("every" if every else "any")
    named = [each or patient for each in people] or [patient]
    return Text(
        {
            code: text.format(words=words, person=joint[code].join(each[code] for each in named))
            for code, text in shipped_text("as_it_stands").items()
        }
    )


def id_of(code: str) -> str:
    """Return the code as a question's name: ``E9`` is asked as ``e9``, ``3.1`` as ``c_3_1``."""
    name = re.sub(r"[^a-z0-9_]", "_", code.lower())
    return name if is_question_id(name) else f"c_{name}"


def _end_of(named: Set[str], questions: list[Any], names: list[str | None]) -> int:
    """Return the place after the last of the questions called so, and of what they are divided by; 0 without any."""
    used = [each for each, name in zip(questions, names, strict=True) if name in named]
    found = named | {unit.get("per") for each in used for unit in _units(each)}
    return max((place for place, name in enumerate(names, 1) if name in found), default=0)


def question_name(raw: Any) -> str | None:
    """Return what a question is called: its id, or else the entry of the catalogue that it uses."""
    name = raw.get("id", raw.get("use")) if isinstance(raw, dict) else None
    return name if isinstance(name, str) else None


def questions_by_name(raw: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the tables of a file's questions with their names, those of its own catalogue, too."""
    tables = [(question_name(each), each) for each in raw.get("question", ())]
    tables += raw.get("catalogue", {}).items()
    yield from ((name, each) for name, each in tables if name is not None and isinstance(each, dict))


def _units(question: Raw) -> list[Raw]:
    units = question.get("units")
    return [unit for unit in units if isinstance(unit, dict)] if isinstance(units, list) else []
