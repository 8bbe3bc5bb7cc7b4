"""SDTM in shape (SDTMIG 3.4), as Dataset-JSON: what a pre-screening says about criteria, laboratory and status.

Pre-screening comes before consent, so these are site records and no study data: every record says
``EPOCH = PRE-SCREENING``, and the files are to be kept apart from the study's package. No record ever says that
eligibility criteria are met.

A subject is a chain of linked screenings, known by the number of the first: DM has one record, by the latest verdict;
every other record says by ``--GRPID`` (``PSSCRN`` in our own datasets) which screening it is from.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from dialogs.answers import decode
from dialogs.languages import DEFAULT
from dialogs.protocol import Criterion, Protocol, Question
from dialogs.wording import compared
from state.exports.comparing import AnswerRow, as_number, current_of
from state.exports.datasetjson import Dataset, dataset
from state.exports.findings import Record, answers_in, assessments, laboratory
from state.exports.healing import Healed, healed
from state.exports.snapshot import PartRow, Row, Snapshot
from state.exports.tabulations import DATASETS, EPOCH

LONGEST_TEST: Final = 200
NOT_ASSIGNED_BECAUSE: Final = {  # codelist ARMNULRS, C142179
    "ineligible": "SCREEN FAILURE",
    "undetermined": "NOT ASSIGNED",
    "eligible": "NOT ASSIGNED",
    "cancelled": "NOT ASSIGNED",
}
DISPOSITIONS: Final = {  # codelist NCOMPLT, C66727; the others have no disposition yet
    "ineligible": "SCREEN FAILURE",
    "undetermined": "SCREENING NOT COMPLETED",
    "cancelled": "SCREENING NOT COMPLETED",
}
SUBJECT_STATES: Final = ("eligible", "ineligible", "undetermined")
"""Verdicts that say something of a subject; a cancelled screening does so only where there is no other."""
Add = Callable[[str, Record], None]


def write(snapshot: Snapshot, target: Path, step: Callable[[int], None], as_of: str) -> int:
    """Write one file a dataset into the folder `target`; returns the number of records of all of them."""
    about = {
        "modified": snapshot.newest,
        **({"studyOID": snapshot.trials[0]} if snapshot.trials else {}),
        **({"head": snapshot.head} if snapshot.head else {}),
    }
    with ExitStack() as files:
        sets: dict[str, Dataset] = {
            name: files.enter_context(dataset(target, name, label, columns, about, as_of))
            for name, (label, columns) in DATASETS.items()
        }
        _add_trial(snapshot.protocols.values(), lambda name, values: sets[name].add(values))
        for rows in snapshot.subjects():
            _add_subject(snapshot, rows, sets)
            step(len(rows))
    return sum(written.records for written in sets.values())


# the trial ---------------------------------------------------------------------------------------


def criteria_by_test(protocol: Protocol) -> dict[str, list[Criterion]]:
    """Group the criteria by the code under which SDTM knows them (I2a, I2b and I2c are all INCL02)."""
    found: dict[str, list[Criterion]] = {}
    for criterion in protocol.criteria:
        found.setdefault(criterion.ietestcd, []).append(criterion)
    return dict(sorted(found.items(), key=lambda item: (item[1][0].kind != "inclusion", item[0])))


def criterion_text(criteria: list[Criterion]) -> str:
    """Return the record's words, or the criteria's names where those are longer than SDTM allows."""
    verbatim = " / ".join(dict.fromkeys(criterion.source for criterion in criteria))
    if len(verbatim) <= LONGEST_TEST:
        return verbatim
    return "; ".join(criterion.name[DEFAULT] for criterion in criteria)[:LONGEST_TEST]


def record_version(protocol: Protocol) -> str:
    return f"{protocol.facts.get('registry', '')} {protocol.record_version}".strip()


def _add_trial(protocols: Iterable[Protocol], add: Add) -> None:
    tests: set[tuple[str, str]] = set()
    for protocol in protocols:
        version = record_version(protocol)
        for code, criteria in criteria_by_test(protocol).items():
            if (code, version) not in tests:
                add("TI", _test(protocol, code, criteria))
            tests.add((code, version))
        for criterion in protocol.criteria:
            add("PSCRIT", _criterion(protocol, criterion))


def _test(protocol: Protocol, code: str, criteria: list[Criterion]) -> Record:
    return {
        "STUDYID": protocol.id,
        "DOMAIN": "TI",
        "IETESTCD": code,
        "IETEST": criterion_text(criteria),
        "IECAT": criteria[0].kind.upper(),
        "TIVERS": record_version(protocol),
    }


def _criterion(protocol: Protocol, criterion: Criterion) -> Record:
    return {
        "STUDYID": protocol.id,
        "PSCODE": criterion.code,
        "IETESTCD": criterion.ietestcd,
        "IECAT": criterion.kind.upper(),
        "PSNAME": criterion.name[DEFAULT],
        "PSPARTS": ",".join(criterion.parts) or None,
        "PSTEXT": criterion.source,
        "PSREAD": criterion.reading[DEFAULT] if criterion.reading else "",
        "PSRULE": " ".join(criterion.rule.text.split()),
        "PSVERS": protocol.version,
        "PSHASH": protocol.sha256,
    }


# a subject ---------------------------------------------------------------------------------------


def _add_subject(snapshot: Snapshot, rows: Sequence[Row], sets: Mapping[str, Dataset]) -> None:
    """Add what the linked screenings of one subject say: DM once, by the latest verdict; the rest of each of them."""
    latest = next((row for row in reversed(rows) if row.verdict in SUBJECT_STATES), rows[-1])
    numbers: Counter[str] = Counter()
    for row in rows:
        protocol = snapshot.protocols[row.protocol]
        answers = snapshot.answers(row)
        current = current_of(answers)
        if row is latest:
            sets["DM"].add({**_identifiers(protocol, row, "DM", 0), **_demographics(protocol, row, current)})
        for name, record in _records(protocol, row, answers, current, healed(snapshot, row)):
            numbers[name] += 1
            sets[name].add({**_identifiers(protocol, row, name, numbers[name]), **record})


def _identifiers(protocol: Protocol, row: Row, name: str, number: int) -> Record:
    """Return what every record of a dataset begins with; `number` counts a subject's records in it."""
    known: Record = {"STUDYID": protocol.id, "USUBJID": f"{protocol.id}-{row.subject}"}
    if name.startswith("PS"):
        return {**known, "PSSCRN": row.screening}
    known["DOMAIN"] = name
    return known if name == "DM" else {**known, f"{name}SEQ": number, f"{name}GRPID": row.screening}


