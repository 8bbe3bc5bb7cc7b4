"""What the columns of a list for several trials are called: so that none is taken for another trial's question.

A column has the name of its question, behind that of its trial where two trials call different questions so, or where
it is a criterion asked as it stands: ``e3`` alone would be anybody's third exclusion.

A list outlives the trials on offer. A column of before is taken where it is certain what it answers, and left out where
only trials ask it that are known and not asked about here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from dialogs.candidates.boxes import BETWEEN
from dialogs.candidates.rows import BadFile, require_known
from dialogs.loading.ruleless import id_of
from dialogs.of_one_trial import is_of_one_trial
from dialogs.parts import persons
from dialogs.portfolio.beside import ask_the_same
from dialogs.portfolio.merging import Portfolio, coded, merged
from dialogs.protocol import Protocol, Question


def listed(protocols: Sequence[Protocol]) -> Portfolio:
    """Make a portfolio whose questions are called as the columns of its lists; conversations have `merged`."""
    return merged(protocols, names=_names if len(protocols) > 1 else None)


def _names(protocols: Sequence[Protocol], places: Sequence[tuple[int, ...]]) -> dict[int, str]:
    meant: dict[str, set[int]] = defaultdict(set)
    for protocol, own in zip(protocols, places, strict=True):
        for question, place in zip(protocol.questions, own, strict=True):
            meant[question.id].add(place)
    names: dict[int, str] = {}
    for protocol, own in zip(protocols, places, strict=True):
        of_criteria = {id_of(criterion.code) for criterion in protocol.criteria}
        for question, place in zip(protocol.questions, own, strict=True):
            plain = len(meant[question.id]) == 1 and question.id not in of_criteria
            names.setdefault(place, question.id if plain else coded(protocol, question.id))
    return names


# lists of before ---------------------------------------------------------------------------------


@dataclass(slots=True)
class Elsewhere:
    """Trials that are known and not asked about here, looked up where a list has a column of none that is.

    ``left_out`` then holds the columns of theirs, each with the trials that ask it.
    """

    known: Callable[[], Iterable[Protocol]] = tuple
    left_out: dict[str, tuple[str, ...]] = field(default_factory=dict)


def answering(
    protocol: Protocol, columns: Sequence[str], elsewhere: Elsewhere, beside: Iterable[str] = ()
) -> dict[str, tuple[str, ...]]:
    """Return what each column of a list answers: a question, that of several trials, or none here.

    ``beside`` questions there may be other columns, each for itself. Raises `BadFile`.
    """
    known = {name: (name,) for name in (*beside, *protocol.position)}
    found = {column: known.get(column) or tuple(_of_before(protocol, column, known)) for column in columns}
    unknown = [column for column in columns if not found[column]]
    left_out = _of_trials_elsewhere(protocol, unknown, elsewhere) if unknown else {}
    require_known(tuple(known), [column for column in unknown if column not in left_out])
    elsewhere.left_out |= left_out
    having_one = {*known} & found.keys()
    meant = {
        column: targets if column in known else tuple(each for each in targets if each not in having_one)
        for column, targets in found.items()
    }
    _refuse_twice({column: found[column] if len(found[column]) == 1 else meant[column] for column in found})
    return meant


def _refuse_twice(found: Mapping[str, Sequence[str]]) -> None:
    by_target = defaultdict[str, list[str]](list)
    for column, targets in found.items():
        for target in targets:
            by_target[target].append(column)
    twice = [columns for columns in by_target.values() if len(columns) > 1]
    if twice:
        raise BadFile("list_column_twice", columns=", ".join(twice[0]))


def _of_before(protocol: Protocol, column: str, known: Mapping[str, object]) -> Iterator[str]:
    """Yield what a column answers that was called so while other trials were on offer."""
    question, between, box = column.partition(BETWEEN)
    for name in _named_by_trial(protocol, question) or _plain(protocol, question):
        if f"{name}{between}{box}" in known:
            yield f"{name}{between}{box}"


def _named_by_trial(protocol: Protocol, question: str) -> list[str]:
    """Return what a question is called here that stands behind its trial: ``EX-1/e3``."""
    return [
        name
        for trial, names in _by_trial(protocol)
        for own, name in names.items()
        if question == coded(trial, own)
    ]


def _plain(protocol: Protocol, question: str) -> list[str]:
    """Return what a question that trials now ask apart is called in each; nothing, if they may mean different ones."""
    asking = [(trial, names[question]) for trial, names in _by_trial(protocol) if question in names]
    is_certain = all(_mean_the_same(question, asking[0][0], trial) for trial, _ in asking)
    return [*dict.fromkeys(name for _, name in asking)] if is_certain else []


def _by_trial(protocol: Protocol) -> Iterator[tuple[Protocol, dict[str, str]]]:
    """Yield each trial with its questions, each with what it is called here."""
    if not isinstance(protocol, Portfolio):
        yield protocol, {each: each for each in protocol.position}
        return
    for trial in protocol.trials:
        own = zip(trial.protocol.questions, trial.places, strict=True)
        yield trial.protocol, {each.id: protocol.questions[place].id for each, place in own}


def _mean_the_same(question: str, one: Protocol, other: Protocol) -> bool:
    """Say whether an answer to a question of one trial is one of the other's, as far as its range and units take it."""
    here, there = one.question(question), other.question(question)
    about = (persons(each, each.position[question]) for each in (one, other))
    of_criteria = {id_of(criterion.code) for each in (one, other) for criterion in each.criteria}
    return (
        question not in of_criteria
        and not is_of_one_trial(here)
        and not is_of_one_trial(there)
        and ask_the_same(here, there)
        and next(about) == next(about)
        and _answers(here) == _answers(there)
    )


def _answers(question: Question) -> tuple[object, ...]:
    """Return what an answer means but its range: the options, and what a number is worked out from."""
    return tuple(each.code for each in question.options), question.formula and question.formula.text


def _of_trials_elsewhere(
    protocol: Protocol, columns: Sequence[str], elsewhere: Elsewhere
) -> dict[str, tuple[str, ...]]:
    """Return the columns that only trials elsewhere have, with these; none that may be meant for a trial here."""
    here = {each for _, names in _by_trial(protocol) for each in names}
    ids = {trial.id for trial, _ in _by_trial(protocol)}
    others = {trial.sha256: trial for trial in elsewhere.known() if trial.id not in ids}
    found: dict[str, tuple[str, ...]] = {}
    for column in columns:
        question = column.partition(BETWEEN)[0]
        asking = [each.id for each in others.values() if _asks(each, question)]
        if asking and question not in here:
            found[column] = tuple(dict.fromkeys(asking))
    return found


def _asks(trial: Protocol, question: str) -> bool:
    return question in trial.position or question.removeprefix(coded(trial, "")) in trial.position
