"""A table of what people write who do not program, and the sentence that they are told for it.

Each mistake is made in a trial without one. What is told is all that is told: no mistake has another one in its wake.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dialogs.errors import ProtocolError
from dialogs.loading import parse_protocol

TEXT: Final = (Path(__file__).parent.parent / "data" / "made_up.toml").read_text(encoding="utf-8")
Mistake = tuple[str, str, list[str]]
"""What stands in the trial, what is written instead, and what is told: line, place, fault, remedy."""

OPERATORS: Final[Mapping[str, Mistake]] = {
    'AND': ('rule = "18 <= age <= 80"', "rule = '18 <= age AND age <= 80'", ['65: criterion I1: rule: "AND" is not written so in a rule. Please write and']),
    '&&': ('rule = "18 <= age <= 80"', "rule = '18 <= age && age <= 80'", ['65: criterion I1: rule: && is not written so in a rule. Please write and']),
    '&': ('rule = "18 <= age <= 80"', "rule = '18 <= age & age <= 80'", ['65: criterion I1: rule: & is not written so in a rule. Please write and']),
    'OR': ('diagnosis in ("aiha", "evans")', 'diagnosis == "aiha" OR diagnosis == "evans"', ['70: criterion I2: rule: "OR" is not written so in a rule. Please write or']),
    '|': ('diagnosis in ("aiha", "evans")', 'diagnosis == "aiha" | diagnosis == "evans"', ['70: criterion I2: rule: | is not written so in a rule. Please write or']),
    '||': ('diagnosis in ("aiha", "evans")', 'diagnosis == "aiha" || diagnosis == "evans"', ['70: criterion I2: rule: || is not written so in a rule. Please write or']),
    'NOT': ('pregnant == "yes"', 'NOT pregnant', ['88: criterion E1: rule: "NOT" is not written so in a rule. Please write not']),
    'exclamation mark': ('pregnant == "yes"', '!pregnant', ['88: criterion E1: rule: ! is not written so in a rule. Please write not']),
    'less or equal as one sign': ('rule = "18 <= age <= 80"', "rule = '18 ≤ age ≤ 80'", ['65: criterion I1: rule: ≤ is not written so in a rule. Please write <=']),
    'greater or equal as one sign': ('rule = "18 <= age <= 80"', "rule = 'age ≥ 18 and age < 80'", ['65: criterion I1: rule: ≥ is not written so in a rule. Please write >=']),
    'equal before less': ('rule = "18 <= age <= 80"', "rule = '18 =< age < 80'", ['65: criterion I1: rule: =< is not written so in a rule. Please write <=']),
    'arrow': ('rule = "18 <= age <= 80"', "rule = 'age => 18 and age < 80'", ['65: criterion I1: rule: => is not written so in a rule. Please write >=']),
    'a blank inside of a sign': ('rule = "18 <= age <= 80"', "rule = 'age > = 18 and age < 80'", ['65: criterion I1: rule: > = is not written so in a rule. Please write >=']),
    'a single equals sign': ('diagnosis in ("aiha", "evans")', 'diagnosis = "aiha"', ['70: criterion I2: rule: = is not written so in a rule. Please write ==']),
    'three equals signs': ('diagnosis in ("aiha", "evans")', 'diagnosis === "aiha"', ['70: criterion I2: rule: === is not written so in a rule. Please write ==']),
    'not equal as one sign': ('diagnosis in ("aiha", "evans")', 'diagnosis ≠ "other"', ['70: criterion I2: rule: ≠ is not written so in a rule. Please write !=']),
    'two limits in one unit': ('and hb < "100 g/L"', 'and hb < "100 g/L = 90 g/L"', ['72: criterion I2: rule: hb has two limits in g/L, 100 and 90. Please keep one of them: a limit is given once in each unit']),
    'not equal of SQL': ('diagnosis in ("aiha", "evans")', 'diagnosis <> "other"', ['70: criterion I2: rule: <> is not written so in a rule. Please write !=']),
    'full-width less': ('and hb < "100 g/L"', 'and hb ＜ "100 g/L"', ['72: criterion I2: rule: ＜ cannot be read in a rule. Please type <']),
    'full-width equals': ('pregnant == "yes"', 'pregnant ＝ "yes"', ['88: criterion E1: rule: ＝ is not written so in a rule. Please write ==']),
    'full-width digits': ('rule = "18 <= age <= 80"', "rule = 'age >= １８ and age < 80'", ['65: criterion I1: rule: １ cannot be read in a rule. Please type 1']),
    'full-width brackets': ('ecog in ("0", "1", "2")', 'ecog in （"0", "1", "2"）', ['83: criterion I4: rule: （ cannot be read in a rule. Please type (']),
    'enumeration comma': ('ecog in ("0", "1", "2")', 'ecog in ("0"、"1"、"2")', ['83: criterion I4: rule: 、 cannot be read in a rule. Please type ,']),
    'is': ('diagnosis in ("aiha", "evans")', 'diagnosis is "aiha"', ['70: criterion I2: rule: "is" is not written so in a rule. Please write ==']),
    'is not': ('diagnosis in ("aiha", "evans")', 'diagnosis is not "other"', ['70: criterion I2: rule: "is not" is not written so in a rule. Please write !=']),
    'a colon': ('diagnosis in ("aiha", "evans")', 'diagnosis: "aiha"', ['70: criterion I2: rule: : is not written so in a rule. Please write ==']),
    'less than in words': ('and hb < "100 g/L"', 'and hb is less than "100 g/L"', ['72: criterion I2: rule: "is less than" is not written so in a rule. Please write <']),
    'at least in words': ('rule = "18 <= age <= 80"', "rule = 'age at least 18 and age < 80'", ['65: criterion I1: rule: "at least" is not written so in a rule. Please write >=']),
    'and in Chinese': ('rule = "18 <= age <= 80"', "rule = '18 <= age 且 age <= 80'", ['65: criterion I1: rule: "且" is not written so in a rule. Please write and']),
    'or in Chinese': ('diagnosis in ("aiha", "evans")', 'diagnosis == "aiha" 或 diagnosis == "evans"', ['70: criterion I2: rule: "或" is not written so in a rule. Please write or']),
    'is in Chinese': ('diagnosis in ("aiha", "evans")', 'diagnosis 是 "aiha"', ['70: criterion I2: rule: "是" is not written so in a rule. Please write ==']),
    'not more in Chinese': ('rule = "18 <= age <= 80"', "rule = '18 <= age 且 age 不超过 80'", ['65: criterion I1: rule: "不超过" is not written so in a rule. Please write <=', '65: criterion I1: rule: "且" is not written so in a rule. Please write and']),
    'mark that cannot be seen': ('rule = "18 <= age <= 80"', 'rule = "18 <=\u200eage <= 80"', ['65: criterion I1: rule: a blank that is none (U+200E) cannot be read in a rule. Please type a plain blank']),
    'semicolon between': ('rule = "18 <= age <= 80"', "rule = 'age >= 18; age < 80'", ['65: criterion I1: rule: ; is not written so in a rule. Please write and']),
    'semicolon at the end': ('pregnant == "yes"', 'pregnant == "yes";', ['88: criterion E1: rule: there is a ; at the end. Please delete it']),
    'comma between': ('rule = "18 <= age <= 80"', "rule = 'age > 18, age < 80'", ['65: criterion I1: rule: a comma does not join conditions. Please write and where both must be so, or where one is enough']),
    'two ands': ('rule = "18 <= age <= 80"', "rule = 'age > 18 and and age < 80'", ['65: criterion I1: rule: nothing stands between and and and. Please add what is missing, or delete what is too much']),
    'or at the end': ('rule = "18 <= age <= 80"', "rule = 'age > 18 or'", ['65: criterion I1: rule: nothing follows or at the end. Please add what is missing, or delete what is too much']),
    'if and then': ('rule = "18 <= age <= 80"', "rule = 'if age > 18 then age < 80'", ['65: criterion I1: rule: if is no word of a rule. Please write the condition alone: the criterion says what follows from it']),
    'bracket not closed': ('ecog in ("0", "1", "2")', 'ecog in ("0", "1", "2"', ['83: criterion I4: rule: the bracket ( is not closed. Please add )']),
    'bracket not opened': ('rule = "18 <= age <= 80"', "rule = '18 <= age <= 80)'", ['65: criterion I1: rule: nothing opens the bracket ). Please add (, or delete it']),
    'quote not closed': ('and hb < "100 g/L"', 'and hb < "100 g/L', ['72: criterion I2: rule: a text that begins with " is not closed. Please add " at its end']),
    'nothing in it': ('rule = "18 <= age <= 80"', "rule = '  '", ['65: criterion I1: rule: there is nothing in it. Please write a condition, or leave rule out to ask the criterion as it stands']),
    'a remark in it': ('and hb < "100 g/L"', 'and hb < "100 g/L"  # of the last week', ['72: criterion I2: rule: a remark inside of a rule would end it. Please put it above the rule, in a line that begins with #']),
    'second line of a rule': ('and hb < "100 g/L"', 'and HB < "100 g/L"', ['72: criterion I2: rule: there is no question HB. Please write hb']),
    'no before a name': ('pregnant == "yes"', 'no pregnant', ['88: criterion E1: rule: "no" is not written so in a rule. Please write not pregnant']),
    'without before a name': ('"mi" in history', '"mi" in history and without pregnant', ['129: criterion E4: rule: "without" is not written so in a rule. Please write not pregnant']),
    'has not in Chinese': ('pregnant == "yes"', '没有 pregnant', ['88: criterion E1: rule: "没有" is not written so in a rule. Please write not pregnant']),
    'no as an answer': ('pregnant == "yes"', 'pregnant == no pregnant', ['88: criterion E1: rule: there is no sign between no and pregnant. Please write comparisons joined by and, or, not']),
    'at least of conditions': ('"mi" in history', 'at least(2, "mi" in history, pregnant)', ['129: criterion E4: rule: "at least" is not written so in a rule. Please write at_least']),
    'at least of conditions in Chinese': ('"mi" in history', '至少（2，"mi" in history，pregnant）', ['129: criterion E4: rule: （ cannot be read in a rule. Please type (', '129: criterion E4: rule: ， cannot be read in a rule. Please type ,', '129: criterion E4: rule: "至少" is not written so in a rule. Please write at_least']),
    'one more number': ('rule = "18 <= age <= 80"', 'rule = "age == 18 or 19"', ['65: criterion I1: rule: it is not said what 19 is compared with. Please write age == 18 or age == 19']),
    'a limit alone': ('last_transfusion < "2 wk"', '"2 wk" or unclear', ['134: criterion E5: rule: "2 wk" is compared with nothing. Please write what it is about: QUESTION < "2 wk"']),
    'the average of Excel': ('"body_weight / height"', '"=AVERAGE(body_weight, height,alt)"', ['120: question index: formula: = is no sign of a formula. Please write (body_weight + height + alt) / 3']),
    'the average in Chinese': ('"body_weight / height"', '"平均值(body_weight, height) / 2"', ['120: question index: formula: 平均值 is no word of a formula. Please write (body_weight + height) / 2 / 2']),
    'a function in capitals': ('"body_weight / height"', '"MAX(body_weight, height)"', ['120: question index: formula: MAX is no word of a formula. Please write max(body_weight, height)']),
    'a table in Chinese': ('[[criterion]]\ncode = "E1"', '[[标准]]\ncode = "E1"', ['85: 标准: there are no [[标准]]. Please write [[criterion]]']),
    'a language by its name': ('version = "1"', 'version = "1"\nlanguages = ["中文"]', ['5: protocol: languages: "中文" is no code of a language. Please write "zh"']),
    'a unit in Chinese': ('units = [{ code = "a", label = "years" }]', 'units = "种"', ['31: question age: units: there is no unit set 种. Please write [{ code = "{count}", label = "种" }], with a code in Latin letters, or look for a set with prescreen protocol questions --units']),
    'a code in Chinese': ('code = "E1"', 'code = "排除1"', ['86: criterion 排除1: code: "排除1" is not a name of Latin letters (a-z), digits and signs. Please write a name of Latin letters (a-z), digits and signs']),
}  # fmt: skip
VALUES: Final[Mapping[str, Mistake]] = {
    'limit without quotes': ('and hb < "100 g/L"', 'and hb < 100 g/L', ['72: criterion I2: rule: 100 g/L is a limit without quotes. Please write "100 g/L"']),
    'limit without a unit': ('and hb < "100 g/L"', 'and hb < 100', ['72: criterion I2: rule: 100 has no unit. Please write "100 g/L"']),
    'unit without a blank': ('and hb < "100 g/L"', 'and hb < "100g/L"', ['72: criterion I2: rule: "100g/L" is not how a limit is written. Please write "100 g/L"']),
    'quoted limit without a unit': ('rule = "18 <= age <= 80"', 'rule = \'age >= "18" and age < 80\'', ['65: criterion I1: rule: "18" has no unit. Please write "18 a"']),
    'years': ('rule = "18 <= age <= 80"', "rule = 'age >=18 years and age <= 80'", ['65: criterion I1: rule: 18 years is a limit without quotes. Please write "18 a"']),
    'quoted years': ('rule = "18 <= age <= 80"', 'rule = \'age >= "18 years" and age <= 80\'', ['65: criterion I1: rule: age has no unit years. Please write "18 a"']),
    'decimal comma': ('and hb < "100 g/L"', 'and hb < "9,5 g/dL"', ['72: criterion I2: rule: "9,5 g/dL" is not how a limit is written. Please write "9.5 g/dL"']),
    'bare decimal comma': ('and hb < "100 g/L"', 'and hb < 9,5', ['72: criterion I2: rule: 9.5 has no unit. Please write "9.5 g/dL"']),
    'thousands comma': ('and hb < "100 g/L"', 'and hb < "1,000 g/L"', ['72: criterion I2: rule: "1,000 g/L" is not how a limit is written. Please write "1000 g/L"']),
    'decimal comma after a zero': ('and hb < "100 g/L"', 'and hb < "0,125 g/dL"', ['72: criterion I2: rule: "0,125 g/dL" is not how a limit is written. Please write "0.125 g/dL"']),
    'bare decimal comma of the only unit': ('rule = "18 <= age <= 80"', "rule = 'age >= 18,0'", ['65: criterion I1: rule: 18,0 has a comma. Please write 18.0']),
    'bare thousands comma': ('rule = "18 <= age <= 80"', "rule = 'age < 1,000'", ['65: criterion I1: rule: 1,000 has a comma. Please write 1000']),
    'thousands comma in a text': ('usual = [60, 180]', 'usual = ["60", "1,800"]', ['18: question hb: usual: "1,800" is not an exact number. Please write 1800']),
    'unit in other letters': ('and hb < "100 g/L"', 'and hb < "100 g/l"', ['72: criterion I2: rule: hb has no unit g/l. Please write "100 g/L"']),
    'unit by its spelling': ('and hb < "100 g/L"', 'and hb < 100 g per litre', ['72: criterion I2: rule: 100 g per litre is a limit without quotes. Please write "100 g/L"']),
    'unit of another lab': ('and hb < "100 g/L"', 'and hb < "6.2 mmol/L"', ['72: criterion I2: rule: hb has no unit mmol/L. Please use one of: g/L, g/dL; or add to the units of hb: { code = "mmol/L", label = "mmol/L", scale = ... }']),
    'counts as on a lab sheet': ('body_weight > "150 kg"', 'platelets < "100 x10^9/L" or leukocytes < "3 × 10⁹/L"', ['93: criterion E2: rule: platelets has no unit x10^9/L. Please write "100 10*9/L"', '93: criterion E2: rule: leukocytes has no unit × 10⁹/L. Please write "3 10*9/L"']),
    'percent': ('and hb < "100 g/L"', 'and hb < 10 %', ['72: criterion I2: rule: 10 % is a limit without quotes. Please write "10 %"', '72: criterion I2: rule: hb has no unit %. Please use one of: g/L, g/dL; or add to the units of hb: { code = "%", label = "%", scale = ... }']),
    'unit in Chinese': ('body_weight > "150 kg"', 'body_weight > "150 公斤"', ['93: criterion E2: rule: body_weight has no unit 公斤. Please write "150 kg"']),
    'limit in single typographic quotes': ('and hb < "100 g/L"', 'and hb < ‘100 g/L’', ["72: criterion I2: rule: ‘ cannot be read in a rule. Please type '"]),
    'limit in reversed typographic quotes': ('and hb < "100 g/L"', 'and hb < ‛100 g/L’', ["72: criterion I2: rule: ‛ cannot be read in a rule. Please type '"]),
    'limit in typographic quotes': ('and hb < "100 g/L"', 'and hb < “100 g/L”', ['72: criterion I2: rule: “ cannot be read in a rule. Please type "']),
    'question in quotes': ('and hb < "100 g/L"', 'and "hb" < "100 g/L"', ['72: criterion I2: rule: the question hb stands in quotes. Please write hb < "100 g/L"']),
    'words in a limit': ('and hb < "100 g/L"', 'and hb < "less than 100 g/L"', ['72: criterion I2: rule: "less than 100 g/L" is not a number and a unit. Please write, for example, "120 g/L"']),
    'a date': ('and hb < "100 g/L"', 'and hb < "2026-01-01"', ['72: criterion I2: rule: 2026-01-01 is a date, and no dates are asked. Please ask how long ago: kind = "since", "6 mo"']),
    'range with a hyphen': ('rule = "18 <= age <= 80"', "rule = 'age 18-80'", ['65: criterion I1: rule: age 18-80 is not how a range is written. Please write 18 <= age <= 80']),
    'range of equals': ('rule = "18 <= age <= 80"', "rule = 'age == 18-80'", ['65: criterion I1: rule: age == 18-80 is not how a range is written. Please write 18 <= age <= 80']),
    'range in': ('rule = "18 <= age <= 80"', "rule = 'age in 18-80'", ['65: criterion I1: rule: age in 18-80 is not how a range is written. Please write 18 <= age <= 80']),
    'between': ('rule = "18 <= age <= 80"', "rule = 'age between 18 and 80'", ['65: criterion I1: rule: age between 18 and 80 is not how a range is written. Please write 18 <= age <= 80']),
    'from to': ('rule = "18 <= age <= 80"', "rule = 'age from 18 to 80'", ['65: criterion I1: rule: age from 18 to 80 is not how a range is written. Please write 18 <= age <= 80']),
    'range without a question': ('rule = "18 <= age <= 80"', "rule = '18-80'", ['65: criterion I1: rule: 18 - 80 is compared with nothing. Please write which question it is about, as in 18 <= age <= 80']),
    'second question left out': ('rule = "18 <= age <= 80"', "rule = 'age >= 18 and <= 80'", ['65: criterion I1: rule: there is no question before <=. Please write and age <=']),
    'two numbers in a list': ('rule = "18 <= age <= 80"', "rule = 'age in (18, 80)'", ['65: criterion I1: rule: age is a number, and in is for options. Please compare it by <, <=, >, >= or ==']),
    'two limits joined by or': ('and hb < "100 g/L"', 'and hb < "100 g/L" or "10 g/dL"', ['72: criterion I2: rule: it is not said what "10 g/dL" is compared with. Please write hb < "10 g/dL"']),
    'option without quotes': ('pregnant == "yes"', 'pregnant == yes', ['88: criterion E1: rule: yes stands without quotes. Please write pregnant == "yes"']),
    'code without quotes': ('diagnosis in ("aiha", "evans")', 'diagnosis == aiha', ['70: criterion I2: rule: aiha stands without quotes. Please write diagnosis == "aiha"']),
    'codes without quotes': ('diagnosis in ("aiha", "evans")', 'diagnosis in (aiha, evans)', ['70: criterion I2: rule: aiha, evans stands without quotes. Please write diagnosis in ("aiha", "evans")']),
    'single equals and no quotes': ('pregnant == "yes"', 'pregnant = yes', ['88: criterion E1: rule: = is not written so in a rule. Please write ==', '88: criterion E1: rule: yes stands without quotes. Please write pregnant == "yes"']),
    'true': ('pregnant == "yes"', 'pregnant == true', ['88: criterion E1: rule: true is no answer. Please write pregnant == "yes"']),
    'True': ('pregnant == "yes"', 'pregnant == True', ['88: criterion E1: rule: True is no answer. Please write pregnant == "yes"']),
    'one': ('pregnant == "yes"', 'pregnant == 1', ['88: criterion E1: rule: pregnant has no option 1. Please use one of: yes, no']),
    'option in other letters': ('diagnosis in ("aiha", "evans")', 'diagnosis == "AIHA"', ['70: criterion I2: rule: diagnosis has no option "AIHA". Please write "aiha"']),
    'option with letters exchanged': ('diagnosis in ("aiha", "evans")', 'diagnosis == "ahia"', ['70: criterion I2: rule: diagnosis has no option "ahia". Please write "aiha"']),
    'label for an option': ('diagnosis in ("aiha", "evans")', 'diagnosis == "Evans syndrome"', ['70: criterion I2: rule: diagnosis has no option "Evans syndrome". Please write "evans"']),
    'label in Chinese': ('pregnant == "yes"', 'pregnant == "是"', ['88: criterion E1: rule: pregnant has no option "是". Please write "yes"']),
    'option that is not there': ('ecog in ("0", "1", "2")', 'ecog in ("0", "1", "7")', ['83: criterion I4: rule: ecog has no option "7". Please use one of: 0, 1, 2, 3, 4']),
    'unknown as an option': ('diagnosis in ("aiha", "evans")', 'diagnosis != "unknown"', ['70: criterion I2: rule: diagnosis has no option "unknown". Please leave it out: an answer that is unknown makes the criterion unknown by itself']),
    'several values': ('diagnosis in ("aiha", "evans")', 'diagnosis == "aiha" or "evans"', ['70: criterion I2: rule: it is not said what "evans" is compared with. Please write diagnosis in ("aiha", "evans")']),
    'several values in brackets': ('diagnosis in ("aiha", "evans")', 'diagnosis == ("aiha" or "evans")', ['70: criterion I2: rule: values are not joined by or. Please write diagnosis in ("aiha", "evans")']),
    'two numbers for options': ('ecog in ("0", "1", "2")', 'ecog == 0 or 1', ['83: criterion I4: rule: 0 stands without quotes. Please write "0"', '83: criterion I4: rule: it is not said what 1 is compared with. Please write ecog in ("0", "1")']),
    'a choice against another one': ('ecog in ("0", "1", "2")', 'ecog == diagnosis', ['83: criterion I4: rule: ecog takes an option. Please use one of: 0, 1, 2, 3, 4']),
    'values without brackets': ('ecog in ("0", "1", "2")', 'ecog in "0", "1", "2"', ['83: criterion I4: rule: a comma does not join conditions. Please write ecog in ("0", "1", "2")']),
    'comma left out of a chain': ('ecog in ("0", "1", "2")', 'ecog in ("0", "1" "2")', ['83: criterion I4: rule: there is no comma between "1" and "2". Please write "1", "2"']),
    'commas left out': ('ecog in ("0", "1", "2")', 'ecog in ("0" "1" "2")', ['83: criterion I4: rule: there is no comma between "0" and "1". Please write "0", "1"']),
    'numbers for options': ('ecog in ("0", "1", "2")', 'ecog in (0, 1, 2)', ['83: criterion I4: rule: 0, 1, 2 stands without quotes. Please write "0", "1", "2"']),
    'labels for options': ('diagnosis in ("aiha", "evans")', 'diagnosis in ("AIHA", "Evans")', ['70: criterion I2: rule: diagnosis has no option "AIHA", "Evans". Please write "aiha", "evans"']),
    'a label and what is no option': ('diagnosis in ("aiha", "evans")', 'diagnosis in ("AIHA", "flu")', ['70: criterion I2: rule: diagnosis has no option "AIHA", "flu". Please use one of: aiha, evans, other']),
    'a button of a time alone': ('last_transfusion < "2 wk"', 'last_transfusion < "2 wk" or "ongoing"', ['134: criterion E5: rule: it is not said what "ongoing" is compared with. Please write last_transfusion < "2 wk" or last_transfusion == "ongoing"']),
    'any, with a question that there is not': ('pregnant == "yes"', 'any(pregnant, cough)', ['88: criterion E1: rule: there is no any in a rule. Please write (pregnant or cough)', '88: criterion E1: rule: there is no question cough. Please look for it with prescreen protocol questions WORD, or add a [[question]] with id = "cough"']),
    'all, around what is joined': ('pregnant == "yes"', 'all(pregnant, ecog == "0" or ecog == "1")', ['88: criterion E1: rule: there is no all in a rule. Please write (pregnant and (ecog == "0" or ecog == "1"))']),
    'order of a choice': ('ecog in ("0", "1", "2")', 'ecog <= 2', ['83: criterion I4: rule: ecog is a choice, whose options have no order. Please write ecog in ("0", "1", "2")']),
    'order of a choice in quotes': ('ecog in ("0", "1", "2")', '0 <= ecog <= "2"', ['83: criterion I4: rule: ecog is a choice, whose options have no order. Please write ecog in ("0", "1", "2")']),
    'order of words': ('diagnosis in ("aiha", "evans")', 'diagnosis < "other"', ['70: criterion I2: rule: diagnosis is a choice, whose options have no order. Please use == or in']),
    'no sign': ('diagnosis in ("aiha", "evans")', 'diagnosis "aiha"', ['70: criterion I2: rule: there is no sign between diagnosis and "aiha". Please write diagnosis == "aiha"']),
    'a dot': ('diagnosis in ("aiha", "evans")', 'diagnosis.aiha', ['70: criterion I2: rule: diagnosis.aiha is not a condition. Please write diagnosis == "aiha"']),
    'question alone': ('diagnosis in ("aiha", "evans")', 'diagnosis', ['70: criterion I2: rule: diagnosis is compared with nothing. Please write, for example, diagnosis == "aiha"']),
    'number alone': ('rule = "18 <= age <= 80"', "rule = 'age'", ['65: criterion I1: rule: age is compared with nothing. Please write, for example, age < "59 a"']),
    'question misspelt': ('pregnant == "yes"', 'pregnent == "yes"', ['88: criterion E1: rule: there is no question pregnent. Please write pregnant']),
    'question and option misspelt': ('pregnant == "yes"', 'pregnent == "Yes"', ['88: criterion E1: rule: there is no question pregnent. Please write pregnant', '88: criterion E1: rule: pregnant has no option "Yes". Please write "yes"']),
    'question misspelt and option without quotes': ('pregnant == "yes"', 'pregnent == YES', ['88: criterion E1: rule: there is no question pregnent. Please write pregnant', '88: criterion E1: rule: YES stands without quotes. Please write pregnant == "yes"']),
    'question misspelt and limit without a unit': ('and hb < "100 g/L"', 'and Hb < 100', ['72: criterion I2: rule: there is no question Hb. Please write hb', '72: criterion I2: rule: 100 has no unit. Please write "100 g/L"']),
    'question that is nowhere and options without quotes': ('pregnant == "yes"', 'sodium_intake in (low, High)', ['88: criterion E1: rule: there is no question sodium_intake. Please look for it with prescreen protocol questions WORD, or add a [[question]] with id = "sodium_intake"', '88: criterion E1: rule: low, High stands without quotes. Please write sodium_intake in ("low", "High")']),
    'question of one letter': ('pregnant == "yes"', 'p == yes', ['88: criterion E1: rule: there is no question p. Please look for it with prescreen protocol questions WORD, or add a [[question]] with id = "p"', '88: criterion E1: rule: yes stands without quotes. Please write p == "yes"']),
    'question in capitals': ('ecog in ("0", "1", "2")', 'ECOG in ("0", "1", "2")', ['83: criterion I4: rule: there is no question ECOG. Please write ecog']),
    'letters exchanged': ('rule = "18 <= age <= 80"', "rule = '18 <= aeg <= 80'", ['65: criterion I1: rule: there is no question aeg. Please write age']),
    'question of another name': ('body_weight > "150 kg"', 'weight > "150 kg"', ['93: criterion E2: rule: there is no question weight. Please write body_weight']),
    'question with a blank': ('body_weight > "150 kg"', 'body weight > "150 kg"', ['93: criterion E2: rule: there is no sign between body and weight. Please write body_weight']),
    'question with a hyphen': ('body_weight > "150 kg"', 'body-weight > "150 kg"', ['93: criterion E2: rule: body-weight is read as a subtraction. Please write body_weight']),
    'question of the catalogue': ('body_weight > "150 kg"', 'haemoglobin > "30 g/L"', ['93: criterion E2: rule: there is no question haemoglobin. Please write hemoglobin, a question of the catalogue']),
    'question that is nowhere': ('body_weight > "150 kg"', 'sodium_intake > "5 g"', ['93: criterion E2: rule: there is no question sodium_intake. Please look for it with prescreen protocol questions WORD, or add a [[question]] with id = "sodium_intake"']),
    'abbreviation of the catalogue': ('body_weight > "150 kg"', 'kps >= 70', ['93: criterion E2: rule: there is no question kps. Please write karnofsky, a question of the catalogue']),
    'abbreviation like another test': ('body_weight > "150 kg"', 'alc < 1', ['93: criterion E2: rule: there is no question alc. Please write lymphocytes, a question of the catalogue']),
    'abbreviation of two': ('body_weight > "150 kg"', 'bp > 140', ['93: criterion E2: rule: there is no question bp. Please write systolic_pressure or diastolic_pressure or mean_pressure, questions of the catalogue']),
    'three letters like another test': ('body_weight > "150 kg"', 'alb < 3', ['93: criterion E2: rule: there is no question alb. Please look for it with prescreen protocol questions WORD, or add a [[question]] with id = "alb"']),
    'question of the catalogue with a blank': ('body_weight > "150 kg"', 'creatinine clearance >= "50 mL/min"', ['93: criterion E2: rule: there is no sign between creatinine and clearance. Please write creatinine_clearance']),
    'count without a unit': ('body_weight > "150 kg"', 'lymphocytes < 500', ['93: criterion E2: rule: 500 has no unit. Please write "500 /uL"']),
    'class in Roman numbers': ('body_weight > "150 kg"', 'nyha > "II"', ['93: criterion E2: rule: nyha is a choice, whose options have no order. Please write nyha in ("III", "IV")']),
    'class in Roman numbers without quotes': ('body_weight > "150 kg"', 'nyha >= III', ['93: criterion E2: rule: nyha is a choice, whose options have no order. Please write nyha in ("III", "IV")']),
    'question in Chinese': ('rule = "18 <= age <= 80"', "rule = '年龄 >= 18'", ['65: criterion I1: rule: there is no question 年龄. Please write age_years, a question of the catalogue']),
    'arithmetic': ('body_weight > "150 kg"', 'body_weight / (height / 100) ** 2 > 30', ['93: criterion E2: rule: body_weight / (height / 100) ** 2 is arithmetic, which rules have not. Please add a [[question]] with id = "NAME", kind = "quantity", formula = "body_weight / (height / 100) ** 2" and its units, and compare that: NAME > 30']),
    'arithmetic on the right': ('body_weight > "150 kg"', 'body_weight > 2 * height', ['93: criterion E2: rule: 2 * height is arithmetic, which rules have not. Please add a [[question]] with id = "NAME", kind = "quantity", formula = "2 * height" and its units, and compare that: body_weight > NAME']),
    'two faults in one rule': ('diagnosis in ("aiha", "evans")', 'diagnosis == "ahia" OR diagnosis == "evens"', ['70: criterion I2: rule: "OR" is not written so in a rule. Please write or', '70: criterion I2: rule: diagnosis has no option "ahia". Please write "aiha"', '70: criterion I2: rule: diagnosis has no option "evens". Please write "evans"']),
}  # fmt: skip
SYNTAX: Final[Mapping[str, Mistake]] = {
    'title without quotes': ('title = "A made-up trial in anaemia"', 'title = A made-up trial in anaemia', ['5: protocol: title: A made-up trial in anaemia is text without quotes. Please write "A made-up trial in anaemia"']),
    'typographic quotes': ('title = "A made-up trial in anaemia"', 'title = “A made-up trial in anaemia”', ['5: protocol: title: “ is a quote of a word processor. Please type straight quotes: "']),
    'quote not closed': ('title = "A made-up trial in anaemia"', 'title = "A made-up trial in anaemia', ['5: protocol: title: the text that begins with " is not closed. Please write "A made-up trial in anaemia"']),
    'single quote not closed': ('title = "A made-up trial in anaemia"', "title = 'A made-up trial in anaemia", ['5: protocol: title: the text that begins with \' is not closed. Please write "A made-up trial in anaemia"']),
    'quotes inside of quotes': ('title = "A made-up trial in anaemia"', 'title = "A "made-up" trial"', ['5: protocol: title: there are " inside of text that stands in ". Please write title = \'A "made-up" trial\'']),
    'apostrophe inside': ('title = "A made-up trial in anaemia"', "title = 'A patient's trial'", ['5: protocol: title: there are \' inside of text that stands in \'. Please write title = "A patient\'s trial"']),
    'backslash': ('title = "A made-up trial in anaemia"', 'title = "A made-up\\trial \\ anaemia"', ["5: protocol: title: there is a backslash, \\, which has a meaning of its own inside of double quotes. Please remove it, or put the text in single quotes: '...'"]),
    'colon for equals': ('version = "1"', 'version: "1"', ['4: protocol: version: the key is followed by :. Please write =: version = "1"']),
    'full-width colon': ('version = "1"', 'version： "1"', ['4: protocol: version: the key is followed by ：. Please write =: version = "1"']),
    'two equals signs': ('version = "1"', 'version == "1"', ['4: protocol: version: the key is followed by ==. Please write =: version = "1"']),
    'full-width equals': ('version = "1"', 'version ＝ "1"', ['4: protocol: version: ＝ is a full-width sign. Please type =']),
    'no equals sign': ('version = "1"', 'version "1"', ['4: protocol: there is no = after the key. Please write version = "1"']),
    'no value': ('version = "1"', 'version =', ['4: protocol: version: there is no value after =. Please write one, or delete the line']),
    'comma at the end': ('version = "1"', 'version = "1",', ['4: protocol: version: there is a , at the end. Please delete it']),
    'semicolon at the end': ('version = "1"', 'version = "1";', ['4: protocol: version: there is a ; at the end. Please delete it']),
    'two keys in a line': ('version = "1"', 'version = "1", facts = {}', ['4: protocol: version: two keys stand in one line. Please write facts = {} in a line of its own']),
    'key twice': ('version = "1"', 'version = "1"\nversion = "2"', ['5: protocol: version: version stands twice. Please delete one of them']),
    'key with a blank': ('record_version', 'record version', ["6: protocol: 'record version' cannot be a key. Please write record_version ="]),
    'key in Chinese': ('version = "1"', '版本 = "1"', ["4: protocol: 版本: '版本' is not a key. Please use the English name of the key"]),
    'no-break space': ('version = "1"', 'version\xa0= "1"', ['4: protocol: there is a blank that is none (U+00A0). Please type a plain blank']),
    'character that cannot be seen': ('version = "1"', 'version = "1\x07"', ['4: protocol: version: a character that cannot be seen stands here (U+0007). Please delete it']),
    'plain words': ('version = "1"', 'This is my trial.\nversion = "1"', ['4: protocol: This is my trial. is neither a table nor key = value. Please begin remarks with #']),
    'remark with slashes': ('version = "1"', '// the version\nversion = "1"', ['4: protocol: // the version is neither a table nor key = value. Please begin remarks with #']),
    'number with a zero before it': ('version = "1"', 'version = 01', ['4: protocol: version: 01 is text without quotes. Please write "01"']),
    'single brackets': ('[[question]]\nid = "age"', '[question]\nid = "age"', ['24: question: [question] stands in single brackets. Please write [[question]]']),
    'bracket missing': ('[[question]]\nid = "age"', '[[question]\nid = "age"', ['24: question: [[question] is not how a table begins. Please write [[question]] in a line of its own']),
    'bracket too few at the beginning': ('[[question]]\nid = "age"', '[question]]\nid = "age"', ['24: question: [question] stands in single brackets. Please write [[question]]']),
    'full-width brackets': ('[[question]]\nid = "age"', '［［question］］\nid = "age"', ['24: question: ［ is a full-width sign. Please type [']),
    'plural': ('[[question]]\nid = "age"', '[[questions]]\nid = "age"', ['24: questions: there are no [[questions]]. Please write [[question]]']),
    'capitals': ('[[question]]\nid = "age"', '[[Question]]\nid = "age"', ['24: Question: there are no [[Question]]. Please write [[question]]']),
    'misspelt table': ('[[criterion]]\ncode = "I1"', '[[critereon]]\ncode = "I1"', ['62: critereon: there are no [[critereon]]. Please write [[criterion]]']),
    'header left out': ('[[question]]\nid = "age"', '\nid = "age"', ['25: question hb: id: id stands twice in one question. Please write [[question]] above each question']),
    'kind without quotes': ('kind = "integer"', 'kind = integer', ['26: question age: kind: integer is text without quotes. Please write "integer"']),
    'True': ('judgement = true', 'judgement = True', ['51: question pregnant: judgement: true and false are written in small letters. Please write judgement = true']),
    'yes': ('judgement = true', 'judgement = yes', ['51: question pregnant: judgement: yes and no are true and false here. Please write judgement = true']),
    'range with a hyphen': ('usual = [60, 180]', 'usual = 60-180', ['18: question hb: usual: a range is two numbers in brackets. Please write usual = ["60", "180"]']),
    'range in quotes': ('usual = [60, 180]', 'usual = "60-180"', ['18: question hb: usual: "60-180" is not a range. Please write [60, 180]']),
    'range with units': ('usual = [60, 180]', 'usual = [60 g/L, 180 g/L]', ['18: question hb: usual: 60 g/L is more than a number. Please write "60", without a unit']),
    'range not closed': ('usual = [60, 180]', 'usual = [60, 180', ['18: question hb: usual: ] is missing: what is opened here is never closed. Please add ]']),
    'comma missing': ('usual = [60, 180]', 'usual = [60 180]', ['18: question hb: usual: a comma is missing. Please write a comma after usual = [60']),
    'range in round brackets': ('usual = [60, 180]', 'usual = (60, 180)', ['18: question hb: usual: lists and tables do not stand in ( ). Please write [ for (']),
    'decimal comma': ('scale = 10', 'scale = 10,5', ['21: question hb: units: 10,5 has a comma. Please write 10.5']),
    'thousands comma': ('scale = 10', 'scale = 1,000', ['21: question hb: units: 1,000 has a comma. Please write 1000']),
    'thousands comma in a range': ('possible = [30, 250]', 'possible = 30-1,250', ['17: question hb: possible: a range is two numbers in brackets. Please write possible = ["30", "1250"]']),
    'comma between options missing': ('{ code = "new", text = "Newly found" },', '{ code = "new", text = "Newly found" }', ['10: option_sets: course: a comma is missing. Please write a comma after xt = "Newly found" }']),
    'brace not closed': ('{ code = "new", text = "Newly found" },', '{ code = "new", text = "Newly found",', ['10: option_sets: course: } is missing at the end of this line. Please add }']),
    'comma before a brace': ('{ code = "new", text = "Newly found" },', '{ code = "new", text = "Newly found", },', ['10: option_sets: course: there is a comma before }. Please delete it']),
    'comma inside of braces missing': ('{ code = "new", text = "Newly found" },', '{ code = "new" text = "Newly found" },', ['10: option_sets: course: a comma is missing. Please write a comma after = [ { code = "new"']),
    'colons inside of braces': ('{ code = "new", text = "Newly found" },', '{ code: "new", text: "Newly found" },', ['10: option_sets: course: a key is followed by :. Please write = after it']),
    'text inside of braces without quotes': ('{ code = "new", text = "Newly found" },', '{ code = "new", text = Newly found },', ['10: option_sets: course: Newly found is text without quotes. Please write "Newly found"']),
    'braces over lines': ('{ code = "new", text = "Newly found" },', '{\n    code = "new",\n    text = "Newly found"\n  },', ['9: option_sets: course: what stands in braces { } is spread over several lines. Please write it in one line']),
    'full-width comma': ('{ code = "new", text = "Newly found" },', '{ code = "new"， text = "Newly found" },', ['10: option_sets: course: ， is a full-width sign. Please type ,']),
    'list not closed': ('  { code = "relapsed", text = "Relapsed" },\n]', '  { code = "relapsed", text = "Relapsed" },\n', ['9: option_sets: course: ] is missing: what is opened here is never closed. Please add ]']),
    'rule in the quotes of its limits': ('rule = \'course == "relapsed"\'', 'rule = "course == "relapsed""', ['78: criterion I3: rule: there are " inside of text that stands in ". Please write rule = \'course == "relapsed"\'']),
    'rule without quotes': ('rule = \'course == "relapsed"\'', 'rule = course == "relapsed"', ['78: criterion I3: rule: course == "relapsed" is text without quotes. Please write \'course == "relapsed"\'']),
    'rule not closed': ('and hb < "100 g/L"\n\'\'\'', 'and hb < "100 g/L"\n', ["70: criterion I2: rule: ''' is missing: what is opened here is never closed. Please add '''"]),
    'sentence over two lines': ('inclusion = "Anaemia, haemoglobin below 100 g/L"', 'inclusion = "Anaemia, haemoglobin\nbelow 100 g/L"', ['69: criterion I2: inclusion: " is missing: what is opened here is never closed. Please add " in the same line, or put \'\'\' around text of several lines']),
}  # fmt: skip
KEYS: Final[Mapping[str, Mistake]] = {
    'criterion that there is not': ('rule = "18 <= age <= 80"', 'rule = "18 <= age <= 80"\ncounts_as = "X9"', ['66: criterion I1: counts_as: there is no criterion X9. Please use one of: I1, I2, I3, I4, E1, E2, E3, E4, E5, E6, E7']),
    'key misspelt': ('judgement = true', 'judgment = true', ['51: question pregnant: judgment: there is no key judgment here. Please write judgement']),
    'key of another word': ('help = "At the day of consent."', 'hint = "At the day of consent."', ['28: question age: hint: there is no key hint here. Please write help']),
    'key in capitals': ('kind = "integer"', 'Kind = "integer"', ['26: question age: Kind: there is no key Kind here. Please write kind']),
    'key of the top in a criterion': ('code = "I1"\n', 'code = "I1"\nfacts = {}\n', ['64: criterion I1: facts: there is no key facts here. Please move it to the top of the file, above the first [[...]]']),
    'key that is nowhere': ('help = "At the day of consent."', 'colour = "red"', ['28: question age: colour: there is no key colour here. Please use one of: use, kind, short, help, supplier, unknown, options, example, shortcuts, never, ongoing, uln, lln, formula, decimals, unit_of, measures, bounds, judgement, lasting, site_fact, effort, at, loinc, in_log, sdtm']),
    'key that resembles one, which comes first': ('help = "At the day of consent."', 'supply = "x"', ['28: question age: supply: there is no key supply here. Please use one of: supplier, use, kind, short, help, unknown, options, example, shortcuts, never, ongoing, uln, lln, formula, decimals, unit_of, measures, bounds, judgement, lasting, site_fact, effort, at, loinc, in_log, sdtm']),
    'type of a criterion': ('inclusion = "Relapsed"', 'inclusion = "Relapsed"\ntype = "inclusion"', ['78: criterion I3: type: there is no key type here. Please write the record\'s words as inclusion = "..." or exclusion = "..."']),
    'flag for a rule': ('rule = "18 <= age <= 80"', 'rule = true', ['65: criterion I1: rule: true is not a text in quotes. Please write a text in quotes']),
    'never of what is no time': ('help = "At the day of consent."', 'never = false', ['28: question age: never: is for how long ago something was. Please remove it, or write kind = "since"']),
    'key of another table': ('code = "I1"\n', 'code = "I1"\nunits = []\n', ['64: criterion I1: units: there is no key units here. Please move it: it is a key of [[question]]']),
    'kind misspelt': ('kind = "integer"', 'kind = "intger"', ['26: question age: kind: "intger" is not known. Please write "integer"']),
    'kind with two letters missing': ('kind = "integer"', 'kind = "intgr"', ['26: question age: kind: "intgr" is not known. Please write "integer"']),
    'kind of another word': ('kind = "integer"', 'kind = "number"', ['26: question age: kind: "number" is not known. Please write "quantity"']),
    'entry misspelt': ('use = "ecog"', 'use = "ecgo"', ['54: question ecgo: use: "ecgo" is not in the catalogue. Please write "ecog"']),
    'entry that is nowhere': ('use = "ecog"', 'use = "zodiac_sign"', ['54: question zodiac_sign: use: "zodiac_sign" is not in the catalogue. prescreen protocol questions lists what there is']),
    'unit set with a letter missing': ('units = [{ code = "a", label = "years" }]', 'units = "cels"', ['31: question age: units: there is no unit set cels. Please write cells']),
    'unit set that is nowhere': ('units = [{ code = "a", label = "years" }]', 'units = "furlongs"', ['31: question age: units: there is no unit set furlongs. prescreen protocol questions --units lists what there is']),
    'list of a unit set': ('units = [{ code = "a", label = "years" }]', 'units = ["years"]', ['31: question age: units: ["years"] is not a list of tables. Please write "years"']),
    'list of units': ('units = [{ code = "a", label = "years" }]', 'units = ["cm", "m"]', ['31: question age: units: ["cm", "m"] is not a list of tables. Please write "length"']),
    'list of units that no set has': ('units = [{ code = "a", label = "years" }]', 'units = ["furlong", "rod"]', ['31: question age: units: ["furlong", "rod"] is not a list of tables. Please write [{ code = "furlong", label = "furlong" }, { code = "rod", label = "rod", scale = ... }]']),
    'options in Chinese as plain texts': ('  { code = "new", text = "Newly found" },\n', '  "新诊断",\n', ['10: protocol: option_sets: course[1]: "新诊断" is not a table. Please write { code = "...", text = "新诊断" }, with a code in English letters']),
    'option as a number': ('  { code = "new", text = "Newly found" },\n', '  0,\n', ['10: protocol: option_sets: course[1]: 0 is not a table. Please write "0"']),
    'options in one text': ('options = "course"', 'options = "New, relapsed"', ['46: question course: options: there is no option set New, relapsed. Please write ["New", "relapsed"]']),
    'option set misspelt': ('options = "course"', 'options = "cuorse"', ['46: question course: options: there is no option set cuorse. Please write course']),
    'unit set misspelt': ('units = [{ code = "a", label = "years" }]', 'units = "tme"', ['31: question age: units: there is no unit set tme. Please write time']),
    'text for a flag': ('judgement = true', 'judgement = "true"', ['51: question pregnant: judgement: "true" is not true or false. Please write true']),
    'number for a flag': ('judgement = true', 'judgement = 1', ['51: question pregnant: judgement: 1 is not true or false. Please write true']),
    'number for a text': ('version = "1"', 'version = 1', ['4: protocol: version: 1 is not a text in quotes. Please write "1"']),
    'number for a code': ('code = "I1"', 'code = 1', ['63: [[criterion]] number 1: code: 1 is not a name of Latin letters (a-z), digits and signs. Please write "1"']),
    'unit for a unit set': ('units = [{ code = "a", label = "years" }]', 'units = "cm"', ['31: question age: units: there is no unit set cm. Please write length']),
    'unit of several sets': ('units = [{ code = "a", label = "years" }]', 'units = "%"', ['31: question age: units: there is no unit set %. Please use one of the sets with %: percent, hematocrit, hba1c']),
    'unit in words for a unit set': ('units = [{ code = "a", label = "years" }]', 'units = "days"', ['31: question age: units: there is no unit set days. Please write time']),
    'backslash of a registry': ('inclusion = "Relapsed"', 'inclusion = "Relapsed \\[ie, again\\]"', ["77: criterion I3: inclusion: there is a backslash, \\, which has a meaning of its own inside of double quotes. Please remove it"]),
    'date for a text': ('record_version = "2026-01-01"', 'record_version = 2026-01-01', ['6: protocol: record_version: 2026-01-01 is not a text in quotes. Please write "2026-01-01"']),
    'text for a list': ('spellings = ["g per litre"]', 'spellings = "g per litre"', ['20: question hb: units[1]: spellings: "g per litre" is not a list of texts. Please write ["g per litre"]']),
    'one number for a range': ('usual = [60, 180]', 'usual = 60', ['18: question hb: usual: 60 is not a range. Please write two numbers: [lowest, highest]']),
    'range the other way round': ('usual = [60, 180]', 'usual = [180, 60]', ['18: question hb: usual: its lowest number stands second. Please write [60, 180]']),
    'usual outside of possible': ('usual = [60, 180]', 'usual = [60, 300]', ['18: question hb: usual: the usual range, [60, 300], is not inside the possible one, [30, 250]. Please check the four numbers']),
    'scale in words': ('scale = 10', 'scale = "ten"', ['21: question hb: units[2]: scale: "ten" is not an exact number. Please write it in digits, such as 16.114']),
    'list for a text': ('ask = "Age in completed years?"', 'ask = ["Age in completed years?"]', ['27: question age: ask: ["Age in completed years?"] is not a text in quotes. Please write "Age in completed years?"']),
    'table for a list': ('units = [{ code = "a", label = "years" }]', 'units = { code = "a", label = "years" }', ['31: question age: units: { code = "a", label = "years" } is not a list of tables. Please write [{ code = "a", label = "years" }]']),
    'id twice': ('id = "course"\nkind', 'id = "diagnosis"\nkind', ['42: question diagnosis (2): stands 2 times. Please give each its own']),
    'code twice': ('code = "I3"', 'code = "I1"', ['75: criterion I1 (2): stands 2 times. Please give each its own']),
    'option twice': ('code = "evans"', 'code = "aiha"', ['38: question diagnosis: option aiha (2): stands 2 times. Please give each its own']),
    'id with a blank': ('id = "age"', 'id = "age years"', ['25: question age years: id: "age years" cannot be used as a name in rules. Please write "age_years"']),
    'id that is a word of rules': ('id = "course"\nkind', 'id = "unknown"\nkind', ['43: question unknown: id: "unknown" cannot be used as a name in rules. Please use Latin letters (a-z), digits and _, and none of: excluded, review, completed, cancelled, unclear, unknown']),
    'id missing': ('id = "age"\n', '', ['24: [[question]] number 2: id is missing. Please add it']),
    'ask missing': ('ask = "Age in completed years?"\n', '', ['24: question age: ask is missing. Please add it']),
    'words missing': ('inclusion = "Relapsed"\n', '', ["75: criterion I3: has none of the record's words. Please give it exactly one of: inclusion, exclusion, line"]),
    'inclusion and exclusion': ('inclusion = "Relapsed"', 'inclusion = "Relapsed"\nexclusion = "New"', ['75: criterion I3: has inclusion and exclusion. Please give it exactly one of: inclusion, exclusion, line']),
    'inclusion misspelt': ('inclusion = "Relapsed"', 'inclusions = "Relapsed"', ['77: criterion I3: inclusions: there is no key inclusions here. Please write inclusion']),
    'one option': ('  { code = "new", text = "Newly found" },\n', '', ['45: question course: options: a choice needs two options or more. Please list them']),
    'unknown listed': ('code = "other"', 'code = "unknown"', ['39: question diagnosis: option unknown: is listed. Please leave it out: every question takes it']),
    'language not declared': ('title = "A made-up trial in anaemia"', 'title = { en = "A trial", zh = "试验" }', ['5: protocol: title: language \'zh\' is not declared. Please write languages = ["en", "zh"] at the top, or take it out']),
    'format of another number': ('format = 2', 'format = 3', ['2: protocol: format: 3 is not format 2. Please write 2']),
    'format in quotes': ('format = 2', 'format = "2"', ['2: protocol: format: "2" is not format 2. Please write 2']),
    'rule that cannot be met': ('rule = "18 <= age <= 80"', "rule = '80 < age < 18'", ['65: criterion I1: rule: can never be met, whatever is answered. Please check its limits, options and brackets']),
    'requires a later one': ('inclusion = "Relapsed"', 'inclusion = "Relapsed"\nrequires = "I4"', ['78: criterion I3: requires: there is no criterion I4 before it. Please name one that stands above']),
    'requires one misspelt': ('inclusion = "Relapsed"', 'inclusion = "Relapsed"\nrequires = "I22"', ['78: criterion I3: requires: there is no criterion I22 before it. Please name one that stands above']),
    'question of a bad question': ('ask = "Pregnant or breast-feeding?"', 'ask = 3', ['50: question pregnant: ask: 3 is not a text in quotes. Please write "3"']),
    'options of a bad question': ('text = "Evans syndrome"', 'text = 3', ['38: question diagnosis: options[2]: text: 3 is not a text in quotes. Please write "3"']),
}  # fmt: skip
OTHER_KINDS: Final[Mapping[str, Mistake]] = {
    'several compared as one': ('"mi" in history', 'history == "mi"', ['129: criterion E4: rule: history takes several options. Please write "mi" in history']),
    'several in a list': ('"mi" in history', 'history in ("mi", "dvt")', ['129: criterion E4: rule: history takes several options. Please write "mi" in history or "dvt" in history']),
    'several not equal': ('"mi" in history', 'history != "mi"', ['129: criterion E4: rule: history takes several options. Please write not ("mi" in history)']),
    'option of several without quotes': ('"mi" in history', 'mi in history', ['129: criterion E4: rule: mi stands without quotes. Please write "mi" in history']),
    'option of several in capitals': ('"mi" in history', '"MI" in history', ['129: criterion E4: rule: history has no option "MI". Please write "mi"']),
    'two options and one question': ('"mi" in history', '"mi" or "dvt" in history', ['129: criterion E4: rule: "mi" stands alone. Please write "mi" in history']),
    'option left alone at the end': ('"mi" in history', '"mi" in history or "dvt"', ['129: criterion E4: rule: "dvt" stands alone. Please write "dvt" in history']),
    'contains': ('"mi" in history', 'history contains "mi"', ['129: criterion E4: rule: there is no sign between history and contains. Please write "..." in history']),
    'none without quotes': ('"mi" in history', 'history == none', ['129: criterion E4: rule: none stands without quotes. Please write history == "none"']),
    'several alone': ('"mi" in history', 'history', ['129: criterion E4: rule: history is compared with nothing. Please write, for example, "stroke" in history']),
    'several in quotes': ('"mi" in history', '"mi" in "history"', ['129: criterion E4: rule: the question history stands in quotes. Please write "mi" in history']),
    'count': ('"mi" in history', 'count("mi" in history, "dvt" in history)', ['129: criterion E4: rule: there is no count in a rule. Please write at_least(2, "mi" in history, "dvt" in history), with your number']),
    'at_least without its line': ('"mi" in history', 'atleast(2, "mi" in history, "dvt" in history)', ['129: criterion E4: rule: there is no atleast in a rule. Please write at_least(2, "mi" in history, "dvt" in history), with your number']),
    'at_least without a number': ('"mi" in history', 'at_least("mi" in history, "dvt" in history)', ['129: criterion E4: rule: at_least needs a number, and that many conditions or more. Please write it as in at_least(2, fever, cough, dyspnoea)']),
    'fault inside of at_least': ('"mi" in history', 'at_least(2, "MI" in history, "dvd" in history)', ['129: criterion E4: rule: history has no option "MI". Please write "mi"', '129: criterion E4: rule: history has no option "dvd". Please use one of: stroke, mi, dvt']),
    'time without quotes': ('last_transfusion < "2 wk"', 'last_transfusion < 2 weeks', ['134: criterion E5: rule: 2 weeks is a limit without quotes. Please write "2 wk"']),
    'time in words': ('last_transfusion < "2 wk"', 'last_transfusion < "2 weeks"', ['134: criterion E5: rule: last_transfusion has no unit weeks. Please write "2 wk"']),
    'time without a blank': ('last_transfusion < "2 wk"', 'last_transfusion < "2wk"', ['134: criterion E5: rule: "2wk" is not how a limit is written. Please write "2 wk"']),
    'within': ('last_transfusion < "2 wk"', 'last_transfusion within 2 weeks', ['134: criterion E5: rule: "within" is not written so in a rule. Please write <', '134: criterion E5: rule: 2 weeks is a limit without quotes. Please write "2 wk"']),
    'less than ago': ('last_transfusion < "2 wk"', 'last_transfusion less than 2 weeks ago', ['134: criterion E5: rule: "less than" is not written so in a rule. Please write <', '134: criterion E5: rule: 2 weeks ago is a limit without quotes. Please write "2 wk"']),
    'date for a time': ('last_transfusion < "2 wk"', 'last_transfusion < "2026-01-01"', ['134: criterion E5: rule: 2026-01-01 is a date, and no dates are asked. Please ask how long ago: kind = "since", "6 mo"']),
    'time without a unit': ('last_transfusion < "2 wk"', 'last_transfusion < 2', ['134: criterion E5: rule: 2 has no unit. Please write "2 d", or "2 wk", or "2 mo"']),
    'never without quotes': ('last_transfusion < "2 wk"', 'last_transfusion == never', ['134: criterion E5: rule: never stands without quotes. Please write last_transfusion == "never"']),
    'possible range of a time': ('kind = "since"\n', 'kind = "since"\npossible = [0, 10]\n', ['112: question last_transfusion: possible: is not for how long ago something was, which has its units, never and ongoing. Please remove it']),
    'times ULN without quotes': ('alt > "3 {xULN}"', 'alt > 3 x ULN', ['139: criterion E6: rule: 3 x ULN is a limit without quotes. Please write "3 {xULN}"']),
    'times ULN in quotes': ('alt > "3 {xULN}"', 'alt > "3 x ULN"', ['139: criterion E6: rule: alt has no unit x ULN. Please write "3 {xULN}"']),
    'ULN with a sign': ('alt > "3 {xULN}"', 'alt > "3×ULN"', ['139: criterion E6: rule: alt has no unit ×ULN. Please write "3 {xULN}"']),
    'ULN as a product': ('alt > "3 {xULN}"', 'alt > 3 * ULN', ['139: criterion E6: rule: 3 * ULN is a limit without quotes. Please write "3 {xULN}"']),
    'ULN without a blank': ('alt > "3 {xULN}"', 'alt > 3xULN', ['139: criterion E6: rule: 3xULN is a limit without quotes. Please write "3 {xULN}"']),
    'unit of the enzyme in small letters': ('alt > "3 {xULN}"', 'alt > "120 u/l"', ['139: criterion E6: rule: alt has no unit u/l. Please write "120 U/L"']),
    'ULN key misspelt': ('use = "alt"', 'use = "alt"\nuln = { posible = [1, 2], usual = [1, 2] }', ['116: question alt: uln: posible: there is no key posible here. Please write possible']),
    'power as in Excel': ('formula = "body_weight / height"', 'formula = "body_weight / height^2"', ['120: question index: formula: ^ is no sign of a formula. Please write body_weight / height ** 2']),
    'division sign': ('formula = "body_weight / height"', 'formula = "body_weight ÷ height"', ['120: question index: formula: ÷ is no sign of a formula. Please write body_weight / height']),
    'superscript': ('formula = "body_weight / height"', 'formula = "body_weight / height²"', ['120: question index: formula: ² is no sign of a formula. Please write body_weight / height ** 2']),
    'letter x': ('formula = "body_weight / height"', 'formula = "body_weight x height"', ['120: question index: formula: x is no sign of a formula. Please write body_weight * height']),
    'formula as in Excel': ('formula = "body_weight / height"', 'formula = "=body_weight / height"', ['120: question index: formula: = is no sign of a formula. Please write body_weight / height']),
    'formula of a misspelt question': ('formula = "body_weight / height"', 'formula = "weight / height"', ['120: question index: formula: there is no question weight. Please write body_weight']),
    'formula of a choice': ('formula = "body_weight / height"', 'formula = "diagnosis / height"', ['120: question index: formula: diagnosis is not answered by a number. Please write it in a condition, as in 2 if diagnosis == "..." else 0']),
    'formula with an open bracket': ('formula = "body_weight / height"', 'formula = "body_weight / (height"', ["120: question index: formula: formula cannot be read at column 15: 'body_weight / (height'. Please check signs and brackets"]),
    'unknown key of a criterion without a rule': ('exclusion = "Any reason against it in the investigator\'s opinion"', 'exclusion = "Any reason against it in the investigator\'s opinion"\nask = 3', ['98: criterion E3: ask: 3 is not a text in quotes. Please write "3"']),
    'name of the last question missing': ('id = "index"\n', '', ['117: [[question]] number 12: id is missing. Please add it']),
}  # fmt: skip
ALL: Final = {
    f"{group}: {name}": mistake
    for group, mistakes in (
        ("operators", OPERATORS),
        ("values", VALUES),
        ("syntax", SYNTAX),
        ("keys", KEYS),
        ("other kinds", OTHER_KINDS),
    )
    for name, mistake in mistakes.items()
}


def told(text: str) -> list[str]:
    try:
        parse_protocol(text, "trial.toml")
    except ProtocolError as error:
        return [line.removeprefix("trial.toml:").strip() for line in error.told()]
    return []


def test_the_trial_has_no_mistake_of_its_own() -> None:
    assert told(TEXT) == []


def test_what_the_documentation_shows_is_told() -> None:
    page = (Path(__file__).parents[2] / "docs" / "protocol-format.md").read_text(encoding="utf-8")
    shown = re.findall(r"^trial\.toml:(.*)$", page, re.MULTILINE)
    assert len(shown) > 3
    assert set(shown) <= {sentence for _, _, sentences in ALL.values() for sentence in sentences}


def test_there_are_more_than_a_hundred_mistakes() -> None:
    assert len(ALL) > 100


WAITING: Final = ("can never be",)
"""Told only once all rules can be read: a rule that cannot may be meant to use any question."""


def places(sentences: list[str]) -> set[str]:
    """Return the places of faults, without their lines: line, place and key are parted by colons."""
    waiting = [each for each in sentences if any(what in each for what in WAITING)]
    kept = [re.sub(r"^\d+: ", "", each) for each in sentences if each not in waiting]
    return {": ".join(each.split(": ")[:2]) for each in kept}


NAMING: Final = re.compile(r"\b(?:id|code|use|kind|options|units|usual|scale) = |\[\[|text = ")
"""What rules depend on: while that is not known, what they say of it is not looked at."""
APART: Final = sorted(name for name, (right, _, _) in ALL.items() if not NAMING.search(right))
LIKE_A_KEY: Final = frozenset({"operators: a colon", "operators: a single equals sign"})
"""What makes a line of a rule look like a key and its value: where the rule is not closed, it may be one."""
PAIRS: Final = st.lists(st.sampled_from(APART), min_size=2, max_size=2, unique=True)


@given(PAIRS)
def test_one_mistake_hides_no_other(pair: list[str]) -> None:
    assume("syntax: rule not closed" not in pair or LIKE_A_KEY.isdisjoint(pair))
    first, second = sorted((ALL[name] for name in pair), key=lambda mistake: TEXT.index(mistake[0]))
    at = TEXT.index(second[0])
    assume(TEXT.index(first[0]) + len(first[0]) < at)
    both = TEXT[:at].replace(first[0], first[1], 1) + TEXT[at:].replace(second[0], second[1], 1)
    assert places(told(both)) == places(first[2]) | places(second[2])


def test_a_table_that_is_called_as_its_criterion_is_told_with_what_to_write() -> None:
    said = told(TEXT.replace('[[criterion]]\ncode = "I1"', "[[I1]]", 1))
    assert "protocol: I1: there is no key I1 here. Please write [[criterion]] or" in said[0]


SLIPS = {
    "options": (
        'side = { ask = "Side?", optons = ["Left", "Right"] }',
        'side == "left"',
        "side: optons",
        "options",
    ),
    "units": (
        'side = { ask = "Dose?", unit = "mg", possible = [0, 9], usual = [0, 9] }',
        "side > 3",
        "side: unit",
        "units",
    ),
    "possible": (
        'side = { ask = "Dose?", kind = "integer", units = "years", posible = [0, 9], usual = [0, 9] }',
        "side > 3",
        "side: posible",
        "possible",
    ),
    "ask": ('side = { aks = "Left?" }', "side", "side: aks", "ask"),
}


@pytest.mark.parametrize(("entry", "rule", "place", "meant"), SLIPS.values(), ids=SLIPS)
def test_a_slip_in_an_entry_of_the_own_catalogue_is_told_once_with_the_likely_key(
    entry: str, rule: str, place: str, meant: str
) -> None:
    head = 'format = 2\nid = "EX"\ntitle = "Fictional"\n[[criterion]]\ninclusion = "A side"\n'
    key = place.rpartition(" ")[2]
    expected = f"8: question {place}: there is no key {key} here. Please write {meant}"
    assert told(f"{head}rule = '{rule}'\n[catalogue]\n{entry}\n") == [expected]


NUMBERED = {
    "a line with a rule": (
        'line = "Both:"\nrule = "x"',
        "7: [[criterion]] number 2: is a line of the record, and has rule",
    ),
    "no words": ("rule = \"sex == 'male'\"", "7: [[criterion]] number 2: has none of the record's words"),
    "empty words": ('exclusion = " "', "8: criterion E1: exclusion: has no words"),
    "a key cut off": (
        'exclusion = "B"\nrul = "sex"',
        "9: criterion E1: rul: there is no key rul here. Please write rule",
    ),
}


@pytest.mark.parametrize(("criterion", "said"), NUMBERED.values(), ids=NUMBERED)
def test_a_criterion_without_a_code_is_told_by_its_own_or_by_the_number_of_its_table(
    criterion: str, said: str
) -> None:
    head = 'format = 2\nid = "EX"\ntitle = "Fictional"\n\n[[criterion]]\nline = "Criteria:"\n'
    only, *_ = told(f'{head}[[criterion]]\n{criterion}\n[[criterion]]\nexclusion = "C"\n')
    assert only.startswith(said)


def test_criteria_that_are_listed_as_texts_are_told_once() -> None:
    listed = 'format = 2\nid = "EX"\ntitle = "Fictional"\ncriterion = ["Adult", "No stroke"]\n'
    fault = 'criterion: ["Adult", "No stroke"] is not a list of tables. Please write [[criterion]] above each'
    assert told(listed) == [f"4: protocol: {fault}"]


@pytest.mark.parametrize(
    "text",
    [
        "Inclusion Criteria:\n1. Age 18-75\n2. ALT <= 2.5 x ULN\n",
        "code\tinclusion\trule\nI1\tAged 18 or more\tage >= 18\n",
        'code,kind,text\nI1,inclusion,"Aged 18, or more"\n',
        "入选标准：\n1. 年龄 18 至 75 岁\n",
    ],
    ids=["a record", "pasted from a spreadsheet", "CSV", "a record in Chinese"],
)
def test_what_is_no_trials_file_at_all_is_told_once(text: str) -> None:
    (said,) = told(text)
    assert said.startswith(
        "file: has no line such as key = value or [[criterion]]. Please begin with prescreen"
    )


def test_what_only_an_alert_names_is_not_asked() -> None:
    alert = "\n[[alert]]\nid = 'A'\ntext = 'Look.'\nwhen = 'crp > \"50 mg/L\"'\n"
    (said,) = told(TEXT + alert)
    assert said.endswith("Please name crp in the rule of a criterion: what no criterion needs is never asked")


def test_options_without_quotes_are_told_beside_a_fault_of_their_question() -> None:
    wrong = TEXT.replace('text = "Evans syndrome"', "text = 3").replace(
        'diagnosis in ("aiha", "evans")', "diagnosis in (aiha, evans)"
    )
    wrong = wrong.replace('options = "course"', "options = 3").replace(
        'course == "relapsed"', "course == relapsed"
    )
    said = [each.partition(": ")[2] for each in told(wrong)]
    assert (
        'criterion I2: rule: aiha, evans stands without quotes. Please write diagnosis in ("aiha", "evans")'
        in said
    )
    assert 'criterion I3: rule: relapsed stands without quotes. Please write course == "relapsed"' in said


@pytest.mark.parametrize(("right", "wrong", "sentences"), ALL.values(), ids=ALL)
def test_a_mistake_is_told_with_what_to_write(right: str, wrong: str, sentences: list[str]) -> None:
    assert right in TEXT
    assert told(TEXT.replace(right, wrong, 1)) == sentences


def test_a_value_over_what_has_no_number_is_told_and_breaks_nothing() -> None:
    question = """
