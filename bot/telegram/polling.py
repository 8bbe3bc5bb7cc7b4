"""Brings updates in; an update is acknowledged to Telegram only after its effect was committed.

Telegram forgets every update below the offset of a call to getUpdates, so the offset is the whole
acknowledgement: it never passes an update that is not committed. What is not acknowledged is delivered
again, to this process or to the next one.

`window.Window` keeps that rule and does nothing else. Each person's updates are handled in order in a lane of
their own, and what could not be kept is tried again there; lanes do not wait for each other. `Polling`
asks Telegram and fills the lanes. python-telegram-bot's own Updater acknowledges before it handles.

    PollingError
    ├── NotKept         raised by a handler: the effect could not be stored; tried again without end
    ├── NotCommitted    a handler returned without saying that it committed
    └── TokenRefused    Telegram does not know this token, and waiting heals that not
"""

import asyncio
import logging
import random
import time
import warnings
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from telegram import Bot, Update
from telegram.constants import UpdateType
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError
from telegram.warnings import PTBUserWarning

from bot.telegram.limits import LARGEST_UPDATE_ID, UPDATES_A_POLL
from bot.telegram.pacing import pauses, seconds
from bot.telegram.window import Window

ALLOWED_UPDATES: Final = (
    UpdateType.MESSAGE,
    UpdateType.EDITED_MESSAGE,
    UpdateType.CALLBACK_QUERY,
    UpdateType.MY_CHAT_MEMBER,
)
POLL_SECONDS: Final = 25
"""How long Telegram holds an empty poll: below the minute after which firewalls forget a silent line."""
TRIES: Final = 6
"""How often a handler may fail over one update, storage apart, before it is skipped and reported."""
RETRY_SECONDS: Final = (0.2, 3.0)
"""First and longest pause of a lane whose update could not be handled."""
NETWORK_SECONDS: Final = (0.5, 30.0)
"""First and longest pause after a poll that failed."""
CONFLICT_SECONDS: Final = (15.0, 60.0)
"""First and longest pause while another process polls with the same token."""
CONFLICT_FORGOTTEN_SECONDS: Final = 600.0
"""A conflict this long after the last one is said again."""
HELD_SECONDS: Final = (0.4, 1.0)
"""First and longest pause between polls that bring nothing new at once: at most five a second."""
AT_ONCE_SECONDS: Final = 0.2
"""An empty answer that comes sooner was not held by Telegram."""
TOKEN_SECONDS: Final = (1.0, 10.0)
"""First and longest pause after a poll that was refused for its token."""
REFUSED_SECONDS: Final = 60.0
"""A token that is refused for so long is refused for good: servers say so in error, too."""

DRAIN_SECONDS: Final = 2.0
"""At a stop: how long handlers at work may take to commit."""
FAREWELL_SECONDS: Final = 1.0
"""At a stop: how long the last acknowledgement may take."""

LOG = logging.getLogger(__name__)


class PollingError(Exception):
    """Root of the errors of this room."""


class NotKept(PollingError):  # noqa: N818 - reads as what it says
    """The effect of an update could not be stored (disk full, file locked): keep the update, try again."""


class NotCommitted(PollingError):  # noqa: N818 - reads as what it says
    """A handler returned something else than True."""


class TokenRefused(PollingError):  # noqa: N818 - reads as what it says
    """Telegram does not know the token."""

    def __init__(self) -> None:
        super().__init__(
            "Telegram does not accept the bot token. Please check TELEGRAM_BOT_TOKEN with @BotFather."
        )


@dataclass(frozen=True, slots=True)
class Skipped:
    """An update that was acknowledged without effect; `update` is None where it could not even be read."""

    update_id: int
    update: Update | None
    error: Exception


@dataclass(frozen=True, slots=True)
class Figures:
    """What a health check asks: times in seconds, None before the first poll that succeeded."""

    since_poll: float | None
    queue_age: float
    waiting: int
    lanes: int
    held: int
    offset: int | None


def _nothing(*_: object) -> None: ...


@dataclass(frozen=True, slots=True)
class Notices:
    """Whom to tell. Called in the event loop: they return at once and do not raise."""

    conflict: Callable[[], None] = _nothing
    skipped: Callable[[Skipped], None] = _nothing
    recovered: Callable[[], None] = _nothing
    """A poll succeeded after some that had failed: what could not be sent meanwhile can be sent now."""


@dataclass(slots=True)
class Lane:
    """One person's updates, in order. It exists only while there are some."""

    updates: deque[Update] = field(default_factory=deque)
    task: asyncio.Task[None] | None = None
    pausing: bool = False


def person(update: Update) -> int | None:
    """Whose lane an update belongs to; one lane for all that belong to nobody."""
    if update.effective_user is not None:
        return update.effective_user.id
    return update.effective_chat.id if update.effective_chat is not None else None


