"""Importera: what its pages say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registret.exchange.importing.results import FileResult, RowOutcome, Way
from registret.exchange.mappings.faults import MappingFault
from registret.exchange.mappings.reading import FormMapping
from registret.exchange.readers.table import MOST_BYTES, MOST_ROWS, FileKind, SourceTable
from registret.exchange.runs import RunRow
from registret.exchange.saved_mappings import SavedMapping
from registret.registries.queries import name_of
from registret.web.exchange.fault_lines import FaultLine, kept_lines, refused_lines
from registret.web.exchange.forms import as_base64, titled
from registret.web.pieces import FactText, Link, Note
from registret.words.import_faults import mapping_fault

SHOWN = 200
"""So many faults are listed; the file with errors has them all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingLine:
    link: Link
    version: str
    saved_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLine:
    at: datetime
    about: str
    told: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLine:
    """A large file that is here, and how far it has come."""

    link: Link
    at: datetime
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportsPage:
    form: forms.Form
    mappings: Sequence[MappingLine]
    files: Sequence[FileLine]
    runs: Sequence[RunLine]
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnFault:
    """On which line of a mapping, or of the names of columns in a file, and what about it."""

    line: int
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultPage:
    """What a file came to, or would. `button`: brings it in; empty if there is nothing to bring in."""

    title: str
    has_faults: bool
    said: Note
    facts: Sequence[FactText]
    column_faults: Sequence[ColumnFault]
    refused: Sequence[FaultLine]
    kept: Sequence[FaultLine]
    more: str
    button: str
    told: str
    fields: Mapping[str, str]
    mapping: Link


def imports_page(
    form: forms.Form, mappings: Sequence[SavedMapping], files: Sequence[FileLine], runs: Sequence[RunRow]
) -> ImportsPage:
    return ImportsPage(
        form=form,
        mappings=[
            MappingLine(
                link=Link(titled(one), reverse("mapping", args=[one.id])),
                version=str(one.number),
                saved_at=one.saved_at,
            )
            for one in mappings
        ],
        runs=[
            RunLine(
                at=run.at,
                about=f"{run.source_system}, {name_of(run.sub_registry)}",
                told=", ".join(counted(_by_outcome(run))),
            )
            for run in runs
        ],
        files=files,
        hint=_("CSV, XLSX, JSON, FHIR eller ODM. Högst %(mb)s MB och %(rows)s rader.")
        % {"mb": MOST_BYTES >> 20, "rows": f"{MOST_ROWS:_}".replace("_", "\u00a0")},
    )


def _by_outcome(run: RunRow) -> dict[RowOutcome, int]:
    return {
        RowOutcome.NEW: run.new,
        RowOutcome.CHANGED: run.changed,
        RowOutcome.UNCHANGED: run.unchanged,
        RowOutcome.REFUSED: run.refused,
    }


def outcome_words() -> dict[RowOutcome, str]:
    return {
        RowOutcome.NEW: _("Ny"),
        RowOutcome.CHANGED: _("Ändrad"),
        RowOutcome.UNCHANGED: _("Oförändrad"),
        RowOutcome.REFUSED: _("Nekad"),
    }


def counted(counts: Mapping[RowOutcome, int]) -> list[str]:
    """`28 nya`, `2 nekade`: of those that there are."""
    words = {
        RowOutcome.NEW: lambda n: ngettext("%(n)s ny", "%(n)s nya", n),
        RowOutcome.CHANGED: lambda n: ngettext("%(n)s ändrad", "%(n)s ändrade", n),
        RowOutcome.UNCHANGED: lambda n: ngettext("%(n)s oförändrad", "%(n)s oförändrade", n),
        RowOutcome.REFUSED: lambda n: ngettext("%(n)s nekad", "%(n)s nekade", n),
    }
    return [words[one](counts[one]) % {"n": counts[one]} for one in RowOutcome if counts.get(one)]


def fault_words(faults: Sequence[MappingFault]) -> list[ColumnFault]:
    return [
        ColumnFault(line=one.line, what=mapping_fault(one.code, about=one.about, nearest=one.nearest, facts=one.facts))
        for one in faults
    ]


