"""An export in CDISC ODM 1.3.2 is what its public schema says, and another program reads it as the import does."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any
from xml.etree import ElementTree

import pytest
import xmlschema
from django.utils import translation
from odmlib.odm_loader import XMLODMLoader
from odmlib.schema_manager import get_schema_path

from registret.exchange.exporting import odm_file
from registret.exchange.exporting.odm_file import OdmHead
from registret.exchange.exporting.read_back import mapping_of_odm
from registret.exchange.exporting.rows import ExportLayout, scores_of
from registret.exchange.exporting.wishes import RowFor, ShownAs
from registret.exchange.mappings.applying import apply, column_faults
from registret.exchange.mappings.reading import read_mapping
from registret.exchange.readers import read
from registret.records.queries.exports import ExportedEpisode
from registret.registries.answers import Answer
from registret.registries.answers import read as read_answer
from registret.registries.exports.odm_items import SEVERAL_OF
from registret.registries.exports.units import ucum_of
from registret.registries.forms import Form
from registret.registries.queries import catalogue, form_of
from registret.registries.vocabulary import CodeSystem, Mark, Missing
from tests.rooms.exchange.taken_out import AT, episodes

OF_FORM = pytest.mark.parametrize("form", catalogue().forms.values(), ids=lambda form: f"{form.code}-{form.version}")
NS = {"o": "http://www.cdisc.org/ns/odm/v1.3"}


@cache
def schema() -> xmlschema.XMLSchema:
    """The public schema of CDISC, as odmlib brings it along."""
    return xmlschema.XMLSchema(get_schema_path("odm", "1.3.2"))


def written(form: Form, *made: ExportedEpisode) -> bytes:
    out = io.BytesIO()
    head = OdmHead(file="export-1", registry="Registret", clinic="Infektionskliniken", at=AT)
    with translation.override("sv"):
        odm_file.write(out, made, forms=[form], head=head)
    return out.getvalue()


def sent(episode: ExportedEpisode) -> dict[str, Answer]:
    return {code: answer for step in episode.steps for code, answer in step.answers.items()}


def read_back(form: Form, content: bytes) -> list[dict[str, Answer]]:
    """By the file description that comes along."""
    layout = ExportLayout([form], ShownAs.CODES, RowFor.EPISODE)
    mapping = read_mapping(mapping_of_odm(layout, form, source_system="Registret"), catalogue().forms)
    table = read(content)
    assert column_faults(mapping, table) == ()
    rows = [apply(mapping, row) for row in table.rows]
    assert [row.undated for row in rows] == [()] * len(rows)
    each = (
        {code: read_answer(form.questions[code], texts, at=AT) for code, texts in row.written.items()} for row in rows
    )
    return [{code: answer for code, answer in one.items() if answer is not None} for one in each]


def loaded(content: bytes) -> Any:
    loader = XMLODMLoader()
    loader.create_document_from_string(content.decode())
    return loader.load_odm()


def items(of_subject: Any) -> Iterator[tuple[str, Any]]:
    """Group and value."""
    for event in of_subject.StudyEventData:
        for form in event.FormData:
            for group in form.ItemGroupData:
                yield from ((group.ItemGroupOID, one) for one in group.ItemData)


@OF_FORM
def test_the_schema_takes_the_file_and_the_import_reads_the_same_answers(form: Form) -> None:
    made = episodes(form)
    content = written(form, *made)
    schema().validate(io.BytesIO(content))
    assert read_back(form, content) == [sent(one) for one in made]


@OF_FORM
def test_another_program_reads_who_it_is_what_was_answered_what_was_computed_and_who_has_signed(form: Form) -> None:
    made = episodes(form)
    study = loaded(written(form, *made))
    (clinical,) = study.ClinicalData
    assert (clinical.StudyOID, clinical.MetaDataVersionOID) == (form.code, f"{form.code}:{form.version}")
    for subject, episode in zip(clinical.SubjectData, made, strict=True):
        told = {one.ItemOID: one for _, one in items(subject)}
        assert subject.SubjectKey == episode.system_id
        assert (told["number"].Value, told["sex"].Value) == (
            episode.patient.numbers[0].shown,
            episode.patient.sex.value,
        )
        assert told[f"{form.inclusion.code}.signed_by"].Value == "Anna Berg"
        scores, answers = scores_of(episode), sent(episode)
        assert {code for code in told if code in form.questions} == set(answers)
        for code, value in scores.items():
            assert {"true": Decimal(1), "false": Decimal(0)}.get(told[code].Value) == value or (
                Decimal(told[code].Value) == value
            )
        assert {code for code in told if code in form.scores} == set(scores)


READS: dict[str, Callable[[str], object]] = {
    "integer": int,
    "float": float,
    "date": date.fromisoformat,
    "datetime": datetime.fromisoformat,
    "boolean": {"true": True, "false": False}.__getitem__,
}


def listed(asked: ElementTree.Element, defined: dict[str, ElementTree.Element]) -> set[str]:
    """The codes of its list, or of that of which it has several; empty if there is none, or it is another's."""
    ref, several = asked.find("o:CodeListRef", NS), asked.find(f"o:Alias[@Context='{SEVERAL_OF}']", NS)
    oid = ref.attrib["CodeListOID"] if ref is not None else several.attrib["Name"] if several is not None else ""
    return {one.attrib["CodedValue"] for one in defined[oid].findall("o:CodeListItem", NS)} if oid else set()


