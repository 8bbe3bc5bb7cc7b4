"""Loads a protocol file, or refuses it with every mistake at once: file, line, place, fault, remedy."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final

from dialogs.errors import Fault, ProtocolError
from dialogs.likely import nearest
from dialogs.loading.building import build
from dialogs.loading.catalogue import OWN, Shelf, entries
from dialogs.loading.encodings import decode
from dialogs.loading.expansion import expanded
from dialogs.loading.fingerprints import with_fitting_reviews
from dialogs.loading.folders import trial_files
from dialogs.loading.formats import in_newest, is_of_the_first
from dialogs.loading.formula_parts import MOVED
from dialogs.loading.formula_units import check_units_of_formulas
from dialogs.loading.formulas import EXACT
from dialogs.loading.kinds import Report
from dialogs.loading.mending import mend, misheaded
from dialogs.loading.persons import with_persons
from dialogs.loading.places import placed
from dialogs.loading.questions import CHOSEN
from dialogs.loading.references import check_outcomes, check_persons
from dialogs.loading.ruleless import UNDER_LINES, with_lines_above
from dialogs.loading.short_forms import with_codes
from dialogs.protocol import Protocol

MAX_FILES_NAMED: Final = 3
"""Of a folder that was given for one of its files."""
MAX_BYTES: Final = 1_000_000
_STATEMENT: Final = re.compile(
    r"""^[ \t]*(?:[\w"'.-]+[ \t]*(?:==?|[＝:：])[ \t]*\S|[\[［【])""", re.MULTILINE
)
_BEGIN: Final = "Please begin with prescreen protocol new, which writes a file with notes on every part"
UNUSED: Final = frozenset({(True, "possible"), (True, "units"), (True, "usual"), (False, "options")})
"""Whether a question is answered by options, and a key that it does not use."""


def load(source: str) -> Protocol:
    """Load a protocol by the id of one that ships with the package, or by the path of a file.

    Raises `ProtocolError` with all faults found.
    """
    shipped = shipped_protocols()
    if source in shipped:
        return _load_shipped(source)
    path = Path(source)
    if path.is_dir():
        raise ProtocolError(source, [Fault("file", "a folder, where one file is taken", _of_a_folder(path))])
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ProtocolError(source, [Fault("file", "larger than 1 MB", "Please check that it is TOML")])
        text, faults = decode(path.read_bytes())
    except OSError as error:
        remedy = _to_name(source, sorted(shipped))
        raise ProtocolError(source, [Fault("file", error.strerror or "cannot be read", remedy)]) from error
    if faults:
        raise ProtocolError(source, [*faults, *(_mended(text, source).faults if text else ())])
    return parse_protocol(text, source)


def _of_a_folder(folder: Path) -> str:
    """Say which of its files can be named."""
    files = [str(file) for file in trial_files(folder)]
    return f"Please name one: {', '.join(files[:MAX_FILES_NAMED])}" if files else "None in it ends in .toml"


def _to_name(source: str, shipped: Sequence[str]) -> str:
    """Say what can be named, first what was likely meant: a shipped trial, or a file in the same folder."""
    path = Path(source)
    beside = [str(path.with_name(file.name)) for file in path.parent.glob("*.toml")] if path.name else []
    near = nearest(source, [*shipped, *beside])
    first = f"Did you mean {near}? Otherwise please" if near is not None else "Please"
    return f"{first} name a file, or one of: {', '.join(shipped)}"


def shipped_protocols() -> dict[str, Traversable]:
    """Return the files of the protocols that ship with the package, by id."""
    folder = resources.files("dialogs") / "protocols"
    return {file.name.removesuffix(".toml"): file for file in folder.iterdir() if file.name.endswith(".toml")}


@lru_cache
def _load_shipped(protocol_id: str) -> Protocol:
    text = shipped_protocols()[protocol_id].read_text(encoding="utf-8")
    return parse_protocol(text, f"{protocol_id}.toml")


def parse_protocol(text: str, file: str) -> Protocol:
    """Build a protocol from the text of its file; `file` is the name that faults are reported under.

    Raises `ProtocolError` with all faults found.
    """
    return _build(_parse_toml(text, file), text, file)


def parse_stored(text: str, file: str) -> Protocol:
    """Build a protocol whose text was accepted before, by this version or an earlier one: nothing is proved anew.

    Earlier versions did not look at what no question uses: a fault there makes no stored screening unreadable.
    """
    raw = _parse_toml(text, file)
    return _build(_used(raw) if is_of_the_first(raw) else raw, text, file, stored=True)


def _used(raw: dict[str, Any]) -> dict[str, Any]:
    """Return it without option sets that no question names, and without keys that a question does not use."""
    sets = raw.get("option_sets")
    used = [
        {key: value for key, value in each.items() if (each["kind"] in CHOSEN, key) not in UNUSED}
        for each in raw["question"]
    ]
    kept = {**raw, "question": used}
    if isinstance(sets, dict):
        named = [each.get("options") for each in used]
        kept["option_sets"] = {name: each for name, each in sets.items() if name in named}
    return kept


def _build(raw: dict[str, Any], text: str, file: str, *, stored: bool = False) -> Protocol:
    raw = with_codes(raw)
    report, shelf = Report(stored=stored, rounds=stored and EXACT not in text), Shelf(raw)
    try:
        first, under_lines = (not stored or each in text for each in (MOVED, UNDER_LINES))
        whole = expanded(in_newest(raw), shelf, parts_first=first, under_lines=under_lines)
        if not stored:
            check_units_of_formulas(whole.get("question"), report)
        for name in sorted(shelf.circular):
            report.fault("protocol: catalogue", f"{name} uses itself", _another_name(name))
        protocol = build(whole, _as_stored(text, shelf, raw, whole, report), report)
    except ValueError as error:  # a hexadecimal integer of more digits than Python writes
        fault = Fault("file", f"holds a value that cannot be read ({error})", "Please write a shorter one")
        raise ProtocolError(file, [fault]) from error
    if protocol is not None and not stored:
        check_outcomes(protocol, report)
        if not report.faults:
            check_persons(raw, protocol, report)
    if protocol is None or report.faults:
        raise ProtocolError(file, placed(report.by_part(), text, raw, whole))
    return with_fitting_reviews(with_persons(with_lines_above(protocol)))


def _another_name(name: str) -> str:
    if name not in entries():
        return "Please give it another name"
    return f'Please give it another name, or word it as [[question]] with use = "{name}"'


def _as_stored(
    text: str, shelf: Shelf, raw: dict[str, Any], expanded_raw: dict[str, Any], report: Report
) -> str:
    """Return the text with what it took of the catalogue behind it, and with how it is meant by this version."""
    worked_out = any("formula" in each for each in expanded_raw.get("question", ()) if isinstance(each, dict))
    remarks = {MOVED: shelf.moved, EXACT: worked_out and not report.rounds, UNDER_LINES: shelf.under_lines}
    said = [remark for remark, holds in remarks.items() if holds and remark not in text]
    return "\n".join([_with_copies(text, shelf, raw, report), *said, *([""] if said else [])])


def _with_copies(text: str, shelf: Shelf, raw: dict[str, Any], report: Report) -> str:
    """Return the text with what it took of the catalogue behind it; TOML adds to no table of one line."""
    whole = text + shelf.copies()
    for key in OWN:
        if key in raw and whole != text and not shelf.circular:
            try:
                tomllib.loads(whole)
            except ValueError:
                report.fault(f"protocol: {key}", "is written in one line", f"Please write it as [{key}]")
    return whole


def _parse_toml(text: str, file: str) -> dict[str, Any]:
    try:
        raw = tomllib.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError) as error:  # also for an integer of too many digits
        raise _mended(text, file) from error
    if misheaded(raw):
        raise _mended(text, file)
    return raw


def _mended(text: str, file: str) -> ProtocolError:
    """Return all faults of a text of which TOML reads a part only."""
    if not _STATEMENT.search(text):
        fault = Fault("file", "has no line such as key = value or [[criterion]]", _BEGIN)
        return ProtocolError(file, [fault])
    mending = mend(text)
    later: Sequence[Fault] = ()
    if mending.raw is not None:
        try:
            _build(dict(mending.raw), mending.text, file)
        except ProtocolError as error:
            later = error.faults
    return ProtocolError(file, mending.told(later))
