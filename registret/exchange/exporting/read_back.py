"""The mapping by which the import reads a file that was taken out: it comes along with the file."""

from __future__ import annotations

from registret.exchange.exporting.rows import BIRTH_DATE, EPISODE_ID, NUMBER, SEX, ExportLayout
from registret.exchange.mappings.drafting import mapping_text
from registret.registries.forms import Form

_ABOUT_ROW = {"source_id": EPISODE_ID, "number": NUMBER, "birth_date": BIRTH_DATE, "sex": SEX}


def mapping_of(layout: ExportLayout, form: Form, *, source_system: str) -> str:
    """`layout`: of codes, with a row for each episode. `form`: the version that the rows are brought in to."""
    answers = {code: code for code in layout.columns if code in form.questions}
    ignored = [code for code in layout.columns if code not in answers and code not in _ABOUT_ROW.values()]
    return mapping_text(form, source_system, _ABOUT_ROW, answers, ignored)
