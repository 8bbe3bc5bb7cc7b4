"""The datasets of the SDTM export and their variables, named and labelled as SDTMIG 3.4 does.

``PS...`` are no SDTM domains: they keep what SDTM has no place for (all answers, verdicts, criteria in full).
"""

from __future__ import annotations

from typing import Final

from state.exports.datasetjson import Column


def _columns(*described: str) -> tuple[Column, ...]:
    """Read ``NAME|Label|type|key``; the type is string and there is no key unless said."""
    columns = []
    for line in described:
        name, label, *rest = line.split("|")
        kind = rest[0] if rest and rest[0] else "string"
        columns.append(Column(name, label, kind, int(rest[1]) if len(rest) > 1 else None))
    return tuple(columns)


EPOCH: Final = "PRE-SCREENING"
"""The epoch of every record: before consent, which is before a study's first epoch."""

_STUDY: Final = "STUDYID|Study Identifier||1"
_SUBJECT: Final = "USUBJID|Unique Subject Identifier||2"
_DOMAIN: Final = "DOMAIN|Domain Abbreviation"

DATASETS: Final = {
    "TI": ("Trial Inclusion/Exclusion Criteria", _columns(
        _STUDY, _DOMAIN,
        "IETESTCD|Incl/Excl Criterion Short Name||2",
        "IETEST|Inclusion/Exclusion Criterion",
        "IECAT|Inclusion/Exclusion Category",
        "TIVERS|Protocol Criteria Versions||3",
    )),
    "IE": ("Inclusion/Exclusion Criteria Not Met", _columns(
        _STUDY, _DOMAIN, _SUBJECT,
        "IESEQ|Sequence Number|integer|3",
        "IEGRPID|Group ID",
        "IESPID|Sponsor-Defined Identifier",
        "IETESTCD|Inclusion/Exclusion Criterion Short Name",
        "IETEST|Inclusion/Exclusion Criterion",
        "IECAT|Inclusion/Exclusion Category",
        "IEORRES|I/E Criterion Original Result",
        "IESTRESC|I/E Criterion Result in Std Format",
        "EPOCH|Epoch",
        "IEDTC|Date/Time of Collection|datetime",
    )),
    "DM": ("Demographics", _columns(
        _STUDY, _DOMAIN, _SUBJECT,
        "SUBJID|Subject Identifier for the Study",
        "RFSTDTC|Subject Reference Start Date/Time|datetime",
        "RFENDTC|Subject Reference End Date/Time|datetime",
        "RFXSTDTC|Date/Time of First Study Treatment|datetime",
        "RFXENDTC|Date/Time of Last Study Treatment|datetime",
        "RFICDTC|Date/Time of Informed Consent|datetime",
        "RFPENDTC|Date/Time of End of Participation|datetime",
        "DTHDTC|Date/Time of Death|datetime",
        "DTHFL|Subject Death Flag",
        "SITEID|Study Site Identifier",
        "AGE|Age|integer",
        "AGEU|Age Units",
        "SEX|Sex",
        "RACE|Race",
        "ARMCD|Planned Arm Code",
        "ARM|Description of Planned Arm",
        "ACTARMCD|Actual Arm Code",
        "ACTARM|Description of Actual Arm",
        "ARMNRS|Reason Arm and/or Actual Arm is Null",
        "ACTARMUD|Description of Unplanned Actual Arm",
        "COUNTRY|Country",
    )),
    "DS": ("Disposition", _columns(
        _STUDY, _DOMAIN, _SUBJECT,
        "DSSEQ|Sequence Number|integer|3",
        "DSGRPID|Group ID",
        "DSTERM|Reported Term for the Disposition Event",
        "DSDECOD|Standardized Disposition Term",
        "DSCAT|Category for Disposition Event",
        "EPOCH|Epoch",
        "DSSTDTC|Start Date/Time of Disposition Event|datetime",
        "DSSTDY|Study Day of Start of Disposition Event|integer",
    )),
    "LB": ("Laboratory Test Results", _columns(
        _STUDY, _DOMAIN, _SUBJECT,
        "LBSEQ|Sequence Number|integer|3",
        "LBGRPID|Group ID",
        "LBTESTCD|Lab Test or Examination Short Name",
        "LBTEST|Lab Test or Examination Name",
        "LBCAT|Category for Lab Test",
        "LBORRES|Result or Finding in Original Units",
        "LBORRESU|Original Units",
        "LBORNRLO|Reference Range Lower Limit in Orig Unit",
        "LBORNRHI|Reference Range Upper Limit in Orig Unit",
        "LBSTRESC|Character Result/Finding in Std Format",
        "LBSTRESN|Numeric Result/Finding in Standard Units|decimal",
        "LBSTRESU|Standard Units",
        "LBSTNRLO|Reference Range Lower Limit-Std Units|decimal",
        "LBSTNRHI|Reference Range Upper Limit-Std Units|decimal",
        "LBNRIND|Reference Range Indicator",
        "LBLOINC|LOINC Code",
        "LBLOBXFL|Last Observation Before Exposure Flag",
        "LBDRVFL|Derived Flag",
        "VISITNUM|Visit Number|decimal",
        "VISIT|Visit Name",
        "EPOCH|Epoch",
        "LBDTC|Date/Time of Specimen Collection|datetime",
    )),
    "RS": ("Disease Response and Clin Classification", _columns(
        _STUDY, _DOMAIN, _SUBJECT,
        "RSSEQ|Sequence Number|integer|3",
        "RSGRPID|Group ID",
        "RSTESTCD|Assessment Short Name",
        "RSTEST|Assessment Name",
        "RSCAT|Category for Assessment",
        "RSORRES|Result or Finding in Original Units",
        "RSSTRESC|Character Result/Finding in Std Format",
        "RSSTRESN|Numeric Result/Finding in Standard Units|decimal",
        "VISITNUM|Visit Number|decimal",
        "VISIT|Visit Name",
        "EPOCH|Epoch",
        "RSDTC|Date/Time of Assessment|datetime",
    )),
    "RP": ("Reproductive System Findings", _columns(
        _STUDY, _DOMAIN, _SUBJECT,
        "RPSEQ|Sequence Number|integer|3",
        "RPGRPID|Group ID",
        "RPTESTCD|Short Name of Reproductive Test",
        "RPTEST|Name of Reproductive Test",
        "RPORRES|Result or Finding in Original Units",
        "RPSTRESC|Character Result/Finding in Std Format",
        "VISITNUM|Visit Number|decimal",
        "VISIT|Visit Name",
        "EPOCH|Epoch",
        "RPDTC|Date/Time of Measurements|datetime",
    )),
    "PSANS": ("Pre-Screening Answers (not SDTM)", _columns(
        _STUDY, _SUBJECT,
        "PSSCRN|Screening Number||3",
        "PSSEQ|Log Entry|integer|4",
        "PSQID|Question",
        "PSVALUE|Answer as Entered",
        "PSUNIT|Unit as Entered (UCUM)",
        "PSREL|Relation of the Number as Compared",
        "PSCMP|Number as Compared|decimal",
        "PSCMPU|Unit as Compared (UCUM)",
        "PSSTAT|Status of the Answer",
        "PSDTC|Date/Time of the Answer|datetime",
        "PSUSER|Code of the Person",
    )),
    "PSVER": ("Pre-Screening Verdicts (not SDTM)", _columns(
        _STUDY, _SUBJECT,
        "PSSCRN|Screening Number||3",
        "PSVERD|Verdict",
        "PSFIRST|First Failed Criterion",
        "PSALL|All Failed Criteria",
        "PSOPEN|Unresolved Criteria",
        "PSMETFR|Days from Which Criteria Could Be Met",
        "PSAGFR|Could Be Screened Again from|date",
        "PSAGBY|Could Be Screened Again, at the Latest|date",
        "PSSTATE|State of the Screening",
        "PSDTC|Date/Time of the Verdict|datetime",
        "PSUSER|Code of the Person",
        "PSPREV|Earlier Screening of the Subject",
        "PSVERS|Version of Questions and Rules",
        "PSHASH|SHA-256 of the Stored Protocol Text",
    )),
    "PSPART": ("Pre-Screening Parts (not SDTM)", _columns(
        _STUDY, _SUBJECT,
        "PSSCRN|Screening Number||3",
        "PSPART|Part of the Trial||4",
        "PSNAME|Name of the Part",
        "PSVERD|Verdict",
        "PSALL|Failed Criteria",
        "PSOPEN|Unresolved Criteria",
    )),
    "PSCRIT": ("Pre-Screening Criteria (not SDTM)", _columns(
        _STUDY,
        "PSCODE|Criterion||2",
        "IETESTCD|Incl/Excl Criterion Short Name",
        "IECAT|Inclusion/Exclusion Category",
        "PSNAME|Name",
        "PSPARTS|Parts that It Belongs to",
        "PSTEXT|Text of the Record",
        "PSREAD|Reading",
        "PSRULE|Rule",
        "PSVERS|Version of Questions and Rules",
        "PSHASH|SHA-256 of the Stored Protocol Text||3",
    )),
}  # fmt: skip
"""Dataset -> label and variables, in the order of the IG."""
