"""Takes a new version of the trial's file while the bot runs; one that cannot be used changes nothing, and is said.

Screenings keep the version that they began with: only what is on offer changes.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Final

from bot.exchange import Safe, Turn
from bot.telegram.channel import Channel
from bot.wording.phrases import Phrases, phrases
from dialogs.errors import ProtocolError
from dialogs.loading import load
from dialogs.protocol import Protocol
from state.reviews import enter_reviews

LOOK_SECONDS: Final = 10.0
"""How often the file is looked at; it is read once it has stayed the same from one look to the next."""

LOG = logging.getLogger(__name__)
_Stamp = tuple[int, int] | None
_Said = Callable[[Phrases], str]


class NewVersions:
    """Watches the file of the trial on offer."""

    def __init__(self, file: Path, channel: Channel) -> None:
        self._file = file
        self._channel = channel
        self._read = self._last = _stamp(file)

    async def look(self) -> None:
        """Read the file if it was changed, and is not being written any more."""
        stamp, before = _stamp(self._file), self._last
        self._last = stamp
        if stamp in (None, self._read) or stamp != before:
            return
        self._read = stamp
        try:
            loaded = await asyncio.to_thread(load, str(self._file))
        except (ProtocolError, OSError) as error:
            fault = str(error.faults[0]) if isinstance(error, ProtocolError) else type(error).__name__
            self._refuse(lambda say: fault)
        else:
            self._read = None  # until it is offered: what cannot be kept now is tried at the next look
            self._offer(loaded)
            self._read = stamp

    def _offer(self, loaded: Protocol) -> None:
        setup = self._channel.conversation.setup
        (served,) = setup.protocols
        if loaded.sha256 == served.sha256:
            return
        if loaded.id != served.id:
            self._refuse(lambda say: say("version_of_another", id=loaded.id))
        elif loaded.open_reviews:
            self._refuse(lambda say: say("version_unreviewed", n=len(loaded.open_reviews)))
        else:
            screenings = self._channel.conversation.screenings
            enter_reviews(screenings.db, loaded, screenings.clock)
            setup.protocols = (loaded,)
            LOG.info("new version taken", extra={"version": loaded.version})
            self._tell(lambda say: say("version_taken", id=loaded.id, version=loaded.version), "coordinator")

    def _refuse(self, fault: _Said) -> None:
        (served,) = self._channel.conversation.setup.protocols
        LOG.error("changed file of the trial not taken")
        self._tell(lambda say: say("version_refused", id=served.id, version=served.version, fault=fault(say)))

    def _tell(self, said: _Said, *others: str) -> None:
        """Tell the administrators, and people of other roles."""
        for person in self._channel.conversation.people.all():
            if person.active and person.role in ("administrator", *others):
                turn = Turn()
                turn.say(Safe(said(phrases(person.language))))
                self._channel.tell(person, turn)


def _stamp(file: Path) -> _Stamp:
    """Return what changes when a file does; ``None`` while it is not there, as when an editor replaces it."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
