"""A protocol as one document to be read, printed and signed: plain HTML, nothing from elsewhere, no scripts."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from importlib import resources
from typing import Any, Final

from bot.reviewing.facts import FACTS, Fact, Telling
from bot.reviewing.flow import pictures
from bot.wording.pictures.svg import render
from dialogs.languages import LANGUAGES
from dialogs.protocol import Criterion, Protocol
from dialogs.reading_back import Clause
from dialogs.reviews import person

MARK: Final = "<!-- prescreen protocol print -->"
"""Stands at the beginning: by it a document may be written over an earlier one, and over nothing else."""
AT_THE_END: Final = frozenset({"besides"})
"""Facts that the document has once for all criteria."""
SIGNING: Final = 2
"""Reviewers at the least who have a line to sign on."""


def document(protocol: Protocol, language: str) -> str:
    """Return the whole document."""
    telling = Telling(protocol, language)
    said = telling.said["document"]
    css = (resources.files("bot.reviewing") / "document.css").read_text(encoding="utf-8")
    title = escape(protocol.title[language])
    body = "\n".join(
        [
            *_head(telling, said),
            f'<h2>{escape(said["flow"])}</h2>\n<div class="flow">',
            *(render(picture).decode() for picture in pictures(telling)),
            f"</div>\n<h2>{escape(said['criteria'])}</h2>",
            *_criteria(telling, said),
            *_besides(telling, said),
            *_signing(protocol, said),
        ]
    )
    return (
        f'<!DOCTYPE html>\n{MARK}\n<html lang="{LANGUAGES[language].tag}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{escape(protocol.id)} {title}'
        f"</title>\n<style>\n{css}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _head(telling: Telling, said: Any) -> Iterator[str]:
    """What is printed: which trial, which text of its file, and whether it was reviewed."""
    protocol, language = telling.protocol, telling.language
    yield f"<h1>{escape(protocol.title[language])}</h1>"
    yield from (f'<p class="about">{escape(line)}</p>' for line in (said["title"], *telling.about()))
    waiting = " draft" if protocol.open_reviews else ""
    yield f'<p class="state{waiting}">{escape(telling.state())}</p>'
    yield f"<p>{escape(said['how_to_read'])}</p>"
    if protocol.parts:
        parts = "".join(f"<li>{escape(each)}</li>" for each in telling.parts())
        yield f"<h2>{escape(said['parts'])}</h2>\n<ul>{parts}</ul>"


def _criteria(telling: Telling, said: Any) -> Iterator[str]:
    """Each criterion, with the lines of the record that are none in their places."""
    protocol = telling.protocol
    for place, criterion in enumerate((*protocol.criteria, None)):
        for label, line in telling.lines_above(place):
            yield f'<p class="record-line"><span class="small">{escape(label)}</span> {escape(line)}</p>'
        if criterion is not None:
            yield _criterion(telling, criterion, said)


def _besides(telling: Telling, said: Any) -> Iterator[str]:
    """What clinicians are shown that decides nothing."""
    shown = [*telling.besides()]
    if shown:
        yield f"<h2>{escape(said['besides'])}</h2>"
    for text, when in shown:
        yield f'<section class="criterion">\n<h3>{escape(text)}</h3>\n<p>{_clause(when)}</p>\n</section>'


def _criterion(telling: Telling, criterion: Criterion, said: Any) -> str:
    waits = " open" if criterion in telling.protocol.open_reviews else ""
    rows = "\n".join(
        f'<dt>{escape(fact.label)}</dt><dd class="{fact.key}">{_told(telling, criterion, fact)}</dd>'
        for fact in telling.facts(criterion, FACTS.keys() - AT_THE_END)
    )
    checks = (
        f'<p class="checks"><span>☐ {escape(said["check_right"])}</span>'
        f'☐ {escape(said["check_wrong"])} <span class="blank"></span></p>'
    )
    return (
        f'<section class="criterion{waits}">\n<h3>{escape(telling.heading(criterion))}</h3>\n<dl>\n{rows}\n</dl>\n'
        f"{checks}\n</section>"
    )


def _told(telling: Telling, criterion: Criterion, fact: Fact) -> str:
    if fact.key == "rule":
        clause = _clause(telling.clause(criterion))
        return clause + "".join(f"<p>{escape(line)}</p>" for line in telling.conditions(criterion))
    if fact.key == "as_written":
        return f"<code>{escape(fact.lines[0])}</code>"
    return "".join(f"<p>{escape(line)}</p>" for line in fact.lines)


def _clause(clause: Clause) -> str:
    parts = "".join(f"<li>{_clause(part)}</li>" for part in clause.parts)
    return escape(clause.text) + (f"<ul>{parts}</ul>" if parts else "")


def _signing(protocol: Protocol, said: Any) -> Iterator[str]:
    """Lines for the investigator and for each reviewer, above what it is that they sign."""
    accepted = (review for each in protocol.criteria for review in each.reviewed if review.fits)
    reviewers = [*{person(review.by): review.by for review in accepted}.values()]
    reviewers += [""] * (max(SIGNING, protocol.reviews) - len(reviewers))
    head = "".join(f"<th>{escape(said[key])}</th>" for key in ("role", "name", "day", "signature"))
    people = [(said["investigator"], ""), *((said["reviewer"], name) for name in reviewers)]
    blank = "<td></td><td></td>"
    rows = "".join(
        f"<tr><td>{escape(role)}</td><td>{escape(name)}</td>{blank}</tr>\n" for role, name in people
    )
    yield f'<div class="signing">\n<h2>{escape(said["sign"])}</h2>\n<p>{escape(said["sign_said"])}</p>'
    yield f'<p class="about">{escape(said["of"].format(id=protocol.id, version=protocol.version))}</p>'
    yield f'<p class="about">{escape(said["file"].format(sha256=protocol.sha256))}</p>'
    yield f"<table>\n<tr>{head}</tr>\n{rows}</table>\n</div>"
