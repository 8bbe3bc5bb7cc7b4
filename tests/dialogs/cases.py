"""What each criterion must come to, written from the clinical reading and not from the rules.

A case is (criterion, answers as a clinician types them, status). Answers not given were never asked. The same
table detects every change of a comparison in the shipped rules.
"""

from __future__ import annotations

from typing import Final

Case = tuple[str, dict[str, str], str]

M, F, U = "met", "failed", "unknown"


def _all(code: str, rows: list[tuple[dict[str, str], str]]) -> list[Case]:
    return [(code, answers, status) for answers, status in rows]


def _one(code: str, question: str, values: dict[str, str]) -> list[Case]:
    return [(code, {question: value}, status) for value, status in values.items()]


AGE = {"17": F, "18": M, "45": M, "80": M, "81": F, "unknown": U}

HB = {
    "99.999 g/L": M, "100 g/L": F, "100.001 g/L": F, "9.9999 g/dL": M, "10 g/dL": F, "10.001 g/dL": F,
    "6.2057 mmol/L": M, "6.2058 mmol/L": F, "<100 g/L": M, "<=100 g/L": U, "<101 g/L": U, ">100 g/L": F,
    ">=100 g/L": F, ">99 g/L": U, "unknown": U, "72 g/L": M,
}  # fmt: skip
PLT = {
    "29.999 10*9/L": M, "30 10*9/L": F, "30.001 10*9/L": F, "29.999k": M, "30k": F, "29999 /uL": M, "30000 /uL": F,
    "<30 10*9/L": M, "<=30 10*9/L": U, "<31 10*9/L": U, ">=30 10*9/L": F, "unknown": U,
}  # fmt: skip
ANC = {
    "0.499 10*9/L": M, "0.5 10*9/L": F, "0.501 10*9/L": F, "0.499 10*3/uL": M, "0.5 10*3/uL": F, "499 /uL": M,
    "500 /uL": F, "<0.5 10*9/L": M, "unknown": U,
}  # fmt: skip
HIGH_HB, HIGH_PLT = {"hemoglobin": "120 g/L"}, {"platelets": "80 10*9/L"}

I2B = [
    *[({"diagnosis": d, "hemoglobin": v}, s) for d in ("aiha", "prca_acquired") for v, s in HB.items()],
    *[({"diagnosis": d, "hemoglobin": "72 g/L"}, M) for d in ("evans", "secondary_immune", "unknown")],
    *[({"diagnosis": d, **HIGH_HB, "platelets": v}, s) for d in ("evans",) for v, s in PLT.items()],
    ({"diagnosis": "evans", "hemoglobin": "unknown", "platelets": "29 10*9/L"}, M),
    ({"diagnosis": "evans", "hemoglobin": "unknown", "platelets": "80 10*9/L"}, U),
    ({"diagnosis": "aiha", "hemoglobin": "120 g/L", "platelets": "29 10*9/L"}, F),
    ({"diagnosis": "evans", **HIGH_HB, **HIGH_PLT, "neutrophils": "0.1 10*9/L"}, F),
    *[({"diagnosis": "secondary_immune", **HIGH_HB, **HIGH_PLT, "neutrophils": v}, s) for v, s in ANC.items()],
    ({"diagnosis": "secondary_immune", **HIGH_HB, "platelets": "29 10*9/L"}, M),
    ({"diagnosis": "unknown", **HIGH_HB, **HIGH_PLT, "neutrophils": "2 10*9/L"}, F),
    ({"diagnosis": "unknown", **HIGH_HB, "platelets": "29 10*9/L"}, U),
    ({"diagnosis": "unknown", **HIGH_HB, **HIGH_PLT, "neutrophils": "0.1 10*9/L"}, U),
    ({"diagnosis": "other", "hemoglobin": "120 g/L"}, "not judged"),
]  # fmt: skip

STEROIDS = {
    "28 d": M, "27.999 d": F, "28.001 d": M, "4 wk": M, "3.999 wk": F, "<28 d": F, ">=28 d": M, ">20 d": U, "unknown": U,
    "1 mo": M, "0.92 mo": M, "0.9 mo": F, "<1 mo": U, "6 months": M,
}  # fmt: skip
NO_CSA = {"csa_duration": "never"}
NO_STEROIDS = {"steroid_duration": "never"}
CSA = {"csa_duration": "8 mo", "csa_dose": "4 mg/kg/d", "csa_pr": "no"}
I2C = [
    *[({"steroid_duration": v, "steroid_pr": "no", **NO_CSA}, s) for v, s in STEROIDS.items()],
    ({"steroid_duration": "42 d", "steroid_pr": "no"}, M),
    ({"steroid_duration": "42 d", "steroid_pr": "yes", **NO_CSA}, F),
    ({"steroid_duration": "42 d", "steroid_pr": "unknown", **NO_CSA}, U),
    ({"steroid_duration": "unknown", "steroid_pr": "yes", **NO_CSA}, F),
    ({"steroid_duration": "42 d", "steroid_pr": "yes", **CSA}, M),
    ({**NO_STEROIDS, **CSA}, M),
    *[
        ({**NO_STEROIDS, **CSA, "csa_duration": v}, s)
        for v, s in {
            "6 mo": M, "5.999 mo": F, "6.001 mo": M, "26 wk": M, "25.999 wk": F, "182 d": M, "181.999 d": F,
            "unknown": U, "<6 mo": F, ">=26 wk": M,
        }.items()
    ],
    *[
        ({**NO_STEROIDS, **CSA, "csa_dose": v}, s)
        for v, s in {
            "3 mg/kg/d": M, "2.999 mg/kg/d": F, "5 mg/kg/d": M, "5.001 mg/kg/d": U, "4 mg/kg/d": M, "unknown": U,
        }.items()
    ],
    *[
        ({**NO_STEROIDS, **CSA, "csa_dose": dose, "body_weight": weight}, s)
        for dose, weight, s in (
            ("180 mg/d", "60 kg", M), ("179 mg/d", "60 kg", F), ("300 mg/d", "60 kg", M), ("301 mg/d", "60 kg", U),
            ("180 mg/d", "unknown", U), ("180 mg/d", "60.1 kg", F), ("300 mg/d", "59.9 kg", U),
        )
    ],
    ({**NO_STEROIDS, **CSA, "csa_pr": "yes"}, F),
    ({**NO_STEROIDS, **CSA, "csa_pr": "unknown"}, U),
    ({**NO_STEROIDS, **CSA, "csa_dose": "6 mg/kg/d", "csa_pr": "yes"}, F),
    ({**NO_STEROIDS, "csa_duration": "unknown", "csa_dose": "2 mg/kg/d", "csa_pr": "no"}, F),
]  # fmt: skip