def _is_number(number: object) -> bool:
    """Whether an update can have this number. One beyond would have us acknowledge everything before it."""
    return isinstance(number, int) and not isinstance(number, bool) and 0 < number <= LARGEST_UPDATE_ID


class Polling:
    """Polls until `stop`, calling `handle` with each update.

    `handle` returns True when the update's effect is committed, or when it needs none. It raises `NotKept`
    when it could not be stored. After anything else the update is tried `tries` times and then skipped.
    """

    def __init__(
        self,
        bot: Bot,
        handle: Callable[[Update], Awaitable[bool]],
        notices: Notices | None = None,
        *,
        lane: Callable[[Update], object] = person,
        tries: int = TRIES,
        drain: float = DRAIN_SECONDS,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._bot = bot
        self._handle = handle
        self._notices = notices or Notices()
        self._lane_of = lane
        self._tries = tries
        self._drain = drain
        self._clock = clock
        self._sleep = sleep
        self._jitter = jitter
        self._window = Window()
        self._lanes: dict[object, Lane] = {}
        self._idle = asyncio.Event()
        self._stopping = asyncio.Event()
        self._acknowledged: int | None = None
        self._polled: float | None = None
        self._conflicted: float | None = None
        self._refused: float | None = None
        self._troubled = False

    def figures(self) -> Figures:
        now, oldest = self._clock(), self._window.oldest
        return Figures(
            since_poll=None if self._polled is None else now - self._polled,
            queue_age=0.0 if oldest is None else now - oldest,
            waiting=len(self._window),
            lanes=len(self._lanes),
            held=sum(lane.pausing for lane in self._lanes.values()),
            offset=self._window.offset,
        )

    def stop(self) -> None:
        """Ask `run` to return. It does within 5 seconds, and acknowledges nothing that is not committed."""
        self._stopping.set()

    async def run(self) -> None:
        """Poll until `stop`, or until cancelled. Raises `TokenRefused` after a minute of refusals."""
        polls = asyncio.create_task(self._poll_on())
        stop = asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait({polls, stop}, return_when=asyncio.FIRST_COMPLETED)
            if polls.done():
                polls.result()
        finally:
            self._stopping.set()
            stop.cancel()
            polls.cancel()
            await asyncio.gather(polls, return_exceptions=True)
            await self._finish()

    # Asking

    async def _poll_on(self) -> None:
        held = pauses(*HELD_SECONDS, self._jitter)
        while True:
            asked = self._clock()
            updates = await self._updates()
            if self._take_in(updates):
                held = pauses(*HELD_SECONDS, self._jitter)
                await asyncio.sleep(0)  # one step is all that most handlers need
                if self._window:
                    await self._until_idle(next(held))
            elif self._window:
                await self._until_idle(next(held))
            elif updates or self._clock() - asked < AT_ONCE_SECONDS:
                await self._sleep(next(held))

    async def _updates(self) -> Sequence[Update | Skipped]:
        """The next answer, however often it has to be asked for."""
        network = pauses(*NETWORK_SECONDS, self._jitter)
        conflict = pauses(*CONFLICT_SECONDS, self._jitter)
        token = pauses(*TOKEN_SECONDS, self._jitter)
        while True:
            try:
                updates = await self._ask()
            except InvalidToken as error:
                pause, failure = next(token), error.message
                self._note_refusal(error)
            except RetryAfter as error:
                pause, failure = seconds(error), error.message
                self._refused = None
            except Conflict as error:
                pause, failure = next(conflict), error.message
                self._refused = None
                self._say_conflict()
            except Exception as error:  # noqa: BLE001 - whatever a server answers is only asked for again
                pause, failure = (
                    next(network),
                    str(error) if isinstance(error, TelegramError) else type(error).__name__,
                )
            else:
                self._note_success()
                return updates
            self._troubled = True
            LOG.warning("polling failed, next try in %.1f s: %s", pause, failure)
            await self._sleep(pause)

    async def _ask(self) -> Sequence[Update | Skipped]:
        asked: dict[str, Any] = {
            "offset": self._window.offset,
            "limit": UPDATES_A_POLL,
            "timeout": POLL_SECONDS,
            "allowed_updates": ALLOWED_UPDATES,
        }
        try:
            updates: Sequence[Update | Skipped] = await self._bot.get_updates(**asked)
        except TelegramError:
            raise
        except Exception:  # noqa: BLE001 - one unreadable update makes python-telegram-bot refuse the batch
            updates = await self._ask_for_pieces(asked)
        self._acknowledged = asked["offset"]
        return updates

    async def _ask_for_pieces(self, asked: dict[str, Any]) -> list[Update | Skipped]:
        """The same batch, each update read by itself, so that the unreadable ones can be told apart."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", PTBUserWarning)  # it advises get_updates
            pieces: list[Any] = await self._bot.do_api_request(
                "getUpdates", api_kwargs=asked | {"timeout": 0}
            )
        return [self._read(piece) for piece in pieces]

    def _read(self, piece: Any) -> Update | Skipped:
        try:
            return Update.de_json(piece, self._bot)
        except Exception as error:  # noqa: BLE001 - anything: the reader was not written for it
            number: Any = piece.get("update_id") if isinstance(piece, dict) else None
            return Skipped(number, None, error)

    def _note_refusal(self, error: InvalidToken) -> None:
        """Raises `TokenRefused` when nothing else was heard for a minute."""
        now = self._clock()
        if self._refused is None:
            self._refused = now
            LOG.error("Telegram does not accept the bot token; asking again for a minute")
        elif now - self._refused >= REFUSED_SECONDS:
            raise TokenRefused from error

    def _note_success(self) -> None:
        self._polled = self._clock()
        self._refused = None
        if self._troubled:
            self._troubled = False
            _tell(self._notices.recovered)

    def _say_conflict(self) -> None:
        now = self._clock()
        if self._conflicted is None or now - self._conflicted > CONFLICT_FORGOTTEN_SECONDS:
            _tell(self._notices.conflict)
        self._conflicted = now

    # Handling

    def _take_in(self, updates: Iterable[Update | Skipped]) -> int:
        """Put what is new in its lane. Answers how many that were."""
        news = 0
        # What has no number can be neither handled once nor acknowledged.
        numbered = (each for each in updates if _is_number(each.update_id))
        for update in sorted(numbered, key=lambda each: each.update_id):
            if self._window.admit(update.update_id, self._clock()):
                self._idle.clear()
                if isinstance(update, Skipped):
                    self._skip(update)
                else:
                    news += 1
                    self._enter_lane(update)
        return news

    def _enter_lane(self, update: Update) -> None:
        key = self._key(update)
        lane = self._lanes.get(key)
        if lane is None:
            lane = self._lanes[key] = Lane()
            lane.task = asyncio.create_task(self._work(key, lane))
        lane.updates.append(update)

    def _key(self, update: Update) -> object:
        try:
            key = self._lane_of(update)
            hash(key)
        except Exception:  # noqa: BLE001 - an update of a shape that nobody thought of is nobody's
            return None
        return key

    async def _work(self, key: object, lane: Lane) -> None:
        try:
            while lane.updates and not self._stopping.is_set():
                update = lane.updates[0]
                failure = await self._try(lane, update)
                if failure is None:
                    self._commit(update.update_id)
                else:
                    self._skip(Skipped(update.update_id, update, failure))
                lane.updates.popleft()
        finally:
            del self._lanes[key]

    async def _try(self, lane: Lane, update: Update) -> Exception | None:
        """None once it is committed, or the error after which it will not be tried again."""
        tries = 0
        for pause in pauses(*RETRY_SECONDS, self._jitter):
            failure = await self._attempt(update)
            if failure is None:
                return None
            tries += not isinstance(failure, NotKept)
            if tries >= self._tries:
                return failure
            lane.pausing = True
            await self._sleep(pause)
            lane.pausing = False
        raise AssertionError("pauses do not end")

    async def _attempt(self, update: Update) -> Exception | None:
        try:
            committed = await self._handle(update)
        except Exception as error:  # noqa: BLE001 - whatever it is, the update is not committed
            return error
        return None if committed is True else NotCommitted(f"a handler returned {type(committed).__name__}")

    def _skip(self, skipped: Skipped) -> None:
        _tell(self._notices.skipped, skipped)
        self._commit(skipped.update_id)

    def _commit(self, number: int) -> None:
        self._window.commit(number)
        if not self._window:
            self._idle.set()

    async def _until_idle(self, longest: float) -> None:
        """Until everything in hand is committed, but not for longer than a pause: others may have written."""
        idle = asyncio.create_task(self._idle.wait())
        pause = asyncio.ensure_future(self._sleep(longest))
        try:
            await asyncio.wait({idle, pause}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            idle.cancel()
            pause.cancel()

    # Stopping

    async def _finish(self) -> None:
        for lane in self._lanes.values():
            if lane.pausing and lane.task is not None:
                lane.task.cancel()
        tasks = {lane.task for lane in self._lanes.values() if lane.task is not None}
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=self._drain)
            for task in late:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        await self._farewell()

    async def _farewell(self) -> None:
        """Acknowledge what was committed since the last poll. Without it, it is only delivered again."""
        offset = self._window.offset
        if offset == self._acknowledged:
            return
        try:
            async with asyncio.timeout(FAREWELL_SECONDS):
                await self._bot.get_updates(offset, limit=1, timeout=0, allowed_updates=ALLOWED_UPDATES)
        except Exception as error:  # noqa: BLE001 - see above: nothing depends on it
            LOG.info("the last acknowledgement was not sent: %s", type(error).__name__)


def _tell(notice: Callable[..., None], *about: object) -> None:
    """Whoever is told must not be able to stop the polling."""
    try:
        notice(*about)
    except Exception as error:  # noqa: BLE001
        LOG.error("a notice failed: %s", type(error).__name__)
