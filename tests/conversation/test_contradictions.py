"""Answers that cannot both be true: it is said at once, and whoever screens says which of them stands."""

from __future__ import annotations

import random
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from bot.conversation import Conversation, Setup
from bot.exchange import Message, Reply, Turn, read_press
from bot.wording.phrases import plain
from dialogs.answers import UNKNOWN, Answer, Choice, Selection
from dialogs.candidates.playing import judged
from dialogs.contradictions import contradicted, contradictions
from dialogs.dialogue import COMPLETED, EXCLUDED, REVIEW, Step
from dialogs.loading import parse_protocol
from dialogs.portfolio.matching import Matching
from dialogs.protocol import Protocol
from state.database import open_database, path_of
from state.people import People, Person
from state.screenings import Screening, Screenings
from state.verify import verify
from tests.conversation.office import labels, said
from tests.conversation.playing import ZONE, Clock

_HISTORY: Final = """
[[question]]
id = "history"
kind = "several"
ask = "Which of these has the patient ever had?"
short = "History"
options = [
  { code = "asthma", text = "Asthma" },
  { code = "copd", text = "COPD" },
  { code = "prostate", text = "Prostate cancer", implies = { sex = "male" } },
]
"""
_PREGNANCY: Final = '[[question]]\nuse = "pregnant_or_lactating"\n'
_SEX: Final = '[[question]]\nuse = "sex"\n'
_AST: Final = '[[question]]\nid = "ast"\nask = "Is AST raised?"\nshort = "AST"\n'
_RULES: Final = {
    "airway": ("inclusion", '"asthma" in history or "copd" in history or "prostate" in history'),
    "men": ("exclusion", 'sex == "male" and ast'),
    "women": ("exclusion", 'sex == "female" and ast'),
    "pregnant": ("exclusion", 'pregnant_or_lactating == "pregnant" and ast'),
    "breast": ("exclusion", 'pregnant_or_lactating == "lactating"'),
}


def trial(name: str, questions: list[str], rules: list[str]) -> Protocol:
    lines = [f'format = 2\nid = "{name}"\nversion = "1"\nlanguages = ["en"]\ntitle = "{name} (fictional)"\n']
    for place, rule in enumerate(rules, 1):
        kind, text = _RULES[rule]
        lines.append(
            f'[[criterion]]\ncode = "{kind[0].upper()}{place}"\n{kind} = "{rule}"\nrule = \'{text}\'\n'
        )
    return parse_protocol("\n".join([*lines[:1], *questions, *lines[1:]]), f"{name}.toml")


SEX_FIRST: Final = trial("FIC-S", [_SEX, _HISTORY, _PREGNANCY, _AST], ["women", "airway", "breast", "men"])
HISTORY_FIRST: Final = trial(
    "FIC-H", [_HISTORY, _PREGNANCY, _SEX, _AST], ["airway", "breast", "men", "women"]
)
WOMEN: Final = trial("FIC-W", [_PREGNANCY, _SEX, _AST], ["breast", "pregnant", "women"])
MEN: Final = trial("FIC-M", [_SEX, _AST, _HISTORY], ["men", "airway"])
ONLY_SEX: Final = trial("FIC-X", [_SEX, _AST], ["men"])
ONLY_PREGNANCY: Final = trial("FIC-P", [_PREGNANCY], ["breast"])
ONLY_HISTORY: Final = trial("FIC-A", [_HISTORY], ["airway"])
APART: Final = (ONLY_SEX, ONLY_PREGNANCY, ONLY_HISTORY)
"""Trials none of which asks two of these."""
TRIALS: Final = (SEX_FIRST, HISTORY_FIRST, WOMEN, MEN, *APART)


