"""Questions that only criteria name: of the catalogue, by a rule; or the criterion itself, where it has no rule.

A criterion without a rule is asked as it stands in the record, and answered by yes or no; one that speaks of some
patients only (`of_some`) also by *does not concern this patient*. It asks about the patient, or about the persons of
the parts that it belongs to, with the lines that lead on to it: *Within 4 weeks before enrolment: Major surgery*.
A name in a rule that no question of the file has, and an entry of the catalogue has, is that entry. Either is asked
after the questions of the criteria that stand above it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Any, Final

from dialogs.headings import LEADS_ON, Entry, entries_in, headings_of
from dialogs.languages import DEFAULT
from dialogs.loading.catalogue import Shelf
from dialogs.loading.defaults import SIDES, shipped_text, shortened
from dialogs.loading.kinds import is_question_id
from dialogs.of_one_trial import only_says_the_side, says_more
from dialogs.protocol import Criterion, Protocol
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
UNDER_LINES: Final = (
    "# Asked with the lines above: a criterion without a rule, below lines that lead on to it."
)
"""A remark at the end of a stored file with such questions; without it, they were asked without these lines."""
_OF_ONE: Final = re.compile(r".*\d[a-z]+")
"""The code of a criterion that is one of several by its letter, which stand under one line: E3a."""
_AROUND_A_NAME: Final = 8
AROUND: Final = " :：.。"
_QUOTED: Final = re.compile(r"""\"[^\"]*\"|'[^']*'""")
_NAMES: Final = re.compile(r"[A-Za-z_]\w*")
_IN_RULE: Final = re.compile(f"{_QUOTED.pattern}|{_NAMES.pattern}")


def with_questions_of_criteria(raw: Raw, shelf: Shelf, *, under_lines: bool = True) -> Raw:
    """Return the file with every question that only a criterion names, and a rule for every criterion.

    With `under_lines` a criterion without a rule is asked with the lines that lead on to it.
    """
    listed, criteria = raw.get("question", []), raw.get("criterion")
    if not isinstance(criteria, list) or not isinstance(listed, list):
        return raw
    questions, names, ruled, above = list(listed), [question_name(each) for each in listed], [], 0
    people, lines = _people(raw.get("part")), _leading_to(criteria, raw.get("part"))
    for each, leading in zip(criteria, lines, strict=True):
        if _is_asked(each):
            said = leading if under_lines and "ask" not in each else _Lines()
            shelf.under_lines |= bool(said.lines)
            made = _question(each, people, said)
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


def _question(criterion: Raw, people: People, above: _Lines) -> Raw:
    side = next(each for each in SIDES if each in criterion)
    source = criterion[side]
    asked, below = (under(above.lines, source), "") if above.sure else (source, under(above.lines))
    made = {
        "id": id_of(criterion["code"]),
        "kind": "yes_no",
        "ask": asked_of(asked, _asked_about(criterion, people), every=side == "inclusion", below=below),
        "short": criterion.get("name", shortened(source) or "?"),
    }
    if criterion.get(OF_SOME) is True:
        made |= {"kind": "choice", "options": options_of_some()}
    return made | {key: criterion[key] for key in OF_THE_QUESTION if key in criterion}


def entries_of(criteria: Iterable[Any]) -> Iterator[Entry]:
    """Yield the sides, codes and words of criteria, and lines that are none, as `headings_of` takes them."""
    for each in criteria:
        table = each if isinstance(each, dict) else {}
        side = next((key for key in SIDES if key in table), None)
        yield side, "" if side is None else str(table.get("code")), str(table.get(side or "line", ""))


@dataclass(frozen=True, slots=True)
class _Lines:
    """The lines that lead on to a criterion; and whether that is sure: it stands next below, or is one of several."""

    lines: Sequence[str] = ()
    sure: bool = True


def _leading_to(criteria: Sequence[Any], parts: Any) -> Iterator[_Lines]:
    """Yield the lines that each criterion is asked with; what is none has none.

    A line may hold for what stands next below it only, or for all down to the next line: that the file does not say.
    """
    above, names, last = _above(entries_of(criteria)), _names_of(parts), ""
    for side, code, _ in entries_of(criteria):
        lines = () if side is None else leading(next(above), side)
        named = [each for each in lines if not any(_is_about_one(each, name) for name in names)]
        yield _Lines(named, not last or _OF_ONE.fullmatch(code) is not None)
        last = code


def _above(entries: Iterable[Entry]) -> Iterator[Sequence[str]]:
    """Yield the lines above each criterion; numbers with a point may count all criteria of a side, and are no list."""
    return headings_of(
        (side, code if _OF_ONE.fullmatch(code) else "", words) for side, code, words in entries
    )


def _is_about_one(line: str, name: str) -> bool:
    """Say whether a line says no more than the name of a part: *For parents:*."""
    before, found, after = line.strip(AROUND).casefold().partition(name)
    around = before + after
    return bool(found) and len(around) <= _AROUND_A_NAME and not any(map(str.isdigit, around))


def _names_of(parts: Any) -> set[str]:
    """Return what parts are called: of whom a criterion is, its keys say."""
    listed = [each for each in parts if isinstance(each, dict)] if isinstance(parts, list) else []
    texts: list[Mapping[str, str]] = [_text(each.get("name")) or {} for each in listed]
    return {said.strip(AROUND).casefold() for text in texts for said in text.values()} - {""}


def leading(above: Sequence[str], side: str) -> list[str]:
    """Return those of the lines above a criterion that it is asked with.

    What says that the following must not be would turn a question around: *must not have: diabetes*.
    """
    return [each for each in _lead_on(above) if not only_says_the_side(each, side)]


def _lead_on(above: Sequence[str]) -> list[str]:
    """Return those of the lines above a criterion that lead on to it, and say more than that it is one.

    A line that does not end in a colon may be an item, or a remark on what stands above it; a colon before one leads on
    to that.
    """
    last = [*takewhile(lambda each: each.rstrip().endswith(LEADS_ON), reversed(above))][::-1]
    return [each for each in last if says_more(each)]


def with_lines_above(protocol: Protocol) -> Protocol:
    """Return the protocol, in which each criterion has the lines of the record that lead on to it."""
    if not protocol.lines:
        return protocol
    pairs = zip(protocol.criteria, _above(entries_in(protocol)), strict=True)
    criteria = (replace(each, below=under(_lead_on(above))) for each, above in pairs)
    return replace(protocol, criteria=tuple(criteria))


def under(lines: Sequence[str], words: str = "") -> str:
    """Return words behind the lines that lead on to them."""
    said = (" ".join(each.split()) for each in lines)
    return ("".join(f"{each} " if each.endswith(":") else each for each in said) + words).rstrip()


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


def asked_of(words: str, people: Collection[Text | None], *, every: bool, below: str = "") -> Text:
    """Return the question whether words are true of persons, of every one or else of any; of none: the patient.

    It begins with what stands above them in the record and may hold for them, too.
    """
    patient, joint = shipped_text("the_patient"), shipped_text("every" if every else "any")
    named = [each or patient for each in people] or [patient]
    may_hold = shipped_text("may_be_below")
    return Text(
        {
            code: (f"{may_hold[code].format(line=below)}\n" if below else "")
            + text.format(words=words, person=joint[code].join(each[code] for each in named))
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
