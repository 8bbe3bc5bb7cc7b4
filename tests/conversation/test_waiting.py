"""A *yes* or *no* below what waits is about that; it is never an answer to the question, as *Never* or *None*."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.exchange import Message
from bot.terminal import Terminal
from dialogs.answers import Answer, encode
from dialogs.loading import parse_protocol
from state.screenings import Screening
from tests.conversation.office import offering
from tests.conversation.playing import Clock, new_conversation

HEAD = """format = 2
id = "EX-WAITING"
version = "1"
languages = ["en", "zh"]
title = { en = "Fictional", zh = "虚构" }
"""
CRITERION = """
[[criterion]]
code = "{}"
exclusion = "Words of the record"
rule = '{}'
"""
STROKE = """
[[question]]
id = "stroke"
kind = "since"
ask = { en = "Last stroke?", zh = "最近一次卒中？" }
"""
DOSE = """
[[question]]
id = "dose"
ask = { en = "Dose of the drug?", zh = "药物剂量？" }
units = [
  { code = "mg", label = "mg", scale = 1, possible = [0, 90000], usual = [0, 300] },
  { code = "g", label = "g", scale = 1000, possible = [0, 90000], usual = [0, 300] },
]
shortcuts = [{ code = "CODE", text = { en = "Not taken", zh = "未曾服用" }, means = "0 mg" }]
"""
HISTORY = """
[[question]]
use = "sex"
[[question]]
id = "history"
kind = "several"
ask = { en = "Which of these?", zh = "有以下哪些？" }
options = [
  { code = "asthma", text = { en = "Asthma", zh = "哮喘" } },
  { code = "prostate", text = { en = "Prostate cancer", zh = "前列腺癌" }, implies = { sex = "male" } },
]
"""
SINCE, QUANTITY = (STROKE, ('stroke < "6 mo"',)), (DOSE, ('dose > "7 mg"',))
SEVERAL = (HISTORY, ('sex == "male" and "asthma" in history', 'sex == "female" and "prostate" in history'))

WAITING = {
    "a side of a limit": (SINCE, ["6 months ago"]),
    "a unit of time": (SINCE, ["6"]),
    "an unusual time": (SINCE, ["110 years ago"]),
    "a unit": (QUANTITY, ["5"]),
    "which number": (QUANTITY, ["12.500 mg"]),
    "one number": (QUANTITY, ["95.000 mg"]),
    "an unusual number": (QUANTITY, ["400 mg"]),
    "ticks": (SEVERAL, ["female", "☐"]),
    "a contradiction": (SEVERAL, ["female", "prostate"]),
}
NO = ("no", "n", "No.", "none", "nothing", "not given", "不", "否", "不是", "无", "没有", "未用", "都没有")
YES = ("y", "yes", "ok", "是", "对", "有", "确认")
YES_FROM = {"a unit of time": 1, "an unusual time": len(YES), "an unusual number": len(YES)}
"""Where a yes confirms, it is taken; *y* is a unit of time, years, where one is waited for."""
SHORTCUTS = ("never", "none", "no", "yes")
"""Codes under which a number of a trial may have its button: words for *no* are words for such a button."""


class Desk:
    """One person whose lines go through the terminal, or straight to the conversation, as from a phone."""

    def __init__(self, path: Path, way: str, language: str, text: str) -> None:
        trial = parse_protocol(text, "waiting.toml")
        self.conversation = offering(new_conversation(path, Clock()), trial)
        self.person = self.conversation.people.add("clinician", "S01", "terminal", "local", language)
        self.printed: list[str] = []
        self.terminal = Terminal(self.conversation, self.person, self.printed.append)
        self.terminal.begin()
        self.way = way

    def types(self, line: str) -> bool:
        """Type a line; say whether it was taken."""
        if self.way == "terminal":
            return self.terminal.handle(line)
        return not self.conversation.handle(self.person, Message("text", line)).untaken

    @property
    def screening(self) -> Screening:
        return self.conversation.screenings.load("S01-0001")

    @property
    def stands(self) -> tuple[object, ...]:
        dialogue = self.screening.dialogue
        return self.screening.entries, dialogue.proposal, dialogue.waiting, dict(dialogue.answers)

    @property
    def answers(self) -> dict[str, Answer]:
        return dict(self.screening.dialogue.answers)


def text_of(kind: str, shortcut: str = "never") -> str:
    asked, rules = WAITING[kind][0]
    criteria = "".join(CRITERION.format(f"E{at}", rule) for at, rule in enumerate(rules, 1))
    return HEAD + asked.replace("CODE", shortcut) + criteria


def at_work(path: Path, way: str, language: str, kind: str, shortcut: str = "never") -> Desk:
    """Return a desk at which something waits."""
    desk = Desk(path, "terminal", language, text_of(kind, shortcut))
    for line in WAITING[kind][1]:
        ticks = [key for key, button in desk.terminal.keys.items() if button.label.startswith(line)]
        assert desk.types(ticks[0] if line == "☐" else line), line
    assert desk.screening.dialogue.proposal or desk.screening.dialogue.waiting
    desk.way = way
    return desk


@pytest.mark.parametrize("kind", WAITING)
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("way", ["terminal", "conversation"])
def test_a_yes_or_no_is_no_answer_to_the_question_above_which_something_waits(
    tmp_path: Path, way: str, language: str, kind: str
) -> None:
    for shortcut in SHORTCUTS if WAITING[kind][0] is QUANTITY else SHORTCUTS[:1]:
        desk = at_work(tmp_path / f"{shortcut}.db", way, language, kind, shortcut)
        before = desk.stands
        for word in (*NO, *YES[YES_FROM.get(kind, 0) :]):
            assert not desk.types(word), (shortcut, word)
            assert desk.stands == before, (shortcut, word)
        desk.conversation.screenings.db.close()


@pytest.fixture(params=["terminal", "conversation"])
def at_limit(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Desk]:
    made = at_work(tmp_path / "limit.db", request.param, "en", "a side of a limit")
    yield made
    made.conversation.screenings.db.close()


SAID = {
    "never": ("never", None), "从未": ("never", None), "unknown": ("unknown", None), "ongoing": ("ongoing", None),
    "more": (">6", "mo"), "More than": (">6", "mo"), "longer ago": (">6", "mo"), "超过": (">6", "mo"),
    "less": ("<6", "mo"), "不足": ("<6", "mo"), "不到": ("<6", "mo"), "更晚": ("<6", "mo"),
    "exactly": ("6", "mo"), "正好": ("6", "mo"), "182 days": ("182", "d"), ">6 months": (">6", "mo"),
}  # fmt: skip


@pytest.mark.parametrize("said", SAID)
def test_a_side_alone_a_time_and_never_in_full_are_taken(at_limit: Desk, said: str) -> None:
    assert at_limit.types(said)
    assert encode(at_limit.answers["stroke"]) == SAID[said]


@pytest.mark.parametrize("said", ["later", "over", "at least", "以上", "maybe", "5 furlongs"])
def test_what_may_mean_something_else_is_not_taken(at_limit: Desk, said: str) -> None:
    assert not at_limit.types(said)
    assert "stroke" not in at_limit.answers


def test_a_no_is_told_that_what_was_entered_waits_and_the_question_is_asked_again(tmp_path: Path) -> None:
    desk = at_work(tmp_path / "told.db", "terminal", "en", "a side of a limit")
    desk.printed.clear()
    desk.types("none")
    told = " ".join(" ".join(desk.printed).split())
    assert "what was entered before still waits" in told
    assert "6 months ago is just at a limit" in told
    desk.conversation.screenings.db.close()


PIPED = {
    "182 days": True, "181 days ago": True, "6.5 months": False, "more": True, "exactly 6 months ago": True,
    "5 days": False, "2 years ago": False, "no": False, "never": False, "unknown": False, "182": False,
}  # fmt: skip


@pytest.mark.parametrize("line", PIPED)
def test_in_a_pipe_days_that_may_be_that_time_are_taken_and_no_answer_to_another_question(
    tmp_path: Path, line: str
) -> None:
    desk = Desk(tmp_path / "pipe.db", "terminal", "en", text_of("a side of a limit"))
    desk.terminal.run(["6 months ago", line], piped=True)
    assert ("stroke" in desk.answers) is PIPED[line]
    assert (desk.screening.dialogue.proposal is None) is PIPED[line]
    desk.conversation.screenings.db.close()
