"""QuestionnaireResponses become rows of text by linkId, or a refusal that says what is wrong and where."""

from __future__ import annotations

import copy
import itertools
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registret.exchange.exporting.fhir_file import answered_form
from registret.exchange.exporting.read_back import mapping_of_responses
from registret.exchange.mappings.applying import column_faults
from registret.exchange.mappings.drafting import draft
from registret.exchange.mappings.faults import MappingCode
from registret.exchange.mappings.reading import FormMapping, read_mapping
from registret.exchange.readers import fhir_file, kind_of, read
from registret.exchange.readers.table import MOST_ROWS, FileKind, SourceTable
from registret.exchange.refusals import (
    CellTooLong,
    FileEmpty,
    FileUnreadable,
    ResourceUnfit,
    TooManyColumns,
    TooManyRows,
    ValueNested,
)
from registret.kernel.refused import Refused
from registret.registries.exports.questionnaire_response import as_response
from registret.registries.queries import catalogue, form_of
from tests.rooms.exchange.taken_out import episodes

Json = dict[str, Any]
ORIGIN = "https://another.registret.example"
OURS = f"{ORIGIN}/fhir/StructureDefinition/"
REASON = {"system": "http://terminology.hl7.org/CodeSystem/data-absent-reason", "code": "not-performed"}


def items() -> list[Json]:
    """As another system may write them: nested, in the order that it likes."""
    mark = {"url": f"{OURS}mark", "valueCode": "<"}
    missing = {"url": f"{OURS}missing", "valueCoding": REASON}
    below = {"linkId": "acquired", "answer": [{"valueCoding": {"code": "community"}}]}
    return [
        {
            "linkId": "step:inclusion",
            "item": [
                {"linkId": "arrived_at", "answer": [{"valueDateTime": "2026-11-20T08:15:00+01:00", "item": [below]}]}
            ],
        },
        {"linkId": "comorbidity", "answer": [{"valueCoding": {"code": one}} for one in ("copd", "diabetes")]},
        {"linkId": "crp", "answer": [{"extension": [mark], "valueDecimal": 5.50}]},
        {"linkId": "airway_culture", "answer": [{"extension": [missing]}]},
        {"linkId": "documented", "answer": [{"valueBoolean": True}]},
        {"linkId": "note", "answer": [{"valueString": " 5 "}]},
    ]


def response(**different: Any) -> Json:
    number = {"system": "urn:oid:1.2.752.129.2.1.3.1", "value": "19121212-1212"}
    whole = {
        "resourceType": "QuestionnaireResponse",
        "id": "abc",
        "identifier": {"system": "https://journalx.example", "value": "X-1"},
        "questionnaire": f"{ORIGIN}/fhir/Questionnaire/pneumoni|1",
        "status": "completed",
        "subject": {"reference": "Patient/1", "identifier": number},
        "authored": "2026-11-24T08:00:00Z",
        "item": items(),
    }
    return {name: one for name, one in (whole | different).items() if one is not None}


def answering(*answers: Json) -> Json:
    return response(item=[{"linkId": "step:acute", "item": [{"linkId": "crp", "answer": list(answers)}]}])


def bundle(*resources: Any, kind: str = "collection", **different: Any) -> Json:
    entries = [{"resource": one, **different} for one in resources]
    return {"entry": entries, "type": kind, "resourceType": "Bundle"}


def table_of(*resources: Json) -> SourceTable:
    return read("\n".join(json.dumps(one) for one in resources).encode())


def test_answers_are_read_as_a_person_would_have_typed_them_wherever_they_stand() -> None:
    table = table_of(response())

    assert table.kind is FileKind.FHIR
    assert dict(table.rows[0].values) == {
        "identifier": "X-1",
        "subject": "19121212-1212",
        "authored": "2026-11-24T08:00:00Z",
        "arrived_at": "2026-11-20T08:15:00+01:00",
        "acquired": "community",
        "comorbidity": "copd,diabetes",
        "crp": "<5.5",
        "airway_culture": "missing:not_done",
        "documented": "true",
        "note": "5",
    }


