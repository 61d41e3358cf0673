"""What comes out of an export is what went in: read again by the import, and by a library for FHIR."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from fhir.resources.R4B.questionnaireresponse import QuestionnaireResponse
from python_calamine import CalamineWorkbook

from registret.exchange.exporting import csv_file, json_file, xlsx_file
from registret.exchange.exporting.fhir_file import answered_form
from registret.exchange.exporting.read_back import mapping_of
from registret.exchange.exporting.rows import Cell, ExportLayout
from registret.exchange.exporting.wishes import RowFor, ShownAs
from registret.exchange.mappings.applying import apply, column_faults
from registret.exchange.mappings.reading import read_mapping
from registret.exchange.readers import read
from registret.exchange.readers.table import SourceTable
from registret.records.queries.exports import ExportedEpisode
from registret.registries.answers import Answer
from registret.registries.answers import read as read_answer
from registret.registries.assessing import ScoreNow, assess
from registret.registries.exports.fhir import Json
from registret.registries.exports.questionnaire import as_questionnaire
from registret.registries.exports.questionnaire_response import as_response
from registret.registries.forms import Form
from registret.registries.queries import catalogue, form_of, open_for_entry
from tests.rooms.exchange.taken_out import AT, episodes

CODES = [one.code for one in open_for_entry()]
WRITERS = {"csv": csv_file.write, "json": json_file.write, "xlsx": xlsx_file.write}
ORIGIN = "https://registret.example"


def form_now(code: str) -> Form:
    return next(catalogue().forms[one.code, one.version] for one in open_for_entry() if one.code == code)


def written(kind: str, layout: ExportLayout, found: Sequence[ExportedEpisode]) -> bytes:
    out = io.BytesIO()
    WRITERS[kind](out, layout.header, (row for one in found for row in layout.rows(one)))
    return out.getvalue()


def answers_read(layout: ExportLayout, form: Form, table: SourceTable) -> list[dict[str, Answer]]:
    """As the import reads them, by the mapping that comes along."""
    mapping = read_mapping(mapping_of(layout, form, source_system="Registret"), catalogue().forms)
    assert column_faults(mapping, table) == () or table.kind == "json"
    found = []
    for row in table.rows:
        values = dict.fromkeys(mapping.says.expected, "") | dict(row.values)
        mapped = apply(mapping, replace(row, values=values))
        assert mapped.undated == ()
        one = {code: read_answer(form.questions[code], texts, at=AT) for code, texts in mapped.written.items()}
        found.append({code: answer for code, answer in one.items() if answer is not None})
    return found


def shown_scores(episode: ExportedEpisode) -> list[ScoreNow]:
    """As the pages of its steps show them."""
    answers = {step.code: step.answers for step in episode.steps}
    each = (assess(episode.form, step.code, answers=answers, patient=episode.known) for step in episode.steps)
    return [now for one in each for now in one.scores]


@pytest.mark.parametrize("kind", WRITERS)
@pytest.mark.parametrize("code", CODES)
def test_the_import_reads_the_same_answers_and_the_file_has_the_scores_of_the_form(kind: str, code: str) -> None:
    form = form_now(code)
    made = episodes(form)
    layout = ExportLayout([form], ShownAs.CODES, RowFor.EPISODE)
    table = read(written(kind, layout, made))
    sent = [{code: one for step in e.steps for code, one in step.answers.items()} for e in made]
    assert answers_read(layout, form, table) == sent
    for row, episode in zip(table.rows, made, strict=True):
        for now in shown_scores(episode):
            cell = row.values.get(now.score.code, "").replace(",", ".")
            assert (Decimal(cell) if cell else None) == now.value, now.score.code


@pytest.mark.parametrize("code", CODES)
def test_fhir_takes_the_response_and_every_item_is_one_of_the_questionnaire(code: str) -> None:
    form = form_now(code)
    asked = {item["linkId"] for item in _items(as_questionnaire(form, origin=ORIGIN, on=AT.date()))}
    for episode in episodes(form, 5):
        response = as_response(answered_form(episode), origin=ORIGIN)
        QuestionnaireResponse.model_validate_json(json.dumps(response))
        told = {item["linkId"] for item in _items(response)}
        assert told <= asked
        assert {code for step in episode.steps for code in step.answers} <= told


def _items(of: Json) -> list[Json]:
    return [one for item in of.get("item", []) for one in (item, *_items(item))]


def test_a_text_that_looks_like_a_formula_is_a_text_and_a_negative_number_stays_a_number() -> None:
    rows: list[list[Cell]] = [["=1+1", "@SUM(A1)", "-kall", Decimal("-1.5"), "+46"]]
    out = io.BytesIO()
    csv_file.write(out, list("abcde"), rows)
    assert out.getvalue().decode("utf-8-sig").splitlines()[1] == "'=1+1;'@SUM(A1);'-kall;-1,5;'+46"
    book = io.BytesIO()
    xlsx_file.write(book, list("abcde"), rows)
    book.seek(0)
    sheet = CalamineWorkbook.from_filelike(book).get_sheet_by_index(0).to_python()
    assert sheet[1] == ["=1+1", "@SUM(A1)", "-kall", -1.5, "+46"]


def test_labels_are_as_the_form_shows_them_and_no_two_columns_are_called_alike() -> None:
    for form in catalogue().forms.values():
        for row_for in RowFor:
            assert len(set(ExportLayout([form], ShownAs.LABELS, row_for).header)) == len(
                ExportLayout([form], ShownAs.CODES, row_for).columns
            )
    form = form_of("pneumoni", 1)
    layout = ExportLayout([form], ShownAs.LABELS, RowFor.STEP)
    (episode,) = episodes(form, 1)
    rows = [dict(zip(layout.header, row, strict=True)) for row in layout.rows(episode)]
    assert [row["Steg"] for row in rows] == [str(step.name) for step in form.steps]
    assert rows[0]["Status"] == "Signerad"
    assert {row["Vårdepisod"] for row in rows} == {episode.system_id}


def test_which_of_two_hours_is_lost_in_csv_and_kept_in_json() -> None:
    twice = datetime(2026, 10, 25, 0, 30, tzinfo=AT.tzinfo)
    for kind, same in (("csv", True), ("json", False)):
        out = [io.BytesIO(), io.BytesIO()]
        for one, moment in zip(out, (twice, twice + timedelta(hours=1)), strict=True):
            WRITERS[kind](one, ["a"], [[moment]])
        assert (out[0].getvalue() == out[1].getvalue()) is same
