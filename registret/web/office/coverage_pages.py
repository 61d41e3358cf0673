"""Täckningsgrad for the office: what its pages say."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Self
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registret.access.applications.time_to_access import AccessTime
from registret.places.queries import ClinicRow
from registret.places.swedish import swedish_order
from registret.reports.coverage.counted import TRUSTED_FROM, Coverage, CoverageRemark, ImportedCoverage
from registret.reports.coverage.counts_file import COLUMNS
from registret.web.figures.coverage_words import coverage_text
from registret.web.figures.figure_words import number_text
from registret.web.numbers import number_in
from registret.web.office.clinic_pages import SHOWN, ClinicImportLine, FileFaults
from registret.web.pieces import FigureText, Link, Note, SortedBy
from registret.web.templatetags.look import iso_day
from registret.words.coverage_faults import coverage_fault

_FEW: Final = 5
"""Of fewer who were not included the office is told that there are some."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoveredClinic:
    """`found`, `time`: None where nothing is known. `left_out`: how many the clinic has counted as not included."""

    clinic: ClinicRow
    found: Coverage | None
    time: timedelta | None
    left_out: int

    @property
    def not_included(self) -> str:
        if not self.left_out:
            return "–"
        return f"1–{_FEW - 1}" if self.left_out < _FEW else str(self.left_out)

    @property
    def registered(self) -> str:
        return str(self.found.registered) if self.found else "0"

    @property
    def expected(self) -> str:
        return "–" if self.found is None or self.found.expected is None else str(self.found.expected)

    @property
    def coverage(self) -> FigureText:
        return coverage_text(self.found) if self.found else FigureText(value=_("ingen fil har kommit"))

    @property
    def interval(self) -> tuple[str, str]:
        """Its ends in per cent; empty where no percentage is told."""
        estimate = self.found.estimate if self.found and self.coverage.about else None
        if estimate is None:
            return "", ""
        return f"{100 * estimate.interval.low:.0f} %", f"{100 * estimate.interval.high:.0f} %"

    @property
    def source(self) -> str:
        known = self.found and self.found.brought_on
        return f"{self.found.source}, {iso_day(known)}" if self.found and known else ""

    @property
    def days(self) -> str:
        return "–" if self.time is None else number_text(self.time / timedelta(days=1))

    @property
    def css(self) -> str:
        return "colourless" if self.found is not None and self.found.is_low else ""


def _name(line: CoveredClinic) -> tuple[Any, ...]:
    return swedish_order(line.clinic.title)


def _by_number(line: CoveredClinic) -> tuple[Any, ...]:
    return -(line.found.registered if line.found else 0), *_name(line)


def _by_coverage(line: CoveredClinic) -> tuple[Any, ...]:
    """The lowest first, those that are not told last."""
    estimate = line.found.estimate if line.found and line.coverage.about else None
    return estimate is None, estimate.value if estimate else 0, *_name(line)


