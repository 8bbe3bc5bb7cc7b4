"""Which questions of two trials are the same, and what one trial's are called where they are not."""

from __future__ import annotations

from typing import Final

import pytest

from dialogs.loading import load, parse_protocol, parse_stored, shipped_protocols
from dialogs.loading.formulas import EXACT
from dialogs.portfolio.merging import Portfolio, merged, remade
from dialogs.protocol import Protocol

HEMOGLOBIN = '[[question]]\nuse = "hemoglobin"\n'
ALT = '[[question]]\nuse = "alt"\n'
ALT_RULE = '[[criterion]]\ncode = "I1"\ninclusion = "ALT"\nrule = \'alt <= "2 {xULN}"\'\n'
PAIN = '[[question]]\nid = "pain"\nask = "Pain?"\n'
PAIN_RULE = '[[criterion]]\ncode = "E1"\nexclusion = "Pain"\nrule = "pain"\n'
HEMOGLOBIN_RULE = '[[criterion]]\ncode = "I1"\ninclusion = "Hb"\nrule = \'hemoglobin < "100 g/L"\'\n'
SMOKER = '[[criterion]]\ncode = "E9"\nexclusion = "Smokes"\n'


def trial(name: str, *tables: str) -> Protocol:
    return parse_protocol(
        f'format = 2\nid = "{name}"\ntitle = "Fictional"\n' + "".join(tables), f"{name}.toml"
    )


def names(portfolio: Portfolio) -> list[str]:
    return [question.id for question in portfolio.questions]


CASES = {
    "the same entry of the catalogue": (
        [(HEMOGLOBIN, HEMOGLOBIN_RULE), (HEMOGLOBIN, HEMOGLOBIN_RULE)],
        ["hemoglobin"],
    ),
    "another help, which each trial shows": (
        [(HEMOGLOBIN, HEMOGLOBIN_RULE), (HEMOGLOBIN, 'help = "Within 7 days."\n', HEMOGLOBIN_RULE)],
        ["hemoglobin"],
    ),
    "what is usual in a trial does not matter": (
        [(HEMOGLOBIN, HEMOGLOBIN_RULE), (HEMOGLOBIN, "usual = [60, 120]\n", HEMOGLOBIN_RULE)],
        ["hemoglobin"],
    ),
    "what is possible does": (
        [(HEMOGLOBIN, HEMOGLOBIN_RULE), (HEMOGLOBIN, "possible = [20, 200]\n", HEMOGLOBIN_RULE)],
        ["hemoglobin", "B/hemoglobin"],
    ),
    "a value with its limit": ([(ALT, ALT_RULE), (ALT, ALT_RULE)], ["alt", "alt_uln"]),
    "a value whose limit is another": (
        [(ALT, ALT_RULE), (ALT, "uln = { possible = [10, 90], usual = [25, 70] }\n", ALT_RULE)],
        ["alt", "alt_uln", "B/alt", "B/alt_uln"],
    ),
    "another id": (
        [(PAIN, PAIN_RULE), (PAIN.replace('"pain"', '"ache"'), PAIN_RULE.replace('"pain"', '"ache"'))],
        ["pain"],
    ),
    "other words": ([(PAIN, PAIN_RULE), (PAIN.replace("?", " now?"), PAIN_RULE)], ["pain", "B/pain"]),
    "a criterion that is asked as it stands": (
        [(SMOKER,), (PAIN, PAIN_RULE, SMOKER.replace("E9", "E2"))],
        ["e9", "pain"],
    ),
}


def test_a_number_that_is_rounded_before_it_is_compared_is_another_one() -> None:
    now = trial("A", '[[criterion]]\ncode = "I1"\ninclusion = "BMI"\nrule = \'bmi < "25 kg/m2"\'\n')
    before = parse_stored(now.text.replace(EXACT, "").replace('"A"', '"B"'), "stored")
    assert names(merged([now, before])) == ["body_weight", "height", "bmi", "B/bmi"]


@pytest.mark.parametrize(("trials", "questions"), CASES.values(), ids=CASES)
def test_what_a_person_sees_and_rules_use_alike_is_one_question(
    trials: list[tuple[str, ...]], questions: list[str]
) -> None:
    portfolio = merged([trial(name, *tables) for name, tables in zip("ABC", trials, strict=False)])
    assert names(portfolio) == questions
    for each in portfolio.trials:
        for question, place in zip(each.protocol.questions, each.places, strict=True):
            assert portfolio.questions[place].ask["en"].endswith(question.ask["en"])


