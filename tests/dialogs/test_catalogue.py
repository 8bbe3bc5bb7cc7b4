"""The questions that we ship: each can be used as it stands, is said in every language, and reads in ten lines."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from decimal import Decimal
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from wcwidth import wcswidth

from dialogs.answers import Measurement
from dialogs.assessment import judge
from dialogs.errors import ProtocolError
from dialogs.languages import LANGUAGES
from dialogs.loading import catalogue, parse_protocol
from dialogs.loading.samples import rule, sample
from dialogs.protocol import Question
from dialogs.reading import unit_called
from dialogs.reading.numerals import fold
from dialogs.rules.judgement import FALSE, SETTLED, TRUE

ENTRIES = catalogue.entries()
FOLDER = Path(str(resources.files("dialogs") / "catalogue"))
FILES = sorted(FOLDER.glob("*.toml"))
HEAD = 'format = 2\nid = "FICTIONAL"\ntitle = "A fictional trial"\n'
WIDEST = {"ask": 140, "short": 36, "help": 160, "supplier": 24}
"""Columns: three lines of a phone for a question, four for an item of a questionnaire, one for what stands in lists, four for help."""
BUTTON = 38
"""Columns of a button, on a phone of 40."""
NUMBERS = [name for name in ENTRIES if "units" in ENTRIES[name]]
every_entry = pytest.mark.parametrize("name", ENTRIES)


@cache
def asked(name: str) -> Question:
    return parse_protocol(HEAD + sample(name), f"{name}.toml").question(name)


def test_there_are_more_than_a_hundred_questions_of_every_subject() -> None:
    assert len(ENTRIES) >= 250
    assert len(catalogue.subjects()) == len(FILES) - 1
    assert sum(map(len, catalogue.subjects().values())) == len(ENTRIES), "a name stands in two files"


@every_entry
def test_what_uses_an_entry_loads_as_it_is_pasted(name: str) -> None:
    assert asked(name).id == name


def test_a_trial_can_use_all_of_them_at_once() -> None:
    """No name of one, or of the question for its limit of normal, is another's."""
    used = "".join(f'[[question]]\nuse = "{name}"\n' for name in ENTRIES)
    judged = "".join(
        f"[[criterion]]\ncode = 'I{number}'\ninclusion = 'words'\nrule = '{rule(name)}'\n"
        for number, name in enumerate(ENTRIES, 1)
    )
    protocol = parse_protocol(HEAD + used + judged, "all.toml")
    assert len(protocol.questions) == len(ENTRIES) + sum("uln" in entry for entry in ENTRIES.values())


def texts(raw: Any) -> list[dict[str, str]]:
    """Every text by language that stands in an entry or a unit."""
    if isinstance(raw, list):
        return [text for each in raw for text in texts(each)]
    if not isinstance(raw, dict):
        return []
    return [raw] if "en" in raw else [text for each in raw.values() for text in texts(each)]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_text_is_in_every_language(file: Path) -> None:
    found = texts(tomllib.loads(file.read_text(encoding="utf-8")))
    assert found
    for text in found:
        assert set(text) == set(LANGUAGES), text
        assert all(said == said.strip() and said for said in text.values()), text


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_chinese_has_chinese_punctuation(file: Path) -> None:
    """A half-width mark stands only between Latin letters or digits."""
    for text in texts(tomllib.loads(file.read_text(encoding="utf-8"))):
        assert not re.search(r"[\u4e00-\u9fff]\s*[,:;?!()]|[,:;?!(]\s*[\u4e00-\u9fff]", text["zh"]), text[
            "zh"
        ]


@every_entry
def test_a_question_fits_a_phone(name: str) -> None:
    for key, widest in WIDEST.items():
        for language, text in ENTRIES[name].get(key, {}).items():
            assert wcswidth(text) <= widest, (key, language, wcswidth(text))
    options = [each["text"] for key in ("options", "shortcuts") for each in ENTRIES[name].get(key, ())]
    for label in (label for option in options for label in option.values()):
        assert wcswidth(label) <= BUTTON, label


@every_entry
def test_a_question_ends_as_one_and_its_name_stands_inside_of_a_sentence(name: str) -> None:
    ask, short = ENTRIES[name]["ask"], ENTRIES[name]["short"]
    assert re.search(r"\?( Enter .*\.| \(.*\))?$", ask["en"]), ask["en"]
    assert re.search(r"？(填.*。|（.*）)?$", ask["zh"]), ask["zh"]
    assert not re.search(r"[.?。？]$", short["en"] + short["zh"].replace("D-二聚体", "")), short
    assert not short["en"][:1].isupper() or re.match(
        r"[A-Z]\S*[A-Z0-9₁-]|[A-Z]-|[A-Z][a-z]+('s)?\b", short["en"]
    )


