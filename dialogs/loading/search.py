"""Finds questions of the catalogue by what people call them: names, abbreviations, words of their texts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final

from dialogs.languages import typed_by_authors
from dialogs.likely import likely
from dialogs.loading.catalogue import entries
from dialogs.loading.kinds import KindError, shown

CALLED: Final[Mapping[str, str]] = {
    "acr": "albumin_creatinine",
    "aec": "eosinophils",
    "af": "atrial_fibrillation",
    "age": "age_years age_months",
    "alc": "lymphocytes",
    "alk_phos": "alp",
    "anc": "neutrophils",
    "bf": "pregnant_or_lactating",
    "birth_control": "contraception",
    "bp": "systolic_pressure diastolic_pressure mean_pressure",
    "breastfeeding": "pregnant_or_lactating",
    "bsa": "body_surface",
    "bun": "urea",
    "cdai": "crohns_activity",
    "ck": "creatine_kinase",
    "cockcroft_gault": "creatinine_clearance",
    "consent": "consent_willing able_to_consent guardian_willing",
    "covid": "last_covid19",
    "cpk": "creatine_kinase",
    "cr": "creatinine",
    "crcl": "creatinine_clearance",
    "creat": "creatinine",
    "dbp": "diastolic_pressure",
    "ef": "lvef",
    "fbg": "fasting_glucose",
    "fpg": "fasting_glucose",
    "ft4": "free_t4",
    "gcs": "glasgow_coma",
    "gender": "sex",
    "gfr": "egfr egfr_child",
    "got": "ast",
    "gpt": "alt",
    "gvhd": "graft_versus_host",
    "hb": "hemoglobin",
    "hbv": "hbsag hbcab hbv_dna",
    "hct": "hematocrit",
    "hcv": "hcv_antibody hcv_rna",
    "hgb": "hemoglobin",
    "hr": "heart_rate",
    "iga": "skin_global",
    "igg": "immunoglobulin_g",
    "ipss": "prostate_symptoms",
    "isi": "insomnia_severity",
    "k": "potassium",
    "kps": "karnofsky",
    "lactating": "pregnant_or_lactating",
    "lmp": "last_menstrual_period",
    "map": "mean_pressure",
    "mi": "last_mi",
    "mrs": "modified_rankin",
    "na": "sodium",
    "neut": "neutrophils",
    "plt": "platelets",
    "pregnant": "pregnant_or_lactating",
    "proteinuria": "urine_protein urine_protein_daily protein_creatinine",
    "pt": "prothrombin_time",
    "pulse": "heart_rate",
    "rr": "respiratory_rate",
    "sao2": "oxygen_saturation",
    "sat": "oxygen_saturation",
    "sbp": "systolic_pressure",
    "scr": "creatinine serum_creatinine",
    "sgot": "ast",
    "sgpt": "alt",
    "spo2": "oxygen_saturation",
    "surgery": "last_major_surgery",
    "tb": "tuberculosis tuberculosis_test",
    "tbil": "bilirubin_total",
    "tbili": "bilirubin_total",
    "temp": "temperature",
    "uacr": "albumin_creatinine",
    "upcr": "protein_creatinine",
    "vas": "pain_vas",
    "wbc": "leukocytes",
    "weight": "body_weight",
    "wocbp": "childbearing_potential",
    **dict(row.split(": ") for row in typed_by_authors("catalogue")),
}
"""What people call an entry, where neither its name nor its texts say so -> the entries."""
_CONCERNS: Final[Mapping[str, str]] = {
    "corticosteroid": "steroid_days",
    "infection": "last_antibiotics",
    "liver": "alt ast bilirubin_total child_pugh",
    "steroid": "prednisone_dose",
}
"""Words that concern an entry and do not stand in it -> the entries."""
_WORD: Final = re.compile(r"[a-z0-9]+")
_WHOLE_ONLY: Final = 3
"""Letters of a word that is never looked for inside of others: *hb* is no part of *HbA1c*, *anc* none of *cancer*."""

_NAMED: Final = 3
"""Entries that are named where it may be one of several."""


def found(*words: str) -> list[str]:
    """Return the names of the entries in which all words stand, in names or texts of any language.

    Words are looked for as a whole, and inside of others only where they stand nowhere. The entry that is called so
    comes first, then those whose name has the words, then those whose short name has them.
    """
    wanted = [word.casefold() for word in words]
    called = _called(" ".join(wanted))
    hits = [set(_having(word)) for word in wanted]
    both = [name for name in entries() if name not in called and all(name in hit for hit in hits)]

    def rank(name: str) -> tuple[bool, ...]:
        return name not in wanted, not _stand_in(wanted, name), not _stand_in(wanted, _names(name))

    return [*called, *sorted(both, key=rank)]


def meant(name: str) -> list[str]:
    """Return the entries that a name of no question was likely meant to be: one where that is clear.

    What only mentions it, as a formula does its parts, counts where nothing has it in its name or short name.
    """
    called = _called(name)
    if called:
        return called
    near = likely(name, entries())
    if near is not None:
        return [near]
    words = re.sub("[-_]", " ", name.casefold()).split()
    hits = [] if all(word.isascii() and len(word) == 1 for word in words) else found(*words)
    return [each for each in hits if _stand_in(words, _names(each))] or hits


def _called(name: str) -> list[str]:
    """Return the entries of this name or abbreviation."""
    plain = re.sub(r"[\s_-]+", "_", name.strip().casefold())
    exact = [plain] if plain in entries() else []
    return [*exact, *(each for each in CALLED.get(plain, "").split() if each not in exact)]


def _having(word: str) -> list[str]:
    """Return the entries that have a word, or are concerned by it; of a plural that none has, those of the singular."""
    known = {*_called(word), *_CONCERNS.get(word, "").split()}
    whole = [name for name in entries() if name in known or _stand_in([word], _said(name))]
    if whole or len(word) <= _WHOLE_ONLY:
        return whole
    inside = [name for name in entries() if word in _said(name)]
    return inside or (_having(word[:-1]) if word.endswith("s") else [])


def _stand_in(words: Iterable[str], text: str) -> bool:
    """Say whether all words stand in a text as a whole; Chinese is written without blanks between words."""
    whole = set(_WORD.findall(text))
    return all(word in (whole if word.isascii() else text) for word in words)


@cache
def _names(name: str) -> str:
    """Return the name and the short name of an entry, in small letters."""
    return " ".join([name, *entries()[name].get("short", {}).values()]).casefold()


@cache
def _said(name: str) -> str:
    """Return all that an entry says, its names, and the codes of its options, in small letters."""
    entry, options = entries()[name], entries()[name].get("options", ())
    texts = [entry[key] for key in ("ask", "help") if key in entry]
    texts += [option["text"] for option in options]
    codes = [option["code"] for option in options]
    said = " ".join([*codes, *(said for text in texts for said in text.values())])
    return f"{_names(name)} {said.casefold()}"


def entry_name(raw: Any) -> str:
    """Return the name of an entry as it stands; raises `KindError` if there is none."""
    if isinstance(raw, str) and raw in entries():
        return raw
    near = meant(str(raw))
    remedy = "prescreen protocol questions lists what there is"
    if near:
        remedy = f"Please write {' or '.join(map(shown, near[:_NAMED]))}"
    raise KindError(f"{shown(raw)} is not in the catalogue", remedy)
