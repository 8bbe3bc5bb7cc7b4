"""A record is fetched by its number; a file is held against its record, and what differs is said in words."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bot.command.protocol import command
from dialogs.loading import load

NESTED = Path(__file__).parents[1] / "data" / "records" / "nested.json"
NUMBER = "NCT99990001"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, list(arguments))


class Registry(BaseHTTPRequestHandler):
    """Answers as the registry does: one study, and no other."""

    def do_GET(self) -> None:
        known = self.path == f"/studies/{NUMBER}"
        broken = self.path.startswith("/broken/")
        self.send_response(503 if broken else 200 if known else 404)
        self.end_headers()
        self.wfile.write(NESTED.read_bytes() if known else b"no")

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def registry() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Registry)
    serving = Thread(target=server.serve_forever)
    serving.start()
    yield f"http://127.0.0.1:{server.server_port}/studies"
    server.shutdown()
    serving.join()
    server.server_close()


@pytest.mark.parametrize("number", [NUMBER, "nct99990001"])
def test_a_record_is_fetched_by_its_number(registry: str, number: str) -> None:
    fetched = run("draft", number, "--registry", registry)
    assert (fetched.exit_code, fetched.stderr) == (0, "")
    assert fetched.stdout.splitlines()[3:] == run("draft", str(NESTED)).stdout.splitlines()[3:]


def test_the_address_may_stand_in_the_environment(registry: str) -> None:
    fetched = CliRunner().invoke(command, ["draft", NUMBER], env={"PRESCREEN_REGISTRY": registry})
    assert fetched.exit_code == 0


@pytest.mark.parametrize(
    ("number", "path", "said"),
    [
        pytest.param("NCT99990009", "studies", "The registry has no NCT99990009", id="unknown number"),
        pytest.param(NUMBER, "broken", "could not be fetched from 127.0.0.1:", id="out of order"),
    ],
)
def test_a_number_that_cannot_be_fetched_is_told(registry: str, number: str, path: str, said: str) -> None:
    refused = run("draft", number, "--registry", registry.replace("studies", path))
    assert refused.exit_code == 1
    assert said in refused.stderr
    assert refused.stderr.count("\n") == 1


def test_what_answers_and_is_no_web_server_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        Thread(target=_greet, args=(server,), daemon=True).start()
        address = f"http://127.0.0.1:{server.getsockname()[1]}/studies"
        refused = run("draft", NUMBER, "--registry", address)
    assert refused.exit_code == 1
    assert "it cannot be reached" in refused.stderr


def _greet(server: socket.socket) -> None:
    connection, _ = server.accept()
    with connection:
        connection.recv(1000)
        connection.sendall(b"SSH-2.0-fictional\r\n")


@pytest.mark.parametrize(
    ("address", "said"),
    [
        pytest.param(
            "http://127.0.0.1:1/studies", "Please download the record as JSON in a browser", id="offline"
        ),
        pytest.param("file:///etc", "no address of a registry", id="no web address"),
        pytest.param("http://[::1/studies", "no address of a registry", id="half an address"),
        pytest.param("http://127.0.0.1:port/studies", "it cannot be reached", id="no port"),
    ],
)
def test_who_is_offline_is_told_in_one_sentence_what_to_do(address: str, said: str) -> None:
    refused = run("draft", NUMBER, "--registry", address)
    assert refused.exit_code == 1
    assert said in refused.stderr
    assert refused.stderr.count("\n") == 1


# against the record -------------------------------------------------------------------------------


@pytest.fixture
def trial(tmp_path: Path) -> Path:
    file = tmp_path / "trial.toml"
    assert run("draft", str(NESTED), "--output", str(file)).exit_code == 0
    return file


def differing(trial: Path, record: Path = NESTED) -> list[str]:
    """What is said of a file and its record; nothing if they agree."""
    told = run("check", str(trial), "--record", str(record))
    found = told.stdout.partition("The record and the file differ:\n")[2].splitlines()
    assert told.exit_code == (1 if found else 0), told.output
    return found


def test_a_draft_agrees_with_its_record(trial: Path) -> None:
    assert differing(trial) == []
    agreed = run("check", str(trial), "--record", str(NESTED)).stdout
    assert "each of its 23 lines stands in the file once, and nothing else does" in agreed


def test_criteria_that_share_a_line_for_different_parts_are_named(tmp_path: Path) -> None:
    record, file = tmp_path / "record.txt", tmp_path / "parts.toml"
    record.write_text("* Walks (in B: with help)\n", encoding="utf-8")
    both = "".join(
        f'[[part]]\ncode = "{part}"\nname = "{part}"\n[[criterion]]\ncode = "{code}"\nparts = ["{part}"]\n'
        f'inclusion = "Walks (in B: with help)"\nshort = "walks {part}"\n'
        for code, part in (("I1a", "A"), ("I1b", "B"))
    )
    file.write_text(f'format = 2\nid = "FICT-1"\ntitle = "Fictional"\n{both}', encoding="utf-8")
    assert differing(file, record) == []
    told = run("check", str(file), "--record", str(record)).stdout
    assert told.endswith("and nothing else does.\nOne line for different parts: I1a, I1b.\n")


def test_differences_are_not_told_to_editors(trial: Path) -> None:
    refused = run("check", str(trial), "--record", str(NESTED), "--format", "json")
    assert refused.exit_code == 2
    assert "told as text only" in refused.stderr


LINE = '[[criterion]]\ncode = "I9"\ninclusion = "Has a dog"\n'
KEEP_ONE = "Please keep one, or give each parts of its own that do not overlap"
CONSENT = "Able to read the consent form"
CHANGES: dict[str, tuple[str, str, list[str]]] = {
    "altered": (
        "Age >= 18 years",
        "Age >= 16 years",
        ["I1 is altered: “16” is “18” in the record. It has: “Age >= 18 years”"],
    ),
    "lost": (
        '[[criterion]]\nline = "Key Exclusion Criteria:"',
        "",
        ["Not in the file, after I4: “Key Exclusion Criteria:”"],
    ),
    "added": ("[[criterion]]", f"{LINE}[[criterion]]", ["I9 is not in the record: “Has a dog”"]),
    "twice": (
        f'inclusion = "{CONSENT}"',
        f'inclusion = "{CONSENT}"\n\n{LINE.replace("Has a dog", CONSENT)}',
        [f"I9 quotes once more what I4 has: “{CONSENT}”. {KEEP_ONE}"],
    ),
    "another field": (
        "Maximum Age: 75",
        "Maximum Age: 70",
        ["I5 quotes “Maximum Age: 70 Years”; the record has “Maximum Age: 75 Years”"],
    ),
    "in pieces": (
        f'inclusion = "{CONSENT}"',
        f'inclusion = "Able to read"\n\n{LINE.replace("Has a dog", "the consent form")}',
        [],
    ),
    "on the other side": (
        f'inclusion = "{CONSENT}"',
        f'exclusion = "{CONSENT}"',
        ["I4 is an exclusion criterion in the file, and an inclusion criterion in the record"],
    ),
    "a field lost": (
        """[[criterion]]
