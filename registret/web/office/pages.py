"""What the registry office sees: clinics with those who attest there. No patients, and no letters of anybody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from registret.access.actor import Actor
from registret.access.queries.administrators import (
    Appointed,
    active_administrators,
    appointed_by_clinic,
    registry_office,
)
from registret.access.roles import ROLES_TO_NOMINATE, Role
from registret.access.similar_names import alike
from registret.access.staff.appointing import others_act_at
from registret.accounts.queries import AccountRow, living_account
from registret.kernel.identifiers import EmailAddress, HsaId
from registret.places.queries import CareProviderRow, ClinicRow, MailHint, care_provider_of, mail_hint, open_clinics

PAGE = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class ClinicWithAdministrators:
    """A clinic with its local administrators, also those who cannot attest (yet). `place`: where it stands among all,
    by region and name."""

    place: int
    clinic: ClinicRow
    people: tuple[Appointed, ...]

    @property
    def active(self) -> int:
        """How many can attest now."""
        return sum(person.active for person in self.people)

    def fits(self, words: str) -> bool:
        """Whether every word is in the clinic's name, region, provider or code, or in an administrator's name."""
        here = self.clinic
        people = (text for person in self.people for text in (person.name, person.hsa_id))
        whole = " ".join([here.title, here.region, here.care_provider, here.code, *people]).casefold()
        return all(word in whole for word in words.casefold().split())


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficePage:
    """`after` is what to ask for next, or None. `without` counts among all open clinics, whatever was searched for."""

    lines: tuple[ClinicWithAdministrators, ...]
    total: int
    without: int
    after: int | None


def clinic_lines(*, at: datetime) -> tuple[ClinicWithAdministrators, ...]:
    """All open clinics, by region and name. Two queries."""
    appointed = appointed_by_clinic(at=at)
    return tuple(
        ClinicWithAdministrators(place=place, clinic=clinic, people=appointed.get(clinic.id, ()))
        for place, clinic in enumerate(open_clinics(first_of_organisation=None))
    )


def office_page(
    everything: tuple[ClinicWithAdministrators, ...], *, words: str, without: bool = False, after: int | None
) -> OfficePage:
    """Those that fit `words`, the ones without an active administrator first, from behind the clinic whose id is
    `after`; `without`: no others."""

    def key(line: ClinicWithAdministrators) -> tuple[bool, int]:
        # Where all are without one, somebody appointed between two pages moves nothing.
        return line.active > 0 and not without, line.place

    last = next((key(line) for line in everything if line.clinic.id == after), None)
    found = sorted((line for line in everything if line.fits(words) and not (without and line.active)), key=key)
    rest = [line for line in found if last is None or key(line) > last]
    lines = tuple(rest[:PAGE])
    return OfficePage(
        lines=lines,
        total=len(everything),
        without=sum(line.active == 0 for line in everything),
        after=lines[-1].clinic.id if len(rest) > PAGE else None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class JustAppointed:
    """Who was appointed a moment ago, and where."""

    person: Appointed
    clinic: ClinicRow


def just_appointed(everything: tuple[ClinicWithAdministrators, ...], grant_id: int | None) -> JustAppointed | None:
    """None if this is no living grant of an administrator."""
    for line in everything:
        for person in line.people:
            if person.grant_id == grant_id:
                return JustAppointed(person=person, clinic=line.clinic)
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What to look at before somebody gets rights: whose HSA-id it is, and what is unusual about it."""

    account: AccountRow | None
    other_name: bool
    issuer: CareProviderRow | None
    other_provider: bool
    clinic: ClinicRow | None
    hint: MailHint | None
    alike: tuple[str, ...]
    two: bool

    @property
    def is_unusual(self) -> bool:
        return bool(self.other_name or self.hint or self.alike)


def check(
    *,
    hsa_id: HsaId,
    name: str,
    email: EmailAddress,
    clinic: ClinicRow | None,
    role: Role,
    actor: Actor,
    at: datetime,
) -> Check:
    """`name` is what was written; it counts only if the HSA-id has no account yet. `clinic`: of an administrator.

    `alike`: who decides and is called the same. `two`: another at the office has to confirm.
    """
    account = living_account(hsa_id=hsa_id.text)
    at_clinic = clinic.id if clinic else None
    there = active_administrators(clinic_id=at_clinic, at=at) if at_clinic is not None else ()
    return Check(
        account=account,
        other_name=account is not None and account.name.casefold() != name.casefold(),
        issuer=care_provider_of(hsa_id.organisation_number),
        other_provider=clinic is not None and hsa_id.organisation_number != clinic.organisation_number,
        clinic=clinic,
        hint=None if account else mail_hint(email, organisation_number=hsa_id.organisation_number),
        alike=alike(
            [actor.name, *(one.name for one in registry_office(at=at)), *(one.name for one in there)],
            name=account.name if account else name,
        ),
        two=role in ROLES_TO_NOMINATE
        or (at_clinic is not None and not others_act_at(at_clinic, hsa_id=hsa_id, actor=actor, at=at)),
    )
