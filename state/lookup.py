"""Finds and loads the screenings of a file; changes nothing in it. `state.screenings` adds what changes them."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from sqlite_utils import Database

from dialogs.answers import Answer
from dialogs.carried import carried
from dialogs.dialogue import CANCELLED, COMPLETED, EVERY_KIND, Dialogue, Step
from dialogs.errors import DialogError
from dialogs.healing import Healing
from dialogs.portfolio.matching import Matching
from dialogs.protocol import Protocol
from state.codes import is_matching
from state.errors import Unknown
from state.lists import Listed, Lists
from state.moments import Clock, in_zone, utc_now
from state.newest import Beside, CameOut, Elsewhere, beside, came_out, newest
from state.replay import OPENED, StoredProtocols, begun_as, step_from

CACHED_DIALOGUES: Final = 2048


@dataclass(frozen=True, slots=True)
class Saved:
    """A verdict as it was saved; a screening that was opened again has several."""

    entry: int
    at: str
    person: str
    verdict: str
    first_failed: str | None


@dataclass(slots=True)
class Screening:
    """One stored screening with its dialogue. ``entries`` and ``head`` are the length and end of its log.

    ``carried`` are answers of the screenings of the same trial that it is linked to, by question, which may still hold:
    to be offered, none is taken by itself. ``carried_from`` says of which screening each is, and how long its log was,
    in a matching how long the logs of all are that came out of it, ``logged``: any of them may come to have the newest;
    likewise in what came out of it, of the matching and the others.
    ``taken`` are the answers about the site that were taken from others of its screenings, by question.
    ``opened`` are the screenings that came out of a matching, by trial, and ``came_of`` says how these stand now,
    ``by_itself`` with which answers: those of the newest saved verdict, if there is one; ``elsewhere`` are the newest
    of these that were given there since and are not what stands here, by question; in what came out of a matching those
    of the matching and of the others. ``over`` are its trials that took no new screening when it was shown last, and
    why.
    ``entered`` says when the answers were entered, ``entered_when_saved`` when those of the newest verdict were.
    """

    number: str
    site: str
    person: str
    started_at: str
    zone: str
    earlier: str | None
    dialogue: Dialogue
    entries: int
    head: str
    saved: list[Saved] = field(default_factory=list)
    carried: Mapping[str, Answer] = field(default_factory=dict)
    carried_from: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    taken: dict[str, str] = field(default_factory=dict)
    entered: dict[str, str] = field(default_factory=dict)
    entered_when_saved: dict[str, str] = field(default_factory=dict)
    taken_when_saved: dict[str, str] = field(default_factory=dict)
    opened: dict[str, str] = field(default_factory=dict)
    came_of: Mapping[str, Listed] = field(default_factory=dict)
    by_itself: Mapping[str, Screening] = field(default_factory=dict)
    elsewhere: Mapping[str, Elsewhere] = field(default_factory=dict)
    logged: int = 0
    over: Mapping[str, str] = field(default_factory=dict)

    @property
    def protocol(self) -> Protocol:
        return self.dialogue.protocol

    @property
    def state(self) -> str:
        return self.dialogue.state

    def goes_on(self, trial: str | None) -> bool:
        """Say whether a screening for a trial came out of a matching and was not cancelled."""
        opened = self.came_of.get(trial or "")
        return opened is not None and opened.state != CANCELLED

    @property
    def entered_on(self) -> dict[str, date]:
        """The days at the site on which the answers were entered, by question."""
        return {question: in_zone(at, self.zone).date() for question, at in self.entered.items()}

    def follow(self, step: Step, at: str) -> None:
        """Keep where the answer of a step came from and when; what cancelling a revision brings back came before."""
        if step.kind == "answer" and step.question is not None:
            self.entered[step.question] = at
            self.taken.pop(step.question, None)
            if step.taken_from is not None:
                self.taken[step.question] = step.taken_from
        elif step.kind == "save":
            self.entered_when_saved, self.taken_when_saved = dict(self.entered), dict(self.taken)
        elif step.kind == "cancel" and self.entered_when_saved:  # of what was never saved the answers stay
            self.entered, self.taken = dict(self.entered_when_saved), dict(self.taken_when_saved)

    @property
    def ended(self) -> bool:
        """Whether it was saved or cancelled: nothing that is typed answers it."""
        return self.state in (COMPLETED, CANCELLED)


@dataclass(frozen=True, slots=True)
class Started:
    """When a screening began, and the SHA-256 of the protocol that it began with."""

    at: str
    protocol: str


class Lookup(Lists):
    """All screenings of one file, to be read. Dialogues are replayed once and held in memory, the last used ones."""

    def __init__(self, db: Database, clock: Clock = utc_now) -> None:
        super().__init__(db)
        self.clock = clock
        self.protocols = StoredProtocols(db)
        self.healing: dict[tuple[str, int], tuple[Healing, tuple[str, ...]] | None] = {}
        """Screening and the entry of its saved verdict -> from when it could be repeated, and what waits for that."""
        self._loaded: OrderedDict[str, Screening] = OrderedDict()

    # one screening -------------------------------------------------------------------------------

    def load(self, number: str) -> Screening:
        """Load a screening by replaying its log. Raises `Unknown`."""
        screening = self._at_hand(number)
        self._carry(screening)
        self._see_what_came_of(screening)
        self._see_beside(screening)
        return screening

    def _see_what_came_of(self, screening: Screening) -> None:
        """Note how the screenings stand that came out of a matching: they go on by themselves."""
        if not screening.opened:
            return
        screening.came_of = {each.trial: each for each in self.of_numbers(screening.opened.values())}
        screening.by_itself = {
            trial: _as_saved(self._at_hand(screening.opened[trial])) for trial in screening.came_of
        }
        if isinstance(screening.dialogue, Matching):
            self._compare(screening, screening.dialogue)

    def _compare(self, matching: Screening, dialogue: Matching) -> None:
        """Note what was answered in the screenings that came out of a matching, and is not what stands in it."""
        compared = self._beside(matching, _came_out(matching, dialogue))
        matching.elsewhere, offered = compared.elsewhere(), compared.offered()
        matching.logged = sum(each.entries for each in matching.by_itself.values())
        matching.carried = {question: of.answers[question] for question, of in offered.items()}
        matching.carried_from = {question: (of.number, matching.logged) for question, of in offered.items()}

    def _beside(self, screening: Screening, others: Iterable[CameOut]) -> Beside:
        today = in_zone(self.clock(), screening.zone).date()
        return Beside(screening.dialogue, screening.entered, newest(others), screening.zone, today)

    def _see_beside(self, screening: Screening) -> None:
        """Note in a screening that came out of a matching what was answered there since, or in others out of it."""
        number = self._came_from(screening)
        if number is None:
            return
        matching = _as_saved(self._at_hand(number))
        self._see_what_came_of(matching)
        dialogue, trial = matching.dialogue, screening.protocol.id
        if not isinstance(dialogue, Matching) or not matching.goes_on(trial):
            return
        others = _came_out(matching, dialogue, but=trial)
        if matching.state != CANCELLED:
            there = {question: dialogue.answers[question] for question in dialogue.applied}
            others.append(
                CameOut(number, there, {question: matching.entered[question] for question in there})
            )
        of = dialogue.trials[matching.protocol.trial_ids.index(trial)]
        screening.elsewhere = self._beside(screening, beside(dialogue, of, others)).elsewhere()
        screening.logged = matching.entries + matching.logged

    def others_out_of(self, screening: Screening) -> list[str]:
        """Return what came out of a matching, or out of that of a screening beside it, and was not cancelled."""
        of = screening.number if screening.opened else self._came_from(screening)
        if of is None:
            return []
        out = self.of_numbers(self._at_hand(of).opened.values())
        return [each.number for each in out if each.state != CANCELLED and each.number != screening.number]

    def came_from(self, screening: Screening) -> str | None:
        """Return the open matching that a screening came out of."""
        number = self._came_from(screening)
        return number if number is not None and self.is_open(number) else None

    def _came_from(self, screening: Screening) -> str | None:
        """Return the matching that a screening came out of; both began at the same time."""
        if is_matching(screening.number) or not screening.dialogue.as_answered:
            return None
        of = [screening.number, screening.site, screening.started_at]
        row = self.db.execute(_CAME_FROM, of).fetchone()
        return row[0] if row else None

    def _carry(self, screening: Screening) -> None:
        """Offer a screening what may still hold of the earlier ones; what cannot be read ends the chain."""
        if screening.earlier is None:
            return
        chain: list[Screening] = []
        number: str | None = screening.earlier
        while number is not None and number not in (earlier.number for earlier in chain):
            try:
                chain.insert(0, self._at_hand(number))
            except (Unknown, DialogError):
                break
            number = chain[0].earlier
        protocol = screening.protocol
        found = carried(protocol, {e.number: e.dialogue for e in chain if e.protocol.id == protocol.id})
        lengths = {each.number: each.entries for each in chain}
        screening.carried = {question: answer for question, (answer, _) in found.items()}
        screening.carried_from = {question: (of, lengths[of]) for question, (_, of) in found.items()}

    def _at_hand(self, number: str) -> Screening:
        row = self.db.execute("SELECT entries FROM positions WHERE screening = ?", [number]).fetchone()
        if row is None:
            raise Unknown(f"screening {number}")
        loaded = self._loaded.get(number)
        if loaded is not None and loaded.entries == row[0]:
            self._loaded.move_to_end(number)
            return loaded
        screening = self._replay(number)
        self._remember(screening)
        return screening

    def as_saved(self, number: str) -> Screening:
        """Load a screening, its dialogue as the newest verdict was saved; as it stands, unless it is being revised."""
        screening = self.load(number)
        saved = _as_saved(screening)
        if saved is not screening:
            self._see_what_came_of(saved)
            self._see_beside(saved)
        return saved

    def _replay(self, number: str) -> Screening:
        site, sha256, person, started_at, zone, earlier, head, state = self.db.execute(
            "SELECT s.site, protocol, s.person, started_at, zone, earlier, hash, state"
            " FROM screenings s JOIN positions p ON p.screening = s.number WHERE number = ?",
            [number],
        ).fetchone()
        dialogue = begun_as(self.protocols.get(sha256), self._start_of(number))
        screening = Screening(number, site, person, started_at, zone, earlier, dialogue, 0, head)
        for entry, at, kind, question, value, unit, detail, head in self.db.execute(
            "SELECT entry, at, kind, question, value, unit, detail, hash FROM log WHERE screening = ? ORDER BY entry",
            [number],
        ):
            if kind in EVERY_KIND:
                step = step_from(kind, question, value, unit, detail)
                dialogue.take(step)
                screening.follow(step, at)
            elif kind == OPENED:
                said = json.loads(detail)
                screening.opened[said["trial"]] = said["screening"]
            screening.entries, screening.head = entry, head
        dialogue.stand_at(state)
        screening.saved = self._saved(number)
        return screening

    def _start_of(self, number: str) -> str | None:
        """Return the detail of the first entry of a log."""
        row = self.db.execute("SELECT detail FROM log WHERE screening = ? AND entry = 1", [number]).fetchone()
        return row[0] if row else None

    def _saved(self, number: str) -> list[Saved]:
        rows = self.db.execute(
            "SELECT entry, at, person, verdict, first_failed FROM verdicts WHERE screening = ? ORDER BY entry",
            [number],
        )
        return [Saved(*row) for row in rows]

    def _remember(self, screening: Screening) -> None:
        self._loaded[screening.number] = screening
        self._loaded.move_to_end(screening.number)
        if len(self._loaded) > CACHED_DIALOGUES:
            self._loaded.popitem(last=False)

    def current(self, person: str) -> Screening | None:
        """Return the open screening that the person is in."""
        row = self.db.execute(
            "SELECT p.current FROM people p JOIN positions o ON o.screening = p.current"
            " WHERE p.code = ? AND o.state NOT IN (?, ?)",
            [person, COMPLETED, CANCELLED],
        ).fetchone()
        return self.load(row[0]) if row else None

    def started_before(self, screening: Screening, trial: str) -> Started | None:
        """Return when the person's newest screening for a trial but this one began, and by which of its versions."""
        found = self.db.execute(_STARTED_BEFORE, [screening.person, screening.number, trial]).fetchone()
        return Started(*found) if found else None


