"""FHIR R4: accepted by three readers that others wrote, and the invariants that they do not check."""

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import fhirkit
import pytest
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.codesystem import CodeSystem
from fhir.resources.R4B.questionnaire import Questionnaire
from fhir.resources.R4B.questionnaireresponse import QuestionnaireResponse
from fhir.resources.R4B.researchstudy import ResearchStudy
from fhir.resources.R4B.researchsubject import ResearchSubject
from fhir.resources.R4B.resource import Resource
from fhirclient.models.bundle import Bundle as ClientBundle
from ucumvert import PintUcumRegistry

from dialogs.loading import load, parse_protocol
from state.database import open_database
from state.exports import Exported, export
from state.exports.comparing import AnswerRow
from state.exports.fhir import encoded, items, research_study
from state.exports.questionnaire import questionnaire
from state.exports.snapshot import snapshot
from tests.dialogs.test_persons import FAMILY

MODELS: dict[str, type[Resource]] = {
    "CodeSystem": CodeSystem,
    "ResearchStudy": ResearchStudy,
    "Questionnaire": Questionnaire,
    "QuestionnaireResponse": QuestionnaireResponse,
    "ResearchSubject": ResearchSubject,
}
ITEM_TYPES = {"choice", "integer", "quantity"}  # of the R4 value set item-type, those that we use
SUBJECT_STATUSES = {"potential-candidate", "ineligible", "screening"}


@pytest.fixture
def resources(exported: Callable[..., Exported]) -> list[dict[str, Any]]:
    text = exported("fhir").path.read_text(encoding="utf-8")
    return [entry["resource"] for entry in json.loads(text, parse_float=Decimal)["entry"]]


