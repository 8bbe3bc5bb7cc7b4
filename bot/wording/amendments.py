"""What an amendment means for the saved screenings of each site: a list, and a message to its coordinators."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, Final

from dialogs.languages import words
from dialogs.protocol import Protocol
from dialogs.verdicts import verdict_words
from state.amended import Amended

SHOWN: Final = 5
"""Questions that are named of one screening, which can need all that come after the criterion that excluded."""


class Stored:
    """Says in one language what saved screenings come to by a new version."""

    def __init__(self, new: Protocol, found: Sequence[Amended], language: str) -> None:
        self.new, self.found, self.language = new, found, language
        self.said: dict[str, Any] = dict(words("dialogs.amendments", language))
        self.comma: str = words("dialogs", language)["punctuation"]["list"]

    def lines(self) -> Iterator[str]:
        """Yield a line for each site, and for each of its screenings that comes to something else."""
        said = self.said["stored"]
        yield said["heading"]
        if not self.found:
            yield f"  {said['none']}"
            return
        for site, rows in self._by_site():
            changed, still_open = (sum(map(of, rows)) for of in (lambda r: r.changed, lambda r: r.open))
            yield f"  {said['site'].format(site=site, count=len(rows), changed=changed, open=still_open)}"
            yield from (f"    {self._row(each)}" for each in rows if each.changed or each.open)
            yield from (f"    {each}" for each in self._by_old_words(rows))
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
        again = [each for each in rows if each.again]
        excluded = [each for each in rows if each.excluded]
        yield said["begin"].format(trial=self.new.id, version=self.new.version)
        if self.new.open_reviews:
            codes = self.comma.join(each.code for each in self.new.open_reviews)
            yield said["unreviewed"].format(criteria=codes)
        yield from changes
        if again:
            yield said["again"].format(numbers=self.comma.join(each.number for each in again))
        for each in again:
            if each.open:
                yield said["needed"].format(number=each.number, questions=self.needed(each))
                if each.no_longer:
                    yield said["no_longer"].format(criteria=self.comma.join(each.no_longer))
        if excluded:
            yield said["excluded"].format(numbers=self.comma.join(each.number for each in excluded))
        looked_at = list(self._by_old_words(rows))
        yield from looked_at
        if not again and not excluded and not looked_at:
            yield said["nobody"].format(site=site)
        yield said["stand"]

    def _by_old_words(self, rows: Sequence[Amended]) -> Iterator[str]:
        """Say which screenings a person must look at, because criteria have other words and the same rule."""
        found: dict[tuple[str, ...], list[str]] = {}
        for each in rows:
            found.setdefault(each.by_old_words, []).append(each.number)
        for codes, numbers in found.items():
            if codes:
                criteria, listed = self.comma.join(codes), self.comma.join(numbers)
                yield self.said["by_old_words"].format(criteria=criteria, numbers=listed)

    def _row(self, each: Amended) -> str:
        said = self.said["stored"]
        now = verdict_words(each.now.verdict, self.language)
        if each.open:
            now = said["needed"].format(questions=self.needed(each))
            if each.no_longer:
                now = said["no_longer"].format(what=now, criteria=self.comma.join(each.no_longer))
        elif each.now.failed:
            now = said["by"].format(what=now, criteria=self.comma.join(each.now.failed))
        before = verdict_words(each.verdict, self.language)
        text: str = said["row"].format(number=each.number, before=before, now=now)
        return text

    def needed(self, each: Amended) -> str:
        """Name the questions of which answers are needed, the first of them where they are many."""
        names = [self.new.question(name).name[self.language] for name in each.now.needed[:SHOWN]]
        more = len(each.now.needed) - len(names)
        return self.comma.join([*names, f"+{more}"] if more else names)
