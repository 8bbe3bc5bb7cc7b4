"""What is wrong with a rule that cannot be parsed, all of it at once, told to people who do not program.

The signs are put right first (`spelling`); then each comparison is parsed by itself, and one that cannot be is
explained. A comparison with a question that has a mistake of its own is left alone.
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Iterator, Set
from typing import Final

from dialogs.likely import likely
from dialogs.loading import catalogue
from dialogs.loading.rules.explanations import EXPLANATIONS, names_in
from dialogs.loading.rules.expressions import expression
from dialogs.loading.rules.joining import Questions, joined_by_a_call, said_in
from dialogs.loading.rules.limits import Said
from dialogs.loading.rules.numbered import left_without_id
from dialogs.loading.rules.parsing import RuleError, parse
from dialogs.loading.rules.reading import Search, unreadable
from dialogs.loading.rules.spelling import RuleSlip, outside_only, spelled
from dialogs.protocol import YES_OR_NO

_TEXT: Final = r"""(\"[^\"\n]+\"|'[^'\n]+')"""
_SIDE_BY_SIDE: Final = re.compile(rf"{_TEXT}\s*{_TEXT}")
_NAMED: Final = 3
"""Questions that are named where it may be one of several."""


def slips_of(
    text: str,
    questions: Questions,
    left_out: Set[str] = frozenset(),
    search: Search = lambda name: (),
    *,
    all_named: bool = True,
) -> list[RuleSlip]:
    """Return all that is wrong with a rule; nothing if all that can be looked at is right.

    `left_out` names questions that have a mistake of their own, `search` finds those of the catalogue that a name was
    likely meant to be; unless `all_named`, there are more questions, and it is not known what they are called.
    """
    if not text.strip():
        remedy = "Please write a condition, or leave rule out to ask the criterion as it stands"
        return [RuleSlip("there is nothing in it", remedy)]
    mended, slips = spelled(text, questions)
    try:
        tree = expression(f"(\n{mended}\n)")
    except SyntaxError:
        return [*slips, unreadable(mended, {*questions, *left_out}, search)]
    except (ValueError, RecursionError, MemoryError):  # a NUL; brackets or nots without end
        return slips
    looking = _Looking(questions, left_out, search, all_named)
    return list(dict.fromkeys([*slips, *looking.walk(tree)]))


def remark_in(text: str) -> RuleSlip | None:
    """Say where a remark would end a rule early: the lines of a rule are read as one."""
    at = outside_only(text).find("#") if "#" in text else -1
    if at < 0:
        return None
    remedy = "Please put it above the rule, in a line that begins with #"
    return RuleSlip("a remark inside of a rule would end it", remedy, text.count("\n", 0, at))


def side_by_side(text: str) -> RuleSlip | None:
    """Say where two texts stand without a comma: Python makes one of them, of "I" and "II" the option "III"."""
    found = _SIDE_BY_SIDE.search(text)
    if found is None:
        return None
    one, other = found.groups()
    line = text.count("\n", 0, found.start())
    return RuleSlip(f"there is no comma between {one} and {other}", f"Please write {one}, {other}", line)


def misread(text: str) -> RuleSlip | None:
    """Return a slip that leaves a rule readable, as something else than its author wrote."""
    return remark_in(text) or side_by_side(text)


class _Looking:
    """Looks at each comparison of a rule by itself."""

    def __init__(self, questions: Questions, left_out: Set[str], search: Search, all_named: bool) -> None:
        self.questions = questions
        self.all_named = all_named
        self.left_out = left_out
        self.search = search
        self.last: ast.Compare | None = None
        """The comparison before, to which a value that stands alone may belong."""
        self.next: ast.Compare | None = None
        """The first comparison that is joined with it."""

    def walk(self, tree: ast.expr) -> Iterator[RuleSlip]:
        match tree:
            case ast.BoolOp(values=values):
                self.next = next((each for each in values if isinstance(each, ast.Compare)), None)
                for value in values:
                    yield from self.walk(value)
            case ast.Call(func=ast.Name(id="at_least"), args=[ast.Constant(), *conditions]) if conditions:
                for condition in conditions:
                    yield from self.walk(condition)
            case ast.Call(args=conditions) if (said := joined_by_a_call(tree)) is not None:
                yield RuleSlip(*said, tree.lineno - 2)
                for condition in conditions:
                    yield from self.walk(condition)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                yield from self.walk(operand)
            case ast.Tuple(elts=[first, *others]):
                yield RuleSlip(*_commas(first, others), first.lineno - 2)
            case _:
                for said in self._leaf(tree):
                    yield RuleSlip(*said, tree.lineno - 2)
        if isinstance(tree, ast.Compare):
            self.last = tree

    def _leaf(self, tree: ast.expr) -> Iterator[Said]:
        """Yield what is wrong with one comparison; of a misspelt question also what it has of its own."""
        unknown = _unknown(tree, self.questions)
        found = likely(unknown, self.questions) if unknown is not None else None
        if unknown is not None and found is not None and not self.left_out & names_in(tree):
            yield f"there is no question {unknown}", f"Please write {found}"
            yield from self._leaf(_renamed(tree, unknown, found))
            return
        said = self._one(tree, unknown)
        yield from [said] if said is not None else []
        yield from _values_of_no_question(tree, self.questions)

    def _one(self, tree: ast.expr, unknown: str | None) -> Said | None:
        if self.left_out & names_in(tree):
            return None
        near = self.last or self.next
        if isinstance(tree, ast.Constant) and near is not None:
            return _one_more_value(near, tree, self.questions)
        for explain in EXPLANATIONS:
            said = explain(tree, self.questions)
            if said is not None:
                return said
        if unknown is not None and not self._is_slip(unknown):
            return None
        if unknown is not None:
            return f"there is no question {unknown}", self._instead_of(unknown)
        try:
            parse(ast.unparse(tree), self.questions)
        except RuleError as error:
            return error.fault, error.remedy
        return None

    def _is_slip(self, name: str) -> bool:
        """Say whether a name that is no question is a mistake, and not one that a question was meant to have."""
        return self.all_named or likely(name, self.questions) is not None

    def _instead_of(self, name: str) -> str:
        found = likely(name, {*self.questions, *self.left_out})
        if found is not None:
            return f"Please write {found}"
        without_id = left_without_id(name, self.questions)
        if without_id is not None:
            return without_id
        entries = self.search(name)
        if entries == [name]:
            return f"Please name {name} in the rule of a criterion: what no criterion needs is never asked"
        if len(entries) == 1:
            whose = "the catalogue" if entries[0] in catalogue.entries() else "this file's own [catalogue]"
            return f"Please write {entries[0]}, a question of {whose}"
        if entries:
            more = (
                f", or what else prescreen protocol questions {name} finds" if len(entries) > _NAMED else ""
            )
            return f"Please write {' or '.join(entries[:_NAMED])}, questions of the catalogue{more}"
        searched = "Please look for it with prescreen protocol questions WORD"
        return f'{searched}, or add a [[question]] with id = "{name}"'


def _unknown(tree: ast.expr, questions: Questions) -> str | None:
    """Return the first name of a comparison that is no question, and no option without its quotes."""
    known = questions.keys() | {"unclear", *_bare_values(tree, questions)}
    return next((name for name in sorted(names_in(tree) - known)), None)


def _bare_values(tree: ast.expr, questions: Questions) -> list[str]:
    """Return what must be options without quotes, of a question whose options are not known: ``x == yes``."""
    if not isinstance(tree, ast.Compare) or len(tree.ops) > 1 or not isinstance(tree.ops[0], _FOR_OPTIONS):
        return []
    asked, (values,) = tree.left, tree.comparators
    if isinstance(tree.ops[0], ast.In | ast.NotIn) and isinstance(values, ast.Name):
        asked, values = values, asked  # "mi" in history
    listed = values.elts if isinstance(values, ast.Tuple | ast.List) else [values]
    names = [each.id for each in listed if isinstance(each, ast.Name)]
    if not isinstance(asked, ast.Name) or asked.id in questions or len(names) < len(listed):
        return []
    return [] if any(likely(name, questions) for name in names) else names


_FOR_OPTIONS: Final = (ast.Eq, ast.NotEq, ast.In, ast.NotIn)


def _values_of_no_question(tree: ast.expr, questions: Questions) -> Iterator[Said]:
    names = _bare_values(tree, questions)
    if names:
        right = tree
        for name in names:
            right = _renamed(right, name, f'"{name.lower() if name.lower() in YES_OR_NO else name}"')
        yield f"{', '.join(names)} stands without quotes", f"Please write {said_in(right)}"


def _renamed(tree: ast.expr, name: str, other: str) -> ast.expr:
    """Return a comparison with another name in the place of one."""

    class _Renaming(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.Name:
            return ast.copy_location(ast.Name(other, node.ctx), node) if node.id == name else node

    renamed: ast.expr = _Renaming().visit(copy.deepcopy(tree))
    return renamed


def _one_more_value(before: ast.Compare, tree: ast.Constant, questions: Questions) -> Said:
    """Say how several values are written: ``diagnosis == "a" or "b"``."""
    name, value = said_in(before.left), said_in(tree)
    if name in questions and questions[name].options and isinstance(before.ops[-1], ast.Eq):
        both = (said_in(before.comparators[-1]), value)
        codes = ", ".join(f'"{each.strip(chr(34))}"' for each in both)
        return f"it is not said what {value} is compared with", f"Please write {name} in ({codes})"
    if isinstance(before.left, ast.Constant):
        name, value = value, said_in(before.comparators[-1])
        return f"{name} stands alone", f"Please write {name} in {value}"
    fault = f"it is not said what {value} is compared with"
    if isinstance(before.ops[-1], ast.Eq) and name in questions and questions[name].units:
        return fault, f"Please write {said_in(before)} or {name} == {value}"
    if isinstance(before.ops[-1], ast.Eq | ast.In):
        return fault, f"Please write {name} in ({said_in(before.comparators[-1]).strip('()')}, {value})"
    if name in questions and tree.value in questions[name].shortcut_by_code:
        return fault, f"Please write {said_in(before)} or {name} == {value}"
    sign = said_in(before).removeprefix(name).split()[0]
    return fault, f"Please write {name} {sign} {value}"


def _commas(first: ast.expr, others: list[ast.expr]) -> Said:
    """Say what to write where values or conditions are listed with commas."""
    fault = "a comma does not join conditions"
    if isinstance(first, ast.Compare) and not any(isinstance(each, ast.Compare) for each in others):
        firsts = [each.values[0] if isinstance(each, ast.BoolOp) else each for each in others]
        values = ", ".join(f'"{said_in(each).strip(chr(34))}"' for each in (first.comparators[-1], *firsts))
        return fault, f"Please write {said_in(first.left)} in ({values})"
    return fault, "Please write and where both must be so, or where one is enough"
