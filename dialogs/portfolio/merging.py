"""Makes one protocol of several trials: each question once, the criteria of all, a part for every part of a trial.

Rules are not parsed again: those of a trial are written over the questions of all.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from dialogs.effort import WEIGHTS
from dialogs.languages import in_every_language
from dialogs.of_one_trial import explained_first
from dialogs.portfolio.beside import Said, implied, told
from dialogs.portfolio.naming import behind, named
from dialogs.portfolio.sameness import classes
from dialogs.protocol import Criterion, Part, Protocol, Question, SiteItem
from dialogs.rules.judgement import members
from dialogs.rules.relocation import relocated_formula, relocated_rule
from dialogs.texts import Text

PORTFOLIO: Final = "portfolio"
"""The id of every portfolio."""
BEGINS: Final = f"{PORTFOLIO} = ["
"""The beginning of the text that is stored of one; no text of a trial has it."""


@dataclass(frozen=True, eq=False)
class Trial:
    """One trial of a portfolio: where its questions, criteria and parts stand there."""

    protocol: Protocol
    places: tuple[int, ...]
    """For each of its questions, the place in the portfolio."""
    first: int
    """The place of its first criterion; the others follow."""
    part: int
    """The place of the first of its alternatives among all, or of itself if it has none."""

    @property
    def criteria(self) -> slice:
        return slice(self.first, self.first + len(self.protocol.criteria))

    @property
    def parts(self) -> int:
        """The bit mask of its parts in the portfolio."""
        return self.protocol.every_part << self.part

    @cached_property
    def own(self) -> dict[int, int]:
        """Place in the portfolio -> place in the trial."""
        return {place: own for own, place in enumerate(self.places)}

    def coded(self, code: str) -> str:
        """Return what a criterion of it is called in the portfolio."""
        return coded(self.protocol, code)


@dataclass(frozen=True, eq=False)
class Portfolio(Protocol):
    """The questions and criteria of several trials."""

    trials: tuple[Trial, ...] = ()

    @cached_property
    def trial_ids(self) -> tuple[str, ...]:
        return tuple(trial.protocol.id for trial in self.trials)

    @cached_property
    def parts_of(self) -> tuple[int, ...]:
        """A required part of a trial rules out the parts of that trial only."""
        return tuple(own << trial.part for trial in self.trials for own in trial.protocol.parts_of)

    @cached_property
    def asking(self) -> tuple[tuple[int, ...], ...]:
        """For each question, the trials that ask it, by their place."""
        found: list[list[int]] = [[] for _ in self.questions]
        for index, trial in enumerate(self.trials):
            for place in trial.places:
                found[place].append(index)
        return tuple(map(tuple, found))

    @cached_property
    def open_reviews(self) -> tuple[Criterion, ...]:
        """Those of its trials: with one of them it is a draft, too."""
        return tuple(each for trial in self.trials for each in trial.protocol.open_reviews)

    @cached_property
    def weights(self) -> tuple[int, ...]:
        """What the effort of each question weighs."""
        return tuple(WEIGHTS[question.effort] for question in self.questions)

    @cached_property
    def explained_first(self) -> frozenset[int]:
        """The questions that can be answered only once a trial has been explained."""
        return frozenset(members(explained_first(self)))

    @cached_property
    def limits(self) -> dict[int, int]:
        """For each question that is a limit of normal, the index of its value."""
        pairs = ((index, question.unit_of) for index, question in enumerate(self.questions))
        return {index: self.position[value] for index, value in pairs if value is not None}


def asked_by(protocol: Protocol, place: int) -> list[tuple[Protocol, Question]]:
    """Return the trials that ask a question, with the question as each has it."""
    if not isinstance(protocol, Portfolio):
        return [(protocol, protocol.questions[place])]
    asking = [protocol.trials[index] for index in protocol.asking[place]]
    return [(trial.protocol, trial.protocol.questions[trial.own[place]]) for trial in asking]


def naming(portfolio: Portfolio, place: int, trials: Sequence[int]) -> Text | None:
    """Return a question that names trials with the names of these only; ``None`` if it names none."""
    own = [question.ask for _, question in asked_by(portfolio, place)]
    if portfolio.questions[place].ask in own:
        return None
    return behind([portfolio.trial_ids[each] for each in trials], max(own, key=len))


def coded(protocol: Protocol, code: str) -> str:
    return f"{protocol.id}/{code}"


def text_of(protocols: Sequence[Protocol], places: Sequence[Sequence[int]]) -> str:
    """Return what is stored of a portfolio: for each trial the SHA-256 of its text, and the places of its questions.

    So what was stored stays the same, whatever a later version takes for the same question.
    """
    rows = [[each.sha256, list(own)] for each, own in zip(protocols, places, strict=True)]
    return f"{BEGINS}{json.dumps(rows, separators=(',', ':'))[1:]}\n"


def remade(text: str, trial: Callable[[str], Protocol]) -> Portfolio | None:
    """Make a portfolio again of its stored text, ``trial`` giving its trials by SHA-256; ``None`` of a trial's text."""
    if not text.startswith(BEGINS):
        return None
    rows = tomllib.loads(text)[PORTFOLIO]
    return merged([trial(sha256) for sha256, _ in rows], [tuple(places) for _, places in rows])


