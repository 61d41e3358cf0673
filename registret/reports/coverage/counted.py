"""Täckningsgrad: of the patients that another source counts at a clinic in a year, how many are registered.

A patient is registered when a step after the inclusion is signed. The year is that of the arrival.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from django.db import transaction
from django.db.models import Sum

from registret.access.actor import Actor
from registret.access.refusals import NotFound
from registret.access.roles import Permission
from registret.kernel.by import By
from registret.kernel.sweden import day_of
from registret.kernel.table import FileRow
from registret.ledger.events import Event
from registret.ledger.services import record
from registret.places.queries import every_clinic
from registret.registries.measuring import ALL
from registret.registries.queries import closed_since, sub_registries
from registret.reports.comparing.figures import readable
from registret.reports.coverage.counts_file import CoverageFault, CoverageLine, Nameable, checked
from registret.reports.models import REGISTERED, Cell, CoverageCount, CoverageFile
from registret.reports.role import as_reports_role
from registret.reports.statistics.intervals import Estimate, proportion

TRUSTED_FROM: Final = 0.6
"""With a lower coverage, those who are registered may differ from those who are not."""

_Key = tuple[int, str, int]
"""Clinic, sub-registry and year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """`expected`: how many the newest file says that there were; None, with no `source`, before any file says it."""

    clinic_id: int
    sub_registry: str
    year: int
    registered: int
    expected: int | None = None
    source: str = ""
    brought_on: date | None = None

    @property
    def estimate(self) -> Estimate | None:
        """None without a count, and if more are registered than there were: then the two are not about the same."""
        if self.expected is None or self.registered > self.expected:
            return None
        return proportion(self.registered, self.expected)

    @property
    def is_low(self) -> bool:
        return self.estimate is not None and self.estimate.value < TRUSTED_FROM


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageRemark:
    """More patients are registered than the line says that there were; or, with `closed_since`, the sub-registry was
    closed in its year."""

    line: int
    clinic: str
    sub_registry: str
    year: int
    number: int
    registered: int
    closed_since: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedCoverage:
    """What an import did, or would do. With faults nothing has been written."""

    counts: int
    replaced: int
    remarks: tuple[CoverageRemark, ...]
    faults: tuple[CoverageFault, ...]


def import_coverage(
    *,
    rows: Iterable[FileRow],
    unreadable: Iterable[CoverageFault] = (),
    source: str,
    dry_run: bool,
    by: By,
    at: datetime,
) -> ImportedCoverage:
    """Keep the counts of a file, all of it or nothing: `unreadable` is what is wrong with its form. Where it says the
    same as an older file about, it counts instead, and the older is kept; what it does not name stays as it is.

    It is in the log. A dry run does the same, and takes it back.
    """
    lines, wrong = checked(rows, _nameable(at))
    if faults := sorted((*unreadable, *wrong)):
        return ImportedCoverage(counts=0, replaced=0, remarks=(), faults=tuple(faults))
    known = {(one.clinic_id, one.sub_registry, one.year): one for one in coverage()}
    older = [line for line in lines if line.about in known and known[line.about].expected is not None]
    with transaction.atomic():
        _keep(lines, source=source, by=by, at=at)
        if dry_run:
            transaction.set_rollback(True)
    return ImportedCoverage(counts=len(lines), replaced=len(older), remarks=tuple(_remarks(lines, known)), faults=())


@as_reports_role()
def coverage(*, clinic_id: int | None = None, sub_registry: str | None = None) -> tuple[Coverage, ...]:
    """Return where patients are registered, or were counted: the newest year first. None: all. Two queries."""
    asked = {"clinic_id": clinic_id, "sub_registry": sub_registry}
    wanted = {name: value for name, value in asked.items() if value is not None}
    found = _registered(wanted)
    key = "clinic_id", "sub_registry", "year"
    counts = CoverageCount.objects.filter(**wanted).order_by(*key, "-file_id").distinct(*key)
    for count in counts.select_related("file"):
        about = count.clinic_id, count.sub_registry, count.year
        found[about] = Coverage(
            clinic_id=count.clinic_id,
            sub_registry=count.sub_registry,
            year=count.year,
            registered=found[about].registered if about in found else 0,
            expected=count.number,
            source=count.file.source,
            brought_on=day_of(count.file.at),
        )
    return tuple(sorted(found.values(), key=lambda one: (-one.year, one.sub_registry, one.clinic_id)))


def own_coverage(*, actor: Actor, sub_registry: str) -> tuple[Coverage, ...]:
    """Of the actor's clinic, the newest year first. Raises: NotPermitted, NotFound."""
    if sub_registry not in readable(actor):
        raise NotFound()
    return coverage(clinic_id=actor.seat.clinic_id, sub_registry=sub_registry)


def newest_own_coverage(*, actor: Actor) -> Mapping[str, Coverage]:
    """Of the actor's clinic, by sub-registry: of the newest year that a file tells of. Raises: NotPermitted."""
    mine = readable(actor)
    told = [one for one in coverage(clinic_id=actor.seat.clinic_id) if one.expected is not None]
    return {one.sub_registry: one for one in reversed(told) if one.sub_registry in mine}


def coverage_everywhere(*, actor: Actor, sub_registry: str) -> tuple[Coverage, ...]:
    """Of all clinics, for the office. Raises: NotPermitted."""
    actor.require(Permission.APPOINT)
    return coverage(sub_registry=sub_registry)


def _nameable(at: datetime) -> Nameable:
    return Nameable(
        clinics={one.code: one.id for one in every_clinic()},
        sub_registries=[one.code for one in sub_registries()],
        this_year=day_of(at).year,
    )


def _keep(lines: Iterable[CoverageLine], *, source: str, by: By, at: datetime) -> None:
    file = CoverageFile.objects.create(
        source=source, at=at, by_account_id=by.account_id, by_name=by.name or by.program or ""
    )
    counts = [
        CoverageCount(
            file=file, clinic_id=one.clinic_id, sub_registry=one.sub_registry, year=one.year, number=one.number
        )
        for one in lines
    ]
    CoverageCount.objects.bulk_create(counts)
    record(event=Event.COVERAGE_IMPORTED, by=by, at=at, facts={"source": source, "rows": str(len(counts))})


def _registered(wanted: Mapping[str, int | str]) -> dict[_Key, Coverage]:
    cells = Cell.objects.filter(indicator=REGISTERED, stratum=ALL, **wanted)
    sums = cells.values_list("clinic_id", "sub_registry", "month__year").annotate(Sum("reached"))
    return {
        (clinic, code, in_year): Coverage(clinic_id=clinic, sub_registry=code, year=in_year, registered=number)
        for clinic, code, in_year, number in sums
    }


def _remarks(lines: Iterable[CoverageLine], known: Mapping[_Key, Coverage]) -> Iterable[CoverageRemark]:
    closed = {one.code: closed_since(one.code) for one in sub_registries()}
    for line in lines:
        registered = known[line.about].registered if line.about in known else 0
        remark = CoverageRemark(
            line=line.line,
            clinic=line.clinic,
            sub_registry=line.sub_registry,
            year=line.year,
            number=line.number,
            registered=registered,
        )
        since = closed[line.sub_registry]
        if since is not None and line.year >= since:
            yield replace(remark, closed_since=since)
        if registered > line.number:
            yield remark
