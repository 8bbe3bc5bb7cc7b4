"""Versions of a trial in one file: in the order in which people count them."""

from __future__ import annotations

from pathlib import Path

from dialogs.loading import parse_protocol
from state.database import open_database
from state.replay import StoredProtocols

TRIAL = 'format = 2\nid = "EX"\nversion = "{}"\ntitle = "Fictional"\n[[criterion]]\ncode = "I1"\ninclusion = "Adult"\n'
VERSIONS = ["1.9", "1.10", "2", "9", "10", "10b", "2026-02-01"]


def test_version_10_follows_version_9(tmp_path: Path) -> None:
    db = open_database(tmp_path / "versions.db")
    stored = StoredProtocols(db)
    with db.conn:
        for version in reversed(VERSIONS):
            stored.keep(parse_protocol(TRIAL.format(version), "trial.toml"))
    assert [protocol.version for protocol in stored.all()] == VERSIONS
    db.close()
