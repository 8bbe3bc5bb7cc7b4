"""The dialogue logs as JSON Lines, checked against the schema that ships."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

from jsonschema import Draft202012Validator

from dialogs.answers import decode
from dialogs.dialogue import STEP_KINDS, Step, replay
from dialogs.loading import load
from state.database import connect
from state.exports import Exported
from state.exports.loglines import SCHEMA
from state.screenings import NoteKind


def lines(exported: Callable[..., Exported]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in exported("log").path.read_text(encoding="utf-8").splitlines()]


def test_every_line_follows_the_schema_that_ships(exported: Callable[..., Exported]) -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    found = lines(exported)
    assert len(found) > 100
    for line in found:
        validator.validate(line)


def test_the_schema_names_every_kind_of_entry_and_no_other() -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    kinds = schema["properties"]["log"]["items"]["properties"]["kind"]["enum"]
    assert kinds == ["start", *STEP_KINDS, *get_args(NoteKind)]


def test_a_line_replays_to_its_own_verdict(exported: Callable[..., Exported]) -> None:
    protocol = load("NCT04420494")
    codes = {"potentially_eligible": "eligible"}
    replayed = 0
    for line in lines(exported):
        if line["state"] != "completed":
            continue
        steps = [
            Step(
                entry["kind"],
                entry["question"],
                decode(entry["value"], entry["unit"]) if entry["kind"] == "answer" else None,
            )
            for entry in line["log"]
            if entry["kind"] in STEP_KINDS
        ]
        dialogue = replay(protocol, steps)
        assert dialogue.verdict == codes.get(line["verdict"], line["verdict"])
        assert list(dialogue.failed_codes) == line["all_failed"]
        assert list(dialogue.unresolved) == line["unresolved"]
        replayed += 1
    assert replayed > 80


def test_entries_come_in_order_and_are_all_there(filled: Path, exported: Callable[..., Exported]) -> None:
    db = connect(filled, read_only=True)
    counted = dict(db.execute("SELECT screening, count(*) FROM log GROUP BY screening").fetchall())
    for line in lines(exported):
        assert [entry["entry"] for entry in line["log"]] == list(range(1, counted[line["screening"]] + 1))


def test_no_line_has_the_word_eligible_alone_or_a_message_s_identity(
    exported: Callable[..., Exported],
) -> None:
    text = exported("log").path.read_text(encoding="utf-8")
    assert '"potentially_eligible"' in text
    assert '"eligible"' not in text
    assert "telegram:" not in text
    assert "source" not in text
