"""What coordinators take out in the chat: exports, counts, and the verdicts of a list they send.

All of it is long work: done beside the conversation, on connections of its own, by the same functions as the
commands.
"""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Sequence
from datetime import UTC, date, timedelta
from functools import partial
from pathlib import Path
from typing import Final

from bot.conversation.access import OFFICE
from bot.conversation.context import Context
from bot.conversation.refusing import late
from bot.conversation.trials import chosen, taken_part_in, which
from bot.exchange import (
    DOCUMENT_BYTES,
    LIST_BYTES,
    Button,
    Document,
    Fetch,
    Message,
    Press,
    Safe,
    Turn,
    Work,
    at,
)
from bot.wording.buttons import arrange
from bot.wording.phrases import Phrases, escape, joined, lines, means
from dialogs.protocol import Protocol
from state.database import path_of
from state.exports.selection import Selection
from state.people import Person

FORMATS: Final = ("csv", "answers", "log", "queries", "xlsx", "fhir", "sdtm", "parquet")
LISTS: Final = (".csv", ".tsv", ".txt", ".json", ".xlsx", ".xls")
"""How the names of documents end that may be lists of candidates."""
NAMED: Final = 8
"""So many trials are named in a caption, which has 1,024 characters."""
PERIODS: Final = ("month", "last_month", "year", "all")


def export(context: Context, argument: str) -> None:
    """``/export``: choose a trial if there are several, a format, then a period; the file arrives as a document."""
    if not which(context, "export_trial"):
        _choose_format(context)


def choose_format(context: Context, press: Press) -> None:
    if press.place is not None:
        which(context, "export_trial", press.place)
    elif press.name is None or chosen(context, press.name) is None:
        late(context)
    else:
        _choose_format(context, f"{_OF}{press.name}")


def _choose_format(context: Context, of: str = "") -> None:
    buttons = [
        Button(context.say.plain(f"format_{name}"), str(Press("export", name=f"{name}{of}")))
        for name in FORMATS
    ]
    context.turn.say(context.say("export_format"), arrange(buttons), in_place=bool(of))


_OF: Final = "-"
"""Between a format and the mark of a trial in a button."""


def choose_period(context: Context, press: Press) -> None:
    if _wanted(context, press) is None:
        late(context)
        return
    buttons = [
        Button(
            context.say.plain(f"period_{period}"), str(Press("export_period", place=place, name=press.name))
        )
        for place, period in enumerate(PERIODS)
    ]
    context.turn.say(context.say("export_period"), arrange(buttons), in_place=True)


def _wanted(context: Context, press: Press) -> tuple[str, str | None] | None:
    """Return the format that a button names, and the trial; ``None`` if it names what there is not."""
    name, of, marked = (press.name or "").partition(_OF)
    trial = chosen(context, marked) if of else None
    return (name, trial) if name in FORMATS and (trial or not of) else None


def export_site(context: Context, press: Press) -> None:
    """Export the person's site, of a trial, in a format, over a period."""
    wanted, period = _wanted(context, press), at(PERIODS, press.place)
    if wanted is None or period is None:
        late(context)
        return
    (name, trial), person = wanted, context.person
    since, until = _days(period, context.screenings.clock().astimezone(UTC).date())
    context.turn.say(context.say("export_working"), in_place=True)
    selection = Selection(site=person.site, protocol=trial, since=since, until=until)
    run = partial(_export, path_of(context.screenings.db), name, selection, person.code, context.say)
    context.turn.actions.append(Work(run, context.say("work_failed")))


def _days(period: str, today: date) -> tuple[date | None, date | None]:
    """First and last day (UTC) of a period that ends with today, or with last month."""
    month = today.replace(day=1)
    if period == "month":
        return month, today
    if period == "last_month":
        last = month - timedelta(days=1)
        return last.replace(day=1), last
    return (today.replace(month=1, day=1), today) if period == "year" else (None, None)


def _export(database: Path, name: str, selection: Selection, by: str, say: Phrases) -> Turn:
    from state.errors import StateError
    from state.exports import Mixed, Nothing
    from state.exports import export as write

    with tempfile.TemporaryDirectory() as folder:
        try:
            written = write(database, name, None, selection, folder=Path(folder), by=by)
        except Nothing:
            return _saying(say("export_nothing"))
        except Mixed:
            return _saying(say("export_mixed"))
        except StateError as error:
            return _saying(say("export_failed", why=str(error)))
        content, filename = _packed(written.path)
    if len(content) > DOCUMENT_BYTES:
        of = f" --protocol {selection.protocol}" if selection.protocol else ""
        command = f"prescreen export --format {name} --site {selection.site}{of}"
        return _saying(say("export_too_large", command=command))
    caption = say(
        "export_done",
        rows=say("rows", n=written.rows),
        screenings=say("screenings", n=written.screenings),
        sha256=written.sha256[:16],
        head=written.entered,
    )
    return Turn([Document(filename, content, caption)])


