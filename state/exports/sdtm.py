"""SDTM in shape (SDTMIG 3.4), as Dataset-JSON: what a pre-screening says about criteria, laboratory and status.

Pre-screening comes before consent, so these are site records and no study data: every record says
``EPOCH = PRE-SCREENING``, and the files are to be kept apart from the study's package. No record ever says that
eligibility criteria are met. Where a question's answers stand is said in the protocol file (``sdtm``).

A subject is a chain of linked screenings, known by the number of the first: DM has one record, by the latest verdict;
every other record says by ``--GRPID`` (``PSSCRN`` in our own datasets) which screening it is from.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from dialogs.answers import Measurement, compact, decode, plain
from dialogs.protocol import Criterion, Protocol, Question
from dialogs.wording import compared
from state.errors import StateError
from state.exports.comparing import AnswerRow
from state.exports.datasetjson import Dataset, dataset
from state.exports.snapshot import Row, Snapshot
from state.exports.tabulations import DATASETS

EPOCH: Final = "PRE-SCREENING"
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
UNITS: Final = {  # UCUM -> codelist UNIT, which has no 10^3/uL and no /uL; the numbers stay the same
    "g/L": "g/L",
    "g/dL": "g/dL",
    "mmol/L": "mmol/L",
    "10*9/L": "10^9/L",
    "10*3/uL": "10^9/L",
    "/uL": "10^6/L",
    "umol/L": "umol/L",
    "mg/dL": "mg/dL",
    "U/L": "U/L",
    "ukat/L": "ukat/L",
}
SUBJECT_STATES: Final = ("eligible", "ineligible", "undetermined")
"""Verdicts that say something of a subject; a cancelled screening does so only where there is no other."""
TIMES_ULN: Final = "{xULN}"
_NUMBER: Final = re.compile(r"\d+(\.\d+)?")

Add = Callable[[str, Mapping[str, Any]], None]


class Mixed(StateError):
    """Several trials were selected; a package is of one."""


def write(snapshot: Snapshot, target: Path, step: Callable[[int], None], as_of: str) -> int:
    """Write one file a dataset into the folder `target`; gives the number of records of all of them."""
    studies = sorted({protocol.id for protocol in snapshot.protocols.values()})
    if len(studies) > 1:
        raise Mixed(f"these are screenings for {', '.join(studies)}; please choose one with --protocol")
    about = {
        "modified": snapshot.newest,
        **({"studyOID": studies[0]} if studies else {}),
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
    """Give the record's words, or the criteria's names where those are longer than SDTM allows."""
    verbatim = " / ".join(dict.fromkeys(criterion.source for criterion in criteria))
    if len(verbatim) <= LONGEST_TEST:
        return verbatim
    return "; ".join(criterion.name["en"] for criterion in criteria)[:LONGEST_TEST]


def record_version(protocol: Protocol) -> str:
    return f"{protocol.facts.get('registry', '')} {protocol.record_version}".strip()


def _add_trial(protocols: Any, add: Add) -> None:
    tests: set[tuple[str, str]] = set()
    for protocol in protocols:
        for code, criteria in criteria_by_test(protocol).items():
            known = (code, record_version(protocol))
            if known not in tests:
                add(
                    "TI",
                    {
                        "STUDYID": protocol.id,
                        "DOMAIN": "TI",
                        "IETESTCD": code,
                        "IETEST": criterion_text(criteria),
                        "IECAT": criteria[0].kind.upper(),
                        "TIVERS": known[1],
                    },
                )
            tests.add(known)
        for criterion in protocol.criteria:
            add(
                "PSCRIT",
                {
                    "STUDYID": protocol.id,
                    "PSCODE": criterion.code,
                    "IETESTCD": criterion.ietestcd,
                    "IECAT": criterion.kind.upper(),
                    "PSNAME": criterion.name["en"],
                    "PSTEXT": criterion.source,
                    "PSREAD": criterion.reading["en"],
                    "PSRULE": " ".join(criterion.rule.text.split()),
                    "PSVERS": protocol.version,
                    "PSHASH": protocol.sha256,
                },
            )


# a subject ---------------------------------------------------------------------------------------


def _add_subject(snapshot: Snapshot, rows: Sequence[Row], sets: Mapping[str, Dataset]) -> None:
    """Add what the linked screenings of one subject say: DM once, by the latest verdict; the rest of each of them."""
    latest = next((row for row in reversed(rows) if row.verdict in SUBJECT_STATES), rows[-1])
    numbers: Counter[str] = Counter()
    for row in rows:
        protocol = snapshot.protocols[row.protocol]
        known = {"STUDYID": protocol.id, "USUBJID": f"{protocol.id}-{row.subject}"}

        def add(
            name: str, values: Mapping[str, Any], known: Mapping[str, str] = known, row: Row = row
        ) -> None:
            numbers[name] += 1
            if name.startswith("PS"):
                said: dict[str, Any] = {"PSSCRN": row.screening}
            else:
                said = {"DOMAIN": name}
                if name != "DM":
                    said |= {f"{name}SEQ": numbers[name], f"{name}GRPID": row.screening}
            sets[name].add({**known, **said, **values})

        answers = snapshot.answers(row)
        current = {answer.question: answer for answer in answers if answer.status == "current"}
        if row is latest:
            add("DM", _demographics(protocol, row, current))
        _add_screening(protocol, row, answers, current, add)


def _add_screening(
    protocol: Protocol, row: Row, answers: Sequence[AnswerRow], current: Mapping[str, AnswerRow], add: Add
) -> None:
    for values in _exceptions(protocol, row):
        add("IE", values)
    if row.verdict in DISPOSITIONS:
        add("DS", _disposition(protocol, row))
    for values in _laboratory(protocol, current):
        add("LB", values)
    for name in ("RS", "RP"):
        for values in _tested(protocol, current, name):
            add(name, values)
    for answer in answers:
        add(
            "PSANS",
            {
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
            },
        )
    add(
        "PSVER",
        {
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
        },
    )


def _demographics(protocol: Protocol, row: Row, current: Mapping[str, AnswerRow]) -> dict[str, Any]:
    values: dict[str, Any] = {
        "SUBJID": row.subject,
        "SITEID": row.site,
        "SEX": "U",
        "ARMNRS": NOT_ASSIGNED_BECAUSE[row.verdict],
        "COUNTRY": protocol.facts.get("country", ""),
    }
    for question, answer in _placed(protocol, current, "DM"):
        place = question.sdtm
        if place is None:
            continue
        if place.results:
            if answer.value in place.results:
                values[place.code] = place.results[answer.value][1]
        elif (number := compared(question, decode(answer.value, answer.unit))) is not None:
            values[place.code] = int(number[0])  # completed units
            values[f"{place.code}U"] = place.test
    return values


def _exceptions(protocol: Protocol, row: Row) -> Iterator[dict[str, Any]]:
    """Give a record for each test that failed: N to an inclusion criterion, Y to an exclusion criterion."""
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


def _tested(protocol: Protocol, current: Mapping[str, AnswerRow], domain: str) -> Iterator[dict[str, Any]]:
    """Give the records of options that the protocol file maps to results; the others have none."""
    for question, answer in _placed(protocol, current, domain):
        place = question.sdtm
        if place is not None and answer.value in place.results:
            original, standard = place.results[answer.value]
            category = {f"{domain}CAT": place.category} if place.category else {}
            number = {f"{domain}STRESN": standard} if domain == "RS" and _NUMBER.fullmatch(standard) else {}
            yield {
                f"{domain}TESTCD": place.code,
                f"{domain}TEST": place.test,
                **category,
                f"{domain}ORRES": original,
                f"{domain}STRESC": standard,
                **number,
                "EPOCH": EPOCH,
            }


def _placed(
    protocol: Protocol, current: Mapping[str, AnswerRow], domain: str
) -> Iterator[tuple[Question, AnswerRow]]:
    for question in protocol.questions:
        if question.sdtm is not None and question.sdtm.domain == domain and question.id in current:
            yield question, current[question.id]


# laboratory --------------------------------------------------------------------------------------


def _laboratory(protocol: Protocol, current: Mapping[str, AnswerRow]) -> Iterator[dict[str, Any]]:
    """Give a record for each result; an unknown one has none, since nobody said that it was not done."""
    for question, answer in _placed(protocol, current, "LB"):
        place = question.sdtm
        measured = question.measured(decode(answer.value, answer.unit))
        if place is None or measured is None:
            continue
        named = {"LBTESTCD": place.code, "LBTEST": place.test, "LBCAT": place.category, "EPOCH": EPOCH}
        if measured.unit == TIMES_ULN:
            yield {**named, **_relative(answer)}
        else:
            yield {**named, **_absolute(protocol, question, answer, measured, current)}


def _relative(answer: AnswerRow) -> dict[str, Any]:
    """A multiple of the upper limit has no unit in the codelist; *normal* is a result of its own."""
    if answer.unit is None:
        return {"LBORRES": "NORMAL", "LBSTRESC": "NORMAL", "LBNRIND": "NORMAL"}
    said = f"{answer.value} x ULN"
    return {"LBORRES": said, "LBSTRESC": said}


def _standard(question: Question, measured: Measurement) -> tuple[str, str]:
    """Give a result in the question's standard unit: the number itself, never its quotient by the limit of normal."""
    like = compared(question, measured)
    return (compact(like[0]), like[1]) if like is not None else (plain(measured.value), measured.unit)


def _absolute(
    protocol: Protocol,
    question: Question,
    answer: AnswerRow,
    measured: Measurement,
    current: Mapping[str, AnswerRow],
) -> dict[str, Any]:
    unit = question.unit_by_code[measured.unit]
    exact = measured.relation == "="
    standard, standard_unit = _standard(question, measured)
    values: dict[str, Any] = {
        "LBORRES": answer.value,
        "LBORRESU": UNITS.get(measured.unit, measured.unit),
        "LBSTRESC": f"{'' if exact else measured.relation}{standard}",
        "LBSTRESN": standard if exact else None,
        "LBSTRESU": UNITS.get(standard_unit, standard_unit),
        "LBLOINC": unit.loinc or question.loinc,
    }
    limit = current.get(unit.per or "")
    if (
        not exact  # a range is given for continuous results only
        or limit is None
        or limit.unit != measured.unit
        or protocol.question(limit.question).unit_of != question.id
    ):
        return values
    values |= {"LBORNRHI": limit.value, "LBSTNRHI": limit.compared}
    if measured.value > Decimal(limit.value):
        values["LBNRIND"] = "HIGH"
    return values
