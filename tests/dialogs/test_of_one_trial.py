"""Which words make a criterion one of its own trial, so that no two trials share it, and which do not.

Whoever finds a sentence that is taken for the wrong one adds it here first.
"""

from __future__ import annotations

from typing import Final

import pytest

from dialogs.loading import parse_protocol
from dialogs.loading.catalogue import entries
from dialogs.of_one_trial import speaks_of_one_trial
from dialogs.portfolio.merging import merged
from dialogs.protocol import Protocol

OF_ONE_TRIAL: Final = (
    "Known hypersensitivity to any component of the drug", "Previous treatment with the IMP",
    "Unable to follow protocols", "Willing to return for all visits", "Previous exposure to this drug",
    "Contraindication to the test drug", "Agrees to use contraception until 6 months after the last dose",
    "Employee of the sponsor", "Life expectancy beyond the end of treatment",
    "Prior treatment with the same drug class", "Use of prohibited medications",
    "Concomitant medication not allowed", "Contraindicated medication", "Use of forbidden drugs",
    "Needs excluded medication", "Takes any medication that is not permitted",
    "Taking restricted concomitant medication", "Suitable donor available", "No HLA-matched donor",
    "Donor-specific antibodies against the donor", "Patient or family refuses", "Declines treatment",
    "Unwilling to comply", "Unwilling or unable to comply", "Able to comply", "Poor compliance expected",
    "Agrees to use effective contraception", "Able to cooperate", "Does not adhere to instructions",
    "Any other condition listed above", "Meets the inclusion criteria", "Meets any exclusion criterion",
    "Any of the above", "Any disease mentioned above", "None of the conditions below", "One of the following",
    "Any of the following conditions", "Aforementioned disorders", "Conditions as specified in section 5",
    "Drugs listed in table 2", "Exclusion 4 applies", "Unsuitable for treatment", "Not a suitable candidate",
    "Not suitable for surgery", "Eligible for transplantation", "Contraindication to surgery",
    "Any contraindication", "Contraindications to the procedure", "Any other reason", "Any other serious condition",
    "Another malignancy within 5 years", "Other cancer", "Known hypersensitivity", "Allergy to these drugs",
    "Allergy to similar compounds", "Previous treatment with drugs of the same class",
    "Inadequate response to previous treatment", "Active disease", "Newly diagnosed",
    "Relapsed or refractory disease", "Treatment-naive", "Measurable disease",
    "Stable disease for at least 3 months", "Symptoms for at least 6 months", "Adequate organ function",
    "Sufficient venous access", "Unable to tolerate treatment", "Able to undergo all assessments",
    "Within 4 weeks before treatment", "Within 30 days prior to dosing", "Pregnant during treatment",
    "Fever within 7 days of vaccination", "Judged unsuitable by the physician",
    "In the opinion of the treating doctor", "Treated at our hospital", "Able to come to the clinic",
    "Progression of the disease", "Index stroke within 24 hours", "Experimental therapy within 3 months",
    "Relative of research personnel", "Antibiotics in the wash-out", "Cannot complete questionnaires",
    "Contraindications to therapy", "Assigned to cohort B", "Not able to stop medication", "Known intolerance",
    "Poor response to prior therapy", "Previous participation",
)  # fmt: skip
OF_ONE_TRIAL_IN_CHINESE: Final = (
    "对受试药物过敏", "对治疗药物任一成分过敏", "既往用过该药", "同意末次给药后6个月内避孕", "能按时随访", "对本品过敏", "对本品或类似药物过敏", "有本品禁忌证", "正在使用禁用药物",
    "使用禁用药", "合并使用禁止的药物", "使用不允许的合并用药", "拒绝治疗", "家属不同意", "患者或家属拒绝", "不愿意配合", "依从性差", "不能遵从医嘱要求", "自愿签署", "不符合上述条件",
    "符合上述条件", "以上任何一种情况", "符合以下任一条件", "下列疾病之一", "存在以下情况之一", "前述药物", "所列药物", "附录中的药物", "符合第3条", "符合排除标准", "其他不适合的情况",
    "其他任何原因", "医生认为不合适", "医师判断不宜手术", "不适合治疗", "不宜手术", "不能耐受手术", "不能耐受治疗", "有禁忌证", "存在手术禁忌证", "治疗禁忌", "无适应证",
    "对该疫苗过敏", "既往接种过该疫苗", "对药物过敏", "对药物成分过敏", "对其任一成分过敏", "同类产品过敏", "结构类似药物过敏", "有合适的供者", "供者年龄超过50岁", "无HLA相合供体",
    "本病复发", "该病病程", "此次发作", "其他恶性肿瘤", "合并其他肿瘤", "活动期", "病情稳定", "初治患者", "复发难治", "既往治疗失败", "疾病进展", "症状持续6个月以上",
    "病程超过6个月", "器官功能足够", "有足够的骨髓储备", "治疗前4周内", "用药前2周内感染", "术前4周内用过抗生素", "首次治疗后3个月", "洗脱期内用药", "在本院治疗", "能按时复诊",
    "能填写日记卡", "实验性治疗", "其他情况",
)  # fmt: skip
OF_ANY_TRIAL: Final = (
    "Drug abuse", "Diabetes treated with insulin", "Last dose of a live vaccine", "Prior transplant",
    "History of stroke", "Contraindication to MRI", "Allergy to penicillin", "Allergy to contrast media",
    "Haemoglobin below 100 g/L", "Amputation above the knee", "Blood pressure above 160 mmHg",
    "Fracture below the hip", "Cognitive decline", "Decline of eGFR by 30 %",
    "Stroke following surgery of the heart", "Hepatitis following transfusion", "Pregnant or breast-feeding",
    "Active hepatitis B", "Uncontrolled hypertension", "Unstable angina", "Severe asthma",
    "Newly diagnosed diabetes", "Relapsed lymphoma", "Refractory epilepsy", "Metastatic breast cancer",
    "Prior chemotherapy", "Treatment with methotrexate", "Inadequate response to methotrexate",
    "Intolerance of lactose", "Not eligible for autologous transplant", "Unfit for chemotherapy",
    "Bleeding disorder", "Waiting list for kidney transplant", "Solid organ transplant recipient",
    "Alcohol dependence", "Illicit drugs", "Over-the-counter drugs", "Dialysis", "On anticoagulation",
    "Age-related macular degeneration", "IgG4-related disease", "Alcohol-related disorders",
    "Meets the Milan criteria of liver cancer", "Rome IV criteria of irritable bowel", "Body mass index over 35",
    "Perforated appendix", "Wears a pacemaker", "Signs of infection", "Major surgery",
    "Planned heart surgery within 3 months", "Systemic treatment such as immunosuppressive drugs",
    "Interstitial lung disease", "Fever on most days", "Percutaneous coronary intervention", "Suicidal ideation",
    "Hearing aid", "Legally incapable", "Blood transfusion within 28 days", "Myocardial infarction within 6 months",
    "Infection that needs intravenous antibiotics", "Cirrhosis of the liver", "Inadequate sleep",
    "Liver or kidney disease", "Steroids at a stable dose", "Family history of thyroid cancer", "Splenectomy",
    "QT prolongation", "Treated with warfarin after a stroke", "Seizures despite two drugs", "Food allergy",
    "Cardiac surgery within 3 months", "Disease of the thyroid", "Stage III disease of the kidney",
    "Untreated hepatitis C", "Radiotherapy of the brain",
)  # fmt: skip
OF_ANY_TRIAL_IN_CHINESE: Final = (
    "妊娠试验阳性", "结核菌素试验阳性", "口服葡萄糖耐量试验2小时血糖升高", "对疫苗过敏", "末次接种活疫苗", "妊娠或哺乳", "对青霉素过敏", "对造影剂过敏", "MRI禁忌证",
    "血红蛋白低于100 g/L", "18岁以上", "3级以上心功能不全", "膝以上截肢", "中性粒细胞1.0以下", "未控制的高血压", "活动性乙型肝炎", "活动性结核", "不稳定型心绞痛",
    "近6个月心肌梗死", "脑卒中病史", "肝硬化", "慢性肾脏病", "透析", "糖尿病", "1型糖尿病", "系统性红斑狼疮", "间质性肺病", "重度哮喘", "癫痫病史", "严重感染",
    "人类免疫缺陷病毒感染", "实体器官移植史", "造血干细胞移植史", "脾切除史", "房颤", "QT间期延长", "心脏起搏器", "酒精依赖", "药物滥用", "违禁药物滥用", "吸烟", "使用胰岛素",
    "使用抗凝药", "使用糖皮质激素", "甲氨蝶呤治疗失败", "化疗后复发的淋巴瘤", "初诊糖尿病", "难治性癫痫", "转移性乳腺癌", "脑转移", "既往化疗", "既往放疗", "大手术史",
    "近3个月献血", "近28天输血", "前列腺增生", "体重指数超过35", "精神分裂症", "自杀意念", "认知障碍", "乳糖不耐受", "食物过敏史", "花粉过敏", "家族性甲状腺髓样癌",
    "肝肾功能不全", "出血性疾病", "深静脉血栓", "未经治疗的丙肝", "需静脉抗生素的感染", "拟行冠脉搭桥", "吞咽困难", "听力障碍",
)  # fmt: skip
ONE: Final = [("en", words) for words in OF_ONE_TRIAL] + [("zh", words) for words in OF_ONE_TRIAL_IN_CHINESE]
ANY: Final = [("en", words) for words in OF_ANY_TRIAL] + [("zh", words) for words in OF_ANY_TRIAL_IN_CHINESE]


