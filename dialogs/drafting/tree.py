"""What stands under what in a record, and what the heading of a list makes of its items."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from dialogs.drafting.layout import Line
from dialogs.drafting.persons import names_a_group
from dialogs.drafting.spoken import either
from dialogs.drafting.titles import allows, ends_in_what_is_allowed, forbids, introduces

_FOLLOWS: Final = r"(?:the |of |these |following|conditions|criteria|below|:|\W)"
_COUNT: Final = re.compile(
    r"\b(?:(?P<one>either|any|one)(?: one)?(?: or more)?(?: of)?|"
    r"at least (?P<least>one|two|three|four|\d)(?: of)?|"
    rf"(?P<more>two|three|four|\d) or more(?: of)?|≥ ?(?P<sign>\d) of)\s*{_FOLLOWS}",
    re.IGNORECASE,
)
_NUMBERS: Final = {"one": 1, "two": 2, "three": 3, "four": 4}
_ALL: Final = re.compile(
    r"\b(?:all|each|both|every)(?: of)? (?:the |of )?(?:following|these|below)"
    r"|(?<!for )(?<!in )\bboth(?: of)?\W*$|\ball of\W*$",
    re.IGNORECASE,
)
_EACH: Final = re.compile(
    r"\badequate\b.*\bfunction|\bfollowing (?:laboratory|lab|baseline|screening|clinical)?\s*(?:\w+ )?"
    r"(?:criteria|parameters|values|requirements|tests|results)\b",
    re.IGNORECASE,
)
"""Headings of inclusion criteria whose items each have to be met."""
_EXCEPT: Final = re.compile(
    r"\b(?:except\w*|unless|excluding|other than|apart from|not|none|without|no)\b[^.;]{0,60}$", re.IGNORECASE
)
"""The end of a heading whose items say what it is not about."""
_EXAMPLES: Final = re.compile(
    r"\b(?:includ\w+|such as|e\.g\.|for example|for instance|i\.e\.)[^.;]{0,40}$", re.IGNORECASE
)
_SORTS: Final = re.compile(
    r"\b(?:criteria|requirements?|conditions|parameters|characteristics|following)\b", re.IGNORECASE
)
"""What makes a heading with examples one of requirements."""
_SHOWN_BY: Final = re.compile(
    r"\b(?:documented|confirmed|evidenced|demonstrated|defined|diagnosed|shown|indicated|proven|supported|based|"
    r"characteri[sz]ed|manifested|determined|established)\b.{0,30}\b(?:by|as|on)\W*$"
    r"|\b(?:evidence|signs?|symptoms?|risk factors?|features?|manifestations?|indications?)\b.{0,40}\W*$|\bor\W*$",
    re.IGNORECASE,
)
"""Headings of what shows one condition, of which some may be enough."""
_OR: Final = re.compile(rf"{either('or')}\W*$", re.IGNORECASE)
_AND: Final = re.compile(rf"{either('and')}\W*$", re.IGNORECASE)
JOINT: Final = re.compile(
    rf"\W*(?:(?P<both>and\s*/\s*or)|(?P<or>{either('or')})|(?P<and>{either('and')}))\W*", re.IGNORECASE
)
"""A line that only joins its neighbours."""


@dataclass(slots=True)
class Node:
    """A line with the lines that stand under it."""

    line: Line
    below: list[Node] = field(default_factory=list)

    @property
    def items(self) -> list[Node]:
        """The items of its list, without remarks."""
        return [each for each in self.below if each.role != "line"]

    @property
    def ending(self) -> str:
        """Its text, where that may end with a word that joins it to the next line: not to a list of its own."""
        return "" if self.items else self.line.text

    @property
    def role(self) -> str:
        """The side of the criteria; of a heading, that of its items."""
        roles = (each.role for each in self.below)
        return (
            self.line.role
            if self.line.role != "line"
            else next((role for role in roles if role != "line"), "line")
        )

    @property
    def heads(self) -> bool:
        """Whether it is a heading on a line of its own, of a group or of a list."""
        return self.line.role == "line" and bool(self.items)

    def words(self) -> str:
        """Return its text, with all that stands under it below."""
        return "\n".join(
            (self.line.text, *(f"- {text}" for each in self.below for text in each.words().splitlines()))
        )

    def walk(self) -> Iterator[Node]:
        yield self
        for each in self.below:
            yield from each.walk()


def tree(lines: Sequence[Line]) -> list[Node]:
    """Return the lines that stand under none, with those under them; what is allowed is a remark on what is above."""
    roots: list[Node] = []
    open_: list[Node] = []
    for line in lines:
        while open_ and (*open_[-1].line.headings, open_[-1].line.text) != line.headings:
            open_.pop()
        node = Node(line)
        (open_[-1].below if open_ else roots).append(node)
        open_.append(node)
    return _with_remarks(roots)


def _with_remarks(nodes: Sequence[Node], *, nested: bool = False) -> list[Node]:
    """Return lines side by side, with what is allowed as remarks: on the list that they are, or on the line above."""
    kept: list[Node] = []
    for node in nodes:
        node.below = _with_remarks(node.below, nested=True)
        if not allows(node.line.text, node.role):
            kept.append(node)
            continue
        for each in node.walk():
            each.line = replace(each.line, role="line")
        alone = nested or not kept or kept[-1].role == "line"
        (kept if alone else kept[-1].below).append(node)
    return kept


def meaning(node: Node) -> tuple[str, int]:
    """Return what the items of a list are, and how many of them it takes.

    ``each``: criteria of their own, under a heading that is none. ``any``: alternatives, of which so many make the
    criterion that the heading is. ``all``: they make it together. ``words``: only a reader can tell; the heading is
    asked about with the words of its items.
    """
    text = node.line.text
    if node.role == "exclusion" and forbids(text):
        return "each", 0
    excepted = _EXCEPT.search(text) and not (node.heads and node.line.unsure)
    excepted = excepted or ends_in_what_is_allowed(text, node.role)
    if excepted or (_EXAMPLES.search(text) and not (node.heads and _is_of_each(node, text))):
        return "words", 0
    if node.role == "exclusion":
        return _of_an_exclusion(node, text)
    count = _count(text)
    if count or _alternatives(node):
        return "any", count or 1
    if _ALL.search(text) or _EACH.search(text) or (node.heads and not _shows(text)):
        return "each", 0
    return "words", 0


def _shows(heading: str) -> bool:
    """Say whether the lines of a heading may show one condition together: *asthma documented by:*."""
    return _SHOWN_BY.search(heading) is not None and not names_a_group(heading)


def _is_of_each(node: Node, text: str) -> bool:
    """Say whether each of the examples of a heading counts: of what is required, and of what excludes."""
    return node.role == "exclusion" or _SORTS.search(text) is not None


def _of_an_exclusion(node: Node, text: str) -> tuple[str, int]:
    if _ALL.search(text):
        return "all", 0
    if (count := _count(text)) > 1:
        return "any", count
    if any(_AND.search(each.line.text) for each in node.items):
        return "words", 0
    return ("each", 0) if introduces(text) or node.heads else ("words", 0)


def _count(text: str) -> int:
    """Return how many of its items a heading asks for; 0 if it does not say so."""
    found = _COUNT.search(text)
    if found is None:
        return 0
    said = (found["least"] or found["more"] or found["sign"] or "one").lower()
    return _NUMBERS.get(said) or int(said)


def _alternatives(node: Node) -> bool:
    """Say whether an item ends or begins with *or*, or one that is nothing else stands between them."""
    return any(
        joined(one.ending, other.line.text) == "or"
        for one, other in zip(node.items, node.items[1:], strict=False)
    )


def joined(text: str, below: str) -> str:
    """Return the word that joins two lines, ``or`` or ``and``: it ends the one, or begins the other."""
    joint = JOINT.fullmatch(text) or JOINT.fullmatch(below)
    if joint is not None:
        return "or" if joint["or"] or joint["both"] else "and"
    if _OR.search(text) or re.match(r"or\b", below, re.IGNORECASE):
        return "or"
    return "and" if _AND.search(text) or re.match(r"and\b", below, re.IGNORECASE) else ""
