"""The keys of questions, and of what they are made of: options, units, shortcuts, limits of normal, SDTM."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from dialogs.effort import WEIGHTS
from dialogs.loading.kinds import (
    CODES,
    DECIMALS,
    FLAG,
    LIST,
    MEASUREMENT,
    NAME,
    NUMBER,
    QUESTION_ID,
    RANGE,
    RATIO,
    RESULTS,
    TEXT,
    WORDS,
    Kind,
    KindError,
    Report,
    either,
    one_of,
    shown,
    simple,
)
from dialogs.loading.search import entry_name
from dialogs.loading.tables import NEEDED, Key, Table, table, tables
from dialogs.loading.unit_sets import set_of

KINDS: Final = ("yes_no", "choice", "several", "integer", "quantity", "since")
ENTRY: Final = simple("the name of an entry of the catalogue", entry_name, WORDS.schema)
OPTION: Final = Table(
    "option",
    "One answer of a choice. Do not list `unknown`: every question takes it.",
    (
        Key("code", NAME, "What rules, files and exports call it."),
        Key("text", TEXT, "What its button says."),
        Key(
            "implies",
            CODES,
            'Answers to other questions that follow from it: `{ sex = "female" }`. Of one of the catalogue that the '
            "file does not ask, it is told beside the answer of another trial that does.",
            {},
        ),
    ),
)
UNIT: Final = Table(
    "unit",
    "One unit that a number may be given in. The first one is the unit in which numbers are compared and exported.",
    (
        Key("code", NAME, "UCUM code."),
        Key("label", TEXT, "How it is shown."),
        Key(
            "scale",
            RATIO,
            "What a value is multiplied by to come to the first unit. Without it the unit stands for itself, and rules "
            "need a limit of its own.",
            None,
        ),
        Key("offset", RATIO, 'Is then added: °F are `scale = "5/9"`, `offset = "-160/9"` of °C.', Decimal(0)),
        Key(
            "possible",
            RANGE,
            "Numbers outside are refused; in the first unit if there is a scale. Else the question's.",
            None,
        ),
        Key(
            "usual",
            RANGE,
            "Numbers outside are asked again before they are taken. Else the question's.",
            None,
        ),
        Key(
            "per",
            WORDS,
            "The question by whose answer a value is divided: a body weight, a ULN. Goes with `gives`.",
            None,
        ),
        Key("gives", WORDS, "The unit, of this question too, that the division comes to.", None),
        Key("spellings", LIST, "Other ways of typing it. None may mean two units of a question.", ()),
        Key(
            "loinc", WORDS, "LOINC code of the test in this unit, where it differs from the question's.", None
        ),
        Key(
            "example",
            NUMBER,
            "A value as a lab sheet would show it, for who types it. Else one in the middle of what is usual.",
            None,
        ),
    ),
)
_UNITS: Final = either(WORDS, tables(UNIT))


def _units(raw: Any, place: str, report: Report) -> Any:
    if isinstance(raw, list) and raw and all(isinstance(each, str) for each in raw):
        raise KindError(f"{shown(raw)} is not a list of tables", set_of(raw))
    return _UNITS.reader(raw, place, report)


SHORTCUT: Final = Table(
    "shortcut",
    "A button that stands for a number: *Normal*, *Never*.",
    (
        Key("code", NAME, "What files and exports call it."),
        Key("text", TEXT, "What its button says."),
        Key(
            "means",
            MEASUREMENT,
            'The number in one of the question\'s units, or a highest one: `"<=1 {xULN}"`.',
        ),
    ),
)
SDTM: Final = Table(
    "sdtm",
    "Where a question's answers stand in SDTM.",
    (
        Key("domain", one_of("DM", "LB", "RS", "RP"), "The domain."),
        Key("code", NAME, "Short name of the test; in DM, the variable."),
        Key("test", WORDS, "Long name of the test. For an age in DM, its unit: `YEARS`.", ""),
        Key("category", WORDS, "Category of the test.", ""),
        Key(
            "results", RESULTS, "The results of each option; an option that is not listed has no record.", {}
        ),
    ),
)
LIMIT: Final = Table(
    "limit",
    "A laboratory's own limit of normal. It makes the question that asks for the limit in the unit of the number, the "
    "unit `{xULN}` or `{xLLN}`, and the shortcut *Normal*. Of two limits the lower one makes the question only.",
    (
        Key(
            "id",
            QUESTION_ID,
            "What the question for the limit is called.",
            None,
            "the question's, and `_uln` or `_lln`",
        ),
        Key("possible", RANGE, "As of a question; in the first unit."),
        Key("usual", RANGE, "As of a question; in the first unit."),
        Key("example", NUMBER, "As of a unit, in the first one.", None),
        Key("site_fact", FLAG, "As of a question: whether later screenings of the site take it.", False),
    ),
)
QUESTION: Final = Table(
    "question",
    "What the clinician is asked. Questions are asked in the order of the file, and only while they can change a "
    "criterion.",
    (
        Key(
            "id",
            QUESTION_ID,
            "What rules, files and exports call it.",
            NEEDED,
            "with `use`, the entry's name",
        ),
        Key(
            "use",
            ENTRY,
            "The entry of the catalogue that says all that is not said here: `hemoglobin`.",
            None,
        ),
        Key(
            "kind",
            one_of(*KINDS),
            "What is answered: yes or no, one option, those that apply, a number, or how long ago.",
            "yes_no",
            "`yes_no`; with `units` a quantity, with `options` a choice",
        ),
        Key("ask", TEXT, "The question in full."),
        Key(
            "short",
            TEXT,
            "Its name in reviews, diagrams and reasons, as inside of a sentence: *haemoglobin*, *PR after steroids*.",
            None,
            "what `ask` asks for; with `use`, the entry's",
        ),
        Key(
            "help",
            TEXT,
            "What *Help* shows, beside the record's words.",
            None,
            "none; with `use`, the entry's, if `ask` is not given",
        ),
        Key(
            "supplier",
            TEXT,
            "Who or what has the answer where it is unknown: the laboratory, the record.",
            None,
            "the medical record; of a `site_fact`, the study coordinator",
        ),
        Key("unknown", TEXT, "What the button *unknown* says.", None, "the protocol's"),
        Key(
            "options",
            either(WORDS, tables(OPTION, or_texts=True)),
            'Answers of a choice or of several, or the name of an option set. `["Mild", "Very severe"]` have '
            "the codes `mild` and `very_severe`.",
            (),
        ),
        Key(
            "units",
            Kind(_UNITS.said, _units, _UNITS.schema),
            "The units of an integer or a quantity, at least one, or the name of a set of the catalogue: `cells`.",
            (),
        ),
        Key("example", NUMBER, "As of a unit, in the first one.", None),
        Key("shortcuts", tables(SHORTCUT), "Buttons that stand for a number.", ()),
        Key(
            "never",
            FLAG,
            "Of a *since*: whether *Never* is an answer. False for what every patient had: a diagnosis.",
            True,
        ),
        Key(
            "ongoing",
            FLAG,
            "Of a *since*: whether *Still ongoing* is an answer. False for what takes no time: a diagnosis, a fall.",
            True,
        ),
        Key("possible", RANGE, "For all its units that have no range of their own: see unit.", None),
        Key("usual", RANGE, "For all its units that have no range of their own: see unit.", None),
        Key("uln", table(LIMIT), "The upper limit of normal, where an answer may be a multiple of it.", None),
        Key("lln", table(LIMIT), "The lower limit of normal, where an answer may be a multiple of it.", None),
        Key(
            "formula",
            WORDS,
            "How it is worked out from other answers, in their first units: `body_weight / (height / 100) ** 2`; with "
            '`+ - * / **`, `min`, `max`, `sqrt`, `x if sex == "female" else y`. Asked as itself or from its parts.',
            None,
        ),
        Key(
            "decimals",
            DECIMALS,
            "To how many decimals that is shown, rounded half up; to more if a limit is that near. "
            "It is compared exactly.",
            None,
            "1; of an integer 0",
        ),
        Key("unit_of", WORDS, "The question whose unit this answer must have: a ULN.", None),
        Key(
            "measures",
            WORDS,
            "What is measured, by a name: a value given where *normal* is an answer, too, serves formulas as well.",
            None,
            "with `use`, the entry's, if `ask` is not given",
        ),
        Key("bounds", FLAG, "Whether `<30` is an answer. False for what others are divided by.", True),
        Key("judgement", FLAG, "Whether only a clinician can judge it.", False),
        Key(
            "lasting",
            FLAG,
            "Whether an answer also holds weeks later: then it is offered when the same subject is screened again. "
            "Not for what changes with time, such as results. Of how long ago something was: that it happens once, as "
            "a first diagnosis does, so that it only gets longer.",
            False,
        ),
        Key(
            "site_fact",
            FLAG,
            "Whether it is about the site and not about the patient: then it is answered once, and later screenings of "
            "the site take the newest answer by themselves.",
            False,
        ),
        Key(
            "effort",
            one_of(*WEIGHTS),
            "How an answer is come by: at the bedside, in the chart, by a result of the laboratory or of imaging, by a "
            "procedure made for it. `prescreen protocol order` goes by it; what is asked does not.",
            "chart",
            "`chart`; with `use`, the entry's",
        ),
        Key(
            "at",
            TEXT,
            'The visit whose answer is wanted, where the same is asked for two: `"Week -2"`. It is said with the '
            "question, and exported as its visit. Each needs an `id` of its own. Of how long ago something was, the "
            'day from which that is counted back: `"at the first dose"`.',
            None,
        ),
        Key("loinc", WORDS, "LOINC code.", None),
        Key("in_log", FLAG, "Whether its answer has a column in the screening log.", False),
        Key("sdtm", table(SDTM), "Where its answers stand in SDTM; without it, nowhere.", None),
    ),
)