code = "I5"
inclusion = "Maximum Age: 75 Years"
rule = 'age_years <= 75'
review = "read as age at most 75 completed years"
""",
        "",
        ["Not in the file: “Maximum Age: 75 Years”"],
    ),
    "a field twice": (
        "[[criterion]]",
        f"{LINE.replace('Has a dog', 'Maximum Age: 75 Years')}[[criterion]]",
        [f"I5 quotes once more what I9 has: “Maximum Age: 75 Years”. {KEEP_ONE}"],
    ),
    "other white space": ("Age >= 18 years", "Age  >= 18 years", []),
}


@pytest.mark.parametrize(("before", "now", "said"), CHANGES.values(), ids=CHANGES)
def test_each_line_that_differs_is_named(trial: Path, before: str, now: str, said: list[str]) -> None:
    text = trial.read_text("utf-8")
    assert before in text
    trial.write_text(text.replace(before, now, 1), encoding="utf-8")
    assert differing(trial) == said


def test_a_criterion_of_the_record_that_is_none_in_the_file_is_noted(trial: Path) -> None:
    before = f'code = "I4"\ninclusion = "{CONSENT}"'
    text = trial.read_text("utf-8")
    assert before in text
    trial.write_text(text.replace(before, f'line = "{CONSENT}"'), encoding="utf-8")
    told = run("check", str(trial), "--record", str(NESTED))
    noted = f"Note: a line that is no criterion in the file reads as one in the record: “{CONSENT}”"
    assert (told.exit_code, noted in told.stdout) == (0, True)


def test_a_heading_that_is_not_understood_is_noted_and_criteria_below_it_may_stand_on_either_side(
    tmp_path: Path,
) -> None:
    record, file = tmp_path / "made-up.txt", tmp_path / "made-up.toml"
    record.write_text(
        "Inclusion Criteria:\n* Adults\n\nWho cannot take part?\n* Pregnant\n* Asthma", encoding="utf-8"
    )
    drafted = run("draft", str(record), "--output", str(file))
    assert drafted.exit_code == 0
    text = file.read_text("utf-8")
    assert text.count('review = "whether its heading opens the exclusion criteria is not certain"') == 2
    for each in (text, text.replace('exclusion = "Pregnant"', 'inclusion = "Pregnant"')):
        file.write_text(each, encoding="utf-8")
        told = run("check", str(file), "--record", str(record))
        assert told.exit_code == 0
        noted = "Note: whether this line of the record opens the exclusion criteria is not certain: “{}”\n"
        assert told.stdout.count("opens the exclusion criteria") == 1
        assert noted.format("Who cannot take part?") in told.stdout


def test_what_a_newer_version_of_the_record_changed_is_said(trial: Path, tmp_path: Path) -> None:
    raw = json.loads(NESTED.read_text("utf-8"))
    study = raw["protocolSection"]
    study["statusModule"]["lastUpdatePostDateStruct"]["date"] = "2026-07-01"
    study["eligibilityModule"]["maximumAge"] = "80 Years"
    text = study["eligibilityModule"]["eligibilityCriteria"]
    text = text.replace("Platelets \\>= 75", "Platelets \\>= 100").replace("   b. Heart attack\n", "")
    study["eligibilityModule"]["eligibilityCriteria"] = text.replace(
        "\n\nThe information", "\n4. Deaf\n\nThe information"
    )
    newer = tmp_path / "newer.json"
    newer.write_text(json.dumps(raw), encoding="utf-8")
    assert differing(trial, newer) == [
        "The file was made from the record of 2026-02-03; this one is of 2026-07-01.",
        "facts: age_maximum is “P75Y” in the file, and “P80Y” in the record",
        "I5 quotes “Maximum Age: 75 Years”; the record has “Maximum Age: 80 Years”",
        "I2b is altered: “75” is “100” in the record. It has: “Platelets >= 100 x 10^9/L”",
        "Not in the file, after E3: “Deaf”",
        "E1b is not in the record: “Heart attack”",
    ]


def test_the_shipped_trial_is_held_against_a_text_of_it(tmp_path: Path) -> None:
    record = tmp_path / "record.txt"
    sources = [criterion.source for criterion in load("NCT04420494").criteria]
    record.write_text("\n\n".join(sources), encoding="utf-8")
    assert "stands in the file once" in run("check", "NCT04420494", "--record", str(record)).stdout


GROUPS = """Inclusion Criteria:

