"""What resembles several options is offered as all of them, and no denial is taken for what it need not mean."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations

import pytest

from dialogs.answers import Choice
from dialogs.candidates.answers import take_answers
from dialogs.candidates.rows import Row
from dialogs.loading import load, parse_protocol, shipped_protocols
from dialogs.loading.catalogue import entries
from dialogs.loading.samples import sample
from dialogs.protocol import Protocol, Question
from dialogs.reading import Refused, Understood, read
from dialogs.reading.numerals import fold
from dialogs.reading.options import spellings_taken
from tests.dialogs.test_format import HEAD

DENIALS = [
    "no",
    "n",
    "none",
    "not",
    "nothing",
    "never",
    "not given",
    "否",
    "无",
    "没有",
    "未用",
    "未使用",
    "不",
]
DENYING = re.compile(
    r"\b(?:not|no|non|none|never|neither|nor|without)\b|\b(?:un|in|non-?)(?=[a-z]{4})|[不无未非没已]"
)
OWN = """
[[question]]
id = "sport"
kind = "choice"
ask = "Sport?"
options = [{ code = "never", text = "Never" }, { code = "rarely", text = "Rarely" }, { code = "often", text = "Often" }]
[[question]]
id = "syphilis_ever"
kind = "choice"
ask = "Syphilis ever?"
options = [{ code = "yes", text = "Yes, treated" }, { code = "untreated", text = "Yes, not treated" }, { code = "no", text = "No" }]
[[criterion]]
code = "I1"
inclusion = "Sport, and no syphilis"
rule = 'sport != "never" and syphilis_ever == "no"'
[[criterion]]
code = "I2"
inclusion = "No active infection"
"""
TRIAL = parse_protocol(HEAD + OWN, "own.toml")


def _asked() -> Iterator[tuple[Protocol, Question]]:
    """Every question with options or buttons: of the catalogue, of shipped trials and of one made up."""
    for name in sorted(entries()):
        trial = parse_protocol(HEAD + sample(name), f"{name}.toml")
        yield trial, trial.question(name)
    for trial in (TRIAL, *map(load, shipped_protocols())):
        yield from ((trial, question) for question in trial.questions)


ASKED = [(trial, question) for trial, question in _asked() if question.buttons]
OF_OPTIONS = [(trial, question) for trial, question in ASKED if question.options]


def _question(name: str) -> tuple[Protocol, Question]:
    return next((trial, question) for trial, question in ASKED if question.id == name)


def _offered(trial: Protocol, question: Question, said: str) -> list[str] | None:
    """The codes that are offered for a text; ``None`` if it is taken."""
    reading = read(trial, question, said)
    if isinstance(reading, Understood):
        return None
    assert isinstance(reading, Refused), (question.id, said)
    return [
        code
        for ((_, answer), *_) in reading.likely
        for code in ([answer.code] if isinstance(answer, Choice) else getattr(answer, "codes", ()))
    ]


FOUND = [
    ("smoking", "no", []), ("smoking", "无", []), ("smoking", "never smoked", []), ("sport", "no", []), ("sport", "not given", []),
    ("tuberculosis", "no", []), ("tuberculosis", "没有", []), ("hypertension", "no", []), ("hcv_rna", "no", []), ("nyha", "无", []),
    ("childbearing_potential", "no", ["postmenopausal", "sterile", "premenarchal"]),
    ("childbearing_potential", "无", ["postmenopausal", "sterile", "premenarchal"]),
    ("hiv", "阳性", ["suppressed", "positive"]), ("hiv", "positive", ["suppressed", "positive"]), ("hiv", "not positive", []),
    ("tuberculosis", "潜伏", ["latent_treated", "latent_untreated"]), ("tuberculosis", "latent", ["latent_treated", "latent_untreated"]),
    ("arrhythmia", "clinically significant", ["not_significant", "controlled", "uncontrolled"]),
    ("arrhythmia", "有临床意义", ["not_significant", "controlled", "uncontrolled"]), ("arrhythmia", "not controlled", ["uncontrolled"]),
    ("brain_metastases", "treated", ["stable", "active"]), ("brain_metastases", "已治疗", ["stable", "active"]),
    ("cardiovascular_history", "heart attack", ["mi"]), ("cardiovascular_history", "heart valve", []), ("cardiovascular_history", "heart fail", ["heart_failure"]),
    ("diabetes", "type II", ["type_2"]), ("diabetes", "type I", ["type_1"]), ("diabetes", "type", ["type_1", "type_2", "other"]),
    ("child_pugh", "class b", ["B"]), ("child_pugh", "cirrhosis", []), ("hypertension", "controled", ["controlled", "uncontrolled"]),
    ("syphilis_ever", "yes", ["yes", "untreated"]), ("i2", "无", ["yes", "no"]), ("i2", "有", ["yes", "no"]), ("i2", "否", None), ("i2", "no", None),
    ("alt", "above normal", []), ("alt", "nearly normal", []),
]  # fmt: skip


@pytest.mark.parametrize(("name", "said", "offered"), FOUND, ids=[f"{n}-{s}" for n, s, _ in FOUND])
def test_what_was_found_is_offered_with_all_that_it_can_mean(
    name: str, said: str, offered: list[str] | None
) -> None:
    assert _offered(*_question(name), said) == offered


def test_a_denial_is_an_option_only_where_that_says_so_itself() -> None:
    """To *Smoking?* also former smokers say no: what is meant is *Never* or *Former*."""
    looked_at = 0
    for trial, question in OF_OPTIONS:
        if question.kind != "choice" or {*question.buttons} <= {"yes", "no", "not_concerned"}:
            continue
        for said in DENIALS:
            looked_at += 1
            names = {code: {fold(code), *map(fold, text.values())} for code, text in question.buttons.items()}
            meant = [code for code, spelled in names.items() if any(_begins(name, said) for name in spelled)]
            offered = _offered(trial, question, said)
            if offered is None:
                assert meant or "no" in question.buttons, (question.id, said)
            else:
                assert len(offered) != 1, (question.id, said)
    assert looked_at > 100


def test_no_spelling_that_is_taken_may_mean_another_option() -> None:
    for _, question in ASKED:
        taken = spellings_taken(question)
        for one, other in combinations(taken, 2):
            assert not taken[one] & taken[other], question.id
        for code, spelled in taken.items():
            labels = {fold(text) for text in question.buttons.get(code, question.unknown).values()}
            for each, text in question.buttons.items():
                for said in spelled - labels if each != code else ():
                    assert not any(_begins(fold(name), said) for name in text.values()), (question.id, said)


def _begins(name: str, said: str) -> bool:
    return name.startswith(said) and not (said.isascii() and name[len(said) :][:1].isalnum())


def test_a_part_of_several_options_is_offered_as_all_of_them_denied_or_not() -> None:
    looked_at = shared = 0
    for trial, question in OF_OPTIONS:
        labels = {
            (code, language): fold(name)
            for code, text in question.buttons.items()
            for language, name in text.items()
        }
        for (_, language), label in labels.items():
            for said in map(fold, _parts(label)):
                offered = _offered(trial, question, said)
                if len(said) < 2 or offered is None or DENYING.search(said):
                    continue
                bare = {
                    code: DENYING.sub("", name)
                    for (code, spoken), name in labels.items()
                    if spoken == language
                }
                resembling = [code for code, name in bare.items() if re.search(_beginning(said), name)]
                looked_at += 1
                shared += len(resembling) > 1
                if len(offered) == 1:
                    assert resembling == offered, (question.id, said)
                elif offered:
                    assert {*resembling} <= {*offered}, (question.id, said)
                else:
                    assert len(resembling) == 1, (question.id, said)
    assert looked_at > 300
    assert shared > 30


def _parts(label: str) -> Iterator[str]:
    """Every run of words of a label, and of Chinese of signs, from two on."""
    if label.isascii():
        words = label.split()
        yield from (
            " ".join(words[a:b]).strip(",:") for a in range(len(words)) for b in range(a + 1, len(words) + 1)
        )
    else:
        yield from (
            label[a:b]
            for a in range(len(label))
            for b in range(a + 2, len(label) + 1)
            if not label[a:b].isascii()
        )


def _beginning(said: str) -> str:
    return rf"(?<![a-z0-9]){re.escape(said)}" if said.isascii() else re.escape(said)


def test_in_a_list_a_code_is_that_code_whatever_the_labels_say() -> None:
    trial, _ = _question("hiv")
    row = Row(1, "x")
    take_answers(trial, row, {"hiv": "positive"}, accept_unusual=False)
    assert (row.faults, row.answers) == ([], {"hiv": Choice("positive")})
