"""What is wrong with one comparison of a rule, and how it is written: a table of what people write instead."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from operator import ge, gt, le, lt
from typing import Final

from dialogs.likely import likely
from dialogs.loading.rules.joining import Questions, bracketed_values, counted, said_in
from dialogs.loading.rules.limits import Said, limit_said, usual_limit
from dialogs.protocol import YES_OR_NO, Question

_Explanation = Callable[[ast.expr, Questions], Said | None]


def _unquoted_option(tree: ast.expr, questions: Questions) -> Said | None:
    meant = {
        name: option
        for name in sorted(names_in(tree) - questions.keys())
        if (option := _option_meant(name, tree, questions)) is not None
    }
    if not meant:
        return None
    right = re.sub(r"\w+", lambda word: f'"{meant[word[0]]}"' if word[0] in meant else word[0], said_in(tree))
    without_order = _ordered(ast.parse(right, mode="eval").body, questions)
    return without_order or (f"{', '.join(meant)} stands without quotes", f"Please write {right}")


def _ticked(tree: ast.expr, questions: Questions) -> Said | None:
    """Options of a question that takes several, compared as if it took one."""
    name = next(
        (each for each in sorted(names_in(tree) & questions.keys()) if questions[each].kind == "several"),
        None,
    )
    if name is None:
        return None
    codes = [option.code for option in questions[name].options]
    if isinstance(tree, ast.Name):
        return f"{name} is compared with nothing", f'Please write, for example, "{codes[0]}" in {name}'
    if not isinstance(tree, ast.Compare):
        return None
    if "none" in names_in(tree):
        return "none stands without quotes", f'Please write {name} == "none"'
    given = [each for each in _constants(tree) if isinstance(each, str) and each in codes]
    if isinstance(tree.left, ast.Constant) or not given:
        return None
    joined = " or ".join(f'"{each}" in {name}' for each in given)
    negated = isinstance(tree.ops[0], ast.NotEq | ast.NotIn)
    right = f"not ({joined})" if negated else joined
    return f"{name} takes several options", f"Please write {right}"


def _attribute(tree: ast.expr, questions: Questions) -> Said | None:
    if not isinstance(tree, ast.Attribute) or not isinstance(tree.value, ast.Name):
        return None
    return f"{said_in(tree)} is not a condition", f'Please write {tree.value.id} == "{tree.attr}"'


def _numbers_alone(tree: ast.expr, questions: Questions) -> Said | None:
    """Numbers that are compared with nothing: ``18-80``."""
    if (
        names_in(tree)
        or isinstance(tree, ast.Compare)
        or not any(isinstance(each, int) for each in _constants(tree))
    ):
        return None
    number = next((each.id for each in questions.values() if each.kind == "integer"), "QUESTION")
    return (
        f"{said_in(tree)} is compared with nothing",
        f"Please write which question it is about, as in 18 <= {number} <= 80",
    )


def _text_alone(tree: ast.expr, questions: Questions) -> Said | None:
    if not isinstance(tree, ast.Constant) or not isinstance(tree.value, str):
        return None
    said, sign = said_in(tree), "<" if tree.value[:1].isdigit() else "=="
    return f"{said} is compared with nothing", f"Please write what it is about: QUESTION {sign} {said}"


def _ordered(tree: ast.expr, questions: Questions) -> Said | None:
    """A choice whose options are numbers, compared as if it were one."""
    if not isinstance(tree, ast.Compare) or not all(isinstance(op, tuple(_ORDER)) for op in tree.ops):
        return None
    operands = [tree.left, *tree.comparators]
    names = [each.id for each in operands if isinstance(each, ast.Name) and each.id in questions]
    if len(names) != 1 or not (codes := [option.code for option in questions[names[0]].options]):
        return None
    if questions[names[0]].kind == "several":
        return None  # the parser says how these are asked for
    fault = f"{names[0]} is a choice, whose options have no order"
    given = [each for each in _constants(tree) if _grade(each) is not None]
    if any(_grade(code) is None for code in codes) or len(given) != len(operands) - 1:
        return fault, "Please use == or in"
    fitting = [code for code in codes if _holds(tree, _grade(code) or 0)]
    if not fitting:
        return fault, f"Please use == or in, with: {', '.join(codes)}"
    return fault, f"Please write {names[0]} in ({', '.join(map(_quoted, fitting))})"


_ORDER: Final[Mapping[type[ast.cmpop], Callable[[int, int], bool]]] = {
    ast.Lt: lt,
    ast.LtE: le,
    ast.Gt: gt,
    ast.GtE: ge,
}


_ROMAN: Final = ("none", "I", "II", "III", "IV", "V")


def _grade(value: object) -> int | None:
    """Return a number, also a Roman one, as classes and stages have."""
    if str(value) in _ROMAN:
        return _ROMAN.index(str(value))
    return int(str(value)) if str(value).isdecimal() else None


def _holds(tree: ast.Compare, value: int) -> bool:
    """Say whether a comparison of one name with numbers holds for a value of it."""
    numbers = [
        _grade(each.value) or 0 if isinstance(each, ast.Constant) else value
        for each in (tree.left, *tree.comparators)
    ]
    return all(
        _ORDER[type(op)](one, other) for op, (one, other) in zip(tree.ops, pairwise(numbers), strict=True)
    )


def _quoted(code: str) -> str:
    return f'"{code}"'


_FLAGS: Final = {"true": "yes", "false": "no"}


def _flag(tree: ast.expr, questions: Questions) -> Said | None:
    """Yes and no are called true and false elsewhere."""
    if not isinstance(tree, ast.Compare):
        return None
    said = said_in(tree)
    found = re.search(r"\b(true|false)\b(?![\"'])", said, re.IGNORECASE)
    if found is None:
        return None
    right = f'{said[: found.start()]}"{_FLAGS[found[1].lower()]}"{said[found.end() :]}'
    return f"{found[1]} is no answer", f"Please write {right}"


def _quoted_question(tree: ast.expr, questions: Questions) -> Said | None:
    if not isinstance(tree, ast.Compare) or not isinstance(tree.left, ast.Constant):
        return None
    last = tree.comparators[-1]
    named = last.value if isinstance(last, ast.Constant) and isinstance(last.value, str) else ""
    if isinstance(tree.ops[-1], ast.In | ast.NotIn) and named in questions:
        right = f"{said_in(tree).removesuffix(said_in(last))}{named}"
        return f"the question {named} stands in quotes", f"Please write {right}"
    name = tree.left.value
    if (
        not isinstance(name, str)
        or name not in questions
        or any(isinstance(op, ast.In | ast.NotIn) for op in tree.ops)
    ):
        return None
    right = said_in(tree).replace(f'"{name}"', name, 1)
    return f"the question {name} stands in quotes", f"Please write {right}"


def _alone(tree: ast.expr, questions: Questions) -> Said | None:
    """A question that is compared with nothing."""
    if not isinstance(tree, ast.Name) or tree.id not in questions:
        return None
    question = questions[tree.id]
    if question.option_by_code.keys() == YES_OR_NO:
        return None
    codes = list(question.option_by_code)
    value = f'== "{codes[0]}"' if codes else f'< "{usual_limit(question)}"'
    return f"{tree.id} is compared with nothing", f"Please write, for example, {tree.id} {value}"


def _hyphen(tree: ast.expr, questions: Questions) -> Said | None:
    """A name that is written with a hyphen."""
    for part in ast.walk(tree):
        if isinstance(part, ast.BinOp) and isinstance(part.op, ast.Sub):
            name = said_in(part).replace(" - ", "_")
            if name in questions:
                return f"{said_in(part).replace(' ', '')} is read as a subtraction", f"Please write {name}"
    return None


def _arithmetic(tree: ast.expr, questions: Questions) -> Said | None:
    """Arithmetic stands in the formula of a question of its own."""
    for part in ast.walk(tree):
        computed = isinstance(part, ast.BinOp) or (
            isinstance(part, ast.UnaryOp) and isinstance(part.op, ast.USub) and names_in(part)
        )
        if computed and names_in(part):
            formula = said_in(part)
            right = said_in(tree).replace(formula, "NAME", 1)
            fault = f"{_short(formula)} is arithmetic, which rules have not"
            question = f'id = "NAME", kind = "quantity", formula = "{formula}"'
            remedy = f"Please add a [[question]] with {question} and its units, and compare that: {right}"
            return fault, remedy
    return None


def _limit(tree: ast.expr, questions: Questions) -> Said | None:
    """A number that is compared with what is no limit in one of its units."""
    if not isinstance(tree, ast.Compare):
        return None
    pairs = list(pairwise([tree.left, *tree.comparators]))
    for one, other in [*pairs, *((right, left) for left, right in pairs)]:
        question = questions.get(one.id) if isinstance(one, ast.Name) else None
        if question is None or not question.units:
            continue
        if any(isinstance(op, ast.In | ast.NotIn) for op in tree.ops):
            return (
                f"{question.id} is a number, and in is for options",
                "Please compare it by <, <=, >, >= or ==",
            )
        said = limit_said(question, other.value) if isinstance(other, ast.Constant) else None
        if said is not None:
            return said
    return None


def _option(tree: ast.expr, questions: Questions) -> Said | None:
    """An option that the question has not."""
    if not isinstance(tree, ast.Compare):
        return None
    operands = [tree.left, *tree.comparators]
    names = [each.id for each in operands if isinstance(each, ast.Name) and each.id in questions]
    if len(names) != 1 or not questions[names[0]].options:
        return None
    codes = [option.code for option in questions[names[0]].options]
    allowed = {*codes, *(["none"] if questions[names[0]].kind == "several" else [])}
    wrong = [each for each in _constants(tree) if isinstance(each, str) and each not in allowed]
    if wrong:
        return _no_option(questions[names[0]], list(dict.fromkeys(wrong)), codes)
    bare = [str(each) for each in _constants(tree) if isinstance(each, int) and str(each) in codes]
    if bare:
        return f"{', '.join(bare)} stands without quotes", f"Please write {', '.join(map(_quoted, bare))}"
    return None


def _no_option(question: Question, given: list[str], codes: list[str]) -> tuple[str, str]:
    """Say which options a question has not, all of them at once, and what each was likely meant to be."""
    fault = f"{question.id} has no option {', '.join(map(_quoted, given))}"
    if given == ["unknown"]:
        return fault, "Please leave it out: an answer that is unknown makes the criterion unknown by itself"
    found = [_labelled(each, question) or likely(each, codes) for each in given]
    meant = [_quoted(each) for each in found if each is not None]
    if len(meant) == len(given):
        return fault, f"Please write {', '.join(meant)}"
    return fault, f"Please use one of: {', '.join(codes)}"


def _labelled(given: str, question: Question) -> str | None:
    """Return the option whose button says so."""
    for option in question.options:
        if given.casefold() in {text.casefold() for text in option.text.values()}:
            return option.code
    return None


EXPLANATIONS: Final[tuple[_Explanation, ...]] = (
    _quoted_question,
    counted,
    _ticked,
    bracketed_values,
    _attribute,
    _numbers_alone,
    _text_alone,
    _flag,
    _unquoted_option,
    _hyphen,
    _arithmetic,
    _alone,
    _ordered,
    _limit,
    _option,
)
"""In the order in which they are tried."""


# what all of them need ---------------------------------------------------------------------------


def names_in(tree: ast.AST) -> set[str]:
    called = {id(part.func) for part in ast.walk(tree) if isinstance(part, ast.Call)}
    return {part.id for part in ast.walk(tree) if isinstance(part, ast.Name) and id(part) not in called}


def _constants(tree: ast.AST) -> Iterator[object]:
    return (part.value for part in ast.walk(tree) if isinstance(part, ast.Constant))


def _option_meant(name: str, tree: ast.expr, questions: Questions) -> str | None:
    """Return the option that a name is, of a choice that it is compared with."""
    for other in names_in(tree) & questions.keys():
        asked = questions[other]
        codes = list(asked.shortcut_by_code if asked.kind == "since" else asked.option_by_code)
        found = (
            name
            if name in codes
            else next((code for code in codes if code.casefold() == name.casefold()), None)
        )
        if found is not None:
            return found
    return None


def _short(text: str, longest: int = 50) -> str:
    return text if len(text) <= longest else f"{text[:longest]}..."