For adolescent participants:

* Enrolled in school
* Likes painting

For parent participants:

* Speaks Hindi

Exclusion Criteria:

* Blindness
"""


def test_a_line_that_moved_to_another_group_in_the_record_is_named(tmp_path: Path) -> None:
    record, trial = tmp_path / "record.txt", tmp_path / "trial.toml"
    record.write_text(GROUPS, encoding="utf-8")
    assert run("draft", str(record), "--output", str(trial)).exit_code == 0
    assert differing(trial, record) == []
    moved = GROUPS.replace("* Likes painting\n", "").replace("Hindi\n", "Hindi\n* Likes painting\n")
    record.write_text(moved, encoding="utf-8")
    assert differing(trial, record) == [
        "I2 stands under “For adolescent participants:” in the file, "
        "and under “For parent participants:” in the record",
        "I2 is of ADOLESCENT in the file, and of PARENT in the record",
    ]
    record.write_text(
        GROUPS.replace("* Enrolled in school\n* Likes painting", "* Likes painting\n* Enrolled in school")
    )
    assert differing(trial, record) == []


def test_a_criterion_moved_in_the_file_that_still_asks_with_its_group_is_the_same(tmp_path: Path) -> None:
    record, trial = tmp_path / "record.txt", tmp_path / "trial.toml"
    in_words = GROUPS.replace("adolescent participants", "participants who take part at school")
    record.write_text(
        in_words.replace("parent participants", "participants who take part at home"), encoding="utf-8"
    )
    assert run("draft", str(record), "--output", str(trial)).exit_code == 0
    tables = trial.read_text("utf-8").split("[[criterion]]\n")
    place = next(i for i, table in enumerate(tables) if "Likes painting" in table)
    tables.append(f"\n{tables.pop(place)}")
    trial.write_text("[[criterion]]\n".join(tables), encoding="utf-8")
    assert differing(trial, record) == []


def test_a_rule_that_says_the_same_in_another_way_is_not_noted(tmp_path: Path) -> None:
    record, file = tmp_path / "made-up.txt", tmp_path / "made-up.toml"
    record.write_text("Inclusion Criteria:\n* Female patients\n* Haemoglobin >= 10 g/dL\n", encoding="utf-8")
    assert run("draft", str(record), "--output", str(file)).exit_code == 0
    text = file.read_text("utf-8")
    rules = ('sex == "female"', 'hemoglobin >= "10 g/dL"')
    assert all(f"rule = '{each}'" in text for each in rules)
    for drafted, same, other in zip(
        rules,
        ('sex != "male"', 'hemoglobin >= "100 g/L"'),
        ('sex == "male"', 'hemoglobin >= "90 g/L"'),
        strict=True,
    ):
        file.write_text(text.replace(drafted, same), "utf-8")
        assert "drafted anew" not in run("check", str(file), "--record", str(record)).stdout
        file.write_text(text.replace(drafted, other), "utf-8")
        assert f"its rule would be: {drafted}" in run("check", str(file), "--record", str(record)).stdout


def test_a_rule_that_no_longer_says_what_its_words_say_is_noted(tmp_path: Path) -> None:
    record, file = tmp_path / "made-up.txt", tmp_path / "made-up.toml"
    record.write_text("Inclusion Criteria:\n* Haemoglobin >= 10 g/dL\n", encoding="utf-8")
    assert run("draft", str(record), "--output", str(file)).exit_code == 0
    assert "drafted anew" not in run("check", str(file), "--record", str(record)).stdout
    for each in (record, file):
        each.write_text(each.read_text("utf-8").replace("Haemoglobin >= 10", "Haemoglobin >= 9"), "utf-8")
    checked = run("check", str(file), "--record", str(record))
    assert checked.exit_code == 0
    assert (
        'Note: I1: drafted anew, its rule would be: hemoglobin >= "9 g/dL" (in the file: hemoglobin >= "10 g/dL")'
        in checked.stdout
    )
