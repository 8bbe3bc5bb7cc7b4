"""Somebody whose language is not known is asked for it once, in all languages, and then gets what they wanted.

What they wanted travels in the buttons. Whoever passes over the question goes on in the default language.
"""

from __future__ import annotations

from bot.conversation.commands import COMMANDS, commanded
from bot.conversation.context import Context
from bot.conversation.refusing import late
from bot.exchange import Message, Press
from bot.wording import lists
from bot.wording.phrases import phrases
from dialogs.languages import DEFAULT
from state.people import NOT_KNOWN

_JOINED = "joined"
"""Stands for the command ``/start`` of somebody who just joined."""
_WANTED = frozenset({_JOINED, *(command.name for command in COMMANDS)})


def is_to_be_asked(context: Context) -> bool:
    """Say whether the language is not known and nothing would be lost by asking first."""
    return (
        context.person.language == NOT_KNOWN
        and context.message.kind in ("text", "command")
        and context.current() is None
    )


def ask(context: Context) -> None:
    context.people.set_language(context.person.code, DEFAULT)
    context.turn.actions.append(lists.languages(lists.which_language(), _wanted(context)))


def _wanted(context: Context) -> str:
    if context.message.invited == "joined":
        return _JOINED
    name = context.message.text.strip().lstrip("/").partition(" ")[0].partition("@")[0].casefold()
    is_known = context.message.kind == "command" and name in _WANTED - {"language"}
    return name if is_known else "start"


def set_language(context: Context, press: Press) -> None:
    """Take the language of a button, and go on with what was wanted before it was asked for."""
    name, _, wanted = (press.name or "").partition("-")
    chosen = lists.language_at(name)
    if chosen is None:
        late(context)
        return
    context.people.set_language(context.person.code, chosen)
    context.turn.changed = context.person.code
    context.say = phrases(chosen)
    context.turn.say(context.say("language_set"), in_place=True)
    if wanted in _WANTED:
        context.message = _message_for(wanted, context.message.source)
        commanded(context)
    else:
        context.where_we_are()


def _message_for(wanted: str, source: str | None) -> Message:
    if wanted == _JOINED:
        return Message("command", "/start", source, invited="joined")
    return Message("command", f"/{wanted}", source)