def test_a_portfolio_has_the_criteria_and_parts_of_every_trial() -> None:
    trials = [load(name) for name in sorted(shipped_protocols())]
    portfolio = merged(trials)
    assert len(portfolio.criteria) == sum(len(each.criteria) for each in trials)
    assert [part.code for part in portfolio.parts] == [
        *("EXAMPLE-DM2", "EXAMPLE-MDD", "EXAMPLE-NSCLC/A", "EXAMPLE-NSCLC/B", "NCT04420494"),
    ]
    cohorts = portfolio.trials[2]
    assert portfolio.criterion_by_code["EXAMPLE-NSCLC/I3A"].parts == ("EXAMPLE-NSCLC/A",)
    assert portfolio.parts_of[portfolio.trials[0].first] == 1
    assert cohorts.parts == 0b1100
    assert portfolio.question("bilirubin_uln").unit_of == "bilirubin_total"
    assert portfolio.limits[portfolio.position["alt_uln"]] == portfolio.position["alt"]


def test_a_question_is_worded_by_the_trial_that_has_the_most_languages() -> None:
    english = load("EXAMPLE-NSCLC")
    portfolio = merged([english, load("NCT04420494")])
    assert english.languages == ("en",)
    assert portfolio.question("platelets").ask.keys() == {"en", "zh"}


def test_the_text_of_a_portfolio_names_its_trials_by_their_sha256_and_says_which_questions_are_the_same() -> (
    None
):
    trials = [trial("A", PAIN, PAIN_RULE), trial("B", PAIN, PAIN_RULE, SMOKER)]
    portfolio = merged(trials)
    assert portfolio.text == f'portfolio = [["{trials[0].sha256}",[0]],["{trials[1].sha256}",[0,1]]]\n'
    assert portfolio.sha256 == merged(trials).sha256 != merged(trials[::-1]).sha256


def test_what_was_stored_as_two_questions_stays_two_whatever_is_taken_for_the_same_now() -> None:
    by_sha256 = {each.sha256: each for each in (trial("A", PAIN, PAIN_RULE), trial("B", PAIN, PAIN_RULE))}
    stored = merged(list(by_sha256.values()), [(0,), (1,)])
    again = remade(stored.text, by_sha256.__getitem__)
    assert again is not None
    assert names(again) == ["pain", "B/pain"]
    assert remade(PAIN, by_sha256.__getitem__) is None


@pytest.mark.parametrize(
    "ask", ["Stable for as long as the trial asks?", "Weight at baseline?", "试验期间能否避孕？"]
)
def test_a_question_that_means_one_trial_is_asked_for_each_by_its_name(ask: str) -> None:
    question = f'[[question]]\nid = "it"\nask = "{ask}"\nshort = "it"\n'
    rule = '[[criterion]]\ncode = "I1"\ninclusion = "It"\nrule = "it"\n'
    language = 'languages = ["zh"]\n' if not ask.isascii() else ""
    portfolio = merged([trial(name, language, question, rule) for name in "AB"])
    assert names(portfolio) == ["it", "B/it"]
    (code,) = portfolio.languages
    mark = ": " if code == "en" else "："
    assert [each.ask[code] for each in portfolio.questions] == [f"A{mark}{ask}", f"B{mark}{ask}"]
    assert [each.short[code] for each in portfolio.questions] == [f"A{mark}It", f"B{mark}It"]


@pytest.mark.parametrize("entry", ["consent_willing", "able_to_consent", "other_trial"])
def test_no_two_trials_share_an_agreement_to_take_part(entry: str) -> None:
    rule = f'[[criterion]]\ncode = "I1"\ninclusion = "It"\nrule = \'{entry} == "yes"\'\n'
    assert len(merged([trial("A", rule), trial("B", rule)]).questions) == 2


