"""A text that is longer than a message is cut into several, each of them HTML that Telegram reads."""

from __future__ import annotations

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.exchange import Safe
from bot.phone.markup import parse_html, utf16_length
from bot.telegram.limits import TEXT_CHARACTERS
from bot.telegram.pages import pages, shortened
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


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(" ".join(["haemoglobin"] * 1000), id="words"),
        pytest.param("血红蛋白低于一百克每升，" * 800, id="Chinese"),
        pytest.param("x" * 12_000, id="no break"),
        pytest.param("&lt; 30 &amp; more " * 800, id="references"),
        pytest.param("&amp;" * 3000, id="nothing but references"),
        pytest.param("<b>a</b> <i>b</i> " * 800, id="tags"),
        pytest.param("😀" * 6000, id="outside of the basic plane"),
    ],
)
@pytest.mark.parametrize("around", ["{}", "<blockquote expandable>Record: {}</blockquote>", "<b>{}</b>\nend"])
def test_a_line_that_is_longer_than_a_message_is_divided_and_nothing_is_lost(words: str, around: str) -> None:
    markup = around.format(words)
    read = [parse_html(page) for page in pages(Safe(markup))]
    assert len(read) > 1
    assert all(0 < utf16_length(text) <= TEXT_CHARACTERS for text, _ in read)
    whole, _ = parse_html(markup)
    assert "".join("".join(text for text, _ in read).split()) == "".join(whole.split())


@given(st.text("ab 血，&<>😀\n", max_size=30), st.integers(0, 4000), st.sampled_from(["{}", "<i>{}</i>"]))
def test_any_text_is_divided_into_html_that_is_read(unit: str, times: int, around: str) -> None:
    markup = around.format(html.escape(unit * times, quote=False))
    read = [parse_html(page) for page in pages(Safe(markup))]
    assert all(utf16_length(text) <= TEXT_CHARACTERS for text, _ in read)
    whole, _ = parse_html(markup)
    assert "".join("".join(text for text, _ in read).split()) == "".join(whole.split())


def test_a_label_is_shortened_to_what_a_phone_shows() -> None:
    assert shortened("Hepatitis", 9) == "Hepatitis"
    assert shortened("Hepatitis B", 9) == "Hepatiti…"
