"""What is shown in each state of a dialogue: the text, and the buttons that are possible there."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Final

from wcwidth import wcswidth

from bot.exchange import Button, Press, Reply, Rows, Safe, read_press
from bot.wording import cards, matching, verdict_card
from bot.wording.against_parts import correct_one, corrections, lines_of_contradictions, saving
from bot.wording.asked import carried_at, changes, numbered, proposal_of, standing_answer, ticked
from bot.wording.buttons import arrange, button, choices, is_cut, new_screening, shown_places
from bot.wording.copies import line_to_copy
from bot.wording.elsewhere import newer_way, to_take_over
from bot.wording.in_short import in_short, named_in_short
from bot.wording.missing import can_be_filled_in
from bot.wording.paging import page_at, page_line, turning
from bot.wording.parts import title
from bot.wording.phrases import Phrases, gap, joined, lines, named
from bot.wording.standing import where_each_stands
from dialogs.answers import Answer, Measurement
from dialogs.at_limits import beside_one, time_entered
from dialogs.contradictions import contradicted
from dialogs.dialogue import CANCELLED, COMPLETED, EXCLUDED, REASONS, REVIEW
from dialogs.protocol import Protocol, Question
from dialogs.reading import Given, Proposal
from dialogs.since import DAY
from dialogs.wording import describe, time_span
from state.prompts import Kind
from state.screenings import Screening

DISAGREEMENTS: Final = ("reading", "data", "judgement", "outdated", "other")
LONGEST_UNKNOWN: Final = 20
TICKED, NOT_TICKED = "☑", "☐"


def press_labelled(screening: Screening, kind: Kind, text: str, say: Phrases) -> Press | None:
    """Find the button of a prompt that is labelled so: what is shown can be typed as it is shown."""
    shown = VIEWS[kind](screening, say, None).buttons if kind in VIEWS else ()
    wanted = text.strip().casefold()
    found = [each for row in shown for each in row if each.press and each.label.casefold() == wanted]
    if found:
        return read_press(found[0].press)
    return _correction_named(screening, wanted, say) if kind == "correct" else None


def first_press(screening: Screening, say: Phrases) -> Press | None:
    """Return what the first button does below where a screening stands."""
    first = VIEWS["question"](screening, say, None).buttons[0][0]
    return read_press(first.press)


def _correction_named(screening: Screening, wanted: str, say: Phrases) -> Press | None:
    """Find the answer to be corrected by the short name of its question, on whatever page of the list it is."""
    protocol, applied = screening.protocol, screening.dialogue.applied
    shorts = [protocol.question(each).short[say.language].casefold() for each in applied]
    if shorts.count(wanted) != 1:
        return None
    return Press("correct", screening.number, screening.entries, shorts.index(wanted))


def _show_question(screening: Screening, say: Phrases, place: int | None = None) -> Reply:
    """Show the question that is asked, with the page of its options on which a place stands."""
    question = screening.protocol.question(screening.state)
    if screening.dialogue.waiting:
        old = contradicted(screening.protocol, screening.dialogue.answers, dict(screening.dialogue.waiting))
        return _ask_which_stands(screening, old, say) if old else _ask_reason(screening, question, say)
    proposal = proposal_of(screening, question)
    always = arrange(_always_possible(screening, question, say))
    if proposal is not None:
        text = _proposal_text(screening, question, proposal, say)
        return _asking(screening, text, (*arrange(_candidates(screening, proposal, say)), *always), say)
    shown = page_at(len(choices(question)), place or 0)
    turned = turning(len(choices(question)), shown, screening, "earlier", "later")
    options = (*arrange(_options(screening, question, shown, say)), *arrange(turned))
    ending = arrange(_ending(screening, question, say))
    text = lines(cards.question_card(screening, say), page_line(len(choices(question)), shown, say))
    return _asking(screening, text, (*options, *ending, *always), say)


def _options(screening: Screening, question: Question, page: range, say: Phrases) -> list[Button]:
    """The options of a page; those of several show whether they are ticked."""
    offered = choices(question)
    shown = [(place, *offered[place]) for place in shown_places(question)[page.start : page.stop]]
    if question.kind != "several":
        return [button(text[say.language], "answer", screening, place) for place, _, text in shown]
    on = ticked(screening, question).codes
    return [
        button(f"{TICKED} {text[say.language]}", "untick", screening, place)
        if code in on
        else button(f"{NOT_TICKED} {text[say.language]}", "tick", screening, place)
        for place, code, text in shown
    ]


def _ending(screening: Screening, question: Question, say: Phrases) -> list[Button]:
    """The end of ticking; that nothing applies is said by a button of its own, while nothing is ticked."""
    if question.kind != "several":
        return []
    verb = "done" if ticked(screening, question).codes else "none"
    return [button(say.plain(f"tick_{verb}"), verb, screening)]


def _asking(screening: Screening, text: Safe, buttons: Rows, say: Phrases) -> Reply:
    """A card that asks a question: the answers given before stay above it."""
    counting = frozenset(screening.dialogue.applied) - {screening.state}
    return Reply(text, buttons, head=cards.progress(screening, say), counting=counting)


def _always_possible(screening: Screening, question: Question, say: Phrases) -> list[Button]:
    """Unknown, the answer that stands, the way back, help, and the end of what is recorded further."""
    unknown = question.unknown[say.language]
    short = unknown if wcswidth(unknown) <= LONGEST_UNKNOWN else say.plain("unknown")
    buttons = [button(short, "unknown", screening), *keep(screening, question, say)]
    buttons += newer_way(screening, question, say)
    if screening.dialogue.can("back"):
        buttons.append(button(say.plain("back"), "back", screening))
    if matching.is_matching(screening) or cards.explains_more(screening.protocol, question):
        buttons.append(button(say.plain("help"), "help", screening))
    if screening.dialogue.further:
        buttons.append(button(say.plain("finish"), "finish", screening))
    if matching.is_matching(screening):
        buttons.append(button(say.plain("where_we_stand"), "stands", screening))
    return buttons


def keep(screening: Screening, question: Question, say: Phrases) -> list[Button]:
    """Keep the answer that stands, if there is one; an earlier screening's, as long as that is as it was shown."""
    now = standing_answer(screening, question)
    is_asked = not screening.dialogue.waiting
    if now is None or (is_asked and _shown_by_ticks(screening, question, now)):
        return []
    label = say.plain("keep", answer=in_short(screening.dialogue, question, now, say))
    return [button(label, "keep", screening, carried_at(screening, question))]


