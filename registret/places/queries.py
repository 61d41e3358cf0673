"""Regions, care providers and clinics, as frozen answers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from registret.database.prepared import Given, Prepared
from registret.kernel.identifiers import EmailAddress
from registret.places import mail_domains
from registret.places.mail_domains import Hint, MailHint
from registret.places.models import CareProvider, Clinic
from registret.places.swedish import swedish_order

__all__ = [
    "CareProviderRow",
    "ClinicRow",
    "Hint",
    "MailHint",
    "care_provider_of",
    "clinic",
    "clinic_by_code",
    "clinics",
    "every_clinic",
    "foreign_at",
    "mail_hint",
    "open_clinics",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class CareProviderRow:
    id: int
    name: str
    organisation_number: str
    region: str
    mail_domains: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClinicRow:
    """A clinic with whom it belongs to. The contact is for proven card holders only; parts of it may be empty."""

    id: int
    code: str
    name: str
    hospital: str
    care_provider_id: int
    care_provider: str
    organisation_number: str
    region_id: int
    region: str
    contact_name: str
    contact_mail: str
    contact_phone: str
    closed_at: datetime | None

    @property
    def title(self) -> str:
        """As people call it: `Infektionskliniken, Norrviks sjukhus`."""
        return f"{self.name}, {self.hospital}"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


_BY_ID = Prepared(lambda: _whole().filter(id__any=Given("ids")))


def clinic(id: int) -> ClinicRow | None:
    """The clinic, open or closed; None if there is none with this id."""
    return clinics([id]).get(id)


def clinics(ids: Iterable[int]) -> dict[int, ClinicRow]:
    """Those of the clinics that exist, open or closed, by id. One query, or none if there are no ids."""
    wanted = sorted(set(ids))
    return {row.id: row for row in map(_row, _BY_ID.rows(ids=wanted) if wanted else ())}


def every_clinic() -> tuple[ClinicRow, ...]:
    """Open and closed, by code. One query."""
    return tuple(map(_row, _whole().order_by("code")))


def clinic_by_code(code: str) -> ClinicRow | None:
    """The clinic, open or closed; None if there is none with this code."""
    found = _whole().filter(code=code).first()
    return _row(found) if found else None


def open_clinics(*, first_of_organisation: str | None) -> tuple[ClinicRow, ...]:
    """All clinics that are open: those of the organisation first, then by region, name and hospital in Swedish order.

    `first_of_organisation` is an organisation number (ten digits), as a card has it. One query.
    """
    rows = map(_row, _whole().filter(closed_at=None))
    return tuple(
        sorted(
            rows,
            key=lambda row: (
                row.organisation_number != first_of_organisation,
                *map(swedish_order, (row.region, row.name, row.hospital)),
            ),
        )
    )


def care_provider_of(organisation_number: str) -> CareProviderRow | None:
    """The care provider that a card's organisation number (ten digits) stands for; None if it is not one of ours."""
    found = CareProvider.objects.select_related("region").filter(organisation_number=organisation_number).first()
    if found is None:
        return None
    return CareProviderRow(
        id=found.id,
        name=found.name,
        organisation_number=found.organisation_number,
        region=found.region.name,
        mail_domains=tuple(found.mail_domains),
    )


def mail_hint(address: EmailAddress, *, organisation_number: str | None) -> MailHint | None:
    """A warning about an address that a person with a card of this organisation wrote; None if there is nothing odd.

    Never a reason to stop anybody: people do use other addresses.
    """
    known = CareProvider.objects.order_by("id").values_list("name", "mail_domains", "organisation_number")
    return mail_domains.mail_hint(
        address,
        known=[
            mail_domains.DomainsOf(care_provider=name, domains=tuple(domains), own=number == organisation_number)
            for name, domains, number in known
        ],
    )


def foreign_at(address: EmailAddress, *, clinic_ids: Iterable[int]) -> frozenset[int]:
    """Those of the clinics whose care provider does not use the address's domain. One query."""
    found = Clinic.objects.filter(id__in=set(clinic_ids)).values_list("id", "care_provider__mail_domains")
    return frozenset(id for id, domains in found if mail_domains.is_foreign(address, domains=tuple(domains)))


def _whole() -> QuerySet[Clinic]:
    return Clinic.objects.select_related("care_provider__region")


def _row(found: Clinic) -> ClinicRow:
    provider = found.care_provider
    return ClinicRow(
        id=found.id,
        code=found.code,
        name=found.name,
        hospital=found.hospital,
        care_provider_id=provider.id,
        care_provider=provider.name,
        organisation_number=provider.organisation_number,
        region_id=provider.region_id,
        region=provider.region.name,
        contact_name=found.contact_name,
        contact_mail=found.contact_mail,
        contact_phone=found.contact_phone,
        closed_at=found.closed_at,
    )