[[question]]
id = "daily"
ask = "Daily dose?"
units = [
  { code = "mg/kg", label = "mg/kg", possible = [0, 50], usual = [1, 5] },
  { code = "mg", label = "mg", possible = [0, 900], usual = [1, 300], per = "pregnant", gives = "mg/kg" },
]

[[criterion]]
code = "E8"
exclusion = "A high dose"
rule = 'daily > "5 mg/kg"'
"""
    assert any(
        "pregnant is not another question for an exact number" in said for said in told(TEXT + question)
    )


RATES: Final = """
[[question]]
use = "heart_rate"
id = "rate1"

[[question]]
use = "heart_rate"

[[question]]
use = "heart_rate"
id = "rate3"

[[question]]
use = "heart_rate"
id = "rate"
formula = "(rate1 + rate2 + rate3) / 3"

[[criterion]]
exclusion = "Heart rate above 100 beats/min"
rule = 'rate > "100 /min"'
"""


@pytest.mark.parametrize("where", ["formula", "rule"])
def test_of_a_question_without_its_id_that_is_said_and_no_other_name_proposed(where: str) -> None:
    rates = RATES if where == "formula" else RATES.replace("rate2 + ", "").replace("rate > ", "rate2 > ")
    (said,) = told(TEXT + rates)
    assert said.endswith(
        'there is no question rate2. Please add id = "rate2" to the question with use = "heart_rate"'
    )


def test_no_name_is_proposed_that_the_formula_has_already() -> None:
    (said,) = told(TEXT.replace('"body_weight / height"', '"body_weight / (height * heigth)"'))
    assert "Please write height" not in said
