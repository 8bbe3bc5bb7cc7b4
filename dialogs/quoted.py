"""Questions that quote words which their criterion has no longer: a draft copies the record's words into ``ask``.

An amendment that changes the words of a criterion leaves such a question as it was.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from dialogs.changed_words import bare, changed_words, likeness
from dialogs.protocol import Criterion, Protocol, Question
from dialogs.rules.judgement import members

ALIKE: Final = 0.5
"""How much a quotation and a text have in common, at least, for one to be an earlier form of the other: 0 to 1."""
_QUOTATION: Final = re.compile(r"[?？\n]\s*“(.+)”\s*$", re.DOTALL)
"""Behind what is asked, at the end, as drafts and the questions of criteria without a rule have it."""
_WORD: Final = re.compile(r"[\u3000-\u9fff]|\w+|[<>=≤≥]+")
_JOINT: Final = re.compile(r"[\s,;:：.]*(?:\b(?:and/or|and|or)\b\W*)?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Outdated:
    """What a question quotes (``said``) of a text that its criterion has in other words (``now``)."""

    criterion: str
    question: str
    said: str
    now: str

    @property
    def changed(self) -> str:
        """The words of now, with those that changed in brackets."""
        return changed_words(self.said, self.now)


def outdated(protocol: Protocol) -> tuple[Outdated, ...]:
    """Return the questions that quote words of before, in the order of the criteria; each once."""
    found: dict[str, Outdated] = {}
    for place, criterion in enumerate(protocol.criteria):
        above = [line.text for line in protocol.lines if line.before <= place]
        headings = [text for text in above if text.endswith((":", "："))]
        below = [line.text for line in protocol.lines if line.before > place]
        for at in members(criterion.rule.mask):
            question = protocol.questions[at]
            if criterion.rule.mask != 1 << at and _quotes_a_part(question, [criterion.source, *headings]):
                continue
            change = _outdated(question, [*above, criterion.source, *below])
            if change is not None:
                found.setdefault(question.id, Outdated(criterion.code, question.id, *change))
    return tuple(found.values())


def asked_with(protocol: Protocol) -> tuple[tuple[str, ...], ...]:
    """Return for each line of the record the codes of the criteria whose questions quote it: there it is asked.

    An item of a list is asked with the criterion that it stands below, a heading with those that stand below it. Only a
    quotation that is made of texts of the file, and of nothing else, tells: another one may only begin with a line's
    words.
    """
    texts = [each.source for each in protocol.criteria] + [line.text for line in protocol.lines]
    quoted = [_quoted(protocol, each, texts) for each in protocol.criteria]
    codes = [each.code for each in protocol.criteria]
    found = []
    for line in protocol.lines:
        forms = {*_forms([line.text])}
        at = [place for place, texts_there in enumerate(quoted) if forms & texts_there]
        above = [place for place in at if place == line.before - 1]
        found.append(tuple(codes[place] for place in above or at if above or place >= line.before))
    return tuple(found)


def _quoted(protocol: Protocol, criterion: Criterion, texts: Sequence[str]) -> set[str]:
    """Return the texts of the file that the questions of a criterion quote, but for its own."""
    found: set[str] = set()
    for place in members(criterion.rule.mask):
        for quotation in quotations(protocol.questions[place]):
            left, taken = _taken(quotation, texts)
            if not re.search(r"\w", left):
                found |= taken
    return found - {*_forms([criterion.source])}


def quotations(question: Question) -> tuple[str, ...]:
    """Return what a question quotes of the record, in each of its languages."""
    found = (_QUOTATION.search(text) for text in question.ask.values())
    return tuple(dict.fromkeys(" ".join(each[1].split()) for each in found if each is not None))


def _quotes_a_part(question: Question, known: Sequence[str]) -> bool:
    """Say whether it asks some words of a longer line that other questions judge, too: *solid tumours*.

    They stand there in the same order, perhaps with others between them, as in *a history of gout or of asthma*.
    """
    quoted = [_WORD.findall(each) for each in quotations(question)]
    lines = [_WORD.findall(text) for text in known]
    return bool(quoted) and all(any(_in_order(said, line) for line in lines) for said in quoted)


def _in_order(said: Sequence[str], line: Sequence[str]) -> bool:
    left = iter(line)
    return all(word in left for word in said)


def _outdated(question: Question, known: Sequence[str]) -> tuple[str, str] | None:
    """Return the words that a question quotes and that are known no longer, with those that stand for them now."""
    for quotation in quotations(question):
        left = _without(quotation, known)
        if not re.search(r"\w", left):
            continue
        there = [text for text in known if bare(text) in bare(quotation)]
        alike, now = max(((_alike(left, text), text) for text in known if text not in there), default=(0, ""))
        if alike >= ALIKE:
            return left, now
        if there:  # of its last text, words were left out
            return _without(quotation, [each for each in known if each != there[-1]]), there[-1]
    return None


def _without(quotation: str, texts: Sequence[str]) -> str:
    """Return a quotation without the texts of the file that it is made of."""
    return _taken(quotation, texts)[0]


def _taken(quotation: str, texts: Sequence[str]) -> tuple[str, set[str]]:
    """Take out of a quotation the texts of the file that it is made of, the longest first: what is left, and these."""
    taken: set[str] = set()
    for text in sorted({*_forms(texts)}, key=len, reverse=True):
        if text not in quotation:
            continue
        quotation, times = re.subn(rf"(?<!\w){re.escape(text)}(?!\w)[:：]?", " ", quotation)
        if times:
            taken.add(text)
    return " ".join(quotation.split()), taken


def _forms(texts: Sequence[str]) -> Iterator[str]:
    """Yield texts as they are, and without the word or sign that leads on to the next one."""
    for text in (" ".join(each.split()) for each in texts):
        yield from filter(None, (text, _JOINT.sub("", text)))


def _alike(said: str, text: str) -> float:
    """Return how alike two texts are, from 0 to 1; wholly, where one of them only says more."""
    shorter, longer = sorted((bare(said), bare(text)), key=len)
    return 1 if shorter and shorter in longer else likeness(said, text)
