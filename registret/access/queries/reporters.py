"""The people who report at clinics now."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from registret.access.models import Grant
from registret.access.queries.administrators import Administrator, administrator_of
from registret.access.roles import MAY, Permission, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class ReporterAt:
    """A person, and what they report at a clinic."""

    person: Administrator
    clinic_id: int
    sub_registries: frozenset[str]


def reporters_at(*, clinic_ids: Collection[int], at: datetime) -> tuple[ReporterAt, ...]:
    """Those who can act: valid grant, living account, confirmed mail."""
    roles = [role for role in Role if Permission.REPORT in MAY[role]]
    active = Grant.objects.active(at=at).filter(role__in=roles, clinic_id__in=clinic_ids)
    return tuple(
        ReporterAt(
            person=administrator_of(grant),
            clinic_id=grant.clinic_id,
            sub_registries=frozenset(grant.sub_registries),
        )
        for grant in active.select_related("account").order_by("id")
        if grant.clinic_id is not None
    )
