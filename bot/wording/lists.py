"""Puts lists and openings into words: welcome, notices, open items, recent screenings, languages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from bot.exchange import Button, Press, Reply, Rows, Safe, Turn
from bot.wording.buttons import new_screening
from bot.wording.cards import draft_line
from bot.wording.healing import when
from bot.wording.in_short import stands_in_short
from bot.wording.matching import possible_in_short
from bot.wording.missing import IN_A_LIST, can_be_filled_in, missing_lines
from bot.wording.parts import needed
from bot.wording.phrases import Phrases, escape, gap, joined, lines, phrases, quoted
from bot.wording.times import local_time
from bot.wording.verdict_card import criterion_names
from dialogs.languages import LANGUAGES
from dialogs.portfolio.merging import PORTFOLIO
from dialogs.protocol import Protocol
from state.moments import in_zone
from state.rescreening import Due, by_other_versions
from state.screenings import Listed, Screening

Named = Callable[[str, str], str]
"""How a screening is named, by its number and its trial."""


def by_number(number: str, trial: str) -> str:
    """The number alone: there is one trial."""
    return number


def with_trial(number: str, trial: str) -> str:
    """Return a number with its trial; a matching has a number alone."""
    return number if trial in ("", PORTFOLIO) else f"{number} · {trial}"


def welcome(protocols: Sequence[Protocol], say: Phrases) -> Safe:
    """What this is, for which trials, and what must be known about them."""
    return lines(say("welcome"), *_trials(protocols, say))


def welcome_office(site: str, protocols: Sequence[Protocol], say: Phrases) -> Safe:
    """The same for those who do not screen themselves."""
    return lines(say("welcome_office", site=site), *_trials(protocols, say))


def _trials(protocols: Sequence[Protocol], say: Phrases) -> list[Safe]:
    """Each trial with its disclaimer; those below each other that have the same one, with it once."""
    parts: list[Safe] = []
    for disclaimer, alike in groupby(protocols, lambda each: each.disclaimer[say.language]):
        parts += (say("welcome_trial", id=each.id, title=each.title[say.language]) for each in alike)
        parts.append(Safe(f"<i>{escape(disclaimer)}</i>"))
    return parts


def opening(protocol: Protocol, say: Phrases, *, former: str | None = None, whole: bool = False) -> Safe:
    """What must be known before the first screening of a day: the record's notices, and what is never entered.

    `former` is the version of the person's last screening, if the trial was another one then.
    """
    title = f"{protocol.id} {protocol.title[say.language]}"
    notices = (Safe(escape(notice[say.language])) for notice in protocol.notices)
    return lines(
        say("screening_started", protocol=title),
        draft_line(protocol, say),
        _what_changed(protocol, former, say) if former is not None else None,
        quoted(lines(*notices, None if whole else say("opening_about"))),
        say("care_first"),
        say("start_hint"),
        say("note_number"),
    )


def _what_changed(protocol: Protocol, former: str, say: Phrases) -> Safe:
    key = "rules_changed_alike" if former == protocol.version else "rules_changed"
    return say(key, id=protocol.id, version=protocol.version)


def opening_of_several(trials: Sequence[Protocol], former: Mapping[str, str], say: Phrases) -> Safe:
    """What must be known before the first matching of a day; ``former`` are the versions as in `changed_trials`.

    What each trial gives notice of stands where the trials stand, of those that are still possible.
    """
    drafts = ((each.id, draft_line(each, say)) for each in trials)
    return lines(
        say("matching_started", n=len(trials), trials=joined((each.id for each in trials), say)),
        *(say("named", name=trial, what=draft) for trial, draft in drafts if draft),
        *changed_trials(trials, former, say),
        say("notices_about"),
        say("care_first"),
        say("start_hint"),
        say("note_number"),
    )


def changed_trials(trials: Sequence[Protocol], former: Mapping[str, str], say: Phrases) -> list[Safe]:
    """Say which trials have changed since the person screened for them last, by its version then."""
    return [_what_changed(each, former[each.id], say) for each in trials if each.id in former]


def about(protocols: Sequence[Protocol], say: Phrases) -> Safe:
    """All that must be known of the trials and of the bot, at any time."""
    told = [
        lines(
            opening(each, say, whole=True),
            _criteria(each, say),
            *_not_judged(each, say),
            Safe(f"<i>{escape(each.disclaimer[say.language])}</i>"),
        )
        for each in protocols
    ]
    return lines(*(gap(each) for each in told), gap(say("privacy_text")))


def _criteria(protocol: Protocol, say: Phrases) -> Safe:
    """The parts of the trial, and its criteria by code and name, at a tap."""
    parts = (escape(part.name[say.language]) for part in protocol.parts)
    named = (say("site_line", text=name) for name in criterion_names(protocol.criteria, say))
    return quoted(lines(*parts, *needed(protocol, say), say("criteria_title"), *named))


def _not_judged(protocol: Protocol, say: Phrases) -> Iterator[Safe]:
    """Lines of the record that are no criterion, at a tap."""
    if protocol.lines:
        told = (say("site_line", text=line.text) for line in protocol.lines)
        yield quoted(lines(say("not_judged_lines"), *told))


def _go(number: str, label: str, verb: str = "go_on") -> Button:
    return Button(label, str(Press(verb, number)))


def resume_buttons(running: Mapping[str, str], say: Phrases) -> Rows:
    """Return a button for each open screening: number -> how it is named."""
    return tuple(
        (_go(number, say.plain("button_resume", number=shown)),) for number, shown in running.items()
    )


def cancel_buttons(running: Mapping[str, str]) -> Rows:
    """Return a button for each open screening that asks whether it is to be cancelled."""
    return tuple((_go(number, shown, "cancel"),) for number, shown in running.items())


def again_line(each: Due, say: Phrases, named: Named) -> Safe:
    """One screening to be repeated, from when, and the criteria that wait for it."""
    codes = joined(each.waits_for, say)
    number = named(each.number, each.protocol)
    return say("again_line", number=number, when=when(each.healing, say), codes=codes)


def again_lines(
    waiting: Sequence[Due], offered: Iterable[Protocol], say: Phrases, named: Named
) -> list[Safe]:
    """Whom to screen again, under a title, and where another version is on offer now; nothing if there is nobody."""
    told = [again_line(each, say, named) for each in waiting]
    newest = {each.id: each.version for each in offered}
    told += [
        say("again_by_version", trial=trial, versions=joined(versions, say), newest=newest[trial])
        for trial, versions in by_other_versions(waiting, newest)
    ]
    return [gap(say("again_title")), *told] if told else []


def open_items(
    running: Sequence[Listed],
    waiting: Sequence[tuple[Listed, Screening]],
    again: Sequence[Due],
    offered: Iterable[Protocol],
    zone: str,
    say: Phrases,
    named: Named,
) -> Reply:
    """Dialogues in progress, undetermined screenings, and those to be repeated, each with a button that leads to it."""
    if not running and not waiting and not again:
        return Reply(say("open_none"), ((new_screening(say),),))
    told = [(item.trial, _running(item, zone, say)) for item in running]
    told += [(item.trial, _waiting(item, screening, zone, say)) for item, screening in waiting]
    fill = tuple(row for _, screening in waiting for row in _ways_of(screening, say))
    repeat = tuple((_go(each.number, each.number),) for each in again)
    shown = {item.number: named(item.number, item.trial) for item in running}
    buttons = (*resume_buttons(shown, say), *fill, *repeat)
    return Reply(
        lines(say("open_title"), *by_trial(told, named), *again_lines(again, offered, say, named)), buttons
    )


def by_trial(told: Iterable[tuple[str, Safe]], named: Named) -> list[Safe]:
    """Return what is told of screenings, where there are several trials below the one of each; of matchings first."""
    if not named("", "of a trial"):
        return [line for _, line in told]
    groups: dict[str, list[Safe]] = {}
    for trial, line in told:
        groups.setdefault("" if trial == PORTFOLIO else trial, []).append(line)
    return [
        each
        for trial in sorted(groups)
        for each in (*([gap(Safe(f"<b>{escape(trial)}</b>"))] if trial else []), *groups[trial])
    ]


def _running(item: Listed, zone: str, say: Phrases) -> Safe:
    return say("open_dialogue", number=item.number, since=local_time(item.started_at, zone))


def _waiting(item: Listed, screening: Screening, zone: str, say: Phrases) -> Safe:
    """An undetermined screening, with what is missing and who can say it."""
    said = say(
        "open_undetermined",
        number=item.number,
        day=in_zone(item.started_at, zone).date(),
        codes=joined(item.unresolved, say),
    )
    return lines(said, *missing_lines(screening.dialogue, say, IN_A_LIST))


def _ways_of(screening: Screening, say: Phrases) -> Rows:
    """The way to fill in what is missing; to all of it, too, where more is missing than is named."""
    number, fill = screening.number, _fill_in(screening, say)
    is_more = len(screening.dialogue.missing) > IN_A_LIST
    return ((_go(number, number),), (fill,)) if is_more else ((fill,),)


def _fill_in(screening: Screening, say: Phrases) -> Button:
    """Open it again to fill in what is missing; its card, where there is nothing that an answer would settle."""
    number = screening.number
    if not can_be_filled_in(screening.dialogue):
        return _go(number, number)
    return _go(number, say.plain("named", name=say.plain("fill_in"), what=number), "reopen")


def recent(
    found: Sequence[Listed], matchings: Sequence[Screening], zone: str, say: Phrases, named: Named
) -> Reply:
    """The newest screenings, then the newest matchings, each as a button that leads to it."""
    if not found and not matchings:
        return Reply(say("recent_none"), ((new_screening(say),),))
    rows = [(_go(item.number, labelled(item, zone, say, named)),) for item in found]
    rows += [(_go(each.number, _labelled_matching(each, zone, say)),) for each in matchings]
    return Reply(say("recent_title"), tuple(rows))


def _labelled_matching(screening: Screening, zone: str, say: Phrases) -> str:
    """A matching on a button: its number, the day it was started, whether it is open, how many trials are possible."""
    possible = possible_in_short(screening, say)
    stands = possible if screening.ended else say.plain("noted", what=say.plain("state_open"), note=possible)
    return f"{screening.number} · {in_zone(screening.started_at, zone):%m-%d} · {stands}"


def labelled(item: Listed, zone: str, say: Phrases, named: Named) -> str:
    """A screening on a button: its number, the day on which it was started, and how it stands."""
    number = named(item.number, item.trial)
    return f"{number} · {in_zone(item.started_at, zone):%m-%d} · {stands_in_short(item, say)}"


def languages(text: Safe, wanted: str = "") -> Reply:
    """Offer the languages, each in its own words; `wanted` is the command to go on with, if there is one."""
    buttons = tuple(
        Button(language.name, str(Press("language", name=f"{code}-{wanted}" if wanted else code)))
        for code, language in LANGUAGES.items()
    )
    return Reply(text, (buttons,))


def which_language() -> Safe:
    """Ask for the language of somebody of whom none is known, in every one."""
    return lines(*(phrases(code)("language_which") for code in LANGUAGES))


def language_at(option: str | None) -> str | None:
    return option if option in LANGUAGES else None


def backup_note(file: str, head: str, say: Phrases) -> Turn:
    """What administrators get of each night's backup: a head that is kept outside the file."""
    turn = Turn()
    turn.say(say("backup_note", file=file, head=head))
    return turn


def reminder(number: str, shown: str, say: Phrases) -> Turn:
    """A word about a dialogue that was left open; nothing clinical in it."""
    turn = Turn()
    turn.say(say("reminder", number=shown), resume_buttons({number: shown}, say))
    return turn