def merged(
    protocols: Sequence[Protocol],
    places: Sequence[tuple[int, ...]] | None = None,
    names: Callable[[Sequence[Protocol], Sequence[tuple[int, ...]]], Mapping[int, str]] | None = None,
) -> Portfolio:
    """Make a portfolio of trials, in their order; there must be one at least, and no two of one id.

    ``places`` says for each question of each trial where it stands; without it, the same ones are looked for. ``names``
    says what questions are called where nothing is stored of them.
    """
    places = _places(protocols) if places is None else places
    first, text = protocols[0], text_of(protocols, places)
    questions = _questions(protocols, places, (names or _names)(protocols, places))
    trials = tuple(_trials(protocols, places))
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    return Portfolio(
        id=PORTFOLIO,
        version=sha256[:12],
        record_version="",
        title=Text(in_every_language("dialogs", PORTFOLIO, "title")),
        site=None,
        notices=(),
        disclaimer=first.disclaimer,
        contact=None,
        reviews=0,
        languages=tuple(dict.fromkeys(code for protocol in protocols for code in protocol.languages)),
        questions=questions,
        criteria=tuple(each for trial in trials for each in _criteria(trial)),
        lines=(),
        parts=tuple(part for protocol in protocols for part in _parts(protocol)),
        site_items=tuple(each for trial in trials for each in _items(trial, trial.protocol.site_items)),
        alerts=tuple(each for trial in trials for each in _items(trial, trial.protocol.alerts)),
        text=text,
        sha256=sha256,
        facts={},
        trials=trials,
    )


# questions ---------------------------------------------------------------------------------------


def _places(protocols: Sequence[Protocol]) -> list[tuple[int, ...]]:
    """Return, for each question of each trial, its place among all, in the order in which they come first."""
    numbers: dict[int, int] = {}
    return [tuple(numbers.setdefault(label, len(numbers)) for label in own) for own in classes(protocols)]


def _questions(
    protocols: Sequence[Protocol], places: Sequence[tuple[int, ...]], names: Mapping[int, str]
) -> tuple[Question, ...]:
    """Return each question once, worded by the trial that words it best; the first of several."""
    found: dict[int, Question] = {}
    for protocol, own in zip(protocols, places, strict=True):
        ids = {question.id: names[place] for question, place in zip(protocol.questions, own, strict=True)}
        for question, place in zip(protocol.questions, own, strict=True):
            if place not in found or _words_better(question, found[place]):
                found[place] = _moved(question, names[place], ids, own)
    within, beyond = implied(protocols, places, names), told(protocols, places, names)
    saying = {place: _saying(place, question, within, beyond) for place, question in found.items()}
    return named(saying, protocols, places)


def _saying(place: int, question: Question, within: Said, beyond: Said) -> Question:
    """Return a question whose options say what they do in any of the trials, apart what they say of other ones."""
    if not question.options:
        return question
    at = [(place, option.code) for option in question.options]
    options = tuple(
        replace(option, implies=within[each], beyond=beyond[each])
        for each, option in zip(at, question.options, strict=True)
    )
    return replace(question, options=options)


def _words_better(question: Question, other: Question) -> bool:
    """Say whether a question is worded in more languages; or else without a remark that the other one has."""
    if len(question.ask) != len(other.ask):
        return len(question.ask) > len(other.ask)
    return all(len(text) < len(other.ask[code]) for code, text in question.ask.items() if code in other.ask)


def _names(protocols: Sequence[Protocol], places: Sequence[tuple[int, ...]]) -> dict[int, str]:
    """Return the id of each question: that of the first trial that has it, behind the trial's where it is taken."""
    names: dict[int, str] = {}
    taken: set[str] = set()
    for protocol, own in zip(protocols, places, strict=True):
        for question, place in zip(protocol.questions, own, strict=True):
            if place not in names:
                names[place] = coded(protocol, question.id) if question.id in taken else question.id
                taken.add(names[place])
    return names


def _moved(question: Question, name: str, ids: Mapping[str, str], places: Sequence[int]) -> Question:
    """Return a question that refers to those of the portfolio."""
    units = tuple(replace(unit, per=ids.get(unit.per or "")) for unit in question.units)
    return replace(
        question,
        id=name,
        units=units,
        unit_of=ids.get(question.unit_of or ""),
        formula=relocated_formula(question.formula, places),
    )


# criteria, parts ---------------------------------------------------------------------------------


def _trials(protocols: Sequence[Protocol], places: Sequence[tuple[int, ...]]) -> Iterator[Trial]:
    criterion = part = 0
    for protocol, own in zip(protocols, places, strict=True):
        yield Trial(protocol, own, criterion, part)
        criterion += len(protocol.criteria)
        part += protocol.every_part.bit_length()


def _parts(protocol: Protocol) -> Iterator[Part]:
    """Yield the parts of a trial, and itself in place of alternatives if it has none."""
    if not protocol.alternatives:
        yield Part(protocol.id, protocol.title)
    for part in protocol.parts:
        yield replace(part, code=coded(protocol, part.code))


def _criteria(trial: Trial) -> Iterator[Criterion]:
    for criterion in trial.protocol.criteria:
        parts = criterion.parts or tuple(part.code for part in trial.protocol.parts)
        yield replace(
            criterion,
            code=trial.coded(criterion.code),
            rule=relocated_rule(criterion.rule, trial.places),
            requires=criterion.requires and trial.coded(criterion.requires),
            counts_as=criterion.counts_as and trial.coded(criterion.counts_as),
            parts=tuple(map(trial.coded, parts)) or (trial.protocol.id,),
        )


def _items(trial: Trial, items: Sequence[SiteItem]) -> Iterator[SiteItem]:
    for item in items:
        yield SiteItem(trial.coded(item.id), item.text, relocated_rule(item.when, trial.places))
