"""The Telegram channel: the way of one answer, from the update to the replies, top to bottom.

    update -> who is this -> conversation -> committed -> acknowledged
                                                       -> what is said -> outbox -> delivered

`Channel.handle` returns only when an update's effect is in the file or needs no keeping; `polling` acknowledges the
update then. Replies go to the outboxes of `sending`, and nobody waits for them. Just before one leaves, `receivers` is
asked whether its receiver may have it now. Private chats only; who was not invited learns nothing.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial

from telegram import Bot, Update
from telegram.error import TelegramError

from bot.conversation import Conversation
from bot.exchange import Document, Fetch, Message, Reply, Safe, Turn, Work
from bot.telegram import replies
from bot.telegram.calls import Arrived
from bot.telegram.deliveries import Deliveries, Said
from bot.telegram.entrance import CHANNEL, Arrival, Entrance
from bot.telegram.lanes import NotKeptError
from bot.telegram.limits import TOAST_CHARACTERS
from bot.telegram.outages import Outages
from bot.telegram.pages import pages, shortened
from bot.telegram.processes import Turns, WorkError, apart
from bot.telegram.receivers import Receiver, may_have
from bot.telegram.remarks import Remarks
from bot.telegram.sending import Outgoing, Rank, Reports, Sending
from bot.telegram.updates import album_of, invitation_of, is_private, press_id, read_update
from bot.telegram.uploads import fetch
from bot.wording.phrases import escape, phrases
from dialogs.languages import language_of
from state.errors import NotKept, StateError, Unknown, translate
from state.people import Person

LOG = logging.getLogger(__name__)


class Channel:
    """One bot, one file. ``changed`` is told of people whose role, language or access changed."""

    def __init__(
        self,
        bot: Bot,
        conversation: Conversation,
        *,
        sending: Callable[[Reports], Sending] = Sending,
        changed: Callable[[Person], None] = lambda person: None,
    ) -> None:
        self.bot = bot
        self.conversation = conversation
        self.deliveries = Deliveries(conversation.screenings, self._take_buttons)
        self.sending = sending(
            Reports(self.deliveries.delivered, self.deliveries.undelivered, self.deliveries.blocked)
        )
        self._changed = changed
        self._entrance = Entrance(conversation.people, self._now)
        self._outages = Outages(conversation.screenings.db, lambda: asyncio.get_running_loop().time())
        self._remarks = Remarks(self._now)
        self.fetches = Turns()
        self.works = Turns()

    def _now(self) -> float:
        return self.conversation.screenings.clock().timestamp()

    # an update arrives ---------------------------------------------------------------------------

    async def handle(self, update: Update) -> bool:
        """Handle an update; True when it may be acknowledged. Raises `lanes.NotKeptError` if it may not."""
        user, chat = update.effective_user, update.effective_chat
        if chat is None or user is None:
            return True
        if not is_private(update):
            self._put(Receiver(chat.id, rank=Rank.STRANGER), partial(self.bot.leave_chat, chat.id))
            return True
        if update.message is not None:
            self.deliveries.stands_in(chat.id, update.message.message_id)
            await self.deliveries.prompts_arrive(chat.id)
        try:
            self._handle(update, user.id, user.language_code)
        except (NotKept, sqlite3.Error) as error:
            raise self._not_kept(error, user.id, user.language_code) from error
        self._outages.ended(user.id)
        return True

    def _handle(self, update: Update, account: int, language: str | None) -> None:
        arrival = self._entrance.admit(account, invitation_of(update), language)
        if arrival is None:
            self._meet_stranger(account, press_id(update), language)
            return
        if arrival.invited == "joined":
            self._changed(arrival.person)
        message = self._read(update, account, arrival)
        if message is None:
            return
        turn = self._converse(arrival.person, message)
        self.deliveries.heard_from(account)
        pressed = message.number if message.kind == "press" else None
        self.perform(account, turn, press_id(update), to=arrival.person, pressed=pressed)

    def _read(self, update: Update, account: int, arrival: Arrival) -> Message | None:
        """Return what somebody did; None for what is nobody's act, or was remarked on just now."""
        message = read_update(update, arrival.person)
        if message is None:
            return None
        if self.conversation.takes(arrival.person, message):
            self._remarks.went_on(account)
        elif self._remarks.is_repeated(account, message.kind, album_of(update)):
            return None
        if arrival.invited is None:
            return message
        # The secret of an invitation is nothing for the conversation.
        return Message("command", "/start", message.source, invited=arrival.invited)

    def _meet_stranger(self, account: int, press: str | None, language: str | None) -> None:
        """Say one polite line, at most once an hour; a press is answered with nothing."""
        stranger = Receiver(account, rank=Rank.STRANGER)
        if press is not None:
            self._put(stranger, partial(self.bot.answer_callback_query, press))
        if not self._entrance.is_told(account):
            text = phrases(language_of(language))("stranger")
            self._put(stranger, partial(replies.send_text, self.bot, account, text))

    # the conversation, which commits -------------------------------------------------------------

    def _converse(self, person: Person, message: Message) -> Turn:
        """Return what is said to this person; what others are told is put into their outboxes."""
        turn = self.conversation.handle(person, message)
        for code, said in turn.others:
            self.tell(self.conversation.people.get(code), said)
        if turn.changed is not None:
            self._changed(self.conversation.people.get(turn.changed))
        return turn

    def _not_kept(self, error: NotKept | sqlite3.Error, account: int, language: str | None) -> NotKeptError:
        """Say once an outage that nothing could be kept; the update comes again by itself."""
        kept = error if isinstance(error, NotKept) else translate(error)
        why = kept.why if isinstance(kept, NotKept) else "failed"
        is_first = not self._outages.is_told
        if self._outages.is_news(account, why):
            LOG.error("not kept", extra={"why": why})
            if is_first:
                with suppress(StateError, sqlite3.Error):
                    self._tell_administrators(why)
            text = phrases(language_of(language))("not_kept_full" if why == "full" else "not_kept")
            self._put(Receiver(account), partial(replies.send_text, self.bot, account, text))
        return NotKeptError(why)

    def _tell_administrators(self, why: str) -> None:
        for person in self.conversation.people.all():
            if person.role == "administrator" and person.active:
                turn = Turn()
                turn.say(phrases(person.language)("administrator_not_kept", why=why))
                self.tell(person, turn)

    # what is said --------------------------------------------------------------------------------

    def tell(self, person: Person, turn: Turn) -> None:
        """Say something to a person, on every account the person has."""
        for account in self.conversation.people.accounts_of(person.code, CHANNEL):
            self.perform(int(account), turn, to=person)

    def perform(
        self,
        chat: int,
        turn: Turn,
        press: str | None = None,
        *,
        to: Person,
        pressed: int | None = None,
        rank: Rank = Rank.ANSWER,
    ) -> None:
        """Put a turn into the chat's outbox, in order. `to` is the person that it was made for, as it was then.

        A `press` is answered; `pressed` is the number of the message with its button.
        """
        receiver = Receiver(chat, to, rank)
        if not (turn.repeated and self.deliveries.has_all(turn)):
            self._say(receiver, turn, pressed)
            self._begin_long(chat, to, turn)
        if press is not None:
            toast = turn.toast and shortened(turn.toast, TOAST_CHARACTERS)
            call = partial(self.bot.answer_callback_query, press, text=toast)
            self.sending.answer(call, partial(self._may_have, receiver, None))
        elif turn.toast and not turn.actions:
            text = escape(turn.toast)
            self._put(receiver, partial(replies.send_text, self.bot, chat, text))

    def _say(self, to: Receiver, turn: Turn, pressed: int | None) -> None:
        for action in turn.actions:
            if isinstance(action, Reply):
                self._reply(to, Said(action, pressed))
            elif isinstance(action, Document):
                self._put(to, partial(replies.send_document, self.bot, to.chat, action))

    def _reply(self, to: Receiver, said: Said) -> None:
        """Put a reply into the outbox: its pages, the buttons below the last."""
        *before, last = pages(said.reply.shown())
        for page in before:
            self._put(to, partial(self._show_above, to.chat, said, page))
        self.deliveries.leaves(to.chat, said.reply)
        self._put(to, partial(self._show, to.chat, said, last), said)

    async def _show_above(self, chat: int, said: Said, page: Safe) -> Arrived | None:
        """Send a page that is not the last, unless it stands there: then the last one changes in its place."""
        if self.deliveries.standing(chat, said.reply) or self.deliveries.place_of(chat, said) is not None:
            return None
        return await replies.send_text(self.bot, chat, page)

    async def _show(self, chat: int, said: Said, last: Safe) -> Arrived:
        """Show a reply, of several pages the last, in the place that it takes when it leaves, or as a new message."""
        standing = self.deliveries.standing(chat, said.reply)
        if standing is not None:
            return standing
        buttons = replies.keyboard(said.reply.buttons)
        place = self.deliveries.place_of(chat, said)
        if place is not None:
            *_, text = pages(self.deliveries.going_on(said.reply).shown())
            edited = await replies.edit_text(self.bot, chat, place, text, buttons)
            if edited is not None:
                return Arrived(place, int(self._now())) if edited is True else edited
        return await replies.send_text(self.bot, chat, last, buttons)

    def _take_buttons(self, chat: int, message: int) -> None:
        self._put(Receiver(chat), partial(replies.take_buttons, self.bot, chat, message))

    def _put(self, to: Receiver, call: Callable[[], Awaitable[object]], about: object = None) -> None:
        self.sending.put(Outgoing(to.chat, call, about, partial(self._may_have, to, about), to.rank))

    def _may_have(self, to: Receiver, about: object) -> bool:
        return may_have(to, about, self.conversation.people, self.conversation.screenings)

    # what is said later --------------------------------------------------------------------------

    def prompt_again(self) -> int:
        """Send every current screening's prompt, or verdict, that never arrived. Return how many there were."""
        found = 0
        for number in self.conversation.screenings.unprompted():
            with suppress(Unknown):
                found += self._prompt(number)
        return found

    def _prompt(self, number: str) -> int:
        screening = self.conversation.screenings.load(number)
        person = self.conversation.people.get(screening.person)
        accounts = map(int, self.conversation.people.accounts_of(person.code, CHANNEL))
        reachable = [account for account in accounts if self.deliveries.is_reachable(account)]
        if not reachable or self.deliveries.is_on_way(number, screening.entries):
            return 0
        turn = self.conversation.prompt(person, screening)
        for account in reachable if turn.actions else ():
            self.perform(account, turn, to=person)
        return len(reachable) if turn.actions else 0

    def _begin_long(self, chat: int, person: Person, turn: Turn) -> None:
        """Begin what a turn asks for and takes long: work, and fetching a file."""
        for action in turn.actions:
            if isinstance(action, Work):
                is_begun = self.works.put(person.code, partial(self._work, chat, person, action))
            elif isinstance(action, Fetch):
                is_begun = self.fetches.put(person.code, partial(self._fetch, chat, person, action))
            else:
                continue
            if not is_begun:
                self.perform(chat, Turn([Reply(phrases(person.language)("work_busy"))]), to=person)

    async def _work(self, chat: int, person: Person, work: Work) -> None:
        """Do something long in a process of its own; only its replies are sent from here."""
        turn = Turn()
        try:
            turn = await apart(work.run)
        except WorkError as error:
            LOG.error("work failed", extra={"kind": error.kind, "at": error.at})
            turn.say(work.failed)
        except asyncio.CancelledError:
            turn.say(phrases(person.language)("work_stopped"))
            raise
        finally:
            self.perform(chat, turn, to=person, rank=Rank.REPORT)

    async def _fetch(self, chat: int, person: Person, wanted: Fetch) -> None:
        """Fetch a file beside the loop, then converse about it; it is never kept."""
        try:
            content = await fetch(self.bot, wanted.message.file)
        except TelegramError as error:
            LOG.warning("document not fetched", extra={"kind": type(error).__name__})
            self.perform(chat, Turn([Reply(wanted.failed)]), to=person)
            return
        now = self.conversation.people.find(CHANNEL, str(chat))
        if now is not None and now.active:
            self.perform(chat, self._converse(now, replace(wanted.message, content=content)), to=now)

    async def finish(self, seconds: float) -> None:
        """End long work, send what waits for at most so long, and keep which prompts were delivered."""
        await self.fetches.stop()
        await self.works.stop()
        await self.sending.finish(seconds)
        with suppress(StateError):  # a prompt that is not noted comes twice; the stop is orderly all the same
            self.conversation.screenings.keep_prompts()
