"""Filbeskrivningar: what their page says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django import forms
from django.utils.translation import gettext as _

from registret.exchange.importing.results import FileResult
from registret.exchange.mappings.applying import ERASED, MappedRow
from registret.exchange.mappings.faults import MappingFault
from registret.exchange.mappings.reading import FormMapping
from registret.exchange.readers.table import SourceTable
from registret.exchange.saved_mappings import SavedMapping
from registret.kernel.identifiers import mask_personal_numbers
from registret.registries.forms import Question
from registret.web.exchange.fault_lines import FaultLine, refused_lines
from registret.web.exchange.forms import titled
from registret.web.exchange.pages import ColumnFault, fault_words
from registret.web.pieces import Note
from registret.words.labels import answer_missing


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingTrial:
    """A mapping held against the first rows of a file. `faults`: the file has other columns, and no row was tried."""

    mapping: FormMapping
    table: SourceTable
    faults: Sequence[MappingFault] = ()
    result: FileResult | None = None
    first: MappedRow | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadAs:
    """What the first row says, and as what it is read."""

    column: str
    value: str
    question: str
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingPage:
    title: str
    form: forms.Form
    text: str
    rows: int
    content: str
    said: Note | None
    faults: Sequence[ColumnFault]
    read_as: Sequence[ReadAs]
    refused: Sequence[FaultLine]

    @property
    def has_faults(self) -> bool:
        return bool(self.form.errors or self.faults or self.refused)


def mapping_page(
    form: forms.Form,
    *,
    text: str,
    content: str = "",
    faults: Sequence[MappingFault] = (),
    trial: MappingTrial | None = None,
    saved: SavedMapping | None = None,
    is_draft: bool = False,
) -> MappingPage:
    found = trial.faults if trial else faults
    return MappingPage(
        title=titled(saved) if saved else _("Filbeskrivning"),
        form=form,
        text=text,
        rows=min(max(text.count("\n") + 2, 12), 40),
        content=content,
        said=_said(found, trial, is_draft=is_draft),
        faults=fault_words(found),
        read_as=_read_as(trial) if trial and trial.first else (),
        refused=refused_lines(trial.mapping, trial.table, trial.result) if trial and trial.result else (),
    )


def _said(faults: Sequence[MappingFault], trial: MappingTrial | None, *, is_draft: bool) -> Note | None:
    if faults:
        return Note("bad", _("Filbeskrivningen är inte sparad. Rätta det här först."), "alert")
    if trial and trial.result:
        return Note("info", _("Filbeskrivningen är provad på filens första rader. Inget är sparat."), "status")
    if is_draft:
        text = _("Ett utkast efter kolumnernas namn. Det som inte känns igen står under ignore. Gå igenom det.")
        return Note("info", text, "status")
    return None


def _read_as(trial: MappingTrial) -> list[ReadAs]:
    """Of each column that has something in the first row."""
    if trial.first is None:
        return []
    row, says = trial.table.rows[0], trial.mapping.says
    return [
        ReadAs(
            column=one.name,
            value=mask_personal_numbers(row.values[one.name]),
            question=str(trial.mapping.form.questions[one.variable].variable.label),
            answer=_answer(trial.mapping.form.questions[one.variable], trial.first.written[one.variable]),
        )
        for one in says.column
        if one.variable in trial.first.written
    ]


def _answer(question: Question, texts: Sequence[str]) -> str:
    """As the form shows it."""
    if tuple(texts) == ERASED:
        return _("inget svar")
    labels = {option.code: str(option.label) for option in question.options}
    missing = {f"missing:{one.value}": answer_missing(one) for one in question.variable.missing}
    return ", ".join(labels.get(text) or missing.get(text) or mask_personal_numbers(text) for text in texts)
