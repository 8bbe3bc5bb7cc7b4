"""Second thoughts, double taps, old buttons, two phones, strangers' buttons: nothing counts twice."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.conversation import Conversation
from bot.conversation.presses import PRESSES, read
from bot.exchange import Button, Message, MessageKind, Press, Reply, Turn
from state.people import Person
from tests.conversation.playing import Clock, new_conversation

FORGED = [
    "",
    "answer",
    "answer:S01-0001:1:99",
    "answer:S01-9999:1:0",
    "zz:S01-0001:1:0",
    "save:S01-0001:1",
    "finish:S01-0001:1",
    "continue:S01-0001:1",
    "correct:S01-0001:1:7",
    "candidate:S01-0001:1:0",
    "keep:S01-0001:1",
    "back:S01-0001:1",
    "reopen:S01-0001:1",
    "disagree_why:S01-0001:1:0",
    "new:77",
    "language:xx",
    "answer:S01-0001:1:0'; DROP TABLE log; --",
    "answer:" + "9" * 80,
    "\x00",
    "🙂" * 20,
]


@pytest.fixture
def clinician(conversation: Conversation) -> Person:
    return conversation.people.add("clinician", "S01", "terminal", "local")


def say(conversation: Conversation, person: Person, *texts: str) -> Turn:
    turn = Turn()
    for text in texts:
        kind: MessageKind = "command" if text.startswith("/") else "text"
        turn = conversation.handle(person, Message(kind, text))
    return turn


def press(conversation: Conversation, person: Person, data: str, source: str | None = None) -> Turn:
    return conversation.handle(person, Message("press", data, source))


def button(turn: Turn, label: str) -> str:
    buttons: list[Button] = [
        b for a in turn.actions if isinstance(a, Reply) for row in a.buttons for b in row
    ]
    return next(b.press for b in buttons if b.label == label)


def log(conversation: Conversation) -> list[tuple[object, ...]]:
    return conversation.screenings.db.execute("SELECT * FROM log ORDER BY screening, entry").fetchall()


def test_a_second_tap_counts_nothing_and_tells_what_was_answered(
    conversation: Conversation, clinician: Person
) -> None:
    male = button(say(conversation, clinician, "/new", "45"), "Male")
    press(conversation, clinician, male)
    before = log(conversation)
    turn = press(conversation, clinician, male)
    assert log(conversation) == before
    assert turn.toast == "Already answered: Sex: Male."
    assert "Which confirmed diagnosis" in turn.actions[-1].text


def test_a_button_of_an_older_message_counts_nothing(conversation: Conversation, clinician: Person) -> None:
    asked = say(conversation, clinician, "/new", "45")
    male, female = button(asked, "Male"), button(asked, "Female")
    press(conversation, clinician, male)
    say(conversation, clinician, "evans")
    before = log(conversation)
    turn = press(conversation, clinician, female)
    assert log(conversation) == before
    assert turn.toast is not None
    assert "Sex: Male" in turn.toast


def test_the_same_message_delivered_again_changes_nothing(
    conversation: Conversation, clinician: Person
) -> None:
    say(conversation, clinician, "/new")
    first = conversation.handle(clinician, Message("text", "45", "S01-P01:m7"))
    before = log(conversation)
    again = conversation.handle(clinician, Message("text", "45", "S01-P01:m7"))
    assert log(conversation) == before
    assert not first.repeated
    assert again.repeated


def test_a_command_delivered_again_opens_no_second_screening(
    conversation: Conversation, clinician: Person
) -> None:
    for _ in range(3):
        conversation.handle(clinician, Message("command", "/new", "S01-P01:m1"))
    conversation.handle(clinician, Message("press", "new"))
    assert conversation.screenings.db.execute("SELECT count(*) FROM screenings").fetchone() == (1,)


@pytest.mark.parametrize("data", FORGED, ids=range(len(FORGED)))
def test_a_forged_press_changes_nothing(conversation: Conversation, clinician: Person, data: str) -> None:
    say(conversation, clinician, "/new")
    before = log(conversation)
    press(conversation, clinician, data)
    assert log(conversation) == before


@given(st.text(max_size=70))
def test_any_callback_data_is_read_or_refused(data: str) -> None:
    press = read(data)
    assert press is None or press.verb in PRESSES


PLACES = st.none() | st.integers(0, 999)
NAMES = st.none() | st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,8}", fullmatch=True)
ENTRIES = st.integers(0, 999_999)
WRITTEN = st.builds(
    Press, st.sampled_from([*PRESSES]), st.none(), st.just(0), PLACES, st.none(), NAMES
) | st.builds(
    Press,
    st.sampled_from([*PRESSES]),
    st.just("S01-0001"),
    ENTRIES,
    PLACES,
    st.none() | st.dates(),
    NAMES,
    st.none() | ENTRIES,
)


@given(WRITTEN)
def test_what_a_button_carries_is_read_as_it_was_written(press: Press) -> None:
    assert read(str(press)) == press


def test_somebody_elses_screening_does_not_exist(conversation: Conversation, clinician: Person) -> None:
    say(conversation, clinician, "/new", "45")
    other = conversation.people.add("clinician", "S01", "terminal", "other")
    before = log(conversation)
    for data in (
        "answer:S01-0001:2:0",
        "go_on:S01-0001:0",
        "reopen:S01-0001:2",
        "cancel_yes:S01-0001:2",
        "rescreen:S01-0001:2",
        "correct_which:S01-0001:2",
    ):
        turn = press(conversation, other, data)
        assert all("S01-0001" not in action.text for action in turn.actions if isinstance(action, Reply))
    assert "no screening" in say(conversation, other, "/new S01-0001").actions[0].text
    assert log(conversation) == before


def test_a_coordinator_cannot_screen(conversation: Conversation) -> None:
    coordinator = conversation.people.add("coordinator", "S01", "terminal", "office")
    say(conversation, coordinator, "/new")
    press(conversation, coordinator, "new")
    assert conversation.screenings.db.execute("SELECT count(*) FROM screenings").fetchone() == (0,)


@pytest.mark.parametrize("kind", ["file", "edited"])
def test_what_is_no_answer_disturbs_no_dialogue(
    conversation: Conversation, clinician: Person, kind: MessageKind
) -> None:
    say(conversation, clinician, "/new", "45")
    before = log(conversation)
    turn = conversation.handle(clinician, Message(kind, "Mr Smith, 45"))
    assert log(conversation) == before
    assert "Sex?" in turn.actions[-1].text


@pytest.mark.parametrize("text", ["/start", "/privacy", "/nonsense", "/recent", "/open", "/language"])
def test_commands_in_the_middle_disturb_no_dialogue(
    conversation: Conversation, clinician: Person, text: str
) -> None:
    say(conversation, clinician, "/new", "45")
    before = log(conversation)
    say(conversation, clinician, text)
    assert log(conversation) == before
    assert conversation.screenings.current(clinician.code).state == "sex"


def test_the_language_may_change_at_any_time_and_answers_stay(
    conversation: Conversation, clinician: Person
) -> None:
    say(conversation, clinician, "/new", "45")
    turn = press(conversation, clinician, "language:zh")
    assert "性别" in turn.actions[-1].text
    assert conversation.screenings.current(clinician.code).dialogue.answers


@settings(deadline=None)
@given(st.text(max_size=200))
def test_no_typed_text_is_ever_stored(text: str) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        made = new_conversation(Path(folder) / "any.db", Clock())
        person = made.people.add("clinician", "S01", "terminal", "local")
        say(made, person, "/new", "45", "male")
        made.handle(person, Message("text", text))
        values = {
            row[0] for row in made.screenings.db.execute("SELECT value FROM log WHERE value IS NOT NULL")
        }
        made.screenings.db.close()
    assert values <= {"45", "male", "aiha", "prca_acquired", "evans", "secondary_immune", "other", "unknown"}


def test_an_answer_that_looks_like_an_identifier_is_refused_and_not_kept(
    conversation: Conversation, clinician: Person
) -> None:
    say(conversation, clinician, "/new")
    for text in ("13812345678", "110101195003021234", "1950-03-02", "02.03.1950", "1950年3月2日"):
        turn = say(conversation, clinician, text)
        assert "It was not kept" in turn.actions[0].text
    assert len(log(conversation)) == 1


def test_unknown_is_one_tap_away_at_every_question(conversation: Conversation, clinician: Person) -> None:
    turn = say(conversation, clinician, "/new")
    asked = 0
    while (
        current := conversation.screenings.current(clinician.code)
    ) and current.state in current.protocol.position:
        asked += 1
        buttons = [b for a in turn.actions if isinstance(a, Reply) for row in a.buttons for b in row]
        unknown = next(b.press for b in buttons if b.press.startswith("unknown:"))
        turn = press(conversation, clinician, unknown)
    assert asked >= 18
    assert current is not None
    assert current.dialogue.verdict == "undetermined"
    assert set(current.dialogue.statuses.values()) == {"unknown"}


def test_every_message_keeps_to_telegrams_limits_and_every_button_to_64_bytes(
    conversation: Conversation, clinician: Person
) -> None:
    for language in ("en", "zh"):
        press(conversation, clinician, f"language:{language}")
        person = replace(clinician, language=language)
        turn = say(conversation, person, "/new")
        for _ in range(40):
            for action in turn.actions:
                if isinstance(action, Reply):
                    assert len(action.text) <= 4096
                    assert all(len(b.press.encode()) <= 64 for row in action.buttons for b in row)
                    assert all(len(b.copy or "") <= 256 for row in action.buttons for b in row)
            presses = [
                b.press
                for a in turn.actions
                if isinstance(a, Reply)
                for row in a.buttons
                for b in row
                if b.press
            ]
            wanted = [data for data in presses if data.startswith(("unknown:", "save:"))]
            if not wanted:
                break
            turn = press(conversation, person, wanted[0])


def test_the_next_question_shows_what_was_understood(conversation: Conversation, clinician: Person) -> None:
    turn = say(conversation, clinician, "/new", "45", "male", "aiha", "9.8 g/dL")
    answers = [dict(action.answers) for action in turn.actions if isinstance(action, Reply)]
    assert answers == [{"hemoglobin": "✓ Haemoglobin: 9.8 g/dL = 98 g/L"}]


def test_a_yes_to_cancelling_counts_only_for_what_stood_there_then(
    conversation: Conversation, clinician: Person
) -> None:
    """*Yes, cancel it* stays on the screen: tapped many answers later, it asks again."""
    yes = button(say(conversation, clinician, "/new", "45", "/cancel"), "Yes, cancel it")
    say(conversation, clinician, "no", "male", "aiha")
    before = log(conversation)
    asked = press(conversation, clinician, yes)
    assert log(conversation) == before
    press(conversation, clinician, button(asked, "Yes, cancel it"))
    assert conversation.screenings.load("S01-0001").state == "cancelled"
