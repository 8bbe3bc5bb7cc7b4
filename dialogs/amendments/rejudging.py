"""A saved screening judged by a new version of its trial, with the answers that it has; nothing is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from dialogs.amendments.matching import Matching
from dialogs.answers import Answer
from dialogs.assessment import NOT_JUDGED, Verdict, effective, judge
from dialogs.parts import open_questions, ruled_out, whole
from dialogs.protocol import Question
from dialogs.quoted import quotations
from dialogs.rules.judgement import FALSE, Judgement, members


@dataclass(frozen=True, slots=True)
class Rejudged:
    """What answers come to by the new version: the verdict, and the criteria that fail.

    ``needed`` are the questions that could still change something: new ones, those that were never asked, and those
    whose answer the new version does not take. ``by_old_words`` are criteria whose words changed and that are judged as
    before: the verdict rests on them, and a person must look.
    """

    verdict: Verdict
    failed: tuple[str, ...]
    needed: tuple[str, ...]
    by_old_words: tuple[str, ...] = ()


def rejudged(matching: Matching, answers: Mapping[str, Answer]) -> Rejudged:
    """Judge answers to the questions of the old version by the new one."""
    new = matching.new
    facts = effective(new, kept(matching, answers))
    judged = [judge(new, index, facts) for index in range(len(new.criteria))]
    failed = (
        each.code for each, judgement in zip(new.criteria, judged, strict=True) if judgement.high == FALSE
    )
    verdict = whole(new, judged)
    still_open = 0 if verdict == "ineligible" else open_questions(new, judged, ruled_out(new, judged))
    needed = (new.questions[place].id for place in members(still_open))
    return Rejudged(verdict, tuple(failed), tuple(needed), tuple(_by_old_words(matching, judged)))


def _by_old_words(matching: Matching, judged: Sequence[Judgement]) -> Iterator[str]:
    """Yield the codes of criteria of which only the words changed, if the verdict could be another one by them.

    Who is excluded without them, too, stays so; else those that exclude may let pass, and the others may exclude.
    """
    new, places = matching.new, matching.only_words
    out = whole(new, judged) == "ineligible"
    without = [NOT_JUDGED if place in places else each for place, each in enumerate(judged)]
    if out and whole(new, without) == "ineligible":
        return
    for place in sorted(places):
        if judged[place] is not NOT_JUDGED and (not out or judged[place].high == FALSE):
            yield new.criteria[place].code


def kept(matching: Matching, answers: Mapping[str, Answer]) -> dict[str, Answer]:
    """Return the answers that the new version takes, by its own questions.

    What answered a criterion in the record's words is no answer to other words.
    """
    found: dict[str, Answer] = {}
    for question in matching.new.questions:
        name = matching.former.get(question.id, "")
        given = answers.get(name)
        answer = question.own(given) if given is not None else None
        if answer is not None and _asked_as_before(matching, name, question):
            found[question.id] = answer
    return found


def _asked_as_before(matching: Matching, name: str, question: Question) -> bool:
    if any(each.question == question.id for each in matching.outdated):
        return False
    before = matching.old.question(name)
    of_the_record = matching.asks_a_criterion(matching.new, question) or quotations(before)
    return not of_the_record or before.ask.agrees_with(question.ask)