def test_digits_stay_as_they_are_written() -> None:
    content = json.dumps(answering({"valueDecimal": "DIGITS"})).replace('"DIGITS"', "36.60")
    assert read(content.encode()).rows[0].values["crp"] == "36.60"


def test_one_resource_lines_and_bundles_are_the_same_rows() -> None:
    first, second = response(), response(identifier=None)
    lines = table_of(first, second)
    assert [row.values["identifier"] for row in lines.rows] == ["X-1", "abc"]
    for kind in ("collection", "searchset", "transaction"):
        assert table_of(bundle(first, second, kind=kind, request={"method": "PUT", "url": "x"})) == lines
    pretty = "\ufeff \n" + "\n\n".join(json.dumps(one, indent=1) for one in (first, second)) + "\n"
    assert read(pretty.encode()) == lines
    assert [row.line for row in table_of(first).rows] == [1]


def test_a_file_is_known_by_its_first_character() -> None:
    assert kind_of("\ufeff {".encode()) is FileKind.FHIR
    with pytest.raises(ValueNested):
        read(b'{"a": 1}')


def nested(depth: int) -> Json:
    item: Json = {"linkId": "deepest"}
    for _ in range(depth):
        item = {"linkId": "group", "item": [item]}
    return response(item=[item])


CRP = "step:acute/crp"
WHOLE = "QuestionnaireResponse"
UNFIT: list[tuple[Json, str, str]] = [
    (response(resourceType="Observation"), "resourceType", WHOLE),
    (response(contained=[{"resourceType": "Patient"}]), "contained", WHOLE),
    (response(implicitRules="https://x"), "implicitRules", WHOLE),
    (response(modifierExtension=[{}]), "modifierExtension", WHOLE),
    (response(status="entered-in-error"), "status", WHOLE),
    (response(status="stopped"), "status", WHOLE),
    (response(status=None), "status", WHOLE),
    (response(status=["completed"]), "status", WHOLE),
    (response(questionnaire=None), "questionnaire", WHOLE),
    (response(identifier=None, id=None), "id", WHOLE),
    (response(identifier={"system": "x"}), "identifier", WHOLE),
    (response(identifier=[{"value": "x"}]), "identifier", WHOLE),
    (response(authored=5), "authored", WHOLE),
    (response(subject=None), "subject.identifier", WHOLE),
    (response(subject={"reference": "Patient/1"}), "subject.identifier", WHOLE),
    (response(subject={"identifier": {"value": "191212121212"}}), "subject.identifier", WHOLE),
    (response(subject={"identifier": {"system": "urn:x", "value": "1"}}), "subject.identifier.system", WHOLE),
    (response(item={}), "item", WHOLE),
    (response(item=[{"answer": []}]), "linkId", WHOLE),
    (response(item=[{"linkId": " "}]), "linkId", WHOLE),
    (response(item=[{"linkId": "x" * 256}]), "linkId", WHOLE),
    (response(item=[{"linkId": "crp", "answer": {}}]), "answer", "crp"),
    (response(item=[{"linkId": "crp", "answer": [{"valueString": "1"}]}] * 2), "linkId", "crp"),
    (response(item=[{"linkId": "subject", "answer": [{"valueString": "1"}]}]), "linkId", "subject"),
    (response(item=[{"linkId": "Anna Berg", "answer": [{}]}]), "value[x]", "?"),
    (response(item=[{"linkId": "g", "modifierExtension": []}]), "modifierExtension", "g"),
    (nested(20), "item", "/".join([*["group"] * 20, "deepest"])),
    (answering({"valueReference": {"reference": "Observation/1"}}), "valueReference", CRP),
    (answering({"valueAttachment": {"data": "AA=="}}), "valueAttachment", CRP),
    (answering({"valueQuantity": {"value": 5, "unit": "mg/dL"}}), "valueQuantity", CRP),
    (answering({"value19121212-1212": "1"}), "value[x]", CRP),
    (answering({"valueDecimal": 5, "valueInteger": 5}), "value[x]", CRP),
    (answering({"valueDecimal": "5"}), "valueDecimal", CRP),
    (answering({"valueString": 5}), "valueString", CRP),
    (answering({"valueBoolean": "true"}), "valueBoolean", CRP),
    (answering({"valueCoding": {"display": "Ja"}}), "valueCoding.code", CRP),
    (answering({"valueString": "a"}, {"valueString": "b"}), "answer", CRP),
    (answering({"valueCoding": {"code": "a,b"}}, {"valueCoding": {"code": "c"}}), "answer", CRP),
    (answering({"modifierExtension": [], "valueDecimal": 1}), "answer", CRP),
    (answering({"extension": [{"url": f"{OURS}mark", "valueCode": "~"}], "valueDecimal": 1}), "extension", CRP),
    (answering({"extension": [{"url": f"{OURS}missing", "valueCoding": {"code": "?"}}]}), "extension", CRP),
    (answering({"extension": [{"url": f"{OURS}missing"}]}), "extension", CRP),
    (answering({"extension": [{"url": "https://x/missing", "valueCoding": REASON}]}), "value[x]", CRP),
    (bundle(kind="document"), "Bundle.type", WHOLE),
    (bundle(response(), request={"method": "DELETE"}), "Bundle.entry.request", WHOLE),
    (bundle(response(resourceType="Patient")), "resourceType", WHOLE),
    ({"resourceType": "Bundle", "type": "collection", "entry": {}}, "Bundle.entry", WHOLE),
    ({"resourceType": "Bundle", "type": "transaction", "entry": [{"request": {}}]}, "Bundle.entry.resource", WHOLE),
]


