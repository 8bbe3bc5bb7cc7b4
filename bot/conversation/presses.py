"""THE table of presses: every button of the product is one row. A verb that has no row here is nobody's.

Roles are asked at the moment of the press, as they stand in the file then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final, Literal

from bot.conversation import (
    answering,
    candidate_notes,
    first_contact,
    helping,
    matchings,
    moving,
    outcomes,
    own_screenings,
    people,
    queries,
    reports,
    site_matchings,
    site_screenings,
    starting,
    subjects,
    ticking,
    trials,
)
from bot.conversation.access import ADMINISTRATOR, COORDINATOR, EVERYBODY, OFFICE, SCREENS
from bot.conversation.context import Context
from bot.conversation.former_presses import read_former
from bot.conversation.refusing import late
from bot.conversation.whose_answer import aim
from bot.exchange import Press, read_press
from bot.wording.phrases import plain
from state.prompts import Kind

Whose = Literal["nobody", "own", "site", "matching"]
"""Whose screenings a button may be about: none, those started by the person, the site's, or the site's matchings."""
Effect = Literal["moves", "acts", "looks"]
"""``moves``: counts only at the log entry that the button was shown at. ``acts``: checks for itself whether it still
holds. ``looks``: shows something or asks first, at any time."""


@dataclass(frozen=True, slots=True)
class PressKind:
    """All that there is to say of the presses of one verb.

    ``handler`` is called with the context, the screening unless it is ``nobody``'s, and the press. ``key`` presses
    the button at the terminal; without one, or where a message has several of a verb, it is numbered. Those that
    turn over to another page have keys of their own (`bot.wording.paging.KEYS`).
    ``unforeseen`` buttons come unasked, so that a number in a script written beforehand is not meant for them.
    ``word`` can be typed instead of the button, below a prompt of a kind. ``former`` is the verb that the version
    before wrote, if it was another one.
    """

    verb: str
    effect: Effect
    handler: Callable[..., None]
    roles: frozenset[str]
    whose: Whose = "nobody"
    key: str = ""
    unforeseen: bool = False
    word: tuple[Kind, str] | None = None
    former: str = ""


_own = partial(PressKind, roles=SCREENS, whose="own")
_site = partial(PressKind, roles=OFFICE, whose="site")

_ROWS: Final = (
    # answering
    _own("answer", "moves", answering.option, former="o"),
    _own("unknown", "moves", answering.option, key="u", former="u"),
    _own("tick", "acts", ticking.tick),
    _own("untick", "acts", ticking.tick),
    _own("done", "moves", ticking.done, key="d"),
    _own("none", "moves", ticking.done, key="n"),
    _own("earlier", "looks", ticking.turn_page),
    _own("later", "looks", ticking.turn_page),
    _own("keep", "moves", answering.keep, key="k", word=("question", "keep"), former="k"),
    _own("candidate", "moves", answering.candidate, unforeseen=True, former="p"),
    _own("new_stands", "moves", answering.new_stands, unforeseen=True),
    _own("old_stands", "moves", answering.old_stands, unforeseen=True),
    _own("reason", "moves", answering.reason, former="w"),
    _own("back", "moves", moving.step("back"), key="b", word=("question", "back"), former="b"),
    _own("correct", "moves", answering.correct, unforeseen=True, former="e"),
    _own("continue", "moves", moving.step("continue"), key="c", former="c"),
    _own("finish", "moves", moving.step("finish"), key="f", former="f"),
    _own("finish_save", "moves", moving.step("finish", "save"), key="f"),
    _own("save", "moves", moving.step("save"), key="s", word=("question", "save"), former="s"),
    _own("help", "looks", helping.help_pressed, key="h", word=("question", "help"), former="h"),
    _own("correct_which", "looks", own_screenings.correct_which, key="m", former="m"),
    _own("cancel", "looks", own_screenings.ask_to_cancel, key="x", word=("question", "cancel"), former="x"),
    _own("cancel_yes", "acts", own_screenings.cancel, key="y", word=("cancel", "yes"), former="y"),
    _own("cancel_no", "looks", own_screenings.go_on, key="n", word=("cancel", "no")),
    _own("go_on", "looks", own_screenings.go_on, key="go", former="go"),
    _own("go_back", "looks", own_screenings.go_on, key="b"),
    _own("reopen", "acts", own_screenings.reopen, key="r", former="r"),
    _own("revise", "acts", own_screenings.revise, key="m"),
    _own("copy_record", "looks", own_screenings.copy_record, key="record"),
    _own("disagree", "looks", own_screenings.ask_why_disagree, key="d", former="d"),
    _own("disagree_why", "acts", own_screenings.disagree, former="dd"),
    _own("rescreen", "acts", starting.rescreen, key="again", former="again"),
    _own("stands", "looks", matchings.show, key="t"),
    _own("missing", "looks", matchings.missing, key="missing"),
    _own("leave_which", "looks", matchings.leave_which, key="leave"),
    _own("leave", "acts", matchings.leave),
    _own("take_in", "acts", matchings.take_in),
    _own("open_trial", "acts", matchings.open_trial),
    _own("take_over", "moves", matchings.take_over, unforeseen=True),
    _own("save_all", "acts", matchings.save_all, key="s"),
    _own("save_without", "moves", moving.step("save"), key="without"),
    _own("query_card", "looks", queries.show_again, key="query_card"),
    _own("query_confirm", "acts", queries.confirm, key="qa", former="qa"),
    _own("query_correct", "looks", queries.ask_why_correct, key="qx", former="qx"),
    _own("query_reason", "acts", queries.correct, former="qr"),
    # what the office sees, asks and notes
    _site("subject", "looks", subjects.show, key="subject"),
    _site("history", "looks", subjects.history, key="history"),
    _site("query", "looks", queries.ask_which, key="query"),
    _site("query_what", "looks", queries.ask_what, key="q", former="q"),
    _site("query_send", "acts", queries.send, former="qq"),
    _site("outcome", "looks", outcomes.show, key="outcome"),
    _site("outcome_what", "looks", outcomes.ask_day, key="noted", former="noted"),
    _site("outcome_days", "looks", outcomes.ask_day, key="days", former="days"),
    _site("outcome_on", "acts", outcomes.keep, key="on", former="on"),
    _site("outcome_undo", "looks", outcomes.ask_why_undone, key="undo", former="undo"),
    _site("outcome_undone", "acts", outcomes.take_back, former="undone"),
    PressKind("matching", "looks", site_matchings.show, OFFICE, whose="matching"),
    # beside any screening
    PressKind("new", "acts", starting.new_pressed, SCREENS, key="new"),
    PressKind("match", "acts", matchings.begin, SCREENS),
    PressKind("language", "acts", first_contact.set_language, EVERYBODY, former="lang"),
    PressKind("stats", "looks", reports.stats_of, OFFICE),
    PressKind("export_trial", "looks", reports.choose_format, OFFICE),
    PressKind("export", "looks", reports.choose_period, OFFICE),
    PressKind("export_period", "acts", reports.export_site, OFFICE),
    PressKind("subjects", "looks", site_screenings.list_pressed, OFFICE, key="list"),
    PressKind("matchings", "looks", site_matchings.show_list, OFFICE, key="matchings"),
    PressKind("notify", "acts", candidate_notes.switch, COORDINATOR),
    PressKind("invite_as", "acts", people.make_invitation, ADMINISTRATOR, former="invite"),
    PressKind("invitations", "looks", people.list_invitations, ADMINISTRATOR, key="invitations"),
    PressKind("revoke", "looks", people.ask_to_revoke, ADMINISTRATOR, key="revoke"),
    PressKind("revoke_yes", "acts", people.revoke, ADMINISTRATOR, key="revoke_yes"),
    PressKind("people", "looks", people.people_pressed, ADMINISTRATOR, key="people"),
    PressKind("suspend", "looks", people.ask_to_suspend, ADMINISTRATOR, key="suspend"),
    PressKind("suspend_yes", "acts", people.suspend, ADMINISTRATOR, key="suspend_yes"),
    PressKind("restore", "acts", people.restore, ADMINISTRATOR, key="restore"),
    PressKind("trials", "looks", trials.list_pressed, ADMINISTRATOR, key="trials"),
    PressKind("trial", "looks", trials.show, ADMINISTRATOR),
    PressKind("trial_open", "acts", trials.change, ADMINISTRATOR, key="open"),
    PressKind("trial_pause", "acts", trials.change, ADMINISTRATOR, key="pause"),
    PressKind("trial_close", "acts", trials.change, ADMINISTRATOR, key="close"),
)
PRESSES: Final[Mapping[str, PressKind]] = {each.verb: each for each in _ROWS}
WORDS: Final[Mapping[tuple[Kind, str], str]] = {
    each.word: each.verb for each in _ROWS if each.word is not None
}
"""What can be typed instead of a button: the verb by the kind of prompt and the word for it."""


_FORMER: Final[Mapping[str, str]] = {each.former or each.verb: each.verb for each in _ROWS}


def read(data: str) -> Press | None:
    """Read callback data, also those of buttons that the version before sent; ``None`` for what no button says."""
    press = read_press(data)
    return press if press is not None and press.verb in PRESSES else read_former(data, _FORMER)


def pressed(context: Context) -> None:
    """Do what a pressed button says."""
    press = read(context.message.text)
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
    elif kind.whose == "own":
        _on_own(context, kind, press)
    else:
        _on_the_sites(context, kind, press)


def _on_the_sites(context: Context, kind: PressKind, press: Press) -> None:
    of = context.of_the_site if kind.whose == "site" else context.matching_of_the_site
    screening = of(press.screening)
    if screening is None:
        late(context)
    else:
        kind.handler(context, screening, press)


def _on_own(context: Context, kind: PressKind, press: Press) -> None:
    aimed = aim(context.screenings, context.person, context.message, press)
    screening = aimed.screening
    if screening is None:
        late(context)
        left = context.left_behind(press.screening)
        context.turn.toast = plain(left) if left is not None else context.turn.toast
    elif kind.effect == "moves" and aimed.doubt is not None:
        late(context, screening, press)
    else:
        kind.handler(context, screening, press)
