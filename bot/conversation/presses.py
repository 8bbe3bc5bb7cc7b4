"""THE table of presses: every button of the product is one row. A verb that has no row here is nobody's.

Roles are asked at the moment of the press, as they stand in the file then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from bot.conversation import (
    answering,
    helping,
    moving,
    outcomes,
    own_screenings,
    people,
    queries,
    reports,
    starting,
)
from bot.conversation.access import ADMINISTRATOR, EVERYBODY, OFFICE, SCREENS
from bot.conversation.context import Context
from bot.conversation.refusing import late
from bot.conversation.whose_answer import aim
from bot.exchange import Press, read_press
from dialogs.errors import AnswerError, NotNow
from state.prompts import Kind

Whose = Literal["nobody", "own", "site"]
"""Whose screenings a button may be about: none, those started by the person, or all of the person's site."""
Effect = Literal["moves", "acts", "looks"]
"""``moves``: counts only at the log entry that the button was shown at. ``acts``: checks for itself whether it still
holds. ``looks``: shows something or asks first, at any time."""


@dataclass(frozen=True, slots=True)
class PressKind:
    """All that there is to say of the presses of one verb.

    ``handler`` is called with the context, the screening unless it is ``nobody``'s, and the press. ``key`` presses
    the button at the terminal; without one it is numbered. ``unforeseen`` buttons come unasked, so that a number in a
    script written beforehand is not meant for them. ``word`` can be typed instead of the button, below a prompt of a
    kind.
    """

    verb: str
    roles: frozenset[str]
    whose: Whose
    effect: Effect
    handler: Callable[..., None]
    key: str = ""
    unforeseen: bool = False
    word: tuple[Kind, str] | None = None


_ROWS: Final = (
    # answering
    PressKind("o", SCREENS, "own", "moves", answering.option),
    PressKind("u", SCREENS, "own", "moves", answering.unknown, key="u"),
    PressKind("k", SCREENS, "own", "moves", answering.keep, key="k", word=("question", "keep")),
    PressKind("p", SCREENS, "own", "moves", answering.candidate, unforeseen=True),
    PressKind("w", SCREENS, "own", "moves", answering.reason, key="w"),
    PressKind("b", SCREENS, "own", "moves", moving.step("back"), key="b", word=("question", "back")),
    PressKind("e", SCREENS, "own", "moves", answering.correct, unforeseen=True),
    PressKind("c", SCREENS, "own", "moves", moving.step("continue"), key="c"),
    PressKind("f", SCREENS, "own", "moves", moving.step("finish"), key="f"),
    PressKind("s", SCREENS, "own", "moves", moving.step("save"), key="s", word=("question", "yes")),
    PressKind("h", SCREENS, "own", "looks", helping.help_pressed, key="h", word=("question", "help")),
    PressKind("m", SCREENS, "own", "looks", own_screenings.correct_which, key="m"),
    PressKind(
        "x", SCREENS, "own", "looks", own_screenings.ask_to_cancel, key="x", word=("question", "cancel")
    ),
    PressKind("y", SCREENS, "own", "acts", own_screenings.cancel, key="y", word=("cancel", "yes")),
    PressKind("go", SCREENS, "own", "looks", own_screenings.go_on, word=("cancel", "no")),
    PressKind("r", SCREENS, "own", "acts", own_screenings.reopen, key="r"),
    PressKind("d", SCREENS, "own", "looks", own_screenings.ask_why_disagree, key="d"),
    PressKind("dd", SCREENS, "own", "acts", own_screenings.disagree),
    PressKind("again", SCREENS, "own", "acts", starting.rescreen, unforeseen=True),
    PressKind("qa", SCREENS, "own", "acts", queries.confirm, key="qa"),
    PressKind("qx", SCREENS, "own", "looks", queries.ask_why_correct, key="qx"),
    PressKind("qr", SCREENS, "own", "acts", queries.correct, key="qr"),
    # what the office asks and notes
    PressKind("query", OFFICE, "site", "looks", queries.ask_which, key="query"),
    PressKind("q", OFFICE, "site", "looks", queries.ask_what, key="q"),
    PressKind("qq", OFFICE, "site", "acts", queries.send, key="qq"),
    PressKind("outcome", OFFICE, "site", "looks", outcomes.show, key="outcome"),
    PressKind("noted", OFFICE, "site", "looks", outcomes.ask_day, key="noted"),
    PressKind("days", OFFICE, "site", "looks", outcomes.ask_day, key="days"),
    PressKind("on", OFFICE, "site", "acts", outcomes.keep, key="on"),
    PressKind("undo", OFFICE, "site", "looks", outcomes.ask_why_undone, key="undo"),
    PressKind("undone", OFFICE, "site", "acts", outcomes.take_back, key="undone"),
    # beside any screening
    PressKind("new", SCREENS, "nobody", "acts", starting.new_pressed),
    PressKind("lang", EVERYBODY, "nobody", "acts", helping.set_language),
    PressKind("export", OFFICE, "nobody", "looks", reports.choose_period, key="export"),
    PressKind("invite", ADMINISTRATOR, "nobody", "acts", people.make_invitation, key="invite"),
    PressKind("suspend", ADMINISTRATOR, "nobody", "looks", people.ask_to_suspend, key="suspend"),
    PressKind("suspend_yes", ADMINISTRATOR, "nobody", "acts", people.suspend, key="suspend_yes"),
    PressKind("restore", ADMINISTRATOR, "nobody", "acts", people.restore, key="restore"),
)
PRESSES: Final[Mapping[str, PressKind]] = {each.verb: each for each in _ROWS}
WORDS: Final[Mapping[tuple[Kind, str], str]] = {
    each.word: each.verb for each in _ROWS if each.word is not None
}
"""What can be typed instead of a button: the verb by the kind of prompt and the word for it."""


def pressed(context: Context) -> None:
    """Do what a pressed button says."""
    press = read_press(context.message.text)
    if press is None:
        late(context)
    else:
        do(context, press)


def do(context: Context, press: Press) -> None:
    """Do what a button says, whether it was pressed or typed."""
    kind = PRESSES.get(press.verb)
    if kind is None or context.person.role not in kind.roles:
        late(context)
    elif kind.whose == "nobody":
        kind.handler(context, press)
    elif kind.whose == "site":
        _on_the_sites(context, kind, press)
    else:
        _on_own(context, kind, press)


def _on_the_sites(context: Context, kind: PressKind, press: Press) -> None:
    screening = context.of_the_site(press.screening)
    if screening is None:
        late(context)
    else:
        kind.handler(context, screening, press)


def _on_own(context: Context, kind: PressKind, press: Press) -> None:
    aimed = aim(context.screenings, context.person, context.message, press)
    screening = aimed.screening
    if screening is None:
        late(context)
        return
    if kind.effect == "moves" and aimed.doubt is not None:
        late(context, screening, press.entry)
        return
    try:
        kind.handler(context, screening, press)
    except (NotNow, AnswerError):
        context.turn.toast = context.say.plain("not_possible_now")
        context.show(context.screenings.load(screening.number))
