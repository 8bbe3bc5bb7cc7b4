"""Which criteria and questions of a new version are which of the old one.

A criterion is known by its words before its code: a new E3 moves the old one to E4. A question is known by what it
asks before its id; one that stands for a criterion without a rule is called after its code, and goes with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from dialogs.changed_words import likeness, same_words
from dialogs.headings import headings
from dialogs.loading.ruleless import id_of, is_asked_as_it_stands, names_in, with_names
from dialogs.protocol import Criterion, Protocol, Question
from dialogs.quoted import Outdated, outdated, quotations
from dialogs.rules.judgement import members
from dialogs.stale_names import StaleName, stale_names
from dialogs.texts import Text

_ENOUGH: Final = 0.55
"""From this score on a criterion is another one's successor, and not a new one."""
_BY_CODE: Final = 0.25
_BY_RULE: Final = 0.25
"""What the same code, and the same rule, add to how alike the words are."""

_Questions = Sequence[Question]


@dataclass(frozen=True, eq=False)
class Matching:
    """Two versions of a trial: ``criteria`` are places (old, new) of those that are the same one."""

    old: Protocol
    new: Protocol

    @cached_property
    def criteria(self) -> tuple[tuple[int, int], ...]:
        """The criteria that both versions have, in the new order."""
        olds, news = set(range(len(self.old.criteria))), set(range(len(self.new.criteria)))
        found: list[tuple[int, int]] = []
        for pairs in (self._same_words, self._alike):
            for one, other in pairs(sorted(olds), sorted(news)):
                if one in olds and other in news:
                    olds.remove(one)
                    news.remove(other)
                    found.append((one, other))
        return tuple(sorted(found, key=lambda pair: pair[1]))

    @cached_property
    def dropped(self) -> tuple[Criterion, ...]:
        kept = {one for one, _ in self.criteria}
        return tuple(each for place, each in enumerate(self.old.criteria) if place not in kept)

    @cached_property
    def added(self) -> tuple[Criterion, ...]:
        kept = {other for _, other in self.criteria}
        return tuple(each for place, each in enumerate(self.new.criteria) if place not in kept)

    @cached_property
    def moved(self) -> frozenset[int]:
        """The new places of criteria that stand elsewhere among the others than they did."""
        return frozenset(other for _, other in self.criteria) - _in_order(self.criteria)

    @cached_property
    def only_words(self) -> frozenset[int]:
        """The new places of criteria whose words changed, and not the rule, or the question that stands for them."""
        return frozenset(other for one, other in self.criteria if self._only_words(one, other))

    def _only_words(self, one: int, other: int) -> bool:
        before, after = self.old.criteria[one], self.new.criteria[other]
        reworded = not same_words(before.source, after.source) or not say_the_same(
            before.reading, after.reading
        )
        if not reworded and other not in self.headed_otherwise:
            return False
        if self.in_new_names(before.rule.text) != after.rule.text:
            return False
        anew = [self.asks_other_words(self.new.questions[place]) for place in members(after.rule.mask)]
        return not all(anew) if reworded and anew else not any(anew)

    @cached_property
    def headed_otherwise(self) -> dict[int, tuple[str, str]]:
        """By the new places of criteria what stood above them, and stands there now, where that changed."""
        before, now = headings(self.old), headings(self.new)
        return {
            other: (" ".join(before[one]), " ".join(now[other]))
            for one, other in self.criteria
            if not same_words("".join(before[one]), "".join(now[other]))
        }

    def asks_other_words(self, question: Question) -> bool:
        """Say whether a question of the new version is about words of the record that the old one did not ask about."""
        before = self.former.get(question.id)
        if before is None or any(each.question == question.id for each in self.outdated):
            return True
        asked = self.old.question(before)
        of_the_record = self.asks_a_criterion(self.new, question) or quotations(asked)
        return bool(of_the_record and not asked.ask.agrees_with(question.ask))

    @cached_property
    def former(self) -> dict[str, str]:
        """By the id of each question of the new version that the old one has, what it was called there."""
        found = dict(self._of_criteria())
        for pairs in (self._unchanged, self._renamed, self._of_the_same_name, self._in_the_same_place):
            olds = [each for each in self.old.questions if each.id not in found.values()]
            news = [each for each in self.new.questions if each.id not in found]
            found |= pairs(olds, news)
        return found

    def in_new_names(self, rule: str) -> str:
        """Return a rule of the old version, with what its questions are called now; none as another one is."""
        return with_names(rule, self._new_names)

    @cached_property
    def _new_names(self) -> dict[str, str]:
        names = {before: now for now, before in self.former.items()}
        gone = self.old.position.keys() & self.new.position.keys() - names.keys()
        return names | {name: f"{name}@before" for name in gone}

    # criteria ------------------------------------------------------------------------------------

    def _pairs(self, olds: list[int], news: list[int]) -> Iterator[tuple[int, int, Criterion, Criterion]]:
        for one in olds:
            for other in news:
                before, after = self.old.criteria[one], self.new.criteria[other]
                if before.kind == after.kind:
                    yield one, other, before, after

    def _same_words(self, olds: list[int], news: list[int]) -> list[tuple[int, int]]:
        """Pairs with the same words, as *one of the following*: those first that ask the same, of the same parts."""
        same = [each for each in self._pairs(olds, news) if same_words(each[2].source, each[3].source)]
        same.sort(
            key=lambda each: (
                _asks(self.old, each[2]) != _asks(self.new, each[3]),
                each[2].parts != each[3].parts,
                each[2].code != each[3].code,
            )
        )
        return [(one, other) for one, other, *_ in same]

    def _alike(self, olds: list[int], news: list[int]) -> list[tuple[int, int]]:
        """Pairs that are alike enough, the best first."""
        scored = [
            (_score(before, after), one, other) for one, other, before, after in self._pairs(olds, news)
        ]
        best = sorted(each for each in scored if each[0] >= _ENOUGH)
        return [(one, other) for _, one, other in reversed(best)]

    # questions -----------------------------------------------------------------------------------

    def _of_criteria(self) -> Iterator[tuple[str, str]]:
        """Questions that stand for a criterion in both versions."""
        for one, other in self.criteria:
            before, after = self.old.criteria[one], self.new.criteria[other]
            if is_asked_as_it_stands(before) and is_asked_as_it_stands(after):
                yield id_of(after.code), id_of(before.code)

    def _unchanged(self, olds: _Questions, news: _Questions) -> dict[str, str]:
        asked = {each.id: each.ask for each in olds}
        return {each.id: each.id for each in news if asked.get(each.id) == each.ask}

    def _renamed(self, olds: _Questions, news: _Questions) -> dict[str, str]:
        """Questions that are called otherwise now, and are else the same."""
        left, found = list(olds), {}
        for question in news:
            same = [each for each in left if each.ask == question.ask and answered_alike(each, question)]
            if len(same) == 1:
                left.remove(same[0])
                found[question.id] = same[0].id
        return found

    def _of_the_same_name(self, olds: _Questions, news: _Questions) -> dict[str, str]:
        """Questions that ask otherwise now; one called after a criterion need not be the same."""
        names = {each.id for each in olds if not self.asks_a_criterion(self.old, each)}
        return {
            each.id: each.id
            for each in news
            if each.id in names and not self.asks_a_criterion(self.new, each)
        }

    def _in_the_same_place(self, olds: _Questions, news: _Questions) -> dict[str, str]:
        """Questions that quote words of the record, and stand in a rule where another quoted its words of before.

        A draft calls a question after the words that it quotes.
        """
        before, after = ({each.id: each for each in some if quotations(each)} for some in (olds, news))
        found: dict[str, str] = {}
        for one, other in self.criteria:
            rules = self.old.criteria[one].rule.text, self.new.criteria[other].rule.text
            names = [names_in(rule) for rule in rules]
            places = dict(zip(*reversed(names), strict=False))
            if with_names(rules[1], places) == rules[0]:
                found |= {
                    now: was
                    for now, was in places.items()
                    if now in after
                    and was in before
                    and was not in found.values()
                    and answered_alike(before[was], after[now])
                }
        return found

    def asks_a_criterion(self, protocol: Protocol, question: Question) -> bool:
        """Say whether a question stands for a criterion, and is called after its code."""
        return question.id in (self._asked_before if protocol is self.old else self._asked_now)

    @cached_property
    def _asked_before(self) -> frozenset[str]:
        return _asked_as_they_stand(self.old)

    @cached_property
    def _asked_now(self) -> frozenset[str]:
        return _asked_as_they_stand(self.new)

    @cached_property
    def outdated(self) -> tuple[Outdated, ...]:
        """The questions of the new version that still quote words which it changed at their criteria."""
        before = {(each.said, each.now) for each in outdated(self.old)}
        return tuple(each for each in outdated(self.new) if (each.said, each.now) not in before)

    @cached_property
    def stale_names(self) -> tuple[StaleName, ...]:
        """The names of the new version that say a number which only the old one had."""
        before = {(each.said, each.numbers) for each in stale_names(self.old)}
        return tuple(each for each in stale_names(self.new) if (each.said, each.numbers) not in before)


