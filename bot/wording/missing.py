"""What is missing of a verdict that is undetermined, with who can say it, and what only the site can say."""

from __future__ import annotations

from typing import Final

from bot.exchange import Safe
from bot.wording.phrases import Phrases, joined
from dialogs.progress import Progress

IN_A_LIST: Final = 3
"""So many questions are named where several screenings or trials stand below each other."""


def missing_lines(progress: Progress, say: Phrases, most: int | None = None) -> list[Safe]:
    """Name what would settle the verdict, up to `most` questions, and the criteria that no answer would settle."""
    questions = [progress.protocol.question(each) for each in progress.missing]
    silent = [code for code, asked in progress.follow_up().items() if not asked]
    told = [
        say.plain("noted", what=each.short[say.language], note=each.supplier[say.language])
        for each in questions[:most]
    ]
    told += ["…"] if len(questions) > len(told) else []
    return [
        *([say("missing", questions=joined(told, say))] if told else []),
        *([say("missing_site", codes=joined(silent, say))] if silent else []),
    ]
