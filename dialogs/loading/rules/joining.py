"""How conditions and values are joined that stand in the brackets of a word, or behind one sign."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Final

from dialogs.loading.rules.limits import Said
from dialogs.protocol import Question

Questions = Mapping[str, Question]

_JOINED: Final = {
    "any": "or",
    "or": "or",
    "anyof": "or",
    "oneof": "or",
    "all": "and",
    "and": "and",
    "allof": "and",
}


def joined_by_a_call(tree: ast.Call) -> Said | None:
    """Say how conditions are joined that stand in the brackets of a word: ``any(a, b)``."""
    word = _JOINED.get(tree.func.id.casefold().replace("_", "")) if isinstance(tree.func, ast.Name) else None
    if word is None or not tree.args:
        return None
    parts = (f"({said_in(each)})" if isinstance(each, ast.BoolOp) else said_in(each) for each in tree.args)
    return f"there is no {said_in(tree.func)} in a rule", f"Please write ({f' {word} '.join(parts)})"


def counted(tree: ast.expr, questions: Questions) -> Said | None:
    """Conditions that are counted by another name."""
    for part in ast.walk(tree):
        if (
            not isinstance(part, ast.Call)
            or not isinstance(part.func, ast.Name)
            or part.func.id == "at_least"
        ):
            continue
        if part.func.id.casefold().replace("_", "") in ("atleast", "count", "sum", "nof"):
            conditions = [each for each in part.args if not isinstance(each, ast.Constant)]
            right = ", ".join(map(said_in, conditions))
            return (
                f"there is no {part.func.id} in a rule",
                f"Please write at_least(2, {right}), with your number",
            )
    return None


def bracketed_values(tree: ast.expr, questions: Questions) -> Said | None:
    """Values that are joined by *or* behind one sign: ``diagnosis == ("a" or "b")``."""
    if not isinstance(tree, ast.Compare) or not isinstance(tree.comparators[-1], ast.BoolOp):
        return None
    values = ", ".join(map(said_in, tree.comparators[-1].values))
    return "values are not joined by or", f"Please write {said_in(tree.left)} in ({values})"


def said_in(tree: ast.AST) -> str:
    """Return a part of a rule with double quotes."""
    return ast.unparse(tree).replace("'", '"')
