"""Takes new versions of the trials' files while the bot runs; a file that cannot be used changes nothing, and is said.

In a folder that is offered, a file that is added is a trial more, and one that is removed a trial less. Screenings keep
the version that they began with: only what is on offer changes.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bot.exchange import Safe, Turn
from bot.telegram.channel import Channel
from bot.wording.phrases import Phrases, lines, phrases
from dialogs.errors import ProtocolError
from dialogs.loading import load
from dialogs.loading.folders import trial_files
from dialogs.protocol import Protocol
from state.reviews import enter_reviews

LOOK_SECONDS: Final = 10.0
"""How often the files are looked at; one is read once it has stayed the same from one look to the next."""

LOG = logging.getLogger(__name__)
_Stamp = tuple[int, int] | None
_Said = Callable[[Phrases], str]


@dataclass(frozen=True, slots=True)
class Watched:
    """Files of trials on offer, with the id of the trial in each, and folders to which more may be added.

    They are looked at every so many ``seconds``. ``drafts`` are taken only where nobody screens patients.
    """

    files: Mapping[Path, str] = field(default_factory=dict)
    folders: tuple[Path, ...] = ()
    seconds: float = LOOK_SECONDS
    drafts: bool = False

    @classmethod
    def of(
        cls,
        loaded: Mapping[str, Protocol],
        sources: Iterable[str],
        *,
        seconds: float = LOOK_SECONDS,
        drafts: bool = False,
    ) -> Watched:
        """Return what there is to watch of `loaded` trials and the `sources` that these were given by."""
        return cls(
            {Path(source): protocol.id for source, protocol in loaded.items() if Path(source).is_file()},
            tuple(Path(source) for source in sources if Path(source).is_dir()),
            seconds,
            drafts,
        )


UNWATCHED: Final = Watched()


class NewVersions:
    """Watches the files of the trials on offer."""

    def __init__(self, watched: Watched, channel: Channel) -> None:
        self._channel = channel
        self._folders = watched.folders
        self._drafts_too = watched.drafts
        self._trials = dict(watched.files)
        self._last = {file: _stamp(file) for file in self._trials}
        self._read = dict(self._last)
        self._drafts: set[Path] = set()

    async def look(self) -> None:
        """Read the files that were changed or added, and are not being written any more; let go those removed."""
        now, before = {file: _stamp(file) for file in self._files()}, self._last
        self._last = now
        for file in [each for each in self._trials if self._is_gone(each, now, before)]:
            self._withdraw(file)
        for file, stamp in now.items():
            if stamp is not None and stamp != self._read.get(file) and stamp == before.get(file):
                await self._read_again(file, stamp)

    def _files(self) -> dict[Path, None]:
        added = (file for folder in self._folders if folder.is_dir() for file in trial_files(folder))
        return dict.fromkeys([*self._trials, *added])

    def _is_gone(self, file: Path, now: Mapping[Path, _Stamp], before: Mapping[Path, _Stamp]) -> bool:
        """Say whether a file was removed from a folder; one that an editor replaces is there at the next look."""
        away = now.get(file) is None and before.get(file) is None
        return away and file.parent in self._folders and file.parent.is_dir()

    def _withdraw(self, file: Path) -> None:
        setup, trial = self._channel.conversation.setup, self._trials.pop(file)
        self._drafts.discard(file)
        # another file, which was refused beside it, may be of that trial: it is read again
        self._read = {each: self._read.get(each) for each in self._trials}
        setup.protocols = tuple(each for each in setup.protocols if each.id != trial)
        LOG.info("trial withdrawn", extra={"trial": trial})
        self._tell(lambda say: say("trial_withdrawn", id=trial), "coordinator")

    async def _read_again(self, file: Path, stamp: _Stamp) -> None:
        self._read[file] = stamp
        try:
            loaded = await asyncio.to_thread(load, str(file))
        except (ProtocolError, OSError) as error:
            fault = str(error.faults[0]) if isinstance(error, ProtocolError) else type(error).__name__
            self._refuse(file, lambda say: fault)
        else:
            self._read[file] = None  # until it is offered: what cannot be kept now is tried at the next look
            self._offer(file, loaded)
            self._read[file] = stamp

    def _offer(self, file: Path, loaded: Protocol) -> None:
        served = {each.id: each for each in self._channel.conversation.setup.protocols}
        known = self._trials.get(file)
        if known is not None and loaded.sha256 == served[known].sha256:
            self._drafts.discard(file)
            return
        if known not in (None, loaded.id):
            self._refuse(file, lambda say: say("version_of_another", id=loaded.id))
        elif loaded.open_reviews and not self._drafts_too:
            self._wait_for_reviews(file, len(loaded.open_reviews))
        elif known is None and loaded.id in served:
            self._refuse(file, lambda say: say("trial_offered_already", id=loaded.id))
        else:
            self._take(file, loaded)

    def _take(self, file: Path, loaded: Protocol) -> None:
        screenings, setup = self._channel.conversation.screenings, self._channel.conversation.setup
        enter_reviews(screenings.db, loaded, screenings.clock)
        key = "version_taken" if file in self._trials else "trial_added"
        self._trials[file] = loaded.id
        self._drafts.discard(file)
        offered = {**{each.id: each for each in setup.protocols}, loaded.id: loaded}
        is_alike = any(each.id == loaded.id and each.version == loaded.version for each in setup.protocols)
        setup.protocols = tuple(offered.values())
        LOG.info("new version taken", extra={"trial": loaded.id, "version": loaded.version})
        remarks = ("version_alike",) if is_alike else ()
        self._tell(
            lambda say: lines(*(say(each, id=loaded.id, version=loaded.version) for each in (key, *remarks))),
            "coordinator",
        )

    def _wait_for_reviews(self, file: Path, n: int) -> None:
        """Tell once of a draft that it is one: whoever reviews it writes it anew with each decision."""
        if file not in self._drafts:
            self._drafts.add(file)
            self._refuse(file, lambda say: say("version_unreviewed", n=n))

    def _refuse(self, file: Path, fault: _Said) -> None:
        LOG.error(
            "changed file of a trial not taken", extra={"file": file.name, "fault": fault(phrases("en"))}
        )
        known = self._trials.get(file)
        if known is None:
            self._tell(lambda say: say("trial_not_added", file=file.name, fault=fault(say)))
            return
        served = next(each for each in self._channel.conversation.setup.protocols if each.id == known)
        self._tell(lambda say: say("version_refused", id=known, version=served.version, fault=fault(say)))

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