def _shown_by_ticks(screening: Screening, question: Question, answer: Answer) -> bool:
    """Say whether the ticks are the answer given before: then the button that ends them keeps it."""
    return question.id in screening.dialogue.answers and answer == ticked(screening, question)


def _ask_which_stands(screening: Screening, old_ones: Collection[str], say: Phrases) -> Reply:
    """What is answered now contradicts what was answered before: ask which of both stands."""
    protocol, waiting = screening.protocol, screening.dialogue.waiting
    asked = ((protocol.question(q), ((q, a),)) for q, a in waiting)
    pairs = ((title(protocol, question, say), _shown(protocol, given, say)) for question, given in asked)
    new = joined((named(name, shown, say) for name, shown in pairs), say)
    old = joined((named_in_short(screening.dialogue, question, say) for question in old_ones), say)
    buttons = [button(new, "new_stands", screening), button(old, "old_stands", screening)]
    return _asking(screening, say("which_stands", new=new, old=old), arrange(buttons), say)


def _ask_reason(screening: Screening, question: Question, say: Phrases) -> Reply:
    """A saved answer is changed, and maybe others with it: ask why, with the way back to it."""
    buttons = [
        button(say.plain(f"amend_{reason}"), "reason", screening, place)
        for place, reason in enumerate(REASONS)
    ]
    text = say("change_why", changes=lines(*changes(screening, say)))
    kept = keep(screening, question, say)
    if any(is_cut(each.label) for each in kept):
        text = lines(text, cards.answer_before(screening, question, say))
    return _asking(screening, text, arrange([*buttons, *kept]), say)


def _candidates(screening: Screening, proposal: Proposal, say: Phrases) -> list[Button]:
    """The readings that are proposed; a yes to the one that is only unusual."""
    shown = [_shown(screening.protocol, given, say) for given in proposal.candidates]
    if proposal.why == "limit":
        shown = [_side(given, say) for given in proposal.candidates]
    if proposal.why == "unusual":
        shown = [say.plain("confirm_yes", answer=each) for each in shown]
    return [button(label, "candidate", screening, place) for place, label in enumerate(shown)]


