"""What a person does with their own screenings beside answering: find, go on, cancel, reopen, disagree."""

from __future__ import annotations

from typing import Final

from bot.conversation.context import Context
from bot.conversation.moving import take
from bot.conversation.refusing import late
from bot.conversation.site_screenings import full_number, not_found, shown
from bot.conversation.starting import in_progress, in_progress_named, new_button
from bot.conversation.trials import meanwhile
from bot.conversation.whose_answer import aim
from bot.exchange import Press, at
from bot.wording import lists
from bot.wording.copies import record_to_copy
from bot.wording.elsewhere import above_a_question
from bot.wording.missing import can_be_filled_in
from bot.wording.phrases import lines
from bot.wording.views import DISAGREEMENTS
from dialogs.dialogue import COMPLETED, TO_CORRECT, Dialogue, Step
from state.history import events
from state.prompts import Kind
from state.rescreening import due
from state.screenings import Screening

LISTED: Final = 8
RECENT: Final = 10
RECENT_MATCHINGS: Final = 5


# finding -------------------------------------------------------------------------------------------


def resume(context: Context, argument: str) -> None:
    """``/resume [NUMBER]``: go on with an open screening, or choose one of several."""
    found = in_progress(context)
    screening = _named(context, argument) if argument else context.current()
    if screening is not None and (argument or len(found) <= 1):
        _show_again(context, screening)
    elif found:
        context.turn.say(
            context.say("open_title"), lists.resume_buttons(in_progress_named(context), context.say)
        )
    elif argument:
        context.turn.say(not_found(context, argument), new_button(context))
    else:
        _none_open(context)


def _none_open(context: Context) -> None:
    left = context.screenings.current(context.person.code)
    told = context.left_behind(left.number) if left is not None else None
    context.turn.say(lines(told, context.say("no_open")), new_button(context))


def open_items(context: Context, argument: str) -> None:
    """``/open [NUMBER]``: screenings in progress, and undetermined ones with what is missing."""
    if _shown(context, argument):
        return
    undetermined = context.screenings.listed(
        person=context.person.code, site=context.person.site, state="undetermined", limit=LISTED
    )
    waiting = [  # what is revised is in progress
        (item, context.screenings.load(item.number)) for item in undetermined if item.state == COMPLETED
    ]
    again = due(context.screenings, site=context.person.site, person=context.person.code)[:LISTED]
    context.turn.actions.append(
        lists.open_items(
            in_progress(context),
            waiting,
            again,
            context.setup.protocols,
            context.setup.zone,
            context.say,
            context.named,
        )
    )


def recent(context: Context, argument: str) -> None:
    """``/recent [NUMBER]``: the newest screenings, and the person's matchings, which stand in no other list."""
    if _shown(context, argument):
        return
    screenings, person, site = context.screenings, context.person.code, context.person.site
    found = screenings.listed(person=person, site=site, limit=RECENT)
    matchings = screenings.matchings(person, site, limit=RECENT_MATCHINGS)
    several = [screenings.load(each.number) for each in matchings]
    context.turn.actions.append(lists.recent(found, several, context.setup.zone, context.say, context.named))


def _shown(context: Context, argument: str) -> bool:
    """Show the screening that a command names, or say that there is none; say whether it names one."""
    if not argument:
        return False
    screening = _named(context, argument)
    if screening is not None:
        context.show(screening)
    elif not shown(context, argument):  # administrators see those of others as the office does
        context.turn.say(not_found(context, argument))
    return True


def _named(context: Context, argument: str) -> Screening | None:
    return context.own(full_number(context.person.site, argument))


def on_screen(context: Context) -> Screening | None:
    """The open screening that a command means: what stands above it, or else the current one."""
    screening = aim(context.screenings, context.person, context.message).screening
    if screening is not None and not screening.ended:
        return screening
    return context.current()


def go_on(context: Context, screening: Screening, press: Press) -> None:
    """Show where a screening stands."""
    _show_again(context, screening)


def _show_again(context: Context, screening: Screening) -> None:
    """Show a screening with what has changed meanwhile; in a matching also in what came out of it."""
    told, ways = above_a_question(screening, context.say)
    context.show(screening, remark=lines(meanwhile(context, screening), *told) or None, last=ways)