def trial(name: str, language: str, words: str) -> Protocol:
    head = f'format = 2\nid = "{name}"\nlanguages = ["{language}"]\ntitle = "A fictional trial"\n'
    return parse_protocol(f'{head}[[criterion]]\nexclusion = "{words}"\n', name)


@pytest.mark.parametrize(("language", "words"), ONE, ids=[words for _, words in ONE])
def test_what_is_of_one_trial_is_asked_for_each_by_name(language: str, words: str) -> None:
    portfolio = merged([trial("A", language, words), trial("B", language, words)])
    assert [question.ask[language][0] for question in portfolio.questions] == ["A", "B"]
    assert [question.short[language][0] for question in portfolio.questions] == ["A", "B"]


@pytest.mark.parametrize(("language", "words"), ANY, ids=[words for _, words in ANY])
def test_what_any_trial_means_alike_is_asked_once(language: str, words: str) -> None:
    first = trial("A", language, words)
    portfolio = merged([first, trial("B", language, words)])
    assert [question.ask for question in portfolio.questions] == [first.questions[0].ask]


def test_there_are_sentences_enough_of_each_kind() -> None:
    tables = (OF_ONE_TRIAL, OF_ONE_TRIAL_IN_CHINESE, OF_ANY_TRIAL, OF_ANY_TRIAL_IN_CHINESE)
    assert all(len({*table}) == len(table) >= 60 for table in tables)
    assert not {*ONE} & {*ANY}


