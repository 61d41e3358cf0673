"""The people who act now: local administrators, the registry office, log reviewers, case handlers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from registret.access.models import Grant
from registret.access.queries.applications import ApplicationRow
from registret.access.roles import Role
from registret.accounts.lifecycle import AccountState
from registret.kernel.identifiers import HsaId


@dataclass(frozen=True, slots=True, kw_only=True)
class Administrator:
    account_id: int
    name: str
    email: str
    language: str


def active_administrators(
    *, clinic_id: int, sub_registry: str | None = None, at: datetime
) -> tuple[Administrator, ...]:
    """Local administrators of the clinic who can act: valid grant, of this sub-registry if one is named, living
    account, confirmed mail."""
    wanted = Q(role=Role.LOCAL_ADMINISTRATOR, clinic_id=clinic_id)
    return _holders(wanted & Q(sub_registries__contains=[sub_registry]) if sub_registry else wanted, at)


def who_lets_wait(*, rows: Iterable[ApplicationRow], at: datetime) -> dict[int, tuple[str, ...]]:
    """Of each of these applications, by id: the names of those at its clinic who could attest it now. Nobody attests
    the own one."""
    asked = tuple(rows)
    there = _active_grants(Q(role=Role.LOCAL_ADMINISTRATOR, clinic_id__in={row.clinic_id for row in asked}), at)
    people = [(grant.clinic_id, administrator_of(grant)) for grant in there]
    return {
        row.id: tuple(one.name for place, one in people if place == row.clinic_id and one.account_id != row.account_id)
        for row in asked
    }


def registry_office(*, at: datetime) -> tuple[Administrator, ...]:
    return _holders(Q(role=Role.REGISTRY_OFFICE), at)


def log_reviewers(*, at: datetime) -> tuple[Administrator, ...]:
    """Those who can review the log now, by name."""
    return _holders(Q(role=Role.LOG_REVIEWER), at)


def case_handlers(*, at: datetime) -> tuple[Administrator, ...]:
    """Those who can handle patients' cases now, by name."""
    return _holders(Q(role=Role.CASE_HANDLER), at)


def administrators_by_clinic(*, at: datetime) -> dict[int, tuple[Administrator, ...]]:
    """Active local administrators of all clinics."""
    found: dict[int, list[Administrator]] = defaultdict(list)
    for grant in _active_grants(Q(role=Role.LOCAL_ADMINISTRATOR), at):
        if grant.clinic_id is not None:
            found[grant.clinic_id].append(administrator_of(grant))
    return {clinic_id: tuple(people) for clinic_id, people in found.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointed:
    """A local administrator as the registry office sees one. Only who is `active` can attest."""

    grant_id: int
    name: str
    hsa_id: HsaId
    state: AccountState
    ends_at: datetime

    @property
    def active(self) -> bool:
        return self.state is AccountState.CONFIRMED


def appointed_by_clinic(*, at: datetime) -> dict[int, tuple[Appointed, ...]]:
    """Local administrators of all clinics under a valid grant: also those who have not confirmed their mail, or are
    suspended. One query."""
    living = (
        Grant.objects.valid(at=at)
        .filter(role=Role.LOCAL_ADMINISTRATOR)
        .exclude(account__state=AccountState.ENDED)
        .select_related("account")
        .order_by("account__surname", "account__given_name", "id")
    )
    found: dict[int, list[Appointed]] = defaultdict(list)
    for grant in living:
        if grant.clinic_id is not None:
            found[grant.clinic_id].append(
                Appointed(
                    grant_id=grant.id,
                    name=administrator_of(grant).name,
                    hsa_id=grant.account.hsa_id,
                    state=AccountState(grant.account.state),
                    ends_at=grant.ends_at,
                )
            )
    return {clinic_id: tuple(people) for clinic_id, people in found.items()}


def _active_grants(which: Q, at: datetime) -> QuerySet[Grant]:
    return (
        Grant.objects.active(at=at)
        .filter(which)
        .select_related("account")
        .order_by("account__surname", "account__given_name", "id")
    )


def _holders(which: Q, at: datetime) -> tuple[Administrator, ...]:
    return tuple(administrator_of(grant) for grant in _active_grants(which, at))


def administrator_of(grant: Grant) -> Administrator:
    return Administrator(
        account_id=grant.account_id,
        name=grant.account.name,
        email=grant.account.email,
        language=grant.account.language,
    )
