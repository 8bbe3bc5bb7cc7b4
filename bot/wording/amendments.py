"""What an amendment means for the saved screenings of each site: a list, and a message to its coordinators."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, Final

from bot.wording.healing import when
from bot.wording.phrases import joined, phrases
from dialogs.languages import words
from dialogs.parts import Standing
from dialogs.protocol import Part, Protocol
from dialogs.verdicts import MET, verdict_words
from state.amended import Amended, PartChange

SHOWN: Final = 5
"""Questions that are named of one screening, which can need all that come after the criterion that excluded."""


class Stored:
    """Says in one language what saved screenings come to by a new version."""

    def __init__(self, new: Protocol, found: Sequence[Amended], language: str) -> None:
        self.new, self.found, self.language = new, found, language
        self.said: dict[str, Any] = dict(words("dialogs.amendments", language))
        self.say = phrases(language)

    def lines(self) -> Iterator[str]:
        """Yield a line for each site, and for each of its screenings that comes to something else."""
        said = self.said["stored"]
        yield said["heading"]
        if not self.found:
            yield f"  {said['none']}"
            return
        for site, rows in self._by_site():
            changed, still_open = (sum(map(of, rows)) for of in (lambda r: r.differs, lambda r: r.open))
            yield f"  {said['site'].format(site=site, count=len(rows), changed=changed, open=still_open)}"
            for each in rows:
                yield from (f"    {line}" for line in (*self._row(each), *self._heals(each)))
            yield from (f"    {each}" for each in self._to_look_at(rows))
        yield f"  {said['stand']}"

    def messages(self, changes: Sequence[str] = ()) -> dict[str, str]:
        """Return by site a message that can be sent to its coordinators; screenings are known by their numbers.

        It says first if the version is not reviewed, and then what it `changes`.
        """
        return {site: "\n".join(self._message(site, rows, changes)) for site, rows in self._by_site()}

    def _by_site(self) -> list[tuple[str, list[Amended]]]:
        return [(site, list(rows)) for site, rows in groupby(self.found, key=lambda each: each.site)]

    def _message(self, site: str, rows: Sequence[Amended], changes: Sequence[str]) -> Iterator[str]:
        said = self.said["message"]
        yield said["begin"].format(trial=self.new.id, version=self.new.version)
        if self.new.open_reviews:
            yield said["unreviewed"].format(criteria=self._list(each.code for each in self.new.open_reviews))
        yield from changes
        told = [*self._again(rows), *self._excluded(rows)]
        told += [line for each in rows for line in self._heals(each)]
        told += self._to_look_at(rows)
        yield from told or [said["nobody"].format(site=site)]
        yield said["stand"]

    def _again(self, rows: Sequence[Amended]) -> Iterator[str]:
        """Say whom to screen again, and of each of them why: what is needed, or what it comes to as answered."""
        said = self.said["message"]
        again = [each for each in rows if each.again]
        if again:
            numbers = self._list(each.number for each in again)
            buttons = {"again": self.say.plain("button_rescreen"), "new": self.say.plain("button_new")}
            yield said["again"].format(numbers=numbers, **buttons)
        for each in again:
            if each.open:
                yield said["needed"].format(number=each.number, questions=self.needed(each))
            elif each.changed:
                yield said["becomes"].format(
                    number=each.number, before=self._before(each), now=self._now(each)
                )
            if each.open and (gone := self._no_longer(each)):
                yield said["no_longer"].format(number=each.number, criteria=gone)
        for each in rows:
            changed = [part for part in each.parts_apart if not part.excluded]
            yield from (said["becomes_in_part"].format(**self._in_part(each, part)) for part in changed)

    def _excluded(self, rows: Sequence[Amended]) -> Iterator[str]:
        """Say who is out now: of the whole trial, of a part of it, or perhaps, because the record leaves it open."""
        said = self.said["message"]
        excluded = [self._noted(each.number, each.now.failed) for each in rows if each.excluded]
        if excluded:
            yield said["excluded"].format(numbers=self._list(excluded))
        from_part: dict[str, list[str]] = {}
        for each in rows:
            for change in each.parts_apart:
                if change.excluded:
                    failed = change.now.failed if change.now else ()
                    from_part.setdefault(self._called(change.part), []).append(
                        self._noted(each.number, failed)
                    )
        for part, numbers in from_part.items():
            yield said["excluded_from_part"].format(part=part, numbers=self._list(numbers))
        left_open = [self._noted(each.number, self._unclear(each)) for each in rows if each.left_open]
        if left_open:
            yield said["left_open"].format(numbers=self._list(left_open))

    def _heals(self, each: Amended) -> Iterator[str]:
        """Say from when one can be screened again by the new version, if that is another day than it was."""
        before, now = (when(day, self.say) if day else "" for day in each.healing)
        if each.heals_otherwise:
            key = "heals_otherwise" if before and now else "heals_now" if now else "heals_no_more"
            yield self.said[key].format(number=each.number, before=before, now=now)

    def _to_look_at(self, rows: Sequence[Amended]) -> Iterator[str]:
        """Say which screenings a person must look at: other words of criteria with the same rule, or of questions."""
        found: dict[tuple[str, tuple[str, ...]], list[str]] = {}
        for each in rows:
            found.setdefault(("by_old_words", each.by_old_words), []).append(each.number)
        for each in rows:
            key = "may_change" if each.may_change else "by_old_answers"
            found.setdefault((key, tuple(map(self._name, each.by_old_answers))), []).append(each.number)
        for (key, what), numbers in found.items():
            if what:
                yield self.said[key].format(what=self._list(what), numbers=self._list(numbers))

    def _row(self, each: Amended) -> Iterator[str]:
        """Yield what one comes to now, of the whole and of the parts, if that is another verdict or not known yet."""
        said = self.said["stored"]
        if each.open or each.changed:
            yield said["row"].format(number=each.number, before=self._before(each), now=self._now(each))
        for change in each.parts_apart:
            yield said["part"].format(**self._in_part(each, change))

    def _before(self, each: Amended) -> str:
        return verdict_words(each.verdict, self.language)

    def _now(self, each: Amended) -> str:
        said = self.said["stored"]
        if not each.open:
            return self._noted(verdict_words(each.now.verdict, self.language), each.now.failed)
        now: str = said["needed"].format(questions=self.needed(each))
        gone = self._no_longer(each)
        return said["no_longer"].format(what=now, criteria=gone) if gone else now

    def _in_part(self, each: Amended, change: PartChange) -> dict[str, str]:
        now, failed = (change.now.verdict, change.now.failed) if change.now else (None, ())
        return {
            "number": each.number,
            "part": self._called(change.part),
            "before": self._standing(change.before),
            "now": self._noted(self._standing(now), failed),
        }

    def _standing(self, standing: Standing | None) -> str:
        if standing is None:
            return str(self.said["no_part"])
        return self.say.plain("part_met") if standing == MET else verdict_words(standing, self.language)

    def _called(self, part: Part) -> str:
        return part.name[self.language]

    def _no_longer(self, each: Amended) -> str:
        dropped = (self._noted(code, [self.said["is_dropped"]]) for code in each.dropped)
        return self._list([*each.no_longer, *dropped])

    def _unclear(self, each: Amended) -> list[str]:
        return [code for code in self.new.criterion_by_code if code not in each.now.passed]

    def _list(self, names: Iterable[str]) -> str:
        return joined(names, self.say)

    def _noted(self, what: str, codes: Iterable[str]) -> str:
        note = self._list(codes)
        return self.say.plain("noted", what=what, note=note) if note else what

    def _name(self, question: str) -> str:
        return self.new.question(question).name[self.language]

    def needed(self, each: Amended) -> str:
        """Name the questions of which answers are needed, and for which parts; of many the first ones."""
        names = [
            self._noted(self._name(name), self._parts(each.now.needed_in.get(name, ())))
            for name in each.now.needed[:SHOWN]
        ]
        more = len(each.now.needed) - len(names)
        return self._list([*names, f"+{more}"] if more else names)

    def _parts(self, codes: Sequence[str]) -> list[str]:
        return [self._called(part) for part in self.new.parts if part.code in codes]
