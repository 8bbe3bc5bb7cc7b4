"""Every key that a protocol file may have: its kind, its default and its meaning, once.

The loader reads and checks by these tables, its messages name what stands here, and ``docs/protocol-format.md`` is
written from them. A key is called as the attribute of `dialogs.protocol` that it becomes.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Final

from dialogs.languages import DEFAULT
from dialogs.loading.catalogue import entry_name
from dialogs.loading.formats import NEWEST
from dialogs.loading.kinds import (
    CODES,
    DECIMALS,
    FACTS,
    FLAG,
    LANGUAGES,
    LIST,
    MEASUREMENT,
    NAME,
    NUMBER,
    QUESTION_ID,
    RANGE,
    RATIO,
    RESULTS,
    TEXT,
    TEXTS,
    WORDS,
    as_it_stands,
    either,
    one_of,
    simple,
)
from dialogs.loading.ruleless import OF_THE_QUESTION
from dialogs.loading.tables import NEEDED, Key, Table, named_lists, table, tables

KINDS: Final = ("yes_no", "choice", "several", "integer", "quantity", "since")
TABLE: Final = as_it_stands("a table", lambda raw: isinstance(raw, dict), {"type": "object"})
ENTRY: Final = simple("the name of an entry of the catalogue", entry_name, WORDS.schema)
FORMAT: Final = as_it_stands(
    f"format {NEWEST}", lambda raw: raw == NEWEST, {"const": NEWEST}, lambda raw: NEWEST
)
OPTION: Final = Table(
    "option",
    "One answer of a choice. Do not list `unknown`: every question takes it.",
    (
        Key("code", NAME, "What rules, files and exports call it."),
        Key("text", TEXT, "What its button says."),
        Key("implies", CODES, 'Answers to other questions that follow from it: `{ sex = "female" }`.', {}),
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
    "A laboratory's own limit of normal. It makes the unit `{xULN}` or `{xLLN}`, the shortcut *Normal*, and the "
    "question that asks for the limit in the unit of the number.",
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
            "what `ask` asks for",
        ),
        Key("help", TEXT, "What *Help* shows, beside the record's words.", None),
        Key(
            "supplier",
            TEXT,
            "Who or what has the answer where it is unknown: the laboratory, the record.",
            None,
            "the medical record",
        ),
        Key("unknown", TEXT, "What the button *unknown* says.", None, "the protocol's"),
        Key(
            "options",
            either(WORDS, tables(OPTION)),
            "Answers of a choice or of several, or the name of an option set.",
            (),
        ),
        Key(
            "units",
            either(WORDS, tables(UNIT)),
            "The units of an integer or a quantity, at least one, or the name of a set of the catalogue: `cells`.",
            (),
        ),
        Key("example", NUMBER, "As of a unit, in the first one.", None),
        Key("shortcuts", tables(SHORTCUT), "Buttons that stand for a number.", ()),
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
            "To how many decimals that is rounded, half up; the rounded number is shown and compared.",
            None,
            "1; of an integer 0",
        ),
        Key("unit_of", WORDS, "The question whose unit this answer must have: a ULN.", None),
        Key("bounds", FLAG, "Whether `<30` is an answer. False for what others are divided by.", True),
        Key("judgement", FLAG, "Whether only a clinician can judge it.", False),
        Key(
            "lasting",
            FLAG,
            "Whether an answer also holds weeks later: then it is offered when the same subject is screened again. "
            "Not for what changes with time, such as results.",
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
            "at",
            TEXT,
            'The visit whose answer is wanted, where the same is asked for two: `"Week -2"`. It is said with the '
            "question, and exported as its visit. Each needs an `id` of its own.",
            None,
        ),
        Key("loinc", WORDS, "LOINC code.", None),
        Key("in_log", FLAG, "Whether its answer has a column in the screening log.", False),
        Key("sdtm", table(SDTM), "Where its answers stand in SDTM; without it, nowhere.", None),
    ),
)
_QUESTION_KEYS: Final = {key.name: key for key in QUESTION.keys}
CRITERION: Final = Table(
    "criterion",
    "One inclusion or exclusion criterion of the record: exactly one of `inclusion`, `exclusion` and `line`. Criteria "
    "are judged in the order of the file. The last keys word the question of a criterion without a rule.",
    (
        Key("code", NAME, "Its name, such as `I2b`.", None, "needed, but for a `line`"),
        Key("inclusion", WORDS, "The record's own words, verbatim, of an inclusion criterion.", None),
        Key("exclusion", WORDS, "The record's own words, verbatim, of an exclusion criterion.", None),
        Key(
            "line",
            WORDS,
            "A line of the record that is no criterion: shown, never judged. No other key.",
            None,
        ),
        Key("name", TEXT, "A few words for it.", None, "the record's words, shortened"),
        Key("reading", TEXT, "How we understand them.", None),
        Key(
            "rule",
            WORDS,
            "When an inclusion criterion is met, or when an exclusion criterion applies.",
            None,
            "asked as it stands, by yes or no",
        ),
        Key("ietestcd", WORDS, "Its SDTM code (IETESTCD).", None, "from `code`: `INCL02` for `I2b`"),
        Key(
            "group",
            WORDS,
            "The criterion of the record that it is part of.",
            None,
            "from `code`: `I2` for `I2b`",
        ),
        Key("requires", WORDS, "A criterion above it without which this one is not judged.", None),
        Key("counts_as", WORDS, "The criterion under which statistics count it.", None),
        Key("note", TEXT, "A remark for whoever reads the criterion.", None),
        Key("willingness", FLAG, "Whether who fails it is counted as declined.", False),
        Key("parts", LIST, 'The parts that it belongs to, by code: `["A", "B"]`. Else all.', ()),
        *(
            replace(_QUESTION_KEYS[name], default=None, left_out="as of a question")
            for name in OF_THE_QUESTION
        ),
    ),
)
PART: Final = Table(
    "part",
    "A piece of the trial with a verdict of its own: a cohort, an arm, a randomisation. A trial without parts has one "
    "verdict. The dialogue goes on as long as one part is not ruled out.",
    (
        Key("code", NAME, "Its code: `A`."),
        Key("name", TEXT, "What it is called, as at the beginning of a line: *Cohort A*."),
    ),
)
SITE_ITEM: Final = Table(
    "site_item",
    "A point that the record leaves open: shown as *ask the site* where its rule is true.",
    (
        Key("id", NAME, "Its name."),
        Key("text", TEXT, "What is shown."),
        Key("when", WORDS, "A rule over questions."),
    ),
)
ALERT: Final = Table(
    "alert",
    "A warning that some answers call for. It never changes a verdict.",
    SITE_ITEM.keys,
)
PROTOCOL: Final = Table(
    "protocol",
    "One trial. These keys stand at the top of the file, outside of any table.",
    (
        Key("format", FORMAT, "The format of the file: `2`."),
        Key("id", NAME, "The registry number."),
        Key("version", WORDS, "Version of the file; change it with every change.", "1", "`1`"),
        Key("record_version", WORDS, "Date of the registry record that was read.", ""),
        Key(
            "languages",
            LANGUAGES,
            'Of its texts: `["en", "zh"]`. The first one stands for any other.',
            (DEFAULT,),
            f'`["{DEFAULT}"]`',
        ),
        Key("title", TEXT, "Name of the trial."),
        Key("site", TEXT, "Where it recruits.", None),
        Key("contact", TEXT, "Whom to contact.", None),
        Key("unknown", TEXT, "What the button *unknown* says.", None, "*Unknown*"),
        Key("notices", TEXTS, "What is said before every screening: recruitment status, dates.", ()),
        Key("disclaimer", TEXT, "What the assistant is not for.", None, "words of ours"),
        Key("facts", FACTS, "What exports say of the trial, such as `sponsor` or `country`.", {}),
        Key(
            "option_sets",
            named_lists(OPTION),
            "Options that several questions share, by name. `yes_no` are those of that kind.",
            {},
        ),
        Key("unit_sets", TABLE, "Units that several questions share, by name; one of ours is overruled.", {}),
        Key(
            "catalogue",
            TABLE,
            "Questions for `use`, by name; one of ours is overruled. A file that is stored with screenings has here "
            "what it took of our catalogue at the time.",
            {},
        ),
        Key("question", tables(QUESTION, called_by="id"), "`[[question]]`, once for each.", ()),
        Key("criterion", tables(CRITERION, called_by="code"), "`[[criterion]]`, once for each."),
        Key("part", tables(PART, called_by="code"), "`[[part]]`, once for each.", ()),
        Key("site_item", tables(SITE_ITEM, called_by="id"), "`[[site_item]]`, once for each.", ()),
        Key("alert", tables(ALERT, called_by="id"), "`[[alert]]`, once for each.", ()),
    ),
)
TABLES: Final = (PROTOCOL, QUESTION, OPTION, UNIT, LIMIT, SHORTCUT, SDTM, CRITERION, PART, SITE_ITEM, ALERT)
