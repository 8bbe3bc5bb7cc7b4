"""What a person can do beside answering: commands, words, and presses that look, ask first or start anew."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from bot.conversation import access, administration, office, outcomes, reports
from bot.conversation.aim import aim
from bot.conversation.talk import Talk
from bot.exchange import Button, Press, Rows, Safe
from bot.wording import cards, lists
from bot.wording.asked import question_of
from bot.wording.phrases import lines, phrases
from bot.wording.views import DISAGREEMENTS
from dialogs.dialogue import COMPLETED, REVIEW, Step, StepKind
from dialogs.protocol import Protocol
from state.prompts import Kind
from state.screenings import Screening

JOINED: Final = "joined"
MEMBER: Final = "member"
"""What ``/start`` says of somebody who opened an invitation: let in by it, or in already."""


def _help(talk: Talk, screening: Screening, press: Press | None = None) -> bool:
    question = question_of(screening)
    if question is None:
        talk.turn.say(talk.say("help_text"))
    else:
        talk.remark(screening, cards.question_help(screening.protocol, question, talk.say))
    if question is None or talk.message.kind != "press" or talk.conversation.channel == "terminal":
        talk.show(screening)
    return True


def _choose_correction(talk: Talk, screening: Screening, press: Press) -> None:
    talk.show(screening, "correct")


def _ask_cancel(talk: Talk, screening: Screening, press: Press | None = None) -> bool:
    if screening.ended:
        talk.late(screening)
    else:
        talk.show(screening, "cancel")
    return True


def _cancel(talk: Talk, screening: Screening, press: Press | None = None) -> bool:
    if screening.ended:
        talk.late(screening)
    elif press is not None and talk.screenings.moved_since(screening.number, press.entry or 0):
        talk.show(screening, "cancel")  # a yes from before: what has been answered since was not asked about
    else:
        talk.take(screening, [Step("cancel")])
    return True


def _go(talk: Talk, screening: Screening, press: Press | None = None) -> bool:
    """Go on with a screening: it becomes the current one, and is shown."""
    talk.show(screening)
    return True


def _reopen(talk: Talk, screening: Screening, press: Press) -> None:
    if not screening.dialogue.can("reopen"):
        talk.late(screening)
        return
    missing = any(screening.dialogue.follow_up().values())
    talk.screenings.take(screening, [Step("reopen")], talk.person.code, talk.message.source)
    talk.screenings.make_current(talk.person.code, screening.number)
    talk.turn.say(talk.say("reopened" if missing else "nothing_missing", number=screening.number))
    talk.show(screening)


def _ask_disagreement(talk: Talk, screening: Screening, press: Press) -> None:
    talk.show(screening, "disagree")


def _disagree(talk: Talk, screening: Screening, press: Press) -> None:
    if screening.state != COMPLETED or not 0 <= press.place < len(DISAGREEMENTS):
        talk.late(screening)
        return
    reason = DISAGREEMENTS[press.place]
    if press.entry == screening.entries:
        talk.screenings.note(
            screening, "disagree", talk.person.code, {"reason": reason}, source=talk.message.source
        )
    else:
        talk.turn.toast = talk.say.plain("already_done")
    kept = talk.say("disagree_kept", reason=talk.say(f"reason_{reason}"), number=screening.number)
    remedy = talk.say("disagree_data", number=screening.number) if reason == "data" else None
    talk.turn.say(lines(kept, remedy))


def _again(talk: Talk, screening: Screening, press: Press) -> None:
    start_screening(talk, earlier=screening)


LOOKS: Final[Mapping[str, Callable[[Talk, Screening, Press], object]]] = {
    "h": _help,
    "m": _choose_correction,
    "x": _ask_cancel,
    "y": _cancel,
    "go": _go,
    "r": _reopen,
    "d": _ask_disagreement,
    "dd": _disagree,
    "again": _again,
    **office.CLINICIAN_PRESSES,
}
"""Presses that hold at any later entry: they look, ask first, or check for themselves."""


def _move(kind: StepKind) -> Callable[[Talk, Screening], bool]:
    def act(talk: Talk, screening: Screening) -> bool:
        talk.take(screening, [Step(kind)])
        return True

    return act


def _keep(talk: Talk, screening: Screening) -> bool:
    question = question_of(screening)
    now = screening.dialogue.answers.get(question.id) if question else None
    if question is None or now is None:
        talk.turn.say(talk.say("nothing_to_keep"))
        talk.show(screening)
    else:
        talk.answer(screening, ((question.id, now),))
    return True


def _confirm(talk: Talk, screening: Screening) -> bool:
    """A yes at the review saves; anywhere else it may be an answer."""
    return screening.state == REVIEW and _move("save")(talk, screening)


WORDS: Final[Mapping[Kind, Mapping[str, Callable[[Talk, Screening], bool]]]] = {
    "question": {
        "back": _move("back"),
        "help": _help,
        "cancel": _ask_cancel,
        "keep": _keep,
        "yes": _confirm,
    },
    "cancel": {"yes": _cancel, "no": _go},
}
"""Words that are typed instead of a button, by the kind of prompt that they answer."""


# starting, commands --------------------------------------------------------------------------------


def start_screening(talk: Talk, earlier: Screening | None = None, protocol: Protocol | None = None) -> None:
    """Open a new screening, with the record's notices first."""
    if not access.may_screen(talk.person):
        talk.refuse_command()
        return
    current = talk.current()
    if (
        current is not None
        and current.entries == 1
        and (earlier is None or current.earlier == earlier.number)
    ):
        talk.show(current)  # a second tap: this one was only just opened
        return
    offered = talk.conversation.protocols
    chosen = protocol or (
        next((p for p in offered if p.id == earlier.protocol.id), offered[0]) if earlier else None
    )
    if chosen is None and len(offered) > 1:
        rows = tuple(
            (Button(f"{p.id} {p.title[talk.say.language]}", f"new:{i}"),) for i, p in enumerate(offered)
        )
        talk.turn.say(talk.say("button_new"), rows)
        return
    chosen = chosen or offered[0]
    screening = talk.screenings.start(
        chosen,
        talk.person.code,
        talk.person.site,
        zone=talk.conversation.zone,
        channel=talk.conversation.channel,
        source=talk.message.source,
        earlier=earlier.number if earlier else None,
    )
    talk.turn.say(lists.opening(screening, talk.say))
    talk.show(screening)


