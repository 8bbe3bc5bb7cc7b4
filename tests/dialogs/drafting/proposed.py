"""Fictional lines as records write them, and the rule that each is proposed; ``None`` where nothing is.

All of them are made up. Of an exclusion, the rule says when it applies.
"""

from __future__ import annotations

INCLUSIONS: dict[str, str | None] = {
    # ages and sexes
    "Age ≥ 18 years": 'age_years >= "18 a"',
    "Age of at least 18 years": 'age_years >= "18 a"',
    "Patients must be at least 21 years of age": 'age_years >= "21 a"',
    "Male or female, aged 18 to 75 years, inclusive": '"18 a" <= age_years <= "75 a"',
    "Between 40 and 85 years of age (inclusive)": '"40 a" <= age_years <= "85 a"',
    "18-65 years old": '"18 a" <= age_years <= "65 a"',
    "Age: 20 – 70 years": '"20 a" <= age_years <= "70 a"',
    "Adults aged 18 years or older": 'age_years >= "18 a"',
    "Adults aged 16 years or older": None,
    "Women aged 18 to 45 years": 'sex == "female" and "18 a" <= age_years <= "45 a"',
    "6 months to 17 years of age": '"6 mo" <= age_months <= "204 mo"',
    "Age > 18 years": 'age_years > "18 a" or age_years == "18 a" and unclear',
    "Age ≥ 18 years at the time of signing informed consent": 'age_years_signing_informed_consent >= "18 a"',
    "Age ≥ 18 years unless local law says otherwise": None,
    "Male patients": 'sex == "male"',
    # performance
    "ECOG performance status 0-1": 'ecog in ("0", "1")',
    "Eastern Cooperative Oncology Group (ECOG) performance status of 0, 1 or 2": 'ecog in ("0", "1", "2")',
    "ECOG PS ≤ 2": 'ecog in ("0", "1", "2")',
    "ECOG performance status 0-1, or 2 if due to bone pain": None,
    "Karnofsky performance status ≥ 70%": None,
    "Karnofsky performance score of at least 70": 'karnofsky >= "70 {score}"',
    # consent
    "Written informed consent": 'consent_willing == "yes"',
    "Signed informed consent form": 'consent_willing == "yes"',
    "Willing and able to provide written informed consent": 'consent_willing == "yes"',
    "Written informed consent for biopsies": None,
    # numbers
    "Platelets ≥ 100,000/mm3": 'platelets >= "100000 /uL"',
    "Platelet count >= 75 x 10^9/L": 'platelets >= "75 10*9/L"',
    "Platelet count ≥ 75 x 10^9/L without transfusion": None,
    "Absolute neutrophil count (ANC) ≥ 1.5 × 109/L": 'neutrophils >= "1.5 10*9/L"',
    "Hemoglobin ≥ 9.0 g/dL at screening": 'hemoglobin_screening >= "9.0 g/dL"',
    "AST and ALT ≤ 2.5 x ULN": 'ast <= "2.5 {xULN}" and alt <= "2.5 {xULN}"',
    "AST or ALT ≤ 2.5 x ULN": None,
    "Total bilirubin ≤ 1.5 times the upper limit of normal (ULN)": 'bilirubin_total <= "1.5 {xULN}"',
    # pregnancy
    "Not pregnant or breastfeeding": 'sex == "male" or pregnant_or_lactating not in ("pregnant", "lactating")',
}
EXCLUSIONS: dict[str, str | None] = {
    "Pregnant or breastfeeding women": 'sex != "male" and pregnant_or_lactating in ("pregnant", "lactating")',
    "Pregnancy": 'sex != "male" and pregnant_or_lactating == "pregnant"',
    "Pregnant women in the third trimester": None,
    "ALT or AST > 3 x ULN": 'alt > "3 {xULN}" or ast > "3 {xULN}"',
    "ALT and AST > 3 x ULN": None,
    "Age < 18 or > 80 years": 'age_years < "18 a" or age_years > "80 a"',
    "Chemotherapy within 4 weeks prior to enrollment": 'last_chemotherapy < "4 wk"',
}
