"""Make of a row what a person would have typed into the form."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Final

from registret.exchange.mappings.faults import MappingCode, MappingFault, nearest
from registret.exchange.mappings.reading import FormMapping
from registret.exchange.mappings.schema import ColumnPart, MappingPart
from registret.exchange.readers.table import SPARSE, SourceRow, SourceTable
from registret.kernel.sweden import SWEDEN
from registret.registries.forms import Form, Question
from registret.registries.vocabulary import VariableType

_NUMBER: Final = re.compile(r"([<>≤≥]=?)?\s*([-+\u2212]?\d[\d\s\u00a0]*(?:[.,]\d+)?)")
_DATED: Final = re.compile(r"\d{4}-?\d\d-?\d\d(?!\d)", re.ASCII)
_PARTS: Final = re.compile(r"(\d{1,4})[-/. ](\d{1,4})[-/. ](\d{1,4})(?!\d)", re.ASCII)
ERASED: Final = ("",)


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedRow:
    """`written`: by variable, as a form would send it; `ERASED` takes an answer away, and what the file says nothing of
    is not there. `undated`: variables whose date is written in another way than the mapping says. `birth_date`, `sex`
    and `exported_at`: as the file writes them, empty if it does not."""

    line: int
    source_id: str
    number: str
    birth_date: str
    sex: str
    exported_at: str
    written: Mapping[str, Sequence[str]]
    undated: tuple[str, ...] = ()


def column_faults(mapping: FormMapping, table: SourceTable) -> tuple[MappingFault, ...]:
    """The columns of a file that the mapping does not know, and those that it needs and the file lacks."""
    says = mapping.says
    known = says.columns
    expected = (says.source_id, says.number) if table.kind in SPARSE else says.expected
    lacking = [name for name in expected if name not in table.columns]
    unknown = [name for name in table.columns if name not in known]
    return (
        *(
            MappingFault(
                code=MappingCode.COLUMN_UNKNOWN, line=1, about=name, nearest=nearest(name, lacking or says.expected)
            )
            for name in unknown
        ),
        *_questionnaire_faults(mapping, table),
        *(
            MappingFault(code=MappingCode.COLUMN_MISSING, line=1, about=name, nearest=nearest(name, unknown))
            for name in lacking
        ),
    )


def own_questionnaire(form: Form) -> str:
    """How canonical|version of the Questionnaire ends that a registry publishes of a form, whatever its origin."""
    return f"/fhir/Questionnaire/{form.code}|{form.version}"


def _questionnaire_faults(mapping: FormMapping, table: SourceTable) -> Iterator[MappingFault]:
    """Responses to another questionnaire, or version of it, than the mapping is for: our own, of whichever registry, if
    it names none."""
    named, own = mapping.says.questionnaire, own_questionnaire(mapping.form)
    for found in table.questionnaires:
        if found != named if named else not found.endswith(own):
            facts = {"known": named or f"…{own}"}
            yield MappingFault(code=MappingCode.QUESTIONNAIRE_OTHER, line=1, about=found, facts=facts)


def apply(mapping: FormMapping, row: SourceRow) -> MappedRow:
    """The row is of a table that fits the mapping (`column_faults`)."""
    says, told = mapping.says, row.values
    mapped = MappedRow(
        line=row.line,
        source_id=told[says.source_id],
        number=told[says.number],
        birth_date=told.get(says.birth_date or "", ""),
        sex=told.get(says.sex or "", ""),
        exported_at=told.get(says.exported_at or "", ""),
        written={},
    )
    written, undated = {}, []
    for column in says.column:
        if text := told.get(column.name):
            question = mapping.form.questions[column.variable]
            written[column.variable] = tuple(_answers(says, column, question, text))
            if _is_undated(question, written[column.variable]):
                undated.append(column.variable)
    return replace(mapped, written=written, undated=tuple(undated))


def _answers(says: MappingPart, column: ColumnPart, question: Question, text: str) -> Iterator[str]:
    if text.casefold() in {word.casefold() for word in says.erase}:
        yield from ERASED
        return
    several = question.type in {VariableType.CHOICES, VariableType.CODES} and _mapped(column, question, text) is None
    for part in text.split(says.between) if several else [text]:
        if one := part.strip():
            mapped = _mapped(column, question, one)
            yield _converted(says, column, question, one) if mapped is None else mapped


def _mapped(column: ColumnPart, question: Question, text: str) -> str | None:
    """The answer that the mapping names, or the option with this code or label; None if there is none."""
    key = text.casefold()
    said = {value.strip().casefold(): code for value, code in column.values.items()}
    if key in said:
        return said[key]
    for option in question.options:
        if key in {option.code.casefold(), option.label.sv.casefold(), option.label.en.casefold()}:
            return option.code
    return None


def _converted(says: MappingPart, column: ColumnPart, question: Question, text: str) -> str:
    if question.type in {VariableType.DATE, VariableType.MOMENT}:
        return _dated(says, column, question, text)
    if column.factor is not None and (match := _NUMBER.fullmatch(text)):
        plain = re.sub(r"[\s\u00a0]", "", match[2]).replace(",", ".").replace("\u2212", "-")
        try:
            number = round(Decimal(plain) * column.factor, question.variable.decimals)
        except InvalidOperation:
            # More digits than any measurement has: refused as it stands.
            return text
        return f"{match[1] or ''}{number:f}"
    return text


def _dated(says: MappingPart, column: ColumnPart, question: Question, text: str) -> str:
    """Year, month, day, and the time in Sweden. What cannot be read stays, and is refused as it stands."""
    text = _in_order(column.date_order, text)
    if question.type is VariableType.DATE:
        # A program that knows no days writes midnight.
        return re.sub(r"[T ]00:00(:00(\.0+)?)?$", "", text)
    try:
        when = datetime.fromisoformat(text)
        if when.tzinfo is None and says.time_zone == "utc":
            when = when.replace(tzinfo=UTC)
        if when.tzinfo is not None:
            return when.astimezone(SWEDEN).strftime("%Y-%m-%dT%H:%M")
    except (ValueError, OverflowError):
        pass
    return text


def _in_order(order: str, text: str) -> str:
    """Year, month, day, if they stand in another order; what stands after them stays."""
    match = _PARTS.match(text)
    if order == "ymd" or match is None:
        return text
    parts = dict(zip(order, match.groups(), strict=True))
    if len(parts["y"]) != 4:
        return text
    return f"{parts['y']}-{parts['m']:0>2}-{parts['d']:0>2}{text[match.end() :]}"


def _is_undated(question: Question, written: Sequence[str]) -> bool:
    """A day without its year, or a word like *yesterday*, means one thing when it is typed and another in a file."""
    if question.type not in {VariableType.DATE, VariableType.MOMENT} or written == ERASED:
        return False
    return any(not text.startswith("missing:") and not _DATED.match(text) for text in written)


def day_in(text: str) -> date | None:
    """A date in a column about the patient: year, month, day. None if it is something else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def moment_in(text: str) -> datetime | None:
    """When a file was exported: aware, Swedish time if it says nothing of it. None if it is something else."""
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo is not None else found.replace(tzinfo=SWEDEN)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
