"""What a language of a trial lacks of its texts: whoever reads that language gets the first one there."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dialogs.languages import in_every_language
from dialogs.loading.defaults import shortened
from dialogs.protocol import Criterion, Protocol, Question
from dialogs.texts import Text


def lacking(protocol: Protocol) -> dict[str, tuple[str, ...]]:
    """Return, for each language that lacks texts, where these stand in the file.

    Labels of units are left out: most are signs, alike in every language. So are names that are the record's words,
    which are in one language.
    """
    record = {shortened(criterion.source) for criterion in protocol.criteria}
    texts = [(place, text) for place, text in _texts(protocol) if record.isdisjoint(text.values())]
    found = {code: tuple(place for place, text in texts if code not in text) for code in protocol.languages}
    return {code: places for code, places in found.items() if places}


def written_in(protocol: Protocol) -> str | None:
    """Return another language of ours than the trial's first one that most of its texts are written in.

    That shows in a script of its own: what is written in Latin letters may be in any language.
    """
    first = protocol.languages[0]
    written = {text[first] for _, text in _texts(protocol) if text.keys() == {first}}
    written |= {criterion.source for criterion in protocol.criteria}
    for code, script in in_every_language("dialogs", "patterns", "script").items():
        if (
            script
            and code != first
            and sum(bool(re.search(script, text)) for text in written) * 2 > len(written)
        ):
            return code
    return None


def _texts(protocol: Protocol) -> Iterator[tuple[str, Text]]:
    yield "title", protocol.title
    yield "disclaimer", protocol.disclaimer
    yield from ((f"notices[{number}]", text) for number, text in enumerate(protocol.notices, 1))
    for question in protocol.questions:
        yield from _of_question(question)
    for criterion in protocol.criteria:
        yield from _of_criterion(criterion)
    for kind, items in (("site_item", protocol.site_items), ("alert", protocol.alerts)):
        yield from ((f"{kind} {item.id}: text", item.text) for item in items)
    for part in protocol.parts:
        yield f"part {part.code}: name", part.name
        if part.person is not None:
            yield f"part {part.code}: person", part.person


def _of_question(question: Question) -> Iterator[tuple[str, Text]]:
    place = f"question {question.id}"
    yield f"{place}: ask", question.ask
    yield f"{place}: short", question.name
    if question.at is not None:
        yield f"{place}: at", question.at
    if question.help is not None:
        yield f"{place}: help", question.help
    yield f"{place}: unknown", question.unknown
    for option in question.options:
        yield f"{place}: option {option.code}", option.text
    for shortcut in question.shortcuts:
        yield f"{place}: shortcut {shortcut.code}", shortcut.text


def _of_criterion(criterion: Criterion) -> Iterator[tuple[str, Text]]:
    for key, text in (("name", criterion.name), ("reading", criterion.reading), ("note", criterion.note)):
        if text is not None:
            yield f"criterion {criterion.code}: {key}", text