def _shown(protocol: Protocol, given: Given, say: Phrases) -> str:
    return " / ".join(describe(protocol.question(q), answer, say.language) for q, answer in given)


def _side_asked(screening: Screening, question: Question, proposal: Proposal, say: Phrases) -> Safe:
    """Ask on which side of a limit a time lies, or whether it is longer ago than another one."""
    protocol, facts = screening.protocol, screening.dialogue.facts
    answer = describe(question, time_entered(question, proposal.entered), say.language)
    details = {"answer": answer, "question": title(protocol, question, say)}
    other = beside_one(protocol, question, proposal, facts)
    if other is None:
        return say("pick_side", **details)
    known = describe(other, facts[protocol.position[other.id]], say.language)
    return say("pick_side_of_two", **details, other=title(protocol, other, say), known=known)


def _side(given: Given, say: Phrases) -> str:
    """Say on which side of a limit a time is, or that it is just that time."""
    _, answer = given[-1]
    if not isinstance(answer, Measurement):
        return ""
    exact = "limit_exactly" if answer.unit == DAY else "limit_to_the_day"
    key = {">": "limit_more", "<": "limit_less"}.get(answer.relation, exact)
    return say.plain(key, time=time_span(replace(answer, relation="="), say.language))


def _proposal_text(screening: Screening, question: Question, proposal: Proposal, say: Phrases) -> Safe:
    named = title(screening.protocol, question, say)
    if proposal.why == "unit":
        return say("pick_unit", value=proposal.entered, question=named)
    if proposal.why == "limit":
        return _side_asked(screening, question, proposal, say)
    first = _shown(screening.protocol, proposal.candidates[0], say)
    if proposal.why == "number" and len(proposal.candidates) == 1:
        return say("confirm_number", answer=first, question=named)
    if proposal.why == "number":
        return say("pick_number", question=named)
    return say("confirm_unusual", answer=first, question=named)


def _show_excluded(screening: Screening, say: Phrases) -> Reply:
    dialogue = screening.dialogue
    contradicting = lines_of_contradictions(dialogue, say)
    text = lines(cards.exclusion_card(screening, say), *contradicting, say("excluded_next"))
    used = dict.fromkeys(question for reason, _ in dialogue.rulings for question, _ in reason.answers)
    decided = [question for question in used if question in dialogue.applied]
    save = saving(screening, "finish_save", say)
    correct = [*corrections(screening, say), *(correct_one(screening, each, say) for each in decided)]
    buttons = [*dict.fromkeys([*correct, save] if contradicting else [save, *correct])]
    buttons += to_take_over(screening, say)
    if dialogue.can("continue"):
        buttons.append(button(say.plain("record_further"), "continue", screening))
    buttons.append(button(say.plain("correct_another"), "correct_which", screening))
    return Reply(text, arrange(buttons), head=_head(screening, say))


def _head(screening: Screening, say: Phrases) -> Safe:
    """Which screening this is; before another verdict is saved, that the saved one stands."""
    if screening.dialogue.revising:
        return say("revising", number=numbered(screening, say))
    return Safe(f"<i>{numbered(screening, say)}</i>")


def _show_review(screening: Screening, say: Phrases) -> Reply:
    buttons = [
        *corrections(screening, say),
        saving(screening, "save", say),
        *to_take_over(screening, say),
        button(say.plain("correct_answer"), "correct_which", screening),
    ]
    if screening.dialogue.can("continue"):
        label = "record_further" if screening.dialogue.excluded else "ask_the_rest"
        buttons.append(button(say.plain(label), "continue", screening))
    buttons.append(button(say.plain("cancel_screening"), "cancel", screening))
    return Reply(verdict_card.review_card(screening, say), arrange(buttons), head=_head(screening, say))


