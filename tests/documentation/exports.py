"""The generated parts of ``docs/exports.md``: formats, columns and codes, as the code has them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, Final

from dialogs.loading import load
from dialogs.verdicts import CODES, IN_FILES
from state.exports import FORMATS
from state.exports.csvs import ANSWER_COLUMNS, LOG_HEAD, LOG_NOTED, LOG_TAIL, LOG_VERDICT, PART_COLUMNS
from state.exports.fhir import SUBJECT_STATUS
from state.exports.findings import UNITS
from state.exports.healing import HEALING_COLUMNS
from state.exports.loglines import SCHEMA
from state.exports.queries import COLUMNS as QUERY_COLUMNS
from state.exports.questionnaire import questionnaire
from state.exports.sdtm import DISPOSITIONS, NOT_ASSIGNED_BECAUSE, criteria_by_test
from state.exports.tabulations import DATASETS

LOG_MEANINGS: Final = {
    "log_no": "Running number in this file",
    "screening_code": "Screening number; never a name",
    "site_code": "Site",
    "screened_at": "When the screening was begun (UTC)",
    "user_code": "Pseudonymous code of who began it",
    "record_version": "Date of the registry record that was read",
    "rules_version": "Version of the questions and rules",
    "verdict": "Newest saved verdict in words; `cancelled` if none was saved",
    "first_failed": "Criterion that excluded: the first that failed; with parts, that of the last part left",
    "all_failed": "All criteria known to fail, the first one first, with spaces between",
    "unresolved": "Criteria that stayed unknown",
    "could_be_met_from": "Failed criteria that time alone heals, each with its day at the site: `E1 2026-12-09; I1 by "
    "2027-09-08`; *by*: at the latest, of an age in completed years; of a bound (`<2 mo`) the earliest possible day",
    "screen_again_from": "Day from which all failed criteria are healed, of a bound the earliest possible one; empty "
    "if one never is, or if it may be sooner",
    "screen_again_by": "That day, where it is the latest possible one",
    "referred_at": "Day of the referral at the site, if it was noted in this screening and not taken back",
    "consent_date": "Day of the consent, likewise; not the day on which it was noted",
    "investigator_decision": "`enrolled` or `not enrolled`, likewise; the newest one of a subject",
    "decision_date": "Day of that decision",
    "not_enrolled_reason": "`declined`, `screen_failure` (after consent), `physician` or `other`",
    "comment_code": "Reason of a clinician's disagreement: `reading` (of the criterion), `data` (an answer is wrong), "
    "`judgement`, `outdated` (record), `other`; the newest one",
    "state": "`completed`, `cancelled`, or `revising`: opened again and not saved since, the saved verdict stands",
    "saved_at": "When the verdict was saved, or the screening cancelled (UTC)",
    "saved_by": "Pseudonymous code of who saved it",
    "zone": "Zone of the place where it was begun, such as `UTC+08:00` or `Asia/Shanghai`",
    "questions_asked": "Answers that the verdict rests on",
    "earlier_screening": "Earlier screening of the same subject",
    "subject": "First of the linked screenings of the same subject, which stands for the subject",
    "protocol": "Registry number of the trial",
    "protocol_sha256": "SHA-256 of the protocol as it is stored: its file, and what it takes of the catalogue",
}
PART_MEANINGS: Final = dict(
    zip(
        PART_COLUMNS,
        (
            "Of a trial with parts, for each by its code: its verdict in words; the verdict above is the worst of "
            "those that are required, and of the best of the others",
            "Its criteria known to fail",
            "Its criteria that stayed unknown",
        ),
        strict=True,
    )
)
ANSWER_MEANINGS: Final = {
    "screening": "Screening number",
    "site": "Site",
    "entry": "Place in the dialogue log",
    "at": "When it was answered (UTC)",
    "person": "Pseudonymous code of who answered",
    "question": "Question",
    "value": "As entered: an option, `{a,b}` for those that were ticked and `{}` for none of them, `unknown`, "
    "`computed` from other answers, or a number, with `<` `<=` `>` `>=` where it is a bound",
    "unit": "Unit as entered (UCUM)",
    "relation": "`<` `<=` `>` `>=` where the number compared is a bound (*normal* is `<=` 1 x ULN); else empty",
    "compared": "The number as the rules compare it: in the question's first unit, divided or worked out (see below)",
    "compared_unit": "Its unit (UCUM)",
    "status": "`current`, `superseded` by a later answer, or `set aside`: the verdict does not rest on it",
    "protocol_version": "Version of the questions and rules",
}


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(str(cell).replace('|', '/') for cell in line)} |\n" for line in lines)


def formats() -> str:
    return table(
        ("format", "what", "file", "needs"),
        (
            (
                f"`{name}`",
                chosen.summary,
                chosen.suffix or "folder",
                f"extra `{chosen.extra}`" if chosen.extra else "",
            )
            for name, chosen in FORMATS.items()
        ),
    )


def log_columns() -> str:
    questions = [question for question in load("NCT04420494").questions if question.in_log]
    asked = [
        (f"`{q.id}`", f"Current answer to: {q.ask['en']} (`in_log` in the protocol file)") for q in questions
    ]

    def told(columns: Sequence[str]) -> list[tuple[str, str]]:
        return [(f"`{column}`", LOG_MEANINGS[column]) for column in columns]

    parts = [(f"`part_A{column}`", meaning) for column, meaning in PART_MEANINGS.items()]
    return table(
        ("column", "meaning"),
        [
            *(*told(LOG_HEAD), *asked, *told((*LOG_VERDICT, *HEALING_COLUMNS))),
            *(*parts, *told((*LOG_NOTED, *LOG_TAIL))),
        ],
    )


def answer_columns() -> str:
    meanings = LOG_MEANINGS | ANSWER_MEANINGS
    return table(("column", "meaning"), ((f"`{column}`", meanings[column]) for column in ANSWER_COLUMNS))


QUERY_MEANINGS: Final = {
    "screening": "Screening number",
    "entry": "Place of the query in the dialogue log",
    "asked_at": "When it was asked (UTC)",
    "asked_by": "Pseudonymous code of who asked",
    "question": "Question whose answer is queried",
    "code": "What is asked: `source` (check it against the source document), `unit` (check the unit), `plausible` "
    "(is the value right?), `newer` (is there a newer result?)",
    "state": "`open`, `confirmed` (right as entered, or taken up and left as it was) or `corrected` (and saved again)",
    "answered_at": "When it was confirmed or corrected (UTC)",
    "answered_by": "Pseudonymous code of who did",
    "reason": "Of a correction: `transcription`, `unit`, `newer`, `misread`, `other` or `filled_in`, as in `log`",
}


def query_columns() -> str:
    return table(("column", "meaning"), ((f"`{column}`", QUERY_MEANINGS[column]) for column in QUERY_COLUMNS))


def log_schema() -> str:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    rows: list[tuple[str, str]] = []
    for name, held in schema["properties"].items():
        inner = held["properties"] if held.get("type") == "object" else {}
        rows += [(f"`{name}`", held["description"])] if not inner else []
        rows += [(f"`{name}.{key}`", one["description"]) for key, one in inner.items()]
    entries = schema["properties"]["log"]["items"]["properties"]
    return table(
        ("key", "meaning"), [*rows, *((f"`log[].{n}`", held["description"]) for n, held in entries.items())]
    )


def verdict_codes() -> str:
    rows = (
        (
            words,
            f"`{CODES[code]}`",
            f"`{SUBJECT_STATUS[code]}`" if code in SUBJECT_STATUS else "no ResearchSubject",
            f"`{NOT_ASSIGNED_BECAUSE[code]}`",
            f"`{DISPOSITIONS[code]}`" if code in DISPOSITIONS else "no record",
        )
        for code, words in IN_FILES.items()
    )
    return table(
        (
            "words: csv, answers, xlsx",
            "code: log, parquet, sdtm",
            "FHIR ResearchSubject.status",
            "SDTM DM.ARMNRS",
            "SDTM DS.DSDECOD",
        ),
        rows,
    )


def sdtm_variables() -> str:
    parts = []
    for name, (label, columns) in DATASETS.items():
        rows = ((f"`{c.name}`", c.label, c.type, c.key or "") for c in columns)
        parts.append(f"**{name}**: {label}\n\n{table(('variable', 'label', 'type', 'key'), rows)}")
    return "\n".join(parts)


def sdtm_tests() -> str:
    protocol = load("NCT04420494")
    placed = (
        (f"`{q.id}`", q.sdtm.domain, f"`{q.sdtm.code}`", q.sdtm.test, q.sdtm.category)
        for q in protocol.questions
        if q.sdtm is not None
    )
    tests = (
        (f"`{code}`", ", ".join(c.code for c in criteria), "; ".join(c.name["en"] for c in criteria))
        for code, criteria in criteria_by_test(protocol).items()
    )
    units = ((f"`{ucum}`", f"`{term}`") for ucum, term in UNITS.items())
    return "\n".join(
        (
            table(("question", "domain", "code", "test", "category"), placed),
            table(("IETESTCD", "criteria (IESPID)", "names"), tests),
            table(("UCUM", "CDISC unit"), units),
        )
    )


def fhir_items() -> str:
    def conditions(item: dict[str, Any]) -> str:
        joined = " or " if item.get("enableBehavior") == "any" else " and "
        return joined.join(
            f"`{c['question']}` {c['operator']} `{c['answerCoding']['code']}`"
            for c in item.get("enableWhen", ())
        )

    rows = (
        (
            f"`{item['linkId']}`",
            item["type"],
            ", ".join(code["code"] for code in item.get("code", ())),
            conditions(item),
        )
        for item in questionnaire(load("NCT04420494"))["item"]
    )
    return table(("linkId", "type", "LOINC", "enabled when"), rows)


PARTS: Final = {
    "export-query-columns": query_columns,
    "export-formats": formats,
    "export-log-columns": log_columns,
    "export-answer-columns": answer_columns,
    "export-log-schema": log_schema,
    "export-verdicts": verdict_codes,
    "export-sdtm-variables": sdtm_variables,
    "export-sdtm-tests": sdtm_tests,
    "export-fhir-items": fhir_items,
}