def _as_saved(screening: Screening) -> Screening:
    if not screening.dialogue.revising:
        return screening
    saved, entered = screening.dialogue.as_saved(), screening.entered_when_saved
    return replace(screening, dialogue=saved, entered=entered)


def _came_out(matching: Screening, dialogue: Matching, but: str | None = None) -> list[CameOut]:
    """Return what came out of a matching and was not cancelled, but not that for one of the trials."""
    own = (
        (index, matching.by_itself[trial])
        for index, trial in enumerate(matching.protocol.trial_ids)
        if trial != but and matching.goes_on(trial)
    )
    return [came_out(dialogue, index, each.number, each.dialogue, each.entered) for index, each in own]


_CAME_FROM: Final = f"""
SELECT s.number
FROM screenings s
JOIN log l ON l.screening = s.number AND l.kind = '{OPENED}' AND json_extract(l.detail, '$.screening') = ?
WHERE s.site = ? AND s.sequence < 0 AND s.started_at = ?
"""

_STARTED_BEFORE: Final = """
SELECT s.started_at, s.protocol
FROM positions o
JOIN screenings s ON s.number = o.screening
JOIN protocols p ON p.sha256 = s.protocol
WHERE o.person = ? AND s.number <> ? AND p.id = ?
ORDER BY s.started_at DESC
LIMIT 1
"""
