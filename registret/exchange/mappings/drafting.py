"""Write a first mapping for a file, by the names of its columns, for a person to go on with."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from registret.exchange.mappings.applying import own_questionnaire
from registret.exchange.mappings.faults import nearest
from registret.exchange.readers.table import SourceTable
from registret.registries.forms import Form

_ABOUT_ROW: Final[Mapping[str, tuple[str, ...]]] = {
    "source_id": (
        "Vårdtillfälle",
        "Vårdkontakt",
        "Kontakt-id",
        "Id",
        "Episode",
        "Encounter",
        "identifier",
        "SubjectKey",
    ),
    "number": ("Personnummer", "Personnr", "Pnr", "Patient-id", "Patient", "subject"),
    "birth_date": ("Födelsedatum", "Född", "subject.birthDate"),
    "sex": ("Kön", "Sex", "subject.sex"),
    "exported_at": ("Uttaget", "Exporterad", "Exported at", "authored", "CreationDateTime"),
}


def draft(table: SourceTable, form: Form, *, source_system: str) -> str:
    """The text of a mapping: columns that are called as a question lead to it, the others are ignored.

    Of FHIR responses to our own questionnaire all questions are there, also those that this file does not answer.
    """
    left = list(table.columns)
    about_row = {key: _taken(left, names) for key, names in _ABOUT_ROW.items()}
    columns = {}
    for question in form.questions.values():
        label = question.variable.label
        if found := _taken(left, (question.code, label.sv, label.en)):
            columns[found] = question.code
    others = [one for one in table.questionnaires if not one.endswith(own_questionnaire(form))]
    if others:
        about_row["questionnaire"] = others[0]
    elif table.questionnaires:
        columns |= {code: code for code in form.questions if code not in columns.values()}
        left += [code for code in form.scores if code not in left]
    return mapping_text(form, source_system, about_row, columns, left)


def mapping_text(
    form: Form, source_system: str, about_row: Mapping[str, str], columns: Mapping[str, str], ignored: Sequence[str]
) -> str:
    """`about_row`: columns by what they are, as the mapping calls it. `columns`: variables by column."""
    return "\n".join(_lines(form, source_system, about_row, columns, ignored)) + "\n"


def _lines(
    form: Form, source_system: str, about_row: Mapping[str, str], columns: Mapping[str, str], ignored: Sequence[str]
) -> Iterator[str]:
    yield f"source_system = {_quoted(source_system)}"
    yield f"sub_registry = {_quoted(form.code)}"
    yield f"version = {form.version}"
    for key, name in about_row.items():
        if name or key in {"source_id", "number"}:
            yield f"{key} = {_quoted(name)}"
    yield 'erase = ["RADERA"]'
    yield f"ignore = [{', '.join(map(_quoted, ignored))}]"
    for name, variable in columns.items():
        yield from ("", "[[column]]", f"name = {_quoted(name)}", f"variable = {_quoted(variable)}")


def _taken(left: list[str], names: tuple[str, ...]) -> str:
    """The column that is called like one of `names`, no more among those left; empty if none is."""
    folded = {name.casefold() for name in names}
    found = next((one for one in left if one.casefold() in folded), "")
    found = found or next(filter(None, (nearest(name, left, cutoff=0.85) for name in names)), "")
    if found:
        left.remove(found)
    return found


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