def correct_which(context: Context, screening: Screening, press: Press) -> None:
    """Ask which answer is to be corrected; of many, the newest or those of a page."""
    context.show(screening, "correct", place=press.place)


# cancelling ----------------------------------------------------------------------------------------


def cancel_on_screen(context: Context, argument: str) -> None:
    """``/cancel [NUMBER]``: ask whether a screening is to be cancelled: the one on the screen, or the only open one."""
    found = in_progress_named(context)
    screening = _named(context, argument) if argument else on_screen(context)
    if screening is None and not argument and len(found) == 1:
        screening = context.own(*found)
    if screening is not None:
        ask_to_cancel(context, screening)
    elif argument:
        context.turn.say(not_found(context, argument), new_button(context))
    elif found:
        context.turn.say(context.say("cancel_which"), lists.cancel_buttons(found))
    else:
        _none_open(context)


def ask_to_cancel(context: Context, screening: Screening, press: Press | None = None) -> None:
    if screening.ended:
        late(context, screening, press)
    else:
        context.show(screening, "cancel")


def cancel(context: Context, screening: Screening, press: Press) -> None:
    """Cancel; a yes from before asks again, since what has been answered meanwhile was not asked about."""
    if screening.ended:
        late(context, screening, press)
    elif context.screenings.moved_since(screening.number, press.entry):
        context.show(screening, "cancel")
    else:
        take(context, screening, [Step("cancel")])


# after a verdict -----------------------------------------------------------------------------------


def reopen(context: Context, screening: Screening, press: Press) -> None:
    """Open a saved screening again, to fill in what was not known; one that lacks nothing, to correct an answer."""
    _open_again(context, screening, Step("reopen"), press, _opened(screening.dialogue))


def revise(context: Context, screening: Screening, press: Press) -> None:
    """Open a saved screening again, to correct an answer: what was unknown or not asked stays so."""
    _open_again(context, screening, Step("reopen", reason=TO_CORRECT), press, "open_to_correct")


def _open_again(context: Context, screening: Screening, step: Step, press: Press, opened: str) -> None:
    if not screening.dialogue.can("reopen"):
        late(context, screening, press)
        return
    context.screenings.take(screening, [step], context.person.code, context.message.source)
    kind: Kind = "correct" if opened == "open_to_correct" else "question"
    said = context.say(opened, number=screening.number)
    context.show(screening, kind, lines(said, meanwhile(context, screening)))


def _opened(dialogue: Dialogue) -> str:
    """Return the phrase for what can be done with a screening that is opened again."""
    if not dialogue.undetermined:
        return "open_to_correct"
    return "reopened" if can_be_filled_in(dialogue) else "nothing_missing"


def copy_record(context: Context, screening: Screening, press: Press) -> None:
    """Say what goes into a health record, as a text that a tap copies."""
    if screening.state != COMPLETED:
        late(context, screening, press)
        return
    answered = context.screenings.answered_at(screening.number)
    context.turn.say(record_to_copy(screening, answered, context.say))


def ask_why_disagree(context: Context, screening: Screening, press: Press) -> None:
    context.show(screening, "disagree")


def disagree(context: Context, screening: Screening, press: Press) -> None:
    """Note in the log that the clinician disagrees, and why; the verdict stays."""
    reason = at(DISAGREEMENTS, press.place)
    stands = screening.state == COMPLETED and not context.screenings.moved_since(
        screening.number, press.entry
    )
    if not stands or reason is None or _disagreed_since(context, screening, press.entry):
        late(context, screening)
        return
    context.screenings.note(
        screening, "disagree", context.person.code, {"reason": reason}, source=context.message.source
    )
    kept = context.say("disagree_kept", reason=context.say(f"reason_{reason}"), number=screening.number)
    remedy = context.say("disagree_data") if reason == "data" else None
    context.show(screening, remark=lines(kept, remedy))


def _disagreed_since(context: Context, screening: Screening, entry: int) -> bool:
    """Say whether a disagreement was noted since a log entry; another note, as a query, takes nothing from it."""
    return any(
        event.entry > entry and event.kind == "disagree"
        for event in events(context.screenings.db, screening.number)
    )
