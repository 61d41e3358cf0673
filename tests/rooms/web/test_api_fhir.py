"""A record system that knows FHIR sends QuestionnaireResponses, and is told of them as of every other file."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from registret.exchange.exporting.read_back import mapping_of_responses
from registret.exchange.importing import batches
from registret.exchange.saved_mappings import save_mapping
from registret.ledger.queries import Wanted, entries
from registret.registries.queries import form_of
from tests import cast
from tests.rooms.exchange.scene import INES
from tests.rooms.records.scene import counted
from tests.rooms.web.api import Machine
from tests.rooms.web.test_api import code, machine, now

__all__ = ["machine", "now"]

pytestmark = pytest.mark.django_db

JSON, LINES = "application/fhir+json", "application/fhir+ndjson"


def response(now: datetime, *more: dict[str, Any], **different: Any) -> dict[str, Any]:
    arrived = (now - timedelta(days=4)).astimezone().isoformat(timespec="seconds")
    number = {"system": "urn:oid:1.2.752.129.2.1.3.1", "value": "191212121212"}
    return {
        "resourceType": "QuestionnaireResponse",
        "identifier": {"system": "https://journalx.example", "value": "X-1001"},
        "questionnaire": "https://registret.example.se/fhir/Questionnaire/pneumoni|1",
        "status": "completed",
        "subject": {"identifier": number},
        "item": [
            {"linkId": "arrived_at", "answer": [{"valueDateTime": arrived}]},
            {"linkId": "pneumonia_treated", "answer": [{"valueCoding": {"code": "yes"}}]},
            {"linkId": "acquired", "answer": [{"valueCoding": {"code": "community"}}]},
            *more,
        ],
        **different,
    }


@pytest.fixture
def fhir(machine: Machine, now: datetime) -> Machine:
    text = mapping_of_responses([form_of("pneumoni", 1)], source_system="Journal X")
    save_mapping(actor=cast.actor(INES, at=now), text=text, at=now)
    return machine


def work() -> None:
    while batches.work_on_one(at=datetime.now().astimezone()):
        pass


def test_responses_are_brought_in_and_a_value_that_the_form_does_not_take_is_told_by_its_link(
    fhir: Machine, now: datetime
) -> None:
    pulse = {"linkId": "pulse", "answer": [{"valueString": "high"}]}
    wrong = response(now, pulse, identifier={"value": "X-1002"})
    lines = "\n".join(json.dumps(one) for one in (response(now), wrong)).encode()
    sent = fhir.send(lines, content_type=LINES, more="")
    work()
    done = fhir.get(sent.headers["Location"]).json()
    assert (done["state"], done["rows"]["new"], done["rows"]["refused"]) == ("done", 1, 1)
    assert counted()[2] == 1
    (fault,) = fhir.get(f"{sent.headers['Location']}/rows").json()["rows"]
    assert (fault["line"], fault["column"], fault["value"]) == (2, "pulse", "high")
    assert fault["code"] == "import.answer_impossible"


def test_what_is_not_read_is_a_problem_in_both_languages_with_its_place(fhir: Machine, now: datetime) -> None:
    culture = {"linkId": "airway_culture", "answer": [{"valueReference": {"reference": "Observation/1"}}]}
    group = {"linkId": "step:acute", "item": [culture]}
    answer = fhir.send(json.dumps(response(now, group)).encode(), content_type=JSON)
    assert code(answer, 422) == "import.resource_unfit"
    for detail in (answer.json()["detail"], answer.json()["en"]["detail"]):
        assert "valueReference" in detail
        assert "step:acute/airway_culture" in detail
    facts = entries(wanted=Wanted(event="request.refused")).rows[0].facts
    assert (facts["element"], facts["place"]) == ("valueReference", "step:acute/airway_culture")
    other = response(now, questionnaire="https://registret.example.se/fhir/Questionnaire/pneumoni|2")
    answer = fhir.send(json.dumps(other).encode(), content_type=JSON)
    assert code(answer, 422) == "import.columns_unfit"
    assert [one["code"] for one in answer.json()["columns"]] == ["file.questionnaire_other"]
    assert counted() == (0, 0, 0)
