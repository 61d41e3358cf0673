"""The mapping by which the import reads a file that was taken out: it comes along with the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from registret.exchange.exporting.rows import BIRTH_DATE, EPISODE_ID, FORM_VERSION, NUMBER, SEX, ExportLayout
from registret.exchange.mappings.drafting import mapping_text
from registret.exchange.readers import fhir_file
from registret.exchange.readers.odm_rows import CREATED, SUBJECT
from registret.registries.forms import Form

_ABOUT_ROW: Final = {"source_id": EPISODE_ID, "number": NUMBER, "birth_date": BIRTH_DATE, "sex": SEX}
_ABOUT_SUBJECT: Final = {**_ABOUT_ROW, "source_id": SUBJECT, "exported_at": CREATED}
_ABOUT_RESPONSE: Final = {
    "source_id": fhir_file.IDENTIFIER,
    "number": fhir_file.SUBJECT,
    "birth_date": fhir_file.BIRTH_DATE,
    "sex": fhir_file.SEX,
    "exported_at": fhir_file.AUTHORED,
}


def mapping_of(layout: ExportLayout, form: Form, *, source_system: str) -> str:
    """`layout`: of codes, with a row for each episode. `form`: the version that the rows are brought in to."""
    return _mapping(layout.columns, form, _ABOUT_ROW, source_system)


def mapping_of_odm(layout: ExportLayout, form: Form, *, source_system: str) -> str:
    """The same for ODM, where the version and the id of an episode are no items."""
    columns = [code for code in layout.columns if code not in {EPISODE_ID, FORM_VERSION}]
    return _mapping(columns, form, _ABOUT_SUBJECT, source_system)


def _mapping(columns: Sequence[str], form: Form, about_row: Mapping[str, str], source_system: str) -> str:
    answers = {code: code for code in columns if code in form.questions}
    ignored = [code for code in columns if code not in answers and code not in about_row.values()]
    return mapping_text(form, source_system, about_row, answers, ignored)


def mapping_of_responses(forms: Sequence[Form], *, source_system: str) -> str:
    """As `mapping_of`, of FHIR, where the linkIds are the codes. `forms`: all versions, oldest first; responses are
    brought in to the last."""
    form = forms[-1]
    every = dict.fromkeys(code for one in forms for code in (*one.questions, *one.scores))
    ignored = [code for code in every if code not in form.questions]
    return mapping_text(form, source_system, _ABOUT_RESPONSE, {code: code for code in form.questions}, ignored)
