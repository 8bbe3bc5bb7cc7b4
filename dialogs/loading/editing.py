"""Writes a review into the text of a file, and leaves every other character of it as it is.

What was written is read again: all that may have changed are the keys that were meant.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from dialogs.errors import NotEditable
from dialogs.loading.fingerprints import criterion_of, fingerprint, fits, read
from dialogs.loading.lines import Path, Statement, statements
from dialogs.loading.ruleless import names_in
from dialogs.loading.writing import value_of
from dialogs.reviews import Review, awaited, person

IN_WORDS: Final = "ask_in_words"
"""The key by which a draft says how a criterion is asked if its rule is dropped."""
DRAFTED: Final = frozenset({"id", "use", "kind", "ask", "short", "at", "options"})
"""Keys of a question as it is drafted; one with others is somebody's work."""
_WORD: Final = re.compile(r"[A-Za-z_]\w*")
_KEY: Final = re.compile(r"""\s*["']?([\w-]+)["']?\s*=""")

Raw = Mapping[str, Any]


def accepted(text: str, code: str, by: str, on: str, proposed: str = "") -> str:
    """Return the text with a person's review of a criterion, without ``review`` once enough have accepted it.

    What the machine said of this rule stays with the review; how it is asked if its rule is dropped, with the rule:
    whoever reviews it again can still do so.
    Raises `NotEditable`.
    """
    raw = read(text)
    criterion = criterion_of(raw, code)
    of = fingerprint(text, code)
    others = [each for each in criterion.get("reviewed", ()) if person(each["by"]) != person(by)]
    mine = {"by": by, "on": on, "of": of, "rule": " ".join(criterion.get("rule", "").split())}
    listed = [*others, mine | ({"proposed": proposed} if proposed else {})]
    reviews = [
        Review(each["by"], str(each["on"]), each["of"], fits=fits(each["of"], text, code)) for each in listed
    ]
    is_last = not awaited(None, reviews, raw.get("reviews", 0))
    edit = _Edit(text, raw, code)
    edit.put("reviewed", value_of(listed), instead="review" if is_last else None)
    done: dict[str, Any] = {"review": None} if is_last else {}
    if is_last and "rule" not in criterion:
        edit.drop(IN_WORDS)
        done[IN_WORDS] = None
    return edit.checked({"reviewed": listed, **done})


def in_words(text: str, code: str) -> str:
    """Return the text with a criterion that has no rule, and so is asked as it stands. Raises `NotEditable`.

    What was drafted for its rule goes with it: questions that nothing else names, and to which nobody added anything.
    """
    raw = read(text)
    edit = _Edit(text, raw, code)
    asked = criterion_of(raw, code).get(IN_WORDS)
    edit.drop("rule")
    if asked is not None:
        edit.put("ask", value_of(asked), instead=IN_WORDS)
    text = edit.checked({"rule": None, IN_WORDS: None} | ({} if asked is None else {"ask": asked}))
    return _without_questions(text, _drafted_for(raw, code))


def _drafted_for(raw: Raw, code: str) -> list[int]:
    """Return the places of the questions that were drafted for a criterion's rule, and that nothing else names."""
    criterion = criterion_of(raw, code)
    if "review" not in criterion:
        return []
    named = names_in(str(criterion.get("rule", "")))
    listed = list(enumerate(raw.get("question", ())))
    found = {place: each for place, each in listed if each.get("id") in named and each.keys() <= DRAFTED}
    others = [each for each in raw["criterion"] if each is not criterion]
    rest = {**raw, "criterion": others, "question": [each for at, each in listed if at not in found]}
    used = {*_names_in_all(rest)}
    return [place for place, each in found.items() if each["id"] not in used]


def _names_in_all(value: Any) -> Iterator[str]:
    """Yield every word of a file that can name a question: in rules, formulas, units and what options imply."""
    if isinstance(value, str):
        yield from _WORD.findall(value)
    elif isinstance(value, Mapping):
        yield from value
        for each in value.values():
            yield from _names_in_all(each)
    elif isinstance(value, list):
        for each in value:
            yield from _names_in_all(each)


def _without_questions(text: str, places: Iterable[int]) -> str:
    """Return the text without some tables of questions, each with the empty line below it; one with remarks stays."""
    raw, kept = read(text), text
    left = list(raw.get("question", ()))
    for place in sorted(places, reverse=True):
        start, end = _lines_of(kept, ("question", place))
        if "#" in kept[start:end]:
            continue
        below = kept.find("\n", end) + 1
        empty = not kept[end:below].strip() and below
        kept = kept[:start] + kept[below if empty else end :]
        del left[place]
    expected = {key: value for key, value in {**raw, "question": left}.items() if key != "question" or left}
    return kept if _reads_as(kept, expected) else text


def _reads_as(text: str, expected: Raw) -> bool:
    try:
        return read(text) == expected
    except ValueError:
        return False


def _lines_of(text: str, table: Path) -> tuple[int, int]:
    """Return where the lines of a table begin, and where that after its last key does; nowhere if it has none."""
    keys = _keys_of(text, table)
    if not keys:
        return 0, 0
    header = text.rfind("[[", 0, min(each.start for each in keys.values()))
    end = text.find("\n", keys[""].end - 1) + 1 or len(text)
    return text.rfind("\n", 0, header) + 1, end


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
        keys = _keys_of(self.text, ("criterion", place))
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
def _keys_of(text: str, table: Path) -> dict[str, Statement]:
    """Return where the keys of a table of a list stand in a text."""
    flat = text.replace("\r\n", " \n")  # as long as before, and with line ends that are known
    found = [each for each in statements(flat) if each.table == table]
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
