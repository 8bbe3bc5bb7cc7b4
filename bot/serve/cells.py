"""What pages show in place of the file's codes: words, moments that people read, and links from numbers.

Lists and queries name their columns alike, so that one table says how each is shown. Downloads keep the codes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeVar
from urllib.parse import quote

from dialogs.answers import decode
from dialogs.errors import AnswerError
from dialogs.languages import words
from dialogs.protocol import Criterion, Protocol, Question
from dialogs.texts import Text
from dialogs.units import Unit
from dialogs.verdicts import IN_FILES, verdict_words
from dialogs.wording import describe

NAME: Final = "prescreen"
"""What the file is called in addresses, whatever its own name."""
ROOM: Final = "bot.serve"

Row = Mapping[str, Any]
Found = TypeVar("Found", Criterion, Question)


class Cells:
    """Puts cells into words. Those of a trial come from the version that a row names, else from its newest.

    A code is told apart by its trial: two of them may have an I1 each. Where no trial is named, it has words only if
    they are the same in all.
    """

    def __init__(self, protocols: Sequence[Protocol]) -> None:
        """Take the protocols of the file, the newest of each trial last."""
        self._versions: dict[str, list[Protocol]] = {}
        for protocol in protocols:
            for key in (protocol.id, protocol.sha256):
                self._versions.setdefault(key, []).insert(0, protocol)
        self.trials = tuple(dict.fromkeys(protocol.id for protocol in protocols))

    def trial_of(self, sha256: str) -> str:
        """Return the trial of a version; nothing, if it is not in the file."""
        return next((each.id for each in self._versions.get(sha256, ())), "")

    def _criterion_of(self, row: Row, code: str) -> Criterion | None:
        return self._meant(row, lambda p: p.criterion_by_code.get(code), lambda found: found.name)

    def _question_of(self, row: Row, code: str) -> Question | None:
        return self._meant(
            row, lambda p: p.question(code) if code in p.position else None, lambda found: found.short
        )

    def _meant(
        self, row: Row, find: Callable[[Protocol], Found | None], named: Callable[[Found], Text]
    ) -> Found | None:
        """Return what a code of a row stands for; nothing, where it may stand for several."""
        named_trial = row.get("protocol_sha256") or row.get("protocol")
        trials = [named_trial] if named_trial else self.trials
        each = (filter(None, map(find, self._versions.get(trial, ()))) for trial in trials)
        found = [newest for versions in each if (newest := next(versions, None))]
        return found[0] if found and all(named(one) == named(found[0]) for one in found) else None

    def said(self, column: str, row: Row, language: str) -> object:
        """Return what a page shows in a column of a row; columns that no table here knows stand as they are."""
        value = row[column]
        show = _SHOWN.get(column)
        if value is None or value == "" or show is None:
            return "" if value is None else value
        return show(self, row, str(value), language)

    def _criterion(self, row: Row, codes: str, language: str) -> str:
        named = (f"{code} {self._name(row, code, language)}".strip() for code in codes.split())
        return marks(language)["then"].join(named)

    def _reason(self, row: Row, codes: str, language: str) -> str:
        """Say of each criterion that it was not met, or that it applies: its name alone may say the opposite."""
        return marks(language)["then"].join(self._why(row, code, language) for code in codes.split())

    def _why(self, row: Row, code: str, language: str) -> str:
        criterion = self._criterion_of(row, code)
        if criterion is None:
            return code
        said: str = words(ROOM, language)[f"reason_{criterion.kind}"]
        return said.format(code=code, name=criterion.name[language])

    def _name(self, row: Row, code: str, language: str) -> str:
        criterion = self._criterion_of(row, code)
        return criterion.name[language] if criterion is not None else ""

    def _question(self, row: Row, value: str, language: str) -> str:
        question = self._question_of(row, value)
        return question.short[language] if question is not None else value

    def _answer(self, row: Row, value: str, language: str) -> str:
        question = self._question_of(row, row["question"])
        try:
            if question is None:
                raise KeyError(row["question"])
            return describe(question, decode(value, row["unit"] or None), language)
        except (AnswerError, KeyError):  # of a trial whose protocol is not in the file
            return f"{value} {row['unit'] or ''}".strip()

    def _compared(self, row: Row, value: str, language: str) -> str:
        question = self._question_of(row, row["question"])
        units: Mapping[str, Unit] = {} if question is None else question.unit_by_code
        code = row["compared_unit"] or ""
        return f"{value} {units[code].label[language] if code in units else code}".strip()

    def _coded(self, row: Row, value: str, language: str) -> str:
        """The words of a verdict, a state or an outcome; a code that has none stands as it is."""
        for verdict, in_file in IN_FILES.items():
            if value == in_file:
                return verdict_words(verdict, language)
        return str(words(ROOM, language)["cells"].get(value, value))

    def _parts(self, row: Row, value: str, language: str) -> str:
        """Each part of the trial by its code, with its verdict."""
        said = marks(language)
        pairs = (each.split(": ") for each in value.split(", "))
        return said["list"].join(
            said["named"].format(name=code, what=self._coded(row, verdict, language))
            for code, verdict in pairs
        )

    def _moment(self, row: Row, value: str, language: str) -> str:
        """``2026-06-24 20:03``, in UTC as the page says."""
        return value[:16].replace("T", " ")

    def _link(self, row: Row, number: str, language: str) -> object:
        from markupsafe import Markup  # comes with Datasette

        return Markup('<a href="/{}/one_screening?screening={}">{}</a>').format(
            NAME, quote(number, safe=""), number
        )


def marks(language: str) -> Mapping[str, str]:
    """Return the punctuation of a language, by what it does."""
    found: Mapping[str, str] = words("dialogs", language)["punctuation"]
    return found


_SHOWN: Final[Mapping[str, Callable[[Cells, Row, str, str], object]]] = {
    **dict.fromkeys(("screening", "earlier_screening"), Cells._link),
    **dict.fromkeys(("started_at", "saved_at", "undetermined_since", "since", "at"), Cells._moment),
    **dict.fromkeys(("first_failed", "all_failed"), Cells._reason),
    **dict.fromkeys(("unresolved", "criterion"), Cells._criterion),
    **dict.fromkeys(("verdict", "state", "status", "outcome", "reason"), Cells._coded),
    "parts": Cells._parts,
    "question": Cells._question,
    "value": Cells._answer,
    "compared": Cells._compared,
}
"""Column -> how it is shown."""
