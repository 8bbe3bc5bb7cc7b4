"""Makes criteria of the lines of a record: their codes, what is asked, and what is proposed as their rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

from dialogs.drafting import tree
from dialogs.drafting.attached import ALLOWED, remarks_on, with_remarks
from dialogs.drafting.cohorts import Cohort, parts_of
from dialogs.drafting.footnotes import footnotes_of, marks, with_footnotes
from dialogs.drafting.layout import Line
from dialogs.drafting.of_one_sex import names_a_sex_alone, of_one_sex
from dialogs.drafting.of_some import is_of_another
from dialogs.drafting.parts_named import parts_named
from dialogs.drafting.persons import label_of, person_called, says_age
from dialogs.drafting.proposals import Proposal
from dialogs.drafting.remarks import excepts, says_allowed
from dialogs.drafting.titles import forbids, introduces, requires, says_nothing, with_colon
from dialogs.drafting.tree import Node, meaning
from dialogs.drafting.whom import OF_A_GROUP, groups_in, may_not_concern, of_some, whom_of
from dialogs.drafting.why import Note

_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
_OF_WHOM: Final = ("of_parts", "of_parts_said", "of_a_group", "of_some", "of_required", "of_everybody")
"""Notes that say whom a criterion was taken to be about, whatever is asked by it."""
_REQUIRES: Final = Note("requires")
"""An exclusion that says what must be: no rule is proposed for it, whatever else of it is known."""
_PREFIX: Final = {"inclusion": "I", "exclusion": "E"}


Propose = Callable[[str, str, tuple[str, ...]], Proposal | None]
"""Proposes a rule for a line, from its words, side and headings; ``None`` where it is not sure."""


@dataclass(frozen=True, slots=True)
class Drafted:
    """A criterion as it will stand in the file, or a line that is none (``role`` is ``line``).

    ``asked`` are the words to be asked, where the source does not say it all, ``short`` those shown with the answer.
    """

    source: str
    role: str
    code: str = ""
    depth: int = 0
    asked: str = ""
    of_some: bool = False
    """Whether it asks something of some patients only: *women must use contraception*."""
    help: str = ""  # remarks of the record
    short: str = ""
    rule: str = ""
    questions: tuple[Mapping[str, object], ...] = ()
    review: tuple[Note, ...] = ()
    parts: tuple[str, ...] = ()
    of_another: bool = False
    """Whether it is of a part of other persons than the patient."""
    person: Mapping[str, str] = field(default_factory=dict)
    """Whom its heading speaks of, in each language, if that is another person and no part."""
    whose: str = ""
    """The criterion that asks about this line, if it is none itself."""

    def in_words(self) -> Drafted:
        """Return it as a question in the record's words."""
        return replace(
            self, rule="", questions=(), review=tuple(each for each in self.review if each.key in _OF_WHOM)
        )


def criteria_of(lines: Sequence[Line], propose: Propose) -> list[Drafted]:
    """Return a criterion or a line for each line of a record, in its order.

    A part whose lines are all asked about with others has no criterion: then the headings of all are only asked with
    what stands under them.
    """
    parts = parts_of(lines)
    cohorts = {part.code: part for named in parts.values() for part in named}
    footnotes = footnotes_of([line.text for line in lines if line.role != "line"])
    of_criteria = [replace(each, role="line") if each.text in footnotes.values() else each for each in lines]
    groups = groups_in(lines)
    maker = partial(_Maker, propose, footnotes=footnotes, of_one_sex=of_one_sex(lines), groups=groups)
    made = list(maker(parts).of_list(with_remarks(tree.tree(of_criteria)), ""))
    if cohorts.keys() - {code for each in made for code in each.parts}:
        return list(maker({}).of_list(with_remarks(tree.tree(of_criteria)), ""))
    first = next((each for each in made if each.parts), None)
    return [_noted(each, cohorts, is_first=each is first) if each.code and cohorts else each for each in made]


