"""A protocol file under review: read anew before every decision, and written at once after it."""

from __future__ import annotations

import codecs
import fcntl
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.reviewing.notes import kept_with_review
from dialogs.errors import NotEditable, ProtocolError
from dialogs.loading import parse_protocol
from dialogs.loading.editing import accepted, in_words
from dialogs.loading.encodings import decode
from dialogs.loading.fingerprints import fingerprint
from dialogs.loading.ruleless import is_asked_as_it_stands
from dialogs.protocol import Criterion, Protocol
from dialogs.reviews import awaited, person

TRIES: Final = 5
"""How often a decision is put anew into what somebody else wrote while it was written."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why nothing was written: a key of the words, and a mistake that the file would have."""

    key: str
    fault: str = ""


CHANGED: Final = Refusal("changed")
"""It is not what was shown any more."""
WRITTEN_SINCE: Final = Refusal("written_since")
"""The file is not what the decision made of it any more."""


@dataclass(frozen=True, slots=True)
class Written:
    """What the file was before a decision, and what the decision made of it: by both it can be taken back."""

    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A criterion as it was shown, and the fingerprint of what was shown.

    ``in_words`` is what the trial would be if it were asked as it stands; ``None`` if it is, and where it cannot be.
    ``of_in_words`` is the fingerprint of that criterion, also where it is asked so already.
    """

    protocol: Protocol
    criterion: Criterion
    of: str
    in_words: Protocol | None = None
    of_in_words: str = ""


@dataclass(frozen=True, slots=True)
class ReviewedFile:
    """A file that a person reviews on a day."""

    path: Path
    by: str
    on: str

    def is_writable(self) -> bool:
        """Say whether a decision can be written: into the file, and one in its place into the folder."""
        target = self.path.resolve()
        return all(
            os.access(each, os.W_OK, effective_ids=os.access in os.supports_effective_ids)
            for each in (target, target.parent)
        )

    def protocol(self) -> Protocol:
        """Load the file. Raises `ProtocolError`."""
        return parse_protocol(self._text(), str(self.path))

    def waiting(self) -> tuple[Criterion, ...]:
        """Return the criteria that this person has still to look at."""
        protocol = self.protocol()
        return tuple(each for each in protocol.open_reviews if not self._waits_for_others(protocol, each))

    def _waits_for_others(self, protocol: Protocol, criterion: Criterion) -> bool:
        """Say whether this person has accepted a criterion that needs more persons."""
        return self.has_accepted(criterion) and bool(awaited(None, criterion.reviewed, protocol.reviews))

    def has_accepted(self, criterion: Criterion) -> bool:
        """Say whether this person accepted a criterion as it is now."""
        return any(each.fits and person(each.by) == person(self.by) for each in criterion.reviewed)

    def show(self, code: str) -> Shown | None:
        """Return a criterion as it stands in the file now; ``None`` if it waits for this person no more."""
        text = self._text()
        protocol = parse_protocol(text, str(self.path))
        criterion = protocol.criterion_by_code.get(code)
        if criterion is None or criterion not in protocol.open_reviews:
            return None
        if self._waits_for_others(protocol, criterion):
            return None
        asked, of_asked = self._in_words(text, criterion)
        return Shown(protocol, criterion, fingerprint(text, code), asked, of_asked)

    def _in_words(self, text: str, criterion: Criterion) -> tuple[Protocol | None, str]:
        try:
            after = in_words(text, criterion.code)
        except NotEditable:
            return None, ""
        of = fingerprint(after, criterion.code)
        if after == text and is_asked_as_it_stands(criterion):
            return None, of
        try:
            return parse_protocol(after, str(self.path)), of
        except ProtocolError:
            return None, of

    def accept(self, shown: Shown, *, as_question: bool = False) -> Written | Refusal:
        """Write that this person accepted what was shown, or made it a question in words; or say why not.

        What somebody else wrote into the file in the meantime stays; if it was this criterion, nothing is written.
        """
        for _ in range(TRIES):
            text = self._text()
            try:
                after = self._with_decision(text, shown, as_question=as_question)
            except NotEditable:
                return Refusal("not_editable")
            except ProtocolError as error:
                return Refusal("would_not_load", str(error.faults[0]))
            if after is None:
                return CHANGED
            if self._write(after, before=text):
                return Written(text, after)
        return CHANGED

    def take_back(self, written: Written) -> Refusal | None:
        """Make the file again what it was before a decision; return why not, if somebody wrote into it since."""
        return None if self._write(written.before, before=written.after) else WRITTEN_SINCE

    def _with_decision(self, text: str, shown: Shown, *, as_question: bool) -> str | None:
        """Return the file's text with the decision, if it still loads; ``None`` if the criterion is another one."""
        code = shown.criterion.code
        known = parse_protocol(text, str(self.path)).criterion_by_code
        if code not in known or fingerprint(text, code) != shown.of:
            return None
        if as_question and known[code].reviewed != shown.criterion.reviewed:
            return None  # somebody accepted meanwhile what would be dropped
        asked_now = as_question and not is_asked_as_it_stands(shown.criterion)
        proposed = "" if asked_now else kept_with_review(shown.criterion)
        decided = in_words(text, code) if as_question else text
        if as_question and fingerprint(decided, code) != shown.of_in_words:
            return None  # it would be asked otherwise than was shown
        after = accepted(decided, code, self.by, self.on, proposed)
        parse_protocol(after, str(self.path))
        return after

    def _text(self) -> str:
        """Read the file, with its line ends as they are. Raises `ProtocolError` for what is no text."""
        text, faults = decode(self.path.read_bytes())
        if faults:
            raise ProtocolError(str(self.path), faults)
        return text

    def _write(self, text: str, before: str) -> bool:
        """Put another text in the file's place, whole or not at all; return whether nobody wrote there meanwhile.

        Two who review at once write one after the other: each file is locked until another is in its place.
        """
        target = self.path.resolve()
        with target.open("rb+") as opened:  # who may not write it may not replace it either
            fcntl.flock(opened, fcntl.LOCK_EX)
            mark = codecs.BOM_UTF8 if opened.read(len(codecs.BOM_UTF8)) == codecs.BOM_UTF8 else b""
            with tempfile.NamedTemporaryFile(
                dir=target.parent, prefix=f".{target.name}.", delete=False
            ) as made:
                try:
                    made.write(mark + text.encode())
                    made.flush()
                    os.fsync(made.fileno())
                    shutil.copymode(target, made.name)
                    if self._text() != before:
                        Path(made.name).unlink()
                        return False
                    Path(made.name).replace(target)
                except BaseException:
                    Path(made.name).unlink()
                    raise
            return True