def _lab(
    code: str, lab: str, unit: str, limit: str, over: str, uln: str, ratio: str, others: dict[str, str]
) -> list[Case]:
    """A laboratory limit from both sides: in the laboratory's unit with its ULN, and as a ratio."""
    small = {"umol/L": "0.001", "mg/dL": "0.001", "U/L": "0.001", "ukat/L": "0.001"}[unit]
    rows = [
        ({lab: f"{limit} {unit}", f"{lab.removesuffix('_total')}_uln": f"{uln} {unit}"}, M),
        ({lab: f"{over} {unit}", f"{lab.removesuffix('_total')}_uln": f"{uln} {unit}"}, F),
        ({lab: f"{limit} {unit}", f"{lab.removesuffix('_total')}_uln": "unknown"}, U),
        ({lab: f"{ratio}x"}, M),
        ({lab: f"{float(ratio) + float(small):.3f}x"}, F),
        ({lab: f"<={ratio} x ULN"}, M),
        ({lab: f"<{ratio} x ULN"}, M),
        ({lab: f">{ratio} x ULN"}, F),
        ({lab: "<50 x ULN"}, U),
        ({lab: "within_normal"}, M),
        ({lab: "unknown"}, U),
    ]
    return [(code, {**others, **answers}, status) for answers, status in rows]


NORMAL = {"bilirubin_total": "within_normal", "alt": "within_normal", "ast": "within_normal"}


def _but(lab: str) -> dict[str, str]:
    return {name: value for name, value in NORMAL.items() if name != lab}


CASES: Final[list[Case]] = [
    *_one("I1", "age_years", AGE),
    *_one("E1", "age_years", AGE),
    *_all("E4", [
        ({"sex": "male"}, M), ({"sex": "female", "pregnant_or_lactating": "neither"}, M),
        ({"sex": "female", "pregnant_or_lactating": "pregnant"}, F),
        ({"sex": "female", "pregnant_or_lactating": "lactating"}, F),
        ({"sex": "female", "pregnant_or_lactating": "unknown"}, U),
        ({"sex": "unknown", "pregnant_or_lactating": "neither"}, M),
        ({"sex": "unknown", "pregnant_or_lactating": "pregnant"}, F),
        ({"sex": "unknown", "pregnant_or_lactating": "lactating"}, F),
        ({"sex": "unknown", "pregnant_or_lactating": "unknown"}, U),
    ]),
    *_one("I2a", "diagnosis", {
        "aiha": M, "prca_acquired": M, "evans": M, "secondary_immune": M, "other": F, "unknown": U,
    }),
    *_all("I2b", I2B),
    *_all("I2c", I2C),
    *_one("I5", "other_cause", {"no": M, "yes": F, "unknown": U}),
    *_one("E2", "tumour", {"none_or_benign": M, "in_situ_only": M, "current": F, "past_remission": U, "unknown": U}),
    *_one("E3a", "infection_uncontrolled", {"no": M, "yes": F, "unknown": U}),
    *_one("E3b", "other_serious_disease", {"no": M, "yes": F, "unknown": U}),
    *_one("E5", "mental_illness", {"no": M, "yes": F, "unknown": U}),
    *_one("I4", "ecog", {"0": M, "1": M, "2": M, "3": F, "4": F, "unknown": U}),
    *_one("I3a", "cardiac_abnormal", {"no": M, "yes": F, "unknown": U}),
    *_lab("I3b", "bilirubin_total", "umol/L", "31.5", "31.501", "21", "1.5", _but("bilirubin_total")),
    *_lab("I3b", "bilirubin_total", "mg/dL", "1.8", "1.801", "1.2", "1.5", _but("bilirubin_total")),
    *_lab("I3b", "alt", "U/L", "120", "120.001", "40", "3", _but("alt")),
    *_lab("I3b", "alt", "ukat/L", "2.1", "2.101", "0.7", "3", _but("alt")),
    *_lab("I3b", "ast", "U/L", "120", "120.001", "40", "3", _but("ast")),
    *_lab("I3b", "ast", "ukat/L", "2.1", "2.101", "0.7", "3", _but("ast")),
    ("I3b", {"bilirubin_total": "unknown", "alt": "4x"}, F),
    *_lab("I3c", "creatinine", "umol/L", "97", "97.001", "97", "1", {}),
    *_lab("I3c", "creatinine", "mg/dL", "1.1", "1.101", "1.1", "1", {}),
    *_one("I6", "consent_willing", {"yes": M, "no": F, "unknown": U}),
]  # fmt: skip
