"""The pictures: every number of the counts is in them, nothing too small, nothing outside, both languages."""

import io
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from PIL import Image

from bot.wording.counts import as_text
from bot.wording.pictures import PICTURES, NoPicture, draw, rendered, write
from bot.wording.pictures.drawing import MARGIN, SMALL, WIDTH, Box, Label, measure, wrapped
from bot.wording.pictures.png import _font, font_for
from dialogs.languages import LANGUAGES
from dialogs.verdicts import verdict_words
from state.database import open_database
from state.stats import Stats, stats


@pytest.fixture(scope="module")
def counts(filled: Path) -> Stats:
    return stats(filled)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("picture", PICTURES)
def test_nothing_is_outside_or_too_small_for_a_phone(counts: Stats, picture: str, language: str) -> None:
    drawing = draw(picture, counts.trials[0], counts.as_of, language)
    assert drawing.width == WIDTH
    labels = [shape for shape in drawing.shapes if isinstance(shape, Label)]
    assert len(labels) > 10
    file = font_for("".join(label.text for label in labels))
    for label in labels:
        width = _font(file, 30).getlength(label.text) * label.size / 30
        left = label.x - {"start": 0, "middle": width / 2, "end": width}[label.anchor]
        assert label.size >= SMALL
        assert left >= MARGIN / 2
        assert left + width <= WIDTH - MARGIN / 2, label.text
        assert label.y <= drawing.height
    for box in (shape for shape in drawing.shapes if isinstance(shape, Box)):
        assert box.x + box.width <= WIDTH - MARGIN + 1
        assert box.y + box.height <= drawing.height


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_flow_shows_every_number_of_the_counts(counts: Stats, language: str) -> None:
    (trial,) = counts.trials
    drawing = draw("flow", trial, counts.as_of, language)
    texts = [shape.text for shape in drawing.shapes if isinstance(shape, Label)]
    total = trial.total
    for number in (total.assessed, total.excluded, total.open, total.potentially_eligible):
        assert f"n = {number}" in texts
    for reason in trial.first_reasons:
        assert reason.code in texts
        assert str(reason.subjects) in texts
    eligible = verdict_words("eligible", language)
    assert eligible[:1].upper() + eligible[1:] in texts
    assert not re.search(r"(?<!otentially )\b[Ee]ligible\b", " ".join(texts))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("picture", PICTURES)
def test_svg_is_xml_with_its_words_and_png_is_three_pixels_to_one(
    counts: Stats, picture: str, language: str, tmp_path: Path
) -> None:
    drawing = draw(picture, counts.trials[0], counts.as_of, language)
    write(drawing, tmp_path / "picture.svg")
    root = ET.fromstring((tmp_path / "picture.svg").read_bytes())
    assert root.find("{http://www.w3.org/2000/svg}title").text == drawing.title
    assert len(root.findall(".//{http://www.w3.org/2000/svg}text")) > 10
    image = Image.open(io.BytesIO(rendered(drawing, ".png")))
    assert image.width == 3 * WIDTH
    assert image.height == 3 * drawing.height
    assert rendered(drawing, ".png") == rendered(drawing, ".png")


def test_our_font_has_every_character_of_both_languages(counts: Stats) -> None:
    for picture in PICTURES:
        for language in LANGUAGES:
            drawing = draw(picture, counts.trials[0], counts.as_of, language)
            text = "".join(shape.text for shape in drawing.shapes if isinstance(shape, Label))
            assert font_for(text).endswith("NotoSansSC.otf")


def test_a_character_in_no_font_is_said_and_not_drawn_as_a_box() -> None:
    with pytest.raises(NoPicture, match="svg"):
        font_for("\U0001f9ff")


def test_another_ending_is_refused_in_a_sentence(counts: Stats, tmp_path: Path) -> None:
    with pytest.raises(NoPicture, match=r"ends in \.png or \.svg"):
        write(draw("flow", counts.trials[0], counts.as_of, "en"), tmp_path / "flow.pdf")


def test_lines_break_at_spaces_and_between_chinese_but_not_before_punctuation() -> None:
    assert wrapped("Confirmed immune cytopenia", measure("Confirmed immune", 14), 14) == [
        "Confirmed immune",
        "cytopenia",
    ]
    lines = wrapped("每名受试者仅计一次，按首个原因计。", 14 * 9.2, 14)
    assert len(lines) == 2
    assert [line[0] for line in lines] == ["每", "次"]
    assert wrapped("每名受试者，按首个", measure("每名受试者", 14), 14) == ["每名受试", "者，按首个"]
    assert wrapped("数值（Fe）。", measure("数值（Fe", 14), 14) == ["数值", "（Fe）。"]
    assert wrapped("理解为“同前”。", measure("理解为“", 14), 14) == ["理解为", "“同", "前”。"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_text_begins_with_the_sum_and_never_says_eligible_alone(counts: Stats, language: str) -> None:
    text = as_text(counts, language)
    total = counts.trials[0].total
    for number in (total.assessed, total.excluded, total.open, total.potentially_eligible):
        assert str(number) in text.split("\n\n")[1]
    assert not re.search(r"(?<!otentially )\b[Ee]ligible\b", text)


def test_without_screenings_the_text_says_so(tmp_path: Path) -> None:
    open_database(tmp_path / "new.db").conn.close()
    assert "No screening" in as_text(stats(tmp_path / "new.db"), "en")
