"""Personer: who works at a clinic, with their grants."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, QuerySet

from registret.access.actor import Actor
from registret.access.checks import existing
from registret.access.models import Grant
from registret.access.queries.grants import is_of_substitute
from registret.access.refusals import NotFound
from registret.access.roles import ROLES_OF_SYSTEMS, ROLES_TO_APPLY_FOR, Permission, Role
from registret.accounts.lifecycle import AccountState, Authority
from registret.database.prepared import Given, Prepared
from registret.kernel.identifiers import HsaId
from registret.ledger.events import Event
from registret.ledger.services import record
from registret.mail.queries import Bounce, bounces
from registret.places.queries import clinic
from registret.places.swedish import swedish_order

ENDED_SHOWN = timedelta(days=365)
"""Grants that ended longer ago than this are history: the log has them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantRow:
    """A grant that has not been revoked. The asker may change and extend it if it is
    `changeable`, and take it away if it is `revocable`."""

    id: int
    account_id: int
    role: Role
    clinic_id: int | None
    clinic_name: str
    sub_registries: tuple[str, ...]
    begins_at: datetime
    ends_at: datetime
    ended: bool
    substitute: bool
    changeable: bool
    revocable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow:
    """A person, with the grants that the asker may see."""

    account_id: int
    name: str
    hsa_id: HsaId
    organisation: str
    email: str
    state: AccountState
    state_reason: str
    mail_confirmed_at: datetime | None
    logged_in_at: datetime | None
    bounce: Bounce | None
    """The address refused the last letter."""
    grants: tuple[GrantRow, ...]

    @property
    def ends_at(self) -> datetime:
        return min(grant.ends_at for grant in self.grants)


def people_of(*, actor: Actor, clinic_id: int | None = None, at: datetime) -> tuple[PersonRow, ...]:
    """Everybody with a grant where the actor sits, by surname as in Sweden. The office asks for one clinic.

    Raises: NotPermitted, NotFound (the office named no clinic).
    """
    actor.require(Permission.MANAGE_PEOPLE)
    place = actor.seat.clinic_id or clinic_id
    if place is None or (place != actor.seat.clinic_id and clinic(place) is None):
        raise NotFound()
    return _people(_AT_CLINIC.rows(clinic=place, since=at - ENDED_SHOWN), actor=actor, at=at)


def person_of(*, actor: Actor, account_id: int, at: datetime) -> PersonRow:
    """One of those people, with all grants that the actor may see.

    Raises: NotPermitted, NotFound.
    """
    found = _people(_told(_grants(actor, at=at).filter(account_id=account_id)), actor=actor, at=at)
    if not found:
        raise NotFound()
    return found[0]


def grant_of(*, actor: Actor, grant_id: int, at: datetime) -> GrantRow:
    """Raises: NotPermitted, NotFound."""
    found = existing(_told(_grants(actor, at=at).filter(id=grant_id)).first())
    return _grant_row(found, actor=actor, at=at)


def note_export(*, number: int, actor: Actor, at: datetime) -> None:
    """That the list was taken out of the system."""
    record(event=Event.PEOPLE_EXPORTED, by=actor.by, at=at, clinic_id=actor.seat.clinic_id, facts={"rows": number})


def note_processings_export(*, number: int, actor: Actor, at: datetime) -> None:
    """That the list of processings was taken out of the system."""
    record(event=Event.PROCESSINGS_EXPORTED, by=actor.by, at=at, facts={"rows": number})


def _grants(actor: Actor, *, at: datetime) -> QuerySet[Grant]:
    """Nobody reads without a seat: this and `people_of` are the only ways from an actor to other people's grants."""
    actor.require(Permission.MANAGE_PEOPLE)
    here = _shown(at - ENDED_SHOWN)
    if actor.seat.clinic_id is not None:
        return here.filter(clinic_id=actor.seat.clinic_id)
    # Those who work for the registry are appointed and removed by two people: see `appoint_by_program`.
    return here.filter(clinic__isnull=False)


def _shown(since: Any) -> QuerySet[Grant]:
    living = Grant.objects.exclude(account__state=AccountState.ENDED)
    return living.filter(revoked_at=None, ends_at__gt=since)


def _told(grants: QuerySet[Grant]) -> QuerySet[Any]:
    """With whose they are, where, and whether they are a substitute's."""
    told = grants.select_related("account", "clinic").order_by("ends_at", "id")
    return told.annotate(is_substitute=ExpressionWrapper(is_of_substitute(), output_field=BooleanField()))


_AT_CLINIC = Prepared(lambda: _told(_shown(Given("since")).filter(clinic_id=Given("clinic"))))


def _people(grants: Iterable[Any], *, actor: Actor, at: datetime) -> tuple[PersonRow, ...]:
    found: dict[int, list[Any]] = {}
    for grant in grants:
        found.setdefault(grant.account_id, []).append(grant)
    refused = bounces(theirs[0].account.email for theirs in found.values())
    people = [_person_row(theirs, refused, actor=actor, at=at) for theirs in found.values()]
    surname = {theirs[0].account_id: theirs[0].account.surname for theirs in found.values()}
    return tuple(
        sorted(people, key=lambda p: (swedish_order(surname[p.account_id]), swedish_order(p.name), p.hsa_id.text))
    )


def _person_row(grants: list[Any], refused: Mapping[str, Bounce], *, actor: Actor, at: datetime) -> PersonRow:
    who = grants[0].account
    elsewhere = suspended_elsewhere(who.state_authority, who.state_clinic_id, actor=actor)
    told = authority_of(actor) is Authority.OFFICE or not elsewhere
    return PersonRow(
        account_id=who.id,
        name=who.name,
        hsa_id=who.hsa_id,
        organisation=who.organisation,
        email=who.email,
        state=AccountState(who.state),
        state_reason=who.state_reason if told else "",
        mail_confirmed_at=who.confirmed_at,
        logged_in_at=who.logged_in_at,
        bounce=refused.get(who.email),
        grants=tuple(_grant_row(grant, actor=actor, at=at) for grant in grants),
    )


def _grant_row(found: Any, *, actor: Actor, at: datetime) -> GrantRow:
    at_a_clinic = found.clinic is not None and found.clinic.closed_at is None
    # Appointing a local administrator, and so prolonging it, is for the office.
    own = found.role in ROLES_TO_APPLY_FOR or (found.role == Role.LOCAL_ADMINISTRATOR and actor.may(Permission.APPOINT))
    ended = found.ends_at <= at
    # What has ended is given anew: by two, where the office gives it.
    lasting = not ended or actor.seat.clinic_id is not None
    return GrantRow(
        id=found.id,
        account_id=found.account_id,
        role=Role(found.role),
        clinic_id=found.clinic_id,
        clinic_name=found.clinic.title if found.clinic else "",
        sub_registries=tuple(found.sub_registries),
        begins_at=found.begins_at,
        ends_at=found.ends_at,
        ended=ended,
        substitute=found.is_substitute,
        changeable=at_a_clinic and own and lasting and found.account_id != actor.account_id,
        revocable=(own or found.role in ROLES_OF_SYSTEMS) and found.account_id != actor.account_id,
    )


def suspended_elsewhere(authority: Authority | str | None, clinic_id: int | None, *, actor: Actor) -> bool:
    return authority == Authority.OFFICE or (authority == Authority.CLINIC and clinic_id != actor.seat.clinic_id)


def authority_of(actor: Actor) -> Authority:
    return Authority.OFFICE if actor.seat.clinic_id is None else Authority.CLINIC
