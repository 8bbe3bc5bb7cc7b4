"""The counts as text, for a terminal or a chat: plain lines, no markup."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.wording.pictures.parts import say
from dialogs.verdicts import verdict_words
from state.stats import Counts, Reason, Stats, TrialStats

SECONDS_A_MINUTE = 60


def as_text(stats: Stats, language: str) -> str:
    """Say all counts of all trials; the first line of each reconciles."""
    word = say(language)
    blocks = ["\n".join(_trial(trial, stats, language)) for trial in stats.trials]
    return "\n\n".join(blocks) or word("nothing")


def _trial(trial: TrialStats, stats: Stats, language: str) -> Iterator[str]:
    word = say(language)
    yield f"{trial.trial}  {trial.title[language]}"
    yield word("as_of", day=stats.as_of[:10])
    if stats.filter:
        yield word("filter", filter=word("also").join(_filters(stats, language)))
    yield ""
    yield from _totals(trial, language)
    yield from _reasons(word("first_reasons"), trial.first_reasons, language)
    yield from _reasons(word("all_reasons"), trial.all_reasons, language)
    yield from _groups(word("by_site"), trial.by_site, language)
    yield from _groups(word("by_month"), trial.by_month, language)
    yield from _groups(word("by_version"), trial.by_version, language)
    if trial.by_part:
        yield f"\n{word('by_part')}"
    for part in trial.by_part:
        yield f"  {word('part_line', part=part.name[language], **_counted(part.counts))}"
    yield ""
    for notice in trial.notices:
        yield notice[language]


def _totals(trial: TrialStats, language: str) -> Iterator[str]:
    word = say(language)
    yield word("reconcile", **_counted(trial.total))
    yield word("assessed_note", n=trial.screenings, repeated=trial.repeated)
    yield word("cancelled_note", n=trial.cancelled)
    if trial.ruled_out_in_matchings:
        yield word("matchings_note", n=trial.ruled_out_in_matchings)
    if any(trial.outcomes.values()):
        yield word("outcomes_line", **trial.outcomes)
    medians = _medians(trial.total, "to_verdict", language)
    if medians:
        yield word("medians", medians=medians)


def _groups(title: str, groups: Mapping[str, Counts], language: str) -> Iterator[str]:
    yield f"\n{title}"
    for group, counts in groups.items():
        line = say(language)("group_line", group=group, **_counted(counts))
        medians = _medians(counts, "minutes", language)
        yield f"  {say(language)('group_and_medians', line=line, medians=medians) if medians else line}"


def _counted(counts: Counts) -> dict[str, int]:
    """Return the numbers that add up, by their names in the phrases."""
    return {
        "assessed": counts.assessed,
        "excluded": counts.excluded,
        "open": counts.open,
        "eligible": counts.potentially_eligible,
    }


def _filters(stats: Stats, language: str) -> Iterator[str]:
    for key, value in stats.filter.items():
        if key == "verdict":
            value = verdict_words(value, language)
        yield say(language)(f"filter_{key}", value=value)


def _reasons(title: str, reasons: tuple[Reason, ...], language: str) -> Iterator[str]:
    if reasons:
        yield f"\n{title}"
    for reason in reasons:
        yield f"  {reason.subjects:>4}  {reason.code:<4} {reason.name[language]}"


def _medians(counts: Counts, minutes: str, language: str) -> str:
    """Return the medians as words, the time by a phrase; what is not known, as of matchings, is left out."""
    word, questions, seconds = say(language), counts.median_questions, counts.median_seconds
    told = [] if questions is None else [word("questions", n=_short(questions))]
    told += [] if seconds is None else [word(minutes, n=_minutes(seconds))]
    return word("also").join(told)


def _minutes(seconds: float) -> str:
    minutes = seconds / SECONDS_A_MINUTE
    return f"{minutes:.0f}" if minutes >= 10 else f"{minutes:.1f}"


def _short(number: float) -> float:
    """A whole number without decimals."""
    return int(number) if number == int(number) else number
