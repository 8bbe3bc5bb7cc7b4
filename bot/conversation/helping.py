"""Help, the languages to choose from, and what is kept of whom."""

from __future__ import annotations

from bot.conversation import access
from bot.conversation.context import Context
from bot.conversation.own_screenings import on_screen
from bot.conversation.starting import new_button
from bot.conversation.trials import taken_part_in
from bot.exchange import Press, Safe
from bot.wording import cards, lists
from bot.wording.asked import question_of
from bot.wording.matching import is_matching
from bot.wording.phrases import lines
from state.screenings import Screening


def help_command(context: Context, argument: str) -> None:
    """``/help``: about the question on the screen, or else how to answer and which commands there are."""
    screening = on_screen(context)
    if screening is None:
        context.turn.say(_general_help(context), new_button(context))
    else:
        _explain(context, screening)


def help_pressed(context: Context, screening: Screening, press: Press) -> None:
    """About the question that a dialogue stands at."""
    _explain(context, screening)


def _explain(context: Context, screening: Screening) -> None:
    question = question_of(screening)
    if question is None:
        told = context.say("help_text")
    elif is_matching(screening):
        told = cards.matching_help(screening, question, context.say)
    else:
        told = cards.question_help(screening.protocol, question, context.say)
    context.show(screening, remark=told)


def _general_help(context: Context) -> Safe:
    """How to answer, for those who screen; the commands, for the office."""
    say = context.say
    names = context.commands if context.person.role in access.OFFICE else ()
    return lines(
        say("help_text") if access.may_screen(context.person) else None,
        say("commands_title") if names else None,
        *(Safe(f"/{name} {say(f'command_{name}')}") for name in names),
    )


def choose_language(context: Context, argument: str) -> None:
    """``/language``: the languages to choose from, each in its own words."""
    context.turn.actions.append(lists.languages(context.say("command_language")))


def about(context: Context, argument: str) -> None:
    """``/about``: the trials, what must be known of them, and what is kept."""
    context.turn.say(lists.about(taken_part_in(context), context.say))


def privacy(context: Context, argument: str) -> None:
    """``/privacy``: what is kept, and what never is."""
    context.turn.say(context.say("privacy_text"))
