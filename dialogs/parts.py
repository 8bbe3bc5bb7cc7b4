"""What the parts of a trial come to: cohorts, arms, randomisations, each with a verdict of its own.

The rules of the room:

* parts are alternatives, unless they are required. A criterion of a required part counts for each alternative, too:
  without who fits it the trial takes nobody, for whichever of them. All masks of parts have bits for alternatives only;
* a part's verdict is that of the criteria that count for it; the whole has the best verdict of its alternatives, which
  is the worst of the required parts and of the best of the others;
* a required part has a verdict of its own criteria, to be told who fits and who does not. Nobody is potentially
  eligible by these alone: they are *met* while the whole is not potentially eligible;
* a criterion can change a verdict only while one of its parts is not ruled out. Once every part is, each criterion is
  open again as far as it goes: further reasons can be recorded;
* a trial without alternatives is one part, for which every criterion counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Final, Literal

from dialogs.assessment import Status, Verdict, status, verdict
from dialogs.protocol import Part, Protocol
from dialogs.rules.judgement import FALSE, Judgement, members, union
from dialogs.texts import Text, each_once

BEST_FIRST: Final[tuple[Verdict, ...]] = ("eligible", "undetermined", "ineligible")
Standing = Verdict | Literal["met"]
"""What a part comes to; *met* is said of a required one whose criteria are, while another one is not potentially so."""


@dataclass(frozen=True, slots=True)
class PartVerdict:
    """The verdict of one part, with the codes of its failed criteria and of those that leave it open."""

    part: Part
    verdict: Standing
    failed: tuple[str, ...]
    unresolved: tuple[str, ...]


def ruled_out(protocol: Protocol, judged: Sequence[Judgement]) -> int:
    """Return the bit mask of the parts that a failed criterion belongs to."""
    return union(parts for parts, each in zip(protocol.parts_of, judged, strict=True) if each.high == FALSE)


def that_matter(protocol: Protocol, out: int) -> int:
    """Return the parts whose criteria are still asked about, if `out` are ruled out: the others, or else all."""
    return protocol.every_part & ~out or protocol.every_part


def open_questions(protocol: Protocol, judged: Sequence[Judgement], out: int) -> int:
    """Return the questions that could still change a criterion of a part that matters."""
    wanted, found = that_matter(protocol, out), 0
    # most often nothing is left out, and a list of candidates comes here often
    if wanted == protocol.every_part:
        for judgement in judged:
            found |= judgement.residual
        return found
    pairs = zip(protocol.parts_of, judged, strict=True)
    return union(judgement.residual for parts, judgement in pairs if parts & wanted)


def rulings(protocol: Protocol, failed: Iterable[int]) -> Iterator[tuple[int, tuple[Part, ...]]]:
    """Yield the failed criteria that ruled out what none before them did, with the parts that each did.

    ``failed`` are indexes of criteria. Of a trial without alternatives that is the first one, with no parts.
    """
    out = 0
    for index in failed:
        newly = protocol.parts_of[index] & ~out
        out |= newly
        if newly:
            yield index, tuple(part for place, part in enumerate(protocol.alternatives) if newly >> place & 1)


def excluding(protocol: Protocol, failed: Iterable[int]) -> str:
    """Return the criterion that ruled out the last part, of those that failed in a trial that is all out."""
    *_, (index, _) = rulings(protocol, failed)
    return protocol.criteria[index].code


def part_verdicts(
    protocol: Protocol, judged: Sequence[Judgement], failed: Iterable[str]
) -> tuple[PartVerdict, ...]:
    """Return the verdict of each part; ``failed`` are the codes of the failed criteria in the order to be told."""
    told, best = list(failed), whole(protocol, judged)
    return tuple(_verdict_of(protocol, part, judged, told, best) for part in protocol.parts)


def _verdict_of(
    protocol: Protocol, part: Part, judged: Sequence[Judgement], failed: Sequence[str], best: Verdict
) -> PartVerdict:
    own = {protocol.criteria[place].code: judged[place] for place in _counting_for(protocol, part)}
    found = verdict(own.values())
    unknown = [code for code, judgement in own.items() if status(judgement) == "unknown"]
    return PartVerdict(
        part,
        "met" if found == "eligible" and best != "eligible" else found,
        tuple(code for code in failed if code in own),
        tuple(unknown) if found == "undetermined" else (),
    )


def _counting_for(protocol: Protocol, part: Part) -> Iterator[int]:
    """Yield the criteria that count for a part: of a required one its own, of another those of the required, too."""
    if part.required:
        own = (part.code in each.parts or not each.parts for each in protocol.criteria)
    else:
        bit = 1 << protocol.alternatives.index(part)
        own = (bool(parts & bit) for parts in protocol.parts_of)
    return compress(range(len(protocol.criteria)), own)


def whole(protocol: Protocol, judged: Sequence[Judgement]) -> Verdict:
    """Return the best of the alternatives' verdicts."""
    if protocol.every_part == 1:
        return verdict(judged)
    found = {
        verdict(compress(judged, [parts >> place & 1 for parts in protocol.parts_of]))
        for place in members(protocol.every_part)
    }
    return next(each for each in BEST_FIRST if each in found)


def statuses(protocol: Protocol, judged: Sequence[Judgement], out: int) -> dict[str, Status]:
    """Return each criterion's status; one that no part needs any more, while another part is open, is not judged."""
    wanted = that_matter(protocol, out)
    found: dict[str, Status] = {}
    for criterion, parts, judgement in zip(protocol.criteria, protocol.parts_of, judged, strict=True):
        said = status(judgement)
        found[criterion.code] = "not judged" if said == "unknown" and not parts & wanted else said
    return found


def whom(protocol: Protocol, place: int) -> list[Text | None]:
    """Return whom a question is about: the persons of the parts that need it, each once; ``None`` is the patient."""
    criteria = compress(protocol.criteria, [used >> place & 1 for used in protocol.used])
    needing = [{*each.parts} or {part.code for part in protocol.parts} for each in criteria]
    return each_once(part.person for part in protocol.parts if any(part.code in codes for codes in needing))


def persons(protocol: Protocol, place: int) -> list[Text | None]:
    """Return whom a question is about; what no criterion uses is about the patient."""
    return whom(protocol, place) or [None]
