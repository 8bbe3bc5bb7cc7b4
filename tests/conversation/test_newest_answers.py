"""What a matching tells of the screenings that came out of it: the newest answer of all, and only while it differs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Final

from bot.wording.in_short import in_short
from bot.wording.parts import title
from bot.wording.phrases import named, phrases, plain
from dialogs.answers import COMPUTED, UNKNOWN, Answer, Choice, Measurement, decode
from dialogs.dialogue import COMPLETED, EXCLUDED, REVIEW, TO_CORRECT, Dialogue, Step, begin
from dialogs.errors import AnswerError, NotNow
from dialogs.loading import parse_protocol
from dialogs.portfolio.matching import Matching
from dialogs.portfolio.merging import Trial
from dialogs.protocol import Protocol
from dialogs.since import NEVER
from state.database import path_of
from state.verify import verify
from tests.conversation.office import buttons, labels, said
from tests.conversation.test_contradictions import Desk, desk

SAY: Final = phrases("en")
MATCHING: Final = "S01-M0001"
EXCLUSIONS: Final = {
    "FIC-1": ('alt > "5 {xULN}"', 'hemoglobin < "80 g/L"', 'bmi > "45 kg/m2"', 'relapse < "3 mo"'),
    "FIC-2": ('alt > "2 {xULN}"', 'hemoglobin < "100 g/L"', 'bmi > "30 kg/m2"'),
    "FIC-3": ('alt > "3 {xULN}"', 'hemoglobin < "90 g/L"', 'body_weight < "60 kg"', 'relapse < "6 mo"'),
    "FIC-4": ('bmi > "28 kg/m2"', 'alt > "2.3 {xULN}" and ulcer', 'relapse == "never"'),
}
_OWN: Final = """
[[question]]
id = "relapse"
kind = "since"
ask = "Most recent relapse?"
short = "Relapse"

