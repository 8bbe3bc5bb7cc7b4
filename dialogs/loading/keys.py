"""Every key that a protocol file may have: its kind, its default and its meaning, once.

The loader reads and checks by these tables, its messages name what stands here, and ``docs/protocol-format.md`` is
written from them. A key is called as the attribute of `dialogs.protocol` that it becomes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from dialogs.languages import DEFAULT
from dialogs.loading.formats import NEWEST
from dialogs.loading.kinds import (
    FACTS,
    FLAG,
    LANGUAGES,
    LIST,
    NAME,
    TEXT,
    TEXTS,
    WORDS,
    as_it_stands,
)
from dialogs.loading.question_keys import LIMIT, OPTION, QUESTION, SDTM, SHORTCUT, UNIT
from dialogs.loading.review_keys import PERSONS, REVIEW
from dialogs.loading.ruleless import OF_SOME, OF_THE_QUESTION
from dialogs.loading.tables import Key, Table, named_lists, tables

TABLE: Final = as_it_stands("a table", lambda raw: isinstance(raw, dict), {"type": "object"})
FORMAT: Final = as_it_stands(
    f"format {NEWEST}", lambda raw: raw == NEWEST, {"const": NEWEST}, lambda raw: NEWEST
)
_QUESTION_KEYS: Final = {key.name: key for key in QUESTION.keys}
CRITERION: Final = Table(
    "criterion",
    "One inclusion or exclusion criterion of the record: exactly one of `inclusion`, `exclusion` and `line`. Criteria "
    "are judged in the order of the file. The last keys word the question of a criterion without a rule.",
    (
        Key("code", NAME, "Its name, such as `I2b`.", None, "the next of its side: `I3` after `I2b`"),
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
        Key(
            "review",
            WORDS,
            "How a machine read the record's words, for a person to look at: until it was accepted, `run` does not "
            "serve the file.",
            None,
        ),
        Key(
            "ask_in_words",
            TEXT,
            "Of a drafted rule: how the record's words are asked if a reviewer drops the rule.",
            None,
        ),
        Key(
            OF_SOME,
            FLAG,
            "Whether it speaks of some patients only, as *women of childbearing potential must ...* does: asked as it "
            "stands, a third answer says that it does not concern the patient. That one meets an inclusion, and "
            "leaves nobody out of an exclusion.",
            False,
        ),
        Key("reviewed", tables(REVIEW), "Who accepted it.", ()),
        *(
            replace(_QUESTION_KEYS[name], default=None, left_out="as of a question")
            for name in OF_THE_QUESTION
        ),
    ),
)
PART: Final = Table(
    "part",
    "A piece of the trial with a verdict of its own: a cohort, an arm, a randomisation, another person. A trial "
    "without parts has one verdict. The dialogue goes on as long as one part is not ruled out, and no required one is.",
    (
        Key("code", NAME, "Its code: `A`."),
        Key("name", TEXT, "What it is called, as at the beginning of a line: *Cohort A*."),
        Key(
            "required",
            FLAG,
            "Whether the trial takes nobody who does not fit this part, too: another person, such as a parent beside "
            "the adolescent. Parts without it are alternatives, of which one is enough.",
            False,
        ),
        Key(
            "person",
            TEXT,
            "Whom it is about, as questions name them: *the parent*. A criterion that is asked as it stands, and "
            "belongs to this part, is asked about them; one of several parts about the persons of all.",
            None,
            "the patient",
        ),
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
        Key(
            "notices",
            TEXTS,
            "What is said before every screening: recruitment status, dates. A matching says it of the trials that are"
            " still possible, where it says how they stand.",
            (),
        ),
        Key("disclaimer", TEXT, "What the assistant is not for.", None, "words of ours"),
        Key("facts", FACTS, "What exports say of the trial, such as `sponsor` or `country`.", {}),
        Key(
            "reviews",
            PERSONS,
            "How many persons must accept each criterion, proposed or not.",
            0,
            "one, of those with `review`",
        ),
        Key(
            "order",
            LIST,
            "The order of asking, by the questions' names, where it is another one than that of the file: "
            '`["age_years", "smoker"]`. It says when something is asked, never whether. `prescreen protocol order` '
            "proposes one.",
            (),
            "that of the file; a question that is not listed comes after those that are",
        ),
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
            "Questions by name, for rules and `use`; one of ours is overruled. A text alone is answered by yes or no: "
            '`smoker = "Current smoker?"`. A file that is stored with screenings has here '
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
TABLES: Final = (
    PROTOCOL,
    QUESTION,
    OPTION,
    UNIT,
    LIMIT,
    SHORTCUT,
    SDTM,
    CRITERION,
    REVIEW,
    PART,
    SITE_ITEM,
    ALERT,
)
