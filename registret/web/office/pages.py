"""What the registry office sees: clinics with those who attest there. No patients, and no letters of anybody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from registret.access.queries import Appointed, appointed_by_clinic
from registret.accounts.queries import AccountRow, living_account
from registret.kernel.identifiers import EmailAddress, HsaId
from registret.places.queries import CareProviderRow, ClinicRow, MailHint, care_provider_of, mail_hint, open_clinics

PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class ClinicLine:
    """A clinic with its local administrators, also those who cannot attest (yet)."""

    clinic: ClinicRow
    people: tuple[Appointed, ...]

    @property
    def active(self) -> int:
        """How many can attest now."""
        return sum(person.active for person in self.people)

    def fits(self, words: str) -> bool:
        """Whether every word is in the clinic's name, region, provider or code, or in an administrator's name."""
        place = self.clinic
        people = (text for person in self.people for text in (person.name, person.hsa_id))
        whole = " ".join([place.title, place.region, place.care_provider, place.code, *people]).casefold()
        return all(word in whole for word in words.casefold().split())


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficePage:
    """`after` is what to ask for next, or None. `without` counts among all open clinics, whatever was searched for."""

    lines: tuple[ClinicLine, ...]
    total: int
    without: int
    after: int | None


def clinic_lines(*, at: datetime) -> tuple[ClinicLine, ...]:
    """All open clinics: those without an active administrator first, then by region and name. Two queries."""
    appointed = appointed_by_clinic(at=at)
    lines = [ClinicLine(clinic=c, people=appointed.get(c.id, ())) for c in open_clinics(first_of_organisation=None)]
    # The sort is stable: within each half the clinics keep their order.
    return tuple(sorted(lines, key=lambda line: line.active > 0))


def office_page(everything: tuple[ClinicLine, ...], *, words: str, after: int | None) -> OfficePage:
    """Those that fit `words`, from behind the clinic whose id is `after`."""
    found = [line for line in everything if line.fits(words)]
    ids = [line.clinic.id for line in found]
    begin = ids.index(after) + 1 if after in ids else 0
    lines = tuple(found[begin : begin + PAGE])
    return OfficePage(
        lines=lines,
        total=len(everything),
        without=sum(line.active == 0 for line in everything),
        after=lines[-1].clinic.id if begin + PAGE < len(found) else None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class JustAppointed:
    """Who was appointed a moment ago, and where."""

    person: Appointed
    clinic: ClinicRow


def just_appointed(everything: tuple[ClinicLine, ...], grant_id: int | None) -> JustAppointed | None:
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


def check(*, hsa_id: HsaId, name: str, email: EmailAddress, clinic: ClinicRow | None) -> Check:
    """`name` is what was written; it counts only if the HSA-id has no account yet. `clinic` is None for the support."""
    account = living_account(hsa_id=hsa_id.text)
    return Check(
        account=account,
        other_name=account is not None and account.name.casefold() != name.casefold(),
        issuer=care_provider_of(hsa_id.organisation_number),
        other_provider=clinic is not None and hsa_id.organisation_number != clinic.organisation_number,
        clinic=clinic,
        hint=None if account else mail_hint(email, organisation_number=hsa_id.organisation_number),
    )