@OF_FORM
def test_whatever_the_data_refer_to_is_defined_and_every_value_is_one_of_its_list(form: Form) -> None:
    root = ElementTree.fromstring(written(form, *episodes(form)))  # noqa: S314 - our own
    defined = {one.attrib["OID"]: one for one in root.findall(".//o:MetaDataVersion/*[@OID]", NS)}
    for name in ("StudyEvent", "Form", "ItemGroup", "Item", "CodeList", "Method", "CollectionExceptionCondition"):
        used = {one.get(f"{name}OID") for one in root.iter() if one.get(f"{name}OID")}
        assert used <= set(defined), name
    units = {one.get("OID") for one in root.findall(".//o:MeasurementUnit", NS)}
    assert {one.get("MeasurementUnitOID") for one in root.findall(".//o:MeasurementUnitRef", NS)} <= units
    for one in root.findall(".//o:ItemData[@Value]", NS):
        asked, value = defined[one.attrib["ItemOID"]], one.attrib["Value"]
        READS.get(asked.attrib["DataType"], str)(value)
        known = listed(asked, defined)
        assert not known or set(value.split(",")) <= known


def with_answers(episode: ExportedEpisode, **answers: Answer) -> ExportedEpisode:
    """Each in the step that asks for it."""
    steps = tuple(
        replace(
            step,
            answers={
                **step.answers,
                **{code: one for code, one in answers.items() if episode.form.questions[code].step == step.code},
            },
        )
        for step in episode.steps
    )
    return replace(episode, steps=steps)


def test_marks_reasons_and_texts_come_back_as_they_were() -> None:
    form = form_of("pneumoni", 1)
    told = {
        "crp": Answer(value=Decimal(5), mark=Mark.BELOW),
        "airway_culture": Answer(missing=Missing.UNKNOWN),
        "comorbidity": Answer(value=frozenset({"copd", "diabetes"})),
    }
    (made,) = episodes(form, 1)
    made = with_answers(made, **told)
    content = written(form, made)
    schema().validate(io.BytesIO(content))
    (back,) = read_back(form, content)
    assert {code: back[code] for code in told} == told
    (subject,) = loaded(content).ClinicalData[0].SubjectData
    values = {one.ItemOID: one for _, one in items(subject)}
    assert (values["crp"].Value, values["crp"].Annotation[0].Flag[0].FlagValue._content) == ("5", "<")
    assert (values["airway_culture"].IsNull, values["airway_culture"].Value) == ("Yes", None)