@every_entry
def test_the_options_of_a_question_differ(name: str) -> None:
    for language in LANGUAGES:
        labels = [fold(each["text"][language]) for each in ENTRIES[name].get("options", ())]
        assert len(set(labels)) == len(labels)


@pytest.mark.parametrize("name", NUMBERS)
def test_a_number_can_be_typed_in_each_spelling_of_its_units(name: str) -> None:
    question = asked(name)
    for unit in question.units:
        for spelling in (unit.code, *unit.label.values(), *unit.spellings):
            assert unit_called(question, spelling, None) == unit, spelling


@pytest.mark.parametrize("name", NUMBERS)
def test_an_example_is_usual_and_a_usual_number_possible(name: str) -> None:
    entry = ENTRIES[name]
    for ranges in (entry, entry.get("uln"), entry.get("lln")):
        if ranges is not None:
            low, least, example, most, high = (
                Decimal(each)
                for each in (
                    ranges["possible"][0],
                    ranges["usual"][0],
                    ranges["example"],
                    ranges["usual"][1],
                    ranges["possible"][1],
                )
            )
            assert low <= least <= example <= most <= high
            assert low < high


def loinc_codes() -> list[str]:
    units = (unit for each in catalogue.unit_sets().values() for unit in each)
    return sorted({each["loinc"] for each in (*ENTRIES.values(), *units) if "loinc" in each})


def check_digit(digits: str) -> int:
    """Mod 10 of LOINC Users' Guide, appendix C: digits at odd places from the right count twice, as one number."""
    odd = str(int(digits[::-2][::-1]) * 2)
    even = digits[-2::-2][::-1]
    return -sum(map(int, even + odd)) % 10


@pytest.mark.parametrize("code", loinc_codes())
def test_the_check_digit_of_a_loinc_code_is_right(code: str) -> None:
    digits, _, digit = code.partition("-")
    assert check_digit(digits) == int(digit)


def test_a_loinc_code_that_is_one_digit_off_is_noticed() -> None:
    assert check_digit("718") == 7
    assert check_digit("719") != 7


def test_an_entry_that_uses_another_one_has_its_keys_and_its_own_words() -> None:
    first, second = ENTRIES["phq9_1"], ENTRIES["phq9_2"]
    assert [each["means"] for each in second["shortcuts"]] == [
        "0 {score}",
        "1 {score}",
        "2 {score}",
        "3 {score}",
    ]
    assert "use" not in second
    assert {key for key in first if first[key] != second[key]} == {"ask", "short"}


def test_no_two_questions_have_the_same_text() -> None:
    for language in LANGUAGES:
        said = Counter(entry["ask"][language] for entry in ENTRIES.values())
        assert said.most_common(1)[0][1] == 1, said.most_common(3)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_an_entry_reads_in_ten_lines_and_a_file_in_a_few_screens(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert text.startswith("# ")
    assert len(text.splitlines()) <= 360
    lengths = [len(table.strip().splitlines()) for table in re.split(r"^\[", text, flags=re.MULTILINE)[1:]]
    tables = [each for each in tomllib.loads(text).values() if isinstance(each, dict)]
    assert file.name == catalogue.UNITS or len(lengths) >= len(tables)
    assert sum(lengths) <= 12 * len(lengths)
    assert max(lengths, default=0) <= 17


@pytest.mark.parametrize(
    ("limit", "below", "above"),
    [("3.5", "3.4999", "3.5"), ("0.1", "0.0999", "0.1"), ("1e-1", "0.09", "0.1")],
)
def test_a_limit_without_a_unit_is_exact_where_there_is_one_unit(limit: str, below: str, above: str) -> None:
    text = sample("edss").replace(rule("edss"), f"edss >= {limit}")
    protocol = parse_protocol(HEAD + text, "edss.toml")
    for value, met in ((below, False), (above, True)):
        judged = judge(protocol, 0, [Measurement("=", Decimal(value), "{score}")])
        assert judged == SETTLED[TRUE if met else FALSE]


def test_a_limit_of_more_digits_than_are_kept_without_quotes_is_refused() -> None:
    text = sample("edss").replace(rule("edss"), "edss >= 3.00000000000000012")
    with pytest.raises(ProtocolError, match="has no unit"):
        parse_protocol(HEAD + text, "edss.toml")


def test_what_happens_once_has_happened_so_that_never_meets_no_time() -> None:
    """*Never* is longer ago than any limit: *diagnosed at least 5 years ago* would be met by who was never diagnosed."""
    once = [name for name in ENTRIES if ENTRIES[name].get("kind") == "since" and ENTRIES[name].get("lasting")]
    assert once == ["diabetes_diagnosed", "diagnosed", "symptoms_began"]
    for name in (*once, "last_insulin_change"):
        assert not asked(name).shortcuts, name
