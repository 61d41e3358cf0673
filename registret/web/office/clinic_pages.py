"""Läs in kliniker: what a file of clinics would change, or did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registret.places.clinic_file import COLUMNS
from registret.web.pieces import Note

SHOWN = 200
"""So many faults or changes are listed; the rest is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClinicImportLine:
    """One line of the list: on which line of the file, and what about it."""

    line: int
    column: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClinicImport:
    """What became of a file, or would. `state` names the changes: when it is confirmed they must still be the same."""

    text: str
    rows: int
    faults: tuple[ClinicImportLine, ...]
    changes: tuple[ClinicImportLine, ...]
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFaults:
    title: str
    lines: Sequence[ClinicImportLine]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileChanges:
    """`button`: makes the changes, where there are any to make."""

    title: str
    told: str
    lines: Sequence[ClinicImportLine]
    answer: ClinicImport
    button: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClinicImportPage:
    """A form for a file, and what the file that was sent has or does. `has_faults`: the form, or the file."""

    form: forms.Form
    has_faults: bool
    said: Note | None
    faults: FileFaults | None
    changes: FileChanges | None
    columns: Sequence[str]

    @property
    def asks(self) -> bool:
        """Whether the changes wait for a yes."""
        return self.changes is not None and bool(self.changes.button)


def clinic_import_page(form: forms.Form, answer: ClinicImport | None, *, done: bool, moved: bool) -> ClinicImportPage:
    """`moved`: the changes are not those that were looked at."""
    wrong = bool(answer and answer.faults)
    return ClinicImportPage(
        form=form,
        has_faults=bool(form.errors) or wrong,
        said=_said(answer, done=done, moved=moved),
        faults=_faults(answer) if answer and wrong else None,
        changes=_changes(answer, done=done) if answer and not wrong else None,
        columns=COLUMNS,
    )


def _said(answer: ClinicImport | None, *, done: bool, moved: bool) -> Note | None:
    if answer and done:
        number = len(answer.changes)
        told = ngettext("%(n)s ändring är gjord.", "%(n)s ändringar är gjorda.", number)
        return Note("ok", told % {"n": number}, "status")
    if moved and not (answer and answer.faults):
        moved_on = _("Något har ändrats sedan du provade filen. Titta igen innan du läser in den.")
        return Note("warn", moved_on, "alert")
    return None


def _faults(answer: ClinicImport) -> FileFaults:
    number = len(answer.faults)
    title = ngettext("%(n)s sak i filen behöver rättas", "%(n)s saker i filen behöver rättas", number)
    return FileFaults(title=title % {"n": number}, lines=answer.faults[:SHOWN])


def _changes(answer: ClinicImport, *, done: bool) -> FileChanges:
    number = len(answer.changes)
    do = ngettext("Gör %(n)s ändring", "Gör %(n)s ändringar", number) % {"n": number}
    return FileChanges(
        title=_("Det här ändrades") if done else _("Det här skulle ändras"),
        told=_number(answer),
        lines=answer.changes[:SHOWN],
        answer=answer,
        button=do if number and not done else "",
    )


def _number(answer: ClinicImport) -> str:
    rows = ngettext("%(n)s klinik i filen.", "%(n)s kliniker i filen.", answer.rows) % {"n": answer.rows}
    if len(answer.changes) <= SHOWN:
        return rows
    first = _("De första %(shown)s av %(n)s ändringar.") % {"shown": SHOWN, "n": len(answer.changes)}
    return f"{rows} {first}"
