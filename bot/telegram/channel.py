"""The Telegram channel: who is it, what did they do, what is said; committed first, then sent.

`Channel.handle` returns only when an update's effect is in the file or needs no keeping. Replies go to the
outboxes of `sending` and never hold anybody up. Private chats only; who was not invited learns nothing.

Before anything leaves, `_may` asks whether its receiver may have it now: who was suspended, got another role or
another site since it was put there does not get it.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Final, TypeVar

from telegram import Bot, InputFile, Update
from telegram import Message as TelegramMessage
from telegram.constants import ParseMode
from telegram.error import BadRequest, TelegramError

from bot.conversation import Conversation
from bot.conversation.access import OFFICE, may_answer
from bot.conversation.starting import JOINED, MEMBER
from bot.exchange import LIST_BYTES, Document, Message, Reply, Settle, Turn, Work
from bot.telegram.fetching import fetch
from bot.telegram.lanes import NotKeptError
from bot.telegram.sending import Outgoing, Rank, Reports, Sending, WithheldError, no_matter
from bot.telegram.translation import (
    is_private,
    keyboard,
    pages,
    read_update,
)
from bot.telegram.working import Turns, WorkError, apart
from bot.wording.phrases import phrases, plain
from dialogs.languages import language_of
from state.database import patience
from state.errors import NotKept, StateError, Unknown, translate
from state.people import NOT_KNOWN, Person

CHANNEL: Final = "telegram"
STRANGER_PAUSE: Final = timedelta(hours=1)
STRANGERS_REMEMBERED: Final = 10_000
REDEMPTIONS_AN_HOUR: Final = 5
ARRIVAL_SECONDS: Final = 1.0
"""How long a message waits until it is known which prompts stand above it."""
LISTS: Final = (".csv", ".tsv", ".txt", ".json", ".xlsx", ".xls")
"""How the names of documents end that may be lists of candidates."""
PATIENCE_SECONDS: Final = 0.02
"""How long the bot itself waits for another process that writes. Beyond, only the person waits: it is tried again."""
TOLD_AFTER_SECONDS: Final = 3.0
"""How long somebody waits for such a process before being told."""
SAID_AGAIN_AFTER: Final = timedelta(minutes=1)
"""That files are not kept, or edits not read, is not said more often to one person, nor twice of one album; but it
is said again after anything else that the person did."""

LOG = logging.getLogger(__name__)

Key = TypeVar("Key")
Value = TypeVar("Value")
Sent = TypeVar("Sent")


@dataclass(frozen=True, slots=True)
class Receiver:
    """Whom something is said to, and as what; ``person`` is None for a line that anybody may read."""

    chat: int
    person: Person | None = None
    rank: Rank = Rank.ANSWER


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
        self.sending = sending(
            Reports(delivered=self._delivered, undelivered=self._undelivered, blocked=self._blocked)
        )
        self._changed = changed
        self._prompts: OrderedDict[tuple[str, int], int] = OrderedDict()
        """Message id of the prompt that asked on from a screening's log entry."""
        self._strangers: OrderedDict[int, tuple[float, int]] = OrderedDict()
        self._told_not_kept: set[int] = set()
        self._waits_since: dict[int, float] = {}
        """When each account's update met a file that somebody else held."""
        self._held = False
        self._said: OrderedDict[tuple[int, str], tuple[float, str | None]] = OrderedDict()
        """When an account was last told something of this kind, and of which album."""
        self._fetches = Turns()
        self._turns = Turns()
        self._waiting: set[tuple[str, int]] = set()
        """Cards that are on their way, by screening and log entry."""
        self._on_way: dict[int, int] = {}
        """How many prompts are on their way to a chat."""
        self._all_arrived: dict[int, asyncio.Event] = {}
        self._unreachable: set[int] = set()
        """Chats whose people blocked the bot, until they write again."""

    # updates in ----------------------------------------------------------------------------------

    async def handle(self, update: Update) -> bool:
        """Handle an update; `True` when it may be acknowledged. Raises `lanes.NotKeptError` if it may not."""
        user, chat = update.effective_user, update.effective_chat
        if chat is None or user is None:
            return True
        if not is_private(update):
            self._leave(chat.id)
            return True
        if update.message is not None:
            await self._prompts_arrive(chat.id)
        try:
            done = self._handle(update, user.id, user.language_code)
        except (NotKept, sqlite3.Error) as error:
            kept = error if isinstance(error, NotKept) else translate(error)
            why = kept.why if isinstance(kept, NotKept) else "failed"
            self._tell_not_kept(user.id, user.language_code, why)
            raise NotKeptError(why) from error
        self._kept(user.id)
        return done

    def _kept(self, account: int) -> None:
        self._told_not_kept.discard(account)
        self._waits_since.pop(account, None)
        if self._held:
            self._held = False
            patience(self.conversation.screenings.db, PATIENCE_SECONDS)

    def _handle(self, update: Update, account: int, language: str | None) -> bool:
        person = self.conversation.people.find(CHANNEL, str(account))
        secret, joined = _secret(update), False
        if secret is not None and person is None:
            person = self._redeem(account, secret, language)
            joined = person is not None
        query = update.callback_query.id if update.callback_query is not None else None
        if person is None or not person.active:
            self._meet_stranger(update, account, language)
            return True
        if person.language == NOT_KNOWN:
            person = self.conversation.people.set_language(person.code, language_of(language))
        message = read_update(update, person)
        if message is None:
            return True
        if self._takes_list(update, person):
            self._fetch_list(update, account, person, message)
            return True
        if message.kind not in ("file", "edited"):
            self._went_on(account)
        elif self._was_said(account, message.kind, update):
            return True
        if secret is not None:
            message = Message("command", f"/start {JOINED if joined else MEMBER}", message.source)
        turn = self._converse(person, message)
        self._unreachable.discard(account)
        self.perform(account, turn, query, to=person)
        return True

    def _was_said(self, account: int, kind: str, update: Update) -> bool:
        """Say whether this person was told the same just now, or of the same album; else remember that they are."""
        album = update.message.media_group_id if update.message is not None else None
        now = self.conversation.screenings.clock().timestamp()
        last, of = self._said.get((account, kind), (float("-inf"), None))
        if 0 <= now - last < SAID_AGAIN_AFTER.total_seconds() or (album is not None and album == of):
            return True
        _remember(self._said, (account, kind), (now, album))
        return False

    def _went_on(self, account: int) -> None:
        """What was said before stands above what a person did since: it is said again, except of the same album."""
        for kind in ("file", "edited"):
            if (account, kind) in self._said:
                self._said[account, kind] = (float("-inf"), self._said[account, kind][1])

    @staticmethod
    def _takes_list(update: Update, person: Person) -> bool:
        """Say whether this is a list from somebody who may have one evaluated."""
        document = update.message.document if update.message is not None else None
        return (
            document is not None
            and person.role in OFFICE
            and (document.file_name or "").lower().endswith(LISTS)
        )

    def _fetch_list(self, update: Update, account: int, person: Person, message: Message) -> None:
        """Fetch the document beside the loop, then converse about it; it is never kept."""

        async def fetched() -> None:
            document = update.message.document if update.message is not None else None
            if document is None:
                return
            if (document.file_size or 0) > LIST_BYTES:
                self._say_of_list(account, person, "evaluate_too_large")
                return
            try:
                content = await fetch(self.bot, document.file_id)
            except TelegramError as error:
                LOG.warning("document not fetched", extra={"kind": type(error).__name__})
                self._say_of_list(account, person, "evaluate_not_fetched")
                return
            now = self.conversation.people.find(CHANNEL, str(account))
            if now is not None and now.active:
                turn = self.conversation.handle(now, replace(message, content=content))
                self.perform(account, turn, to=now)

        if not self._fetches.put(person.code, fetched):
            self._busy(account, person)

    def _say_of_list(self, account: int, person: Person, key: str) -> None:
        turn = Turn()
        turn.say(phrases(person.language)(key))
        self.perform(account, turn, to=person)

    def _converse(self, person: Person, message: Message) -> Turn:
        turn = self.conversation.handle(person, message)
        for code, said in turn.others:
            self.tell(self.conversation.people.get(code), said)
        if turn.changed is not None:
            self._changed(self.conversation.people.get(turn.changed))
        return turn

    def _redeem(self, account: int, secret: str, language: str | None) -> Person | None:
        now = self.conversation.screenings.clock().timestamp()
        last, tries = self._strangers.get(account, (0.0, 0))
        if tries >= REDEMPTIONS_AN_HOUR and now - last < STRANGER_PAUSE.total_seconds():
            return None
        person = self.conversation.people.redeem(secret, CHANNEL, str(account), language_of(language))
        if person is None:
            self._strangers[account] = (last, tries + 1)
            return None
        LOG.info("invitation used", extra={"person": person.code})
        self._strangers.pop(account, None)
        self._changed(person)
        return person

    def _meet_stranger(self, update: Update, account: int, language: str | None) -> None:
        """One polite line, at most once an hour; a press is answered with nothing."""
        if update.callback_query is not None:
            answer = partial(self.bot.answer_callback_query, update.callback_query.id)
            self._put(Receiver(account, rank=Rank.STRANGER), answer)
        now = self.conversation.screenings.clock().timestamp()
        last, tries = self._strangers.get(account, (0.0, 0))
        if now - last < STRANGER_PAUSE.total_seconds():
            return
        self._strangers[account] = (now, tries)
        self._strangers.move_to_end(account)
        if len(self._strangers) > STRANGERS_REMEMBERED:
            self._strangers.popitem(last=False)
        text = phrases(language_of(language))("stranger")
        self._put(Receiver(account, rank=Rank.STRANGER), partial(self._send, account, text))

    def _leave(self, chat: int) -> None:
        self._put(Receiver(chat, rank=Rank.STRANGER), partial(self.bot.leave_chat, chat))

    def _tell_not_kept(self, account: int, language: str | None, why: str) -> None:
        """Say once an outage that nothing could be kept; the update comes again by itself.

        While another process writes, no call waits for it any more, and people are told only if it takes long.
        """
        if why == "locked":
            if not self._held:
                self._held = True
                patience(self.conversation.screenings.db, 0)
            now = asyncio.get_running_loop().time()
            if now - self._waits_since.setdefault(account, now) < TOLD_AFTER_SECONDS:
                return
        if account in self._told_not_kept:
            return
        LOG.error("not kept", extra={"why": why})
        if not self._told_not_kept:
            with suppress(StateError, sqlite3.Error):
                self._tell_administrators(why)
        self._told_not_kept.add(account)
        say = phrases(language_of(language))
        text = say("not_kept_full" if why == "full" else "not_kept")
        self._put(Receiver(account), partial(self._send, account, text))

    def _tell_administrators(self, why: str) -> None:
        for person in self.conversation.people.all():
            if person.role == "administrator" and person.active:
                turn = Turn()
                turn.say(phrases(person.language)("administrator_not_kept", why=why))
                self.tell(person, turn)

    # replies out ---------------------------------------------------------------------------------

    def tell(self, person: Person, turn: Turn) -> None:
        """Say something to a person, on every account the person has."""
        for account in self.conversation.people.accounts_of(person.code, CHANNEL):
            self.perform(int(account), turn, to=person)

    def perform(
        self, chat: int, turn: Turn, query: str | None = None, *, to: Person, rank: Rank = Rank.ANSWER
    ) -> None:
        """Put a turn into the chat's outbox, in order. `to` is the person that it was made for, as it was then."""
        receiver = Receiver(chat, to, rank)
        if not (turn.repeated and self._prompt_known(turn)):
            self._say(receiver, turn)
        if query is not None:
            call = partial(self.bot.answer_callback_query, query, text=turn.toast)
            self.sending.answer(call, partial(self._may, receiver, None))
        elif turn.toast and not turn.actions:
            text = phrases("en")("plain", text=turn.toast)
            self._put(receiver, partial(self._send, chat, text))

    def _put(self, to: Receiver, call: Callable[[], Awaitable[object]], about: object = None) -> None:
        self.sending.put(Outgoing(to.chat, call, about, partial(self._may, to, about), to.rank))

    def _may(self, to: Receiver, about: object) -> bool:
        """Say whether a receiver may have something now: still there, still what they were, still theirs."""
        if to.person is None:
            return True
        people, then = self.conversation.people, to.person
        now = people.find(CHANNEL, str(to.chat))
        if now is None or not now.active:
            return False
        if (now.code, now.role, now.site) != (then.code, then.role, then.site):
            return False
        number = None
        if isinstance(about, Settle):
            number = about.screening
        elif isinstance(about, Reply) and about.card and about.prompt is not None:
            number = about.prompt.screening
        return number is None or self.conversation.screenings.owner(number) == now.code

    def _say(self, to: Receiver, turn: Turn) -> None:
        chat = to.chat
        settled: list[tuple[Settle, int | None]] = []
        for action in turn.actions:
            if isinstance(action, Reply):
                self._reply(to, action)
            elif isinstance(action, Settle):
                # The next question goes first: nobody waits for the edit of the old one.
                settled.append((action, self._kept_prompt(action)))
            elif isinstance(action, Document):
                self._put(to, partial(self._send_document, chat, action))
            elif isinstance(action, Work) and to.person is not None:
                self._do(chat, to.person, action)
        for settle, known in settled:
            self._put(to, partial(self._settle, chat, settle, known), settle)

    def _kept_prompt(self, settle: Settle) -> int | None:
        """Find the asked message in the file, where it was sent by a process before this one."""
        if (settle.screening, settle.entry) in self._prompts:
            return None
        screenings = self.conversation.screenings
        asked = screenings.prompted_entry(settle.screening) == settle.entry
        return screenings.prompt(settle.screening) if asked else None

    def _prompt_known(self, turn: Turn) -> bool:
        prompts = [action.prompt for action in turn.actions if isinstance(action, Reply) and action.prompt]
        return all(
            self.conversation.screenings.prompted_entry(prompt.screening) == prompt.entry
            for prompt in prompts
        )

    def _reply(self, to: Receiver, reply: Reply) -> None:
        chat, text, buttons = to.chat, reply.text, keyboard(reply.buttons)
        *before, last = pages(text)
        for page in before:
            self._put(to, partial(self._send, chat, page))
        if reply.prompt is not None:
            self._on_way[chat] = self._on_way.get(chat, 0) + 1
            if reply.card:
                self._waiting.add((reply.prompt.screening, reply.prompt.entry))
        self._put(to, partial(self._send, chat, last, reply_markup=buttons), reply)

    async def _send(self, chat: int, text: str, **more: object) -> TelegramMessage:
        async def send(said: str, mode: str | None) -> TelegramMessage:
            return await self.bot.send_message(chat, said, parse_mode=mode, **more)  # type: ignore[arg-type]

        return await _or_as_plain_text(send, text)

    async def _settle(self, chat: int, settle: Settle, known: int | None) -> object:
        message = self._prompts.get((settle.screening, settle.entry)) or known
        if message is None:
            return None
        if not settle.text:
            return await self.bot.edit_message_reply_markup(chat, message)

        async def edit(said: str, mode: str | None) -> object:
            return await self.bot.edit_message_text(said, chat, message, parse_mode=mode)

        return await _or_as_plain_text(edit, settle.text)

    async def _send_document(self, chat: int, document: Document) -> TelegramMessage:
        async def send(said: str, mode: str | None) -> TelegramMessage:
            file = InputFile(document.content, filename=document.name)
            if document.picture:
                return await self.bot.send_photo(chat, file, caption=said, parse_mode=mode)
            return await self.bot.send_document(chat, file, caption=said, parse_mode=mode)

        return await _or_as_plain_text(send, document.caption)

    def _do(self, chat: int, person: Person, work: Work) -> None:
        if not self._turns.put(person.code, partial(self._work, chat, person, work)):
            self._busy(chat, person)

    def _busy(self, chat: int, person: Person) -> None:
        """Too much waits already."""
        turn = Turn()
        turn.say(phrases(person.language)("work_busy"))
        self.perform(chat, turn, to=person)

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

    # what became of them -------------------------------------------------------------------------

    def _delivered(self, outgoing: Outgoing, result: object) -> None:
        about = outgoing.about
        if isinstance(about, Reply) and about.prompt is not None and isinstance(result, TelegramMessage):
            prompt, message = about.prompt, result.message_id
            at = int(result.date.timestamp())
            self.conversation.screenings.prompts.delivered(str(outgoing.chat), message, prompt, at)
            if about.card:
                self._close_former(outgoing.chat, prompt.screening, prompt.entry, message)
                _remember(self._prompts, (prompt.screening, prompt.entry), message)
                self.conversation.screenings.prompted(prompt.screening, prompt.entry, message)
        self._forget([outgoing])

    def _close_former(self, chat: int, number: str, entry: int, message: int) -> None:
        """A prompt that was sent before loses its buttons, unless its answer is about to take them."""
        screenings = self.conversation.screenings
        former, asked = screenings.prompt(number), screenings.prompted_entry(number)
        if former in (None, message) or (asked != entry and (number, asked) in self._prompts):
            return
        self._put(Receiver(chat), partial(self.bot.edit_message_reply_markup, chat, former))

    def _undelivered(self, outgoing: Outgoing, error: Exception) -> None:
        self._forget([outgoing])
        said = "reply withheld" if isinstance(error, WithheldError) else "reply not delivered"
        LOG.warning(said, extra={"kind": type(error).__name__})

    def _blocked(self, chat: int, lost: Sequence[Outgoing]) -> None:
        self._forget(lost)
        self._unreachable.add(chat)
        LOG.warning("blocked by the user", extra={"lost": len(lost)})

    def _forget(self, outgoings: Sequence[Outgoing]) -> None:
        """What became of these is known: prompts are no longer on their way, settled ones are done with."""
        for outgoing in outgoings:
            if isinstance(outgoing.about, Reply) and outgoing.about.prompt is not None:
                prompt = outgoing.about.prompt
                self._arrive(outgoing.chat)
                if outgoing.about.card:
                    self._waiting.discard((prompt.screening, prompt.entry))
            elif isinstance(outgoing.about, Settle):
                self._prompts.pop((outgoing.about.screening, outgoing.about.entry), None)

    def _arrive(self, chat: int) -> None:
        self._on_way[chat] -= 1
        if not self._on_way[chat]:
            del self._on_way[chat]
            if (waiting := self._all_arrived.pop(chat, None)) is not None:
                waiting.set()

    async def _prompts_arrive(self, chat: int) -> None:
        """Wait a moment for prompts that are on their way: a person may see one before its call has returned."""
        if chat in self._on_way:
            arrived = self._all_arrived.setdefault(chat, asyncio.Event())
            with suppress(TimeoutError):
                async with asyncio.timeout(ARRIVAL_SECONDS):
                    await arrived.wait()

    def prompt_again(self) -> int:
        """Send every current screening's prompt, or verdict, that never arrived; gives how many there were."""
        found = 0
        for number in self.conversation.screenings.unprompted():
            try:
                screening = self.conversation.screenings.load(number)
                person = self.conversation.people.get(screening.person)
            except Unknown:
                continue
            if not may_answer(person, screening) or (number, screening.entries) in self._waiting:
                continue
            for account in map(int, self.conversation.people.accounts_of(person.code, CHANNEL)):
                if account not in self._unreachable:
                    self.perform(account, self.conversation.prompt(person, screening), to=person)
                    found += 1
        return found

    async def finish(self, limit: float) -> None:
        """Send what waits, for at most `limit` seconds, and keep which prompts were delivered."""
        await self._fetches.stop()
        await self._turns.stop()
        await self.sending.finish(limit)
        with suppress(StateError):  # a prompt that is not noted comes twice; the stop is orderly all the same
            self.conversation.screenings.keep_prompts()


async def _or_as_plain_text(send: Callable[[str, str | None], Awaitable[Sent]], text: str) -> Sent:
    """Send a text as HTML; one that Telegram refuses is sent once more without markup, and that is logged."""
    try:
        return await send(text, ParseMode.HTML)
    except BadRequest as error:
        if no_matter(error):
            raise
        LOG.error("a message was refused and is sent as plain text", extra={"kind": _kind(error)})
    return await send(plain(text), None)


def _kind(error: BadRequest) -> str:
    """What a refusal is about, without the part of the message that it quotes."""
    return error.message.partition(":")[0]


def _secret(update: Update) -> str | None:
    """The secret of an invitation link: ``/start <secret>``."""
    text = update.message.text if update.message is not None else None
    command, _, secret = (text or "").partition(" ")
    return secret.strip() if command == "/start" and secret.strip() else None


def _remember(memory: OrderedDict[Key, Value], key: Key, value: Value) -> None:
    memory[key] = value
    memory.move_to_end(key)
    if len(memory) > STRANGERS_REMEMBERED:
        memory.popitem(last=False)
