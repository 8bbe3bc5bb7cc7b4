"""Rules as they would be drafted anew, from the words that criteria have now, where these differ from the file's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from dialogs.drafting.criteria import criteria_of
from dialogs.drafting.fields import of_fields
from dialogs.drafting.layout import split
from dialogs.drafting.proposals import propose
from dialogs.drafting.record import Record
from dialogs.loading.ruleless import is_asked_as_it_stands, names_in
from dialogs.loading.rules.parsing import RuleError, parse
from dialogs.proofs.pairs import come_to_the_same
from dialogs.protocol import Criterion, Protocol

STEPS: Final = 20_000
"""Of the search for answers by which two rules come to something else."""


def drafted_anew(protocol: Protocol, criterion: Criterion) -> str | None:
    """Return the rule that is proposed for the words of a criterion, if it asks the same and says something else."""
    proposal = propose(criterion.source, criterion.kind, ())
    is_another = proposal is not None and _is_another(protocol, criterion, proposal.rule)
    return proposal.rule if proposal is not None and is_another else None


def otherwise_drafted(protocol: Protocol, record: Record) -> Iterator[tuple[Criterion, str]]:
    """Yield the criteria whose rules differ from what is proposed for their lines of a record, with that."""
    drafted = criteria_of(split(record.text), propose)
    rules = {each.source: each.rule for each in (*of_fields(record.fields(), drafted), *drafted) if each.rule}
    for criterion in protocol.criteria:
        rule = rules.get(" ".join(criterion.source.split()))
        if rule is not None and _is_another(protocol, criterion, rule):
            yield criterion, rule


def _is_another(protocol: Protocol, criterion: Criterion, rule: str) -> bool:
    """Say whether a rule is over the same questions as that of a criterion, and not the same or a part of it."""
    if is_asked_as_it_stands(criterion) or {*names_in(rule)} != {*names_in(criterion.rule.text)}:
        return False
    return _bare(rule) not in _bare(criterion.rule.text) and not _means_the_same(protocol, criterion, rule)


def _means_the_same(protocol: Protocol, criterion: Criterion, rule: str) -> bool:
    """Say whether a rule comes to the same as that of a criterion: ``sex != "male"`` and ``sex == "female"``."""
    try:
        drafted = parse(rule, {question.id: question for question in protocol.questions})
    except RuleError:  # of a unit or an option that the file's own question has not
        return False
    return come_to_the_same(protocol, drafted.node, criterion.rule.node, STEPS)


def _bare(rule: str) -> str:
    """Return a rule without spaces, quotes, brackets, and the unit of years, which may be left out."""
    return re.sub(r"(?<=\d) a\b|[\s\"'()]", "", rule)
