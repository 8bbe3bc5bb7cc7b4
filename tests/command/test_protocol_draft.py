"""``prescreen protocol draft``: from a registry record to a file that loads, with every line of the record in it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.command import main
from bot.command.protocol import SUBCOMMANDS, command
from dialogs.drafting.accounting import differences
from dialogs.drafting.layout import split
from dialogs.drafting.record import read_record
from dialogs.languages import LANGUAGES
from dialogs.loading import load
from dialogs.loading.ruleless import is_asked_as_it_stands
from dialogs.protocol import Protocol

RECORDS = Path(__file__).parents[1] / "data" / "records"
NESTED = RECORDS / "nested.json"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, list(arguments))


def drafted(folder: Path, source: Path, *options: str) -> Protocol:
    file = folder / "trial.toml"
    written = run("draft", str(source), "--output", str(file), *options)
    assert (written.exit_code, written.stderr) == (0, "")
    return load(str(file))


def sources(trial: Protocol) -> list[str]:
    """Every line of the record that a file quotes, in its order."""
    lines = list(trial.lines)
    found = []
    for place in range(len(trial.criteria) + 1):
        found += [line.text for line in lines if line.before == place]
        found += [each.source for each in trial.criteria[place : place + 1]]
    return found


@pytest.mark.parametrize("languages", [["en"], ["zh"], ["zh", "en"]], ids=" ".join)
def test_a_draft_loads_and_quotes_every_line_of_the_record_once(tmp_path: Path, languages: list[str]) -> None:
    trial = drafted(tmp_path, NESTED, *(f"--language={each}" for each in languages))
    assert trial.languages == tuple(languages)
    record = read_record(NESTED.read_text("utf-8"), "nested")
    quoted = [each for each in sources(trial) if each not in ("Maximum Age: 75 Years", "Sex: Female")]
    assert quoted == [line.text for line in split(record.text)]


def test_a_draft_takes_what_the_record_says_of_the_trial(tmp_path: Path) -> None:
    trial = drafted(tmp_path, NESTED)
    assert (trial.id, trial.version, trial.record_version) == ("NCT99990001", "2026-02-03", "2026-02-03")
    assert trial.title["en"] == "Fictional: A Lamp for Winter Tiredness"
    assert trial.notices[0]["en"] == "Recruitment status: Recruiting (record of 2026-02-03)."
    assert trial.site is not None
    assert trial.site["en"] == "Fictional Hospital, Nowhere"
    assert {
        "age_minimum": "P18Y",
        "age_maximum": "P75Y",
        "sex_of_participants": "F",
    }.items() <= trial.facts.items()


@pytest.mark.parametrize("source", sorted(RECORDS.iterdir()), ids=lambda source: source.stem)
def test_every_criterion_of_a_draft_awaits_a_person(tmp_path: Path, source: Path) -> None:
    trial = drafted(tmp_path, source)
    assert trial.open_reviews == trial.criteria != ()


def test_a_draft_without_a_proposal_is_served_when_every_criterion_was_accepted(tmp_path: Path) -> None:
    record, file = tmp_path / "record.txt", tmp_path / "trial.toml"
    record.write_text(
        "Inclusion Criteria:\n\n* Sleepless on most nights\n* Fond of lamps\n", encoding="utf-8"
    )
    written = run("draft", str(record), "--output", str(file))
    assert "3 lines, 2 criteria to review, 0 proposals among them.\n" in written.stdout
    assert "review =" not in file.read_text("utf-8")
    serving = CliRunner(env={"TELEGRAM_BOT_TOKEN": "1:made-up"})
    asked = serving.invoke(main, ["run", "--protocol", str(file), "--db", str(tmp_path / "site.db")])
    assert asked.exit_code == 2
    assert "2 of 2 criteria of record are not reviewed (I1, I2)" in asked.stderr
    reviewing = ["review", str(file), "--by", "LW"]
    assert CliRunner().invoke(command, reviewing, input="a\n").exit_code == 1
    assert CliRunner().invoke(command, reviewing, input="a\n").exit_code == 0
    assert load(str(file)).open_reviews == ()


def test_a_rule_that_is_dropped_leaves_a_question_in_all_words_that_it_stood_for(tmp_path: Path) -> None:
    record, file = tmp_path / "record.txt", tmp_path / "trial.toml"
    record.write_text(
        "Inclusion Criteria:\n\n* One of the following:\n  * Sleepless on most nights\n  * Snoring\n",
        encoding="utf-8",
    )
    drafted_trial = drafted(tmp_path, record)
    assert [each.id for each in drafted_trial.questions] == ["i1_1", "i1_2"]
    CliRunner().invoke(command, ["review", str(file), "--by", "LW"], input="w\n")
    trial = load(str(file))
    assert [question.ask["en"] for question in trial.questions] == [
        "Is this true of the patient?\n“One of the following:\n- Sleepless on most nights\n- Snoring”"
    ]
    assert "ask_in_words" not in file.read_text("utf-8")


def test_a_text_without_a_name_is_called_so_once(tmp_path: Path) -> None:
    record = tmp_path / "NCT99990009.txt"
    record.write_text("Inclusion Criteria:\n\n* Sleepless;\n* Fond of lamps\n", encoding="utf-8")
    trial = drafted(tmp_path, record)
    assert (trial.id, trial.title["en"]) == ("NCT99990009", "A trial without a name yet")
    assert [each.name["en"] for each in trial.criteria] == ["Sleepless", "Fond of lamps"]


def test_the_one_country_of_a_record_is_a_fact_of_the_trial(tmp_path: Path) -> None:
    raw = json.loads(NESTED.read_text("utf-8"))
    places = raw["protocolSection"]["contactsLocationsModule"]["locations"]
    one, two = tmp_path / "one.json", tmp_path / "two.json"
    places[:] = [{**places[0], "country": "Japan"}, {**places[0], "country": "Japan"}]
    one.write_text(json.dumps(raw), encoding="utf-8")
    places[1]["country"] = "France"
    two.write_text(json.dumps(raw), encoding="utf-8")
    assert 'country = "JPN"' in run("draft", str(one)).output
    printed = run("draft", str(two)).output
    assert 'country = "JPN"' not in printed
    assert "names these countries: Japan, France" in printed


def test_a_language_is_asked_for_as_everywhere() -> None:
    assert (
        run("draft", str(NESTED), "--lang", "zh").output
        == run("draft", str(NESTED), "--language", "zh").output
    )
    arguments = ["compare", "NCT04420494", "NCT04420494"]
    for option in ("--lang", "--language"):
        assert run(*arguments, option, "zh").output.endswith("没有任何变更。\n")
    helps = {name: run(name, "--help").output for name in SUBCOMMANDS}
    assert [name for name, told in helps.items() if "--lang" in told and "--language" not in told] == []


@pytest.mark.parametrize("key", ["a", "w"])
@pytest.mark.parametrize("source", sorted(RECORDS.iterdir()), ids=lambda source: source.stem)
def test_every_criterion_of_a_draft_can_be_decided(tmp_path: Path, source: Path, key: str) -> None:
    drafted(tmp_path, source)
    file = tmp_path / "trial.toml"
    told = CliRunner().invoke(command, ["review", str(file), "--by", "LW"], input=f"{key}\n" * 60)
    assert told.exit_code == 0
    trial, record = load(str(file)), read_record(source.read_text("utf-8"), source.stem)
    assert differences(trial, record) == []
    if key == "w":
        assert all(map(is_asked_as_it_stands, trial.criteria))
        assert len(trial.questions) == len(trial.criteria)


def test_a_draft_names_no_person() -> None:
    for language in LANGUAGES:
        printed = run("draft", str(NESTED), "--language", language).output
        assert "Fictional Institute of Sleep" in printed
        assert "Doe" not in printed
        assert "555" not in printed


def test_a_field_that_no_line_says_is_a_criterion_and_one_that_a_line_says_is_not(tmp_path: Path) -> None:
    trial = drafted(tmp_path, NESTED)
    quoted = {each.source: each.rule.text for each in trial.criteria}
    assert quoted["Maximum Age: 75 Years"] == "age_years <= 75"
    assert quoted["Sex: Female"] == 'sex == "female"'
    assert "Minimum Age: 18 Years" not in quoted


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param("", "it holds no text", id="empty"),
        pytest.param("{", "begins as JSON, and is none", id="broken JSON"),
        pytest.param('{"studies": []}', "no study of ClinicalTrials.gov", id="no study"),
        pytest.param('{"protocolSection": {}}', "has no eligibility criteria", id="no criteria"),
        pytest.param("Inclusion Criteria:", "none of its lines reads as a criterion", id="only a heading"),
    ],
)
def test_what_is_no_record_is_told_in_a_sentence(tmp_path: Path, content: str, said: str) -> None:
    file = tmp_path / "record.json"
    file.write_text(content, encoding="utf-8")
    refused = run("draft", str(file))
    assert refused.exit_code == 1
    assert said in refused.stderr


def test_a_record_that_is_not_there_is_told(tmp_path: Path) -> None:
    refused = run("draft", str(tmp_path / "none.json"))
    assert refused.exit_code == 1
    assert "cannot be read" in refused.stderr


NOTED = {
    "rules": ("* Aged 18 to 75 years\n* Sleepless", "2 criteria to review, 1 proposal among them."),
    "a note": (
        "* Aged 18 to 75 years\n* Uses a lamp\n  * Red\n  * Green",
        "2 criteria to review, 1 proposal and 1 note among them.",
    ),
    "no rule": (
        "Contraindications:\n* Snoring\n* Dreams",
        "2 criteria to review, 0 proposals and 2 notes among them.",
    ),
}


@pytest.mark.parametrize(("text", "said"), NOTED.values(), ids=NOTED)
def test_what_is_only_noted_counts_as_no_proposal(tmp_path: Path, text: str, said: str) -> None:
    record = tmp_path / "record.txt"
    record.write_text(text, encoding="utf-8")
    assert said in run("draft", str(record), "--output", str(tmp_path / "trial.toml")).stdout


def test_a_draft_takes_no_file_s_place(tmp_path: Path) -> None:
    file = tmp_path / "trial.toml"
    file.write_text("mine", encoding="utf-8")
    assert "is there already" in run("draft", str(NESTED), "--output", str(file)).stderr
    assert file.read_text("utf-8") == "mine"
