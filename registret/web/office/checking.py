"""What to look at before a person is given rights: whose HSA-id it is, and what is unusual about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from registret.access.actor import Actor
from registret.access.queries.administrators import active_administrators, registry_office
from registret.access.roles import ROLES_TO_NOMINATE, Role
from registret.access.similar_names import alike
from registret.access.staff.appointing import others_at
from registret.accounts.queries import AccountRow, living_account
from registret.kernel.identifiers import EmailAddress, HsaId
from registret.places.queries import CareProviderRow, ClinicRow, MailHint, care_provider_of, mail_hint
from registret.web.pieces import Note


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What to look at before a person is given rights: whose HSA-id it is, and what is unusual about it."""

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
    *, hsa_id: HsaId, name: str, email: EmailAddress, clinic: ClinicRow | None, role: Role, actor: Actor, at: datetime
) -> Check:
    """`name` is what was written; it counts only if the HSA-id has no account yet. `clinic`: of an administrator.

    `alike`: who decides and is called the same. `two`: another at the office has to confirm.
    """
    account = living_account(hsa_id=hsa_id)
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
        or (at_clinic is not None and not others_at(at_clinic, hsa_id=hsa_id, actor=actor, at=at)),
    )


def hint_note(hint: MailHint | None) -> Note | None:
    """An address that the care provider does not use."""
    if hint is None:
        return None
    text = _("Kontrollera adressen: %(provider)s brukar använda %(domains)s.")
    return Note("warn", text % {"provider": hint.care_provider, "domains": ", ".join(hint.domains)})
