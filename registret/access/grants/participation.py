"""Anslutning: in which sub-registries a clinic takes part. The registry office decides, with a reason."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from registret.access.actor import Actor
from registret.access.models import Participation
from registret.access.refusals import DecidedAlready, NotFound, NotParticipating
from registret.access.roles import Permission, Role
from registret.database.prepared import Given, Prepared
from registret.ledger.events import Event
from registret.ledger.services import Fact, record
from registret.places.queries import clinic
from registret.registries.queries import sub_registries


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipationRow:
    sub_registry: str
    takes_part: bool
    reason: str
    at: datetime
    by_name: str


_NEWEST = Prepared(
    lambda: (
        Participation.objects.filter(clinic_id=Given("clinic")).order_by("sub_registry", "-id").distinct("sub_registry")
    )
)


def left_out(clinic_id: int) -> frozenset[str]:
    """Codes of the sub-registries that the clinic does not take part in, now. One query."""
    return frozenset(code for code, row in newest(clinic_id).items() if not row.takes_part)


def check_participation(clinic_id: int, *, role: Role, sub_registries: Collection[str]) -> None:
    """For a right that is to be given. Reading what the clinic has reported goes on when it takes part no more.

    Raises: NotParticipating.
    """
    if role is not Role.READER and left_out(clinic_id) & set(sub_registries):
        raise NotParticipating()


def newest(clinic_id: int) -> Mapping[str, ParticipationRow]:
    """The decision in force for each sub-registry that was decided about."""
    return {row.sub_registry: _row(row) for row in _NEWEST.rows(clinic=clinic_id)}


def decisions(clinic_id: int, *, size: int = 50) -> tuple[ParticipationRow, ...]:
    """Newest first."""
    return tuple(_row(row) for row in Participation.objects.filter(clinic_id=clinic_id).order_by("-id")[:size])


@transaction.atomic
def decide(*, clinic_id: int, sub_registry: str, takes_part: bool, reason: str, actor: Actor, at: datetime) -> None:
    """From now on the clinic takes part, or does not. Rights that were given stay; nothing new is begun under them.

    Raises: NotPermitted, NotFound (no such clinic or sub-registry), DecidedAlready; ValueError (no reason).
    """
    actor.require(Permission.APPOINT)
    if clinic(clinic_id) is None or sub_registry not in {one.code for one in sub_registries()}:
        raise NotFound()
    if not reason.strip():
        raise ValueError("a decision has a reason")
    if (sub_registry not in left_out(clinic_id)) is takes_part:
        raise DecidedAlready()
    Participation.objects.create(
        clinic_id=clinic_id,
        sub_registry=sub_registry,
        takes_part=takes_part,
        reason=reason.strip(),
        at=at,
        by_id=actor.account_id,
        by_name=actor.name,
    )
    facts: dict[str, Fact] = {"sub_registry": sub_registry, "takes_part": takes_part, "reason": reason.strip()}
    record(event=Event.PARTICIPATION_DECIDED, by=actor.by, at=at, clinic_id=clinic_id, facts=facts)


def _row(row: Participation) -> ParticipationRow:
    return ParticipationRow(
        sub_registry=row.sub_registry, takes_part=row.takes_part, reason=row.reason, at=row.at, by_name=row.by_name
    )