@dataclass
class Desk:
    conversation: Conversation
    person: Person
    turn: Turn

    def do(self, *messages: str) -> Turn:
        for text in messages:
            kind = "command" if text.startswith("/") else "press" if text.startswith("!") else "text"
            self.turn = self.conversation.handle(self.person, Message(kind, text.lstrip("!")))  # type: ignore[arg-type]
        return self.turn

    def presses(self) -> list[str]:
        cards = [action for action in self.turn.actions if isinstance(action, Reply) and action.card]
        return [each.press for card in cards[-1:] for row in card.buttons for each in row if each.press]

    def load(self, number: str = "S01-0001") -> Screening:
        return self.conversation.screenings.load(number)


def desk(path: Path, *trials: Protocol) -> Desk:
    db, clock = open_database(path, Clock()), Clock()
    people = People(db, clock)
    conversation = Conversation(Screenings(db, clock), people, Setup(trials, ZONE, "telegram"))
    return Desk(conversation, people.add("clinician", "S01", "telegram", "1", "en"), Turn())


def answers(screening: Screening) -> dict[str, object]:
    return dict(screening.dialogue.answers)


# one pair ------------------------------------------------------------------------------------------


def test_an_answer_that_cannot_be_true_beside_another_is_said_and_not_kept(tmp_path: Path) -> None:
    at = desk(tmp_path / "a.db", SEX_FIRST)
    turn = at.do("/new", "female", "asthma, prostate")
    assert "History: Asthma, Prostate cancer and Sex: Female cannot both be true." in plain(said(turn))
    assert labels(turn) == ["History: Asthma, Prostate cancer", "Sex: Female"]
    assert answers(at.load()) == {"sex": Choice("female")}


def test_what_the_new_answer_implies_is_corrected_where_that_one_stands(tmp_path: Path) -> None:
    at = desk(tmp_path / "a.db", SEX_FIRST)
    turn = at.do("/new", "female", "asthma, prostate", "History: Asthma, Prostate cancer")
    assert answers(at.load()) == {"sex": Choice("male"), "history": Selection(("asthma", "prostate"))}
    assert "Sex: Male" in plain(said(turn))


def test_the_question_is_asked_again_with_its_ticks_where_the_earlier_answer_stands(tmp_path: Path) -> None:
    at = desk(tmp_path / "a.db", SEX_FIRST)
    turn = at.do("/new", "female", "asthma, prostate", "sex: female")
    assert answers(at.load()) == {"sex": Choice("female")}
    assert at.load().state == "history"
    assert labels(turn)[:3] == ["☑ Asthma", "☐ COPD", "☑ Prostate cancer"]
    at.do("☑ Prostate cancer", "Done")
    assert answers(at.load()) == {"sex": Choice("female"), "history": Selection(("asthma",))}


def test_of_two_that_imply_something_else_the_earlier_is_asked_again_where_the_new_one_stands(
    tmp_path: Path,
) -> None:
    at = desk(tmp_path / "a.db", HISTORY_FIRST)
    turn = at.do("/new", "prostate", "pregnant")
    assert labels(turn) == ["Pregnancy or breastfeeding: Pregnant", "History: Prostate cancer"]
    at.do(labels(turn)[0])
    assert answers(at.load()) == {"history": UNKNOWN, "pregnant_or_lactating": Choice("pregnant")}
    assert at.load().state == "history"
    at.do("asthma")
    assert answers(at.load())["history"] == Selection(("asthma",))


def test_a_correction_that_contradicts_is_told_the_same(tmp_path: Path) -> None:
    at = desk(tmp_path / "a.db", SEX_FIRST)
    at.do("/new", "male", "asthma, prostate", "Back", "Back")
    turn = at.do("female")
    assert labels(turn) == ["Sex: Female", "History: Asthma, Prostate cancer"]
    at.do("Sex: Female")
    assert answers(at.load()) == {"sex": Choice("female"), "history": UNKNOWN}
    assert at.load().state == "history"


