"""Valid grants of an account, and who else may attest at a clinic. For this room's services."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from registret.access.lifecycle import SubstitutionState
from registret.access.models import Grant, Substitution
from registret.access.refusals import AdministratorsAddress
from registret.access.roles import Role
from registret.database.prepared import Given
from registret.kernel.identifiers import EmailAddress
from registret.places.queries import foreign_at


def clinics_to_attest_anew(
    *, account_id: int, before: EmailAddress, email: EmailAddress, at: datetime
) -> frozenset[int]:
    """Clinics where the account has a right now, and whose care provider does not use the domain of its new address.

    Raises: AdministratorsAddress (one of these rights is a local administrator's).
    """
    if email.domain == before.domain:
        return frozenset()
    held = list(Grant.objects.valid(at=at).filter(account_id=account_id, clinic__isnull=False))
    foreign = foreign_at(email, clinic_ids=[grant.clinic_id for grant in held if grant.clinic_id is not None])
    if any(grant.role == Role.LOCAL_ADMINISTRATOR and grant.clinic_id in foreign for grant in held):
        raise AdministratorsAddress()
    return foreign


def others_who_attest(
    *, at: datetime | Given, clinic: str = "clinic_id", sub_registries: str = "sub_registries", whole: bool = False
) -> Exists:
    """For querysets of applications, and of other rows about an account at a `clinic`: the clinic has an active local
    administrator, other than that account, who may grant one (or, if `whole`, each) of the `sub_registries`."""
    reach = "sub_registries__contains" if whole else "sub_registries__overlap"
    return Exists(
        Grant.objects.active(at=at)
        .filter(
            **{reach: OuterRef(sub_registries)},
            role=Role.LOCAL_ADMINISTRATOR,
            clinic_id=OuterRef(clinic),
        )
        .exclude(account_id=OuterRef("account_id"))
    )


def is_of_substitute() -> Q:
    """For querysets of grants: it came of a confirmed substitution, and still ends with it."""
    confirmed = Substitution.objects.filter(
        state=SubstitutionState.CONFIRMED,
        account_id=OuterRef("account_id"),
        clinic_id=OuterRef("clinic_id"),
        ends_at=OuterRef("ends_at"),
    )
    return Q(Exists(confirmed), role=Role.LOCAL_ADMINISTRATOR)


def of_substitutes(grants: QuerySet[Grant]) -> frozenset[int]:
    """Those of these grants, by id."""
    return frozenset(grants.filter(is_of_substitute()).values_list("id", flat=True))
