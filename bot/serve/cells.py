"""What pages show in place of the file's codes: words, moments that people read, and links from numbers.

Lists and queries name their columns alike, so that one table says how each is shown. Downloads keep the codes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from dialogs.answers import decode
from dialogs.errors import AnswerError
from dialogs.languages import words
from dialogs.protocol import Protocol
from dialogs.units import Unit
from dialogs.verdicts import IN_FILES, verdict_words
from dialogs.wording import describe

NAME: Final = "prescreen"
"""What the file is called in addresses, whatever its own name."""
ROOM: Final = "bot.serve"

Row = Mapping[str, Any]


class Cells:
    """Puts cells into words. Those of the trials come from the protocols of the file, the newest last."""

    def __init__(self, protocols: Sequence[Protocol]) -> None:
        self._criteria = {code: c for p in protocols for code, c in p.criterion_by_code.items()}
        self._questions = {question.id: question for p in protocols for question in p.questions}

    def said(self, column: str, row: Row, language: str) -> object:
        """Return what a page shows in a column of a row; columns that no table here knows stand as they are."""
        value = row[column]
        show = _SHOWN.get(column)
        if value is None or value == "" or show is None:
            return "" if value is None else value
        return show(self, row, str(value), language)

    def _criterion(self, row: Row, codes: str, language: str) -> str:
        named = (f"{code} {self._name(code, language)}".strip() for code in codes.split())
        return marks(language)["then"].join(named)

    def _reason(self, row: Row, codes: str, language: str) -> str:
        """Say of each criterion that it was not met, or that it applies: its name alone may say the opposite."""
        return marks(language)["then"].join(self._why(code, language) for code in codes.split())

    def _why(self, code: str, language: str) -> str:
        criterion = self._criteria.get(code)
        if criterion is None:
            return code
        said: str = words(ROOM, language)[f"reason_{criterion.kind}"]
        return said.format(code=code, name=criterion.name[language])

    def _name(self, code: str, language: str) -> str:
        return self._criteria[code].name[language] if code in self._criteria else ""

    def _question(self, row: Row, value: str, language: str) -> str:
        return self._questions[value].short[language] if value in self._questions else value

    def _answer(self, row: Row, value: str, language: str) -> str:
        question = self._questions.get(row["question"])
        try:
            if question is None:
                raise KeyError(row["question"])
            return describe(question, decode(value, row["unit"] or None), language)
        except (AnswerError, KeyError):  # of a trial whose protocol is not in the file
            return f"{value} {row['unit'] or ''}".strip()

    def _compared(self, row: Row, value: str, language: str) -> str:
        question = self._questions.get(row["question"])
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
