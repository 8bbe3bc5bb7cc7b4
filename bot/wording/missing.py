"""What is missing of a verdict that is undetermined, with who can say it, and what only the site can say."""

from __future__ import annotations

from typing import Final

from bot.exchange import Safe
from bot.wording.parts import title
from bot.wording.phrases import Phrases, joined
from dialogs.progress import Progress
from dialogs.protocol import Protocol

IN_A_LIST: Final = 3
"""So many questions are named where several screenings or trials stand below each other; how many more is said."""


def missing_lines(
    progress: Progress, say: Phrases, most: int | None = None, beside: Protocol | None = None
) -> list[Safe]:
    """Name what would settle the verdict, up to `most` questions, and the criteria that no answer given would."""
    return [
        *missing_questions(progress, say, most, beside),
        *unasked_line(progress, say),
        *silent_line(progress, say),
    ]


def missing_questions(
    progress: Progress, say: Phrases, most: int | None = None, beside: Protocol | None = None
) -> list[Safe]:
    """Name what would settle the verdict, up to `most` questions, each with who can say it."""
    questions = [progress.protocol.question(each) for each in progress.missing]
    told = [
        say.plain("noted", what=title(progress.protocol, each, say, beside), note=each.supplier[say.language])
        for each in questions[:most]
    ]
    more = len(questions) - len(told)
    told += [say.plain("and_more", n=more)] if more else []
    return [say("missing", questions=joined(told, say))] if told else []


def silent_line(progress: Progress, say: Phrases) -> list[Safe]:
    """Name the criteria that no answer would settle."""
    silent = silent_ones(progress)
    return [say("missing_site", codes=joined(silent, say))] if silent else []


def unasked_line(progress: Progress, say: Phrases) -> list[Safe]:
    """Name the criteria of which not all was asked."""
    unasked = _unasked(progress)
    return [say("not_asked", codes=joined(unasked, say))] if unasked else []


def can_be_filled_in(progress: Progress) -> bool:
    """Say whether an answer could settle what is undetermined: a better one, or one that was not asked for."""
    return bool(progress.missing or _unasked(progress))


def silent_ones(progress: Progress) -> list[str]:
    """Return the open criteria that no answer would settle, since the record is silent."""
    found = progress.follow_up() if progress.undetermined else {}
    unasked = _unasked(progress)
    return [code for code, asked in found.items() if not asked and code not in unasked]


def _unasked(progress: Progress) -> list[str]:
    """Return the open criteria that questions could settle which were not asked, where it was finished midway."""
    pairs = zip(progress.statuses.items(), progress.judged, strict=True) if progress.undetermined else ()
    return [code for (code, status), judged in pairs if status == "unknown" and judged.residual]