def _asked_as_they_stand(protocol: Protocol) -> frozenset[str]:
    """Return the questions that stand for criteria."""
    return frozenset(id_of(each.code) for each in protocol.criteria if is_asked_as_it_stands(each))


def _asks(protocol: Protocol, criterion: Criterion) -> list[Text]:
    """Return what is asked for a criterion, but how its own words are."""
    if is_asked_as_it_stands(criterion):
        return []
    return [protocol.questions[place].ask for place in members(criterion.rule.mask)]


def _score(before: Criterion, after: Criterion) -> float:
    score = likeness(before.source, after.source)
    return score + _BY_CODE * (before.code == after.code) + _BY_RULE * (before.rule.text == after.rule.text)


def _in_order(pairs: tuple[tuple[int, int], ...]) -> set[int]:
    """Return the new places of the most criteria that stand in the same order in both versions."""
    longest: list[tuple[int, ...]] = []
    for at, (one, _) in enumerate(pairs):
        before = [longest[i] for i in range(at) if pairs[i][0] < one]
        longest.append((*max(before, key=len, default=()), at))
    return {pairs[at][1] for at in max(longest, key=len, default=())}


def say_the_same(one: Text | None, other: Text | None) -> bool:
    """Say whether texts of two versions have the same words, in the languages that both have."""
    if one is None or other is None:
        return one is other
    both = one.keys() & other.keys()
    return bool(both) and all(same_words(one[language], other[language]) for language in both)


def answered_alike(one: Question, other: Question) -> bool:
    """Say whether two questions take the same answers, and numbers mean the same."""
    return _answers(one) == _answers(other)


def _answers(question: Question) -> object:
    units = [(u.code, u.scale, u.offset, u.per, u.gives, u.possible) for u in question.units]
    shortcuts = [(each.code, each.means) for each in question.shortcuts]
    formula = None if question.formula is None else question.formula.meaning
    options = [(option.code, dict(option.implies)) for option in question.options]
    return question.kind, options, shortcuts, units, question.bounds, formula