@pytest.mark.parametrize(("resource", "element", "place"), UNFIT, ids=itertools.count(1))
def test_what_is_not_read_is_refused_with_its_place_and_not_passed_over(
    resource: Json, element: str, place: str
) -> None:
    with pytest.raises(ResourceUnfit) as refused:
        table_of(resource)
    assert (refused.value.line, refused.value.element, refused.value.place) == (1, element, place)


def test_it_is_told_which_of_several_responses_it_is() -> None:
    for content in ((response(), response(status="stopped")), (bundle(response(), response(status="stopped")),)):
        with pytest.raises(ResourceUnfit) as refused:
            table_of(*content)
        assert refused.value.line == 2


def many() -> bytes:
    small = json.dumps(response(item=[]))
    return "\n".join([small] * (MOST_ROWS + 1)).encode()


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (json.dumps(bundle()).encode(), FileEmpty),
        (b'{"resourceType": "QuestionnaireResponse", "resourceType": "Patient"}', FileUnreadable),
        (b'{"resourceType": ', FileUnreadable),
        (b'{"resourceType": NaN}', FileUnreadable),
        (b'{"resourceType": "\xff"}', FileUnreadable),
        (b'{"resourceType": ' + b"[" * 200_000, FileUnreadable),
        (json.dumps(response()).encode() + b"\nnonsense", FileUnreadable),
        (json.dumps(response()).encode() + b"\n[]", ValueNested),
        (many(), TooManyRows),
        (json.dumps(answering({"valueString": "x" * 4001})).encode(), CellTooLong),
        (
            json.dumps(
                response(item=[{"linkId": f"q{n}", "answer": [{"valueInteger": n}]} for n in range(400)])
            ).encode(),
            TooManyColumns,
        ),
    ],
    ids=itertools.count(1),
)
def test_a_file_that_is_not_right_is_refused_as_what_it_is(content: bytes, refusal: type[Refused]) -> None:
    with pytest.raises(refusal):
        read(content)


def own_mapping(extra: str = "") -> FormMapping:
    form = form_of("pneumoni", 1)
    text = mapping_of_responses([form], source_system="Registret")
    return read_mapping(extra + text, catalogue().forms)


def test_our_own_responses_fit_the_mapping_that_comes_along_and_one_that_is_drafted_of_any_of_them() -> None:
    form = form_of("pneumoni", 1)
    table = table_of(*(as_response(answered_form(one), origin=ORIGIN) for one in episodes(form)))
    assert column_faults(own_mapping(), table) == ()
    first, *_ = episodes(form, 1)
    bare = replace(first, steps=first.steps[:1])
    one = table_of(as_response(answered_form(bare), origin=ORIGIN))
    drafted = read_mapping(draft(one, form, source_system="X"), catalogue().forms)
    assert drafted.says.about_row == ("identifier", "subject", "subject.birthDate", "subject.sex", "authored")
    assert column_faults(drafted, table) == ()