def _saying(text: Safe) -> Turn:
    turn = Turn()
    turn.say(text)
    return turn


def _packed(target: Path) -> tuple[bytes, str]:
    """A folder travels as one ZIP file."""
    if target.is_file():
        return target.read_bytes(), target.name
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(target.rglob("*")):
            if file.is_file():
                archive.write(file, file.relative_to(target).as_posix())
    return buffer.getvalue(), f"{target.name}.zip"


def stats(context: Context, argument: str) -> None:
    """``/stats``: the site's counts of a trial as text, and the flow as a picture."""
    if not which(context, "stats"):
        _count(context, None)


def stats_of(context: Context, press: Press) -> None:
    if press.place is not None:
        which(context, "stats", press.place)
        return
    trial = chosen(context, press.name or "")
    if trial is None:
        late(context)
    else:
        _count(context, trial)


def _count(context: Context, trial: str | None) -> None:
    selection = Selection(site=context.person.site, protocol=trial)
    run = partial(_stats, path_of(context.screenings.db), selection, context.say)
    context.turn.actions.append(Work(run, context.say("work_failed")))


def _stats(database: Path, selection: Selection, say: Phrases) -> Turn:
    from bot.wording.counts import as_text
    from bot.wording.pictures import NoPicture, draw, write
    from state.stats import stats

    turn = Turn()
    found = stats(database, selection)
    turn.say(Safe(f"<pre>{escape(as_text(found, say.language))}</pre>"))
    for trial in found.trials:
        with tempfile.TemporaryDirectory() as folder:
            picture = Path(folder) / "flow.png"
            try:
                write(draw("flow", trial, found.as_of, say.language), picture)
            except NoPicture as error:
                turn.say(say("export_failed", why=str(error)))
                return turn
            caption = say("stats_flow", site=selection.site)
            turn.actions.append(Document("flow.png", picture.read_bytes(), caption, picture=True))
    return turn


def evaluate(context: Context, argument: str) -> None:
    """``/evaluate``: says how to send the list, and gives empty ones to fill in."""
    from bot.evaluate.verdicts import templates

    trials = taken_part_in(context)
    if not trials:
        context.turn.say(context.say("no_trial"))
        return
    context.turn.say(context.say("evaluate_send"))
    named = [
        *(each.id for each in trials[:NAMED]),
        *([context.say.plain("and_more", n=len(trials) - NAMED)] if len(trials) > NAMED else []),
    ]
    caption = context.say("template_done", protocol=joined(named, context.say))
    for name, content in templates(_asked_of(trials), context.say):
        context.turn.actions.append(Document(name, content, caption))


def _asked_of(trials: Sequence[Protocol]) -> Protocol:
    """Return what has the questions of all trials, what they ask alike once."""
    from dialogs.candidates import listed

    return listed(trials) if len(trials) > 1 else trials[0]


def is_list(person: Person, message: Message) -> bool:
    """Return whether a file may be a list of candidates, from somebody who may have one evaluated."""
    return person.role in OFFICE and message.name.lower().endswith(LISTS)


def file_sent(context: Context) -> None:
    """Evaluate a list that the office sent as a document; nothing of it is stored. Refuse any other file.

    Its caption may say that unusual values have been checked.
    """
    message, trials = context.message, taken_part_in(context)
    if not is_list(context.person, message):
        context.turn.say(context.say("no_files"))
        context.where_we_are()
    elif max(message.size, len(message.content or b"")) > LIST_BYTES:
        context.turn.say(context.say("evaluate_too_large"))
    elif not trials:
        context.turn.say(context.say("no_trial"))
    elif message.content is None:
        context.turn.actions.append(Fetch(message, context.say("evaluate_not_fetched")))
    else:
        unusual = means("unusual", message.text)
        run = partial(_evaluate, trials, context.setup.protocols, message.content, context.say, unusual)
        context.turn.actions.append(Work(run, context.say("work_failed")))


def _evaluate(
    trials: Sequence[Protocol], known: Sequence[Protocol], content: bytes, say: Phrases, accept_unusual: bool
) -> Turn:
    from bot.evaluate.matrix import evaluate_matrix
    from bot.evaluate.verdicts import evaluate_file, why
    from dialogs.candidates import BadFile, listed

    turn = Turn()
    try:
        if len(trials) > 1:
            found = evaluate_matrix(listed(trials), content, say, accept_unusual=accept_unusual, known=known)
        else:
            found = evaluate_file(trials[0], content, say, accept_unusual=accept_unusual, known=known)
    except BadFile as error:
        turn.say(say("evaluate_bad", why=why(error, say)))
        return turn
    caption = say(
        "evaluate_done",
        evaluated=say("candidates_evaluated", n=found.evaluated),
        faulty=say("rows_with_faults", n=found.faulty),
    )
    told = lines(caption, escape(found.left_out)) if found.left_out else caption
    turn.actions.append(Document(found.name, found.content, told))
    return turn