ORDERS: Final[Mapping[str, Callable[[CoveredClinic], tuple[Any, ...]]]] = {
    "namn": _name,
    "antal": _by_number,
    "tackning": _by_coverage,
    "tid": lambda line: (-(line.time or timedelta(-1)), *_name(line)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageWanted:
    """What the address asks for, and what else it may."""

    sub_registry: str
    year: int
    order: str
    registers: Mapping[str, Any]
    years: Sequence[int]

    @classmethod
    def asked(
        cls, query: QueryDict, registers: Mapping[str, Any], register: str, found: Iterable[Coverage], *, this_year: int
    ) -> Self:
        told = sorted({one.year for one in found if one.expected is not None}, reverse=True)
        years = sorted({this_year, *(one.year for one in found)}, reverse=True)
        year, order = number_in(query, "ar"), query.get("ordning", "")
        return cls(
            sub_registry=register,
            year=year if year in years else (told or years)[0],
            order=order if order in ORDERS else "tackning",
            registers=registers,
            years=years,
        )

    def address(self, **other: str | int) -> str:
        return "?" + urlencode({"delregister": self.sub_registry, "ar": self.year, "ordning": self.order} | other)


@dataclass(frozen=True, slots=True, kw_only=True)
class CoveragePage:
    """`trusted_from`: below so many per cent a figure has no colour."""

    registers: Sequence[Link]
    years: Sequence[Link]
    columns: Sequence[SortedBy]
    lines: Sequence[CoveredClinic]
    trusted_from: str
    file: Link


def covered_clinics(
    wanted: CoverageWanted,
    clinics: Iterable[ClinicRow],
    found: Iterable[Coverage],
    times: Iterable[AccessTime],
    left_out: Mapping[tuple[int, int], int],
) -> list[CoveredClinic]:
    """Those that are open, and those of whom something is known. `left_out`: by clinic and year."""
    in_year = {one.clinic_id: one for one in found if one.year == wanted.year}
    time_of = {one.clinic_id: one.whole.median for one in times}
    lines = [
        CoveredClinic(
            clinic=one,
            found=in_year.get(one.id),
            time=time_of.get(one.id),
            left_out=left_out.get((one.id, wanted.year), 0),
        )
        for one in clinics
        if one.is_open or one.id in in_year
    ]
    return sorted(lines, key=ORDERS[wanted.order])


def coverage_page(wanted: CoverageWanted, lines: Sequence[CoveredClinic]) -> CoveragePage:
    names = {"namn": _("Klinik"), "antal": _("Registrerade"), "tackning": _("Täckningsgrad"), "tid": _("Dygn")}
    return CoveragePage(
        registers=[
            Link(str(name), "" if code == wanted.sub_registry else wanted.address(delregister=code))
            for code, name in wanted.registers.items()
        ],
        years=[Link(str(year), "" if year == wanted.year else wanted.address(ar=year)) for year in wanted.years],
        columns=[
            SortedBy(link=Link(name, wanted.address(ordning=code)), sort=_sort(code) if code == wanted.order else "")
            for code, name in names.items()
        ],
        lines=lines,
        trusted_from=f"{100 * TRUSTED_FROM:.0f}",
        file=Link(_("Hämta som fil"), reverse("coverage_file") + wanted.address()),
    )


def _sort(code: str) -> str:
    return "ascending" if code in {"namn", "tackning"} else "descending"


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageImport:
    """What became of a file, or would. `state`: when it is confirmed, it must still be the same."""

    text: str
    source: str
    done: ImportedCoverage
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageImportPage:
    """`answer`: of a file without faults. `button`: keeps its counts, where that waits for a yes."""

    form: forms.Form
    has_faults: bool
    said: Note | None
    faults: FileFaults | None
    answer: CoverageImport | None
    told: str
    remarks: Sequence[ClinicImportLine]
    button: str
    columns: Sequence[str]


def coverage_import_page(
    form: forms.Form, answer: CoverageImport | None, *, done: bool, moved: bool
) -> CoverageImportPage:
    """`moved`: it would not do what was looked at."""
    wrong = bool(answer and answer.done.faults)
    good = answer if answer and not wrong else None
    counts = good.done.counts if good else 0
    button = ngettext("Läs in %(n)s antal", "Läs in %(n)s antal", counts) % {"n": counts}
    return CoverageImportPage(
        form=form,
        has_faults=bool(form.errors) or wrong,
        said=_said(good, done=done, moved=moved),
        faults=_faults(answer) if answer and wrong else None,
        answer=good,
        told=_told(good) if good else "",
        remarks=[_remark(one) for one in good.done.remarks[:SHOWN]] if good else (),
        button=button if counts and not done else "",
        columns=COLUMNS,
    )


def _said(answer: CoverageImport | None, *, done: bool, moved: bool) -> Note | None:
    if answer and done:
        return Note("ok", _("Antalen är inlästa och räknas från och med nu."), "status")
    if answer and moved:
        moved_on = _("Något har ändrats sedan du provade filen. Titta igen innan du läser in den.")
        return Note("warn", moved_on, "alert")
    return None


def _told(answer: CoverageImport) -> str:
    counts = ngettext("%(n)s rad i filen.", "%(n)s rader i filen.", answer.done.counts) % {"n": answer.done.counts}
    if not answer.done.replaced:
        return counts
    replaced = ngettext(
        "%(n)s av dem ersätter ett antal ur en äldre fil, som sparas.",
        "%(n)s av dem ersätter antal ur äldre filer, som sparas.",
        answer.done.replaced,
    ) % {"n": answer.done.replaced}
    return f"{counts} {replaced}"


def _faults(answer: CoverageImport) -> FileFaults:
    faults = answer.done.faults
    title = ngettext("%(n)s sak i filen behöver rättas", "%(n)s saker i filen behöver rättas", len(faults))
    lines = [
        ClinicImportLine(line=one.line, column=one.column, what=coverage_fault(one.code, dict(one.values)))
        for one in faults[:SHOWN]
    ]
    return FileFaults(title=title % {"n": len(faults)}, lines=lines)


def _remark(one: CoverageRemark) -> ClinicImportLine:
    if one.closed_since is not None:
        closed = _("%(register)s %(year)s: delregistret är stängt sedan %(since)s")
        told = {"register": one.sub_registry, "year": one.year, "since": one.closed_since}
        return ClinicImportLine(line=one.line, column=one.clinic, what=closed % told)
    what = _("%(register)s %(year)s: filen säger %(number)s, men %(registered)s är registrerade") % {
        "register": one.sub_registry,
        "year": one.year,
        "number": one.number,
        "registered": one.registered,
    }
    return ClinicImportLine(line=one.line, column=one.clinic, what=what)
