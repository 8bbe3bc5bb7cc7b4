"""FHIR R4: accepted by a library that others wrote, and the invariants that it does not check."""

import json
from decimal import Decimal
from itertools import pairwise

import pytest
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.questionnaire import Questionnaire
from fhir.resources.R4B.questionnaireresponse import QuestionnaireResponse
from fhir.resources.R4B.researchsubject import ResearchSubject

from dialogs.loading import load
from state.exports.fhir import encoded
from state.exports.questionnaire import questionnaire
from state.exports.snapshot import snapshot

MODELS = {
    "Questionnaire": Questionnaire,
    "QuestionnaireResponse": QuestionnaireResponse,
    "ResearchSubject": ResearchSubject,
}
ITEM_TYPES = {"choice", "integer", "quantity"}  # of the R4 value set item-type, those that we use
SUBJECT_STATUSES = {"potential-candidate", "ineligible", "screening"}


@pytest.fixture
def resources(exported) -> list[dict]:
    text = exported("fhir").path.read_text(encoding="utf-8")
    return [entry["resource"] for entry in json.loads(text, parse_float=Decimal)["entry"]]


def kind(resources: list[dict], name: str) -> list[dict]:
    return [resource for resource in resources if resource["resourceType"] == name]


@pytest.fixture
def form(resources) -> dict[str, dict]:
    (found,) = kind(resources, "Questionnaire")
    return {item["linkId"]: item for item in found["item"]}


def test_the_bundle_is_one_that_the_library_reads(exported):
    bundle = Bundle.model_validate_json(exported("fhir").path.read_bytes())
    assert bundle.type == "collection"
    assert len(bundle.entry) > 200


def test_each_line_is_a_resource_and_both_ways_hold_the_same(exported, resources):
    lines = exported("fhir-ndjson").path.read_text(encoding="utf-8").splitlines()
    read = [json.loads(line, parse_float=Decimal) for line in lines]
    assert read == resources
    assert {resource["resourceType"] for resource in read} == set(MODELS)
    for resource, line in zip(read, lines, strict=True):
        MODELS[resource["resourceType"]].model_validate_json(line)


def test_link_ids_are_unique_and_every_type_and_code_is_of_r4(resources, form):
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


def test_conditions_name_items_that_stand_before_and_options_that_those_have(form):
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


def test_what_enables_a_question_follows_from_the_rules(form):
    def conditions(link: str) -> set[tuple[str, str, str]]:
        return {(c["question"], c["operator"], c["answerCoding"]["code"]) for c in form[link]["enableWhen"]}

    assert conditions("pregnant_or_lactating") == {("sex", "!=", "male")}
    assert conditions("platelets.mode") == {
        ("diagnosis", "!=", code) for code in ("aiha", "prca_acquired", "other")
    }
    assert conditions("steroid_pr") == {("steroid_duration.mode", "!=", "never")}
    assert conditions("alt_uln.mode") == {("alt.mode", "=", "value")}


def enabled(item: dict, codes: dict[str, str]) -> bool:
    tests = [
        (codes.get(c["question"]) == c["answerCoding"]["code"]) == (c["operator"] == "=")
        for c in item.get("enableWhen", [])
    ]
    return not tests or (any(tests) if item.get("enableBehavior") == "any" else all(tests))


def test_every_response_answers_only_enabled_items_in_order_with_options_they_have(resources, form):
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


def test_unknown_is_a_code_and_never_a_number(filled, resources):
    items = [item for r in kind(resources, "QuestionnaireResponse") for item in r.get("item", [])]
    unknown = [i for i in items if i["answer"][0].get("valueCoding", {}).get("code") == "unknown"]
    assert unknown
    assert all(i["answer"][0]["valueCoding"]["system"].endswith("data-absent-reason") for i in unknown)
    zeros = [i for i in items if i["linkId"] == "ecog" and i["answer"][0]["valueCoding"]["code"] == "0"]
    assert zeros


def test_numbers_keep_every_digit_as_entered(exported):
    text = exported("fhir").path.read_text(encoding="utf-8")
    assert '"value":9.80,"unit":"g/dL","system":"http://unitsofmeasure.org","code":"g/dL"' in text
    assert '"value":60,"comparator":"<","unit":"g/L"' in text
    assert encoded({"n": Decimal("0.10"), "text": "0.10"}) == b'{"n":0.10,"text":"0.10"}'


def test_a_response_stands_as_its_screening_does(filled, resources):
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


def test_no_code_says_eligible(exported):
    text = exported("fhir").path.read_text(encoding="utf-8")
    assert '"potential-candidate"' in text
    assert '"eligible"' not in text


def test_every_text_of_the_form_is_there_in_chinese(form):
    for item in form.values():
        (translation,) = item["_text"]["extension"]
        assert {"url": "lang", "valueCode": "zh-CN"} in translation["extension"]


def test_the_form_of_a_protocol_is_the_same_each_time():
    assert questionnaire(load("NCT04420494")) == questionnaire(load("NCT04420494"))
