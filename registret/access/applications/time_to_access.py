"""Time to access: how long it took from an application that was sent to one that was attested, per clinic, in SQL."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Aggregate, Count, DurationField, ExpressionWrapper, F, QuerySet
from django.db.models.functions import Greatest, Least

from registret.access.actor import Actor
from registret.access.lifecycle import ApplicationState
from registret.access.models import Application
from registret.access.refusals import NotPermitted
from registret.access.roles import Permission

ENOUGH, ENOUGH_FOR_90 = 5, 10
"""Of fewer applications than that the median, or the 90 %, says more about chance than about a clinic."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Half of the applications took at most `median`, nine of ten at most `ninety`. None: too few to say."""

    median: timedelta | None
    ninety: timedelta | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessTime:
    """Of `number` attested applications: until the mail was confirmed, from then until attested, and all of it.

    `clinic_id` is None for all clinics together.
    """

    clinic_id: int | None
    clinic_name: str
    number: int
    confirming: Wait
    attesting: Wait
    whole: Wait


class _Percentile(Aggregate):
    """PostgreSQL's percentile_cont: between two values where there is none in the middle."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(%(share)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()

    def __init__(self, expression: Any, *, share: float) -> None:
        super().__init__(expression, share=share)


def access_times(*, since: datetime, until: datetime, actor: Actor) -> tuple[AccessTime, ...]:
    """Of each clinic where something was attested in that time, for the office; in no order.

    Raises: NotPermitted.
    """
    actor.require(Permission.APPOINT)
    places = _attested(since, until).values("clinic_id", "clinic__name", "clinic__hospital")
    return tuple(_time(row, clinic_id=row["clinic_id"]) for row in places.annotate(**_FIGURES).order_by("clinic_id"))


def access_time_here(*, since: datetime, until: datetime, actor: Actor) -> tuple[AccessTime, AccessTime]:
    """Of the actor's own clinic, and of all together.

    Raises: NotPermitted (the office sits at no clinic).
    """
    if not actor.may(Permission.MANAGE_PEOPLE) or actor.seat.clinic_id is None:
        raise NotPermitted()
    everywhere = _attested(since, until)
    own = everywhere.filter(clinic_id=actor.seat.clinic_id).aggregate(**_FIGURES)
    return (
        _time(own, clinic_id=actor.seat.clinic_id, name=actor.seat.clinic_name),
        _time(everywhere.aggregate(**_FIGURES), clinic_id=None, name=""),
    )


def access_time_everywhere(*, since: datetime, until: datetime, actor: Actor) -> AccessTime:
    """Of all clinics together, for the office.

    Raises: NotPermitted.
    """
    actor.require(Permission.APPOINT)
    return _time(_attested(since, until).aggregate(**_FIGURES), clinic_id=None, name="")


def _attested(since: datetime, until: datetime) -> QuerySet[Application]:
    """An address that was confirmed for an earlier application, or anew after the decision, cost no time."""
    confirmed = Least(Greatest(F("account__confirmed_at"), F("applied_at")), F("decided_at"))
    found = Application.objects.filter(state=ApplicationState.ATTESTED, decided_at__gte=since, decided_at__lt=until)
    return found.annotate(
        confirming=ExpressionWrapper(confirmed - F("applied_at"), output_field=DurationField()),
        attesting=ExpressionWrapper(F("decided_at") - confirmed, output_field=DurationField()),
        whole=ExpressionWrapper(F("decided_at") - F("applied_at"), output_field=DurationField()),
    )


_FIGURES: dict[str, Any] = {"number": Count("id")} | {
    f"{part}_{name}": _Percentile(part, share=share)
    for part in ("confirming", "attesting", "whole")
    for name, share in (("median", 0.5), ("ninety", 0.9))
}


def _time(row: dict[str, Any], *, clinic_id: int | None, name: str | None = None) -> AccessTime:
    number = row["number"]

    def wait(part: str) -> Wait:
        return Wait(
            median=row[f"{part}_median"] if number >= ENOUGH else None,
            ninety=row[f"{part}_ninety"] if number >= ENOUGH_FOR_90 else None,
        )

    return AccessTime(
        clinic_id=clinic_id,
        clinic_name=f"{row['clinic__name']}, {row['clinic__hospital']}" if name is None else name,
        number=number,
        confirming=wait("confirming"),
        attesting=wait("attesting"),
        whole=wait("whole"),
    )
