"""Who accepted which criterion of a protocol, entered in the register when the protocol begins to be served."""

from __future__ import annotations

from typing import Final

from sqlite_utils import Database

from dialogs.protocol import Protocol
from state import register
from state.database import writing
from state.moments import Clock

KIND: Final = "reviewed"


def enter_reviews(db: Database, protocol: Protocol, clock: Clock) -> None:
    """Enter the reviews of a protocol, once for each text of its file.

    Only those count that are of what stands there; with each stands the rule that was accepted. A protocol that
    nobody had to review has none.
    """
    reviews = [
        [criterion.code, review.by, review.on, review.of, criterion.rule.text]
        for criterion in protocol.criteria
        for review in criterion.reviewed
        if review.fits
    ]
    with writing(db):
        known = db.execute(
            "SELECT 1 FROM register WHERE kind = ? AND subject = ? AND json_extract(detail, '$.sha256') = ?",
            [KIND, protocol.id, protocol.sha256],
        ).fetchone()
        if reviews and not known:
            detail = {"version": protocol.version, "sha256": protocol.sha256, "reviews": reviews}
            register.enter(db, clock(), KIND, protocol.id, None, detail)
