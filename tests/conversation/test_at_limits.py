"""A time that is just at a limit takes one more tap, in each channel and language, and its words judge it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from wcwidth import wcswidth

from bot.conversation import Conversation
from bot.terminal import Terminal
from bot.wording.buttons import LONGEST_LABEL
from dialogs.answers import Measurement, encode
from tests.conversation.playing import Clock, new_conversation

TRIAL = str(Path(__file__).parent.parent / "data" / "washouts.toml")
OFFERED = {
    "en": ["More than 6 months ago", "Less than 6 months ago", "Exactly 6 months ago, to the day"],
    "zh": ["距今超过6个月", "距今不足6个月", "距今正好6个月，精确到日"],
}
SAID = {
    "en": "last MI: 6 months ago is just at a limit. Which is it? Or type the days.",
    "zh": "最近一次心梗：6个月前恰在界值上。是哪一种？也可输入天数。",
}
KEPT = [(">6", "mo", "last_stroke"), ("<6", "mo", "excluded"), ("6", "mo", "last_stroke")]
"""Of each button: what is kept, and where the screening stands then."""


class Desk:
    """One person at a terminal."""

    def __init__(self, path: Path, language: str, trial: str = TRIAL) -> None:
        self.conversation: Conversation = new_conversation(path, Clock(), trial=trial)
        self.said: list[str] = []
        person = self.conversation.people.add("clinician", "S01", "terminal", "local", language)
        self.terminal = Terminal(self.conversation, person, self.said.append)

    def types(self, *lines: str) -> None:
        for line in lines:
            self.terminal.handle(line)

    @property
    def told(self) -> str:
        """All that was shown, without the spaces, at which lines are broken."""
        return "".join("".join(self.said).casefold().split())

    @property
    def answers(self) -> dict[str, tuple[str, str | None]]:
        dialogue = self.conversation.screenings.load("S01-0001").dialogue
        return {question: encode(answer) for question, answer in dialogue.answers.items()}

    @property
    def state(self) -> str:
        return self.conversation.screenings.load("S01-0001").state


@pytest.fixture(params=["en", "zh"])
def desk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Desk]:
    made = Desk(tmp_path / "desk.db", request.param)
    made.terminal.begin()
    yield made
    made.conversation.screenings.db.close()


@pytest.mark.parametrize("place", range(3))
def test_a_tap_answers_on_which_side_it_lies(desk: Desk, place: int) -> None:
    language = desk.terminal.person.language
    desk.types("45", "6 months ago")
    assert "".join(SAID[language].casefold().split()) in desk.told
    labels = [button.label for button in desk.terminal.keys.values()]
    assert labels[:3] == OFFERED[language]
    assert all(wcswidth(label) <= LONGEST_LABEL for label in labels)
    assert "last_mi" not in desk.answers
    desk.types(OFFERED[language][place])
    *kept, state = KEPT[place]
    assert desk.answers["last_mi"] == tuple(kept)
    assert desk.state == state


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("190 days ago", ("190", "d")),
        ("exactly 6 months ago", ("6", "mo")),
        ("6个多月前", (">6", "mo")),
        ("unknown", ("unknown", None)),
    ],
)
def test_it_can_be_typed_instead(desk: Desk, typed: str, kept: tuple[str, str | None]) -> None:
    desk.types("45", "6 months ago", typed)
    assert desk.answers["last_mi"] == kept


def test_a_unit_that_is_added_is_asked_about_too(desk: Desk) -> None:
    desk.types("45", "6", "months")
    assert "last_mi" not in desk.answers
    desk.types(OFFERED[desk.terminal.person.language][0])
    assert desk.answers["last_mi"] == (">6", "mo")


def test_what_is_about_a_limit_is_named_by_its_two_sides(desk: Desk) -> None:
    desk.types("45", "about 6 months ago")
    assert "last_mi" not in desk.answers
    assert any(each in desk.told for each in (">6monthsagoor<6monthsago?", ">6个月前或<6个月前？"))


@pytest.mark.parametrize(
    ("then", "kept"), [("More than 6 months ago", True), ("never", False), ("6 months ago", False)]
)
def test_in_a_pipe_the_next_line_is_one_of_the_three_or_nothing_more_is_read(
    tmp_path: Path, then: str, kept: bool
) -> None:
    desk = Desk(tmp_path / "pipe.db", "en")
    assert not desk.terminal.run(["45", "6 months ago", then, "never", "never"], piped=True)
    assert ("last_mi" in desk.answers) is kept
    assert any("Line 3 was not taken" in line for line in desk.said) is not kept
    assert any(OFFERED["en"][0] in line for line in desk.said)
    desk.conversation.screenings.db.close()


OF_TWO = """format = 2
id = "EX-TWO"
version = "1"
languages = ["en", "zh"]
title = { en = "Fictional", zh = "虚构" }
[catalogue.drug]
kind = "since"
ask = { en = "Last drug?", zh = "末次用药？" }
short = { en = "last drug", zh = "末次用药" }
[catalogue.relapse]
kind = "since"
ask = { en = "Last relapse?", zh = "末次复发？" }
short = { en = "last relapse", zh = "末次复发" }
[[criterion]]
code = "I1"
inclusion = "Relapse after the last drug"
rule = 'drug > relapse and drug != "never"'
"""
"""Asked alike, two times are compared with each other."""


@pytest.mark.parametrize(
    ("language", "asked", "taps"),
    [
        (
            "en",
            "last relapse: 2 months ago is about as long ago as last drug (2 months ago).",
            "Less than 2 months ago",
        ),
        ("zh", "末次复发：2个月前，与末次用药（2个月前）相近。是更早，还是更晚？", "距今不足2个月"),
    ],
)
def test_of_two_times_that_are_said_alike_it_is_asked_which_is_longer_ago(
    tmp_path: Path, language: str, asked: str, taps: str
) -> None:
    file = tmp_path / "two.toml"
    file.write_text(OF_TWO, encoding="utf-8")
    desk = Desk(tmp_path / "two.db", language, str(file))
    desk.terminal.begin()
    desk.types("2 months ago", "2 months ago")
    assert "".join(asked.casefold().split()) in desk.told
    desk.types(taps)
    assert (desk.answers["relapse"], desk.state) == (("<2", "mo"), "review")
    assert desk.conversation.screenings.load("S01-0001").dialogue.verdict == "eligible"
    desk.conversation.screenings.db.close()


def of_two(tmp_path: Path, language: str = "en") -> Desk:
    file = tmp_path / "two.toml"
    file.write_text(OF_TWO, encoding="utf-8")
    return Desk(tmp_path / "two.db", language, str(file))


ASKED_AGAIN = {
    "en": "Asked once more: 1 year ago may be longer ago than last relapse (18 months ago), or less.",
    "zh": "再次询问：1年前可能早于末次复发（18个月前），也可能晚于它。",
}
CORRECTED = {
    "unknown": (["u"], "unknown", "review"),
    "in a smaller unit": (["400 days ago"], "400 d", "excluded"),
    "to the day": (["exactly 1 year ago"], "1 a", "excluded"),
    "a bound": (["more than 18 months ago"], ">18 mo", "review"),
    "kept, and longer ago": (["k", "1"], ">18 mo", "review"),
    "kept, and less": (["k", "2"], "<18 mo", "excluded"),
    "kept, and just so": (["k", "3", "exactly 18 months ago"], "18 mo", "excluded"),
    "typed again, and less": (["1 year ago", "less"], "<18 mo", "excluded"),
}


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(("typed", "kept", "state"), CORRECTED.values(), ids=CORRECTED)
def test_a_known_time_that_is_too_vague_is_asked_again_as_in_any_correction(
    tmp_path: Path, language: str, typed: list[str], kept: str, state: str
) -> None:
    desk = of_two(tmp_path, language)
    desk.terminal.begin()
    desk.types("1 year ago", "18 months ago")
    assert "".join(ASKED_AGAIN[language].casefold().split()) in desk.told
    assert desk.answers["relapse"] == ("18", "mo")
    assert (desk.answers["drug"], desk.state) == (("1", "a"), "drug")
    desk.types("longer ago", "?", "b", "/resume")
    assert desk.state == "drug"
    desk.types(*typed)
    value, _, unit = kept.partition(" ")
    assert (desk.answers["drug"], desk.state) == ((value, unit or None), state)
    assert desk.answers["relapse"] == ("18", "mo")
    desk.conversation.screenings.db.close()


def test_a_known_time_is_asked_again_in_a_revision_each_change_with_its_reason(tmp_path: Path) -> None:
    desk = of_two(tmp_path)
    desk.terminal.begin()
    desk.types("1 year ago", "6 days ago", "s", "m", "last relapse: 6 days ago")
    assert desk.state == "relapse"
    desk.types("18 months ago")
    assert desk.answers["relapse"] == ("6", "d")
    desk.types("Copied wrongly")
    assert (desk.answers["relapse"], desk.state) == (("18", "mo"), "drug")
    desk.types("k", "More than 18 months ago")
    assert desk.answers["drug"] == ("1", "a")
    desk.types("Newer result")
    assert (desk.answers["drug"], desk.state) == ((">18", "mo"), "review")
    desk.conversation.screenings.db.close()


def test_what_was_chosen_in_a_revision_is_not_asked_again(tmp_path: Path) -> None:
    desk = of_two(tmp_path)
    desk.terminal.begin()
    desk.types("2 months ago", "6 days ago", "s", "m", "last relapse: 6 days ago", "2 months ago")
    desk.types("Less than 2 months ago", "Copied wrongly")
    assert (desk.answers["relapse"], desk.state) == (("<2", "mo"), "review")
    desk.conversation.screenings.db.close()


def test_in_a_matching_a_known_time_is_asked_again_too(tmp_path: Path) -> None:
    of_seizures = OF_TWO.replace("Last relapse?", "Last seizure?").replace("末次复发？", "末次癫痫发作？")
    for name in ("ONE", "TWO"):  # who relapses, of what, is of each trial; a seizure is a seizure
        (tmp_path / f"{name}.toml").write_text(of_seizures.replace("EX-TWO", name), encoding="utf-8")
    desk = Desk(tmp_path / "both.db", "en", f"{tmp_path / 'ONE.toml'} {tmp_path / 'TWO.toml'}")
    desk.terminal.begin()
    desk.types("All our trials", "1 year ago", "18 months ago")
    matching = desk.conversation.screenings.load("S01-M0001")
    assert (matching.state, encode(matching.dialogue.answers["drug"])) == ("relapse", ("18", "mo"))
    desk.types("k", "Less than 18 months ago")
    matching = desk.conversation.screenings.load("S01-M0001")
    assert (matching.state, encode(matching.dialogue.answers["relapse"])) == ("TWO/drug", ("<18", "mo"))
    desk.types("1 year ago")
    assert desk.conversation.screenings.load(
        "S01-M0001"
    ).dialogue.proposal  # 18 months is the other end of it
    desk.conversation.screenings.db.close()


MEN = """format = 2
id = "MEN"
title = "Fictional"
[[criterion]]
code = "I1"
inclusion = "Men"
rule = 'sex == "male"'
"""


def matched(path: Path, *trials: str) -> Desk:
    """A matching in which *1 year ago* is asked again beside *18 months ago*, with trials that do not ask for it."""
    for place, text in enumerate(trials):
        (path / f"{place}.toml").write_text(text, encoding="utf-8")
    desk = Desk(path / "many.db", "en", " ".join(str(path / f"{place}.toml") for place in range(len(trials))))
    desk.terminal.begin()
    desk.types("All our trials")
    known = {"drug": "1 year ago", "sex": "Male", "relapse": "18 months ago"}
    while (state := desk.conversation.screenings.load("S01-M0001").state) in known:
        desk.types(known.pop(state))
    assert state == "drug"
    return desk


@pytest.mark.parametrize(("typed", "verdict"), [("300 days ago", "ineligible"), ("2 years ago", "eligible")])
def test_in_a_matching_it_stays_due_when_a_screening_for_another_trial_is_opened(
    tmp_path: Path, typed: str, verdict: str
) -> None:
    desk = matched(tmp_path, OF_TWO, MEN)
    desk.types("Where we stand", "Go on with MEN", "/open m1")
    matching = desk.conversation.screenings.load("S01-M0001")
    assert (matching.state, matching.dialogue.editing) == ("drug", "drug")
    assert "asked once more" in " ".join("".join(desk.said[-9:]).casefold().split())
    desk.types(typed)
    matching = desk.conversation.screenings.load("S01-M0001")
    assert (matching.state, matching.dialogue.verdict) == ("review", verdict)
    desk.conversation.screenings.db.close()


EXCLUDING = OF_TWO.replace("I1", "E1").replace("inclusion =", "exclusion =")
OF_PARTS = (
    OF_TWO.replace(
        "[[criterion]]",
        '[[part]]\ncode = "A"\nname = "Cohort A"\n[[part]]\ncode = "B"\nname = "Cohort B"\n'
        '[[criterion]]\nparts = ["A"]',
        1,
    )
    + '[[criterion]]\nparts = ["B"]\ncode = "I2"\ninclusion = "Men"\nrule = \'sex == "male"\'\n'
)


@pytest.mark.parametrize(
    ("trial", "typed", "is_out"),
    [
        (OF_TWO, "300 days ago", True),
        (OF_TWO, "2 years ago", False),
        (EXCLUDING, "300 days ago", False),
        (EXCLUDING, "2 years ago", True),
    ],
)
def test_in_a_matching_nothing_is_told_of_a_trial_before_the_time_was_asked_again(
    tmp_path: Path, trial: str, typed: str, is_out: bool
) -> None:
    desk = matched(tmp_path, trial, MEN)
    desk.types("Where we stand")
    shown = "\n".join(desk.said)
    assert "still possible, about 1 question left" in shown
    assert "Go on with EX-TWO" in shown
    desk.types("/recent")
    assert "2 of 2 possible" in desk.said[-1]
    assert not any(each in "\n".join(desk.said) for each in ("EX-TWO is ruled out", "not eligible", "1 of 2"))
    desk.said.clear()
    desk.types("/resume", typed)
    assert ("EX-TWO is ruled out" in "\n".join(desk.said)) is is_out
    assert "possible again" not in "\n".join(desk.said)
    desk.conversation.screenings.db.close()


def test_the_end_of_a_matching_says_that_the_time_is_asked_first(tmp_path: Path) -> None:
    desk = matched(tmp_path, OF_TWO, MEN)
    desk.types("Where we stand", "Finish and save")
    assert "Not ended yet: this is asked first" in " ".join("\n".join(desk.said).split())
    assert desk.conversation.screenings.load("S01-M0001").state == "drug"
    desk.conversation.screenings.db.close()


@pytest.mark.parametrize(("typed", "is_out"), [("300 days ago", True), ("2 years ago", False)])
def test_nothing_is_told_of_a_part_before_the_time_was_asked_again(
    tmp_path: Path, typed: str, is_out: bool
) -> None:
    file = tmp_path / "parts.toml"
    file.write_text(OF_PARTS, encoding="utf-8")
    desk = Desk(tmp_path / "parts.db", "en", str(file))
    desk.terminal.begin()
    desk.types("1 year ago", "18 months ago")
    assert desk.state == "drug"
    assert "Cohort A is ruled out" not in "\n".join(desk.said)
    desk.types(typed)
    assert ("Cohort A is ruled out" in "\n".join(desk.said)) is is_out
    assert "open again" not in "\n".join(desk.said)
    desk.conversation.screenings.db.close()


def test_a_revision_of_a_matching_asks_nothing_again_for_a_trial_that_goes_on_by_itself(
    tmp_path: Path,
) -> None:
    """Nor when its screening is opened in the revision: that one asks."""
    for name, text in (("TWO", EXCLUDING), ("MEN", MEN)):
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    desk = Desk(tmp_path / "apart.db", "en", f"{tmp_path / 'TWO.toml'} {tmp_path / 'MEN.toml'}")
    desk.terminal.begin()
    desk.types("All our trials")
    known = {"drug": "1 year ago", "sex": "Male", "relapse": "3 years ago"}
    while (state := desk.conversation.screenings.load("S01-M0001").state) in known:
        desk.types(known.pop(state))
    desk.types("Save 2 screenings and finish", "Correct an answer", "EX-TWO: last relapse: 3 years ago")
    desk.types("18 months ago", "Copied wrongly")
    matching = desk.conversation.screenings.load("S01-M0001")
    assert matching.dialogue.answers["relapse"] == Measurement("=", Decimal(18), "mo")
    assert (matching.state, matching.dialogue.editing) == ("review", None)
    assert "By the answers here: undetermined" in " ".join("\n".join(desk.said).split())
    number = matching.opened["EX-TWO"]
    desk.types(f"/open {number}", "Correct an answer", "last relapse: 3 years ago", "18 months ago")
    desk.types("Copied wrongly")
    assert desk.conversation.screenings.load(number).state == "drug"
    desk.conversation.screenings.db.close()


PIPED = {
    "what is offered": (["more than 18 months ago"], True),
    "in a smaller unit": (["400 days ago"], True),
    "to the day": (["exactly 18 months ago"], True),
    "the same again": (["1 year ago"], False),
    "a time for another question": (["2 years ago"], False),
    "never": (["never"], False),
    "unknown": (["unknown"], False),
    "a choice": (["yes"], False),
}


@pytest.mark.parametrize(("lines", "taken"), PIPED.values(), ids=PIPED)
def test_in_a_pipe_a_line_for_the_next_question_is_none_for_the_time_that_is_asked_again(
    tmp_path: Path, lines: list[str], taken: bool
) -> None:
    desk = of_two(tmp_path)
    desk.terminal.run(["1 year ago", "18 months ago", *lines], piped=True)
    assert (desk.answers["drug"] != ("1", "a")) is taken
    assert any("Line 3 was not taken" in line for line in desk.said) is not taken
    desk.conversation.screenings.db.close()


HEAD = (
    'format = 2\nid = "{}"\ntitle = "Fictional"\n'
    '[[question]]\nid = "mi"\nkind = "since"\nask = "Last MI?"\nshort = "last MI"\n'
)
EXCLUDES = "[[criterion]]\nexclusion = 'Words {0}'\nrule = '{0}'\n"


def test_a_limit_that_matters_once_another_answer_is_corrected_is_asked_about(tmp_path: Path) -> None:
    file = tmp_path / "smokers.toml"
    smoker = '[[question]]\nid = "smoker"\nask = "Smoker?"\n'
    rules = (EXCLUDES.format(rule) for rule in ('smoker and mi < "6 mo"', 'mi < "1 mo"'))
    file.write_text(
        "".join((HEAD.format("SMOKERS").replace("[[", smoker + "[[", 1), *rules)), encoding="utf-8"
    )
    desk = Desk(tmp_path / "smokers.db", "en", str(file))
    desk.terminal.begin()
    desk.types("No", "6 months ago")
    assert desk.answers == {"smoker": ("no", None)}
    assert desk.conversation.screenings.load("S01-0001").dialogue.proposal
    desk.conversation.screenings.db.close()


def test_a_time_that_is_taken_over_from_another_trial_is_asked_about_where_it_is_at_a_limit(
    tmp_path: Path,
) -> None:
    for name, rule in (("B", 'mi < "6 mo"'), ("C", 'mi < "1 mo"')):
        file = tmp_path / f"{name}.toml"
        file.write_text(HEAD.format(name) + EXCLUDES.format(rule), encoding="utf-8")
    desk = Desk(tmp_path / "two.db", "en", f"{tmp_path / 'B.toml'} {tmp_path / 'C.toml'}")
    desk.terminal.begin()
    desk.types("All our trials", "Where we stand", "Go on with C", "6 months ago", "s", "/resume", "go", "k")
    assert "just at a limit" in " ".join(desk.said[-12:])
    matching = desk.conversation.screenings.load("S01-M0001")
    assert matching.dialogue.proposal
    assert "mi" not in matching.dialogue.answers
    desk.conversation.screenings.db.close()


def test_a_time_that_is_kept_when_it_is_asked_again_is_asked_about_like_one_that_is_typed(desk: Desk) -> None:
    desk.types("45", "6 months ago", OFFERED[desk.terminal.person.language][2])
    assert desk.state == "last_stroke"
    desk.types("b", "k")
    assert desk.state == "last_mi"
    assert desk.conversation.screenings.load("S01-0001").dialogue.proposal