def test_both_answers_of_a_saved_screening_change_for_one_reason(tmp_path: Path) -> None:
    at = desk(tmp_path / "a.db", SEX_FIRST)
    turn = at.do("/new", "female", "asthma", "neither", "no")
    at.do("Confirm and save", "Correct an answer", "History", "asthma, prostate")
    turn = at.do("History: Asthma, Prostate cancer")
    told = "History: Asthma, Prostate cancer\nSex: Male\nWhy is it changed?"
    assert told in plain(said(turn))
    assert answers(at.load())["sex"] == Choice("female")
    at.do("Question misread")
    assert answers(at.load())["sex"] == Choice("male")
    assert answers(at.load())["history"] == Selection(("asthma", "prostate"))


def test_before_a_saved_answer_is_changed_it_is_told_what_is_asked_again_with_it(tmp_path: Path) -> None:
    at = desk(tmp_path / "a.db", SEX_FIRST)
    at.do(
        "/new", "male", "prostate", "neither", "no", "Confirm and save", "Correct an answer", "Sex", "female"
    )
    turn = at.do("Sex: Female")
    assert "Sex: Female\nHistory: asked again\nWhy is it changed?" in plain(said(turn))
    at.do("Copied wrongly")
    assert at.load().state == "history"


def test_what_waits_stands_after_a_restart(tmp_path: Path) -> None:
    at = desk(tmp_path / "a.db", SEX_FIRST)
    before = labels(at.do("/new", "female", "prostate"))
    at.conversation.screenings.db.close()
    again = open_database(tmp_path / "a.db", Clock())
    at.conversation = Conversation(
        Screenings(again, Clock()), People(again, Clock()), Setup((SEX_FIRST,), ZONE, "telegram")
    )
    assert labels(at.do("/resume")) == before


def test_unknown_contradicts_nothing() -> None:
    known: dict[str, Answer] = {"sex": UNKNOWN, "history": Selection(("prostate",))}
    assert list(contradictions(SEX_FIRST, known)) == []
    assert contradicted(SEX_FIRST, {"history": known["history"]}, {"sex": UNKNOWN}) == {}


# over several trials ---------------------------------------------------------------------------------


def answered(at: Desk, **given: str) -> None:
    """Answer in a matching each question once as it is asked, as far as answers are given."""
    at.do("/new", "All our trials")
    while (state := at.load("S01-M0001").state) in given:
        at.do(given.pop(state))


def test_what_no_single_trial_asks_together_is_said_at_once(tmp_path: Path) -> None:
    at = desk(tmp_path / "a.db", ONLY_SEX, ONLY_PREGNANCY)
    answered(at, pregnant_or_lactating="pregnant", ast="yes", sex="male")
    assert "cannot both be true" in plain(said(at.turn))
    assert labels(at.turn)[:2] == ["Sex: Male", "Pregnancy or breastfeeding: Pregnant"]
    at.do("Pregnancy or breastfeeding: Pregnant", "female")
    known = answers(at.load("S01-M0001"))
    assert known["sex"] == Choice("female")
    assert known["pregnant_or_lactating"] == Choice("pregnant")


def test_what_follows_is_corrected_over_several_trials_as_within_one(tmp_path: Path) -> None:
    at = desk(tmp_path / "a.db", ONLY_SEX, ONLY_PREGNANCY)
    answered(at, pregnant_or_lactating="neither", ast="yes", sex="male")
    at.do("Correct an answer", "Pregnancy or breastfeeding", "pregnant")
    assert labels(at.turn)[:2] == ["Pregnancy or breastfeeding: Pregnant", "Sex: Male"]
    at.do("Pregnancy or breastfeeding: Pregnant")
    assert answers(at.load("S01-M0001"))["sex"] == Choice("female")
    assert "Sex: Female" in plain(said(at.turn))


