"""The office's card of a subject: one screening as it stands, with its query, outcome and history a tap away."""

from __future__ import annotations

from collections.abc import Sequence

from bot.conversation.context import Context
from bot.exchange import Button, Press, Rows, Safe
from bot.wording import subjects
from bot.wording.buttons import arrange, button
from bot.wording.phrases import gap, lines
from bot.wording.subjects import Subject, subject_card
from dialogs.dialogue import COMPLETED
from state import outcomes
from state.corrections import as_it_came_out
from state.history import events, queries_of
from state.screenings import Screening


def show(context: Context, screening: Screening, press: Press) -> None:
    show_card(context, screening)


def show_card(context: Context, screening: Screening, first: Safe | None = None) -> None:
    """Show a screening of the site with what belongs to its subject; ``first`` says what was just done."""
    db, number = context.screenings.db, screening.number
    subject = Subject(
        screening,
        context.screenings.as_saved(number),
        outcomes.standing(db, number),
        [as_it_came_out(db, number, screening.protocol, query) for query in queries_of(db, number)],
        list(events(db, number)),
    )
    card = subject_card(subject, context.setup.zone, context.say)
    named = lines(context.trial_line(screening), card)
    text = lines(first, gap(named) if first else named)
    context.choose(screening, text, _buttons(context, screening, subject.stands))


def _buttons(context: Context, screening: Screening, stands: outcomes.Standing) -> Rows:
    verbs = ("query", "outcome", "history") if screening.state == COMPLETED else ("history",)
    buttons = [button(context.say.plain(f"button_{verb}"), verb, screening) for verb in verbs]
    others = [number for number in stands.screenings if number != screening.number]
    links = [card_button(number) for number in others if context.of_the_site(number)]
    return arrange([*buttons, list_button(context), *links])


def list_button(context: Context) -> Button:
    """The button to the newest screenings of the site."""
    return Button(context.say.plain("button_list"), str(Press("subjects")))


def card_button(number: str, label: str = "") -> Button:
    """The button that leads to the card of a screening from a list or a note."""
    return Button(label or number, str(Press("subject", number)))


def back_button(context: Context, screening: Screening) -> Button:
    """The way back to the card from what it led to."""
    return button(context.say.plain("back_to", number=screening.number), "subject", screening)


def with_way_back(context: Context, screening: Screening, buttons: Sequence[Button]) -> Rows:
    """Arrange what can be pressed, and below it the way back to the card."""
    return (*arrange(buttons), (back_button(context, screening),))


def history(context: Context, screening: Screening, press: Press) -> None:
    """Say who did what in a screening, and when."""
    told = subjects.history(
        screening,
        list(events(context.screenings.db, screening.number)),
        context.setup.zone,
        context.say,
    )
    context.choose(screening, told, with_way_back(context, screening, ()))