def kind(resources: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    return [resource for resource in resources if resource["resourceType"] == name]


@pytest.fixture
def form(resources: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    (found,) = kind(resources, "Questionnaire")
    return {item["linkId"]: item for item in found["item"]}


def test_the_bundle_is_one_that_the_library_reads(exported: Callable[..., Exported]) -> None:
    bundle = Bundle.model_validate_json(exported("fhir").path.read_bytes())
    assert bundle.type == "collection"
    assert len(bundle.entry or ()) > 200


def test_a_validator_of_plain_r4_finds_nothing(exported: Callable[..., Exported]) -> None:
    """It knows every resource, data type and cardinality of FHIR 4.0.1."""
    written = exported("fhir").path.read_bytes()
    assert fhirkit.validate(written) == []
    assert fhirkit.validate(written.replace(b'"status":"completed"', b'"standing":"completed"', 1))
    for line in exported("fhir-ndjson").path.read_bytes().splitlines():
        assert fhirkit.validate(line) == []


def test_a_client_generated_from_r4_reads_it(exported: Callable[..., Exported]) -> None:
    assert len(ClientBundle(json.loads(exported("fhir").path.read_bytes())).entry) > 200


def test_a_bundle_of_nothing_has_no_entries_rather_than_an_empty_list(tmp_path: Path) -> None:
    open_database(tmp_path / "new.db").conn.close()
    written = export(tmp_path / "new.db", "fhir", tmp_path / "none.json").path.read_bytes()
    assert "entry" not in json.loads(written)
    assert fhirkit.validate(written) == []


def test_every_unit_is_ucum(form: dict[str, dict[str, Any]]) -> None:
    registry = PintUcumRegistry()
    units = [
        extension["valueCoding"]["code"]
        for item in form.values()
        for extension in item.get("extension", [])
        if "valueCoding" in extension
    ]
    assert len(set(units)) > 12
    for unit in units:
        registry.from_ucum(unit)


def test_the_study_of_a_subject_is_there_in_both_ways(exported: Callable[..., Exported]) -> None:
    entries = json.loads(exported("fhir").path.read_bytes())["entry"]
    urls = {entry["fullUrl"] for entry in entries if entry["resource"]["resourceType"] == "ResearchStudy"}
    assert urls == {
        entry["resource"]["study"]["reference"]
        for entry in entries
        if entry["resource"]["resourceType"] == "ResearchSubject"
    }
    lines = [json.loads(line) for line in exported("fhir-ndjson").path.read_bytes().splitlines()]
    ids = {f"ResearchStudy/{study['id']}" for study in kind(lines, "ResearchStudy")}
    assert ids == {subject["study"]["reference"] for subject in kind(lines, "ResearchSubject")}


def test_only_a_number_of_the_registry_is_said_to_be_one() -> None:
    systems = {
        trial: research_study(load(trial))["identifier"][0]["system"]
        for trial in ("NCT04420494", "EXAMPLE-DM2")
    }
    assert systems == {"NCT04420494": "https://clinicaltrials.gov", "EXAMPLE-DM2": "urn:prescreen:study"}


def test_every_code_of_ours_is_in_a_code_system_with_the_words_that_stand_beside_it(
    resources: list[dict[str, Any]],
) -> None:
    known = {
        (system["url"], concept["code"]): concept["display"]
        for system in kind(resources, "CodeSystem")
        for concept in system["concept"]
    }
    used = list(codings(resources))
    assert len({code for _, code, _ in used}) > 30
    for system, code, display in used:
        if system.startswith("urn:"):
            assert known[system, code] == display
        else:
            assert display, (system, code)


def codings(held: Any) -> Iterator[tuple[str, str, str]]:
    """Return every coding of options and answers, wherever it stands."""
    if isinstance(held, dict):
        for key, value in held.items():
            if key in ("valueCoding", "code") and isinstance(value, dict):
                yield value["system"], value["code"], value.get("display", "")
            elif key == "code" and isinstance(value, list):
                yield from ((coded["system"], coded["code"], coded.get("display", "")) for coded in value)
            yield from codings(value) if key != "code" else ()
    elif isinstance(held, list):
        for value in held:
            yield from codings(value)


def test_a_response_says_its_items_in_the_words_of_the_questionnaire(
    resources: list[dict[str, Any]], form: dict[str, dict[str, Any]]
) -> None:
    given = [item for r in kind(resources, "QuestionnaireResponse") for item in r.get("item", [])]
    assert len(given) > 1000
    for item in given:
        assert item["text"] == form[item["linkId"]]["text"]


def test_a_bound_shows_its_relation_as_an_item_too(resources: list[dict[str, Any]]) -> None:
    """A form that was tried shows a Quantity without its comparator."""
    bounds = 0
    for response in kind(resources, "QuestionnaireResponse"):
        items = {item["linkId"]: item["answer"][0] for item in response.get("item", [])}
        for link, value in items.items():
            comparator = value.get("valueQuantity", {}).get("comparator")
            relation = items.get(f"{link}.relation", {}).get("valueCoding", {}).get("code")
            assert comparator == relation
            bounds += comparator is not None
    assert bounds > 10


def test_each_line_is_a_resource_and_both_ways_hold_the_same(
    exported: Callable[..., Exported], resources: list[dict[str, Any]]
) -> None:
    lines = exported("fhir-ndjson").path.read_text(encoding="utf-8").splitlines()
    read = [json.loads(line, parse_float=Decimal) for line in lines]
    for subject in kind(read, "ResearchSubject") + kind(resources, "ResearchSubject"):
        del subject["study"]["reference"]
    assert read == resources
    assert {resource["resourceType"] for resource in read} == set(MODELS)
    for resource, line in zip(read, lines, strict=True):
        MODELS[resource["resourceType"]].model_validate_json(line)


def test_link_ids_are_unique_and_every_type_and_code_is_of_r4(
    resources: list[dict[str, Any]], form: dict[str, dict[str, Any]]
) -> None:
    (found,) = kind(resources, "Questionnaire")
    assert len(form) == len(found["item"])
    assert {item["type"] for item in form.values()} == ITEM_TYPES
    for item in form.values():
        assert not {"answerOption", "answerValueSet"} <= item.keys()  # que-4
        assert item["required"] is False
        assert ("answerOption" in item) == (item["type"] == "choice")
        conditions = item.get("enableWhen", [])
        assert ("enableBehavior" in item) == (len(conditions) > 1)  # que-12
    assert {subject["status"] for subject in kind(resources, "ResearchSubject")} == SUBJECT_STATUSES


def test_conditions_name_items_that_stand_before_and_options_that_those_have(
    form: dict[str, dict[str, Any]],
) -> None:
    order = list(form)
    seen = 0
    for link, item in form.items():
        for condition in item.get("enableWhen", []):
            seen += 1
            assert order.index(condition["question"]) < order.index(link)
            options = [option["valueCoding"] for option in form[condition["question"]]["answerOption"]]
            codes = {(option["system"], option["code"]) for option in options}
            assert (condition["answerCoding"]["system"], condition["answerCoding"]["code"]) in codes
    assert seen > 20


def test_what_enables_a_question_follows_from_the_rules(form: dict[str, dict[str, Any]]) -> None:
    def conditions(link: str) -> set[tuple[str, str, str]]:
        return {(c["question"], c["operator"], c["answerCoding"]["code"]) for c in form[link]["enableWhen"]}

    assert conditions("pregnant_or_lactating") == {("sex", "!=", "male")}
    assert conditions("platelets.mode") == {
        ("diagnosis", "!=", code) for code in ("aiha", "prca_acquired", "other")
    }
    assert conditions("steroid_pr") == {("steroid_duration.mode", "!=", "never")}
    assert conditions("alt_uln.mode") == {("alt.mode", "=", "value")}


def enabled(item: dict[str, Any], codes: dict[str, str]) -> bool:
    tests = [
        (codes.get(c["question"]) == c["answerCoding"]["code"]) == (c["operator"] == "=")
        for c in item.get("enableWhen", [])
    ]
    return not tests or (any(tests) if item.get("enableBehavior") == "any" else all(tests))


def test_every_response_answers_only_enabled_items_in_order_with_options_they_have(
    resources: list[dict[str, Any]], form: dict[str, dict[str, Any]]
) -> None:
    responses = kind(resources, "QuestionnaireResponse")
    order = {link: place for place, link in enumerate(form)}
    assert len(responses) > 100
    for response in responses:
        given = response.get("item", [])
        codes = {
            i["linkId"]: i["answer"][0]["valueCoding"]["code"]
            for i in given
            if "valueCoding" in i["answer"][0]
        }
        assert all(before < after for before, after in pairwise(order[item["linkId"]] for item in given))
        for item in given:
            asked = form[item["linkId"]]
            assert enabled(asked, codes), (response["id"], item["linkId"])
            (value,) = item["answer"]
            expected = {"choice": "valueCoding", "integer": "valueInteger", "quantity": "valueQuantity"}
            assert list(value) == [expected[asked["type"]]]
            if asked["type"] == "choice":
                options = {
                    (o["valueCoding"]["system"], o["valueCoding"]["code"]) for o in asked["answerOption"]
                }
                assert (value["valueCoding"]["system"], value["valueCoding"]["code"]) in options


def test_unknown_is_a_code_and_never_a_number(filled: Path, resources: list[dict[str, Any]]) -> None:
    items = [item for r in kind(resources, "QuestionnaireResponse") for item in r.get("item", [])]
    unknown = [i for i in items if i["answer"][0].get("valueCoding", {}).get("code") == "unknown"]
    assert unknown
    assert all(i["answer"][0]["valueCoding"]["system"].endswith("data-absent-reason") for i in unknown)
    zeros = [i for i in items if i["linkId"] == "ecog" and i["answer"][0]["valueCoding"]["code"] == "0"]
    assert zeros


def test_numbers_keep_every_digit_as_entered(exported: Callable[..., Exported]) -> None:
    text = exported("fhir").path.read_text(encoding="utf-8")
    assert '"value":9.80,"unit":"g/dL","system":"http://unitsofmeasure.org","code":"g/dL"' in text
    assert '"value":60,"comparator":"<","unit":"g/L"' in text
    assert encoded({"n": Decimal("0.10"), "text": "0.10"}) == b'{"n":0.10,"text":"0.10"}'


def test_a_response_stands_as_its_screening_does(filled: Path, resources: list[dict[str, Any]]) -> None:
    statuses = {r["id"]: r["status"] for r in kind(resources, "QuestionnaireResponse")}
    with snapshot(filled) as data:
        rows = list(data.rows())
    assert {row.screening for row in rows} == set(statuses)
    for row in rows:
        expected = {"cancelled": "stopped", "undetermined": "in-progress"}.get(row.verdict)
        if expected is None:
            expected = "amended" if row.saves > 1 else "completed"
        assert statuses[row.screening] == expected
    assert set(statuses.values()) == {"stopped", "in-progress", "completed", "amended"}


def test_no_code_says_eligible(exported: Callable[..., Exported]) -> None:
    text = exported("fhir").path.read_text(encoding="utf-8")
    assert '"potential-candidate"' in text
    assert '"eligible"' not in text


def test_every_text_of_the_form_is_there_in_chinese(form: dict[str, dict[str, Any]]) -> None:
    for item in form.values():
        (translation,) = item["_text"]["extension"]
        assert {"url": "lang", "valueCode": "zh-CN"} in translation["extension"]


def test_the_form_of_a_protocol_is_the_same_each_time() -> None:
    assert questionnaire(load("NCT04420494")) == questionnaire(load("NCT04420494"))


def test_an_item_says_whom_it_is_about_where_that_is_another_person_than_the_patient() -> None:
    family = parse_protocol(FAMILY, "family.toml")
    texts = {item["linkId"]: item["text"] for item in questionnaire(family)["item"]}
    assert texts["age_of_the_parent"] == "Age (the parent)"
    assert texts["age_of_the_parent.mode"] == "Age in completed years? (the parent)"
    assert texts["age_years"] == "Age"
    given = AnswerRow(
        1, "2026-11-27T08:00:00Z", "C1", "age_of_the_parent", "40", "a", None, None, None, "current"
    )
    filled = [item["text"] for item in items(family, family.question("age_of_the_parent"), given)]
    assert filled
    assert all("(the parent)" in text for text in filled)
