"""Writes a review into the text of a file, and leaves every other character of it as it is.

What was written is read again: all that may have changed are the keys that were meant.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from dialogs.errors import NotEditable
from dialogs.loading.fingerprints import criterion_of, fingerprint, read
from dialogs.loading.lines import Statement, statements
from dialogs.loading.writing import value_of
from dialogs.reviews import Review, awaited

_KEY: Final = re.compile(r"""\s*["']?([\w-]+)["']?\s*=""")

Raw = Mapping[str, Any]


def accepted(text: str, code: str, by: str, on: str) -> str:
    """Return the text with a person's review of a criterion, without ``review`` once enough have accepted it.

    Raises `NotEditable`.
    """
    raw = read(text)
    criterion = criterion_of(raw, code)
    of = fingerprint(text, code)
    others = [each for each in criterion.get("reviewed", ()) if each["by"].casefold() != by.casefold()]
    listed = [*others, {"by": by, "on": on, "of": of}]
    reviews = [Review(each["by"], str(each["on"]), each["of"], fits=each["of"] == of) for each in listed]
    is_last = not awaited(None, reviews, raw.get("reviews", 0))
    edit = _Edit(text, raw, code)
    edit.put("reviewed", value_of(listed), instead="review" if is_last else None)
    return edit.checked({"reviewed": listed} | ({"review": None} if is_last else {}))


def in_words(text: str, code: str) -> str:
    """Return the text with a criterion that has no rule, and so is asked as it stands. Raises `NotEditable`."""
    edit = _Edit(text, read(text), code)
    edit.drop("rule")
    return edit.checked({"rule": None})


@dataclass(slots=True)
class _Edit:
    """The text of a file, in which keys of one criterion are put, replaced and dropped."""

    text: str
    raw: Raw
    code: str

    def put(self, key: str, value: str, *, instead: str | None) -> None:
        """Give a key this value: where it stands, in the place of another key, or below all keys of the criterion."""
        line = f"{key} = {value}"
        if key in self._keys():
            self._replace(key, line)
            if instead in self._keys():
                self.drop(str(instead))
        elif instead in self._keys():
            self._replace(str(instead), line)
        else:
            self._append(line)

    def drop(self, key: str) -> None:
        """Leave a key out with its line; a remark that stands behind it stays."""
        if key not in self._keys():
            return
        start, end, comment = self._span(key)
        kept = f"{comment}{self._line_end}" if comment else ""
        after = self.text.find("\n", end) + 1 or len(self.text)
        begin = start if comment else self.text.rfind("\n", 0, start) + 1
        self.text = self.text[:begin] + kept + self.text[after:]

    def checked(self, wanted: Raw) -> str:
        """Return the text, if these keys are as wanted (``None``: left out), and all else is as it was."""
        try:
            now = read(self.text)
        except ValueError as error:
            raise self._refusal() from error
        if now != _with(self.raw, self.code, wanted):
            raise self._refusal()
        return self.text

    def _keys(self) -> dict[str, Statement]:
        """The keys under the criterion's own header; under an empty name the last of them, or the header."""
        place = next(at for at, each in enumerate(self.raw["criterion"]) if each.get("code") == self.code)
        keys = _keys_of(self.text, place)
        if not keys:
            raise self._refusal()
        return keys

    def _replace(self, key: str, line: str) -> None:
        start, end, _ = self._span(key)
        self.text = self.text[:start] + line + self.text[end:]

    def _append(self, line: str) -> None:
        last = self._keys()[""]
        begin = self.text.rfind("\n", 0, last.start) + 1
        indent = self.text[begin : last.start]
        before = self.text[: last.end]
        gap = "" if before.endswith("\n") else self._line_end
        self.text = f"{before}{gap}{indent}{line}{self._line_end}{self.text[last.end :]}"

    def _span(self, key: str) -> tuple[int, int, str]:
        """Return where a key begins and its value ends, and the remark behind it."""
        found = self._keys()[key]
        whole = self.text[found.start : found.end].rstrip()
        for cut in _cuts(whole):
            try:
                tomllib.loads(whole[:cut])
            except ValueError:
                continue
            return found.start, found.start + len(whole[:cut].rstrip()), whole[cut:]
        raise self._refusal()

    @property
    def _line_end(self) -> str:
        return "\r\n" if "\r\n" in self.text else "\n"

    def _refusal(self) -> NotEditable:
        return NotEditable(
            f"criterion {self.code} is written in a way in which no review can be added. Please write it as "
            "[[criterion]] with each key on a line of its own, and its reviews as reviewed = [...]"
        )


@lru_cache(maxsize=2)
def _keys_of(text: str, place: int) -> dict[str, Statement]:
    """Return where the keys of the criterion at a place stand in a text."""
    flat = text.replace("\r\n", " \n")  # as long as before, and with line ends that are known
    found = [each for each in statements(flat) if each.table == ("criterion", place)]
    named = ((_KEY.match(flat, each.start), each) for each in found[1:])
    keys = {match[1]: each for match, each in named if match is not None}
    return keys | {"": found[-1]} if found else {}


def _cuts(text: str) -> Iterator[int]:
    """Yield where a remark can begin, from the left, and the end."""
    yield from (match.start() for match in re.finditer("#", text))
    yield len(text)


def _with(raw: Raw, code: str, keys: Raw) -> Raw:
    """Return a file with other values of some keys of a criterion."""
    criteria = [
        {key: value for key, value in {**each, **keys}.items() if value is not None}
        if each.get("code") == code
        else each
        for each in raw["criterion"]
    ]
    return {**raw, "criterion": criteria}