def test_no_text_is_lost_or_read_as_xml_and_only_what_xml_cannot_hold_is_left_out() -> None:
    (made,) = episodes(form_of("pneumoni", 1), 1)
    text = "=1+1\nrad 2\t\"<b>&amp;</b>' ]]> \U0001f9eb"
    steps = tuple(replace(step, signed_at=AT, signed_by_name=f"{text}\x0b\ufffe") for step in made.steps)
    content = written(made.form, replace(made, steps=steps))
    schema().validate(io.BytesIO(content))
    assert read(content).rows[0].values[f"{made.form.inclusion.code}.signed_by"] == text


def test_episodes_of_several_versions_are_each_under_their_own() -> None:
    form = form_of("pneumoni", 1)
    newer = replace(form, version=2)
    first, second, third = episodes(form, 3)
    out = io.BytesIO()
    head = OdmHead(file="export-1", registry="Registret", clinic="Infektionskliniken", at=AT)
    odm_file.write(out, [first, replace(second, form=newer), third], forms=[form, newer], head=head)
    schema().validate(io.BytesIO(out.getvalue()))
    versions = [(one.MetaDataVersionOID, len(one.SubjectData)) for one in loaded(out.getvalue()).ClinicalData]
    assert versions == [("pneumoni:1", 1), ("pneumoni:2", 1), ("pneumoni:1", 1)]
    assert len(read(out.getvalue()).rows) == 3


def test_a_file_without_episodes_is_whole() -> None:
    schema().validate(io.BytesIO(written(form_of("pneumoni", 1))))


@OF_FORM
def test_an_item_says_what_the_question_asks_in_which_unit_and_between_which_limits(form: Form) -> None:
    study = loaded(written(form)).Study[0]
    (version,) = study.MetaDataVersion
    symbols = {one.OID: [alias.Name for alias in one.Alias] for one in study.BasicDefinitions.MeasurementUnit}
    items = {one.OID: one for one in version.ItemDef}
    for code, question in form.questions.items():
        variable, told = question.variable, items[code]
        assert [one._content for one in told.Question.TranslatedText] == [variable.label.sv, variable.label.en]
        checks = {(one.SoftHard, one.Comparator): Decimal(one.CheckValue[0]._content) for one in told.RangeCheck}
        assert checks == {
            (hardness, comparator): end
            for hardness, limits in (("Hard", variable.hard), ("Soft", variable.usual))
            if limits
            for comparator, end in (("GE", limits.least), ("LE", limits.most))
            if end is not None
        }
        ucum = [ucum_of(variable.unit, variable.ucum)] if variable.unit else []
        assert [name for ref in told.MeasurementUnitRef for name in symbols[ref.MeasurementUnitOID]] == list(
            filter(None, ucum)
        )
        said = {one.Context: one.Name for one in told.Alias}
        assert said.get("SNOMED CT") == single(variable.codes.get(CodeSystem.SNOMED, ()))
        assert said.get("LOINC") == single(variable.codes.get(CodeSystem.LOINC, ()))


def single(codes: Sequence[str]) -> str | None:
    """The code that means the same; several are narrower."""
    return codes[0] if len(codes) == 1 else None


def test_a_condition_says_when_a_question_is_not_asked_and_a_method_how_a_score_is_computed() -> None:
    form = form_of("pneumoni", 1)
    (version,) = loaded(written(form)).Study[0].MetaDataVersion
    refs = {ref.ItemOID: ref for group in version.ItemGroupDef for ref in group.ItemRef}
    conditions = {one.OID: one.FormalExpression[0]._content for one in version.ConditionDef}
    methods = {one.OID: one.FormalExpression[0]._content for one in version.MethodDef if one.FormalExpression}
    for code, question in form.questions.items():
        condition = refs[code].CollectionExceptionConditionOID
        assert (conditions[condition] if condition else None) == (
            f"not ({question.shown_if.text})" if question.shown_if else None
        )
        assert (refs[code].Mandatory == "Yes") is (question.variable.required and not question.shown_if)
    for code, score in form.scores.items():
        assert methods.get(refs[code].MethodOID) == (None if score.value_set else score.formula.text)
