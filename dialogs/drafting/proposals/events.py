"""What *within 4 weeks* and *at least 4 weeks since* mean, as a question for how long ago."""

from __future__ import annotations

from typing import Any

from dialogs.drafting.proposals.conditions import Condition, all_of, any_of, compared, denied
from dialogs.drafting.proposals.joining import Names, Reader, each, joints, tokens
from dialogs.drafting.proposals.limits import Number, Unsure, written


class Events(Reader):
    """What happened, and how long ago."""

    def events(self, parts: list[Any]) -> Names:
        entries = tuple(dict.fromkeys(map(str, tokens(parts, "EVENT"))))
        kinds = joints(parts)
        if len(entries) > 1 and kinds not in ({"OR"}, {"EITHER"}, {"SLASH"}):
            raise Unsure
        return Names(entries, kinds)

    def recent(self, parts: list[Any]) -> Condition:
        (names,), (relation, number) = each(Names, parts), self.recently(parts)
        return any_of(*(compared(entry, relation, written(entry, number)) for entry in names.entries))

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
        """*At least 4 weeks since ...*, which who never had it meets."""
        (names,), (number,), relation = each(Names, parts), each(Number, parts), str(parts[0])
        if (relation in (">", ">=")) != self.inclusion or relation == "=":
            raise Unsure
        join = all_of if self.inclusion else any_of
        return join(*(compared(entry, relation, written(entry, number)) for entry in names.entries))