def _start(talk: Talk, argument: str) -> None:
    """``/start``: what this is; to whoever comes by an invitation also who they are here."""
    if argument in (JOINED, MEMBER):
        person = talk.person
        role = talk.say(f"role_{person.role}")
        talk.turn.say(talk.say(f"start_{argument}", role=role, site=person.site, code=person.code))
    if talk.current() is not None:
        talk.where_we_are()
        return
    talk.turn.say(lists.welcome(talk.conversation.protocols, talk.say), _new_button(talk))


def _new_button(talk: Talk) -> Rows:
    """Offer a new screening to whoever may begin one."""
    return ((Button(talk.say.plain("button_new"), "new"),),) if access.may_screen(talk.person) else ()


def _new(talk: Talk, argument: str) -> None:
    if not argument:
        start_screening(talk)
        return
    earlier = talk.own(argument.upper())
    if earlier is None:
        talk.turn.say(talk.say("not_found", number=argument[:24]))
        return
    start_screening(talk, earlier=earlier)


def _new_press(talk: Talk, press: Press) -> None:
    offered = talk.conversation.protocols
    chosen = offered[press.place] if 0 <= press.place < len(offered) else None
    start_screening(talk, protocol=chosen)


def _resume(talk: Talk, argument: str) -> None:
    found = talk.screenings.standings(person=talk.person.code, state="open", limit=8)
    screening = talk.own(argument.upper()) if argument else talk.current()
    if screening is not None and (argument or len(found) <= 1):
        _go(talk, screening, Press("go"))
        return
    if not found:
        key = "not_found" if argument else "no_open"
        talk.turn.say(talk.say(key, number=argument[:24]) if argument else talk.say(key), _new_button(talk))
        return
    talk.turn.say(talk.say("open_title"), lists.resume_buttons(found, talk.say))


def _open(talk: Talk, argument: str) -> None:
    if talk.person.role == "coordinator":
        office.open_items(talk, argument)
        return
    person = talk.person.code
    running = talk.screenings.standings(person=person, state="open", limit=8)
    waiting = [
        item
        for item in talk.screenings.standings(person=person, state="undetermined", limit=8)
        if item.state == "completed"  # one that is being revised stands among the running ones
    ]
    talk.turn.actions.append(lists.open_items(running, waiting, talk.conversation.zone, talk.say))


def _recent(talk: Talk, argument: str) -> None:
    if talk.person.role == "coordinator":
        office.recent(talk, argument)
        return
    found = talk.screenings.standings(person=talk.person.code, limit=10)
    talk.turn.actions.append(lists.recent(found, talk.say))


def _on_screen(talk: Talk) -> Screening | None:
    """The open screening that a command means: what stands above it, or else the current one."""
    screening = aim(talk.screenings, talk.person, talk.message).screening
    if screening is not None and not screening.ended:
        return screening
    return talk.current()


def _cancel_command(talk: Talk, argument: str) -> None:
    screening = _on_screen(talk)
    if screening is None:
        talk.turn.say(talk.say("no_open"))
        return
    _ask_cancel(talk, screening)


def _general_help(talk: Talk) -> Safe:
    """How to answer, for those who screen; the commands, for the office."""
    role = talk.person.role
    names = access.commands_for(role) if role in access.OFFICE else ()
    return lines(
        talk.say("help_text") if access.may_screen(talk.person) else None,
        talk.say("commands_title") if names else None,
        *(Safe(f"/{name} {talk.say(f'command_{name}')}") for name in names),
    )


def _help_command(talk: Talk, argument: str) -> None:
    screening = _on_screen(talk)
    if screening is None:
        talk.turn.say(_general_help(talk), _new_button(talk))
        return
    _help(talk, screening)


def _language(talk: Talk, argument: str) -> None:
    talk.turn.actions.append(lists.languages(talk.say))


def _set_language(talk: Talk, press: Press) -> None:
    chosen = lists.language_at(press.option)
    if chosen is None:
        talk.late()
        return
    talk.conversation.people.set_language(talk.person.code, chosen)
    talk.turn.changed = talk.person.code
    talk.say = phrases(chosen)
    talk.turn.say(talk.say("language_set"))
    talk.where_we_are()


def _privacy(talk: Talk, argument: str) -> None:
    talk.turn.say(talk.say("privacy_text"))


COMMANDS: Final[Mapping[str, Callable[[Talk, str], None]]] = {
    "start": _start,
    "new": _new,
    "resume": _resume,
    "open": _open,
    "recent": _recent,
    "language": _language,
    "help": _help_command,
    "cancel": _cancel_command,
    "privacy": _privacy,
    **administration.COMMANDS,
    **office.COMMANDS,
    **outcomes.COMMANDS,
    **reports.COMMANDS,
}
MENU: Final[Mapping[str, Callable[[Talk, Press], None]]] = {
    "new": _new_press,
    "lang": _set_language,
    **administration.PRESSES,
    **reports.PRESSES,
}
