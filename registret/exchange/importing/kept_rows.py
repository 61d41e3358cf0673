"""Rows of a large file as they are kept, encrypted, until they are brought in: those of one patient together, and
with each what became of it."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from registret.exchange.importing.results import RowFault, RowOutcome, RowResult
from registret.exchange.kept_files import FilePart, parts_of
from registret.exchange.mappings.reading import FormMapping
from registret.exchange.readers.table import FileKind, SourceRow, SourceTable
from registret.kernel.dates import DateFault, DateTrouble
from registret.kernel.identifiers import NumberMalformed
from registret.kernel.refused import restored
from registret.records.numbers import PatientNumber
from registret.registries.answers import Fault, FormFault
from registret.registries.forms import Form

HEAD: Final = 0
"""The number of the part that says what the file is; patients are counted from 1."""
FAULTY: Final = "faulty"
"""The note of a part with a row of which something is told."""

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRow:
    """`twice`: the line of an earlier row about the same episode, 0 if there is none. `result`: None until it was tried
    or brought in."""

    source: SourceRow
    twice: int
    result: RowResult | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFileRows:
    """Rows of a kept file, by line, with how they are read. The table says what the file is, and has no rows."""

    mapping: FormMapping
    table: SourceTable
    rows: tuple[KeptRow, ...]


def parts_with(mapping: FormMapping, table: SourceTable, *, today: date) -> Iterator[FilePart]:
    """What the file is, then its rows: one part for each patient, by number, so that everybody who brings files in
    takes patients in the same order. Rows whose number is none come last, each by itself."""
    head = {"kind": table.kind, "columns": table.columns, "separator": table.separator, "encoding": table.encoding}
    yield FilePart(number=HEAD, content=_dumped(head))
    first: dict[str, int] = {}
    of_patients: dict[str, tuple[PatientNumber | None, list[KeptRow]]] = {}
    for row in table.rows:
        source_id = row.values[mapping.says.source_id]
        twice = first.setdefault(source_id, row.line) if source_id else row.line
        number = _number(row.values[mapping.says.number], today)
        key = number.text if number else f"~{row.line:09}"
        kept = KeptRow(source=row, twice=twice if twice != row.line else 0)
        of_patients.setdefault(key, (number, []))[1].append(kept)
    for place, (_, (number, rows)) in enumerate(sorted(of_patients.items(), key=lambda one: one[0]), start=1):
        yield FilePart(number=place, content=content_of(table, rows), numbers=[number] if number else [])


def _number(written: str, today: date) -> PatientNumber | None:
    try:
        return PatientNumber.parse(written, today=today)
    except NumberMalformed:
        return None


def head_of(file_id: int, *, at: datetime) -> SourceTable:
    """The file without its rows. Raises: FileGone."""
    head = json.loads(next(parts_of(file_id, most=1, at=at)).content)
    return SourceTable(
        kind=FileKind(head["kind"]),
        columns=tuple(head["columns"]),
        rows=(),
        separator=head["separator"],
        encoding=head["encoding"],
    )


def with_results(rows: Sequence[KeptRow], results: Sequence[RowResult]) -> list[KeptRow]:
    return [replace(row, result=result) for row, result in zip(rows, results, strict=True)]


def note_of(rows: Iterable[KeptRow]) -> str:
    return FAULTY if any(row.result and row.result.faults for row in rows) else ""


def content_of(table: SourceTable, rows: Iterable[KeptRow]) -> bytes:
    return _dumped([_row_as_json(table, row) for row in rows])


def rows_in(table: SourceTable, form: Form, content: bytes) -> list[KeptRow]:
    """None if the patient has opted out since the file came."""
    return [_row(table, form, one) for one in json.loads(content)] if content else []


def _dumped(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _row_as_json(table: SourceTable, row: KeptRow) -> Json:
    result = row.result
    told = {
        "line": row.source.line,
        "cells": [row.source.values[name] for name in table.columns],
        "twice": row.twice,
    }
    if result is None:
        return told
    faults = [_fault_as_json(fault) for fault in result.faults]
    return told | {"source_id": result.source_id, "outcome": result.outcome, "faults": faults}


def _row(table: SourceTable, form: Form, told: Json) -> KeptRow:
    values = dict(zip(table.columns, told["cells"], strict=True))
    result = None
    if "outcome" in told:
        result = RowResult(
            line=told["line"],
            source_id=told["source_id"],
            outcome=RowOutcome(told["outcome"]),
            faults=tuple(_fault(form, fault) for fault in told["faults"]),
        )
    return KeptRow(source=SourceRow(line=told["line"], values=values), twice=told["twice"], result=result)


def _fault_as_json(fault: RowFault) -> Json:
    told: Json = {"code": fault.why.code, "facts": fault.why.facts, "variable": fault.variable}
    if isinstance(fault.fault, DateFault):
        plain = dataclasses.asdict(fault.fault).items()
        told["date"] = {name: value.isoformat() if isinstance(value, date) else value for name, value in plain if value}
    elif fault.fault is not None:
        told["form"] = fault.fault
    return told | ({"rule": fault.rule.code} if fault.rule else {})


def _fault(form: Form, told: Json) -> RowFault:
    rules = {rule.code: rule for step in form.steps for rule in step.rules}
    return RowFault(
        why=restored(told["code"], told["facts"]),
        variable=told["variable"],
        fault=_value_fault(told),
        rule=rules.get(told.get("rule", "")),
    )


def _value_fault(told: Json) -> Fault | None:
    if "date" in told:
        return DateFault(**{name: _dated(name, value) for name, value in told["date"].items()})
    return FormFault(told["form"]) if "form" in told else None


def _dated(name: str, value: Any) -> Any:
    if name == "trouble":
        return DateTrouble(value)
    if not isinstance(value, str):
        return value
    return datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
