"""A text that is longer than a message is cut into several, each of them HTML that Telegram reads."""

from __future__ import annotations

import pytest

from bot.exchange import Safe
from bot.phone.markup import parse_html, utf16_length
from bot.telegram.limits import TEXT_CHARACTERS
from bot.telegram.replies import pages
from bot.wording.phrases import quoted

LINES = [f"{number} ✓ 血红蛋白 {'x' * 60}" for number in range(200)]


def test_a_short_text_is_one_page() -> None:
    assert list(pages(quoted(Safe("a\nb")))) == ["<blockquote expandable>a\nb</blockquote>"]


@pytest.mark.parametrize("tag", ["<blockquote>", "<blockquote expandable>", "<pre>"])
def test_a_block_that_spans_pages_ends_and_begins_with_each(tag: str) -> None:
    markup = "\n".join(
        ["before", f"{tag}{LINES[0]}", *LINES[1:-1], f"{LINES[-1]}</{tag[1:-1].split()[0]}>", "after"]
    )
    read = [parse_html(page) for page in pages(Safe(markup))]
    assert len(read) > 3
    assert "\n".join(text for text, _ in read) == "\n".join(["before", *LINES, "after"])
    assert all(utf16_length(text) <= TEXT_CHARACTERS for text, _ in read)
    kind = "expandable_blockquote" if "expandable" in tag else tag[1:-1]
    assert [[entity["type"] for entity in entities] for _, entities in read] == [[kind]] * len(read)


def test_what_stands_after_a_quotation_is_not_quoted() -> None:
    markup = "\n".join([f"<b>{quoted(Safe(LINES[0]))}</b>", *LINES])
    _, *others = [parse_html(page) for page in pages(Safe(markup))]
    assert others
    assert [entities for _, entities in others] == [[]] * len(others)
