"""Rules as they would be drafted anew, from the words that criteria have now, where these differ from the file's."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dialogs.drafting.criteria import criteria_of
from dialogs.drafting.fields import of_fields
from dialogs.drafting.layout import split
from dialogs.drafting.proposals import propose
from dialogs.drafting.record import Record
from dialogs.loading.ruleless import is_asked_as_it_stands, names_in
from dialogs.protocol import Criterion, Protocol


def drafted_anew(criterion: Criterion) -> str | None:
    """Return the rule that is proposed for the words of a criterion, if it asks the same and says something else."""
    proposal = propose(criterion.source, criterion.kind, ())
    return proposal.rule if proposal is not None and _is_another(criterion, proposal.rule) else None


def otherwise_drafted(protocol: Protocol, record: Record) -> Iterator[tuple[Criterion, str]]:
    """Yield the criteria whose rules differ from what is proposed for their lines of a record, with that."""
    drafted = criteria_of(split(record.text), propose)
    rules = {each.source: each.rule for each in (*of_fields(record.fields(), drafted), *drafted) if each.rule}
    for criterion in protocol.criteria:
        rule = rules.get(" ".join(criterion.source.split()))
        if rule is not None and _is_another(criterion, rule):
            yield criterion, rule


def _is_another(criterion: Criterion, rule: str) -> bool:
    """Say whether a rule is over the same questions as that of a criterion, and not the same or a part of it."""
    if is_asked_as_it_stands(criterion) or {*names_in(rule)} != {*names_in(criterion.rule.text)}:
        return False
    return _bare(rule) not in _bare(criterion.rule.text)


def _bare(rule: str) -> str:
    """Return a rule without spaces, quotes, brackets, and the unit of years, which may be left out."""
    return re.sub(r"(?<=\d) a\b|[\s\"'()]", "", rule)