def test_a_draft_names_the_questionnaire_that_is_not_ours() -> None:
    form, canonical = form_of("pneumoni", 1), "https://journalx.example/Questionnaire/lung|3"
    table = table_of(response(item=items()[:1], questionnaire=canonical))
    drafted = read_mapping(draft(table, form, source_system="X"), catalogue().forms)
    assert (drafted.says.questionnaire, column_faults(drafted, table)) == (canonical, ())


@pytest.mark.parametrize(
    ("canonical", "extra", "fits"),
    [
        (f"{ORIGIN}/fhir/Questionnaire/pneumoni|1", "", True),
        (f"{ORIGIN}/fhir/Questionnaire/pneumoni|2", "", False),
        (f"{ORIGIN}/fhir/Questionnaire/sepsis|1", "", False),
        (f"{ORIGIN}/fhir/Questionnaire/pneumoni", "", False),
        ("https://journalx.example/Questionnaire/pneumoni|1", "", False),
        ("https://x.example/Q/lung|3", 'questionnaire = "https://x.example/Q/lung|3"\n', True),
        (f"{ORIGIN}/fhir/Questionnaire/pneumoni|1", 'questionnaire = "https://x.example/Q/lung|3"\n', False),
    ],
)
def test_responses_to_another_questionnaire_or_version_are_refused(canonical: str, extra: str, fits: bool) -> None:
    table = table_of(response(item=[]), response(item=[], questionnaire=canonical))
    if extra:
        table = table_of(response(item=[], questionnaire=canonical))
    codes = [fault.code for fault in column_faults(own_mapping(extra), table)]
    assert codes == ([] if fits else [MappingCode.QUESTIONNAIRE_OTHER])


def test_a_link_that_the_mapping_does_not_know_is_an_error_and_not_dropped() -> None:
    faults = column_faults(own_mapping(), table_of(response()))
    assert [(fault.code, fault.about) for fault in faults] == [
        (MappingCode.COLUMN_UNKNOWN, "documented"),
        (MappingCode.COLUMN_UNKNOWN, "note"),
    ]


# --- whatever the file is -----------------------------------------------------------------------------------

IN_RESOURCES = (
    *("resourceType", "item", "answer", "linkId", "extension", "url", "valueCoding", "code", "valueDecimal", "entry"),
    *("resource", "type", "subject", "identifier", "system", "value", "status", "questionnaire", "valueString"),
)
NAMES = st.sampled_from(IN_RESOURCES)
WORDS = st.text() | st.sampled_from(["QuestionnaireResponse", "Bundle", "completed", "crp", f"{OURS}mark"])
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | WORDS
ANYTHING = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=5), max_leaves=12
)


def tried(content: bytes, reader: Callable[[bytes], SourceTable] = read) -> None:
    """Rows or a refusal, never anything else."""
    try:
        table = reader(content)
    except Refused:
        return
    assert all(set(row.values) == set(table.columns) for row in table.rows)
    assert all(isinstance(cell, str) for row in table.rows for cell in row.values.values())


@given(content=st.binary() | st.text().map(str.encode), found=ANYTHING)
def test_any_bytes_and_any_json_are_rows_or_a_refusal(content: bytes, found: object) -> None:
    tried(content, fhir_file.read)
    tried(json.dumps(found).encode(), fhir_file.read)


@given(st.data())
def test_a_response_of_which_anything_is_something_else_is_rows_or_a_refusal(data: st.DataObject) -> None:
    whole = bundle(copy.deepcopy(response())) if data.draw(st.booleans()) else copy.deepcopy(response())
    holder: Any = whole
    while True:
        keys = sorted(holder) if isinstance(holder, dict) else list(range(len(holder)))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(holder[key], (dict, list)) or not holder[key] or data.draw(st.integers(0, 3)) == 0:
            break
        holder = holder[key]
    holder[key] = data.draw(ANYTHING)
    tried(json.dumps(whole).encode())