def _noted(drafted: Drafted, cohorts: Mapping[str, Cohort], *, is_first: bool) -> Drafted:
    """Say in the review of a criterion of which parts it is; in the first one's, that some are taken as needed."""
    required = [each.name for each in cohorts.values() if each.required]
    of_parts = "of_parts_said" if parts_named(drafted.source) else "of_parts"
    key = "of_everybody" if not drafted.parts else "of_required" if required and is_first else of_parts
    if key == "of_everybody" and not required:
        return drafted
    named = (cohorts[each].name for each in drafted.parts)
    note = Note(key, {"parts": " / ".join(named), "required": " + ".join(required)})
    return replace(drafted, review=(*drafted.review, note))


@dataclass(slots=True)
class _Maker:
    propose: Propose
    parts: Mapping[str, tuple[Cohort, ...]]
    """By the headings that name them."""
    footnotes: Mapping[str, str]
    """By the numbers that stand raised in the lines that they are on."""
    of_one_sex: Set[Line]
    """Lines about one sex beside others about the other one."""
    groups: frozenset[str]
    """The names of groups of an age or a dose, which are not all who take part."""
    numbers: Counter[str] = field(default_factory=Counter)
    """How many criteria of each side there are, and how many parts of each."""
    remarks: tuple[str, ...] = ()
    """Of the record, on the list whose items are made."""

    def of_list(self, nodes: Sequence[Node], group: str) -> Iterator[Drafted]:
        """Make the criteria of lines that stand side by side; those that *or* joins are one."""
        for run in tree.runs(nodes):
            first, *others = run
            if not others:
                yield from self._of(first, group)
                continue
            code = self._code(first.role, group)
            joint = "or" if first.role == "inclusion" else "and"
            made = self._joined(first, code, run, f" {joint} ", "")
            asked = self._in_context(first.line, "\n".join(each.words() for each in run))
            review = made.review if made.rule else (*made.review, Note("with_lines", n=len(others)))
            yield replace(made, asked=asked, review=review)
            yield from _asked_with(run, code)

    def _of(self, node: Node, group: str) -> Iterator[Drafted]:
        if (node.line.role == "line" and not node.heads) or tree.JOINT.fullmatch(node.line.text):
            yield _line(node.line)
            yield from self.of_list(node.below, group)
        elif node.items:
            yield from self._of_heading(node, group)
        else:
            made = self._alone(node, self._code(node.role, group))
            note = (Note("above_all"),) if node.line.above_all else ()
            yield replace(made, review=(*made.review, *note))
            yield from _asked_with([node], made.code if remarks_on(node).own else "")

    def _of_heading(self, node: Node, group: str) -> Iterator[Drafted]:
        kind, count = meaning(node)
        remarks = remarks_on(node, self.remarks)
        if kind in ("any", "all") and (marks(node.words()) or remarks.asked):
            kind = "words"
        if kind in ("each", "unsure") or (kind == "words" and node.line.text in self.parts):
            yield _line(node.line)
            items = self._each(node, group if node.heads else self._code(node.role, group))
            yield from map(_doubted, items) if kind == "unsure" else items
            return
        code = self._code(node.role, group)
        if kind == "words" or len(node.items) == 1:
            asked = self._in_context(node.line, node.words() + remarks.asked_of_list)
            made = replace(self._bare(node, code), asked=asked)
            yield replace(made, review=(*made.review, Note("with_lines", n=len(node.items))))
        elif kind == "all":
            yield self._joined(node, code, node.items, " and ", node.line.text)
        elif count == 1:
            yield self._joined(node, code, node.items, " or ", node.line.text)
        else:
            yield self._counted(node, code, count)
        yield from _asked_with([node], code)

    def _each(self, node: Node, group: str) -> Iterator[Drafted]:
        """Make criteria of the items of a list, each with the remarks on the whole."""
        before = self.remarks
        remarks = (each.words() for each in node.below if each.role == "line")
        self.remarks += tuple(each for each in remarks if not says_nothing(each))
        for made in self.of_list(node.below, group):
            alone = bool(made.code) and not made.review and not node.heads
            yield replace(made, review=(Note("of_a_list"),)) if alone else made
        self.remarks = before

    def _alone(self, node: Node, code: str) -> Drafted:
        """Make a criterion of one line and the remarks on it: a rule is proposed for all their words, or for none."""
        text, headings = node.line.text, self._headings(node.line)
        remarks = remarks_on(node, self.remarks)
        made = replace(self._bare(node, code), help="\n".join(remarks.help))
        if headings or marks(text) or remarks.asked:
            made = replace(made, asked=self._in_context(node.line, text + remarks.asked))
        made = replace(made, review=(*made.review, *remarks.notes))
        if introduces(text):
            made = replace(made, review=(*made.review, Note("which_lines")))
        if tree.ends_open(node):
            return replace(made, review=(*made.review, Note("joins")))
        if node.line.unsure or self._is_of_everybody(made) or not self._whom(node.line)[1]:
            return made
        others = list(filter(self._is_of_another, (*node.line.headings, label_of(text))))
        if others:
            key = "of_another" if made.of_some else "of_another_needed"
            note = Note(key, {"heading": others[-1].rstrip(" :：")})
            return made if made.of_another else replace(made, review=(*made.review, note))
        if _REQUIRES in made.review or remarks.beside:
            return made
        proposed = self._proposed(" ".join((text, *remarks.said)), node.role, headings)
        if proposed is None or (node.line in self.of_one_sex and names_a_sex_alone(proposed.rule)):
            return made
        why = proposed.why + remarks.notes[-1:] if ALLOWED in remarks.notes else proposed.why
        return replace(made, rule=proposed.rule, questions=proposed.questions, review=why)

    def _proposed(self, text: str, role: str, headings: tuple[str, ...]) -> Proposal | None:
        """Propose a rule for a line; where it is not read alone, with its heading before it: *Age: 18 and over*."""
        alone = self.propose(text, role, headings)
        if alone is not None or not headings:
            return alone
        return self.propose(f"{with_colon(headings[-1])} {text}", role, headings[:-1])

    def _joined(self, node: Node, code: str, items: Sequence[Node], joint: str, heading: str) -> Drafted:
        items = [each for each in items if not tree.JOINT.fullmatch(each.line.text)]
        questions = self._questions(code, items, heading, node.line)
        rule = joint.join(str(each["id"]) for each in questions)
        return self._ruled(node, code, questions, rule, Note(f"joined_{joint.strip()}", n=len(items)))

    def _counted(self, node: Node, code: str, count: int) -> Drafted:
        items = [each for each in node.items if not tree.JOINT.fullmatch(each.line.text)]
        questions = self._questions(code, items, node.line.text, node.line)
        if count > len(questions):
            return replace(self._bare(node, code), asked=self._in_context(node.line, node.words()))
        rule = f"at_least({count}, {', '.join(str(each['id']) for each in questions)})"
        note = Note("at_least", {"count": str(count)}, len(questions))
        return self._ruled(node, code, questions, rule, note)

    def _ruled(
        self, node: Node, code: str, questions: Sequence[Mapping[str, object]], rule: str, why: Note
    ) -> Drafted:
        made = replace(self._bare(node, code), asked=self._in_context(node.line, node.words()))
        left_out = made.of_some  # its items would leave out those whom the list does not concern
        if node.line.unsure or left_out or _REQUIRES in made.review or OF_A_GROUP in made.review:
            return made
        if node.role == "exclusion" and any(requires(str(each["short"])) for each in questions):
            return replace(made, review=(*made.review, _REQUIRES))
        return replace(made, rule=rule, questions=tuple(questions), review=(why,))

    def _bare(self, node: Node, code: str) -> Drafted:
        above, label = self._headings(node.line), label_of(node.line.text)
        parts, certain = self._whom(node.line)
        text = node.line.text.removeprefix(label) if self.parts.get(label) else node.line.text
        about = of_some(text, (*above, label), self.parts) if certain else "perhaps"
        about = about or ("perhaps" if node.line in self.of_one_sex else "")
        another = next((each for each in reversed(above) if is_of_another(each)), "")
        theirs = any(part.of_another for part in parts)
        said = (node.line.text, *above, *(each.line.text for each in node.items))
        speaks = says_allowed(node.line.text, node.role) or excepts(node.line.text)
        asks_what_yes_means = node.role == "exclusion" and (speaks or any(map(requires, said)))
        some = not theirs and may_not_concern(node.role, another, some=about != "")
        notes = (
            (node.line.unsure, Note("unsure")),
            (asks_what_yes_means, _REQUIRES),
            (speaks and node.role == "inclusion", Note("says_allowed")),
            (marks(node.words()) != (), Note("footnote")),
            (some and about == "perhaps", Note("of_some")),
            (not certain and not some, OF_A_GROUP),
        )
        return Drafted(
            node.line.text,
            node.role,
            code,
            node.line.depth,
            review=tuple(note for applies, note in notes if applies),
            of_some=some,
            parts=tuple(part.code for part in parts),
            of_another=theirs,
            person=person_called(another) if another else {},
        )

    def _headings(self, line: Line) -> tuple[str, ...]:
        """Return what a line stands under, but for the parts of the trial, and for what makes it an exclusion.

        The name of a part stays where it says an age, which no question of the part asks for otherwise.
        """
        parts = {each for each in line.headings if self.parts.get(each) and not says_age(each)}
        excludes = line.role == "exclusion"
        return tuple(each for each in line.headings if each not in parts and not (excludes and forbids(each)))

    def _is_of_everybody(self, made: Drafted) -> bool:
        """Say whether a criterion is about several persons, so that no question about one of them does."""
        return not made.parts and any(each.required for named in self.parts.values() for each in named)

    def _whom(self, line: Line) -> tuple[tuple[Cohort, ...], bool]:
        """Return the parts that a line is of, and whether it is certain whom it is about."""
        return whom_of(line, self.parts, self.groups)

    def _is_of_another(self, heading: str) -> bool:
        """Say whether a heading speaks of other persons than the patient: *for parents:*."""
        return is_of_another(heading) or any(part.of_another for part in self.parts.get(heading, ()))

    def _in_context(self, line: Line, words: str) -> str:
        """Return words with what they stand under: *Within 6 months, any of the following: stroke*."""
        return with_footnotes(" ".join((*map(with_colon, self._headings(line)), words)), self.footnotes)

    def _questions(
        self, code: str, items: Sequence[Node], heading: str, line: Line
    ) -> list[Mapping[str, object]]:
        """Make a question, by yes or no, of each item of a list, with the words that it stands under."""
        above = [with_colon(each) for each in (*self._headings(line), heading) if each]
        return [
            {
                "id": f"{code.lower()}_{place}",
                "words": with_footnotes(
                    " ".join((*above, tree.without_joints(each.words()))), self.footnotes
                ),
                "short": tree.without_joints(each.line.text),
            }
            for place, each in enumerate(items, 1)
        ]

    def _code(self, role: str, group: str) -> str:
        """Return the next code: a number of the side, or a letter of the criterion that it is part of."""
        counted = group or _PREFIX[role]
        self.numbers[counted] += 1
        number = self.numbers[counted]
        return f"{group}{_letters(number)}" if group else f"{counted}{number}"


def _letters(number: int) -> str:
    """Return 1 as ``a``, 26 as ``z``, 27 as ``aa``."""
    before, last = divmod(number - 1, len(_LETTERS))
    return (_letters(before) if before else "") + _LETTERS[last]


def _doubted(made: Drafted) -> Drafted:
    """Say of a criterion that its title may say something else than of what it is."""
    review = (*made.review, Note("under_a_title"))
    return replace(made, review=review, short=made.asked) if made.code else made


def _asked_with(nodes: Sequence[Node], code: str) -> Iterator[Drafted]:
    """Yield the lines that a criterion asks about, but for the first, which is its source."""
    _, *others = (each for node in nodes for each in node.walk())
    yield from (replace(_line(each.line), whose=code) for each in others)


def _line(line: Line) -> Drafted:
    return Drafted(line.text, "line", depth=line.depth)