@pytest.mark.parametrize("trials", [(SEX_FIRST,), (ONLY_SEX, ONLY_PREGNANCY)], ids=["one", "several"])
def test_what_an_earlier_version_took_is_told_before_it_is_saved(
    tmp_path: Path, trials: tuple[Protocol, ...]
) -> None:
    at = desk(tmp_path / "a.db", *trials)
    at.do("/new", *(["All our trials"] if len(trials) > 1 else []))
    number = "S01-M0001" if len(trials) > 1 else "S01-0001"
    given = {"sex": "male", "history": "asthma", "pregnant_or_lactating": "pregnant", "ast": "no"}
    while (state := at.load(number).state) in given:
        answer: Answer = Selection((given[state],)) if state == "history" else Choice(given[state])
        at.conversation.screenings.take(at.load(number), [Step("answer", state, answer)], at.person.code)
    at.do("/resume")
    told = "Pregnancy or breastfeeding: Pregnant and Sex: Male cannot both be true."
    assert told in plain(said(at.turn))
    assert labels(at.turn)[:2] == ["Correct: Pregnancy or breastfeeding", "Correct: Sex"]
    (save,) = (each for each in labels(at.turn) if each.endswith("with the contradiction"))
    at.do(save)
    assert told in plain(said(at.turn))


# in any order ----------------------------------------------------------------------------------------

_WALKED: Final = frozenset(
    (
        *("answer", "tick", "untick", "done", "none", "unknown", "keep", "new_stands", "old_stands", "back"),
        *("correct", "correct_which", "continue", "reason", "save", "finish_save", "revise", "finish"),
        *("open_trial", "go_on", "stands"),
    )
)


def walk(at: Desk, dice: random.Random, steps: int, verbs: Collection[str] = _WALKED) -> set[str]:
    """Press what stands on the card, anything, and hold what stands after each press against a plain evaluation."""
    pressed = set[str]()
    at.do("/new")
    if len(at.conversation.setup.protocols) > 1:
        at.do("!match")
    for _ in range(steps):
        presses = [data for data in at.presses() if data.partition(":")[0] in verbs]
        if not presses:
            at.do("/resume")
            presses = [data for data in at.presses() if data.partition(":")[0] in verbs] or ["new"]
        data = dice.choice(presses)
        pressed.add(data.partition(":")[0])
        at.do(f"!{data}")
        press = read_press(data)
        if press is not None and press.screening is not None:
            holds(at.load(press.screening))
    return pressed


def holds(screening: Screening) -> None:
    """No two answers contradict each other, and each trial comes to what a list of the same answers comes to."""
    dialogue = screening.dialogue
    assert list(contradictions(screening.protocol, dialogue.answers)) == []
    if isinstance(dialogue, Matching):
        for alone, each in zip(dialogue.alone, dialogue.trials, strict=True):
            if screening.state == REVIEW and not dialogue.open:
                assert alone.verdict == judged(each.protocol, alone.answers).verdict
    elif screening.state in (REVIEW, EXCLUDED, COMPLETED) and not dialogue.open:
        assert dialogue.verdict == judged(screening.protocol, dialogue.answers).verdict


@pytest.mark.parametrize("seed", range(12))
def test_whatever_is_pressed_in_whatever_order_no_verdict_rests_on_a_contradiction(
    tmp_path: Path, seed: int
) -> None:
    dice = random.Random(seed)
    trials = dice.sample(TRIALS, 1 + seed % 4)
    at = desk(tmp_path / "a.db", *trials)
    pressed = walk(at, dice, 250)
    assert {"answer", "tick"} & pressed
    assert verify(path_of(at.conversation.screenings.db)).problems == ()


def test_the_walk_comes_to_contradictions(tmp_path: Path) -> None:
    at = desk(tmp_path / "a.db", SEX_FIRST)
    assert {"new_stands", "old_stands"} <= walk(at, random.Random(1), 400)


def test_the_walk_comes_to_contradictions_between_trials(tmp_path: Path) -> None:
    at = desk(tmp_path / "a.db", *APART)
    assert {"new_stands", "old_stands"} <= walk(at, random.Random(1), 400, _WALKED - {"open_trial"})
