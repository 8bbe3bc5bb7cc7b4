"""What coordinators take out in the chat: exports, counts, and the verdicts of a list they send.

All of it is long work: done beside the conversation, on connections of its own, by the same functions as the
commands.
"""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from datetime import UTC, date, timedelta
from functools import partial
from pathlib import Path
from typing import Final

from bot.conversation.talk import Talk
from bot.exchange import DOCUMENT_BYTES, LIST_BYTES, Button, Document, Press, Safe, Turn, Work
from bot.wording.buttons import arrange
from bot.wording.phrases import Phrases, escape
from dialogs.protocol import Protocol
from state.database import path_of

FORMATS: Final = ("csv", "answers", "log", "queries", "xlsx", "fhir", "sdtm", "parquet")
PERIODS: Final = ("month", "last_month", "year", "all")


def export(talk: Talk, argument: str) -> None:
    """``/export``: choose a format, then a period; the file arrives as a document."""
    buttons = [Button(talk.say.plain(f"format_{name}"), f"export:{name}") for name in FORMATS]
    talk.turn.say(talk.say("export_format"), arrange(buttons))


def choose_period(talk: Talk, press: Press) -> None:
    name, _, period = (press.option or "").partition("__")
    if name not in FORMATS or period not in ("", *PERIODS):
        talk.late()
        return
    if not period:
        buttons = [Button(talk.say.plain(f"period_{key}"), f"export:{name}__{key}") for key in PERIODS]
        talk.turn.say(talk.say("export_period"), arrange(buttons))
        return
    since, until = _days(period, talk.screenings.clock().astimezone(UTC).date())
    talk.turn.say(talk.say("export_working"))
    run = partial(
        _export, path_of(talk.screenings.db), name, talk.person.site, since, until, talk.person.code, talk.say
    )
    talk.turn.actions.append(Work(run, talk.say("work_failed")))


def _days(period: str, today: date) -> tuple[date | None, date | None]:
    """First and last day (UTC) of a period that ends with today, or with last month."""
    month = today.replace(day=1)
    if period == "month":
        return month, today
    if period == "last_month":
        last = month - timedelta(days=1)
        return last.replace(day=1), last
    return (today.replace(month=1, day=1), today) if period == "year" else (None, None)


def _export(
    database: Path, name: str, site: str, since: date | None, until: date | None, by: str, say: Phrases
) -> Turn:
    from state.errors import StateError
    from state.exports import Nothing, Selection
    from state.exports import export as write

    turn = Turn()
    selection = Selection(site=site, since=since, until=until)
    with tempfile.TemporaryDirectory() as folder:
        try:
            written = write(database, name, None, selection, folder=Path(folder), by=by)
        except Nothing:
            turn.say(say("export_nothing"))
            return turn
        except StateError as error:
            turn.say(say("export_failed", why=str(error)))
            return turn
        content, filename = _packed(written.path)
        if len(content) > DOCUMENT_BYTES:
            command = f"prescreen export --format {name} --site {site}"
            turn.say(say("export_too_large", command=command))
            return turn
        caption = say(
            "export_done",
            rows=written.rows,
            screenings=written.screenings,
            sha256=written.sha256[:16],
            head=written.entered,
        )
        turn.actions.append(Document(filename, content, caption))
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


def stats(talk: Talk, argument: str) -> None:
    """``/stats``: the site's counts as text, and the flow as a picture."""
    run = partial(_stats, path_of(talk.screenings.db), talk.person.site, talk.say)
    talk.turn.actions.append(Work(run, talk.say("work_failed")))


def _stats(database: Path, site: str, say: Phrases) -> Turn:
    from bot.wording.counts import as_text
    from bot.wording.pictures import NoPicture, draw, write
    from state.exports import Selection
    from state.stats import stats

    turn = Turn()
    found = stats(database, Selection(site=site))
    turn.say(Safe(f"<pre>{escape(as_text(found, say.language))}</pre>"))
    for trial in found.trials[:1]:
        with tempfile.TemporaryDirectory() as folder:
            picture = Path(folder) / "flow.png"
            try:
                write(draw("flow", trial, found.as_of, say.language), picture)
            except NoPicture as error:
                turn.say(say("export_failed", why=str(error)))
                return turn
            turn.actions.append(
                Document("flow.png", picture.read_bytes(), say("stats_flow", site=site), picture=True)
            )
    return turn


def evaluate(talk: Talk, argument: str) -> None:
    """``/evaluate``: says how to send the list, and gives empty ones to fill in."""
    from bot.evaluate.verdicts import templates

    talk.turn.say(talk.say("evaluate_send"))
    for protocol in talk.conversation.protocols:
        for name, content in templates(protocol, talk.say):
            talk.turn.actions.append(Document(name, content, talk.say("template_done", protocol=protocol.id)))


def evaluate_list(talk: Talk) -> bool:
    """Take a list that a coordinator sent as a document; nothing of it is stored."""
    content = talk.message.content
    if content is None or talk.person.role not in ("coordinator", "administrator"):
        return False
    if len(content) > LIST_BYTES:
        talk.turn.say(talk.say("evaluate_too_large"))
        return True
    protocol = talk.conversation.protocols[0]
    run = partial(_evaluate, protocol, content, talk.say)
    talk.turn.actions.append(Work(run, talk.say("work_failed")))
    return True


def _evaluate(protocol: Protocol, content: bytes, say: Phrases) -> Turn:
    from bot.evaluate.verdicts import evaluate_file, why
    from dialogs.candidates import BadFile

    turn = Turn()
    try:
        found = evaluate_file(protocol, content, say)
    except BadFile as error:
        turn.say(say("evaluate_bad", why=why(error, say)))
        return turn
    caption = say("evaluate_done", count=found.evaluated, bad=found.faulty)
    turn.actions.append(Document(found.name, found.content, caption))
    return turn


COMMANDS: Final[Mapping[str, Callable[[Talk, str], None]]] = {
    "export": export,
    "stats": stats,
    "evaluate": evaluate,
}
PRESSES: Final[Mapping[str, Callable[[Talk, Press], None]]] = {"export": choose_period}
