"""Random small portfolios whose trials ask apart what contradicts each other, and one trial that asks all of it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from hypothesis import strategies as st

from dialogs.answers import UNKNOWN, Answer, Choice
from dialogs.loading import parse_protocol
from dialogs.portfolio.merging import Portfolio, merged
from dialogs.protocol import Protocol

HISTORY: Final = """[[question]]
id = "history"
kind = "several"
ask = "Which of these has the patient ever had?"
options = [
  { code = "asthma", text = "Asthma" },
  { code = "prostate", text = "Prostate cancer", implies = { sex = "male" } },
  { code = "ovarian", text = "Ovarian cancer", implies = { sex = "female" } },
]
"""
PIECES: Final = {
    "sex": ('[[question]]\nuse = "sex"\n', 'sex == "male"'),
    "pregnant_or_lactating": (
        '[[question]]\nuse = "pregnant_or_lactating"\n',
        'pregnant_or_lactating == "pregnant"',
    ),
    "pregnancy_test": ('[[question]]\nuse = "pregnancy_test"\n', 'pregnancy_test == "positive"'),
    "childbearing_potential": (
        '[[question]]\nuse = "childbearing_potential"\n',
        'childbearing_potential == "yes"',
    ),
    "history": (HISTORY, '"asthma" in history'),
}
"""Questions by name, each with a rule that uses it."""
OF_OWN_WORDS: Final = {"sex": ("", 'ask = "Sex? (for the other question)"\n', 'help = "At birth."\n')}
"""What a trial may add to a question without asking something else."""
Ask = tuple[tuple[str, str], ...]
"""The questions of a trial by name, each with what is added to it."""


@lru_cache(maxsize=2048)
def trial(name: str, asked: Ask) -> Protocol:
    """Return a trial that asks these, each for a criterion of its own."""
    questions = [f"{PIECES[each][0]}{added}" for each, added in asked]
    criteria = [
        f'[[criterion]]\ncode = "E{place}"\nexclusion = "About {each}"\nrule = \'{PIECES[each][1]}\'\n'
        for place, (each, _) in enumerate(asked, 1)
    ]
    head = f'format = 2\nid = "{name}"\ntitle = "{name} (fictional)"\n'
    return parse_protocol("".join([head, *questions, *criteria]), f"{name}.toml")


@st.composite
def asked_apart(draw: st.DrawFn) -> tuple[Portfolio, Protocol]:
    """Draw two to four trials, and one trial that asks all that they do."""
    asked = [
        draw(st.lists(st.sampled_from(sorted(PIECES)), min_size=1, max_size=3, unique=True)) for _ in "12"
    ]
    asked += draw(st.lists(st.lists(st.sampled_from(sorted(PIECES)), min_size=1, unique=True), max_size=2))
    trials = [trial(f"T{index}", _worded(draw, names)) for index, names in enumerate(asked)]
    every = tuple((name, "") for name in sorted({name for names in asked for name in names}))
    return merged(trials), trial("ALL", every)


def _worded(draw: st.DrawFn, names: Sequence[str]) -> Ask:
    return tuple((name, draw(st.sampled_from(OF_OWN_WORDS.get(name, ("",))))) for name in names)


def answers(protocol: Protocol) -> st.SearchStrategy[dict[str, Answer]]:
    """Draw an answer to each question of a trial."""
    drawn: dict[str, st.SearchStrategy[Answer]] = {}
    for question in protocol.questions:
        codes = list(question.option_by_code)
        if question.kind == "several":
            sets = st.lists(st.sampled_from(codes), unique=True)
            drawn[question.id] = sets.map(question.selection)
        else:
            drawn[question.id] = st.sampled_from([UNKNOWN, *map(Choice, codes)])
    return st.fixed_dictionaries(drawn)


def name_of(question: str) -> str:
    """Return what a question of a portfolio is called in the trials."""
    return question.rpartition("/")[2]