def _show_card(screening: Screening, say: Phrases) -> Reply:
    buttons = [new_screening(say), Button(say.plain("copy"), copy=line_to_copy(screening, say))]
    buttons.append(button(say.plain("copy_record"), "copy_record", screening))
    if can_be_filled_in(screening.dialogue):
        buttons.append(button(say.plain("fill_in"), "reopen", screening))
    buttons.append(button(say.plain("correct_answer"), "revise", screening))
    buttons.append(button(say.plain("button_rescreen"), "rescreen", screening))
    buttons.append(button(say.plain("disagree"), "disagree", screening))
    head = Safe(f"<i>{numbered(screening, say)}</i>")
    return Reply(verdict_card.verdict_card(screening, say), arrange(buttons), head=head)


def _show_cancelled(screening: Screening, say: Phrases) -> Reply:
    return Reply(say("cancelled", number=screening.number), ((new_screening(say),),))


_STATES: Final[Mapping[str, Callable[[Screening, Phrases], Reply]]] = {
    EXCLUDED: _show_excluded,
    REVIEW: _show_review,
    COMPLETED: _show_card,
    CANCELLED: _show_cancelled,
}


def _show_standing(screening: Screening, say: Phrases, place: int | None = None) -> Reply:
    """Show where a screening stands."""
    if matching.is_matching(screening) and screening.state in (REVIEW, COMPLETED):
        return _show_matching(screening, say, place)
    if screening.state in _STATES:
        return _STATES[screening.state](screening, say)
    return _show_question(screening, say, place)


def _show_matching(screening: Screening, say: Phrases, place: int | None = None) -> Reply:
    """Show where each trial stands; before saving below all answers, which that confirms, on whatever page."""
    card = where_each_stands(screening, say, place)
    told = lines_of_contradictions(screening.dialogue, say)
    if screening.state != REVIEW:
        return replace(card, text=lines(*told, card.text)) if screening.state == COMPLETED else card
    answers = (*told, say("answers_title"), *cards.answer_lines(screening.dialogue, say))
    text = lines(*answers, gap(card.text), say("source_documents"))
    return replace(card, text=text, buttons=(*arrange(corrections(screening, say)), *card.buttons))


def _choose_correction(screening: Screening, say: Phrases, place: int | None = None) -> Reply:
    page, buttons = answer_buttons(screening, "correct", "correct_which", place, say)
    buttons.append(_back(screening, say))
    return Reply(lines(say("which_answer", number=screening.number), page), arrange(buttons))


def answer_buttons(
    screening: Screening, verb: str, turn: str, place: int | None, say: Phrases
) -> tuple[Safe | None, list[Button]]:
    """Return a button for each answer; of many those of a page, and which page it is.

    It is the page of the answer that was given last, as a rule the newest one, unless `place` names one on it.
    """
    dialogue, applied = screening.dialogue, screening.dialogue.applied
    last = applied.index(dialogue.last) if dialogue.last in applied else len(applied) - 1
    shown = page_at(len(applied), last if place is None else place)
    buttons = [button(named_in_short(dialogue, applied[at], say), verb, screening, at) for at in shown]
    page = page_line(len(applied), shown, say)
    return page, [*buttons, *turning(len(applied), shown, screening, turn, turn)]


def _back(screening: Screening, say: Phrases) -> Button:
    return button(say.plain("back"), "go_back", screening)


def _ask_cancel(screening: Screening, say: Phrases, place: int | None = None) -> Reply:
    buttons = (
        button(say.plain("cancel_yes"), "cancel_yes", screening),
        button(say.plain("cancel_no"), "cancel_no", screening),
    )
    key = "cancel_revision_sure" if screening.dialogue.revising else "cancel_sure"
    return Reply(say(key, number=screening.number), (buttons,))


def _ask_disagreement(screening: Screening, say: Phrases, place: int | None = None) -> Reply:
    buttons = [
        button(say.plain(f"reason_{reason}"), "disagree_why", screening, index)
        for index, reason in enumerate(DISAGREEMENTS)
    ]
    buttons.append(_back(screening, say))
    return Reply(say("disagree_why", number=screening.number), arrange(buttons))


VIEWS: Final[Mapping[Kind, Callable[[Screening, Phrases, int | None], Reply]]] = {
    "question": _show_standing,
    "cancel": _ask_cancel,
    "correct": _choose_correction,
    "disagree": _ask_disagreement,
    "stands": _show_matching,
}
"""What can be shown again whenever it is asked: by the kind of prompt; of a long list the page with a place on it."""