def columns_page(saved: SavedMapping, table: SourceTable, faults: Sequence[MappingFault]) -> ResultPage:
    """The columns of the file are not those of the mapping: no row was looked at."""
    return ResultPage(
        title=_("Kolumnerna stämmer inte"),
        has_faults=True,
        said=Note("bad", _("Inget är inläst. Rätta filen eller filbeskrivningen och prova igen."), "alert"),
        facts=table_facts(saved, table, len(table.rows)),
        column_faults=fault_words(faults),
        refused=(),
        kept=(),
        more="",
        button="",
        told="",
        fields={},
        mapping=mapping_link(saved),
    )


def result_page(
    saved: SavedMapping,
    mapping: FormMapping,
    table: SourceTable,
    result: FileResult,
    content: bytes,
    *,
    moved: bool = False,
) -> ResultPage:
    """`moved`: all rows were to be brought in, as they were when they were tried, and one is refused now."""
    refused, kept = refused_lines(mapping, table, result), kept_lines(mapping, table, result)
    way = Way.ROWS if refused else Way.WHOLE
    left = len(refused) - SHOWN
    more = ngettext("Och %(n)s fel till: se filen.", "Och %(n)s fel till: se filen.", left) % {"n": left}
    return ResultPage(
        title=_title(result),
        has_faults=bool(refused),
        said=_said(result, moved=moved),
        facts=table_facts(saved, table, len(table.rows)),
        column_faults=(),
        refused=refused[:SHOWN],
        kept=kept[:SHOWN],
        more=more if left > 0 else "",
        button=_button(result),
        told=_told(result),
        fields={"content": as_base64(content), "mapping": str(saved.id), "way": way},
        mapping=mapping_link(saved),
    )


def to_bring_in(result: FileResult) -> int:
    return result.counts.get(RowOutcome.NEW, 0) + result.counts.get(RowOutcome.CHANGED, 0)


def _title(result: FileResult) -> str:
    if result.is_saved:
        return _("Filen är inläst")
    return _("Det här behöver rättas") if result.counts.get(RowOutcome.REFUSED) else _("Filen går att läsa in")


def _said(result: FileResult, *, moved: bool) -> Note:
    told = ", ".join(counted(result.counts))
    if result.is_saved:
        return Note("ok", _("Inläst: %(told)s.") % {"told": told}, "status")
    if moved:
        text = _("Något har ändrats sedan filen provades. Inget är inläst. Nu skulle den ge: %(told)s.")
        return Note("warn", text % {"told": told}, "alert")
    kind = "warn" if result.counts.get(RowOutcome.REFUSED) else "info"
    return Note(kind, _("Filen är bara provad. Den skulle ge: %(told)s.") % {"told": told}, "status")


def _button(result: FileResult) -> str:
    number = to_bring_in(result)
    if result.is_saved or not number:
        return ""
    return button_words(number, some_refused=bool(result.counts.get(RowOutcome.REFUSED)))


def button_words(number: int, *, some_refused: bool) -> str:
    if some_refused:
        text = ngettext("Läs in %(n)s rad som stämmer", "Läs in %(n)s rader som stämmer", number)
    else:
        text = ngettext("Läs in %(n)s rad", "Läs in %(n)s rader", number)
    return text % {"n": number}


def _told(result: FileResult) -> str:
    if not result.counts.get(RowOutcome.REFUSED):
        return _("Alla rader läses in, eller ingen om något går fel.")
    return _("Rätta helst filen och prova den igen. Det som redan är inläst blir inte dubbelt.")


def table_facts(saved: SavedMapping, table: SourceTable | None, rows: int) -> list[FactText]:
    """`table`: None if the file is gone."""
    facts = [FactText(_("Filbeskrivning"), [titled(saved)])]
    if table is not None:
        separator = {";": _("semikolon"), ",": _("komma"), "\t": _("tabb")}.get(table.separator, "")
        kinds = {
            FileKind.CSV: "CSV",
            FileKind.XLSX: "XLSX",
            FileKind.JSON: "JSON",
            FileKind.FHIR: "FHIR",
            FileKind.ODM: "ODM",
        }
        read_as = ", ".join(filter(None, (kinds[table.kind], table.encoding, separator)))
        facts.append(FactText(_("Läst som"), [read_as]))
    return [*facts, FactText(_("Rader"), [str(rows)])]


def mapping_link(saved: SavedMapping) -> Link:
    return Link(_("Ändra filbeskrivningen"), reverse("mapping", args=[saved.id])) if saved.id else Link("")