def worded(name: str, **ask: str) -> Protocol:
    """Return a trial with one question, in the languages of its words."""
    languages = "".join(f'"{code}", ' for code in ask)
    texts = ", ".join(f'{code} = "{text}"' for code, text in ask.items())
    head = f'format = 2\nid = "{name}"\nlanguages = [{languages}]\ntitle = "A fictional trial"\n'
    question = f'[[question]]\nid = "tx"\nask = {{ {texts} }}\nshort = {{ {texts} }}\n'
    return parse_protocol(f'{head}{question}[[criterion]]\nexclusion = "Words"\nrule = "tx"\n', name)


STEM_CELLS: Final = {"en": "Prior transplant?", "zh": "既往造血干细胞移植？"}
ORGAN: Final = {"en": "Prior transplant?", "zh": "既往器官移植？"}
IN_ENGLISH: Final = {"en": "Prior transplant?"}
IN_CHINESE: Final = {"zh": "既往器官移植？"}
LANGUAGES = {
    "two that differ in Chinese, and one that does not say which": ([STEM_CELLS, ORGAN, IN_ENGLISH], [0, 1, 2]),
    "in whatever order": ([IN_ENGLISH, STEM_CELLS, ORGAN], [0, 1, 2]),
    "one of two languages, and one of the first": ([IN_ENGLISH, ORGAN], [0, 0]),
    "one in the other language alone parts no two": ([ORGAN, IN_ENGLISH, IN_CHINESE], [0, 0, 0]),
    "two that do not say which, and are worded alike": ([STEM_CELLS, ORGAN, IN_ENGLISH, IN_ENGLISH], [0, 1, 2, 2]),
    "two with no language in common": ([IN_ENGLISH, IN_CHINESE], [0, 1]),
}  # fmt: skip


@pytest.mark.parametrize(("trials", "places"), LANGUAGES.values(), ids=LANGUAGES)
def test_one_question_is_worded_alike_in_every_language_that_two_trials_have(
    trials: list[dict[str, str]], places: list[int]
) -> None:
    portfolio = merged([worded(f"T{number}", **ask) for number, ask in enumerate(trials)])
    assert [place for trial in portfolio.trials for place in trial.places] == places


MAJOR_SURGERY: Final = '[[criterion]]\ncode = "E1"\nexclusion = "Major surgery"\n'
LINES = {
    "the same line": (("Within 4 weeks before:",) * 2, 1),
    "another line": (("Within 4 weeks before:", "Within 6 months before:"), 2),
    "a line and none": (("Within 4 weeks before:", None), 2),
    "a line that says nothing": (("Key exclusion criteria:", None), 1),
    "the same, in Chinese": (("排除标准：", "Exclusion criteria"), 1),
    "a line of its own trial": (("Before enrolment:",) * 2, 2),
}


@pytest.mark.parametrize(("lines", "asked"), LINES.values(), ids=LINES)
def test_a_criterion_that_is_asked_as_it_stands_means_what_the_line_above_it_says(
    lines: tuple[str | None, str | None], asked: int
) -> None:
    above = ["" if each is None else f'[[criterion]]\nline = "{each}"\n' for each in lines]
    portfolio = merged([trial(name, each, MAJOR_SURGERY) for name, each in zip("AB", above, strict=True)])
    assert len(portfolio.questions) == asked
    assert all(each.ask["en"][0] in "AB" for each in portfolio.questions) is (asked == 2)


def test_a_line_says_nothing_of_a_question_that_has_words_of_its_own() -> None:
    line = '[[criterion]]\nline = "Within 4 weeks:"\n'
    assert len(merged([trial("A", PAIN, line, PAIN_RULE), trial("B", PAIN, PAIN_RULE)]).questions) == 1


SEX_RULE: Final = '[[criterion]]\ncode = "I1"\ninclusion = "Men"\nrule = \'{} == "male"\'\n'


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ('[[question]]\nuse = "sex"\nask = "Sex at birth?"\n', 1),
        ('[[question]]\nid = "sex_at_birth"\nuse = "sex"\n', 1),
        ('[[question]]\nid = "donor_sex"\nuse = "sex"\nask = "Sex of the donor?"\n', 2),
        ('[[question]]\nid = "twin_sex"\nuse = "sex"\nask = "Sex of the twin?"\n', 2),
    ],
)
def test_the_sex_of_somebody_else_is_another_question(question: str, asked: int) -> None:
    name = question.split('"')[1]
    trials = [trial("A", question, SEX_RULE.format(name)), trial("B", SEX_RULE.format("sex"))]
    assert len(merged(trials).questions) == asked


