"""Bringing regions, care providers and clinics in from a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db import connection, transaction

from registret.kernel.by import By
from registret.kernel.table import FileRow
from registret.ledger import services as ledger
from registret.ledger.events import Event
from registret.places import clinic_file
from registret.places.clinic_file import ClinicFault, ClinicLine
from registret.places.models import CareProvider, Clinic, Region

M = TypeVar("M", Region, CareProvider, Clinic)

# What the log repeats of a change. Of the contact, which may be a person, it only says that it changed.
_TOLD = {"name", "hospital", "mail_domains"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedChange:
    """One thing that an import did, or would do: on which line, the log's event, about what, and which fields."""

    line: int
    event: Event
    about: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import did, or would do. With faults there are no changes, and nothing has been written."""

    changes: tuple[ImportedChange, ...]
    faults: tuple[ClinicFault, ...]


def _wait_for_other_imports() -> None:
    """Two imports at once would each see the clinics from before the other. Reading goes on meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE places_region, places_careprovider, places_clinic IN SHARE ROW EXCLUSIVE MODE")


def import_clinics(*, rows: Iterable[FileRow], dry_run: bool, by: By, at: datetime) -> Imported:
    """Make the regions, care providers and clinics of `rows` what `rows` say that they are; all of it or nothing.

    What the file does not name stays as it is: a clinic is closed by its line, never by its absence. A clinic keeps
    its care provider for ever, because its patients' records belong to both. Each change is in the log. A dry run
    does the same, and takes it back.
    """
    lines, faults = clinic_file.checked(rows)
    if faults:
        return Imported(changes=(), faults=faults)
    with transaction.atomic():
        _wait_for_other_imports()
        stock = _Stock.read()
        faults = tuple(sorted(stock.conflicts(lines)))
        if faults:
            return Imported(changes=(), faults=faults)
        changes: list[ImportedChange] = []
        for step in (step for line in lines for step in stock.bring(line, at=at)):
            for change in step.changes():
                changes.append(change)
                step.record(change, by=by, at=at)
        if dry_run:
            transaction.set_rollback(True)
    return Imported(changes=tuple(changes), faults=())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stock:
    """What there is, by code, organisation number and code."""

    regions: dict[str, Region]
    care_providers: dict[str, CareProvider]
    clinics: dict[str, Clinic]

    @classmethod
    def read(cls) -> _Stock:
        return cls(
            regions={region.code: region for region in Region.objects.all()},
            care_providers={provider.organisation_number: provider for provider in CareProvider.objects.all()},
            clinics={clinic.code: clinic for clinic in Clinic.objects.select_related("care_provider")},
        )

    def conflicts(self, lines: Iterable[ClinicLine]) -> Iterator[ClinicFault]:
        """What the lines cannot be because of what there is already."""
        code_of_region = {region.name: region.code for region in self.regions.values()}
        code_of_clinic = {
            (clinic.care_provider.organisation_number, clinic.name, clinic.hospital): clinic.code
            for clinic in self.clinics.values()
        }
        for line in lines:
            code = code_of_region.get(line.region, line.region_code)
            if code != line.region_code:
                yield ClinicFault.of("region_name_taken", line=line.line, column=clinic_file.REGION, about=code)
            there = self.clinics.get(line.code)
            if there is not None and there.care_provider.organisation_number != line.organisation_number:
                column, provider = clinic_file.ORGANISATION_NUMBER, there.care_provider.name
                yield ClinicFault.of("stays", line=line.line, column=column, about=line.code, provider=provider)
            code = code_of_clinic.get((line.organisation_number, line.name, line.hospital), line.code)
            if code != line.code:
                yield ClinicFault.of("called_this", line=line.line, column=clinic_file.NAME, about=code)

    def bring(self, line: ClinicLine, *, at: datetime) -> Iterator[_Step]:
        """Makes one line true, and returns what was made or changed."""
        region = Region(code=line.region_code, name=line.region)
        yield _brought(self.regions, line.region_code, region, fields=("name",), line=line)
        provider = CareProvider(
            region=self.regions[line.region_code],
            name=line.care_provider,
            organisation_number=line.organisation_number,
            mail_domains=list(line.mail_domains),
        )
        fields: tuple[str, ...] = ("region_id", "name", "mail_domains")
        yield _brought(self.care_providers, line.organisation_number, provider, fields=fields, line=line)
        there = self.clinics.get(line.code)
        clinic = Clinic(
            care_provider=self.care_providers[line.organisation_number],
            code=line.code,
            name=line.name,
            hospital=line.hospital,
            contact_name=line.contact_name,
            contact_mail=line.contact_mail,
            contact_phone=line.contact_phone,
            closed_at=((there and there.closed_at) or at) if line.closed else None,
        )
        fields = ("name", "hospital", "contact_name", "contact_mail", "contact_phone", "closed_at")
        yield _brought(self.clinics, line.code, clinic, fields=fields, line=line)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """One row that was made (`before` is None) or changed; `before` holds the old values of the changed fields."""

    line: int
    about: str
    now: Region | CareProvider | Clinic
    before: dict[str, object] | None

    def changes(self) -> Iterator[ImportedChange]:
        kind = {Region: "region", CareProvider: "care_provider", Clinic: "clinic"}[type(self.now)]
        if self.before is None:
            yield ImportedChange(line=self.line, event=Event(f"{kind}.created"), about=self.about, fields=())
            return
        changed = tuple(field for field in self.before if field != "closed_at")
        if changed:
            yield ImportedChange(line=self.line, event=Event(f"{kind}.changed"), about=self.about, fields=changed)
        if "closed_at" in self.before:
            event = Event.CLINIC_REOPENED if self.before["closed_at"] else Event.CLINIC_CLOSED
            yield ImportedChange(line=self.line, event=event, about=self.about, fields=())

    def record(self, change: ImportedChange, *, by: By, at: datetime) -> None:
        facts: dict[str, str | int] = {"name": self.now.name}
        for field in change.fields:
            if field in _TOLD and self.before is not None:
                facts[f"{field}_before"] = _words(self.before[field])
                facts[field] = _words(getattr(self.now, field))
        if change.fields:
            facts["fields"] = ", ".join(change.fields)
        if isinstance(self.now, Clinic):
            ledger.record(event=change.event, by=by, at=at, clinic_id=self.now.id, facts={"code": self.about, **facts})
        else:
            # Not the organisation number: a sole trader's is a personal number, which the log masks.
            ledger.record(event=change.event, by=by, at=at, facts={"id": self.now.id, **facts})


def _brought(stock: dict[str, M], key: str, wanted: M, *, fields: tuple[str, ...], line: ClinicLine) -> _Step:
    """Makes `wanted`, or gives what is there its `fields`."""
    there = stock.get(key)
    if there is None:
        wanted.save(force_insert=True)
        stock[key] = wanted
        return _Step(line=line.line, about=key, now=wanted, before=None)
    before = {field: getattr(there, field) for field in fields if getattr(there, field) != getattr(wanted, field)}
    for field in before:
        setattr(there, field, getattr(wanted, field))
    if before:
        there.save(update_fields=list(before))
    return _Step(line=line.line, about=key, now=there, before=before)


def _words(value: object) -> str:
    return " ".join(value) if isinstance(value, list) else str(value)
