"""What a person has to read is counted as it appears on the screen."""

from __future__ import annotations

from typing import Any

from bot.exchange import Safe
from bot.phone.markup import parse_html
from bot.wording.phrases import quoted
from tests.bench.conversation import Reader, lines_of
from tests.endtoend.ward import ACCOUNT


def message(markup: str, number: int = 1) -> dict[str, Any]:
    text, entities = parse_html(markup)
    return {"message_id": number, "from": {"is_bot": True}, "text": text, "entities": entities}


def test_of_an_expandable_quotation_three_lines_of_a_phone_are_seen() -> None:
    seen, folded = lines_of(message(f"😀 before\n{quoted(Safe('word ' * 40))}\nafter"))
    assert seen == ["😀 before", *["word " * 7 + "word"] * 3, "after"]
    assert folded == ["word " * 7 + "word"] * 2


def test_a_line_that_stays_in_an_edited_message_is_read_once() -> None:
    reader = Reader()
    reader(ACCOUNT, {"event": "message", "message": message("Sex?")})
    reader(ACCOUNT, {"event": "edit", "message": message("✓ Sex: Male\nAge?")})
    reader(ACCOUNT, {"event": "edit", "message": message("✓ Sex: Male\n✓ Age: 45\nSex?")})
    assert reader.read == len("Sex?✓ Sex: MaleAge?✓ Age: 45Sex?")
    reader(ACCOUNT, {"event": "message", "message": message("Sex?", 2)})
    reader(ACCOUNT + 1, {"event": "message", "message": message("for somebody else", 3)})
    assert reader.read == len("Sex?✓ Sex: MaleAge?✓ Age: 45Sex?Sex?")
    assert [seen for seen, _ in reader.shown.values()] == [["✓ Sex: Male", "✓ Age: 45", "Sex?"], ["Sex?"]]


def test_what_is_folded_away_is_told_apart() -> None:
    reader = Reader()
    reader(ACCOUNT, {"event": "message", "message": message(str(quoted(Safe("a\nb\nc\nd"))))})
    assert (reader.read, reader.folded) == (3, 1)
