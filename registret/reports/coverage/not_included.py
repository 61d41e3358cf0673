"""Ej inkluderade: how many patients met the criteria of a sub-registry at a clinic and were not registered, and why.

Counts and nothing else. Neither the table nor the log may tell which patient was counted: a row has no moment and no
author, and an entry of the log, which may stand behind that of a search, says neither of which sub-registry nor why.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db import transaction
from django.db.models import F, Sum

from registret.access.actor import Actor
from registret.access.refusals import NotFound
from registret.access.roles import Permission
from registret.ledger.events import Event
from registret.ledger.services import record
from registret.records.reporting.inclusion import form_open_to
from registret.records.scope import clinic_of
from registret.registries.forms import Form
from registret.registries.variables import Option
from registret.reports.comparing.figures import readable_form
from registret.reports.models import NotIncluded
from registret.reports.periods import half_years
from registret.reports.role import as_reports_role

LIST: Final = "not_included"
"""The list of options that has the reasons: a shared one, or a sub-registry's own."""
MOST_AT_ONCE: Final = 99
_MOST: Final = 9_999


@dataclass(frozen=True, slots=True, kw_only=True)
class NotIncludedCount:
    """`half`: the first day of a half-year."""

    half: date
    reason: str
    number: int


def reasons_of(form: Form) -> Sequence[Option]:
    """Why a patient may not be included, as the newest version of the sub-registry has it."""
    return form.lists[LIST].option


@transaction.atomic
def count_not_included(*, actor: Actor, sub_registry: str, reason: str, half: date, number: int, at: datetime) -> bool:
    """Add `number` patients to a count of the actor's clinic, or take so many away if it is negative. It adds to what
    colleagues count at the same time. Return False, with nothing changed, if there are not so many to take away.

    Raises: NotPermitted, NotOpenForEntry, ClosedForEntry; NotFound (no such reason, half-year or number).
    """
    form = form_open_to(actor, sub_registry)
    known = {one.code for one in reasons_of(form)}
    if reason not in known or half not in half_years(at=at) or not 0 < abs(number) <= MOST_AT_ONCE:
        raise NotFound()
    clinic_id = clinic_of(actor)
    row, _ = NotIncluded.objects.get_or_create(clinic_id=clinic_id, sub_registry=sub_registry, half=half, reason=reason)
    possible = NotIncluded.objects.filter(id=row.id, number__gte=-number, number__lte=_MOST - number)
    if not possible.update(number=F("number") + number):
        return False
    record(event=Event.NOT_INCLUDED_COUNTED, by=actor.by, at=at, clinic_id=clinic_id)
    return True


@as_reports_role()
def own_not_included(*, actor: Actor, sub_registry: str) -> tuple[NotIncludedCount, ...]:
    """The counts of the actor's clinic, the newest half-year first. Raises: NotPermitted, NotFound."""
    readable_form(actor, sub_registry)
    rows = NotIncluded.objects.filter(clinic_id=clinic_of(actor), sub_registry=sub_registry, number__gt=0)
    return tuple(
        NotIncludedCount(half=row.half, reason=row.reason, number=row.number)
        for row in rows.order_by("-half", "reason")
    )


@as_reports_role()
def not_included_everywhere(*, actor: Actor, sub_registry: str) -> Mapping[tuple[int, int], int]:
    """By clinic and year, all reasons together, for the office, which sees no patients: a page must not tell of few.

    Raises: NotPermitted.
    """
    actor.require(Permission.APPOINT)
    rows = NotIncluded.objects.filter(sub_registry=sub_registry, number__gt=0).values_list("clinic_id", "half__year")
    return {(clinic, year): number for clinic, year, number in rows.annotate(all=Sum("number"))}