NAMED_BY_OPTIONS: Final = """
[[question]]
id = "which"
kind = "several"
ask = "Which of the following does the patient take?"
options = [{ code = "aspirin", text = "Aspirin" }, { code = "heparin", text = "Heparin" }]

[[criterion]]
code = "E1"
exclusion = "Aspirin"
rule = '"aspirin" in which'
"""


def test_what_options_say_needs_no_trial_to_say_it() -> None:
    head = 'format = 2\nid = "{}"\ntitle = "A fictional trial"\n'
    trials = [parse_protocol(head.format(name) + NAMED_BY_OPTIONS, name) for name in "AB"]
    assert len(merged(trials).questions) == 1


RELATIVE: Final = ("last_exacerbation", "last_other_malignancy", "histology")
"""Questions of the catalogue that mean the disease of the trial without naming the trial."""
WELL_KNOWN: Final = (
    "sex",
    "hemoglobin",
    "egfr",
    "body_weight",
    "diabetes",
    "last_major_surgery",
    "mri_contraindication",
    "last_menstrual_period",
)


@pytest.mark.parametrize("entry", [*RELATIVE, *WELL_KNOWN])
def test_a_question_of_the_catalogue_is_shared_unless_it_means_the_disease_of_the_trial(entry: str) -> None:
    assert entry in entries()
    text = f'format = 2\nid = "A"\nlanguages = ["en", "zh"]\ntitle = {{ en = "A", zh = "A" }}\n[[question]]\nuse = "{entry}"\n'
    protocol = parse_protocol(f'{text}[[criterion]]\nexclusion = "Smokes"\n', "A")
    assert speaks_of_one_trial(protocol.question(entry)) == (entry in RELATIVE)
