"""What answering one message needs: who wrote what, the phrases of their language, the file, and the turn so far."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from bot.conversation import access
from bot.conversation.offers import Offers
from bot.exchange import Button, Message, Press, Reply, Rows, Safe, Turn
from bot.wording import lists, views
from bot.wording.asked import numbered
from bot.wording.matching import asked_there, waits_no_more
from bot.wording.phrases import Phrases, gap, lines
from dialogs.dialogue import NOT_ASKED, Step
from dialogs.protocol import Protocol
from state import trials
from state.codes import is_matching
from state.matchings import ASKED_AGAIN, taking_none, to_leave, to_take_in
from state.moments import in_zone
from state.people import People, Person
from state.prompts import Kind
from state.screenings import Screening, Screenings
from state.trials import Standing


@dataclass(slots=True)
class Setup:
    """What is configured for a channel: the trials on offer, the time zone shown, and how an invitation is opened.

    ``protocols`` change while the bot runs when a trial's file does: every new screening begins by what stands there.
    ``invitation_link`` makes of an invitation's secret what a newcomer opens or types.
    """

    protocols: tuple[Protocol, ...]
    zone: str
    channel: str
    invitation_link: Callable[[str], str] = "/start {}".format


def naming(setup: Setup, screenings: Screenings) -> lists.Named:
    """Return how screenings are named: by number; where there are several trials, with theirs."""
    several = len(setup.protocols) > 1 or trials.are_several(screenings.db)
    return lists.with_trial if several else lists.by_number


@dataclass(slots=True)
class Context:
    """One message being answered. Handlers read it and add to its ``turn``.

    ``commands`` are those of the person's role, in the order of the menu.
    """

    screenings: Screenings
    people: People
    setup: Setup
    person: Person
    message: Message
    say: Phrases
    turn: Turn
    commands: tuple[str, ...]
    offers: Offers

    # finding -------------------------------------------------------------------------------------

    def current(self) -> Screening | None:
        return access.current_screening(self.screenings, self.person)

    def own(self, number: str | None) -> Screening | None:
        return access.own_screening(self.screenings, self.person, number)

    def of_the_site(self, number: str | None) -> Screening | None:
        return access.site_screening(self.screenings, self.person, number)

    def left_behind(self, number: str | None) -> Safe | None:
        """Say of a screening of this person's that it stays with the site where they are no more; else nothing."""
        site = access.site_left(self.screenings, self.person, number)
        return self.say("stays_with_site", site=site, now=self.person.site) if site is not None else None

    def matching_of_the_site(self, number: str | None) -> Screening | None:
        return access.site_matching(self.screenings, self.person, number)

    # naming --------------------------------------------------------------------------------------

    def named(self, number: str, trial: str) -> str:
        """Return a screening's number, with its trial beside it where there are several."""
        return naming(self.setup, self.screenings)(number, trial)

    def trial_line(self, screening: Screening) -> Safe | None:
        """Return of which trial a screening is, where there are several."""
        trial = screening.protocol.id
        return Safe(f"<i>{trial}</i>") if self.named("", trial) else None

    # trials --------------------------------------------------------------------------------------

    def stands(self, trial: str) -> Standing:
        """Return how a trial stands at the person's site."""
        return trials.standing(self.screenings.db, trial, self.person.site)

    def since(self, stands: Standing) -> dict[str, str]:
        """Return where, since when and by whom a trial stands so, as phrases name it."""
        return {
            "site": self.person.site,
            "day": in_zone(stands.at, self.setup.zone).date().isoformat(),
            "by": stands.person or self.say.plain("by_command_line"),
        }

    def not_open(self, trial: str) -> Safe:
        """Say that a trial takes no new screening at the person's site, since when and by whom, or is not on offer."""
        stands = self.stands(trial)
        if stands.state == "open":
            return self.say("not_begun_not_offered", id=trial)
        return self.say(f"not_begun_{stands.state}", id=trial, **self.since(stands))

    def follow_the_offer(self, screening: Screening, *, at_the_end: bool = False) -> list[Safe]:
        """Leave out of a matching what is no more to be asked in it, take in again what is, and say which and why.

        ``at_the_end`` nothing is taken in any more: the person has seen what is saved.
        """
        if not is_matching(screening.number):
            return []
        self.see_the_offer(screening)
        back = [] if at_the_end else to_take_in(screening, screening.over)
        steps = [*back, *to_leave(screening, screening.over)]
        if steps:
            waited = screening.dialogue.held
            self.screenings.take(screening, steps, self.person.code)
            quiet = (step.trial or "" for step in steps if step.reason == NOT_ASKED)
            there = [trial for trial in quiet if screening.goes_on(trial)]
            return [
                *(self._followed(step, step.trial or "") for step in steps if step.trial not in there),
                *asked_there(screening, there, self.say),
                *waits_no_more(screening, waited, self.say),
            ]
        return []

    def see_the_offer(self, matching: Screening) -> None:
        """Note in a matching which of its trials take no new screening now, and why."""
        offered = {each.id for each in self.setup.protocols}
        matching.over = taking_none(self.screenings.db, matching, offered)

    def _followed(self, step: Step, trial: str) -> Safe:
        if step.kind == "take_in":
            key = "trial_asked_again" if step.reason == ASKED_AGAIN else "trial_offered_again"
            return self.say(key, id=trial)
        key = "trial_judged_on" if step.reason == NOT_ASKED else "trial_left_over"
        return self.say("two_sentences", first=self.not_open(trial), then=self.say(key, id=trial))

    # showing -------------------------------------------------------------------------------------

    def show(
        self,
        screening: Screening,
        kind: Kind = "question",
        remark: Safe | None = None,
        *,
        answers: Mapping[str, Safe] | None = None,
        anew: Mapping[str, Safe] | None = None,
        last: Rows = (),
        place: int | None = None,
    ) -> None:
        """Show a screening's card: where it stands and what can be done there, or one of the questions about it.

        A ``remark`` stands above that, ``answers`` just given above both, those before them as they are said ``anew``;
        ``last`` are more buttons. Of a long list, the page is shown that has the ``place``. A matching first follows
        what is on offer, and that is said.
        """
        remark = lines(*self.follow_the_offer(screening), remark) or None
        card = views.VIEWS[kind](screening, self.say, place)
        text = lines(remark, gap(card.text)) if remark else card.text
        # a card without a head names its screening in its first line, above which a remark stands now
        unnamed = remark is not None and screening.number not in remark and not card.head
        number = Safe(f"<i>{numbered(screening, self.say)}</i>") if unnamed else card.head
        head = lines(self.trial_line(screening), number)
        last = (*last, *self._back_to_matching(screening))
        card = replace(card, text=text, head=head, buttons=(*card.buttons, *last), card=True)
        self._ask(screening, kind, replace(card, answers=answers or {}, anew=anew or {}))

    def _back_to_matching(self, screening: Screening) -> Rows:
        """The way back from a screening that has ended to the matching that it came out of, while that is open."""
        matching = self.own(self.screenings.came_from(screening)) if screening.ended else None
        if matching is None:
            return ()
        label = self.say.plain("back_to", number=matching.number)
        return ((Button(label, str(Press("go_on", matching.number))),),)

    def choose(self, screening: Screening, text: Safe, buttons: Rows) -> None:
        """Offer buttons about a screening, with a text that names it; nothing typed answers this."""
        self._ask(screening, "choice", Reply(text, buttons, in_place=True))

    def _ask(self, screening: Screening, kind: Kind, reply: Reply) -> None:
        prompt = self.screenings.ask(self.person.code, screening, kind)
        self.turn.actions.append(replace(reply, prompt=prompt))

    def version_line(self, trial: Protocol, how: Literal["own", "saved"] = "own") -> Safe | None:
        """Say that a screening goes on, or is saved, under its own version, where another one is on offer now."""
        offered = next((each for each in self.setup.protocols if each.id == trial.id), trial)
        if offered.sha256 == trial.sha256:
            return None
        if offered.version == trial.version:
            return self.say(f"{how}_text", version=trial.version)
        return self.say(f"{how}_version", version=trial.version, newest=offered.version)

    def where_we_are(self, remark: Safe | None = None) -> None:
        """Show the current screening, with a remark above it; without one, say the remark alone."""
        screening = self.current()
        if screening is not None:
            self.show(screening, remark=remark)
        elif remark:
            self.turn.say(remark)
