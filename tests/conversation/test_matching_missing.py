"""What is missing in a matching: three of it beside each trial, and all of it, by pages, a press away."""

from __future__ import annotations

import re

from bot.exchange import Turn
from bot.wording.matching_missing import LINES_ON_A_PAGE
from bot.wording.missing import IN_A_LIST
from bot.wording.phrases import plain
from dialogs.portfolio.matching import Matching
from tests.conversation.office import buttons, labels, said
from tests.conversation.test_matching import at_review, begin, press, standing
from tests.conversation.test_matching import site as site
from tests.conversation.test_trials import Site


def _missing(site: Site) -> dict[str, set[str]]:
    """What is missing and who can say it, as it is called, with the trials."""
    matching = site.ward.conversation.screenings.load("S01-M0001").dialogue
    assert isinstance(matching, Matching)
    wanted: dict[str, set[str]] = {}
    for trial, alone in matching.taking_part:
        for question in alone.missing:
            asked, language = (
                trial.protocol.question(question),
                site.ward.clinician.language,
            )
            named = site.words("noted", what=asked.short[language], note=asked.supplier[language])
            wanted.setdefault(named, set()).add(trial.protocol.id)
    return wanted


def _turned(site: Site, first: Turn) -> list[Turn]:
    """All pages from the first on."""
    pages = [first]
    while later := [each for each in buttons(pages[-1]) if each.label.endswith("▶")]:
        pages.append(site.ward.do(site.ward.clinician, f"!{later[0].press}"))
        assert said(pages[-1]) != said(pages[-2]), "turned over"
    return pages


def test_all_that_is_missing_is_a_press_away_with_who_can_say_it_and_for_which_trials(site: Site) -> None:
    end = at_review(site)
    beside = [
        line
        for line in plain(said(end)).split("\n")
        if line.startswith(site.words("missing", questions="")[:3])
    ]
    assert len(beside) == 2
    assert all(re.search(r"and \d+ more$|另有\d+项$", line) for line in beside)
    pages = _turned(site, press(site, end, "all_missing"))
    wanted = _missing(site)
    assert len(pages) > 1
    told = [line for page in pages for line in plain(said(page)).split("\n") if line.startswith("• ")]
    assert len(told) == len(wanted), "each once"
    assert len(told) > LINES_ON_A_PAGE
    for named, trials in wanted.items():
        (line,) = [each for each in told if each.startswith(f"• {named}")]
        assert all(trial in line for trial in trials)
    shared = [len(wanted[named]) for line in told for named in wanted if line.startswith(f"• {named}")]
    assert shared[0] == max(shared), "what settles most comes first"
    assert site.words("stands_title") in plain(said(press(site, pages[-1], "back")))


def test_what_names_all_that_is_missing_has_no_way_to_more(site: Site) -> None:
    begin(site)
    assert site.words("all_missing") not in labels(standing(site)), "nothing was asked yet"
    late = site.ward.do(site.ward.clinician, "!missing:S01-M0001:1")
    assert site.words("stands_title") in plain(said(late))


def test_more_that_is_missing_of_an_open_item_is_on_the_card_that_a_button_leads_to(site: Site) -> None:
    press(site, at_review(site), "save_all", n=2)
    shown = site.ward.do(site.ward.clinician, "/open")
    dialogue = site.ward.conversation.screenings.load("S01-0002").dialogue
    more = len(dialogue.missing) - IN_A_LIST
    assert site.words("and_more", n=more) in plain(said(shown))
    card = site.press(site.ward.clinician, shown, "S01-0002")
    language = site.ward.clinician.language
    shorts = [dialogue.protocol.question(each).short[language] for each in dialogue.missing]
    assert [each for each in shorts if each not in plain(said(card))] == []
    assert dialogue.state == "completed", "it was looked at, not opened again"