def _records(
    protocol: Protocol,
    row: Row,
    answers: Sequence[AnswerRow],
    current: Mapping[str, AnswerRow],
    healing: Healed,
) -> Iterator[tuple[str, Record]]:
    """Yield a screening's records, each with the name of its dataset."""
    yield from (("IE", record) for record in _exceptions(protocol, row))
    if row.verdict in DISPOSITIONS:
        yield "DS", _disposition(protocol, row)
    yield from (("LB", record) for record in laboratory(protocol, current))
    for name in ("RS", "RP"):
        yield from ((name, record) for record in assessments(protocol, current, name))
    yield from (("PSANS", _answer(answer)) for answer in answers)
    yield "PSVER", {**_verdict(protocol, row), **_healing(healing)}
    yield from (("PSPART", _part(protocol, part)) for part in row.parts)


def _answer(answer: AnswerRow) -> Record:
    return {
        "PSSEQ": answer.entry,
        "PSQID": answer.question,
        "PSVALUE": answer.value,
        "PSUNIT": answer.unit,
        "PSREL": answer.relation,
        "PSCMP": answer.compared,
        "PSCMPU": answer.compared_unit,
        "PSSTAT": answer.status.upper(),
        "PSDTC": answer.at,
        "PSUSER": answer.person,
    }


def _verdict(protocol: Protocol, row: Row) -> Record:
    return {
        "PSVERD": row.verdict_code,
        "PSFIRST": row.first_failed,
        "PSALL": ",".join(row.all_failed) or None,
        "PSOPEN": ",".join(row.unresolved) or None,
        "PSSTATE": row.state.upper(),
        "PSDTC": row.saved_at,
        "PSUSER": row.saved_by,
        "PSPREV": row.earlier,
        "PSVERS": protocol.version,
        "PSHASH": row.protocol,
    }


def _part(protocol: Protocol, part: PartRow) -> Record:
    return {
        "PSPART": part.part,
        "PSNAME": next(each.name[DEFAULT] for each in protocol.parts if each.code == part.part),
        "PSVERD": part.verdict_code,
        "PSALL": ",".join(part.failed) or None,
        "PSOPEN": ",".join(part.unresolved) or None,
    }


def _healing(healing: Healed) -> Record:
    return {
        "PSMETFR": healing.said or None,
        "PSAGFR": healing.screen_again_from,
        "PSAGBY": healing.screen_again_by,
    }


def _demographics(protocol: Protocol, row: Row, current: Mapping[str, AnswerRow]) -> dict[str, Any]:
    values: dict[str, Any] = {
        "SUBJID": row.subject,
        "SITEID": row.site,
        "SEX": "U",
        "ARMNRS": NOT_ASSIGNED_BECAUSE[row.verdict],
        "COUNTRY": protocol.facts.get("country", ""),
    }
    for question, answer in answers_in(protocol, current, "DM"):
        place = question.sdtm
        if place is None:
            continue
        if place.results:
            if answer.value in place.results:
                values[place.code] = place.results[answer.value][1]
        elif (number := _compared(question, answer)) is not None:
            values[place.code] = int(number[0])  # completed units
            values[f"{place.code}U"] = place.test
    return values


def _compared(question: Question, answer: AnswerRow) -> tuple[Decimal, str] | None:
    number = as_number(answer)
    return compared(question, decode(number.value, number.unit))


def _exceptions(protocol: Protocol, row: Row) -> Iterator[dict[str, Any]]:
    """Yield a record for each test that failed: N to an inclusion criterion, Y to an exclusion criterion."""
    for code, criteria in criteria_by_test(protocol).items():
        failed = [criterion.code for criterion in criteria if criterion.code in row.all_failed]
        if failed:
            said = "N" if criteria[0].kind == "inclusion" else "Y"
            yield {
                "IESPID": ",".join(failed),
                "IETESTCD": code,
                "IETEST": criterion_text(criteria),
                "IECAT": criteria[0].kind.upper(),
                "IEORRES": said,
                "IESTRESC": said,
                "EPOCH": EPOCH,
                "IEDTC": row.saved_at,
            }


def _disposition(protocol: Protocol, row: Row) -> dict[str, Any]:
    term = "Pre-screening cancelled"
    if row.verdict == "ineligible" and row.first_failed:
        failed = protocol.criterion_by_code[row.first_failed]
        term = f"{failed.code} {'not met' if failed.kind == 'inclusion' else 'applies'}: {failed.name['en']}"
    elif row.verdict == "undetermined":
        term = f"Undetermined: {', '.join(row.unresolved)}"
    return {
        "DSTERM": term,
        "DSDECOD": DISPOSITIONS[row.verdict],
        "DSCAT": "DISPOSITION EVENT",
        "EPOCH": EPOCH,
        "DSSTDTC": row.saved_at,
    }
