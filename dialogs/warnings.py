"""What is no mistake in a protocol, but is seldom meant: told with the place and what to do about it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import islice, product
from typing import Final

from dialogs.answers import Choice, Measurement, plain
from dialogs.calendar_months import limits_of_time
from dialogs.errors import Fault
from dialogs.examples import expected_number
from dialogs.likely import instead
from dialogs.loading.catalogue import without_copies
from dialogs.loading.formats import NEWEST, is_of_the_first
from dialogs.loading.places import placed
from dialogs.loading.ruleless import id_of, is_asked_as_it_stands, questions_by_name
from dialogs.loading.rules.limits import fitting
from dialogs.loading.short_forms import with_codes
from dialogs.of_never import never_passes
from dialogs.of_one_sex import asked_of_the_other_sex
from dialogs.proofs.pairs import Relation, apart, related
from dialogs.protocol import Criterion, Protocol, Question
from dialogs.quoted import outdated
from dialogs.rules.arithmetic import Formula
from dialogs.rules.comparisons import Comparison
from dialogs.rules.functions import Unworkable, rounded
from dialogs.rules.judgement import union
from dialogs.short_names import unfit_names
from dialogs.stale_names import stale_names
from dialogs.texts import Text
from dialogs.unit_slips import unit_slips
from dialogs.untranslated import lacking, written_in

STEPS: Final = 200_000
"""Of the search for criteria that imply each other."""
_MOST_OPTIONS: Final = 64
_MOST_TABLES: Final = 20
"""In which a note names the texts that a language lacks."""
_ESCAPED: Final = re.compile(r"\\[<>\[\]()*_~#+.!|-]")
"""As registries write signs that would lay out a text (Markdown)."""
_PASSES: Final = {"inclusion": "is met", "exclusion": "does not apply"}
_SAID: Final[Mapping[Relation, tuple[str, str]]] = {
    "same": (
        "leaves out the same patients as {other}",
        "Please check both rules, or keep one of them",
    ),
    "implied": (
        "{passes} wherever {other} {other_passes}: it leaves out nobody else",
        "Please check both rules, or leave {code} out",
    ),
}


def warnings(protocol: Protocol, buttons: int, characters: int, *, in_short: bool = True) -> list[Fault]:
    """Return what a protocol's author may want to look at; `buttons` and `characters` are what one message carries.

    Texts that a language lacks are one warning for the language if that is told `in_short`, else one each.
    """
    found = [
        *_left_out_at_the_top(protocol),
        *_unused(protocol),
        *_ordered_in_vain(protocol),
        *_the_only_alternative(protocol),
        *_related(protocol),
        *_apart(protocol),
        *_unusual(protocol),
        *unit_slips(protocol),
        *_worked_out_wrong(protocol),
        *_asked_at_two_times(protocol),
        *asked_of_the_other_sex(protocol),
        *limits_of_time(protocol),
        *never_passes(protocol),
        *_untranslated(protocol, in_short),
        *unfit_names(protocol),
        *_named_by_numbers_of_before(protocol),
        *_quoting_words_of_before(protocol),
        *_with_backslashes(protocol),
        *_crowded(protocol, buttons),
        *_long(protocol, characters),
    ]
    written = without_copies(protocol.text)
    return placed(found, written, with_codes(tomllib.loads(written))) if found else []


def _left_out_at_the_top(protocol: Protocol) -> Iterator[Fault]:
    """What stands for an older format, or for English, where it is left out."""
    raw = tomllib.loads(protocol.text)
    if "format" not in raw and not is_of_the_first(raw):
        fault = f"is missing, which stands for format 1; the file is written in format {NEWEST}"
        yield Fault("format", fault, f"Please write format = {NEWEST} at the top")
    language = written_in(protocol) if "languages" not in raw else None
    if language is not None:
        fault = f"is missing, so that the texts count as {protocol.languages[0]}; most are in {language}"
        yield Fault("languages", fault, f'Please write languages = ["{language}"] at the top')


def _unused(protocol: Protocol) -> Iterator[Fault]:
    """Questions that nothing needs; one for a formula or an alert is fine."""
    shown_when = (item.when.mask for item in (*protocol.alerts, *protocol.site_items))
    needed = union([*protocol.used, *shown_when])
    needed |= union(question.formula.mask for question in protocol.questions if question.formula is not None)
    for place, question in enumerate(protocol.questions):
        if not needed >> place & 1:
            remedy = "Please use it in a rule, or leave it out: it is never asked"
            yield Fault(f"question {question.id}", "is needed by no rule", remedy)


def _the_only_alternative(protocol: Protocol) -> Iterator[Fault]:
    if len(protocol.alternatives) == 1 < len(protocol.parts):
        fault = "is the only part that is not required, so that it is needed as well"
        remedy = "Please write required = true here, too; or no required at all, if one part is enough"
        yield Fault(f"part {protocol.alternatives[0].code}", fault, remedy)


def _ordered_in_vain(protocol: Protocol) -> Iterator[Fault]:
    order = tomllib.loads(protocol.text).get("order", ())
    for name in dict.fromkeys(order):
        if name not in protocol.position:
            yield Fault("protocol: order", f"there is no question {name}", instead(name, protocol.position))
        elif order.count(name) > 1:
            yield Fault("protocol: order", f"{name} stands twice", "Please keep one: the first one counts")


def _related(protocol: Protocol) -> Iterator[Fault]:
    for criterion, relation, other in related(protocol, STEPS):
        names = {"code": criterion.code, "passes": _PASSES[criterion.kind]}
        names |= {"other": other.code, "other_passes": _PASSES[other.kind]}
        fault, remedy = (text.format(**names) for text in _SAID[relation])
        yield Fault(f"criterion {criterion.code}: rule", fault, remedy)


def _apart(protocol: Protocol) -> Iterator[Fault]:
    """Criteria that leave out everybody together: often each is meant of some patients only."""
    for criterion, other in apart(protocol, STEPS):
        fault = f"leaves out everybody together with {other.code}: nobody passes both"
        remedy = (
            'Please check both rules, or write of whom each is: sex == "male" or (...), or parts of the trial'
        )
        yield Fault(f"criterion {criterion.code}: rule", fault, remedy)


def _unusual(protocol: Protocol) -> Iterator[Fault]:
    """Limits outside of what is usual: often a wrong unit, or a digit too many."""
    for criterion in protocol.criteria:
        for leaf in criterion.rule.node.leaves():
            if isinstance(leaf, Comparison):
                yield from _unusual_limits(protocol.questions[leaf.place], criterion, leaf.limits)


def _unusual_limits(
    question: Question, criterion: Criterion, limits: Mapping[str, Decimal]
) -> Iterator[Fault]:
    for code, limit in limits.items():
        unit = question.unit_by_code.get(code)
        if unit is not None and not unit.expects(limit):
            low, high = (plain(unit.from_first(end)) for end in unit.usual)
            fault = (
                f"{plain(limit)} {code} is outside of what is usual for {question.id}, {low} to {high} {code}"
            )
            yield Fault(f"criterion {criterion.code}: rule", fault, _likely_unit(question, limit))


def _likely_unit(question: Question, limit: Decimal) -> str:
    """Name the units in which a limit would be usual."""
    others = " or ".join(f"{plain(limit)} {code}" for code in fitting(question, limit))
    return "Please check the number and its unit" + (f": {others} would be usual" if others else "")


def _worked_out_wrong(protocol: Protocol) -> Iterator[Fault]:
    """Formulas that come to no usual number from usual answers, whatever is chosen: often a part in another unit."""
    for place, formula in protocol.formulas.items():
        question, parts = protocol.questions[place], [protocol.questions[each] for each in formula.places]
        found = [_from_usual(formula, parts, options) for options in islice(_options(parts), _MOST_OPTIONS)]
        if not any(number is not None and question.units[0].expects(number) for number in found):
            usual = ((each, _usual(each)) for each in parts if each.units)
            numbers = ", ".join(f"{each.id} {plain(answer.value)} {answer.unit}" for each, answer in usual)
            worked = next(
                (f"{plain(each)} {formula.unit}" for each in found if each is not None), "no number"
            )
            fault = f"comes to {worked} from usual answers ({numbers})"
            remedy = "Please check it: every number is in the first unit of its question"
            yield Fault(f"question {question.id}: formula", fault, remedy)


def _asked_at_two_times(protocol: Protocol) -> Iterator[Fault]:
    """Questions of a visit, beside which the same one is asked for a formula only: an age, and once more an age."""
    named = {place for each in protocol.criteria for leaf in each.rule.node.leaves() for place in leaf.places}
    needed = {
        part: protocol.questions[place].id
        for place, formula in protocol.formulas.items()
        for part in reversed(formula.places)
        if part not in named
    }
    for name, table in questions_by_name(tomllib.loads(without_copies(protocol.text))):
        entry = str(table.get("use", name))
        whole = needed.get(protocol.position.get(entry, -1))
        if "at" in table and whole is not None and name != entry:
            fault = f"{entry} is asked beside it, for the formula of {whole}: the two answers may contradict"
            remedy = f"Please write {entry} in the rules instead, or give {whole} a formula with {name}"
            yield Fault(f"question {name}: at", fault, remedy)


def _options(parts: Sequence[Question]) -> Iterator[tuple[Choice, ...]]:
    """Yield what can be answered to those parts that are choices."""
    return product(*([Choice(option.code) for option in each.options] for each in parts if not each.units))


def _from_usual(formula: Formula, parts: Sequence[Question], options: Iterable[Choice]) -> Decimal | None:
    """Return what a formula comes to, also if that is not possible; ``None`` if it comes to no number."""
    chosen = iter(options)
    answers = [_usual(each) if each.units else next(chosen) for each in parts]
    try:
        number = formula.node.work(dict(zip(formula.places, answers, strict=True)))
    except Unworkable:
        return None
    return rounded(number, formula.decimals) if isinstance(number, Fraction) else None


def _usual(question: Question) -> Measurement:
    """Return the example of a number, or one in the middle of what is usual."""
    unit = question.units[0]
    number = expected_number(unit, whole=question.kind == "integer")
    return Measurement("=", number, unit.code)


def _untranslated(protocol: Protocol, in_short: bool) -> Iterator[Fault]:
    """Languages that lack texts, each at the first of them with where the others are, or all of these."""
    for language, (first, *others) in lacking(protocol).items():
        fault = f"has no text in {language}"
        remedy = f"Please add it: whoever reads {language} gets {protocol.languages[0]} there"
        if in_short:
            more = f", nor have {len(others)} others ({_by_table(others)})" if others else ""
            yield Fault(first, f"{fault}{more}", remedy)
        else:
            yield from (Fault(place, fault, remedy) for place in (first, *others))


def _by_table(places: Sequence[str]) -> str:
    """Return places in short, the keys of one table together: *question age: ask, short; criterion I1: name*."""
    keys: dict[str, list[str]] = {}
    for place in places:
        table, _, key = place.partition(": ")
        keys.setdefault(table, []).append(key)
    told = [f"{table}: {', '.join(found)}" if found != [""] else table for table, found in keys.items()]
    more = (
        f"; and in {len(told) - _MOST_TABLES} more: --format json lists all"
        if len(told) > _MOST_TABLES
        else ""
    )
    return "; ".join(told[:_MOST_TABLES]) + more


def _named_by_numbers_of_before(protocol: Protocol) -> Iterator[Fault]:
    """Names and readings that were left as they were when what is asked, or a limit, was changed."""
    for each in stale_names(protocol):
        numbers, now = (", ".join(some) for some in (each.numbers, each.now))
        fault = f'is "{each.said}", but what is asked and judged has {now}, and {numbers} nowhere'
        yield Fault(f"{each.about} {each.name}: {each.key}", fault, "Please write there what holds now")


def _quoting_words_of_before(protocol: Protocol) -> Iterator[Fault]:
    """Questions that were left as they were when the words that they quote were changed at the criterion."""
    for each in outdated(protocol):
        fault = f"still quotes the words of before; now they are: {each.changed}"
        yield Fault(f"question {each.question}: ask", fault, "Please put the words of now there")


def _with_backslashes(protocol: Protocol) -> Iterator[Fault]:
    r"""Texts with the signs by which a registry writes ``\<`` for ``<``: whoever reads them is shown the backslash."""
    for place, text in _texts(protocol):
        found = dict.fromkeys(each for said in text.values() for each in _ESCAPED.findall(said))
        if found:
            fault = f"has {', '.join(found)}, and a backslash is shown as it stands"
            remedy = f"Please write {', '.join(each[1:] for each in found)}"
            yield Fault(place, fault, remedy)


def _crowded(protocol: Protocol, buttons: int) -> Iterator[Fault]:
    for question in protocol.questions:
        if len(question.options) > buttons:
            fault = f"has {len(question.options)} options, more than the {buttons} buttons below one message"
            remedy = (
                "They are shown by pages: please ask in two questions if that is too much to look through"
            )
            yield Fault(f"question {question.id}: options", fault, remedy)


def _long(protocol: Protocol, characters: int) -> Iterator[Fault]:
    """Texts that are longer than a message."""
    for place, text in _texts(protocol):
        longest = max(map(len, text.values()), default=0)
        if longest > characters:
            fault = f"has {longest} characters, more than the {characters} of one message"
            yield Fault(place, fault, "It is shown on several: please shorten it if it can be")


def _texts(protocol: Protocol) -> Iterator[tuple[str, Text]]:
    """Yield the texts of questions and criteria, each once: of a criterion without a rule the record's words."""
    as_they_stand = {id_of(each.code) for each in protocol.criteria if is_asked_as_it_stands(each)}
    for question in protocol.questions:
        yield f"question {question.id}: ask", Text() if question.id in as_they_stand else question.ask
        yield f"question {question.id}: help", question.help or Text()
    for criterion in protocol.criteria:
        key = "inclusion" if criterion.kind == "inclusion" else "exclusion"
        yield f"criterion {criterion.code}: {key}", Text({protocol.languages[0]: criterion.source})
        yield f"criterion {criterion.code}: reading", criterion.reading or Text()
    for above, line in enumerate(protocol.lines, 1):
        yield f"criterion number {line.before + above}: line", Text({protocol.languages[0]: line.text})
