"""What a dialogue is in the file, and the way back: steps become log entries, and a log is replayed to its dialogue.

Nothing here decides anything: `Dialogue` of `dialogs` does. What this module writes, it can read again; `state.verify`
replays every log by it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlite_utils import Database

from dialogs.answers import COMPUTED, compact, decode, encode, plain
from dialogs.assessment import effective
from dialogs.dialogue import EVERY_KIND, Dialogue, Step
from dialogs.errors import DialogError
from dialogs.loading import load, parse_stored, shipped_protocols
from dialogs.parts import PartVerdict
from dialogs.portfolio.matching import begun
from dialogs.portfolio.merging import BEGINS, Portfolio, remade
from dialogs.protocol import Protocol
from dialogs.wording import compared
from dialogs.working_out import all_worked_out
from state import register
from state.chain import pack
from state.errors import Unknown
from state.site_facts import GIVEN


@dataclass(frozen=True, slots=True)
class Entry:
    """What a log entry says; number, time, person and source are added where it is appended.

    ``value`` and ``unit`` are as entered, ``compared`` and ``compared_unit`` as rules compare them, all as text;
    ``detail`` is JSON.
    """

    kind: str
    question: str | None = None
    value: str | None = None
    unit: str | None = None
    compared: str | None = None
    compared_unit: str | None = None
    detail: str | None = None


def entry_from(step: Step, dialogue: Dialogue) -> Entry:
    """Write a step that `dialogue` has just taken as a log entry."""
    detail = _detail(step, dialogue)
    if step.answer is None or step.question is None:
        return Entry(step.kind, step.question, step.entered, detail=detail)
    value, unit = encode(step.answer)
    like, like_unit = as_compared(dialogue.protocol, step)
    return Entry(step.kind, step.question, value, unit, like, like_unit, detail)


def as_compared(protocol: Protocol, step: Step) -> tuple[str | None, str | None]:
    """Return the number of an answer, and its unit, as rules compare it; neither, where it is no number."""
    if step.answer is None or step.question is None:
        return None, None
    number = compared(protocol.question(step.question), step.answer)
    return (compact(number[0]), number[1]) if number is not None else (None, None)


def _detail(step: Step, dialogue: Dialogue) -> str | None:
    if step.kind == "save":
        return pack(outcome(dialogue))
    if step.given:
        return pack({"given": [[question, *encode(answer)] for question, answer in step.given]})
    said: dict[str, Any] = {"reason": step.reason} if step.reason is not None else {}
    said |= {"trial": step.trial} if step.trial is not None else {}
    said |= {"only": True} if step.only else {}
    said |= {"entered": step.entered} if step.kind == "answer" and step.entered is not None else {}
    if step.kind == "answer" and dialogue.protocol.question(step.question or "").site_fact:
        said["site_fact"] = step.taken_from or GIVEN
    return pack(said) if said else None


OPENED: Final = "opened"
"""The kind of entry in the log of a matching that says which screening came out of it."""


def registered_as(kind: str) -> str | None:
    """Return the kind of register entry that is made of a log entry; ``None`` for the steps that make none."""
    return register.OF_A_SCREENING.get(kind) if kind in ("start", *EVERY_KIND) else "noted"


_TOLD: Final = ("answer", "propose", "amend", "reopen", "leave", "take_in")
"""Kinds of steps with a detail that belongs to what was done."""


def step_from(
    kind: str, question: str | None, value: str | None, unit: str | None, detail: str | None
) -> Step:
    """Turn the columns of a log entry back into the step that it was."""
    said = json.loads(detail) if detail and kind in _TOLD else {}
    if kind == "answer" and value is not None:
        of = said.get("site_fact")
        answer, taken_from = decode(value, unit), of if of != GIVEN else None
        entered, reason = said.get("entered"), said.get("reason")
        return Step("answer", question, answer, entered=entered, reason=reason, taken_from=taken_from)
    if kind == "propose":
        given = tuple((other, decode(*stored)) for other, *stored in said.get("given", ()))
        return Step("propose", question, entered=value, given=given)
    only = bool(said.get("only"))
    return Step(kind, question, reason=said.get("reason"), trial=said.get("trial"), only=only)  # type: ignore[arg-type]  # the caller has checked it


def outcome(dialogue: Dialogue) -> dict[str, Any]:
    """Return what a saved screening says: the columns of its row in ``verdicts``, not yet packed.

    ``parts`` only of a trial that has some: so the entries of others stay what they were.
    """
    parts = {"parts": list(map(_of_part, dialogue.parts))} if dialogue.parts else {}
    return {
        "verdict": dialogue.verdict,
        "first_failed": dialogue.first_failed,
        "all_failed": list(dialogue.failed_codes),
        "unresolved": list(dialogue.unresolved),
        "set_aside": set_aside(dialogue),
        **parts,
    }


def _of_part(part: PartVerdict) -> dict[str, Any]:
    return {
        "part": part.part.code,
        "verdict": part.verdict,
        "failed": list(part.failed),
        "unresolved": list(part.unresolved),
    }


def set_aside(dialogue: Dialogue) -> list[str]:
    """List the questions whose answers the dialogue does not rest on, also those taken back by reopening."""
    return [*dialogue.set_aside, *sorted(dialogue.withdrawn.difference(dialogue.answers))]


def worked_out(dialogue: Dialogue) -> dict[str, list[str]]:
    """Return the number and unit, by question, of each answer that is worked out and that the dialogue rests on.

    They stand beside what a saved screening says, and not in its log: there stands that they are worked out.
    """
    protocol, aside = dialogue.protocol, set_aside(dialogue)
    given = {question: answer for question, answer in dialogue.answers.items() if question not in aside}
    numbers = all_worked_out(protocol, effective(protocol, given)) if protocol.formulas else {}
    return {question: [plain(number.value), number.unit] for question, number in numbers.items()}


IS_PORTFOLIO: Final = f"text LIKE '{BEGINS}%'"
"""SQL over `protocols`: the text names the trials of a portfolio."""
USED: Final = f"""
SELECT protocol FROM screenings
UNION
SELECT json_extract(t.value, '$[0]')
FROM protocols p JOIN screenings s ON s.protocol = p.sha256, json_each(substr(p.text, {len(BEGINS)})) t
WHERE p.{IS_PORTFOLIO}
"""
"""SQL: the protocol versions that screenings go by, or matchings, with the trials of these."""
AS_ANSWERED: Final = pack({"order": "as answered"})
"""The detail of the start of a screening whose answers were given before, in an order of their own."""


def begun_as(protocol: Protocol, detail: str | None) -> Dialogue:
    """Begin a dialogue as the detail of its start says."""
    return begun(protocol, as_answered=detail == AS_ANSWERED)


class StoredProtocols:
    """The protocol versions of one file, each parsed once."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self._parsed: dict[str, Protocol] = {}

    def get(self, sha256: str) -> Protocol:
        """Return a stored version, whatever is shipped today. Raises `Unknown`."""
        if sha256 not in self._parsed:
            row = self.db.execute("SELECT id, text FROM protocols WHERE sha256 = ?", [sha256]).fetchone()
            if row is None:
                raise Unknown(f"protocol {sha256}")
            protocol_id, text = row
            self._parsed[sha256] = remade(text, self.get) or _parse(protocol_id, text, sha256)
        return self._parsed[sha256]

    def keep(self, protocol: Protocol) -> None:
        """Store a version if the file does not have it, of a portfolio those of its trials, too.

        Within the caller's transaction.
        """
        if isinstance(protocol, Portfolio):
            for trial in protocol.trials:
                self.keep(trial.protocol)
        self._parsed.setdefault(protocol.sha256, protocol)
        self.db.execute(
            "INSERT INTO protocols SELECT ?, ?, ?, ? WHERE NOT EXISTS (SELECT 1 FROM protocols WHERE sha256 = ?)",
            [protocol.sha256, protocol.id, protocol.version, protocol.text, protocol.sha256],
        )

    def numbered_alike(self, protocol: Protocol) -> bool:
        """Say whether the file has another text of the same version."""
        other = self.db.execute(
            "SELECT 1 FROM protocols WHERE id = ? AND version = ? AND sha256 <> ?",
            [protocol.id, protocol.version, protocol.sha256],
        )
        return other.fetchone() is not None

    def all(self) -> list[Protocol]:
        """List all versions of trials in the file, the newest of each trial last."""
        rows = self.db.execute(
            f"SELECT id, version, sha256 FROM protocols WHERE NOT {IS_PORTFOLIO}"
        ).fetchall()
        return [self.get(each[2]) for each in sorted(rows, key=in_order)]


