"""What an amendment changes of a question: how it is asked, what is taken as an answer, and what that means."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Final

from dialogs.amendments.change import Change, differing, listed
from dialogs.answers import plain
from dialogs.languages import words
from dialogs.protocol import Option, Protocol, Question, Shortcut
from dialogs.reading_back import formula_read_back
from dialogs.texts import Text
from dialogs.units import Exact, Range, Unit
from dialogs.wording import measured, time_span

_Shown = Callable[[Question, str], str]

OF_WORDS: Final = ("reworded", "name")
"""Phrases of what a criterion without a rule has of the record's words, and is told with it."""
OF_ANSWERS: Final[dict[str, _Shown]] = {
    "kind": lambda question, language: question.kind,
    "at": lambda question, language: said(question.at, language),
    "formula": lambda question, language: question.formula.text if question.formula is not None else "",
    "decimals": lambda question, language: str(question.formula.decimals) if question.formula else "",
    "rounds": lambda question, language: yes_or_no(
        question.formula is not None and question.formula.rounds, language
    ),
    "units": lambda question, language: ", ".join(unit.label[language] for unit in question.units),
    "unit_codes": lambda question, language: ", ".join(unit.code for unit in question.units),
    "conversions": lambda question, language: "; ".join(_conversions(question, language)),
    "possible": lambda question, language: _ranges(question, language, lambda unit: unit.possible),
    "bounds": lambda question, language: yes_or_no(question.bounds, language),
    "unit_of": lambda question, language: question.unit_of or "",
}
"""What decides which answers are taken, and what these mean."""
_QUESTION: Final[dict[str, _Shown]] = {
    "reworded": lambda question, language: question.ask[language],
    "name": lambda question, language: question.short[language],
    "help": lambda question, language: said(question.help, language),
    **OF_ANSWERS,
    "usual": lambda question, language: _ranges(question, language, lambda unit: unit.usual),
    "spellings": lambda question, language: ", ".join(s for unit in question.units for s in unit.spellings),
    "examples": lambda question, language: "; ".join(_examples(question, language)),
    "supplier": lambda question, language: question.supplier[language],
    "judgement": lambda question, language: yes_or_no(question.judgement, language),
    "lasting": lambda question, language: yes_or_no(question.lasting, language),
    "site_fact": lambda question, language: yes_or_no(question.site_fact, language),
}


def of_question(
    old: Protocol, new: Protocol, before: Question, after: Question, language: str
) -> Iterator[Change]:
    """Yield each change of a question that both versions have; its buttons last."""
    shown = [
        _formulas(old, new, before, after, language)
        if key == "formula"
        else (key, show(before, language), show(after, language))
        for key, show in _QUESTION.items()
    ]
    if before.ask[language] != after.ask[language]:
        shown = [each for each in shown if each[0] != "name"]  # mostly made of what is asked
    yield from differing("question", after.id, shown)
    for change in listed("question", _options(old, before, language), _options(new, after, language)):
        yield replace(change, name=after.id, key=f"option_{change.key}")
    if _ordered_otherwise(before, after):
        names = ", ".join(option.text[language] for option in after.options)
        yield Change("question", after.id, "option_order", {"words": names})
    for change in listed("question", _shortcuts(before, language), _shortcuts(after, language)):
        yield replace(change, name=after.id, key=f"shortcut_{change.key}")


def _formulas(
    old: Protocol, new: Protocol, before: Question, after: Question, language: str
) -> tuple[str, str, str]:
    """Return both formulas in words; as they stand in the file where the words do not tell them apart."""
    written = [OF_ANSWERS["formula"](question, language) for question in (before, after)]
    one, other = (
        formula_read_back(protocol, question, language)
        for protocol, question in ((old, before), (new, after))
    )
    if one == other or written[0] == written[1]:
        return "formula", written[0], written[1]
    return "formula", one, other


def said(text: Text | None, language: str) -> str:
    return "" if text is None else text[language]


def yes_or_no(answer: bool, language: str) -> str:
    found: str = words("dialogs.amendments", language)["yes" if answer else "no"]
    return found


def noted(what: str, note: str, language: str) -> str:
    form: str = words("dialogs", language)["punctuation"]["noted"]
    return form.format(what=what, note=note)


def _options(protocol: Protocol, question: Question, language: str) -> dict[str, str]:
    return {option.code: _option(protocol, option, language) for option in question.options}


def _option(protocol: Protocol, option: Option, language: str) -> str:
    """An option, with the answers that follow from it."""
    named = words("dialogs", language)["punctuation"]["named"]
    implied = [
        named.format(name=other.name[language], what=other.buttons[code][language])
        for other, code in ((protocol.question(name), code) for name, code in option.implies.items())
    ]
    text = option.text[language]
    return noted(text, ", ".join(implied), language) if implied else text


def _ordered_otherwise(before: Question, after: Question) -> bool:
    """Say whether options that both versions have stand in another order."""
    stayed = (code for code in before.option_by_code if code in after.option_by_code)
    return [*stayed] != [code for code in after.option_by_code if code in before.option_by_code]


def _shortcuts(question: Question, language: str) -> dict[str, str]:
    return {each.code: _shortcut(question, each, language) for each in question.shortcuts}


def _shortcut(question: Question, shortcut: Shortcut, language: str) -> str:
    """A button, with the number that it stands for; *never* is none."""
    means, text = shortcut.means, shortcut.text[language]
    if not means.value.is_finite():
        return text
    if question.kind == "since":
        return noted(text, time_span(means, language), language)
    return noted(text, measured(means, question.unit_by_code[means.unit], language), language)


def _conversions(question: Question, language: str) -> Iterator[str]:
    """Say what a unit comes to in the first one, ``1 g = 1000 mg``, and what it comes to when it is divided."""
    for place, unit in enumerate(question.units):
        label, first = unit.label[language], question.units[0].label[language]
        if place and unit.scale is not None:
            offset = f" + {_exact(unit.offset)}" if unit.offset else ""
            yield f"1 {label} = {_exact(unit.scale)}{offset} {first}"
        if unit.per is not None:
            yield f"{label} / {unit.per} = {unit.gives}"


def _exact(number: Exact) -> str:
    return plain(number) if isinstance(number, Decimal) else str(number)


def _ranges(question: Question, language: str, of: Callable[[Unit], Range]) -> str:
    """Say ranges as they hold, each in the first unit or in that which stands for itself; alike ones once."""
    units = [unit if unit.scale is None else question.units[0] for unit in question.units]
    ranges = (
        f"{plain(low)} … {plain(high)} {shown.label[language]}"
        for (low, high), shown in zip(map(of, question.units), units, strict=True)
    )
    return "; ".join(dict.fromkeys(ranges))


def _examples(question: Question, language: str) -> Iterator[str]:
    for unit in question.units:
        if unit.example is not None:
            yield f"{plain(unit.example)} {unit.label[language]}"
