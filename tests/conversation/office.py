"""A site's people in one conversation: a clinician, the coordinator, and the coordinator of another site."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.conversation import Conversation
from bot.exchange import PRESS_BYTES, Button, Message, MessageKind, Reply, Turn
from bot.wording.phrases import Phrases, phrases
from dialogs.protocol import Protocol
from state.people import Person, Role

ELIGIBLE = [
    *("45 y", "male", "aiha", "72 g/L", "42 d"),
    *["no"] * 2,
    "none",
    *["no"] * 3,
    "1",
    "no",
    *["normal"] * 4,
    "yes",
]
LANGUAGES = ("en", "zh")


@dataclass
class Ward:
    conversation: Conversation
    clinician: Person
    coordinator: Person
    stranger_office: Person

    def do(self, person: Person, *messages: str) -> Turn:
        turn = Turn()
        for text in messages:
            kind: MessageKind = (
                "command" if text.startswith("/") else "press" if text.startswith("!") else "text"
            )
            turn = self.conversation.handle(
                self.conversation.people.get(person.code), Message(kind, text.lstrip("!"))
            )
        return turn

    def tap(self, turn: Turn, label: str) -> Turn:
        """Press the clinician's button of that label; *Go on with* a trial also where it is ruled out."""
        if label.startswith("Go on with "):
            label = opening(turn, label.removeprefix("Go on with "), phrases("en"))
        (found,) = [button for button in buttons(turn) if button.label == label]
        return self.do(self.clinician, f"!{found.press}")

    def save(self, answers: list[str]) -> Turn:
        turn = self.do(self.clinician, "/new", *answers)
        return self.do(self.clinician, f"!{press_of(turn, 'save:')}")

    def verdicts(self) -> list[tuple[str, str]]:
        return self.conversation.screenings.db.execute(
            "SELECT screening, verdict FROM verdicts ORDER BY at"
        ).fetchall()


def opening(turn: Turn, trial: str, say: Phrases) -> str:
    """Return the label of the button that opens a trial out of a matching, however it stands there."""
    shown = labels(turn)
    ways = [say.plain(key, id=trial) for key in ("go_on_with", "open_ruled_out", "open_left_out")]
    return next((each for each in ways if each in shown), ways[0])


def staffed(conversation: Conversation, language: str = "en") -> Ward:
    """Let the ward's people in, who all speak one language."""
    members: list[tuple[Role, str]] = [("clinician", "S01"), ("coordinator", "S01"), ("coordinator", "S02")]
    people = [
        conversation.people.add(role, site, "telegram", str(account), language)
        for account, (role, site) in enumerate(members)
    ]
    return Ward(conversation, *people)


def offering(conversation: Conversation, *trials: Protocol) -> Conversation:
    """Return the conversation, in which other trials are offered."""
    return replace(conversation, setup=replace(conversation.setup, protocols=trials))


def buttons(turn: Turn) -> list[Button]:
    return [b for action in turn.actions if isinstance(action, Reply) for row in action.buttons for b in row]


def labels(turn: Turn) -> list[str]:
    return [button.label for button in buttons(turn)]


def presses(turn: Turn) -> list[str]:
    """What the buttons of a turn carry; all of it must fit into Telegram's callback data."""
    found = [button.press for button in buttons(turn)]
    assert all(len(data.encode()) <= PRESS_BYTES for data in found)
    return found


def said(turn: Turn) -> str:
    return "\n".join(action.shown() for action in turn.actions if isinstance(action, Reply))


def press_of(turn: Turn, start: str) -> str:
    return next(press for press in presses(turn) if press.startswith(start))


def queried(ward: Ward) -> tuple[Turn, Turn]:
    ward.save(ELIGIBLE)
    asked = ward.do(ward.coordinator, "/query s01-0001")
    chosen = ward.do(ward.coordinator, f"!{presses(asked)[3]}")
    sent = ward.do(ward.coordinator, f"!{presses(chosen)[0]}")
    assert sent.others[0][0] == ward.clinician.code
    return sent, sent.others[0][1]
