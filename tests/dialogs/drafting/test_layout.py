"""The eligibility text of a record is split into its lines, however it is laid out; nothing of it is lost."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.drafting.layout import Line, split
from dialogs.drafting.rows import unescaped
from dialogs.drafting.tables import SEPARATOR

IN, EX, LINE = "inclusion", "exclusion", "line"
LAYOUTS: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "bullets": (
        "Inclusion Criteria:\n\n* Adults\n* Fever\n\nExclusion Criteria:\n\n* Cough",
        [(LINE, "Inclusion Criteria:"), (IN, "Adults"), (IN, "Fever"), (LINE, "Exclusion Criteria:"), (EX, "Cough")],
    ),
    "signs of bullets": ("• Adults\n- Fever\n– Cough\n· Rash\n● Cold\no Itch\n-Sweat", [(IN, each) for each in ("Adults", "Fever", "Cough", "Rash", "Cold", "Itch", "Sweat")]),
    "numbers of all kinds": ("1. Adults\n2) Fever\n(3) Cough\n4、 Rash\n⑤ Cold\n6 - Itch\n#7. Sweat\n1.8. Wet", [(IN, each) for each in ("Adults", "Fever", "Cough", "Rash", "Cold", "Itch", "Sweat", "Wet")]),
    "letters and codes": ("a) Adults\nb) Fever\nIC3. Cough\niv) Rash\n（五）Cold", [(IN, each) for each in ("Adults", "Fever", "Cough", "Rash", "Cold")]),
    "values are no markers": ("1.5 x ULN or less\n18 - 65 years of age\nE. coli infection\n-5 dioptres", [(IN, each) for each in ("1.5 x ULN or less", "18 - 65 years of age", "E. coli infection", "-5 dioptres")]),
    "lines without markers": ("Inclusion Criteria\nAdults\nFever for 3 days\nExclusion Criteria\nCough", [(LINE, "Inclusion Criteria"), (IN, "Adults"), (IN, "Fever for 3 days"), (LINE, "Exclusion Criteria"), (EX, "Cough")]),
    "a heading inside of a line": ("Inclusion Criteria: Adults with fever", [(LINE, "Inclusion Criteria:"), (IN, "Adults with fever")]),
    "a heading in the middle of a line": ("Adults who had a fever today. Exclusion Criteria: Cough", [(IN, "Adults who had a fever today."), (LINE, "Exclusion Criteria:"), (EX, "Cough")]),
    "a heading with its adjectives": ("Key Inclusion Criteria:\n* Adults\nMain Exclusion Criteria:\n* Cough", [(LINE, "Key Inclusion Criteria:"), (IN, "Adults"), (LINE, "Main Exclusion Criteria:"), (EX, "Cough")]),
    "words of a heading in a sentence": ("* Meets the inclusion criteria of the first part\n* No exclusion criteria are met", [(IN, "Meets the inclusion criteria of the first part"), (IN, "No exclusion criteria are met")]),
    "one paragraph with numbers": ("Inclusion Criteria: 1. Adults. 2. Fever. 3. Able to come. Exclusion Criteria: 1. Cough. 2. Rash.", [(LINE, "Inclusion Criteria:"), (IN, "Adults."), (IN, "Fever."), (IN, "Able to come."), (LINE, "Exclusion Criteria:"), (EX, "Cough."), (EX, "Rash.")]),
    "one paragraph with semicolons": ("Inclusion criteria: adults; fever; able to come", [(LINE, "Inclusion criteria:"), (IN, "adults;"), (IN, "fever;"), (IN, "able to come")]),
    "one paragraph of sentences": ("Inclusion criteria: Adults with fever are taken. Patients are able to come. This is needed each week.", [(LINE, "Inclusion criteria:"), (IN, "Adults with fever are taken."), (IN, "Patients are able to come. This is needed each week.")]),
    "a paragraph wrapped by hand": ("1. Adults with fever of at least 38 degrees on two days in a\n   row before the visit\n2. Able to come, and\nto return", [(IN, "Adults with fever of at least 38 degrees on two days in a row before the visit"), (IN, "Able to come, and to return")]),
    "escapes": ("* Age \\>= 18 and \\<= 80 \\[years\\]\n* pH &ge; 7 &amp; &lt; 8", [(IN, "Age >= 18 and <= 80 [years]"), (IN, "pH ≥ 7 & < 8")]),
    "a line that excludes, whatever it stands under": ("* Adults\n* Patients with fever are excluded", [(IN, "Adults"), (EX, "Patients with fever are excluded")]),
    "headings that say how to answer": ("Inclusion Criteria (all must be answered yes):\n* Fever\nExclusion Criteria (all must be answered no):\n* Cough", [(LINE, "Inclusion Criteria (all must be answered yes):"), (IN, "Fever"), (LINE, "Exclusion Criteria (all must be answered no):"), (EX, "Cough")]),
    "a heading that takes any of its lines": ("Exclusion Criteria (any of the following):\n* Cough\n* Rash", [(LINE, "Exclusion Criteria (any of the following):"), (EX, "Cough"), (EX, "Rash")]),
    "sentences that announce a section": ("Patients must meet all of the following criteria to be eligible:\n* Adults\nSubjects will be excluded if they:\n* cough", [(LINE, "Patients must meet all of the following criteria to be eligible:"), (IN, "Adults"), (LINE, "Subjects will be excluded if they:"), (EX, "cough")]),
    "headings of groups with their criteria behind them": ("Inclusion Criteria - Lamps: red, aged 5. Exclusion criteria for both groups are cough and rash.", [(LINE, "Inclusion Criteria - Lamps:"), (IN, "red, aged 5."), (LINE, "Exclusion criteria for both groups are"), (EX, "cough and rash.")]),
    "criteria of leaving a trial": ("Exclusion Criteria:\n* Cough\nCriteria for discontinuation:\n* Fever", [(LINE, "Exclusion Criteria:"), (EX, "Cough"), (LINE, "Criteria for discontinuation:"), (LINE, "Fever")]),
    "criteria of leaving a trial, in Chinese": ("（一）排除标准\n1. 咳嗽\n（二）退出标准\n1. 发热", [(LINE, "排除标准"), (EX, "咳嗽"), (LINE, "退出标准"), (LINE, "发热")]),
    "an item that says to exclude": ("Eligibility Criteria\n* Adults\n* Exclude if asleep\n* Exclusion of other causes", [(LINE, "Eligibility Criteria"), (IN, "Adults"), (EX, "Exclude if asleep"), (IN, "Exclusion of other causes")]),
    "remarks to whoever reads it": ("Exclusion:\n* Cough\nAsk your doctor if you are not sure.\nOther protocol-defined criteria may apply.", [(LINE, "Exclusion:"), (EX, "Cough"), (LINE, "Ask your doctor if you are not sure."), (LINE, "Other protocol-defined criteria may apply.")]),
    "numbers of three levels": ("4.1 Inclusion Criteria\n4.1.1 Adults\n4.1.2 ECOG 0-1", [(LINE, "Inclusion Criteria"), (IN, "Adults"), (IN, "ECOG 0-1")]),
    "what comes after eligibility": ("Exclusion Criteria:\n* Cough\nWithdrawal criteria:\n* Fever", [(LINE, "Exclusion Criteria:"), (EX, "Cough"), (LINE, "Withdrawal criteria:"), (LINE, "Fever")]),
    "none": ("Exclusion Criteria:\n\nNone.", [(LINE, "Exclusion Criteria:"), (LINE, "None.")]),
    "semicolons in brackets": ("Inclusion Criteria: able to read (English; Chinese); adults", [(LINE, "Inclusion Criteria:"), (IN, "able to read (English; Chinese);"), (IN, "adults")]),
    "no headings at all": ("* Adults\n* Fever", [(IN, "Adults"), (IN, "Fever")]),
    "a remark on the record": ("* Adults\n\nOther protocol defined inclusion/exclusion criteria may apply", [(IN, "Adults"), (LINE, "Other protocol defined inclusion/exclusion criteria may apply")]),
    "numbers of one sign": ("Ⅰ. Adults\nⅡ、Fever\n⑴ Cough\n１．Rash\n（２）Cold\nA、Itch\n[3] Sweat\n一、Wet", [(IN, each) for each in ("Adults", "Fever", "Cough", "Rash", "Cold", "Itch", "Sweat", "Wet")]),
    "bullets of a word processor": ("\uf0b7 Adults\n\uf0a7 Fever\n➤ Cough\n⦁ Rash\n** Cold\n» Itch", [(IN, each) for each in ("Adults", "Fever", "Cough", "Rash", "Cold", "Itch")]),
    "a heading behind a short sentence": ("INCLUSION CRITERIA: Adults. EXCLUSION CRITERIA: Cough", [(LINE, "INCLUSION CRITERIA:"), (IN, "Adults."), (LINE, "EXCLUSION CRITERIA:"), (EX, "Cough")]),
    "a sentence in the middle that announces a section": ("Inclusion criteria: 1) adults; 2) fever. Patients are excluded if: 1) cough; 2) rash.", [(LINE, "Inclusion criteria:"), (IN, "adults;"), (IN, "fever."), (LINE, "Patients are excluded if:"), (EX, "cough;"), (EX, "rash.")]),
    "a sentence in an item announces nothing": ("* Adults, by the book. Patients are excluded if: ill\n* Fever", [(IN, "Adults, by the book. Patients are excluded if: ill"), (IN, "Fever")]),
    "words to the public": ("Who can join:\n* Adults\nYou cannot join if you:\n* cough", [(LINE, "Who can join:"), (IN, "Adults"), (LINE, "You cannot join if you:"), (EX, "cough")]),
    "sentences that leave out": ("Patients are not eligible for this study if:\n* cough\nSubjects will not be included if any of the following:\n* rash", [(LINE, "Patients are not eligible for this study if:"), (EX, "cough"), (LINE, "Subjects will not be included if any of the following:"), (EX, "rash")]),
    "not eligible for something else": ("* Patients who are not eligible for surgery\n* They are ineligible for a graft\n* Patients with fever are not eligible for this study", [(IN, "Patients who are not eligible for surgery"), (IN, "They are ineligible for a graft"), (EX, "Patients with fever are not eligible for this study")]),
    "two columns": ("Inclusion criteria\tExclusion criteria\n1. Adults\t1. Cough\n2. Fever\t\n\t2. Rash", [(LINE, "Inclusion criteria"), (LINE, "Exclusion criteria"), (IN, "Adults"), (EX, "Cough"), (IN, "Fever"), (EX, "Rash")]),
    "a table of pipes": ("Inclusion Criteria:\n\n| Test | Limit |\n|:---|---:|\n| Hemoglobin | ≥ 9 g/dL |\n| Platelets | ≥ 75 x 10^9/L |\n| | ≥ 50 x 10^9/L after a transfusion |\n| **Hepatic** | |\n| ALT | ≤ 3 x ULN |", [(LINE, "Inclusion Criteria:"), (LINE, "Test Limit"), (IN, "Hemoglobin ≥ 9 g/dL"), (IN, "Platelets ≥ 75 x 10^9/L ≥ 50 x 10^9/L after a transfusion"), (LINE, "**Hepatic**"), (IN, "ALT ≤ 3 x ULN")]),
    "a table of pipes for each side": ("| Inclusion criteria | Exclusion criteria |\n| --- | --- |\n| Adults | Cough |\n| Fever | |\n| | Rash |", [(LINE, "Inclusion criteria"), (LINE, "Exclusion criteria"), (IN, "Adults"), (EX, "Cough"), (IN, "Fever"), (EX, "Rash")]),
    "a table without pipes at its ends": ("Drug | Limit\n--- | ---\nLamps | 3 days\nBells | 4 days\n\n* Fever|Cough", [(LINE, "Drug Limit"), (IN, "Lamps 3 days"), (IN, "Bells 4 days"), (IN, "Fever|Cough")]),
    "a table that names the sides": ("| No. | Criterion | Type |\n| --- | --- | --- |\n| 1 | Adults | Inclusion |\n| 2 | Cough | Exclusion |", [(LINE, "No. Criterion Type"), (IN, "1 Adults Inclusion"), (EX, "2 Cough Exclusion")]),
    "a table whose heading excludes": ("Inclusion Criteria:\n* Adults\n| Test | Excluded if |\n| --- | --- |\n| Lamps | > 3 |\n* Fever", [(LINE, "Inclusion Criteria:"), (IN, "Adults"), (LINE, "Test Excluded if"), (EX, "Lamps > 3"), (IN, "Fever")]),
    "a table of limits": ("Inclusion Criteria:\nHemoglobin\t≥ 9 g/dL\nPlatelets\t≥ 75 x 10^9/L", [(LINE, "Inclusion Criteria:"), (IN, "Hemoglobin ≥ 9 g/dL"), (IN, "Platelets ≥ 75 x 10^9/L")]),
    "a web page": ("<p><b>Inclusion Criteria:</b></p><ul><li>Adults</li><li>10<sup>9</sup>/L</li></ul><b>Exclusion Criteria:</b><br>- Cough", [(LINE, "Inclusion Criteria:"), (IN, "Adults"), (IN, "10^9/L"), (LINE, "Exclusion Criteria:"), (EX, "Cough")]),
    "ends of lines of another system": ("Inclusion Criteria:\r\n* Adults\r\n* Fever\r\n\r\nExclusion Criteria:\r\n* Cough\r\n", [(LINE, "Inclusion Criteria:"), (IN, "Adults"), (IN, "Fever"), (LINE, "Exclusion Criteria:"), (EX, "Cough")]),
    "headings in two languages": ("Inclusion Criteria 入选标准:\n1. Adults 成人\n排除标准 Exclusion Criteria\n1. Cough 咳嗽", [(LINE, "Inclusion Criteria 入选标准:"), (IN, "Adults 成人"), (LINE, "排除标准 Exclusion Criteria"), (EX, "Cough 咳嗽")]),
    "headings in Chinese brackets": ("【纳入标准】\n1.发热；\n【排除标准】\n1.咳嗽；", [(LINE, "【纳入标准】"), (IN, "发热；"), (LINE, "【排除标准】"), (EX, "咳嗽；")]),
    "one paragraph in Chinese": ("入选标准：(1)发热；(2)自愿。排除标准：(1)咳嗽；(2)皮疹。", [(LINE, "入选标准："), (IN, "发热；"), (IN, "自愿。"), (LINE, "排除标准："), (EX, "咳嗽；"), (EX, "皮疹。")]),
    "Chinese headings of all participants": ("受试者入选标准（需全部满足）：\n1、发热\n受试者排除标准（符合任一条者不得入组）：\n1、咳嗽", [(LINE, "受试者入选标准（需全部满足）："), (IN, "发热"), (LINE, "受试者排除标准（符合任一条者不得入组）："), (EX, "咳嗽")]),
    "one paragraph without the word criteria": ("Inclusion: Adults, able to come. Exclusion: cough; rash within 6 months.", [(LINE, "Inclusion:"), (IN, "Adults, able to come."), (LINE, "Exclusion:"), (EX, "cough;"), (EX, "rash within 6 months.")]),
    "a misspelt heading in the middle of a paragraph": ("Inclusion criteria: Adults. Fever. Exlusion critera: cough. Rash.", [(LINE, "Inclusion criteria:"), (IN, "Adults."), (IN, "Fever."), (LINE, "Exlusion critera:"), (EX, "cough."), (EX, "Rash.")]),
    "a misspelt heading in an item": ("* Adults with fever. Exclsuion critera: cough, rash", [(IN, "Adults with fever."), (LINE, "Exclsuion critera:"), (EX, "cough, rash")]),
    "misspelt headings of both sides, the exclusions first": ("Exlusion:\n* Cough\nInlcusion Criteria:\n* Adults\nExclusions:\n* Rash\nInculsoin criteria\n* Fever", [(LINE, "Exlusion:"), (EX, "Cough"), (LINE, "Inlcusion Criteria:"), (IN, "Adults"), (LINE, "Exclusions:"), (EX, "Rash"), (LINE, "Inculsoin criteria"), (IN, "Fever")]),
    "a heading with a verb": ("Inclusion criteria include fever and rash. Exclusion criteria are cough, or sleep at noon.", [(LINE, "Inclusion criteria include"), (IN, "fever and rash."), (LINE, "Exclusion criteria are"), (EX, "cough, or sleep at noon.")]),
    "words of a heading with a verb of a sentence": ("Inclusion criteria are met since 3 days\nExclusion criteria are the same as at first", [(IN, "Inclusion criteria are met since 3 days"), (EX, "Exclusion criteria are the same as at first")]),
    "a heading that nothing ends": ("Inclusion Criteria Adults with fever.\nExclusion Criteria Cough.\nRash.", [(IN, "Inclusion Criteria Adults with fever."), (EX, "Exclusion Criteria Cough."), (EX, "Rash.")]),
    "what one line alone leaves out": ("Any fever. Excluded: fever of lamps\nAdults", [(IN, "Any fever. Excluded: fever of lamps"), (IN, "Adults")]),
    "all in capitals": ("INCLUSION CRITERIA\nADULTS AND CHILDREN\nECOG PS 0-1\n- ABLE TO COME\nEXCLUSION CRITERIA\nCOUGH OR RASH\n- FEVER", [(LINE, "INCLUSION CRITERIA"), (IN, "ADULTS AND CHILDREN"), (IN, "ECOG PS 0-1"), (IN, "ABLE TO COME"), (LINE, "EXCLUSION CRITERIA"), (EX, "COUGH OR RASH"), (EX, "FEVER")]),
    "the old forms of the registry": ("Performance status\n\n* ECOG 0-1\n\nHepatic\n\n* Bilirubin normal\n\nOther\n\n* Able to come", [(LINE, "Performance status"), (IN, "ECOG 0-1"), (LINE, "Hepatic"), (IN, "Bilirubin normal"), (LINE, "Other"), (IN, "Able to come")]),
    "a sentence that leaves out, with all that follows": ("Patients will be excluded if they cough, have a rash that lasts, or sleep by day on most days of a week.\nAdults", [(EX, "Patients will be excluded if they cough, have a rash that lasts, or sleep by day on most days of a week."), (IN, "Adults")]),
    "what was excluded before": ("* Other causes were excluded by a physician with two tests on three days\n* Patients in whom fever was excluded", [(IN, "Other causes were excluded by a physician with two tests on three days"), (IN, "Patients in whom fever was excluded")]),
    "in Chinese": ("入选标准：\n1、年满18岁；\n2、发热；\n排除标准：\n（1）咳嗽", [(LINE, "入选标准："), (IN, "年满18岁；"), (IN, "发热；"), (LINE, "排除标准："), (EX, "咳嗽")]),
}  # fmt: skip


@pytest.mark.parametrize(("text", "lines"), LAYOUTS.values(), ids=LAYOUTS)
def test_a_text_is_split_into_its_lines(text: str, lines: list[tuple[str, str]]) -> None:
    assert [(line.role, line.text) for line in split(text)] == lines


OUT = (
    "Exclude:", "Exclude if:", "Excluded are:", "Criteria of exclusion", "Criteria for non-inclusion", "Reasons for exclusion:",
    "Not eligible:", "Ineligibility:", "Non-eligibility criteria", "Exclusion Factors", "Exclusion conditions", "Exclusionary criteria:",
    "You should not take part if:", "You can't join if:", "Patients should not be included if any of the following:",
    "Exclusion Criterias:", "Exlusion Criteria:", "Excusion criteria", "Exclusion Critera", "Exclution criteria -",
    "Exclsuion:", "EXCLUSON CRITERA", "Exlcuison criteria:", "* Exlusion criteria", "Exclusion Critiera (any):", "Exclusion criteria are:", "除外标准", "除外条件：", "不纳入标准", "非纳入标准", "不入选标准：",
)  # fmt: skip


@pytest.mark.parametrize("heading", OUT)
def test_an_exclusion_is_no_inclusion_however_its_heading_is_written(heading: str) -> None:
    lines = split(f"Inclusion Criteria:\n\n* Adults\n\n{heading}\n\n* Cough\n* Rash")
    assert [line.role for line in lines] == [LINE, IN, LINE, EX, EX]
    assert lines[-1].headings == ()


WORDS_OF_HEADINGS = st.sampled_from(
    ["Inclusion", "Exclusion", "INCLUSION", "EXCLUSION", "inclusion", "exclusion"]
)


def slips(word: str) -> st.SearchStrategy[str]:
    """A letter missing, twice, or exchanged with the next: the first and the second tell both words apart."""
    places = st.integers(2, len(word) - 2)
    return places.flatmap(
        lambda at: st.sampled_from(
            [
                word[:at] + word[at + 1 :],
                word[: at + 1] + word[at:],
                word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            ]
        )
    )


@given(
    WORDS_OF_HEADINGS.flatmap(slips),
    slips("criteria") | st.just("criteria"),
    st.sampled_from(["{}\n* ", "{}:\n* ", "{}: ", "Old line of words. {}: "]),
)
def test_a_slip_in_a_heading_puts_nothing_on_the_other_side(word: str, criteria: str, form: str) -> None:
    side = IN if word[0] in "iI" else EX
    above = "Exclusion Criteria:" if side == IN else "Inclusion Criteria:"
    lines = split(f"{above}\n\n{form.format(f'{word} {criteria}')}Cough")
    assert (lines[-1].text, lines[-1].role, lines[-1].unsure) == ("Cough", side, False)


NOT_UNDERSTOOD = (
    "Exclude patients with:", "Who cannot take part?", "Contraindications:",
    "* Contraindications:", "Do not enroll:", "Patients to exclude", "Reasons to be excluded", "Patients who meet these criteria will not be enrolled",
    "Subjects who may not be allowed to enter …",
    "Ausschlusskriterien:", "Critères de non-inclusion :", "Criterios de exclusión:", "Criteri di esclusione:",
    "排除：", "排出标准", "有下列情况之一者不能入组：", "不得参加本试验的情况：", "禁忌症：", "禁忌证", "落选标准", "不宜入选者：",
)  # fmt: skip


@pytest.mark.parametrize("heading", NOT_UNDERSTOOD)
def test_what_stands_below_unknown_words_of_exclusion_is_taken_to_exclude_and_is_unsure(heading: str) -> None:
    lines = split(
        f"* Adults\n\n{heading}\n\n* Cough\n\nOf the skin:\n\n* Rash\n\nInclusion Criteria:\n* Fever"
    )
    assert [line.role for line in lines] == [IN, LINE, EX, LINE, EX, LINE, IN]
    assert [line.unsure for line in lines] == [False, True, True, True, True, False, False]
    assert lines[2].headings == (heading.removeprefix("* "),)


CRITERIA = (
    "No contraindication to surgery", "Contraindications to all drugs of the first line:", "Not eligible for a graft, by any of:",
    "Pregnancy excluded", "* Not excluded before", "* Not ineligible", "* Malignancy was excluded by:", "Adequate function (fever excluded):", "Exercise tolerance:",
    "Inclusion and exclusion:", "不能手术，且符合以下任一条：", "已排除妊娠", "无禁忌症",
)  # fmt: skip


@pytest.mark.parametrize("text", CRITERIA)
def test_a_line_that_asks_for_something_opens_no_exclusions(text: str) -> None:
    assert not any(line.unsure for line in split(f"* Adults\n\n{text}\n\n* Cough"))


OF_EXCLUSIONS = (
    "Patients not meeting inclusion criteria", "Absence of inclusion criteria", "Lack of any inclusion criteria", "Failure of inclusion criteria",
    "Anything but the inclusion criteria", "Subjects outside inclusion criteria", "Inclusion criteria not met", "Inclusion criteria missing",
    "Inclusion criteria of the parent study not fulfilled", "Inclusion in another trial", "Inclusion body myositis", "Eligible for another trial",
    "Meets criteria for a liver transplant", "Laboratory criteria:", "Included in another study",
)  # fmt: skip


@pytest.mark.parametrize("marker", ["* ", ""])
@pytest.mark.parametrize("line", OF_EXCLUSIONS)
def test_no_line_of_the_exclusions_makes_inclusions_of_those_below(line: str, marker: str) -> None:
    lines = split(f"Inclusion Criteria:\n{marker}Adults\nExclusion Criteria:\n{marker}{line}\n{marker}Rash")
    assert (lines[-1].text, lines[-1].role, lines[-1].unsure) == ("Rash", EX, False)


OF_INCLUSIONS = (
    "Exclusion of pregnancy by test", "Excluded other causes of fever", "Exclusive breastfeeding", "Exclusion criteria not met", "No exclusion criteria",
    "Meets none of the exclusion criteria", "Absence of exclusion criteria", "Contraindication to surgery", "Ineligible for cisplatin", "Not a candidate for surgery",
    "Diagnosis of exclusion", "Pregnancy excluded", "Patients excluded from other trials", "Exclusion criteria of the main study apply",
)  # fmt: skip


@pytest.mark.parametrize("marker", ["* ", ""])
@pytest.mark.parametrize("line", OF_INCLUSIONS)
def test_no_line_of_the_inclusions_makes_exclusions_of_those_below(line: str, marker: str) -> None:
    lines = split(f"Inclusion Criteria:\n{marker}{line}\n{marker}Rash")
    assert (lines[-1].text, lines[-1].role) == ("Rash", IN)


def test_an_item_that_includes_among_exclusions_leaves_those_below_unsure() -> None:
    lines = split("Exclusion Criteria:\n* Angina\n* Included: angina at rest\n* Rash")
    assert (lines[-1].text, lines[-1].role, lines[-1].unsure) == ("Rash", EX, True)


@pytest.mark.parametrize(
    "heading",
    [
        "Inclusion Criteria for patients with asthma:",
        "Exclusion criteria at any time:",
        "Exclusion Criteria (if not stated otherwise):",
    ],
)
def test_a_heading_of_some_is_one(heading: str) -> None:
    assert [line.role for line in split(f"* A\n\n{heading}\n* B")][1] == LINE


def test_an_exclusion_is_sure_whatever_stands_above_it_in_its_section() -> None:
    lines = split("Exclusion Criteria:\n* Cough\n\nContraindications:\n\n* Rash")
    assert [(line.role, line.unsure) for line in lines[-1:]] == [(EX, False)]


@pytest.mark.parametrize("heading", ["Exclude patients with:", "禁忌症："])
def test_a_line_that_begins_with_unknown_words_of_exclusion_is_unsure_and_so_are_those_below(
    heading: str,
) -> None:
    lines = split(f"* Adults\n\n{heading} cough and rash\n\n* Fever")
    assert [(line.role, line.unsure) for line in lines] == [(IN, False), (EX, True), (EX, True)]


@pytest.mark.parametrize(
    "heading", ["Contraindications:", "Patients with any of the following are excluded:"]
)
@pytest.mark.parametrize("marker", ["  * ", "a) "])
def test_an_item_that_may_open_the_exclusions_heads_no_more_than_what_is_nested_in_it(
    heading: str, marker: str
) -> None:
    lines = split(f"* {heading}\n{marker}Cough\n{marker}Rash\n* Adults")
    assert [(line.role, line.unsure) for line in lines] == [(LINE, True), (EX, True), (EX, True), (IN, False)]


@pytest.mark.parametrize("item", ["Exclusion criteria: cough", "Fever of lamps. Exclusion criteria: cough"])
def test_what_stands_beside_an_item_with_a_heading_in_it_may_exclude_or_not(item: str) -> None:
    lines = split(f"* Adults\n* {item}\n* Able to come\n\nExclusion Criteria:\n* Rash")
    found = {line.text: (line.role, line.unsure) for line in lines}
    assert found["cough"] == (EX, False)
    assert found["Able to come"] == (EX, True)
    assert found["Rash"] == (EX, False)


@pytest.mark.parametrize(
    "end", ["will be excluded from the study.", "are not eligible", "cannot participate"]
)
def test_a_list_whose_end_says_that_it_excludes_is_taken_to_exclude_and_is_unsure(end: str) -> None:
    lines = split(f"Inclusion Criteria:\n* Adults\nPatients with these:\n* Cough\n* Rash\n{end}\n* Fever")
    assert [(line.role, line.unsure) for line in lines] == [
        (LINE, False), (IN, False), (LINE, True), (EX, True), (EX, True), (LINE, True), (IN, False)
    ]  # fmt: skip
    assert [line.role for line in split(f"Exclusion:\nWith these:\n* Cough\n{end}")][-2] == EX


@pytest.mark.parametrize(
    "heading",
    [
        "Patients must meet all of the following criteria:",
        "All subjects must fulfill the following:",
        "Participants should satisfy each of these requirements:",
    ],
)
def test_what_must_be_met_is_included_also_below_the_exclusions(heading: str) -> None:
    lines = split(f"Exclusion Criteria:\n* Cough\n\n{heading}\n* Adults\n\nExclusion Criteria:\n* Rash")
    assert [(line.role, line.headings) for line in lines if line.role != LINE] == [
        (EX, ()),
        (IN, ()),
        (EX, ()),
    ]
    assert [line.role for line in split("Exclusion:\nPatients with fever must meet the following:\n* Cough")][
        -1
    ] == EX


def test_a_column_may_be_unsure() -> None:
    lines = split("Inclusion criteria\tContraindications\n1. Adults\t1. Cough\n2. Fever\t2. Rash")
    found = [(line.role, line.unsure, line.headings) for line in lines[2:]]
    assert found == [(IN, False, ()), (EX, True, ())] * 2


NESTED: dict[str, tuple[str, list[tuple[int, str]]]] = {
    "by indent": ("* A:\n  * B\n    * C\n  * D\n* F", [(0, ""), (1, "A:"), (2, "A:/B"), (1, "A:"), (0, "")]),
    "by markers": ("1. A:\na) B\nb) C\n2. D", [(0, ""), (1, "A:"), (1, "A:"), (0, "")]),
    "mixed bullets are not nested": ("* A\n- B\n* C", [(0, ""), (0, ""), (0, "")]),
    "numerals below letters": ("(a) A\n(b) B\n(i) C\n(ii) D\n(c) E", [(0, ""), (0, ""), (1, "B"), (1, "B"), (0, "")]),
    "Chinese headings of all": ("受试者入选标准（需全部满足）：\n1、A", [(0, ""), (0, "")]),
    "a table within an item": ("1. A:\n\n   | Test | Limit |\n   | --- | --- |\n   | B | < 5 |\n\n2. C", [(0, ""), (1, "A:"), (1, "A:"), (0, "")]),
    "a table below an item that announces it": ("* A:\n| B | < 5 |\n| C | < 6 |\n* D", [(0, ""), (1, "A:"), (1, "A:"), (0, "")]),
    "a table by tabs within an item": ("1. A:\n   B\t< 5\n   C\t< 6\n2. D", [(0, ""), (1, "A:"), (1, "A:"), (0, "")]),
    "the heading of columns ends with its table": ("* A\n| Test | At noon |\n| --- | --- |\n| B | < 5 |\n* D", [(0, ""), (0, ""), (0, "Test At noon"), (0, "")]),
    "a paragraph of an item": ("1. A\n\n   Note: B\n2. C", [(0, ""), (1, "A"), (0, "")]),
    "cohorts": ("Inclusion:\nFor children:\n* A\nFor adults:\n* B\nExclusion:\n* C", [(0, ""), (0, ""), (0, "For children:"), (0, ""), (0, "For adults:"), (0, ""), (0, "")]),
    "a section of some": ("Inclusion Criteria for donors:\n* A\nExclusion Criteria:\n* B", [(0, ""), (0, "Inclusion Criteria for donors:"), (0, ""), (0, "")]),
    "a heading within an item ends with it": ("* A:\n  * B\n  C:\n  * D\n* E", [(0, ""), (1, "A:"), (1, "A:"), (2, "A:/C:"), (0, "")]),
    "a numbered list goes on behind a heading in it": ("1. A:\n(1) B\nC:\n(1) D\n2. E", [(0, ""), (1, "A:"), (0, ""), (0, "C:"), (0, "")]),
    "numbers go on under another heading": ("Lamps:\n1. A\n2. B\nBells:\n3. C\n4. D", [(0, ""), (0, "Lamps:"), (0, "Lamps:"), (0, ""), (0, "Bells:"), (0, "Bells:")]),
    "sections of parts": ("PART A (lamps):\nInclusion Criteria:\n* A\nPart B\nInclusion Criteria:\n* B\nExclusion Criteria:\n* C", [(0, ""), (0, ""), (0, "PART A (lamps):"), (0, ""), (0, ""), (0, "Part B"), (0, ""), (0, "")]),
    "sections of parts, each with both": ("Adults:\nInclusion:\n* A\nExclusion:\n* B\nChildren:\nInclusion:\n* C\nExclusion:\n* D", [(0, ""), (0, ""), (0, "Adults:"), (0, ""), (0, "Adults:"), (0, ""), (0, ""), (0, "Children:"), (0, ""), (0, "Children:")]),
    "a criterion above a section is no part": ("Inclusion:\nGroup B streptococcus carriers\nExclusion:\n* A", [(0, ""), (0, ""), (0, ""), (0, "")]),
    "a therapy that a line repeats": ("Surgery\n* No surgery\n* Within 4 weeks", [(0, ""), (0, ""), (0, "Surgery")]),
    "lists in lists of a web page": ("<ul><li>A<ul><li>B<ol><li>C</li></ol></li><li>D</li></ul></li><li>E</li></ul>", [(0, ""), (1, "A"), (2, "A/B"), (1, "A"), (0, "")]),
    "lists of a web page that nothing ends": ("<ul class=\"a\"><li>A<ul><li>B<li>C</ul><li>D", [(0, ""), (1, "A"), (1, "A"), (0, "")]),
    "headings under headings": ("PATIENT CHARACTERISTICS:\nAge:\n* 18 and over\nSex:\n* Any", [(0, ""), (0, ""), (0, "Age:"), (0, ""), (0, "Sex:")]),
}  # fmt: skip


@pytest.mark.parametrize(("text", "places"), NESTED.values(), ids=NESTED)
def test_a_line_knows_what_it_stands_under(text: str, places: list[tuple[int, str]]) -> None:
    assert [(line.depth, "/".join(line.headings)) for line in split(text)] == places


def bare(text: str) -> str:
    """A text without what is layout: blanks, the pipes of tables and their rows of dashes."""
    text = "\n".join(line for line in text.splitlines() if not SEPARATOR.fullmatch(line))
    return re.sub(r"[\s|\x00-\x1f\x7f-\x9f\u200b-\u200f\u2060\ufeff]", "", text)


def put_together(lines: tuple[Line, ...]) -> str:
    return bare("".join(line.marker + line.text for line in lines))


TEXT_OF_A_RECORD = st.lists(
    st.sampled_from(
        ["\n", "\n\n", " ", "  ", "\t", "\r\n", "* ", "<br>", "<ul>", "<li>", "</ul>", "⑴", "【", "】", "1. ", "2. ", "a) ", "(1) ", ":", ";", ". ", "Inclusion Criteria:", "Exclusion Criteria", "any of the following:", "or", "Note: ", "Age", "fever", "\\<", "&ge;", "18", "入选标准：", "、", "|", "| A | < 5 |\n", "|---|---|\n", "\tLimit"]
    )
    | st.text(max_size=6)
).map("".join)  # fmt: skip


@given(TEXT_OF_A_RECORD)
def test_nothing_of_any_text_is_lost_added_or_moved(text: str) -> None:
    assert put_together(split(text)) == bare(unescaped(text))


HEADINGS = {
    IN: ["Inclusion Criteria:", "INCLUSION CRITERIA", "Inclusion:", "Inclusion Criteria (all of the following):", "Patients must meet all of the following criteria:", "Inclusion criteria are as follows:", "Inlcusion Critera:", "**Inclusion Criteria**", "Who can join:", "入选标准：", "Inclusion criteria :", "Criteria for inclusion:", "Participants will be included if they:", "Patients are eligible if:"],
    EX: ["Exclusion Criteria:", "EXCLUSION CRITERIA", "Exclusion:", "Exclusion Criteria (any of the following):", "Patients meeting any of the following criteria will be excluded:", "Exclusion criteria are as follows:", "Exlcusion Critera:", "**Exclusion Criteria**", "Who cannot join:", "排除标准：", "Non-inclusion criteria :", "Criteria for exclusion:", "Participants will be excluded if they:", "Patients are not eligible if:", "Excluded:", "Contraindications:"],
}  # fmt: skip
ITEMS_OF = {IN: ["Adults with fever", "ECOG 0-1", "No earlier rash", "BMI 18 to 35 kg/m2", "Diagnosis confirmed by two tests"], EX: ["Pregnancy or nursing", "Stroke within 6 months", "Unable to come", "Use of lamps", "Contraindication to light"]}  # fmt: skip
SIGNS = st.sampled_from(["* ", "- ", "{n}. ", "{n}) ", "({n}) ", "", "• ", "  * ", "   {n}. ", "I{n}. "])


@given(
    st.sampled_from([(IN, EX), (EX, IN), (IN, EX, IN, EX)]),
    st.sampled_from(HEADINGS[IN]), st.sampled_from(HEADINGS[EX]),
    st.lists(SIGNS, min_size=4, max_size=4), st.sampled_from(["\n", "\n\n"]), st.sampled_from(["", ".", ";"]), st.integers(1, 2),
)  # fmt: skip
def test_nothing_changes_its_side_however_sections_are_headed_ordered_and_marked(
    sides: tuple[str, ...], included: str, excluded: str, signs: list[str], between: str, end: str, count: int
) -> None:
    heading, waiting = {IN: included, EX: excluded}, {side: list(items) for side, items in ITEMS_OF.items()}
    written, expected = list[str](), dict[str, str]()
    for side, sign in zip(sides, signs, strict=False):
        written.append(heading[side])
        for n in range(1, count + 1):
            item = waiting[side].pop(0) + end
            written.append(sign.format(n=n) + item)
            expected[item] = side
    lines = split(between.join(written))
    assert {line.text: line.role for line in lines if line.text in expected} == expected


MARKERS = st.sampled_from([["* "] * 9, ["- "] * 9, ["• "] * 9, [f"{n}. " for n in range(1, 10)], [f"{n}) " for n in range(1, 10)], [f"({n}) " for n in range(1, 10)], [f"{each}. " for each in "abcdefghi"], [f"{each}) " for each in "abcdefghi"], [f"{each} " for each in "⑴⑵⑶⑷⑸⑹⑺⑻⑼"], [f"{each}、" for each in "ⅠⅡⅢⅣⅤⅥⅦⅧⅨ"], [f"（{n}）" for n in range(1, 10)], [f"{each}．" for each in "１２３４５６７８９"], ["\uf0b7 "] * 9])  # fmt: skip
WORDS = st.lists(st.sampled_from(["fever", "of 38", "with cough", "within 6 months", "(mild)", "> 5 mg/dL", "unless stable"]), min_size=1, max_size=4).map(lambda words: "Patients " + " ".join(words))  # fmt: skip
ITEMS = st.lists(WORDS, min_size=1, max_size=9)


@given(ITEMS, ITEMS, MARKERS, MARKERS, st.sampled_from(["\n", "\n\n"]), st.sampled_from(["", "  "]))
def test_any_lines_are_split_and_put_together_again_to_the_same(
    inclusion: list[str], exclusion: list[str], these: list[str], those: list[str], between: str, indent: str
) -> None:
    listed = [
        between.join(f"{indent}{marker}{item}" for marker, item in zip(markers, items, strict=False))
        for markers, items in ((these, inclusion), (those, exclusion))
    ]
    lines = split(f"Inclusion Criteria:\n\n{listed[0]}\n\nExclusion Criteria:\n\n{listed[1]}\n")
    assert [line.text for line in lines if line.role == "inclusion"] == inclusion
    assert [line.text for line in lines if line.role == "exclusion"] == exclusion
    assert len(lines) == len(inclusion) + len(exclusion) + 2