[[question]]
id = "ulcer"
ask = "Is there an ulcer?"
short = "Ulcer"
"""


def trial(name: str) -> Protocol:
    head = f'format = 2\nid = "{name}"\nversion = "1"\nlanguages = ["en"]\ntitle = "{name} (fictional)"\n'
    rules = [
        f'[[criterion]]\ncode = "E{place}"\nexclusion = "About {place}"\nrule = \'{rule}\'\n'
        for place, rule in enumerate(EXCLUSIONS[name], 1)
    ]
    own = [each for each in _OWN.split("\n\n") if each.split('"')[1] in "".join(rules)]
    return parse_protocol("\n".join([head, *own, *rules]), f"{name}.toml")


TRIALS: Final = tuple(map(trial, EXCLUSIONS))


def number(value: str, unit: str | None) -> Measurement:
    answer = decode(value, unit)
    assert isinstance(answer, Measurement)
    return answer


ANSWERS: Final[Mapping[str, tuple[Answer, ...]]] = {
    "alt": (*(number(each, "U/L") for each in ("70", "90", "95") * 2), number("1.6", "ukat/L"), UNKNOWN),
    "alt_uln": (number("40", "U/L"), number("60", "U/L"), number("0.7", "ukat/L"), UNKNOWN),
    "hemoglobin": (*(number(each, "g/L") for each in ("85", "95", "105", "120")), UNKNOWN),
    "bmi": (COMPUTED, COMPUTED, number("24", "kg/m2"), number("38", "kg/m2"), UNKNOWN),
    "body_weight": (number("50", "kg"), number("70", "kg"), number("95", "kg"), UNKNOWN),
    "height": (number("170", "cm"), number("150", "cm"), UNKNOWN),
    "relapse": (*(number(each, "mo") for each in ("2", "7", "20")), Choice(NEVER), UNKNOWN),
    "ulcer": (Choice("yes"), Choice("no"), UNKNOWN),
}


class Ward(Desk):
    """A matching and the screenings that came out of it, in which anything is answered and corrected at random."""

    def keep(self, number: str, *steps: Step) -> bool:
        """Keep steps of a screening, as far as they are possible."""
        try:
            self.conversation.screenings.take(self.load(number), steps, self.person.code)
        except (NotNow, AnswerError):
            return False
        return True

    def answer(self, number: str, random: Random) -> None:
        screening = self.load(number)
        if screening.state in screening.protocol.position:
            self.keep(number, Step("answer", screening.state, random.choice(ANSWERS[screening.state])))
        elif screening.state == EXCLUDED:
            self.keep(number, Step("finish"))
        elif screening.state == REVIEW and number != MATCHING:
            self.keep(number, Step("save"))

    def correct(self, number: str, random: Random) -> None:
        """Correct an answer, of a saved screening in a revision, which is saved, cancelled, or left open."""
        dialogue = self.load(number).dialogue
        if not dialogue.applied:
            return
        question = random.choice(dialogue.applied)
        step = Step("answer", question, random.choice(ANSWERS[question]), reason="misread")
        reopen = [Step("reopen", reason=TO_CORRECT)] if dialogue.state == COMPLETED else []
        self.keep(number, *reopen, Step("correct", question), step)
        if number != MATCHING and self.load(number).dialogue.revising:
            self.keep(number, random.choice([Step("save"), Step("save"), Step("cancel"), Step("back")]))

    def open(self, name: str) -> None:
        matching = self.load(MATCHING)
        if name not in matching.opened:
            screenings, code = self.conversation.screenings, self.person.code
            screenings.open_trial(matching, name, code, channel="telegram")


def entered(at: Ward, number: str) -> dict[str, tuple[str, Answer]]:
    """What a screening rests on, as its newest verdict or its log says, and when it was entered: read from the log."""
    rows = at.conversation.screenings.db.execute(
        "SELECT at, kind, question, value, unit FROM log WHERE screening = ? ORDER BY entry", [number]
    )
    found, saved = dict[str, tuple[str, Answer]](), dict[str, tuple[str, Answer]]()
    for moment, kind, question, value, unit in rows:
        if kind == "answer":
            found[question] = (moment, decode(value, unit))
        elif kind == "save":
            saved = dict(found)
        elif kind == "cancel" and saved:
            found = dict(saved)
    dialogue = at.load(number).dialogue
    if number != MATCHING and dialogue.revising:
        found, dialogue = saved, dialogue.as_saved()
    return {question: found[question] for question in dialogue.applied}


def newest_of(at: Ward) -> dict[str, tuple[str, Answer, str]]:
    """The newest answer to each question of the matching in all screenings that came out of it."""
    matching = at.load(MATCHING)
    assert isinstance(matching.dialogue, Matching)
    found = dict[str, tuple[str, Answer, str]]()
    for each in matching.dialogue.trials:
        own = matching.opened.get(each.protocol.id)
        for question, (moment, answer) in (entered(at, own) if own else {}).items():
            here = matching.dialogue.here(each, question)
            if here not in found or found[here][0] < moment:
                found[here] = (moment, answer, own or "")
    return found


def differing(at: Ward) -> dict[str, tuple[str, Answer, str]]:
    """The newest of them that were entered after what the matching rests on, and are something else."""
    own, applied = entered(at, MATCHING), at.load(MATCHING).dialogue.applied
    return {
        question: each
        for question, each in newest_of(at).items()
        if question in applied and each[0] > own[question][0] and each[1] != own[question][1]
    }


def told(at: Ward) -> set[tuple[str, str]]:
    """What a person reads when they come back: which screening has which other answer."""
    said_there = plain(said(at.do("/resume m1")))
    before, after = SAY("answered_elsewhere", number="|", named="|").split("|", 1)[0], "has another answer"
    assert not before
    lines = [line for line in said_there.splitlines() if after in line]
    answers = [(line.split()[0], line.partition(": ")[2].removesuffix(".")) for line in lines]
    return {(screening, each) for screening, named in answers for each in named.split(", ")}


def in_words(at: Ward, question: str, answer: Answer) -> str:
    screening = at.load(MATCHING)
    asked = screening.protocol.question(question)
    name = title(screening.protocol, asked, SAY)
    return named(name, in_short(screening.dialogue, asked, answer, SAY), SAY)


def take_all_over(at: Ward) -> None:
    """Tap one of what is offered after the other, as long as there is one; who has another answer is named."""
    for _ in range(40):
        at.do("/resume m1")
        found = [each.press for each in buttons(at.turn) if each.press.startswith("take_over:")]
        if not found:
            return
        before = dict(at.load(MATCHING).dialogue.answers)
        at.do(f"!{found[0]}")
        given = plain(said(at.turn))
        while "Copied wrongly" in labels(at.turn):
            at.do("Copied wrongly")
            given += plain(said(at.turn))
        others = having_another(at, before)
        not_changed = SAY("not_changed_in", numbers=", ".join(others))
        assert (not_changed in given) == bool(others)
    raise AssertionError("it is offered again and again")


def having_another(at: Ward, before: Mapping[str, Answer]) -> list[str]:
    """The screenings that rest on another answer to something than was given in the matching since ``before``."""
    matching, found = at.load(MATCHING), list[str]()
    assert isinstance(matching.dialogue, Matching)
    answers = matching.dialogue.answers
    for each in matching.dialogue.trials:
        own = matching.opened.get(each.protocol.id, "")
        rests_on = entered(at, own) if own else {}
        there = ((matching.dialogue.here(each, q), answer) for q, (_, answer) in rests_on.items())
        if any(before.get(q) != answers.get(q, answer) != answer for q, answer in there):
            found.append(own)
    return found


def newest_of_all(at: Ward) -> dict[str, Answer]:
    """The newest answer to each question, in the matching or in what came out of it, also what does not apply there."""
    matching, found = at.load(MATCHING), newest_of(at)
    own = {
        question: (matching.entered[question], answer)
        for question, answer in matching.dialogue.answers.items()
    }
    return {
        question: max(each for each in (own.get(question), found.get(question, ())[:2]) if each)[1]
        for question in {**own, **found}
    }


def complete(at: Ward, answers: Mapping[str, Answer]) -> None:
    """Answer all that the matching asks, by these answers as far as there are some; what is known is offered."""
    while (state := at.load(MATCHING).state) != REVIEW:
        answer, offered = answers.get(state, UNKNOWN), at.load(MATCHING).carried.get(state)
        is_other = state.endswith("_uln") or answer in (UNKNOWN, COMPUTED)
        assert is_other or offered == answer
        if not at.keep(MATCHING, Step("answer", state, answer, reason="misread")):
            at.keep(MATCHING, Step("answer", state, UNKNOWN, reason="misread"))


def alone(trial: Trial, matching: Matching, answers: Mapping[str, Answer]) -> Dialogue:
    """Play a trial by itself with these answers; what nobody answered is unknown."""
    dialogue = begin(trial.protocol)
    while dialogue.state in trial.protocol.position:
        answer = answers.get(matching.here(trial, dialogue.state), UNKNOWN)
        dialogue.take(Step("answer", dialogue.state, answer))
    return dialogue


def in_one_unit(answers: Mapping[str, Answer]) -> bool:
    """Say whether ALT and its limit fit each other."""
    alt, limit = answers.get("alt"), answers.get("alt_uln")
    return not (isinstance(alt, Measurement) and isinstance(limit, Measurement)) or alt.unit == limit.unit


def at_random(at: Ward, random: Random) -> None:
    """Answer, open and correct; then answer the rest of the matching, and correct what came out of it."""
    for _ in range(random.randrange(4, 25)):
        what, own = random.random(), [*at.load(MATCHING).opened.values()]
        if what < 0.15:
            at.open(random.choice(TRIALS).id)
        elif what < 0.5 or not own:
            at.answer(MATCHING, random)
        elif what < 0.6:
            at.correct(MATCHING, random)
        else:
            random.choice([at.answer, at.correct])(random.choice(own), random)
    while at.load(MATCHING).state != REVIEW:
        at.answer(MATCHING, random)
    if random.random() < 0.3:
        at.keep(MATCHING, Step("save"), Step("reopen", reason=TO_CORRECT))
    for _ in range(random.randrange(8)):
        own = [*at.load(MATCHING).opened.values()]
        random.choice([at.answer, at.correct, at.correct])(random.choice([*own, MATCHING]), random)


def kinds(at: Ward, wanted: Mapping[str, tuple[str, Answer, str]]) -> set[str]:
    """What is to be told."""
    matching, own = at.load(MATCHING), entered(at, MATCHING)
    found = {"a revision"} if wanted and matching.dialogue.revising else set[str]()
    found |= {"a limit with its value" for each in matching.elsewhere.values() if len(each.given) > 1}
    for question, (_, answer, of) in wanted.items():
        there = (entered(at, each).get(question) for each in matching.opened.values() if each != of)
        if any(each is not None and each[0] > own[question][0] and each[1] != answer for each in there):
            found.add("the newest of two")
        if matching.dialogue.answers[question] == COMPUTED:
            found.add("typed beside worked out")
        found.add("unknown" if answer == UNKNOWN else "worked out" if answer == COMPUTED else question)
    return found


SEEDS: Final = 60


def test_the_newest_answer_is_told_wherever_it_differs_and_is_what_is_judged_by_once_it_is_taken_over(
    tmp_path: Path,
) -> None:
    seen = set[str]()
    for seed in range(SEEDS):
        begun = desk(tmp_path / f"{seed}.db", *TRIALS)
        ward = Ward(begun.conversation, begun.person, begun.turn)
        ward.do("/new", "All our trials")
        seen |= _told_and_taken_over(ward, Random(seed))
        ward.conversation.screenings.db.close()
    assert {"a limit with its value", "the newest of two", "typed beside worked out", "a revision"} <= seen
    assert {"unknown", "worked out", "alt_uln", "hemoglobin", "relapse"} <= seen


def _told_and_taken_over(ward: Ward, random: Random) -> set[str]:
    at_random(ward, random)
    wanted, newest = differing(ward), newest_of_all(ward)
    read, expected = told(ward), {(of, in_words(ward, q, answer)) for q, (_, answer, of) in wanted.items()}
    assert expected <= read
    assert all("ULN" in each for _, each in read - expected), "a limit in another unit goes with its value"
    seen = kinds(ward, wanted)
    take_all_over(ward)
    complete(ward, newest)
    assert differing(ward).keys() <= {"alt_uln"}
    if in_one_unit(newest):
        assert not told(ward)
        matching = ward.load(MATCHING).dialogue
        assert isinstance(matching, Matching)
        for trial, judged in matching.taking_part:
            assert judged.verdict == alone(trial, matching, newest).verdict, trial.protocol.id
    assert verify(path_of(ward.conversation.screenings.db)).problems == ()
    return seen