def in_order(row: tuple[str, str, str]) -> tuple[str, str, str]:
    """Return what a version is sorted by: id, version and hash. Numbers count as such, so that 10 follows 9."""
    protocol_id, version, sha256 = row
    return protocol_id, re.sub(r"[0-9]+", lambda number: number[0].zfill(12), version), sha256


def _parse(protocol_id: str, text: str, sha256: str) -> Protocol:
    """Parse a stored text; a version that is shipped is shared with whoever else has loaded it."""
    if protocol_id in shipped_protocols():
        shipped = load(protocol_id)
        if shipped.sha256 == sha256:
            return shipped
    return parse_stored(text, protocol_id)


# older files -------------------------------------------------------------------------------------


def write_set_aside(db: Database) -> None:
    """Write into an older file which answers its verdicts and cancelled dialogues do not rest on.

    Its verdicts did not list those that waited beyond a failed criterion, and what was never saved listed none; a
    saved screening that was reopened and cancelled stood as cancelled, and is completed.
    """
    numbers = db.execute(
        "SELECT DISTINCT screening FROM log WHERE kind IN ('back', 'correct', 'reopen', 'amend')"
    )
    _rewrite(db, numbers.fetchall(), _write_set_aside)


def _write_set_aside(db: Database, number: str, dialogue: Dialogue) -> None:
    for entry in _replay_to_each_save(db, number, dialogue):
        db.execute(
            "UPDATE verdicts SET set_aside = ? WHERE screening = ? AND entry = ?",
            [pack(set_aside(dialogue)), number, entry],
        )
    db.execute(
        "UPDATE positions SET set_aside = ?, state = ? WHERE screening = ?",
        [pack(set_aside(dialogue)), dialogue.state, number],
    )


