"""What `verify` covers: of every column of every table, by what a change to it is found, or why none is.

The table in the documentation is made from this one, and a test changes every cell of a file to hold this to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from state.register import REGISTERED

LOG: Final = "the log's chain of hashes"
REGISTER: Final = "the register's chain of hashes"
ROW: Final = "the digest of the row in the register"
ACCOUNTS: Final = "the salted hash of the account in the register"
REPLAY: Final = "replay of the dialogue"
TEXT: Final = "the SHA-256 of the protocol's text"
GENESIS: Final = "the hash that the screening's log begins with"
POSITION: Final = "the log's length and end, and the total of all heads"
NEWEST: Final = "the newest log entry"
FACTS: Final = "the total of all heads, which begins with it"
SELF: Final = "the register and the positions"
NAMES: Final = "the schema, which is held against what these migrations make"

HOW: Final = (LOG, REGISTER, ROW, ACCOUNTS, REPLAY, TEXT, GENESIS, POSITION, NEWEST, FACTS, SELF, NAMES)
"""Everything that covers a column; what else stands in `COVERAGE` says why a column is not covered."""


def _all(by: str, columns: str) -> dict[str, str]:
    return dict.fromkeys(columns.split(), by)


COVERAGE: Final[Mapping[str, Mapping[str, str]]] = {
    "screenings": _all(GENESIS, "number site sequence protocol person started_at zone channel earlier hash"),
    "log": _all(
        LOG,
        "screening entry at person kind question value unit compared compared_unit detail source hash",
    ),
    "verdicts": {
        **_all(LOG, "screening entry at person"),
        **_all(REPLAY, "verdict first_failed all_failed unresolved set_aside asked parts worked_out"),
    },
    "positions": {
        **_all(POSITION, "screening person entries head"),
        **_all(REPLAY, "state set_aside"),
        "updated_at": NEWEST,
        **_all(
            "finds the message in the chat again; a wrong number makes a question come twice",
            "prompt prompted_entry",
        ),
        "reminded_at": "says who was reminded of an open screening; a wrong one makes a reminder come twice or not",
    },
    "protocols": _all(TEXT, "sha256 id version text"),
    "register": _all(REGISTER, "origin entry at person kind subject detail hash"),
    "sites": _all(ROW, " ".join(REGISTERED["site"][1])),
    "people": {
        **_all(ROW, " ".join(REGISTERED["person"][1])),
        **_all("a person's own setting, changed at will", "language notified"),
        "seen_on": "the day on which somebody was last heard of: it decides nothing",
        "current": "which open screening a person is shown; what is asked and kept names its screening itself",
    },
    "accounts": _all(ACCOUNTS, "channel account person"),
    "invitations": _all(ROW, " ".join(REGISTERED["invitation"][1])),
    "asked": _all(
        "which prompt a typed answer belongs to; a wrong one makes the question come again",
        "person screening entry kind ordinal",
    ),
    "prompts": _all(
        "which message of a chat asks what, for replies to it; a wrong one makes the question come again",
        "chat message screening entry kind ordinal at",
    ),
    "meta": _all(SELF, "key value"),
    "_sqlite_migrations": {
        "id": "kept by sqlite-utils and read by nobody",
        **_all(NAMES, "migration_set name"),
        "applied_at": "kept by sqlite-utils and read by nobody",
    },
}
"""Table -> column -> what covers it, or why it is not covered."""
