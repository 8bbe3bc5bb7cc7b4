"""What *within 4 weeks* and *at least 4 weeks since* mean, as a question for how long ago."""

from __future__ import annotations

from typing import Any

from dialogs.drafting.proposals.conditions import Condition, ago, all_of, any_of, denied
from dialogs.drafting.proposals.joining import Joint, Names, Reader, each, joints, own_questions, tokens
from dialogs.drafting.proposals.limits import Number, Unsure, days_ago, written_ago


class Events(Reader):
    """What happened, and how long ago."""

    def events(self, parts: list[Any]) -> Names:
        entries = tuple(dict.fromkeys(map(str, tokens(parts, "EVENT"))))
        kinds = joints(parts)
        if len(entries) > 1 and kinds not in ({"OR"}, {"EITHER"}, {"SLASH"}):
            raise Unsure
        between = [joint.kinds for joint in each(Joint, parts)]
        if between == [{"COMMA", "OR"}]:  # *chemotherapy, or radiotherapy within*
            raise Unsure
        return Names(entries, kinds)

    def recent(self, parts: list[Any]) -> Condition:
        (names,), (relation, number) = each(Names, parts), self.recently(parts)
        return any_of(*(_compared(entry, relation, number) for entry in names.entries))

    def recent_of_two(self, parts: list[Any]) -> Condition:
        """*Chemotherapy within 2 weeks (6 weeks for nitrosoureas)*: a longer time for some of it."""
        names, others = each(Names, parts)
        first, longer = each(Number, parts)
        if days_ago(longer) <= days_ago(first):
            raise Unsure
        relation, _ = self.recently([first, *tokens(parts, "COMPARED")])
        return any_of(
            self.recent([names, first]), *(_compared(entry, relation, longer) for entry in others.entries)
        )

    def recently(self, parts: list[Any]) -> tuple[str, Number]:
        """*Within 4 weeks* is less than 4 weeks ago."""
        (number,), relation = each(Number, parts), [*tokens(parts, "COMPARED"), "<"][0]
        if relation not in ("<", "<="):
            raise Unsure
        return str(relation), number

    def not_recent(self, parts: list[Any]) -> Condition:
        self.refuse_in_exclusion()
        return denied(self.recent(parts))

    def elapsed(self, parts: list[Any]) -> Condition:
        """*At least 4 weeks since ...*, which who never had it meets: so the rule says."""
        (names,), (number,), relation = each(Names, parts), each(Number, parts), str(parts[0])
        if (relation in (">", ">=")) != self.inclusion or relation == "=":
            raise Unsure
        join = all_of if self.inclusion else any_of
        return join(*(_compared(entry, relation, number) for entry in names.entries))


def _compared(entry: str, relation: str, number: Number) -> Condition:
    return ago(entry, relation, written_ago(number), own_questions(entry))
