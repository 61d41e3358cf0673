"""What is wrong with rows of a file, line by line, as people read it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from registret.exchange.importing.results import FileResult, RowFault, RowOutcome, RowResult
from registret.exchange.mappings.reading import FormMapping
from registret.exchange.readers.table import SourceRow, SourceTable
from registret.kernel.identifiers import mask_personal_numbers
from registret.records.refusals import BirthDateNeeded, NumberImpossible, OptedOut
from registret.web.steps.faults import fault_of
from registret.words.refusals import page_of

_ABOUT_NUMBER = (NumberImpossible, OptedOut, BirthDateNeeded)


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultLine:
    """One fault. `column`: its letter and name; empty if it is the row as a whole. Numbers of people are masked."""

    line: int
    source_id: str
    column: str
    variable: str
    value: str
    what: str
    todo: str
    code: str


def refused_lines(mapping: FormMapping, table: SourceTable, result: FileResult) -> tuple[FaultLine, ...]:
    """Why rows are refused."""
    refused = [row for row in result.rows if row.outcome is RowOutcome.REFUSED]
    return tuple(_lines(mapping, table, refused))


def kept_lines(mapping: FormMapping, table: SourceTable, result: FileResult) -> tuple[FaultLine, ...]:
    """What was not taken of rows that were."""
    taken = [row for row in result.rows if row.outcome is not RowOutcome.REFUSED]
    return tuple(_lines(mapping, table, taken))


def _lines(mapping: FormMapping, table: SourceTable, rows: Iterable[RowResult]) -> Iterator[FaultLine]:
    sources = {one.line: one for one in table.rows}
    for row in rows:
        yield from lines_of(mapping, table, sources[row.line], row)


def lines_of(mapping: FormMapping, table: SourceTable, source: SourceRow, row: RowResult) -> Iterator[FaultLine]:
    """What is said of one row. Of the table only its columns are asked."""
    columns = {one.variable: one.name for one in mapping.says.column}
    for fault in row.faults:
        column = mapping.says.number if isinstance(fault.why, _ABOUT_NUMBER) else columns.get(fault.variable, "")
        question = mapping.form.questions.get(fault.variable)
        label = str(question.variable.label) if question else ""
        told = page_of(fault.why)
        yield FaultLine(
            line=row.line,
            source_id=mask_personal_numbers(row.source_id),
            column=f"{table.letter_of(column)} {column}".strip(),
            variable=label if label.casefold() != column.casefold() else "",
            value=_value(mapping, source, column),
            what=_what(mapping, fault) or _sentences(told.title, told.happened),
            todo=_("Rätta numret i filen.") if isinstance(fault.why, NumberImpossible) else told.todo[0],
            code=told.code,
        )


def _what(mapping: FormMapping, fault: RowFault) -> str:
    """What is wrong with this one value, or the rule that it breaks; empty if the refusal says it."""
    if fault.rule is not None:
        return str(fault.rule.message)
    return fault_of(mapping.form.questions[fault.variable], fault.fault) if fault.fault is not None else ""


def _sentences(title: str, happened: str) -> str:
    return f"{title} {happened}"


def _value(mapping: FormMapping, source: SourceRow, column: str) -> str:
    """Of a patient's number only the birth date: what is not a number at all is not shown either."""
    text = source.values.get(column, "")
    if column == mapping.says.number:
        return f"{text[:4]}…" if text else ""
    return mask_personal_numbers(text)[:100]


def with_errors(
    mapping: FormMapping,
    table: SourceTable,
    rows: Iterable[tuple[SourceRow, RowResult]],
    outcomes: Mapping[RowOutcome, str],
) -> Iterator[list[str]]:
    """The rows of the file as they came, with what became of each and what is wrong behind them."""
    for source, row in rows:
        lines = list(lines_of(mapping, table, source, row))
        told = [f"{line.column}: {line.what}" if line.column else line.what for line in lines]
        todo = list(dict.fromkeys(line.todo for line in lines))
        codes = list(dict.fromkeys(line.code for line in lines))
        cells = [source.values[name] for name in table.columns]
        yield [*cells, outcomes[row.outcome], " ".join(told), " ".join(todo), " ".join(codes)]