def test_the_only_unit_of_a_question_is_its_first_one_whether_or_not_its_scale_is_written_down() -> None:
    weight = (
        '[[question]]\nuse = "body_weight"\nunits = [{{ code = "kg", label = "kg", spellings = ["kg"]{} }}]\n'
    )
    rule = '[[criterion]]\ncode = "I1"\ninclusion = "Weight"\nrule = \'body_weight > "50 kg"\'\n'
    plain, scaled = (
        trial(name, weight.format(more), rule) for name, more in (("A", ""), ("B", ", scale = 1"))
    )
    assert [each.questions[0].units[0].scale for each in (plain, scaled)] == [None, 1]
    assert names(merged([plain, scaled])) == ["body_weight"]


PLAIN: Final = ("age_years", "sex", "bmi", "hba1c", "egfr", "creatinine_clearance", "hemoglobin", "ecog")
"""Questions of the catalogue that the fictional trials ask, or their formulas, and that files take as they are."""


def test_the_fictional_trials_ask_what_they_take_of_the_catalogue_as_any_trial_does() -> None:
    fictional = [load(name) for name in sorted(shipped_protocols()) if name.startswith("EXAMPLE-")]
    asked = {question.id for each in fictional for question in each.questions}
    assert {*PLAIN} <= asked
    plain = trial("PLAIN", SMOKER, *(f'[[question]]\nuse = "{entry}"\n' for entry in PLAIN))
    portfolio = merged([*fictional, plain])
    assert [each for each in names(portfolio) if each.startswith("PLAIN/")] == []
    parts = {"body_weight", "height"}
    assert parts <= plain.position.keys() & portfolio.position.keys()
    assert portfolio.position.keys() == {*merged(fictional).position, "e9"}


EGFR_RULE: Final = (
    '[[criterion]]\ncode = "I1"\ninclusion = "eGFR"\nrule = \'egfr >= "30 mL/min/{1.73_m2}"\'\n'
)
CREATININE_RULE: Final = (
    '[[criterion]]\ncode = "E1"\nexclusion = "Creatinine"\nrule = \'creatinine > "3 {xULN}"\'\n'
)


def test_questions_in_the_same_words_that_are_not_the_same_are_told_apart_by_their_trials() -> None:
    trials = [trial("A", EGFR_RULE, CREATININE_RULE), *(trial(name, EGFR_RULE) for name in "BCD")]
    called = {each.id: each.short["en"] for each in merged(trials).questions}
    assert called["egfr"] == "A: eGFR"
    assert called["B/egfr"] == "B and 2 more: eGFR"
    assert {each for each in called.values() if "reatinine" in each} == {
        "A: Creatinine",
        "Creatinine ULN",
        "A and 3 more: Creatinine",
    }
    assert called["sex"] == "Sex"


def test_what_one_trial_alone_calls_alike_is_not_named_by_it() -> None:
    portfolio = merged([trial("A", EGFR_RULE, CREATININE_RULE), trial("B", PAIN, PAIN_RULE)])
    assert not any(each.short["en"].startswith("A: ") for each in portfolio.questions)


def test_what_was_stored_as_one_question_is_not_said_to_be_of_one_trial() -> None:
    refuses = '[[criterion]]\ncode = "E1"\nexclusion = "Refuses"\n'
    trials = [trial("A", refuses), trial("B", refuses)]
    assert [each.short["en"] for each in merged(trials, [(0,), (0,)]).questions] == ["Refuses"]
    assert [each.short["en"] for each in merged(trials).questions] == ["A: Refuses", "B: Refuses"]


def test_questions_worded_alike_are_told_apart_also_where_one_of_the_trials_has_parts() -> None:
    parts = "".join(f'[[part]]\ncode = "{each}"\nname = "{each}"\n' for each in ("ONE", "TWO"))
    trials = [trial("A", EGFR_RULE, CREATININE_RULE), trial("B", parts, EGFR_RULE)]
    called = {each.id: each.short["en"] for each in merged(trials).questions}
    assert (called["egfr"], called["B/egfr"]) == ("A: eGFR", "B: eGFR")
