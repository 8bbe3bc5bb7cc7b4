"""Holds a protocol file against its record: no line lost, added or altered; and what a newer version changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

from dialogs.changed_words import exchanged, likeness
from dialogs.drafting.draft import fields_of_their_own
from dialogs.drafting.fields import not_taken_up
from dialogs.drafting.layout import split
from dialogs.drafting.of_parts import of_other_parts
from dialogs.drafting.proposals import propose
from dialogs.drafting.quoting import Quoted, account
from dialogs.drafting.record import Record
from dialogs.drafting.regrouped import in_another_list
from dialogs.drafting.rows import unescaped
from dialogs.drafting.sides import on_the_other_side, under_another_heading
from dialogs.drafting.versions import of_versions
from dialogs.protocol import Protocol

ALIKE: Final = 0.6
"""How much two texts have in common, at least, for one to be an altered form of the other: from 0 to 1."""
MOST_SHOWN: Final = 300


def differences(protocol: Protocol, record: Record) -> list[str]:
    """Return in words how a file differs from its record; an empty list where every line stands in it once.

    The order of the lines does not matter, unless one comes to stand below the heading of another group or list; nor
    does white space. A line may be quoted by several criteria in pieces, and once more for another part.
    """
    written = [line.text for line in split(record.text)]
    in_order = _quoted(protocol, frozenset(written))
    quoted, fields = _without_fields(in_order, record, written)
    found = account(quoted, written, _parts(protocol))
    left, missing = list(found.left), list(found.missing)
    altered = list(_altered(left, missing))
    for one, text in altered:
        left.remove(one)
        missing.remove(text)
    return [
        *of_versions(protocol, record),
        *fields,
        *(f"Not in the file: {_shown(each)}" for each in _fields_lost(protocol, record, in_order)),
        *(f"{one.called} is altered: {_changed(one.text, text)}" for one, text in altered),
        *(f"Not in the file{_place(text, written, quoted)}: {_shown(text)}" for text in missing),
        *(_added(one, quoted) for one in left),
        *on_the_other_side(protocol, record),
        *under_another_heading([(each.code, each.text) for each in in_order], record, _asked(protocol)),
        *of_other_parts(protocol, record, in_order, _asked(protocol)),
        *in_another_list(protocol, record, in_order, _asked(protocol)),
    ]


def in_several_parts(protocol: Protocol, record: Record) -> list[tuple[str, ...]]:
    """Return the codes of criteria that quote one line of a record for different parts, together."""
    written = [line.text for line in split(record.text)]
    quoted, _ = _without_fields(_quoted(protocol, frozenset(written)), record, written)
    return account(quoted, written, _parts(protocol)).shared


def _parts(protocol: Protocol) -> list[str]:
    return [each.code for each in protocol.parts]


def _asked(protocol: Protocol) -> str:
    return "\n".join(_folded(text) for each in protocol.questions for text in each.ask.values())


def undated(protocol: Protocol, record: Record) -> str | None:
    """Say that a file does not name the record that it was made from: no difference, since it names no other."""
    if protocol.record_version or not record.date:
        return None
    return f'Which record it was made from does not stand in the file. Please add record_version = "{record.date}"'


def _quoted(protocol: Protocol, written: frozenset[str]) -> list[Quoted]:
    """Return all that a file quotes, in its order; what is copied with the escapes of the registry, without them."""
    found: list[tuple[str, str, tuple[str, ...]]] = []
    for place in range(len(protocol.criteria) + 1):
        found += [("", line.text, ()) for line in protocol.lines if line.before == place]
        found += [(each.code, each.source, each.parts) for each in protocol.criteria[place : place + 1]]
    return [
        Quoted(place, code, _as_written(text, written), frozenset(parts))
        for place, (code, text, parts) in enumerate(found)
    ]


def _as_written(text: str, written: frozenset[str]) -> str:
    said = _folded(text)
    return said if said in written else _folded(unescaped(text))


def _folded(text: str) -> str:
    return " ".join(text.split())


def _without_fields(
    quoted: Sequence[Quoted], record: Record, written: Sequence[str]
) -> tuple[list[Quoted], list[str]]:
    """Return what is not quoted from a field of the record, and what is wrong with what is."""
    fields = record.fields()
    of_text, told, above = [], [], dict[str, list[Quoted]]()
    for each in quoted:
        name, colon, value = each.text.partition(": ")
        if not colon or name not in ("Minimum Age", "Maximum Age", "Sex") or each.text in written:
            of_text.append(each)
        elif not record.has_fields:
            told.append(
                f"{each.called} quotes a field of the registry, which a text has not: {_shown(each.text)}"
            )
        elif fields.get(name) != value:
            has = _shown(f"{name}: {fields.get(name, 'none')}")
            told.append(f"{each.called} quotes {_shown(each.text)}; the record has {has}")
        elif any(each.overlaps(other) for other in above.get(name, ())):
            told.append(_once_more(each, above[name]))
        above.setdefault(name, []).append(each)
    return of_text, told


def _fields_lost(protocol: Protocol, record: Record, quoted: Sequence[Quoted]) -> Iterator[str]:
    """Yield the fields that a draft has a criterion for, and that a file neither quotes nor takes up by a rule."""
    names = {each.text.partition(": ")[0] for each in quoted}
    left_open = {name: value for name, value in not_taken_up(record, protocol).items() if name not in names}
    if left_open:
        own = fields_of_their_own(record, propose)
        yield from (each for each in (f"{name}: {value}" for name, value in left_open.items()) if each in own)


def _altered(left: Sequence[Quoted], missing: Sequence[str]) -> Iterator[tuple[Quoted, str]]:
    """Yield what is quoted with the line that it was, the most alike first; each once."""
    pairs = [(likeness(one.text, text), one, place) for one in left for place, text in enumerate(missing)]
    seen: set[Quoted] = set()
    taken: set[int] = set()
    for alike, one, place in sorted(pairs, key=lambda pair: -pair[0]):
        if alike >= ALIKE and one not in seen and place not in taken:
            seen.add(one)
            taken.add(place)
            yield one, missing[place]


def _added(one: Quoted, quoted: Sequence[Quoted]) -> str:
    """Say that something is quoted which is not written, or is quoted already for the same part."""
    above = [each for each in quoted if each.place < one.place and each.text == one.text]
    if any(one.overlaps(other) for other in above):
        return _once_more(one, above)
    return f"{one.called} is not in the record: {_shown(one.text)}"


def _once_more(one: Quoted, above: Sequence[Quoted]) -> str:
    other = next(each for each in above if one.overlaps(each))
    two_parts = ", or give each parts of its own that do not overlap" if one.code and other.code else ""
    there = other.code or "a line"
    return f"{one.called} quotes once more what {there} has: {_shown(one.text)}. Please keep one{two_parts}"


def _changed(before: str, now: str) -> str:
    """Return what differs between two texts, in words of theirs."""
    parts = [_exchanged(gone, come) for gone, come in exchanged(before, now)]
    return f"{'; '.join(parts)} in the record. It has: {_shown(now)}"


def _exchanged(gone: str, come: str) -> str:
    if gone and come:
        return f"“{gone}” is “{come}”"
    return f"“{gone}” is gone" if gone else f"“{come}” is new"


def _place(text: str, written: Sequence[str], quoted: Sequence[Quoted]) -> str:
    """Say after which criterion of the file a line stands in the record; of one that stands there twice, nothing.

    Words that stand above it twice, as in two cohorts, are those of as many criteria, in the same order.
    """
    if written.count(text) > 1:
        return ""
    codes: dict[str, list[str]] = defaultdict(list)
    for each in quoted:
        codes[each.text] += [each.code] if each.code else []
    above = ""
    for place, line in enumerate(written[: written.index(text)]):
        those = codes[line][written[:place].count(line) :] or codes[line][-1:]
        above = those[0] if those else above
    return f", after {above}" if above else ""


def _shown(text: str) -> str:
    return f"“{text if len(text) <= MOST_SHOWN else text[:MOST_SHOWN] + '…'}”"
