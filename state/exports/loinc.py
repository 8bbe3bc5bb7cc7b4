"""Names of the LOINC codes that shipped protocols use: the long common name is a code's display in FHIR.

A code that is not here goes without a display, which FHIR allows; a wrong one it does not.
"""

from __future__ import annotations

from typing import Final

LOINC: Final = "http://loinc.org"
COPYRIGHT: Final = (
    "This material contains content from LOINC (http://loinc.org). LOINC is copyright © Regenstrief Institute, Inc."
    " and the Logical Observation Identifiers Names and Codes (LOINC) Committee and is available at no cost under"
    " the license at http://loinc.org/license."
)
NAMES: Final = {
    "14631-6": "Bilirubin.total [Moles/volume] in Serum or Plasma",
    "14682-9": "Creatinine [Moles/volume] in Serum or Plasma",
    "1742-6": "Alanine aminotransferase [Enzymatic activity/volume] in Serum or Plasma",
    "1920-8": "Aspartate aminotransferase [Enzymatic activity/volume] in Serum or Plasma",
    "1975-2": "Bilirubin.total [Mass/volume] in Serum or Plasma",
    "2160-0": "Creatinine [Mass/volume] in Serum or Plasma",
    "26499-4": "Neutrophils [#/volume] in Blood",
    "26515-7": "Platelets [#/volume] in Blood",
    "29463-7": "Body weight",
    "30525-0": "Age",
    "59260-0": "Hemoglobin [Moles/volume] in Blood",
    "718-7": "Hemoglobin [Mass/volume] in Blood",
    "76689-9": "Sex assigned at birth",
    "82810-3": "Pregnancy status",
    "89247-1": "ECOG Performance Status score",
}


def loinc_coding(code: str) -> dict[str, str]:
    """Return a LOINC code with its name, where we know it."""
    return {"system": LOINC, "code": code, **({"display": NAMES[code]} if code in NAMES else {})}
