"""Telegram's HTML: entities with UTF-16 offsets, and one sentence for each mistake."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import Bot
from telegram.error import BadRequest

from bot.phone.markup import BadMarkup, find_entities, parse_html, utf16_length
from tests.phone.person import Person


def entity(kind: str, offset: int, length: int, **more: str) -> dict[str, object]:
    return {"type": kind, "offset": offset, "length": length, **more}


@pytest.mark.parametrize(
    ("markup", "text", "entities"),
    [
        ("plain", "plain", []),
        ("<b>b</b> <strong>s</strong>", "b s", [entity("bold", 0, 1), entity("bold", 2, 1)]),
        ("<i>i</i><em>e</em>", "ie", [entity("italic", 0, 1), entity("italic", 1, 1)]),
        ("<u>u</u><ins>n</ins>", "un", [entity("underline", 0, 1), entity("underline", 1, 1)]),
        ("<s>s</s><del>d</del>", "sd", [entity("strikethrough", 0, 1), entity("strikethrough", 1, 1)]),
        ("😀<b>粗体</b>", "😀粗体", [entity("bold", 2, 2)]),
        ("<b>👨‍👩‍👧</b>中<i>x</i>", "👨‍👩‍👧中x", [entity("bold", 0, 8), entity("italic", 9, 1)]),
        ("<b>a<i>b</i></b>", "ab", [entity("bold", 0, 2), entity("italic", 1, 1)]),
        ("<code>&lt;b&gt; &amp; &quot;</code>", '<b> & "', [entity("code", 0, 7)]),
        ("&nbsp;&#65;&#x4e2d;&", "&nbsp;A中&", []),
        (
            "<a href='https://x.org/?a=1&amp;b=2'>x</a>",
            "x",
            [entity("text_link", 0, 1, url="https://x.org/?a=1&b=2")],
        ),
        ("<a href='javascript:alert(1)'>x</a>", "x", []),
        ("<pre>p</pre>", "p", [entity("pre", 0, 1)]),
        ('<pre><code class="language-py">p</code></pre>', "p", [entity("pre", 0, 1, language="py")]),
        ("<tg-spoiler>s</tg-spoiler>", "s", [entity("spoiler", 0, 1)]),
        ('<span class="tg-spoiler">s</span>', "s", [entity("spoiler", 0, 1)]),
        ("<blockquote>q</blockquote>", "q", [entity("blockquote", 0, 1)]),
        ("<blockquote expandable>q</blockquote>", "q", [entity("expandable_blockquote", 0, 1)]),
        ("<blockquote  EXPANDABLE >q</blockquote>", "q", [entity("expandable_blockquote", 0, 1)]),
        ('<blockquote expandable="">q</blockquote>', "q", [entity("expandable_blockquote", 0, 1)]),
        ('<blockquote cite="x">q</blockquote>', "q", [entity("blockquote", 0, 1)]),
        (
            "😀\n<blockquote expandable>一\n<b>二</b></blockquote>\nz",
            "😀\n一\n二\nz",
            [entity("expandable_blockquote", 3, 3), entity("bold", 5, 1)],
        ),
        (
            "<blockquote expandable>a<blockquote>b</blockquote></blockquote>",
            "ab",
            [entity("expandable_blockquote", 0, 2)],
        ),
        (
            "<blockquote>a<b><blockquote expandable>b</blockquote></b></blockquote>",
            "ab",
            [entity("blockquote", 0, 2), entity("bold", 1, 1)],
        ),
        (
            "<blockquote>a</blockquote><blockquote>b</blockquote>",
            "ab",
            [entity("blockquote", 0, 1), entity("blockquote", 1, 1)],
        ),
        ("\n <b> x </b>\n", "x", [entity("bold", 0, 1)]),
        ("<b></b>x", "x", []),
    ],
)
def test_markup_becomes_text_and_entities(markup: str, text: str, entities: list[dict[str, object]]) -> None:
    assert parse_html(markup) == (text, entities)


@pytest.mark.parametrize(
    ("markup", "sentence"),
    [
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("中<x>y</x>", 'Unsupported start tag "x" at byte offset 3'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("1 < 2", 'Unsupported start tag "" at byte offset 2'),
        ("<b", "Unclosed start tag at byte offset 0"),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ("<blockquote expandable", "Unclosed start tag at byte offset 0"),
        (
            "<blockquote expandable>q</blockquote expandable>",
            "Unclosed end tag at byte offset 24",
        ),
        ("<expandable>q</expandable>", 'Unsupported start tag "expandable" at byte offset 0'),
        ("<script>x</script>", 'Unsupported start tag "script" at byte offset 0'),
    ],
)
def test_a_mistake_is_named(markup: str, sentence: str) -> None:
    with pytest.raises(BadMarkup) as mistake:
        parse_html(markup)
    assert str(mistake.value) == sentence


async def test_markup_that_cannot_be_parsed_is_a_bad_request(bot: Bot, person: Person) -> None:
    with pytest.raises(BadRequest, match=r"(?i)can't parse entities: Unsupported start tag"):
        await bot.send_message(7, "PLT < 30", parse_mode="HTML")


async def test_python_telegram_bot_reads_the_same_entities(bot: Bot, person: Person) -> None:
    sent = await bot.send_message(7, "😀 <b>血红蛋白</b> &lt; 100 <i>g/L</i>", parse_mode="HTML")
    assert list(sent.parse_entities().values()) == ["血红蛋白", "g/L"]
    assert sent.text_html == "😀 <b>血红蛋白</b> &lt; 100 <i>g/L</i>"


async def test_commands_and_links_are_found_without_markup(bot: Bot, person: Person) -> None:
    sent = person.send("/start abc")
    assert sent["entities"] == [entity("bot_command", 0, 6)]
    said = await bot.send_message(7, "好:/new 或 https://t.me/prescreen_local_bot?start=abc")
    assert [(e.type, text) for e, text in said.parse_entities().items()] == [
        ("bot_command", "/new"),
        ("url", "https://t.me/prescreen_local_bot?start=abc"),
    ]


@pytest.mark.parametrize("text", ["mg/dL", "1/2", "24/7 https://x.org/new", "a/new"])
def test_a_stroke_inside_a_word_is_no_command(text: str) -> None:
    assert "bot_command" not in [found["type"] for found in find_entities(text)]


@given(st.text(max_size=60))
def test_any_text_that_is_escaped_comes_back_trimmed(text: str) -> None:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert parse_html(f"<b>{escaped}</b>")[0] == text.strip()


@given(st.text(alphabet="<>/ab&;=\"' 中😀", max_size=40))
def test_any_markup_is_read_or_refused(markup: str) -> None:
    try:
        text, entities = parse_html(markup)
    except BadMarkup:
        return
    assert all(0 <= e["offset"] < e["offset"] + e["length"] <= utf16_length(text) for e in entities)
