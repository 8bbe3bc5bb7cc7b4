"""Saved screenings of earlier versions of a trial, judged by another one. Nothing is written: what was saved stands.

Left out is what was screened again since, and saved: a later screening that is open says nothing yet.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from dialogs.amendments import Matching
from dialogs.amendments.rejudging import Rejudged, kept, rejudged
from dialogs.answers import Answer
from dialogs.assessment import effective
from dialogs.healing import Healing, could_be_screened_again_from, may_heal
from dialogs.parts import PartVerdict, Standing
from dialogs.protocol import Part, Protocol
from state.lookup import Lookup
from state.rescreening import NOT_SAVED_AGAIN, healing_of
from state.screenings import Screening

_SAVED: Final = f"""
SELECT s.number, s.site, s.protocol, t.version, g.verdict, g.all_failed, g.saved_entry
FROM screenings s
JOIN standing g ON g.screening = s.number
JOIN protocols t ON t.sha256 = s.protocol
WHERE g.verdict IS NOT NULL AND t.id IN (:trial, :former) AND s.protocol <> :version
    AND (:site IS NULL OR s.site = :site)
    AND {NOT_SAVED_AGAIN}
ORDER BY s.site, s.sequence
"""
_LIKE: Final[dict[Standing | None, Standing]] = {None: "ineligible", "met": "eligible"}
"""A part that a version does not have takes nobody. *Met* says besides that the whole is not potentially eligible."""


@dataclass(frozen=True, slots=True)
class PartChange:
    """What becomes of a screening in a part; ``None`` where a version does not have that."""

    part: Part
    before: Standing | None
    now: PartVerdict | None

    @property
    def excluded(self) -> bool:
        """Whether the new version excludes from this part whom the earlier one did not."""
        return _out(self.now.verdict if self.now else None) and not _out(self.before)

    @property
    def opened(self) -> bool:
        """Whether the new version does not exclude from this part whom the earlier one did."""
        return _out(self.before) and self.now is not None and not _out(self.now.verdict)


def _out(standing: Standing | None) -> bool:
    return _LIKE.get(standing, standing) == "ineligible"


@dataclass(frozen=True, slots=True)
class Amended:
    """A saved screening, the version and verdict that it was saved with, and what it comes to by the new version."""

    number: str
    site: str
    version: str
    verdict: str
    now: Rejudged
    no_longer: tuple[str, ...] = ()
    """Criteria that excluded, and do not by the new version as they were answered; by the codes that they have now."""
    dropped: tuple[str, ...] = ()
    """Criteria that excluded, and that the new version has no more; by the codes that they had."""
    before: tuple[PartVerdict, ...] = ()
    """The verdicts of parts that it was saved with."""
    healing: tuple[Healing | None, Healing | None] = None, None
    """From when time alone could let it in that is not eligible: by the earlier version, and now."""

    @property
    def open(self) -> bool:
        """Whether answers are needed before the new version comes to a verdict, and not only if other words count."""
        return bool(self.now.needed) and not self._let_in_by_words

    @property
    def changed(self) -> bool:
        """Whether the new version comes to another verdict of the whole, and not by answers to other words."""
        return not self.open and self.now.verdict != self.verdict and not self._is_doubtful

    @property
    def _is_doubtful(self) -> bool:
        """Whether it may come to that only as a question is asked in other words, *free of stroke* for *stroke*.

        Who is let in as another criterion excludes no more is to be screened again in any case.
        """
        let_in = self.verdict == "ineligible" and not self._let_in_by_words
        return bool(self.now.by_old_answers) and not let_in

    @property
    def _let_in_by_words(self) -> bool:
        passed = self.now.doubtful & {*self.no_longer}
        return self.verdict == "ineligible" and bool(self.now.by_old_answers and passed)

    @property
    def excluded(self) -> bool:
        """Whether the new version excludes whom the earlier one did not."""
        return self.changed and self.now.verdict == "ineligible"

    @property
    def parts(self) -> tuple[PartChange, ...]:
        """The parts whose verdict is another one, those left out of which answers are needed.

        A part that is required by both versions is told with the others, of which none takes whoever does not fit it.
        """
        return tuple(each for each in self._every_part if not self._rests_on_words(each))

    @property
    def _every_part(self) -> list[PartChange]:
        before, now = _as_parts_of(self.verdict, self.before), _as_parts_of(self.now.verdict, self.now.parts)
        return [*_changes(before, now, self.open_parts)]

    def _rests_on_words(self, change: PartChange) -> bool:
        """Say whether a change of a part rests on answers to questions that are asked in other words now."""
        failed = {*change.now.failed} if change.now else set()
        others = failed - self.now.doubtful if change.excluded else not self.now.doubtful & {*self.no_longer}
        return bool(self.now.by_old_answers and change.now) and not others

    @property
    def parts_apart(self) -> tuple[PartChange, ...]:
        """Those of them of which the change of the whole does not say it all."""
        if self.excluded:
            return ()
        whole = (self.verdict, self.now.verdict) if self.changed else None
        return tuple(each for each in self.parts if (each.before, each.now and each.now.verdict) != whole)

    @property
    def open_parts(self) -> frozenset[str]:
        """The parts of which answers are needed, by their codes."""
        every = tuple(each.part.code for each in self.now.parts)
        return frozenset(code for name in self.now.needed for code in self.now.needed_in.get(name, every))

    @property
    def differs(self) -> bool:
        """Whether the new version comes to another verdict, of the whole or of a part."""
        return self.changed or bool(self.parts)

    @property
    def heals_otherwise(self) -> bool:
        """Whether it is to be repeated from another day on, or no more, or now; who is excluded by both versions."""
        one, other = self.healing
        return one != other

    @property
    def by_old_words(self) -> tuple[str, ...]:
        """Criteria by whose old words the verdict stays what it was: a person must look."""
        return () if self.open or self.now.verdict != self.verdict else self.now.by_old_words

    @property
    def by_old_answers(self) -> tuple[str, ...]:
        """Questions that are asked in other words now, and by whose answers the verdict is what it is."""
        return () if self.open or self.changed else self.now.by_old_answers

    @property
    def may_change(self) -> bool:
        """Whether answers to other words, if they count, make the verdict another one, of the whole or of a part."""
        differs = self.now.verdict != self.verdict or len(self._every_part) > len(self.parts)
        return bool(self.by_old_answers) and differs

    @property
    def left_open(self) -> bool:
        """Whether the new version itself leaves open what the earlier one did not: there is nothing to ask."""
        return self.changed and (self.verdict, self.now.verdict) == ("eligible", "undetermined")

    @property
    def again(self) -> bool:
        """Whether the candidate is to be screened again: who may be in now, and whose answers do not do any more."""
        in_whole = self.changed and not self.excluded and not self.left_open
        return self.open or in_whole or any(each.opened for each in self.parts)


def _as_parts_of(verdict: str, parts: Iterable[PartVerdict]) -> dict[str, PartVerdict]:
    """Return what parts come to, by their codes; of whoever fits none, no more is asked."""
    out = verdict == "ineligible"
    return {each.part.code: replace(each, verdict="ineligible") if out else each for each in parts}


def _changes(
    before: Mapping[str, PartVerdict], now: Mapping[str, PartVerdict], still_open: frozenset[str]
) -> Iterator[PartChange]:
    for code in dict.fromkeys((*now, *before)):
        was, becomes = before.get(code), now.get(code)
        there = [each for each in (was, becomes) if each is not None]
        standings = [each.verdict if each else None for each in (was, becomes)]
        alike = len({_LIKE.get(each, each) for each in standings}) == 1
        if not alike and code not in still_open and not all(each.part.required for each in there):
            yield PartChange(there[-1].part, standings[0], becomes)


def amended(
    screenings: Lookup, new: Protocol, *, former: str | None = None, site: str | None = None
) -> list[Amended]:
    """Judge all saved screenings of earlier versions by `new`, in the order of their numbers.

    ``former`` is the id that the trial had there, if that is another one.
    """
    asked = {"trial": new.id, "former": former, "version": new.sha256, "site": site}
    matchings: dict[str, Matching] = {}
    found = []
    for number, at, sha256, version, verdict, failed, entry in screenings.db.execute(
        _SAVED, asked
    ).fetchall():
        if sha256 not in matchings:
            matchings[sha256] = Matching(screenings.protocols.get(sha256), new)
        matching, saved = matchings[sha256], screenings.as_saved(number)
        answers = {question: saved.dialogue.answers[question] for question in saved.dialogue.applied}
        now = rejudged(matching, answers, saved.dialogue.decided)
        codes = json.loads(failed or "[]")
        gone = tuple(_gone(matching, codes, now))
        each = Amended(
            number,
            at,
            version,
            verdict,
            now,
            tuple(code for code, dropped in gone if not dropped),
            tuple(code for code, dropped in gone if dropped),
            saved.dialogue.parts,
        )
        if verdict == now.verdict == "ineligible":
            before = healing_of(screenings, number, entry) if may_heal(matching.old, codes) else None
            each = replace(each, healing=(before and before[0], _healing(matching, saved, answers, now)))
        found.append(each)
    return found


def _healing(
    matching: Matching, saved: Screening, answers: Mapping[str, Answer], now: Rejudged
) -> Healing | None:
    """Return from when a screening could be repeated by the new version."""
    if not may_heal(matching.new, now.failed):
        return None
    answered = kept(matching, answers)
    days = {
        name: saved.entered_on[was] for name in answered if (was := matching.former[name]) in saved.entered_on
    }
    return could_be_screened_again_from(matching.new, effective(matching.new, answered), days)


def _gone(matching: Matching, failed: Sequence[str], now: Rejudged) -> Iterator[tuple[str, bool]]:
    """Yield the criteria by which a screening failed and does not any more, with whether they were dropped."""
    codes = {
        matching.old.criteria[one].code: matching.new.criteria[other].code for one, other in matching.criteria
    }
    for code in failed:
        if code not in codes:
            yield code, True
        elif codes[code] in now.passed:
            yield codes[code], False