def write_worked_out(db: Database) -> None:
    """Write into an older file to which numbers its verdicts' answers come."""
    numbers = db.execute(
        "SELECT DISTINCT screening FROM log WHERE kind = 'answer' AND value = ?", [COMPUTED.code]
    )
    _rewrite(db, numbers.fetchall(), _write_worked_out)


def _write_worked_out(db: Database, number: str, dialogue: Dialogue) -> None:
    for entry in _replay_to_each_save(db, number, dialogue):
        db.execute(
            "UPDATE verdicts SET worked_out = ? WHERE screening = ? AND entry = ?",
            [pack(worked_out(dialogue)), number, entry],
        )


def _rewrite(
    db: Database, numbers: Iterable[tuple[str]], write: Callable[[Database, str, Dialogue], None]
) -> None:
    """Let `write` replay screenings from their beginnings and write what it finds.

    What cannot be replayed stays as it is; `state.verify` reports it.
    """
    protocols = StoredProtocols(db)
    for (number,) in numbers:
        try:
            write(db, number, _begun(db, number, protocols))
        except (DialogError, KeyError, TypeError, ValueError):
            continue


def _begun(db: Database, number: str, protocols: StoredProtocols) -> Dialogue:
    sha256, how = db.execute(
        "SELECT s.protocol, l.detail FROM screenings s JOIN log l ON l.screening = s.number AND l.entry = 1"
        " WHERE s.number = ?",
        [number],
    ).fetchone()
    return begun_as(protocols.get(sha256), how)


def _replay_to_each_save(db: Database, number: str, dialogue: Dialogue) -> Iterator[int]:
    """Replay a log into `dialogue`, stopping after each save at its entry; at the end, all of it is replayed."""
    for entry, kind, question, value, unit, detail in db.execute(
        "SELECT entry, kind, question, value, unit, detail FROM log WHERE screening = ? ORDER BY entry",
        [number],
    ).fetchall():
        if kind in EVERY_KIND:
            dialogue.take(step_from(kind, question, value, unit, detail))
        if kind == "save":
            yield entry
