"""What the parts of a trial come to: cohorts, arms, randomisations, each with a verdict of its own.

The rules of the room:

* a part's verdict is that of the criteria that belong to it; the whole has the best verdict of its parts;
* a criterion can change a verdict only while one of its parts is not ruled out. Once every part is, each criterion is
  open again as far as it goes: further reasons can be recorded;
* a trial without parts is one part, to which every criterion belongs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from dialogs.assessment import Status, Verdict, status, verdict
from dialogs.protocol import Part, Protocol
from dialogs.rules.judgement import FALSE, Judgement, union

BEST_FIRST: Final[tuple[Verdict, ...]] = ("eligible", "undetermined", "ineligible")


@dataclass(frozen=True, slots=True)
class PartVerdict:
    """The verdict of one part, with the codes of its failed criteria and of those that leave it open."""

    part: Part
    verdict: Verdict
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
    if (
        wanted == protocol.every_part
    ):  # most often: nothing is left out, and a list of candidates comes here often
        for judgement in judged:
            found |= judgement.residual
        return found
    pairs = zip(protocol.parts_of, judged, strict=True)
    return union(judgement.residual for parts, judgement in pairs if parts & wanted)


def rulings(protocol: Protocol, failed: Iterable[int]) -> Iterator[tuple[int, tuple[Part, ...]]]:
    """Yield the failed criteria that ruled out what none before them did, with the parts that each did.

    ``failed`` are indexes of criteria. Of a trial without parts that is the first one, with no parts.
    """
    out = 0
    for index in failed:
        newly = protocol.parts_of[index] & ~out
        out |= newly
        if newly:
            yield index, tuple(part for place, part in enumerate(protocol.parts) if newly >> place & 1)


def excluding(protocol: Protocol, failed: Iterable[int]) -> str:
    """Return the criterion that ruled out the last part, of those that failed in a trial that is all out."""
    *_, (index, _) = rulings(protocol, failed)
    return protocol.criteria[index].code


def part_verdicts(
    protocol: Protocol, judged: Sequence[Judgement], failed: Iterable[str]
) -> tuple[PartVerdict, ...]:
    """Return the verdict of each part; ``failed`` are the codes of the failed criteria in the order to be told."""
    told = list(failed)
    return tuple(
        _verdict_of(protocol, part, 1 << place, judged, told) for place, part in enumerate(protocol.parts)
    )


def _verdict_of(
    protocol: Protocol, part: Part, bit: int, judged: Sequence[Judgement], failed: Sequence[str]
) -> PartVerdict:
    places = [place for place, parts in enumerate(protocol.parts_of) if parts & bit]
    own = {protocol.criteria[place].code: judged[place] for place in places}
    found = verdict(own.values())
    unknown = [code for code, judgement in own.items() if status(judgement) == "unknown"]
    return PartVerdict(
        part,
        found,
        tuple(code for code in failed if code in own),
        tuple(unknown) if found == "undetermined" else (),
    )


def whole(protocol: Protocol, judged: Sequence[Judgement]) -> Verdict:
    """Return the best of the parts' verdicts."""
    if not protocol.parts:
        return verdict(judged)
    found = {each.verdict for each in part_verdicts(protocol, judged, ())}
    return next(each for each in BEST_FIRST if each in found)


def statuses(protocol: Protocol, judged: Sequence[Judgement], out: int) -> dict[str, Status]:
    """Return each criterion's status; one that no part needs any more, while another part is open, is not judged."""
    wanted = that_matter(protocol, out)
    found: dict[str, Status] = {}
    for criterion, parts, judgement in zip(protocol.criteria, protocol.parts_of, judged, strict=True):
        said = status(judgement)
        found[criterion.code] = "not judged" if said == "unknown" and not parts & wanted else said
    return found
