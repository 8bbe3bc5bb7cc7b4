"""A slow model of what a log comes to: it reads each log from its beginning, and shares no code with the views."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from sqlite_utils import Database

from dialogs.dialogue import STEP_KINDS, Dialogue, begin
from state.replay import step_from
from tests.state.histories import PROTOCOL


@dataclass
class Told:
    """What a log comes to: state, verdict, and the status of each answer by its entry."""

    state: str = "open"
    verdict: str | None = None
    failed: tuple[str, ...] = ()
    unresolved: tuple[str, ...] = ()
    closed_at: str = ""
    current: dict[str, int] = field(default_factory=dict)
    statuses: dict[int, str] = field(default_factory=dict)
    values: dict[int, tuple[str, str]] = field(default_factory=dict)

    @property
    def exported(self) -> bool:
        return self.state != "open"


def told(db: Database, number: str, until: str | None = None) -> Told:
    """Read a log from its beginning, up to its first entry that is later than `until`."""
    reader = _Reader()
    for entry, at, kind, question, value, unit, detail in db.execute(
        "SELECT entry, at, kind, question, value, unit, detail FROM log WHERE screening = ? ORDER BY entry",
        [number],
    ):
        if until is not None and at > until:
            break
        if kind in STEP_KINDS:
            reader.dialogue.take(step_from(kind, question, value, unit, detail))
        reader.read(entry, at, kind, question, value)
    return reader.close()


@dataclass
class _Reader:
    """A log that is being read. ``newest`` has the entry of each question's newest answer."""

    dialogue: Dialogue = field(default_factory=lambda: begin(PROTOCOL))
    found: Told = field(default_factory=Told)
    newest: dict[str, int] = field(default_factory=dict)
    kept: dict[str, int] | None = None
    """``newest`` as it was at the last save."""
    counted: set[int] = field(default_factory=set)
    pending: set[int] = field(default_factory=set)
    """Answers that a save confirmed, and those since."""

    def read(self, entry: int, at: str, kind: str, question: str, value: str) -> None:
        found = self.found
        if kind == "answer":
            self.newest[question] = entry
            self.pending.add(entry)
            found.values[entry] = (question, value)
        elif kind in ("reopen", "amend"):
            found.state = "revising"
        elif kind == "save":
            self._save(at)
        elif kind == "cancel" and self.kept is not None:
            self.newest, self.pending, found.state = dict(self.kept), set(), "completed"
        elif kind == "cancel":
            found.state, found.closed_at = "cancelled", at

    def _save(self, at: str) -> None:
        found, dialogue = self.found, self.dialogue
        self.kept, self.counted, self.pending = dict(self.newest), self.counted | self.pending, set()
        found.state, found.verdict, found.closed_at = "completed", dialogue.verdict, at
        found.failed, found.unresolved = dialogue.failed_codes, dialogue.unresolved
        found.current = {question: self.newest[question] for question in dialogue.applied}

    def close(self) -> Told:
        found, newest = self.found, self.newest
        if self.kept is None:
            self.counted, self.kept = self.pending, newest
            waits = set() if found.state == "cancelled" else set(newest) - set(self.dialogue.set_aside)
            found.current = {q: newest[q] for q in newest if q in self.dialogue.applied or q in waits}
        for entry, (question, _) in found.values.items():
            if found.current.get(question) == entry:
                found.statuses[entry] = "current"
            elif entry in self.counted and self.kept[question] != entry:
                found.statuses[entry] = "superseded"
            else:
                found.statuses[entry] = "set aside"
        return found


def subjects(db: Database, all_told: dict[str, Told]) -> Counter[str]:
    """Count subjects by the verdict of the last of the linked screenings that was saved, whenever that was."""
    earlier = dict(db.execute("SELECT number, earlier FROM screenings").fetchall())
    newest: dict[str, tuple[int, str]] = {}
    for number, one in all_told.items():
        root, place = number, 0
        while earlier[root] is not None:
            root, place = earlier[root], place + 1
        if one.verdict is not None:
            newest[root] = max(newest.get(root, (0, "")), (place, number))
    return Counter(str(all_told[number].verdict) for _, number in newest.values())
