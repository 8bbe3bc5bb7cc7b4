"""THE table of commands, in the order of the menus. Deny by default: what has no row for a role is not there for it.

Roles are asked at the moment of the command, as they stand in the file then.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from bot.conversation import (
    candidate_notes,
    helping,
    outcomes,
    own_screenings,
    people,
    queries,
    reports,
    site_screenings,
    starting,
    trials,
)
from bot.conversation.access import ADMINISTRATOR, COORDINATOR, EVERYBODY, OFFICE, SCREENS
from bot.conversation.context import Context
from bot.conversation.refusing import refuse_command


@dataclass(frozen=True, slots=True)
class Command:
    """A command for some roles. ``handler`` is called with the context and what was typed behind the name."""

    name: str
    roles: frozenset[str]
    handler: Callable[[Context, str], None]
    listed: bool = True
    """Whether it stands in the menu."""


COMMANDS: Final = (
    Command("start", EVERYBODY, starting.start, listed=False),
    Command("new", SCREENS, starting.new),
    Command("resume", SCREENS, own_screenings.resume),
    Command("open", SCREENS, own_screenings.open_items),
    Command("open", COORDINATOR, site_screenings.open_items),
    Command("recent", SCREENS, own_screenings.recent),
    Command("recent", COORDINATOR, site_screenings.recent),
    Command("cancel", SCREENS, own_screenings.cancel_on_screen),
    Command("again", OFFICE, site_screenings.to_screen_again),
    Command("subject", OFFICE, site_screenings.recent),
    Command("query", OFFICE, queries.query),
    Command("outcome", OFFICE, outcomes.outcome),
    Command("notify", COORDINATOR, candidate_notes.notify),
    Command("evaluate", OFFICE, reports.evaluate),
    Command("stats", OFFICE, reports.stats),
    Command("export", OFFICE, reports.export),
    Command("invite", ADMINISTRATOR, people.invite),
    Command("people", ADMINISTRATOR, people.list_people),
    Command("trials", ADMINISTRATOR, trials.list_trials),
    Command("language", EVERYBODY, helping.choose_language),
    Command("help", EVERYBODY, helping.help_command),
    Command("about", EVERYBODY, helping.about),
    Command("privacy", EVERYBODY, helping.privacy, listed=False),
)


def commands_for(role: str) -> tuple[str, ...]:
    """Return the commands of a role in the order of its menu."""
    return tuple(each.name for each in COMMANDS if role in each.roles and each.listed)


def commanded(context: Context) -> None:
    """Do what a command says."""
    name, _, argument = context.message.text.strip().lstrip("/").partition(" ")
    name = name.partition("@")[0].casefold()  # in groups Telegram writes /new@name_of_the_bot
    called = [each for each in COMMANDS if each.name == name]
    command = next((each for each in called if context.person.role in each.roles), None)
    if command is None:
        refuse_command(context, name, {role for each in called for role in each.roles})
    else:
        command.handler(context, argument.strip())
