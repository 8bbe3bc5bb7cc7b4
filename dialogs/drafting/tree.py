"""What stands under what in a record, and what the heading of a list makes of its items."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from dialogs.drafting.layout import Line
from dialogs.drafting.lists import Said, counts, said_of, takes_several, wants
from dialogs.drafting.persons import label_of, names_a_group
from dialogs.drafting.remarks import belongs_above, ends_in_what_is_allowed
from dialogs.drafting.sections import section_of
from dialogs.drafting.spoken import either
from dialogs.drafting.titles import forbids, names_a_part, sorts

_EXCEPT: Final = re.compile(
    r"\b(?:except\w*|unless|excluding|other than|apart from|not|none|without|no)\b[^.;]{0,60}$", re.IGNORECASE
)
"""The end of a heading whose items say what it is not about."""
_EXAMPLES: Final = re.compile(
    r"\b(?:includ\w+|such as|e\.g\.|for example|for instance|i\.e\.)[^.;]{0,40}$", re.IGNORECASE
)
_BY: Final = (
    r"\b(?:documented|confirmed|evidenced|demonstrated|defined|diagnosed|shown|indicated|proven|supported|based|"
    r"characteri[sz]ed|manifested|determined|established)\b.{0,30}\b(?:by|as|on)\b"
)
_SHOWN: Final = re.compile(_BY, re.IGNORECASE)
"""What says how one condition is shown: perhaps by its items together."""
_SHOWN_BY: Final = re.compile(
    rf"{_BY}\W*$"
    r"|\b(?:evidence|signs?|symptoms?|risk factors?|features?|manifestations?|indications?)\b.{0,40}\W*$|\bor\W*$",
    re.IGNORECASE,
)
"""Headings of what shows one condition, of which some may be enough."""
_ENDS_OPEN: Final = re.compile(
    r"\b(?:of|by|as|on|with|to|for|from|in|than|at|and|but|who|that|if|when|is|are|be|have|has)\W*$",
    re.IGNORECASE,
)
"""The end of a heading that its items finish."""
_MOST_WORDS: Final = 4
_MOST_CHARACTERS: Final = 8
"""Of a title that only names what its lines are about, as one of so many words, or characters of Chinese."""
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
    """Return the lines that stand under none, with those under them."""
    roots: list[Node] = []
    open_: list[Node] = []
    for line in lines:
        while open_ and (*open_[-1].line.headings, open_[-1].line.text) != line.headings:
            open_.pop()
        node = Node(line)
        (open_[-1].below if open_ else roots).append(node)
        open_.append(node)
    return roots


def meaning(node: Node) -> tuple[str, int]:
    """Return what the items of a list are, and how many of them it takes.

    ``each``: criteria of their own, under a heading that is none. ``any``: alternatives, of which so many make the
    criterion that the heading is. ``all``: they make it together. ``words``: only a reader can tell; the heading is
    asked about with the words of its items. ``unsure``: criteria of their own, if their title says no more.
    """
    text = node.line.text
    if _excepts(node):
        return "words", 0
    if node.role == "exclusion" and forbids(text):
        return "each", 0
    if ends_in_what_is_allowed(text, node.role):
        return "words", 0
    if node.heads and node.line.unsure:
        return _of_what_may_exclude(node)
    said = said_of(text)
    told = said and (
        _of_an_inclusion(node, said) if node.role == "inclusion" else _of_an_exclusion(node, said)
    )
    return told or _untold(node)


def _excepts(node: Node) -> bool:
    """Say whether all that stands under a line says what it is not about."""
    return bool(node.items) and all(belongs_above(each.line.text, each.role) for each in node.items)


def _of_an_inclusion(node: Node, said: Said) -> tuple[str, int] | None:
    """Return what a heading that is understood makes of inclusion criteria; of some conditions it does not say it."""
    if said.kind == "any":
        return ("words", 0) if "and" in _joints(node) else ("any", said.count)
    return ("each", 0) if said.kind in ("all", "needs") else None


def _of_an_exclusion(node: Node, said: Said) -> tuple[str, int]:
    joints = _joints(node)
    if wants(node.line.text):
        return "words", 0
    if said.kind == "all":
        return ("words" if "or" in joints else "all"), 0
    if "and" in joints or (not said.count and _SHOWN.search(node.line.text)):
        return "words", 0
    return ("any", said.count) if said.count > 1 else ("each", 0)


def _of_what_may_exclude(node: Node) -> tuple[str, int]:
    """Return what the lines below a heading are that may open the exclusion criteria: each is asked, and says so."""
    together = takes_several(node.line.text) or "and" in _joints(node)
    return ("words" if together else "each"), 0


def _untold(node: Node) -> tuple[str, int]:
    """Return what the lines of a heading are that does not say it: of a group each; of a mere title perhaps, too."""
    text = node.line.text
    if not node.heads:
        return ("each" if names_a_part(text) else "words"), 0
    if counts(text) or _EXCEPT.search(text) or _EXAMPLES.search(text) or _shows(text):
        return "words", 0
    if names_a_group(text) or sorts(text) or section_of(text) is not None:
        return "each", 0
    return ("unsure" if _is_short(text) else "words"), 0


def _is_short(title: str) -> bool:
    """Say whether a heading is so short that it may be no more than a title: *neurological examination:*."""
    said = title.strip(" :：*_")
    most = len(said.split()) <= _MOST_WORDS if said.isascii() else len(said) <= _MOST_CHARACTERS
    return most and re.search(r"[,，;；、(（]", said) is None and _ENDS_OPEN.search(said) is None


def _shows(heading: str) -> bool:
    """Say whether the lines of a heading may show one condition together: *asthma documented by:*."""
    return _SHOWN_BY.search(heading) is not None and not names_a_group(heading)


def _joints(node: Node) -> set[str]:
    """Return the words that join items of a list: at the end or the beginning of one, or between them alone."""
    pairs = zip(node.items, node.items[1:], strict=False)
    return {joined(one.ending, other.line.text) for one, other in pairs}


def runs(nodes: Sequence[Node]) -> Iterator[list[Node]]:
    """Yield lines by themselves, and those together that are one criterion by the word between them.

    *Or* between inclusion criteria, *and* between exclusion criteria: each alone would exclude others than both do.
    """
    run: list[Node] = []
    for node in nodes:
        wanted = "or" if node.role == "inclusion" else "and"
        fits = bool(run) and node.line.role == run[-1].line.role != "line" and not node.line.unsure
        fits = fits and _is_of_the_same(run[-1], node)
        if fits and joined(run[-1].ending, node.line.text) == wanted:
            run.append(node)
            continue
        if run:
            yield run
        run = [node]
    if run:
        yield run


def _is_of_the_same(above: Node, node: Node) -> bool:
    """Say whether a line may be joined to the one above it: it names no other participants, with or without a list."""
    heads = bool(node.items) and names_a_group(node.line.text)
    return not heads and label_of(above.line.text) == label_of(node.line.text)


def ends_open(node: Node) -> bool:
    """Say whether a line ends in a word that joins it to another one, where nothing is joined to it."""
    return (_OR if node.role == "inclusion" else _AND).search(node.ending) is not None


def joined(text: str, below: str) -> str:
    """Return the word that joins two lines, ``or`` or ``and``: it ends the one, or begins the other."""
    joint = JOINT.fullmatch(text) or JOINT.fullmatch(below)
    if joint is not None:
        return "or" if joint["or"] or joint["both"] else "and"
    if _OR.search(text) or re.match(r"or\b", below, re.IGNORECASE):
        return "or"
    return "and" if _AND.search(text) or re.match(r"and\b", below, re.IGNORECASE) else ""


def without_joints(text: str) -> str:
    """Return an item without the word that joins it to the next."""
    return re.sub(r"[\s,;]*\b(?:and/or|and|or)\W*$", "", text, flags=re.IGNORECASE) or text
